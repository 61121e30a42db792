"""The packets that a SnapGene file is made of: framing, packed XML, packed sequences.

A packet is one byte of type, four bytes of length (big-endian) and that many bytes of data. The
format is not published; this module follows D. Goutte-Gattat's description
(https://incenp.org/dvlpt/docs/binary-sequence-formats/index.html, section 3) and, for the history,
the one at https://merv1n34k.github.io/sgffp/format-spec.html.
"""

from __future__ import annotations

import lzma
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from biowright.core import FormatError

from ..xml_safety import check_xml

COOKIE, DNA, PACKED_DNA, PRIMERS, NOTES, HISTORY = 0x09, 0x00, 0x01, 0x05, 0x06, 0x07
PROPERTIES, FEATURES, NODE, ALIGNED, PROTEIN, RNA = 0x08, 0x0A, 0x0B, 0x11, 0x15, 0x20
MANIPULATION, CONTENT, RESIDUES = 0x1D, 0x1E, 0x1F
SEQUENCES = (DNA, PROTEIN, RNA)

TITLES = {
    COOKIE: "cookie",
    DNA: "DNA",
    PACKED_DNA: "packed DNA",
    PRIMERS: "primers",
    NOTES: "notes",
    HISTORY: "history",
    PROPERTIES: "properties",
    FEATURES: "features",
    NODE: "history node",
    0x10: "sequencing trace",
    ALIGNED: "alignable sequences",
    0x14: "strand colours",
    PROTEIN: "protein",
    0x17: "attachment",
    0x1B: "alignment",
    MANIPULATION: "manipulation",
    CONTENT: "history content",
    RESIDUES: "residues",
    RNA: "RNA",
    0x22: "RNA structures",
}

# Packed XML of real histories unpacks 10 to 50 times, of nothing but one letter about 7000 times.
XZ_SIZE = 1 << 24
XZ_RATIO = 500
# the longest human chromosome has 248,956,422 letters
UNPACKED_SIZE = 1 << 28


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its type, its data, and the byte that it begins at in the file or its parent."""

    type: int
    data: bytes
    offset: int = -1

    @property
    def title(self) -> str:
        """What a message calls it: ``packet 0x0A (features) at byte 8418``."""
        known = f" ({TITLES[self.type]})" if self.type in TITLES else ""
        place = f" at byte {self.offset}" if self.offset >= 0 else ""
        return f"packet 0x{self.type:02X}{known}{place}"


class Allowance:
    """How many bytes a file may still unpack to, over all its packets."""

    def __init__(self, size: int = UNPACKED_SIZE) -> None:
        self.left = size

    def take(self, size: int, what: str) -> None:
        """Use up some of it, or refuse."""
        self.left -= size
        if self.left < 0:
            raise FormatError(
                f"{what} unpacks beyond {UNPACKED_SIZE >> 20} MiB",
                hint="this is no history but a bomb",
            )


def read_packets(data: bytes, inside: str = "") -> tuple[Packet, ...]:
    """Cut bytes into packets.

    Parameters
    ----------
    data : bytes
    inside : str
        What messages call the packet that the data comes from, empty for the file itself.

    Raises
    ------
    FormatError
        A packet is longer than what is left; the error names it and its byte.
    """
    packets = []
    at = 0
    place = f" of {inside}" if inside else ""
    while at < len(data):
        if len(data) - at < 5:
            raise FormatError(
                f"{len(data) - at} bytes are left at byte {at}{place}, too few for a packet",
                hint="the file was cut off; copy or export it again",
            )
        kind, size = struct.unpack_from(">BI", data, at)
        body = data[at + 5 : at + 5 + size]
        if len(body) < size:
            raise FormatError(
                f"{Packet(kind, b'', at).title}{place} says that it has {size:,} bytes, "
                f"but {len(body):,} follow",
                hint="the file was cut off or damaged; copy or export it again",
            )
        packets.append(Packet(kind, body, at))
        at += 5 + size
    return tuple(packets)


def joined(packets: Iterable[Packet]) -> bytes:
    """Write packets one after another."""
    return b"".join(struct.pack(">BI", p.type, len(p.data)) + p.data for p in packets)


def unpack_xz(data: bytes, title: str, allowance: Allowance | None = None) -> bytes:
    """Unpack data packed with xz (or the older lzma), within limits.

    Raises
    ------
    FormatError
        It is damaged or cut off, or it unpacks to what only a bomb does.
    """
    most = max(XZ_SIZE, XZ_RATIO * len(data))
    decompressor = lzma.LZMADecompressor(memlimit=UNPACKED_SIZE)
    try:
        unpacked = decompressor.decompress(data, max_length=most + 1)
    except lzma.LZMAError as error:
        raise FormatError(f"{title} cannot be unpacked ({error})") from None
    except MemoryError:
        raise FormatError(f"{title} cannot be unpacked (it asks for too much memory)") from None
    if len(unpacked) > most:
        raise FormatError(
            f"{title} unpacks to more than {XZ_RATIO} times its size and {XZ_SIZE >> 20} MiB",
            hint="this is no history but a bomb",
        )
    if not decompressor.eof:
        raise FormatError(f"{title} cannot be unpacked (it ends too early)")
    if allowance is not None:
        allowance.take(len(unpacked), title)
    return unpacked


def pack_xz(data: bytes) -> bytes:
    """Pack data with xz as SnapGene does, the same bytes for the same data."""
    return lzma.compress(data, lzma.FORMAT_XZ, lzma.CHECK_CRC64, 6)


def parse_xml(data: bytes, title: str, root: str) -> ElementTree.Element:
    """Parse the XML of a packet after the check for bombs.

    Raises
    ------
    FormatError
        It is malformed or malicious, or its outermost element is another one.
    """
    try:
        check_xml(data, title)
        element = ElementTree.fromstring(data)
    except FormatError as error:
        raise FormatError(f"{title}: {error.what}", hint=error.hint) from None
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise FormatError(f"{title}: the XML is malformed ({error})") from None
    if element.tag != root:
        raise FormatError(f"{title} holds <{element.tag[:40]}>", expected=f"<{root}>")
    return element


def xml_bytes(element: ElementTree.Element, *, declared: bool = True) -> bytes:
    """Write XML as SnapGene does, in UTF-8 with a declaration and a final newline."""
    head = b'<?xml version="1.0"?>' if declared else b""
    return head + ElementTree.tostring(element, encoding="unicode").encode() + b"\n"


def xml_text(text: str) -> str:
    """Leave out the characters that XML 1.0 has no way to write."""
    if text.isprintable():
        return text
    return "".join(
        c
        for c in text
        if c in "\t\n\r" or (" " <= c < "\ud800") or (c >= "\ue000" and c not in "\ufffe\uffff")
    )


# two bits a letter, the first letter in the highest bits
_QUADS = tuple(bytes(b"GATC"[(byte >> shift) & 3] for shift in (6, 4, 2, 0)) for byte in range(256))
# four bits a letter; 0 to 3 are not used, since plain letters are packed in two bits
_IUPAC = b"????NBDHKMRSVWY?"


def unpack_dna(data: bytes, title: str, allowance: Allowance) -> bytes:
    """Decode a packed sequence: chunks of plain letters, of other letters, of runs of N, and cases.

    ::

        4 length  1 flags  4 chunks  4 lowercase ranges
        for each chunk: 1 kind  4 letters  data
        for each lowercase range: 4 first  4 last

    Returns
    -------
    bytes
        The letters.

    Raises
    ------
    FormatError
        The chunks do not fit the data or the length.
    """
    try:
        length, _, chunks, ranges = struct.unpack_from(">IBII", data)
        allowance.take(length, title)
        at = 13
        parts: list[bytes] = []
        found = 0
        for _ in range(chunks):
            kind, count = struct.unpack_from(">BI", data, at)
            at += 5
            found += count
            size = {1: -(-count // 4), 2: -(-count // 2), 3: 0}[kind]
            body = data[at : at + size]
            if found > length or len(body) < size:
                raise FormatError(f"{title} is shorter than its chunks say")
            at += size
            parts.append(_letters(kind, body, count))
        if found != length:
            raise FormatError(f"{title} has {found:,} letters, but says {length:,}")
        letters = bytearray(b"".join(parts))
        done = 0
        for _ in range(ranges):
            first, last = struct.unpack_from(">II", data, at)
            at += 8
            if not done <= first <= last < length:  # or a small packet could make us work for hours
                raise FormatError(f"{title} has lowercase ranges out of order")
            done = last + 1
            letters[first : last + 1] = letters[first : last + 1].lower()
    except (struct.error, KeyError):
        raise FormatError(f"{title} is no packed sequence that is known") from None
    return bytes(letters)


def _letters(kind: int, body: bytes, count: int) -> bytes:
    if kind == 3:
        return b"N" * count
    if kind == 1:
        rest = count % 4  # a last byte that is not full holds its letters in the lowest bits
        whole = b"".join([_QUADS[byte] for byte in (body[:-1] if rest else body)])
        return whole + (_QUADS[body[-1]][4 - rest :] if rest else b"")
    rest = count % 2
    full = body[:-1] if rest else body
    pairs = b"".join([bytes((_IUPAC[byte >> 4], _IUPAC[byte & 15])) for byte in full])
    return pairs + (bytes((_IUPAC[body[-1] & 15],)) if rest else b"")

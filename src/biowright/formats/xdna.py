"""DNA Strider's and Serial Cloner's binary files (``.xdna``, ``.xprt``), read only.

The format is not published; this follows D. Goutte-Gattat's description
(https://incenp.org/dvlpt/docs/binary-sequence-formats/index.html, section 2).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from biowright.core import (
    Attributes,
    Feature,
    FormatError,
    Location,
    Molecule,
    Record,
    Sequence,
    SequenceError,
    Span,
    Topology,
)

from .cursor import Cursor, text
from .format import Format
from .source import Source

__all__ = ["FORMATS", "Xdna"]

_HEADER = 112
_MOLECULES = {
    0: Molecule.DNA,
    1: Molecule.DNA,
    2: Molecule.DNA,  # with ambiguous letters
    3: Molecule.RNA,
    4: Molecule.PROTEIN,
}
_LETTERS = re.compile(rb"[A-Za-z*.\-]*")


@dataclass(frozen=True, slots=True)
class Xdna:
    """What only these files know, kept in ``record.extras["xdna"]``.

    Parameters
    ----------
    before_origin : int
        How many letters stand before the one that DNA Strider counts as number 1.
    overhangs : tuple of (length, letters)
        At the right end, then at the left one: a positive length is a 5' overhang, a negative one a
        3' overhang.
    """

    before_origin: int
    overhangs: tuple[tuple[int, str], ...] = ()


def _sniff(head: bytes) -> bool:
    if len(head) < _HEADER or head[0] != 0 or head[1] not in _MOLECULES or head[2] > 1:
        return False
    if any(head[3:28]) or any(head[36:96]) or head[111] != 0xFF:
        return False
    (length,) = struct.unpack_from(">I", head, 28)
    letters = head[_HEADER : _HEADER + length]
    return bool(_LETTERS.fullmatch(letters))


def _read(source: Source) -> Iterator[Record]:
    cursor = Cursor(source.bytes())
    header = cursor.take(_HEADER, "the header")
    if header[0] != 0 or header[1] not in _MOLECULES:
        raise FormatError(f"this is no XDNA file: version {header[0]}, kind {header[1]}")
    length, before, comment_length = struct.unpack(">28xII60xI12x", header)
    topology = Topology.CIRCULAR if header[2] == 1 else Topology.LINEAR
    try:
        sequence = Sequence(cursor.take(length, "the sequence"), _MOLECULES[header[1]], topology)
    except SequenceError as error:
        raise FormatError(error.what, position=error.position, hint=error.hint) from None
    comment = text(cursor.take(comment_length, "the comment")).replace("\r", "\n").strip()
    features: list[Feature] = []
    overhangs: list[tuple[int, str]] = []
    if not cursor.ended:
        cursor.take(1, "the annotations")
        overhangs = [_overhang(cursor) for _ in range(2)]
        count = cursor.number(1, "the number of features")
        features = [_feature(cursor, sequence, n + 1) for n in range(count)]
    kind = "protein" if sequence.molecule is Molecule.PROTEIN else str(sequence.molecule)
    yield Record(
        sequence,
        name=source.stem,
        description=comment,
        features=features,
        annotations=Attributes({"molecule_type": kind}),
        extras={"xdna": Xdna(before, tuple(overhangs))},
    )


def _overhang(cursor: Cursor) -> tuple[int, str]:
    length = _number(cursor, "an overhang")
    return length, cursor.take(abs(length), "an overhang").decode("latin-1")


def _number(cursor: Cursor, what: str) -> int:
    said = cursor.string(what)
    if not re.fullmatch(r"-?[0-9]{1,10}", said):
        raise FormatError(f"{what} is {said[:40]!r}", expected="a number")
    return int(said)


def _feature(cursor: Cursor, sequence: Sequence, number: int) -> Feature:
    what = f"feature {number}"
    name = cursor.string(what)
    description = cursor.string(what)
    kind = cursor.string(what) or "misc_feature"
    start, end = _number(cursor, what), _number(cursor, what)
    forward = cursor.take(4, what)[0] != 0
    color = cursor.string(what)
    if not forward:
        start, end = end, start
    start -= 1
    length = len(sequence)
    if start >= end and sequence.circular:
        end += length  # over the origin
    if not 0 <= start < end or end > length * (2 if sequence.circular else 1) or start >= length:
        raise FormatError(
            f"{what} ({name[:40]!r}) lies at {start + 1}..{end}", expected=f"1 to {length}"
        )
    pairs = [("label", name)] if name else []
    for line in re.split(r"[\r\n]+", description):
        match = re.fullmatch(r'([^=\s"]+)="([^"]*)"?', line.strip())
        if match:
            pairs.append((match[1], match[2]))
        elif line.strip():
            pairs.append(("note", line.strip()))
    rgb = re.fullmatch(r"([0-9]{1,3}),([0-9]{1,3}),([0-9]{1,3}),?", color)
    if rgb:
        pairs.append(
            ("color", "#{:02x}{:02x}{:02x}".format(*(min(int(c), 255) for c in rgb.groups())))
        )
    place = Location((Span(start, end, 1 if forward else -1),))
    return Feature(kind, place, Attributes(pairs))


FORMATS = (
    Format(
        name="xdna",
        title="DNA Strider or Serial Cloner file",
        extensions=(".xdna", ".xprt", ".xrna"),
        sniff=_sniff,
        read=_read,
    ),
)

"""Gene Construction Kit's binary files (``.gck``, ``.gcc``), read only.

The format is not published; this follows D. Goutte-Gattat's description
(https://incenp.org/dvlpt/docs/binary-sequence-formats/index.html, section 4).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

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

from .cursor import Cursor
from .format import Format
from .source import Source

__all__ = ["FORMATS"]

_HEADER = 24
_MAGIC = bytes([0, 0, 0, 12]) * 2
_FEATURE = struct.Struct(">II6xH14xB17xII35xB")
_SITE = struct.Struct(">II24xII48x")
_VERSION = 260
# a block of constant size and unknown meaning before the name
_UNKNOWN = 706
_NO_STRAND = {0: "none", 3: "both"}


def _sniff(head: bytes) -> bool:
    if not head.startswith(_MAGIC) or len(head) < _HEADER + 8:
        return False
    size, length = struct.unpack_from(">II", head, _HEADER)
    return bool(length + 4 <= size)


def _read(source: Source) -> Iterator[Record]:
    cursor = Cursor(source.bytes())
    if not cursor.take(_HEADER, "the header").startswith(_MAGIC):
        raise FormatError("this is no file of Gene Construction Kit")
    packet = _packet(cursor, "the sequence")
    length = packet.number(4, "the sequence's length")
    letters = packet.take(length, "the sequence")
    _packet(cursor, "the second packet")
    made = _features(cursor, length)
    _sites(cursor)
    _packet(cursor, "the fifth packet")
    versions = cursor.number(2, "the number of versions")
    comments = [cursor.take(_VERSION, "a version")[-4:] != b"\0\0\0\0" for _ in range(versions)]
    for _ in range(sum(comments)):
        cursor.string("a version's comment", 4)
    cursor.take(_UNKNOWN, "the block before the name")
    name = cursor.string("the name")
    circular = cursor.take(17, "the flags")[16] > 0
    try:
        sequence = Sequence(
            letters, Molecule.DNA, Topology.CIRCULAR if circular else Topology.LINEAR
        )
    except SequenceError as error:
        raise FormatError(error.what, position=error.position, hint=error.hint) from None
    yield Record(
        sequence,
        name=name or source.stem,
        features=[_placed(feature, sequence) for feature in made],
        annotations=Attributes({"molecule_type": "DNA"}),
    )


def _packet(cursor: Cursor, what: str) -> Cursor:
    return Cursor(cursor.take(cursor.number(4, f"the size of {what}"), what))


def _table(cursor: Cursor, what: str, row: struct.Struct) -> tuple[int, list[tuple[int, ...]]]:
    """Take a packet of rows; give the sequence's length as it says, and the rows."""
    packet = _packet(cursor, what)
    length = packet.number(4, what)
    count = packet.number(2, what)
    if len(packet.data) != 6 + count * row.size:
        raise FormatError(f"{what}: {count:,} rows do not fit in {len(packet.data):,} bytes")
    return length, [row.unpack(packet.take(row.size, what)) for _ in range(count)]


def _features(cursor: Cursor, length: int) -> list[tuple[int, int, int, str, Attributes]]:
    said, rows = _table(cursor, "the features", _FEATURE)
    if said != length:
        raise FormatError(
            f"the features speak of {said:,} letters, but the sequence has {length:,}"
        )
    made = []
    for start, end, kind, strand, named, commented, version in rows:
        pairs = []
        if named:
            pairs.append(("label", cursor.string("a feature's name")))
        if commented:
            pairs.append(("note", cursor.string("a feature's comment", 4)))
        if strand in _NO_STRAND:
            pairs.append(("directionality", _NO_STRAND[strand]))
        if version == 0:  # the others are what the feature once was
            # any number above 0 seems to mean a coding region
            made.append((start, end, strand, "CDS" if kind else "misc_feature", Attributes(pairs)))
    return made


def _placed(said: tuple[int, int, int, str, Attributes], sequence: Sequence) -> Feature:
    start, end, strand, kind, qualifiers = said
    length = len(sequence)
    if sequence.circular and start >= end:
        end += length
    if not start < end or start >= length or end > length * (2 if sequence.circular else 1):
        raise FormatError(
            f"a feature ({qualifiers.first('label', '')[:40]!r}) lies at {start + 1}..{end}",
            expected=f"1 to {length}",
        )
    return Feature(kind, Location((Span(start, end, -1 if strand == 1 else 1),)), qualifiers)


def _sites(cursor: Cursor) -> None:
    """Walk past the restriction sites, which follow from the sequence."""
    _, rows = _table(cursor, "the restriction sites", _SITE)
    for _, _, named, commented in rows:
        if named:
            cursor.string("a site's name")
        if commented:
            cursor.string("a site's comment", 4)


FORMATS = (
    Format(
        name="gck",
        title="Gene Construction Kit file",
        extensions=(".gck", ".gcc"),
        sniff=_sniff,
        read=_read,
    ),
)

"""Exact identity: the same letters, from any origin and on either strand."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import InputError, Molecule, Sequence

from .canonical import circle_key
from .packing import CIRCULAR, REVERSED

if TYPE_CHECKING:
    from .database import Database
    from .index import SequenceIndex
    from .reading import Reader

__all__ = ["ExactHit", "find_exact"]

_TO_DNA = bytes.maketrans(b"U", b"T")
_FLIP = bytes.maketrans(b"ACGTMRWSYKVHDB", b"TGCAKYWSRMBDHV")
_QUERY = "SELECT number, length, flags, seguid FROM library_versions WHERE circle = ?"


@dataclass(frozen=True, slots=True)
class ExactHit:
    """A version with the letters of a query.

    Parameters
    ----------
    number : int
    start : int
        Where the query begins on the version's forward strand, for a query on the reverse strand
        where it ends: the first letter of the hit from the left, 0 unless the query is turned.
    strand : int
        +1 or -1.
    length : int
    turned : bool
        Whether only a rotation makes them the same. Two circles are the same molecule then; of a
        linear sequence this says that it was cut open elsewhere.
    """

    number: int
    start: int
    strand: int
    length: int
    turned: bool

    @property
    def end(self) -> int:
        """The end on the forward strand; on a hit over the origin it lies before the start."""
        return self.start or self.length


def find_exact(
    database: Database,
    reader: Reader,
    index: SequenceIndex,
    sequence: Sequence | str | bytes,
    *,
    rotations: bool = True,
) -> list[ExactHit]:
    """Find all versions with the letters of a sequence: see `Library.find_exact`."""
    letters = _letters(sequence)
    if not letters:
        raise InputError("an empty sequence is found nowhere")
    rows = database.quick(_QUERY, (circle_key(letters),))
    if not rows:
        return []
    other = letters.translate(_FLIP)[::-1]
    turned = other < letters
    # the SEGUID of a double strand: see `canonical.checksums`
    strands = b";".join((other, letters) if turned else (letters, other))
    linear = hashlib.sha1(strands, usedforsecurity=False).digest()
    hits = []
    for number, length, flags, seguid in rows:
        if length != len(letters):
            continue
        # the checksum of a circle is that of its least rotation, wherever it begins
        if not flags & CIRCULAR and bytes(seguid or b"") == linear:
            strand = 1 if turned == (flags & REVERSED > 0) else -1
            hits.append(ExactHit(number, 0, strand, length, False))
        elif hit := _compared(reader, index, letters, other, number):
            hits.append(hit)
    if not rotations:
        circles = {row[0] for row in rows if row[2] & CIRCULAR}
        hits = [hit for hit in hits if not hit.turned or hit.number in circles]
    return sorted(hits, key=lambda hit: hit.number)


def _letters(sequence: Sequence | str | bytes) -> bytes:
    if isinstance(sequence, Sequence):
        if sequence.molecule is Molecule.PROTEIN:
            raise InputError("this is a protein", hint="parts are found by their nucleotides")
        data = sequence.data
    else:
        data = sequence.encode() if isinstance(sequence, str) else sequence
        if data.translate(None, b"ACGT"):  # the letters that need no look
            data = Sequence(sequence).data
    data = data.upper()
    return data.translate(_TO_DNA) if b"U" in data else data


def _compared(
    reader: Reader, index: SequenceIndex, letters: bytes, other: bytes, number: int
) -> ExactHit | None:
    """Compare letter by letter, and find the place where the query begins."""
    if turned := index.turn(number, letters):
        start, strand = turned
        return ExactHit(number, start, strand, len(letters), start > 0)
    # the index has not got it, or not as it is in the store
    own = reader.nucleotides(number)
    twice = own + own
    for strand, wanted in ((1, letters), (-1, other)):
        start = twice.find(wanted)
        if start >= 0:
            return ExactHit(number, start, strand, len(own), start > 0)
    return None

"""Double-stranded molecules with their ends: what goes into a reaction and comes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from biowright.bio import End
from biowright.core import (
    InputError,
    Molecule,
    Record,
    SequenceError,
    cdseguid,
    ldseguid,
    reverse_complement,
)
from biowright.core import Sequence as Letters

__all__ = ["BLUNT", "Duplex", "as_duplex", "as_duplexes"]

BLUNT = End("blunt")


@dataclass(frozen=True, slots=True)
class Duplex:
    """A double-stranded DNA: a record and what stands over at its ends.

    Parameters
    ----------
    record : Record
        The letters from the leftmost to the rightmost of either strand, as the top strand reads.
    left, right : End
        Blunt for a circle, and unless said otherwise.
    methylation : tuple of str
        The methylases that were at work on it, such as ``Dam`` and ``Dcm`` in most strains of
        *E. coli*; none on a PCR product.

    Raises
    ------
    InputError
        The record is no DNA, or the ends do not fit its letters.

    Examples
    --------
    >>> sticky = Duplex(Record(Letters("AATTCGGA")), End("5'", "AATT"), End("5'", "TCCG"))
    >>> sticky.seguid == sticky.reverse_complement().seguid
    True
    """

    record: Record
    left: End = field(default=BLUNT)
    right: End = field(default=BLUNT)
    methylation: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        record = self.record
        if record.molecule is not Molecule.DNA:
            raise SequenceError(
                f"this is {record.molecule}",
                record=record.name,
                expected="DNA",
                hint="to_dna() first",
            )
        if not len(record):
            raise InputError("the sequence is empty", record=record.name)
        letters = record.sequence.data.upper()
        if record.circular and (self.left.overhang or self.right.overhang):
            raise InputError("a circle has no ends to stand over", record=record.name)
        if _standing(self.left, letters, left=True) is None:
            raise InputError("the left end does not fit the letters", record=record.name)
        if _standing(self.right, letters, left=False) is None:
            raise InputError("the right end does not fit the letters", record=record.name)

    def __len__(self) -> int:
        return len(self.record)

    def __bool__(self) -> bool:
        return True

    @property
    def name(self) -> str:
        """The record's name."""
        return self.record.name

    @property
    def circular(self) -> bool:
        """Whether it is a circle."""
        return self.record.circular

    @property
    def blunt(self) -> bool:
        """Whether nothing stands over."""
        return not self.left.overhang and not self.right.overhang

    @property
    def seguid(self) -> str:
        """The SEGUID v2 checksum; letters of one strand only are gaps in the other."""
        return duplex_seguid(self.record.sequence, self.left, self.right)

    def reverse_complement(self) -> Duplex:
        """Give the same molecule, read on its other strand."""
        return Duplex(reverse_complement(self.record), self.right, self.left, self.methylation)


def duplex_seguid(letters: Letters, left: End, right: End) -> str:
    """Give the checksum of letters with ends."""
    letters = letters.upper()
    if letters.circular:
        return cdseguid(letters)
    if not left.overhang and not right.overhang:
        return ldseguid(letters)
    watson, crick = bytearray(letters.data), bytearray(letters.reverse_complement().data)
    for end, at_left in ((left, True), (right, False)):
        size = len(end.overhang)
        if size:
            # on the left the top strand stands over at a 5' end, the bottom strand at a 3' end
            top_stands = (end.kind == "5'") == at_left
            strand, first = (crick, not at_left) if top_stands else (watson, at_left)
            place = slice(0, size) if first else slice(len(strand) - size, len(strand))
            strand[place] = b"-" * size
    return ldseguid(watson.decode(), crick.decode())


def _standing(end: End, letters: bytes, *, left: bool) -> str | None:
    """Give an end's letters as the top strand reads, or None where they do not fit."""
    size = len(end.overhang)
    if (end.kind == "blunt") != (size == 0) or end.kind not in ("blunt", "5'", "3'"):
        return None
    if not size:
        return ""
    if size >= len(letters):
        return None
    here = Letters(letters[:size] if left else letters[-size:])
    own = here if (end.kind == "5'") == left else here.reverse_complement()
    return str(here) if str(own) == end.overhang.upper() else None


Given = Duplex | Record | Letters | str


def as_duplex(given: Given, name: str = "", methylation: Sequence[str] = ()) -> Duplex:
    """Take a record, a sequence or letters as a molecule with blunt ends."""
    if isinstance(given, Duplex):
        return given
    if isinstance(given, str):
        given = Letters(given)
    if isinstance(given, Letters):
        given = Record(given, name=name)
    if not isinstance(given, Record):
        raise InputError(
            f"{type(given).__name__} is no DNA", expected="a Duplex, a Record, a Sequence or a str"
        )
    return Duplex(given, methylation=tuple(methylation) if given.circular else ())


def as_duplexes(
    given: Iterable[Given] | Given, methylation: Iterable[str] = ()
) -> tuple[Duplex, ...]:
    """Take what goes into a reaction; what has no name gets the number of its place."""
    if isinstance(given, Duplex | Record | Letters | str):
        given = [given]
    marks = tuple(methylation)
    found = tuple(as_duplex(each, f"input{i}", marks) for i, each in enumerate(given, 1))
    if not found:
        raise InputError("there is nothing to react", expected="at least one molecule")
    return found

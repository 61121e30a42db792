"""What a design changed: each change with its reason, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from biowright.core import EditError, Molecule, Record, Sequence
from biowright.core.request import step

__all__ = ["Change", "changed_record", "roll_back"]


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Letters that were exchanged.

    Parameters
    ----------
    start, end : int
        0-based, half-open, as the forward strand counts.
    old, new : str
        The letters of the forward strand, equally many.
    what : str
        The codon in words: ``lacZ L12 CTA>CTG``; empty outside of genes.
    why : str
    """

    start: int
    end: int
    old: str
    new: str
    what: str = ""
    why: str = ""


def changed_record(record: Record, letters: bytes, said: str) -> Record:
    """Give a record with other letters of the same number; all features stay where they are."""
    sequence = Sequence.trusted(letters, Molecule.DNA, record.topology)
    return record.changed(sequence=sequence, provenance=step(record, said))


def roll_back(record: Record, changes: Iterable[Change]) -> Record:
    """Take changes back, all of a design or only some of them.

    Raises
    ------
    EditError
        The record does not hold the new letters of a change.

    Examples
    --------
    >>> record = Record(Sequence("ATGCTGTAA"))
    >>> str(roll_back(record, [Change(3, 6, "TTA", "CTG")]).sequence)
    'ATGTTATAA'
    """
    letters = bytearray(record.sequence.data)
    changes = list(changes)
    length = max(len(letters), 1)
    for change in changes:
        places = [at % length for at in range(change.start, change.end)]
        here = bytes(letters[at] for at in places if at < len(letters)).decode()
        if here.upper() != change.new.upper():
            raise EditError(
                f"{here or 'nothing'} stands where the change had put {change.new}",
                record=record.name or None,
                position=change.start,
                hint="was the record edited since?",
            )
        for at, letter in zip(places, change.old.encode(), strict=True):
            letters[at] = letter
    return changed_record(record, bytes(letters), f"roll back {len(changes)} changes")

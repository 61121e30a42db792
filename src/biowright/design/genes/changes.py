"""What a design changed: each change with its reason, and the way back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from biowright.core import EditError, InputError, Molecule, Record, Sequence
from biowright.core.request import step

if TYPE_CHECKING:
    from .optimiser import Design

__all__ = ["Change", "changed_record", "read_changes", "roll_back", "write_changes"]


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


def write_changes(designs: Iterable[Design]) -> str:
    """Write the changes of designs as JSON, by which `roll_back` takes them back."""
    records = [
        {
            "record": design.record.name,
            "seguid": design.record.seguid,
            "changes": [asdict(change) for change in design.changes],
        }
        for design in designs
    ]
    return json.dumps({"biowright_changes": 1, "records": records}, indent=1) + "\n"


def read_changes(path: str | PathLike[str]) -> dict[str, list[Change]]:
    """Read what `write_changes` has written: the changes by the record's name.

    Raises
    ------
    InputError
        The file is no such list.
    """
    try:
        content = json.loads(Path(path).read_text("utf-8"))
        if content["biowright_changes"] != 1:
            raise InputError("the list of changes is of another version", path=path)
        return {
            record["record"]: [Change(**change) for change in record["changes"]]
            for record in content["records"]
        }
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", path=path) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            "this is no list of changes", path=path, hint="design gene --changes writes one"
        ) from None

"""What an edit is asked for, checked before anything is done."""

from __future__ import annotations

import operator

from .errors import EditError
from .record import Provenance, Record
from .sequence import Molecule, Sequence, Topology

__all__ = ["material", "position", "step", "window"]


def material(record: Record, new: Record | Sequence | str) -> Record:
    """Make what is to be inserted a record of the same kind and spelling, or refuse it."""
    if isinstance(new, str | bytes):
        new = Sequence(new, record.molecule)
    if isinstance(new, Sequence):
        new = Record(new)
    if not isinstance(new, Record):
        raise EditError(
            f"{type(new).__name__} cannot be inserted", expected="letters, a Sequence or a Record"
        )
    if new.molecule is not record.molecule:
        to = "to_rna()" if record.molecule is Molecule.RNA else "to_dna()"
        raise EditError(
            f"{new.molecule} cannot be put into {record.molecule}",
            record=record.name,
            hint=None if Molecule.PROTEIN in (new.molecule, record.molecule) else f"say {to}",
        )
    if new.circular:
        raise EditError(
            "a circle cannot be put into a sequence",
            record=record.name,
            hint="say where it opens: linearise it first",
        )
    if record.molecule is Molecule.RNA:
        spelled = _respelled(new.sequence.data, record.sequence.data)
        new = new.changed(sequence=Sequence.trusted(spelled, Molecule.RNA, Topology.LINEAR))
    return new


def _respelled(new: bytes, old: bytes) -> bytes:
    """Spell RNA with T or with U, as the RNA that it is put into."""
    with_t, with_u = b"T" in old or b"t" in old, b"U" in old or b"u" in old
    if with_t and not with_u:
        return new.translate(bytes.maketrans(b"Uu", b"Tt"))
    if with_u and not with_t:
        return new.translate(bytes.maketrans(b"Tt", b"Uu"))
    return new


def position(record: Record, value: int) -> int:
    """Give a whole number, or refuse what is none."""
    try:
        return operator.index(value)
    except TypeError:
        raise EditError(
            f"{value!r} is no position", record=record.name, expected="a whole number"
        ) from None


def window(record: Record, start: int, end: int) -> tuple[int, int]:
    """Check a window; on a circle give it with its start before the length."""
    start, end, length = position(record, start), position(record, end), len(record)
    wrong = None
    hint: str | None = "coordinates are 0-based and half-open"
    if start < 0 or start > length:
        wrong = f"the window {start}..{end} begins outside of a sequence of {length}"
    elif end < start:
        wrong = f"the window {start}..{end} ends before it starts"
        if record.circular and end >= 0:
            hint = f"over the origin it is written {start}..{end + length}"
    elif end > length and not record.circular:
        wrong = f"the window {start}..{end} reaches beyond a linear sequence of {length}"
    elif end - start > length:
        wrong = f"the window {start}..{end} is longer than the circle of {length}"
    if wrong:
        raise EditError(wrong, record=record.name, hint=hint)
    if start == length and end > length:
        return 0, end - length
    return start, end


def step(record: Record, said: str, used: tuple[str, ...] = ()) -> tuple[Provenance, ...]:
    """Give the provenance of a record with one more step."""
    return (*record.provenance, Provenance(said, "biowright", used))

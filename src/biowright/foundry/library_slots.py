"""Slots of constructs that are filled from a parts library."""

from __future__ import annotations

from dataclasses import fields

from biowright.core import InputError, Quantity, Record
from biowright.design import fill_slots
from biowright.library import Filters, Library, MeasuredRange

from .settings import Choice, ConstructSpace

__all__ = ["fill_from_library"]

_PLAIN = frozenset(
    ("role", "tag", "collection", "tier", "licence_within", "host", "min_length", "max_length")
)


def fill_from_library(
    space: ConstructSpace,
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], dict[str, Record]]:
    """Find the parts that slots name or choose in a library, as `fill_slots` does in a file.

    Raises
    ------
    InputError
        The library, a part or a word of a filter is not there, or nothing passes the filters of a slot.
    """
    assert space.library is not None
    slots: list[tuple[str, tuple[str, ...]]] = []
    records: dict[int, Record] = {}
    with Library.open(space.library) as library:
        for slot in space.slots:
            try:
                numbers = [library.find(name) for name in slot.parts]
                if slot.choose is not None:
                    numbers += library.select(_filters(slot.choose)).tolist()
                if space.newest is not None:
                    numbers = [number for number in numbers if number <= space.newest]
            except InputError as error:
                raise InputError(
                    f"slot {slot.name}: {error.what}", path=space.library, hint=error.hint
                ) from None
            numbers = list(dict.fromkeys(numbers))
            if not numbers:
                raise InputError(
                    f"slot {slot.name}: no part of the library is chosen",
                    path=space.library,
                    hint="name parts, or loosen what 'choose' asks for",
                )
            for number in numbers:
                if number not in records:
                    records[number] = library.record(number)
            slots.append((slot.name, tuple(records[number].name for number in numbers)))
    return fill_slots(slots, list(records.values()), path=space.library)


def _filters(choice: Choice) -> Filters:
    plain = {
        field.name: getattr(choice, field.name) for field in fields(choice) if field.name in _PLAIN
    }
    bounds = [
        None if text is None else Quantity.parse(text) for text in (choice.at_least, choice.at_most)
    ]
    if choice.quantity is None:
        if any(bound is not None for bound in bounds):
            raise InputError("a bound without a quantity", hint="say which: quantity = '...'")
        return Filters(**plain)
    return Filters(**plain, measured=(MeasuredRange(choice.quantity, *bounds),))

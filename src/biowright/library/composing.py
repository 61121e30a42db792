"""Composites: parts joined to a whole that keeps the links to them, and their licences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import (
    Attributes,
    Feature,
    FeatureTable,
    InputError,
    Location,
    Record,
    concatenate,
    reverse_complement,
)

from .adding import draft_of, save
from .curation import link
from .licences import combined

if TYPE_CHECKING:
    from .library import Library

__all__ = ["Composed", "compose"]


@dataclass(frozen=True, slots=True)
class Composed:
    """A composite that was written.

    Parameters
    ----------
    number : int
    licence : str
        Which asks for all that the licences of the parts ask for; "" where one is not known.
    conflicts : tuple of str
        What stands against passing it on.
    """

    number: int
    licence: str
    conflicts: tuple[str, ...]


def compose(
    library: Library, name: str, pieces: Sequence[tuple[int, int]], collection: str
) -> Composed:
    """Join versions to a composite: see `Library.compose`."""
    if not pieces:
        raise InputError("a composite needs parts")
    if not name.strip():
        raise InputError("a composite needs a name")
    versions = library.describe([number for number, _ in pieces])
    records, places, at = [], [], 0
    features: list[Feature] = []
    for version, (number, strand) in zip(versions, pieces, strict=True):
        if version.circular:
            raise InputError(f"{version.name} is a circle", hint="cut the part out of it first")
        record = library.record(number)
        said = Attributes({"label": version.name, "part": f"{version.part}.{version.version}"})
        span = Location.of((at, at + len(record)), strand=strand)
        features.append(Feature("misc_feature", span, said))
        records.append(record if strand == 1 else reverse_complement(record))
        places.append((number, at, at + len(record), strand))
        at += len(record)
    whole = concatenate(records)
    licence, conflicts = combined(version.licence for version in versions)
    made = Record(
        whole.sequence,
        name,
        description=f"composite of {', '.join(version.name for version in versions)}",
        features=FeatureTable([*features, *whole.features]),
        annotations=Attributes({"role": "SO:0000804"}),
    )
    draft = draft_of(made)
    with library.write("compose") as write:
        values = write.values(collection=collection, licence=licence, source="", tier="reference")
        draft.licence, draft.role = values.licence, write.term("role", "SO:0000804")
        saved = save(library.database, write.connection, write.id, values.collection, [draft])
        write.count(saved.added, saved.skipped)
        (number,) = saved.numbers
        if saved.added:
            link(library.database, write, number, places)
    return Composed(number, licence, conflicts)

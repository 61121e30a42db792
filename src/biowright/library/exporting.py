"""Whole collections as files: the records with what the library says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from biowright.core import Attributes, Provenance, Record

if TYPE_CHECKING:
    from .library import Library

__all__ = ["exported"]


def exported(library: Library, numbers: Iterable[int]) -> Iterator[Record]:
    """Walk versions as records that say licence, source, tier and identity among their annotations."""
    held: list[int] = []
    for number in numbers:
        held.append(int(number))
        if len(held) == 1000:
            yield from _some(library, held)
            held = []
    yield from _some(library, held)


def _some(library: Library, numbers: list[int]) -> Iterator[Record]:
    for version in library.describe(numbers):
        record = library.record(version.number)
        said = record.annotations
        more = {
            "identity": f"{version.part}.{version.version}",
            "collection": version.collection,
            "licence": version.licence,
            "provenance": version.source,
            "tier": version.tier,
        }
        pairs = [(key, value) for key, value in more.items() if value and key not in said]
        written = library.database.quick(
            "SELECT at, actor FROM library_writes WHERE id = "
            "(SELECT write FROM library_versions WHERE number = ?)",
            (version.number,),
        )
        ((at, actor),) = written
        step = Provenance("written to the library", actor, (version.part,), at)
        yield record.changed(
            annotations=Attributes([*said.pairs, *pairs]),
            provenance=(*record.provenance, step),
        )

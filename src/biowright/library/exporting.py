"""Whole collections as files: the records with what the library says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from biowright.core import Provenance, Record

from .parts import part_number
from .passport import with_passport

if TYPE_CHECKING:
    from .catalogue import Catalogue
    from .parts import PartVersion

__all__ = ["exported"]


def exported(library: Catalogue, numbers: Iterable[int], *, comment: bool) -> Iterator[Record]:
    """Walk versions as records that say what the library knows of them: see `Library.export`."""
    held: list[int] = []
    for number in numbers:
        held.append(int(number))
        if len(held) == 1000:
            yield from _some(library, held, comment)
            held = []
    yield from _some(library, held, comment)


def _some(library: Catalogue, numbers: list[int], comment: bool) -> Iterator[Record]:
    versions = library.describe(numbers)
    written, labels = _written(library, numbers), _labels(library, versions)
    for version in versions:
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
        pairs += labels.get(part_number(version.part), ())
        at, actor = written[version.number]
        step = Provenance("written to the library", actor, (version.part,), at)
        told = with_passport(record, pairs, comment=comment)
        yield told.changed(provenance=(*record.provenance, step))


def _written(library: Catalogue, numbers: list[int]) -> dict[int, tuple[str, str]]:
    """Give when and by whom versions were written."""
    if not numbers:
        return {}
    rows = library.database.quick(
        "SELECT v.number, w.at, w.actor FROM library_versions v "
        f"JOIN library_writes w ON w.id = v.write WHERE v.number IN ({_marks(numbers)})",
        numbers,
    )
    return {number: (at, actor) for number, at, actor in rows}


def _labels(
    library: Catalogue, versions: Sequence[PartVersion]
) -> dict[int, list[tuple[str, str]]]:
    """Give the tags and aliases of parts, the tags first."""
    parts = sorted({part_number(version.part) for version in versions})
    found: dict[int, list[tuple[str, str]]] = {}
    if parts:
        rows = library.database.quick(
            f"SELECT part, kind, text FROM library_labels WHERE part IN ({_marks(parts)}) "
            "AND removed IS NULL ORDER BY part, kind DESC, id",
            parts,
        )
        for part, kind, text in rows:
            found.setdefault(part, []).append((kind, text))
    return found


def _marks(values: Sequence[int]) -> str:
    return ",".join("?" * len(values))

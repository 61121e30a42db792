"""What guides are wanted for: a gene, a region, or a sequence of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from biowright.bio import gene_names
from biowright.core import InputError, Location, Record, suggest

__all__ = ["Target", "find_target"]

_REGION = re.compile(r"(.+):\s*([\d,_]+)\s*(?:\.\.|-)\s*([\d,_]+)")

_TYPES = ("gene", "CDS", "tRNA", "rRNA", "ncRNA", "tmRNA", "misc_feature", "promoter")


@dataclass(frozen=True)
class Target:
    """Where the cut should be.

    Parameters
    ----------
    record : Record
        The sequence that holds it.
    start, end : int
        0-based, half-open; on a circle the end may exceed the length.
    name : str
    coding : Location, optional
        The coding sequence, if the target is a gene that codes for a protein.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> Target(Record(Sequence("ACGTACGT"), "tiny"), 2, 6, "region").length
    4
    """

    record: Record
    start: int
    end: int
    name: str
    coding: Location | None = None

    @property
    def length(self) -> int:
        """Letters of the target."""
        return self.end - self.start

    @cached_property
    def _places(self) -> dict[int, int]:
        if self.coding is None:
            return {}
        size = len(self.record)
        order = self.coding.positions(size)
        return {at % size: number for number, at in enumerate(order)}

    def coding_place(self, cut: int) -> int | None:
        """Give how many letters of the coding sequence are before a cut, None outside of it.

        A cut is a border: before the letter of that number on the forward strand.
        """
        size = len(self.record)
        right, left = self._places.get(cut % size), self._places.get((cut - 1) % size)
        if right is None or left is None:
            return None
        return max(right, left)

    @property
    def coding_length(self) -> int:
        """Letters of the coding sequence."""
        return len(self._places)


def find_target(records: Sequence[Record], text: str) -> Target:
    """Find a gene by name or locus tag, or a region, in a genome.

    Parameters
    ----------
    records : sequence of Record
    text : str
        A gene's name, synonym, locus tag or protein id, in any case if it is the only one so
        spelled; or ``NAME:START..END``, 0-based and half-open, where NAME is a sequence's.

    Raises
    ------
    InputError
        There is no such gene or region, or there are several.

    Examples
    --------
    >>> from biowright.core import Feature, Sequence
    >>> cds = Feature("CDS", Location.of((2, 8)), {"gene": "tinA"})
    >>> genome = [Record(Sequence("CCATGTAACC"), "tiny", features=[cds])]
    >>> target = find_target(genome, "tina")
    >>> target.start, target.end, target.coding is not None
    (2, 8, True)
    >>> find_target(genome, "tiny:1..5").end
    5
    """
    exact = _named(records, text, lambda name: name == text)
    found = exact or _named(records, text, lambda name: name.casefold() == text.casefold())
    if len(found) > 1:
        places = ", ".join(f"{t.record.name}:{t.start}..{t.end}" for t in found[:5])
        raise InputError(
            f"'{text}' is in {len(found)} places: {places}", hint="give its locus tag or its region"
        )
    if found:
        return found[0]
    if region := _REGION.fullmatch(text.strip()):
        return _region(records, region)
    names = sorted({name for record in records for name in _gene_names(record)})
    hint = suggest(text, names) if names else "the genome has no genes: give NAME:START..END"
    raise InputError(f"there is no gene '{text}' in the genome", hint=hint)


def _gene_names(record: Record) -> Iterable[str]:
    for feature in record.features:
        if feature.type in ("gene", "CDS"):
            yield from gene_names(feature)


def _region(records: Sequence[Record], region: re.Match[str]) -> Target:
    name = region[1].strip()
    start, end = (int(region[n].replace(",", "").replace("_", "")) for n in (2, 3))
    for record in records:
        if name in (record.name, record.id):
            size = len(record)
            longest = start + size if record.circular else size
            if not start < end <= longest or start >= size:
                raise InputError(
                    f"the region {start}..{end} is not in '{name}' of {size:,} letters",
                    hint="0-based, half-open; over the origin of a circle the end exceeds the length",
                )
            return Target(record, start, end, f"{name}:{start}..{end}")
    known = [record.name for record in records]
    raise InputError(f"there is no sequence '{name}' in the genome", hint=suggest(name, known))


def _named(records: Sequence[Record], text: str, fits: Callable[[str], bool]) -> list[Target]:
    found: dict[tuple[str, int, int], Target] = {}
    for record in records:
        for feature in record.features:
            if feature.type not in _TYPES or not any(map(fits, gene_names(feature))):
                continue
            start, end = feature.location.start, feature.location.end
            coding = feature.location if feature.type == "CDS" else None
            key = (record.name, start, end)
            before = found.get(key)
            if before is None or (before.coding is None and coding is not None):
                found[key] = Target(record, start, end, text, coding)
    return _genes(list(found.values()))


def _genes(found: list[Target]) -> list[Target]:
    """Of a gene and the coding sequences in it, keep the coding sequence: it can be placed."""
    coding = [target for target in found if target.coding is not None]
    if not coding:
        return found
    return [
        t
        for t in found
        if t.coding is not None
        or not any(t.record is c.record and t.start <= c.start and c.end <= t.end for c in coding)
    ]

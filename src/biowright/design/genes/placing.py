"""Where a pattern is put that shall occur: places are ranked by what they cost, and tried in that order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from biowright.bio import find_many
from biowright.bio.iupac import masks, mirrored_masks, pattern_masks
from biowright.core import Location, Record

from .chain import make_chain, solve
from .compiling import compile_layout
from .kernels import BREACH
from .layout import spans_of
from .layout_genes import signals
from .rules import Avoid, FixedSequence, Rule
from .rules_places import Occurrence

__all__ = ["occurrences", "placements"]

AROUND = 30
"""Letters on both sides of a place that are solved with it."""
MOST_PLACES = 2_000
"""Places that are looked at, the ones nearest to the middle of the region first."""
TRIES = 12
"""Placements that are tried in the whole sequence."""
_QUICK = (50,)


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    loss: float
    new: bool
    distance: float
    start: int
    strand: int


def occurrences(record: Record, rule: Occurrence) -> list[tuple[int, int]]:
    """Give the start and strand of each match that counts."""
    spans = spans_of(rule.region, len(record), record.circular)
    hits = find_many(record, {"": rule.motif}, strands=rule.strands)[""]
    whole = rule.region is None and record.circular
    return sorted(
        (hit.start, hit.strand)
        for hit in hits
        if whole or any(a <= hit.start and hit.end <= b for a, b in spans)
    )


def placements(
    record: Record,
    best: Record,
    rule: Occurrence,
    rules: Sequence[Rule],
    soft: Sequence[Rule],
    change: str,
    overlaps: str,
) -> Iterator[list[Rule]]:
    """Give rules that put a pattern so many times and forbid it elsewhere, the cheapest first.

    Parameters
    ----------
    record : Record
    best : Record
        The best sequence without the rule; places are compared in it.
    rule : Occurrence
    rules, soft : sequence of Rule
        All others.
    change, overlaps : str
        See `optimise`.
    """
    size = len(rule.motif)
    found = _ranked(record, best, rule, rules, soft, change, overlaps) if rule.count else []
    for first in range(min(TRIES, len(found)) if rule.count else 1):
        chosen: list[_Place] = []
        for place in found[first:]:
            if len(chosen) == rule.count:
                break
            if all(abs(place.start - other.start) >= size for other in chosen):
                chosen.append(place)
        if len(chosen) == rule.count:
            yield [
                *(
                    FixedSequence(
                        rule.motif, Location.of((p.start, p.start + size), strand=p.strand)
                    )
                    for p in chosen
                ),
                *_elsewhere(record, rule, chosen),
            ]


def _elsewhere(record: Record, rule: Occurrence, chosen: Sequence[_Place]) -> Iterator[Avoid]:
    """Forbid all matches that count but the chosen ones."""
    size = len(rule.motif)
    for start, end in spans_of(rule.region, len(record), record.circular):
        for strand in rule.strands:
            taken = sorted(p.start for p in chosen if p.strand == strand and start <= p.start < end)
            for a, b in zip([start - 1, *taken], [*taken, end - size + 1], strict=True):
                # starts between two chosen ones: a match lies in a + 1 .. b - 1 + size
                if b - a > 1:
                    region = Location.of((a + 1, b - 1 + size))
                    whole = rule.region is None and not taken
                    yield Avoid(rule.motif, None if whole else region, (strand,))


def _ranked(
    record: Record,
    best: Record,
    rule: Occurrence,
    rules: Sequence[Rule],
    soft: Sequence[Rule],
    change: str,
    overlaps: str,
) -> list[_Place]:
    kept = signals(record) if overlaps == "keep" else None
    layout, opened = (
        compile_layout(record, rules, soft=soft, change=way, overlaps=overlaps, kept=kept)
        for way in (change, "all")
    )
    symbols = np.frombuffer(masks(best.sequence.data), np.uint8).copy()
    free = np.where(opened.allowed > 0, opened.allowed, opened.symbols)
    there = set(occurrences(record, rule))
    size = len(rule.motif)
    wanted = {1: pattern_masks(rule.motif), -1: mirrored_masks(pattern_masks(rule.motif))}
    open_places = []
    for start, end in spans_of(rule.region, len(record), record.circular):
        middle = (start + end - size) / 2
        for strand in rule.strands:
            sets = np.frombuffer(wanted[strand], np.uint8)
            if end - start < size:
                continue
            views = np.lib.stride_tricks.sliding_window_view(free[start:end], size)
            for at in np.flatnonzero((views & sets).all(axis=1)).tolist():
                open_places.append((abs(start + at - middle), start + at, strand))
    found = []
    for distance, at, strand in sorted(open_places)[:MOST_PLACES]:
        places = np.arange(at, at + size)
        meet = free[places] & np.frombuffer(wanted[strand], np.uint8)
        allowed = layout.allowed.copy()
        allowed[places] = np.where(opened.allowed[places] > 0, meet, 0)
        stretch = (at - AROUND, at + size + AROUND)
        with_it = solve(
            make_chain(replace(layout, allowed=allowed), symbols, *stretch), limits=_QUICK
        )
        without = solve(make_chain(layout, symbols, *stretch), limits=_QUICK)
        if with_it.letters is None or without.letters is None:
            continue
        loss = without.worth - with_it.worth
        if loss < BREACH / 2:
            found.append(_Place(round(loss, 6), (at, strand) not in there, distance, at, strand))
    return sorted(found)

"""No new promoter, terminator or start of translation: sites by models, compared with what was there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from biowright.bio import find_promoters, find_terminators, find_translation_starts
from biowright.core import Record

from .layout import spans_of
from .rules_signals import NoNewSignal

__all__ = ["Signal", "compared_with", "find_signals"]


@dataclass(frozen=True, slots=True)
class Signal:
    """A site that a model found.

    Parameters
    ----------
    start, end, strand : int
    place : int
        What tells whether it is the same site; see `NoNewSignal`.
    what : str
    parts : tuple of (start, end)
        Stretches of which one has to change, the most telling first.
    """

    start: int
    end: int
    strand: int
    place: int
    what: str
    parts: tuple[tuple[int, int], ...]


def _key(signal: Signal, length: int) -> tuple[int, int]:
    return signal.place % max(length, 1), signal.strand


def _sites(record: Record, rule: NoNewSignal) -> Iterator[Signal]:
    limit = rule.limit or 0.0
    if rule.kind == "promoter":
        for p in find_promoters(record, strength=limit, strands=rule.strands):
            boxes = ((p.end - 6, p.end), (p.start, p.start + 6))
            what = f"strength {p.strength:.3g}, spacer {p.spacer}"
            parts = (
                boxes
                if p.strand == 1
                else tuple((p.start + p.end - b, p.start + p.end - a) for a, b in boxes)
            )
            yield Signal(p.start, p.end, p.strand, p.transcription_start, what, parts)
    elif rule.kind == "terminator":
        for t in find_terminators(record, score=limit, strands=rule.strands):
            what = f"score {t.score:.1f}, hairpin of {t.energy:.1f} kcal/mol"
            half = (t.end - t.start) // 2
            arms = ((t.end - min(half, 9), t.end), (t.start, t.start + min(half, 9)))
            tail = (t.end, t.end + 6) if t.strand == 1 else (t.start - 6, t.start)
            parts = (tail, *(arms if t.strand == 1 else arms[::-1]))
            yield Signal(t.start, t.end, t.strand, t.end if t.strand == 1 else t.start, what, parts)
    else:
        for s in find_translation_starts(record, energy=limit, strands=rule.strands):
            what = f"{s.codon}, {s.energy:.1f} kcal/mol"
            bound = (s.start - 13, s.start - 4) if s.strand == 1 else (s.end + 4, s.end + 13)
            yield Signal(s.start, s.end, s.strand, s.start, what, ((s.start, s.end), bound))


def compared_with(rule: NoNewSignal, record: Record) -> NoNewSignal:
    """Give the rule with the sites of a record as those that were there."""
    if rule.known is not None:
        return rule
    return replace(rule, known=frozenset(_key(s, len(record)) for s in _sites(record, rule)))


def find_signals(record: Record, rule: NoNewSignal) -> list[Signal]:
    """Find the sites of a record that a rule forbids."""
    length = len(record)
    known = rule.known or frozenset()
    near = range(-3, 4) if rule.kind == "terminator" else range(1)
    coded = set()
    if rule.kind == "start":
        for feature in record.features:
            if feature.type == "CDS" and feature.location.local:
                first = feature.location.local[0]
                place = first.start if first.strand == 1 else first.end - 3
                coded.add((place % max(length, 1), first.strand))
    spans = spans_of(rule.region, length, record.circular)
    found = []
    for signal in _sites(record, rule):
        place, strand = _key(signal, length)
        if (place, strand) in coded:
            continue
        if any(((place + n) % max(length, 1), strand) in known for n in near):
            continue
        inside = any(a <= signal.start and signal.end <= b for a, b in spans)
        if inside or (rule.region is None and record.circular):
            found.append(signal)
    return found

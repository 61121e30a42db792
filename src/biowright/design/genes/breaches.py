"""Where a sequence breaks constraints: looked at plainly, without what made the sequence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from biowright.bio import find_many
from biowright.bio.iupac import masks
from biowright.core import Location, Record

from .layout import spans_of
from .new_signals import find_signals
from .placing import occurrences
from .rules import (
    Avoid,
    Choice,
    FixedSequence,
    GCContent,
    NoHairpins,
    Occurrence,
    Rule,
    UniqueKmers,
)
from .rules_signals import NoNewSignal
from .uniqueness import hairpins, host_table, repeated_kmers

__all__ = ["Breach", "find_breaches"]


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """A place where a constraint does not hold.

    Parameters
    ----------
    start, end : int
        0-based, half-open; over the origin of a circle the end is above the length.
    rule : str
        The constraint, in words.
    what : str
        What is wrong there.
    strand : int, default 1
    why : str, default ""
        Why it is still there: ``fixed`` where no letter of it may change.
    """

    start: int
    end: int
    rule: str
    what: str
    strand: int = 1
    why: str = ""

    def __str__(self) -> str:
        reason = f" ({self.why})" if self.why else ""
        return f"{self.start}..{self.end}: {self.rule}: {self.what}{reason}"


def find_breaches(record: Record, rules: Iterable[Rule]) -> list[Breach]:
    """Find all breaches of constraints in a record.

    Proteins and letters that are kept are no part of it: they are compared with what was there, see
    `optimise`.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> [str(b) for b in find_breaches(Record(Sequence("ATGAATTCTAA")), [Avoid("EcoRI")])]
    ['2..8: no EcoRI site (GAATTC): GAATTC']
    """
    found: list[Breach] = []
    rules = list(rules)
    length, circular = len(record), record.circular
    avoided = [rule for rule in rules if isinstance(rule, Avoid)]
    found += _patterns(record, avoided)
    for rule in rules:
        if isinstance(rule, GCContent):
            found += _windows(record, rule)
        elif isinstance(rule, UniqueKmers):
            found += _kmers(record, rule)
        elif isinstance(rule, NoHairpins):
            inside = _inside(rule.region, length, circular)
            for first, second in hairpins(record.sequence.data, circular, rule.stem, rule.window):
                if inside(first, second + rule.stem):
                    text = f"a stem of {rule.stem} with {first}..{first + rule.stem}"
                    found.append(Breach(first, second + rule.stem, str(rule), text))
        elif isinstance(rule, NoNewSignal):
            found += [
                Breach(site.start, site.end, str(rule), site.what, site.strand)
                for site in find_signals(record, rule)
            ]
        elif isinstance(rule, Choice):
            part = rule.region.parts[0]
            text = str(record.sequence.window(part.start, part.end)).upper()
            if text not in rule.variants:
                found.append(Breach(part.start, part.end, str(rule), text))
        elif isinstance(rule, Occurrence):
            times = len(occurrences(record, rule))
            if times != rule.count:
                region = rule.region or Location.of((0, length))
                found.append(Breach(region.start, region.end, str(rule), f"{times} times"))
        elif isinstance(rule, FixedSequence):
            read = rule.region.extract(record.sequence).data
            wanted, have = masks(rule.sequence.encode()), masks(read)
            wrong = [i for i, (w, h) in enumerate(zip(wanted, have, strict=True)) if h & ~w]
            if wrong:
                text = f"{len(wrong)} letters do not fit, the first at {wrong[0]} of the region"
                found.append(Breach(rule.region.start, rule.region.end, str(rule), text))
    return sorted(found)


def _inside(region: Location | None, length: int, circular: bool):
    spans = spans_of(region, length, circular)
    return lambda start, end: (
        any(a <= start and end <= b for a, b in spans) or (region is None and circular)
    )


def _patterns(record: Record, rules: Sequence[Avoid]) -> list[Breach]:
    found = []
    groups: dict[tuple[int, ...], dict[str, Avoid]] = {}
    for number, rule in enumerate(rules):
        groups.setdefault(tuple(rule.strands), {})[str(number)] = rule
    for strands, named in groups.items():
        hits = find_many(record, {key: rule.motif for key, rule in named.items()}, strands=strands)
        for key, places in hits.items():
            inside = _inside(named[key].region, len(record), record.circular)
            for hit in places:
                if inside(hit.start, hit.end):
                    text = str(record.sequence.window(hit.start, hit.end)).upper()
                    found.append(Breach(hit.start, hit.end, str(named[key]), text, hit.strand))
    return found


def _windows(record: Record, rule: GCContent) -> list[Breach]:
    found = []
    length = len(record)
    sets = np.frombuffer(masks(record.sequence.data), np.uint8)
    for start, end in spans_of(rule.region, length, record.circular):
        width = min(rule.window or end - start, end - start)
        if not width:
            continue
        turn = rule.region is None and record.circular and width < length
        piece = np.concatenate([sets, sets[: width - 1]]) if turn else sets[start:end]
        strong = ((piece & 9) == 0) & (piece > 0)
        total = np.concatenate([[0], np.cumsum(strong)])
        share = (total[width:] - total[:-width]) / width
        wrong = np.flatnonzero((share < rule.low - 1e-9) | (share > rule.high + 1e-9))
        for run in np.split(wrong, np.flatnonzero(np.diff(wrong) > 1) + 1):
            if not len(run):
                continue
            worst = max(share[run].tolist(), key=lambda x: max(rule.low - x, x - rule.high))
            text = (
                f"{100 * worst:.1f} % in {'a window' if len(run) == 1 else f'{len(run)} windows'}"
            )
            first = int(run[0]) + start
            found.append(Breach(first, int(run[-1]) + start + width, str(rule), text))
    return found


def _kmers(record: Record, rule: UniqueKmers) -> list[Breach]:
    host = host_table(rule.host, rule.k)
    places = repeated_kmers(record.sequence.data, record.circular, rule.k, host)
    inside = _inside(rule.region, len(record), record.circular)
    found = []
    for start, end, other in places:
        if inside(start, min(start + rule.k, end)):
            text = "also in the host" if other < 0 else f"also at {other}"
            found.append(Breach(start, end, str(rule), text))
    return found

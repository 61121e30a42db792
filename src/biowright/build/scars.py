"""Scars of Golden Gate: which overhang goes to which junction, so that no scar makes or breaks a signal.

Every order of the overhangs of a set, and either strand of each, is ligated as surely. The scars differ
in what they make with the parts beside them: a promoter, a terminator or a start of translation, a site
of an enzyme, another distance of a ribosome binding site from its start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from biowright.bio import other_strand
from biowright.core import Feature, FeatureTable, Location, Record
from biowright.core import Sequence as Letters
from biowright.design import Candidate, SignalChange, Stretch, junction_signals

__all__ = ["arrange_overhangs", "scar_signals"]

AROUND = 200
"""Letters on both sides of a scar that are looked at."""
TRIED = 400
"""Scars in their surroundings that are looked at, of all constructs together."""
ROUNDS = 4
"""Rounds of exchanges after each scar has been put where it does the least harm by itself."""
SITE, WORSE = 100.0, 0.25
"""What a new site weighs, and each kcal/mol that a start loses; other new signals weigh 1."""
_GAP = 60  # letters that are not known, between one window and the next
_LOSSES = ("ribosome binding", "Kozak", "start codon")


@dataclass(frozen=True, slots=True)
class _Window:
    """A scar in its surroundings: what is left and right of it, and where these lie in the parts joined."""

    candidate: Candidate
    junction: int
    scar: str
    left: str
    right: str


def arrange_overhangs(
    candidates: Sequence[Candidate],
    overhangs: Sequence[str],
    *,
    have: Iterable[str] = (),
    enzymes: Sequence[str] = ("BsaI", "BsmBI", "BbsI", "SapI"),
) -> tuple[str, ...]:
    """Put each overhang of a set to the junction where it does the least harm.

    Parameters
    ----------
    candidates : sequence of Candidate
        Constructs of parts; of many, some are looked at.
    overhangs : sequence of str
        One a junction, those to the vector first and last.
    have : iterable of str
        Names of pieces that were ordered before: their overhangs stay where they are.
    enzymes : sequence of str
        Whose sites should not arise.

    Returns
    -------
    tuple of str
        The same overhangs, or their other strands, in another order; the given order where it is as good.
    """
    there = _kept(have, overhangs)
    count = len(overhangs)
    chosen = _some(candidates, TRIED // (2 * count * count))
    options = [scar for o in overhangs for scar in (o, other_strand(o))]
    windows = [
        _Window(c, j, scar, *_beside(c, j, overhangs))
        for c in chosen
        for j in range(count)
        for scar in options
    ]
    weights = np.array(_weights(windows, enzymes)).reshape(len(chosen), count, count, 2)
    table = weights.sum(axis=0)
    sides = np.where(table[:, :, 1] < table[:, :, 0] - 1e-9, 1, 0)
    costs = table.min(axis=2)
    # of equals, the given order
    costs += 1e-6 * np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    for junction, scar in there.items():
        for o, overhang in enumerate(overhangs):
            if scar in (overhang, other_strand(overhang)):
                costs[junction, :] = costs[:, o] = 1e6
                costs[junction, o] = 0.0
                sides[junction, o] = int(scar != overhang)
    rows, columns = linear_sum_assignment(costs)
    best = tuple(
        options[2 * o + sides[j, o]] for j, o in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    return _climbed(chosen, overhangs, best, there, enzymes)


def _climbed(
    candidates: Sequence[Candidate],
    given: Sequence[str],
    best: tuple[str, ...],
    there: Mapping[int, str],
    enzymes: Sequence[str],
) -> tuple[str, ...]:
    """Exchange and turn overhangs as long as it helps: a scar also counts for those beside it."""
    free = [j for j in range(len(best)) if j not in there]
    harm: dict[tuple[str, ...], float] = {}

    def judge(orders: Iterable[tuple[str, ...]]) -> None:
        fresh = [order for order in dict.fromkeys(orders) if order not in harm]
        if not fresh:
            return
        some = _some(candidates, TRIED // max(1, len(fresh) * len(best)))
        windows = [
            _Window(c, j, order[j], *_beside(c, j, order))
            for order in fresh
            for c in some
            for j in range(len(best))
        ]
        sums = np.array(_weights(windows, enzymes)).reshape(len(fresh), -1).sum(axis=1)
        harm.update(zip(fresh, (sums / max(1, len(some))).tolist(), strict=True))

    judge([best, tuple(given)] if not there else [best])
    if not there and harm[tuple(given)] <= harm[best]:
        best = tuple(given)
    for _ in range(ROUNDS):
        if not harm[best] or not free:
            break
        others = []
        for n, j in enumerate(free):
            turned = list(best)
            turned[j] = other_strand(best[j])
            others.append(tuple(turned))
            for k in free[n + 1 :]:
                swapped = list(best)
                swapped[j], swapped[k] = best[k], best[j]
                others.append(tuple(swapped))
        judge(others)
        better = min(others, key=lambda order: harm[order], default=best)
        if harm[better] >= harm[best] - 1e-9:
            break
        best = better
    return best


def scar_signals(
    candidates: Sequence[Candidate],
    overhangs: Sequence[str],
    *,
    enzymes: Sequence[str] = ("BsaI", "BsmBI", "BbsI", "SapI"),
) -> list[str]:
    """Tell what the scars and the joins of constructs make or break, each once.

    Returns
    -------
    list of str
        With the parts beside the junction and the construct where it was seen first.
    """
    told: dict[tuple[str, str], tuple[int, str]] = {}
    chosen = _some(candidates, TRIED // max(1, len(overhangs)))
    windows = [
        _Window(c, j, overhangs[j], *_beside(c, j, overhangs))
        for c in chosen
        for j in range(len(overhangs))
    ]
    for window, change, far in _changes(windows, enzymes):
        c, j = window.candidate, window.junction
        names = [part.name for part in c.parts[max(j - 1, 0) : j + 1]]
        place = f"between {' and '.join(names)}" if len(names) == 2 else f"at the end of {names[0]}"
        text = f"{place}, scar {overhangs[j]}: {change.reason} (as in {c.id})"
        # what several scars are near is told of the nearest
        key = (c.id, change.reason)
        if key not in told or far < told[key][0]:
            told[key] = (far, text)
    return list(dict.fromkeys(text for _, text in told.values()))


def _kept(have: Iterable[str], overhangs: Sequence[str]) -> dict[int, str]:
    """Give the overhangs at junctions of pieces that are there, by their names."""
    found: dict[int, str] = {}
    known = {*overhangs, *map(other_strand, overhangs)}
    for name in sorted(have):
        match = re.fullmatch(r".*_slot(\d+)_([ACGT]+)_([ACGT]+)", name)
        if match is None:
            continue
        slot = int(match[1])
        for junction, scar in ((slot - 1, match[2]), (slot, match[3])):
            taken = {other_strand(s) for s in found.values()} | set(found.values())
            if scar in known and junction < len(overhangs) and scar not in taken:
                found.setdefault(junction, scar)
    return found


def _some(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    """Take candidates at even distances."""
    step = -(-len(candidates) // max(1, most))
    return list(candidates[::step])


def _bounds(candidate: Candidate) -> list[int]:
    """Give where each part begins when they are joined without scars, and the end."""
    bounds = [0]
    for part in candidate.parts:
        bounds.append(bounds[-1] + len(part))
    return bounds


def _beside(candidate: Candidate, junction: int, overhangs: Sequence[str]) -> tuple[str, str]:
    """Give the letters beside a scar, with the other scars in their places."""
    texts = [str(part.sequence).upper() for part in candidate.parts]
    left = "".join(o + text for o, text in zip(overhangs, texts[:junction], strict=False))
    right = "".join(
        text + o for text, o in zip(texts[junction:], overhangs[junction + 1 :], strict=False)
    )
    return left[-AROUND:], right[:AROUND]


def _weights(windows: Sequence[_Window], enzymes: Sequence[str]) -> list[float]:
    weights = [0.0] * len(windows)
    numbers = {id(window): n for n, window in enumerate(windows)}
    for window, change, _ in _changes(windows, enzymes, joins=False):
        weight = 1.0
        if change.kind == "site":
            weight = SITE
        elif change.kind == "ribosome binding" and change.before is not None:
            weight = WORSE * (change.score - change.before)
        weights[numbers[id(window)]] += weight
    return weights


def _changes(
    windows: Sequence[_Window], enzymes: Sequence[str], *, joins: bool = True
) -> Iterator[tuple[_Window, SignalChange, int]]:
    """Look at all windows at once; give each change with its window and how far from the scar it lies.

    What parts make that are joined without scars counts only with `joins`.
    """
    letters: list[str] = []
    starts: list[int] = []
    near: list[tuple[int, int]] = []
    alone: list[Stretch] = []
    joined: list[Stretch] = []
    features: list[Feature] = []
    at = 0
    for window in windows:
        c, j, size = window.candidate, window.junction, len(window.scar)
        text = window.left + window.scar + window.right
        scar = at + len(window.left)
        starts.append(at)
        near.append((scar, scar + size))
        bounds = _bounds(c)
        for i, part in enumerate(c.parts):
            # with the scars between this part and the junction
            begin = scar + (bounds[i] - bounds[j]) + (i - j + 1) * size
            low, high = max(begin, at), min(begin + len(part), at + len(text))
            if i < j:
                high = min(high, scar)
            if low >= high:
                continue
            first, last = low - begin, high - begin
            alone.append(Stretch(part, first, last, 1, low))
            assert c.record is not None
            joined.append(Stretch(c.record, bounds[i] + first, bounds[i] + last, 1, low))
            whole = Record(part.sequence[first:last], part.name)
            features += _starts(c, bounds[i], first, len(whole), low)
        letters.append(text)
        at += len(text) + _GAP
    if not letters:
        return
    record = Record(Letters(("N" * _GAP).join(letters)), features=FeatureTable(features))
    if joins:
        found = junction_signals(record, alone, near=near, enzymes=enzymes)
        lost = junction_signals(record, joined, near=near, enzymes=())
        found += [change for change in lost if change.kind in _LOSSES]
    else:
        found = junction_signals(record, [*alone, *joined], near=near, enzymes=enzymes)
    for change in found:
        number = int(np.searchsorted(starts, change.start, side="right")) - 1
        yield windows[number], change, abs(change.start - near[number][0])


def _starts(candidate: Candidate, bound: int, first: int, size: int, at: int) -> Iterator[Feature]:
    """Give the starts of genes in a stretch of a part, at their places in the window."""
    assert candidate.record is not None
    for feature in candidate.record.features:
        if feature.type != "CDS" or not feature.location.local:
            continue
        span = feature.location.local[0]
        low = span.start if span.strand == 1 else span.end - 3
        offset = low - bound - first
        if 0 <= offset <= size - 3:
            place = Location.of((at + offset, at + offset + 3), strand=span.strand)
            yield Feature("CDS", place, feature.qualifiers)

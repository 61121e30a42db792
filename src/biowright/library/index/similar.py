"""Relatives of a query: seeds on close diagonals, and the best local alignment along them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from biowright.bio.alignment import Scores
from biowright.bio.alignment_kernels import banded, banded_score

from .clusters import clusters, promises
from .hits import Hits
from .packing import unpack
from .queries import Pattern
from .seeds import Effort, effort, expected, seeds
from .segment import Segment
from .stretches import stretch

__all__ = ["ROUND", "Wanted", "similar"]

SCORES = Scores()
COSTS = (SCORES.match, SCORES.mismatch, SCORES.gap, SCORES.extension)
PAD = 20
"""Diagonals on both sides of the seeds."""
WIDEST = 400
AROUND = 4000
"""Letters of the query on both sides of the seeds that an alignment may reach."""
ROUND = 20_000
"""Letters of a circular query that are read again behind its end."""
SHORT = 160
"""Letters of a query for which it is affordable to change two letters of a window."""
ENOUGH = 1.0
"""Seeds to expect of a relative as close as one that is found, so that no more is looked for."""
ROUNDS = 3
"""Times that an alignment on circles is tried from another cut."""
BESIDE = 8
"""Diagonals beside an alignment on which seeds belong to it."""
MORE = 8
"""Clusters that are aligned beyond those that are asked for, since a promise is not exact."""
PROMISE = 0.7
"""The share of the least score that a cluster must promise."""
LAMBDA, KAPPA = 0.625, 0.41
"""For these scores, as BLAST+ gives them; Altschul et al. (1997), doi:10.1093/nar/25.17.3389."""
EXPECTED = 1e-3
"""How many hits as good as the worst reported one a library of random letters would have."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What counts as a relative.

    Parameters
    ----------
    identity : float
        The least share of columns with the same base.
    overlap : int, optional
        Relatives that agree over so many letters are looked for; half of the query by default.
    letters : int
        Of the whole library, from which the score follows that chance does not reach.
    least : float, optional
        The least score, instead of that one.
    """

    identity: float
    overlap: int | None
    letters: int
    least: float | None = None


def similar(
    segment: Segment, made: list[Pattern], allowed: np.ndarray, limit: int, wanted: Wanted
) -> Hits:
    """Find relatives: for each query those with the best scores first."""
    by_query: dict[int, list[Pattern]] = {}
    for pattern in made:
        by_query.setdefault(pattern.query, []).append(pattern)
    pieces = []
    for query, strands in by_query.items():
        size = strands[0].size
        if size < segment.k:
            continue
        rows: list[tuple[int, ...]] = []
        for how in _ways(segment, size, wanted):
            rows += _along(segment, strands, how, allowed, limit, wanted)
            if any(_seen(segment.k, how, row, size) for row in rows):
                break
        rows.sort(key=lambda row: (-row[0], row[1], row[2], -row[4]))
        best = _apart(rows, strands[0].circle)
        if best:
            pieces.append(aligned_hits(segment, query, best[:limit]))
    return Hits.together(pieces)


def _ways(segment: Segment, size: int, wanted: Wanted) -> list[Effort]:
    """Give how to look: what costs little first, which is enough where it finds a close relative."""
    k = segment.k
    full = effort(k, wanted.identity, min(wanted.overlap or max(size // 2, 300), size))
    if wanted.overlap is not None:
        return [full]
    ways = [
        how for how in (Effort(k, 0, 5), Effort(k, 0, 1)) if full.changed or how.step > full.step
    ]
    ways.append(full)
    if size <= SHORT and full.changed == 1:
        ways.append(Effort(k, 2, 1, True))
    return ways


def _seen(k: int, how: Effort, row: tuple[int, ...], size: int) -> bool:
    """Tell whether a hit covers half of the query, and a better one would have been found, too."""
    matches, columns, first, last = row[5:]
    return 2 * (last - first) > size and expected(k, how, matches / columns, columns) >= ENOUGH


def _along(
    segment: Segment,
    strands: list[Pattern],
    how: Effort,
    allowed: np.ndarray,
    limit: int,
    wanted: Wanted,
) -> list[tuple[int, ...]]:
    """Align along the clusters of seeds of both strands, the best first."""
    size = strands[0].size
    floor = wanted.least or min(
        log(KAPPA * size * max(wanted.letters, 1) / EXPECTED) / LAMBDA, 0.75 * SCORES.match * size
    )
    gathered: list[tuple[float, list[int], Pattern]] = []
    for pattern in strands:
        found = seeds(segment, pattern.codes, how, 16 if len(allowed) else 1)
        rows = clusters(segment, found, allowed)
        promised = promises(segment, pattern.codes, rows)
        likely = np.flatnonzero(promised >= PROMISE * floor)
        gathered += [
            (promise, row, pattern)
            for promise, row in zip(promised[likely].tolist(), rows[likely].tolist(), strict=True)
        ]
    gathered.sort(key=lambda each: (-each[0], each[1][1]))
    scored = [
        (_score(segment, pattern, row), row, pattern)
        for _, row, pattern in gathered[: 2 * limit + MORE]
    ]
    scored.sort(key=lambda each: (-each[0], each[1][1]))
    results: list[tuple[int, ...]] = []
    paths: dict[tuple[int, int], list[tuple[int, ...]]] = {}
    for score, row, pattern in scored:
        if score < floor or len(results) >= limit + MORE:
            break
        known = paths.setdefault((row[1], pattern.strand), [])
        if _on_a_path(segment, pattern, row, known):
            continue
        aligned = _aligned(segment, pattern, row, wanted.identity)
        if aligned is None or aligned[0] < floor:
            continue
        known.append(aligned)
        score, query_start, query_end, start, end, matches, columns = aligned
        if pattern.strand < 0:
            letters = len(pattern.sets)
            query_start, query_end = letters - query_end, letters - query_start
        if query_start >= pattern.size:
            query_start, query_end = query_start - pattern.size, query_end - pattern.size
        results.append(
            (score, row[1], start, end, pattern.strand, matches, columns, query_start, query_end)
        )
    return results


def _on_a_path(
    segment: Segment, pattern: Pattern, row: list[int], known: list[tuple[int, ...]]
) -> bool:
    """Tell whether an alignment goes through the seeds of a cluster: another would be the same.

    Round a circular query or part, the same place has other numbers.
    """
    _, part, low, high, first, last = row
    around = int(segment.lengths[part]) if segment.circular[part] else 0
    turns = (-pattern.circle, 0, pattern.circle) if pattern.circle else (0,)
    for _, query_start, query_end, start, end, _, _ in known:
        begins, ends = start - query_start, end - query_end
        least, most = min(begins, ends) - BESIDE, max(begins, ends) + BESIDE
        for turn in turns:
            if query_start <= first + turn and last + turn <= query_end:
                shift = turn + (round((low - turn - least) / around) * around if around else 0)
                if least <= low - shift and high - shift <= most:
                    return True
    return False


def _band(segment: Segment, pattern: Pattern, row: list[int]) -> tuple[int, ...]:
    """Give the stretch of the query, the diagonals and the stretch of the part of a cluster.

    Of a circle it is once round, and of the part what the band is wide, with the seeds in the middle.
    """
    _, part, low, high, first, last = row
    length = int(segment.lengths[part])
    if high - low > WIDEST:
        middle = (low + high) // 2
        low, high = middle - WIDEST // 2, middle + WIDEST // 2
    low, high = low - PAD, high + PAD
    begin, end = max(0, first - AROUND), min(len(pattern.sets), last + AROUND)
    middle = (first + last) // 2
    if pattern.circle and end - begin > pattern.circle:
        begin, end = _once_round(pattern, middle)
    left, right = begin + low, end + high + 1
    if not segment.circular[part]:
        left, right = max(left, 0), min(right, length)
    elif right - left > length + high - low:
        left = middle + low - length // 2
        right = left + length + high - low
    return begin, end, low, high, left, right


def _once_round(pattern: Pattern, middle: int) -> tuple[int, int]:
    """Give the stretch of a circular query, once round, that has a place in its middle."""
    begin = min(max(middle - pattern.circle // 2, 0), len(pattern.sets) - pattern.circle)
    return begin, begin + pattern.circle


def _score(segment: Segment, pattern: Pattern, row: list[int]) -> float:
    """Give the best score along a cluster."""
    begin, end, low, high, left, right = _band(segment, pattern, row)
    if right <= left:
        return 0.0
    target = _letters(segment, row[1], left, right)
    offset = begin - left
    sets = pattern.sets[begin:end]
    return float(banded_score(sets, target, low + offset, high + offset, *COSTS))


def _aligned(
    segment: Segment, pattern: Pattern, row: list[int], identity: float
) -> tuple[int, ...] | None:
    """Align along a cluster; places on the part are those of its forward strand, maybe above it.

    Where an alignment reaches the place at which a circle was cut open, the circle is cut open on the
    other side of it, and what is better is taken.
    """
    part = row[1]
    length = int(segment.lengths[part])
    begin, end, low, high, left, right = _band(segment, pattern, row)
    best: tuple[int, ...] | None = None
    for _ in range(ROUNDS):
        if right <= left:
            break
        offset = begin - left
        target = _letters(segment, part, left, right)
        band = (pattern.sets[begin:end], target, low + offset, high + offset, *COSTS)
        found = banded(*band, False)[:7]
        score, query_start, query_end, start, stop, matches, columns = found
        if score and matches < identity * columns:
            found = stretch(*banded(*band, True), identity, SCORES)
            score, query_start, query_end, start, stop, matches, columns = found
        if not score or (best is not None and score <= best[0]):
            break
        query_start, query_end = query_start + begin, query_end + begin
        start, stop = start + left, stop + left
        if stop - start > length:
            left, right = start, start + length
            continue
        best = (score, query_start, query_end, start, stop, matches, columns)
        cut = (left, right, begin, end)
        if segment.circular[part] and (start == left or stop == right):
            left = (start + stop - length + low - high) // 2
            right = left + length + high - low
        if pattern.circle and (query_start == begin or query_end == end):
            begin, end = _once_round(pattern, (query_start + query_end) // 2)
        if cut == (left, right, begin, end):
            break
    if best is None:
        return None
    if segment.circular[part]:
        turn = best[3] // length * length
        best = (*best[:3], best[3] - turn, best[4] - turn, *best[5:])
    return best


def _letters(segment: Segment, part: int, left: int, right: int) -> np.ndarray:
    """Give the sets of bases of a stretch of a part, around the circle where it is one."""
    base = 4 * int(segment.starts[part])
    length = int(segment.lengths[part])
    pieces = []
    while left < right:
        at = left % length
        count = min(right - left, length - at)
        sets = np.empty(count, np.uint8)
        unpack(segment.words, base + at, count, segment.runs, sets)
        pieces.append(sets)
        left += count
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _apart(rows: list[tuple[int, ...]], circle: int) -> list[tuple[int, ...]]:
    """Leave out what lies mostly on a better hit of the same part, in the part and the query.

    On a circular query of so many letters a place comes again once round.
    """
    rounds = (-circle, 0, circle) if circle else (0,)
    kept: list[tuple[int, ...]] = []
    on: dict[tuple[int, int], list[tuple[int, ...]]] = {}
    for row in rows:
        _, part, start, end, strand, _, _, query_start, query_end = row
        better = on.setdefault((part, strand), [])
        if not any(
            2 * (min(end, e) - max(start, s)) > end - start
            and 2 * (min(query_end, qe + turn) - max(query_start, qs + turn))
            > query_end - query_start
            for _, _, s, e, _, _, _, qs, qe in better
            for turn in rounds
        ):
            better.append(row)
            kept.append(row)
    return kept


def aligned_hits(segment: Segment, query: int, rows: Sequence[tuple[int, ...]]) -> Hits:
    """Give the hits of a query from rows of alignments.

    A row has the score, the part, start, end and strand on it, matches, columns, and where the query
    begins and ends.
    """
    score, part, start, end, strand, matches, columns, query_start, query_end = np.array(
        rows, np.int64
    ).T
    lengths = segment.lengths[part].astype(np.int64)
    return Hits(
        np.full(len(rows), query, np.int32),
        segment.numbers[part],
        start,
        np.where(end > lengths, end - lengths, end),
        strand.astype(np.int8),
        matches / columns,
        score.astype(np.float64),
        query_start,
        query_end,
    )

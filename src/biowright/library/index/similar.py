"""Relatives of a query: seeds on close diagonals, and the best local alignment along them."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from biowright.bio.alignment import Scores
from biowright.bio.alignment_kernels import banded

from .hits import Hits
from .packing import unpack
from .queries import Pattern
from .seeds import Effort, clusters, effort, seeds
from .segment import Segment

__all__ = ["Wanted", "similar"]

SCORES = Scores()
PAD = 20
"""Diagonals on both sides of the seeds."""
WIDEST = 400
AROUND = 4000
"""Letters of the query on both sides of the seeds that an alignment may reach."""
SHORT = 160
"""Letters of a query for which it is affordable to change two letters of a window."""
LEAST = 24
"""Clusters that are aligned at least."""
GLANCE, NARROW, MOST = 100, 8, 160
"""Letters around the seeds and diagonals beside them that a glance looks at, and how many it sees."""
ALWAYS = 8
"""Clusters that are aligned however few letters agree."""
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
        size = len(strands[0].sets)
        if size < segment.k:
            continue
        rows: list[tuple[int, ...]] = []
        for how in _ways(segment, size, wanted):
            rows += _along(segment, strands, how, allowed, limit, wanted)
            if any(2 * (row[8] - row[7]) > size for row in rows):
                break
        best = _apart(sorted(rows, key=lambda row: (-row[0], row[1], row[2], -row[4])))
        if best:
            pieces.append(_hits(segment, query, best[:limit]))
    return Hits.together(pieces)


def _ways(segment: Segment, size: int, wanted: Wanted) -> list[Effort]:
    """Give how to look: what costs little first, which is enough where it finds most of the query."""
    full = effort(segment.k, wanted.identity, min(wanted.overlap or max(size // 2, 300), size))
    if not full.changed or wanted.overlap is not None:
        return [full]
    ways = [Effort(segment.k - 1, 0, 1), full]
    if size <= SHORT and full.changed < 2:
        ways.append(Effort(segment.k, 2, 1))
    return ways


def _along(
    segment: Segment,
    strands: list[Pattern],
    how: Effort,
    allowed: np.ndarray,
    limit: int,
    wanted: Wanted,
) -> list[tuple[int, ...]]:
    """Align along the clusters of seeds of both strands, the best first."""
    size = len(strands[0].sets)
    floor = wanted.least or min(
        log(KAPPA * size * max(wanted.letters, 1) / EXPECTED) / LAMBDA, 0.75 * SCORES.match * size
    )
    gathered: list[tuple[list[int], Pattern]] = []
    for pattern in strands:
        found = seeds(segment, pattern.codes, how, 16 if len(allowed) else 1)
        gathered += [(row, pattern) for row in clusters(segment, found, allowed).tolist()]
    gathered.sort(key=lambda pair: -pair[0][0])
    # so many letters around a seed agree in a relative, two deviations less at times
    around = 64 - how.width
    usual = how.width + around * wanted.identity
    usual -= 2 * sqrt(around * wanted.identity * (1 - wanted.identity))
    results: list[tuple[int, ...]] = []
    rank = 0
    for row, pattern in gathered:
        if rank >= max(LEAST, 3 * limit):
            break
        if wanted.overlap is None and rank >= ALWAYS and row[0] < usual:
            break
        rank += 1
        results += _result(segment, pattern, row, floor, wanted)
    if wanted.overlap is None and not any(2 * (row[8] - row[7]) > size for row in results):
        # a distant relative with gaps may hide among those that look alike by chance
        glanced = [
            (_aligned(segment, pattern.sets, row, GLANCE, NARROW), row, pattern)
            for row, pattern in gathered[rank:MOST]
        ]
        likely = [(found[0], row, pattern) for found, row, pattern in glanced if found]
        likely.sort(key=lambda each: -each[0])
        for _, row, pattern in likely[:ALWAYS]:
            results += _result(segment, pattern, row, floor, wanted)
    return results


def _result(
    segment: Segment, pattern: Pattern, row: list[int], floor: float, wanted: Wanted
) -> list[tuple[int, ...]]:
    """Align along a cluster; give what comes of it, if it is good enough."""
    aligned = _aligned(segment, pattern.sets, row, AROUND, PAD)
    if aligned is None:
        return []
    score, query_start, query_end, start, end, matches, columns = aligned
    if score < floor or matches < wanted.identity * columns:
        return []
    if pattern.strand < 0:
        size = len(pattern.sets)
        query_start, query_end = size - query_end, size - query_start
    return [(score, row[1], start, end, pattern.strand, matches, columns, query_start, query_end)]


def _aligned(
    segment: Segment, sets: np.ndarray, row: list[int], around: int, pad: int
) -> tuple[int, ...] | None:
    """Align along a cluster; places on the part are those of its forward strand, maybe above it."""
    _, part, low, high, first, last = row
    length = int(segment.lengths[part])
    if high - low > WIDEST:
        middle = (low + high) // 2
        low, high = middle - WIDEST // 2, middle + WIDEST // 2
    low, high = low - pad, high + pad
    begin, end = max(0, first - around), min(len(sets), last + around)
    circular = bool(segment.circular[part])
    # the stretch of the part that the band meets, on a circle once round and what the band is wide
    left, right = begin + low, end + high + 1
    if circular:
        right = min(right, left + length + high - low)
    else:
        left, right = max(left, 0), min(right, length)
    while True:
        if right <= left:
            return None
        found = banded(
            sets[begin:end],
            _letters(segment, part, left, right),
            low + begin - left,
            high + begin - left,
            SCORES.match,
            SCORES.mismatch,
            SCORES.gap,
            SCORES.extension,
            False,
        )
        score, query_start, query_end, start, stop, matches, columns = found[:7]
        if not score:
            return None
        if stop - start <= length:
            break
        left, right = left + start, left + start + length
    start, stop = start + left, stop + left
    if circular:
        turn = start // length * length
        start, stop = start - turn, stop - turn
    return score, query_start + begin, query_end + begin, start, stop, matches, columns


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


def _apart(rows: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Leave out what lies mostly on a better hit of the same part, in the part and the query."""
    kept: list[tuple[int, ...]] = []
    on: dict[tuple[int, int], list[tuple[int, ...]]] = {}
    for row in rows:
        _, part, start, end, strand, _, _, query_start, query_end = row
        better = on.setdefault((part, strand), [])
        if not any(
            2 * (min(end, e) - max(start, s)) > end - start
            and 2 * (min(query_end, qe) - max(query_start, qs)) > query_end - query_start
            for _, _, s, e, _, _, _, qs, qe in better
        ):
            better.append(row)
            kept.append(row)
    return kept


def _hits(segment: Segment, query: int, rows: list[tuple[int, ...]]) -> Hits:
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

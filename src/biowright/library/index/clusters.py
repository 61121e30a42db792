"""Clusters: seeds on the same part and on close diagonals, and what an alignment there promises.

Of the thousands of places where a seed is found by chance, a few are worth an alignment. For each
16 letters of the query the diagonal beside the seeds is chosen on which most of them agree; what
these would score together, from the best stretch of such blocks, tells relatives from chance, gaps
or not, and takes a hundredth of the time of an alignment.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

from .packing import pack_query
from .segment import Segment

__all__ = ["clusters", "promises"]

BESIDE = 8
"""Diagonals on both sides of the seeds that a block of letters may lie on."""
WIDEST = 64
"""Diagonals of a cluster that are looked at, at most."""


def clusters(segment: Segment, found: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Gather seeds that lie on the same part and on diagonals that are close.

    Returns
    -------
    ndarray of int64, shape (n, 6)
        The most letters that agree around a seed, and two for each other seed; index of the part,
        lowest and highest diagonal (place in the part less place in the query), first and last
        place in the query; the best first.
    """
    if not len(found):
        return np.zeros((0, 6), np.int64)
    parts = segment.starts.searchsorted((found[:, 0] >> 2).astype(np.uint32), side="right") - 1
    if len(allowed):
        kept = allowed[parts]
        found, parts = found[kept], parts[kept]
    diagonals = found[:, 0] - 4 * segment.starts[parts].astype(np.int64) - found[:, 1]
    order = np.lexsort((diagonals, parts))
    gathered = _gathered(parts[order], diagonals[order], found[order])
    return gathered[np.lexsort((gathered[:, 1], -gathered[:, 0]))]


@kernel
def _gathered(parts, diagonals, found):
    rows = np.empty((len(parts), 6), np.int64)
    filled = 0
    most = np.int64(0)
    together = 0
    for i in range(len(parts)):
        place = found[i, 1]
        if filled and rows[filled - 1, 1] == parts[i] and diagonals[i] - rows[filled - 1, 3] <= 16:
            row = rows[filled - 1]
            # two seeds are more than one; `together` counts the letters that they are worth
            together = min(together + 2, 12)
            most = max(most, found[i, 2])
            row[0] = most + together
            row[3] = diagonals[i]
            row[4] = min(row[4], place)
            row[5] = max(row[5], place)
        else:
            most = found[i, 2]
            together = 0
            rows[filled, 0] = most
            rows[filled, 1] = parts[i]
            rows[filled, 2] = diagonals[i]
            rows[filled, 3] = diagonals[i]
            rows[filled, 4] = place
            rows[filled, 5] = place
            filled += 1
    return rows[:filled]


def promises(segment: Segment, codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Tell about what an alignment along each cluster would score, 0 where it would be chance.

    Parameters
    ----------
    codes : ndarray of uint8
        Letters of the query as codes of `packing`.
    rows : ndarray of int64, shape (n, 6)
        As from `clusters`.

    Returns
    -------
    ndarray of int64, shape (n,)
        With 2 for a letter that agrees and -3 for one that does not.
    """
    planes = np.vstack([pack_query(codes), np.zeros((2, 3), np.uint64)])
    return _promises(
        segment.words,
        segment.starts,
        segment.lengths,
        segment.circular,
        planes,
        len(codes),
        rows,
        BESIDE,
        WIDEST,
    )


@kernel(inline="always")
def _agreeing(words, base, length, around, planes, block, diagonal, letters):
    """Give a bit for each of 64 letters of the query that agrees with the part on a diagonal."""
    start = 64 * block + diagonal
    skip = np.int64(0)
    agreeing = np.uint64(0)
    if around:
        # the first letters of a circle are repeated behind it
        start %= length
    elif start < 0:
        skip = -start
        start = np.int64(0)
    if skip < letters and start < length:
        one = np.uint64(1)
        place = base + start
        pair = (place >> 6) * 2
        shift = np.uint64(place & 63)
        far = np.uint64(63) - shift
        before = np.uint64(skip)
        low = (words[pair] >> shift | words[pair + 2] << one << far) << before
        high = (words[pair + 1] >> shift | words[pair + 3] << one << far) << before
        agreeing = ~((low ^ planes[block, 0]) | (high ^ planes[block, 1])) & planes[block, 2]
        agreeing = agreeing >> before << before
        if not around and length - start < 64 - skip:
            agreeing &= (one << np.uint64(length - start + skip)) - one
    return agreeing


@kernel
def _promises(words, starts, lengths, circular, planes, size, rows, beside, widest):
    made = np.zeros(len(rows), np.int64)
    one = np.uint64(1)
    few = np.uint64(31)
    m1 = np.uint64(0x5555555555555555)
    m2 = np.uint64(0x3333333333333333)
    m4 = np.uint64(0x0F0F0F0F0F0F0F0F)
    most = np.zeros(4, np.int64)
    for r in range(len(rows)):
        part = rows[r, 1]
        base = np.int64(starts[part]) * 4
        length = np.int64(lengths[part])
        around = circular[part] != 0
        lowest = rows[r, 2] - beside
        highest = rows[r, 3] + beside
        if highest - lowest > widest:
            lowest = (lowest + highest - widest) >> 1
            highest = lowest + widest
        best = np.int64(0)
        score = np.int64(0)
        for block in range((size + 63) >> 6):
            letters = min(np.int64(64), size - 64 * block)
            most[:] = 0
            for diagonal in range(lowest, highest + 1):
                x = _agreeing(words, base, length, around, planes, block, diagonal, letters)
                x = x - (x >> one & m1)
                x = (x & m2) + (x >> np.uint64(2) & m2)
                x = (x + (x >> np.uint64(4))) & m4
                x += x >> np.uint64(8)
                for quarter in range(4):
                    most[quarter] = max(most[quarter], np.int64(x >> np.uint64(16 * quarter) & few))
            for quarter in range(4):
                count = min(max(letters - 16 * quarter, np.int64(0)), np.int64(16))
                score = max(score + 5 * most[quarter] - 3 * count, np.int64(0))
                best = max(best, score)
        # a short relative lies across blocks: letter by letter, around the first seed
        score = np.int64(0)
        for block in range(max(rows[r, 4] - 32, 0) >> 6, min(rows[r, 4] + 95, size + 63) >> 6):
            letters = min(np.int64(64), size - 64 * block)
            x = _agreeing(words, base, length, around, planes, block, rows[r, 2], letters)
            for _ in range(letters):
                score = max(score + (np.int64(x & one) * 5 - 3), np.int64(0))
                best = max(best, score)
                x >>= one
        made[r] = best
    return made

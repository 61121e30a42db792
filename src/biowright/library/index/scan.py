"""Motifs that are everywhere: the arena is read once, 64 places at a time, for all together.

A motif is some letters at fixed distances. For each set of bases and distance that occurs, a block
of the arena is made into a plane of bits (does the letter at this distance fit?), and a motif is
the planes of its letters and-ed. The time is linear in the library and in the letters of the
motifs, whatever they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numba
import numpy as np

from .packing import CODES
from .segment import Segment
from .windows import Places, allowing, inside, odd_places

__all__ = ["scan", "scan_cost"]

BLOCK = 256
"""Pairs of words of a block."""
CHUNK = 1 << 20
"""Pairs of words between two looks at the limits."""
PLANES = 16
"""Letters of a motif that the planes look at; the others are looked at where these fit."""
REACH = 64
"""The letters for the planes lie in a window of this size."""


def scan_cost(segment: Segment, sets: np.ndarray) -> float:
    """Give about how many places of the table could be read in the time of a scan."""
    letters = min(int(np.count_nonzero(sets != 15)), PLANES)
    return len(segment.words) / 2 * (1 + letters) / 16


def scan(
    segment: Segment, queries: Sequence[np.ndarray], allowed: np.ndarray, limit: int
) -> Iterator[tuple[int, Places]]:
    """Find the places of many motifs: for each query pieces, ascending, then odd places.

    Parameters
    ----------
    queries : sequence of ndarray of uint8
        Sets of bases.
    allowed : ndarray of bool, shape (n,) or (0,)
    limit : int
        A query with so many places is not looked for any further.
    """
    open_ = list(range(len(queries)))
    found = np.zeros(len(queries), np.int64)
    pairs = (len(segment.words) - 4) // 2
    words = segment.words
    for chunk in range(0, pairs, CHUNK):
        if not open_:
            break
        wanted = [queries[q] for q in open_]
        letters: dict[tuple[int, int], int] = {}
        rows, bounds, shifts, whole = [], [0], [], []
        for sets in wanted:
            anchor, chosen = _telling(sets)
            shifts.append(anchor)
            whole.append(len(chosen) >= np.count_nonzero(sets != 15))
            for place in chosen:
                rows.append(letters.setdefault((int(sets[place]), place - anchor), len(letters)))
            bounds.append(len(rows))
        kinds = sorted({mask for mask, _ in letters})
        wrong = [allowing(sets) for sets in wanted]
        which, bases = _scan(
            words,
            chunk,
            min(chunk + CHUNK, pairs),
            np.array([[mask & _MASKS[code] != 0 for code in range(4)] for mask in kinds], np.bool_),
            np.array([(kinds.index(mask), gap) for mask, gap in letters], np.int64),
            np.array(rows, np.int64),
            np.array(bounds, np.int64),
            np.array(shifts, np.int64),
            np.array(whole, np.bool_),
            np.concatenate(wrong),
            np.cumsum([0, *map(len, wrong)]),
        )
        if len(open_) > 1:
            order = np.argsort(which, kind="stable")
            which, bases = which[order], bases[order]
        cuts = np.searchsorted(which, np.arange(1, len(open_)))
        for q, here in zip(open_, np.split(bases, cuts), strict=True):
            if len(here):
                places = inside(segment, here, len(queries[q]), allowed)
                found[q] += len(places)
                yield q, places
        open_ = [q for q in open_ if found[q] < limit]
    for q, sets in enumerate(queries):
        places = odd_places(segment, sets, allowed)
        if len(places):
            yield q, places


_MASKS = [0, 0, 0, 0]
for _i, _base in enumerate(b"ACGT"):
    _MASKS[CODES[_base]] = 1 << _i


def _telling(sets: np.ndarray) -> tuple[int, list[int]]:
    """Choose the letters that say most: the first place of their window, and the places."""
    worth = np.array([0.0, 2, 2, 1, 2, 1, 1, 0.42, 2, 1, 1, 0.42, 1, 0.42, 0.42, 0])[sets]
    ahead = np.concatenate(([0.0], np.cumsum(worth)))
    starts = np.arange(max(len(sets) - REACH, 0) + 1)
    stops = np.minimum(starts + REACH, len(sets))
    anchor = int(np.argmax(ahead[stops] - ahead[starts]))
    window = worth[anchor : anchor + REACH]
    order = np.argsort(-window, kind="stable")[:PLANES]
    chosen = [anchor + int(place) for place in order if window[place] > 0]
    return anchor, chosen or [anchor]


@numba.njit(cache=True)
def _apart(words, low, high):
    for i in range(len(low)):
        low[i] = words[2 * i]
        high[i] = words[2 * i + 1]


@numba.njit(cache=True)
def _fitting(low, high, plane, a, c, t, g):
    for i in range(len(plane)):
        x = low[i]
        y = high[i]
        plane[i] = (~x & ~y & a) | (x & ~y & c) | (~x & y & t) | (x & y & g)


@numba.njit(cache=True)
def _shifted(row, near, far, shift):
    back = np.uint64(63) - shift
    for i in range(len(row)):
        row[i] = near[i] >> shift | far[i] << np.uint64(1) << back


@numba.njit(cache=True)
def _both(row, other):
    for i in range(len(row)):
        row[i] &= other[i]


@numba.njit(cache=True)
def _copy(row, other):
    for i in range(len(row)):
        row[i] = other[i]


@numba.njit(cache=True)
def _scan(words, first, last, kinds, letters, rows, bounds, shifts, whole, wrong, ends):
    which = np.empty(1024, np.int16)
    bases = np.empty(1024, np.int64)
    filled = 0
    block = 256
    ahead = 2
    one = np.uint64(1)
    ones = ~np.uint64(0)
    none = np.uint64(0)
    low = np.zeros(block + ahead, np.uint64)
    high = np.zeros(block + ahead, np.uint64)
    planes = np.zeros((len(kinds), block + ahead), np.uint64)
    shifted = np.zeros((len(letters), block), np.uint64)
    buffer = np.zeros(block, np.uint64)
    limit = len(words) // 2
    for at in range(first, last, block):
        size = min(block, last - at)
        row = buffer[:size]
        _apart(
            words[2 * at : 2 * min(at + size + ahead, limit)],
            low[: size + ahead],
            high[: size + ahead],
        )
        for kind in range(len(kinds)):
            _fitting(
                low,
                high,
                planes[kind],
                ones if kinds[kind, 0] else none,
                ones if kinds[kind, 1] else none,
                ones if kinds[kind, 2] else none,
                ones if kinds[kind, 3] else none,
            )
        for letter in range(len(letters)):
            plane = planes[letters[letter, 0]]
            gap = letters[letter, 1]
            skip = gap >> 6
            _shifted(shifted[letter, :size], plane[skip:], plane[skip + 1 :], np.uint64(gap & 63))
        for q in range(len(bounds) - 1):
            _copy(row, shifted[rows[bounds[q]]])
            for b in range(bounds[q] + 1, bounds[q + 1]):
                _both(row, shifted[rows[b]])
            for i in range(size):
                bits = row[i]
                while bits:
                    bit = bits & (~bits + one)
                    bits ^= bit
                    place = np.int64(0)
                    if bit & np.uint64(0xFFFFFFFF00000000):
                        place += 32
                    if bit & np.uint64(0xFFFF0000FFFF0000):
                        place += 16
                    if bit & np.uint64(0xFF00FF00FF00FF00):
                        place += 8
                    if bit & np.uint64(0xF0F0F0F0F0F0F0F0):
                        place += 4
                    if bit & np.uint64(0xCCCCCCCCCCCCCCCC):
                        place += 2
                    if bit & np.uint64(0xAAAAAAAAAAAAAAAA):
                        place += 1
                    base = 64 * np.int64(at + i) + place - shifts[q]
                    if base < 0:
                        continue
                    if not whole[q]:
                        same = True
                        for w in range(ends[q], ends[q + 1]):
                            here = base + 64 * (w - ends[q])
                            pair = (here >> 6) * 2
                            if pair + 3 >= len(words):
                                same = False
                                break
                            turn = np.uint64(here & 63)
                            back = np.uint64(63) - turn
                            x = words[pair] >> turn | words[pair + 2] << one << back
                            y = words[pair + 1] >> turn | words[pair + 3] << one << back
                            if (
                                (~x & ~y & wrong[w, 0])
                                | (x & ~y & wrong[w, 1])
                                | (~x & y & wrong[w, 2])
                                | (x & y & wrong[w, 3])
                            ):
                                same = False
                                break
                        if not same:
                            continue
                    if filled == len(bases):
                        wider = np.empty(2 * filled, np.int16)
                        wider[:filled] = which
                        which = wider
                        longer = np.empty(2 * filled, np.int64)
                        longer[:filled] = bases
                        bases = longer
                    which[filled] = q
                    bases[filled] = base
                    filled += 1
    return which[:filled], bases[:filled]

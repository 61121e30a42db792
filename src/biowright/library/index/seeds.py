"""Seeds: windows of a query that the table holds, the same or with a letter changed.

A window of k letters of a relative agrees with the query in all letters in a share p^k of the places
(p the identity), in all but one in k (1 - p) p^(k - 1) more: at 70 % and twelve letters 1.4 % and
8.5 %. A prefix of the window is found more often, and more often by chance. So one table of plain
windows finds distant relatives, too; which way is the cheapest follows from the identity that is
asked for. Each place is looked at on the spot: of the 64 letters around it so many must agree as
hardly ever do by chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numba
import numpy as np

from .packing import pack_query
from .segment import Segment

__all__ = ["Effort", "clusters", "effort", "seeds"]

WANTED = 4.5
"""Seeds that a relative should have: then hardly any has none."""
CAPS = (4096, 512, 128)
"""Places that are read of a window, by the letters changed: the most frequent say little."""
CHANCE = 16
"""Places that may look like a relative's by chance, for each query and strand."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to look.

    Parameters
    ----------
    width : int
        Letters of a window that must agree.
    changed : int
        Letters of a window that may be changed.
    step : int
        A window begins at every so many letters of the query; an odd number, since those of the
        table begin at every fourth letter.
    """

    width: int
    changed: int
    step: int


def effort(k: int, identity: float, overlap: int) -> Effort:
    """Choose the cheapest way to find relatives that agree over `overlap` letters."""
    ways = []
    for width, changed in ((k, 0), (k - 1, 0), (k - 2, 0), (k, 1), (k, 2)):
        share = identity**width
        lookups = 4 ** (k - width)
        if changed > 0:
            share += k * (1 - identity) * identity ** (k - 1)
            lookups += 3 * k
        if changed > 1:
            share += k * (k - 1) / 2 * (1 - identity) ** 2 * identity ** (k - 2)
            lookups += 9 * k * (k - 1) // 2
        found = share * max(overlap - width + 1, 1) / 4
        step = max(1, int(found / WANTED))
        step -= 1 - step % 2
        if changed < 2 or overlap <= 64:
            ways.append((found < WANTED, lookups / step, -found, Effort(width, changed, step)))
    enough = [way for way in ways if not way[0]]
    if enough:
        return min(enough, key=lambda way: way[1])[3]
    return min(ways, key=lambda way: way[2])[3]


def seeds(segment: Segment, codes: np.ndarray, how: Effort, cap: int = 1) -> np.ndarray:
    """Look up the windows of a query, and keep those whose surroundings agree, too.

    Parameters
    ----------
    codes : ndarray of uint8
        Letters as codes of `packing`.
    cap : int, default 1
        A factor to the places that are read of a window.

    Returns
    -------
    ndarray of int64, shape (n, 3)
        Base of the arena, place in the query, letters of the 64 around that agree; beyond the
        ends of the query three of four count as agreeing.
    """
    size = len(codes)
    lookups = 4 ** (segment.k - how.width) + (0, 3 * segment.k, 600)[how.changed]
    places = size / how.step * lookups * len(segment.positions) / 4**segment.k
    normal = NormalDist().inv_cdf(1 - min(0.999, CHANCE / max(places, 1)))
    beside = np.arange(65)
    least = np.floor(how.width - how.changed + beside / 4 + normal * np.sqrt(0.1875 * beside))
    return _seeds(
        segment.words,
        segment.offsets,
        segment.positions,
        segment.k,
        codes,
        np.vstack([pack_query(codes), np.zeros((2, 3), np.uint64)]),
        how.width,
        how.changed,
        how.step,
        CAPS[how.changed] * cap,
        least.astype(np.int64),
    )


@numba.njit(cache=True)
def _seeds(words, offsets, positions, k, codes, planes, width, changed, step, cap, least):
    size = len(codes)
    found = np.empty((1024, 3), np.int64)
    filled = 0
    limit = np.int64((len(words) - 4) // 2) * 64
    free = np.int64(2 * (k - width))
    rounds = 1
    if changed > 0:
        rounds += 3 * k
    if changed > 1:
        rounds += 9 * k * (k - 1) // 2
    one = np.uint64(1)
    full = np.uint64(63)
    m1 = np.uint64(0x5555555555555555)
    m2 = np.uint64(0x3333333333333333)
    m4 = np.uint64(0x0F0F0F0F0F0F0F0F)
    h1 = np.uint64(0x0101010101010101)
    for place in range(0, size - width + 1, step):
        window = np.int64(0)
        known = True
        for j in range(width):
            letter = np.int64(codes[place + j])
            if letter > 3:
                known = False
                break
            window = window << 2 | letter
        if not known:
            continue
        # the 64 letters around the window, or what the query has of them
        back = min(place, 26)
        at = place - back
        turn = np.uint64(at & 63)
        rest = full - turn
        w = at >> 6
        query_low = planes[w, 0] >> turn | planes[w + 1, 0] << one << rest
        query_high = planes[w, 1] >> turn | planes[w + 1, 1] << one << rest
        query_known = planes[w, 2] >> turn | planes[w + 1, 2] << one << rest
        x = query_known
        x = x - (x >> one & m1)
        x = (x & m2) + (x >> np.uint64(2) & m2)
        x = (x + (x >> np.uint64(4))) & m4
        letters = np.int64((x * h1) >> np.uint64(56))
        enough = least[max(letters - width, 0)]
        first = 0
        other = 0
        for turn_ in range(rounds):
            code = window
            if turn_ > 3 * k:
                # two letters: `first` and `other` run over all pairs, nine changes each
                kind = (turn_ - 3 * k - 1) % 9
                if kind == 0:
                    if turn_ == 3 * k + 1:
                        first, other = 0, 1
                    else:
                        other += 1
                        if other == k:
                            first += 1
                            other = first + 1
                code = window ^ np.int64(kind // 3 + 1) << np.int64(2 * first)
                code ^= np.int64(kind % 3 + 1) << np.int64(2 * other)
            elif turn_ > 0:
                code = window ^ np.int64((turn_ - 1) % 3 + 1) << np.int64(2 * ((turn_ - 1) // 3))
            low_at = np.int64(offsets[code << free])
            high_at = min(np.int64(offsets[(code + 1) << free]), low_at + cap)
            for p in range(low_at, high_at):
                base = np.int64(positions[p]) * 4
                begin = base - back
                outside = begin < 0 or begin > limit
                if outside:
                    begin = np.int64(0)
                pair = (begin >> 6) * 2
                shift = np.uint64(begin & 63)
                far = full - shift
                low = words[pair] >> shift | words[pair + 2] << one << far
                high = words[pair + 1] >> shift | words[pair + 3] << one << far
                x = ~((low ^ query_low) | (high ^ query_high)) & query_known
                x = x - (x >> one & m1)
                x = (x & m2) + (x >> np.uint64(2) & m2)
                x = (x + (x >> np.uint64(4))) & m4
                agreeing = np.int64((x * h1) >> np.uint64(56))
                if agreeing < enough and not outside:
                    continue
                if filled == len(found):
                    wider = np.empty((2 * filled, 3), np.int64)
                    wider[:filled] = found
                    found = wider
                found[filled, 0] = base
                found[filled, 1] = place
                # what lies beyond the query's ends agrees as a relative's letters would
                found[filled, 2] = agreeing + (64 - letters) * 3 // 4
                filled += 1
    return found[:filled]


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


@numba.njit(cache=True)
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

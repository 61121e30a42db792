"""Seeds: windows of a query that the table holds, the same or with a letter changed.

A window of k letters of a relative agrees with the query in all letters in a share p^k of the places
(p the identity), in all but one in k (1 - p) p^(k - 1) more: at 70 % and twelve letters 1.4 % and
8.5 %. A prefix of the window is found more often, and more often by chance. So one table of plain
windows finds distant relatives, too; which way is the cheapest follows from the identity that is
asked for. Of the 64 letters around a place so many must agree as hardly ever do by chance; where
seeds are many, only those are looked at so that have another one near their diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from biowright.core.kernels import kernel

from .packing import pack_query
from .segment import Segment

__all__ = ["Effort", "effort", "expected", "seeds"]

WANTED = 6.0
"""Seeds that a relative should have: then hardly any has none."""
LONG = 200
"""Letters over which a relative has several seeds, so that one that is alone is chance."""
CAPS = (4096, 512, 128)
"""Places that are read of a window, by the letters changed: the most frequent say little."""
CHANCE = 16
"""Places that may look like a relative's by chance, for each query and strand."""
PAIRED = 30.0
"""The same for places near whose diagonal there is another one: they are few."""
MARKS = 23
"""Marks of diagonals, as a power of 2, at most: a megabyte stays in the cache."""


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
    paired : bool
        Only seeds near whose diagonal there is another one count.
    """

    width: int
    changed: int
    step: int
    paired: bool = False


def expected(k: int, how: Effort, identity: float, overlap: int) -> float:
    """Give how many seeds a relative has that agrees over `overlap` letters."""
    share = identity**how.width
    if how.changed > 0:
        share += k * (1 - identity) * identity ** (k - 1)
    if how.changed > 1:
        share += k * (k - 1) / 2 * (1 - identity) ** 2 * identity ** (k - 2)
    return share * max(overlap - how.width + 1, 1) / (4 * how.step)


def effort(k: int, identity: float, overlap: int) -> Effort:
    """Choose the cheapest way to find relatives that agree over `overlap` letters."""
    ways = []
    for width, changed in ((k, 0), (k - 1, 0), (k - 2, 0), (k, 1), (k, 2)):
        if changed == 2 and overlap > 64:
            continue
        found = expected(k, Effort(width, changed, 1), identity, overlap)
        step = max(1, int(found / WANTED))
        step -= 1 - step % 2
        lookups = 4 ** (k - width) * len(_turns(k, changed)) / step
        paired = changed == 2 or (changed == 1 and overlap >= LONG)
        ways.append((found < WANTED, lookups, -found, Effort(width, changed, step, paired)))
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
    turns = _turns(segment.k, how.changed)
    places = len(codes) / how.step * len(segment.positions) / 4**segment.k
    places *= len(turns) * 4 ** (segment.k - how.width)
    marks = np.zeros(0, np.uint64)
    chance = float(CHANCE)
    if how.paired:
        marks = np.zeros(_marks(places), np.uint64)
        chance, places = PAIRED, places * (0.05 + places / (64 * len(marks)))
    normal = NormalDist().inv_cdf(1 - min(0.999, chance / max(places, 1)))
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
        turns,
        how.step,
        CAPS[how.changed] * cap,
        least.astype(np.int64),
        marks,
    )


@cache
def _turns(k: int, changed: int) -> np.ndarray:
    """Give what turns a window into those with up to so many letters changed: itself first."""
    single = [[code << 2 * place for code in (1, 2, 3)] for place in range(k)]
    turns = [0]
    if changed > 0:
        turns += [turn for place in single for turn in place]
    if changed > 1:
        turns += [
            one ^ two
            for place, ones in enumerate(single)
            for other in single[place + 1 :]
            for one in ones
            for two in other
        ]
    return np.array(turns, np.int64)


def _marks(places: float) -> int:
    """Give how many words of marks it takes that few diagonals share one by chance."""
    bits = 64 * places
    return 1 << min(max(int(bits).bit_length(), 12), MARKS) - 6


@kernel
def _seeds(words, offsets, positions, k, codes, planes, width, turns, step, cap, least, marks):
    size = len(codes)
    found = np.empty((1024, 3), np.int64)
    filled = 0
    limit = np.int64((len(words) - 4) // 2) * 64
    free = np.int64(2 * (k - width))
    one = np.uint64(1)
    full = np.uint64(63)
    m1 = np.uint64(0x5555555555555555)
    m2 = np.uint64(0x3333333333333333)
    m4 = np.uint64(0x0F0F0F0F0F0F0F0F)
    h1 = np.uint64(0x0101010101010101)
    last = np.uint64(max(len(marks), 1) - 1)
    lows = np.empty(len(turns), np.int64)
    highs = np.empty(len(turns), np.int64)
    firsts = np.empty(len(turns), np.uint32)
    bases = np.empty(1024, np.int64)
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
        # a memory is asked for many places at once, before the first of them is needed
        total = np.int64(0)
        for t in range(len(turns)):
            code = window ^ turns[t]
            lows[t] = offsets[code << free]
            highs[t] = min(np.int64(offsets[(code + 1) << free]), lows[t] + cap)
            total += highs[t] - lows[t]
        for t in range(len(turns)):
            firsts[t] = positions[min(lows[t], len(positions) - 1)]
        if total > len(bases):
            bases = np.empty(2 * total, np.int64)
        count = 0
        for t in range(len(turns)):
            for p in range(lows[t], highs[t]):
                bases[count] = np.int64(positions[p]) * 4
                count += 1
        if len(marks):
            # a mark for each 16 diagonals: kept is what another one has set, or a neighbour's
            kept = 0
            for i in range(count):
                base = bases[i]
                bases[kept] = base
                diagonal = np.uint64(base + size - place) >> np.uint64(4)
                mark = diagonal >> np.uint64(6) & last
                bit = diagonal & full
                seen = marks[mark]
                marks[mark] = seen | one << bit
                beside = seen | seen << one | seen >> one
                kept += np.int64(beside >> bit & one)
            count = kept
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
        for i in range(count):
            base = bases[i]
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

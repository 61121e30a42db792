"""Places of a pattern through the table of windows.

A pattern of IUPAC letters that fits at a base of the arena does so at one of four offsets from a
unit. For each offset a window is chosen that begins up to three letters before the pattern, or in
it, and that few windows of the table agree with; these are looked up and compared with the planes.
So a literal query reads a few dozen places, and GAATTC no more than the places where it is.

What lies in the planes for a letter that is no base is not trusted: patterns that fit there are
looked for around the `runs`, letter by letter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from .packing import CODES, WRAP
from .segment import Segment

__all__ = [
    "ORDER",
    "SIZES",
    "Places",
    "Plan",
    "allowing",
    "fits_sets",
    "inside",
    "look_up",
    "odd_places",
    "plan",
]

FARTHEST = 48
"""Windows begin in the first letters of a pattern, so that each lies in the arena of a circle."""
FREE = 15
"""The set of all bases."""
SIZES = np.array([bin(mask).count("1") for mask in range(16)], np.float64)
ORDER = tuple(
    mask for _, mask in sorted((int(CODES[ord(b)]), 1 << i) for i, b in enumerate("ACGT"))
)
"""The base of each code, as a set."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How to look up a pattern.

    Parameters
    ----------
    shifts : ndarray of int64, shape (options, 2)
        For each offset, in order, the places at which a window may begin, from the first letter of
        the pattern; the first column is the offset.
    windows : ndarray of uint8, shape (options, 12)
        Their sets of bases.
    whole : ndarray of bool, shape (options,)
        Whether a window says all that the pattern says, so that nothing is to be compared.
    cost : float
        About how many places are read.
    """

    shifts: np.ndarray
    windows: np.ndarray
    whole: np.ndarray
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where a pattern fits, ascending: indices of parts in the segment, and starts in them."""

    parts: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.parts)

    def with_(self, other: Places) -> Places:
        """Give the places of both, in order and each once."""
        if not len(other):
            return self
        keys, more = (p.parts << 32 | p.starts for p in (self, other))
        more = np.unique(more)
        at = np.searchsorted(keys, more)
        new = np.ones(len(more), np.bool_)
        inside = at < len(keys)
        new[inside] = keys[at[inside]] != more[inside]
        keys = np.insert(keys, at[new], more[new])
        return Places(keys >> 32, keys & 0xFFFFFFFF)


def plan(segment: Segment, sets: np.ndarray) -> Plan:
    """Choose the windows that say most about a pattern."""
    k = segment.k
    size = len(sets)
    last = min(size - 1, FARTHEST)
    padded = np.full(3 + max(size, last + 1) + k, FREE, np.uint8)
    padded[3 : 3 + size] = sets
    windows = np.lib.stride_tricks.sliding_window_view(padded, k)[: last + 4]
    shares = (SIZES[windows] / 4).prod(axis=1)
    # how many slices of the table agree: the letters behind the last that says something are free
    told = windows != FREE
    depth = np.where(told.any(axis=1), k - np.argmax(told[:, ::-1], axis=1), 0)
    inside = np.arange(k) < depth[:, None]
    slices = np.where(inside, SIZES[windows], 1.0).prod(axis=1)
    costs = len(segment.positions) * shares + 4 * slices
    chosen: list[tuple[int, int]] = []
    cost = 0.0
    for offset in range(4):
        options = np.arange(offset, last + 4, 4)
        best = options[np.argsort(costs[options], kind="stable")]
        cost += costs[best[0]]
        # where one slice is as good as another by its letters, the table tells which is shorter
        alike = [o for o in best[:12] if costs[o] <= 1.01 * costs[best[0]] and slices[o] <= 64]
        chosen += [(offset, int(o)) for o in alike or best[:1]]
    index = np.array(chosen, np.int64)
    spelled = np.full((len(chosen), 12), FREE, np.uint8)
    spelled[:, :k] = windows[index[:, 1]]
    index[:, 1] -= 3
    letters = np.count_nonzero(sets != FREE)
    return Plan(index, spelled, np.count_nonzero(spelled != FREE, axis=1) == letters, cost)


def look_up(segment: Segment, sets: np.ndarray, how: Plan, allowed: np.ndarray) -> Places:
    """Find where the forward strand of a part fits a pattern.

    Parameters
    ----------
    sets : ndarray of uint8, shape (length,)
        The bases that each letter allows.
    allowed : ndarray of bool, shape (n,) or (0,)
        Which parts of the segment may be found; empty for all.
    """
    bases = _look_up(
        segment.words,
        segment.offsets,
        segment.positions,
        segment.k,
        how.shifts,
        how.windows,
        how.whole,
        allowing(sets),
        _ORDER_ARRAY,
    )
    bases.sort()
    return inside(segment, bases, len(sets), allowed).with_(odd_places(segment, sets, allowed))


def inside(segment: Segment, bases: np.ndarray, size: int, allowed: np.ndarray) -> Places:
    """Give the parts of places in the arena, ascending, where the bases fit.

    Places that cross the end of a part, or letters that are no bases, are left out.
    """
    return Places(
        *_parts_of(
            bases,
            size,
            segment.starts,
            segment.lengths,
            segment.circular,
            segment.runs,
            allowed,
            WRAP,
        )
    )


def odd_places(segment: Segment, sets: np.ndarray, allowed: np.ndarray) -> Places:
    """Find where a pattern fits with letters that are no bases, or crosses an origin by far."""
    found = Places(np.zeros(0, np.int64), np.zeros(0, np.int64))
    arena = (segment.words, segment.starts, segment.lengths, segment.circular)
    if len(segment.runs) and (SIZES[sets] > 1).any():
        around = _around_runs(*arena, segment.coarse, segment.runs, sets, allowed)
        found = found.with_(Places(*around))
    if len(sets) > WRAP + 1 and segment.circular.any():
        around = _around_origins(*arena, segment.runs, sets, allowed, WRAP)
        found = found.with_(Places(*around))
    return found


def allowing(sets: np.ndarray) -> np.ndarray:
    """Give for each 64 letters four words: where A, C, T and G (by code) do not fit."""
    words = np.zeros(((len(sets) + 63) // 64, 4), np.uint64)
    for code, mask in enumerate(ORDER):
        wrong = np.zeros(64 * len(words), np.uint8)
        wrong[: len(sets)] = (sets & mask) == 0
        words[:, code] = np.packbits(wrong, bitorder="little").view(np.uint64)
    return words


_ORDER_ARRAY = np.array(ORDER, np.uint8)


@numba.njit(cache=True)
def _look_up(words, offsets, positions, k, shifts, windows, whole, wrong, order):
    bases = np.empty(64, np.int64)
    found = 0
    lead = np.int64((len(words) - 4) // 2) * 64  # bases of the arena
    choice = np.zeros(12, np.int64)
    options = np.zeros((12, 4), np.int64)
    counts = np.zeros(12, np.int64)
    for offset in range(4):
        chosen = -1
        fewest = np.int64(0)
        several = 0
        for o in range(len(shifts)):
            if shifts[o, 0] == offset:
                several += 1
                if chosen < 0:
                    chosen = o
        # first round: sum what each option would read; second: read the best
        for o in range(len(shifts)):
            if several < 2:
                break
            if shifts[o, 0] != offset:
                continue
            total = np.int64(0)
            depth = 0
            for j in range(k):
                counts[j] = 0
                choice[j] = 0
                for code in range(4):
                    if windows[o, j] & order[code]:
                        options[j, counts[j]] = code
                        counts[j] += 1
                if counts[j] < 4:
                    depth = j + 1
            free = 2 * (k - depth)
            while True:
                code = np.int64(0)
                for j in range(depth):
                    code = code << 2 | options[j, choice[j]]
                total += np.int64(offsets[(code + 1) << free]) - np.int64(offsets[code << free])
                j = depth - 1
                while j >= 0:
                    choice[j] += 1
                    if choice[j] < counts[j]:
                        break
                    choice[j] = 0
                    j -= 1
                if j < 0:
                    break
            if fewest == 0 and o == chosen:
                fewest = total
            elif total < fewest:
                fewest = total
                chosen = o
        o = chosen
        shift = shifts[o, 1]
        depth = 0
        for j in range(k):
            counts[j] = 0
            choice[j] = 0
            for code in range(4):
                if windows[o, j] & order[code]:
                    options[j, counts[j]] = code
                    counts[j] += 1
            if counts[j] < 4:
                depth = j + 1
        free = 2 * (k - depth)
        while True:
            code = np.int64(0)
            for j in range(depth):
                code = code << 2 | options[j, choice[j]]
            first = np.int64(offsets[code << free])
            last = np.int64(offsets[(code + 1) << free])
            for at in range(first, last):
                base = np.int64(positions[at]) * 4 - shift
                if base < 0 or base >= lead:
                    continue
                same = True
                for w in range(0 if whole[o] else len(wrong)):
                    # as `fetch`, written out: this is the hottest loop
                    place = base + 64 * w
                    pair = (place >> 6) * 2
                    if pair + 3 >= len(words):
                        same = False
                        break
                    turn = np.uint64(place & 63)
                    back = np.uint64(63) - turn
                    low = words[pair] >> turn | words[pair + 2] << np.uint64(1) << back
                    high = words[pair + 1] >> turn | words[pair + 3] << np.uint64(1) << back
                    misfit = (
                        (~low & ~high & wrong[w, 0])
                        | (low & ~high & wrong[w, 1])
                        | (~low & high & wrong[w, 2])
                        | (low & high & wrong[w, 3])
                    )
                    if misfit:
                        same = False
                        break
                if not same:
                    continue
                if found == len(bases):
                    wider = np.empty(2 * found, np.int64)
                    wider[:found] = bases
                    bases = wider
                bases[found] = base
                found += 1
            j = depth - 1
            while j >= 0:
                choice[j] += 1
                if choice[j] < counts[j]:
                    break
                choice[j] = 0
                j -= 1
            if j < 0:
                break
    return bases[:found]


@numba.njit(cache=True)
def _parts_of(bases, size, starts, lengths, circular, runs, allowed, wrap):
    parts = np.empty(len(bases), np.int64)
    places = np.empty(len(bases), np.int64)
    found = 0
    part = 0
    run = 0
    sparse = len(bases) * 16 < len(starts)
    for b in range(len(bases)):
        base = bases[b]
        if sparse:
            part = np.searchsorted(starts, np.uint32(base >> 2), side="right") - 1
        else:
            while part + 1 < len(starts) and np.int64(starts[part + 1]) * 4 <= base:
                part += 1
        if base < 0 or part < 0:
            continue
        start = base - np.int64(starts[part]) * 4
        length = np.int64(lengths[part])
        room = length + wrap if circular[part] else length
        if start >= length or size > length or start + size > room:
            continue
        if len(allowed) and not allowed[part]:
            continue
        while run < len(runs) and np.int64(runs[run, 1]) <= base:
            run += 1
        if run < len(runs) and np.int64(runs[run, 0]) < base + size:
            continue
        parts[found] = part
        places[found] = start
        found += 1
    return parts[:found], places[:found]


@numba.njit(cache=True)
def fits_sets(words, runs, first, length, start, sets):
    """Tell whether each letter of a part can only be what the query allows, letter by letter.

    The part begins at base `first` and is read around from `start` on.
    """
    for j in range(len(sets)):
        place = start + j
        if place >= length:
            place -= length
        base = first + place
        at = (base >> 6) * 2
        bit = np.uint64(base & 63)
        low = np.uint8(words[at] >> bit & np.uint64(1))
        high = np.uint8(words[at + 1] >> bit & np.uint64(1))
        found = np.uint8(1) << (low + np.uint8(3) * high - np.uint8(2) * (low & high))
        # the first run that ends behind the base
        near, far = 0, len(runs)
        while near < far:
            middle = (near + far) >> 1
            if np.int64(runs[middle, 1]) <= base:
                near = middle + 1
            else:
                far = middle
        if near < len(runs) and np.int64(runs[near, 0]) <= base:
            found = np.uint8(runs[near, 2])
        if found == 0 or found & ~sets[j]:
            return False
    return True


@numba.njit(cache=True)
def _around_runs(words, starts, lengths, circular, coarse, runs, sets, allowed):
    """Find where a pattern fits with letters that are no bases."""
    parts = np.empty(16, np.int64)
    places = np.empty(16, np.int64)
    found = 0
    size = len(sets)
    done = np.int64(-1)
    for run in range(len(runs)):
        if runs[run, 2] == 0:
            continue
        begin = np.int64(runs[run, 0])
        end = np.int64(runs[run, 1])
        part = np.int64(coarse[(begin >> 2) >> 8])
        while part + 1 < len(starts) and np.int64(starts[part + 1]) * 4 <= begin:
            part += 1
        length = np.int64(lengths[part])
        if size > length or (len(allowed) and not allowed[part]):
            continue
        first = np.int64(starts[part]) * 4
        limit = length if circular[part] else length - size + 1
        for base in range(max(begin - size + 1, first, done + 1), end):
            done = base
            start = base - first
            if start >= limit:
                break
            if fits_sets(words, runs, first, length, start, sets):
                if found == len(parts):
                    wider = np.empty(2 * found, np.int64)
                    wider[:found] = parts
                    parts = wider
                    wider = np.empty(2 * found, np.int64)
                    wider[:found] = places
                    places = wider
                parts[found] = part
                places[found] = start
                found += 1
    return parts[:found], places[:found]


@numba.njit(cache=True)
def _around_origins(words, starts, lengths, circular, runs, sets, allowed, wrap):
    """Find where a pattern crosses an origin by more letters than are repeated."""
    parts = np.empty(16, np.int64)
    places = np.empty(16, np.int64)
    found = 0
    size = len(sets)
    for part in range(len(starts)):
        length = np.int64(lengths[part])
        if not circular[part] or size > length or (len(allowed) and not allowed[part]):
            continue
        first = np.int64(starts[part]) * 4
        for start in range(max(length + wrap - size + 1, 0), length):
            if fits_sets(words, runs, first, length, start, sets):
                if found == len(parts):
                    wider = np.empty(2 * found, np.int64)
                    wider[:found] = parts
                    parts = wider
                    wider = np.empty(2 * found, np.int64)
                    wider[:found] = places
                    places = wider
                parts[found] = part
                places[found] = start
                found += 1
    return parts[:found], places[:found]

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

import numpy as np

from biowright.core.kernels import kernel

from .odd import odd_places
from .places import ORDER, SIZES, Places, inside
from .segment import Segment, read_ahead

__all__ = ["Plan", "allowing", "look_up", "plan"]

FARTHEST = 48
"""Windows begin in the first letters of a pattern, so that each lies in the arena of a circle."""
SCATTERED = 2000
"""Places from which on letters are read ahead where they are on a disk."""
FREE = 15
"""The set of all bases."""


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
    if how.cost > SCATTERED:
        read_ahead(segment)
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


def allowing(sets: np.ndarray) -> np.ndarray:
    """Give for each 64 letters four words: where A, C, T and G (by code) do not fit."""
    words = np.zeros(((len(sets) + 63) // 64, 4), np.uint64)
    for code, mask in enumerate(ORDER):
        wrong = np.zeros(64 * len(words), np.uint8)
        wrong[: len(sets)] = (sets & mask) == 0
        words[:, code] = np.packbits(wrong, bitorder="little").view(np.uint64)
    return words


_ORDER_ARRAY = np.array(ORDER, np.uint8)


@kernel
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

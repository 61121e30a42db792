"""Odd places: those that the planes do not tell, letter by letter.

A pattern may fit with letters that are no bases, which lie in the planes as A, or it may cross an
origin by more letters than are repeated behind a circle.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

from .packing import WRAP
from .places import SIZES, Places
from .segment import Segment

__all__ = ["fits_sets", "odd_places"]


def odd_places(segment: Segment, sets: np.ndarray, allowed: np.ndarray) -> Places:
    """Find where a pattern fits with letters that are no bases, or crosses an origin by far."""
    found = Places(np.zeros(0, np.int64), np.zeros(0, np.int64))
    arena = (segment.words, segment.starts, segment.lengths, segment.circular)
    if len(segment.runs) and (SIZES[sets] > 1).any():
        around = _around_runs(*arena, segment.coarse, segment.runs, sets, allowed)
        found = found.with_(Places(*around.T))
    if len(sets) > WRAP + 1 and segment.circular.any():
        around = _around_origins(*arena, segment.runs, sets, allowed, WRAP)
        found = found.with_(Places(*around.T))
    return found


@kernel
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


@kernel
def _around_runs(words, starts, lengths, circular, coarse, runs, sets, allowed):
    """Find where a pattern fits with letters that are no bases."""
    rows = np.empty((16, 2), np.int64)
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
                if found == len(rows):
                    wider = np.empty((2 * found, 2), np.int64)
                    wider[:found] = rows
                    rows = wider
                rows[found, 0] = part
                rows[found, 1] = start
                found += 1
    return rows[:found]


@kernel
def _around_origins(words, starts, lengths, circular, runs, sets, allowed, wrap):
    """Find where a pattern crosses an origin by more letters than are repeated."""
    rows = np.empty((16, 2), np.int64)
    found = 0
    size = len(sets)
    for part in range(len(starts)):
        length = np.int64(lengths[part])
        if not circular[part] or size > length or (len(allowed) and not allowed[part]):
            continue
        first = np.int64(starts[part]) * 4
        for start in range(max(length + wrap - size + 1, 0), length):
            if fits_sets(words, runs, first, length, start, sets):
                if found == len(rows):
                    wider = np.empty((2 * found, 2), np.int64)
                    wider[:found] = rows
                    rows = wider
                rows[found, 0] = part
                rows[found, 1] = start
                found += 1
    return rows[:found]

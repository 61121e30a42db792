"""Counts of short motifs, from the table of windows alone.

Every place of a motif lies whole in one window that begins up to three letters before it, if the
motif is three letters shorter than a window. How many windows begin alike is the difference of two
numbers of the table, so a motif is counted without a look at any place. Only windows that read on
beyond the end of their part, go round a circle or hold letters that are no bases are looked at one
by one.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from biowright.core.kernels import kernel

from .odd import odd_places
from .packing import SPREAD, WRAP, code_at
from .places import ORDER, inside
from .segment import Segment

__all__ = ["can_tally", "tally_windows"]

MOST = 1 << 17
"""Prefixes of windows that are looked up for a motif, at most."""

_EDGES: WeakKeyDictionary[Segment, tuple[np.ndarray, np.ndarray]] = WeakKeyDictionary()


def can_tally(segment: Segment, sets: np.ndarray) -> bool:
    """Tell whether the windows of the table hold a motif, wherever it begins."""
    if len(sets) > segment.k - 3:
        return False
    return 64 * float(np.prod([bin(mask).count("1") for mask in sets.tolist()])) <= MOST


def tally_windows(segment: Segment, sets: np.ndarray) -> int:
    """Count where the forward strands of all parts fit a motif."""
    codes, units = _edges(segment)
    none = np.zeros(0, np.bool_)
    count = 0
    for before in range(4):
        prefixes = np.zeros(1, np.int64)
        for mask in [15] * before + sets.tolist():
            choices = np.array([c for c, one in enumerate(ORDER) if mask & one], np.int64)
            prefixes = (prefixes[:, None] << 2 | choices).ravel()
        free = 2 * (segment.k - before - len(sets))
        # of the type of the codes, or all of these would be converted
        low, high = ((prefixes + one << free).astype(np.uint32) for one in (0, 1))
        count += int((segment.offsets[high] - segment.offsets[low]).sum(dtype=np.int64))
        # of the windows at the edges only those count where the motif is inside of the part
        first, last = np.searchsorted(codes, low), np.searchsorted(codes, high)
        sizes = last - first
        total = int(sizes.sum())
        if total:
            ends = np.cumsum(sizes)
            rows = np.arange(total) + np.repeat(last - ends, sizes)
            bases = units[rows].astype(np.int64) * 4 + before
            bases.sort()
            count -= total - len(inside(segment, bases, len(sets), none))
    return count + len(odd_places(segment, sets, none))


def _edges(segment: Segment) -> tuple[np.ndarray, np.ndarray]:
    """Give the windows that are not only letters of their part: codes, ascending, and units."""
    if segment not in _EDGES:
        codes, units = _at_edges(
            segment.words,
            segment.starts,
            segment.lengths,
            segment.circular,
            segment.runs,
            segment.k,
            SPREAD,
            WRAP,
        )
        order = np.argsort(codes)
        _EDGES[segment] = codes[order], units[order]
    return _EDGES[segment]


@kernel
def _at_edges(words, starts, lengths, circular, runs, k, spread, wrap):
    codes = np.empty(4 * len(starts) + 16, np.uint32)
    units = np.empty(4 * len(starts) + 16, np.uint32)
    found = 0
    tail = np.int64(24 - 2 * k)
    run = 0
    for i in range(len(starts)):
        first = np.int64(starts[i]) * 4
        length = np.int64(lengths[i])
        end = first + length
        # the first window that is no window of letters alone: it goes beyond the end, or round
        edge = first + length - 3 if circular[i] else end - k + 1
        if circular[i] and length:
            end += wrap
            if length < k:
                edge = first  # a motif may be longer than the circle
        while run < len(runs) and np.int64(runs[run, 1]) <= first:
            run += 1
        near = run
        base = first
        while base < end:
            while near < len(runs) and np.int64(runs[near, 1]) <= base:
                near += 1
            within = near < len(runs) and np.int64(runs[near, 0]) < base + k
            if base < edge and not within:
                # on to the edge, or to the next run that a window meets
                to = edge
                if near < len(runs):
                    to = min(to, np.int64(runs[near, 0]) - k + 1)
                base += max(4, (to - base + 3) >> 2 << 2)
                continue
            unknown = (
                within and np.int64(runs[near, 0]) <= base and np.int64(runs[near, 1]) >= base + 4
            )
            if not unknown:
                if found == len(codes):
                    wider = np.empty(2 * found, np.uint32)
                    wider[:found] = codes
                    codes = wider
                    wider = np.empty(2 * found, np.uint32)
                    wider[:found] = units
                    units = wider
                codes[found] = np.uint32(code_at(words, base, spread) >> tail)
                units[found] = np.uint32(base >> 2)
                found += 1
            base += 4
    return codes[:found], units[:found]

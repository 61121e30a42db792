"""The table of windows: for each k-mer the units at which it begins, ascending.

Windows are sampled: one begins at each unit of a part, so every stretch of k + 3 letters holds one
whole, at one of four offsets. The table lists them by the number of the k-mer (first letter
highest), so that the windows with a given prefix are one slice of it. At the end of a part a window
reads on into what follows, so that a shorter prefix is found there too; only units without any base
have no window.

It is a counting sort in two strokes, by the first letters and then by the others, because a
processor that writes to millions of places at once waits for its memory.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from biowright.core.kernels import kernel

from .packing import LONGEST, SPREAD, code_at

__all__ = ["build_table", "letters_for"]

FEWEST = 10
"""Shorter windows are cheap to list, but agree by chance too often to tell relatives."""
LOW = 15
"""Bits of the second stroke."""


def letters_for(units: int) -> int:
    """Give the letters of a window for so many units: at most 16 windows a k-mer."""
    k = FEWEST
    while k < LONGEST and units >> 2 * k >= 16:
        k += 1
    return k


def build_table(
    words: np.ndarray,
    starts: np.ndarray,
    spans: np.ndarray,
    runs: np.ndarray,
    k: int,
    array: Callable[[str, int], np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Count and list the windows of an arena.

    Parameters
    ----------
    spans : ndarray of uint32
        Letters of each part with those repeated behind it.
    array : callable of (str, int) to ndarray of uint32
        Makes the zeroed arrays "offsets" and "positions" of a given size, in a file perhaps.

    Returns
    -------
    offsets : ndarray of uint32, shape (4 ** k + 1,)
        Where the windows of each k-mer begin in the positions.
    positions : ndarray of uint32
        Units.
    """
    low = min(2 * k, LOW)
    groups = np.zeros((1 << 2 * k - low) + 1, np.int64)
    _count(words, starts, spans, runs, k, low, SPREAD, groups)
    np.cumsum(groups, out=groups)
    total = int(groups[-1])
    offsets = array("offsets", (1 << 2 * k) + 1)
    positions = array("positions", total)
    rest = np.empty(total, np.uint16)
    _deal(words, starts, spans, runs, k, low, SPREAD, groups[:-1].copy(), rest, positions)
    _order(groups, low, rest, offsets, positions)
    return offsets, positions


@kernel
def _count(words, starts, spans, runs, k, low, spread, groups):
    shift = np.int64(24 - 2 * k + low)
    run = 0
    for i in range(len(starts)):
        base = np.int64(starts[i]) * 4
        end = base + np.int64(spans[i])
        while base < end:
            while run < len(runs) and np.int64(runs[run, 1]) <= base:
                run += 1
            if not (
                run < len(runs)
                and np.int64(runs[run, 0]) <= base
                and np.int64(runs[run, 1]) >= base + 4
            ):
                groups[(code_at(words, base, spread) >> shift) + 1] += 1
            base += 4


@kernel
def _deal(words, starts, spans, runs, k, low, spread, cursors, rest, positions):
    tail = np.int64(24 - 2 * k)
    mask = np.int64((1 << low) - 1)
    run = 0
    for i in range(len(starts)):
        base = np.int64(starts[i]) * 4
        end = base + np.int64(spans[i])
        while base < end:
            while run < len(runs) and np.int64(runs[run, 1]) <= base:
                run += 1
            if not (
                run < len(runs)
                and np.int64(runs[run, 0]) <= base
                and np.int64(runs[run, 1]) >= base + 4
            ):
                code = code_at(words, base, spread) >> tail
                group = code >> low
                at = cursors[group]
                cursors[group] = at + 1
                positions[at] = np.uint32(base >> 2)
                rest[at] = np.uint16(code & mask)
            base += 4


@kernel
def _order(groups, low, rest, offsets, positions):
    size = 1 << low
    cursors = np.zeros(size, np.int64)
    largest = 0
    for group in range(len(groups) - 1):
        largest = max(largest, groups[group + 1] - groups[group])
    dealt = np.empty(largest, np.uint32)
    for group in range(len(groups) - 1):
        first = groups[group]
        count = groups[group + 1] - first
        cursors[:] = 0
        for j in range(count):
            dealt[j] = positions[first + j]
            cursors[np.int64(rest[first + j])] += 1
        at = first
        for code in range(size):
            offsets[group * size + code] = np.uint32(at)
            number = cursors[code]
            cursors[code] = at
            at += number
        for j in range(count):
            code = np.int64(rest[first + j])
            positions[cursors[code]] = dealt[j]
            cursors[code] += 1
    offsets[len(offsets) - 1] = np.uint32(groups[len(groups) - 1])

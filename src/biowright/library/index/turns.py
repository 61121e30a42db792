"""Where a part begins in a query that is the same circle: read from the arena, not from the store."""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

from .packing import CODES
from .segment import Segment

__all__ = ["turn"]

SHORT = 32
"""Letters that are compared first; a circle with fewer is left to others."""


def turn(segment: Segment, number: int, letters: bytes) -> tuple[int, int] | None:
    """Give the start and the strand of a query that is a part from another origin.

    Parameters
    ----------
    segment : Segment
    number : int
        Of the part.
    letters : bytes
        Of the query, upper case.

    Returns
    -------
    tuple of int, optional
        Where the query begins on the part's forward strand (where it ends, for one on the reverse
        strand), the forward one first. None where it is another circle, where there is more in
        either than A, C, G and T, and for less than `SHORT` letters.
    """
    start, strand = _turn(
        segment.words,
        segment.starts,
        segment.lengths,
        segment.numbers,
        segment.runs,
        number,
        np.frombuffer(letters, np.uint8),
    )
    return (start, strand) if strand else None


@kernel
def _turn(words, starts, lengths, numbers, runs, number, letters):
    part = np.searchsorted(numbers, number)
    size = len(letters)
    if part == len(numbers) or numbers[part] != number or lengths[part] != size or size < SHORT:
        return 0, 0
    base = np.int64(starts[part]) * 4
    near, far = 0, len(runs)
    while near < far:
        middle = (near + far) >> 1
        if np.int64(runs[middle, 1]) <= base:
            near = middle + 1
        else:
            far = middle
    if near < len(runs) and np.int64(runs[near, 0]) < base + size:
        return 0, 0
    own = np.empty(size, np.uint8)
    for i in range(size):
        at = ((base + i) >> 6) * 2
        bit = np.uint64((base + i) & 63)
        low, high = words[at] >> bit & np.uint64(1), words[at + 1] >> bit & np.uint64(1)
        own[i] = low | high << np.uint64(1)
    asked = np.empty(size, np.uint8)
    for i in range(size):
        asked[i] = CODES[letters[i]]
        if asked[i] > 3:
            return 0, 0
    wanted = np.uint64(0)
    for i in range(SHORT):
        wanted = wanted << np.uint64(2) | np.uint64(own[i])
    for strand in (1, -1):
        if strand < 0:
            for i in range((size + 1) >> 1):
                # the second bit of a base is turned in its complement
                left, right = asked[i], asked[size - 1 - i]
                asked[i], asked[size - 1 - i] = right ^ 2, left ^ 2
        # the window of the query that begins `start` letters before its end
        word = np.uint64(0)
        for i in range(1, SHORT + 1):
            word = word << np.uint64(2) | np.uint64(asked[i if i < size else 0])
        for start in range(size):
            at = size - start if start else 0
            word = word >> np.uint64(2) | np.uint64(asked[at]) << np.uint64(2 * SHORT - 2)
            if word == wanted:
                i = SHORT
                while i < size:
                    place = at + i
                    if own[i] != asked[place if place < size else place - size]:
                        break
                    i += 1
                if i == size:
                    return start, strand
    return 0, 0

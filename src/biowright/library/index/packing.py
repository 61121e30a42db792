"""Letters as bits: two planes of 64 bases a pair of words, exceptions aside.

Base ``b`` of an arena is bit ``b % 64`` of the words ``2 * (b // 64)`` (the low plane: set for C
and G) and the next one (the high plane: set for G and T). So 64 bases are compared by a handful of
operations, and the complement turns the high plane. A part begins at a multiple of four bases, a
*unit*, by which places are counted in 32 bits. What is no A, C, G or T lies in the planes as A,
and its set of bases in `runs`.

Behind a circular part its first letters are repeated (`WRAP`), so that the windows over its
origin are ordinary windows.
"""

from __future__ import annotations

import numpy as np

from biowright.bio.iupac import masks
from biowright.core.kernels import kernel

__all__ = [
    "CODES",
    "SPREAD",
    "UNIT",
    "WRAP",
    "code_at",
    "fetch",
    "pack",
    "pack_query",
    "part_at",
    "unpack",
]

UNIT = 4
"""Bases a unit; windows are sampled once a unit."""
WRAP = 80
"""Letters of a circular part that are repeated behind its end."""
COARSE = 8
"""The table that finds parts by place has an entry every ``2 ** COARSE`` units."""
LONGEST = 12
"""Letters of the longest window; one that is shorter is its prefix."""


def _codes() -> np.ndarray:
    """Give for each byte 0 to 3 for a base, else 16 + the set of bases that it can be."""
    sets = np.frombuffer(masks(bytes(range(256))), np.uint8)
    codes = sets + np.uint8(16)
    for code, mask in enumerate((1, 2, 8, 4)):
        codes[sets == mask] = code
    return codes


def _spread() -> np.ndarray:
    """Move bit j of a plane to bit 2 * (11 - j), so that the first letter is the highest."""
    planes = np.arange(1 << LONGEST, dtype=np.uint32)
    spread = np.zeros(1 << LONGEST, np.uint32)
    for j in range(LONGEST):
        spread |= (planes >> np.uint32(j) & np.uint32(1)) << np.uint32(2 * (LONGEST - 1 - j))
    return spread


CODES = _codes()
SPREAD = _spread()


@kernel
def pack(letters, lengths, circular, first, words, codes, wrap):
    """Write parts into the zeroed arena `words`, from unit `first` on.

    Parameters
    ----------
    letters : ndarray of uint8
        The letters of all parts one behind the other.
    lengths : ndarray of int64
    circular : ndarray of uint8

    Returns
    -------
    starts : ndarray of uint32
        The first unit of each part.
    runs : ndarray of uint64, shape (r, 3)
        Start, end and set of bases of each stretch of letters that are no base.
    after : int
        The first unit that is free.
    """
    count = len(lengths)
    starts = np.empty(count, np.uint32)
    runs = np.empty((16, 3), np.uint64)
    known = 0
    at = 0
    unit = first
    for i in range(count):
        length = lengths[i]
        starts[i] = unit
        base = unit * 4
        seen = np.uint8(0)
        for j in range(at, at + length):
            seen |= codes[letters[j]]
        # bits 1 and 2 of the letters A, C, T and G are 00, 01, 10 and 11
        for j in range(0, length, 64):
            low = np.uint64(0)
            high = np.uint64(0)
            for b in range(min(64, length - j)):
                letter = np.uint64(letters[at + j + b])
                low |= (letter >> np.uint64(1) & np.uint64(1)) << np.uint64(b)
                high |= (letter >> np.uint64(2) & np.uint64(1)) << np.uint64(b)
            word = 2 * ((base + j) >> 6)
            shift = np.uint64((base + j) & 63)
            words[word] |= low << shift
            words[word + 1] |= high << shift
            words[word + 2] |= low >> np.uint64(1) >> (np.uint64(63) - shift)
            words[word + 3] |= high >> np.uint64(1) >> (np.uint64(63) - shift)
        if seen >= 16:
            before = -1
            for j in range(length):
                code = codes[letters[at + j]]
                if code < 16:
                    before = -1
                    continue
                place = np.uint64(base + j)
                if code != before:
                    if known == len(runs):
                        wider = np.empty((2 * known, 3), np.uint64)
                        wider[:known] = runs
                        runs = wider
                    runs[known, 0] = place
                    runs[known, 2] = code & 15
                    known += 1
                    before = code
                runs[known - 1, 1] = place + np.uint64(1)
                word = 2 * ((base + j) >> 6)
                hole = ~(np.uint64(1) << np.uint64((base + j) & 63))
                words[word] &= hole
                words[word + 1] &= hole
        whole = length
        if circular[i] and length:
            whole += wrap
            for j in range(wrap):
                code = codes[letters[at + j % length]]
                place = np.uint64(base + length + j)
                if code < 16:
                    word = 2 * ((base + length + j) >> 6)
                    bit = np.uint64((base + length + j) & 63)
                    words[word] |= np.uint64(code & 1) << bit
                    words[word + 1] |= np.uint64(code >> 1) << bit
                else:
                    if known == len(runs):
                        wider = np.empty((2 * known, 3), np.uint64)
                        wider[:known] = runs
                        runs = wider
                    runs[known, 0] = place
                    runs[known, 1] = place + np.uint64(1)
                    runs[known, 2] = code & 15
                    known += 1
        at += length
        unit += (whole + 3) >> 2
    return starts, runs[:known].copy(), unit


@kernel
def pack_query(codes):
    """Give the planes of letter codes, and for each word the letters that are bases."""
    size = (len(codes) + 63) >> 6
    planes = np.zeros((max(size, 1), 3), np.uint64)
    for j in range(len(codes)):
        code = codes[j]
        if code < 4:
            planes[j >> 6, 0] |= np.uint64(code & 1) << np.uint64(j & 63)
            planes[j >> 6, 1] |= np.uint64(code >> 1) << np.uint64(j & 63)
            planes[j >> 6, 2] |= np.uint64(1) << np.uint64(j & 63)
    return planes


# numba counts references of arrays wherever a helper branches: these two do not


@kernel
def fetch(words, base):
    """Give the two planes of the 64 bases from `base` on."""
    at = (base >> 6) * 2
    shift = np.uint64(base & 63)
    back = np.uint64(63) - shift
    low = words[at] >> shift | (words[at + 2] << np.uint64(1)) << back
    high = words[at + 1] >> shift | (words[at + 3] << np.uint64(1)) << back
    return low, high


@kernel
def code_at(words, base, spread):
    """Give the twelve bases from `base` on as a number, the first letter highest."""
    low, high = fetch(words, base)
    few = np.uint64(4095)
    return np.int64(spread[np.int64(low & few)]) | np.int64(
        spread[np.int64(high & few)]
    ) << np.int64(1)


@kernel
def part_at(unit, starts, coarse):
    """Give the index of the part that a unit lies in."""
    i = np.int64(coarse[unit >> 8])
    while i + 1 < len(starts) and np.int64(starts[i + 1]) <= unit:
        i += 1
    return i


@kernel
def unpack(words, base, count, runs, sets):
    """Write the sets of bases of `count` letters from `base` on into `sets`."""
    for j in range(count):
        place = base + j
        at = (place >> 6) * 2
        bit = np.uint64(place & 63)
        low = np.uint8(words[at] >> bit & np.uint64(1))
        high = np.uint8(words[at + 1] >> bit & np.uint64(1))
        sets[j] = np.uint8(1) << (low + np.uint8(3) * high - np.uint8(2) * (low & high))
    r = np.searchsorted(runs[:, 1], np.uint64(base), side="right")
    while r < len(runs) and runs[r, 0] < np.uint64(base + count):
        for place in range(
            max(np.int64(runs[r, 0]), base), min(np.int64(runs[r, 1]), base + count)
        ):
            sets[place - base] = np.uint8(runs[r, 2])
        r += 1

"""Planes of bits: 64 places of the arena a word, one plane for each letter of a motif.

For each set of bases and distance a block of the arena is made into a plane of bits (does the letter
at this distance fit?); a motif is the planes of its letters and-ed.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

__all__ = ["agreeing", "scan_planes", "tally_planes"]


@kernel
def _apart(words, low, high):
    for i in range(len(low)):
        low[i] = words[2 * i]
        high[i] = words[2 * i + 1]


@kernel
def _fitting(low, high, plane, a, c, t, g):
    for i in range(len(plane)):
        x = low[i]
        y = high[i]
        plane[i] = (~x & ~y & a) | (x & ~y & c) | (~x & y & t) | (x & y & g)


@kernel
def _shifted(row, near, far, shift):
    back = np.uint64(63) - shift
    for i in range(len(row)):
        row[i] = near[i] >> shift | far[i] << np.uint64(1) << back


@kernel
def _both(row, other):
    for i in range(len(row)):
        row[i] &= other[i]


@kernel
def _all(row, one, two, three):
    for i in range(len(row)):
        row[i] &= one[i] & two[i] & three[i]


@kernel
def _meet(row, shifted, rows, first, last):
    """Keep the bits that all letters have, three letters at a time."""
    b = first
    while b + 3 <= last:
        _all(row, shifted[rows[b]], shifted[rows[b + 1]], shifted[rows[b + 2]])
        b += 3
    while b < last:
        _both(row, shifted[rows[b]])
        b += 1


@kernel
def _copy(row, other):
    for i in range(len(row)):
        row[i] = other[i]


@kernel
def _ones(row):
    """Count the bits that are set."""
    total = np.int64(0)
    for i in range(len(row)):
        x = row[i]
        x = x - (x >> np.uint64(1) & np.uint64(0x5555555555555555))
        x = (x & np.uint64(0x3333333333333333)) + (
            x >> np.uint64(2) & np.uint64(0x3333333333333333)
        )
        x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
        total += np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))
    return total


@kernel
def _places(row, size, first, q, which, bases, filled):
    """Write the places of the bits that are set."""
    one = np.uint64(1)
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
            which[filled] = q
            bases[filled] = first + 64 * i + place
            filled += 1
    return filled


@kernel
def agreeing(words, bases, wrong):
    """Keep the places where all letters fit, not only those of the planes."""
    one = np.uint64(1)
    filled = 0
    for b in range(len(bases)):
        same = bases[b] >= 0
        for w in range(len(wrong)):
            here = bases[b] + 64 * w
            pair = (here >> 6) * 2
            if not same or pair + 3 >= len(words):
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
        if same:
            bases[filled] = bases[b]
            filled += 1
    return bases[:filled]


@kernel
def _planes(words, at, low, high, kinds, planes, letters, shifted):
    """Make the planes of a block, and for each letter the one that is shifted to it."""
    ones = ~np.uint64(0)
    none = np.uint64(0)
    _apart(words[2 * at : 2 * at + 2 * len(low)], low, high)
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
        row = shifted[letter]
        _shifted(
            row,
            plane[skip : skip + len(row)],
            plane[skip + 1 : skip + 1 + len(row)],
            np.uint64(gap & 63),
        )


@kernel
def scan_planes(words, first, last, kinds, letters, rows, bounds, shifts):
    """Give which pattern fits and at which base, in 64 bases a word from `first` to `last`."""
    which = np.empty(1024, np.int16)
    bases = np.empty(1024, np.int64)
    filled = 0
    block = 256
    low = np.zeros(block + 2, np.uint64)
    high = np.zeros(block + 2, np.uint64)
    planes = np.zeros((len(kinds), block + 2), np.uint64)
    shifted = np.zeros((len(letters), block), np.uint64)
    row = np.zeros(block, np.uint64)
    # the last block of an arena is shorter than the planes that are made of it
    end = np.zeros(2 * block + 4, np.uint64)
    for at in range(first, last, block):
        size = min(block, last - at)
        if 2 * (at + block + 2) <= len(words):
            _planes(words, at, low, high, kinds, planes, letters, shifted)
        else:
            end[:] = np.uint64(0)
            end[: len(words) - 2 * at] = words[2 * at :]
            _planes(end, 0, low, high, kinds, planes, letters, shifted)
        for q in range(len(bounds) - 1):
            _copy(row, shifted[rows[bounds[q]]])
            _meet(row, shifted, rows, bounds[q] + 1, bounds[q + 1])
            more = _ones(row)
            if not more:
                continue
            if filled + more > len(bases):
                which = _wider(which, filled, filled + more)
                bases = _wider(bases, filled, filled + more)
            filled = _places(row, size, 64 * np.int64(at) - shifts[q], q, which, bases, filled)
    return which[:filled], bases[:filled]


@kernel
def _wider(array, filled, least):
    wider = np.empty(max(2 * len(array), least), array.dtype)
    wider[:filled] = array[:filled]
    return wider


@kernel
def _fill(plane, first, low, high, value):
    """Set or clear the bits of the bases from `low` to `high`; the plane begins at base `first`."""
    low = max(low - first, 0)
    high = min(high - first, 64 * len(plane))
    ones = ~np.uint64(0)
    while low < high:
        w = low >> 6
        stop = min(high, (w + 1) << 6)
        mask = ones >> np.uint64(64 - (stop - low)) << np.uint64(low & 63)
        if value:
            plane[w] |= mask
        else:
            plane[w] &= ~mask
        low = stop


@kernel
def tally_planes(
    words,
    kinds,
    letters,
    rows,
    bounds,
    span_of,
    spans,
    starts,
    lengths,
    circular,
    runs,
    allowed,
    wrap,
):
    """Count for each pattern where it fits in the parts that are allowed, by planes of bits."""
    counts = np.zeros(len(bounds) - 1, np.int64)
    block = 256
    low = np.zeros(block + 2, np.uint64)
    high = np.zeros(block + 2, np.uint64)
    planes = np.zeros((len(kinds), block + 2), np.uint64)
    shifted = np.zeros((len(letters), block), np.uint64)
    valid = np.zeros((len(spans), block), np.uint64)
    row = np.zeros(block, np.uint64)
    end = np.zeros(2 * block + 4, np.uint64)
    part = 0
    run = 0
    farthest = np.int64(0)
    for s in range(len(spans)):
        farthest = max(farthest, spans[s, 1])
    for at in range(0, (len(words) - 4) // 2, block):
        if 2 * (at + block + 2) <= len(words):
            _planes(words, at, low, high, kinds, planes, letters, shifted)
        else:
            end[:] = np.uint64(0)
            end[: len(words) - 2 * at] = words[2 * at :]
            _planes(end, 0, low, high, kinds, planes, letters, shifted)
        first = np.int64(at) * 64
        last = first + 64 * block
        # where a motif of each length may have its first letter of the planes
        while part + 1 < len(starts) and np.int64(starts[part + 1]) * 4 <= first:
            part += 1
        while run < len(runs) and np.int64(runs[run, 1]) + farthest <= first:
            run += 1
        for s in range(len(spans)):
            size = spans[s, 0]
            shift = spans[s, 1]
            plane = valid[s]
            plane[:] = np.uint64(0)
            i = part
            while i < len(starts) and np.int64(starts[i]) * 4 < last:
                length = np.int64(lengths[i])
                if size <= length and not (len(allowed) and not allowed[i]):
                    room = length - size + 1
                    if circular[i]:
                        room = min(length, room + wrap)
                    begin = np.int64(starts[i]) * 4 + shift
                    _fill(plane, first, begin, begin + room, True)
                i += 1
            r = run
            while r < len(runs) and np.int64(runs[r, 0]) < last + size:
                _fill(
                    plane,
                    first,
                    np.int64(runs[r, 0]) - size + 1 + shift,
                    np.int64(runs[r, 1]) + shift,
                    False,
                )
                r += 1
        for q in range(len(bounds) - 1):
            _copy(row, valid[span_of[q]])
            _meet(row, shifted, rows, bounds[q], bounds[q + 1])
            counts[q] += _ones(row)
    return counts

"""Compiled loops of the outcomes of a cut: what FORECasT looks at, and its weights.

A feature is of a block; features of two blocks together have a weight for each pair. The order of
blocks and features in them is that of `outcomes.BLOCKS`.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

__all__ = ["logits"]

(
    INSERTED,
    DELETED,
    DELETED_AT,
    INSERTED_AT,
    REPEATED,
    LETTERS,
    AROUND,
    EQUAL,
    BESIDE,
    MATCHED,
    HOMOLOGY,
) = range(11)


@kernel
def _homologous(s, left, right, size, mismatches, before):
    """Tell whether the ends of a deletion share so many letters, with so many mismatches."""
    n = len(s)
    if before:
        first, second, outer = left - size + 1, right - size, -1
    else:
        first, second, outer = left + 1, right, size
    if first + min(outer, 0) < 0 or second + max(outer, size - 1) >= n:
        return False
    if s[first + outer] == s[second + outer]:
        return False  # part of a longer one
    if s[first] != s[second] or s[first + size - 1] != s[second + size - 1]:
        return False
    same = 0
    for k in range(size):
        same += s[first + k] == s[second + k]
    return same == size - mismatches


@kernel
def _any_homology(s, left, right, least, most, mismatches, before):
    for size in range(least, most + 1):  # noqa: SIM110, numba compiles no generator
        if _homologous(s, left, right, size, mismatches, before):
            return True
    return False


@kernel
def _put(active, counts, block, feature):
    active[block, counts[block]] = feature
    counts[block] += 1


@kernel
def _describe(s, cut, left, right, one, two, ranges, active, counts):
    """List the features of one event in each block; letters inserted are -1 where there are none."""
    counts[:] = 0
    n = len(s)
    size = right - left - 1
    before, after = left - cut, right - cut
    if one >= 0:
        _put(active, counts, INSERTED, 0)
        _put(active, counts, INSERTED, 1 if two < 0 else 2)
        _put(active, counts, LETTERS, 5 * one if two < 0 else 5 * one + 1 + two)
        if before in (-1, -2, -3):
            _put(active, counts, INSERTED_AT, -before - 1)
        elif before < -3:
            _put(active, counts, INSERTED_AT, 3)
        else:
            _put(active, counts, INSERTED_AT, 4)
        if before == -1:
            again = one == s[cut - 1] and (two < 0 or two == one)
            _put(active, counts, REPEATED, (0 if two < 0 else 2) + (not again))
    else:
        _put(active, counts, DELETED, 0)
        if size == 1:
            _put(active, counts, DELETED, 1)
        if 2 <= size <= 3:
            _put(active, counts, DELETED, 2)
        if 4 <= size <= 7:
            _put(active, counts, DELETED, 3)
        if 7 <= size <= 12:  # 7 is in both
            _put(active, counts, DELETED, 4)
        if size > 12:
            _put(active, counts, DELETED, 5)
        # the wider ranges before the cut were written downwards and are empty
        if before in (-1, -2, -3):
            _put(active, counts, DELETED_AT, -before - 1)
        if before < -30:
            _put(active, counts, DELETED_AT, 7)
        if before >= 0:
            _put(active, counts, DELETED_AT, 8)
        for at in range(7):
            if ranges[at, 0] <= after <= ranges[at, 1]:
                _put(active, counts, DELETED_AT, 9 + at)
        if after < 0:
            _put(active, counts, DELETED_AT, 16)
        if after > 30:
            _put(active, counts, DELETED_AT, 17)
        for offset in range(-3, 3):
            base = 8 * (offset + 3)
            if left + offset + 1 >= 0:
                _put(active, counts, BESIDE, base + 2 * s[left + 1 + offset])
            if right + offset < n:
                _put(active, counts, BESIDE, base + 2 * s[right + offset] + 1)
        for first in range(-3, 3):
            for second in range(-3, 3):
                if left + first > 0 and right + second < n:
                    other = s[left + first + 1] != s[right + second]
                    _put(active, counts, MATCHED, 2 * (6 * (first + 3) + second + 3) + other)
        feature = 0
        for at in range(6):
            least, most = ranges[7 + at, 0], ranges[7 + at, 1]
            for mismatches in range(2 if most > 2 else 1):
                for side in (True, False):
                    if _any_homology(s, left, right, least, most, mismatches, side):
                        _put(active, counts, HOMOLOGY, feature)
                    feature += 1
        if counts[HOMOLOGY] == 0:
            _put(active, counts, HOMOLOGY, feature)
    for offset in range(-5, 4):
        _put(active, counts, AROUND, 4 * (offset + 5) + s[cut + offset])
    pair = 0
    for first in range(-3, 2):
        for second in range(-3, first):
            if s[cut + first] == s[cut + second]:
                _put(active, counts, EQUAL, 4 * pair + s[cut + first])
            pair += 1


@kernel
def logits(s, cut, events, groups, ranges, sizes, singles, pairs, weights, out):
    """Sum the weights of all features that at least one event of a group has.

    `events` are rows (left, right, letter, letter) in the order of their `groups`; `singles` and
    `pairs` say where the weights of a block, and of two blocks together, begin.
    """
    seen = np.full(len(weights), -1, np.int64)
    active = np.empty((len(sizes), 80), np.int64)
    counts = np.empty(len(sizes), np.int64)
    out[:] = 0.0
    for row in range(len(events)):
        group = groups[row]
        left, right, one, two = events[row]
        _describe(s, cut, left, right, one, two, ranges, active, counts)
        for block in range(len(sizes)):
            for k in range(counts[block]):
                at = singles[block] + active[block, k]
                if seen[at] != group:
                    seen[at] = group
                    out[group] += weights[at]
        for pair in range(len(pairs)):
            first, second, start = pairs[pair]
            for k in range(counts[first]):
                base = start + active[first, k] * sizes[second]
                for m in range(counts[second]):
                    at = base + active[second, m]
                    if seen[at] != group:
                        seen[at] = group
                        out[group] += weights[at]

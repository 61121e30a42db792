"""Compiled loops of Rule Set 3: its trees, and the folding of a spacer as its authors computed it.

The folding is Zuker's (doi:10.1093/nar/9.1.133) in the reading of seqfold 0.7 with the energies of
Turner 2004 (doi:10.1093/nar/gkp892): branches of loops are counted from the pair inside of a stack,
and a pair alone has 1,600 kcal/mol. `biowright.bio.fold_energy` is what to take for anything else;
here the trees expect these figures. A structure is a row: its energy, and the pairs inside of it.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

__all__ = ["NEVER", "UNSEEN", "evaluate", "fold_cells"]

NEVER, UNSEEN = 0, 1
"""Rows of the structure that cannot be, and of the one that was not looked at."""
ALONE = 1600.0
TURN = 4
BRANCHES = 4
"""Of a loop in 20 letters, the closing pair among them, there are at most three."""
BLOCK = 32
INNER, OUTER, MISMATCH, DANGLING, HAIRPIN, BULGE, INTERIOR, BRANCHED = (
    0, 256, 512, 768, 1393, 1424, 1455, 1486
)  # fmt: skip
"""Where the tables of energies begin in the one array of them all."""


@kernel
def evaluate(features, roots, feature, threshold, left, right, values, out):
    """Sum the leaves of all trees; a child below 0 is the leaf of its complement.

    The leaves of a tree begin where its nodes do, one more for each tree before it.
    """
    out[:] = 0.0
    for first in range(0, len(features), BLOCK):
        # a tree and some rows of features stay in the cache
        last = min(first + BLOCK, len(features))
        for tree in range(len(roots)):
            root = roots[tree]
            for row in range(first, last):
                node = 0
                while node >= 0:
                    at = root + node
                    if features[row, feature[at]] <= threshold[at]:
                        node = left[at]
                    else:
                        node = right[at]
                out[row] += values[root + tree + ~node]


@kernel
def _four(s, i, i1, j, j1):
    return 64 * s[i] + 16 * s[i1] + 4 * s[j] + s[j1]


@kernel
def _stacked(s, i, i1, j, j1, t):
    """Give the energy of a pair on another one; there is no letter where a place is -1."""
    n = len(s)
    if i >= n or i1 >= n or j >= n or j1 >= n:
        return 0.0
    if i == -1 or i1 == -1 or j == -1 or j1 == -1:
        at = DANGLING + 125 * (s[i] if i >= 0 else 4) + 25 * (s[i1] if i1 >= 0 else 4)
        return t[at + 5 * (s[j] if j >= 0 else 4) + (s[j1] if j1 >= 0 else 4)]
    four = _four(s, i, i1, j, j1)
    if i > 0 and j < n - 1:
        return t[INNER + four]
    energy = t[OUTER + four]
    if i > 0:
        energy += t[DANGLING + 125 * s[i - 1] + 25 * s[i] + 5 * 4 + s[j]]
    elif j < n - 1:
        energy += t[DANGLING + 125 * 4 + 25 * s[i] + 5 * s[j + 1] + s[j]]
    return energy


@kernel
def _hairpin(s, i, j, t):
    size = j - i - 1
    energy = t[HAIRPIN + size]
    if size > 3:
        energy += t[MISMATCH + _four(s, i, i + 1, j, j - 1)]
    elif s[i] == 0 or s[j] == 0:
        energy += 0.5
    return energy


@kernel
def _bulge(s, i, i1, j, j1, t):
    size = max(i1 - i, j - j1) - 1
    energy = t[BULGE + size]
    if size == 1:
        energy += _stacked(s, i, i1, j, j1, t)
    if s[i] == 0 or s[i1] == 0 or s[j] == 0 or s[j1] == 0:
        energy += 0.5
    return energy


@kernel
def _inner_loop(s, i, i1, j, j1, t):
    before, after = i1 - i - 1, j - j1 - 1
    if before == 1 and after == 1:
        return _stacked(s, i, i1, j, j1, t) + _stacked(s, i1 - 1, i1, j1 + 1, j1, t)
    energy = t[INTERIOR + before + after]
    energy += 0.3 * abs(before - after)
    energy += t[MISMATCH + _four(s, i, i + 1, j, j - 1)]
    energy += t[MISMATCH + _four(s, i1 - 1, i1, j1 + 1, j1)]
    return energy


@kernel
def _branches(first, second, best, energies, counts, inside, found):
    """List the pairs where the branches of two halves begin, in order."""
    stack = np.empty(4 * BRANCHES, np.int64)
    stack[0], stack[1] = second, first
    depth, count = 2, 0
    while depth:
        depth -= 1
        row = stack[depth]
        if np.isinf(energies[row]) or counts[row] == 0:
            continue
        if counts[row] == 1:
            found[count] = inside[row, 0]
            count += 1
            continue
        for k in range(counts[row] - 1, -1, -1):
            stack[depth] = best[inside[row, k, 0], inside[row, k, 1]]
            depth += 1
    return count


@kernel
def _branched(s, i, k, j, helix, best, energies, counts, inside, found, t):
    """Give energy and number of branches of a loop that is split behind k; 0 where it is none."""
    left = best[i + 1, k] if helix else best[i, k]
    right = best[k + 1, j - 1] if helix else best[k + 1, j]
    if np.isinf(energies[left]) or np.isinf(energies[right]):
        return np.inf, 0
    count = _branches(left, right, best, energies, counts, inside, found)
    if count < 2:
        return np.inf, 0
    if helix:
        found[count, 0], found[count, 1] = i, j
        count += 1
    unpaired, total = 0, 0.0
    for at in range(count):
        i2, j2 = found[at]
        before = found[(at - 1) % count, 1]
        i3, j3 = found[(at + 1) % count]
        lefts, rights, energy = 0, 0, 0.0
        closing, closed = i2 == i and j2 == j, i3 == i and j3 == j
        if at == count - 1 and not helix:
            pass
        else:
            lefts = (j2 if closing and not closed else i2) - before - 1
            rights = (j3 - j2 if closed else i3 - i2 if closing else i3 - j2) - 1
            if lefts and rights:
                energy = _stacked(s, i2 - 1, i2, j2 + 1, j2, t)
            elif rights:
                if closing and not closed:
                    energy = _stacked(s, i2, i2 + 1, j2, -1, t)
                else:
                    energy = _stacked(s, -1, i2, j2 + 1, j2, t)
                if rights == 1:
                    if closed:
                        other = _stacked(s, i3, -1, j3, j3 - 1, t)
                    elif closing:
                        other = _stacked(s, i3 - 1, i3, -1, j3, t)
                    else:
                        other = _stacked(s, i2 - 1, i2, j2 + 1, j2, t)
                    energy = min(other, energy)
        total += energy
        unpaired += rights
        if not closing:
            total += energies[best[i2, j2]]
    base, each, open_, none = t[BRANCHED], t[BRANCHED + 1], t[BRANCHED + 2], t[BRANCHED + 3]
    loop = base + none if unpaired == 0 else base + each * count + open_ * unpaired
    return loop + total, count - helix


@kernel
def _closed(s, i, j, row, paired, best, energies, counts, inside, t):
    """Find the best structure that a pair closes, and write it to a row."""
    n = len(s)
    if s[i] + s[j] != 3:
        return NEVER
    lonely = True
    if i and j < n - 1:
        lonely = s[i - 1] + s[j + 1] != 3
    counts[row] = 0
    first = s[i + 1] + s[j - 1] == 3
    if lonely and not first:
        energies[row] = ALONE
        return row
    energies[row] = _hairpin(s, i, j, t)
    if j - i == TURN:
        return row
    for i1 in range(i + 1, j - TURN):
        for j1 in range(i1 + TURN, j):
            if s[i1] + s[j1] != 3:
                continue
            before, after = i1 > i + 1, j1 < j - 1
            if not before and not after:
                energy = _stacked(s, i, i1, j, j1, t)
            elif before and after:
                if first or s[i1 - 1] + s[j1 + 1] == 3:
                    continue
                energy = _inner_loop(s, i, i1, j, j1, t)
            else:
                energy = _bulge(s, i, i1, j, j1, t)
            energy += energies[paired[i1, j1]]
            if energy < energies[row]:
                energies[row] = energy
                counts[row] = 1
                inside[row, 0, 0], inside[row, 0, 1] = i1, j1
    if not lonely or not i or j == n - 1:
        found = np.empty((BRANCHES, 2), np.int64)
        for k in range(i + 1, j - 1):
            energy, count = _branched(s, i, k, j, True, best, energies, counts, inside, found, t)
            if count and energy < energies[row]:
                energies[row] = energy
                counts[row] = count
                inside[row, :count] = found[:count]
    return row


@kernel
def fold_cells(s, t):
    """Fold letters: for each pair of places, the rows of the structure it closes and of the best.

    Letters are A 0, C 1, G 2, U 3. Returns rows (paired, best), energies, numbers of pairs inside,
    and these pairs.
    """
    n = len(s)
    most = n * n + 2  # two for each pair of places, and the first two
    energies = np.empty(most)
    counts = np.zeros(most, np.int8)
    inside = np.zeros((most, BRANCHES, 2), np.int8)
    energies[NEVER], energies[UNSEEN] = np.inf, -np.inf
    size = 2
    paired = np.full((n, n), UNSEEN)
    best = np.full((n, n), UNSEEN)
    found = np.empty((BRANCHES, 2), np.int64)
    for i in range(n):
        for j in range(i, min(i + TURN, n)):
            best[i, j] = NEVER
    for span in range(TURN, n):
        for i in range(n - span):
            j = i + span
            paired[i, j] = _closed(s, i, j, size, paired, best, energies, counts, inside, t)
            size += paired[i, j] == size
            row = best[i + 1, j]
            if energies[best[i, j - 1]] < energies[row]:
                row = best[i, j - 1]
            if energies[paired[i, j]] < energies[row]:
                row = paired[i, j]
            for k in range(i + 1, j - 1):
                energy, count = _branched(
                    s, i, k, j, False, best, energies, counts, inside, found, t
                )
                if count and energy < energies[row]:
                    row = size
                    energies[row] = energy
                    counts[row] = count
                    inside[row, :count] = found[:count]
            size += row == size
            best[i, j] = row
    return paired, best, energies, counts, inside

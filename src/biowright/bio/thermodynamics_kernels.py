"""The compiled inner loops of `biowright.bio.thermodynamics`.

A structure of two strands, or of one that folds back, is a chain of pairs; each pair continues the
chain over a stacked step, a mismatch, a bulge or an internal loop. The best chain that ends in a
pair is the best over all pairs that it can continue, so that dynamic programming finds the one of
least free energy at a temperature (Zuker's recursion without branches).
"""

# mypy: disable-error-code="untyped-decorator, misc, no-untyped-def, no-untyped-call"

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

from .thermodynamics_tables import WIDEST

__all__ = ["aligned_duplexes", "dimers", "end_stabilities", "hairpins", "perfect_duplexes"]


@kernel
def perfect_duplexes(codes, starts, tables, out):
    """Fill `out` (n, 4) with enthalpy, entropy, strong bases, and 1 for a self-complement.

    Sequence ``k`` is ``codes[starts[k]:starts[k + 1]]``. Entropy holds the initiation and the
    ends, and the symmetry of a self-complement.
    """
    for k in range(len(starts) - 1):
        low, high = starts[k], starts[k + 1]
        h, s = tables.initiation[0], tables.initiation[1]
        strong = 0
        palindrome = True
        for i in range(low, high):
            a = codes[i]
            strong += a == 1 or a == 2
            palindrome = palindrome and a + codes[low + high - 1 - i] == 3
            if i + 1 < high:
                b = codes[i + 1]
                h += tables.step[a, b, 3 - a, 3 - b, 0]
                s += tables.step[a, b, 3 - a, 3 - b, 1]
        for a in (codes[low], codes[high - 1]):
            if a == 0 or a == 3:
                h += tables.at_end[0]
                s += tables.at_end[1]
        if palindrome:
            h += tables.symmetry[0]
            s += tables.symmetry[1]
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = h, s, strong, palindrome


@kernel
def _add_loop(tables, a, c, b, d, e, f, g, i, size, sums):
    """Add an internal loop of `size` bases: pair a·c, mismatch b·d ... mismatch e·f, pair g·i."""
    sums[1] += tables.internal[size]
    for part in range(2):
        sums[part] += tables.end[a, b, c, d, part] + tables.end[i, f, g, e, part]


@kernel
def aligned_duplexes(tops, bottoms, starts, tables, out):
    """Fill `out` (n, 4) with enthalpy, entropy, strong bases and pairs of aligned strands.

    `bottoms` is read 3'→5'. Letters behind the last pair at either end are a terminal mismatch;
    two and more mismatches in a row are an internal loop, unless the steps have parameters.
    """
    sums = np.zeros(2)
    for k in range(len(starts) - 1):
        low, high = starts[k], starts[k + 1]
        strong = 0
        for i in range(low, high):
            strong += tops[i] == 1 or tops[i] == 2
        first, last = low, high - 1
        while first < high and tops[first] + bottoms[first] != 3:
            first += 1
        while last > first and tops[last] + bottoms[last] != 3:
            last -= 1
        sums[0], sums[1] = tables.initiation[0], tables.initiation[1]
        pairs = 0
        if first < high:
            pairs = 1
            for p in (first, last):
                if tops[p] == 0 or tops[p] == 3:
                    sums[0] += tables.at_end[0]
                    sums[1] += tables.at_end[1]
            for part in range(2):
                if first > low:
                    sums[part] += tables.end[
                        bottoms[first], bottoms[first - 1], tops[first], tops[first - 1], part
                    ]
                if last + 1 < high:
                    sums[part] += tables.end[
                        tops[last], tops[last + 1], bottoms[last], bottoms[last + 1], part
                    ]
            i = first
            while i < last:
                j = i + 1
                while tops[j] + bottoms[j] != 3:
                    j += 1
                pairs += 1
                h, s = 0.0, 0.0
                for m in range(i, j):
                    h += tables.step[tops[m], tops[m + 1], bottoms[m], bottoms[m + 1], 0]
                    s += tables.step[tops[m], tops[m + 1], bottoms[m], bottoms[m + 1], 1]
                if np.isnan(h):
                    size = min(2 * (j - i - 1), len(tables.internal) - 1)
                    _add_loop(
                        tables,
                        tops[i],
                        bottoms[i],
                        tops[i + 1],
                        bottoms[i + 1],
                        tops[j - 1],
                        bottoms[j - 1],
                        tops[j],
                        bottoms[j],
                        size,
                        sums,
                    )
                else:
                    sums[0] += h
                    sums[1] += s
                i = j
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = sums[0], sums[1], strong, pairs


@kernel
def end_stabilities(codes, starts, size, temperature, tables, out):
    """Fill `out` (n,) with the free energy of the last `size` bases, stacks alone, in kcal/mol."""
    for k in range(len(starts) - 1):
        high = starts[k + 1]
        low = max(starts[k], high - size)
        total = 0.0
        for i in range(low, high - 1):
            a, b = codes[i], codes[i + 1]
            total += (
                tables.step[a, b, 3 - a, 3 - b, 0]
                - temperature * tables.step[a, b, 3 - a, 3 - b, 1] / 1000.0
            )
        out[k] = total


@kernel
def _end(folding, part, a, c, b, d):
    """Give what lies behind the last pair a·c: bases b and d, or none (4)."""
    value = folding.closing[part] if a == 0 or a == 3 else 0.0
    if b < 4 and d < 4:
        return value + folding.end[part, a, b, c, d]
    if b < 4:
        return value + folding.overhang_top[part, a, b, c]
    if d < 4:
        return value + folding.overhang_bottom[part, a, c, d]
    return value


@kernel
def _join(folding, part, a, c, a1, c1, e1, f1, g, i, up, down):
    """Give what it takes to continue the pair a·c with g·i over `up` and `down` unpaired bases.

    ``a1`` and ``c1`` are the bases behind a·c, ``e1`` and ``f1`` those before g·i.
    """
    if up == 0 and down == 0:
        return folding.step[part, a, g, c, i]
    if up == 1 and down == 1:
        if a1 + c1 == 3:
            return np.inf  # a pair, and no mismatch
        return folding.step[part, a, a1, c, c1] + folding.step[part, a1, g, c1, i]
    if up == 0 or down == 0:
        if up + down == 1:
            return folding.bulge[part, 1] + folding.step[part, a, g, c, i]
        value = folding.bulge[part, up + down]
        if a == 0 or a == 3:
            value += folding.closing[part]
        if g == 0 or g == 3:
            value += folding.closing[part]
        return value
    return (
        folding.internal[part, up + down]
        + folding.skew[part] * abs(up - down)
        + folding.mismatch[part, a, a1, c, c1]
        + folding.mismatch[part, i, f1, g, e1]
    )


@kernel
def dimers(first, first_starts, second, second_starts, anchored, folding, out, chains):
    """Fill `out` (n, 5) with free energy, enthalpy, entropy, pairs and symmetry of each best dimer.

    Both strands are given 5'→3'; inside, position j of the second counts from its 3' end. With
    `anchored` the chain ends in the 3' end of the first strand. `chains` (if it has rows) takes the
    pairs of the last dimer, from the first strand's 3' end backwards. A dimer that is no better
    than two single strands has no pairs and no energy.
    """
    longest = 0
    for k in range(len(first_starts) - 1):
        area = (first_starts[k + 1] - first_starts[k]) * (second_starts[k + 1] - second_starts[k])
        longest = max(longest, area)
    energy = np.empty(longest)
    before = np.empty(longest, np.int64)
    bounds = folding.bounds
    for k in range(len(first_starts) - 1):
        n, m = first_starts[k + 1] - first_starts[k], second_starts[k + 1] - second_starts[k]
        top = first[first_starts[k] : first_starts[k + 1]]
        low = second[second_starts[k] : second_starts[k + 1]][::-1]
        best, at = 0.0, -1
        for i in range(n):
            a = top[i]
            for j in range(m):
                c = low[j]
                here = i * m + j
                if a + c != 3:
                    energy[here] = np.inf
                    continue
                left_top, left_low = top[i - 1] if i else 4, low[j - 1] if j else 4
                least = folding.initiation[2] + _end(folding, 2, c, a, left_low, left_top)
                come = -1
                for up in range(min(i, WIDEST + 1)):
                    p = i - up - 1
                    for down in range(min(j, WIDEST + 1 - up)):
                        q = j - down - 1
                        so_far = energy[p * m + q]
                        if so_far + bounds[up, down] >= least:
                            continue
                        total = so_far + _join(
                            folding,
                            2,
                            top[p],
                            low[q],
                            top[p + 1],
                            low[q + 1],
                            top[i - 1],
                            low[j - 1],
                            a,
                            c,
                            up,
                            down,
                        )
                        if total < least:
                            least, come = total, p * m + q
                energy[here], before[here] = least, come
                if anchored and i < n - 1:
                    continue
                right_top = top[i + 1] if i + 1 < n else 4
                right_low = low[j + 1] if j + 1 < m else 4
                total = least + _end(folding, 2, a, c, right_top, right_low)
                if total < best:
                    best, at = total, here
        out[k, :] = 0.0
        if at < 0:
            continue
        count, walk = 0, at
        h, s = folding.initiation[0], folding.initiation[1]
        i, j = at // m, at % m
        right_top = top[i + 1] if i + 1 < n else 4
        right_low = low[j + 1] if j + 1 < m else 4
        h += _end(folding, 0, top[i], low[j], right_top, right_low)
        s += _end(folding, 1, top[i], low[j], right_top, right_low)
        while walk >= 0:
            i, j = walk // m, walk % m
            if len(chains):
                chains[count, 0], chains[count, 1] = i, j
            count += 1
            walk = before[walk]
            if walk >= 0:
                p, q = walk // m, walk % m
                for part in range(2):
                    value = _join(
                        folding,
                        part,
                        top[p],
                        low[q],
                        top[p + 1],
                        low[q + 1],
                        top[i - 1],
                        low[j - 1],
                        top[i],
                        low[j],
                        i - p - 1,
                        j - q - 1,
                    )
                    if part:
                        s += value
                    else:
                        h += value
        left_top, left_low = top[i - 1] if i else 4, low[j - 1] if j else 4
        h += _end(folding, 0, low[j], top[i], left_low, left_top)
        s += _end(folding, 1, low[j], top[i], left_low, left_top)
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = best, h, s, count
        out[k, 4] = _mirrored(top, low, at, before)


@kernel
def _mirrored(top, low, at, before):
    """Tell whether a strand is bound to its like, and the chain is its own mirror image."""
    n, m = len(top), len(low)
    if n != m:
        return False
    for i in range(n):
        if top[i] != low[n - 1 - i]:
            return False
    # seen from the other strand, pair (i, j) is (m - 1 - j, n - 1 - i)
    walk = at
    while walk >= 0:
        other = at
        while other >= 0 and (other // m != m - 1 - walk % m or other % m != n - 1 - walk // m):
            other = before[other]
        if other < 0:
            return False
        walk = before[walk]
    return True


@kernel
def _loop(folding, part, a, c, b, d, size):
    """Give a hairpin loop of `size` bases closed by a·c, with b and d next to the pair."""
    value = folding.hairpin[part, min(size, folding.hairpin.shape[1] - 1)]
    if size > 3:
        return value + folding.mismatch[part, a, b, c, d]
    return value + (folding.closing[part] if a == 0 or a == 3 else 0.0)


@kernel
def hairpins(codes, starts, folding, out, chains):
    """Fill `out` (n, 4) with free energy, enthalpy, entropy and pairs of each best hairpin.

    `chains` (if it has rows) takes the pairs of the last hairpin, from the outside in. Without a
    stable one, all is 0.
    """
    longest = 0
    for k in range(len(starts) - 1):
        longest = max(longest, starts[k + 1] - starts[k])
    energy = np.empty(longest * longest)
    before = np.empty(longest * longest, np.int64)
    bounds = folding.bounds
    for k in range(len(starts) - 1):
        strand = codes[starts[k] : starts[k + 1]]
        n = len(strand)
        best, at = 0.0, -1
        for span in range(4, n):
            for i in range(n - span):
                j = i + span
                here = i * n + j
                a, c = strand[i], strand[j]
                if a + c != 3:
                    energy[here] = np.inf
                    continue
                least = _loop(folding, 2, a, c, strand[i + 1], strand[j - 1], span - 1)
                come = -1
                for up in range(min(WIDEST + 1, span - 5)):
                    p = i + up + 1
                    for down in range(min(WIDEST + 1 - up, span - 5 - up)):
                        q = j - down - 1
                        so_far = energy[p * n + q]
                        if so_far + bounds[up, down] >= least:
                            continue
                        total = so_far + _join(
                            folding,
                            2,
                            a,
                            c,
                            strand[i + 1],
                            strand[j - 1],
                            strand[p - 1],
                            strand[q + 1],
                            strand[p],
                            strand[q],
                            up,
                            down,
                        )
                        if total < least:
                            least, come = total, p * n + q
                energy[here], before[here] = least, come
                right, left = strand[j + 1] if j + 1 < n else 4, strand[i - 1] if i else 4
                total = least + _end(folding, 2, c, a, right, left)
                if total < best:
                    best, at = total, here
        out[k, :] = 0.0
        if at < 0:
            continue
        i, j = at // n, at % n
        right, left = strand[j + 1] if j + 1 < n else 4, strand[i - 1] if i else 4
        h = _end(folding, 0, strand[j], strand[i], right, left)
        s = _end(folding, 1, strand[j], strand[i], right, left)
        count, walk = 0, at
        while walk >= 0:
            i, j = walk // n, walk % n
            if len(chains):
                chains[count, 0], chains[count, 1] = i, j
            count += 1
            walk = before[walk]
            for part in range(2):
                if walk >= 0:
                    p, q = walk // n, walk % n
                    value = _join(
                        folding,
                        part,
                        strand[i],
                        strand[j],
                        strand[i + 1],
                        strand[j - 1],
                        strand[p - 1],
                        strand[q + 1],
                        strand[p],
                        strand[q],
                        p - i - 1,
                        j - q - 1,
                    )
                else:
                    value = _loop(
                        folding, part, strand[i], strand[j], strand[i + 1], strand[j - 1], j - i - 1
                    )
                if part:
                    s += value
                else:
                    h += value
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = best, h, s, count

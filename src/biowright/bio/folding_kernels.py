"""Compiled loops of the folding of RNA: Zuker's dynamic programming.

Energies are whole numbers of 0.01 kcal/mol. Pairs are numbered CG 1, GC 2, GU 3, UG 4, AU 5, UA 6;
letters N 0, A 1, C 2, G 3, U 4. The recursions are those of Zuker and Stiegler
(doi:10.1093/nar/9.1.133) with the loops of the nearest-neighbour model.
"""

# mypy: disable-error-code="untyped-decorator, misc, no-untyped-def, no-any-return, no-untyped-call"

from __future__ import annotations

from itertools import accumulate
from math import log
from typing import Any

import numba
import numpy as np

__all__ = ["minimum", "structure"]

# The parameters lie in one array, table behind table, so that passing them costs nothing.
TABLES = (
    ("stack", 64),
    ("hairpin_mismatch", 200),
    ("interior_mismatch", 200),
    ("interior_1n_mismatch", 200),
    ("interior_23_mismatch", 200),
    ("multi_mismatch", 200),
    ("exterior_mismatch", 200),
    ("dangle5", 40),
    ("dangle3", 40),
    ("int11", 1600),
    ("int21", 8000),
    ("int22", 40000),
    ("hairpin", 31),
    ("bulge", 31),
    ("interior", 31),
    ("multi", 6),
    ("ninio", 3),
    ("misc", 4),
)
"""The tables and their sizes; behind them the special hairpins in rows of length, energy, 8 letters."""
_STARTS = [0, *accumulate(size for _, size in TABLES)]
(
    STACK,
    HAIRPIN_MISMATCH,
    INTERIOR_MISMATCH,
    INTERIOR_1N,
    INTERIOR_23,
    MULTI_MISMATCH,
    EXTERIOR_MISMATCH,
    DANGLE5,
    DANGLE3,
    INT11,
    INT21,
    INT22,
    HAIRPIN,
    BULGE,
    INTERIOR,
    MULTI,
    NINIO,
    MISC,
    SPECIAL,
) = _STARTS
NEVER = 10**7
WIDEST = 30
TURN = 3


@numba.njit(cache=True)
def _pair(a: int, b: int) -> int:
    if a == 2 and b == 3:
        return 1
    if a == 3 and b == 2:
        return 2
    if a == 3 and b == 4:
        return 3
    if a == 4 and b == 3:
        return 4
    if a == 1 and b == 4:
        return 5
    if a == 4 and b == 1:
        return 6
    return 0


@numba.njit(cache=True)
def _grown(t: Any, table: int, size: int) -> int:
    """Give the energy of a loop of a size, those above 30 by the logarithm."""
    if size <= 30:
        return t[table + size]
    return t[table + 30] + int(107.856 * log(size / 30.0))


@numba.njit(cache=True)
def _hairpin(s: Any, i: int, j: int, kind: int, t: Any) -> int:
    size = j - i - 1
    energy = _grown(t, HAIRPIN, size)
    if size == 3 or size == 4 or size == 6:
        for row in range(SPECIAL, len(t), 10):
            if t[row] != size + 2:
                continue
            same = True
            for k in range(size + 2):
                if t[row + 2 + k] != s[i + k]:
                    same = False
                    break
            if same:
                return t[row + 1]
    if size == 3:
        return energy + (t[MISC + 2] if kind > 2 else 0)
    return energy + t[HAIRPIN_MISMATCH + (kind * 5 + s[i + 1]) * 5 + s[j - 1]]


@numba.njit(cache=True)
def _inner(s: Any, i: int, j: int, p: int, q: int, kind: int, back: int, t: Any) -> int:
    """Give the energy of the loop between the pairs i, j and p, q; `back` is the pair q, p."""
    left = p - i - 1
    right = j - q - 1
    large = max(left, right)
    small = min(left, right)
    end = t[MISC + 2]
    if large == 0:
        return t[STACK + kind * 8 + back]
    if small == 0:
        energy = _grown(t, BULGE, large)
        if large == 1:
            return energy + t[STACK + kind * 8 + back]
        return energy + (end if kind > 2 else 0) + (end if back > 2 else 0)
    si, sj, sp, sq = s[i + 1], s[j - 1], s[p - 1], s[q + 1]
    slope = t[NINIO + 0]
    most = t[NINIO + 2]
    if small == 1:
        if large == 1:
            return t[INT11 + ((kind * 8 + back) * 5 + si) * 5 + sj]
        if large == 2:
            if left == 1:
                return t[INT21 + (((kind * 8 + back) * 5 + si) * 5 + sq) * 5 + sj]
            return t[INT21 + (((back * 8 + kind) * 5 + sq) * 5 + si) * 5 + sp]
        energy = _grown(t, INTERIOR, large + 1) + min(most, (large - small) * slope)
        return (
            energy
            + t[INTERIOR_1N + (kind * 5 + si) * 5 + sj]
            + t[INTERIOR_1N + (back * 5 + sq) * 5 + sp]
        )
    if small == 2:
        if large == 2:
            return t[INT22 + ((((kind * 8 + back) * 5 + si) * 5 + sp) * 5 + sq) * 5 + sj]
        if large == 3:
            return (
                t[INTERIOR + 5]
                + slope
                + t[INTERIOR_23 + (kind * 5 + si) * 5 + sj]
                + t[INTERIOR_23 + (back * 5 + sq) * 5 + sp]
            )
    energy = _grown(t, INTERIOR, large + small) + min(most, (large - small) * slope)
    return (
        energy
        + t[INTERIOR_MISMATCH + (kind * 5 + si) * 5 + sj]
        + t[INTERIOR_MISMATCH + (back * 5 + sq) * 5 + sp]
    )


@numba.njit(cache=True)
def _branch(s: Any, i: int, j: int, kind: int, outer: bool, t: Any) -> int:
    """Give the energy of the end of a stem i, j, in the open or in a loop of several stems."""
    n = len(s)
    energy = t[MISC + 2] if kind > 2 else 0
    five = i > 0
    three = j < n - 1
    if five and three:
        table = EXTERIOR_MISMATCH if outer else MULTI_MISMATCH
        energy += t[table + (kind * 5 + s[i - 1]) * 5 + s[j + 1]]
    elif five:
        energy += t[DANGLE5 + kind * 5 + s[i - 1]]
    elif three:
        energy += t[DANGLE3 + kind * 5 + s[j + 1]]
    if not outer:
        energy += t[MULTI + 4]
    return energy


@numba.njit(cache=True)
def _fill(s: Any, t: Any) -> Any:
    n = len(s)
    closed = np.full((n, n), NEVER, np.int32)  # i pairs with j
    many = np.full((n, n), NEVER, np.int32)  # one stem or more of a loop of several
    unpaired = t[MULTI + 0]
    closing = t[MULTI + 2]
    for span in range(TURN + 1, n):
        for i in range(n - span):
            j = i + span
            kind = _pair(s[i], s[j])
            if kind:
                best = _hairpin(s, i, j, kind, t)
                for p in range(i + 1, min(i + WIDEST + 2, j - TURN - 1)):
                    left = p - i - 1
                    for q in range(j - 1, max(p + TURN, j - 2 - (WIDEST - left)), -1):
                        if closed[p, q] >= NEVER:
                            continue
                        back = _pair(s[q], s[p])
                        energy = closed[p, q] + _inner(s, i, j, p, q, kind, back, t)
                        if energy < best:
                            best = energy
                other = _pair(s[j], s[i])
                lid = (
                    closing
                    + t[MULTI + 4]
                    + t[MULTI_MISMATCH + (other * 5 + s[j - 1]) * 5 + s[i + 1]]
                )
                lid += t[MISC + 2] if other > 2 else 0
                for k in range(i + TURN + 3, j - TURN - 1):
                    energy = many[i + 1, k - 1] + many[k, j - 1] + lid
                    if energy < best:
                        best = energy
                closed[i, j] = best
            best = NEVER
            if closed[i, j] < NEVER:
                best = closed[i, j] + _branch(s, i, j, kind, False, t)
            if many[i + 1, j] + unpaired < best:
                best = many[i + 1, j] + unpaired
            if many[i, j - 1] + unpaired < best:
                best = many[i, j - 1] + unpaired
            for k in range(i + TURN + 2, j - TURN):
                energy = many[i, k - 1] + many[k, j]
                if energy < best:
                    best = energy
            many[i, j] = min(best, NEVER)
    outer = np.zeros(n + 1, np.int32)  # of the first letters
    for j in range(1, n + 1):
        best = outer[j - 1]
        for i in range(j - TURN - 1):
            if closed[i, j - 1] < NEVER:
                kind = _pair(s[i], s[j - 1])
                energy = outer[i] + closed[i, j - 1] + _branch(s, i, j - 1, kind, True, t)
                if energy < best:
                    best = energy
        outer[j] = best
    return closed, many, outer


@numba.njit(cache=True)
def minimum(s: Any, t: Any) -> int:
    """Give the least energy."""
    if len(s) == 0:
        return 0
    return _fill(s, t)[2][len(s)]


@numba.njit(cache=True)
def structure(s: Any, t: Any) -> Any:
    """Give the least energy, and with whom each letter pairs (-1 for none)."""
    n = len(s)
    pairs = np.full(n, -1, np.int64)
    if n == 0:
        return 0, pairs
    closed, many, outer = _fill(s, t)
    todo = [(0, n - 1, 0)]  # 0 the open strand up to j, 1 a part of a loop of several, 2 a pair
    while len(todo):
        i, j, what = todo.pop()
        if what == 0:
            if j < 0:
                continue
            if outer[j + 1] == outer[j]:
                todo.append((0, j - 1, 0))
                continue
            for k in range(j - TURN):
                if closed[k, j] < NEVER:
                    kind = _pair(s[k], s[j])
                    energy = outer[k] + closed[k, j] + _branch(s, k, j, kind, True, t)
                    if energy == outer[j + 1]:
                        todo.append((0, k - 1, 0))
                        todo.append((k, j, 2))
                        break
            continue
        if what == 1:
            now = many[i, j]
            kind = _pair(s[i], s[j])
            if closed[i, j] < NEVER and closed[i, j] + _branch(s, i, j, kind, False, t) == now:
                todo.append((i, j, 2))
            elif many[i + 1, j] + t[MULTI + 0] == now:
                todo.append((i + 1, j, 1))
            elif many[i, j - 1] + t[MULTI + 0] == now:
                todo.append((i, j - 1, 1))
            else:
                for k in range(i + TURN + 2, j - TURN):
                    if many[i, k - 1] + many[k, j] == now:
                        todo.append((i, k - 1, 1))
                        todo.append((k, j, 1))
                        break
            continue
        pairs[i] = j
        pairs[j] = i
        now = closed[i, j]
        kind = _pair(s[i], s[j])
        if _hairpin(s, i, j, kind, t) == now:
            continue
        found = False
        for p in range(i + 1, min(i + WIDEST + 2, j - TURN - 1)):
            left = p - i - 1
            for q in range(j - 1, max(p + TURN, j - 2 - (WIDEST - left)), -1):
                if closed[p, q] < NEVER:
                    back = _pair(s[q], s[p])
                    if closed[p, q] + _inner(s, i, j, p, q, kind, back, t) == now:
                        todo.append((p, q, 2))
                        found = True
                        break
            if found:
                break
        if found:
            continue
        other = _pair(s[j], s[i])
        lid = (
            t[MULTI + 2] + t[MULTI + 4] + t[MULTI_MISMATCH + (other * 5 + s[j - 1]) * 5 + s[i + 1]]
        )
        lid += t[MISC + 2] if other > 2 else 0
        for k in range(i + TURN + 3, j - TURN - 1):
            if many[i + 1, k - 1] + many[k, j - 1] + lid == now:
                todo.append((i + 1, k - 1, 1))
                todo.append((k, j - 1, 1))
                break
    return outer[n], pairs

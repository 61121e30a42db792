"""Compiled loops of the folding of RNA: Zuker's dynamic programming.

Energies are whole numbers of 0.01 kcal/mol. Pairs are numbered CG 1, GC 2, GU 3, UG 4, AU 5, UA 6;
letters N 0, A 1, C 2, G 3, U 4. The recursions are those of Zuker and Stiegler
(doi:10.1093/nar/9.1.133) with the loops of the nearest-neighbour model.
"""

# mypy: disable-error-code="untyped-decorator, misc, no-untyped-def, no-any-return, no-untyped-call"

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from biowright.core.kernels import kernel

__all__ = ["minimum", "structure"]

LONGEST = 4_000
"""Letters above which memory and time (cubic) would surprise."""
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
    ("hairpin", LONGEST + 1),
    ("bulge", 31),
    ("interior", 31),
    ("multi", 6),
    ("ninio", 3),
    ("misc", 4),
    ("floor", 31),
)
"""The tables and their sizes; `floor` is the least energy of a loop between two pairs by its unpaired
letters. Behind them lie the special hairpins in rows of length, letters and energy, the letters as the
digits of a number to the base of five."""
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
    FLOOR,
    SPECIAL,
) = _STARTS
NEVER = 10**7
WIDEST = 30
TURN = 3


_KINDS = np.zeros((5, 5), np.int8)
for _kind, _pairing in enumerate(("CG", "GC", "GU", "UG", "AU", "UA"), start=1):
    _KINDS["NACGU".index(_pairing[0]), "NACGU".index(_pairing[1])] = _kind


@kernel(inline="always")
def _pair(a: int, b: int) -> int:
    return _KINDS[a, b]


@kernel
def _special(s: Any, i: int, size: int, t: Any) -> int:
    """Give the energy of a hairpin that has one of its own, or `NEVER`."""
    code = 0
    for k in range(size):
        code = code * 5 + s[i + k]
    for row in range(SPECIAL, len(t), 3):
        if t[row] == size and t[row + 1] == code:
            return t[row + 2]
    return NEVER


@kernel(inline="always")
def _hairpin(s: Any, i: int, j: int, kind: int, t: Any) -> int:
    size = j - i - 1
    energy = t[HAIRPIN + size]
    if size == 3 or size == 4 or size == 6:
        special = _special(s, i, size + 2, t)
        if special < NEVER:
            return special
    if size == 3:
        return energy + (t[MISC + 2] if kind > 2 else 0)
    return energy + t[HAIRPIN_MISMATCH + (kind * 5 + s[i + 1]) * 5 + s[j - 1]]


@kernel(inline="always")
def _inner(s: Any, i: int, j: int, p: int, q: int, kind: int, back: int, t: Any) -> int:
    """Give the energy of the loop between the pairs i, j and p, q; `back` is the pair q, p."""
    return _loop(p - i - 1, j - q - 1, kind, back, s[i + 1], s[j - 1], s[p - 1], s[q + 1], t)


@kernel(inline="always")
def _loop(
    left: int, right: int, kind: int, back: int, si: int, sj: int, sp: int, sq: int, t: Any
) -> int:
    """Give the energy of a loop between two pairs.

    Parameters
    ----------
    left, right : int
        Unpaired letters on both sides.
    kind, back : int
        The outer pair from outside, and the inner one from inside.
    si, sj, sp, sq : int
        The letters that stack on the outer pair (5', 3') and on the inner one.
    """
    large = max(left, right)
    small = min(left, right)
    end = t[MISC + 2]
    if large == 0:
        return t[STACK + kind * 8 + back]
    if small == 0:
        energy = t[BULGE + large]
        if large == 1:
            return energy + t[STACK + kind * 8 + back]
        return energy + (end if kind > 2 else 0) + (end if back > 2 else 0)
    slope = t[NINIO + 0]
    most = t[NINIO + 2]
    if small == 1:
        if large == 1:
            return t[INT11 + ((kind * 8 + back) * 5 + si) * 5 + sj]
        if large == 2:
            if left == 1:
                return t[INT21 + (((kind * 8 + back) * 5 + si) * 5 + sq) * 5 + sj]
            return t[INT21 + (((back * 8 + kind) * 5 + sq) * 5 + si) * 5 + sp]
        energy = t[INTERIOR + large + 1] + min(most, (large - small) * slope)
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
    energy = t[INTERIOR + large + small] + min(most, (large - small) * slope)
    return (
        energy
        + t[INTERIOR_MISMATCH + (kind * 5 + si) * 5 + sj]
        + t[INTERIOR_MISMATCH + (back * 5 + sq) * 5 + sp]
    )


@kernel(inline="always")
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


@kernel(inline="always")
def _stem(s: Any, i: int, j: int, kind: int, closed: Any, widest: int, t: Any) -> int:
    """Give the least energy of a pair that closes a hairpin or a loop of `widest` letters at most."""
    best = _hairpin(s, i, j, kind, t)
    for p in range(i + 1, min(i + widest + 2, j - TURN - 1)):
        left = p - i - 1
        for q in range(j - 1, max(p + TURN, j - 2 - (widest - left)), -1):
            # no loop of this size has less
            if closed[p, q] + t[FLOOR + left + j - 1 - q] >= best:
                continue
            back = _pair(s[q], s[p])
            energy = closed[p, q] + _inner(s, i, j, p, q, kind, back, t)
            if energy < best:
                best = energy
    return best


@kernel
def stems(s: Any, j: int, closed: Any, widest: int, t: Any) -> None:
    """Fill in the stems of the letters before j with j whose loops have `widest` letters at most.

    What they make is no worse than the truth, and soon known; see `column`.
    """
    for i in range(j, max(j - TURN - 1, -1), -1):
        closed[i, j] = NEVER
    for i in range(j - TURN - 1, -1, -1):
        kind = _pair(s[i], s[j])
        closed[i, j] = _stem(s, i, j, kind, closed, widest, t) if kind else NEVER


@kernel
def column(s: Any, j: int, closed: Any, many: Any, t: Any) -> None:
    """Fill in what the letters before j make with j, the letters before j being done.

    Parameters
    ----------
    s : ndarray of int8
    closed, many : ndarray of int32
        The least energy of i..j where i pairs with j, and as one stem or more of a loop of several;
        room of at least the length squared, of which the column is overwritten.
    """
    unpaired = t[MULTI + 0]
    closing = t[MULTI + 2]
    for i in range(j, max(j - TURN - 1, -1), -1):
        closed[i, j] = NEVER
        many[i, j] = NEVER
    for i in range(j - TURN - 1, -1, -1):
        closed[i, j] = NEVER
        kind = _pair(s[i], s[j])
        if kind:
            best = _stem(s, i, j, kind, closed, WIDEST, t)
            other = _pair(s[j], s[i])
            lid = closing + t[MULTI + 4] + t[MULTI_MISMATCH + (other * 5 + s[j - 1]) * 5 + s[i + 1]]
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


@kernel
def opened(s: Any, j: int, closed: Any, outer: Any, t: Any) -> int:
    """Give the least energy of the letters up to and with j, `s` being the whole strand."""
    best = outer[j]
    for i in range(j - TURN):
        if closed[i, j] < NEVER:
            energy = outer[i] + closed[i, j]
            energy += _branch(s, i, j, _pair(s[i], s[j]), True, t)
            if energy < best:
                best = energy
    return best


@kernel
def _fill(s: Any, t: Any) -> Any:
    n = len(s)
    closed = np.empty((n, n), np.int32)
    many = np.empty((n, n), np.int32)
    outer = np.zeros(n + 1, np.int32)  # of the first letters
    for j in range(n):
        column(s, j, closed, many, t)
        outer[j + 1] = opened(s, j, closed, outer, t)
    return closed, many, outer


@kernel
def minimum(s: Any, t: Any) -> int:
    """Give the least energy."""
    if len(s) == 0:
        return 0
    return _fill(s, t)[2][len(s)]


@kernel
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

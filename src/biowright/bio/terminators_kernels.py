"""Compiled loops over terminators: the best hairpin before each run of T."""

# mypy: disable-error-code="untyped-decorator, misc, no-untyped-def, no-any-return, no-untyped-call"

from __future__ import annotations

from typing import Any

import numpy as np

from biowright.core.kernels import kernel

from .folding_kernels import MISC, STACK, _hairpin, _inner, _pair

__all__ = ["best_hairpin", "scan", "tail"]

NEVER = 10**7
WINDOW = 60
"""Letters of the longest hairpin."""
LOOP = 12
"""Unpaired letters of the widest hairpin loop."""
GAP = 4
"""Unpaired letters of the widest bulge or inner loop."""
STEM = 4
"""Pairs of the shortest stem."""
FOOT = -300
"""The highest energy of the first three pairs, in 0.01 kcal/mol."""
MIRROR = (0, 2, 1, 4, 3, 6, 5)
TAIL = 15
"""Letters behind a hairpin that are looked at."""


@kernel
def tail(codes: Any, at: int) -> float:
    """Weigh the T behind a hairpin: each letter by 0.9 or 0.6 of the one before, only T count."""
    weight = 1.0
    total = 0.0
    for k in range(TAIL):
        if at + k < len(codes) and codes[at + k] == 4:
            weight *= 0.9
            total += weight
        else:
            weight *= 0.6
    return total


@kernel
def best_hairpin(s: Any, end: int, gain: float, outer: Any, pairs: Any, t: Any) -> Any:
    """Find the hairpin that ends before `end` with the least energy for each of its letters.

    A stem begins with three pairs in a row and is followed inwards, through bulges and inner loops,
    as long as what lies outside holds by itself.

    Parameters
    ----------
    s : ndarray of int8
        The letters as `biowright.bio.folding` numbers them.
    gain : float
        What the energy for each letter must be below, in 0.01 kcal/mol.
    outer, pairs : ndarray of int32, shape (WINDOW, WINDOW)
        Room, by the letters outside of a pair on the left and on the right; `outer` is `NEVER`.

    Returns
    -------
    start, energy
        The start is -1 where there is none.
    """
    j = end - 1
    found = -1
    least = 0
    for i in range(max(0, end - WINDOW), j - 2 * STEM - 1):
        first = _pair(s[i], s[j])
        if first == 0:
            continue
        second = _pair(s[i + 1], s[j - 1])
        if second == 0:
            continue
        third = _pair(s[i + 2], s[j - 2])
        if third == 0:
            continue
        # the pairs seen from inside
        foot = t[STACK + first * 8 + MIRROR[second]] + t[STACK + second * 8 + MIRROR[third]]
        if foot > FOOT:
            continue
        length = j - i + 1
        size = length // 2
        outer[0, 0] = t[MISC + 2] if first > 2 else 0
        pairs[0, 0] = 1
        deepest = 0
        for a in range(size):
            if a > deepest + GAP + 1:
                break
            for b in range(max(0, a - GAP), min(size, a + GAP + 1)):
                now = outer[a, b]
                if now >= NEVER:
                    continue
                outer[a, b] = NEVER
                p = i + a
                q = j - b
                kind = _pair(s[p], s[q])
                count = pairs[a, b]
                loop = q - p - 1
                if count >= STEM and loop <= LOOP:
                    value = now + _hairpin(s, p, q, kind, t)
                    if value / length < gain:
                        gain = value / length
                        found = i
                        least = value
                widest = GAP if a >= 2 else 0
                for left in range(widest + 1):
                    for right in range(widest + 1 - left):
                        x = p + 1 + left
                        y = q - 1 - right
                        if y - x < 4:
                            break
                        back = _pair(s[y], s[x])
                        if back == 0:
                            continue
                        value = now + _inner(s, p, q, x, y, kind, back, t)
                        c = a + 1 + left
                        d = b + 1 + right
                        if value > 0 or abs(c - d) > GAP or c >= WINDOW or d >= WINDOW:
                            continue
                        if value < outer[c, d]:
                            outer[c, d] = value
                            pairs[c, d] = count + 1
                            deepest = max(deepest, c)
        outer[: deepest + 1] = NEVER
    return found, least


@kernel
def scan(s: Any, begin: int, stop: int, limit: float, least_tail: float, t: Any) -> Any:
    """Give the ends of hairpins in begin..stop whose score is at least `limit`.

    Returns their starts, ends, energies (0.01 kcal/mol), the weights of their tails and scores.
    """
    outer = np.full((WINDOW, WINDOW), NEVER, np.int32)
    pairs = np.zeros((WINDOW, WINDOW), np.int32)
    room = 256
    out = np.empty((room, 5), np.float64)
    made = 0
    for end in range(max(begin, 12), stop):
        if end >= len(s) or s[end] != 4:
            continue
        weight = tail(s, end)
        if weight < least_tail:
            continue
        # the least energy for each letter that still reaches the limit
        gain = -100.0 * (limit + 116.87 - 18.16 * weight) / 96.59
        start, value = best_hairpin(s, end, min(gain + 1e-9, 0.0), outer, pairs, t)
        if start < 0:
            continue
        if made == room:
            room *= 2
            longer = np.empty((room, 5), np.float64)
            longer[:made] = out
            out = longer
        out[made, 0] = start
        out[made, 1] = end
        out[made, 2] = value
        out[made, 3] = weight
        out[made, 4] = 18.16 * weight - 96.59 * value / 100.0 / (end - start) - 116.87
        made += 1
    return out[:made]

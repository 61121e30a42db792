"""Compiled loops over starts of translation: how the ribosome's RNA binds before each."""

# mypy: disable-error-code="untyped-decorator, misc, no-untyped-def, no-any-return, no-untyped-call"

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from .folding_kernels import DANGLE3, DANGLE5, EXTERIOR_MISMATCH, MISC, STACK, _inner, _pair

__all__ = ["bind", "scan", "spacing"]

NEVER = 10**7
REACH = 35
"""Letters before a start in which the ribosome's RNA binds."""
GAP = 3
"""Unpaired letters of the widest bulge or inner loop of the duplex."""
FORMED = 410
"""What it costs that two strands meet, in 0.01 kcal/mol."""
OPTIMUM = 5
STEEP, LATE, EARLY = 2.5, (4.8, 24.0), 1220.0


@numba.njit(cache=True)
def spacing(letters: int) -> float:
    """Give what it costs that the duplex is not 5 letters before the start, in 0.01 kcal/mol."""
    far = letters - OPTIMUM
    if far >= 0:
        return LATE[0] * far * far + LATE[1] * far
    return EARLY / (1.0 + np.exp(STEEP * (far + 2))) ** 3


@numba.njit(cache=True)
def bind(s: Any, start: int, tail: Any, room: Any, t: Any) -> Any:
    """Find the best duplex of the ribosome's RNA with the letters before a start.

    Parameters
    ----------
    s : ndarray of int8
        The letters as `biowright.bio.folding` numbers them.
    start : int
        The first letter of the start codon.
    tail : ndarray of int8
        The end of the ribosome's RNA, 5' to 3'.
    room : ndarray of int32, shape (REACH, len(tail))

    Returns
    -------
    energy, cost, first, last, letters
        Of the duplex and of its spacing in 0.01 kcal/mol; the first and last bound letter of the
        messenger; the letters between the place across from the 5' end of the tail and the start.
        The energy is `NEVER` where there is none.
    """
    low = max(0, start - REACH)
    size = len(tail)
    end = t[MISC + 2]
    best = float(NEVER)
    found = (NEVER, 0.0, -1, -1, 0)
    # p goes from the 5' end of the messenger, x from the 3' end of the tail: duplexes grow to the
    # right in the messenger and to the left in the tail
    first = np.empty_like(room)
    for p in range(low, start):
        for x in range(size - 1, -1, -1):
            kind = _pair(s[p], tail[x])
            room[p - low, x] = NEVER
            if kind == 0:
                continue
            now = FORMED + (end if kind > 2 else 0)
            # what stacks on the outer end
            left = s[p - 1] if p > 0 else 0
            right = tail[x + 1] if x + 1 < size else 0
            if left and right:
                now += t[EXTERIOR_MISMATCH + (kind * 5 + left) * 5 + right]
            elif left:
                now += t[DANGLE5 + kind * 5 + left]
            elif right:
                now += t[DANGLE3 + kind * 5 + right]
            begun = p
            for a in range(GAP + 1):
                for b in range(GAP + 1 - a):
                    q = p - 1 - a
                    y = x + 1 + b
                    if q < low or y >= size or room[q - low, y] >= NEVER:
                        continue
                    before = _pair(s[q], tail[y])
                    back = _pair(tail[x], s[p])
                    value = room[q - low, y] + _duplex(s, q, p, tail, x, y, before, back, t)
                    if value < now:
                        now = value
                        begun = first[q - low, y]
            room[p - low, x] = now
            first[p - low, x] = begun
            # the inner end
            back = _pair(tail[x], s[p])
            whole = now + (end if kind > 2 else 0)
            right = s[p + 1] if p + 1 < len(s) else 0
            left = tail[x - 1] if x > 0 else 0
            if left and right:
                whole += t[EXTERIOR_MISMATCH + (back * 5 + left) * 5 + right]
            elif left:
                whole += t[DANGLE5 + back * 5 + left]
            elif right:
                whole += t[DANGLE3 + back * 5 + right]
            letters = start - p - 1 - x
            cost = spacing(letters)
            if whole + cost < best:
                best = whole + cost
                found = (whole, cost, begun, p, letters)
    return found


@numba.njit(cache=True)
def _duplex(
    s: Any, q: int, p: int, tail: Any, x: int, y: int, before: int, back: int, t: Any
) -> int:
    """Give the energy of the loop between the pairs q, y and p, x of two strands."""
    wide = p - q - 1
    other = y - x - 1
    if wide == 0 and other == 0:
        return t[STACK + before * 8 + back]
    # the loop is laid out as in one strand: q ... p, then x ... y
    lane = np.zeros(wide + other + 4, np.int8)
    lane[: wide + 2] = s[q : p + 1]
    lane[wide + 2 :] = tail[x : y + 1]
    return _inner(lane, 0, len(lane) - 1, wide + 1, wide + 2, before, back, t)


@numba.njit(cache=True)
def scan(s: Any, begin: int, stop: int, tail: Any, codons: Any, limit: float, t: Any) -> Any:
    """Give the starts in begin..stop whose energy without any fold is at most `limit`.

    Returns rows of start, codon (its number in `codons`' rows), energy and what `bind` gives.
    """
    room = np.full((REACH, len(tail)), NEVER, np.int64)
    space = 256
    out = np.empty((space, 8), np.float64)
    made = 0
    for p in range(begin, stop):
        if p + 2 >= len(s):
            break
        index = -1
        for k in range(len(codons)):
            if s[p] == codons[k, 0] and s[p + 1] == codons[k, 1] and s[p + 2] == codons[k, 2]:
                index = k
                break
        if index < 0:
            continue
        energy, cost, first, last, letters = bind(s, p, tail, room, t)
        if energy >= NEVER:
            continue
        total = energy + cost + codons[index, 3]
        if total > limit:
            continue
        if made == space:
            space *= 2
            longer = np.empty((space, 8), np.float64)
            longer[:made] = out
            out = longer
        out[made, 0] = p
        out[made, 1] = index
        out[made, 2] = total
        out[made, 3] = energy
        out[made, 4] = cost
        out[made, 5] = first
        out[made, 6] = last
        out[made, 7] = letters
        made += 1
    return out[:made]

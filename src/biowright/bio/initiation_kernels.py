"""Compiled loops over starts of translation: how the ribosome's RNA binds before each."""

# mypy: disable-error-code="untyped-decorator, misc, no-untyped-def, no-any-return, no-untyped-call"

from __future__ import annotations

from typing import Any

import numpy as np

from biowright.core.kernels import kernel

from .folding_kernels import (
    DANGLE3,
    DANGLE5,
    EXTERIOR_MISMATCH,
    MISC,
    _loop,
    _pair,
    column,
    opened,
    stems,
)

__all__ = ["scan", "spacing"]

NEVER = 10**7
REACH = 35
"""Letters before a start in which the ribosome's RNA binds, and on whose folds are looked at."""
BEHIND = 35
"""Letters from the start on whose folds are looked at."""
STANDBY = 4
"""Letters before the duplex that must be open too."""
GAP = 3
"""Unpaired letters of the widest bulge or inner loop of the duplex."""
FORMED = 410
"""What it costs that two strands meet, in 0.01 kcal/mol."""
NARROW = 2
"""Letters of the widest loop in a stem that is looked for before all folds are."""
OPTIMUM = 5
STEEP, LATE, EARLY = 2.5, (4.8, 24.0), 1220.0


@kernel
def spacing(letters: int) -> float:
    """Give what it costs that the duplex is not 5 letters before the start, in 0.01 kcal/mol."""
    far = letters - OPTIMUM
    if far >= 0:
        return LATE[0] * far * far + LATE[1] * far
    return EARLY / (1.0 + np.exp(STEEP * (far + 2))) ** 3


@kernel
def _bind(s: Any, p: int, low: int, tail: Any, room: Any, whole: Any, begun: Any, t: Any) -> None:
    """Find the best duplexes of the ribosome's RNA that begin from `low` on and end with letter p.

    Duplexes grow to the right in the messenger and to the left in the tail, whose letters x lie 5' to
    3'. Of the letters before p, `REACH` are kept, each in the row of its place modulo that.

    Parameters
    ----------
    room, whole : ndarray of int32, shape (REACH, len(tail))
        The energy up to the pair of p and x without and with the inner end; `NEVER` where they cannot
        pair.
    begun : ndarray of int64, shape (REACH, len(tail))
        The first bound letter.
    """
    size = len(tail)
    end = t[MISC + 2]
    now_row = p % REACH
    for x in range(size - 1, -1, -1):
        kind = _pair(s[p], tail[x])
        room[now_row, x] = NEVER
        whole[now_row, x] = NEVER
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
        first = p
        back = _pair(tail[x], s[p])
        for a in range(GAP + 1):
            q = p - 1 - a
            if q < low:
                break
            row = q % REACH
            for b in range(GAP + 1 - a):
                y = x + 1 + b
                if y >= size:
                    break
                if room[row, y] >= NEVER:
                    continue
                before = _pair(s[q], tail[y])
                loop = _loop(a, b, before, back, s[q + 1], tail[y - 1], s[p - 1], tail[x + 1], t)
                value = room[row, y] + loop
                if value < now:
                    now = value
                    first = begun[row, y]
        room[now_row, x] = now
        begun[now_row, x] = first
        # the inner end
        now += end if kind > 2 else 0
        right = s[p + 1] if p + 1 < len(s) else 0
        left = tail[x - 1] if x > 0 else 0
        if left and right:
            now += t[EXTERIOR_MISMATCH + (back * 5 + left) * 5 + right]
        elif left:
            now += t[DANGLE5 + back * 5 + left]
        elif right:
            now += t[DANGLE3 + back * 5 + right]
        whole[now_row, x] = now


@kernel
def _best(start: int, low: int, whole: Any, begun: Any, costs: Any) -> Any:
    """Give the best duplex before a start: its energy and cost, first and last letter, distance."""
    size = whole.shape[1]
    best = float(NEVER)
    found = (NEVER, 0.0, -1, -1, 0)
    for p in range(low, start):
        row = p % REACH
        for x in range(size - 1, -1, -1):
            letters = start - p - 1 - x
            value = whole[row, x] + costs[letters + size]
            if value < best:
                best = value
                found = (whole[row, x], costs[letters + size], begun[row, x], p, letters)
    return found


@kernel
def _unfold(w: Any, cut: int, least: float, closed: Any, many: Any, outer: Any, t: Any) -> Any:
    """Fold the messenger around a start, and the letters of it that may fold when it is bound.

    Parameters
    ----------
    w : ndarray of int8
    cut : int
        How many letters come before what must be open.
    least : float
        The fold of all is not looked for once it is known to lie below that of those letters by more.

    Returns
    -------
    before, free
        The energies; `free` is `NEVER` where it lies too low.
    """
    before = 0
    outer[0] = 0
    for j in range(cut):
        column(w, j, closed, many, t)
        outer[j + 1] = opened(w, j, closed, outer, t)
    if cut:
        # as a strand of its own: nothing stacks behind its last letter
        before = opened(w[:cut], cut - 1, closed, outer, t)
    # stems without wide loops are soon found, and mostly tell that it lies too low; what follows may
    # stay open, so that all of it folds no worse than what is done
    for j in range(cut, len(w)):
        stems(w, j, closed, NARROW, t)
        outer[j + 1] = opened(w, j, closed, outer, t)
        if outer[j + 1] - before < least:
            return before, NEVER
    for j in range(cut, len(w)):
        column(w, j, closed, many, t)
        outer[j + 1] = opened(w, j, closed, outer, t)
        if outer[j + 1] - before < least:
            return before, NEVER
    return before, outer[len(w)]


@kernel
def scan(s: Any, begin: int, stop: int, tail: Any, codons: Any, limit: float, t: Any) -> Any:
    """Give the starts in begin..stop whose energy is at most `limit`, in 0.01 kcal/mol.

    Returns rows of start, codon (its number in `codons`' rows), energy of the duplex, cost of its
    spacing, and energies of the messenger folded before the duplex and in whole.
    """
    size = len(tail)
    shape = (REACH, size)
    # one run of duplexes along the strand, and one for a start that the run does not serve
    room, whole = np.full(shape, NEVER, np.int32), np.full(shape, NEVER, np.int32)
    begun = np.zeros(shape, np.int64)
    own_room, own_whole = np.full(shape, NEVER, np.int32), np.full(shape, NEVER, np.int32)
    own_begun = np.zeros(shape, np.int64)
    costs = np.array([spacing(letters) for letters in range(-size, REACH + 1)])
    closed = np.empty((REACH + BEHIND, REACH + BEHIND), np.int32)
    many = np.empty((REACH + BEHIND, REACH + BEHIND), np.int32)
    outer = np.zeros(REACH + BEHIND + 1, np.int32)
    space = 256
    out = np.empty((space, 6), np.float64)
    made = 0
    origin = max(0, begin - REACH)
    for p in range(origin, min(stop, len(s) - 2)):
        index = -1
        if p >= begin:
            for k in range(len(codons)):
                if s[p] == codons[k, 0] and s[p + 1] == codons[k, 1] and s[p + 2] == codons[k, 2]:
                    index = k
                    break
        if index >= 0:
            low = max(0, p - REACH)
            energy, cost, first, _, _ = _best(p, low, whole, begun, costs)
            if energy < NEVER and first < low and energy + cost + codons[index, 3] <= limit:
                # it begins too far out: those that do not
                for q in range(low, p):
                    _bind(s, q, low, tail, own_room, own_whole, own_begun, t)
                energy, cost, first, _, _ = _best(p, low, own_whole, own_begun, costs)
            total = energy + cost + codons[index, 3]
            # a fold of all is no worse than one of the letters before the duplex
            if energy < NEVER and total <= limit:
                w = s[low : p + BEHIND]
                cut = max(0, first - STANDBY - low)
                before, free = _unfold(w, cut, total - limit - 1e-6, closed, many, outer, t)
                if free < NEVER:
                    if made == space:
                        space *= 2
                        longer = np.empty((space, 6), np.float64)
                        longer[:made] = out
                        out = longer
                    out[made] = np.array([p, index, energy, cost, before, free])
                    made += 1
        _bind(s, p, origin, tail, room, whole, begun, t)
    return out[:made]

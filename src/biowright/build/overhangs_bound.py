"""A proof of how good a set of overhangs can be at most.

With s the share of wrong to right ligations of a junction, the fidelity of a set is the product of
1 / (1 + s). The sum of s is quadratic in the choice of the overhangs. Its minimum is bounded from below
by the doubly non-negative relaxation: products of choices become a matrix that is positive semidefinite
and has no negative entry. The method of multipliers of D E Oliveira, H Wolkowicz and Y Xu (2018),
doi:10.1007/s12532-018-0139-8, gives dual matrices, and every one of them, also an unfinished one, a valid
bound: what is wrong with it is taken off.

From the sum to the product: either no s of a set is above u, and the logarithm of 1 + s, which is
concave, lies above the line between its values at the least s that a junction can have and at u, so that
a sum of such lines bounds the loss; or one s is above u, and the loss is at least that one's and that of
the others, a smaller set, for which the same holds. Any u gives a valid bound, and one where both are alike
the best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["least_loss", "least_sum"]

Floats = npt.NDArray[np.float64]
_PENALTY = 0.02
ROUNDS, FEWER, LINES = 400, 60, 250
"""Rounds for the wanted size, for each size below, and for the lines."""
LEVELS = 5
"""How many sizes below the wanted one are looked at."""
SMALL = 0.05
"""A loss below which the first bound will do."""


@dataclass(slots=True)
class _Warm:
    """Where the method of multipliers stopped, for a problem that is much the same."""

    primal: Floats | None = None
    dual: Floats | None = None


def least_loss(own: Floats, wrong: Floats, right: Floats, fixed: int, size: int) -> float:
    """Bound the least sum of log(1 + s) over sets of a size, s being a junction's share of wrong ligations.

    Parameters
    ----------
    own : array, shape (n,)
        Ligations of each junction to itself.
    wrong : array, shape (n, n)
        Between junctions; symmetric, 0 on the diagonal.
    right : array, shape (n,)
        Right ligations.
    fixed : int
        How many junctions, from the first on, are in every set.
    size : int
        From `fixed` + 2 to n - 1.

    Returns
    -------
    float
        No set has less.
    """
    shares = wrong / right[:, None]
    alone = own / right

    def least(
        slopes: Floats, rises: Floats, count: int, held: int, rounds: int, warm: _Warm
    ) -> float:
        """Bound the sum of rises and slopes times s, over sets with the first `held`."""
        lines = slopes[:, None] * shares
        both = lines + lines.T
        each = rises + slopes * alone
        constant = float(each[:held].sum() + both[:held, :held].sum() / 2)
        linear = each[held:] + both[held:, :held].sum(axis=1)
        return constant + least_sum(linear, both[held:, held:], count - held, rounds, warm)

    flat, straight = np.zeros_like(alone), np.ones_like(alone)
    here = _Warm()
    total = least(straight, flat, size, fixed, ROUNDS, here)
    loss = _spread(total, alone, right)
    if 1 - math.exp(-loss) < SMALL:
        return loss
    # smaller sets may miss one that is wanted, so that none is
    smallest = max(3, size - LEVELS)
    below = _Warm(here.primal, here.dual)
    sums = {n: least(straight, flat, n, 0, FEWER, below) for n in range(size - 1, smallest - 1, -1)}
    known = _spread(sums[smallest], alone, right) if sums else 0.0
    for n in range(smallest + 1, size):
        most = _even(sums[n], known)
        known = max(_spread(sums[n], alone, right), _line(most) * sums[n], known)
    least_share = alone + np.sort(shares + np.diag(np.full(len(alone), np.inf)), axis=1)[
        :, : size - 1
    ].sum(axis=1)
    # the lines lie higher than those from 0 on, so that a higher u is best
    most = _even(1.1 * total, known)
    low = np.minimum(least_share, most)
    wide = most - low
    slopes = np.where(
        wide > 1e-9, (np.log1p(most) - np.log1p(low)) / np.where(wide > 1e-9, wide, 1), 0.0
    )
    rises = np.log1p(low) - slopes * low
    lines = least(slopes, rises, size, fixed, LINES, here)
    return max(loss, min(lines, math.log1p(most) + known))


def _spread(total: float, alone: Floats, right: Floats) -> float:
    """Bound the loss by the sum of s: the least is where one junction has most of it.

    But what that one ligates wrongly, another one ligates wrongly too, so that it cannot have all.
    """
    share = right / right.max()
    most = min(total, float(((total + alone * share) / (1.0 + share)).max()))
    return math.log1p(most) + math.log1p(total - most)


def _line(most: float) -> float:
    """Give the slope of the line from 0 to the logarithm of 1 + `most`."""
    return math.log1p(most) / most


def _even(total: float, rest: float) -> float:
    """Give the u at which sets of shares up to u and those with a higher one have the same bound."""
    low, high = 1e-6, 1e6
    for _ in range(100):
        middle = math.sqrt(low * high)
        if _line(middle) * total > math.log1p(middle) + rest:
            low = middle
        else:
            high = middle
    return high


def least_sum(
    linear: Floats, pairs: Floats, size: int, rounds: int = ROUNDS, warm: _Warm | None = None
) -> float:
    """Bound the least sum over sets of a size of single and pairwise terms, none negative.

    Parameters
    ----------
    linear : array, shape (n,)
    pairs : array, shape (n, n)
        Symmetric, 0 on the diagonal; a pair counts once.
    size : int
        From 2 to n - 1.
    rounds : int
        More rounds make the bound tighter.
    warm : _Warm, optional
        Where a problem much the same stopped; it is filled in anew.

    Returns
    -------
    float
        0 at least; no set has less.
    """
    total = len(linear)
    scale = max(float(pairs.max()), float(linear.max()))
    if scale <= 0:
        return 0.0
    chosen = np.arange(1, total + 1)
    cost = np.zeros((total + 1, total + 1))
    cost[1:, 1:] = pairs / (2 * scale)
    cost[chosen, chosen] = linear / scale
    # the space in which the choices add up to the size
    normal = np.concatenate([[-float(size)], np.ones(total)])
    basis = np.linalg.svd(normal.reshape(1, -1))[2][1:].T
    once, both = size / total, size * (size - 1) / (total * max(total - 1, 1))
    primal = np.full_like(cost, both)
    primal[0, :] = primal[:, 0] = once
    primal[chosen, chosen] = once
    primal[0, 0] = 1.0
    dual = np.zeros_like(cost)
    if warm is not None and warm.primal is not None and warm.primal.shape == cost.shape:
        primal, dual = warm.primal, dual if warm.dual is None else warm.dual.copy()
    best = 0.0
    for number in range(1, rounds + 1):
        inner = _positive(basis.T @ (primal + dual / _PENALTY) @ basis)
        lifted = basis @ inner @ basis.T
        primal = _into_box(lifted - (cost + dual) / _PENALTY, size)
        dual += _PENALTY * (primal - lifted)
        dual = (dual + dual.T) / 2
        if number % 50 == 0 or number == rounds:
            best = max(best, _safe(cost, dual, basis, size))
    if warm is not None:
        warm.primal, warm.dual = primal, dual
    return best * scale


def _positive(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    kept = values > 0
    nearest: Floats = (vectors[:, kept] * values[kept]) @ vectors[:, kept].T
    return nearest


def _into_box(matrix: Floats, size: int) -> Floats:
    """Give the nearest matrix with entries from 0 to 1, and the choices on diagonal and border."""
    places = np.arange(1, len(matrix))
    box = np.clip((matrix + matrix.T) / 2, 0.0, 1.0)
    wanted = (matrix[places, places] + matrix[0, 1:] + matrix[1:, 0]) / 3
    low, high = float(wanted.min()) - 1, float(wanted.max())
    for _ in range(40):
        middle = (low + high) / 2
        if np.clip(wanted - middle, 0, 1).sum() > size:
            low = middle
        else:
            high = middle
    choices = np.clip(wanted - high, 0, 1)
    box[places, places] = box[0, 1:] = box[1:, 0] = choices
    box[0, 0] = 1.0
    return box


def _safe(cost: Floats, dual: Floats, basis: Floats, size: int) -> float:
    """Give the bound that a dual matrix proves."""
    seen = basis.T @ dual @ basis
    values, vectors = np.linalg.eigh((seen + seen.T) / 2)
    over = values > 0
    # a positive part of the dual costs at most its largest value times the trace, size + 1
    plain = _least(cost + dual, size) - (size + 1) * max(float(values[-1]), 0.0)
    excess = basis @ ((vectors[:, over] * values[over]) @ vectors[:, over].T) @ basis.T
    # rounding is far below this
    return max(plain, _least(cost + dual - excess, size)) - 1e-9


def _least(matrix: Floats, size: int) -> float:
    """Bound the sum from below: each chosen one with its best partners, each row by itself."""
    off = matrix[1:, 1:].copy()
    alone = off.diagonal() + 2 * matrix[0, 1:]
    np.fill_diagonal(off, np.inf)
    off.partition(size - 2, axis=1)
    rows = np.sort(alone + off[:, : size - 1].sum(axis=1))
    return float(matrix[0, 0] + rows[:size].sum())

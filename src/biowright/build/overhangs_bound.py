"""A proof of how good a set of overhangs can be at most.

With s the share of wrong to right ligations of a junction, the fidelity of a set is the product of
1 / (1 + s), at most 1 / (1 + sum of s). The sum is quadratic in the choice of the overhangs. Its minimum
is bounded from below by the doubly non-negative relaxation: products of choices become a matrix that is
positive semidefinite and has no negative entry. The method of multipliers of D E Oliveira, H Wolkowicz
and Y Xu (2018), doi:10.1007/s12532-018-0139-8, gives dual matrices, and every one of them, also an
unfinished one, a valid bound: what is wrong with it is taken off.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["least_sum"]

Floats = npt.NDArray[np.float64]
_PENALTY = 0.02


def least_sum(linear: Floats, pairs: Floats, size: int, rounds: int = 400) -> float:
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
    best = 0.0
    for number in range(1, rounds + 1):
        inner = _positive(basis.T @ (primal + dual / _PENALTY) @ basis)
        lifted = basis @ inner @ basis.T
        primal = _into_box(lifted - (cost + dual) / _PENALTY, size)
        dual += _PENALTY * (primal - lifted)
        dual = (dual + dual.T) / 2
        if number % 50 == 0 or number == rounds:
            best = max(best, _safe(cost, dual, basis, size))
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

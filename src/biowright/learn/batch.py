"""Batches: a spread without labels, and a joint choice with them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .spaces import Space

__all__ = ["choose", "imagine", "spread"]

_BINS = 8
_POOL = 400
_WELL = 0.05  # what a well leaves open of a standardised value, for the diversity of a batch


def spread(
    space: Space,
    count: int,
    rng: np.random.Generator,
    *,
    draw: Callable[[int], np.ndarray],
    taken: np.ndarray,
    prior: Callable[[np.ndarray], np.ndarray] | None = None,
) -> list[int]:
    """Choose designs that cover every level of each column, then pairs of levels, evenly.

    Parameters
    ----------
    space : Space
        The designs.
    count : int
        How many to choose.
    rng : numpy.random.Generator
        Not used where `draw` has its own.
    draw : callable
        Gives the numbers of about n random designs that may be chosen.
    taken : numpy.ndarray
        Numbers of designs that exist already; they count as covered.
    prior : callable, optional
        Gives the zero-shot scores of designs by number; every second design comes from the best
        sixteenth of its pool.
    """
    columns = space.columns
    bins = [_bin(len(column.levels)) for column in columns]
    width = max(int(b.max()) + 1 for b in bins)
    singles = np.zeros((len(columns), width))
    pair_columns = len(columns) if len(columns) <= 32 else 0
    pairs = np.zeros((pair_columns, pair_columns, width, width))

    def place(indices: np.ndarray) -> np.ndarray:
        codes = space.codes(indices)
        return np.stack([b[codes[:, c]] for c, b in enumerate(bins)], axis=1)

    def cover(row: np.ndarray) -> None:
        singles[np.arange(len(row)), row] += 1
        for a in range(pair_columns):
            pairs[a, np.arange(a), row[a], row[:a]] += 1

    for row in place(taken):
        cover(row)
    chosen: list[int] = []
    gone = set(taken.tolist())
    for turn in range(count):
        pool = np.array([i for i in draw(_POOL).tolist() if i not in gone], dtype=np.int64)
        if not len(pool):
            break
        if prior is not None and turn % 2 == 0:
            pool = pool[np.argsort(-prior(pool), kind="stable")[: max(1, len(pool) // 16)]]
        rows = place(pool)
        crowd = singles[np.arange(len(columns)), rows].sum(axis=1)
        for a in range(pair_columns):
            crowd += 0.5 * pairs[a, np.arange(a), rows[:, [a]], rows[:, :a]].sum(axis=1)
        best = int(crowd.argmin())
        chosen.append(int(pool[best]))
        gone.add(chosen[-1])
        cover(rows[best])
    return chosen


def choose(
    score: np.ndarray,
    covariance: np.ndarray,
    count: int,
    *,
    optimism: float,
    busy: np.ndarray,
    cost: np.ndarray | None = None,
) -> list[int]:
    """Choose a joint batch: the best upper bound, again and again, each choice imagined measured.

    An imagined measurement shrinks the uncertainty of its like, so that the next choice lies
    elsewhere or is very good (Desautels, Krause and Burdick 2014, GP-BUCB,
    https://jmlr.org/papers/v15/desautels14a.html).

    Parameters
    ----------
    score : numpy.ndarray
        Shape (m,): standardised means.
    covariance : numpy.ndarray
        Shape (m, m): of the same values.
    count : int
        How many to choose.
    optimism : float
        How many standard deviations above the mean the bound lies.
    busy : numpy.ndarray
        Shape (m,), bool: designs that are being made: imagined measured first, never chosen.
    cost : numpy.ndarray, optional
        Shape (m,): positive; what the bound gains above the least score is divided by it.
    """
    rest = covariance.copy()
    variance = np.diag(rest)
    open_ = ~busy
    for place in np.flatnonzero(busy).tolist():
        rest, variance = imagine(rest, place)
    chosen: list[int] = []
    while len(chosen) < count and open_.any():
        bound = score + optimism * np.sqrt(np.maximum(variance, 0.0))
        if cost is not None:
            bound = (bound - score.min()) / cost
        bound[~open_] = -np.inf
        j = int(bound.argmax())
        chosen.append(j)
        open_[j] = False
        rest, variance = imagine(rest, j)
    return chosen


def imagine(rest: np.ndarray, j: int) -> tuple[np.ndarray, np.ndarray]:
    """Condition a covariance on a measurement of design `j`."""
    row = rest[j] / np.sqrt(max(rest[j, j], 0.0) + _WELL)
    rest = rest - np.outer(row, row)
    return rest, np.diag(rest)


def _bin(levels: int) -> np.ndarray:
    """Give a bin to each level: its own for a few dozen levels, ranges of levels for more."""
    codes = np.arange(levels)
    return codes if levels <= 64 else codes * _BINS // levels

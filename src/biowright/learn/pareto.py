"""Several quantities at once: which designs no other beats in all of them, and how good a set is."""

from __future__ import annotations

import numpy as np

__all__ = ["find_front", "hypervolume", "sort_fronts"]


def find_front(values: np.ndarray) -> np.ndarray:
    """Say which rows of `values` (n, quantities), more is better, no other row dominates: (n,) bool.

    A row dominates another where it is nowhere worse and somewhere better; equal rows do not.

    Examples
    --------
    >>> find_front(np.array([[1.0, 3.0], [2.0, 2.0], [1.0, 2.0]])).tolist()
    [True, True, False]
    """
    values = np.asarray(values, dtype=float)
    best = np.ones(len(values), dtype=bool)
    for i, row in enumerate(values):
        if best[i]:
            beaten = (values <= row).all(axis=1) & (values < row).any(axis=1)
            best &= ~beaten
    return best


def sort_fronts(values: np.ndarray) -> np.ndarray:
    """Give the front (n,) of each row: 0 for those that nothing dominates, 1 without these, and so on.

    Goldberg, Genetic Algorithms in Search, Optimization and Machine Learning (Addison-Wesley, 1989).

    Examples
    --------
    >>> sort_fronts(np.array([[1.0, 3.0], [2.0, 2.0], [1.0, 2.0]])).tolist()
    [0, 0, 1]
    """
    fronts = np.full(len(values), -1)
    rest = np.arange(len(values))
    front = 0
    while len(rest):
        best = find_front(values[rest])
        fronts[rest[best]] = front
        rest, front = rest[~best], front + 1
    return fronts


def hypervolume(values: np.ndarray, reference: np.ndarray) -> float:
    """Give the volume that rows of `values` (n, quantities) dominate above a reference (quantities,).

    Zitzler and Thiele 1999, doi:10.1109/4235.797969. Exact: slices along the last quantity, each
    measured in one quantity less.

    Examples
    --------
    >>> hypervolume(np.array([[1.0, 3.0], [2.0, 2.0]]), np.zeros(2))
    5.0
    """
    values = np.asarray(values, dtype=float)
    values = values[(values > reference).all(axis=1)]
    if not len(values):
        return 0.0
    values = values[find_front(values)]
    if values.shape[1] == 1:
        return float(values.max() - reference[0])
    order = np.argsort(-values[:, -1], kind="stable")
    heights = np.append(values[order, -1], reference[-1])
    total = 0.0
    for k in range(len(order)):
        if heights[k] > heights[k + 1]:
            slab = hypervolume(values[order[: k + 1], :-1], reference[:-1])
            total += slab * float(heights[k] - heights[k + 1])
    return total

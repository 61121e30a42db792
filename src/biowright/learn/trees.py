"""Extremely randomised trees (Geurts, Ernst and Wehenkel 2006, doi:10.1007/s10994-006-6226-1).

Each tree grows on a random 90 % of the designs; the rest judges it, so that every design has
predictions of trees that have not seen it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from biowright.core.kernels import kernel

from .columns import Column

__all__ = ["Forest", "descend", "grow"]

_SHARE = 0.9
# of more features than this each tree sees a random part (Ho 1998, doi:10.1109/34.709601)
_FEATURES = 128
_LEAF = 1.0


@kernel
def grow(features, target, wells, rows, draws, leaf):
    """Grow one tree on the designs `rows`; give (column, threshold, left child, value) of its nodes.

    `draws` (anything, features) are uniform numbers: node ``k`` cuts each feature at the place
    between its least and largest value that ``draws[k % len(draws)]`` says, and the best cut stays.
    """
    size = 2 * len(rows) + 1
    column = np.full(size, -1, dtype=np.int32)
    cut = np.zeros(size)
    child = np.zeros(size, dtype=np.int32)
    value = np.zeros(size)
    begin = np.zeros(size, dtype=np.int64)
    end = np.zeros(size, dtype=np.int64)
    order = rows.copy()
    end[0] = len(rows)
    made = 1
    node = 0
    while node < made:
        first, last = begin[node], end[node]
        weight, total = 0.0, 0.0
        for i in range(first, last):
            weight += wells[order[i]]
            total += wells[order[i]] * target[order[i]]
        value[node] = total / weight
        best = 1e-12
        if last - first >= 2 * leaf:
            for f in range(features.shape[1]):
                low = features[order[first], f]
                high = low
                for i in range(first, last):
                    x = features[order[i], f]
                    low = min(low, x)
                    high = max(high, x)
                if high <= low:
                    continue
                place = low + (high - low) * draws[node % len(draws), f]
                left_weight, left_total, left_count = 0.0, 0.0, 0
                for i in range(first, last):
                    if features[order[i], f] <= place:
                        left_weight += wells[order[i]]
                        left_total += wells[order[i]] * target[order[i]]
                        left_count += 1
                if left_count < leaf or last - first - left_count < leaf:
                    continue
                right_weight, right_total = weight - left_weight, total - left_total
                gain = left_total**2 / left_weight + right_total**2 / right_weight
                gain -= total**2 / weight
                if gain > best:
                    best = gain
                    column[node] = f
                    cut[node] = place
        if column[node] >= 0:
            middle = first
            for i in range(first, last):
                row = order[i]
                if features[row, column[node]] <= cut[node]:
                    order[i] = order[middle]
                    order[middle] = row
                    middle += 1
            child[node] = made
            begin[made], end[made] = first, middle
            begin[made + 1], end[made + 1] = middle, last
            made += 2
        node += 1
    return column[:made], cut[:made], child[:made], value[:made]


@kernel
def descend(features, column, cut, child, value):
    """Give the value (m,) of the leaf that each row of `features` (m, d) falls into."""
    out = np.empty(len(features))
    for i in range(len(features)):
        node = 0
        while column[node] >= 0:
            step = 0 if features[i, column[node]] <= cut[node] else 1
            node = child[node] + step
        out[i] = value[node]
    return out


class Forest:
    """A fitted forest; `fit` is the only way to make one.

    `left_out` and `left_out_sd` (n,) are the predictions for each design of trees without it.
    """

    ratio: float
    floor: float
    left_out: np.ndarray
    left_out_sd: np.ndarray

    def __init__(self, columns: Sequence[Column]) -> None:
        self.features = [column.features() for column in columns]
        self.trees: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []

    @classmethod
    def fit(
        cls,
        columns: Sequence[Column],
        codes: np.ndarray,
        values: np.ndarray,
        wells: np.ndarray,
        rng: np.random.Generator,
        *,
        trees: int = 120,
    ) -> Forest:
        """Grow `trees` on `values` (n,) of the designs `codes` (n, S), means of `wells` (n,)."""
        self = cls(columns)
        features = self._expand(codes)
        count = len(values)
        sums, seen = np.zeros(count), np.zeros(count)
        squares = np.zeros(count)
        weights = np.asarray(wells, dtype=float)
        width = features.shape[1]
        seen_by = np.arange(width)
        for _ in range(trees):
            order = rng.permutation(count)
            cut = max(1, min(count - 1, round(_SHARE * count))) if count > 1 else 1
            if width > _FEATURES:
                seen_by = np.sort(rng.choice(width, _FEATURES, replace=False))
            draws = rng.random((2 * count, len(seen_by)))
            part = features if len(seen_by) == width else np.ascontiguousarray(features[:, seen_by])
            column, place, child, value = grow(part, values, weights, order[:cut], draws, _LEAF)
            column = np.where(column >= 0, seen_by[column], -1).astype(np.int32)
            tree = (column, place, child, value)
            self.trees.append(tree)
            aside = order[cut:]
            guess = descend(features[aside], *tree)
            sums[aside] += guess
            squares[aside] += guess**2
            seen[aside] += 1
        known = np.maximum(seen, 1)
        self.left_out = np.where(seen > 0, sums / known, values.mean())
        spread = np.maximum(squares / known - self.left_out**2, 0.0)
        misfit = float(np.mean((values - self.left_out) ** 2))
        self.ratio = float(np.sqrt(misfit / max(float(spread.mean()), 1e-12)))
        self.floor = 0.3 * float(np.sqrt(misfit)) + 1e-9
        self.left_out_sd = np.maximum(np.sqrt(spread) * self.ratio, self.floor)
        return self

    def predict(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give mean and sd (m,) of the designs `codes` (m, S); the sd fits the misfit left out."""
        features = self._expand(codes)
        guesses = np.stack([descend(features, *tree) for tree in self.trees])
        sd = np.maximum(guesses.std(axis=0) * self.ratio, self.floor)
        return guesses.mean(axis=0), sd

    def _expand(self, codes: np.ndarray) -> np.ndarray:
        return np.concatenate([table[codes[:, c]] for c, table in enumerate(self.features)], axis=1)

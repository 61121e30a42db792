"""Ridge regression on main effects: the family that extrapolates beyond what was combined so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .columns import Column

__all__ = ["Ridge"]

_PENALTIES = np.geomspace(1e-2, 1e4, 19)


class Ridge:
    """A fitted linear model of all levels; `fit` is the only way to make one.

    The penalty has the least squared error left out, in closed form (Golub, Heath and Wahba 1979,
    doi:10.1080/00401706.1979.10489751). `left_out` and `left_out_sd` (n,) are the predictions for
    each design without it.
    """

    middle: np.ndarray
    spread: np.ndarray
    centre: float
    slopes: np.ndarray
    shape: np.ndarray
    deviation: float
    left_out: np.ndarray
    left_out_sd: np.ndarray

    def __init__(self, columns: Sequence[Column]) -> None:
        self.tables = [column.indicate() for column in columns]

    @classmethod
    def fit(
        cls, columns: Sequence[Column], codes: np.ndarray, values: np.ndarray, wells: np.ndarray
    ) -> Ridge:
        """Fit `values` (n,) of the designs `codes` (n, S), means of `wells` (n,)."""
        self = cls(columns)
        raw = self._expand(codes)
        self.middle, spread = raw.mean(axis=0), raw.std(axis=0)
        self.spread = np.where(spread > 0, spread, 1.0)
        weights = np.sqrt(np.asarray(wells, dtype=float) / np.mean(wells))
        self.centre = float(np.average(values, weights=weights**2))
        known = (raw - self.middle) / self.spread * weights[:, None]
        target = (values - self.centre) * weights
        left, singular, right = np.linalg.svd(known, full_matrices=False)
        image = left.T @ target
        best = np.inf
        for penalty in _PENALTIES * len(values) / 100.0:
            shrunk = singular**2 / (singular**2 + penalty)
            kept = np.maximum(1.0 - (left**2) @ shrunk - 1.0 / len(values), 0.02)
            errors = (target - left @ (shrunk * image)) / kept
            loss = float(errors @ errors)
            if loss < best * (1.0 - 1e-9):
                best = loss
                self.slopes = right.T @ (singular / (singular**2 + penalty) * image)
                self.shape = right / np.sqrt(singular**2 + penalty)[:, None]
                self.left_out = values - errors / weights
                self.deviation = float(np.sqrt(loss / len(values))) + 1e-9
        self.left_out_sd = np.full(len(values), self.deviation)
        return self

    def predict(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give mean and sd (m,) of the designs `codes` (m, S)."""
        asked = (self._expand(codes) - self.middle) / self.spread
        leverage = ((asked @ self.shape.T) ** 2).sum(axis=1)
        return asked @ self.slopes + self.centre, self.deviation * np.sqrt(1.0 + leverage)

    def _expand(self, codes: np.ndarray) -> np.ndarray:
        return np.concatenate([t[codes[:, c]] for c, t in enumerate(self.tables)], axis=1)

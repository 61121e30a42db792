"""A Gaussian process over columns of levels, fitted by its penalised marginal likelihood.

The kernel is that of `biowright.learn.kernel`. How much a column matters, how far a likeness of
levels reaches and how much of it is chemistry are learned for each column; weak priors on their
logarithms hold them where data say nothing. Rasmussen and Williams, Gaussian Processes for Machine
Learning (MIT Press, 2006), equations 2.30 and 5.9 (evidence and its gradient), 5.12 (leaving one out).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .columns import Column, View
from .kernel import covariance, covariance_gradient, cross_covariance, posterior_mean

__all__ = ["GaussianProcess"]

_WEIGHT_LIMIT = 0.999
_JITTER = 1e-8
_MANY_LEVELS = 1024
# mean and sd of the normal priors on the unbounded parameters; the more columns, the fewer matter
_WEIGHT = (1.0, 1.5)
_FEW_COLUMNS, _LEAST_WEIGHT = 4, -3.0
_LENGTH = {"protein": (np.log(0.8), 0.7), "number": (np.log(2.0), 0.7), "category": (0.0, 1.0)}
_MIXING = (1.0, 1.5)
_SCALES = ((np.log(0.6), 1.0), (np.log(0.4), 1.0), (np.log(0.05), 1.5))


class GaussianProcess:
    """A fitted process; `fit` is the only way to make one.

    All of its answers are on the scale of the values it was fitted to. A value of `n` wells' mean
    has the noise variance of one well divided by `n`. `left_out` and `left_out_sd` (n,) are the
    predictions of each fitted design without it; `learned` counts the kernel's parameters.
    """

    codes: np.ndarray
    centre: float
    scale: float
    weights: np.ndarray
    lengths: np.ndarray
    mixings: np.ndarray
    product: float
    additive: float
    noise: float
    learned: int
    factor: np.ndarray
    dual: np.ndarray
    left_out: np.ndarray
    left_out_sd: np.ndarray

    def __init__(self, columns: Sequence[Column], view: View) -> None:
        self.columns = tuple(columns)
        self.kinds = [
            "category" if column.kind == "protein" and view == "identity" else column.kind
            for column in columns
        ]
        self.places = [column.describe(view) for column in columns]

    @classmethod
    def fit(
        cls,
        columns: Sequence[Column],
        codes: np.ndarray,
        values: np.ndarray,
        wells: np.ndarray,
        *,
        view: View = "nature",
        iterations: int = 20,
    ) -> GaussianProcess:
        """Fit the process to `values` (n,) of the designs `codes` (n, S), means of `wells` (n,)."""
        from scipy.linalg import cho_solve

        self = cls(columns, view)
        self.codes = np.ascontiguousarray(codes, dtype=np.int64)
        self.centre = float(values.mean())
        self.scale = float(values.std()) or 1.0
        target = (values - self.centre) / self.scale
        shares = 1.0 / np.asarray(wells, dtype=float)
        evidence = _Evidence(self.kinds, self.places, self.codes, target, shares)
        self.weights, self.lengths, self.mixings, scales = evidence.maximise(iterations)
        self.learned = int(evidence.free.sum())
        self.product, self.additive, self.noise = scales
        matrix = evidence.covariance(self.weights, self.lengths, self.mixings, scales)
        self.factor = np.linalg.cholesky(matrix)
        self.dual = cho_solve((self.factor, True), target)
        inverse = np.diag(cho_solve((self.factor, True), np.eye(len(target))))
        self.left_out = (target - self.dual / inverse) * self.scale + self.centre
        self.left_out_sd = (
            np.sqrt(np.maximum(1.0 / inverse - self.noise * shares, 1e-9)) * self.scale
        )
        return self

    def score(self, codes: np.ndarray) -> np.ndarray:
        """Give the posterior mean (m,) of many designs `codes` (m, S), in single precision."""
        codes, tables, starts = self._against(codes)
        share = self.additive / len(tables)
        factors = [1.0 - w + w * t for w, t in zip(self.weights, tables, strict=True)]
        factors[0] = factors[0] * (self.dual * self.product)
        mains = [share * w * (t @ self.dual) for w, t in zip(self.weights, tables, strict=True)]
        stacked = np.concatenate(factors).astype(np.float32)
        raw = posterior_mean(codes, stacked, starts, np.concatenate(mains))
        return raw * self.scale + self.centre

    def predict(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give mean and sd (m,) of the noise-free value of the designs `codes` (m, S)."""
        mean, half = self._condition(codes)
        prior = self.product + self.additive * self.weights.mean()
        variance = np.maximum(prior - np.einsum("ij,ij->j", half, half), 1e-9)
        return mean, np.sqrt(variance) * self.scale

    def joint(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give mean (m,) and covariance (m, m) of the noise-free values of the designs `codes`."""
        mean, half = self._condition(codes)
        tables = _Tables(self.kinds, self.places, np.ascontiguousarray(codes, dtype=np.int64))
        flat = tables.correlations(self.lengths, self.mixings)[0]
        prior = covariance(
            tables.codes,
            flat,
            tables.starts,
            tables.widths,
            self.weights,
            self.product,
            self.additive,
        )
        return mean, (prior - half.T @ half) * self.scale**2

    def _condition(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        from scipy.linalg import solve_triangular

        codes, tables, starts = self._against(codes)
        cross = cross_covariance(
            codes,
            np.concatenate(tables),
            starts,
            self.weights,
            self.product,
            self.additive,
        )
        half = solve_triangular(self.factor, cross.T, lower=True, check_finite=False)
        return cross @ self.dual * self.scale + self.centre, half

    def _against(self, codes: np.ndarray) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
        """Give, for each column, the correlations (levels, n) of its levels with the designs.

        Of a column with very many levels only those in `codes` are kept, and the codes renamed.
        """
        codes = np.array(codes, dtype=np.int32)
        tables = []
        for c, places in enumerate(self.places):
            if len(places) > _MANY_LEVELS:
                seen, codes[:, c] = np.unique(codes[:, c], return_inverse=True)
                places = places[seen]
            used, inverse = np.unique(self.codes[:, c], return_inverse=True)
            likeness = _correlate(
                self.kinds[c],
                _distances(places, self.places[c][used]),
                self.lengths[c],
                self.mixings[c],
            )[0]
            tables.append(likeness[:, inverse])
        sizes = [len(table) for table in tables]
        return codes, tables, np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)


class _Tables:
    """The tables of correlations among the levels that some designs use."""

    def __init__(
        self, kinds: Sequence[str], places: Sequence[np.ndarray], codes: np.ndarray
    ) -> None:
        self.kinds = kinds
        self.codes = np.empty_like(codes)
        self.distances = []
        for c, coordinates in enumerate(places):
            used, self.codes[:, c] = np.unique(codes[:, c], return_inverse=True)
            self.distances.append(_distances(coordinates[used], coordinates[used]))
        self.widths = np.array([len(d) for d in self.distances])
        self.starts = np.concatenate([[0], np.cumsum(self.widths**2)[:-1]])

    def correlations(
        self, lengths: np.ndarray, mixings: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give all tables flattened, and their derivatives by log length and by mixing."""
        parts = [
            _correlate(kind, distances, length, mixing)
            for kind, distances, length, mixing in zip(
                self.kinds, self.distances, lengths, mixings, strict=True
            )
        ]
        first, second, third = (np.concatenate([p[i].ravel() for p in parts]) for i in range(3))
        return first, second, third


class _Evidence:
    """The penalised marginal likelihood as a function of the kernel's parameters."""

    def __init__(
        self,
        kinds: Sequence[str],
        places: Sequence[np.ndarray],
        codes: np.ndarray,
        target: np.ndarray,
        shares: np.ndarray,
    ) -> None:
        self.tables = _Tables(kinds, places, codes)
        self.target, self.shares, self.size = target, shares, len(kinds)
        crowd = 2.0 * np.log(max(self.size, _FEW_COLUMNS) / _FEW_COLUMNS)
        weight = (max(_WEIGHT[0] - crowd, _LEAST_WEIGHT), _WEIGHT[1])
        priors = [weight] * self.size + [_LENGTH[k] for k in kinds] + [_MIXING] * self.size
        priors += _SCALES
        self.centre, self.spread = (np.array([p[i] for p in priors]) for i in (0, 1))
        self.free = np.array(
            [True] * self.size
            + [k != "category" for k in kinds]
            + [k == "protein" for k in kinds]
            + [True] * 3
        )

    def maximise(
        self, iterations: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[float, float, float]]:
        """Give the parameters at the maximum: weights, lengths, mixings and the three scales."""
        from scipy.optimize import minimize

        found = minimize(
            self._loss,
            self.centre[self.free],
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": iterations},
        )
        return self._unpack(found.x)

    def covariance(
        self,
        weights: np.ndarray,
        lengths: np.ndarray,
        mixings: np.ndarray,
        scales: tuple[float, float, float],
    ) -> np.ndarray:
        """Give the covariance (n, n) of the measured values, noise included."""
        flat = self.tables.correlations(lengths, mixings)[0]
        return self._fill(flat, weights, scales)

    def _fill(
        self, flat: np.ndarray, weights: np.ndarray, scales: tuple[float, float, float]
    ) -> np.ndarray:
        tables = self.tables
        matrix = covariance(
            tables.codes, flat, tables.starts, tables.widths, weights, scales[0], scales[1]
        )
        matrix[np.diag_indices_from(matrix)] += scales[2] * self.shares + _JITTER
        return matrix

    def _unpack(
        self, free: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[float, float, float]]:
        theta = self.centre.copy()
        theta[self.free] = free
        raw, lengths, mixings, scales = np.split(theta, [self.size, 2 * self.size, 3 * self.size])
        product, additive, noise = np.exp(scales)
        return (
            _WEIGHT_LIMIT * _squash(raw),
            np.exp(lengths),
            _squash(mixings),
            (product, additive, noise),
        )

    def _loss(self, free: np.ndarray) -> tuple[float, np.ndarray]:
        from scipy.linalg.lapack import dpotrf, dpotri, dpotrs

        weights, lengths, mixings, scales = self._unpack(free)
        flat, by_length, by_mixing = self.tables.correlations(lengths, mixings)
        # LAPACK's upper triangle by columns is our lower one by rows
        factor, failed = dpotrf(self._fill(flat, weights, scales).T, lower=0, overwrite_a=1)
        if failed:
            return 1e10, np.zeros(len(free))
        dual, _ = dpotrs(factor, self.target, lower=0)
        size = np.log(np.diag(factor)).sum()
        inverse = dpotri(factor, lower=0, overwrite_c=1)[0].T
        raw = covariance_gradient(
            self.tables.codes,
            np.stack([flat, by_length, by_mixing]),
            self.tables.starts,
            self.tables.widths,
            weights,
            scales[0],
            scales[1],
            inverse,
            dual,
        )
        chain = np.concatenate(
            [
                weights * (1.0 - weights / _WEIGHT_LIMIT),
                np.ones(self.size),
                mixings * (1.0 - mixings),
                scales[:2],
            ]
        )
        by_noise = 0.5 * scales[2] * float((np.diag(inverse) - dual**2) @ self.shares)
        gradient = np.append(raw * chain, by_noise)[self.free]
        pull = (free - self.centre[self.free]) / self.spread[self.free]
        loss = 0.5 * self.target @ dual + size + 0.5 * pull @ pull
        return float(loss), gradient + pull / self.spread[self.free]


def _squash(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def _distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Give the mean squared differences (len(a), len(b)) of coordinates."""
    square = (a**2).mean(axis=1)[:, None] + (b**2).mean(axis=1)[None] - 2.0 * a @ b.T / a.shape[1]
    return np.maximum(square, 0.0)


def _correlate(
    kind: str, distances: np.ndarray, length: float, mixing: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give correlations at squared distances, and their derivatives by log length and mixing.

    Numbers have the Matérn 5/2 function; letters a mixture of a Gaussian function of chemistry and
    of identity; categories identity alone.
    """
    nothing = np.zeros_like(distances)
    if kind == "number":
        reach = np.sqrt(5.0 * distances) / length
        decay = np.exp(-reach)
        by_length = reach**2 / 3.0 * (1.0 + reach) * decay
        return (1.0 + reach + reach**2 / 3.0) * decay, by_length, nothing
    same = (distances < 1e-9).astype(float)
    if kind == "category":
        return same, nothing, nothing
    alike = np.exp(-0.5 * distances / length**2)
    return (
        mixing * alike + (1.0 - mixing) * same,
        mixing * alike * distances / length**2,
        alike - same,
    )

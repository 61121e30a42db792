"""Several families of models as one: weighted by what each foretells of designs it has not seen.

The families are a Gaussian process that compares levels by their nature, one that knows levels only
by identity, extremely randomised trees and a linear model. Where values have a heavy tail they learn
ranks, the second process learns the height above the floor, and nothing is linear. Intervals are made
to cover by split-free conformal scaling on predictions left out (Vovk et al. 2005; Barber et al. 2021,
doi:10.1214/20-AOS1965): a factor on the spread, such that the wanted share of the wells lies within the
interval foretold without their design.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .columns import Column, View
from .gaussian import GaussianProcess
from .linear import Ridge
from .trees import Forest
from .warp import Warp, fit_asinh, fit_ranks, has_heavy_tail, keep, rank

__all__ = ["Ensemble", "Prediction", "correlate_top", "cover"]

_SHARPNESS = 8.0  # how steeply weights rise with skill
_NODES, _SHARES = np.polynomial.hermite_e.hermegauss(7)
_FACTORS = np.geomspace(0.05, 40.0, 200)
_WIDE_COLUMN = 1024
_CHUNK, _SMALL_CHUNK = 65536, 2048


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Means and interval ends (m,) of a new well, on the original scale."""

    means: np.ndarray
    lows: np.ndarray
    highs: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class _Member:
    name: str
    model: GaussianProcess | Forest | Ridge
    warp: Warp
    centre: float
    scale: float
    noise: float
    skill: float


class Ensemble:
    """Models fitted to the same designs; `fit` is the only way to make one.

    `weights` (families,) sum to 1; `factor` stretches the spread for the wanted coverage, which
    holds the share `covered` of the wells.
    """

    members: list[_Member]
    prior_slopes: list[float]
    weights: np.ndarray
    factor: float
    covered: float

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.members = []
        self.prior_slopes = []

    @classmethod
    def fit(
        cls,
        columns: Sequence[Column],
        codes: np.ndarray,
        means: np.ndarray,
        wells: np.ndarray,
        *,
        values: np.ndarray,
        owners: np.ndarray,
        rng: np.random.Generator,
        coverage: float = 0.95,
        prior: np.ndarray | None = None,
    ) -> Ensemble:
        """Fit all families and weigh them.

        Parameters
        ----------
        columns : sequence of Column
            What the models see.
        codes : numpy.ndarray
            Shape (n, columns): the measured designs.
        means, wells : numpy.ndarray
            Shape (n,): the mean of each design and of how many wells it is.
        values, owners : numpy.ndarray
            Shape (w,): the value of each well and the row of its design in `codes`.
        rng : numpy.random.Generator
            For the trees.
        coverage : float
            The share of wells that intervals shall hold.
        prior : numpy.ndarray, optional
            Shape (n,): standardised zero-shot scores of the designs.
        """
        self = cls(columns)
        heavy = has_heavy_tail(means)
        ranks = fit_ranks(means) if heavy else keep(means)
        # a kernel learns by itself how much of a letter's likeness is chemistry: where there is a tail,
        # a second scale tells the processes apart better than a second view
        second: tuple[str, View | None, Warp] = (
            ("Gaussian process above the floor", "nature", fit_asinh(means))
            if heavy
            else ("Gaussian process on identity", "identity", keep(means))
        )
        families: list[tuple[str, View | None, Warp]] = [
            ("Gaussian process on nature", "nature", ranks),
            second,
            ("randomised trees", None, ranks),
        ]
        if not heavy:  # ranks end with the tail: there is nothing to extrapolate
            families.append(("linear model", None, ranks))
        for name, view, warp in families:
            target = warp.forward(means)
            slope = _regress(target, prior)
            rest = target if prior is None else target - slope * prior
            model: GaussianProcess | Forest | Ridge
            if view is None:
                if name == "linear model":
                    model = Ridge.fit(columns, codes, rest, wells)
                else:
                    model = Forest.fit(columns, codes, rest, wells, rng)
                centre, scale, noise = float(rest.mean()), float(rest.std()) or 1.0, 0.0
            else:
                model = GaussianProcess.fit(columns, codes, rest, wells, view=view)
                centre, scale = model.centre, model.scale
                noise = float(np.sqrt(model.noise)) * scale
            guess = model.left_out if prior is None else model.left_out + slope * prior
            skill = correlate_top(guess, means)
            self.members.append(_Member(name, model, warp, centre, scale, noise, skill))
            self.prior_slopes.append(slope)
        skills = np.array([member.skill for member in self.members])
        raw = np.exp(_SHARPNESS * (skills - skills.max()))
        self.weights = raw / raw.sum()
        shifts = [0.0 if prior is None else slope * prior for slope in self.prior_slopes]
        self.factor, self.covered = self._calibrate(values, owners, shifts, coverage)
        return self

    def score(self, codes: np.ndarray, prior: np.ndarray | None, aim: float | None) -> np.ndarray:
        """Score many designs (m,) by the Gaussian processes, in units of the measured spread.

        Higher is better; with `aim`, the nearer to it the better.
        """
        total = np.zeros(len(codes))
        processes = [k for k, m in enumerate(self.members) if isinstance(m.model, GaussianProcess)]
        share = self.weights[processes] / self.weights[processes].sum()
        for weight, k in zip(share, processes, strict=True):
            member = self.members[k]
            assert isinstance(member.model, GaussianProcess)
            raw = np.concatenate(
                [member.model.score(part) for part in _chunks(codes, self.columns)]
            )
            total += weight * self._standardise(k, raw, prior, aim)
        return total

    def appraise(
        self, codes: np.ndarray, prior: np.ndarray | None, aim: float | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Score some designs by all families, in the units of `score`; with the processes' sd (m,)."""
        total, variance, share = np.zeros(len(codes)), np.zeros(len(codes)), 0.0
        for k, (weight, member) in enumerate(zip(self.weights, self.members, strict=True)):
            mean, sd = member.model.predict(codes)
            total += weight * self._standardise(k, mean, prior, aim)
            if isinstance(member.model, GaussianProcess):
                variance += weight * (sd / member.scale) ** 2
                share += weight
        return total, np.sqrt(variance / share)

    def place(self, values: np.ndarray) -> np.ndarray:
        """Bring values (m,) of the original scale to the units of `score` without an aim."""
        processes = [k for k, m in enumerate(self.members) if isinstance(m.model, GaussianProcess)]
        share = self.weights[processes] / self.weights[processes].sum()
        total = np.zeros(len(values))
        for weight, k in zip(share, processes, strict=True):
            member = self.members[k]
            total += weight * (member.warp.forward(values) - member.centre) / member.scale
        return total

    def chance(
        self, codes: np.ndarray, low: float, high: float, prior: np.ndarray | None = None
    ) -> np.ndarray:
        """Give the chance (m,) that the true values of some designs lie within limits."""
        from scipy.special import ndtr

        total = np.zeros(len(codes))
        for k, (weight, member) in enumerate(zip(self.weights, self.members, strict=True)):
            mean, sd = member.model.predict(codes)
            if prior is not None:
                mean = mean + self.prior_slopes[k] * prior
            above = 1.0 if high == np.inf else ndtr((self._end(k, high) - mean) / sd)
            below = 0.0 if low == -np.inf else ndtr((self._end(k, low) - mean) / sd)
            total += weight * (above - below)
        return np.clip(total, 0.0, 1.0)

    def _end(self, k: int, value: float) -> float:
        return float(self.members[k].warp.forward(np.array([value]))[0])

    def covary(self, codes: np.ndarray) -> np.ndarray:
        """Give the covariance (m, m) of the standardised values of some designs."""
        total, share = np.zeros((len(codes), len(codes))), 0.0
        for weight, member in zip(self.weights, self.members, strict=True):
            if isinstance(member.model, GaussianProcess):
                total += weight * member.model.joint(codes)[1] / member.scale**2
                share += weight
        return total / share

    def predict(self, codes: np.ndarray, prior: np.ndarray | None = None) -> Prediction:
        """Foretell a new well of each of some designs `codes` (m, columns)."""
        parts = []
        for k, member in enumerate(self.members):
            mean, sd = member.model.predict(codes)
            if prior is not None:
                mean = mean + self.prior_slopes[k] * prior
            parts.append((mean, np.hypot(sd, member.noise)))
        means = self._average(parts)
        low, high = self._quantile(parts, -self.factor), self._quantile(parts, self.factor)
        return Prediction(means, np.minimum(low, means), np.maximum(high, means))

    def left_out(self, prior: np.ndarray | None = None) -> np.ndarray:
        """Give the means foretold (n,) for each measured design without its own wells."""
        shifts = [0.0 if prior is None else slope * prior for slope in self.prior_slopes]
        return self._average(self._left_out(shifts))

    def _standardise(
        self, k: int, mean: np.ndarray, prior: np.ndarray | None, aim: float | None
    ) -> np.ndarray:
        member = self.members[k]
        if prior is not None:
            mean = mean + self.prior_slopes[k] * prior
        if aim is None:
            return (mean - member.centre) / member.scale
        return -np.abs(mean - member.warp.forward(np.array([aim]))[0]) / member.scale

    def _left_out(
        self, shifts: Sequence[np.ndarray | float]
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        return [
            (member.model.left_out + shift, np.hypot(member.model.left_out_sd, member.noise))
            for member, shift in zip(self.members, shifts, strict=True)
        ]

    def _average(self, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
        """Integrate the original scale over the predictive distribution of each member."""
        total = np.zeros(len(parts[0][0]))
        for node, share in zip(_NODES, _SHARES / _SHARES.sum(), strict=True):
            total += share * self._quantile(parts, node)
        return total

    def _quantile(self, parts: Sequence[tuple[np.ndarray, np.ndarray]], z: float) -> np.ndarray:
        """Average the members' values at `z` standard deviations, on the original scale."""
        total = np.zeros(len(parts[0][0]))
        for weight, member, (mean, sd) in zip(self.weights, self.members, parts, strict=True):
            total += weight * member.warp.inverse(mean + z * sd)
        return total

    def stretch(self, codes: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Give the factor (m,) on the spread at which the interval of each design holds its value."""
        parts = [
            (mean, np.hypot(sd, member.noise))
            for member, (mean, sd) in ((m, m.model.predict(codes)) for m in self.members)
        ]
        return self._stretch(parts, values, np.arange(len(values)))

    def _stretch(
        self,
        parts: Sequence[tuple[np.ndarray, np.ndarray]],
        values: np.ndarray,
        owners: np.ndarray,
    ) -> np.ndarray:
        needed = np.full(len(values), _FACTORS[-1])
        for factor in _FACTORS[::-1]:
            low, high = self._quantile(parts, -factor), self._quantile(parts, factor)
            inside = (low[owners] <= values) & (values <= high[owners])
            needed[inside] = factor
        return needed

    def _calibrate(
        self,
        values: np.ndarray,
        owners: np.ndarray,
        shifts: Sequence[np.ndarray | float],
        coverage: float,
    ) -> tuple[float, float]:
        """Find the factor on the spread that covers the wells; give it and the share covered."""
        parts = self._left_out(shifts)
        needed = self._stretch(parts, values, owners)
        # leaving out is too kind: the kernels' parameters have seen every design
        learned = [m.model.learned for m in self.members if isinstance(m.model, GaussianProcess)]
        designs = len(parts[0][0])
        needed *= np.sqrt(1.0 + 0.5 * min(max(learned), designs) / designs)
        chosen = cover(needed, coverage)
        return chosen, float((needed <= chosen).mean())


def cover(needed: np.ndarray, coverage: float) -> float:
    """Give the factor that is enough for a share `coverage` of wells like those of `needed`."""
    level = min(1.0, np.ceil((len(needed) + 1) * coverage) / len(needed))
    return float(np.quantile(needed, level, method="higher"))


def correlate_top(guess: np.ndarray, truth: np.ndarray) -> float:
    """Correlate Savage scores: a rank correlation in which the top counts most.

    Iman and Conover 1987, doi:10.1080/00401706.1987.10488252.

    Examples
    --------
    >>> round(correlate_top(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.2, 9.0])), 6)
    1.0
    """
    scores = [-np.log(1.0 - (rank(x) - 0.5) / len(x)) for x in (guess, truth)]
    if min(np.ptp(s) for s in scores) < 1e-12:
        return 0.0
    return float(np.corrcoef(scores[0], scores[1])[0, 1])


def _regress(target: np.ndarray, prior: np.ndarray | None) -> float:
    """Give the ridge slope of the target on a standardised prior; the prior counts as 4 wells."""
    if prior is None:
        return 0.0
    return float((target - target.mean()) @ prior / (prior @ prior + 4.0))


def _chunks(codes: np.ndarray, columns: Sequence[Column]) -> list[np.ndarray]:
    wide = any(len(column.levels) > _WIDE_COLUMN for column in columns)
    step = _SMALL_CHUNK if wide else _CHUNK
    return [codes[at : at + step] for at in range(0, len(codes), step)]

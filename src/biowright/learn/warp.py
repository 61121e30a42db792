"""Scales on which values are learned: monotone transforms that tame heavy tails and dead floors.

Nothing is reported on these scales: means and intervals come back through the inverse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Warp", "find_floor", "fit_asinh", "fit_ranks", "has_heavy_tail", "keep", "rank"]

_TAIL = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Warp:
    """A monotone map through the points (`values`, `images`), linear between and beyond them."""

    values: np.ndarray
    images: np.ndarray
    below: float
    above: float

    def forward(self, values: np.ndarray) -> np.ndarray:
        """Bring values onto the learning scale."""
        return _interpolate(values, self.values, self.images, self.below, self.above)

    def inverse(self, images: np.ndarray) -> np.ndarray:
        """Bring numbers of the learning scale back."""
        return _interpolate(images, self.images, self.values, 1.0 / self.below, 1.0 / self.above)


def rank(values: np.ndarray) -> np.ndarray:
    """Give ranks from 1; equal values share the mean of theirs.

    Examples
    --------
    >>> rank(np.array([5.0, 1.0, 5.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2.0)[places]


def has_heavy_tail(values: np.ndarray) -> bool:
    """Say whether the median lies in the outer quarter of the range: most of it is one long tail.

    Examples
    --------
    >>> has_heavy_tail(np.array([0.0, 0.1, 0.0, 0.2, 9.0])), has_heavy_tail(np.arange(5.0))
    (True, False)
    """
    span = float(np.ptp(values))
    if not span:
        return False
    place = (float(np.median(values)) - float(values.min())) / span
    return not _TAIL <= place <= 1.0 - _TAIL


def keep(values: np.ndarray) -> Warp:
    """Leave the scale as it is, for values without a heavy tail."""
    ends = np.array([values.min(), values.max() + (np.ptp(values) == 0)])
    return Warp(ends, ends, 1.0, 1.0)


def fit_ranks(values: np.ndarray) -> Warp:
    """Map values to the normal scores of their ranks (van der Waerden): any tail becomes normal.

    Examples
    --------
    >>> warp = fit_ranks(np.array([0.0, 1.0, 100.0]))
    >>> bool(np.isclose(warp.inverse(warp.forward(np.array([7.0]))), 7.0)[0])
    True
    """
    from scipy.special import ndtri

    levels, first = np.unique(values, return_index=True)
    return _join(levels, ndtri((rank(values)[first] - 0.5) / len(values)))


def fit_asinh(values: np.ndarray) -> Warp:
    """Map values by asinh((y - floor) / width): linear within the floor's noise, log in the tail.

    The floor is where the values crowd (the half-sample mode: Bickel and Frühwirth 2006,
    doi:10.1016/j.csda.2005.07.011); its width is twice the spread of what lies below it, and a
    hundredth of the range at least.

    Examples
    --------
    >>> warp = fit_asinh(np.array([0.0, 0.1, -0.1, 0.2, 1000.0]))
    >>> bool(np.isclose(warp.inverse(warp.forward(np.array([500.0]))), 500.0)[0])
    True
    """
    centre = find_floor(values)
    below = values[values < centre]
    spread = float(np.sqrt(np.mean((below - centre) ** 2))) if len(below) > 2 else 0.0
    scale = max(2.0 * spread, 0.01 * (float(values.max()) - centre)) or 1.0
    span = float(np.ptp(values)) or 1.0
    knots = centre + scale * np.sinh(
        np.linspace(
            np.arcsinh((values.min() - span - centre) / scale),
            np.arcsinh((values.max() + span - centre) / scale),
            1025,
        )
    )
    return _join(np.unique(knots), np.arcsinh((np.unique(knots) - centre) / scale))


def find_floor(values: np.ndarray) -> float:
    """Give the value that the others crowd around, by halving to the densest half again and again.

    Examples
    --------
    >>> find_floor(np.array([0.0, 0.1, 5.0, 0.1, 9.0, 0.2, 7.0]))
    0.1
    """
    crowd = np.sort(values)
    while len(crowd) > 3:
        half = (len(crowd) + 1) // 2
        start = int((crowd[half - 1 :] - crowd[: len(crowd) - half + 1]).argmin())
        crowd = crowd[start : start + half]
    return float(np.median(crowd))


def _join(values: np.ndarray, images: np.ndarray) -> Warp:
    """Add the slopes of both ends, those over the outer tenth of the points."""
    if len(values) == 1:
        return Warp(np.append(values, values + 1.0), np.append(images, images + 1.0), 1.0, 1.0)
    tail = max(1, len(values) // 10)
    below = (images[tail] - images[0]) / (values[tail] - values[0])
    above = (images[-1] - images[-1 - tail]) / (values[-1] - values[-1 - tail])
    return Warp(values, images, float(below), float(above))


def _interpolate(
    at: np.ndarray, x: np.ndarray, y: np.ndarray, below: float, above: float
) -> np.ndarray:
    inside = np.interp(at, x, y)
    return inside + np.minimum(at - x[0], 0.0) * below + np.maximum(at - x[-1], 0.0) * above

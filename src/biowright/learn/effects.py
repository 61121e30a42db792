"""Explanations: what levels do on average, and what drove a pick."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .answers import Effect
from .columns import Column
from .ensemble import Prediction

__all__ = ["explain", "find_effects"]

_BINS = 5
_SHRINKAGE = 3.0  # designs of average value that each level is given along


def find_effects(columns: Sequence[Column], codes: np.ndarray, means: np.ndarray) -> list[Effect]:
    """Give the effect of each level: the foretold mean with it, less that of all designs.

    Parameters
    ----------
    columns : sequence of Column
        The columns of the space.
    codes : numpy.ndarray
        Shape (m, columns): a sample of designs.
    means : numpy.ndarray
        Shape (m,): their foretold means.
    """
    effects = []
    excess = means - means.mean()
    for c, column in enumerate(columns):
        names, groups = _group(column)
        own = groups[codes[:, c]]
        counts = np.bincount(own, minlength=len(names))
        sums = np.bincount(own, excess, minlength=len(names))
        effects += [
            Effect(column.name, name, float(total / (count + _SHRINKAGE)))
            for name, count, total in zip(names, counts, sums, strict=True)
            if count
        ]
    return effects


def explain(
    columns: Sequence[Column],
    picked: np.ndarray,
    foretold: Prediction,
    effects: Sequence[Effect],
    *,
    measured: np.ndarray,
    names: Sequence[str],
    best: float,
    sign: float,
) -> list[str]:
    """Give a sentence for each pick: what is hoped of it, what drove it, how far it is from known.

    `best` is the best measured value; `sign` 1 to maximise, -1 to minimise, 0 to hit a target.
    """
    size = {(effect.column, effect.level): effect.effect for effect in effects}
    grouped = [_group(column) for column in columns]
    wanted = sign or 1.0
    out = []
    for row, mean, low, high in zip(
        picked, foretold.means, foretold.lows, foretold.highs, strict=True
    ):
        levels = [g[0][g[1][code]] for g, code in zip(grouped, row, strict=True)]
        parts = [
            (wanted * size.get((c.name, level), 0.0), f"{c.name} {level}")
            for c, level in zip(columns, levels, strict=True)
        ]
        parts.sort(key=lambda part: -part[0])
        drivers = [f"{name} ({wanted * by:+.2g})" for by, name in parts[:2] if by > 0]
        differing = (measured != row).sum(axis=1)
        near = int(differing.argmin())
        if sign and sign * (mean - best) > 0:
            hope = "foretold above the best measured" if sign > 0 else "foretold below the lowest"
        elif sign and max(sign * (low - best), sign * (high - best)) > 0:
            hope = "may beat the best measured"
        elif sign:
            hope = "explores: little is known here"
        else:
            hope = "foretold near the target"
        driven = f"; driven by {' and '.join(drivers)}" if drivers else ""
        plural = "" if differing[near] == 1 else "s"
        out.append(
            f"{hope}{driven}; {differing[near]} column{plural} from {names[near]}, the nearest measured"
        )
    return out


def _group(column: Column) -> tuple[list[str], np.ndarray]:
    """Give names of levels, or of ranges of many numbers, and the group of each code."""
    count = len(column.levels)
    if column.kind != "number":
        return [str(level) for level in column.levels], np.arange(count)
    values = np.asarray(column.levels, dtype=float)
    if count <= 2 * _BINS:
        return [f"{value:g}" for value in values], np.arange(count)
    groups = np.arange(count) * _BINS // count
    edges = [values[groups == k] for k in range(_BINS)]
    return [f"{part[0]:.3g}..{part[-1]:.3g}" for part in edges], groups

"""Mixtures and conditions: continuous, integer and categorical factors with bounds and sums."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from biowright.core import InputError, suggest

from .table import Table

__all__ = ["Factor", "Factors", "SumLimit"]

_TRIES = 200


@dataclass(frozen=True, slots=True)
class Factor:
    """A factor and its range.

    Parameters
    ----------
    name : str
        Its name.
    kind : {"continuous", "integer", "categorical"}
        What its levels are.
    low, high : float, optional
        The bounds of a number, both included.
    levels : sequence of str, optional
        The levels of a category.
    log : bool
        Whether equal ratios are equal steps (bounds above 0).
    """

    name: str
    kind: Literal["continuous", "integer", "categorical"]
    low: float | None = None
    high: float | None = None
    levels: Sequence[str] = ()
    log: bool = False

    def __post_init__(self) -> None:
        if self.kind == "categorical":
            if not self.levels or len(set(self.levels)) != len(self.levels):
                raise InputError(f"the factor '{self.name}' has no levels, or one of them twice")
            return
        if self.low is None or self.high is None or not self.low <= self.high:
            raise InputError(
                f"the factor '{self.name}' goes from {self.low} to {self.high}",
                hint="give low and high, low first",
            )
        if self.log and self.low <= 0:
            raise InputError(f"the factor '{self.name}' is logarithmic but begins at {self.low}")

    def place(self, shares: np.ndarray) -> np.ndarray:
        """Bring shares of the range, 0 to 1, to levels."""
        if self.kind == "categorical":
            picks = np.minimum((shares * len(self.levels)).astype(int), len(self.levels) - 1)
            return np.array(self.levels, dtype=object)[picks]
        low, high = float(self.low or 0.0), float(self.high or 0.0)
        if self.log:
            values = low * (high / low) ** shares
        else:
            values = low + (high - low) * shares
        values = np.clip(np.round(values) if self.kind == "integer" else values, low, high)
        return values.astype(object)

    def share(self, level: object) -> float:
        """Give the share of the range at which a level lies."""
        if self.kind == "categorical":
            return (list(self.levels).index(str(level)) + 0.5) / len(self.levels)
        low, high, value = float(self.low or 0.0), float(self.high or 0.0), float(level)  # type: ignore[arg-type]
        if high == low:
            return 0.5
        return float(
            np.log(value / low) / np.log(high / low) if self.log else (value - low) / (high - low)
        )


@dataclass(frozen=True, slots=True)
class SumLimit:
    """A limit on the sum of some factors: a volume that is full, a total concentration."""

    names: Sequence[str]
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Factors:
    """A space of factors; its designs are tuples of levels in the order of the factors.

    It has no numbers; a recommendation draws a `pool` from it and chooses there.

    Examples
    --------
    >>> space = Factors((Factor("glucose", "continuous", 1, 50), Factor("carbon", "categorical",
    ...                 levels=("glc", "gly"))))
    >>> space.pool(4, seed=1).size
    4
    """

    factors: Sequence[Factor]
    sums: Sequence[SumLimit] = ()

    def __post_init__(self) -> None:
        names = [factor.name for factor in self.factors]
        if not names or len(set(names)) != len(names):
            raise InputError("a space of factors needs factors with names of their own")
        numbers = [factor.name for factor in self.factors if factor.kind != "categorical"]
        for limit in self.sums:
            for name in limit.names:
                if name not in numbers:
                    raise InputError(
                        f"a sum limit names '{name}', which is no factor with numbers",
                        hint=suggest(name, numbers) or None,
                    )

    @property
    def size(self) -> None:
        """No count: the space is not enumerated."""
        return None

    def identify(self, design: Hashable) -> str:
        """Give "name=level" of each factor."""
        levels = design if isinstance(design, tuple) else (design,)
        pairs = zip(self.factors, levels, strict=True)
        return ";".join(f"{factor.name}={level}" for factor, level in pairs)

    def check(self, design: Hashable) -> tuple[object, ...]:
        """Give the design with its numbers as floats, or say what is wrong with it."""
        if not isinstance(design, tuple) or len(design) != len(self.factors):
            raise InputError(
                f"{design!r} has not one level for each of {len(self.factors)} factors"
            )
        out: list[object] = []
        for factor, level in zip(self.factors, design, strict=True):
            if factor.kind == "categorical":
                if level not in factor.levels:
                    hint = suggest(str(level), factor.levels) or None
                    raise InputError(
                        f"the factor '{factor.name}' has no level '{level}'", hint=hint
                    )
                out.append(level)
            else:
                try:
                    out.append(float(str(level)))
                except (TypeError, ValueError):
                    raise InputError(f"the factor '{factor.name}' is '{level}'") from None
        return tuple(out)

    def pool(
        self,
        count: int,
        *,
        seed: int = 0,
        around: Sequence[Hashable] = (),
        known: Sequence[Hashable] = (),
    ) -> Table:
        """Draw `count` designs within the limits, as a table.

        Half of them spread over the whole range; where `around` names designs, half vary these in
        a few factors. The designs `known` are added as they are.
        """
        rng = np.random.default_rng(seed)
        designs: dict[Hashable, None] = dict.fromkeys(self.check(design) for design in known)
        target = len(designs) + count
        centres = [self.check(design) for design in around]
        shares = np.array(
            [[f.share(v) for f, v in zip(self.factors, d, strict=True)] for d in centres]
        )
        for attempt in range(_TRIES):
            drawn = self._stratify(max(count, 64), rng)
            if len(centres) and attempt % 2:
                moved = rng.random(drawn.shape) < 2.0 / len(self.factors)
                step = rng.normal(0.0, 0.12, drawn.shape)
                base = shares[rng.integers(len(centres), size=len(drawn))]
                numeric = np.array([f.kind != "categorical" for f in self.factors])
                near = np.where(numeric, np.clip(base + step, 0.0, 1.0), drawn)
                drawn = np.where(moved, near, base)
            levels = [f.place(drawn[:, k]) for k, f in enumerate(self.factors)]
            rows = list(zip(*levels, strict=True))
            room = max(1, count // 2) if len(centres) and attempt == 0 else count
            for row in [row for row in rows if self._fits(row)][:room]:
                designs.setdefault(row)
                if len(designs) >= target:
                    break
            if len(designs) >= target:
                break
        if not designs:
            raise InputError(
                "no design meets the sum limits", hint="widen the limits or the bounds"
            )
        keys = list(designs)
        data = {}
        for k, factor in enumerate(self.factors):
            cells = [key[k] for key in keys]  # type: ignore[index]
            data[factor.name] = (
                cells if factor.kind == "categorical" else np.array(cells, dtype=float)
            )
        return Table.of_factors(keys, data)

    def _stratify(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draw a Latin hypercube (count, factors) of shares; fill sums that have an upper limit."""
        strata = np.stack([rng.permutation(count) for _ in self.factors], axis=1)
        shares = (strata + rng.random(strata.shape)) / count
        place = {factor.name: k for k, factor in enumerate(self.factors)}
        for limit in self.sums:
            inside = [place[name] for name in limit.names]
            values = np.stack(
                [self.factors[k].place(shares[:, k]).astype(float) for k in inside], 1
            )
            lows = np.array([float(self.factors[k].low or 0.0) for k in inside])
            spare = values - lows
            total, used = spare.sum(axis=1), lows.sum()
            goal = total + used
            if limit.high is not None:
                top = np.maximum(limit.high, used)
                low = used if limit.low is None else max(limit.low, used)
                goal = np.where(goal > limit.high, low + (top - low) * rng.random(count), goal)
            if limit.low is not None:
                goal = np.maximum(goal, limit.low)
            scaled = lows + spare * ((goal - used) / np.maximum(total, 1e-12))[:, None]
            for k, column in zip(inside, scaled.T, strict=True):
                factor = self.factors[k]
                capped = np.clip(column, float(factor.low or 0.0), float(factor.high or 0.0))
                shares[:, k] = [factor.share(value) for value in capped]
        return shares

    def _fits(self, row: tuple[object, ...]) -> bool:
        level = {factor.name: value for factor, value in zip(self.factors, row, strict=True)}
        for limit in self.sums:
            total = math.fsum(float(str(level[name])) for name in limit.names)
            slack = 1e-9 * max(1.0, abs(total))
            if limit.low is not None and total < limit.low - slack:
                return False
            if limit.high is not None and total > limit.high + slack:
                return False
        return True

"""Columns: what a model sees of a design. Every design space is a set of columns of levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .letters import describe_letters

__all__ = ["Column", "ColumnKind", "View"]

ColumnKind = Literal["protein", "category", "number"]
View = Literal["nature", "identity"]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column and its levels; a design holds one level of each column, as its code.

    Parameters
    ----------
    name : str
        What people call it: ``"site 3"``, ``"promoter"``, ``"NaCl"``.
    kind : str
        ``"protein"`` (amino acids, compared by their chemistry), ``"category"`` (alike or not) or
        ``"number"`` (compared by distance).
    levels : sequence
        The levels in the order of their codes: letters, names or increasing numbers.
    """

    name: str
    kind: ColumnKind
    levels: Sequence[object]

    def describe(self, view: View) -> np.ndarray:
        """Give coordinates (levels, d) whose distances say how unlike two levels are.

        The view "nature" uses what is known (chemistry; logarithms, since doses act by ratios),
        the view "identity" only that levels differ (letters) or their order (numbers).
        """
        count = len(self.levels)
        if self.kind == "protein" and view == "nature":
            return describe_letters("".join(map(str, self.levels)))
        if self.kind != "number":
            return np.eye(count)
        values = np.asarray(self.levels, dtype=float)
        if view == "identity":
            values = np.arange(count, dtype=float)
        elif count > 2 and values.min() >= 0 and np.ptp(values) > 0:
            values = np.log(values + 0.02 * values.max())
        spread = values.std()
        return ((values - values.mean()) / spread if spread else values * 0.0)[:, None]

    def indicate(self) -> np.ndarray:
        """Give the numbers (levels, d) of a linear model: an indicator a level, value and logarithm."""
        if self.kind != "number":
            return np.eye(len(self.levels))
        return np.concatenate([self.features(), self.describe("nature")], axis=1)

    def features(self) -> np.ndarray:
        """Give the numbers (levels, d) that decision trees split: descriptors, indicators, values."""
        if self.kind == "number":
            return np.asarray(self.levels, dtype=float)[:, None]
        return self.describe("nature")

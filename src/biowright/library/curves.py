"""Curves: a response measured over an input, with the function that was fitted to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biowright.core import InputError, suggest
from biowright.core.units import find_unit

__all__ = ["FORMS", "Curve"]

# form -> its parameters, and its formula for readers. Hill functions as Cello writes them: Nielsen et
# al. 2016, doi:10.1126/science.aac7341
FORMS: dict[str, tuple[tuple[str, ...], str]] = {
    "hill repression": (("ymin", "ymax", "K", "n"), "ymin + (ymax - ymin) / (1 + (x / K)^n)"),
    "hill activation": (
        ("ymin", "ymax", "K", "n"),
        "ymin + (ymax - ymin) (x / K)^n / (1 + (x / K)^n)",
    ),
    "points": ((), ""),
}


@dataclass(frozen=True, slots=True)
class Curve:
    """A response over an input.

    Parameters
    ----------
    form : str
        One of `FORMS`; ``points`` where nothing was fitted.
    x, y : str
        What the input and the response are.
    x_unit, y_unit : str
    parameters : mapping of str to float
        Those of the form, in the units of x and y.
    points : tuple of (x, y)
        What was measured, where it is known.

    Raises
    ------
    InputError
        The form is unknown, a parameter of it is missing, or a number is not finite.

    Examples
    --------
    >>> nor = Curve("hill repression", "input promoter", "output promoter", "RPU", "RPU",
    ...             {"ymin": 0.01, "ymax": 2.0, "K": 0.1, "n": 2.0})
    >>> round(nor.at(0.1), 3)
    1.005
    """

    form: str
    x: str
    y: str
    x_unit: str = ""
    y_unit: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    points: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise InputError(f"there is no curve '{self.form}'", hint=suggest(self.form, FORMS))
        wanted, _ = FORMS[self.form]
        put = object.__setattr__
        put(self, "parameters", {key: float(x) for key, x in self.parameters.items()})
        put(self, "points", tuple((float(x), float(y)) for x, y in self.points))
        put(self, "x_unit", find_unit(self.x_unit).symbol)
        put(self, "y_unit", find_unit(self.y_unit).symbol)
        missing = [key for key in wanted if key not in self.parameters]
        if missing:
            raise InputError(f"a curve '{self.form}' needs {', '.join(missing)}")
        if self.form == "points" and not self.points:
            raise InputError("a curve without a fit needs points")
        numbers = [*self.parameters.values(), *(x for point in self.points for x in point)]
        if not all(map(math.isfinite, numbers)):
            raise InputError("a number of the curve is not finite")

    def at(self, x: float) -> float:
        """Give the response that the fit foretells for an input.

        Raises
        ------
        InputError
            Nothing was fitted, or the input is negative.
        """
        if self.form == "points":
            raise InputError("nothing was fitted to these points")
        if x < 0:
            raise InputError(f"an input of {x}", expected="0 or more")
        p = self.parameters
        low, high = p["ymin"], p["ymax"]
        ratio = (x / p["K"]) ** p["n"]
        share = ratio / (1 + ratio) if math.isfinite(ratio) else 1.0
        return low + (high - low) * (share if self.form == "hill activation" else 1 - share)

    def __str__(self) -> str:
        numbers = ", ".join(f"{key} {value:g}" for key, value in self.parameters.items())
        points = f"{len(self.points)} points" if self.points else ""
        return f"{self.form}: " + "; ".join(filter(None, (numbers, points)))

    def document(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "form": self.form,
            "x": self.x,
            "y": self.y,
            "x_unit": self.x_unit,
            "y_unit": self.y_unit,
            "parameters": dict(self.parameters),
            "points": [list(point) for point in self.points],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Curve:
        """Read it from JSON."""
        said = dict(document)
        said["points"] = tuple((x, y) for x, y in said.get("points", ()))
        return cls(**said)

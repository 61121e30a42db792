"""Labs: where measurements come from. One small interface; the same campaign runs on any of them."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from biowright.core import InputError
from biowright.design import Candidate
from biowright.measure import Reading, Well

from .settings import FilesLab, ReplayLab, SimulatedLab
from .spaces import read_rows

__all__ = ["Lab", "make_lab"]


class Lab(Protocol):
    """Something that measures the wells of a round.

    A lab that answers at once returns its readings; one that has to wait returns None, and the readings
    come by `ingest` later.
    """

    def measure(
        self,
        layout: Sequence[Well],
        candidates: Mapping[str, Candidate],
        quantities: Mapping[str, str],
        seed: Sequence[int],
    ) -> list[Reading] | None:
        """Measure the wells of a round.

        Parameters
        ----------
        layout : sequence of Well
        candidates : mapping of str to Candidate
            The designs in the layout, by identity; controls may be missing.
        quantities : mapping of str to str
            What to measure, with units.
        seed : sequence of int
            For noise: campaign seed and round.
        """
        ...


class WaitingLab:
    """The work package lies in the round's folder; somebody measures and fills the table."""

    def measure(
        self,
        layout: Sequence[Well],
        candidates: Mapping[str, Candidate],
        quantities: Mapping[str, str],
        seed: Sequence[int],
    ) -> None:
        """Wait."""


class TableLab:
    """Answers come from a table of real measurements.

    A design with several rows gives them in turn to its wells, round after round the same. A design
    that was never measured has no value.
    """

    def __init__(self, settings: ReplayLab) -> None:
        self._path = settings.file
        self._rows = read_rows(settings.file, settings.id)
        self._columns = list(next(iter(self._rows.values()))[0][1])

    def measure(
        self,
        layout: Sequence[Well],
        candidates: Mapping[str, Candidate],
        quantities: Mapping[str, str],
        seed: Sequence[int],
    ) -> list[Reading]:
        """Look the wells up."""
        missing = [name for name in quantities if name not in self._columns]
        if missing:
            raise InputError(
                f"the table of measurements has no column '{missing[0]}'",
                path=self._path,
                hint=f"it has: {', '.join(self._columns[:12])}",
            )
        readings = []
        for well in layout:
            rows = self._rows.get(well.design, [])
            for quantity, unit in quantities.items():
                value = None
                if rows:
                    line, cells = rows[(well.replicate - 1) % len(rows)]
                    value = self._number(cells[quantity], line, quantity)
                readings.append(Reading(well.plate, well.name, well.design, quantity, value, unit))
        return readings

    def _number(self, text: str, line: int, quantity: str) -> float | None:
        if not text.strip():
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise InputError(
                f"{quantity} = '{text}' is no number",
                path=self._path,
                line=line,
                hint="leave the cell empty where there is no value",
            )
        return value


class FunctionLab:
    """A function answers; each well gets Gaussian noise of the stated standard deviation."""

    def __init__(self, settings: SimulatedLab) -> None:
        self._function = load_function(settings.function)
        self._noise = settings.noise

    def measure(
        self,
        layout: Sequence[Well],
        candidates: Mapping[str, Candidate],
        quantities: Mapping[str, str],
        seed: Sequence[int],
    ) -> list[Reading]:
        """Ask the function for each well's design; controls that are no designs have no value."""
        import numpy as np

        generator = np.random.default_rng([*seed, 1])
        readings = []
        for well in layout:
            candidate = candidates.get(well.design)
            answer = None if candidate is None else self._function(dict(candidate.factors))
            for quantity, unit in quantities.items():
                noise = float(generator.normal(0.0, self._noise)) if self._noise else 0.0
                value = None
                if answer is not None:
                    exact = answer[quantity] if isinstance(answer, Mapping) else answer
                    value = float(exact) + noise
                readings.append(Reading(well.plate, well.name, well.design, quantity, value, unit))
        return readings


def load_function(name: str) -> Callable[[dict[str, Any]], float | Mapping[str, float]]:
    """Load ``package.module:name``.

    Raises
    ------
    InputError
        There is no such module or function.
    """
    module, _, attribute = name.partition(":")
    try:
        function = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            f"the lab's function '{name}' cannot be loaded ({error})",
            expected="package.module:function",
        ) from None
    if not callable(function):
        raise InputError(f"'{name}' is no function")
    return function  # type: ignore[no-any-return]


def make_lab(settings: FilesLab | ReplayLab | SimulatedLab) -> Lab:
    """Make the lab that a campaign file describes."""
    match settings:
        case FilesLab():
            return WaitingLab()
        case ReplayLab():
            return TableLab(settings)
        case SimulatedLab():
            return FunctionLab(settings)

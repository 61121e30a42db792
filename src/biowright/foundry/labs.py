"""Labs: where measurements come from. One small interface; the same campaign runs on any of them."""

from __future__ import annotations

import importlib
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
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

    A design with several rows gives them in turn to its wells: the first well of a plate map gets the
    first row. Wells that measure a design again in a later round begin with its last row. A well beyond
    the rows has no value: the same measurement twice would pass for two that agree.
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
        """Look the wells up.

        Raises
        ------
        InputError
            The table has no column for a quantity, or a cell is no number.
        """
        missing = [name for name in quantities if name not in self._columns]
        if missing:
            raise InputError(
                f"the table of measurements has no column '{missing[0]}'",
                path=self._path,
                hint=f"it has: {', '.join(self._columns[:12])}",
            )
        readings = []
        given: Counter[str] = Counter()
        for well in sorted(layout, key=lambda w: (w.role == "repeat", w.replicate, w.plate)):
            rows = self._rows.get(well.design, [])
            turn = given[well.design]
            given[well.design] += 1
            if well.role == "repeat":
                rows = rows[::-1]
            for quantity, unit in quantities.items():
                value = None
                if turn < len(rows):
                    line, cells = rows[turn]
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
        self._name = settings.function
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

        readings = []
        for well in layout:
            candidate = candidates.get(well.design)
            answers = {} if candidate is None else self._ask(candidate, quantities)
            # a well's noise is its own, whatever else is measured
            place = (well.plate, well.row, well.column)
            generator = np.random.default_rng([*seed, *place])
            for quantity, unit in quantities.items():
                noise = float(generator.normal(0.0, self._noise)) if self._noise else 0.0
                value = answers[quantity] + noise if answers else None
                readings.append(Reading(well.plate, well.name, well.design, quantity, value, unit))
        return readings

    def _ask(self, candidate: Candidate, quantities: Iterable[str]) -> dict[str, float]:
        """Ask the function, and insist on a finite number for each quantity."""
        told = f"the lab's function '{self._name}'"
        try:
            answer = self._function(dict(candidate.factors))
        except Exception as error:  # the function is the user's
            raise InputError(
                f"{told} failed on {candidate.id}: {type(error).__name__}: {error}",
                hint=f"it was called with {dict(candidate.factors)}",
            ) from error
        values = {}
        for quantity in quantities:
            value = answer.get(quantity) if isinstance(answer, Mapping) else answer
            try:
                values[quantity] = float(value)  # type: ignore[arg-type]
            except (TypeError, ValueError):
                values[quantity] = math.nan
            if not math.isfinite(values[quantity]):
                raise InputError(
                    f"{told} gave {quantity} = {value!r} for {candidate.id}",
                    expected="a number, or a dict with a number for each quantity",
                )
        return values


def load_function(name: str) -> Callable[[dict[str, Any]], float | Mapping[str, float]]:
    """Load ``package.module:name``, from the current folder too.

    Raises
    ------
    InputError
        There is no such module or function, or its module fails.
    """
    module, _, attribute = name.partition(":")
    here = str(Path.cwd())
    sys.path.append(here)
    try:
        function = getattr(importlib.import_module(module), attribute)
    except Exception as error:  # the module is the user's
        raise InputError(
            f"the lab's function '{name}' cannot be loaded ({type(error).__name__}: {error})",
            expected="package.module:function",
        ) from None
    finally:
        sys.path.remove(here)
    if not callable(function):
        raise InputError(
            f"the lab's function '{name}' is no function", expected="package.module:function"
        )
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

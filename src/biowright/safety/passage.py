"""The functions by which everything else meets the gate."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime

from biowright.core import BiowrightError, ScreeningRefused

from .gate import PROCESS_KEY, Gate
from .items import Pieces
from .settings import VARIABLE, load_safety_settings
from .verdict import Clearance, Verdict

__all__ = ["check_clearance", "default_gate", "require", "screen"]


def default_gate() -> Gate:
    """Give the gate that the environment variable ``BIOWRIGHT_SAFETY`` names, or the demonstration.

    Raises
    ------
    ScreeningRefused
        The variable names settings that cannot be used: nothing is exported then.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return Gate()
    try:
        return Gate(load_safety_settings(path))
    except BiowrightError as error:
        raise ScreeningRefused(
            f"the safety settings cannot be used, so that nothing leaves: {error}"
        ) from None


def screen(
    pieces: Pieces, *, customer: str = "", gate: Gate | None = None, now: datetime | None = None
) -> Verdict:
    """Screen pieces with a gate, by default that of the operator's settings.

    Parameters and errors as in `Gate.screen`.

    Examples
    --------
    >>> screen("ATGGCTAGCAAAGGTTGA").outcome
    'pass'
    """
    return (gate or default_gate()).screen(pieces, customer=customer, now=now)


def check_clearance(clearance: Clearance | None, names: Iterable[str] = ()) -> Clearance:
    """Check that a clearance was given by `require` in this process, and for things of these names.

    Raises
    ------
    ScreeningRefused
        There is none, it was made up, or something was not shown to the gate.

    Examples
    --------
    >>> pieces = {"insert": "ATGGCTAGCAAAGGTTGA"}
    >>> clearance = require(screen(pieces), pieces)
    >>> check_clearance(clearance, ["insert"]) is clearance
    True
    """
    if not isinstance(clearance, Clearance) or not clearance.genuine(PROCESS_KEY):
        raise ScreeningRefused(
            "nothing leaves without a screening verdict",
            hint="screen the pieces, then hand on what require(verdict, pieces) gives",
        )
    missing = sorted(set(names) - clearance.names)
    if missing:
        raise ScreeningRefused(
            f"not screened: {', '.join(missing[:5])}", hint="screen all pieces together"
        )
    return clearance


def require(
    verdict: Verdict | None,
    pieces: Pieces,
    *,
    gate: Gate | None = None,
    now: datetime | None = None,
) -> Clearance:
    """Check that a verdict lets exactly these pieces leave; every export calls it.

    Parameters and errors as in `Gate.require`.

    Examples
    --------
    >>> require(None, "ATGGCTAGC")
    Traceback (most recent call last):
    ...
    biowright.core.errors.ScreeningRefused: nothing leaves without a screening verdict (...)
    """
    return (gate or default_gate()).require(verdict, pieces, now=now)

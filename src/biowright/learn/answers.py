"""What a recommendation says: picks with their reasons, the models, the effects."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

__all__ = ["Effect", "MemberReport", "ModelReport", "Pick", "Recommendation"]


@dataclass(frozen=True, slots=True)
class Pick:
    """A design to make next.

    Parameters
    ----------
    design, id : hashable, str
        The design as its space spells it, and its id.
    mean, low, high : float or None
        What a well of it is foretold to read, and the interval; None before the first measurement.
    reason : str
        Why it is here, in one sentence.
    new : bool
        False where a measured design is to be measured again.
    quantities : mapping of str to (float, float, float)
        Where there are several quantities: mean, low and high of each.
    """

    design: Hashable
    id: str
    mean: float | None
    low: float | None
    high: float | None
    reason: str
    new: bool = True
    quantities: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """By how much a level lifts the foretold mean over the average design, on the original scale.

    `quantity` says of what, where there are several.
    """

    column: str
    level: str
    effect: float
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class MemberReport:
    """A family of models: its weight, and the top-weighted rank correlation on designs left out."""

    name: str
    weight: float
    skill: float


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What the models are worth on the measured designs.

    `coverage` is the share of measured wells inside the interval foretold without their design;
    `noise` the sd among replicates (None without any).
    """

    members: tuple[MemberReport, ...]
    coverage: float
    noise: float | None
    designs: int
    wells: int


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The next batch, in order of preference, and what is believed."""

    picks: tuple[Pick, ...]
    model: ModelReport | None
    effects: tuple[Effect, ...]
    best: Pick | None
    notices: tuple[str, ...]

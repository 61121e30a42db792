"""Where a campaign stands: its designs in their order, and whether the goal is reached."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .scores import judge, satisfies, score_wells, sort_wells
from .settings import CampaignSettings, Objective

__all__ = ["Status", "rank_designs", "reaches_all", "told_design"]


@dataclass(frozen=True, slots=True)
class Status:
    """Where a campaign stands.

    Parameters
    ----------
    name : str
    state : str
        ``new``, ``running`` (a step is unfinished), ``waiting`` (for measurements), ``done``.
    round, rounds : int
        The round that is under way or was the last, and how many there may be.
    designs, wells : int
        Measured so far.
    best : mapping, optional
        The best design so far: its id and quantities.
    cost : float
    currency : str
    reason : str
        Why it is done, or what it waits for.
    front : sequence of mapping
        With several quantities, the designs that no other beats in all of them.
    """

    name: str
    state: str
    round: int
    rounds: int
    designs: int
    wells: int
    best: Mapping[str, Any] | None
    cost: float
    currency: str
    reason: str
    front: Sequence[Mapping[str, Any]] = ()


def rank_designs(
    settings: CampaignSettings,
    quantities: Collection[str],
    wells: Iterable[tuple[int, int, str, str, dict[str, float]]],
    in_space: Callable[[str], bool],
) -> list[dict[str, Any]]:
    """Give the designs of measured wells, the best first: see `Campaign.ranking`.

    Parameters
    ----------
    settings : CampaignSettings
    quantities : collection of str
        Wells without a value for one of them are passed over.
    wells : iterable of (round, plate, well, design, values)
    in_space : callable of str
        Whether a control is a design, too.
    """
    groups: dict[str, list[tuple[int, dict[str, float]]]] = {}
    for round, _, _, design, values in wells:
        if len(values) == len(quantities):
            groups.setdefault(design, []).append((round, values))
    controls = set(settings.plate.controls)
    rows = []
    for design, measured in groups.items():
        if design in controls and not in_space(design):
            continue
        means = {
            name: sum(values[name] for _, values in measured) / len(measured) for name in quantities
        }
        rows.append({"id": design, "n": len(measured), "round": measured[0][0], **means})
    scores = score_wells(settings.objective, rows)
    if len(settings.objective) > 1:
        fronts = sort_wells(settings.objective, rows)
        rows = [row | {"front": front} for row, front in zip(rows, fronts, strict=True)]
    order = sorted(
        range(len(rows)),
        key=lambda i: (_place(rows[i].get("front", 0)), -scores[i], rows[i]["id"]),
    )
    return [rows[i] for i in order]


def reaches_all(objectives: Sequence[Objective], best: Mapping[str, Any]) -> bool:
    """Say whether a design reaches the goal of each objective."""
    return all(_reached(objective, best[objective.quantity]) for objective in objectives)


def _reached(objective: Objective, value: float) -> bool:
    if not satisfies(objective, value) or objective.stop_at is None:
        return False
    if objective.goal == "target":
        return judge(objective, value) >= -abs(objective.stop_at)
    return judge(objective, value) >= judge(objective, objective.stop_at)


def _place(front: int | None) -> float:
    return math.inf if front is None else front


def told_design(best: Mapping[str, Any] | None) -> str:
    """Say which design it is, with its values."""
    if best is None:
        return "unknown"
    values = ", ".join(
        f"{name} {value:.4g}"
        for name, value in best.items()
        if name not in ("id", "n", "round", "front")
    )
    return f"{best['id']} ({values})"

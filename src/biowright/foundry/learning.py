"""What a campaign learns from: its wells as the recommender takes them, and the next recommendation."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

from biowright.core import InputError
from biowright.learn import Aim, Measured, Recommendation, recommend, recommend_several

from .scores import score_wells

if TYPE_CHECKING:
    from .campaign import Campaign
    from .settings import Objective

__all__ = ["measure_each", "measure_scores", "recommend_round"]


def recommend_round(campaign: Campaign, round: int) -> Recommendation:
    """Recommend the batch of a round: for one quantity its best, for several their Pareto front."""
    run = campaign.settings.campaign
    seed = int.from_bytes(hashlib.sha256(f"{run.seed}/{round}".encode()).digest()[:4], "big")
    pending = campaign.unanswered()
    if len(campaign.settings.objective) > 1:
        return recommend_several(
            campaign.space.search,
            measure_each(campaign),
            {objective.quantity: _aim(objective) for objective in campaign.settings.objective},
            batch=run.batch,
            seed=seed,
            pending=pending,
            remeasure=run.remeasure,
        )
    return recommend(
        campaign.space.search,
        measure_scores(campaign),
        batch=run.batch,
        goal="maximise",
        seed=seed,
        pending=pending,
        remeasure=run.remeasure,
    )


def measure_scores(campaign: Campaign) -> Measured:
    """Give one score a well, higher is better."""
    rows = list(_full_wells(campaign))
    scores = score_wells(campaign.settings.objective, [row[3] for row in rows])
    return _measured(rows, scores)


def measure_each(campaign: Campaign) -> dict[str, Measured]:
    """Give the wells of each quantity, on its own scale."""
    rows = list(_full_wells(campaign))
    return {name: _measured(rows, [row[3][name] for row in rows]) for name in campaign.quantities}


_Row = tuple[Hashable, int, int, dict[str, float]]


def _full_wells(campaign: Campaign) -> Iterator[_Row]:
    """Walk the wells with a value of every quantity: design, round, plate, values."""
    for round, plate, _, design, values in campaign.wells():
        if len(values) < len(campaign.quantities):
            continue
        try:
            yield campaign.space.key(design), round, plate, values
        except InputError:
            continue  # a control that is no design, such as a blank


def _measured(rows: list[_Row], values: list[float]) -> Measured:
    return Measured(
        [row[0] for row in rows],
        values,
        # one plate a round says no more than the round itself
        plates=[(row[1], row[2]) for row in rows] if any(row[2] > 1 for row in rows) else None,
        rounds=[row[1] for row in rows],
    )


def _aim(objective: Objective) -> Aim:
    return Aim(
        objective.goal,
        objective.target,
        objective.at_least,
        objective.at_most,
        objective.weight,
    )

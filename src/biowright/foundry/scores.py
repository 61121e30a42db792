"""From several quantities with goals and constraints to one number a well, higher is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from biowright.learn import sort_fronts

from .settings import Objective

__all__ = ["judge", "satisfies", "score_wells", "sort_wells"]


def judge(objective: Objective, value: float) -> float:
    """Turn a value so that more is better: a minimised one changes sign, a target counts the distance."""
    match objective.goal:
        case "maximise":
            return value
        case "minimise":
            return -value
        case _:
            assert objective.target is not None
            return -abs(value - objective.target)


def satisfies(objective: Objective, value: float) -> bool:
    """Tell whether a value keeps the objective's constraint."""
    low, high = objective.at_least, objective.at_most
    return (low is None or value >= low) and (high is None or value <= high)


def score_wells(
    objectives: Sequence[Objective], wells: Sequence[Mapping[str, float]]
) -> list[float]:
    """Give each well one score, higher is better.

    One objective without a constraint is its own score, so that predictions keep its scale (a minimised
    one changes sign). Several are put on one scale by their ranks among the measured wells (heavy tails
    would let one of them rule otherwise) and added with their weights; a well that breaks a constraint
    comes below every well that keeps all of them, by how many it breaks.

    Parameters
    ----------
    objectives : sequence of Objective
    wells : sequence of mapping of quantity to value
        Each with every quantity.

    Returns
    -------
    list of float, in the order of the wells
    """
    if not wells:
        return []
    broken = np.array(
        [sum(not satisfies(o, well[o.quantity]) for o in objectives) for well in wells], float
    )
    if len(objectives) == 1:
        score = np.array([judge(objectives[0], well[objectives[0].quantity]) for well in wells])
    else:
        score = np.zeros(len(wells))
        total = sum(o.weight for o in objectives)
        for objective in objectives:
            values = np.array([judge(objective, well[objective.quantity]) for well in wells])
            order = np.unique(values, return_inverse=True)[1]
            score += objective.weight / total * order / max(order.max(), 1)
    if broken.any():
        span = float(score.max() - score.min()) or 1.0
        score = np.where(broken > 0, score.min() - span * broken, score)
    return [float(x) for x in score]


def sort_wells(
    objectives: Sequence[Objective], wells: Sequence[Mapping[str, float]]
) -> list[int | None]:
    """Give each well its Pareto front: 0 where none beats it in all quantities; None outside a limit."""
    kept = [i for i, w in enumerate(wells) if all(satisfies(o, w[o.quantity]) for o in objectives)]
    fronts: list[int | None] = [None] * len(wells)
    if kept:
        worth = np.array([[judge(o, wells[i][o.quantity]) for o in objectives] for i in kept])
        for i, front in zip(kept, sort_fronts(worth), strict=True):
            fronts[i] = int(front)
    return fronts

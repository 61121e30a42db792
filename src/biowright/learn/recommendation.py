"""The entry: from a space and what was measured to the next batch."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Literal

from biowright.core import InputError

from .answers import Recommendation
from .factors import Factors
from .measured import Measured
from .spaces import Space
from .task import PerDesign, Task

__all__ = ["recommend"]

Goal = Literal["maximise", "minimise", "target"]


def recommend(
    space: Space | Factors,
    measured: Measured | None = None,
    *,
    batch: int = 96,
    goal: Goal = "maximise",
    aim: float | None = None,
    seed: int = 0,
    pending: Sequence[Hashable] = (),
    prior: PerDesign | None = None,
    costs: PerDesign | None = None,
    remeasure: float = 0.0,
    coverage: float = 0.95,
    progress: Callable[[int, int], None] | None = None,
) -> Recommendation:
    """Recommend the designs to make and measure next.

    Without measurements the batch covers the levels of every column and their pairs evenly. With
    them, an ensemble (see `biowright.learn.ensemble`) scores every design of the space, and a joint
    choice by upper confidence bounds keeps the batch from being many copies of one idea.

    Parameters
    ----------
    space : Sites, Slots, Table or Factors
        The designs to choose from.
    measured : Measured, optional
        What has been measured; its designs must be in the space.
    batch : int
        How many designs to choose.
    goal : {"maximise", "minimise", "target"}
        What is wanted of the value.
    aim : float, optional
        The wanted value, where the goal is "target".
    seed : int
        Fixes everything random: same input and seed, same answer.
    pending : sequence, optional
        Designs that are being made: not proposed again, and the batch keeps away from their like.
    prior : mapping or array, optional
        Zero-shot scores, better is higher, by design or by its number. Without them up to eight sites
        of a protein are begun by how readily letters are taken inside proteins; equal scores for all
        designs turn that off.
    costs : mapping or array, optional
        Positive costs by design or by number; the batch then seeks gain per cost.
    remeasure : float
        The share of the batch, 0 to 1, that may measure noisy maxima again.
    coverage : float
        The share of wells that intervals shall hold.
    progress : callable, optional
        Called with the designs scored so far and in all.

    Returns
    -------
    Recommendation
        The picks in order of preference, the models' worth, effects and notices.

    Raises
    ------
    InputError
        An argument or a design is wrong.
    NegativeResult
        Nothing is left to choose.

    Examples
    --------
    >>> from biowright.learn import Measured, Sites, recommend
    >>> space = Sites(("ILVAF", "DEKRS"))
    >>> first = recommend(space, batch=8, seed=1)
    >>> len({pick.design for pick in first.picks})
    8
    >>> wells = Measured([p.design for p in first.picks], [float(p.id[0] == "I") + i / 10
    ...                  for i, p in enumerate(first.picks)])
    >>> [pick.new for pick in recommend(space, wells, batch=2, seed=1).picks]
    [True, True]
    """
    from .threads import single_thread

    measured = Measured.empty() if measured is None else measured
    _check(batch, goal, aim, remeasure, coverage)
    # one thread: the same sums in the same order everywhere, and no waiting on a busy machine
    with single_thread():
        task = Task(space, measured, pending, prior, costs, seed, goal, aim)
        if not len(measured):
            return task.begin(batch)
        return task.go_on(batch, remeasure, coverage, progress)


def _check(batch: int, goal: str, aim: float | None, remeasure: float, coverage: float) -> None:
    if batch < 1:
        raise InputError(f"a batch of {batch} is none", hint="ask for at least one design")
    if goal not in ("maximise", "minimise", "target"):
        raise InputError(f"the goal '{goal}' is none of maximise, minimise and target")
    if (goal == "target") != (aim is not None):
        raise InputError("the goal 'target' and an aim come together, or not at all")
    if not 0.0 <= remeasure <= 1.0:
        raise InputError(f"the share to measure again is {remeasure}", hint="0 to 1")
    if not 0.5 <= coverage < 1.0:
        raise InputError(f"the coverage is {coverage}", hint="0.5 to 1, 0.95 for instance")

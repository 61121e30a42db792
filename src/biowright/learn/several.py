"""The next batch for several quantities at once, which pull in different directions.

Each quantity has models of its own. Every pick draws weights for the quantities and takes the design
whose upper bounds are best under the augmented Chebyshev function of these weights (Knowles 2006,
doi:10.1109/TEVC.2005.851274; with upper bounds: Paria, Kandasamy and Póczos 2020,
https://proceedings.mlr.press/v115/paria20a.html), times the chance that it keeps all limits (Gardner et
al. 2014, https://proceedings.mlr.press/v32/gardner14.html). Different weights reach every part of the
Pareto front, also where it is not convex, which a weighted sum does not; imagined measurements keep the
batch apart, as for one quantity.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from biowright.core import InputError

from .answers import ModelReport, Pick, Recommendation
from .batch import imagine
from .factors import Factors
from .measured import Measured
from .pareto import find_front
from .spaces import Space
from .task import Task, make_pool

if TYPE_CHECKING:
    from .ensemble import Prediction

__all__ = ["Aim", "recommend_several"]

# standard deviations of the bounds: fewer than for one quantity, since drawn weights explore as well
_OPTIMISM = 1.5
_AUGMENTATION = 0.05  # of the weighted sum, beside the worst quantity
_DIRECTIONS = 24  # fixed weights that the whole space is searched under, beside each quantity alone
_SHORTLIST = 3000
_FINALISTS = 600


@dataclass(frozen=True, slots=True)
class Aim:
    """What is wanted of one quantity.

    Parameters
    ----------
    goal : {"maximise", "minimise", "target"}
    aim : float, optional
        The wanted value, where the goal is "target".
    low, high : float, optional
        Limits that a design has to keep.
    weight : float
        How much the quantity counts beside the others, when weights are drawn.
    """

    goal: Literal["maximise", "minimise", "target"] = "maximise"
    aim: float | None = None
    low: float | None = None
    high: float | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.goal not in ("maximise", "minimise", "target"):
            raise InputError(f"the goal '{self.goal}' is none of maximise, minimise and target")
        if (self.goal == "target") != (self.aim is not None):
            raise InputError("the goal 'target' and an aim come together, or not at all")
        if not self.weight > 0:
            raise InputError(f"the weight {self.weight} is not above 0")

    def judge(self, values: np.ndarray) -> np.ndarray:
        """Turn values so that more is better; a target counts the distance."""
        if self.goal == "target":
            return -np.abs(values - self.aim)
        return values if self.goal == "maximise" else -values

    def keeps(self, values: np.ndarray) -> np.ndarray:
        """Say which values keep the limits."""
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return (values >= low) & (values <= high)


def recommend_several(
    space: Space | Factors,
    measured: Mapping[str, Measured],
    aims: Mapping[str, Aim],
    *,
    batch: int = 96,
    seed: int = 0,
    pending: Sequence[Hashable] = (),
    remeasure: float = 0.0,
    coverage: float = 0.95,
    progress: Callable[[int, int], None] | None = None,
) -> Recommendation:
    """Recommend the designs to make next, so that the Pareto front of several quantities grows.

    Parameters
    ----------
    space : Sites, Slots, Table or Factors
        The designs to choose from.
    measured : mapping of str to Measured
        What has been measured of each quantity; the same designs for all, none before the first batch.
    aims : mapping of str to Aim
        What is wanted of each quantity.
    batch, seed, pending, coverage, progress
        As of `recommend`.
    remeasure : float
        The share of the batch, 0 to 1, that may measure designs of the front again.

    Returns
    -------
    Recommendation
        Its picks foretell every quantity in `Pick.quantities`.

    Raises
    ------
    InputError
        An argument or a design is wrong, or the quantities were measured of different designs.
    NegativeResult
        Nothing is left to choose.

    Examples
    --------
    >>> from biowright.learn import Sites
    >>> space = Sites(("ACDE", "FGHI"))
    >>> some = ["AF", "CG", "DH", "EI", "AI"]
    >>> wells = {"titre": Measured(some, [1.0, 2.0, 3.0, 4.0, 2.0]),
    ...          "burden": Measured(some, [1.0, 1.5, 3.5, 4.0, 2.5])}
    >>> aims = {"titre": Aim(), "burden": Aim("minimise", high=3.0)}
    >>> picks = recommend_several(space, wells, aims, batch=3, seed=1).picks
    >>> len(picks), sorted(picks[0].quantities)
    (3, ['burden', 'titre'])
    """
    from .threads import single_thread

    if not aims:
        raise InputError("nothing is aimed at", hint="name at least one quantity")
    if batch < 1:
        raise InputError(f"a batch of {batch} is none", hint="ask for at least one design")
    if not 0.0 <= remeasure <= 1.0:
        raise InputError(f"the share to measure again is {remeasure}", hint="0 to 1")
    wells = {name: measured.get(name, Measured.empty()) for name in aims}
    first = next(iter(wells.values()))
    for name, own in wells.items():
        if set(own.designs) != set(first.designs):
            raise InputError(
                f"'{name}' was not measured of the same designs as '{next(iter(wells))}'",
                hint="leave out the designs that lack one of the quantities",
            )
    with single_thread():
        choice = _Choice(space, wells, aims, pending, seed)
        if not len(first):
            return choice.lead.begin(batch)
        return choice.go_on(batch, int(remeasure * batch), coverage, progress)


class _Choice:
    """One recommendation in the making: a task a quantity, over the same designs."""

    def __init__(
        self,
        space: Space | Factors,
        wells: Mapping[str, Measured],
        aims: Mapping[str, Aim],
        pending: Sequence[Hashable],
        seed: int,
    ) -> None:
        self.aims = dict(aims)
        self.rng = np.random.default_rng(seed)
        names: Space | Factors = space
        if isinstance(space, Factors):
            factors = space
            wells = {
                name: replace(own, designs=[factors.check(design) for design in own.designs])
                for name, own in wells.items()
            }
            pending = [factors.check(design) for design in pending]
            designs = next(iter(wells.values())).designs
            space = make_pool(factors, designs, pending, self._leaders(wells), seed)
        self.tasks = {
            name: Task(space, wells[name], pending, None, None, seed, aim.goal, aim.aim)
            for name, aim in self.aims.items()
        }
        for task in self.tasks.values():
            task.names = names
        self.lead = next(iter(self.tasks.values()))
        weights = np.array([aim.weight for aim in self.aims.values()])
        self.share = weights / weights.sum() * len(weights)

    def _leaders(self, wells: Mapping[str, Measured]) -> list[Hashable]:
        """Give the designs with a well on the front, those that keep all limits first."""
        kept = np.all([self.aims[n].keeps(np.asarray(w.values)) for n, w in wells.items()], axis=0)
        worth = [self.aims[n].judge(np.asarray(w.values, dtype=float)) for n, w in wells.items()]
        designs = next(iter(wells.values())).designs
        places = np.flatnonzero(kept) if kept.any() else np.arange(len(designs))
        front = places[find_front(np.stack(worth, axis=1)[places])] if len(places) else places
        return list(dict.fromkeys(designs[int(k)] for k in front))[:24]

    def go_on(
        self,
        batch: int,
        repeats: int,
        coverage: float,
        progress: Callable[[int, int], None] | None,
    ) -> Recommendation:
        for task in self.tasks.values():
            task.fit(coverage)
        indices = self.lead.summary.indices
        natural = {name: task.sign * task.summary.means for name, task in self.tasks.items()}
        kept = np.all([self.aims[n].keeps(values) for n, values in natural.items()], axis=0)
        worth = np.stack([self.aims[n].judge(values) for n, values in natural.items()], axis=1)
        pool = np.flatnonzero(kept) if kept.any() else np.arange(len(indices))
        front = pool[find_front(worth[pool])]
        # the models' own scale, on which heavy tails are tame, says how far quantities may differ
        scores = np.stack([self._appraise(task, indices)[0] for task in self.tasks.values()], 1)
        ideal, nadir = scores[pool].max(axis=0), scores[front].min(axis=0)
        span = np.maximum(ideal - nadir, 0.25)
        again = front[np.lexsort((front, self.lead.summary.wells[front]))][:repeats]
        short = self._shortlist(max(_SHORTLIST, 4 * batch), ideal, span, progress)
        chosen, weights, chances = self._choose(short, batch - len(again), ideal, span)
        self.lead.finish(len(again) + len(chosen), batch)
        if not kept.any():
            self.lead.notices.append("no measured design keeps all limits yet")
        numbers = np.concatenate([indices[again], np.array(chosen, dtype=np.int64)])
        told = {name: task.foretell(numbers) for name, task in self.tasks.items()}
        reasons = ["on the front, to be measured again"] * len(again)
        reasons += [self._reason(w, c) for w, c in zip(weights, chances, strict=True)]
        picks = [
            self._pick(int(number), k, told, reasons[k], k >= len(again))
            for k, number in enumerate(numbers)
        ]
        effects = [
            replace(effect, quantity=name)
            for name, task in self.tasks.items()
            for effect in task.effects(self.lead.draw(1000))
        ]
        leader = front[int((worth[front] @ self.share).argmax())] if len(front) == 1 else None
        best = None
        if leader is not None:
            own = {n: t.foretell(indices[[leader]]) for n, t in self.tasks.items()}
            best = self._pick(int(indices[leader]), 0, own, "the best measured", False)
        notices = [notice for task in self.tasks.values() for notice in task.notices]
        return Recommendation(
            tuple(picks), self._report(), tuple(effects), best, tuple(dict.fromkeys(notices))
        )

    def _appraise(self, task: Task, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        aim = None if task.aim is None else task.sign * task.aim
        codes = task.space.codes(indices)
        return task.ensemble.appraise(codes, task.prior_of(indices), aim)

    def _shortlist(
        self,
        count: int,
        ideal: np.ndarray,
        span: np.ndarray,
        progress: Callable[[int, int], None] | None,
    ) -> np.ndarray:
        """Search the whole space under fixed weights; give the numbers of the best under each."""
        size = len(self.tasks)
        corners = np.eye(size) * 0.95 + 0.05 / size
        weights = np.concatenate([corners, self.rng.dirichlet(self.share, _DIRECTIONS)])
        each = max(8, count // len(weights))
        kept = [np.zeros(0, dtype=np.int64)] * len(weights)
        worth = [np.zeros(0)] * len(weights)
        limits = [
            task.ensemble.place(task.sign * np.array([limit]))[0] * side * task.sign
            for name, task in self.tasks.items()
            for limit, side in ((self.aims[name].low, 1.0), (self.aims[name].high, -1.0))
            if limit is not None
        ]
        for indices, codes in self.lead.walk(progress):
            columns, broken, bound = [], np.zeros(len(indices)), iter(limits)
            for name, task in self.tasks.items():
                prior = task.prior_of(indices)
                plain = task.ensemble.score(codes, prior, None)
                for limit, side in ((self.aims[name].low, 1.0), (self.aims[name].high, -1.0)):
                    if limit is not None:
                        excess = next(bound) - plain * side * task.sign
                        broken += np.maximum(excess, 0.0)
                aim = None if task.aim is None else task.sign * task.aim
                columns.append(plain if aim is None else task.ensemble.score(codes, prior, aim))
            loss = (ideal - np.stack(columns, axis=1)) / span
            for w, row in enumerate(weights):
                score = -_chebyshev(loss, row) - 2.0 * broken
                kept[w], worth[w] = np.append(kept[w], indices), np.append(worth[w], score)
                if len(kept[w]) > each:
                    best = np.argpartition(-worth[w], each - 1)[:each]
                    kept[w], worth[w] = kept[w][best], worth[w][best]
        return np.unique(np.concatenate(kept))

    def _choose(
        self, short: np.ndarray, count: int, ideal: np.ndarray, span: np.ndarray
    ) -> tuple[list[int], list[np.ndarray], list[float]]:
        """Choose one design after the other, each under weights of its own."""
        if not len(short) or count < 1:
            return [], [], []
        means, deviations, chance = self._bounds(short)
        weights = self.rng.dirichlet(self.share, count)
        room = max(_FINALISTS, 4 * count)
        if len(short) > room:
            loss = (ideal - means - _OPTIMISM * deviations) / span
            keep = np.zeros(len(short), dtype=bool)
            for row in weights:
                order = np.argsort(_chebyshev(loss, row) - np.log(chance + 1e-6), kind="stable")
                keep[order[: max(8, 2 * room // count)]] = True
            short, means, chance = short[keep], means[keep], chance[keep]
        everything = np.concatenate([short, self.lead.busy])
        codes = self.lead.space.codes(everything)
        rests = [task.ensemble.covary(codes) for task in self.tasks.values()]
        for place in range(len(short), len(everything)):
            rests = [imagine(rest, place)[0] for rest in rests]
        open_ = np.ones(len(short), dtype=bool)
        chosen, used, chances = [], [], []
        for row in weights[: len(short)]:
            sd = [np.sqrt(np.maximum(np.diag(rest)[: len(short)], 0.0)) for rest in rests]
            loss = (ideal - means - _OPTIMISM * np.stack(sd, axis=1)) / span
            worth = -_chebyshev(loss, row)
            gain = (worth - worth.min() + 1e-9) * chance
            gain[~open_] = -1.0
            j = int(gain.argmax())
            open_[j] = False
            chosen.append(int(short[j]))
            used.append(row)
            chances.append(float(chance[j]))
            rests = [imagine(rest, j)[0] for rest in rests]
        return chosen, used, chances

    def _bounds(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give means and deviations (m, quantities) of designs, and the chance of keeping limits."""
        parts = [self._appraise(task, indices) for task in self.tasks.values()]
        chance = np.ones(len(indices))
        for name, task in self.tasks.items():
            aim = self.aims[name]
            if aim.low is not None or aim.high is not None:
                ends = [
                    -np.inf if aim.low is None else aim.low,
                    np.inf if aim.high is None else aim.high,
                ]
                low, high = sorted(task.sign * end for end in ends)
                codes, prior = task.space.codes(indices), task.prior_of(indices)
                chance *= task.ensemble.chance(codes, low, high, prior)
        means, deviations = (np.stack([part[k] for part in parts], axis=1) for k in (0, 1))
        return means, deviations, chance

    def _reason(self, weights: np.ndarray, chance: float) -> str:
        shares = ", ".join(
            f"{name} {share:.0%}" for name, share in zip(self.tasks, weights, strict=True)
        )
        limited = any(aim.low is not None or aim.high is not None for aim in self.aims.values())
        told = f"; keeps the limits with a chance of {chance:.0%}" if limited else ""
        return f"extends the front where the weights are {shares}{told}"

    def _pick(
        self, number: int, row: int, told: Mapping[str, Prediction], reason: str, new: bool
    ) -> Pick:
        quantities = {
            name: (float(t.means[row]), float(t.lows[row]), float(t.highs[row]))
            for name, t in told.items()
        }
        pick = self.lead.pick(number, None, reason, new=new)
        return replace(pick, quantities=quantities)

    def _report(self) -> ModelReport:
        reports = {name: task.report() for name, task in self.tasks.items()}
        members = tuple(
            replace(member, name=f"{name}: {member.name}")
            for name, report in reports.items()
            for member in report.members
        )
        first = next(iter(reports.values()))
        least = min(report.coverage for report in reports.values())
        return replace(first, members=members, coverage=least, noise=None)


def _chebyshev(loss: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give the augmented Chebyshev loss (m,) of `loss` (m, quantities) under weights."""
    weighted = loss * weights
    return weighted.max(axis=1) + _AUGMENTATION * weighted.sum(axis=1)

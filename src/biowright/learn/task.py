"""One quantity's part of a recommendation: the models, the scores of a whole space, the choice."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from biowright.core import InputError, NegativeResult

from .answers import Effect, MemberReport, ModelReport, Pick, Recommendation
from .columns import Column
from .factors import Factors
from .letters import bury_letters
from .measured import Measured, Summary, summarise
from .spaces import Space

if TYPE_CHECKING:
    from .ensemble import Ensemble, Prediction

__all__ = ["PerDesign", "Task", "make_pool"]

PerDesign = Mapping[Hashable, float] | Sequence[float] | np.ndarray

_OPTIMISM = 2.5  # standard deviations of the upper confidence bound
_SHORTLIST = 3000  # kept of the whole space by the processes' mean
_FINALISTS = 600  # kept of these for the joint choice, or four batches
_CHUNK = 1 << 16
_POOL = 20000  # designs drawn from a space of factors
_SAMPLE = 1000  # designs over which effects are averaged
_CHOSEN_SITES = 8  # more sites than this are not chosen ones: they lie anywhere in the protein


def make_pool(
    space: Factors,
    designs: Sequence[Hashable],
    pending: Sequence[Hashable],
    leaders: Sequence[Hashable],
    seed: int,
) -> Space:
    """Draw designs from a space of factors, many of them around the leaders; the known ones stay."""
    known = list(dict.fromkeys([*designs, *pending]))
    return space.pool(_POOL, seed=seed, around=leaders, known=known)


class Task:
    """One recommendation in the making, of one quantity."""

    ensemble: Ensemble

    def __init__(
        self,
        space: Space | Factors,
        measured: Measured,
        pending: Sequence[Hashable],
        prior: PerDesign | None,
        costs: PerDesign | None,
        seed: int,
        goal: str,
        aim: float | None,
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.sign = -1.0 if goal == "minimise" else 1.0
        self.aim = aim
        designs: Sequence[Hashable] = measured.designs
        self.names: Space | Factors = space
        if isinstance(space, Factors):
            designs = [space.check(design) for design in designs]
            pending = [space.check(design) for design in pending]
            around = self._leaders(designs, measured.values)
            space = make_pool(space, designs, pending, around, seed)
        self.space: Space = space
        places = {design: space.locate(design) for design in dict.fromkeys(designs)}
        wells = np.array([places[design] for design in designs], dtype=np.int64)
        values = [self.sign * float(value) for value in measured.values]
        signed = Measured(designs, values, measured.plates, measured.rounds)
        self.summary: Summary = summarise(wells, signed)
        self.busy = np.unique(np.array([space.locate(d) for d in pending], dtype=np.int64))
        self.gone = np.union1d(self.summary.indices, self.busy)
        self.prior = self._per_design(prior, "prior", standard=True)
        self.habits = None if prior is not None else _habits(space.columns)
        self.costs = self._per_design(costs, "costs", standard=False)
        self.notices = list(self.summary.notices)

    def begin(self, batch: int) -> Recommendation:
        """Choose a first batch, without any measurement."""
        from .batch import spread

        prior = None if self.prior is None and self.habits is None else self.prior_of
        chosen = spread(self.space, batch, self.rng, draw=self.draw, taken=self.gone, prior=prior)
        self.finish(len(chosen), batch)
        told = ""
        if self.prior is not None:
            told = ", half of them by the zero-shot scores"
        elif self.habits is not None:
            told = ", half of them by how readily letters are taken inside proteins"
        reason = f"no measurements yet: covers letters and levels evenly{told}"
        picks = tuple(self.pick(index, None, reason) for index in chosen)
        return Recommendation(picks, None, (), None, tuple(self.notices))

    def go_on(
        self,
        batch: int,
        remeasure: float,
        coverage: float,
        progress: Callable[[int, int], None] | None,
    ) -> Recommendation:
        """Choose a batch with what was measured."""
        from .effects import explain

        summary, space = self.summary, self.space
        codes = self.fit(coverage)
        again = self._repeat(int(remeasure * batch))
        short, allowed = self._shortlist(max(_SHORTLIST, 4 * batch), progress)
        chosen = self._choose(short, batch - len(again))
        self.finish(len(chosen) + len(again), batch)
        effects = self.effects(self.draw(_SAMPLE) if allowed > _SAMPLE else short[:_SAMPLE])
        best_row = int(self.worth(summary.means).argmax())
        best_value = float(self.sign * summary.means[best_row])
        indices = np.array([*again, *chosen], dtype=np.int64)
        foretold = self.foretell(indices)
        reasons = explain(
            space.columns,
            space.codes(indices),
            foretold,
            effects,
            measured=codes,
            names=[self.name(int(i)) for i in summary.indices],
            best=best_value,
            sign=self.sign if self.aim is None else 0.0,
        )
        reasons[: len(again)] = ["a noisy maximum, to be measured again"] * len(again)
        picks = tuple(
            self.pick(int(index), foretold, reasons[k], row=k, new=k >= len(again))
            for k, index in enumerate(indices)
        )
        leader = summary.indices[[best_row]]
        told = f"the best measured: {best_value:.4g}"
        best = self.pick(int(leader[0]), self.foretell(leader), told, new=False)
        return Recommendation(picks, self.report(), tuple(effects), best, tuple(self.notices))

    def fit(self, coverage: float) -> np.ndarray:
        """Fit the models; give the codes (n, columns) of the measured designs."""
        from .ensemble import Ensemble

        summary = self.summary
        if np.ptp(summary.means) == 0:
            self.notices.append("all measured values are equal: the batch spreads out")
        codes = self.space.codes(summary.indices)
        self.ensemble = Ensemble.fit(
            self.space.columns,
            codes,
            summary.means,
            summary.wells,
            values=summary.values,
            owners=summary.owners,
            rng=self.rng,
            coverage=coverage,
            prior=self.prior_of(summary.indices),
        )
        return codes

    def effects(self, sample: np.ndarray) -> list[Effect]:
        """Average the effects of levels over some designs and the measured ones."""
        from .effects import find_effects

        sample = np.union1d(sample, self.summary.indices)
        means = self.foretell(sample).means
        return find_effects(self.space.columns, self.space.codes(sample), means)

    def report(self) -> ModelReport:
        members = tuple(
            MemberReport(member.name, float(weight), member.skill)
            for member, weight in zip(self.ensemble.members, self.ensemble.weights, strict=True)
        )
        designs, wells = len(self.summary.means), len(self.summary.values)
        return ModelReport(members, self.ensemble.covered, self.summary.noise, designs, wells)

    def _shortlist(
        self, count: int, progress: Callable[[int, int], None] | None
    ) -> tuple[np.ndarray, int]:
        """Score every design that may be chosen; give the best `count`, and how many there were."""
        kept = np.zeros(0, dtype=np.int64)
        worth = np.zeros(0)
        allowed = 0
        aim = None if self.aim is None else self.sign * self.aim
        for indices, codes in self.walk(progress):
            allowed += len(indices)
            scores = self.ensemble.score(codes, self.prior_of(indices), aim)
            if self.costs is not None:
                scores = scores - np.log(self.costs[indices])
            kept, worth = np.append(kept, indices), np.append(worth, scores)
            if len(kept) > count:
                best = np.argpartition(-worth, count - 1)[:count]
                kept, worth = kept[best], worth[best]
        order = np.lexsort((kept, -worth))
        return kept[order], allowed

    def walk(
        self, progress: Callable[[int, int], None] | None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Walk the designs that may be chosen, in chunks: their numbers (m,) and codes."""
        size = self.space.size
        for start in range(0, size, _CHUNK):
            indices = np.arange(start, min(start + _CHUNK, size), dtype=np.int64)
            codes = self.space.codes(indices)
            fine = _outside(indices, self.gone)
            permitted = self.space.allow(codes)
            if permitted is not None:
                fine &= permitted
            if not fine.all():
                indices, codes = indices[fine], codes[fine]
            if len(indices):
                yield indices, codes
            if progress is not None:
                progress(int(min(start + _CHUNK, size)), size)

    def _choose(self, short: np.ndarray, count: int) -> list[int]:
        from .batch import choose

        if not len(short) or count < 1:
            return []
        aim = None if self.aim is None else self.sign * self.aim
        codes = self.space.codes(short)
        score, deviation = self.ensemble.appraise(codes, self.prior_of(short), aim)
        room = max(_FINALISTS, 4 * count)
        if len(short) > room:
            bound = score + _OPTIMISM * deviation
            keep = np.sort(np.argsort(-bound, kind="stable")[:room])
            short, codes, score = short[keep], codes[keep], score[keep]
        busy = np.zeros(len(short) + len(self.busy), dtype=bool)
        if len(self.busy):
            busy[len(short) :] = True
            codes = np.concatenate([codes, self.space.codes(self.busy)])
            score = np.append(score, np.full(len(self.busy), score.min()))
            short = np.append(short, self.busy)
        picked = choose(
            score,
            self.ensemble.covary(codes),
            count,
            optimism=_OPTIMISM,
            busy=busy,
            cost=None if self.costs is None else self.costs[short],
        )
        return [int(short[j]) for j in picked]

    def _repeat(self, count: int) -> list[int]:
        """Choose the measured designs whose value, if right, matters, and is least certain."""
        if not count:
            return []
        summary = self.summary
        if summary.noise is None:
            self.notices.append("no replicates: the noise of maxima is not known, only foretold")
        worth = self.worth(summary.means)
        top = np.argsort(-worth, kind="stable")[: max(count, len(worth) // 10)]
        order = top[np.lexsort((-worth[top], summary.wells[top]))]
        return [int(i) for i in summary.indices[order[:count]]]

    def worth(self, values: np.ndarray) -> np.ndarray:
        return values if self.aim is None else -np.abs(values - self.sign * self.aim)

    def _leaders(self, designs: Sequence[Hashable], values: Sequence[float]) -> list[Hashable]:
        worth = self.worth(self.sign * np.asarray(values, float))
        return [designs[i] for i in heapq.nlargest(12, range(len(designs)), key=worth.__getitem__)]

    def draw(self, count: int) -> np.ndarray:
        """Draw numbers of designs that may be made."""
        size = self.space.size
        for _ in range(100):
            if size <= count:
                indices = np.arange(size, dtype=np.int64)
            else:
                indices = np.unique(self.rng.integers(size, size=count))
            permitted = self.space.allow(self.space.codes(indices))
            indices = indices if permitted is None else indices[permitted]
            indices = indices[_outside(indices, self.gone)]
            if len(indices) or size <= count:
                return self.rng.permutation(indices)
        return indices

    def prior_of(self, indices: np.ndarray) -> np.ndarray | None:
        """Give the zero-shot scores of designs by number: those given, else those of their letters."""
        if self.prior is not None:
            return self.prior[indices]
        if self.habits is None:
            return None
        codes = self.space.codes(indices)
        return sum(table[codes[:, c]] for c, table in enumerate(self.habits))

    def foretell(self, indices: np.ndarray) -> Prediction:
        """Foretell designs by number; the models maximise, so what is minimised is turned back."""
        told = self.ensemble.predict(self.space.codes(indices), self.prior_of(indices))
        if self.sign > 0:
            return told
        return type(told)(-told.means, -told.highs, -told.lows)

    def _per_design(
        self, given: PerDesign | None, name: str, *, standard: bool
    ) -> np.ndarray | None:
        if given is None:
            return None
        size = self.space.size
        if isinstance(given, Mapping):
            values = np.full(size, np.nan)
            for design, value in given.items():
                values[self.space.locate(design)] = value
        else:
            values = np.asarray(given, dtype=float)
        if values.shape != (size,) or not np.isfinite(values).all():
            raise InputError(f"the {name} do not hold one finite number for each of {size} designs")
        if standard:
            return (values - values.mean()) / (values.std() or 1.0)
        if values.min() <= 0:
            raise InputError("a cost is not above 0")
        return values

    def finish(self, found: int, batch: int) -> None:
        if not found:
            raise NegativeResult(
                "every candidate has been measured or is being made",
                hint="add candidates, or ask for repeats",
            )
        if found < batch:
            self.notices.append(f"only {found} of {batch} designs: the space has no more")

    def name(self, index: int) -> str:
        return self.names.identify(self.space.design(index))

    def pick(
        self,
        index: int,
        foretold: Prediction | None,
        reason: str,
        *,
        row: int = 0,
        new: bool = True,
    ) -> Pick:
        design, name = self.space.design(index), self.name(index)
        if foretold is None:
            return Pick(design, name, None, None, None, reason, new)
        mean, low, high = (float(x[row]) for x in (foretold.means, foretold.lows, foretold.highs))
        return Pick(design, name, mean, low, high, reason, new)


def _habits(columns: Sequence[Column]) -> list[np.ndarray] | None:
    """Give a score to each letter of a few sites of a protein; None for any other space.

    The sum over the sites is standardised over their combinations. It leads half of a first batch;
    later the data say how far, and which way, it is believed.
    """
    if len(columns) > _CHOSEN_SITES or any(column.kind != "protein" for column in columns):
        return None
    tables = [bury_letters("".join(map(str, column.levels))) for column in columns]
    return [table / np.sqrt(len(tables)) for table in tables]


def _outside(indices: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """Say which of the sorted or unsorted `indices` are not in the sorted `gone`."""
    if not len(gone):
        return np.ones(len(indices), dtype=bool)
    place = np.minimum(np.searchsorted(gone, indices), len(gone) - 1)
    return gone[place] != indices

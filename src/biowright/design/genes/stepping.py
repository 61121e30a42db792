"""The choice of a trellis under windows of GC: prices, and searches from both ends in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .kernels import potentials
from .searching import search_spans
from .steps import open_spans, shorten
from .windows import price_spans, spread_prices

__all__ = ["Spans", "Steps", "search", "shortened"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ROUNDS = (100, 400)
"""How many rounds prices are improved before the first searches."""
PROVEN = 1e-6
LONG = 64
"""Steps from which the span of a window that stands alone is held by a counter."""


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Windows of GC as spans of steps.

    Parameters
    ----------
    start, end : ndarray of int64
        The first step, and the one behind the last; sorted by `start`.
    low, high : ndarray of int64
        The least and the most rich steps.
    slot : ndarray of int64
        The number of the counter that holds a span, or -1.
    """

    start: Ints
    end: Ints
    low: Ints
    high: Ints
    slot: Ints

    @property
    def bounds(self) -> tuple[Ints, Ints, Ints, Ints]:
        """What the kernels take."""
        return self.start, self.end, self.low, self.high

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """A trellis that is shortened to its steps; see `steps`.

    Parameters
    ----------
    step : ndarray of int64, shape (t,)
        The letter of each.
    origin : ndarray of int64
        By edge, the edge of the letters that it begins with.
    base : float
        The worth of what is forced before the first step.
    varied : ndarray of int64, shape (t + 1,)
        How many of the steps before each may be rich or not.
    spans : Spans
    """

    layer: Ints
    first_edge: Ints
    edge_to: npt.NDArray[np.int32]
    edge_rich: npt.NDArray[np.bool_]
    edge_worth: Floats
    step: Ints
    origin: Ints
    base: float
    varied: Ints
    spans: Spans

    @property
    def edges(self) -> tuple[npt.NDArray, ...]:
        """What the kernels take."""
        return self.layer, self.first_edge, self.edge_to, self.edge_rich, self.edge_worth

    def __len__(self) -> int:
        return len(self.step)

    def priced(self, rounds: int) -> Floats:
        """Give what each step earns if it is rich, at prices that were improved so often."""
        prices, bonus = np.zeros((2, len(self.spans))), np.empty(len(self))
        price_spans(*self.edges, self.spans.bounds, prices, -np.inf, rounds)
        spread_prices(prices, self.spans.bounds, bonus)
        return bonus

    def mirrored(self) -> tuple[Steps, Ints, Ints]:
        """Give the same read from its end, and the old number of each of its edges and spans."""
        count, steps = len(self.first_edge) - 1, len(self)
        source = np.repeat(np.arange(count), np.diff(self.first_edge))
        edges = np.argsort(count - 1 - self.edge_to, kind="stable")
        first = np.searchsorted((count - 1 - self.edge_to)[edges], np.arange(count + 1))
        spans = np.argsort(steps - self.spans.end, kind="stable")
        turned = Spans(
            steps - self.spans.end[spans],
            steps - self.spans.start[spans],
            self.spans.low[spans],
            self.spans.high[spans],
            self.spans.slot[spans],
        )
        mirror = Steps(
            count - self.layer[::-1],
            first,
            (count - 1 - source[edges]).astype(np.int32),
            self.edge_rich[edges],
            self.edge_worth[edges],
            self.step,
            self.origin,
            self.base,
            self.varied[-1] - self.varied[::-1],
            turned,
        )
        return mirror, edges, spans


def shortened(
    edges: tuple[npt.NDArray, ...], to_go: Floats, rules: npt.NDArray[np.int64], *, clipped: bool
) -> Steps | None:
    """Shorten a trellis to its steps.

    Parameters
    ----------
    edges
        Of the letters.
    to_go : ndarray of float64
        What each node may still earn; -inf where none.
    rules : ndarray of int64, shape (5, m)
        Windows: width, least, most, and the region of their letters.
    clipped : bool
        Ask no more of a window than its letters can hold; else None is given where one cannot be kept.
    """
    step, varied, strong, base, *trellis, origin = shorten(*edges, to_go)
    length = len(varied)
    before = np.concatenate([[0], np.cumsum(np.bincount(step, minlength=length)[:length])])
    fixed = np.concatenate([[0], np.cumsum(strong)])
    choices = np.concatenate([[0], np.cumsum(varied)])
    parts: list[npt.NDArray[np.int64]] = []
    for width, low, high, first, last in rules.T:
        starts = np.arange(first, last - width + 1)
        ends = starts + width
        room = choices[ends] - choices[starts]
        least = low - fixed[ends] + fixed[starts]
        most = high - fixed[ends] + fixed[starts]
        if not clipped and ((least > room) | (most < 0)).any():
            return None
        asked = (least > 0) | (most < room)
        row = [before[starts], before[ends], np.clip(least, 0, room), np.clip(most, 0, room)]
        row.append(np.full(len(starts), len(starts) == 1))
        parts.append(np.array(row)[:, asked])
    start, end, low, high, alone = np.concatenate(parts, axis=1)
    order = np.lexsort((alone, end, start))
    start, end, low, high, alone = (x[order] for x in (start, end, low, high, alone))
    new = np.flatnonzero(np.diff(start, prepend=-1) | np.diff(end, prepend=-1))
    if len(new):
        low, high = np.maximum.reduceat(low, new), np.minimum.reduceat(high, new)
    start, end, alone = start[new], end[new], alone[new]
    if not clipped and (low > high).any():
        return None
    high = np.maximum(low, high)
    counted = np.concatenate([[0], np.cumsum(varied[step])]).astype(np.int64)
    spans = Spans(start, end, low, high, _slots(start, end, alone.astype(bool)))
    return Steps(*trellis, step, origin, base, counted, spans)


def _slots(start: Ints, end: Ints, alone: npt.NDArray[np.bool_]) -> Ints:
    """Give each long span that stands alone a counter that is free as long as it is open."""
    slot = np.full(len(start), -1, np.int64)
    free_from: list[int] = []
    for i in np.flatnonzero(alone & (end - start > LONG)).tolist():
        free = [number for number, until in enumerate(free_from) if until <= start[i]]
        number = free[0] if free else len(free_from)
        free_from += [] if free else [0]
        free_from[number] = int(end[i])
        slot[i] = number
    return slot


class _Side:
    """One direction of reading; the edges and spans know their number in the other."""

    def __init__(self, steps: Steps, edges: Ints | None = None, spans: Ints | None = None) -> None:
        self.steps = steps
        self.edges, self.spans = edges, spans
        self.layers = np.repeat(np.arange(len(steps) + 1), np.diff(steps.layer))
        self.prices = np.zeros((2, len(steps.spans)))
        self.rest = np.empty(len(self.layers))

    def price(self, prices: Floats) -> None:
        """Take prices over, and bound what is to come by them, without the spans that are open."""
        steps = self.steps
        self.prices = prices if self.spans is None else np.ascontiguousarray(prices[:, self.spans])
        bonus, to_go = np.empty(len(steps)), np.empty(len(self.rest))
        spread_prices(self.prices, steps.spans.bounds, bonus)
        potentials(*steps.edges, bonus, to_go)
        held = self.prices[1] * steps.spans.high - self.prices[0] * steps.spans.low
        begun = np.bincount(steps.spans.start, held, len(steps) + 1)
        self.rest = to_go + begun[::-1].cumsum()[::-1][self.layers]

    def walk(self, known: float, limit: int, *, join: bool) -> tuple[float, Ints, float, Floats]:
        """Search; see `search_spans`. The path is that of the edges of the forward side.

        The last that is given bounds, by node of the other side, what is to come there.
        """
        steps, spans, prices = self.steps, self.steps.spans, self.prices
        priced = np.flatnonzero((prices != 0).any(axis=0) | (spans.slot >= 0))
        first, covering = open_spans(spans.start[priced], spans.end[priced], len(steps))
        done = np.empty(len(self.rest))
        worth, path, bound = search_spans(
            *steps.edges,
            self.rest,
            steps.varied,
            spans.bounds,
            spans.slot,
            (first, covering, priced),
            prices,
            known,
            limit,
            join,
            done,
        )
        if self.edges is not None:
            path = self.edges[path[::-1]]
        held = prices[1] * spans.high - prices[0] * spans.low
        change = np.bincount(spans.start + 1, held, len(steps) + 2)
        change -= np.bincount(spans.end, held, len(steps) + 2)
        done -= change.cumsum()[self.layers]
        return worth, path, bound, done[::-1].copy()


def search(steps: Steps, limits: Sequence[int], budget: int) -> tuple[float, Ints, float]:
    """Find the best way through the steps that keeps all spans, and prove it.

    Each search bounds what lies before each node, which is what a search from the other end needs to
    know; so they go on from both ends in turn, wider each time. Those that drop what they cannot hold
    find better ways, those that join it better bounds.

    Parameters
    ----------
    steps : Steps
    limits : sequence of int
        How many beginnings the searches hold, one after the other.
    budget : int
        Beginnings that all searches together may hold; the next one is not begun where it would hold
        more.

    Returns
    -------
    worth, path, bound
        The best worth found (-inf if none), its edges, and what no way is worth more than.
    """
    sides = (_Side(steps), _Side(*steps.mirrored()))
    prices = np.zeros((2, len(steps.spans)))
    best, bound, found = -np.inf, np.inf, np.zeros(0, np.int64)

    def walk(here: int, limit: int, join: bool) -> None:
        nonlocal best, bound, found
        worth, path, left, rest = sides[here].walk(best, limit, join=join)
        if worth > best:
            best, found = worth, path
        bound = min(bound, max(best, left))
        if join:
            sides[1 - here].rest = rest

    spans = steps.spans.end - steps.spans.start
    longest = int(spans[steps.spans.slot < 0].max(initial=1))
    spent = 0
    for turn, limit in enumerate(limits):
        if turn < len(ROUNDS):
            priced = price_spans(*steps.edges, steps.spans.bounds, prices, best, ROUNDS[turn])
            bound = min(bound, priced)
            for side in sides:
                side.price(prices)
        for here in (0, 1) if turn else (0,):
            asked = (
                2 * limit * len(steps) * (1 + longest // LONG)
            )  # a beginning holds its open spans
            if bound <= best + PROVEN or (spent and spent + asked > budget):
                return best, found, bound
            walk(here, limit, True)
            if bound > best + PROVEN:
                walk(1 - here, limit, False)
            spent += asked
    return best, found, bound

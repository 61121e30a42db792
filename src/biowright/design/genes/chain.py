"""A stretch of a layout as a chain of letters, and its proven best choice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .kernels import BREACH, best_path, build_trellis, potentials
from .layout import CODE_OF_MASK, Layout
from .windows import (
    letter_range,
    price_windows,
    search_windows,
    spread_prices,
    window_breaches,
)

__all__ = ["STEPS", "Answer", "Chain", "Trellis", "make_chain", "solve"]

STEPS = ((100, 30), (400, 100), (400, 30_000), (400, 3_000))
"""How many rounds the prices of windows are improved, and how many beginnings are then held.

The last search is narrower: where the wide one ends at its budget, its bound is better.
"""
BUDGET = 4_000_000
"""Beginnings that a search may make before it goes on narrowly."""


@dataclass(slots=True, eq=False)
class Chain:
    """The letters of a stretch with their fixed surroundings.

    Parameters
    ----------
    index : ndarray of int64, shape (n,)
        The place of each letter in the record.
    core : (start, end)
        What of it may change, counted in the chain.
    rules : ndarray of int64, shape (5, m)
        Windows of GC: width, least, most, and the region of their letters, counted in the chain.
    rule : ndarray of int64, shape (m,)
        The number of the constraint of each.
    """

    layout: Layout
    index: npt.NDArray[np.int64]
    core: tuple[int, int]
    symbols: npt.NDArray[np.uint8]
    allowed: npt.NDArray[np.uint8]
    rules: npt.NDArray[np.int64]
    rule: npt.NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Trellis:
    """The nodes and edges of a chain; see `kernels`."""

    layer: npt.NDArray[np.int64]
    state: npt.NDArray[np.int32]
    context: npt.NDArray[np.int32]
    first_edge: npt.NDArray[np.int64]
    edge_to: npt.NDArray[np.int32]
    edge_letter: npt.NDArray[np.int8]
    edge_worth: npt.NDArray[np.float64]

    @property
    def edges(self) -> tuple[npt.NDArray, ...]:
        """What the kernels take."""
        return self.layer, self.first_edge, self.edge_to, self.edge_letter, self.edge_worth


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The best choice for a chain, as far as it is known.

    Parameters
    ----------
    letters : ndarray of int8, or None
        0 to 3 for A, C, G, T; None where none was found.
    worth : float
        With `BREACH` for every forbidden pattern that is left.
    bound : float
        No choice is worth more.
    breaches : int
        Windows of GC outside of their bounds.
    """

    letters: npt.NDArray[np.int8] | None
    worth: float
    bound: float
    breaches: int = 0

    @property
    def proven(self) -> bool:
        """Whether nothing better exists."""
        return self.bound <= self.worth + 1e-6

    @property
    def infeasible(self) -> bool:
        """Whether it is proven that no choice keeps all rules."""
        return self.bound < -BREACH / 2 or self.bound == -np.inf


def make_chain(
    layout: Layout,
    symbols: npt.NDArray[np.uint8],
    start: int,
    end: int,
    *,
    windows: bool = True,
    around: bool = True,
) -> Chain:
    """Cut a stretch out of a layout, with the letters of `symbols` around it.

    The surroundings are long enough for every pattern and window that touches the stretch; with
    `around` False there are none, and what reaches out of the stretch is not looked at.
    """
    length = len(layout)
    pad = 0
    if around:
        pad = max(layout.automaton.longest - 1, layout.reach, 5)
        if windows and len(layout.windows):
            narrow = layout.windows.width[layout.windows.width <= 1024]
            pad = max(pad, int(narrow.max()) - 1 if len(narrow) else 0)
    if layout.circular:
        pad = min(pad, max(0, (length * 2 - (end - start)) // 2))
        index = np.arange(start - pad, end + pad) % length
        offset = start - pad
    else:
        start, end = max(0, start), min(length, end)
        offset = max(0, start - pad)
        index = np.arange(offset, min(length, end + pad))
    core = (start - offset, end - offset)
    allowed = np.zeros(len(index), np.uint8)
    allowed[core[0] : core[1]] = layout.allowed[index[core[0] : core[1]]]
    rules, numbers = [], []
    turns = (0, length, -length) if layout.circular else (0,)
    for width, low, high, first, last, number in zip(
        layout.windows.width,
        layout.windows.low,
        layout.windows.high,
        layout.windows.start,
        layout.windows.end,
        layout.windows.rule,
        strict=True,
    ):
        if not windows:
            break
        whole = layout.circular and first == 0 and last == length and width < length
        for turn in (0,) if whole else turns:
            a = 0 if whole else max(0, first + turn - offset)
            b = len(index) if whole else min(len(index), last + turn - offset)
            a, b = max(a, core[0] - width + 1), min(b, core[1] + width - 1)
            if b - a >= width:
                rules.append((width, low, high, a, b))
                numbers.append(number)
    return Chain(
        layout,
        index,
        core,
        symbols[index],
        allowed,
        np.array(rules, np.int64).reshape(-1, 5).T.copy(),
        np.array(numbers, np.int64),
    )


def build(chain: Chain) -> Trellis:
    """Build the trellis of a chain.

    Codons that begin before the chain, or whose letters are all fixed, are not looked at.
    """
    layout, index = chain.layout, chain.index
    slots = layout.slots[index]
    pairs = layout.pairs[index]
    outside = np.ones(len(index), np.bool_)
    outside[chain.core[0] : chain.core[1]] = False
    pairs[: min(5, len(pairs))] = -1
    slots[: min(2, len(slots))] = -1
    fixed = np.convolve(chain.allowed == 0, np.ones(3, np.int64), "full")[: len(index)] == 3
    if chain.core != (0, len(index)):
        slots[fixed & outside] = -1
    parts = build_trellis(
        chain.allowed,
        chain.symbols,
        layout.automaton.next,
        layout.active[index],
        layout.forbidden,
        slots,
        layout.tables,
        pairs,
        layout.letter_worth[index],
        np.zeros(2, np.int64),
        layout.context,
    )
    return Trellis(*parts)


def solve(
    chain: Chain, *, steps: tuple[tuple[int, int], ...] = STEPS, budget: int = BUDGET
) -> Answer:
    """Find the best choice of a chain, and prove it.

    The best path of the trellis is the optimum where it keeps the windows of GC. Where not, prices
    on windows give a bound (a Lagrangian relaxation), and a search through what the bound leaves
    open finds the optimum. Both go on in turn, each with what the other has found; the search is
    wider each time and stops at `budget`, which leaves a gap between worth and bound.
    """
    trellis = build(chain)
    length = len(chain.index)
    to_go = np.empty(len(trellis.state), np.float64)
    bonus = np.zeros(length)
    letters = np.zeros(length, np.int8)
    potentials(*trellis.edges, bonus, to_go)
    worth = best_path(*trellis.edges, bonus, to_go, letters)
    if worth == -np.inf:
        return Answer(None, -np.inf, -np.inf)
    rules = tuple(chain.rules)
    wrong = int(window_breaches(letters, *rules)) if len(chain.rule) else 0
    if not wrong:
        return Answer(letters, worth, worth)
    gc = letter_range(trellis.layer, trellis.first_edge, trellis.edge_letter)
    width, _, _, start, end = rules
    for wide, least, most, first, last in zip(*rules, strict=True):
        starts = np.arange(first, last - wide + 1)
        rich, poor = gc[1][starts + wide] - gc[1][starts], gc[0][starts + wide] - gc[0][starts]
        if ((rich < least) | (poor > most)).any():
            return Answer(letters, worth, -np.inf, wrong)
    sizes = end - start - width + 1
    offset = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    prices = np.zeros((2, int(sizes.sum())))
    limits = np.repeat(np.array(rules[1:3], np.float64), sizes, axis=1)
    bound, best, found = worth, -np.inf, None
    for rounds, limit in steps:
        priced = price_windows(*trellis.edges, rules, offset, limits, prices, best, rounds)
        bound = min(bound, priced)
        if bound <= best + 1e-6:
            break
        spread_prices(prices, rules, offset, limits, bonus)
        potentials(*trellis.edges, bonus, to_go)
        new, path, cut, _ = search_windows(
            *trellis.edges, to_go, gc, rules, offset, prices, best, limit, budget
        )
        if new > best:
            best, found = new, path
        bound = min(bound, max(best, cut))
        if bound <= best + 1e-6:
            break
    if found is None:
        return Answer(letters, worth, bound, wrong)
    return Answer(found, best, bound)


def codes(symbols: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """Give 0 to 3 for the letters of symbols, -1 for ambiguous ones."""
    return CODE_OF_MASK[symbols].astype(np.int8)

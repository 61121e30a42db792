"""A stretch of a layout as a chain of letters, and its proven best choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .kernels import BREACH, best_path, build_trellis, potentials
from .layout import CODE_OF_MASK, Layout
from .stepping import search, shortened
from .steps import spell
from .windows import window_breaches

__all__ = ["LIMITS", "Answer", "Chain", "Trellis", "build", "codes", "make_chain", "solve"]

LIMITS = (30, 100, 300, 1_000, 3_000)
"""How many beginnings the searches hold, one after the other."""
BUDGET = 5_000_000
"""Beginnings that the searches of a chain may hold together before they end with a gap."""


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
    edge_rich: npt.NDArray[np.bool_]

    @property
    def edges(self) -> tuple[npt.NDArray, ...]:
        """What the kernels take."""
        return self.layer, self.first_edge, self.edge_to, self.edge_rich, self.edge_worth


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
    letters = parts[5]
    return Trellis(*parts, (letters == 1) | (letters == 2))


def solve(chain: Chain, *, limits: Sequence[int] = LIMITS, budget: int = BUDGET) -> Answer:
    """Find the best choice of a chain, and prove it.

    The best path of the trellis is the optimum where it keeps the windows of GC. Where not, prices
    on windows give a bound (a Lagrangian relaxation), and searches through what the bound leaves
    open find the optimum; see `search`. They end at `budget`, which leaves a gap between worth and
    bound.
    """
    trellis = build(chain)
    length = len(chain.index)
    to_go = np.empty(len(trellis.state), np.float64)
    path = np.zeros(length, np.int64)
    potentials(*trellis.edges, np.zeros(length), to_go)
    worth = best_path(*trellis.edges, np.zeros(length), to_go, path)
    if worth == -np.inf:
        return Answer(None, -np.inf, -np.inf)
    letters = trellis.edge_letter[path]
    wrong = int(window_breaches(letters, *chain.rules)) if len(chain.rule) else 0
    if not wrong:
        return Answer(letters, worth, worth)
    steps = shortened(trellis.edges, to_go, chain.rules, clipped=False)
    if steps is None:
        return Answer(letters, worth, -np.inf, wrong)
    best, chosen, bound = search(steps, limits, budget)
    if best == -np.inf:
        return Answer(letters, worth, bound + steps.base, wrong)
    edges = spell(*trellis.edges[:3], to_go, steps.step, steps.origin, chosen)
    return Answer(trellis.edge_letter[edges], best + steps.base, bound + steps.base)


def codes(symbols: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    """Give 0 to 3 for the letters of symbols, -1 for ambiguous ones."""
    return CODE_OF_MASK[symbols].astype(np.int8)

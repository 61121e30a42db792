"""The best choice of a whole layout: exact where it can be, else walked, mended and bounded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from biowright.core import Record

from .breaches import Breach, find_breaches
from .chain import LIMITS, Answer, codes, make_chain, solve
from .changes import changed_record
from .compiling import with_patterns
from .kernels import BREACH
from .layout import LETTERS, Layout
from .repairing import OPENINGS, Repair, repaired
from .rules import NoHairpins, Rule, UniqueKmers
from .rules_signals import NoNewSignal
from .scale import Walker, mend_places, polish_places, walk

__all__ = ["best_of", "chosen_symbols", "put_letters", "spelled_letters", "worth_of"]

LONGEST = 60_000
"""Letters up to which a record is solved in one piece, whatever its windows need."""
HUGE = 1_000_000
"""Letters up to which that is tried first: it does for what is no window, which costs a second."""


BOUNDING = (30,)
"""As `LIMITS`, where only the bound is wanted."""


def best_of(layout: Layout, rules: Sequence[Rule], causes: list[Breach]) -> Answer:
    """Solve a layout; `causes` takes up the signals that were in the way."""
    length = len(layout)
    unique = [rule for rule in rules if isinstance(rule, UniqueKmers)]
    local = any(isinstance(rule, NoHairpins | NoNewSignal) for rule in rules)
    if not unique and length <= LONGEST:
        answer = _exact(layout)
        if not local:
            return answer
        answer, found = repaired(
            layout, rules, answer, _exact, lambda symbols: _spelled(layout, symbols)
        )
        causes += found
        return answer
    if not unique and not local and length <= HUGE:
        answer = _exact(layout, ())
        if answer.infeasible or not answer.breaches:
            return answer
    walker = walk(layout, unique[0] if unique else None)
    _mend(walker, rules)
    if local:
        repair = Repair(layout, rules)
        for _ in range(OPENINGS):
            words = repair.more(_spelled(layout, walker.symbols))
            if not words:
                break
            walker.layout = with_patterns(layout, repair.forbidden)
            mend_places(walker, [(w.region.start, w.region.end) for w in words if w.region])
        causes += repair.causes
    bound = _exact(layout, BOUNDING).bound if length <= LONGEST else -np.inf
    if bound < -BREACH / 2:  # too long, or no sequence keeps all: then codon by codon
        bound = upper_bound(layout)
    return Answer(codes(walker.symbols), worth_of(layout, walker.symbols), bound)


def _mend(walker: Walker, rules: Sequence[Rule]) -> None:
    """Mend what is left with a wide beam, then codon by codon, as long as that helps."""
    layout = walker.layout
    for way in (mend_places, mend_places, polish_places, mend_places, polish_places, polish_places):
        places = [
            (breach.start, breach.end)
            for breach in find_breaches(_spelled(layout, walker.symbols), rules)
            if (layout.allowed[breach.start : breach.end] > 0).any()
        ]
        if not places:
            break
        way(walker, places)


def _spelled(layout: Layout, symbols: npt.NDArray[np.uint8]) -> Record:
    letters = spelled_letters(layout, Answer(codes(symbols), 0.0, 0.0))
    return changed_record(layout.record, letters, "design: optimise")


def _exact(layout: Layout, limits: Sequence[int] = LIMITS) -> Answer:
    length = len(layout)
    if not layout.circular:
        return solve(make_chain(layout, layout.symbols, 0, length), limits=limits)
    free = solve(make_chain(layout, layout.symbols, 0, length, around=False), limits=limits)
    if free.letters is None:
        return free
    symbols = layout.symbols.copy()
    put_letters(symbols, layout, np.arange(length), free.letters)
    # the ends meet: what lies around the origin is solved once more, between what is fixed now
    reach = 2 * max(layout.automaton.longest, 60)
    if len(layout.windows):
        reach += 2 * int(layout.windows.width[layout.windows.width <= 1024].max(initial=0))
    start, end = (length - reach, length + reach) if 2 * reach < length else (0, length)
    breaches = 0
    for _ in range(2):
        chain = make_chain(layout, symbols, start, end)
        joint = solve(chain, limits=limits)
        if joint.letters is None:
            return joint
        core = slice(*chain.core)
        put_letters(symbols, layout, chain.index[core], joint.letters[core])
        breaches = joint.breaches
    letters = codes(symbols)
    return Answer(letters, worth_of(layout, symbols), free.bound, breaches)


def put_letters(
    symbols: npt.NDArray[np.uint8],
    layout: Layout,
    places: npt.NDArray[np.int64],
    letters: npt.NDArray[np.int8],
) -> None:
    """Write letters into the symbols of a layout, where they may change."""
    free = layout.allowed[places] > 0
    symbols[places[free]] = 1 << letters[free].astype(np.uint8)


def worth_of(layout: Layout, symbols: npt.NDArray[np.uint8]) -> float:
    """Add up what a sequence is worth, plainly; forbidden patterns cost nothing here."""
    letters = codes(symbols).astype(np.int64)
    known = letters >= 0
    filled = np.where(known, letters, 0)
    worth = float(layout.letter_worth[np.flatnonzero(known), filled[known]].sum(dtype=np.float64))
    before = np.concatenate([[0, 0], filled[:-2]]) if len(filled) > 2 else np.zeros_like(filled)
    middle = np.concatenate([[0], filled[:-1]])
    triplets = 16 * before + 4 * middle + filled
    for column in range(layout.slots.shape[1]):
        rows = layout.slots[:, column]
        at = np.flatnonzero(rows >= 0)
        worth += float(layout.tables[rows[at], triplets[at]].sum())
    at = np.flatnonzero(layout.pairs >= 0)
    worth += float(layout.tables[layout.pairs[at] + triplets[at - 3], triplets[at]].sum())
    return worth


def upper_bound(layout: Layout) -> float:
    """Add up the best that each codon and letter could be worth by itself."""
    best = np.where(np.isfinite(layout.tables), layout.tables, -np.inf).max(axis=1)
    bound = float(layout.letter_worth.max(axis=1).sum(dtype=np.float64))
    for column in range(layout.slots.shape[1]):
        rows = layout.slots[:, column]
        bound += float(best[rows[rows >= 0]].sum())
    at = np.flatnonzero(layout.pairs >= 0)
    if len(at):
        blocks = {
            int(base): layout.tables[base : base + 64].max() for base in set(layout.pairs[at])
        }
        bound += sum(float(blocks[int(base)]) for base in layout.pairs[at])
    return bound


def chosen_symbols(layout: Layout, answer: Answer) -> npt.NDArray[np.uint8] | None:
    """Give the symbols of a layout with an answer's letters in them; None where there is none."""
    if answer.letters is None:
        return None
    return np.where(
        layout.allowed > 0, 1 << np.maximum(answer.letters, 0).astype(np.uint8), layout.symbols
    ).astype(np.uint8)


def spelled_letters(layout: Layout, answer: Answer) -> bytes:
    """Spell the answer; letters that stay keep their case, and a changed one takes it over."""
    old = np.frombuffer(layout.record.sequence.data, np.uint8)
    if answer.letters is None:
        return old.tobytes()
    spelled = np.frombuffer(LETTERS.encode(), np.uint8)[np.maximum(answer.letters, 0)]
    chosen = (layout.allowed > 0) & (1 << answer.letters.astype(np.int64) != layout.symbols)
    return np.where(chosen, spelled | (old & 32), old).astype(np.uint8).tobytes()

"""Why no sequence keeps all constraints: a smallest set that excludes each other, and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from biowright.core import NegativeResult, Record

from .breaches import Breach, find_breaches
from .chain import Answer, make_chain, solve
from .kernels import BREACH
from .layout import Layout, Windows
from .rules import Avoid, Choice, GCContent
from .rules_signals import NoNewSignal

__all__ = ["Conflict", "Infeasible", "find_conflict"]

PROTEIN, KEPT = -1, -2
_QUICK = (100, 1_000)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Constraints that cannot hold together.

    Parameters
    ----------
    start, end : int
        The shortest stretch of the record in which they exclude each other.
    constraints : tuple of str
        Without any one of them, the others could hold there.
    proven : bool
        Whether it is proven, or a search has found nothing.
    """

    start: int
    end: int
    constraints: tuple[str, ...]
    proven: bool = True


class Infeasible(NegativeResult):
    """No sequence keeps all constraints; `conflict` says which ones exclude each other, and where.

    Parameters
    ----------
    what : str
    conflict : Conflict, optional
    breaches : tuple of Breach
        What the best sequence that was found breaks.
    **where
        As in `BiowrightError`.
    """

    def __init__(
        self,
        what: str,
        *,
        conflict: Conflict | None = None,
        breaches: tuple[Breach, ...] = (),
        **where: object,
    ) -> None:
        super().__init__(what, **where)  # type: ignore[arg-type]
        self.conflict = conflict
        self.breaches = breaches


def find_conflict(
    layout: Layout, record: Record, cut: int, letters: bytes, left: Sequence[Breach] = ()
) -> Infeasible:
    """Give the error that explains why no sequence keeps the constraints of a layout.

    Parameters
    ----------
    layout : Layout
    record : Record
        As it was given; `cut` is where the layout begins in it.
    letters : bytes
        The best sequence that was found.
    left : sequence of Breach
        What it breaks.
    """
    length = len(layout)
    spelled = layout.record.sequence.trusted(letters, record.molecule, layout.record.topology)
    broken = list(left) or find_breaches(layout.record.changed(sequence=spelled), layout.rules)
    items = [n for n, r in enumerate(layout.rules) if isinstance(r, Avoid | Choice | GCContent)]
    covered = np.zeros(length, np.bool_)
    for gene in layout.genes:
        covered[gene.codons.positions.ravel()] = True
    if covered.any():
        items.append(PROTEIN)
    if ((layout.allowed == 0) & ~covered).any():
        items.append(KEPT)

    def excluded(chosen: Sequence[int], start: int, end: int) -> bool:
        return _answer(layout, covered, chosen, start, end).infeasible

    every = tuple(items)
    # signals are no part of the automaton: no stretch by itself can tell why one is left
    modelled = {str(rule) for rule in layout.rules if isinstance(rule, NoNewSignal)}
    told = [breach for breach in broken if breach.rule not in modelled]
    for breach in told or ([] if broken else [Breach(0, length, "", "")]):
        found = _segment(lambda a, b: excluded(every, a, b), breach, length, layout.circular)
        if found is None:
            continue
        start, end = found
        for item in list(items):
            rest = [other for other in items if other != item]
            if excluded(rest, start, end):
                items = rest
        names = tuple(_name(layout, item, start, end) for item in items)
        place = (start + cut) % length
        conflict = Conflict(place, place + end - start, names)
        return Infeasible(
            f"no sequence keeps all constraints: in {place}..{place + end - start} these exclude "
            f"each other: {'; '.join(names)}",
            conflict=conflict,
            breaches=tuple(broken),
            record=record.name or None,
            position=place,
            hint="loosen one of them there, or allow breaches",
        )
    first = broken[0]
    place = (first.start + cut) % length
    what = f"{len(broken)} breaches are left, the first of '{first.rule}' ({first.what})"
    return Infeasible(
        f"no sequence was found that keeps all constraints: {what}",
        conflict=Conflict(place, place + first.end - first.start, (first.rule,), False),
        breaches=tuple(broken),
        record=record.name or None,
        position=place,
        hint="loosen a constraint there, or allow breaches",
    )


def _segment(
    excluded: Callable[[int, int], bool], breach: Breach, length: int, circular: bool
) -> tuple[int, int] | None:
    """Find a shortest stretch around a breach in which the constraints exclude each other."""
    start, end, margin = breach.start, breach.end, 0
    while True:
        a, b = start - margin, end + margin
        if circular:
            b = min(b, a + length)
        else:
            a, b = max(0, a), min(length, b)
        if excluded(a, b):
            break
        if b - a >= length or margin > 5_000:
            return None
        margin = 2 * margin or 3
    low, high = a, b
    while low < high:  # the rightmost start
        middle = (low + high + 1) // 2
        if middle < b and excluded(middle, b):
            low = middle
        else:
            high = middle - 1
    a = low
    low, high = a + 1, b
    while low < high:  # the leftmost end
        middle = (low + high) // 2
        if excluded(a, middle):
            high = middle
        else:
            low = middle + 1
    return a, low


def _answer(
    layout: Layout, covered: npt.NDArray[np.bool_], chosen: Sequence[int], start: int, end: int
) -> Answer:
    """Solve a stretch by itself under some of the constraints."""
    forbidden = np.zeros_like(layout.forbidden)
    wanted = {i for i, p in enumerate(layout.patterns) if p.rule in chosen}
    for row, active in enumerate(layout.pattern_sets):
        for state, ended in enumerate(layout.automaton.ends):
            if ended:
                forbidden[row, state] = BREACH * sum(i in active and i in wanted for i in ended)
    rows = np.isin(layout.windows.rule, list(chosen))
    windows = Windows(
        *(
            getattr(layout.windows, name)[rows]
            for name in ("width", "low", "high", "start", "end", "rule")
        )
    )
    allowed = layout.allowed.copy()
    slots = layout.slots
    if PROTEIN not in chosen:
        allowed[covered] = 15
        slots = np.full_like(slots, -1)
    if KEPT not in chosen:
        allowed[(layout.allowed == 0) & ~covered] = 15
    worthless = np.where(np.isfinite(layout.tables), 0.0, layout.tables)
    changed = replace(
        layout,
        allowed=allowed,
        slots=slots,
        tables=worthless,
        pairs=np.full_like(layout.pairs, -1),
        letter_worth=np.zeros_like(layout.letter_worth),
        forbidden=forbidden,
        windows=windows,
    )
    # codons that the stretch cuts through are free in it
    return solve(
        make_chain(changed, layout.symbols, start, end, around=False), limits=_QUICK, budget=400_000
    )


def _name(layout: Layout, item: int, start: int, end: int) -> str:
    if item == KEPT:
        letters = layout.record.sequence.data[start:end].decode()
        return (
            f"letters outside of genes are kept ({letters})"
            if len(letters) < 40
            else ("letters outside of genes are kept")
        )
    if item == PROTEIN:
        said = []
        for gene in layout.genes:
            inside = (gene.codons.positions >= start) & (gene.codons.positions < end)
            rows = np.flatnonzero(inside.any(axis=1))
            if len(rows):
                residues = gene.residues[rows[0] : rows[-1] + 1].decode()
                shown = residues if len(residues) < 20 else f"{residues[:16]}..."
                said.append(f"residues {rows[0] + 1} to {rows[-1] + 1} of {gene.label}, {shown}")
        return f"the protein is kept ({', '.join(said)})" if said else "the protein is kept"
    return str(layout.rules[item])

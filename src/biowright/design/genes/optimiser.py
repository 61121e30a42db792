"""The optimiser: from a record, constraints and objectives to the best sequence, with its proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from biowright.bio import translate_feature
from biowright.core import InputError, Molecule, NegativeResult, Record, rotate

from .breaches import Breach, find_breaches
from .chain import Answer, codes
from .changes import Change, changed_record
from .compiling import compile_layout
from .conflicts import Conflict, Infeasible, find_conflict
from .kernels import BREACH
from .layout import Layout
from .layout_genes import is_pseudo, signals
from .new_signals import compared_with
from .placing import placements
from .reasons import explain, moved
from .rules import (
    Choice,
    FixedSequence,
    KeepProtein,
    Occurrence,
    Rule,
    StartFolding,
)
from .rules_signals import NoNewSignal
from .soft import meet_targets, open_starts
from .solving import best_of, chosen_symbols, spelled_letters, worth_of

__all__ = ["Design", "optimise"]


MARGIN = 30
"""Letters on both sides of the origin of a circle that a gene should not reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A designed sequence.

    Parameters
    ----------
    record : Record
        With all features of the one that was given.
    worth : float
        The sum of all objectives.
    bound : float
        No sequence that keeps the constraints is worth more.
    changes : sequence of Change
        What was changed, with the reasons; each is made when it is asked for.
    breaches : tuple of Breach
        What is left, with why; only where breaches are allowed.
    figures : dict of str to float
        What each objective is worth alone, and the codon adaptation index of each host.
    notices : tuple of str
    """

    record: Record
    worth: float
    bound: float
    changes: Sequence[Change]
    breaches: tuple[Breach, ...]
    figures: dict[str, float]
    notices: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """How far the worth may be from the best one."""
        return max(0.0, self.bound - self.worth)

    @property
    def proven(self) -> bool:
        """Whether it is proven that nothing better exists."""
        return self.gap <= 1e-6


def optimise(
    record: Record,
    constraints: Sequence[Rule],
    objectives: Sequence[Rule] = (),
    *,
    change: str = "coding",
    overlaps: str = "recode",
    allow_breaches: bool = False,
) -> Design:
    """Find the best sequence that keeps all constraints.

    Sums over letters and codons under forbidden patterns, windows of GC, overlapping genes and
    fixed letters are solved exactly, by dynamic programming over the letters with a Lagrangian
    bound on windows; the bound that comes with the answer proves it, or says how far it may be from
    the best one.

    Parameters
    ----------
    record : Record
        DNA, linear or circular.
    constraints : sequence of Rule
        What must hold.
    objectives : sequence of Rule
        What should be good; their worths are added.
    change : str, default "coding"
        ``coding``: only codons of kept proteins may change; ``all``: every letter that no rule
        keeps.
    overlaps : str, default "recode"
        ``recode`` letters of two genes where both proteins stay the same, or ``keep`` them, and
        with them what else genes hold: the ribosome binding sites of their neighbours, RNA genes,
        origins, the ends of mobile elements.
    allow_breaches : bool, default False
        Give the sequence with the fewest breaches where all constraints cannot be kept, with a
        list of those that are left, instead of raising.

    Raises
    ------
    InputError
        A rule does not fit the record.
    NegativeResult
        No sequence keeps all constraints; the error names a smallest set of constraints that
        exclude each other, and where.

    Examples
    --------
    >>> from biowright.core import Sequence as Letters
    >>> from biowright.design import Avoid, CodonUse, KeepProtein, codon_usage
    >>> from biowright.core import Feature, Location
    >>> gene = Record(Letters("ATGGAATTCCTATAA"), features=[Feature("CDS", Location.of((0, 15)))])
    >>> design = optimise(gene, [KeepProtein(), Avoid("EcoRI")],
    ...                   [CodonUse(codon_usage("Escherichia coli"))])
    >>> str(design.record.sequence), design.proven
    ('ATGGAATTTCTGTAA', True)
    """
    if record.molecule is not Molecule.DNA:
        raise InputError(
            f"{record.molecule} cannot be designed", record=record.name or None, expected="DNA"
        )
    if any(isinstance(rule, Occurrence) for rule in constraints):
        return _with_occurrences(record, constraints, objectives, change, overlaps, allow_breaches)
    turned, cut = _opened(record, constraints)
    rules = [_turned(rule, cut, len(record)) for rule in constraints]
    rules = [compared_with(r, turned) if isinstance(r, NoNewSignal) else r for r in rules]
    soft = [_turned(rule, cut, len(record)) for rule in objectives]
    kept = signals(turned) if overlaps == "keep" else None
    layout = compile_layout(turned, rules, soft=soft, change=change, overlaps=overlaps, kept=kept)
    if len(layout.clashes):
        raise NegativeResult(
            "letters that are to be fixed do not fit what is asked to stand there",
            record=record.name or None,
            position=int(layout.clashes[0] + cut) % max(len(record), 1),
        )
    layout = meet_targets(
        layout, soft, lambda tried: chosen_symbols(tried, best_of(tried, rules, []))
    )
    causes: list[Breach] = []
    answer = best_of(layout, rules, causes)
    answer, folded = _open_starts(layout, answer, soft)
    letters = spelled_letters(layout, answer)
    if not allow_breaches and (
        answer.letters is None or answer.worth < -BREACH / 2 or answer.breaches
    ):
        raise find_conflict(layout, record, cut, letters)
    done = changed_record(turned, letters, "design: optimise")
    _check_proteins(turned, done, layout)
    breaches = find_breaches(done, rules)
    if breaches and not allow_breaches:
        raise find_conflict(layout, record, cut, letters, breaches)
    breaches = [_explained(breach, layout) for breach in breaches]
    changes, figures = explain(layout, done, rules, soft, cut, causes)
    if folded is not None:
        figures["start folding, kcal/mol"] = folded
    if cut:
        done = rotate(done, len(record) - cut).changed(provenance=done.provenance)
        breaches = [moved(b, cut, len(record)) for b in breaches]
    return Design(
        done,
        answer.worth,
        answer.bound,
        changes,
        tuple(sorted(breaches)),
        figures,
        tuple(layout.notices),
    )


def _with_occurrences(
    record: Record,
    constraints: Sequence[Rule],
    objectives: Sequence[Rule],
    change: str,
    overlaps: str,
    allow_breaches: bool,
) -> Design:
    """Put patterns where they cost least; the bound is that of the sequence without them."""
    others = [rule for rule in constraints if not isinstance(rule, Occurrence)]
    wanted = [rule for rule in constraints if isinstance(rule, Occurrence)]
    way = {"change": change, "overlaps": overlaps}
    free = optimise(record, others, objectives, allow_breaches=allow_breaches, **way)

    def place(rules: list[Rule], rest: Sequence[Occurrence]) -> Design | None:
        if not rest:
            try:
                design = optimise(record, rules, objectives, allow_breaches=allow_breaches, **way)
            except NegativeResult:
                return None
            design = replace(design, bound=free.bound)
            return design if len(design.breaches) <= len(free.breaches) else None
        for more in placements(record, free.record, rest[0], rules, objectives, change, overlaps):
            design = place([*rules, *more], rest[1:])
            if design is not None and not find_breaches(design.record, rest):
                return design
        return None

    design = place(others, wanted)
    if design is not None:
        return design
    broken = find_breaches(free.record, wanted)
    if allow_breaches:
        left = [replace(breach, why="no place for it was found") for breach in broken]
        return replace(free, breaches=tuple(sorted([*free.breaches, *left])))
    names = tuple(str(rule) for rule in wanted)
    start, end = (broken[0].start, broken[0].end) if broken else (0, len(record))
    raise Infeasible(
        f"no place was found for: {'; '.join(names)}, with all other constraints kept",
        conflict=Conflict(start, end, names, False),
        breaches=tuple(broken),
        record=record.name or None,
        position=start,
        hint='widen the region, loosen a constraint there, or let other letters change: change = "all"',
    )


def _open_starts(
    layout: Layout, answer: Answer, soft: Sequence[Rule]
) -> tuple[Answer, float | None]:
    symbols = chosen_symbols(layout, answer)
    if symbols is None or not any(isinstance(rule, StartFolding) for rule in soft):
        return answer, None
    symbols, energy = open_starts(layout, symbols, soft)
    worth = worth_of(layout, symbols) + energy
    # no fold has more than no energy
    return Answer(codes(symbols), worth, answer.bound, answer.breaches), energy


def _explained(breach: Breach, layout: Layout) -> Breach:
    """Say of a breach that is left whether anything in it may change."""
    places = np.arange(breach.start, breach.end) % len(layout)
    free = (layout.allowed[places] > 0).any()
    return replace(breach, why="no synonymous change removes it" if free else "fixed")


def _opened(record: Record, constraints: Sequence[Rule]) -> tuple[Record, int]:
    """Turn a circle so that its origin lies between genes, as far from them as it can."""
    length = len(record)
    if not record.circular or not length:
        return record, 0
    busy = np.zeros(length, np.bool_)
    places = [f.location for f in record.features if f.type == "CDS"]
    placed = KeepProtein | FixedSequence | Choice
    places += [r.region for r in constraints if isinstance(r, placed) and r.region]
    for location in places:
        for part in location.local:
            busy[np.arange(part.start, part.end) % length] = True
    near = np.arange(-MARGIN, MARGIN) % length
    if not busy.any() or busy.all() or not busy[near].any():
        return record, 0
    twice = np.concatenate([busy, busy])
    edges = np.flatnonzero(np.diff(twice.astype(np.int8)))
    gaps = [(int(b - a), int(a + 1 + (b - a) // 2)) for a, b in pairwise(edges) if not twice[a + 1]]
    cut = max(gaps)[1] % length
    return (rotate(record, cut), cut) if cut else (record, 0)


def _turned(rule: Rule, cut: int, length: int) -> Rule:
    region = getattr(rule, "region", None)
    if not cut or region is None:
        return rule
    parts = tuple(
        replace(
            part, start=(part.start - cut) % length, end=(part.start - cut) % length + len(part)
        )
        for part in region.parts
    )
    return replace(rule, region=replace(region, parts=parts))


def _check_proteins(before: Record, after: Record, layout: Layout) -> None:
    """Translate every gene of both records; a difference is a defect and must not get out."""
    rules = [r for r in layout.rules if isinstance(r, KeepProtein) and r.region is None]
    if not rules:
        return
    # a first codon that may be any is no start, which translation would read as M
    skipped = 0 if all(rule.start == "keep" for rule in rules) else 1
    for feature in before.features:
        if feature.type != "CDS" or not feature.location.local or is_pseudo(feature):
            continue
        if len(feature.location.local) < len(feature.location.parts):
            continue
        old, new = (str(translate_feature(r, feature, rules[0].code)) for r in (before, after))
        if old[skipped:] != new[skipped:]:
            raise AssertionError(f"the protein of {feature.label} changed")

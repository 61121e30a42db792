"""The optimiser: from a record, constraints and objectives to the best sequence, with its proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from biowright.bio import translate_feature
from biowright.core import InputError, Molecule, NegativeResult, Record, rotate

from ..codons import CodonUsage
from .breaches import Breach, find_breaches
from .chain import LIMITS, Answer, codes, make_chain, solve
from .changes import Change, changed_record
from .compiling import compile_layout, with_patterns
from .conflicts import Conflict, Infeasible, find_conflict
from .kernels import BREACH
from .layout import LETTERS, Layout
from .layout_genes import is_pseudo, signals
from .new_signals import compared_with
from .placing import placements
from .reasons import explain, moved
from .repairing import OPENINGS, Repair, repaired
from .rules import (
    Choice,
    CodonUse,
    FixedSequence,
    Identity,
    KeepProtein,
    NoHairpins,
    Occurrence,
    Rule,
    StartFolding,
    UniqueKmers,
)
from .rules_signals import NoNewSignal
from .scale import Walker, mend_places, polish_places, walk
from .soft import meet_targets, open_starts

__all__ = ["Design", "optimise", "synonymous_fix"]


MARGIN = 30
"""Letters on both sides of a place to be mended that may change as well."""


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
    layout = meet_targets(layout, soft, lambda tried: _symbols(tried, _best(tried, rules, [])))
    causes: list[Breach] = []
    answer = _best(layout, rules, causes)
    answer, folded = _open_starts(layout, answer, soft)
    letters = _letters(layout, answer)
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


LONGEST = 60_000
"""Letters up to which a record is solved in one piece."""


BOUNDING = (30, 100)
"""As `LIMITS`, where only the bound is wanted."""


def _symbols(layout: Layout, answer: Answer) -> npt.NDArray[np.uint8] | None:
    if answer.letters is None:
        return None
    return np.where(
        layout.allowed > 0, 1 << np.maximum(answer.letters, 0).astype(np.uint8), layout.symbols
    ).astype(np.uint8)


def _open_starts(
    layout: Layout, answer: Answer, soft: Sequence[Rule]
) -> tuple[Answer, float | None]:
    symbols = _symbols(layout, answer)
    if symbols is None or not any(isinstance(rule, StartFolding) for rule in soft):
        return answer, None
    symbols, energy = open_starts(layout, symbols, soft)
    worth = worth_of(layout, symbols) + energy
    # no fold has more than no energy
    return Answer(codes(symbols), worth, answer.bound, answer.breaches), energy


def _best(layout: Layout, rules: Sequence[Rule], causes: list[Breach]) -> Answer:
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
    letters = _letters(layout, Answer(codes(symbols), 0.0, 0.0))
    return changed_record(layout.record, letters, "design: optimise")


def _explained(breach: Breach, layout: Layout) -> Breach:
    """Say of a breach that is left whether anything in it may change."""
    places = np.arange(breach.start, breach.end) % len(layout)
    free = (layout.allowed[places] > 0).any()
    return replace(breach, why="no synonymous change removes it" if free else "fixed")


def _exact(layout: Layout, limits: Sequence[int] = LIMITS) -> Answer:
    length = len(layout)
    if not layout.circular:
        return solve(make_chain(layout, layout.symbols, 0, length), limits=limits)
    free = solve(make_chain(layout, layout.symbols, 0, length, around=False), limits=limits)
    if free.letters is None:
        return free
    symbols = layout.symbols.copy()
    _put(symbols, layout, np.arange(length), free.letters)
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
        _put(symbols, layout, chain.index[core], joint.letters[core])
        breaches = joint.breaches
    letters = codes(symbols)
    return Answer(letters, worth_of(layout, symbols), free.bound, breaches)


def _put(
    symbols: npt.NDArray[np.uint8],
    layout: Layout,
    places: npt.NDArray[np.int64],
    letters: npt.NDArray[np.int8],
) -> None:
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


def _letters(layout: Layout, answer: Answer) -> bytes:
    """Spell the answer; letters that stay keep their case, and a changed one takes it over."""
    old = np.frombuffer(layout.record.sequence.data, np.uint8)
    if answer.letters is None:
        return old.tobytes()
    spelled = np.frombuffer(LETTERS.encode(), np.uint8)[np.maximum(answer.letters, 0)]
    chosen = (layout.allowed > 0) & (1 << answer.letters.astype(np.int64) != layout.symbols)
    return np.where(chosen, spelled | (old & 32), old).astype(np.uint8).tobytes()


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


def synonymous_fix(
    record: Record,
    rules: Sequence[Rule],
    region: tuple[int, int],
    *,
    usage: CodonUsage | None = None,
) -> tuple[Change, ...] | None:
    """Mend a place by synonymous codons, with as few changed letters as can be.

    Parameters
    ----------
    record : Record
        With its CDS features.
    rules : sequence of Rule
        What must hold in and around the place afterwards (`Avoid`, `GCContent`).
    region : (start, end)
        The place; letters up to 30 beside it may change too.
    usage : CodonUsage, optional
        Of equally few changes, the one with this host's better codons is taken.

    Returns
    -------
    tuple of Change, or None
        None where no synonymous change keeps the rules.

    Examples
    --------
    >>> from biowright.core import Feature, Location
    >>> from biowright.core import Sequence as Letters
    >>> from biowright.design import Avoid, codon_usage
    >>> gene = Record(Letters("ATGGGTCTCTAA"), features=[Feature("CDS", Location.of((0, 12)))])
    >>> usage = codon_usage("Escherichia coli")
    >>> fix = synonymous_fix(gene, [Avoid("BsaI")], (3, 9), usage=usage)
    >>> [change.what for change in fix]
    ['CDS L3 CTC>CTG']
    """
    length = len(record)
    kept = np.ones(length, np.bool_)
    reach = np.arange(region[0] - MARGIN, region[1] + MARGIN)
    reach = reach % length if record.circular else reach[(reach >= 0) & (reach < length)]
    kept[reach] = False
    soft: list[Rule] = [Identity(weight=100.0)]
    if usage is not None:
        soft.append(CodonUse(usage))
    layout = compile_layout(record, [KeepProtein(), *rules], soft=soft, kept=kept)
    answer = solve(make_chain(layout, layout.symbols, region[0] - MARGIN, region[1] + MARGIN))
    chain = make_chain(layout, layout.symbols, region[0] - MARGIN, region[1] + MARGIN)
    if answer.letters is None or answer.worth < -BREACH / 2 or answer.breaches:
        return None
    symbols = layout.symbols.copy()
    core = slice(*chain.core)
    _put(symbols, layout, chain.index[core], answer.letters[core])
    letters = _letters(layout, Answer(codes(symbols), 0.0, 0.0))
    done = changed_record(record, letters, "design: synonymous fix")
    return tuple(explain(layout, done, rules, soft)[0])

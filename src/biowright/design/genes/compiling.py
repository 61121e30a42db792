"""A record and its rules, compiled to arrays by position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from biowright.bio.iupac import masks, mirrored_masks, pattern_masks
from biowright.core import InputError, Record

from .automaton import Automaton, Pattern, build_automaton, pattern_pair
from .kernels import BREACH
from .layout import (
    CODE_OF_MASK,
    MIRROR,
    MOST_SLOTS,
    ORDER,
    Floats,
    Gene,
    Ints,
    Layout,
    Tables,
    Windows,
    covered,
    spans_of,
)
from .layout_genes import codon_quotas, codon_scores, fill_slots, read_genes
from .rules import (
    Avoid,
    Choice,
    CodonUse,
    Different,
    Dinucleotides,
    FixedSequence,
    GCContent,
    Identity,
    Keep,
    KeepProtein,
    Rule,
)

__all__ = ["compile_layout", "reference_of", "with_patterns"]

TIE = 1e-7
"""What all letters outside of genes together are worth where they stay: below what a proof resolves."""


def compile_layout(
    record: Record,
    rules: Sequence[Rule],
    *,
    soft: Sequence[Rule] = (),
    change: str = "coding",
    kept: npt.NDArray[np.bool_] | None = None,
    overlaps: str = "recode",
) -> Layout:
    """Compile a record and its rules.

    Parameters
    ----------
    record : Record
    rules : sequence of Rule
        Constraints.
    soft : sequence of Rule
        Objectives; those that are sums over letters, pairs and codons are laid out here.
    change : str
        ``coding``: only codons of kept proteins may change; ``all``: also all other letters.
    kept : ndarray of bool, optional
        Letters that may not change, beside those of `Keep`.
    overlaps : str
        ``recode``: letters of two genes may change where both proteins stay; ``keep``: not.

    Raises
    ------
    InputError
        A region or a gene does not fit the record.
    """
    length = len(record)
    circular = record.circular
    letters = record.sequence.data
    symbols = np.frombuffer(masks(letters), np.uint8).copy()
    if not symbols.all():
        at = int(np.flatnonzero(symbols == 0)[0])
        raise InputError(
            f"'{chr(letters[at])}' is no base",
            record=record.name or None,
            position=at,
            hint="remove the gaps",
        )
    fixed = np.zeros(length, np.bool_) if kept is None else kept.copy()
    for rule in rules:
        if isinstance(rule, Keep):
            fixed |= covered(rule.region, length, circular)
    limits = np.full(length, 15, np.uint8)
    for rule in rules:
        if isinstance(rule, FixedSequence):
            _limit(limits, rule, length)
        elif isinstance(rule, Different):
            inside = covered(rule.region, length, circular)
            limits[inside] &= 15 ^ symbols[inside]
    tables = Tables()
    notices: list[str] = []
    genes = read_genes(record, [r for r in rules if isinstance(r, KeepProtein)], symbols, notices)
    codon_rules = [r for r in soft if isinstance(r, CodonUse)]
    scorers = [codon_scores(r) for r in codon_rules]
    insides = [covered(r.region, length, circular) for r in codon_rules]
    slots = np.full((length, MOST_SLOTS), -1, np.int32)
    taken = np.zeros(length, np.int64)
    coverage = np.zeros(length, np.int64)
    asked = np.full(length, 15, np.uint8)
    pending = []
    for gene, keep in genes:
        places, strands = gene.codons.positions, gene.codons.strands
        once = places.ravel()
        if np.ptp(once) + 1 != len(once):  # a join: no letter counts twice
            once = np.unique(once)
        coverage[once] += 1
        pending.append((gene, keep, places, strands))
    wished = [
        codon_quotas(rule, [gene for gene, _ in genes], inside, symbols)
        if rule.method == "frequency"
        else None
        for rule, inside in zip(codon_rules, insides, strict=True)
    ]
    crowded = coverage > 1
    done = []
    for number, (gene, keep, places, strands) in enumerate(pending):
        code = CODE_OF_MASK[symbols[places]]
        triplets = np.where((code >= 0).all(axis=1), code @ np.array([16, 4, 1]), -1)
        if (strands == -1).any():
            # the letters of the other strand are read in its direction, but not complemented yet
            other = np.where((code >= 0).all(axis=1), (3 - code) @ np.array([16, 4, 1]), -1)
            triplets = np.where(strands == -1, other, triplets)
        free = gene.free & (strands != 0)
        if keep.protein is None:
            free &= triplets >= 0
        free &= ~fixed[places].any(axis=1)
        if overlaps == "keep":
            free &= ~crowded[places].any(axis=1)
        if circular:
            # a codon over the origin has its last letter before its first
            free &= abs(places[:, 2] - places[:, 0]) == 2
        last = places.max(axis=1)
        full = free & (taken[last] >= MOST_SLOTS)
        free &= ~full
        wishes = [None if wish is None else wish[number] for wish in wished]
        fill_slots(
            gene, free, triplets, codon_rules, scorers, insides, wishes, tables, slots, taken, asked
        )
        done.append(Gene(gene.label, gene.codons, gene.residues, free))
    allowed = np.zeros(length, np.uint8)
    if change == "all":
        allowed[:] = 15
    elif change != "coding":
        raise InputError(f"change = '{change}'", expected="coding or all")
    bound = np.zeros(length, np.bool_)  # letters that a codon which may not change needs
    loose = np.zeros(length, np.bool_)
    for gene in done:
        places = gene.codons.positions
        bound[places[~gene.free].ravel()] = True
        loose[places[gene.free].ravel()] = True
    allowed[loose] = asked[loose]
    said = limits != 15
    chosen = np.zeros(length, np.bool_)  # these may change; what may stand there, patterns say
    for rule in rules:
        if isinstance(rule, Choice):
            chosen |= covered(rule.region, length, circular)
    allowed[(said | chosen) & ~loose] = 15
    allowed &= limits
    # what is asked to be fixed and something else at once has no letter that fits
    clash = (said & (fixed | bound) & ((symbols & ~limits) != 0)) | (
        (allowed == 0) & (said | loose)
    )
    allowed[fixed | bound] = 0
    allowed[(allowed == symbols) & (CODE_OF_MASK[symbols] >= 0)] = 0
    patterns, sets, active, forbidden, automaton = _patterns(rules, symbols, length, circular)
    worth = np.zeros((length, 4), np.float32)
    # of letters outside of genes that are worth the same, the one that is there
    idle = np.flatnonzero((allowed > 0) & ~loose & (CODE_OF_MASK[symbols] >= 0))
    worth[idle, CODE_OF_MASK[symbols[idle]]] = TIE / max(len(idle), 1)
    for rule in soft:
        if isinstance(rule, Identity) and rule.target is None:
            _identity(worth, rule, symbols, length, circular)
    pairs = np.full(length, -1, np.int32)
    context = 2
    for rule, inside in zip(codon_rules, insides, strict=True):
        if rule.method == "pairs":
            context = 5
            _pairs(pairs, rule, inside, done, tables)
    _dinucleotides(slots, taken, soft, tables, length, circular)
    rows = np.array(tables.rows) if tables.rows else np.zeros((1, 64))
    return Layout(
        record,
        tuple(rules),
        symbols,
        allowed,
        slots,
        pairs,
        rows,
        worth,
        active,
        forbidden,
        automaton,
        patterns,
        _windows(rules, length, circular),
        tuple(done),
        context,
        circular,
        0,
        sets,
        np.flatnonzero(clash),
        notices,
    )


def _limit(limits: npt.NDArray[np.uint8], rule: FixedSequence, length: int) -> None:
    sets = pattern_masks(rule.sequence)
    at = 0
    for part in rule.region.local:
        piece = sets[at : at + len(part)]
        at += len(part)
        if part.strand == -1:
            piece = mirrored_masks(piece)
        places = np.arange(part.start, part.end) % length
        limits[places] &= np.frombuffer(piece, np.uint8)


def _patterns(
    rules: Sequence[Rule], symbols: npt.NDArray[np.uint8], length: int, circular: bool
) -> tuple[
    tuple[Pattern, ...], tuple[frozenset[int], ...], npt.NDArray[np.int32], Floats, Automaton
]:
    patterns: list[Pattern] = []
    for number, rule in enumerate(rules):
        if isinstance(rule, Avoid):
            regions = () if rule.region is None else tuple(spans_of(rule.region, length, circular))
            patterns += pattern_pair(rule.motif, number, regions, rule.strands)
        elif isinstance(rule, Choice):
            start, end = rule.region.start, rule.region.start + len(rule.region)
            if end > length:
                raise InputError(
                    f"the choice at {start}..{end} lies outside of {length} letters",
                    hint="turn a circle so that its origin lies elsewhere" if circular else None,
                )
            for last, word in rule.excluded():
                patterns += pattern_pair(word, number, ((start, start + last + 1),), (1,))
    ambiguous = {int(mask) for mask in np.unique(symbols) if mask not in (1, 2, 4, 8)}
    automaton = build_automaton(patterns, ambiguous)
    events: dict[int, list[tuple[int, int]]] = {}
    everywhere = set()
    for index, pattern in enumerate(patterns):
        if not pattern.regions:
            everywhere.add(index)
        for start, end in pattern.regions:
            first = start + len(pattern.sets) - 1
            if first < end:
                events.setdefault(first, []).append((index, 1))
                events.setdefault(end, []).append((index, -1))
    active = np.zeros(length, np.int32)
    sets: dict[frozenset[int], int] = {frozenset(everywhere): 0}
    counts: dict[int, int] = {}
    before, row = 0, 0
    for at in sorted(events):
        active[before:at] = row
        for index, change in events[at]:
            counts[index] = counts.get(index, 0) + change
        now = frozenset(everywhere | {index for index, count in counts.items() if count > 0})
        row = sets.setdefault(now, len(sets))
        before = at
    active[before:] = row
    forbidden = np.zeros((len(sets), len(automaton.ends)))
    for chosen, row in sets.items():
        for state, ended in enumerate(automaton.ends):
            if ended:
                forbidden[row, state] = BREACH * sum(index in chosen for index in ended)
    return tuple(patterns), tuple(sets), active, forbidden, automaton


def with_patterns(layout: Layout, rules: Sequence[Rule]) -> Layout:
    """Give the layout with other forbidden patterns."""
    patterns, sets, active, forbidden, automaton = _patterns(
        rules, layout.symbols, len(layout), layout.circular
    )
    return replace(
        layout,
        patterns=patterns,
        pattern_sets=sets,
        active=active,
        forbidden=forbidden,
        automaton=automaton,
    )


def _identity(
    worth: Floats, rule: Identity, symbols: npt.NDArray[np.uint8], length: int, circular: bool
) -> None:
    reference = reference_of(rule, symbols)
    inside = covered(rule.region, length, circular)
    for letter in range(4):
        worth[inside & (reference == 1 << letter), letter] += rule.weight


def reference_of(rule: Identity, symbols: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Give the letters that a rule compares with, as masks."""
    if rule.reference is None:
        return symbols
    if len(rule.reference) != len(symbols):
        raise InputError(
            f"a reference of {len(rule.reference)} letters for a record of {len(symbols)}"
        )
    return np.frombuffer(masks(rule.reference), np.uint8)


def _pairs(
    pairs: npt.NDArray[np.int32],
    rule: CodonUse,
    inside: npt.NDArray[np.bool_],
    genes: Iterable[Gene],
    tables: Tables,
) -> None:
    assert rule.pairs is not None
    score = np.zeros((64, 64))
    for six, value in rule.pairs.items():
        score[ORDER[six[:3]], ORDER[six[3:]]] = rule.weight * value
    bases = {}
    for strand in (1, -1):
        # on the other strand the codon to the left is the next one
        block = score if strand == 1 else score[np.ix_(MIRROR, MIRROR)].T
        bases[strand] = len(tables.rows)
        tables.rows.extend(np.ascontiguousarray(block))
    for gene in genes:
        places, strands = gene.codons.positions, gene.codons.strands
        beside = (strands[1:] == strands[:-1]) & (strands[1:] != 0)
        beside &= np.abs(places[1:, 0] - places[:-1, 2]) == 1
        beside &= inside[places[1:]].all(axis=1) & inside[places[:-1]].all(axis=1)
        for index in np.flatnonzero(beside).tolist():
            last = int(max(places[index].max(), places[index + 1].max()))
            pairs[last] = bases[int(strands[index])]


def _dinucleotides(
    slots: npt.NDArray[np.int32],
    taken: Ints,
    soft: Sequence[Rule],
    tables: Tables,
    length: int,
    circular: bool,
) -> None:
    for rule in soft:
        if not isinstance(rule, Dinucleotides) or rule.target is not None:
            continue
        row = np.zeros(64)
        pair = ORDER["A" + rule.pair.upper()]
        row[[pair + 16 * first for first in range(4)]] = rule.weight
        number = tables.add(row)
        inside = covered(rule.region, length, circular)
        ends = np.flatnonzero(inside[1:] & inside[:-1]) + 1
        ends = ends[taken[ends] < MOST_SLOTS]
        slots[ends, taken[ends]] = number
        taken[ends] += 1


def _windows(rules: Sequence[Rule], length: int, circular: bool) -> Windows:
    rows = []
    for number, rule in enumerate(rules):
        if not isinstance(rule, GCContent):
            continue
        for start, end in spans_of(rule.region, length, circular):
            width = min(rule.window or end - start, end - start)
            if width:
                low = int(np.ceil(rule.low * width - 1e-9))
                high = int(np.floor(rule.high * width + 1e-9))
                rows.append((width, low, high, start, end, number))
    return Windows(*np.array(rows, np.int64).reshape(-1, 6).T.copy())

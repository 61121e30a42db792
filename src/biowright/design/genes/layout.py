"""A record and its rules, compiled to arrays by position: what may stand where, and its worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from biowright.bio import CODONS, Codons, GeneticCode, read_codons
from biowright.bio.iupac import masks, mirrored_masks, pattern_masks
from biowright.core import Feature, InputError, Location, Record

from .automaton import Automaton, Pattern, build_automaton, pattern_pair
from .kernels import BREACH
from .rules import (
    Avoid,
    CodonUse,
    Dinucleotides,
    FixedSequence,
    GCContent,
    Identity,
    Keep,
    KeepProtein,
    Rule,
)

__all__ = ["Gene", "Layout", "Windows", "compile_layout"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LETTERS = "ACGT"
TRIPLETS = tuple(a + b + c for a in LETTERS for b in LETTERS for c in LETTERS)
_ORDER = {triplet: index for index, triplet in enumerate(TRIPLETS)}
# where each codon of NCBI's order stands in ours, and what the other strand calls a triplet
_NCBI = np.array([CODONS.index(triplet) for triplet in TRIPLETS])
MIRROR = np.array(
    [_ORDER[t.translate(str.maketrans("ACGT", "TGCA"))[::-1]] for t in TRIPLETS], np.int64
)
CODE_OF_MASK = np.full(16, -1, np.int64)
CODE_OF_MASK[[1, 2, 4, 8]] = range(4)
MOST_SLOTS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Gene:
    """A protein that is kept.

    Parameters
    ----------
    label : str
    codons : Codons
    residues : bytes, one a codon
    free : ndarray of bool, shape (n,)
        Whether a codon may be exchanged at all.
    """

    label: str
    codons: Codons
    residues: bytes
    free: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Rules on windows of GC: width, least and most C and G, and the region of their starts.

    Parameters
    ----------
    width, low, high, start, end : ndarray of int64
        A window of rule j is any ``s..s+width[j]`` inside of ``start[j]..end[j]``.
    rule : ndarray of int64
        The number of the constraint.
    """

    width: Ints
    low: Ints
    high: Ints
    start: Ints
    end: Ints
    rule: Ints

    def __len__(self) -> int:
        return len(self.width)


@dataclass(slots=True, eq=False)
class Layout:
    """All that is known by position of a record under rules; see `compile_layout`.

    A circle is laid out from its origin on; `circular` says that its end meets its start.
    """

    record: Record
    rules: tuple[Rule, ...]
    symbols: npt.NDArray[np.uint8]
    allowed: npt.NDArray[np.uint8]
    slots: npt.NDArray[np.int32]
    pairs: npt.NDArray[np.int32]
    tables: Floats
    letter_worth: Floats
    active: npt.NDArray[np.int32]
    forbidden: Floats
    automaton: Automaton
    patterns: tuple[Pattern, ...]
    windows: Windows
    genes: tuple[Gene, ...]
    context: int = 2
    circular: bool = False
    reach: int = 0  # how far beside a stretch a search has to look
    pattern_sets: tuple[frozenset[int], ...] = ()
    clashes: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    notices: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.symbols)


class _Tables:
    """Tables of the worth of each triplet, made once each."""

    def __init__(self) -> None:
        self.rows: list[Floats] = []
        self.known: dict[bytes, int] = {}
        # by genetic code and kind of codon: its table, and the letters at its three places
        self.made: dict[tuple[int, int], tuple[int, npt.NDArray[np.uint8]]] = {}

    def add(self, row: Floats) -> int:
        key = row.tobytes()
        if key not in self.known:
            self.known[key] = len(self.rows)
            self.rows.append(row)
        return self.known[key]


def amino_acids(code: GeneticCode) -> npt.NDArray[np.uint8]:
    """Give the amino acid of each triplet of A, C, G and T in that order."""
    return np.frombuffer(code.amino_acids.encode(), np.uint8)[_NCBI]


def spans_of(region: Location | None, length: int, circular: bool) -> list[tuple[int, int]]:
    """Give a region's spans on 0..length, those over the origin of a circle in two pieces."""
    if region is None:
        return [(0, length)]
    spans = []
    for part in region.local:
        if part.end > length and not (circular and part.start < length and len(part) <= length):
            raise InputError(
                f"the region {part.start}..{part.end} lies outside of {length} letters",
                hint="coordinates are 0-based and half-open",
            )
        if part.end > length:
            spans += [(part.start, length), (0, part.end - length)]
        else:
            spans.append((part.start, part.end))
    return spans


def _covered(region: Location | None, length: int, circular: bool) -> npt.NDArray[np.bool_]:
    inside = np.zeros(length, np.bool_)
    for start, end in spans_of(region, length, circular):
        inside[start:end] = True
    return inside


def inside_of(layout: Layout, region: Location | None) -> npt.NDArray[np.bool_]:
    """Tell of each letter whether it lies in a region."""
    return _covered(region, len(layout), layout.circular)


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
            fixed |= _covered(rule.region, length, circular)
    limits = np.full(length, 15, np.uint8)
    for rule in rules:
        if isinstance(rule, FixedSequence):
            _limit(limits, rule, length)
    tables = _Tables()
    notices: list[str] = []
    genes = _genes(record, [r for r in rules if isinstance(r, KeepProtein)], symbols, notices)
    codon_rules = [r for r in soft if isinstance(r, CodonUse)]
    scorers = [codon_scores(r) for r in codon_rules]
    insides = [_covered(r.region, length, circular) for r in codon_rules]
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
        _quotas(rule, [gene for gene, _ in genes], inside, symbols)
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
        _fill(
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
    allowed[said & ~loose] = 15
    allowed &= limits
    # what is asked to be fixed and something else at once has no letter that fits
    clash = (said & (fixed | bound) & ((symbols & ~limits) != 0)) | (
        (allowed == 0) & (said | loose)
    )
    allowed[fixed | bound] = 0
    allowed[(allowed == symbols) & (CODE_OF_MASK[symbols] >= 0)] = 0
    patterns, sets, active, forbidden, automaton = _patterns(rules, symbols, length, circular)
    worth = np.zeros((length, 4), np.float32)
    for rule in soft:
        if isinstance(rule, Identity):
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


def is_pseudo(feature: Feature) -> bool:
    """Tell whether a CDS is that of a pseudogene, which codes for no protein."""
    return "pseudo" in feature.qualifiers or "pseudogene" in feature.qualifiers


UPSTREAM = 20
"""Letters before a start codon that hold its ribosome binding site."""
BORDER = 40
"""Letters at each end of a mobile element that its transposase knows."""
_PASSIVE = {"source", "gene", "CDS", "mRNA", "exon", "intron", "operon", "variation"}
_PASSIVE |= {"mat_peptide", "sig_peptide", "transit_peptide", "propeptide", "Region", "Site"}
_PASSIVE |= {"misc_feature", "sequence_conflict", "misc_difference", "conflict"}


def signals(record: Record) -> npt.NDArray[np.bool_]:
    """Find the letters that mean more than a protein: what a genome keeps when it is recoded.

    These are the ribosome binding sites before all starts, the ends of mobile elements, and all
    features that are neither genes nor remarks (RNA genes, origins, promoters, terminators,
    binding sites, repeats).
    """
    length = len(record)
    kept = np.zeros(length, np.bool_)
    for feature in record.features:
        parts = feature.location.local
        if not parts:
            continue
        spans = []
        if feature.type == "CDS":
            first = parts[0]
            spans.append(
                (first.start - UPSTREAM, first.start)
                if first.strand == 1
                else (first.end, first.end + UPSTREAM)
            )
        elif feature.type == "mobile_element":
            low, high = feature.location.start, feature.location.end
            spans += [(low, min(low + BORDER, high)), (max(high - BORDER, low), high)]
        elif feature.type not in _PASSIVE and not _is_rule(feature):
            spans += [(part.start, part.end) for part in parts]
        for start, end in spans:
            if record.circular:
                kept[np.arange(start, end) % length] = True
            else:
                kept[max(start, 0) : min(end, length)] = True
    return kept


def _is_rule(feature: Feature) -> bool:
    return any(
        key in ("label", "note") and (value or "").startswith(("@", "~"))
        for key, value in feature.qualifiers.pairs
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


def _genes(
    record: Record,
    rules: Sequence[KeepProtein],
    symbols: npt.NDArray[np.uint8],
    notices: list[str],
) -> list[tuple[Gene, KeepProtein]]:
    found: list[tuple[Gene, KeepProtein]] = []
    for rule in rules:
        if rule.region is not None:
            feature = Feature("CDS", rule.region)
            found.append((_gene(record, feature, rule, symbols), rule))
            continue
        for feature in record.features:
            if feature.type != "CDS":
                continue
            if is_pseudo(feature):
                notices.append(f"{feature.label} is a pseudogene: it codes for nothing to be kept")
                continue
            if not feature.location.local or len(feature.location.local) < len(
                feature.location.parts
            ):
                notices.append(f"{feature.label} lies partly in another record: it is kept")
                continue
            found.append((_gene(record, feature, rule, symbols), rule))
    return found


def _gene(
    record: Record, feature: Feature, rule: KeepProtein, symbols: npt.NDArray[np.uint8]
) -> Gene:
    codons = read_codons(record, feature, rule.code)
    count = len(codons.positions)
    if rule.region is not None and len(rule.region) % 3:
        raise InputError(
            f"the region of a protein, {rule.region}, has {len(rule.region)} letters",
            expected="a multiple of three",
        )
    if not count:
        raise InputError(f"the gene {feature.label} at {feature.location} has no codon")
    free = np.ones(count, np.bool_)
    free[[index for index in codons.excepted if index < count]] = False
    read = CODE_OF_MASK[symbols[codons.positions]]
    backward = codons.strands == -1
    # a codon in pieces is read by the strand of the gene: it only matters for what it means now
    backward |= (codons.strands == 0) & (feature.location.strand == -1)
    read = np.where(backward[:, None] & (read >= 0), 3 - read, read)
    known = (read >= 0).all(axis=1)
    acids = amino_acids(codons.code)
    residues = np.where(known, acids[np.where(known, read @ np.array([16, 4, 1]), 0)], ord("X"))
    if rule.protein is not None:
        wanted = rule.protein.upper()
        if len(wanted) != count:
            raise InputError(
                f"a protein of {len(wanted)} residues in a region of {count} codons",
                hint="a stop is written *",
            )
        residues = np.frombuffer(wanted.encode(), np.uint8)
        strange = set(wanted) - set(codons.code.amino_acids)
        if strange:
            raise InputError(
                f"genetic code {codons.code.id} has no codon for '{min(strange)}'",
                position=wanted.index(min(strange)),
                expected="one of ACDEFGHIKLMNPQRSTVWY*",
            )
    elif rule.start == "keep" and (
        codons.start or (rule.region is None and feature.location.exact)
    ):
        free[0] = False  # also a first codon that is no start must not become one
    if codons.stop and (rule.stop == "keep" or residues[-1] != ord("*")):
        free[-1] = False
    if len(feature.location.parts) > 1:
        _guard_joins(codons, free)
    return Gene(feature.label, codons, residues.astype(np.uint8).tobytes(), free)


SLIPPAGE = 60
"""Letters on both sides of a programmed shift of the frame that are kept: its signals lie there."""


def _guard_joins(codons: Codons, free: npt.NDArray[np.bool_]) -> None:
    """Keep the codons around a shift of the reading frame by a few letters."""
    firsts = codons.positions[:, 0]
    gaps = np.abs(np.diff(codons.positions.ravel()))
    # an intron is long; a ribosome that slips skips or rereads a few letters, or far more on a loop
    for at in np.flatnonzero((gaps != 1) & (gaps < 10)).tolist():
        centre = codons.positions.ravel()[at]
        free[np.abs(firsts - centre) <= SLIPPAGE] = False
    again = len(np.unique(codons.positions)) < codons.positions.size
    if again:
        places, counts = np.unique(codons.positions, return_counts=True)
        for centre in places[counts > 1]:
            free[np.abs(firsts - centre) <= SLIPPAGE] = False


def codon_scores(rule: CodonUse) -> Callable[[int], Floats]:
    """Give the function that says what each triplet is worth in the place of a given one."""
    adapted = rule.usage.adaptiveness()
    logs = np.log(np.array([adapted[t] for t in TRIPLETS]))
    if rule.method == "cai":
        return lambda _: rule.weight * logs
    if rule.method == "harmonise":
        assert rule.source is not None
        ours = np.array([rule.usage.share(t) for t in TRIPLETS])
        theirs = np.array([rule.source.share(t) for t in TRIPLETS])
        return lambda old: -rule.weight * np.abs(ours - theirs[old])
    if rule.method == "rare":
        shares = np.array([rule.usage.share(t) for t in TRIPLETS])
        return lambda _: -rule.weight * (shares < rule.least)
    if rule.method == "frequency":
        wanted = np.eye(64)
        return lambda wish: rule.weight * wanted[wish]
    return lambda _: np.zeros(64)


def _quotas(
    rule: CodonUse,
    genes: Sequence[Gene],
    inside: npt.NDArray[np.bool_],
    symbols: npt.NDArray[np.uint8],
) -> list[Ints]:
    """Say which codon each place should have so that all are as frequent as in the host.

    Each family is shared out by the largest remainders; a codon that is in its quota stays, the
    others are dealt out in an order that is fixed by a seed.
    """
    rng = np.random.default_rng(0)
    wishes = [np.zeros(len(gene.residues), np.int64) for gene in genes]
    places: dict[int, list[tuple[int, int, int]]] = {}
    for number, gene in enumerate(genes):
        read = CODE_OF_MASK[symbols[gene.codons.positions]]
        read = np.where((gene.codons.strands == -1)[:, None] & (read >= 0), 3 - read, read)
        now = np.where((read >= 0).all(axis=1), read @ np.array([16, 4, 1]), -1)
        wishes[number][:] = np.maximum(now, 0)
        used = inside[gene.codons.positions].all(axis=1)
        for index in np.flatnonzero(used).tolist():
            places.setdefault(gene.residues[index], []).append((number, index, int(now[index])))
    for residue, found in places.items():
        acids = amino_acids(genes[0].codons.code)
        family = np.flatnonzero(acids == residue).tolist()
        if not family:
            continue
        exact = np.array([rule.usage.share(TRIPLETS[t]) for t in family]) * len(found)
        quota = np.floor(exact).astype(np.int64)
        order = np.argsort(-(exact - quota), kind="stable")
        quota[order[: len(found) - int(quota.sum())]] += 1
        left = dict(zip(family, quota.tolist(), strict=True))
        open_places = []
        for number, index, now in found:
            stuck = not genes[number].free[index]
            if left.get(now, 0) > 0 and (stuck or now in left):
                left[now] -= 1
            elif not stuck:
                open_places.append((number, index))
        rest = [t for t, n in left.items() for _ in range(n)]
        rng.shuffle(rest)
        for (number, index), triplet in zip(open_places, rest, strict=False):
            wishes[number][index] = triplet
    return wishes


def _fill(
    gene: Gene,
    free: npt.NDArray[np.bool_],
    triplets: Ints,
    rules: Sequence[CodonUse],
    scorers: Sequence[Callable[[int], Floats]],
    insides: Sequence[npt.NDArray[np.bool_]],
    wishes: Sequence[Ints | None],
    tables: _Tables,
    slots: npt.NDArray[np.int32],
    taken: Ints,
    asked: npt.NDArray[np.uint8],
) -> None:
    places, strands, code = gene.codons.positions, gene.codons.strands, gene.codons.code
    acids = amino_acids(code)
    duals = {_ORDER[codon] for codon in code.dual_codons}
    residues = np.frombuffer(gene.residues, np.uint8)
    within = [inside[places].all(axis=1) for inside in insides]
    scores = [scorers[number] for number in range(len(rules))]
    old_matters = any(rule.method == "harmonise" for rule in rules)
    signature = residues.astype(np.int64)
    signature = signature * 2 + (strands == -1)
    for inside in within:
        signature = signature * 2 + inside
    if old_matters:
        signature = signature * 65 + triplets + 1
    for wish in wishes:
        if wish is not None:
            signature = signature * 65 + wish + 1
    chosen = np.flatnonzero(free & (strands != 0))
    kinds, first, which = np.unique(signature[chosen], return_index=True, return_inverse=True)
    numbers = np.empty(len(kinds), np.int64)
    letter_sets = np.empty((len(kinds), 3), np.uint8)
    for kind, index in enumerate(chosen[first].tolist()):
        key = (code.id, int(kinds[kind]))
        if key in tables.made:
            numbers[kind], letter_sets[kind] = tables.made[key]
            continue
        row = np.full(64, -np.inf)
        options = acids == residues[index]
        for dual in duals:
            options[dual] = False
        worth = np.zeros(64)
        for score, inside, wish in zip(scores, within, wishes, strict=True):
            if inside[index]:
                told = triplets if wish is None else wish
                worth += score(max(int(told[index]), 0))
        row[options] = worth[options]
        if strands[index] == -1:
            row = row[MIRROR]
        numbers[kind] = tables.add(row)
        good = np.flatnonzero(row > -np.inf)
        for place, step in enumerate((16, 4, 1)):
            letter_sets[kind, place] = np.bitwise_or.reduce(1 << (good // step % 4))
        tables.made[key] = (int(numbers[kind]), letter_sets[kind].copy())
    last = places[chosen].max(axis=1)
    which = which.ravel()
    _place(slots, taken, last, numbers[which])
    for offset in range(3):
        np.bitwise_and.at(asked, last - 2 + offset, letter_sets[which, offset])


def _place(slots: npt.NDArray[np.int32], taken: Ints, last: Ints, numbers: Ints) -> None:
    empty = taken[last] == 0
    slots[last[empty], 0] = numbers[empty]
    taken[last[empty]] = 1
    for at, number in zip(last[~empty].tolist(), numbers[~empty].tolist(), strict=True):
        used = int(taken[at])
        if number in slots[at, :used]:
            continue  # the same gene in two annotations
        slots[at, used] = number
        taken[at] += 1


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
    reference = symbols
    if rule.reference is not None:
        if len(rule.reference) != length:
            raise InputError(
                f"a reference of {len(rule.reference)} letters for a record of {length}"
            )
        reference = np.frombuffer(masks(rule.reference), np.uint8)
    inside = _covered(rule.region, length, circular)
    for letter in range(4):
        worth[inside & (reference == 1 << letter), letter] += rule.weight


def _pairs(
    pairs: npt.NDArray[np.int32],
    rule: CodonUse,
    inside: npt.NDArray[np.bool_],
    genes: Iterable[Gene],
    tables: _Tables,
) -> None:
    assert rule.pairs is not None
    score = np.zeros((64, 64))
    for six, value in rule.pairs.items():
        score[_ORDER[six[:3]], _ORDER[six[3:]]] = rule.weight * value
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
    tables: _Tables,
    length: int,
    circular: bool,
) -> None:
    for rule in soft:
        if not isinstance(rule, Dinucleotides) or rule.target is not None:
            continue
        row = np.zeros(64)
        pair = _ORDER["A" + rule.pair.upper()]
        row[[pair + 16 * first for first in range(4)]] = rule.weight
        number = tables.add(row)
        inside = _covered(rule.region, length, circular)
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

"""The genes of a record, their codons with their worth, and the letters that a genome keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from biowright.bio import Codons, read_codons
from biowright.core import Feature, InputError, Record

from .layout import (
    CODE_OF_MASK,
    MIRROR,
    ORDER,
    TRIPLETS,
    Floats,
    Gene,
    Ints,
    Tables,
    amino_acids,
)
from .rules import (
    CodonUse,
    KeepProtein,
)

__all__ = ["codon_scores", "is_pseudo", "signals"]


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


def read_genes(
    record: Record,
    rules: Sequence[KeepProtein],
    symbols: npt.NDArray[np.uint8],
    notices: list[str],
) -> list[tuple[Gene, KeepProtein]]:
    """Give the genes that the rules keep, each with its rule; what cannot be kept is told."""
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


def codon_quotas(
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


def fill_slots(
    gene: Gene,
    free: npt.NDArray[np.bool_],
    triplets: Ints,
    rules: Sequence[CodonUse],
    scorers: Sequence[Callable[[int], Floats]],
    insides: Sequence[npt.NDArray[np.bool_]],
    wishes: Sequence[Ints | None],
    tables: Tables,
    slots: npt.NDArray[np.int32],
    taken: Ints,
    asked: npt.NDArray[np.uint8],
) -> None:
    """Enter the worth of each codon of a gene at its last letter, and the letters it may take."""
    places, strands, code = gene.codons.positions, gene.codons.strands, gene.codons.code
    acids = amino_acids(code)
    duals = {ORDER[codon] for codon in code.dual_codons}
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
    place_slots(slots, taken, last, numbers[which])
    for offset in range(3):
        np.bitwise_and.at(asked, last - 2 + offset, letter_sets[which, offset])


def place_slots(slots: npt.NDArray[np.int32], taken: Ints, last: Ints, numbers: Ints) -> None:
    """Put a table's number into the next free slot of each position."""
    empty = taken[last] == 0
    slots[last[empty], 0] = numbers[empty]
    taken[last[empty]] = 1
    for at, number in zip(last[~empty].tolist(), numbers[~empty].tolist(), strict=True):
        used = int(taken[at])
        if number in slots[at, :used]:
            continue  # the same gene in two annotations
        slots[at, used] = number
        taken[at] += 1

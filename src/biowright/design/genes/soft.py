"""Objectives that are no sums: shares to be met, codons as often as a host has them, open starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from biowright.bio.folding import fold_energy

from .chain import make_chain, solve
from .compiling import reference_of
from .kernels import BREACH
from .layout import CODE_OF_MASK, LETTERS, MIRROR, TRIPLETS, Gene, Layout, amino_acids, inside_of
from .rules import Dinucleotides, GCContent, Identity, Rule, StartFolding

__all__ = ["meet_targets", "open_starts"]

Symbols = npt.NDArray[np.uint8]
STRONGEST = 8.0
"""The most that a letter may earn to meet a share."""
HALVINGS = 12
SPREAD = 0.25
"""How much more some letters earn than others for staying: else all of them would change at once."""
Target = GCContent | Dinucleotides | Identity


def meet_targets(
    layout: Layout, soft: Sequence[Rule], solved: Callable[[Layout], Symbols | None]
) -> Layout:
    """Give the layout with the bonus on letters or pairs that brings their shares to the targets.

    One bonus for all letters makes the trade with the other objectives the best one at that share
    (a Lagrange multiplier); it is found by halving. Several targets are met one after the other.
    """
    for rule in soft:
        if not isinstance(rule, Target) or rule.target is None:
            continue
        low, high = -STRONGEST, STRONGEST
        best: tuple[float, Layout] | None = None
        for _ in range(HALVINGS):
            bonus = (low + high) / 2
            tried = _with_bonus(layout, rule, bonus)
            symbols = solved(tried)
            if symbols is None:
                return layout
            share = share_of(symbols, rule, layout)
            missed = abs(share - rule.target)
            if best is None or missed < best[0]:
                best = (missed, tried)
            if share < rule.target:
                low = bonus
            else:
                high = bonus
        if best is not None:
            layout = best[1]
    return layout


def share_of(symbols: Symbols, rule: Target, layout: Layout) -> float:
    """Give the share of C and G, of a pair, or of letters that are the same in the region of a rule."""
    inside = inside_of(layout, rule.region)
    if isinstance(rule, Identity):
        same = symbols == reference_of(rule, layout.symbols)
        return float(same[inside].mean()) if inside.any() else 0.0
    if isinstance(rule, GCContent):
        return float(((symbols[inside] & 9) == 0).mean()) if inside.any() else 0.0
    first, second = (1 << LETTERS.index(x) for x in rule.pair.upper())
    both = inside[1:] & inside[:-1]
    found = (symbols[:-1] == first) & (symbols[1:] == second) & both
    return float(found.sum() / max(both.sum(), 1))


def _with_bonus(layout: Layout, rule: Target, bonus: float) -> Layout:
    inside = inside_of(layout, rule.region)
    if isinstance(rule, GCContent):
        worth = layout.letter_worth.copy()
        worth[np.ix_(inside, [1, 2])] += bonus
        return replace(layout, letter_worth=worth)
    if isinstance(rule, Identity):
        worth = layout.letter_worth.copy()
        reference = reference_of(rule, layout.symbols)
        # changes are spread evenly by the golden ratio
        places = np.flatnonzero(inside & (CODE_OF_MASK[reference] >= 0))
        uneven = SPREAD * (places * 0.6180339887498949 % 1.0 - 0.5)
        worth[places, CODE_OF_MASK[reference[places]]] += bonus + uneven
        return replace(layout, letter_worth=worth)
    row = np.zeros(64)
    pair = rule.pair.upper()
    row[[TRIPLETS.index(letter + pair) for letter in LETTERS]] = bonus
    number = len(layout.tables)
    slots = layout.slots.copy()
    ends = np.flatnonzero(inside[1:] & inside[:-1]) + 1
    for column in range(slots.shape[1]):
        here = ends[slots[ends, column] < 0]
        slots[here, column] = number
        ends = np.setdiff1d(ends, here)
    return replace(layout, slots=slots, tables=np.concatenate([layout.tables, row[None]]))


def open_starts(layout: Layout, symbols: Symbols, soft: Sequence[Rule]) -> tuple[Symbols, float]:
    """Exchange the first codons of genes as long as the start opens by more than codons lose.

    Returns
    -------
    symbols
    energy : float
        The sum of weighted free energies, in kcal/mol.
    """
    total = 0.0
    for rule in soft:
        if not isinstance(rule, StartFolding):
            continue
        inside = inside_of(layout, rule.region)
        for gene in layout.genes:
            if len(gene.codons.positions) and inside[gene.codons.positions[0]].all():
                symbols, energy = _opened(layout, symbols, gene, rule)
                total += rule.weight * energy
    return symbols, total


def _opened(
    layout: Layout, symbols: Symbols, gene: Gene, rule: StartFolding
) -> tuple[Symbols, float]:
    places = gene.codons.positions
    strand = int(gene.codons.strands[0]) or 1
    length = len(layout)
    first = int(places[0, 0])
    span = np.arange(-rule.before, rule.after)
    window = first + strand * span
    window = window % length if layout.circular else window[(window >= 0) & (window < length)]
    low, high = (
        int(places[: rule.after // 3 + 1].min()),
        int(places[: rule.after // 3 + 1].max()) + 1,
    )

    def energy(now: Symbols) -> float:
        letters = CODE_OF_MASK[now[window]]
        if strand == -1:
            letters = np.where(letters >= 0, 3 - letters, letters)
        text = "".join("ACGU"[x] if x >= 0 else "N" for x in letters.tolist())
        return fold_energy(text)

    fixed = replace(layout, allowed=np.zeros_like(layout.allowed))

    def worth(now: Symbols) -> float:
        answer = solve(make_chain(fixed, now, low, high))
        return answer.worth - BREACH * answer.breaches

    best = rule.weight * energy(symbols) + worth(symbols)
    acids = amino_acids(gene.codons.code)
    better = True
    while better:
        better = False
        for index in range(min(len(places), rule.after // 3)):
            if not gene.free[index] or np.ptp(places[index]) != 2:
                continue
            backward = gene.codons.strands[index] == -1
            for triplet in np.flatnonzero(acids == gene.residues[index]).tolist():
                spelled = TRIPLETS[int(MIRROR[triplet])] if backward else TRIPLETS[triplet]
                start = int(places[index].min())
                fresh = np.array([1 << LETTERS.index(x) for x in spelled], np.uint8)
                allowed = np.where(
                    layout.allowed[start : start + 3] > 0,
                    layout.allowed[start : start + 3],
                    symbols[start : start + 3],
                )
                if (fresh & ~allowed).any() or (fresh == symbols[start : start + 3]).all():
                    continue
                tried = symbols.copy()
                tried[start : start + 3] = fresh
                value = rule.weight * energy(tried) + worth(tried)
                if value > best + 1e-9:
                    best, symbols, better = value, tried, True
    return symbols, energy(symbols)

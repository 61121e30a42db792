"""Why each letter was changed, and what the objectives are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from biowright.core import Record

from .breaches import Breach, find_breaches
from .changes import Change
from .layout import CODE_OF_MASK, TRIPLETS, Layout, codon_scores
from .rules import CodonUse, Rule

__all__ = ["explain", "moved"]

_Placed = TypeVar("_Placed", Breach, Change)

_COMPLEMENT = str.maketrans("ACGTacgt", "TGCAtgca")


def explain(
    layout: Layout, done: Record, rules: Sequence[Rule], soft: Sequence[Rule], cut: int = 0
) -> tuple[list[Change], dict[str, float]]:
    """Give the changes with their reasons, and the figures of a design.

    `cut` is where the layout begins in the record that was given; reasons name places in that one.
    """
    old, new = layout.record.sequence.data, done.sequence.data
    differs = np.frombuffer(old, np.uint8) != np.frombuffer(new, np.uint8)
    before = find_breaches(layout.record, rules)
    broken = np.full(len(old), -1, np.int64)
    for number, breach in enumerate(before):
        broken[np.arange(breach.start, breach.end) % max(len(old), 1)] = number
    before = [moved(breach, cut, len(old)) for breach in before]
    uses = [rule for rule in soft if isinstance(rule, CodonUse)]
    told = np.zeros(len(old), np.bool_)
    changes = []
    for gene in layout.genes:
        rows = np.flatnonzero(differs[gene.codons.positions].any(axis=1))
        for index in rows.tolist():
            places = gene.codons.positions[index]
            if told[places[differs[places]]].all():
                continue
            told[places] = True
            changes.append(_codon(gene, index, places, old, new, broken, before, uses))
    for at in np.flatnonzero(differs & ~told).tolist():
        why = f"removes {before[broken[at]].rule}" if broken[at] >= 0 else "objectives"
        changes.append(Change(at, at + 1, chr(old[at]), chr(new[at]), "", why))
    return changes, _figures(layout, new, uses)


def moved(item: _Placed, cut: int, length: int) -> _Placed:
    """Give a breach or a change as it lies in a circle that begins `cut` letters earlier."""
    start = (item.start + cut) % max(length, 1)
    return replace(item, start=start, end=start + item.end - item.start)


def _codon(gene, index, places, old, new, broken, before, uses) -> Change:
    low, high = int(places.min()), int(places.max()) + 1
    if high - low > 3:  # over an origin or a join, which are not changed
        low, high = int(places[0]), int(places[0]) + 3
    first, then = old[low:high].decode(), new[low:high].decode()
    read = (first, then)
    if gene.codons.strands[index] == -1:
        read = tuple(text.translate(_COMPLEMENT)[::-1] for text in read)
    what = (
        f"{gene.label} {chr(gene.residues[index])}{index + 1} {read[0].upper()}>{read[1].upper()}"
    )
    causes = sorted({int(n) for n in broken[places] if n >= 0})
    if causes:
        breach = before[causes[0]]
        return Change(
            low, high, first, then, what, f"{breach.rule} at {breach.start}..{breach.end}"
        )
    for rule in uses:
        adapted = rule.usage.adaptiveness()
        a, b = adapted.get(read[0].upper(), 0.0), adapted[read[1].upper()]
        verdict = "better for" if b > a else "makes room for a constraint nearby; in"
        why = f"{verdict} {rule.usage.host}: {a:.3f} to {b:.3f}"
        return Change(low, high, first, then, what, why)
    return Change(low, high, first, then, what, "objectives")


def _figures(layout: Layout, letters: bytes, uses: Sequence[CodonUse]) -> dict[str, float]:
    from biowright.bio.iupac import masks

    figures: dict[str, float] = {}
    code = CODE_OF_MASK[np.frombuffer(masks(letters), np.uint8)]
    for rule in uses:
        adapted = rule.usage.adaptiveness()
        logs = np.log(np.array([adapted[t] for t in TRIPLETS]))
        worth, total, count = 0.0, 0.0, 0
        for gene in layout.genes:
            read = code[gene.codons.positions]
            read = np.where((gene.codons.strands == -1)[:, None], 3 - read, read)
            used = (read >= 0).all(axis=1) & (gene.codons.strands != 0)
            triplets = (read[used] @ np.array([16, 4, 1])).astype(np.int64)
            total += float(logs[triplets].sum())
            count += len(triplets)
            if rule.method != "cai":
                score = codon_scores(rule, gene.codons.code)
                worth += float(sum(score(int(t))[t] for t in triplets.tolist()))
        figures[f"CAI {rule.usage.host}"] = float(np.exp(total / count)) if count else 1.0
        if rule.method != "cai":
            figures[str(rule)] = worth
    strong = sum(letters.upper().count(x) for x in b"GC")
    figures["GC"] = strong / len(letters) if letters else 0.0
    return figures

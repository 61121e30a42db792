"""Why each letter was changed, and what the objectives are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar, overload

import numpy as np

from biowright.bio import other_strand
from biowright.core import Record

from .breaches import Breach, find_breaches
from .changes import Change
from .layout import CODE_OF_MASK, TRIPLETS, Layout
from .layout_genes import codon_scores
from .rules import CodonUse, Rule

__all__ = ["explain", "moved"]

_Placed = TypeVar("_Placed", Breach, Change)


class Changes(Sequence[Change]):
    """The changes of a design, by their place; a genome has a million, so each is made when asked."""

    def __init__(
        self,
        layout: Layout,
        new: bytes,
        rules: Sequence[Rule],
        uses: Sequence[CodonUse],
        cut: int,
        causes: Sequence[Breach] = (),
    ) -> None:
        old = layout.record.sequence.data
        self._layout, self._old, self._new, self._cut = layout, old, new, cut
        differs = np.frombuffer(old, np.uint8) != np.frombuffer(new, np.uint8)
        self._before = [*causes, *find_breaches(layout.record, rules)]
        self._broken = np.full(len(old), -1, np.int64)
        for number, breach in enumerate(self._before):
            self._broken[np.arange(breach.start, breach.end) % max(len(old), 1)] = number
        self._adapted = [(rule.usage.host, rule.usage.adaptiveness()) for rule in uses]
        told = np.zeros(len(old), np.bool_)
        rows = []
        for number, gene in enumerate(layout.genes):
            places = gene.codons.positions
            if not differs[places.min() : places.max() + 1].any():
                continue
            chosen = np.flatnonzero((differs[places] & ~told[places]).any(axis=1))
            told[places[chosen].ravel()] = True
            first = places[chosen].min(axis=1)  # a codon that changes lies in one piece
            rows.append(np.stack([first, np.full(len(chosen), number), chosen], axis=1))
        alone = np.flatnonzero(differs & ~told)
        rows.append(np.stack([alone, np.full(len(alone), -1), alone], axis=1))
        self._rows = np.concatenate(rows).astype(np.int64)
        starts = (self._rows[:, 0] + cut) % max(len(old), 1)
        self._rows = self._rows[np.argsort(starts, kind="stable")]

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Change, ...]: ...
    def __getitem__(self, index: int | slice) -> Change | tuple[Change, ...]:
        """Make one change, or some of them."""
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        return self._made(*self._rows[index].tolist())

    def __repr__(self) -> str:
        return f"<{len(self):,} changes>"

    def _made(self, start: int, number: int, index: int) -> Change:
        if number < 0:
            old, new = chr(self._old[start]), chr(self._new[start])
            causes = [int(self._broken[start])]
            change = Change(start, start + 1, old, new, "", "objectives")
        else:
            gene = self._layout.genes[number]
            old, new = self._old[start : start + 3].decode(), self._new[start : start + 3].decode()
            read = [old, new]
            if gene.codons.strands[index] == -1:
                read = [other_strand(text) for text in read]
            read = [text.upper() for text in read]
            residue = chr(gene.residues[index])
            what = f"{gene.label} {residue}{index + 1} {read[0]}>{read[1]}"
            causes = self._broken[start : start + 3].tolist()
            change = Change(start, start + 3, old, new, what, self._judged(*read))
        causes = sorted(cause for cause in causes if cause >= 0)
        if causes:
            breach = moved(self._before[causes[0]], self._cut, len(self._old))
            change = replace(change, why=f"{breach.rule} at {breach.start}..{breach.end}")
        return moved(change, self._cut, len(self._old)) if self._cut else change

    def _judged(self, old: str, new: str) -> str:
        if not self._adapted:
            return "objectives"
        host, adapted = self._adapted[0]
        a, b = adapted.get(old, 0.0), adapted[new]
        verdict = "better for" if b > a else "makes room for a constraint nearby; in"
        return f"{verdict} {host}: {a:.3f} to {b:.3f}"


def explain(
    layout: Layout,
    done: Record,
    rules: Sequence[Rule],
    soft: Sequence[Rule],
    cut: int = 0,
    causes: Sequence[Breach] = (),
) -> tuple[Changes, dict[str, float]]:
    """Give the changes with their reasons, and the figures of a design.

    `cut` is where the layout begins in the record that was given; reasons name places in that one.
    `causes` are breaches that neither the old nor the new sequence has, but one on the way.
    """
    uses = [rule for rule in soft if isinstance(rule, CodonUse)]
    letters = done.sequence.data
    return Changes(layout, letters, rules, uses, cut, causes), _figures(layout, letters, uses)


def moved(item: _Placed, cut: int, length: int) -> _Placed:
    """Give a breach or a change as it lies in a circle that begins `cut` letters earlier."""
    start = (item.start + cut) % max(length, 1)
    return replace(item, start=start, end=start + item.end - item.start)


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
                score = codon_scores(rule)
                worth += float(sum(score(int(t))[t] for t in triplets.tolist()))
        figures[f"CAI {rule.usage.host}"] = float(np.exp(total / count)) if count else 1.0
        if rule.method != "cai":
            figures[str(rule)] = worth
    strong = sum(letters.upper().count(x) for x in b"GC")
    figures["GC"] = strong / len(letters) if letters else 0.0
    return figures

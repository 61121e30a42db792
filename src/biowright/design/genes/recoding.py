"""Rules of rewriting that exchange letters: recoded codons, removed sites, tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from biowright.bio import genetic_code, other_strand
from biowright.core import InputError, Record, suggest

from .breaches import Breach, find_breaches
from .chain import codes, make_chain, solve
from .changes import Change, changed_record
from .compiling import compile_layout
from .kernels import BREACH
from .layout import CODE_OF_MASK, LETTERS, MIRROR, TRIPLETS, Layout, amino_acids
from .rewriting_rules import RecodeCodons, RemoveSites, TagGenes
from .rules import Avoid, Identity, KeepProtein, Rule

__all__ = ["chosen_genes", "recode_codons", "remove_sites", "tag_genes"]

_Made = tuple[Record, list[Change], list[Breach]]


def _layout(
    record: Record, code: int, rules: Sequence[Avoid] = (), soft: Sequence[Rule] = ()
) -> Layout:
    return compile_layout(record, [KeepProtein(code=code), *rules], soft=soft)


def recode_codons(record: Record, rule: RecodeCodons, code: int) -> _Made:
    """Exchange codons for synonyms in all genes, and tell where a shared letter forbids it."""
    table = genetic_code(code)
    wanted = {
        old.upper().replace("U", "T"): new.upper().replace("U", "T")
        for old, new in rule.codons.items()
    }
    for old, new in wanted.items():
        if table[old] != table[new]:
            raise InputError(
                f"{old} ({table[old]}) and {new} ({table[new]}) are not synonymous in genetic code "
                f"{code}"
            )
    layout = _layout(record, code)
    letters = CODE_OF_MASK[layout.symbols].copy()
    owners = _owners(layout)
    said = "recode " + ", ".join(f"{old}>{new}" for old, new in wanted.items())
    edits, left = [], []
    for number, gene in enumerate(layout.genes):
        places = gene.codons.positions
        backward = gene.codons.strands == -1
        read = letters[places]
        read = np.where(backward[:, None] & (read >= 0), 3 - read, read)
        names = _spelled(read)
        for old, new in wanted.items():
            for index in np.flatnonzero(names == old).tolist():
                low = int(places[index].min())
                why = ""
                if gene.codons.strands[index] == 0 or np.ptp(places[index]) != 2:
                    why = "the codon lies in pieces"
                elif index in gene.codons.excepted:
                    why = "/transl_except reads it otherwise"
                elif index == 0 and gene.codons.start:
                    why = "it is the start codon"
                fresh = other_strand(new) if backward[index] else new
                if not why:
                    kept = letters[low : low + 3].copy()
                    letters[low : low + 3] = [LETTERS.index(x) for x in fresh]
                    clash = _breaks(layout, letters, kept, low, owners, number)
                    if clash:
                        letters[low : low + 3] = kept
                        why = f"it shares letters with {clash}"
                if why:
                    left.append(Breach(low, low + 3, said, f"{old} of {gene.label}", why=why))
                    continue
                before = record.sequence.data[low : low + 3].decode()
                what = f"{gene.label} {chr(gene.residues[index])}{index + 1} {old}>{new}"
                edits.append(Change(low, low + 3, before, fresh, what, said))
    return _changed(record, edits, said), edits, left


def _spelled(read: npt.NDArray[np.int64]) -> npt.NDArray[np.str_]:
    letters = np.array([*LETTERS, "N"])
    return np.char.add(np.char.add(letters[read[:, 0]], letters[read[:, 1]]), letters[read[:, 2]])


def _owners(layout: Layout) -> dict[int, list[tuple[int, int]]]:
    """Give, for letters of several codons, the genes and codons that they belong to."""
    cover = np.zeros(len(layout), np.int64)
    for gene in layout.genes:
        np.add.at(cover, gene.codons.positions.ravel(), 1)
    shared = cover > 1
    owners: dict[int, list[tuple[int, int]]] = {}
    for number, gene in enumerate(layout.genes):
        rows = np.flatnonzero(shared[gene.codons.positions].any(axis=1))
        for index in rows.tolist():
            for place in gene.codons.positions[index].tolist():
                owners.setdefault(place, []).append((number, index))
    return owners


def _breaks(layout, letters, kept, low, owners, number) -> str:
    """Name another gene whose protein the new letters at low..low+3 would change."""
    seen = {pair for place in range(low, low + 3) for pair in owners.get(place, ())}
    for other, index in sorted(seen):
        gene = layout.genes[other]
        if other == number and set(gene.codons.positions[index].tolist()) == set(
            range(low, low + 3)
        ):
            continue
        old = letters.take(gene.codons.positions[index])
        before = old.copy()
        for offset, place in enumerate(gene.codons.positions[index].tolist()):
            if low <= place < low + 3:
                before[offset] = kept[place - low]
        if (old == before).all():
            continue
        if gene.codons.strands[index] == 0 or index in gene.codons.excepted:
            return gene.label
        if index == 0 and gene.codons.start:
            return gene.label
        if gene.codons.strands[index] == -1:
            old, before = 3 - old, 3 - before
        acids = amino_acids(gene.codons.code)
        factors = np.array([16, 4, 1])
        if acids[int(old @ factors)] != acids[int(before @ factors)]:
            return gene.label
    return ""


def _changed(record: Record, edits: Iterable[Change], said: str) -> Record:
    letters = bytearray(record.sequence.data)
    for edit in edits:
        letters[edit.start : edit.end] = edit.new.encode()
    return changed_record(record, bytes(letters), f"rewrite: {said}")


def remove_sites(record: Record, rule: RemoveSites, code: int) -> _Made:
    """Take sites out by synonymous codons, with the fewest letters changed."""
    avoided = [Avoid(pattern) for pattern in rule.patterns]
    layout = _layout(record, code, avoided, [Identity()])
    said = "; ".join(str(a) for a in avoided)
    symbols = layout.symbols.copy()
    left = []
    for breach in find_breaches(record, avoided):
        start, end = breach.start - 6, breach.end + 6
        chain = make_chain(layout, symbols, start, end)
        answer = solve(chain)
        core = slice(*chain.core)
        places = chain.index[core]
        free = layout.allowed[places] > 0
        if answer.letters is None or not free.any():
            left.append(replace(breach, why="fixed"))
            continue
        symbols[places[free]] = 1 << answer.letters[core][free].astype(np.uint8)
        if answer.worth < -BREACH / 2:
            left.append(replace(breach, why="no synonymous change removes it"))
    letters = np.frombuffer(LETTERS.encode() + b"N", np.uint8)[codes(symbols)]
    old = np.frombuffer(record.sequence.data, np.uint8)
    differs = np.flatnonzero(symbols != layout.symbols)
    edits = [
        Change(at, at + 1, chr(old[at]), chr(letters[at]), "", said) for at in differs.tolist()
    ]
    done = _changed(record, edits, said)
    return done, edits, left


def chosen_genes(record: Record, wanted: Sequence[str], but: Sequence[str] = ()) -> list[int]:
    """Give the features of the genes that are named, or of all but some."""
    labels: dict[str, list[int]] = {}
    for index, feature in enumerate(record.features):
        if feature.type == "CDS" and "pseudo" not in feature.qualifiers:
            labels.setdefault(feature.label, []).append(index)
    for name in (*wanted, *but):
        if name not in labels:
            raise InputError(
                f"there is no gene '{name}'", record=record.name or None, hint=suggest(name, labels)
            )
    return [
        index
        for name, indices in labels.items()
        for index in indices
        if (not wanted or name in wanted) and name not in but
    ]


def tag_genes(record: Record, rule: TagGenes, code: int) -> _Made:
    """Write a watermark into genes: a stretch of synonymous codons that the genome did not have."""
    if rule.length % 3 or rule.length < 9:
        raise InputError(f"a tag of {rule.length}", expected="a multiple of three, 9 or more")
    layout = _layout(record, code)
    said = f"tag of {rule.length}"
    count = rule.length // 3
    margin = -(-rule.margin // 3)
    edits, left = [], []
    letters = CODE_OF_MASK[layout.symbols]
    crowded = np.zeros(len(layout), np.int64)
    for gene in layout.genes:
        np.add.at(crowded, gene.codons.positions.ravel(), 1)
    chosen = {record.features[i].label for i in chosen_genes(record, rule.genes)}
    for gene in layout.genes:
        if gene.label not in chosen:
            continue
        places = gene.codons.positions
        free = gene.free & (gene.codons.strands != 0) & (crowded[places] == 1).all(axis=1)
        inner = free.copy()
        inner[:margin] = False
        inner[len(inner) - margin :] = False
        read = letters[places]
        read = np.where((gene.codons.strands == -1)[:, None], 3 - read, read)
        acids = amino_acids(gene.codons.code)
        best = np.zeros(len(places), np.int64)
        options = np.zeros(len(places), np.int64)
        for index in np.flatnonzero(inner).tolist():
            now = int(read[index] @ np.array([16, 4, 1]))
            same = np.flatnonzero(acids == acids[now])
            differ = [
                sum(a != b for a, b in zip(TRIPLETS[s], TRIPLETS[now], strict=True)) for s in same
            ]
            at = int(np.argmax(differ))
            best[index], options[index] = differ[at], same[at]
        total = np.concatenate([[0], np.cumsum(best)])
        whole = np.concatenate([[0], np.cumsum(inner)])
        if len(places) < count:
            continue
        sums = np.where(whole[count:] - whole[:-count] == count, total[count:] - total[:-count], -1)
        at = int(np.argmax(sums))
        low = int(places[at : at + count].min()) if sums[at] >= 0 else int(places.min())
        if sums[at] < rule.least:
            found = max(int(sums[at]), 0)
            left.append(
                Breach(
                    low, low + rule.length, said, gene.label, why=f"only {found} letters can differ"
                )
            )
            continue
        text = bytearray(record.sequence.data)
        for index in range(at, at + count):
            if not best[index]:
                continue
            triplet = int(options[index])
            spelled = (
                TRIPLETS[int(MIRROR[triplet])]
                if gene.codons.strands[index] == -1
                else TRIPLETS[triplet]
            )
            first = int(places[index].min())
            old = text[first : first + 3].decode()
            what = f"{gene.label} {chr(gene.residues[index])}{index + 1} {old}>{spelled}"
            edits.append(Change(first, first + 3, old, spelled, what, f"{said} in {gene.label}"))
    return _changed(record, edits, said), edits, left

"""Screening: speed, false flags on E. coli's genes, and stand-ins found in every disguise.

There is no open peer that screens for split and joined pieces offline; the plain peer is a search for each
exact window of 16 residues in the six translations by Biopython, which finds neither short pieces nor
substitutions. The goal is 100 kb a second.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from Bio.Seq import Seq

import biowright
from biowright.bio import CODONS, genetic_code
from biowright.core import Molecule, Record, Sequence
from biowright.safety import (
    KmerScreener,
    build_reference,
    demo_records,
    demo_reference,
    gather,
    screen,
)
from biowright.safety.items import Batch

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
GENOME = REFERENCE / "build" / "genomes" / "ecoli_MG1655_NC_000913.3.gbff.gz"
AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"


def measured(work: Callable[[], object]) -> tuple[float, object]:
    """Give the CPU time in s and what came out."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def exact_windows(texts: list[str], proteins: list[str]) -> int:
    """Count the texts with an exact window of 16 residues, as one writes it with Biopython."""
    windows = {p[i : i + 16] for p in proteins for i in range(len(p) - 15)}
    count = 0
    for text in texts:
        found = False
        for strand in (Seq(text), Seq(text).reverse_complement()):
            for frame in range(3):
                cut = strand[frame : frame + (len(strand) - frame) // 3 * 3]
                protein = str(cut.translate())
                found |= any(protein[i : i + 16] in windows for i in range(len(protein) - 15))
        count += found
    return count


def recode(protein: str, chance: random.Random) -> str:
    """Write a protein in random synonymous codons."""
    table = genetic_code(1)
    codons = {a: [c for c in CODONS if table[c] == a] for a in set(protein)}
    return "".join(chance.choice(codons[a]) for a in protein)


def other(letters: str) -> str:
    """Give the other strand."""
    return str(Sequence(letters, Molecule.DNA).reverse_complement())


def disguises(protein: str, chance: random.Random) -> Iterator[tuple[str, list[str]]]:
    """Give a stand-in as it might be ordered, each in new random codons."""

    def benign(length: int) -> str:
        return "".join(chance.choices("ACGT", k=length))

    def pieces(size: int, shared: int = 0) -> list[str]:
        gene = recode(protein, chance)
        return [gene[i : i + size] for i in range(0, len(gene) - shared, size - shared)]

    yield "whole, in a longer piece", [benign(500) + recode(protein, chance) + benign(500)]
    yield "whole, other strand", [other(recode(protein, chance))]
    at = 3 * chance.randrange(len(protein) - 17) + chance.randrange(3)
    yield "50 nt of it in 1 kb", [benign(475) + recode(protein, chance)[at : at + 50] + benign(475)]
    for size in (17, 20, 30, 45):
        chosen = [p if chance.random() < 0.5 else other(p) for p in pieces(size)]
        chance.shuffle(chosen)
        yield f"pieces of {size} nt, shuffled", chosen
    oligos = [other(p) if i % 2 else p for i, p in enumerate(pieces(40, 20))]
    yield "oligos of 40 that share 20", oligos
    hidden = [benign(200) + piece + benign(200) for piece in pieces(30)]
    chance.shuffle(hidden)
    yield "30 nt each, hidden in 430", hidden
    parts = [f"TTATATGGTCTCA{p}TGAGACCATATAA" for p in pieces(28, 4)]
    chance.shuffle(parts)
    yield "Golden Gate parts of 28", parts


def main() -> None:
    """Measure and print the tables."""
    chance = random.Random(1)
    proteins = [str(r.sequence) for r in demo_records() if r.molecule is Molecule.PROTEIN]
    screener = KmerScreener(demo_reference())
    screen("ACGT" * 100)  # compiled
    if GENOME.is_file():
        genome = biowright.read(GENOME)[0]
        genes = [str(f.extract(genome.sequence)) for f in genome.features if f.type == "CDS"]
    else:
        print(f"random genes (no reference data at {REFERENCE})")
        genes = ["".join(chance.choices("ACGT", k=930)) for _ in range(4315)]
    total = sum(map(len, genes))

    print(f"{'workload':<44}{'CPU s':>8}{'kb/s':>9}  flagged")
    cpu, flagged = measured(lambda: sum(not screen(gene).passed for gene in genes))
    print(
        f"{f'{len(genes):,} genes, each an order':<44}{cpu:>8.1f}{total / cpu / 1e3:>9.0f}  {flagged}"
    )
    cpu, verdict = measured(lambda: screen(genes))
    told = 0 if verdict.passed else len(verdict.findings)
    print(f"{'the same as one order':<44}{cpu:>8.1f}{total / cpu / 1e3:>9.0f}  {told}")
    sample = genes[::20]
    size = sum(map(len, sample))
    cpu, told = measured(lambda: exact_windows(sample, proteins))
    print(
        f"{'peer: exact windows with Biopython, 1 in 20':<44}{cpu:>8.1f}{size / cpu / 1e3:>9.0f}  {told}"
    )
    large = [
        Record(Sequence("".join(chance.choices(AMINO_ACIDS, k=400)), Molecule.PROTEIN), f"r{i}")
        for i in range(2500)
    ]
    cpu, built = measured(lambda: build_reference(large, name="a million", key=bytes(16)))
    print(f"{'building a reference of 1,000,000 residues':<44}{cpu:>8.1f}")
    big = KmerScreener(built)
    cpu, told = measured(lambda: sum(bool(big.screen(Batch(gather(g)))) for g in sample))
    print(f"{'genes against it, 1 in 20':<44}{cpu:>8.1f}{size / cpu / 1e3:>9.0f}  {told}")

    print(f"\n{'disguise (20 each)':<44}{'found':>8}{'peer':>8}")
    names: dict[str, list[tuple[bool, bool]]] = {}
    for _ in range(5):
        for protein in proteins:
            for name, pieces in disguises(protein, chance):
                ours = bool(screener.screen(Batch(gather(pieces))))
                names.setdefault(name, []).append((ours, exact_windows(pieces, [protein]) > 0))
    for name, results in names.items():
        ours, theirs = (sum(r[i] for r in results) for i in (0, 1))
        print(f"{name:<44}{ours:>5}/{len(results)}{theirs:>5}/{len(results)}")


if __name__ == "__main__":
    main()

"""Stand-ins and their disguises: random recodings, splits, strands."""

from __future__ import annotations

import random
from collections.abc import Sequence

from biowright.bio import CODONS, genetic_code
from biowright.core import Molecule
from biowright.core import Sequence as Letters
from biowright.safety import demo_records

PROTEINS = {
    record.name: str(record.sequence)
    for record in demo_records()
    if record.molecule is Molecule.PROTEIN
}
DNA = str(next(r.sequence for r in demo_records() if r.molecule is Molecule.DNA))


def recode(protein: str, chance: random.Random, code: int = 1) -> str:
    """Write a protein in random synonymous codons of a genetic code."""
    table = genetic_code(code)
    codons: dict[str, list[str]] = {}
    for codon in CODONS:
        codons.setdefault(table[codon], []).append(codon)
    return "".join(chance.choice(codons[residue]) for residue in protein)


def benign(length: int, chance: random.Random) -> str:
    """Make random DNA."""
    return "".join(chance.choices("ACGT", k=length))


def other_strand(letters: str) -> str:
    return str(Letters(letters, Molecule.DNA).reverse_complement())


def split(letters: str, size: int, phase: int = 0, overlap: int = 0) -> list[str]:
    """Split into pieces of one size, the first one shorter by a phase."""
    starts = range(-phase, len(letters) - overlap, size - overlap)
    return [letters[max(0, at) : at + size] for at in starts if at + size > 0]


def shuffled(pieces: Sequence[str], chance: random.Random) -> dict[str, str]:
    """Give pieces in random order, each on a random strand."""
    order = list(pieces)
    chance.shuffle(order)
    return {
        f"piece{i}": other_strand(piece) if chance.random() < 0.5 else piece
        for i, piece in enumerate(order)
    }

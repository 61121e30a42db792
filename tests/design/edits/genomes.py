"""Small genomes for the tests of edits: genes on both strands, one pair that overlaps."""

from __future__ import annotations

import random

from biowright.core import Feature, Location, Record, Sequence
from biowright.design.edits import Genome

CODONS = ["GCT", "CGT", "AAC", "GAC", "CAG", "GAA", "GGT", "CAC", "ATC", "CTG", "AAA", "TGG", "CCG"]
TABLE = str.maketrans("ACGT", "TGCA")


def mirror(letters: str) -> str:
    return letters.translate(TABLE)[::-1]


def make_genome(
    seed: int = 0, *, circular: bool = True, genes: int = 8, lower: bool = False
) -> Genome:
    """Make a random genome; every second gene lies on the reverse strand."""
    rng = random.Random(seed)
    text, features = "", []
    for number in range(genes):
        text += "".join(rng.choices("ACGT", k=rng.randrange(150, 320)))
        body = "".join(rng.choices(CODONS, k=rng.randrange(60, 110)))
        coding = "ATG" + body + "TAA"
        strand = 1 if number % 2 == 0 else -1
        place = (len(text), len(text) + len(coding))
        text += coding if strand == 1 else mirror(coding)
        said = {"gene": f"g{number}", "locus_tag": f"t{number}", "transl_table": "11"}
        features.append(Feature("CDS", Location.of(place, strand=strand), said))
    text += "".join(rng.choices("ACGT", k=200))
    letters = text.lower() if lower else text
    sequence = Sequence(letters, topology="circular" if circular else "linear")
    return Genome((Record(sequence, "toy", "toy.1", features=features),))

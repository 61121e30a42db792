"""Peptides too short for the table of words: pieces of them are spelled as IUPAC patterns of codons."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from biowright.bio import CODONS, genetic_code
from biowright.bio.iupac import BASES
from biowright.bio.proteins import RESIDUES, blosum62

from .find import find
from .queries import Pattern
from .segment import Segment

__all__ = ["SHORT", "peptide_clusters"]

SHORT = 30
"""Amino acids of the longest query that is looked for by pieces."""
PIECE = 8
"""Amino acids of a piece at least, all of which must agree."""
MOST = 2_000
"""Places of a piece that are read."""
_MIRROR = np.array(
    [(m & 1) << 3 | (m & 2) << 1 | (m & 4) >> 1 | m >> 3 for m in range(16)], np.uint8
)
_MEMBERS = {"B": "DN", "Z": "EQ", "J": "IL"}


@lru_cache(maxsize=8)
def _spellings(code: int) -> np.ndarray:
    """Give the bases that the codons of each amino acid have at each place, as sets."""
    made = np.full((len(RESIDUES), 3), 15, np.uint8)
    amino_acids = genetic_code(code).amino_acids
    for row, letter in enumerate(RESIDUES):
        members = _MEMBERS.get(letter, letter)
        codons = [c for c, a in zip(CODONS, amino_acids, strict=True) if a in members]
        for place in range(3):
            if codons:
                made[row, place] = np.bitwise_or.reduce([BASES[codon[place]] for codon in codons])
    return made


def peptide_clusters(
    segment: Segment, codes: np.ndarray, allowed: np.ndarray, code: int, *, spelled: bool
) -> np.ndarray:
    """Find where pieces of a short query are spelled, as `word_clusters.clusters` gives it."""
    size = len(codes)
    count = max(size // PIECE, 1)
    rows: list[np.ndarray] = []
    for n in range(count if size else 0):
        first, last = n * size // count, (n + 1) * size // count
        sets = _spellings(code)[codes[first:last]].ravel()
        own = int(blosum62()[codes[first:last], codes[first:last]].sum())
        both = [Pattern(0, 1, sets), Pattern(0, -1, _MIRROR[sets[::-1]])]
        hits = find(segment, both[: 1 if spelled else 2], allowed, MOST)
        if not len(hits):
            continue
        part = segment.numbers.searchsorted(hits.number)
        length = segment.lengths[part].astype(np.int64)
        end = np.where(hits.end <= hits.start, hits.end + length, hits.end)
        place = np.where(hits.strand > 0, hits.start, (length - end) % length)
        frame = place % 3
        diagonal = place // 3 - first
        same = np.full(len(hits), first)
        some = np.stack(
            [
                np.full(len(hits), own),
                part,
                hits.strand < 0,
                frame,
                diagonal,
                diagonal,
                same,
                same + last - first - 1,
            ],
            axis=1,
        )
        rows.append(some[frame == 0] if spelled else some)
    return np.concatenate(rows) if rows else np.zeros((0, 8), np.int64)

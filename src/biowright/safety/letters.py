"""What letters may mean: sets of amino acids of a codon in any genetic code, and sets of bases.

A codon's set holds its meanings in all of NCBI's codes, and those of all its expansions where it is
ambiguous; stops are no meaning. What is written for another code, or with degenerate bases, is thus
found without naming the code.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from biowright.bio import CODONS, genetic_codes
from biowright.bio.iupac import BASES, masks, mirrored_masks

__all__ = ["AMINO_ACIDS", "AMINO_BITS", "BASE_BITS", "base_sets", "codon_sets", "surprise"]

AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
AMINO_BITS, BASE_BITS = 5, 2
Sets = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float64]


@cache
def _meanings() -> Sets:
    """Give the amino acids of each triple of base sets, as bits in the order of `AMINO_ACIDS`."""
    table = np.zeros((16, 16, 16), np.uint32)
    for index, codon in enumerate(CODONS):
        at = tuple(BASES[base] for base in codon)
        for code in genetic_codes().values():
            place = AMINO_ACIDS.find(code.amino_acids[index])
            if place >= 0:
                table[at] |= np.uint32(1 << place)
    for axis in range(3):
        view = np.moveaxis(table, axis, 0)
        for mask in range(1, 16):
            low = mask & -mask
            if mask != low:
                view[mask] = view[low] | view[mask ^ low]
    return table.ravel()


@cache
def _rarity() -> Weights:
    """Give, for each triple of base sets, -ln of the chance that a random codon may mean the same.

    Random codons are those of random DNA with even bases; what can mean many things is worth little.
    """
    sets = _meanings()
    single = np.array([sets[BASES[c[0]] << 8 | BASES[c[1]] << 4 | BASES[c[2]]] for c in CODONS])
    chances = np.zeros(4096)
    for index, mask in enumerate(sets):
        chances[index] = np.count_nonzero(single & mask) / 64
    return -np.log(np.maximum(chances, 1 / 64))


def codon_sets(letters: str) -> Sets:
    """Give the amino acids that the codon starting at each letter may mean, one for all but two.

    Examples
    --------
    >>> [AMINO_ACIDS[i] for i in range(20) if codon_sets("CTG")[0] >> i & 1]
    ['A', 'L', 'S', 'T']
    """
    return _meanings()[_codons(letters)]


def surprise(letters: str) -> Weights:
    """Give how telling a match of the codon at each letter is, in nats."""
    return _rarity()[_codons(letters)]


def base_sets(letters: str) -> Sets:
    """Give the bases that each letter may be: A 1, C 2, G 4, T 8."""
    return np.frombuffer(masks(letters.encode("ascii")), np.uint8).astype(np.uint32)


def mirrored(letters: str) -> str:
    """Give the other strand, 5'→3'."""
    sets = mirrored_masks(masks(letters.encode("ascii")))
    return sets.translate(_SPELLED).decode("ascii")


_SPELLED = bytes(b"-ACMGRSVTWYHKDBN"[i] if i < 16 else 0 for i in range(256))


def _codons(letters: str) -> npt.NDArray[np.int64]:
    base = np.frombuffer(masks(letters.encode("ascii")), np.uint8).astype(np.int64)
    if len(base) < 3:
        return np.zeros(0, np.int64)
    return base[:-2] << 8 | base[1:-1] << 4 | base[2:]

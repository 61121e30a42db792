"""Codon counts."""

from __future__ import annotations

from biowright.core import Record, Sequence

from .codes import CODONS
from .iupac import BASES, masks, nucleotides
from .translation import codon_indices

__all__ = ["count_codons"]

_PLACES = tuple(BASES[codon[0]] << 8 | BASES[codon[1]] << 4 | BASES[codon[2]] for codon in CODONS)


def count_codons(sequence: Sequence | Record | str) -> dict[str, int]:
    """Count the codons from the first letter on.

    Ambiguous codons and one or two letters left at the end are not counted.

    Returns
    -------
    dict of str to int
        All 64 codons, spelled with T, in the order of NCBI's tables.

    Examples
    --------
    >>> counts = count_codons("ATGGCUgctTAANNN")
    >>> {codon: count for codon, count in counts.items() if count}
    {'TAA': 1, 'ATG': 1, 'GCT': 2}
    """
    import numpy as np

    codons = codon_indices(masks(nucleotides(sequence).data))[::3]
    counts = np.bincount(codons, minlength=4096)
    return {codon: int(counts[place]) for codon, place in zip(CODONS, _PLACES, strict=True)}

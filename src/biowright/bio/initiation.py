"""Starts of translation in bacteria, by the free energy of the ribosome at a start codon.

The equations are those of Salis, Mirsky and Voigt (2009, doi:10.1038/nbt.1568): the end of the 16S rRNA
binds before the start codon, at a distance that costs, the start codon adds its own energy, and what
the messenger is folded into there must open. The folds and the duplex are those of the
nearest-neighbour model of `biowright.bio.fold`. Decision 0026 tells how it goes with measurements.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from biowright.core import InputError, Record, Sequence

from .folding import energy_tables
from .iupac import nucleotides
from .promoters import both_strands
from .terminators import folding_codes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Codes = npt.NDArray[np.int8]

__all__ = ["TranslationStart", "find_translation_starts", "translation_start"]

ANTI_SD = "ACCUCCUUA"
"""The last nine letters of the 16S rRNA of E. coli, and of most bacteria."""
STARTS = {"ATG": -1.194, "GTG": -0.0748, "TTG": -0.0435, "CTG": -0.03406}
"""What a start codon adds, in kcal/mol."""
SLOPE = 0.45
"""By how much the logarithm of the rate falls with each kcal/mol."""
AROUND = 35
"""Letters before and from the start codon on whose folds are looked at."""
ENERGY = 0.0


@dataclass(frozen=True, slots=True)
class TranslationStart:
    """A start codon with what it takes a ribosome to begin there, in kcal/mol at 37 °C.

    Parameters
    ----------
    start, end : int
        The start codon, 0-based and half-open, on the forward strand. On a circle the end may exceed the
        length.
    strand : int
        +1 or -1.
    codon : str
    binding : float
        The energy of the duplex with the 16S rRNA.
    spacing : float
        What the distance of the duplex from the start costs; 0 at five letters.
    unfolding : float
        What it costs to open the messenger.
    """

    start: int
    end: int
    strand: int
    codon: str
    binding: float
    spacing: float
    unfolding: float

    @property
    def energy(self) -> float:
        """All together; the lower, the more often translation begins here."""
        return self.binding + self.spacing + self.unfolding + STARTS[self.codon]

    @property
    def rate(self) -> float:
        """How often translation begins, on a scale without unit: 1 at the energy 0."""
        return math.exp(-SLOPE * self.energy)


@cache
def _constants() -> tuple[Codes, npt.NDArray[np.float64]]:
    import numpy as np

    tail = np.array(["NACGU".index(letter) for letter in ANTI_SD], np.int8)
    rows = [
        [*("NACGT".index(letter) for letter in codon), 100 * energy]
        for codon, energy in STARTS.items()
    ]
    return tail, np.array(rows, np.float64)


def find_translation_starts(
    sequence: Sequence | Record | str,
    *,
    energy: float = ENERGY,
    codons: Iterable[str] = ("ATG", "GTG", "TTG"),
    strands: Iterable[int] = (1, -1),
) -> list[TranslationStart]:
    """Find where ribosomes would begin, on circles also over the origin.

    Parameters
    ----------
    sequence : Sequence, Record or str
    energy : float, default 0
        The highest energy, in kcal/mol; see `TranslationStart`. The annotated genes of E. coli have 3.7 in
        the median, a fifth of them 0 or less.
    codons : iterable of str
        Of ATG, GTG, TTG and CTG.
    strands : iterable of int, default (1, -1)

    Returns
    -------
    list of TranslationStart
        By start, strand (+1 first).

    Raises
    ------
    SequenceError
        The sequence is a protein.
    InputError
        The energy is no number, or a codon is none of the four.

    Examples
    --------
    >>> [site] = find_translation_starts("TTCTAGAAAAAAAATAAGGAGGTAAAAAATGGCGAGCTCTGAAGACG", strands=[1])
    >>> site.start, site.codon, site.spacing
    (28, 'ATG', 0.0)
    """
    from .initiation_kernels import scan

    if not math.isfinite(energy):
        raise InputError(f"an energy of {energy}", expected="a number of kcal/mol")
    chosen = [codon.upper().replace("U", "T") for codon in codons]
    names = list(STARTS)
    for codon in chosen:
        if codon not in STARTS:
            raise InputError(f"'{codon}' is no start codon here", expected=", ".join(STARTS))
    target = nucleotides(sequence)
    length = len(target)
    tail, rows = _constants()
    wanted = rows[[names.index(codon) for codon in dict.fromkeys(chosen)]]
    found = []
    for strand in both_strands(strands):
        codes, first = _laid_out(target, strand)
        hits = scan(codes, first, first + length, tail, wanted, 100 * energy, energy_tables())
        for row in hits.tolist():
            site = _made(row, list(dict.fromkeys(chosen)), length, strand, target.circular)
            if site.energy <= energy + 1e-9:
                found.append(site)
    return sorted(found, key=lambda site: (site.start, -site.strand))


def translation_start(
    sequence: Sequence | Record | str, start: int, strand: int = 1
) -> TranslationStart:
    """Give the energies of one start codon.

    Parameters
    ----------
    sequence : Sequence, Record or str
    start : int
        The leftmost letter of the codon, on the forward strand; on the reverse strand the codon is
        read from its other end.
    strand : int, default 1

    Raises
    ------
    InputError
        There is no start codon.

    Examples
    --------
    >>> round(translation_start("TTCTAGAAAAAAAATAAGGAGGTAAAAAATGGCGAGCTCTGAAGACG", 28).energy, 1)
    -14.7
    """
    from .initiation_kernels import scan

    target = nucleotides(sequence)
    length = len(target)
    [side] = both_strands([strand])
    if target.circular and length:
        start %= length
    if not 0 <= start < length or (start + 3 > length and not target.circular):
        raise InputError(f"no codon lies at {start} of {length} letters")
    # one letter more, which stacks on the outermost pair
    low, high = start - AROUND - 1, start + AROUND + 4
    if not target.circular:
        low, high = max(low, 0), min(high, length)
    turn = length if target.circular and low < 0 else 0
    if high - low > length:  # a small circle, read round
        codes, lead = _laid_out(target, side)
        at = lead + (start if side == 1 else (length - start - 3) % length)
    else:
        codes = folding_codes(target.window(low + turn, high + turn), side, 0)
        at = start - low if side == 1 else high - start - 3
    tail, rows = _constants()
    hits = scan(codes, at, at + 1, tail, rows, math.inf, energy_tables())
    if not len(hits):
        codon = "".join("NACGT"[letter] for letter in codes[at : at + 3].tolist())
        raise InputError(
            f"no ribosome begins at {start} ({codon} on strand {side:+d})",
            expected=f"a codon of {', '.join(STARTS)} with letters before it",
        )
    site = _made(hits.tolist()[0], list(STARTS), len(codes), side, False)
    return replace(site, start=start, end=start + 3)


def _laid_out(target: Sequence, strand: int) -> tuple[Codes, int]:
    """Give the letters of a strand, of a circle with a lead, and where the first one lies in them."""
    import numpy as np

    codes = folding_codes(target, strand, 0)
    if not target.circular or not len(codes):
        return codes, 0
    lead = np.resize(codes[::-1], AROUND)[::-1]
    return np.concatenate([lead, codes, np.resize(codes, AROUND)]), AROUND


def _made(
    row: list[float], names: list[str], length: int, strand: int, circular: bool
) -> TranslationStart:
    """Give a row of the scan in coordinates of the sequence."""
    at, index, binding, cost, before, free = row
    start = int(at) - (AROUND if circular else 0)
    end = start + 3
    if strand == -1:
        start, end = length - end, length - start
    if circular:
        start, end = start % length, start % length + 3
    return TranslationStart(
        start, end, strand, names[int(index)], binding / 100, cost / 100, (before - free) / 100
    )

"""Intrinsic terminators: a hairpin and the run of T behind it, by the score of d'Aubenton Carafa.

The score (d'Aubenton Carafa and others 1990, doi:10.1016/s0022-2836(99)80005-9) weighs the T behind the
hairpin and the free energy for each letter of it; the energies are those of `biowright.bio.fold`.
Decision 0026 tells how it goes with measured terminators.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import InputError, Record, Sequence

from .folding import energy_tables
from .iupac import nucleotides
from .promoters import both_strands, strand_codes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Terminator", "find_terminators"]

LEAST_TAIL = 3.0
"""The least weight of a tail; TTTT has 3.1, fifteen T have 7.1."""


@dataclass(frozen=True, slots=True)
class Terminator:
    """A hairpin with a tail of T, at which the polymerase leaves.

    Parameters
    ----------
    start, end : int
        The hairpin, 0-based and half-open, on the forward strand; the tail lies behind it in the
        direction of the strand. On a circle the end may exceed the length.
    strand : int
        +1 or -1.
    score : float
        18.16 times the tail, plus 96.59 times the energy (its sign turned) for each letter, less
        116.87. Most terminators of E. coli are above 0.
    energy : float
        The free energy of the hairpin, in kcal/mol.
    tail : float
        The weight of the T in the 15 letters behind the hairpin: each letter's is 0.9 (behind a T) or
        0.6 of the one before, and only T count.
    """

    start: int
    end: int
    strand: int
    score: float
    energy: float
    tail: float


def find_terminators(
    sequence: Sequence | Record | str,
    *,
    score: float = 0.0,
    strands: Iterable[int] = (1, -1),
) -> list[Terminator]:
    """Find intrinsic terminators, on circles also over the origin.

    Hairpins have up to 60 letters, four pairs or more, the first three in a row, bulges and inner
    loops of up to 4 letters and a loop of up to 12. Of hairpins that overlap, or whose tails do, the one
    with the best score is given.

    Parameters
    ----------
    sequence : Sequence, Record or str
    score : float, default 0
        The least score; see `Terminator`.
    strands : iterable of int, default (1, -1)

    Returns
    -------
    list of Terminator
        By start, strand (+1 first).

    Raises
    ------
    SequenceError
        The sequence is a protein.
    InputError
        The score is no number.

    Examples
    --------
    >>> [site] = find_terminators("CCAGCAAAAAGCCCGCTCCATCGGCGGGCTTTTTTTTCCGA", strands=[1])
    >>> site.start, site.end, site.score > 20
    (9, 30, True)
    """
    from .terminators_kernels import TAIL, WINDOW, scan

    if not math.isfinite(score):
        raise InputError(f"a score of {score}", expected="a number")
    target = nucleotides(sequence)
    length = len(target)
    tables = energy_tables()
    found: list[Terminator] = []
    for strand in both_strands(strands):
        codes = folding_codes(target, strand, WINDOW + TAIL)
        widest = min(WINDOW, length)
        begin, stop = (widest, widest + length) if target.circular else (0, length)
        rows = scan(codes, begin, stop, score - 1e-9, LEAST_TAIL, tables)
        for start, end, energy, tail, value in _apart(rows.tolist(), length, target.circular):
            if end - start > length:
                continue
            low, high = int(start), int(end)
            if strand == -1:
                low, high = length - high, length - low
            if target.circular:
                low, high = low % length, low % length + high - low
            found.append(Terminator(low, high, strand, value, energy / 100, tail))
    return sorted(found, key=lambda site: (site.start, -site.strand))


def folding_codes(sequence: Sequence, strand: int, beyond: int) -> npt.NDArray[np.int8]:
    """Give the letters of a strand as `biowright.bio.folding` numbers them; see `strand_codes`."""
    import numpy as np

    codes = strand_codes(sequence, strand, beyond)
    return np.array([1, 2, 3, 4, 0], np.int8)[codes]


def _apart(rows: list[list[float]], length: int, circular: bool) -> list[list[float]]:
    """Take the best of hairpins that overlap, or whose tails do."""
    import numpy as np

    from .terminators_kernels import TAIL

    taken = np.zeros(length if circular else length + TAIL, bool)
    kept = []
    for row in sorted(rows, key=lambda row: (-row[4], row[1])):
        places = np.arange(int(row[0]), int(row[1]) + TAIL) % len(taken)
        if not taken[places].any():
            taken[places] = True
            kept.append(row)
    return kept

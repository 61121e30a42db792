"""Promoters of the housekeeping polymerase of bacteria (sigma 70), by a free-energy model.

The energy of a site is a sum over the letters of its two boxes, of the discriminator behind them, an
extended -10 box (TG before it), and the spacer between the boxes. The numbers were learned from the
Sort-Seq measurement of the lac promoter (Kinney and others 2010, doi:10.1073/pnas.1004290107) and the
genome of E. coli MG1655; ``benchmarks/promoter_training.py`` makes them, and decision 0026 tells
how they were validated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from biowright.core import InputError, Record, Sequence

from .iupac import masks, nucleotides

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.uint8]

__all__ = ["Promoter", "find_promoters", "promoter_strength", "strand_codes"]

STRENGTH = 0.003
"""The strength of a site that is worth a report; see `find_promoters`."""
BOX, DISCRIMINATOR, BEFORE = 6, 3, 7
"""The lengths of a box and of the discriminator; how far the start lies behind the second box."""
_DIGITS = bytes({1: 0, 2: 1, 4: 2, 8: 3}.get(mask, 4) for mask in range(256))


@dataclass(frozen=True, slots=True)
class Promoter:
    """A site that the polymerase binds with sigma 70.

    Parameters
    ----------
    start, end : int
        From the first letter of the -35 box to the last of the -10 box, 0-based and half-open, on the
        forward strand. On a circle the end may exceed the length.
    strand : int
        +1 or -1.
    strength : float
        Its Boltzmann weight; 1 is that of the boxes TTGACA and TATAAT 17 letters apart with nothing
        else in their favour. The best possible site has 12.
    spacer : int
        Letters between the boxes.
    """

    start: int
    end: int
    strand: int
    strength: float
    spacer: int

    @property
    def energy(self) -> float:
        """The free energy above that of a site of strength 1, in kT."""
        return -math.log(self.strength)

    @property
    def transcription_start(self) -> int:
        """Where transcription most likely begins: seven letters behind the -10 box."""
        return self.end + BEFORE - 1 if self.strand == 1 else self.start - BEFORE


@cache
def _model() -> tuple[Floats, Floats, float, Floats, int]:
    """Read the energies: boxes, box and discriminator, extended box, spacers, shortest spacer.

    Discriminators count from their mean, and the extended box from where there is none, so that plain
    consensus boxes have the energy 0.
    """
    import numpy as np

    text = files("biowright.bio").joinpath("data/sigma70.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line[:1] not in ("#", "")][1:]
    parts: dict[str, list[list[float]]] = {}
    places: dict[str, list[int]] = {}
    for name, place, *values in rows:
        parts.setdefault(name, []).append([float(value) for value in values])
        places.setdefault(name, []).append(int(place))
    behind = np.array(parts["discriminator"])
    return (
        np.array(parts["-35"]),
        np.concatenate([parts["-10"], behind - behind.mean(axis=1, keepdims=True)]),
        parts["extended"][0][0],
        np.array(parts["spacer"])[:, 0],
        min(places["spacer"]),
    )


def strand_codes(sequence: Sequence, strand: int, beyond: int) -> Codes:
    """Give the letters in the direction of a strand as 0 to 3 (4: unknown).

    A circle goes on over the origin by `beyond` letters.
    """
    import numpy as np

    codes = np.frombuffer(masks(sequence.data).translate(_DIGITS), np.uint8)
    if strand == -1:
        codes = np.where(codes < 4, 3 - codes.astype(np.int16), 4).astype(np.uint8)[::-1]
    if sequence.circular and len(codes):
        codes = np.resize(codes, len(codes) + beyond)
    return np.ascontiguousarray(codes)


def both_strands(strands: Iterable[int]) -> list[int]:
    """Check strands; give them with the forward one first."""
    sides = set(strands)
    if not sides or not sides <= {1, -1}:
        raise InputError(f"strands {sorted(sides)}", expected="+1, -1 or both")
    return sorted(sides, reverse=True)


def find_promoters(
    sequence: Sequence | Record | str,
    *,
    strength: float = STRENGTH,
    strands: Iterable[int] = (1, -1),
) -> list[Promoter]:
    """Find promoters of sigma 70, on circles also over the origin.

    For each place of the -10 box the best spacer counts. Sites with an ambiguous letter are none.

    Parameters
    ----------
    sequence : Sequence, Record or str
    strength : float, default 0.003
        The least strength; see `Promoter`. The lac promoter has 0.001 without its activator, lacUV5
        0.04, J23119 0.5. At the default, a strand of E. coli has a site in 2,400 letters.
    strands : iterable of int, default (1, -1)

    Returns
    -------
    list of Promoter
        By start, strand (+1 first) and spacer.

    Raises
    ------
    SequenceError
        The sequence is a protein.
    InputError
        The strength is not above 0.

    Examples
    --------
    >>> [site] = find_promoters("GGCTTGACATTTATGCTTCCGGCTCGTATAATGTGTGGC", strands=[1])
    >>> site.start, site.end, site.spacer
    (3, 33, 18)
    """
    from .promoters_kernels import scan

    if not 0 < strength < math.inf:
        raise InputError(f"a strength of {strength}", expected="a number above 0")
    target = nucleotides(sequence)
    length = len(target)
    first, second, extended, spacers, shortest = _model()
    # a site of a small circle does not meet itself
    spacers = spacers[: max(length - 2 * BOX - shortest + 1, 0)]
    found: list[Promoter] = []
    if not len(spacers):
        return found
    for strand in both_strands(strands):
        # on a circle, places of the second box go once round from where the widest spacer fits
        begin = BOX + shortest + (len(spacers) - 1 if target.circular else 0)
        codes = strand_codes(target, strand, begin + BOX + DISCRIMINATOR)
        stop = begin + length if target.circular else length - BOX + 1
        limit = -math.log(strength) + 1e-9
        places, which, energies = scan(
            codes, begin, stop, first, second, extended, spacers, shortest, limit
        )
        for end, index, energy in zip(
            (places + BOX).tolist(), which.tolist(), energies.tolist(), strict=True
        ):
            spacer = shortest + index
            start = end - 2 * BOX - spacer
            if target.circular:
                start, end = start % length, start % length + end - start
            if strand == -1:
                start, end = length - end, length - start
                if start < 0:
                    start, end = start + length, end + length
            found.append(Promoter(start, end, strand, math.exp(-energy), spacer))
    return sorted(found, key=lambda site: (site.start, -site.strand, site.spacer))


def promoter_strength(sequence: Sequence | Record | str) -> float:
    """Add up the strengths of all sites on the forward strand of a promoter.

    The logarithm of the sum goes with the logarithm of measured transcription.

    Examples
    --------
    >>> lac = "CCAGGCTTTACACTTTATGCTTCCGGCTCGTATGTTGTGTGG"
    >>> uv5 = "CCAGGCTTTACACTTTATGCTTCCGGCTCGTATAATGTGTGG"
    >>> promoter_strength(uv5) > 10 * promoter_strength(lac)
    True
    """
    from .promoters_kernels import weigh

    target = nucleotides(sequence)
    first, second, extended, spacers, shortest = _model()
    codes = strand_codes(target, 1, 2 * BOX + shortest + len(spacers) + DISCRIMINATOR)
    return float(weigh(codes, first, second, extended, spacers, shortest, len(target)))

"""Structures of short DNA: the most stable hairpin of an oligo, the most stable dimer of two.

Stems with mismatches, bulges and loops in them, by the nearest-neighbour model of SantaLucia and
Hicks (2004, doi:10.1146/annurev.biophys.32.110601.141800; ``data/loops.tsv``). There are no
branches, and no extra stability of particular loops of three and four bases.

>>> from biowright.bio import hairpin
>>> hairpin("GGGCGCAAAAAGCGCCC").pairs[0]
(0, 16)
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Sequence as Several
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import InputError

from .thermodynamics import BODY, DEFAULT, ZERO, Buffer, Letters, coded, kelvin, spelled

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["Structure", "dimer", "dimer_energies", "hairpin", "hairpin_energies"]

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Structure:
    """The most stable structure of a strand, or of two.

    Parameters
    ----------
    energy : float
        Free energy of folding at the temperature that was asked for, in kcal/mol; 0 where single
        strands are more stable than any structure.
    enthalpy : float
        In kcal/mol.
    entropy : float
        In cal/(mol K), in the buffer.
    melting : float
        °C at which half of it is molten; NaN without a structure.
    pairs : tuple of (int, int)
        Positions that pair, 0-based, each counted 5'→3' on its own strand.
    """

    energy: float
    enthalpy: float
    entropy: float
    melting: float
    pairs: tuple[tuple[int, int], ...]


def hairpin(sequence: Letters, *, temperature: float = BODY, buffer: Buffer = DEFAULT) -> Structure:
    """Find the most stable hairpin of an oligo: one stem, with mismatches, bulges and loops in it.

    Parameters
    ----------
    sequence : str, Sequence or Record
        Up to 2,000 letters.
    temperature : float, default 37
        In °C.
    buffer : Buffer, optional

    Returns
    -------
    Structure

    Raises
    ------
    SequenceError
        A letter is no base, or there are too many.

    Examples
    --------
    >>> fold = hairpin("GGGCGCAAAAAGCGCCC")
    >>> round(fold.energy, 1), len(fold.pairs)
    (-6.3, 6)
    """
    import numpy as np

    chains = np.zeros((len(spelled(sequence)) + 1, 2), np.int64)
    out = _hairpins([sequence], temperature, buffer, chains)[0]
    pairs = tuple((int(i), int(j)) for i, j in chains[: int(out[3])])
    melting = 1000.0 * out[1] / out[2] - ZERO if pairs else math.nan
    return Structure(float(out[0]), float(out[1]), float(out[2]), float(melting), pairs)


def hairpin_energies(
    sequences: Iterable[Letters], *, temperature: float = BODY, buffer: Buffer = DEFAULT
) -> Floats:
    """Give the free energy of the most stable hairpin of each oligo, in kcal/mol, 0 for none.

    Examples
    --------
    >>> hairpin_energies(["GGGCGCAAAAAGCGCCC", "ACACACACACACAC"]).round(1).tolist()
    [-6.3, 0.0]
    """
    import numpy as np

    return _hairpins(sequences, temperature, buffer, np.zeros((0, 2), np.int64))[:, 0]


def dimer(
    first: Letters,
    second: Letters | None = None,
    *,
    end: bool = False,
    temperature: float = BODY,
    buffer: Buffer = DEFAULT,
) -> Structure:
    """Find the most stable dimer of two oligos, or of one with itself.

    Parameters
    ----------
    first, second : str, Sequence or Record
        Both 5'→3'; without a second the first binds another copy of itself.
    end : bool, default False
        Only dimers in which the last base of the first oligo is paired, so that it can be extended.
    temperature : float, default 37
        In °C.
    buffer : Buffer, optional
        For the melting temperature of two oligos, each has the concentration `buffer.oligo`.

    Returns
    -------
    Structure

    Raises
    ------
    SequenceError
        A letter is no base, or there are too many.

    Examples
    --------
    >>> round(dimer("ACGTTGCAAGGTCATTCG", "CGAATGACCTTGCAACGT").energy, 1)
    -17.1
    >>> dimer("AAAAAAGAATTC").pairs[:2]
    ((6, 11), (7, 10))
    """
    import numpy as np

    from .thermodynamics_tables import GAS

    other = first if second is None else second
    chains = np.zeros((len(spelled(first)) + 1, 2), np.int64)
    out = _dimers([first], [other], end, temperature, buffer, chains)[0]
    last = len(spelled(other)) - 1
    chain = chains[: int(out[3])][::-1]
    pairs = tuple((int(i), last - int(j)) for i, j in chain)
    alone = spelled(first).upper() == spelled(other).upper()
    strands = buffer.oligo if alone else buffer.oligo / 2
    bound = float(out[2]) + GAS * math.log(strands)
    melting = 1000.0 * float(out[1]) / bound - ZERO if pairs else math.nan
    return Structure(float(out[0]), float(out[1]), float(out[2]), melting, pairs)


def dimer_energies(
    first: Several[Letters],
    second: Several[Letters] | None = None,
    *,
    end: bool = False,
    temperature: float = BODY,
    buffer: Buffer = DEFAULT,
) -> Floats:
    """Give the free energy of the most stable dimer of each pair of oligos, in kcal/mol, 0 for none.

    Parameters
    ----------
    first, second : sequence of str, Sequence or Record
        Pair by pair; without the second, each oligo with itself.
    end, temperature, buffer
        As in `dimer`.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    InputError
        There are more of the one than of the other.

    Examples
    --------
    >>> dimer_energies(["AAAAAAGAATTC", "ACACACACACAC"]).round(1).tolist()
    [-2.6, 0.0]
    """
    import numpy as np

    others = first if second is None else second
    if len(first) != len(others):
        raise InputError(f"{len(first)} oligos for {len(others)}", expected="as many of each")
    return _dimers(first, others, end, temperature, buffer, np.zeros((0, 2), np.int64))[:, 0]


def _hairpins(
    sequences: Iterable[Letters],
    temperature: float,
    buffer: Buffer,
    chains: npt.NDArray[np.int64],
) -> Floats:
    import numpy as np

    from .thermodynamics_kernels import hairpins
    from .thermodynamics_tables import folding

    codes, starts = coded(sequences, longest=LONGEST)
    out = np.zeros((len(starts) - 1, 4))
    hairpins(codes, starts, folding(kelvin(temperature), _salt(buffer)), out, chains)
    return out


def _dimers(
    first: Iterable[Letters],
    second: Iterable[Letters],
    end: bool,
    temperature: float,
    buffer: Buffer,
    chains: npt.NDArray[np.int64],
) -> Floats:
    import numpy as np

    from .thermodynamics_kernels import dimers
    from .thermodynamics_tables import folding, tables

    tops, top_starts = coded(first, longest=LONGEST)
    bottoms, bottom_starts = coded(second, longest=LONGEST)
    out = np.zeros((len(top_starts) - 1, 5))
    degrees = kelvin(temperature)
    made = folding(degrees, _salt(buffer))
    dimers(tops, top_starts, bottoms, bottom_starts, end, made, out, chains)
    symmetric = out[:, 4] > 0
    symmetry = tables().symmetry
    out[symmetric, 1] += symmetry[0]
    out[symmetric, 2] += symmetry[1]
    out[symmetric, 0] += symmetry[0] - degrees * symmetry[1] / 1000.0
    return out


def _salt(buffer: Buffer) -> float:
    """Give what salt adds to the entropy of a stack (SantaLucia and Hicks 2004, equation 5)."""
    return 0.368 * math.log(buffer.sodium)

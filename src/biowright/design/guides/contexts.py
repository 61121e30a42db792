"""Letters around the sites of guides as numbers, and their melting temperatures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from biowright.core import SequenceError

__all__ = ["Codes", "Floats", "coded", "melting", "unless_unknown"]

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

_CODES = np.full(256, 4, np.int64)
for _at, _letter in enumerate(b"ACGT"):
    _CODES[[_letter, _letter | 32]] = _at

# Allawi and SantaLucia 1997, doi:10.1021/bi962590c: enthalpy (kcal/mol) and entropy (cal/mol/K) of
# pairs of letters, AA, AC, ... TT, without their sign
_ENTHALPY = np.array(
    [7.9, 8.4, 7.8, 7.2, 8.5, 8.0, 10.6, 7.8, 8.2, 9.8, 8.0, 8.4, 7.2, 8.2, 8.5, 7.9]
)
_ENTROPY = np.array(
    [22.2, 22.4, 21.0, 20.4, 22.7, 19.9, 27.2, 21.0, 22.2, 24.4, 19.9, 22.4, 21.3, 22.2, 22.7, 22.2]
)
# Sugimoto et al. 1995, doi:10.1021/bi00035a029: the same of RNA, as it is written, on DNA
_HYBRID_ENTHALPY = np.array(
    [7.8, 5.9, 9.1, 8.3, 9.0, 9.3, 16.3, 7.0, 5.5, 8.0, 12.8, 7.8, 7.8, 8.6, 10.4, 11.5]
)
_HYBRID_ENTROPY = np.array(
    [21.9, 12.3, 23.5, 23.9, 26.1, 23.2, 47.1, 19.7, 13.5, 17.1, 31.9, 21.6, 23.2, 22.9, 28.4, 36.4]
)


def coded(contexts: Sequence[str], size: int, motif: int) -> Codes:
    """Give contexts as numbers: A 0, C 1, G 2, T 3, anything else 4.

    Raises
    ------
    SequenceError
        One has not the size, or no GG in its motif.
    """
    for context in contexts:
        if len(context) != size:
            raise SequenceError(
                f"the context '{context[:60]}' has {len(context)} letters", expected=str(size)
            )
        if context[motif : motif + 2].upper() != "GG":
            raise SequenceError(
                f"the context '{context}' has no GG in its motif", position=motif, expected="NGG"
            )
    text = "".join(contexts).encode("ascii", "replace")
    return _CODES[np.frombuffer(text, np.uint8)].reshape(-1, size)


def unless_unknown(codes: Codes, scores: Floats) -> Floats:
    """Put NaN where a context has an ambiguous letter."""
    return np.where((codes > 3).any(axis=1), np.nan, scores)


def melting(codes: Codes, *, hybrid: bool = False) -> Floats:
    """Give melting temperatures in °C at 50 nM and 50 mM sodium, of DNA or of RNA on DNA.

    Trees compare them with thresholds that are temperatures of guides themselves: the sums are made
    in the order of Biopython's, so that the last bit is the same.
    """
    pairs = 4 * codes[:, :-1] + codes[:, 1:]
    if hybrid:
        enthalpies, entropies = -_HYBRID_ENTHALPY, -_HYBRID_ENTROPY
        enthalpy, entropy = np.full(len(codes), 1.9), np.full(len(codes), -3.9)
    else:
        enthalpies, entropies = -_ENTHALPY, -_ENTROPY
        strong = ((codes[:, [0, -1]] == 1) | (codes[:, [0, -1]] == 2)).sum(axis=1)
        enthalpy = 2.3 * (2 - strong) + 0.1 * strong
        entropy = 4.1 * (2 - strong) + -2.8 * strong
    for at in range(pairs.shape[1]):
        enthalpy += enthalpies[pairs[:, at]]
        entropy += entropies[pairs[:, at]]
    entropy += 0.368 * pairs.shape[1] * math.log(0.05)
    kelvin: Floats = 1000 * enthalpy / (entropy + 1.987 * math.log(12.5 * 1e-9))
    return kelvin - 273.15

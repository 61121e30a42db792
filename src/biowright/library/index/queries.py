"""Queries as codes and sets of bases, on both strands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biowright.bio.iupac import pattern_masks
from biowright.core import Sequence

from .packing import CODES

__all__ = ["Pattern", "patterns"]


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A query as one strand of the parts reads it.

    Parameters
    ----------
    query : int
        The index of the query.
    strand : int
        +1 or -1: the strand on which the query itself reads 5'→3'.
    sets : ndarray of uint8, shape (length,)
        The bases that each letter allows.
    circle : int, default 0
        The letters of a circle, of which the first ones come again behind the last; 0 for a line.
    """

    query: int
    strand: int
    sets: np.ndarray
    circle: int = 0

    @property
    def size(self) -> int:
        """How many letters the query has."""
        return self.circle or len(self.sets)

    @property
    def codes(self) -> np.ndarray:
        """The letters as codes of `packing`: 0 to 3 for a base."""
        return _CODE_OF[self.sets]


def patterns(queries: list[str | bytes | Sequence], *, around: int = 0) -> list[Pattern]:
    """Read queries of IUPAC letters, in either case, and give each on both strands.

    Parameters
    ----------
    queries : list of str, bytes or Sequence
    around : int, default 0
        Letters of a circle that come again behind its end, at most.

    Raises
    ------
    SequenceError
        A query is empty, or holds something that is no IUPAC letter.
    """
    made = []
    for index, query in enumerate(queries):
        sets = np.frombuffer(pattern_masks(query), np.uint8)
        circle = 0
        if around and isinstance(query, Sequence) and query.circular:
            circle = len(sets)
            sets = np.concatenate((sets, sets[: min(around, circle - 1)]))
        turned = sets[::-1]
        other = (turned & 1) << 3 | (turned & 2) << 1 | (turned & 4) >> 1 | (turned & 8) >> 3
        made += [
            Pattern(index, 1, sets, circle),
            Pattern(index, -1, other.astype(np.uint8), circle),
        ]
    return made


_CODE_OF = np.zeros(16, np.uint8)
_CODE_OF[:] = np.arange(16) + 16
for _letter in b"ACGT":
    _CODE_OF[1 << "ACGT".index(chr(_letter))] = CODES[_letter]

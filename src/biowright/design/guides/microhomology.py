"""Deletions that end joining by microhomology makes at a cut, and how many shift the frame.

Bae et al. 2014, doi:10.1038/nmeth.3015.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biowright.core import SequenceError

__all__ = ["Deletion", "microhomology_deletions", "microhomology_score", "out_of_frame_score"]

Floats = npt.NDArray[np.float64]

_FLANK = 30
_DECAY = 20.0


@dataclass(frozen=True, slots=True)
class Deletion:
    """A deletion between two copies of a microhomology, of which one is left.

    Parameters
    ----------
    start, end : int
        0-based, half-open: the letters that are lost.
    homology : str
    score : float
        Its weight among the deletions: the longer and richer in GC the homology, and the shorter
        the deletion, the more.
    """

    start: int
    end: int
    homology: str
    score: float


def microhomology_deletions(sequence: str, cut: int | None = None) -> list[Deletion]:
    """List the deletions, each homology as long as it can be, by score.

    Parameters
    ----------
    sequence : str
        The letters around the cut, about 30 on each side.
    cut : int, optional
        The cut is before this letter; in the middle by default.

    Examples
    --------
    >>> [(d.start, d.end, d.homology) for d in microhomology_deletions("TTTGACAAAGACCCC", 6)]
    [(3, 9, 'GAC')]
    """
    text = sequence.upper().replace("U", "T")
    left = len(text) // 2 if cut is None else cut
    found: list[Deletion] = []
    for size in range(left - 1, 1, -1):
        for second in range(left, len(text) - size + 1):
            homology = text[second : second + size]
            first = text.find(homology, 0, left)
            while first >= 0:
                lost = second - first
                # the same deletion with a longer homology has been listed
                if not any(
                    d.end - d.start == lost
                    and d.start <= first
                    and first + size <= d.start + len(d.homology)
                    for d in found
                ):
                    gc = homology.count("G") + homology.count("C")
                    weight = round(1 / math.exp(lost / _DECAY), 3) * 100 * (size + gc)
                    found.append(Deletion(first, second, homology, weight))
                first = text.find(homology, first + 1, left)
    found.sort(key=lambda d: (-d.score, d.start, d.end))
    return found


def microhomology_score(contexts: Sequence[str]) -> Floats:
    """Give the sum of the weights of all deletions.

    Parameters
    ----------
    contexts : sequence of str
        60 letters with the cut in the middle.

    Raises
    ------
    SequenceError
        A context has not 60 letters.
    """
    return np.array([sum(d.score for d in _deletions(context)) for context in contexts])


def out_of_frame_score(contexts: Sequence[str]) -> Floats:
    """Give the share of the weights of deletions that shift the frame, from 0 to 1.

    Parameters and errors as in `microhomology_score`; without any deletion it is NaN.
    """
    shares = []
    for context in contexts:
        deletions = _deletions(context)
        total = sum(d.score for d in deletions)
        shift = sum(d.score for d in deletions if (d.end - d.start) % 3)
        shares.append(shift / total if total else math.nan)
    return np.array(shares, float)


def _deletions(context: str) -> list[Deletion]:
    if len(context) != 2 * _FLANK:
        raise SequenceError(
            f"the context '{context[:70]}' has {len(context)} letters", expected=str(2 * _FLANK)
        )
    return microhomology_deletions(context)

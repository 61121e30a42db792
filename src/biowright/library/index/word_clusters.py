"""Seeds of proteins that lie on the same part, in the same frame and on diagonals that are close."""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

from .segment import Segment

__all__ = ["clusters"]

NEAR = 16
"""Diagonals between seeds of one cluster."""
USUAL = 30
"""What chance makes of a seed: what another one has beyond it counts for its cluster."""
SAME = 24
"""Amino acids between two seeds of a diagonal that are one stretch, seen from two words of it."""


def clusters(
    segment: Segment, found: np.ndarray, allowed: np.ndarray, *, spelled: bool
) -> np.ndarray:
    """Gather extended seeds.

    Parameters
    ----------
    found : ndarray of int64, shape (n, 4)
        As `word_seeds.extended` gives them.
    allowed : ndarray of bool, shape (parts,) or (0,)
        Which parts may be found; empty for all.
    spelled : bool
        Whether only the first frame counts.

    Returns
    -------
    ndarray of int64, shape (n, 8)
        Score; index of the part; whether it is the reverse strand; frame (letters of the strand
        before the first codon); lowest and highest diagonal in codons (place on the strand less
        place in the query); first and last place in the query; the best first.
    """
    if not len(found):
        return np.zeros((0, 8), np.int64)
    base, reverse, query, score = found.T
    parts = segment.starts.searchsorted((base >> 2).astype(np.uint32), side="right") - 1
    place = base - 4 * segment.starts[parts].astype(np.int64)
    place = np.where(reverse, segment.lengths[parts].astype(np.int64) - place - 12, place)
    frame = place % 3
    kept = np.ones(len(found), np.bool_)
    if len(allowed):
        kept &= allowed[parts]
    if spelled:
        kept &= (reverse == 0) & (frame == 0)
    diagonal = place // 3 - query
    rows = np.stack([parts, reverse, frame, diagonal, query, score], axis=1)[kept]
    order = np.lexsort((rows[:, 4], rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))
    gathered = _gathered(np.ascontiguousarray(rows[order]))
    return gathered[np.lexsort((gathered[:, 1], -gathered[:, 0]))]


@kernel
def _gathered(rows):
    made = np.empty((len(rows), 8), np.int64)
    filled = 0
    best = np.int64(0)
    beyond = np.int64(0)
    stretch = np.int64(0)
    for i in range(len(rows)):
        part, reverse, frame, diagonal, query, score = rows[i]
        row = made[max(filled - 1, 0)]
        if (
            filled
            and row[1] == part
            and row[2] == reverse
            and row[3] == frame
            and diagonal - row[5] <= NEAR
        ):
            if diagonal == row[5] and query - rows[i - 1, 4] < SAME:
                stretch = max(stretch, score)
            else:
                beyond += max(stretch - USUAL, 0)
                stretch = score
            row[5] = diagonal
            row[6] = min(row[6], query)
            row[7] = max(row[7], query)
        else:
            best = np.int64(0)
            beyond = np.int64(0)
            stretch = score
            row = made[filled]
            row[1] = part
            row[2] = reverse
            row[3] = frame
            row[4] = diagonal
            row[5] = diagonal
            row[6] = query
            row[7] = query
            filled += 1
        best = max(best, stretch)
        row[0] = max(best, USUAL + beyond + max(stretch - USUAL, 0))
    return made[:filled]

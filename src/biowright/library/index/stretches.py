"""The stretch of an alignment that is as alike as is asked for.

The local alignment with the best score goes on where letters agree a little less often than is
asked for, if that still earns something. A part with 250 letters at 80 % is wanted at 80 %, also
where another 50 letters at 70 % would score more: then the best stretch that is close enough
counts, if it is at least half of the alignment.
"""

from __future__ import annotations

import numpy as np

from biowright.bio.alignment import Scores

__all__ = ["stretch"]


def stretch(
    score: int,
    query_start: int,
    query_end: int,
    start: int,
    end: int,
    matches: int,
    columns: int,
    kinds: np.ndarray,
    counts: np.ndarray,
    identity: float,
    scores: Scores,
) -> tuple[int, ...]:
    """Give the best stretch of an alignment with at least so many equal columns.

    Parameters
    ----------
    score, query_start, query_end, start, end, matches, columns, kinds, counts
        As from `banded`.
    identity : float
    scores : Scores

    Returns
    -------
    tuple of int
        As given, without `kinds` and `counts`; a score of 0 where no half of it is close enough.
    """
    kinds, counts = kinds[::-1].astype(np.int64), counts[::-1].astype(np.int64)
    gains = np.array([scores.match, scores.mismatch, scores.extension, scores.extension])
    worth = counts * gains[kinds] + np.where(kinds > 1, scores.gap, 0)
    ahead = _sums(worth)
    surplus = _sums(np.where(kinds == 0, counts, 0) - identity * counts)
    # a stretch begins and ends with a run of equal columns, if at all
    runs = np.flatnonzero(kinds == 0)
    best, first, last = 0, 0, 0
    for run in runs.tolist():
        ends = runs[runs >= run] + 1
        fits = surplus[ends] - surplus[run] >= -1e-9
        here = np.where(fits, ahead[ends] - ahead[run], 0)
        most = int(np.argmax(here))
        if here[most] > best:
            best, first, last = int(here[most]), run, int(ends[most])
    inside = slice(first, last)
    length = int(counts[inside].sum())
    if 2 * length < columns:
        return 0, query_start, query_start, start, start, 0, 0
    equal = int(counts[inside][kinds[inside] == 0].sum())
    used = [int(counts[:first][kinds[:first] != kind].sum()) for kind in (3, 2)]
    taken = [int(counts[inside][kinds[inside] != kind].sum()) for kind in (3, 2)]
    query_start, start = query_start + used[0], start + used[1]
    return (
        best,
        query_start,
        query_start + taken[0],
        start,
        start + taken[1],
        equal,
        length,
    )


def _sums(values: np.ndarray) -> np.ndarray:
    """Give the sums of all beginnings."""
    return np.concatenate((np.zeros(1, values.dtype), np.cumsum(values)))

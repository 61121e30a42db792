"""The compiled inner loops of alignments of proteins."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from biowright.core.kernels import kernel

from .alignment_kernels import traced

__all__ = ["banded_proteins", "banded_score"]

_RESIDUES = np.ones(256, np.uint8)
_RESIDUES[22] = 0  # X may be any


@kernel
def banded_proteins(
    query: npt.NDArray[np.uint8],
    target: npt.NDArray[np.uint8],
    lowest: int,
    highest: int,
    matrix: npt.NDArray[np.int8],
    gap: int,
    extension: int,
    spell: bool,
) -> Any:
    """Find the best local alignment whose columns lie on the diagonals `lowest` to `highest`.

    Letters are codes of `matrix`; the diagonal of a column is its place in the target less its
    place in the query. It is the recurrence of `alignment_kernels.banded` with scores by pairs.

    Returns
    -------
    tuple
        Score, start and end in the query, start and end in the target, matches, columns, and,
        where `spell` is set, the kinds of runs of columns (0 the same, 1 another letter, 2 the query
        alone, 3 the target alone) and their lengths, last first.
    """
    width = highest - lowest + 1
    first = max(0, -highest)
    last = min(len(query), len(target) - lowest)
    rows = max(last - first, 0)
    # what led to each cell: 1 a column of both, 2 the query alone, 3 the target alone; 4 and 8
    # tell that such a gap goes on
    steps = np.zeros((rows, width), np.uint8)
    low = np.int32(-(1 << 28))
    zero = np.int32(0)
    score = np.zeros(width + 1, np.int32)
    alone = np.full(width + 1, low, np.int32)
    best = zero
    best_row = -1
    best_cell = -1
    begin = np.int32(gap + extension)
    longer_by = np.int32(extension)
    for r in range(rows):
        i = first + r
        earned = matrix[query[i]]
        left_cell = max(0, -(i + lowest))
        right_cell = min(width, len(target) - (i + lowest))
        beside = low
        left = zero
        row = steps[r]
        # each choice is a selection, since branches that nothing foretells cost more than all else
        for c in range(left_cell, right_cell):
            value = np.int32(score[c] + np.int32(earned[target[np.uint64(i + lowest + c)]]))
            opened = np.int32(score[c + 1] + begin)
            longer = np.int32(alone[c + 1] + longer_by)
            step = np.uint8(4) if longer > opened else np.uint8(0)
            opened = max(opened, longer)
            alone[c] = opened
            started = np.int32(left + begin)
            beside = np.int32(beside + longer_by)
            step |= np.uint8(8) if beside > started else np.uint8(0)
            beside = max(beside, started)
            way = np.uint8(2) if opened > value else np.uint8(1)
            value = max(value, opened)
            way = np.uint8(3) if beside > value else way
            value = max(value, beside)
            way = np.uint8(0) if value <= zero else way
            value = max(value, zero)
            score[c] = value
            left = value
            row[c] = step | way
            if value > best:
                best = value
                best_row = r
                best_cell = c
        if left_cell > 0:
            score[left_cell - 1] = zero
            alone[left_cell - 1] = low
        if right_cell < width:
            score[right_cell] = zero
            alone[right_cell] = low
        else:
            score[width] = zero
            alone[width] = low
    return traced(
        query, target, steps, _RESIDUES, int(best), best_row, best_cell, first, lowest, spell
    )


@kernel
def banded_score(
    query: npt.NDArray[np.uint8],
    target: npt.NDArray[np.uint8],
    lowest: int,
    highest: int,
    matrix: npt.NDArray[np.int8],
    gap: int,
    extension: int,
) -> int:
    """Give the score alone of what `banded_proteins` finds."""
    width = highest - lowest + 1
    first = max(0, -highest)
    last = min(len(query), len(target) - lowest)
    low = np.int32(-(1 << 28))
    zero = np.int32(0)
    score = np.zeros(width + 1, np.int32)
    alone = np.full(width + 1, low, np.int32)
    best = zero
    begin = np.int32(gap + extension)
    longer_by = np.int32(extension)
    for i in range(first, last):
        earned = matrix[query[i]]
        left_cell = max(0, -(i + lowest))
        right_cell = min(width, len(target) - (i + lowest))
        beside = low
        left = zero
        for c in range(left_cell, right_cell):
            value = np.int32(score[c] + np.int32(earned[target[np.uint64(i + lowest + c)]]))
            opened = max(np.int32(score[c + 1] + begin), np.int32(alone[c + 1] + longer_by))
            alone[c] = opened
            beside = max(np.int32(left + begin), np.int32(beside + longer_by))
            value = max(max(value, opened), max(beside, zero))
            score[c] = value
            left = value
            best = max(best, value)
        if left_cell > 0:
            score[left_cell - 1] = zero
            alone[left_cell - 1] = low
        if right_cell < width:
            score[right_cell] = zero
            alone[right_cell] = low
        else:
            score[width] = zero
            alone[width] = low
    return int(best)

"""The compiled inner loops of alignments."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from biowright.core.kernels import kernel

__all__ = ["banded", "banded_score", "traced"]


_BASES = np.zeros(256, np.uint8)
_BASES[[1, 2, 4, 8]] = 1


@kernel
def traced(
    query: npt.NDArray[np.uint8],
    target: npt.NDArray[np.uint8],
    steps: npt.NDArray[np.uint8],
    alike: npt.NDArray[np.uint8],
    best: int,
    best_row: int,
    best_cell: int,
    first: int,
    lowest: int,
    spell: bool,
) -> Any:
    """Walk from the best cell of a band back to where its alignment begins; see `banded`.

    `alike` tells of each code whether two of it are the same letter; an ambiguous one is none.
    """
    matches = 0
    columns = 0
    kinds = np.zeros(0, np.uint8)
    counts = np.zeros(0, np.int64)
    if best_row < 0:
        return 0, 0, 0, 0, 0, 0, 0, kinds, counts
    rows, width = steps.shape
    if spell:
        kinds = np.zeros(2 * rows + width + 2, np.uint8)
        counts = np.zeros(2 * rows + width + 2, np.int64)
    runs = 0
    r = best_row
    c = best_cell
    state = 0
    query_start = first + r + 1
    start = query_start + lowest + c
    while r >= 0 and c >= 0 and c < width:
        step = steps[r, c]
        if state == 0:
            state = int(step & 3)
            if state == 0:
                break
        kind = 2
        if state == 1:
            kind = 1
            mine = query[first + r]
            if mine == target[first + r + lowest + c] and alike[mine]:
                matches += 1
                kind = 0
            query_start -= 1
            start -= 1
            r -= 1
            state = 0
        elif state == 2:
            if not step & 4:
                state = 0
            query_start -= 1
            r -= 1
            c += 1
        else:
            kind = 3
            if not step & 8:
                state = 0
            start -= 1
            c -= 1
        columns += 1
        if spell:
            if runs and kinds[runs - 1] == kind:
                counts[runs - 1] += 1
            else:
                kinds[runs] = kind
                counts[runs] = 1
                runs += 1
    query_end = first + best_row + 1
    end = query_end + lowest + best_cell
    return (
        best,
        query_start,
        query_end,
        start,
        end,
        matches,
        columns,
        kinds[:runs],
        counts[:runs],
    )


@kernel
def banded(
    query: npt.NDArray[np.uint8],
    target: npt.NDArray[np.uint8],
    lowest: int,
    highest: int,
    match: int,
    mismatch: int,
    gap: int,
    extension: int,
    spell: bool,
) -> Any:
    """Find the best local alignment whose columns lie on the diagonals `lowest` to `highest`.

    Letters are sets of bases (see `iupac`); the diagonal of a column is its place in the target
    less its place in the query.

    Returns
    -------
    tuple
        Score, start and end in the query, start and end in the target, matches, columns, and,
        where `spell` is set, the kinds of runs of columns (0 the same, 1 another base, 2 the query
        alone, 3 the target alone) and their lengths, last first.
    """
    width = highest - lowest + 1
    first = max(0, -highest)
    last = min(len(query), len(target) - lowest)
    rows = max(last - first, 0)
    # what led to each cell: 1 a column of both, 2 the query alone, 3 the target alone; 4 and 8
    # tell that such a gap goes on
    steps = np.zeros((rows, width), np.uint8)
    low = -(1 << 40)
    score = np.zeros(width + 1, np.int64)
    alone = np.full(width + 1, low, np.int64)
    best = 0
    best_row = -1
    best_cell = -1
    begin = gap + extension
    for r in range(rows):
        i = first + r
        mine = query[i]
        # a letter that is no base equals none
        if mine & (mine - np.uint8(1)):
            mine = np.uint8(0)
        left_cell = max(0, -(i + lowest))
        right_cell = min(width, len(target) - (i + lowest))
        beside = low
        left = 0
        row = steps[r]
        for c in range(left_cell, right_cell):
            same = mine == target[i + lowest + c] and mine != 0
            value = score[c] + (match if same else mismatch)
            # the query alone comes from the row above, one diagonal higher
            opened = score[c + 1] + begin
            longer = alone[c + 1] + extension
            step = 4 if longer > opened else 0
            opened = max(opened, longer)
            alone[c] = opened
            started = left + begin
            beside += extension
            step += 8 if beside > started else 0
            beside = max(beside, started)
            way = 1
            if opened > value:
                value = opened
                way = 2
            if beside > value:
                value = beside
                way = 3
            if value <= 0:
                value = 0
                way = 0
            score[c] = value
            left = value
            row[c] = step + way
            if value > best:
                best = value
                best_row = r
                best_cell = c
        if left_cell > 0:
            score[left_cell - 1] = 0
            alone[left_cell - 1] = low
        if right_cell < width:
            score[right_cell] = 0
            alone[right_cell] = low
        else:
            score[width] = 0
            alone[width] = low
    return traced(
        query, target, steps, _BASES, int(best), best_row, best_cell, first, lowest, spell
    )


@kernel
def banded_score(
    query: npt.NDArray[np.uint8],
    target: npt.NDArray[np.uint8],
    lowest: int,
    highest: int,
    match: int,
    mismatch: int,
    gap: int,
    extension: int,
) -> Any:
    """Give the score that `banded` finds, in a sixth of the time, for at most 500 diagonals.

    Cells on one line across the diagonals do not depend on each other, so the processor takes
    eight at once; two neighbouring lines have the even and the odd diagonals.
    """
    rows = len(query)
    even = (highest - lowest + 2) >> 1
    odd = (highest - lowest + 1) >> 1
    # what no letter equals lies around both, so that no cell needs to know where they end
    mine = np.zeros(rows + 2 * even, np.float32)
    for i in range(rows):
        if not query[i] & (query[i] - np.uint8(1)):
            mine[even + rows - 1 - i] = query[i]
    theirs = np.full(rows + 3 * even + 2, np.float32(-1))
    for y in range(max(0, -lowest), min(len(theirs), len(target) - lowest)):
        theirs[y] = target[y + lowest]
    # one array, so that the compiler sees that nothing overlaps: the score, the query alone and
    # the target alone, of the even diagonals and (one place on) the odd ones, and the best score
    cells = np.full(7 * 256, np.float32(-1e9))
    for m in range(even + 1):
        cells[m] = cells[768 + m] = cells[1536 + m] = np.float32(0)
    same = np.float32(match)
    differ = np.float32(mismatch)
    begin = np.float32(gap + extension)
    more = np.float32(extension)
    zero = np.float32(0)
    for line in range(rows + even):
        one = mine[rows + even - 1 - line :]
        other = theirs[line:]
        for m in range(even):
            value = cells[m] + (same if one[m] == other[m] else differ)
            opened = cells[m + 769] + begin
            longer = cells[m + 1025] + more
            above = opened if opened > longer else longer
            opened = cells[m + 768] + begin
            longer = cells[m + 1280] + more
            left = opened if opened > longer else longer
            value = value if value > above else above
            value = value if value > left else left
            value = value if value > zero else zero
            cells[m] = value
            cells[m + 256] = above
            cells[m + 512] = left
            cells[m + 1536] = cells[m + 1536] if cells[m + 1536] > value else value
        for m in range(odd):
            value = cells[m + 769] + (same if one[m] == other[m + 1] else differ)
            opened = cells[m + 1] + begin
            longer = cells[m + 257] + more
            above = opened if opened > longer else longer
            opened = cells[m] + begin
            longer = cells[m + 512] + more
            left = opened if opened > longer else longer
            value = value if value > above else above
            value = value if value > left else left
            value = value if value > zero else zero
            cells[m + 769] = value
            cells[m + 1025] = above
            cells[m + 1281] = left
            cells[m + 1536] = cells[m + 1536] if cells[m + 1536] > value else value
    return cells[1536 : 1536 + even].max()

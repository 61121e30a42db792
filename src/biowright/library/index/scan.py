"""Motifs that are everywhere: the arena is read once, 64 places at a time, for all together.

A motif is some letters at fixed distances. For each set of bases and distance that occurs, a block
of the arena is made into a plane of bits (does the letter at this distance fit?), and a motif is
the planes of its letters and-ed. The time is linear in the library and in the letters of the
motifs, whatever they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .odd import odd_places
from .packing import CODES, WRAP
from .places import Places, inside
from .planes import agreeing, scan_planes, tally_planes
from .segment import Segment, read_ahead
from .windows import allowing

__all__ = ["scan", "scan_cost", "tally"]

BLOCK = 256
"""Pairs of words of a block."""
CHUNKS = (1 << 12, 1 << 20)
"""Pairs of words between two looks at the limits, at first and at most; they double."""
PLANES = 16
"""Letters of a motif that the planes look at; the others are looked at where these fit."""
REACH = 64
"""The letters for the planes lie in a window of this size."""


def scan_cost(segment: Segment, sets: np.ndarray) -> float:
    """Give about how many places of the table could be read in the time of a scan."""
    letters = min(int(np.count_nonzero(sets != 15)), PLANES)
    return len(segment.words) / 2 * (2 + letters) / 64


def scan(
    segment: Segment, queries: Sequence[np.ndarray], allowed: np.ndarray, limit: int
) -> Iterator[tuple[int, Places]]:
    """Find the places of many motifs: for each query pieces, ascending, then odd places.

    Parameters
    ----------
    queries : sequence of ndarray of uint8
        Sets of bases.
    allowed : ndarray of bool, shape (n,) or (0,)
    limit : int
        A query with so many places is not looked for any further.
    """
    open_ = list(range(len(queries)))
    found = np.zeros(len(queries), np.int64)
    pairs = (len(segment.words) - 4) // 2
    words = segment.words
    read_ahead(segment)
    chunk, size = 0, CHUNKS[0]
    while chunk < pairs and open_:
        wanted = [queries[q] for q in open_]
        spelled, shifts, whole = _spelled(wanted)
        which, bases = scan_planes(words, chunk, min(chunk + size, pairs), *spelled, shifts)
        chunk, size = chunk + size, min(2 * size, CHUNKS[1])
        if len(open_) > 1:
            order = np.argsort(which, kind="stable")
            which, bases = which[order], bases[order]
        cuts = np.searchsorted(which, np.arange(1, len(open_)))
        for q, here, done in zip(open_, np.split(bases, cuts), whole, strict=True):
            if not done:
                here = agreeing(words, here, allowing(queries[q]))
            if len(here):
                places = inside(segment, here, len(queries[q]), allowed)
                found[q] += len(places)
                yield q, places
        open_ = [q for q in open_ if found[q] < limit]
    for q, sets in enumerate(queries):
        places = odd_places(segment, sets, allowed)
        if len(places):
            yield q, places


def tally(segment: Segment, queries: Sequence[np.ndarray], allowed: np.ndarray) -> np.ndarray:
    """Count the places of many motifs: the bits of their planes, without looking at any."""
    spelled, shifts, whole = _spelled(queries)
    read_ahead(segment)
    sizes = np.array([len(sets) for sets in queries], np.int64)
    spans = {pair: i for i, pair in enumerate(dict.fromkeys(zip(sizes, shifts, strict=True)))}
    counts = tally_planes(
        segment.words,
        *spelled,
        np.array([spans[pair] for pair in zip(sizes, shifts, strict=True)], np.int64),
        np.array(list(spans), np.int64).reshape(-1, 2),
        segment.starts,
        segment.lengths,
        segment.circular,
        segment.runs,
        allowed,
        WRAP,
    )
    for q, sets in enumerate(queries):
        if whole[q]:
            counts[q] += len(odd_places(segment, sets, allowed))
        else:
            found = scan(segment, [sets], allowed, np.iinfo(np.int64).max)
            counts[q] = sum(len(places) for _, places in found)
    return counts


def _spelled(
    queries: Sequence[np.ndarray],
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray, list[bool]]:
    """Give kinds of letters, letters, and those of each query; its anchor; whether that is all."""
    letters: dict[tuple[int, int], int] = {}
    rows, bounds, shifts, whole = [], [0], [], []
    for sets in queries:
        anchor, chosen = _telling(sets)
        shifts.append(anchor)
        whole.append(len(chosen) >= np.count_nonzero(sets != 15))
        for place in chosen:
            rows.append(letters.setdefault((int(sets[place]), place - anchor), len(letters)))
        bounds.append(len(rows))
    kinds = sorted({mask for mask, _ in letters})
    spelled = (
        np.array([[mask & _MASKS[code] != 0 for code in range(4)] for mask in kinds], np.bool_),
        np.array([(kinds.index(mask), gap) for mask, gap in letters], np.int64),
        np.array(rows, np.int64),
        np.array(bounds, np.int64),
    )
    return spelled, np.array(shifts, np.int64), whole


_MASKS = [0, 0, 0, 0]
for _i, _base in enumerate(b"ACGT"):
    _MASKS[CODES[_base]] = 1 << _i


def _telling(sets: np.ndarray) -> tuple[int, list[int]]:
    """Choose the letters that say most: the first place of their window, and the places."""
    worth = np.array([0.0, 2, 2, 1, 2, 1, 1, 0.42, 2, 1, 1, 0.42, 1, 0.42, 0.42, 0])[sets]
    ahead = np.concatenate(([0.0], np.cumsum(worth)))
    starts = np.arange(max(len(sets) - REACH, 0) + 1)
    stops = np.minimum(starts + REACH, len(sets))
    anchor = int(np.argmax(ahead[stops] - ahead[starts]))
    window = worth[anchor : anchor + REACH]
    order = np.argsort(-window, kind="stable")[:PLANES]
    chosen = [anchor + int(place) for place in order if window[place] > 0]
    return anchor, chosen or [anchor]

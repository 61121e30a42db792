"""IUPAC patterns in a segment: through the table where that is faster, else by reading it all."""

from __future__ import annotations

import numpy as np

from .hits import Hits
from .places import SIZES, Places
from .queries import Pattern
from .scan import scan, scan_cost, tally
from .segment import Segment
from .tallies import can_tally, tally_windows
from .windows import look_up, plan

__all__ = ["count", "find"]

READ = 256
"""Patterns that are read for together."""


def find(segment: Segment, wanted: list[Pattern], allowed: np.ndarray, limit: int) -> Hits:
    """Find where patterns fit.

    Parameters
    ----------
    allowed : ndarray of bool, shape (n,) or (0,)
        Which parts of the segment may be found; empty for all.
    limit : int
        The most places of each; they are the first ones.

    Returns
    -------
    Hits
        In the order of the patterns, and of the places of each.
    """
    kinds = {pattern.sets.tobytes(): pattern.sets for pattern in wanted}
    found: dict[bytes, list[Places]] = {key: [] for key in kinds}
    often = []
    for key, sets in kinds.items():
        how = plan(segment, sets)
        # a scan ends as soon as there are enough
        expected = 4 * segment.units * np.prod(SIZES[sets] / 4)
        share = min(1.0, 4 * limit / max(expected, 1))
        if how.cost <= scan_cost(segment, sets) * share:
            found[key].append(look_up(segment, sets, how, allowed))
        else:
            often.append(key)
    for at in range(0, len(often), READ):
        keys = often[at : at + READ]
        for q, places in scan(segment, [kinds[key] for key in keys], allowed, limit):
            found[keys[q]].append(places)
    strands: dict[int, list[Pattern]] = {}
    for pattern in wanted:
        strands.setdefault(pattern.query, []).append(pattern)
    pieces = []
    for query, both in strands.items():
        spelled = [pattern.sets.tobytes() for pattern in both]
        places = [_keys(found[key]) for key in dict.fromkeys(spelled)]
        if len(both) == 2 and spelled[0] == spelled[1]:
            # a palindrome is at the same places of both strands
            keys = np.repeat(places[0], 2)
            keys[1::2] += 1
        elif len(both) == 2:
            keys = np.concatenate((places[0], places[1] + 1))
            keys.sort()
        else:
            keys = places[0] + (both[0].strand < 0)
        if len(keys):
            pieces.append(_hits(segment, query, len(both[0].sets), keys[:limit]))
    return Hits.together(pieces)


def _keys(found: list[Places]) -> np.ndarray:
    """Give places as numbers that order them by part and start, the last bit free for the strand."""
    if not found:
        return np.zeros(0, np.int64)
    keys = np.concatenate([places.parts << 33 | places.starts << 1 for places in found])
    if len(found) > 1:
        keys.sort()
    return keys


def _hits(segment: Segment, query: int, size: int, keys: np.ndarray) -> Hits:
    """Give the hits of a query from keys of part, start and strand."""
    parts = keys >> 33
    start = keys >> 1 & 0xFFFFFFFF
    end = start + size
    if segment.circular.any():
        lengths = segment.lengths[parts]
        end -= np.where(end > lengths, lengths, 0)
    return Hits(
        np.full(len(keys), query, np.int32),
        segment.numbers[parts],
        start,
        end,
        (1 - 2 * (keys & 1)).astype(np.int8),
        np.broadcast_to(np.float64(1), len(keys)),
        np.broadcast_to(np.float64(size), len(keys)),
        np.broadcast_to(np.int64(0), len(keys)),
        np.broadcast_to(np.int64(size), len(keys)),
    )


def count(segment: Segment, wanted: list[Pattern], allowed: np.ndarray) -> np.ndarray:
    """Count where patterns fit, without holding their places."""
    kinds = {pattern.sets.tobytes(): pattern.sets for pattern in wanted}
    counts = dict.fromkeys(kinds, 0)
    often = []
    for key, sets in kinds.items():
        if not len(allowed) and can_tally(segment, sets):
            counts[key] = tally_windows(segment, sets)
            continue
        how = plan(segment, sets)
        if how.cost <= scan_cost(segment, sets):
            counts[key] = len(look_up(segment, sets, how, allowed))
        else:
            often.append(key)
    for at in range(0, len(often), READ):
        keys = often[at : at + READ]
        for key, number in zip(
            keys, tally(segment, [kinds[key] for key in keys], allowed), strict=True
        ):
            counts[key] = int(number)
    return np.array([counts[pattern.sets.tobytes()] for pattern in wanted], np.int64)

"""Megachunks: a genome cut into pieces of about one length, between its features."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from biowright.core import InputError, Record

__all__ = ["Megachunk", "cut_megachunks"]

CALM = ("source",)


@dataclass(frozen=True, slots=True)
class Megachunk:
    """A piece of a genome.

    Parameters
    ----------
    name : str
    start, end : int
        0-based, half-open; the last one of a circle ends above the length.
    cuts : tuple of str
        The features that its end cuts through; empty where it lies between features.
    """

    name: str
    start: int
    end: int
    cuts: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.end - self.start

    def __bool__(self) -> bool:
        return True


def cut_megachunks(
    record: Record, size: int, *, tolerance: float = 0.3, kinds: Iterable[str] | None = None
) -> tuple[Megachunk, ...]:
    """Cut a genome into pieces of about `size`, with borders that lie between features.

    The borders are those with the least sum of squared differences from the size, among all places
    in the middle of a gap between features (dynamic programming, so that no better choice exists);
    a feature is cut only where no gap lies in reach.

    Parameters
    ----------
    record : Record
    size : int
        The wanted length.
    tolerance : float, default 0.3
        How far a length may differ, as a share of it; the last piece may be shorter.
    kinds : iterable of str, optional
        The types of features that are not cut; all but ``source`` by default.

    Raises
    ------
    InputError
        The size is below 100, or above the length.

    Examples
    --------
    >>> from biowright.core import Feature, Location, Sequence
    >>> genes = [Feature("CDS", Location.of((a, a + 250))) for a in range(20, 1000, 300)]
    >>> [(c.start, c.end) for c in cut_megachunks(Record(Sequence("A" * 1300), features=genes), 600)]
    [(0, 595), (595, 1300)]
    """
    length = len(record)
    if not size >= 100 or not 0 < tolerance < 1:
        raise InputError(
            f"megachunks of {size} with a tolerance of {tolerance}",
            expected="a size of 100 or more, a tolerance between 0 and 1",
        )
    busy = np.zeros(length + 1, np.int64)
    chosen = None if kinds is None else set(kinds)
    for feature in record.features:
        if feature.type in CALM or (chosen is not None and feature.type not in chosen):
            continue
        for part in feature.location.local:
            # the places strictly inside of it
            busy[part.start + 1 : min(part.end, length)] = 1
            if part.end > length:
                busy[: part.end - length] = 1
    free = busy[:length] == 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]]).astype(np.int8)))
    gaps = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    middles = [(a + b) // 2 for a, b in gaps if 0 < (a + b) // 2 < length]
    # long gaps offer more places than their middle
    for a, b in gaps:
        middles += list(range(a + 50, b - 50, 100))
    places = sorted({0, length, *middles})
    low, high = size * (1 - tolerance), size * (1 + tolerance)
    fallback = sorted({*places, *range(0, length, max(size // 10, 10))})
    for offered, price in ((places, 0.0), (fallback, float(size) ** 2)):
        borders = _borders(offered, set(places), low, high, size, price)
        if borders is not None:
            break
    else:
        borders = [0, length]
    chunks = []
    for number, (start, end) in enumerate(pairwise(borders), 1):
        cut = ()
        if end < length and busy[end]:
            cut = tuple(
                record.features[i].label
                for i in record.features.overlapping(end - 1, end + 1)
                if record.features[i].type not in CALM
            )
        chunks.append(Megachunk(f"{record.name or 'genome'}.{number:02d}", start, end, cut))
    return tuple(chunks)


def _borders(
    places: list[int], calm: set[int], low: float, high: float, size: int, price: float
) -> list[int] | None:
    best = [np.inf] * len(places)
    before = [-1] * len(places)
    best[0] = 0.0
    first = 0
    for i in range(1, len(places)):
        last = i == len(places) - 1
        while places[i] - places[first] > high:
            first += 1
        for j in range(first, i):
            gap = places[i] - places[j]
            if gap < low and not last:
                break  # the rest is shorter still
            cost = best[j] + (gap - size) ** 2 + (0.0 if places[i] in calm else price)
            if cost < best[i]:
                best[i], before[i] = cost, j
    if best[-1] == np.inf:
        return None
    found = [len(places) - 1]
    while found[-1] > 0:
        found.append(before[found[-1]])
    return [places[i] for i in reversed(found)]

"""What a search gives: arrays, a hit a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

__all__ = ["Hit", "Hits"]


class Hit(NamedTuple):
    """One row of `Hits`."""

    query: int
    number: int
    start: int
    end: int
    strand: int
    identity: float
    score: float
    query_start: int
    query_end: int


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Hits as columns: an iterable of `Hit`.

    Parameters
    ----------
    query : ndarray of int32, shape (n,)
        The index of the query.
    number : ndarray of int64, shape (n,)
        The number of the part's version.
    start, end : ndarray of int64, shape (n,)
        On the part's forward strand, 0-based and half-open; a hit over the origin of a circle has
        its end at or before its start.
    strand : ndarray of int8, shape (n,)
        +1 or -1: the strand of the part on which the query reads 5'→3'.
    identity : ndarray of float64, shape (n,)
        Equal letters a column of the alignment, 0 to 1; 1 for exact hits.
    score : ndarray of float64, shape (n,)
        Of the alignment; the number of letters for exact hits.
    query_start, query_end : ndarray of int64, shape (n,)
        The stretch of the query that is aligned, as the query was given.
    """

    query: np.ndarray
    number: np.ndarray
    start: np.ndarray
    end: np.ndarray
    strand: np.ndarray
    identity: np.ndarray
    score: np.ndarray
    query_start: np.ndarray
    query_end: np.ndarray

    def __len__(self) -> int:
        return len(self.query)

    def __bool__(self) -> bool:
        return len(self.query) > 0

    def __iter__(self) -> Iterator[Hit]:
        columns = (getattr(self, field.name).tolist() for field in fields(self))
        return map(Hit._make, zip(*columns, strict=True))

    def __getitem__(self, rows: np.ndarray | slice) -> Hits:
        return Hits(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def empty(cls) -> Hits:
        """Give no hit."""
        return cls(*(np.zeros(0, kind) for kind in _KINDS))

    @classmethod
    def together(cls, pieces: Iterable[Hits]) -> Hits:
        """Put pieces one behind the other."""
        listed = list(pieces)
        if not listed:
            return cls.empty()
        if len(listed) == 1:
            return listed[0]
        return cls(
            *(np.concatenate([getattr(p, field.name) for p in listed]) for field in fields(cls))
        )

    def by_query(self) -> Hits:
        """Sort by query; hits of one query stay in their order."""
        if (np.diff(self.query) >= 0).all():
            return self
        return self[np.argsort(self.query, kind="stable")]

    def by_score(self) -> Hits:
        """Sort by query, the best scores first."""
        return self[np.lexsort((self.start, self.number, -self.score, self.query))]

    def first(self, limit: int) -> Hits:
        """Keep the first `limit` of each query; the rows of a query lie together."""
        if not len(self):
            return self
        begins = np.flatnonzero(np.diff(self.query, prepend=-1))
        rank = np.arange(len(self)) - np.repeat(begins, np.diff(begins, append=len(self)))
        return self[rank < limit]


_KINDS = (np.int32, *[np.int64] * 3, np.int8, *[np.float64] * 2, *[np.int64] * 2)

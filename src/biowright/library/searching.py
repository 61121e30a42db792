"""Search: one question of any kind, with filters, answered by versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from biowright.core import InputError, Sequence

from .filters import Filters

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from .index import SequenceIndex
    from .library import Library

__all__ = ["KINDS", "Found", "index_of", "search"]

Kind = Literal["exact", "contains", "motif", "similar", "protein", "text"]
KINDS = ("exact", "contains", "motif", "similar", "protein", "text")
BATCH = 10_000
"""Hits that are described together."""


@dataclass(frozen=True, slots=True)
class Found:
    """A version that answers a query, and where.

    Parameters
    ----------
    query : str
        The name of the query.
    part : str
        The identity of the part.
    version : int
    name : str
    start, end : int, optional
        On the part's forward strand, 0-based and half-open; over the origin the end is not above
        the start. None where words were searched for.
    strand : int, optional
    identity : float, optional
    score : float
        Of a protein in bits.
    number : int
        Of the version, through the whole library.
    evalue : float, optional
        How many hits of a protein as good chance would make in the library; None for other kinds,
        as those below are.
    frame : int, optional
        The reading frame of a protein: 1, 2 or 3 from the part's first letter, -1, -2 or -3 from its
        last one on the other strand; None where the part is a protein, too.
    query_start, query_end, query_strand : int, optional
        The stretch of the query that is aligned, and the strand of a query of nucleotides.
    """

    query: str
    part: str
    version: int
    name: str
    start: int | None
    end: int | None
    strand: int | None
    identity: float | None
    score: float
    number: int
    evalue: float | None = None
    frame: int | None = None
    query_start: int | None = None
    query_end: int | None = None
    query_strand: int | None = None


def search(
    library: Library,
    kind: Kind,
    queries: Iterable[tuple[str, str | Sequence]],
    *,
    filters: Filters | None = None,
    identity: float | None = None,
    evalue: float = 1e-3,
    code: int | str = 1,
    limit: int | None = 25,
    executor: Executor | None = None,
) -> Iterator[Found]:
    """Search a library.

    Parameters
    ----------
    library : Library
    kind : {"exact", "contains", "motif", "similar", "protein", "text"}
        The whole sequence from any origin and on either strand; a stretch; an IUPAC motif;
        relatives; relatives of a protein in all reading frames, and of proteins; words.
    queries : iterable of (name, sequence or words)
    filters : Filters, optional
        Only versions that pass; without them the newest ones that are not withdrawn.
    identity : float, optional
        The least identity of relatives: 0.8 by default, for proteins 0.
    evalue : float, default 0.001
        The most hits of a protein as good that chance would make.
    code : int or str, default 1
        The genetic code in which parts are read for a protein, and queries of nucleotides.
    limit : int, default 25
        The most hits a query; None for all.
    executor : concurrent.futures.Executor, optional
        Searches parts of the index side by side.

    Yields
    ------
    Found
        By query; relatives and words by score, others by number and place.

    Raises
    ------
    InputError, SequenceError
        A query or a filter is none that can be.

    Examples
    --------
    >>> import tempfile
    >>> from biowright.core import Record
    >>> from biowright.library import Library
    >>> library = Library.create(tempfile.mkdtemp() + "/parts")
    >>> _ = library.add([Record(Sequence("TTGACAATTAATCATCGGCTCGTATAATGTGTGG"), "pTac")])
    >>> [hit] = search(library, "contains", [("q", "CATTATACGAGC")])
    >>> hit.part, hit.start, hit.end, hit.strand
    ('P1', 17, 29, -1)
    """
    if kind not in KINDS:
        raise InputError(f"a search for '{kind}'", expected=", ".join(KINDS))
    listed = [(name, query) for name, query in queries]
    allowed = library.select(filters)
    if kind == "exact":
        rows = _exact(library, listed, allowed, limit)
    elif kind == "text":
        rows = _text(library, listed, filters, limit)
    elif kind == "protein":
        from .proteins import find_proteins

        yield from find_proteins(
            library,
            index_of(library),
            listed,
            allowed=None if len(allowed) == library.last() else allowed,
            identity=identity or 0.0,
            evalue=evalue,
            code=code,
            limit=limit,
            executor=executor,
        )
        return
    else:
        least = 0.8 if identity is None else identity
        rows = _indexed(library, kind, listed, allowed, least, limit, executor)
    waiting: list[_Row] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == BATCH:
            yield from _described(library, waiting)
            waiting = []
    yield from _described(library, waiting)


def index_of(library: Library) -> SequenceIndex:
    """Give the index of a library's sequences, in its folder; each thread has one of its own."""
    return library.index


_Row = tuple[str, int, int | None, int | None, int | None, float | None, float]


def _described(library: Library, rows: list[_Row]) -> Iterator[Found]:
    numbers = list(dict.fromkeys(row[1] for row in rows))
    versions = dict(zip(numbers, library.describe(numbers), strict=True))
    for query, number, start, end, strand, identity, score in rows:
        version = versions[number]
        yield Found(
            query,
            version.part,
            version.version,
            version.name,
            start,
            end,
            strand,
            identity,
            score,
            number,
        )


def _exact(
    library: Library,
    queries: list[tuple[str, str | Sequence]],
    allowed: np.ndarray,
    limit: int | None,
) -> Iterator[_Row]:
    for name, query in queries:
        left = limit
        for hit in library.find_exact(query):
            at = int(np.searchsorted(allowed, hit.number))
            if at == len(allowed) or allowed[at] != hit.number:
                continue
            if left is not None:
                if left == 0:
                    break
                left -= 1
            yield name, hit.number, hit.start, hit.end, hit.strand, 1.0, float(hit.length)


def _text(
    library: Library,
    queries: list[tuple[str, str | Sequence]],
    filters: Filters | None,
    limit: int | None,
) -> Iterator[_Row]:
    for name, query in queries:
        most = library.last() if limit is None else limit
        for hit in library.find_text(str(query), max(most, 1), filters=filters):
            yield name, hit.number, None, None, None, None, hit.score


def _indexed(
    library: Library,
    kind: str,
    queries: list[tuple[str, str | Sequence]],
    allowed: np.ndarray,
    identity: float,
    limit: int | None,
    executor: Executor | None,
) -> Iterator[_Row]:
    index = index_of(library)
    some = None if len(allowed) == library.last() else allowed
    letters = [query for _, query in queries]
    if kind == "similar":
        hits = index.similar(
            letters, identity=identity, allowed=some, limit=limit, executor=executor
        )
    else:
        hits = index.find(letters, allowed=some, limit=limit, executor=executor)
    for hit in hits:
        yield (
            queries[hit.query][0],
            hit.number,
            hit.start,
            hit.end,
            hit.strand,
            hit.identity,
            hit.score,
        )

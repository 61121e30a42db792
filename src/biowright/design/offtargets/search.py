"""All sites that guides may bind, each locus once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from biowright.core import InputError

from .alignments import Shape, shapes
from .guides import Guide, encoded
from .hits import Columns, SiteHits
from .index import SiteIndex
from .lookup import Found, Room
from .packing import LETTERS, Contig
from .sites import left

__all__ = ["search_sites"]

MOST_MISMATCHES = 9
MOST_BULGES = 2
LIMIT = 1_000_000
_PENDING = 1 << 21


class _Task(NamedTuple):
    codes: dict[int, npt.NDArray[np.uint8]]
    numbers: dict[int, npt.NDArray[np.int64]]
    mismatches: int
    dna: int
    rna: int


def search_sites(
    index: SiteIndex,
    guides: Iterable[Guide | str],
    *,
    mismatches: int = 4,
    dna_bulges: int = 0,
    rna_bulges: int = 0,
    limit: int = LIMIT,
    executor: Executor | None = None,
) -> SiteHits:
    """Find all sites that guides fit with few mismatches and bulges.

    A site is a protospacer with its motif. A letter of the genome that is no A, C, G or T is a
    mismatch to every guide; in the motif it fits where all its bases are allowed. A bulge is
    letters of one side that the other has no counterpart to: DNA bulges are letters of the genome,
    RNA bulges of the guide, in one or several places; an alignment has one kind only. Each locus,
    that is each place of a motif on a strand, comes once, with the alignment that has the fewest
    mismatches and bulging letters together, of these the fewest bulging ones, and of these a DNA bulge.

    The list is complete: the tests compare it with brute force.

    Parameters
    ----------
    index : SiteIndex
    guides : iterable of Guide or str
        A string is read by `Guide.of`. One that comes again is searched once.
    mismatches : int, default 4
        Up to 9.
    dna_bulges, rna_bulges : int, default 0
        The most bulging letters of each kind, up to 2.
    limit : int, default 1,000,000
        A guide's sites beyond so many are counted and not listed.
    executor : concurrent.futures.Executor, optional
        Searches the chunks of the genome (about 8 Mb each) in parallel.

    Returns
    -------
    SiteHits

    Raises
    ------
    SequenceError
        A guide is none.
    InputError
        A number is out of its range, or there is no guide.

    Examples
    --------
    >>> from biowright.core import Record, Sequence
    >>> from biowright.design.offtargets import index_records
    >>> genome = Record(Sequence("TTGACGCATAAAGATGAGACGCTGGAA"), "tiny")
    >>> hits = search_sites(index_records(genome, "NGG"), ["GACGCATAAAGATGAGACCC"])
    >>> list(hits)
    [Site(guide='GACGCATAAAGATGAGACCC', chromosome='tiny', start=2, strand=1,
          site='GACGCATAAAGATGAGACGCTGG', mismatches=1, dna_bulge=0, rna_bulge=0)]
    """
    for name, value, most in (
        ("mismatches", mismatches, MOST_MISMATCHES),
        ("DNA bulges", dna_bulges, MOST_BULGES),
        ("RNA bulges", rna_bulges, MOST_BULGES),
    ):
        if not 0 <= value <= most:
            raise InputError(f"{value} {name}", expected=f"0 to {most}")
    if limit < 1:
        raise InputError(f"a limit of {limit} sites", expected="1 or more")
    distinct: dict[str, Guide] = {}
    for guide in guides:
        read = guide if isinstance(guide, Guide) else Guide.of(guide, index.pam)
        distinct.setdefault(read.spacer, read)
    listed = list(distinct.values())
    if not listed:
        raise InputError("there is no guide to search for")
    sizes: dict[int, list[int]] = {}
    for number, guide in enumerate(listed):
        sizes.setdefault(len(guide.spacer), []).append(number)
    if max(sizes) + dna_bulges > LETTERS:
        raise InputError(
            f"a spacer of {max(sizes)} letters with DNA bulges of {dna_bulges}",
            expected=f"{LETTERS} letters or fewer together",
        )
    task = _Task(
        {s: encoded([listed[n] for n in ns], index.pam.side) for s, ns in sizes.items()},
        {s: np.array(ns) for s, ns in sizes.items()},
        mismatches,
        dna_bulges,
        rna_bulges,
    )
    pieces: list[Columns] = []
    counts = np.zeros((len(listed), mismatches + 1), np.int64)
    bulged = np.zeros(len(listed), np.int64)
    room = np.full(len(listed), limit)
    for columns in _searched(index, task, executor):
        plain = columns.shape == 0
        np.add.at(counts, (columns.guide[plain], columns.mismatches[plain]), 1)
        bulged += np.bincount(columns.guide[~plain], minlength=len(listed))
        kept = _within(columns.guide, room)
        pieces.append(columns.take(kept) if len(kept) < len(columns) else columns)
    columns = Columns.joined(pieces)
    order = np.lexsort(
        (columns.strand, columns.start, columns.contig, columns.cost(), columns.guide)
    )
    bulges = (dna_bulges, rna_bulges)
    return SiteHits(index, tuple(listed), columns.take(order), counts, bulged, bulges)


def _searched(index: SiteIndex, task: _Task, executor: Executor | None) -> Iterator[Columns]:
    numbers = range(len(index.chunks))
    if executor is None or len(index.chunks) == 1:
        for number in numbers:
            yield _search_chunk(index, number, task)
        return
    where: SiteIndex | Path = index if index.path is None else index.path
    yield from executor.map(
        _search_elsewhere, [where] * len(numbers), numbers, [task] * len(numbers)
    )


def _search_elsewhere(index: SiteIndex | Path, number: int, task: _Task) -> Columns:
    return _search_chunk(_opened(index) if isinstance(index, Path) else index, number, task)


@lru_cache(maxsize=2)
def _opened(path: Path) -> SiteIndex:
    from .index import mapped

    return mapped(path)


def _search_chunk(index: SiteIndex, number: int, task: _Task) -> Columns:
    """Find the loci of one chunk, sorted by guide and place."""
    chunk = index.chunks[number]
    room = Room(chunk, index.words, index.pam.side)
    place = _Places(index.contigs, index.pam.side, len(index.pam))
    pending: list[Columns] = []
    for size, codes in task.codes.items():
        for which, shape in enumerate(shapes(size, task.dna, task.rna)):
            for found in room.find(shape, codes, task.mismatches):
                columns = place.columns(found, shape, which, task.numbers[size])
                pending.append(columns)
                if sum(map(len, pending)) > _PENDING:
                    pending = [_best(Columns.joined(pending))]
    return _best(Columns.joined(pending))


def _best(columns: Columns) -> Columns:
    """Keep the best alignment of each locus."""
    order = np.lexsort(
        (
            columns.shape,
            columns.bulge(),
            columns.cost(),
            columns.strand,
            columns.anchor,
            columns.guide,
        )
    )
    columns = columns.take(order)
    if not len(columns):
        return columns
    same = (
        (columns.guide[1:] == columns.guide[:-1])
        & (columns.anchor[1:] == columns.anchor[:-1])
        & (columns.strand[1:] == columns.strand[:-1])
    )
    return columns.take(np.flatnonzero(np.r_[True, ~same]))


def _within(guide: npt.NDArray[np.int64], room: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Choose the rows, sorted by guide, that its limit has room for; `room` is counted down."""
    sizes = np.bincount(guide, minlength=len(room))
    nth = np.arange(len(guide)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = np.flatnonzero(nth < room[guide])
    room -= np.minimum(room, sizes)
    return kept


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """From anchors to sites on contigs."""

    contigs: Sequence[Contig]
    side: int
    motif: int

    def columns(
        self, found: Found, shape: Shape, which: int, numbers: npt.NDArray[np.int64]
    ) -> Columns:
        offsets = np.array([c.offset for c in self.contigs])
        lengths = np.array([c.length for c in self.contigs])
        circular = np.array([c.circular for c in self.contigs])
        nth = np.searchsorted(offsets, found.anchor, side="right") - 1
        inside = found.anchor - offsets[nth]
        start = inside - np.where(left(self.side, found.strand), shape.length, self.motif)
        size = shape.length + self.motif
        length = lengths[nth]
        good = np.where(circular[nth], size <= length, (start >= 0) & (start + size <= length))
        start = np.where(circular[nth], start % np.maximum(length, 1), start)
        count = int(good.sum())
        return Columns(
            numbers[found.guide[good]],
            nth[good],
            start[good],
            found.strand[good],
            found.mismatches[good],
            np.full(count, which),
            np.full(count, shape.dna),
            np.full(count, shape.rna),
            found.anchor[good],
        )

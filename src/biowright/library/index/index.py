"""The index of a library's sequences."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from biowright.core import FormatError, InputError, Sequence

from . import segment as segments
from .find import count, find
from .folder import Entry, Folder
from .hits import Hits
from .queries import patterns
from .segment import Segment
from .similar import Wanted, similar
from .turns import turn

if TYPE_CHECKING:
    from biowright.library.source import SequenceSource

    from .proteins import WantedProteins

__all__ = ["SequenceIndex"]

TAIL = 1 << 20
"""Letters that may wait in memory before they are written as a segment."""
FULL = 3 << 28
"""Letters of a segment that is not merged any more; to make one takes about 2 bytes a letter."""
GROWTH = 4
"""A segment takes in the one before it unless that is so many times as large."""
MANY = 1 << 16
"""Numbers that are looked at together to find how many letters wait."""

_Query = str | bytes | Sequence


def _warn(message: str) -> None:
    warnings.warn(message, stacklevel=4)


class SequenceIndex:
    """Find sequences in a library: literal stretches, IUPAC motifs and relatives.

    The index is made of immutable segments in a folder and, in memory, of what was added since.
    All of it is derived from a source of numbered sequences: what is missing or damaged is told
    and made again. Parts that were written a moment ago are found.

    Parameters
    ----------
    directory : path
        Made when something is written to it. Several processes may use it at once.
    source : SequenceSource
        Where the sequences are.
    tell : callable of str, optional
        Told what was damaged and made again; a warning by default.

    Examples
    --------
    >>> import tempfile
    >>> class Parts:
    ...     letters = [b"ATTCTTGACATCGCATCTTTTTGTACCTATAATGTGTGGATAGAG", b"GGATCCAAAGGAGGTACATATG"]
    ...     def last(self):
    ...         return len(self.letters)
    ...     def read(self, first, last):
    ...         for number in range(first, last + 1):
    ...             yield number, self.letters[number - 1], number == 2
    >>> folder = tempfile.TemporaryDirectory()
    >>> index = SequenceIndex(folder.name, Parts())
    >>> [(hit.number, hit.start, hit.end, hit.strand) for hit in index.find(["GGATCC"])]
    [(2, 0, 6, 1), (2, 0, 6, -1)]
    >>> [(hit.number, hit.start, hit.end) for hit in index.find(["ATATGGGATCCA"])]
    [(2, 17, 7)]
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        source: SequenceSource,
        *,
        tell: Callable[[str], None] = _warn,
    ) -> None:
        self._folder = Folder(Path(directory))
        self._source = source
        self._tell = tell
        self._stored: list[tuple[Entry, Segment]] = []
        self._waiting: list[Segment] = []
        self._version: tuple[int, int] | None = None
        self._touched = False
        self._told: set[str] = set()

    def update(self) -> None:
        """Write what waits in memory to the folder, and merge segments that are small.

        Another process that is writing is waited for.
        """
        with self._folder.lock():
            self._write()
        self._refresh()

    def verify(self) -> bool:
        """Read all files and compare them with their checksums; make anew what is damaged.

        Returns
        -------
        bool
            Whether all was well.
        """
        with self._folder.lock():
            damaged = self._read_manifest(verify=True)
            if damaged:
                self._write()
        self._refresh()
        return not damaged

    def segments(self) -> list[Segment]:
        """Give all segments, those in memory last; what was added is among them."""
        self._refresh()
        return sorted(
            [made for _, made in self._stored] + self._waiting, key=lambda made: made.first
        )

    def turn(self, number: int, letters: bytes) -> tuple[int, int] | None:
        """Give where a query begins in a part that is the same circle, and the strand: see `turns`.

        None where that is not known from a stored segment.
        """
        if self._version is None:
            self._read_manifest()
        for _, made in self._stored:
            if made.first <= number <= made.last:
                return turn(made, number, letters)
        return None

    def find(
        self,
        queries: Iterable[_Query],
        *,
        allowed: np.ndarray | Iterable[int] | None = None,
        limit: int | None = None,
        executor: Executor | None = None,
    ) -> Hits:
        """Find where parts fit IUPAC patterns, on both strands and over the origin of circles.

        A letter of a part fits a letter of the pattern if all bases that it can be are among those
        that the pattern allows, as in `biowright.bio.find`; a pattern that is its own reverse
        complement is found on both strands. A pattern longer than a circle does not fit. The time
        is linear in the library at worst; patterns that say much, such as 12 bases, take
        milliseconds in a library of any size.

        Parameters
        ----------
        queries : iterable of str, bytes or Sequence
            IUPAC letters, in either case.
        allowed : ndarray of bool or iterable of int, optional
            The numbers that may be found: a mask by number, or the numbers themselves.
        limit : int, optional
            The most hits a query; they are the first by number and place.
        executor : concurrent.futures.Executor, optional
            Searches segments side by side.

        Returns
        -------
        Hits
            By query, number, start and strand (the forward one first).

        Raises
        ------
        SequenceError
            A query is empty or has a letter that is no IUPAC letter.
        """
        return self._search(patterns(list(queries)), allowed, limit, executor, find)

    def count(
        self, queries: Iterable[_Query], *, allowed: np.ndarray | Iterable[int] | None = None
    ) -> np.ndarray:
        """Count the places of IUPAC motifs: one row a query, forward and reverse strand.

        Returns
        -------
        ndarray of int64, shape (queries, 2)
        """
        made = patterns(list(queries))
        total = np.zeros(len(made), np.int64)
        mask = self._mask(allowed)
        for each in self.segments():
            chosen = _chosen(each, mask)
            if len(each) and chosen is not None and made:
                total += count(each, made, chosen)
        return total.reshape(-1, 2)

    def similar(
        self,
        queries: Iterable[_Query],
        *,
        identity: float = 0.8,
        overlap: int | None = None,
        least_score: float | None = None,
        allowed: np.ndarray | Iterable[int] | None = None,
        limit: int | None = 25,
        executor: Executor | None = None,
    ) -> Hits:
        """Find relatives of sequences: local alignments on both strands, over origins too.

        How hard is looked follows from the identity: at 0.7 most relatives are found that agree
        over half of a query of 300 letters. The alignment is the best one near the diagonals of
        the seeds, scored as in `biowright.bio.align`, or its best stretch with this identity where
        that is half of it; a hit scores more than chance in a library of this size.

        Parameters
        ----------
        queries : iterable of str, bytes or Sequence
        identity : float, default 0.8
            The least share of equal columns, 0.5 to 1.
        overlap : int, optional
            Look for all relatives that agree over so many letters. By default for those that agree
            over half of the query, and not for distant ones where a close one is found.
        least_score : float, optional
            Also of hits that chance may have made.
        allowed, executor
            As in `find`.
        limit : int, default 25
            The most hits a query.

        Returns
        -------
        Hits
            By query, the best scores first.

        Raises
        ------
        SequenceError
            As in `find`.
        InputError
            The identity is out of its range.
        """
        if not 0.5 <= identity <= 1:
            raise InputError(f"an identity of {identity}", expected="0.5 to 1")
        made = patterns(list(queries))
        letters = sum(4 * each.units for each in self.segments())
        search = partial(similar, wanted=Wanted(identity, overlap, letters, least_score))
        hits = self._search(made, allowed, limit, executor, search, every=True)
        hits = hits.by_score()
        return hits if limit is None else hits.first(limit)

    def proteins(
        self,
        queries: Iterable[np.ndarray],
        wanted: WantedProteins,
        *,
        allowed: np.ndarray | Iterable[int] | None = None,
        limit: int | None = 25,
        executor: Executor | None = None,
    ) -> Hits:
        """Find relatives of proteins in all six reading frames, over origins too.

        Parameters
        ----------
        queries : iterable of ndarray of uint8
            Codes of amino acids, as `biowright.bio.proteins` has them.
        wanted : WantedProteins
            What counts as a relative.
        allowed, limit, executor
            As in `similar`.

        Returns
        -------
        Hits
            By query, the best scores first; places of the query count amino acids.
        """
        from .proteins import ProteinQuery, find_proteins

        self._read_frames()
        made = [ProteinQuery(index, codes) for index, codes in enumerate(queries)]
        search = partial(find_proteins, wanted=wanted)
        hits = self._search(made, allowed, limit, executor, search, every=True).by_score()
        return hits if limit is None else hits.first(limit)

    def _search(
        self,
        made: list[Any],
        allowed: np.ndarray | Iterable[int] | None,
        limit: int | None,
        executor: Executor | None,
        search: Callable[[Segment, list[Any], np.ndarray, int], Hits],
        *,
        every: bool = False,
    ) -> Hits:
        if limit is not None and limit < 1:
            raise InputError(f"a limit of {limit}", expected="1 or more")
        if not made:
            return Hits.empty()
        most = 1 << 62 if limit is None else limit
        mask = self._mask(allowed)
        chosen = [(each, _chosen(each, mask)) for each in self.segments() if len(each)]
        work = [(each, some) for each, some in chosen if some is not None]
        pieces: list[Hits] = []
        if executor is not None:
            tasks = [
                executor.submit(_remote, search, self._place(each), made, some, most)
                for each, some in work
            ]
            pieces = [task.result() for task in tasks]
        else:
            left = made
            found = np.zeros(max((p.query for p in made), default=0) + 1, np.int64)
            for each, some in work:
                piece = search(each, left, some, most)
                pieces.append(piece)
                if limit is not None and not every:
                    found += np.bincount(piece.query, minlength=len(found))
                    left = [pattern for pattern in left if found[pattern.query] < limit]
                    if not left:
                        break
        hits = Hits.together(pieces).by_query()
        return hits if limit is None or every else hits.first(limit)

    def _place(self, wanted: Segment) -> Segment | tuple[Path, Entry]:
        """Give what another process needs to have a segment: its file, unless it is in memory."""
        for entry, made in self._stored:
            if made is wanted:
                return self._folder.path, entry
        return wanted

    def _mask(self, allowed: np.ndarray | Iterable[int] | None) -> np.ndarray | None:
        """Give a mask by number, or None for all."""
        if allowed is None:
            return None
        if isinstance(allowed, np.ndarray) and allowed.dtype == np.bool_:
            return allowed
        numbers = np.asarray(
            allowed if isinstance(allowed, np.ndarray) else list(allowed), dtype=np.int64
        )
        mask = np.zeros(int(numbers.max(initial=0)) + 1, np.bool_)
        mask[numbers] = True
        return mask

    def _refresh(self) -> None:
        """Take in what other processes wrote, and pull what the source has beyond."""
        if self._folder.version() != self._version and (self._read_manifest() or self._touched):
            # a copy of an index is read through when it is opened, once
            self._write_if_possible()
        missing = list(self._missing(self._waiting))
        if sum(last - first + 1 for first, last in missing) > MANY:
            self._write_if_possible()
            missing = list(self._missing(self._waiting))
        for first, last in missing:
            self._keep(segments.build(first, last, self._source.read(first, last)))
        if missing and sum(made.letters for made in self._waiting) >= TAIL:
            self._write_if_possible()

    def _write_if_possible(self) -> None:
        """Write, unless somebody else does, or nobody may: what is missing stays in memory then."""
        try:
            with self._folder.lock(wait=False) as mine:
                if mine:
                    self._write()
        except (OSError, InputError) as error:
            self._say(f"the index stays in memory, which takes time at every start: {error}")

    def _read_frames(self) -> None:
        """Give stored segments their table of protein words, which takes as long as writing them."""
        self._refresh()
        if all(len(made.protein_offsets) for _, made in self._stored):
            return
        try:
            with self._folder.lock():
                self._read_manifest()
                for entry, made in list(self._stored):
                    if len(made.protein_offsets):
                        continue
                    read = self._folder.save(partial(segments.join, [made], proteins=True))
                    self._stored.remove((entry, made))
                    self._stored.append((read, self._folder.open(read)))
                self._stored.sort(key=lambda pair: pair[0].first)
                self._folder.write([entry for entry, _ in self._stored])
                self._version = None
                self._read_manifest()
        except (OSError, InputError) as error:
            self._say(
                f"the table of proteins stays in memory, which takes time at every start: {error}"
            )

    def _say(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._tell(message)

    def _missing(self, waiting: Iterable[Segment] = ()) -> Iterator[tuple[int, int]]:
        """Walk the ranges of numbers that no segment has."""
        after = 1
        known = sorted(
            (made.first, made.last) for made in [*(s for _, s in self._stored), *waiting]
        )
        end = self._source.last() + 1
        for first, last in [*known, (end, end)]:
            if after < min(first, end):
                yield after, min(first, end) - 1
            after = max(after, last + 1)

    def _keep(self, made: Segment) -> None:
        """Keep a segment in memory; small ones that are neighbours become one."""
        while self._waiting:
            before = self._waiting[-1]
            if before.last + 1 != made.first or before.letters > GROWTH * made.letters:
                break
            self._waiting.pop()
            made = segments.join([before, made])
        self._waiting.append(made)

    def _read_manifest(self, *, verify: bool = False) -> bool:
        """Open what the manifest names; tell whether something is damaged."""
        opened = dict(self._stored)
        while True:
            version = self._folder.version()
            damage: list[str] = []
            stored = []
            try:
                entries = self._folder.entries()
            except FormatError as error:
                entries = []
                damage.append(str(error))
            seen = [self._folder.seen(entry) for entry in entries]
            for entry, now in zip(entries, seen, strict=True):
                try:
                    made = None if verify else opened.get(now)
                    stored.append((now, made or self._folder.open(entry, verify=verify)))
                except FormatError as error:
                    damage.append(str(error))
            if not damage or version == self._folder.version():
                break  # else files went because another process merged them
        for message in damage:
            self._say(f"{message}; it is made anew from the library")
        self._stored, self._version, self._touched = stored, version, seen != entries
        taken = [(made.first, made.last) for _, made in stored]
        self._waiting = [
            made
            for made in self._waiting
            if not any(first <= made.last and made.first <= last for first, last in taken)
        ]
        return bool(damage)

    def _write(self) -> None:
        """Write all that is not in the folder yet. The lock is held."""
        self._read_manifest()
        missing = list(self._missing())
        for first, last in missing:
            for pieces in _groups(self._pieces(first, last)):
                self._write_pieces(pieces)
        entries = [entry for entry, _ in self._stored]
        if missing or self._folder.version() is None or entries != self._listed():
            self._folder.write(entries)
        self._version = None
        self._read_manifest()

    def _listed(self) -> list[Entry]:
        try:
            return self._folder.entries()
        except FormatError:
            return []

    def _write_pieces(self, pieces: list[Segment]) -> None:
        """Write a segment, together with those before it that are not much larger."""
        letters = sum(piece.letters for piece in pieces)
        while True:
            before = [pair for pair in self._stored if pair[1].last + 1 == pieces[0].first]
            if not before or not 0 <= before[0][0].letters <= min(GROWTH * letters, FULL - letters):
                break
            entry, made = before[0]
            letters += entry.letters
            pieces.insert(0, made)
            self._stored.remove(before[0])
        # who asked for a protein once may ask again
        read = any(len(made.protein_offsets) for _, made in self._stored)
        read = read or any(len(piece.protein_offsets) for piece in pieces)
        entry = self._folder.save(lambda array: segments.join(pieces, array, proteins=read))
        self._stored.append((entry, self._folder.open(entry)))
        self._stored.sort(key=lambda pair: pair[0].first)

    def _pieces(self, first: int, last: int) -> Iterator[Segment]:
        """Walk the parts of a range that nothing stored has: from memory, or from the source."""
        at = first
        for made in sorted(self._waiting, key=lambda made: made.first):
            if first <= made.first and made.last <= last:
                if at < made.first:
                    yield from segments.packed(at, made.first - 1, self._source)
                yield made
                at = made.last + 1
        if at <= last:
            yield from segments.packed(at, last, self._source)


def _groups(pieces: Iterable[Segment]) -> Iterator[list[Segment]]:
    """Gather pieces to segments of a size that is not exceeded much."""
    gathered: list[Segment] = []
    letters = 0
    for piece in pieces:
        gathered.append(piece)
        letters += piece.letters
        if letters >= FULL:
            yield gathered
            gathered, letters = [], 0
    if gathered:
        yield gathered


def _chosen(each: Segment, mask: np.ndarray | None) -> np.ndarray | None:
    """Give which parts of a segment may be found: an empty array for all, None for none."""
    if mask is None:
        return np.zeros(0, np.bool_)
    inside = each.numbers < len(mask)
    chosen = np.zeros(len(each), np.bool_)
    chosen[inside] = mask[each.numbers[inside]]
    return chosen if chosen.any() else None


_OPENED: dict[Entry, Segment] = {}


def _remote(
    search: Callable[[Segment, list[Any], np.ndarray, int], Hits],
    place: Segment | tuple[Path, Entry],
    made: list[Any],
    chosen: np.ndarray,
    limit: int,
) -> Hits:
    """Search one segment in another process, which keeps it open."""
    if isinstance(place, tuple):
        path, entry = place
        if entry not in _OPENED:
            _OPENED[entry] = Folder(path).open(entry)
        place = _OPENED[entry]
    return search(place, made, chosen, limit)

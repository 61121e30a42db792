"""The index of a library's sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from biowright.core import InputError, Sequence

from .find import count, find
from .folder import Entry, Folder
from .hits import Hits
from .queries import patterns
from .segment import Segment
from .segments import Segments
from .similar import ROUND, Wanted, similar
from .turns import turn

if TYPE_CHECKING:
    from .proteins import WantedProteins

__all__ = ["SequenceIndex"]

_Query = str | bytes | Sequence


class SequenceIndex(Segments):
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
        made = patterns(list(queries), around=ROUND)
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

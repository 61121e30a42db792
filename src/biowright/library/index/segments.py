"""The segments of an index: in a folder and in memory, in step with what they are made of."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from biowright.core import FormatError, InputError

from . import segment as segments
from .folder import Entry, Folder
from .segment import Segment

if TYPE_CHECKING:
    from biowright.library.source import SequenceSource

__all__ = ["Segments"]

TAIL = 1 << 20
"""Letters that may wait in memory before they are written as a segment."""
FULL = 3 << 28
"""Letters of a segment that is not merged any more; to make one takes about 2 bytes a letter."""
GROWTH = 4
"""A segment takes in the one before it unless that is so many times as large."""
MANY = 1 << 16
"""Numbers that are looked at together to find how many letters wait."""


def _warn(message: str) -> None:
    warnings.warn(message, stacklevel=4)


class Segments:
    """The segments of an index: see `SequenceIndex`.

    Parameters
    ----------
    directory : path
    source : SequenceSource
    tell : callable of str, optional
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

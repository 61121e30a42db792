"""The records of any file one by one, with what is wrong with those that cannot be read."""

from __future__ import annotations

import io
from collections.abc import Iterator

from biowright.core import BiowrightError, Record
from biowright.formats import Source, find_format, open_source

from .parts import Refusal

__all__ = ["records_of"]

_FLAT = ("genbank", "embl")
_TABLES = ("csv", "tsv")


def records_of(source: Source) -> Iterator[Record | Refusal]:
    """Walk the records of a file; a bad one is told and passed over.

    Where a format has no borders between records (SBOL), one error refuses the file.

    Raises
    ------
    FormatError
        The format is not known, or not read.
    """
    chosen = find_format(source)
    if chosen.read is None:
        raise BiowrightError(f"{chosen.title} is not read")
    if chosen.name not in (*_FLAT, *_TABLES):
        try:
            yield from chosen.read(source)
        except BiowrightError as error:
            yield _refusal(error, source.name)
        return
    data = source.bytes()
    done = 0
    try:
        for record in chosen.read(_again(data, source.name)):
            done += 1
            yield record
        return
    except BiowrightError as error:
        entries = _entries(data, chosen.name)
        if len(entries) <= 1:
            yield _refusal(error, source.name)
            return
    # entry by entry from the first bad one on
    for line, entry in entries[done:]:
        try:
            yield from chosen.read(_again(entry, source.name))
        except BiowrightError as error:
            if error.line is not None:
                head = 1 if chosen.name in _TABLES else 0
                error.line += line - 1 - head
            yield _refusal(error, source.name)


def _again(data: bytes, name: str) -> Source:
    return open_source(io.BytesIO(data), name=name)


def _refusal(error: BiowrightError, path: str) -> Refusal:
    reason = error.what + (f"; expected {error.expected}" if error.expected else "")
    return Refusal(path, error.line, error.record or "", reason)


def _entries(data: bytes, format: str) -> list[tuple[int, bytes]]:
    """Give the entries of a file, each with the number of its first line."""
    lines = data.splitlines(keepends=True)
    entries: list[tuple[int, bytes]] = []
    if format in _TABLES:
        # a quoted cell may hold line ends; it is whole where its quotes are even
        head = lines[0] if lines else b""
        row, first = b"", 2
        for number, line in enumerate(lines[1:], 2):
            row += line
            if row.count(b'"') % 2 == 0:
                if row.strip():
                    entries.append((first, head + row))
                row, first = b"", number + 1
        if row.strip():
            entries.append((first, head + row))
        return entries
    entry: list[bytes] = []
    first = 1
    for number, line in enumerate(lines, 1):
        entry.append(line)
        if line.rstrip() == b"//":
            entries.append((first, b"".join(entry)))
            entry, first = [], number + 1
    if b"".join(entry).strip():
        entries.append((first, b"".join(entry)))
    return entries

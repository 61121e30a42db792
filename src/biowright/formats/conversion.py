"""From one file to another: record by record where both formats allow it, with a report of losses."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from biowright.core import BiowrightError, InputError, Record

from .files import write
from .format import Document, Format, Loss
from .registry import choose_format, format_for_path, named_format
from .source import Source, open_source

__all__ = ["Conversion", "OpenedFile", "convert", "open_records"]


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that is being read: its format, and its records as they come.

    Parameters
    ----------
    format : Format
    records : iterable of Record
        To be walked once. A `Document` where the file is more than its records.
    """

    format: Format
    records: Iterable[Record]


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a conversion did.

    Parameters
    ----------
    records : int
        How many records were written.
    losses : tuple of Loss
        What the target could not carry.
    source, target : str
        The names of the formats.
    """

    records: int
    losses: tuple[Loss, ...]
    source: str
    target: str


@contextmanager
def open_records(
    path: str | os.PathLike[str] | BinaryIO,
    *,
    format: str | None = None,
    encoding: str | None = None,
    name: str | None = None,
) -> Iterator[OpenedFile]:
    r"""Open a file and walk its records as they are read.

    Parameters
    ----------
    path : path, or binary file object
    format, encoding : str, optional
        As in `read`.
    name : str, optional
        What messages call the file.

    Examples
    --------
    >>> import io
    >>> with open_records(io.BytesIO(b">a\nAC\n>b\nGT\n")) as opened:
    ...     print(opened.format.name, [len(record) for record in opened.records])
    fasta [2, 2]
    """
    with open_source(path, encoding=encoding, name=name) as source:
        chosen = choose_format(source, format)
        if chosen.read is None:
            raise InputError(f"{chosen.title} is written, but not read", path=source.name)
        try:
            records = chosen.read(source)
        except BiowrightError as error:
            raise error.located(path=source.name) from None
        if isinstance(records, Document):
            records.format = chosen.name
        else:
            records = _located(records, source)
        yield OpenedFile(chosen, records)


def _located(records: Iterable[Record], source: Source) -> Iterator[Record]:
    try:
        yield from records
    except BiowrightError as error:
        raise error.located(path=source.name) from None


class _Counted:
    def __init__(self, records: Iterable[Record]) -> None:
        self.records, self.count = records, 0

    def __iter__(self) -> Iterator[Record]:
        for record in self.records:
            self.count += 1
            yield record


def convert(
    path: str | os.PathLike[str] | BinaryIO,
    out: str | os.PathLike[str],
    *,
    to: str | None = None,
    format: str | None = None,
    encoding: str | None = None,
    force: bool = False,
) -> Conversion:
    """Convert a file into another format, whole or not at all.

    Parameters
    ----------
    path : path, or binary file object
    out : path
        Its ending says the target, unless `to` does.
    to : str, optional
        The target's name.
    format, encoding : str, optional
        Of the input, as in `read`.
    force : bool, default False
        Replace an existing file.

    Raises
    ------
    InputError, FormatError, ConflictError
        As in `read` and `write`; and where input and output are one file.
    """
    if isinstance(path, str | os.PathLike) and _same_file(path, out):
        raise InputError(
            "input and output are the same file", path=out, hint="write to another name"
        )
    with open_records(path, format=format, encoding=encoding) as opened:
        if isinstance(opened.records, Document):
            losses = write(opened.records, out, format=to, force=force)
            count = len(opened.records)
        else:
            counted = _Counted(opened.records)
            losses = write(counted, out, format=to, force=force)
            count = counted.count
    target = named_format(to) if to else format_for_path(os.fspath(out), opened.format.name)
    return Conversion(count, tuple(losses), opened.format.name, target.name)


def _same_file(path: str | os.PathLike[str], out: str | os.PathLike[str]) -> bool:
    try:
        return os.path.samefile(path, out)  # noqa: PTH121 - of any path-like
    except OSError:
        return False

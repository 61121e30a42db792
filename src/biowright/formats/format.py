"""What a format is: one value with its names and its functions; and what a conversion loses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from biowright.core import Record

from .source import Source

__all__ = ["Document", "Format", "Loss"]


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a target format cannot carry.

    Parameters
    ----------
    record : str
        The name of the record that loses it.
    what : str
        The kind of thing, one word or two: ``features``, ``topology``, ``qualifier``, ``quality``...
    detail : str
        What it was, for a reader.
    """

    record: str
    what: str
    detail: str


class Document(list[Record]):
    """The records of a file, as a list, with what belongs to the file and to no record.

    Parameters
    ----------
    records : iterable of Record
    format : str, optional
        The name of the format that they were read from.
    remainder : object, optional
        What the format keeps beside its records (an SBOL document's collections, experiments and
        unknown objects), for writing it back.
    """

    def __init__(
        self, records: Iterable[Record] = (), format: str | None = None, remainder: object = None
    ) -> None:
        super().__init__(records)
        self.format = format
        self.remainder = remainder


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: everything that Biowright knows of it.

    A module in `biowright.formats` that defines ``FORMATS``, a tuple of these, adds formats; a package
    elsewhere does it by an entry point of the group ``biowright.formats`` that names such a tuple.

    Parameters
    ----------
    name : str
        What users type: ``genbank``.
    title : str
        What users read: ``GenBank flat file``.
    extensions : tuple of str
        With the dot, without ``.gz``. They decide only where the content leaves it open.
    sniff : callable of bytes to bool
        Tells from the first 64 KiB whether the content is of this format. It must not take the
        content of another format for its own.
    read : callable of Source to iterable of Record, optional
        A generator where the format can be streamed, a `Document` where the file is more than its
        records.
    write : callable of (records, stream) to list of Loss, optional
        Writes bytes and tells what it could not carry. It may consume the records as a stream.
    """

    name: str
    title: str
    extensions: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    read: Callable[[Source], Iterable[Record]] | None = None
    write: Callable[[Iterable[Record], BinaryIO], list[Loss]] | None = None

"""What a format is: one value with its names and its functions; and what a conversion loses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from biowright.core import Record, Topology

from .source import Source

__all__ = ["Document", "Format", "Loss", "losses_of"]


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a target format cannot carry.

    Parameters
    ----------
    record : str
        The name of the record that loses it.
    what : str
        The kind of thing: the field of the record (``features``, ``topology``, ``molecule``,
        ``annotations``, ``references``, ``quality``, ``extras``, ``name``, ``id``,
        ``description``), or something in it, in a word or two (``qualifier``, ``fuzzy end``).
    detail : str
        What it was, for a reader.
    """

    record: str
    what: str
    detail: str


def losses_of(record: Record, carried: Collection[str], format: str) -> list[Loss]:
    """Report, one loss a field, the fields of a record that a format carries nothing of.

    Parameters
    ----------
    record : Record
    carried : collection of str
        The fields that the format carries: of ``id``, ``description``, ``topology``, ``features``,
        ``annotations``, ``references`` and ``quality``.
    format : str
        The format's name: what the record's extras keep for it is no loss.

    Examples
    --------
    >>> from biowright.core import Feature, Location, Sequence
    >>> gene = Feature("gene", Location.of((0, 3)))
    >>> losses_of(Record(Sequence("ATG"), "a", features=[gene]), ("topology",), "fasta")
    [Loss(record='a', what='features', detail='1 feature')]
    """
    losses: list[Loss] = []

    def lose(what: str, detail: str) -> None:
        if what not in carried:
            losses.append(Loss(record.name, what, detail))

    if record.id and record.id != record.name:
        lose("id", record.id)
    if record.description:
        lose("description", record.description)
    if record.topology is Topology.CIRCULAR:
        lose("topology", "circular")
    if record.features:
        lose("features", _counted(len(record.features), "feature"))
    if record.annotations.pairs:
        lose("annotations", ", ".join(record.annotations))
    if record.references:
        lose("references", _counted(len(record.references), "reference"))
    if record.quality is not None:
        lose("quality", "the quality of each letter")
    if record.extras and (others := sorted(set(record.extras) - {format})):
        lose("extras", f"what only {' and '.join(others)} keeps")
    return losses


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


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

    A module in `biowright.formats` that defines ``FORMATS``, a tuple of these, adds formats; a
    package elsewhere does it by an entry point of the group ``biowright.formats`` that names such a
    tuple.

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

"""Reading and writing whole files, whatever their format."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from biowright.core import BiowrightError, FormatError, InputError, Record

from .format import Document, Format, Loss
from .output import open_output
from .packing import BlockPacker
from .registry import choose_format, format_for_path, named_format
from .source import Source, open_source, shown

__all__ = ["read", "stream", "write"]


def read(
    path: str | os.PathLike[str] | BinaryIO,
    *,
    format: str | None = None,
    encoding: str | None = None,
) -> Document:
    r"""Read all records of a file; the format is found from the content.

    Parameters
    ----------
    path : path, or binary file object
        Gzip is unpacked.
    format : str, optional
        The format's name, where the content leaves it open.
    encoding : str, optional
        The encoding of the text, where it is not UTF-8.

    Returns
    -------
    Document
        A list of `Record`, with what the file holds beside them.

    Raises
    ------
    InputError, FormatError
        With path, line and record, as far as they are known.

    Examples
    --------
    >>> import io
    >>> read(io.BytesIO(b">tiny\nATGC\n"))
    [Record('tiny', 4 bp linear DNA, 0 features)]
    """
    with open_source(path, encoding=encoding) as source:
        chosen = choose_format(source, format)
        try:
            records = _reader(chosen, source)
            if isinstance(records, Document):
                records.format = chosen.name
                return records
            return Document(records, chosen.name)
        except BiowrightError as error:
            raise error.located(path=source.name) from None


def stream(
    path: str | os.PathLike[str] | BinaryIO,
    *,
    format: str | None = None,
    encoding: str | None = None,
) -> Iterator[Record]:
    """Walk the records of a file one by one, so that a file larger than the memory can be read.

    Parameters and errors as in `read`; formats that cannot be streamed are read whole.
    """
    with open_source(path, encoding=encoding) as source:
        chosen = choose_format(source, format)
        try:
            yield from _reader(chosen, source)
        except BiowrightError as error:
            raise error.located(path=source.name) from None


def _reader(format: Format, source: Source) -> Iterable[Record]:
    if format.read is None:
        raise FormatError(f"{format.title} is not read", path=source.name)
    return format.read(source)


def write(
    records: Record | Iterable[Record],
    path: str | os.PathLike[str] | BinaryIO,
    *,
    format: str | None = None,
    force: bool = False,
) -> list[Loss]:
    r"""Write records to a file, whole or not at all.

    Parameters
    ----------
    records : Record or iterable of Record
        Where the format can be streamed, an iterator is consumed record by record.
    path : path, or binary file object
        A path's ending says the format, unless `format` does; ``.gz`` packs it, and ``.bgz`` packs
        it in blocks that can be indexed (BGZF). A stream needs `format`.
    format : str, optional
    force : bool, default False
        Replace an existing file.

    Returns
    -------
    list of Loss
        What the format could not carry.

    Raises
    ------
    ConflictError
        The file exists and `force` is not given; no record has been looked at then.
    FormatError, InputError
        The format cannot hold these records, or the file cannot be written.

    Examples
    --------
    >>> import io, biowright
    >>> out = io.BytesIO()
    >>> write(biowright.Record(biowright.Sequence("ATGC"), "tiny"), out, format="fasta")
    []
    >>> out.getvalue()
    b'>tiny\nATGC\n'
    """
    if isinstance(records, Record):
        records = [records]
    if not isinstance(path, str | os.PathLike):
        if format is None:
            raise InputError("a stream has no ending to tell the format by", hint="name the format")
        return _writer(named_format(format), "<stream>")(records, path)
    name = shown(path)
    chosen = (
        named_format(format) if format else format_for_path(name, getattr(records, "format", None))
    )
    writer = _writer(chosen, name)
    with open_output(path, force=force) as output, _packed(output, name) as stream:
        return writer(records, stream)


def _writer(format: Format, name: str) -> Callable[[Iterable[Record], BinaryIO], list[Loss]]:
    if format.write is None:
        raise FormatError(f"{format.title} is read, but not written", path=name)
    return format.write


@contextmanager
def _packed(output: BinaryIO, name: str) -> Iterator[BinaryIO]:
    if name.lower().endswith(".bgz"):
        with BlockPacker(output) as blocks:
            yield cast(BinaryIO, blocks)
    elif name.lower().endswith(".gz"):
        # no name and no time in the header: the same records give the same bytes
        with gzip.GzipFile("", "wb", 6, output, mtime=0) as packed:
            yield cast(BinaryIO, packed)
    else:
        yield output

"""Reading and writing whole files, whatever their format."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from biowright.core import BiowrightError, ConflictError, FormatError, InputError, Record

from .format import Document, Format, Loss
from .registry import find_format, format_for_path, named_format
from .source import Source, open_source

__all__ = ["open_output", "read", "stream", "write"]


def read(
    path: str | os.PathLike[str] | BinaryIO,
    *,
    format: str | None = None,
    encoding: str | None = None,
) -> Document:
    """Read all records of a file; the format is found from the content.

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
    >>> read(io.BytesIO(b">tiny\\nATGC\\n"))
    [Record('tiny', 4 bp linear DNA, 0 features)]
    """
    with open_source(path, encoding=encoding) as source:
        chosen = named_format(format) if format else find_format(source)
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
        chosen = named_format(format) if format else find_format(source)
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
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    force: bool = False,
) -> list[Loss]:
    """Write records to a file, whole or not at all.

    Parameters
    ----------
    records : Record or iterable of Record
    path : path
        Its ending says the format (``.gz`` packs it), unless `format` does.
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
        The file exists and `force` is not given.
    FormatError, InputError
        The format cannot hold these records, or the file cannot be written.
    """
    chosen = named_format(format) if format else format_for_path(Path(path))
    if chosen.write is None:
        raise FormatError(f"{chosen.title} is read, but not written", path=path)
    if isinstance(records, Record):
        records = [records]
    with open_output(path, force=force) as output:
        if str(path).lower().endswith((".gz", ".bgz")):
            # no name and no time in the header: the same records give the same bytes
            with gzip.GzipFile("", "wb", 6, output, mtime=0) as packed:
                return chosen.write(records, cast(BinaryIO, packed))
        return chosen.write(records, output)


@contextmanager
def open_output(path: str | os.PathLike[str], *, force: bool = False) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when it is complete.

    Raises
    ------
    ConflictError
        The file exists and `force` is not given.
    InputError
        The folder does not exist, or may not be written to.
    """
    target = Path(path)
    if target.is_dir():
        raise InputError("this is a directory", path=target, hint="name a file in it")
    if target.exists() and not force:
        raise ConflictError(
            "the file exists already", path=target, hint="say --force to replace it"
        )
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{target.name[:60]}.", dir=target.parent)
    except OSError as error:
        raise InputError(f"the file cannot be written ({error.strerror})", path=target) from None
    try:
        with os.fdopen(handle, "wb") as output:
            yield cast(BinaryIO, output)
        mask = os.umask(0)
        os.umask(mask)
        scratch = Path(beside)
        scratch.chmod(0o666 & ~mask)  # mkstemp gave 0600
        if force:
            scratch.replace(target)
        else:
            try:
                target.hardlink_to(scratch)  # fails where the file has come up meanwhile
            except FileExistsError:
                raise ConflictError(
                    "the file exists already", path=target, hint="say --force to replace it"
                ) from None
            except OSError:  # a file system without hard links
                scratch.replace(target)
            scratch.unlink(missing_ok=True)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise

"""Where bytes come from: files, gzip, streams; with limits, encodings and honest messages."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, cast

from biowright.core import FormatError, InputError

__all__ = ["Source", "open_source"]

HEAD = 1 << 16
# Real sequence files pack 3 to 5 times, one of nothing but N about 1000 times. Past a quarter of a
# gibibyte, a ratio that only a bomb has is refused.
BOMB_SIZE = 1 << 28
BOMB_RATIO = 200
_MAGIC = {
    b"PK\x03\x04": ("a zip archive", "unpack it and read the files in it"),
    b"BZh": ("packed with bzip2", "unpack it with bunzip2"),
    b"\xfd7zXZ\x00": ("packed with xz", "unpack it with unxz"),
    b"\x28\xb5\x2f\xfd": ("packed with zstd", "unpack it with unzstd"),
    b"%PDF": ("a PDF document", "export the sequence itself"),
}


@dataclass(slots=True)
class Source:
    """An open input: its name, its first bytes, and the rest on demand.

    Parameters
    ----------
    name : str
        The path, or what a message should call it.
    stream : BinaryIO
        Unpacked bytes, at their beginning.
    head : bytes
        The first 64 KiB, unpacked, for finding the format.
    encoding : str, optional
        The encoding that the caller states; otherwise text is UTF-8.
    """

    name: str
    stream: BinaryIO
    head: bytes
    encoding: str | None = None
    _opened: list[IO[bytes]] = field(default_factory=list)

    @property
    def stem(self) -> str:
        """The file's name without folders, endings and `.gz`."""
        name = Path(self.name).name
        for ending in (".gz", ".bgz"):
            name = name.removesuffix(ending)
        return name.rsplit(".", 1)[0] if "." in name[1:] else name

    def bytes(self) -> bytes:
        """Read everything that is left, unpacked.

        Raises
        ------
        FormatError
            The gzip data is cut off or damaged.
        """
        with self.reading():
            return self.stream.read()

    def text(self) -> str:
        """Read everything that is left, decoded, with line ends as ``\\n``.

        Raises
        ------
        FormatError
            The text is not in its encoding; the error names the line.
        """
        data = decoded(self.bytes(), self.name, self.encoding)
        return data.replace("\r\n", "\n").replace("\r", "\n") if "\r" in data else data

    def lines(self) -> Iterator[str]:
        """Walk the lines, decoded, without their ends, holding one at a time in memory."""
        if self.encoding is not None or self.head.startswith((b"\xff\xfe", b"\xfe\xff")):
            yield from self.text().split("\n")
            return
        first = True
        with self.reading():
            for number, raw in enumerate(self.stream, 1):
                if first:
                    raw = raw.removeprefix(b"\xef\xbb\xbf")
                    first = False
                try:
                    line = raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise _wrong_encoding(raw[error.start], number, self.name) from None
                line = line.rstrip("\r\n")
                if "\r" in line:  # old Macintosh line ends: the whole file is one line to Python
                    yield from line.split("\r")
                else:
                    yield line

    def reading(self) -> _Reading:
        """Turn what goes wrong while reading packed bytes into one clear error."""
        return _Reading(self.name)

    def close(self) -> None:
        """Close what was opened."""
        for opened in reversed(self._opened):
            opened.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Reading:
    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, EOFError):
            raise FormatError(
                "the gzip data ends too early",
                path=self.name,
                hint="the file was cut off; copy or download it again",
            ) from None
        if isinstance(error, gzip.BadGzipFile | zlib.error):
            raise FormatError(
                f"the gzip data is damaged ({error})",
                path=self.name,
                hint="copy or download it again",
            ) from None


class _Guarded(io.RawIOBase):
    """Unpacked bytes that stop at a ratio which no sequence file reaches."""

    def __init__(self, packed: IO[bytes], unpacked: IO[bytes], name: str) -> None:
        self.packed, self.unpacked, self.name, self.size = packed, unpacked, name, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        data = self.unpacked.read(len(view))
        view[: len(data)] = data
        self.size += len(data)
        if self.size > BOMB_SIZE and self.size > BOMB_RATIO * max(self.packed.tell(), 1):
            raise FormatError(
                f"the gzip data unpacks to more than {BOMB_RATIO} times its size",
                path=self.name,
                hint="this is no sequence file but a bomb; if it is real, unpack it yourself first",
            )
        return len(data)

    def close(self) -> None:
        self.unpacked.close()
        self.packed.close()
        super().close()


def open_source(
    path: str | os.PathLike[str] | BinaryIO, *, name: str | None = None, encoding: str | None = None
) -> Source:
    """Open a path or a binary stream for reading, unpacking gzip, and look at its first bytes.

    Parameters
    ----------
    path : path, or binary file object
    name : str, optional
        What messages call it; the path by default.
    encoding : str, optional
        Take the text to be in this encoding instead of UTF-8.

    Raises
    ------
    InputError
        There is no such file, it is a directory, it may not be read, or it is empty.
    FormatError
        It is packed in a way that we do not read.
    """
    opened: list[IO[bytes]] = []
    if isinstance(path, str | os.PathLike):
        name = name or str(path)
        try:
            raw: IO[bytes] = open(path, "rb")  # noqa: SIM115 - Source closes it
        except FileNotFoundError:
            raise InputError("there is no such file", path=name) from None
        except IsADirectoryError:
            raise InputError(
                "this is a directory", path=name, hint="name the files in it instead"
            ) from None
        except PermissionError:
            raise InputError("you may not read this file", path=name) from None
        except (OSError, ValueError) as error:
            raise InputError(f"the file cannot be opened ({error})", path=name) from None
        opened.append(raw)
    else:
        name = name or str(getattr(path, "name", "<stream>"))
        raw = path
    try:
        buffered = raw if hasattr(raw, "peek") else io.BufferedReader(cast(io.RawIOBase, raw))
        start = buffered.peek(6)[:6] if isinstance(buffered, io.BufferedReader) else b""
        if not start:
            raise InputError("the file is empty", path=name, hint="nothing was read")
        stream = cast(BinaryIO, buffered)
        if start.startswith(b"\x1f\x8b"):
            guarded = _Guarded(buffered, cast(IO[bytes], gzip.GzipFile(fileobj=buffered)), name)
            stream = cast(BinaryIO, io.BufferedReader(guarded, HEAD))
            opened.append(stream)
        with _Reading(name):
            stream, head = _with_head(stream)
        if not head:
            raise InputError("the file is empty once unpacked", path=name, hint="nothing was read")
        for magic, (what, hint) in _MAGIC.items():
            if head.startswith(magic):
                raise FormatError(f"this is {what}", path=name, hint=hint)
        return Source(name, stream, head, encoding, opened)
    except BaseException:
        for handle in reversed(opened):
            handle.close()
        raise


def _with_head(stream: BinaryIO) -> tuple[BinaryIO, bytes]:
    if stream.seekable() and not isinstance(getattr(stream, "raw", None), _Guarded):
        at = stream.tell()
        head = stream.read(HEAD)
        stream.seek(at)
        return stream, head
    head = stream.read(HEAD)
    return cast(BinaryIO, io.BufferedReader(_Rejoined(head, stream), HEAD)), head


class _Rejoined(io.RawIOBase):
    """Bytes that were read ahead, followed by the rest of the stream."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self.head, self.at, self.rest = head, 0, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        if self.at < len(self.head):
            data = self.head[self.at : self.at + len(view)]
            self.at += len(data)
        else:
            data = self.rest.read(len(view))
        view[: len(data)] = data
        return len(data)


def decoded(data: bytes, name: str, encoding: str | None = None) -> str:
    """Decode text that is UTF-8 (with or without a mark) or in the stated encoding.

    Raises
    ------
    FormatError
        A byte does not belong to the encoding; the error names its line and the way out.
    """
    if encoding is not None:
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except LookupError:
            raise InputError(f"unknown encoding '{encoding}'", hint="try latin-1") from None
        except UnicodeDecodeError as error:
            raise _wrong_encoding(
                data[error.start], data.count(b"\n", 0, error.start) + 1, name, encoding
            ) from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError(
            "the text is UTF-16, not UTF-8",
            path=name,
            line=1,
            hint="say encoding utf-16 (--encoding utf-16), or save it as UTF-8",
        )
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _wrong_encoding(data[error.start], line, name) from None


def _wrong_encoding(byte: int, line: int, name: str, encoding: str = "UTF-8") -> FormatError:
    return FormatError(
        f"byte 0x{byte:02x} is not {encoding}",
        path=name,
        line=line,
        hint="if it is Latin-1 or Windows text, say so: --encoding latin-1 or --encoding cp1252",
    )

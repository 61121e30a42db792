"""Where bytes come from: files, gzip, streams; with limits, encodings and honest messages."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, cast

from biowright.core import FormatError, InputError

from .foreign import foreign, wide_text
from .packing import GZIP, Unpacked
from .transcoding import Transcoded, wrong_encoding

__all__ = ["Source", "open_source"]

Block = bytes  # within `Source`, `bytes` is its method

HEAD = 1 << 16
BLOCK = 1 << 20
PATIENCE = 5.0  # seconds that a named pipe may stay without a writer
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Source:
    """An open input: its name, its first bytes, and the rest on demand.

    Parameters
    ----------
    name : str
        The path, or what a message should call it, on one line.
    stream : BinaryIO
        Unpacked bytes at their beginning, without a byte-order mark; UTF-8 where the caller stated
        another encoding.
    head : bytes
        The first 64 KiB of them, for finding the format.
    """

    name: str
    stream: BinaryIO
    head: bytes
    _opened: list[IO[bytes]] = field(default_factory=list)

    @property
    def stem(self) -> str:
        """The file's name without folders, endings and `.gz`."""
        name = Path(self.name).name
        for ending in (".gz", ".bgz"):
            name = name.removesuffix(ending)
        return name.rsplit(".", 1)[0] if "." in name[1:] else name

    @property
    def suffix(self) -> str:
        """The ending of the file's name, in lower case and with its dot, without `.gz`."""
        return suffix_of(self.name)

    def bytes(self) -> bytes:
        """Read everything that is left, unpacked.

        Raises
        ------
        FormatError
            The gzip data is cut off or damaged.
        """
        return self._read(-1)

    def text(self) -> str:
        r"""Read everything that is left, decoded, with line ends as ``\n``.

        Raises
        ------
        FormatError
            The text is not UTF-8; the error names the line.
        """
        data = decoded(self.bytes(), self.name)
        return data.replace("\r\n", "\n").replace("\r", "\n") if "\r" in data else data

    def blocks(self, size: int = BLOCK) -> Iterator[Block]:
        r"""Walk the bytes in blocks of whole lines, with line ends as ``\n``.

        Every block but the last ends with a line end. A line longer than `size` makes one block.
        """
        pieces: list[Block] = []
        held = b""  # a carriage return, of which the line feed may be in the next block
        while data := self._read(size):
            if held:
                data = held + data
                held = b""
            if data.endswith(b"\r"):
                data, held = data[:-1], b"\r"
            if b"\r" in data:
                data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            cut = data.rfind(b"\n") + 1
            if cut:
                pieces.append(data[:cut])
                yield b"".join(pieces)
                pieces = [data[cut:]]
            else:
                pieces.append(data)
        if held:
            pieces.append(b"\n")
        if last := b"".join(pieces):
            yield last

    def lines(self) -> Iterator[str]:
        """Walk the lines, decoded, without their ends, holding a block of them in memory.

        Raises
        ------
        FormatError
            The text is not UTF-8; the error names the line.
        """
        number = 1
        for block in self.blocks():
            try:
                lines = block.decode("utf-8").split("\n")
            except UnicodeDecodeError as error:
                number += block.count(b"\n", 0, error.start)
                raise wrong_encoding(block, error.start, number, self.name) from None
            if not lines[-1]:
                lines.pop()
            yield from lines
            number += len(lines)

    def refuse_foreign(self) -> None:
        """Say what the content is, where it is well known and nothing that we read.

        Raises
        ------
        FormatError
            It is an archive, a document, or text in UTF-16.
        """
        if known := foreign(self.head):
            raise FormatError(known[0], path=self.name, hint=known[1])

    def refuse_wide(self) -> None:
        """Say what the content is, where it is text in another encoding than a format may take.

        Raises
        ------
        FormatError
            It is UTF-16 or UTF-32, and no XML, which says its encoding itself.
        """
        if known := wide_text(self.head):
            raise FormatError(known[0], path=self.name, line=1, hint=known[1])

    def _read(self, size: int) -> Block:
        try:
            return self.stream.read(size)
        except OSError as error:
            raise InputError(
                f"the file cannot be read ({error.strerror or error})", path=self.name
            ) from None

    def close(self) -> None:
        """Close what was opened."""
        for opened in reversed(self._opened):
            opened.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_source(
    path: str | os.PathLike[str] | BinaryIO, *, name: str | None = None, encoding: str | None = None
) -> Source:
    r"""Open a path or a binary stream for reading, unpacking gzip, and look at its first bytes.

    A stream is read from where it stands and stays open. A pipe may be read, a device not.

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
        There is no such file, it is a directory or a device, it may not be read, or it is empty; or
        the encoding is unknown.
    FormatError
        The gzip data is damaged.

    Examples
    --------
    >>> import io
    >>> with open_source(io.BytesIO(b">a\r\nACGT\r\n"), name="tiny") as source:
    ...     list(source.lines())
    ['>a', 'ACGT']
    """
    opened: list[IO[bytes]] = []
    if isinstance(path, str | os.PathLike):
        name = shown(name or os.fspath(path))
        raw = _open_path(path, name)
        opened.append(raw)
    else:
        name = shown(name or str(getattr(path, "name", "<stream>")))
        raw = path
    try:
        try:
            head = _read_head(raw)
        except OSError as error:
            raise InputError(f"the file cannot be read ({error.strerror})", path=name) from None
        if not head:
            raise InputError("the file is empty", path=name, hint="nothing was read")
        stream, plain = raw, bool(opened) and raw.seekable()
        for packed, layer in (
            (head.startswith(GZIP), lambda s: Unpacked(s, name)),
            (encoding is not None, lambda s: Transcoded(s, encoding or "", name)),
        ):
            if packed:
                inner = io.BufferedReader(layer(_Rejoined(head, stream)), HEAD)
                opened.append(cast(IO[bytes], inner))
                stream, plain = cast(BinaryIO, inner), False
                head = _read_head(stream)
        if not head:
            raise InputError("the file is empty once unpacked", path=name, hint="nothing was read")
        mark = len(_BOM) if head.startswith(_BOM) else 0
        if plain:
            stream.seek(mark)
        else:
            stream = cast(BinaryIO, io.BufferedReader(_Rejoined(head[mark:], stream), HEAD))
        return Source(name, stream, head[mark:], opened)
    except BaseException:
        for handle in reversed(opened):
            handle.close()
        raise


def _open_path(path: str | os.PathLike[str], name: str) -> BinaryIO:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - of any path-like
        if stat.S_ISDIR(mode):
            raise InputError("this is a directory", path=name, hint="name the files in it instead")
        if stat.S_ISFIFO(mode):
            return _open_pipe(path, name)
        if not stat.S_ISREG(mode):
            raise InputError("this is a device, not a file", path=name)
        return cast(BinaryIO, open(path, "rb"))  # noqa: PTH123 - Source closes it
    except FileNotFoundError:
        raise InputError("there is no such file", path=name) from None
    except PermissionError:
        raise InputError("you may not read this file", path=name) from None
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or error
        raise InputError(f"the file cannot be opened ({what})", path=name) from None


def _open_pipe(path: str | os.PathLike[str], name: str) -> BinaryIO:
    """Open a named pipe without waiting for ever for somebody to write to it."""
    import select

    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    early = b""
    try:
        waiting = select.poll()
        waiting.register(handle, select.POLLIN)
        if not waiting.poll(PATIENCE * 1000):
            try:
                early = os.read(handle, HEAD)
                if not early:
                    raise InputError("nobody writes to this pipe", path=name)
            except BlockingIOError:
                pass  # there is a writer, and it is slow
        os.set_blocking(handle, True)
    except BaseException:
        os.close(handle)
        raise
    pipe = cast(BinaryIO, open(handle, "rb"))  # noqa: SIM115, PTH123 - Source closes it
    return cast(BinaryIO, io.BufferedReader(_Rejoined(early, pipe), HEAD)) if early else pipe


def _read_head(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < HEAD:
        data = stream.read(HEAD - len(head))
        if not data:
            break
        if not isinstance(data, bytes):
            raise InputError(
                "the stream gives text, not bytes", hint="open it in binary mode ('rb')"
            )
        head += data
    return head


class _Rejoined(io.RawIOBase):
    """Bytes that were read ahead, followed by the rest of a stream that stays open."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self.head, self.rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        if self.head:
            data, self.head = self.head[: len(view)], self.head[len(view) :]
        else:
            data = self.rest.read(len(view))
        view[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        head, self.head = self.head, b""
        return head + self.rest.read()


def decoded(data: bytes, name: str) -> str:
    """Decode UTF-8, with or without a byte-order mark.

    Raises
    ------
    FormatError
        A byte does not belong to it; the error names its line and the way out.
    """
    try:
        return data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        data = data.removeprefix(_BOM)
        line = data.count(b"\n", 0, error.start) + 1
        raise wrong_encoding(data, error.start, line, name) from None


def shown(path: str | os.PathLike[str]) -> str:
    r"""Write a path on one line of printable characters, for a message.

    Examples
    --------
    >>> shown("two\nlines.fa")
    'two\\nlines.fa'
    """
    name = os.fspath(path)
    if name.isprintable():
        return name
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


def suffix_of(name: str) -> str:
    """Give the ending of a file's name, in lower case and with its dot, without `.gz`.

    Examples
    --------
    >>> suffix_of("genome.FA.gz")
    '.fa'
    """
    path = Path(name.lower())
    return path.with_suffix("").suffix if path.suffix in (".gz", ".bgz") else path.suffix

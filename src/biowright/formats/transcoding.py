"""Text in another encoding than UTF-8, turned into UTF-8 as it is read."""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO, cast

from biowright.core import FormatError, InputError

__all__ = ["Transcoded", "wrong_encoding"]

_BLOCK = 1 << 16


class Transcoded(io.RawIOBase):
    """A stream of UTF-8 over a stream of text in a stated encoding.

    Parameters
    ----------
    stream : BinaryIO
    encoding : str
        One of Python's text encodings.
    name : str
        What messages call the file.

    Raises
    ------
    InputError
        There is no such encoding.
    """

    def __init__(self, stream: BinaryIO, encoding: str, name: str) -> None:
        try:
            # this refuses codecs that are no encodings of text, such as zlib
            "".encode(encoding)
            self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        except (LookupError, ValueError, TypeError):
            raise InputError(
                f"unknown encoding '{encoding}'", hint="try utf-16, latin-1 or cp1252"
            ) from None
        self._stream, self._encoding, self._name = stream, encoding, name
        self._line = 1
        self._ready = b""
        self._ended = self._begun = False

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with UTF-8.

        Raises
        ------
        FormatError
            A byte does not belong to the encoding.
        """
        view = memoryview(cast(bytearray, buffer))
        while not self._ready and not self._ended:
            data = self._stream.read(_BLOCK)
            self._ended = not data
            self._ready = self._decoded(data).encode("utf-8", "surrogatepass")
        taken, self._ready = self._ready[: len(view)], self._ready[len(view) :]
        view[: len(taken)] = taken
        return len(taken)

    def _decoded(self, data: bytes) -> str:
        try:
            text = self._decoder.decode(data, self._ended)
        except UnicodeDecodeError as error:
            line = self._line + error.object.count(b"\n", 0, error.start)
            raise wrong_encoding(
                error.object, error.start, line, self._name, self._encoding
            ) from None
        self._line += text.count("\n")
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        return text


def wrong_encoding(
    data: bytes, at: int, line: int, name: str, encoding: str = "UTF-8"
) -> FormatError:
    """Make the error on a byte that does not belong to the encoding, which says the way out."""
    hint = "if it is Latin-1 or Windows text, say so: --encoding latin-1 or --encoding cp1252"
    if encoding != "UTF-8":
        hint = "name another encoding, or leave it out for UTF-8"
    return FormatError(f"byte 0x{data[at]:02x} is not {encoding}", path=name, line=line, hint=hint)

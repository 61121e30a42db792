"""Gzip in both directions: unpacked with a guard against bombs, packed in blocks."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from typing import BinaryIO, cast

from biowright.core import FormatError

__all__ = ["BlockPacker", "Unpacked"]

GZIP = b"\x1f\x8b"
# Real sequence files pack 3 to 5 times, one of nothing but N about 1000 times. Past a quarter of a
# gibibyte, a ratio that only a bomb has is refused.
BOMB_SIZE = 1 << 28
BOMB_RATIO = 200
# BGZF: gzip members of at most 64 KiB with their size in an extra field (SAM specification 4.1,
# https://samtools.github.io/hts-specs/SAMv1.pdf)
_BLOCK = 0xFF00
_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


class _Counted:
    """The packed stream, with the number of bytes that were taken from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.count = stream, 0

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(size)
        self.count += len(data)
        return data


class Unpacked(io.RawIOBase):
    """A stream of unpacked bytes over one of gzip, of one or several members.

    Parameters
    ----------
    packed : BinaryIO
    name : str
        What messages call the file.
    """

    def __init__(self, packed: BinaryIO, name: str) -> None:
        self._packed, self._name = _Counted(packed), name
        self._file = gzip.GzipFile(fileobj=cast(BinaryIO, self._packed), mode="rb")
        self._size = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with unpacked bytes.

        Raises
        ------
        FormatError
            The data is cut off, damaged, or a bomb.
        """
        view = memoryview(cast(bytearray, buffer))
        try:
            data = self._file.read(len(view))
        except EOFError:
            raise FormatError(
                "the gzip data ends too early",
                path=self._name,
                hint="the file was cut off; copy or download it again",
            ) from None
        except (gzip.BadGzipFile, zlib.error) as error:
            what = f"the gzip data is damaged ({error})"
            if str(error).startswith("Not a gzipped file"):  # the first member was one
                what = "something that is no gzip data follows the gzip data"
            raise FormatError(
                what, path=self._name, hint="copy or download the file again"
            ) from None
        view[: len(data)] = data
        self._size += len(data)
        if self._size > BOMB_SIZE and self._size > BOMB_RATIO * max(self._packed.count, 1):
            raise FormatError(
                f"the gzip data unpacks to more than {BOMB_RATIO} times its size",
                path=self._name,
                hint="this is no sequence file but a bomb; if it is real, unpack it yourself first",
            )
        return len(data)


class BlockPacker(io.RawIOBase):
    """A stream that packs into BGZF, the gzip in blocks that `samtools faidx` and tabix can index.

    Parameters
    ----------
    output : BinaryIO
        It stays open.
    """

    def __init__(self, output: BinaryIO) -> None:
        self._output, self._held = output, bytearray()

    def writable(self) -> bool:
        """Tell that it can be written."""
        return True

    def write(self, data: object) -> int:
        """Take bytes, and write the blocks that are full."""
        view = memoryview(cast(bytes, data))
        self._held += view
        whole = len(self._held) - len(self._held) % _BLOCK
        for at in range(0, whole, _BLOCK):
            self._pack(bytes(self._held[at : at + _BLOCK]))
        del self._held[:whole]
        return len(view)

    def close(self) -> None:
        """Write what is left and the mark of the end."""
        if not self.closed:
            if self._held:
                self._pack(bytes(self._held))
            self._output.write(_END)
        super().close()

    def _pack(self, block: bytes) -> None:
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = packer.compress(block) + packer.flush()
        self._output.write(
            struct.pack("<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, 66, 67, 2, len(packed) + 25)
        )
        self._output.write(packed + struct.pack("<2I", zlib.crc32(block), len(block)))

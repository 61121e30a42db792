"""2bit: the genomes of UCSC, four letters a byte, with blocks of N and of lower case.

https://genome.ucsc.edu/FAQ/FAQformat.html#format7: little or big endian, offsets of 32 bits
(version 0) or 64 (version 1). It is read, not written.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from biowright.core import FormatError, Molecule, Record, Sequence, Topology

from .format import Format
from .source import Source

__all__ = ["FORMATS"]

_SIGNATURE = 0x1A412743
_HEADER = 16
# for each of the four places in a byte, the first in the highest bits, the letter that it means
_LETTERS = tuple(bytes(b"TCAG"[byte >> shift & 3] for byte in range(256)) for shift in (6, 4, 2, 0))


def sniff(head: bytes) -> bool:
    """Tell whether it begins with the signature, in either order of bytes."""
    return head[:4] in (struct.pack("<I", _SIGNATURE), struct.pack(">I", _SIGNATURE))


def read(source: Source) -> Iterator[Record]:
    """Walk the sequences of the index, in its order.

    Raises
    ------
    FormatError
        The file is cut off, or its counts and offsets cannot be.
    """
    file = _File.of(source.bytes(), source.name)
    entries = list(file.index())
    file.check_apart(entries)
    for name, at in entries:
        yield Record(Sequence.trusted(file.letters(name, at), Molecule.DNA, Topology.LINEAR), name)


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    path: str
    order: str
    version: int
    count: int

    @classmethod
    def of(cls, data: bytes, path: str) -> _File:
        if len(data) < _HEADER or not sniff(data):
            raise FormatError("the 2bit header is cut off or wrong", path=path)
        order = "<" if data[0] == _SIGNATURE & 0xFF else ">"
        version, count, _ = struct.unpack_from(f"{order}3I", data, 4)
        if version > 1:
            raise FormatError(f"2bit version {version}", path=path, expected="version 0 or 1")
        return cls(data, path, order, version, count)

    def numbers(self, at: int, n: int, record: str = "") -> tuple[int, ...]:
        if at + 4 * n > len(self.data):
            raise FormatError(
                "the file ends too early, or a count in it is wrong",
                path=self.path,
                record=record,
                hint="copy or download it again",
            )
        return struct.unpack_from(f"{self.order}{n}I", self.data, at)

    def index(self) -> Iterator[tuple[str, int]]:
        at, width = _HEADER, 8 if self.version else 4
        for _ in range(self.count):
            end = at + 1 + (self.data[at] if at < len(self.data) else 0)
            self.numbers(end, width // 4)
            try:
                name = self.data[at + 1 : end].decode("utf-8")
            except UnicodeDecodeError:
                raise FormatError("a name in the index is no text", path=self.path) from None
            (offset,) = struct.unpack_from(
                self.order + ("Q" if self.version else "I"), self.data, end
            )
            yield name, offset
            at = end + width

    def check_apart(self, entries: list[tuple[str, int]]) -> None:
        """Refuse entries that share their bytes, by which a small file could unpack without end."""
        end = 0
        for name, at in sorted(entries, key=lambda entry: entry[1]):
            if at < end:
                raise FormatError("two sequences overlap", path=self.path, record=name)
            end = self.layout(name, at)[-1]

    def layout(self, name: str, at: int) -> tuple[int, int, int, int, int]:
        """Give the length, the places of N blocks, masks and letters, and the end."""
        (length,) = self.numbers(at, 1, name)
        unknown = at + 4
        masked = unknown + 4 + 8 * self.numbers(unknown, 1, name)[0]
        letters = masked + 4 + 8 * self.numbers(masked, 1, name)[0] + 4
        end = letters + (length + 3) // 4
        self.numbers(end, 0, name)
        return length, unknown, masked, letters, end

    def blocks(self, at: int, length: int, name: str) -> Iterator[tuple[int, int]]:
        (count,) = self.numbers(at, 1, name)
        starts = self.numbers(at + 4, count, name)
        sizes = self.numbers(at + 4 + 4 * count, count, name)
        last = 0
        for start, size in zip(starts, sizes, strict=True):
            if start < last or start + size > length:
                raise FormatError(
                    f"the block {start}..{start + size} overlaps another or the end",
                    path=self.path,
                    record=name,
                )
            last = start + size
            yield start, last

    def letters(self, name: str, at: int) -> bytes:
        length, unknown, masked, start, end = self.layout(name, at)
        packed = self.data[start:end]
        letters = bytearray(4 * len(packed))
        for place, table in enumerate(_LETTERS):
            letters[place::4] = packed.translate(table)
        del letters[length:]
        for first, last in self.blocks(unknown, length, name):
            letters[first:last] = b"N" * (last - first)
        for first, last in self.blocks(masked, length, name):
            letters[first:last] = letters[first:last].lower()
        return bytes(letters)


FORMATS = (Format("2bit", "UCSC 2bit", (".2bit",), sniff, read),)

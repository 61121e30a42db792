"""Segments: a range of part numbers with its arena and its table, immutable, in memory or a file."""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from weakref import WeakSet

import numpy as np

from biowright.core import FormatError

from .packing import COARSE, CODES, WRAP, pack
from .table import build_table, letters_for
from .words import build_words

if TYPE_CHECKING:
    from biowright.library.source import SequenceSource

__all__ = ["Segment", "build", "join", "load", "packed", "save"]

MAGIC = b"biowright index segment 2\n"
PAGE = 4096
BATCH = 1 << 23
"""Letters that are packed together."""

DTYPES = {
    "words": np.uint64,
    "starts": np.uint32,
    "lengths": np.uint32,
    "numbers": np.int64,
    "circular": np.uint8,
    "coarse": np.uint32,
    "runs": np.uint64,
    "offsets": np.uint32,
    "positions": np.uint32,
    "protein_offsets": np.uint32,
    "protein_places": np.uint32,
    "protein_contexts": np.uint32,
}
PROTEINS = ("protein_offsets", "protein_places", "protein_contexts")
LOOKED_UP = ("words", "offsets", "positions")
"""Arrays of which a question needs a page here and there; what lies around it is not read then."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Segment:
    """The parts of a range of numbers, ready to be searched.

    Parameters
    ----------
    first, last : int
        The range of numbers, both included. A number in it that has no part here has no DNA.
    k : int
        Letters of a window.
    words : ndarray of uint64
        The arena; see `packing`.
    starts : ndarray of uint32, shape (n,)
        The first unit of each part.
    lengths : ndarray of uint32, shape (n,)
    numbers : ndarray of int64, shape (n,)
    circular : ndarray of uint8, shape (n,)
    coarse : ndarray of uint32
        The part that holds every 256th unit.
    runs : ndarray of uint64, shape (r, 3)
        Start, end and set of bases of each stretch of letters that are no base.
    offsets, positions : ndarray of uint32
        The table of windows; see `table`.
    protein_offsets, protein_places, protein_contexts : ndarray of uint32
        The table of protein words; see `words`. Empty until somebody asks for proteins.
    """

    first: int
    last: int
    k: int
    words: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    numbers: np.ndarray
    circular: np.ndarray
    coarse: np.ndarray
    runs: np.ndarray
    offsets: np.ndarray
    positions: np.ndarray
    protein_offsets: np.ndarray
    protein_places: np.ndarray
    protein_contexts: np.ndarray

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def units(self) -> int:
        """How many units the arena has."""
        return (len(self.words) - 4) // 2 * 16

    @property
    def letters(self) -> int:
        """How many letters the parts have together."""
        return int(self.lengths.sum(dtype=np.int64))


_Array = Callable[[str, int], np.ndarray]


def _in_memory(name: str, size: int) -> np.ndarray:
    return np.zeros(size, DTYPES[name])


def build(
    first: int, last: int, parts: Iterable[tuple[int, bytes, bool]], array: _Array | None = None
) -> Segment:
    """Make a segment of parts: number, letters, whether it is circular.

    Parameters
    ----------
    array : callable
        Makes a zeroed array for a name and a size; in memory unless something else is given.
    """
    return join(list(_batches(first, last, parts)), array)


def packed(first: int, last: int, source: SequenceSource) -> Iterator[Segment]:
    """Walk the parts of a range of numbers in batches that are packed, but have no table."""
    return _batches(first, last, source.read(first, last))


def _batches(first: int, last: int, parts: Iterable[tuple[int, bytes, bool]]) -> Iterator[Segment]:
    numbers: list[int] = []
    letters: list[bytes] = []
    circles: list[bool] = []
    waiting = 0
    for number, data, circular in parts:
        if waiting >= BATCH:
            yield _packed(first, number - 1, numbers, letters, circles)
            first, numbers, letters, circles, waiting = number, [], [], [], 0
        if data:
            numbers.append(number)
            letters.append(data)
            circles.append(circular)
            waiting += len(data)
    yield _packed(first, last, numbers, letters, circles)


def _packed(
    first: int, last: int, numbers: list[int], letters: list[bytes], circles: list[bool]
) -> Segment:
    """Pack a batch, without a table."""
    lengths = np.fromiter(map(len, letters), np.int64, len(letters))
    circular = np.array(circles, np.uint8)
    spans = lengths + WRAP * (circular * (lengths > 0))
    units = int(((spans + 3) // 4).sum())
    words = np.zeros((units + 15) // 16 * 2 + 4, np.uint64)
    joined = np.frombuffer(b"".join(letters) or b"A", np.uint8)
    starts, runs, _ = pack(joined, lengths, circular, 0, words, CODES, WRAP)
    none = np.zeros(0, np.uint32)
    return Segment(
        first,
        last,
        0,
        words,
        starts,
        lengths.astype(np.uint32),
        np.array(numbers, np.int64),
        circular,
        none,
        runs,
        *[none] * 5,
    )


def join(
    pieces: Sequence[Segment], array: _Array | None = None, *, proteins: bool = False
) -> Segment:
    """Make one segment of several, which are in order; with the table of protein words if asked."""
    array = array or _in_memory
    units = sum(piece.units for piece in pieces)
    parts = sum(map(len, pieces))
    words = array("words", units // 16 * 2 + 4)
    starts = array("starts", parts)
    lengths, numbers, circular = (array(name, parts) for name in ("lengths", "numbers", "circular"))
    runs = array("runs", 3 * sum(len(piece.runs) for piece in pieces)).reshape(-1, 3)
    unit = part = run = 0
    for piece in pieces:
        at, until = unit // 16 * 2, (unit + piece.units) // 16 * 2
        read_ahead(piece)
        words[at:until] = piece.words[: until - at]
        here = slice(part, part + len(piece))
        starts[here] = piece.starts + np.uint32(unit)
        lengths[here], numbers[here] = piece.lengths, piece.numbers
        circular[here] = piece.circular
        moved = piece.runs.copy()
        moved[:, :2] += np.uint64(4 * unit)
        runs[run : run + len(moved)] = moved
        unit, part, run = unit + piece.units, part + len(piece), run + len(moved)
    every = np.arange(0, units + (1 << COARSE), 1 << COARSE)
    coarse = array("coarse", len(every))
    if parts:
        coarse[:] = np.maximum(np.searchsorted(starts, every, side="right"), 1) - 1
    k = letters_for(units)
    spans = lengths + np.uint32(WRAP) * (circular * (lengths > 0))
    offsets, positions = build_table(words, starts, spans.astype(np.uint32), runs, k, array)
    read = [array(name, 0) for name in PROTEINS if not proteins]
    if proteins:
        read += build_words(words, starts, lengths, circular, runs, array)
    arrays = (words, starts, lengths, numbers, circular, coarse, runs, offsets, positions, *read)
    for made in arrays:
        made.flags.writeable = False  # as those from a file: one compiled kernel serves both
    return Segment(pieces[0].first, pieces[-1].last, k, *arrays)


class _Growing:
    """A file that grows by arrays, each at the beginning of a page."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.sections: dict[str, tuple[int, int]] = {}
        self.arrays: dict[str, np.ndarray] = {}
        self.end = PAGE

    def array(self, name: str, size: int) -> np.ndarray:
        dtype = np.dtype(DTYPES[name])
        made = np.zeros(0, dtype)
        if size:
            # reserved, so that a full disk is an error here and no fault when it is written to
            os.posix_fallocate(self.stream.fileno(), self.end, size * dtype.itemsize)
            made = np.asarray(
                np.memmap(self.stream, dtype, mode="r+", offset=self.end, shape=(size,))
            )
        self.sections[name] = (self.end, size)
        self.arrays[name] = made
        self.end += -(-size * dtype.itemsize // PAGE) * PAGE
        return made


def save(stream: BinaryIO, make: Callable[[_Array], Segment]) -> Segment:
    """Write the segment that `make` builds into the arrays that it asks for.

    Parameters
    ----------
    stream : binary file, empty, open for reading and writing
    make : callable
        Called with a function that makes arrays in the file.
    """
    stream.truncate(PAGE)
    growing = _Growing(stream)
    made = make(growing.array)
    header = {
        "first": made.first,
        "last": made.last,
        "k": made.k,
        "sections": {
            name: [*place, zlib.crc32(growing.arrays[name])]
            for name, place in growing.sections.items()
        },
    }
    text = json.dumps(header).encode()
    stream.seek(0)
    stream.write(MAGIC + b"%08x %08x\n" % (len(text), zlib.crc32(text)) + text)
    stream.truncate(growing.end)
    stream.flush()
    for array in growing.arrays.values():
        if isinstance(array.base, np.memmap | mmap.mmap) and hasattr(array.base, "flush"):
            array.base.flush()
    os.fsync(stream.fileno())
    return made


def load(path: Path, *, verify: bool = True) -> Segment:
    """Open a segment file.

    Parameters
    ----------
    path : Path
    verify : bool, default True
        Compare the checksums of all arrays, which reads the whole file; without it only the header
        and the size are checked.

    Raises
    ------
    FormatError
        The file is damaged.
    FileNotFoundError
    """

    def damaged(why: str) -> FormatError:
        return FormatError(f"the index file is damaged: {why}", path=str(path))

    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size < PAGE:
            raise damaged("it is too short")
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    head = mapped[:PAGE]
    if not head.startswith(MAGIC):
        raise damaged("it does not begin as one")
    try:
        at = len(MAGIC) + 18
        length, checksum = (int(field, 16) for field in head[len(MAGIC) : at].split())
        text = head[at : at + length]
        if len(text) != length or zlib.crc32(text) != checksum:
            raise damaged("the checksum of its header differs")
        header = json.loads(text)
        arrays = {}
        end = PAGE
        for name, (offset, count, expected) in header["sections"].items():
            dtype = np.dtype(DTYPES[name])
            end = max(end, offset + -(-count * dtype.itemsize // PAGE) * PAGE)
            if offset + count * dtype.itemsize > size:
                raise damaged("it is cut off")
            array = np.frombuffer(mapped, dtype, count, offset) if count else np.zeros(0, dtype)
            if verify and zlib.crc32(array) != expected:
                raise damaged(f"the checksum of its {name} differs")
            array.flags.writeable = False
            arrays[name] = array
            if name in LOOKED_UP and count:
                mapped.madvise(mmap.MADV_RANDOM, offset, count * dtype.itemsize)
        if size != end:
            raise damaged(f"it has {size} bytes instead of {end}")
        arrays["runs"] = arrays["runs"].reshape(-1, 3)
        return Segment(header["first"], header["last"], header["k"], **arrays)
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(str(error)) from None


_AHEAD: WeakSet[Segment] = WeakSet()


def read_ahead(segment: Segment) -> None:
    """Have the system read letters ahead again, since many of a segment will be needed."""
    if segment in _AHEAD:
        return
    _AHEAD.add(segment)
    words = segment.words
    mapped = words.base.obj if isinstance(words.base, memoryview) else None
    if isinstance(mapped, mmap.mmap):
        # words are the first array of a file, behind its header
        mapped.madvise(mmap.MADV_NORMAL, PAGE, words.nbytes)

"""Many sequences in one block of bytes: two bits a letter, and whatever else they hold beside it.

A block is what the store writes and reads at once. It begins with the number of sequences, their
lengths and a byte of flags for each; the letters follow, four a byte, each sequence from a byte of
its own, as T, C, A, G are 0 to 3 in UCSC's 2bit; a letter that is none of the four counts as T
there. What two bits cannot say follows as runs: a letter and where it repeats, or a stretch of
lower case. Proteins, and nucleotides of which the runs would take more room than their letters, are
kept as they are.

The layout, little-endian: ``uint32 n``, ``uint32 runs``, ``uint32 raw``; ``uint32 length[n]``,
``uint8 flags[n]``; the packed letters; ``(uint32 sequence, uint32 start, uint32 length, uint32
letter)[runs]``, of which the letter 0 marks lower case; the raw letters, sequence after sequence.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from biowright.core import Molecule
from biowright.core.kernels import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Ints = npt.NDArray[np.int64]

__all__ = ["CIRCULAR", "MOLECULES", "RAW", "REVERSED", "SINGLE", "Block", "pack", "unpack_one"]

CIRCULAR, RAW, SINGLE = 1, 2, 4
_KIND = 3  # the bits from here on are the molecule
REVERSED = 256  # for the row of a version: its smaller strand is not the one that is written
MOLECULES = (Molecule.DNA, Molecule.RNA, Molecule.PROTEIN)

_CODES = np.zeros(256, np.uint8)
for _code, _pair in enumerate((b"TtUu", b"Cc", b"Aa", b"Gg")):
    _CODES[list(_pair)] = _code
_UPPER = np.arange(256, dtype=np.uint8)
_UPPER[ord("a") : ord("z") + 1] -= 32
_QUADS = np.frombuffer(
    bytes(b"TCAG"[byte >> shift & 3] for byte in range(256) for shift in (6, 4, 2, 0)),
    np.uint8,
).reshape(256, 4)
_WHOLE_QUADS = _QUADS.view("<u4").ravel()
_PLAIN_LETTERS = np.frombuffer(b"ACGTU", np.uint8)
_PLAIN = np.zeros(256, np.uint8)
_PLAIN[list(b"ACGT")] = 1
_TO_DNA = bytes.maketrans(b"U", b"T")


@kernel
def _pack_letters(letters, starts, lengths, targets, codes, out):  # type: ignore[no-untyped-def]
    for i in range(len(lengths)):
        at, place = starts[i], targets[i]
        whole = lengths[i] // 4
        for _ in range(whole):
            out[place] = (
                codes[letters[at]] << 6
                | codes[letters[at + 1]] << 4
                | codes[letters[at + 2]] << 2
                | codes[letters[at + 3]]
            )
            at += 4
            place += 1
        byte = 0
        rest = lengths[i] - 4 * whole
        for k in range(rest):
            byte |= codes[letters[at + k]] << (6 - 2 * k)
        if rest:
            out[place] = byte


@kernel
def _unpack_letters(packed, sources, lengths, starts, quads, out):  # type: ignore[no-untyped-def]
    for i in range(len(lengths)):
        at, place = starts[i], sources[i]
        whole = lengths[i] // 4
        for _ in range(whole):
            byte = packed[place]
            out[at] = quads[byte, 0]
            out[at + 1] = quads[byte, 1]
            out[at + 2] = quads[byte, 2]
            out[at + 3] = quads[byte, 3]
            at += 4
            place += 1
        for k in range(lengths[i] - 4 * whole):
            out[at + k] = quads[packed[place], k]


@kernel
def _odd_places(letters, plain):  # type: ignore[no-untyped-def]
    """Give the places of the letters that are none of A, C, G and T."""
    count = 0
    for k in range(len(letters)):
        count += 1 - plain[letters[k]]
    places = np.empty(count, np.int64)
    count = 0
    for k in range(len(letters)):
        if not plain[letters[k]]:
            places[count] = k
            count += 1
    return places


def pack(letters: bytes | bytearray, lengths: npt.ArrayLike, flags: npt.ArrayLike) -> bytes:
    """Pack sequences that follow each other in `letters`.

    Parameters
    ----------
    letters : bytes
    lengths : array of int, shape (n,)
    flags : array of uint8, shape (n,)
        `CIRCULAR`, `SINGLE` and the molecule, as `flags_of` gives them; `RAW` is found here.

    Returns
    -------
    bytes
    """
    sizes = np.asarray(lengths, np.int64)
    marks = np.array(flags, np.uint8)
    data = np.frombuffer(letters, np.uint8)
    starts = np.cumsum(sizes) - sizes
    runs = np.zeros((0, 4), np.uint32)
    raw = b""
    if letters.translate(None, b"ACGT") or (marks >> _KIND).any():
        runs, raw = _besides(letters, data, starts, sizes, marks)
    packed_sizes = np.where(marks & RAW, 0, (sizes + 3) // 4)
    targets = np.cumsum(packed_sizes) - packed_sizes
    packed = np.zeros(int(packed_sizes.sum()), np.uint8)
    plain = np.flatnonzero(~(marks & RAW).astype(bool))
    if len(plain) == len(sizes):
        _pack_letters(data, starts, sizes, targets, _CODES, packed)
    else:
        _pack_letters(data, starts[plain], sizes[plain], targets[plain], _CODES, packed)
    head = np.array([len(sizes), len(runs), len(raw)], "<u4")
    return b"".join(
        (
            head.tobytes(),
            sizes.astype("<u4").tobytes(),
            marks.tobytes(),
            packed.tobytes(),
            runs.astype("<u4").tobytes(),
            raw,
        )
    )


def _besides(
    letters: bytes | bytearray, data: Bytes, starts: Ints, sizes: Ints, marks: Bytes
) -> tuple[npt.NDArray[np.uint32], bytes]:
    """Give the runs that two bits cannot say, and the letters of what is kept as it is."""
    where = _odd_places(data, _PLAIN)
    here = data[where]
    upper = _UPPER[here]
    owner = np.searchsorted(starts, where, "right") - 1
    # U in RNA and T elsewhere are said by the molecule
    rna = (marks >> _KIND)[owner] == 1
    said = np.isin(upper, _PLAIN_LETTERS) & (upper != np.where(rna, ord("T"), ord("U")))
    letter = np.where(said, 0, upper)
    lower = (upper != here).astype(np.uint8)
    found = [_runs(where, letter, owner, starts), _runs(where, lower, owner, starts)]
    found[1][:, 3] = 0
    runs = np.concatenate(found)
    runs = runs[np.lexsort((runs[:, 3] == 0, runs[:, 0]))]
    counts = np.bincount(runs[:, 0], minlength=len(sizes))
    kept = ((marks >> _KIND) == 2) | (16 * counts > sizes)
    for index in np.flatnonzero((marks >> _KIND) == 1).tolist():
        # RNA that is spelled with T
        piece = letters[starts[index] : starts[index] + sizes[index]]
        kept[index] |= b"T" in piece or b"t" in piece
    marks[kept] |= RAW
    runs = runs[~kept[runs[:, 0]]]
    raw = b"".join(
        bytes(letters[start : start + size])
        for start, size in zip(starts[kept].tolist(), sizes[kept].tolist(), strict=True)
    )
    return runs.astype(np.uint32), raw


def _runs(where: Ints, values: Bytes, owner: Ints, starts: Ints) -> Ints:
    """Give (sequence, start in it, length, value) of each run of one value that is not 0."""
    some = values != 0
    where, values, owner = where[some], values[some], owner[some]
    if not len(where):
        return np.zeros((0, 4), np.int64)
    new = np.ones(len(where), bool)
    new[1:] = (np.diff(where) > 1) | (values[1:] != values[:-1]) | (owner[1:] != owner[:-1])
    first = np.flatnonzero(new)
    length = np.diff(np.append(first, len(where)))
    owners = owner[first]
    columns = (owners, where[first] - starts[owners], length, values[first].astype(np.int64))
    return np.stack(columns, 1)


@kernel
def _located(head, n, index):  # type: ignore[no-untyped-def]
    """Give where a sequence of a block begins, its size (-1 if it is raw), and where all end."""
    sizes = head[12 : 12 + 4 * n].view(np.uint32)
    at = end = np.int64(12 + 5 * n)
    for i in range(n):
        if i == index:
            at = end
        if not head[12 + 4 * n + i] & RAW:
            end += (np.int64(sizes[i]) + 3) >> 2
    size = np.int64(sizes[index])
    return at, -1 if head[12 + 4 * n + index] & RAW else size, end


def unpack_one(
    read: Callable[[int, int], bytes], index: int, count: int | None = None
) -> bytes | None:
    """Unpack one sequence of a block without reading the others.

    Parameters
    ----------
    read : callable of (start, end) to bytes
        Reads a piece of the block.
    index : int
    count : int, optional
        How many sequences the block has, if that is known.

    Returns
    -------
    bytes or None
        Its letters; None where there is more than A, C, G and T among them.
    """
    if count is None:
        count = int.from_bytes(read(0, 4), "little")
    head = read(0, 12 + 5 * count)
    at, size, end = _located(np.frombuffer(head, np.uint8), count, index)
    if size < 0:
        return None
    if runs := int.from_bytes(head[4:8], "little"):
        owners = np.frombuffer(read(end, end + 16 * runs), "<u4")[::4]
        if (owners == index).any():
            return None
    packed = np.frombuffer(read(at, at + (size + 3) // 4), np.uint8)
    return _WHOLE_QUADS[packed].tobytes()[:size]


def molecule_of_flags(flags: int) -> Molecule:
    """Give the molecule that flags say."""
    return MOLECULES[flags >> _KIND & 3]


def flags_of(molecule: Molecule, circular: bool, single: bool) -> int:
    """Give the byte of flags of a sequence.

    Examples
    --------
    >>> flags_of(Molecule.RNA, True, False)
    9
    """
    return CIRCULAR * circular | SINGLE * single | MOLECULES.index(molecule) << _KIND


@dataclass(frozen=True, slots=True)
class Block:
    """A packed block, opened.

    Parameters
    ----------
    data : bytes
    """

    data: bytes
    sizes: Ints
    flags: Bytes
    runs: npt.NDArray[np.uint32]
    _sources: Ints
    _packed: Bytes
    _raw: bytes

    @classmethod
    def of(cls, data: bytes) -> Block:
        """Open a block."""
        n, runs, raw = np.frombuffer(data, "<u4", 3).tolist()
        at = 12
        sizes = np.frombuffer(data, "<u4", n, at).astype(np.int64)
        at += 4 * n
        flags = np.frombuffer(data, np.uint8, n, at)
        at += n
        packed_sizes = np.where(flags & RAW, 0, (sizes + 3) // 4)
        ends = np.cumsum(packed_sizes)
        total = int(ends[-1]) if n else 0
        packed = np.frombuffer(data, np.uint8, total, at)
        at += total
        table = np.frombuffer(data, "<u4", 4 * runs, at).reshape(runs, 4)
        at += 16 * runs
        return cls(data, sizes, flags, table, ends - packed_sizes, packed, data[at : at + raw])

    def __len__(self) -> int:
        return len(self.sizes)

    def molecule(self, index: int) -> Molecule:
        """Give what a sequence is made of."""
        return MOLECULES[self.flags[index] >> _KIND]

    def letters(self, first: int = 0, last: int | None = None) -> tuple[bytes, list[int]]:
        """Give the letters of sequences `first` to `last` (excluded) as they were, and their bounds.

        Returns
        -------
        letters : bytes
        bounds : list of int
            Where each begins, and the end.
        """
        last = len(self) if last is None else last
        sizes = self.sizes[first:last]
        bounds = np.zeros(len(sizes) + 1, np.int64)
        np.cumsum(sizes, out=bounds[1:])
        out = np.empty(int(bounds[-1]), np.uint8)
        flags = self.flags[first:last]
        raw = (flags & RAW).astype(bool)
        if raw.any():
            self._raw_letters(first, last, raw, bounds, out)
            plain = np.flatnonzero(~raw)
            _unpack_letters(
                self._packed,
                self._sources[first:last][plain],
                sizes[plain],
                bounds[:-1][plain],
                _QUADS,
                out,
            )
        else:
            _unpack_letters(
                self._packed, self._sources[first:last], sizes, bounds[:-1], _QUADS, out
            )
        rna = (flags >> _KIND) == 1
        if (rna & ~raw).any():
            for index in np.flatnonzero(rna & ~raw).tolist():
                piece = out[bounds[index] : bounds[index + 1]]
                piece[piece == ord("T")] = ord("U")
        if len(self.runs):
            self._write_runs(first, last, bounds, out)
        return out.tobytes(), bounds.tolist()

    def _raw_letters(
        self, first: int, last: int, raw: npt.NDArray[np.bool_], bounds: Ints, out: Bytes
    ) -> None:
        before = (self.flags[:first] & RAW).astype(bool)
        at = int(self.sizes[:first][before].sum())
        for index in np.flatnonzero(raw).tolist():
            size = int(self.sizes[first + index])
            piece = np.frombuffer(self._raw, np.uint8, size, at)
            out[bounds[index] : bounds[index + 1]] = piece
            at += size

    def _write_runs(self, first: int, last: int, bounds: Ints, out: Bytes) -> None:
        low, high = np.searchsorted(self.runs[:, 0], [first, last])
        # within a sequence, letters come before the case
        for sequence, start, length, letter in self.runs[low:high].tolist():
            at = int(bounds[sequence - first]) + start
            if letter:
                out[at : at + length] = letter
            else:
                out[at : at + length] += 32

    def nucleotides(self, first: int = 0, last: int | None = None) -> list[bytes]:
        """Give upper-case DNA letters of sequences `first` to `last`; empty for a protein."""
        last = len(self) if last is None else last
        letters, bounds = self.letters(first, last)
        flags = self.flags[first:last]
        if len(self.runs) or (flags & RAW).any():
            letters = letters.upper().translate(_TO_DNA)
        kinds = flags >> _KIND
        pieces = [letters[a:b] for a, b in itertools.pairwise(bounds)]
        for index in np.flatnonzero(kinds).tolist():
            pieces[index] = b"" if kinds[index] == 2 else pieces[index].translate(_TO_DNA)
        return pieces

"""A segment of the text index: one file over a range of numbers."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from biowright.core.kernels import kernel
from biowright.formats import open_output

from .words import tokens

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Segment", "build", "open_segment"]

_MAGIC = b"BWTEXT02"
_HEAD = 8 + 8 * 7 + 8


@dataclass(frozen=True, slots=True)
class Segment:
    """The words of the versions `first` to `last`.

    Parameters
    ----------
    first, last : int
    hashes : ndarray of uint64, shape (words,)
        Ascending.
    bounds : ndarray of uint32, shape (words + 1,)
        Where the postings of each word lie.
    postings : ndarray of uint32
        Twice the number less `first`, and one more where the word stands in the name.
    spelled : ndarray of uint32
        The words that are kept as text, those with a letter, as places in `hashes`.
    text_bounds : ndarray of int64
    text : ndarray of uint8
    """

    first: int
    last: int
    hashes: npt.NDArray[np.uint64]
    bounds: npt.NDArray[np.uint32]
    postings: npt.NDArray[np.uint32]
    spelled: npt.NDArray[np.uint32]
    text_bounds: npt.NDArray[np.int64]
    text: npt.NDArray[np.uint8]

    def word(self, value: int) -> int | None:
        """Give the place of a word by its hash, or None."""
        at = int(np.searchsorted(self.hashes, np.uint64(value)))
        found = at < len(self.hashes) and int(self.hashes[at]) == value
        return at if found else None

    def documents(self, word: int) -> npt.NDArray[np.uint32]:
        """Give the postings of a word."""
        return self.postings[self.bounds[word] : self.bounds[word + 1]]


@kernel
def _order(hashes, order, spare):  # type: ignore[no-untyped-def]
    """Sort by radix, 16 bits at a time; equal hashes keep their order."""
    n = len(hashes)
    for i in range(n):
        order[i] = i
    counts = np.empty(65537, np.int64)
    for shift in (0, 16, 32, 48):
        bits = np.uint64(shift)
        counts[:] = 0
        for i in range(n):
            counts[((hashes[i] >> bits) & np.uint64(0xFFFF)) + np.uint64(1)] += 1
        for k in range(1, 65537):
            counts[k] += counts[k - 1]
        for i in range(n):
            digit = (hashes[order[i]] >> bits) & np.uint64(0xFFFF)
            spare[counts[digit]] = order[i]
            counts[digit] += 1
        order, spare = spare, order


@kernel
def _spell(data, starts, ends, chosen, out_bounds, out):  # type: ignore[no-untyped-def]
    at = 0
    for i in range(len(chosen)):
        out_bounds[i] = at
        for k in range(starts[chosen[i]], ends[chosen[i]]):
            out[at] = data[k]
            at += 1
    out_bounds[len(chosen)] = at


@kernel
def _has_letter(data, starts, ends, chosen, out):  # type: ignore[no-untyped-def]
    for i in range(len(chosen)):
        found = False
        for k in range(starts[chosen[i]], ends[chosen[i]]):
            found |= data[k] > 57
        out[i] = found


def build(texts: bytes, first: int, last: int, path: Path) -> None:
    r"""Write a segment of folded texts, one document a line, its name before ``\x01``."""
    data = np.frombuffer(texts, np.uint8)
    starts, ends, documents, hashes = tokens(data)
    order = np.empty(len(hashes), np.int32)
    _order(hashes, order, np.empty(len(hashes), np.int32))
    hashes, documents = hashes[order], documents[order]
    # a word that stands twice in a document counts once, in its name if it is there
    new_word = np.ones(len(hashes), bool)
    new_word[1:] = hashes[1:] != hashes[:-1]
    again = np.zeros(len(hashes), bool)
    again[1:] = ~new_word[1:] & (documents[1:] >> 1 == documents[:-1] >> 1)
    kept = ~again
    places = np.cumsum(new_word) - 1
    words = int(places[-1]) + 1 if len(places) else 0
    counts = np.bincount(places[kept], minlength=words)
    bounds = np.zeros(words + 1, np.uint32)
    np.cumsum(counts, out=bounds[1:])
    example = order[new_word]
    lettered = np.empty(words, bool)
    _has_letter(data, starts, ends, example, lettered)
    spelled = np.flatnonzero(lettered).astype(np.uint32)
    chosen = example[lettered]
    text_bounds = np.zeros(len(chosen) + 1, np.int64)
    text = np.empty(int((ends[chosen] - starts[chosen]).sum()), np.uint8)
    _spell(data, starts, ends, chosen, text_bounds, text)
    arrays = [hashes[new_word], bounds, documents[kept], spelled, text_bounds, text]
    body = b"".join(array.tobytes() for array in arrays)
    counts_line = np.array([first, last, *map(len, arrays[:4]), len(text)], "<u8")
    head = _MAGIC + counts_line.tobytes()
    check = zlib.crc32(body, zlib.crc32(head))
    with open_output(path, force=True) as output:
        output.write(head + int(check).to_bytes(8, "little") + body)


def open_segment(path: Path) -> Segment | None:
    """Open a segment; None where the file is damaged."""
    try:
        data = np.memmap(path, np.uint8, "r")
    except (OSError, ValueError):
        return None
    if len(data) < _HEAD or data[:8].tobytes() != _MAGIC:
        return None
    numbers = data[8 : _HEAD - 8].view("<u8").tolist()
    first, last, *sizes = numbers
    lengths = (8 * sizes[0], 4 * sizes[1], 4 * sizes[2], 4 * sizes[3], 8 * (sizes[3] + 1), sizes[4])
    if _HEAD + sum(lengths) != len(data):
        return None
    check = zlib.crc32(data[_HEAD:], zlib.crc32(data[: _HEAD - 8].tobytes()))
    if check != int.from_bytes(data[_HEAD - 8 : _HEAD].tobytes(), "little"):
        return None
    pieces: list[npt.NDArray[np.uint8]] = []
    at = _HEAD
    for length in lengths:
        pieces.append(data[at : at + length])
        at += length
    kinds: Sequence[str] = ("<u8", "<u4", "<u4", "<u4")
    hashes, bounds, postings, spelled = (
        np.frombuffer(piece, kind) for piece, kind in zip(pieces[:4], kinds, strict=True)
    )
    text_bounds = np.frombuffer(pieces[4].tobytes(), "<i8")
    return Segment(first, last, hashes, bounds, postings, spelled, text_bounds, pieces[5])

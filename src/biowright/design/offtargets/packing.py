"""Genomes as two bits a letter, in words of 32 letters, with what is no A, C, G or T beside.

Contigs stand one after the other with room between them, so that no window of 32 letters beside a
motif reaches the next one. A circle is followed by its own first letters, so that windows may cross
its origin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biowright.bio.iupac import masks

__all__ = ["GAP", "LETTERS", "WRAP", "Contig", "Packer", "pack", "windows"]

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

LETTERS = 32
"""Letters of a word."""
GAP = 64
"""Letters that are none, before and after each contig."""
WRAP = 64
"""Letters of a circle that stand again behind its end."""

_CODES = np.zeros(16, np.uint8)
_CODES[[1, 2, 4, 8]] = (0, 1, 2, 3)
PLAIN = np.zeros(16, bool)
PLAIN[[1, 2, 4, 8]] = True


@dataclass(frozen=True, slots=True)
class Contig:
    """A sequence of a genome.

    Parameters
    ----------
    name : str
    length : int
    circular : bool
    offset : int
        Where its first letter stands in the packed genome.
    """

    name: str
    length: int
    circular: bool
    offset: int

    @property
    def stored(self) -> int:
        """How many letters are stored, with those that a circle repeats."""
        return self.length + (WRAP if self.circular else 0)


def laid_out(letters: bytes, circular: bool) -> Bytes:
    """Give the sets of bases of a contig as it is stored, with the gap behind it."""
    sets = masks(letters)
    if circular:
        sets += (sets[:WRAP] * (WRAP // max(len(sets), 1) + 1))[:WRAP]
    return np.frombuffer(sets + bytes(GAP), np.uint8)


def pack(sets: Bytes) -> Words:
    """Pack the sets of bases (a multiple of 32) as words; letter ``i`` of a word has bits 2i, 2i+1."""
    codes = _CODES[sets]
    packed = codes[0::4] | codes[1::4] << 2 | codes[2::4] << 4 | codes[3::4] << 6
    return packed.view("<u8").astype(np.uint64)


class Packer:
    """Words of a genome that comes piece by piece, and the runs of its other letters."""

    def __init__(self) -> None:
        self.pieces: list[Words] = []
        self.runs: list[npt.NDArray[np.uint64]] = []
        self.at = 0

    def add(self, sets: Bytes) -> None:
        """Take the next letters; all pieces but the last are multiples of 32."""
        self.pieces.append(pack(sets))
        odd = np.flatnonzero(~PLAIN[sets])
        if len(odd):
            kind = sets[odd]
            first = np.r_[True, (np.diff(odd) > 1) | (kind[1:] != kind[:-1])]
            starts = np.flatnonzero(first)
            ends = np.r_[starts[1:], len(odd)]
            run = np.stack([odd[starts] + self.at, odd[ends - 1] + 1 + self.at, kind[starts]], 1)
            self.runs.append(run.astype(np.uint64))
        self.at += len(sets)

    def words(self) -> Words:
        """Give all words, and one more, so that a window may be read at the very end."""
        return np.concatenate([*self.pieces, np.zeros(2, np.uint64)])

    def odd_runs(self) -> npt.NDArray[np.uint64]:
        """Give (start, end, set of bases) of each run of letters other than A, C, G, T."""
        return np.concatenate([np.zeros((0, 3), np.uint64), *self.runs])


def windows(words: Words, starts: Places) -> Words:
    """Give the 32 letters from each start on, as words."""
    word = starts >> 5
    shift = ((starts & 31) << 1).astype(np.uint64)
    low = words[word] >> shift
    # in two steps, because a shift by 64 would be none
    return low | (words[word + 1] << np.uint64(1)) << (np.uint64(63) - shift)

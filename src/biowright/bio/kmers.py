"""Counts of k-mers, those of both strands together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import InputError, Record, Sequence

from .iupac import masks, nucleotides

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Codes = npt.NDArray[np.uint64]
    Ints = npt.NDArray[np.int64]

__all__ = ["KmerCounts", "count_kmers"]

LONGEST = 31
_DIGITS = bytes({1: 0, 2: 1, 4: 2, 8: 3}.get(mask, 255) for mask in range(256))


@dataclass(frozen=True, slots=True, eq=False)
class KmerCounts(Mapping[str, int]):
    """How often each k-mer occurs: a mapping of its letters to its count.

    Parameters
    ----------
    k : int
    canonical : bool
        Whether a k-mer and its reverse complement are counted as one, under the one that comes
        first in the alphabet.
    codes : ndarray of uint64, shape (n,)
        The k-mers that occur, ascending, two bits a letter (A 0, C 1, G 2, T 3), the first letter
        highest.
    counts : ndarray of int64, shape (n,)
    """

    k: int
    canonical: bool
    codes: Codes
    counts: Ints

    def __getitem__(self, kmer: str) -> int:
        code = 0
        for letter in kmer.upper().replace("U", "T"):
            code = code << 2 | "ACGT".index(letter) if letter in "ACGT" else 1 << 64
        if len(kmer) != self.k or code >> 2 * self.k:
            raise KeyError(kmer)
        if self.canonical:
            code = min(code, _mirror(code, self.k))
        at = int(self.codes.searchsorted(code))
        found = at < len(self.codes) and int(self.codes[at]) == code
        return int(self.counts[at]) if found else 0

    def __iter__(self) -> Iterator[str]:
        for code in self.codes.tolist():
            yield "".join("ACGT"[code >> 2 * i & 3] for i in reversed(range(self.k)))

    def __len__(self) -> int:
        return len(self.codes)


def _mirror(code: int, k: int) -> int:
    mirrored = 0
    for _ in range(k):
        mirrored = mirrored << 2 | 3 - (code & 3)
        code >>= 2
    return mirrored


def count_kmers(sequence: Sequence | Record | str, k: int, *, canonical: bool = True) -> KmerCounts:
    """Count the k-mers of a sequence, on a circle also those across the origin.

    K-mers with ambiguous letters or gaps are not counted.

    Parameters
    ----------
    sequence : Sequence, Record or str
    k : int
        1 to 31. A k above the length of a circle gives none.
    canonical : bool, default True
        Count a k-mer and its reverse complement as one.

    Raises
    ------
    InputError
        `k` is out of its range.

    Examples
    --------
    >>> counts = count_kmers("ATGCAT", 3)
    >>> dict(counts), counts["CAT"]
    ({'ATG': 2, 'GCA': 2}, 2)
    """
    import numpy as np

    if not 1 <= k <= LONGEST:
        raise InputError(f"k is {k}", expected=f"1 to {LONGEST}")
    target = nucleotides(sequence)
    digits = masks(target.data).translate(_DIGITS)
    if target.circular:
        digits = digits + digits[: k - 1] if k <= len(target) else b""
    letters = np.frombuffer(digits, np.uint8)
    count = max(len(letters) - k + 1, 0)
    known = np.ones(count, bool)
    forward, backward = np.zeros((2, count), np.uint64)
    for i in range(k):
        letter = letters[i : i + count]
        known &= letter != 255
        forward = forward << np.uint64(2) | (letter & 3).astype(np.uint64)
        if canonical:
            backward |= (3 - (letter & 3)).astype(np.uint64) << np.uint64(2 * i)
    codes = np.minimum(forward, backward) if canonical else forward
    kinds, counts = np.unique(codes[known], return_counts=True)
    return KmerCounts(k, canonical, kinds, counts)

"""Ways a guide can lie on the genome: without a bulge, or with some letters of one side bulging out.

Letters are counted from the motif on. With a DNA bulge the genome has letters that the guide does
not pair with: places without a letter of the guide. With an RNA bulge letters of the guide are left
out. All ways to choose the places are enumerated; a DNA bulge behind the guide's last letter would
be none and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from .packing import LETTERS, Words

__all__ = ["Shape", "shapes"]

Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to lay guides of one length on the genome.

    Parameters
    ----------
    length : int
        Letters of the genome that it takes.
    taken : tuple of int
        For each of these letters, which letter of the guide is opposite; -1 for none.
    dna, rna : int
        Letters of the genome, and of the guide, that bulge out.
    """

    length: int
    taken: tuple[int, ...]
    dna: int = 0
    rna: int = 0

    @property
    def free(self) -> tuple[int, ...]:
        """Letters of the genome that nothing is opposite."""
        return tuple(at for at, letter in enumerate(self.taken) if letter < 0)

    def targets(self, guides: Codes, side: int) -> Words:
        """Give what each guide wants to see, as windows right and left of the anchor, (2, n).

        Parameters
        ----------
        guides : (n, s) array of uint8
            A 0, C 1, G 2, T 3; counted from the motif on.
        side : int
            Of the motif: 3 or 5. It says which window is on the other strand.
        """
        codes = np.zeros((len(guides), self.length), np.uint64)
        for at, letter in enumerate(self.taken):
            if letter >= 0:
                codes[:, at] = guides[:, letter]
        along = np.arange(self.length, dtype=np.uint64) * np.uint64(2)
        right, leftward = (codes, codes) if side == 5 else (3 - codes, codes)
        if side == 5:
            leftward = 3 - codes
        return np.stack(
            [
                (right << along).sum(axis=1, dtype=np.uint64),
                (leftward << (np.uint64(2 * LETTERS - 2) - along)).sum(axis=1, dtype=np.uint64),
            ]
        )

    def care(self, begin: int = 0, end: int = LETTERS) -> Words:
        """Give the low bits of the letters that count, in both windows, (2,)."""
        right = leftward = 0
        for at in range(begin, min(end, self.length)):
            if self.taken[at] >= 0:
                right |= 1 << 2 * at
                leftward |= 1 << 2 * (LETTERS - 1 - at)
        return np.array([right, leftward], np.uint64)


def shapes(spacer: int, dna: int, rna: int) -> Iterator[Shape]:
    """Walk the ways for a spacer's length, fewest bulging letters first; never both kinds together.

    Examples
    --------
    >>> [shape.taken for shape in shapes(3, 1, 1)]
    [(0, 1, 2), (-1, 0, 1, 2), (0, -1, 1, 2), (0, 1, -1, 2), (1, 2), (0, 2), (0, 1)]
    """
    yield Shape(spacer, tuple(range(spacer)))
    for size in range(1, max(dna, rna) + 1):
        if size <= dna:
            length = spacer + size
            for free in combinations(range(length - 1), size):
                letters = iter(range(spacer))
                taken = tuple(-1 if at in free else next(letters) for at in range(length))
                yield Shape(length, taken, dna=size)
        if size <= rna:
            for out in combinations(range(spacer), size):
                taken = tuple(letter for letter in range(spacer) if letter not in out)
                yield Shape(spacer - size, taken, rna=size)

"""Where sequences come from: the seam between the store and everything that is derived from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

__all__ = ["SequenceSource"]


class SequenceSource(Protocol):
    """Numbered sequences that only ever grow.

    A part version has a number: 1, 2, 3, ... in the order in which they were committed, never used
    again and never changed. Whatever is derived from the sequences, an index perhaps, keeps the
    highest number that it has seen, and asks for those above it.

    Examples
    --------
    >>> class Two:
    ...     def last(self):
    ...         return 2
    ...     def read(self, first, last):
    ...         letters = {1: b"ACGT", 2: b"GATTACA"}
    ...         for number in range(first, last + 1):
    ...             yield number, letters[number], False
    >>> source: SequenceSource = Two()
    >>> [number for number, _, _ in source.read(1, source.last())]
    [1, 2]
    """

    def last(self) -> int:
        """Give the highest number that is committed; 0 where there is none."""
        ...

    def read(self, first: int, last: int) -> Iterator[tuple[int, bytes, bool]]:
        """Walk the sequences of the numbers from `first` to `last`, both included, in order.

        Yields
        ------
        number : int
        letters : bytes
            Nucleotides in IUPAC notation, upper case, T for U. Empty for what is no nucleic acid.
        circular : bool
        """
        ...

"""Protein parts, spelled as codons: so that one index and one way of searching serves nucleotides too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .index import SequenceIndex

if TYPE_CHECKING:
    from .library import Library

__all__ = ["SpelledProteins", "spelled_index"]

_PROTEIN = 2 << 3
_KIND = 3 << 3
_SPELLED = {
    "A": "GCG", "R": "CGT", "N": "AAC", "D": "GAT", "C": "TGC", "Q": "CAG", "E": "GAA", "G": "GGC",
    "H": "CAT", "I": "ATT", "L": "CTG", "K": "AAA", "M": "ATG", "F": "TTT", "P": "CCG", "S": "AGC",
    "T": "ACC", "W": "TGG", "Y": "TAT", "V": "GTG", "B": "RAY", "Z": "SAR", "J": "MTH", "*": "TAA",
    "U": "TGC", "O": "AAA",
}  # fmt: skip


class SpelledProteins:
    """The proteins of a library, spelled as codons: a source of sequences for an index.

    Parameters
    ----------
    library : Library
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def last(self) -> int:
        """Give the highest number of a version."""
        return self._library.last()

    def read(self, first: int, last: int) -> Iterator[tuple[int, bytes, bool]]:
        """Walk the proteins among the numbers from `first` to `last`."""
        rows = self._library.database.quick(
            f"SELECT number FROM library_versions WHERE number >= ? AND number <= ? "
            f"AND flags & {_KIND} = {_PROTEIN} ORDER BY number",
            (first, last),
        )
        for (number,) in rows:
            letters = self._library.letters(number).decode().upper()
            yield number, "".join(_SPELLED.get(letter, "NNN") for letter in letters).encode(), False


def spelled_index(library: Library) -> SequenceIndex:
    """Give the index of a library's proteins, in its folder."""
    return SequenceIndex(library.folder / "index" / "proteins", SpelledProteins(library))

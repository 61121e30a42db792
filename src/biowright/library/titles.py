"""FASTA by the block: where titles and letters lie, found for thousands of records at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from biowright.core.kernels import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

__all__ = ["Entries", "cut"]

PLAIN, DNA, OTHER = 0, 1, 2  # upper-case A, C, G and T only; IUPAC's DNA; anything else
_KINDS = np.full(256, OTHER, np.uint8)
_KINDS[list(b"ACGTBDHKMNRSVWYacgtbdhkmnrsvwy")] = DNA
_KINDS[list(b"ACGT")] = PLAIN
# those that decide the share of G and C, as in `Sequence.gc`: 2 for the strong ones
_STRONG = np.zeros(256, np.uint8)
_STRONG[list(b"ATWatw")] = 1
_STRONG[list(b"CGScgs")] = 2


@kernel
def _cut(data, kinds, strong, letters, spans):  # type: ignore[no-untyped-def]
    """Write the letters of each record, and its row in `spans`; give the number of records."""
    n, at, out, lines = len(data), 0, 0, 0
    count = 0
    while at < n:
        # at a '>' that begins a line
        start = at
        while at < n and data[at] != 10:
            at += 1
        title_end = at
        at += 1
        begin = out
        kind = 0
        gc = known = 0
        first_line = lines
        lines += 1
        while at < n and data[at] != 62:
            while at < n and data[at] != 10:
                letter = data[at]
                kind |= kinds[letter]
                gc += strong[letter] >> 1
                known += strong[letter] != 0
                letters[out] = letter
                out += 1
                at += 1
            at += 1
            lines += 1
        spans[count, 0] = start
        spans[count, 1] = title_end
        spans[count, 2] = min(at, n)
        spans[count, 3] = begin
        spans[count, 4] = out
        spans[count, 5] = gc
        spans[count, 6] = kind
        spans[count, 7] = first_line
        spans[count, 8] = known
        count += 1
    return count


class Entries:
    """The records of a piece of FASTA.

    Parameters
    ----------
    data : bytes
        Whole records; it begins with ``>``.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        view = np.frombuffer(data, np.uint8)
        most = data.count(b">")
        letters = np.empty(len(data), np.uint8)
        spans = np.zeros((most, 9), np.int64)
        count = _cut(view, _KINDS, _STRONG, letters, spans)
        spans = spans[:count]
        self.letters = letters[: spans[-1, 4]].tobytes() if count else b""
        self.bounds: Ints = np.append(spans[:, 3], len(self.letters))
        self.kinds: list[int] = np.minimum(spans[:, 6], OTHER).tolist()
        with np.errstate(invalid="ignore"):
            self.gc: list[float] = np.nan_to_num(spans[:, 5] / spans[:, 8]).tolist()
        self.newlines = int(data.count(b"\n"))
        self._rows = spans[:, :3].tolist()
        self.lines: list[int] = spans[:, 7].tolist()

    def __len__(self) -> int:
        return len(self._rows)

    def title(self, index: int) -> bytes:
        """Give a record's title, without its ``>``."""
        start, end, _ = self._rows[index]
        return self.data[start + 1 : end]

    def text(self, index: int) -> bytes:
        """Give a record as it stands in the file."""
        start, _, end = self._rows[index]
        return self.data[start:end]


def cut(block: bytes) -> tuple[bytes, bytes]:
    """Split a piece of FASTA before its last record, which may not be complete."""
    at = block.rfind(b"\n>") + 1
    return block[:at], block[at:]

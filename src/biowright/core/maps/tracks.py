"""Numbers along a genome: how dense its features are on each strand, GC content and GC skew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..record import Record
from .items import Item, View

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["bin_edges", "composition", "coverage"]


def bin_edges(length: int, most: int) -> list[int]:
    """Give the boundaries of equal bins, at most `most` of them."""
    bins = max(1, min(most, length))
    return [length * i // bins for i in range(bins + 1)]


def coverage(items: Sequence[Item], strand: int, edges: Sequence[int]) -> list[float]:
    """Give the share of each bin's letters that features on a strand cover, 0 to 1.

    Parameters
    ----------
    items : sequence of Item
        Their pieces may lie above the last edge (over the origin of a circle).
    strand : {1, -1}
    edges : sequence of int, ascending from 0
    """
    import numpy as np

    length = edges[-1]
    spans: list[tuple[int, int]] = []
    for item in items:
        for piece in item.pieces:
            if piece.strand == strand and piece.start < piece.end:
                start = piece.start % length
                end = start + min(piece.end - piece.start, length)
                spans.append((start, min(end, length)))
                if end > length:
                    spans.append((0, end - length))
    # how many letters are covered left of a position: straight lines between the spans' ends
    places, counts = [0], [0]
    for start, end in sorted(spans):
        start = max(start, places[-1])
        if end > start:
            places += (start, end)
            counts += (counts[-1], counts[-1] + end - start)
    at = np.asarray(edges, np.float64)
    covered = np.interp(at, [*places, length], [*counts, counts[-1]])
    return list(map(float, np.diff(covered) / np.diff(at)))


def composition(view: View, edges: Sequence[int]) -> tuple[list[float], list[float]] | None:
    """Give GC content and GC skew, (G - C) / (G + C), of each bin; None without letters.

    Lobry 1996, doi:10.1093/oxfordjournals.molbev.a025626.
    """
    import numpy as np

    letters = _letters(view.record, view.start, view.end)
    if len(letters) != edges[-1]:
        return None
    data = np.frombuffer(letters, np.uint8)
    at = np.asarray(edges[:-1])

    def counted(upper: bytes) -> Floats:
        return np.add.reduceat(data == upper[0], at, dtype=np.int64).astype(np.float64)

    g, c, a, t = (counted(letter) for letter in (b"G", b"C", b"A", b"T"))
    both, known = g + c, g + c + a + t
    content = np.divide(both, known, out=np.full(len(at), np.nan), where=known > 0)
    skew = np.divide(g - c, both, out=np.zeros(len(at)), where=both > 0)
    mean = both.sum() / known.sum() if known.sum() else 0.5
    content = np.where(np.isnan(content), mean, content)
    return list(map(float, content)), list(map(float, skew))


def _letters(record: Record, start: int, end: int) -> bytes:
    if end > len(record) and not record.circular:
        return b""
    data = record.sequence.data.upper().replace(b"U", b"T")
    return data[start:end] if end <= len(data) else data[start:] + data[: end - len(data)]

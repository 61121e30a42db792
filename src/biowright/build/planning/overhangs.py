"""Overhangs for the cuts of a Golden Gate: those near the wanted places that ligate most surely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from biowright.core import InputError, NegativeResult

from ..overhangs_split import split_at_overhangs
from .splitting import Ground

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["choose_cuts", "overhang_costs"]

_DIGITS = bytes(b"ACGT".find(bytes([x])) & 255 for x in range(256))


def overhang_costs(ground: Ground, overlap: int) -> npt.NDArray[np.float64]:
    """Give the cost of each window as an overhang: palindromes, runs, all or nothing of G and C."""
    count = len(ground.letters) if ground.letters.circular else len(ground.text) - overlap + 1
    text = ground.text[: max(count, 0) + overlap - 1].encode("ascii")
    bases = np.frombuffer(text.translate(_DIGITS), np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(bases, overlap)
    palindrome = (windows + windows[:, ::-1] == 3).all(axis=1)
    strong = ((windows == 1) | (windows == 2)).sum(axis=1)
    same = np.zeros(len(windows), bool)
    for i in range(overlap - 2):
        same |= (windows[:, i] == windows[:, i + 1]) & (windows[:, i] == windows[:, i + 2])
    poor = (strong == 0) | (strong == overlap) | same
    return np.where(palindrome, 5.0, np.where(poor, 0.5, 0.0))


def choose_cuts(
    ground: Ground, enzyme: str, cuts: Sequence[int], freedom: Sequence[tuple[int, int]]
) -> list[int]:
    """Move cuts within their freedom so that the set of overhangs ligates most surely.

    Parameters
    ----------
    ground : Ground
    enzyme : str
        Of a shipped ligation matrix.
    cuts : sequence of int
    freedom : sequence of (int, int)
        How far each may move to the left and to the right.

    Raises
    ------
    NegativeResult
        There are no such overhangs.
    """
    if not cuts:
        return []
    windows = [
        (cut - left, cut + right + 1) for cut, (left, right) in zip(cuts, freedom, strict=True)
    ]
    try:
        return list(split_at_overhangs(ground.letters, windows, enzyme).positions)
    except InputError as error:
        raise NegativeResult(
            f"{len(cuts)} junctions have no overhangs that ligate: {error.what}",
            position=error.position,
            hint="use Gibson assembly, or fewer pieces",
        ) from None

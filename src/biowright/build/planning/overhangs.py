"""Overhangs for the cuts of a Golden Gate: those near the wanted places that ligate most surely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from biowright.core import NegativeResult

from ..fidelity_matrix import ligation_matrix
from .splitting import Ground

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["choose_cuts", "overhang_costs"]

_DIGITS = bytes(b"ACGT".find(bytes([x])) & 255 for x in range(256))
_COMPLEMENT = str.maketrans("ACGT", "TGCA")
ROUNDS = 6


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

    One cut after the other takes its best place given the others, until none moves (coordinate ascent on
    the fidelity of the set).

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
        The overhangs cannot be told apart.
    """
    matrix = ligation_matrix(enzyme)
    partner = matrix.pairing()
    counts = matrix.counts
    size = matrix.length
    options = []
    for cut, (left, right) in zip(cuts, freedom, strict=True):
        seen: dict[int, int] = {}
        for x in sorted(range(cut - left, cut + right + 1), key=lambda x: (abs(x - cut), x)):
            word = ground.window(x, x + size)
            if len(word) == size and word != word.translate(_COMPLEMENT)[::-1]:
                code = matrix.code(word)
                seen.setdefault(code, x)
        if not seen:
            raise NegativeResult("there is no overhang that is no palindrome", position=cut)
        options.append(seen)
    chosen = [next(iter(seen)) for seen in options]

    def score(codes: Sequence[int]) -> float:
        first = np.array(codes)
        second = partner[first]
        if len({min(a, b) for a, b in zip(first.tolist(), second.tolist(), strict=True)}) < len(
            codes
        ):
            return -1e9 + len({min(int(a), int(b)) for a, b in zip(first, second, strict=True)})
        ends = np.concatenate([first, second])
        seen = counts[first][:, ends] + counts[second][:, ends]
        right = counts[first, second] + counts[second, first]
        whole = seen.sum(axis=1)
        shares = np.divide(right, whole, out=np.zeros(len(codes)), where=whole > 0)
        # overhangs that hardly ligate are avoided too
        weak = np.minimum(1.0, right / (0.3 * counts.max() + 1e-9))
        return float(np.log(np.maximum(shares, 1e-9)).sum() + 0.01 * np.log(weak + 1e-6).sum())

    best = score(chosen)
    for _ in range(ROUNDS):
        moved = False
        for i, seen in enumerate(options):
            for code in seen:
                trial = [*chosen[:i], code, *chosen[i + 1 :]]
                value = score(trial)
                if value > best + 1e-12:
                    chosen, best, moved = trial, value, True
        if not moved:
            break
    if best < -1e8 or not math.isfinite(best):
        raise NegativeResult(
            f"{len(cuts)} junctions cannot be told apart by overhangs of {size} bases",
            hint="use Gibson assembly, or fewer pieces",
        )
    return [seen[code] for seen, code in zip(options, chosen, strict=True)]

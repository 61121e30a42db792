"""Where a target is split: junctions that melt well and occur once, pieces that can be ordered.

A junction is a window that both neighbours hold. Each window of the target has a cost; dynamic programming
finds the windows of least total cost between which all pieces are short and long enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from biowright.bio import window_melting_temperatures
from biowright.core import NegativeResult
from biowright.core import Sequence as Letters
from biowright.core.kernels import kernel

from .difficulty import kmer_codes

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["Ground", "split"]

CORE = 20
"""Bases by which ends tell one another apart."""
SEED, REACH = 15, 45
"""Bases at the 3' end of a primer by which it binds, and where its 3' end may lie."""


@dataclass(frozen=True)
class Ground:
    """A target, and how good each of its windows is as a junction.

    Parameters
    ----------
    letters : Sequence
        Upper case; linear or circular.
    """

    letters: Letters
    _costs: dict[tuple[int, float], Floats] = field(default_factory=dict, repr=False)

    @cached_property
    def text(self) -> str:
        """The letters, on a circle twice, so that windows cross the origin."""
        return str(self.letters) * (2 if self.letters.circular else 1)

    def window(self, start: int, end: int) -> str:
        """Give a window; on a circle by any coordinates."""
        if not self.letters.circular:
            return self.text[start:end]
        size = end - start
        start %= len(self.letters)
        if size <= len(self.letters):
            return self.text[start : start + size]
        return (str(self.letters) * (size // len(self.letters) + 2))[start : start + size]

    @cached_property
    def repeated(self) -> npt.NDArray[np.bool_]:
        """Whether the core that begins at a place occurs elsewhere in the target, on either strand."""
        size = len(self.letters)
        if size < CORE:
            return np.zeros(size, bool)
        text = self.text[: size + CORE - 1] if self.letters.circular else self.text
        forward, backward, _ = kmer_codes(text, CORE)
        codes = np.minimum(forward, backward)
        _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
        found = (counts[inverse] > 1) | (forward == backward)
        return np.concatenate([found, np.zeros(size - len(found), bool)])

    @cached_property
    def crowded(self) -> Floats:
        """How many 3' ends of primers that begin at a place would bind elsewhere too, to the right.

        For each place, 15-mers that occur elsewhere among those of the next 45 bases; the same holds
        for primers to the left, by the place where these 45 bases begin.
        """
        size = len(self.letters)
        text = self.text[: size + SEED - 1] if self.letters.circular else self.text
        if len(text) < SEED:
            return np.zeros(size)
        forward, backward, _ = kmer_codes(text, SEED)
        codes = np.minimum(forward, backward)
        _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
        found = (counts[inverse] > 1).astype(float)
        found = np.concatenate([found, np.zeros(size - len(found))])
        sums = np.concatenate([[0.0], np.cumsum(np.concatenate([found, found[:REACH]]))])
        return sums[REACH - SEED + 1 :][:size] - sums[:size]

    def costs(self, overlap: int, melting: float) -> Floats:
        """Give the cost of each window of `overlap` bases as a junction, by its start.

        A degree below the wanted melting temperature costs 0.05, one above 0.01, and a core that
        occurs elsewhere 20.
        """
        known = self._costs.get((overlap, melting))
        if known is not None:
            return known
        degrees = window_melting_temperatures(self.letters, overlap)
        cost = 0.05 * np.maximum(0.0, melting - degrees) + 0.01 * np.maximum(0.0, degrees - melting)
        cost = np.nan_to_num(cost, nan=1e6)
        if overlap >= CORE:
            # both ends of the window: one is the end of the left piece, one that of the right
            bad = self.repeated
            first = bad[: len(cost)]
            last = (
                np.roll(bad, -(overlap - CORE))
                if self.letters.circular
                else np.concatenate([bad[overlap - CORE :], np.zeros(overlap - CORE, bool)])
            )
            cost = cost + 20.0 * first + 20.0 * last[: len(cost)]
        self._costs[overlap, melting] = cost
        return cost

    def along(self, cost: Floats, start: int, end: int) -> Floats:
        """Give costs of the windows that begin in a stretch; infinite where there is none."""
        places = np.arange(start, end)
        if self.letters.circular:
            return cost[places % len(self.letters)]
        if not len(cost):
            return np.full(len(places), np.inf)
        inside = (places >= 0) & (places < len(cost))
        return np.where(inside, cost[np.clip(places, 0, len(cost) - 1)], np.inf)

    def melting(self, start: int, end: int) -> float:
        """Give the melting temperature of a window, in °C."""
        text = self.window(start, end)
        return float(window_melting_temperatures(text, len(text))[0]) if len(text) > 1 else 0.0


@kernel
def _cheapest(cost, overlap, least, most, best, before):
    """Fill the cheapest way to end pieces at each place; a piece is `least` to `most` long.

    Place 0 is the beginning of the first piece, the last place the end of the last one. A cut at x is
    a window [x, x + overlap): the piece before it ends at x + overlap, the next begins at x.
    """
    n = len(cost)
    for x in range(1, n + 1):
        best[x] = np.inf
        before[x] = -1
    best[0] = 0.0
    before[0] = -1
    for x in range(1, n + 1):
        # where the piece that ends here began
        end = x + overlap if x < n else n
        here = cost[x] if x < n else 0.0
        if here == np.inf:
            continue
        for start in range(max(0, end - most), min(x, end - least + 1)):
            share = (end - start) / most  # even pieces are liked
            total = best[start] + here + 1.0 + 0.3 * share * share
            if total < best[x]:
                best[x] = total
                before[x] = start


def split(
    cost: Floats, length: int, overlap: int, least: int, most: int, *, cuts: Sequence[int] = ()
) -> list[int]:
    """Choose the cuts between the pieces of a linear stretch.

    Parameters
    ----------
    cost : ndarray, shape (m,)
        Of each window of `overlap` bases by its start, relative to the stretch.
    length : int
        Of the stretch, in bases.
    overlap, least, most : int
        Bases that neighbours share, and of the shortest and the longest piece with them.
    cuts : sequence of int
        Not used by pieces that are one: cuts that have to be there.

    Returns
    -------
    list of int
        Where each window begins; none for a single piece.

    Raises
    ------
    NegativeResult
        There are no such pieces.
    """
    if length <= most and not cuts:
        if length < least:
            raise NegativeResult(f"{length} bases are less than the {least} that are made")
        return []
    padded = np.full(length, np.inf)
    usable = min(length - overlap, len(cost))
    padded[:usable] = cost[:usable]
    padded[0] = np.inf
    best = np.empty(length + 1)
    before = np.empty(length + 1, np.int64)
    _cheapest(padded, overlap, least, most, best, before)
    if best[length] == np.inf:
        raise NegativeResult(
            f"{length:,} bases cannot be split into pieces of {least:,} to {most:,} bases"
        )
    chosen = []
    at = int(before[length])
    while at > 0:
        chosen.append(at)
        at = int(before[at])
    return chosen[::-1]

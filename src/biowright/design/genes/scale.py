"""Designs with what is global: unique k-mers, and records too long to be solved in one piece."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .beam import beam_search, count_kmers_of, counts_of, recount
from .chain import build, make_chain
from .kernels import potentials
from .layout import CODE_OF_MASK, Layout
from .rules import UniqueKmers
from .stepping import shortened
from .uniqueness import digits, kmer_codes

__all__ = ["Walker", "mend_places", "polish_places", "walk"]

PIECE = 1_200
"""Letters that are decided together."""
AHEAD = 90
"""Letters behind a piece that are looked at before it is decided."""
WIDTH, WIDE = 24, 400
"""Beginnings that are held on the way, and where a breach is mended."""
MEND, AROUND = 120, 30
"""Letters that are mended together, and those beside them that may change as well."""
ROUNDS = 25


@dataclass(slots=True, eq=False)
class Walker:
    """The letters of a record on their way to a design, and the table of their k-mers."""

    layout: Layout
    symbols: npt.NDArray[np.uint8]
    k: int = 0
    keys: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(1, np.uint64))
    counts: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1, np.uint8))
    settled: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    inside: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    @classmethod
    def of(cls, layout: Layout, unique: UniqueKmers | None) -> Walker:
        """Begin with the k-mers of the letters that are fixed, and of the host."""
        walker = cls(layout, layout.symbols.copy())
        if unique is None:
            return walker
        walker.k = k = unique.k
        layout.reach = k - 1
        length = len(layout)
        total = length + sum(len(letters) for letters in unique.host)
        size = 1 << max(10, int(3 * total - 1).bit_length())
        walker.keys = np.full(size, 0xFFFFFFFFFFFFFFFF, np.uint64)
        walker.counts = np.zeros(size, np.uint8)
        read = CODE_OF_MASK[layout.symbols].astype(np.int16)
        read[read < 0] = 4
        if layout.circular:
            read = np.concatenate([read, read[: k - 1]])
        codes = kmer_codes(read.astype(np.uint8), k)
        free = layout.allowed > 0
        if layout.circular:
            free = np.concatenate([free, free[: k - 1]])
        total_free = np.concatenate([[0], np.cumsum(free)])
        # a k-mer is settled if all its letters are fixed
        settled = total_free[k:] == total_free[:-k]
        walker.settled = settled
        count_kmers_of(walker.keys, walker.counts, codes[settled[: len(codes)]])
        for letters in unique.host:
            count_kmers_of(walker.keys, walker.counts, kmer_codes(digits(letters), k))
        return walker

    def decide(self, start: int, end: int, look: int, width: int) -> None:
        """Choose the letters of start..end, looking ahead, and count their k-mers."""
        chain = make_chain(self.layout, self.symbols, start, end + look)
        core = chain.core
        if core[0] >= core[1] or not (chain.allowed[core[0] : core[1]] > 0).any():
            self._commit(chain, core[0], core[0] + end - start, 1)
            return
        letters, _ = self._search(chain, width)
        stop = core[0] + end - start
        self._put(chain, letters, core[0], stop)
        self._commit(chain, core[0], stop, 1)

    def _put(self, chain, letters, first: int, stop: int) -> None:
        span = slice(first, stop)
        places = chain.index[span]
        free = chain.allowed[span] > 0
        self.symbols[places[free]] = 1 << letters[span][free].astype(np.uint8)

    def _fresh(self, chain) -> npt.NDArray[np.bool_]:
        """By its last letter: whether a k-mer of the chain is to be looked up."""
        k = self.k
        fresh = np.zeros(len(chain.index), np.bool_)
        if not k or len(fresh) < k:
            return fresh
        firsts = chain.index[: len(fresh) - k + 1]
        reach = np.arange(k - 1, len(fresh))
        fresh[k - 1 :] = ~self.settled[np.minimum(firsts, len(self.settled) - 1)]
        fresh[k - 1 :] &= (reach >= chain.core[0]) & (reach - k + 1 < chain.core[1])
        return fresh

    def _commit(self, chain, first: int, stop: int, change: int) -> None:
        """Count the k-mers that end in first..stop of the chain, those that are not settled."""
        k = self.k
        if not k:
            return
        low = max(0, first - k + 1)
        places = chain.index[low:stop]
        letters = CODE_OF_MASK[self.symbols[places]].astype(np.int8)
        if len(places) < k:
            return
        wanted = np.zeros(len(places), np.bool_)
        starts = places[: len(places) - k + 1]
        wanted[: len(starts)] = ~self.settled[np.minimum(starts, len(self.settled) - 1)]
        recount(self.keys, self.counts, letters, k, wanted, change)

    def _search(
        self, chain, width: int, rounds: int = ROUNDS
    ) -> tuple[npt.NDArray[np.int8], float]:
        trellis = build(chain)
        length = len(chain.index)
        bonus = np.zeros(length)
        to_go = np.empty(len(trellis.state), np.float64)
        rules = tuple(chain.rules)
        potentials(*trellis.edges, bonus, to_go)
        if len(chain.rule) and to_go[0] > -np.inf:
            steps = shortened(trellis.edges, to_go, chain.rules, clipped=True)
            if steps is not None and len(steps.spans):
                bonus[steps.step] = steps.priced(rounds)
                potentials(*trellis.edges, bonus, to_go)
        known = CODE_OF_MASK[chain.symbols] >= 0
        known |= chain.allowed > 0
        cost, letters = beam_search(
            trellis.layer,
            trellis.first_edge,
            trellis.edge_to,
            trellis.edge_letter,
            trellis.edge_worth,
            to_go,
            bonus,
            known,
            rules,
            self.k,
            self.keys,
            self.counts,
            self._fresh(chain),
            width,
        )
        return letters, cost

    def mend(self, start: int, end: int) -> bool:
        """Decide a stretch anew with a wide beam; tell whether that is better."""
        chain = make_chain(self.layout, self.symbols, start, end)
        if not (chain.allowed > 0).any():
            return False
        first, stop = chain.core
        reach = min(len(chain.index), stop + max(self.k - 1, 0))
        self._commit(chain, first, reach, -1)
        before = chain.symbols[first:stop].copy()
        fixed = chain.allowed.copy()
        chain.allowed[:] = 0
        _, old = self._search(chain, 4)
        chain.allowed[:] = fixed
        letters, new = self._search(chain, WIDE, 20 * ROUNDS)
        better = new > old + 1e-9
        if better and len(letters):
            self._put(chain, letters, first, stop)
        else:
            self.symbols[chain.index[first:stop]] = before
        self._commit(chain, first, reach, 1)
        return bool(better)

    def polish(self, start: int, end: int) -> bool:
        """Try each synonymous codon of a stretch by itself; tell whether one of them is better.

        A beam can lose the one codon that helps where many others are better for themselves.
        """
        better = False
        for last in range(max(start, 2), min(end + 2, len(self.layout))):
            rows = self.layout.slots[last]
            if rows[0] < 0 or not (self.layout.allowed[last - 2 : last + 1] > 0).any():
                continue
            better |= self._try(last, rows[rows >= 0])
        return better

    def _try(self, last: int, rows: npt.NDArray[np.int32]) -> bool:
        layout = self.layout
        place = slice(last - 2, last + 1)
        now = self.symbols[place].copy()
        allowed = np.where(layout.allowed[place] > 0, layout.allowed[place], now)
        options = []
        for triplet in np.flatnonzero(np.isfinite(layout.tables[rows]).all(axis=0)).tolist():
            fresh = np.array([1 << (triplet >> shift & 3) for shift in (4, 2, 0)], np.uint8)
            if not (fresh & ~allowed).any() and (fresh != now).any():
                options.append(fresh)
        if not options:
            return False
        chain = make_chain(layout, self.symbols, last - 2, last + 1)
        first, stop = chain.core
        reach = min(len(chain.index), stop + max(self.k - 1, 0))
        self._commit(chain, first, reach, -1)
        best, chosen = -np.inf, now
        for fresh in (now, *options):
            chain.symbols[first:stop] = fresh
            chain.allowed[:] = 0
            # a chain of kept letters has one way; codons that it cuts are judged whole
            _, cost = self._search(chain, 2, 0)
            if cost > best + 1e-9:
                best, chosen = cost, fresh
        self.symbols[place] = chosen
        self._commit(chain, first, reach, 1)
        return bool((chosen != now).any())

    def repeated(self) -> npt.NDArray[np.int64]:
        """Give the starts of k-mers that occur more than once and have a letter that may change."""
        if not self.k:
            return np.zeros(0, np.int64)
        read = CODE_OF_MASK[self.symbols].astype(np.int16)
        read[read < 0] = 4
        if self.layout.circular:
            read = np.concatenate([read, read[: self.k - 1]])
        codes = kmer_codes(read.astype(np.uint8), self.k)
        return np.flatnonzero(_more_than_once(self.keys, self.counts, codes) & ~self.settled)


def _more_than_once(keys, counts, codes) -> npt.NDArray[np.bool_]:
    return counts_of(keys, counts, codes) > 1


def walk(layout: Layout, unique: UniqueKmers | None) -> Walker:
    """Decide a whole record, piece by piece."""
    walker = Walker.of(layout, unique)
    length = len(layout)
    for start in range(0, length, PIECE):
        end = min(start + PIECE, length)
        walker.decide(start, end, min(AHEAD, length - end), WIDTH)
    return walker


def polish_places(walker: Walker, places: Iterable[tuple[int, int]]) -> bool:
    """Try single codons at places; tell whether any of them is better now."""
    better = False
    for start, end in places:
        better |= walker.polish(start, end)
    return better


def mend_places(walker: Walker, places: Iterable[tuple[int, int]]) -> bool:
    """Decide places anew, one after the other; tell whether any of them is better now."""
    length = len(walker.layout)
    better = False
    for start, end in places:
        # a long run of windows is mended in pieces, so that the cost stays linear
        for at in range(start, end, MEND):
            low, high = max(0, at - AROUND), min(length, min(at + MEND, end) + AROUND)
            if low < high:
                better |= walker.mend(low, high)
    return better

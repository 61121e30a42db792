"""Which places of a chunk a set of guides fits with few mismatches.

Of the mismatches, at most ``m // 2`` lie in the first key or at most ``m - m // 2 - 1`` in the
second; so every place that fits is under one of few keys, and only those places are compared. With
two bits a letter, the keys within a number of mismatches of a guide's are that key XOR the same
masks for all guides. Where so many keys would have to be looked up that comparing all places is
cheaper, that is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from math import comb

import numpy as np
import numpy.typing as npt

from .alignments import Shape
from .packing import LETTERS, Places, Words, windows
from .sites import Chunk, left, starts_of

__all__ = ["Found", "Room"]

Ints = npt.NDArray[np.int64]

_ONE = np.uint64(1)
_BATCH = 1 << 16
"""Keys that are looked up together, and places that are compared together."""
# what looking up a key, comparing a place under it, and comparing a place in a row cost, in ns
_COST_KEY, _COST_PLACE, _COST_ROW = 15.0, 70.0, 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Places that fit: which guide, the anchor in the genome, strand (0 or 1), and mismatches."""

    guide: Ints
    anchor: Ints
    strand: Ints
    mismatches: Ints


class Room:
    """A chunk with its tables unpacked, for as long as it is searched."""

    def __init__(self, chunk: Chunk, words: Words, side: int) -> None:
        self.chunk, self.words, self.side = chunk, words, side
        padded = np.zeros((len(chunk.places), 4), np.uint8)
        padded[:, :3] = chunk.places
        self.places: npt.NDArray[np.uint32] = padded.view("<u4").ravel()
        self.first = starts_of(chunk.first, chunk.key)
        self.second = starts_of(chunk.second, chunk.key)
        self._seen: tuple[Words, Ints] | None = None

    def find(self, shape: Shape, guides: npt.NDArray[np.uint8], mismatches: int) -> Iterator[Found]:
        """Walk the places that fit, some at a time; one may come several times.

        Parameters
        ----------
        shape : Shape
        guides : (n, s) array of uint8
            A 0, C 1, G 2, T 3, counted from the motif on.
        mismatches : int
        """
        targets = shape.targets(guides, self.side)
        if len(self.chunk.odd):
            yield from self._odd(shape, targets, mismatches)
        if not len(self.places):
            return
        here, there = mismatches // 2, mismatches - mismatches // 2 - 1
        key = self.chunk.key
        codes = np.zeros((len(guides), 2 * key), np.uint8)
        for at, letter in enumerate(shape.taken[: 2 * key]):
            if letter >= 0:
                codes[:, at] = guides[:, letter]
        halves = [
            _Half.of(codes[:, :key], shape, 0, key, here),
            _Half.of(codes[:, key:], shape, key, 2 * key, there),
        ]
        share = len(self.places) / (1 << 2 * key)
        cost = sum(
            half.keys * (_COST_KEY + half.width * share * block * _COST_PLACE)
            for half, block in zip(halves, (1, 1 << self.chunk.shift), strict=True)
        )
        if cost > _COST_ROW * len(self.places):
            yield from self._all(shape, targets, mismatches)
            return
        for guide, low, high in halves[0].lookups(self.first):
            for which, at in spread(guide, low, high):
                yield from self._compare(shape, targets, which, at, mismatches)
        block = 1 << self.chunk.shift
        for guide, low, high in halves[1].lookups(self.second):
            for which, entry in spread(guide, low, high):
                begin = self.chunk.blocks[entry].astype(np.int64) << self.chunk.shift
                end = np.minimum(begin + block, len(self.places))
                for guide_here, at in spread(which, begin, end):
                    yield from self._compare(shape, targets, guide_here, at, mismatches)

    def _compare(
        self, shape: Shape, targets: Words, guide: Ints, at: Ints, mismatches: int
    ) -> Iterator[Found]:
        place = self.places[at]
        strand = (place >> 23).astype(np.int64)
        anchor = (place & 0x7FFFFF).astype(np.int64) + self.chunk.base
        window = left(self.side, strand).view(np.int8).astype(np.int64)
        letters = windows(self.words, anchor - LETTERS * window)
        wrong = letters ^ targets[window, guide]
        wrong = (wrong | wrong >> _ONE) & shape.care()[window]
        count = np.bitwise_count(wrong)
        kept = np.flatnonzero(count <= mismatches)
        if len(kept):
            yield Found(guide[kept], anchor[kept], strand[kept], count[kept].astype(np.int64))

    def _all(self, shape: Shape, targets: Words, mismatches: int) -> Iterator[Found]:
        """Compare every place with every guide."""
        if self._seen is None:
            # both strands apart, so that one word a guide does
            strand = (self.places >> 23).astype(np.int64)
            order = np.argsort(strand, kind="stable")
            strand = strand[order]
            anchor = (self.places[order] & 0x7FFFFF).astype(np.int64) + self.chunk.base
            starts = anchor - LETTERS * left(self.side, strand)
            self._seen = windows(self.words, starts), anchor
        letters, anchor = self._seen
        forward = len(letters) - int((self.places >> 23).sum())
        care = shape.care()
        for strand, begin, end in ((0, 0, forward), (1, forward, len(letters))):
            window = int(left(self.side, strand))
            for guide in range(targets.shape[1]):
                for at in range(begin, end, _BATCH):
                    wrong = letters[at : min(at + _BATCH, end)] ^ targets[window, guide]
                    wrong |= wrong >> _ONE
                    wrong &= care[window]
                    count = np.bitwise_count(wrong)
                    kept = np.flatnonzero(count <= mismatches)
                    if len(kept):
                        yield Found(
                            np.full(len(kept), guide),
                            anchor[kept + at],
                            np.full(len(kept), strand),
                            count[kept].astype(np.int64),
                        )

    def _odd(self, shape: Shape, targets: Words, mismatches: int) -> Iterator[Found]:
        """Compare the places near other letters; each such letter is a mismatch."""
        place, bad = self.chunk.odd[:, 0], self.chunk.odd[:, 1]
        strand = (place >> 23).astype(np.int64)
        anchor = (place & 0x7FFFFF).astype(np.int64) + self.chunk.base
        window = left(self.side, strand).view(np.int8).astype(np.int64)
        letters = windows(self.words, anchor - LETTERS * window)
        care = shape.care()[window]
        along = np.arange(LETTERS, dtype=np.uint64)
        bits = bad[:, None].astype(np.uint64) >> along & _ONE
        other = np.where(
            window == 0,
            (bits << 2 * along).sum(axis=1, dtype=np.uint64),
            (bits << 2 * (np.uint64(LETTERS - 1) - along)).sum(axis=1, dtype=np.uint64),
        )
        hopeful = np.bitwise_count(other & care) <= mismatches
        strand, anchor, window, letters, care, other = (
            a[hopeful] for a in (strand, anchor, window, letters, care, other)
        )
        step = max(1, _BATCH // max(len(letters), 1))
        for at in range(0, targets.shape[1], step):
            wrong = letters ^ targets[:, at : at + step].T[:, window]
            count = np.bitwise_count((wrong | wrong >> _ONE | other) & care)
            guide, kept = np.nonzero(count <= mismatches)
            if len(kept):
                wrong_here = count[guide, kept].astype(np.int64)
                yield Found(guide + at, anchor[kept], strand[kept], wrong_here)


@dataclass(frozen=True, slots=True, eq=False)
class _Half:
    """The lookups in one order: each guide's key, the masks, and how many keys in a row each means."""

    codes: npt.NDArray[np.int64]
    masks: npt.NDArray[np.int64]
    width: int
    keys: int

    @classmethod
    def of(
        cls, codes: npt.NDArray[np.uint8], shape: Shape, begin: int, end: int, wrong: int
    ) -> _Half:
        if wrong < 0:
            return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), 1, 0)
        # letters behind the protospacer's end may be anything: a row of keys
        tail = max(0, end - max(shape.length, begin))
        free = tuple(at - begin for at in shape.free if begin <= at < end)
        inside = end - begin - tail
        size = len(free)
        keys = sum(comb(inside - size, d) * 3**d for d in range(wrong + 1)) * 4**size
        packed = np.zeros(len(codes), np.int64)
        for column in codes.T:
            packed = packed << 2 | column
        packed >>= 2 * tail
        if keys > 1 << 21:  # never looked up: comparing all places is cheaper
            return cls(packed, np.zeros(0, np.int64), 4**tail, keys)
        return cls(packed, _masks(inside, free, wrong), 4**tail, keys)

    def lookups(self, starts: Places) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Walk (guide, first, end) of the entries under all wanted keys."""
        if not len(self.masks):
            return
        step = max(1, _BATCH // len(self.masks))
        for at in range(0, len(self.codes), step):
            key = (self.codes[at : at + step, None] ^ self.masks).ravel() * self.width
            low, high = starts[key], starts[key + self.width]
            some = np.flatnonzero(high > low)
            yield some // len(self.masks) + at, low[some], high[some]


@lru_cache(maxsize=256)
def _masks(letters: int, free: tuple[int, ...], wrong: int) -> npt.NDArray[np.int64]:
    """Give what to XOR a key with: any letter at the free places, up to `wrong` others elsewhere."""
    fixed = [at for at in range(letters) if at not in free]
    found = []
    for there in product(range(4), repeat=len(free)):
        base = sum(letter << 2 * (letters - 1 - at) for at, letter in zip(free, there, strict=True))
        for size in range(min(wrong, len(fixed)) + 1):
            for places in combinations(fixed, size):
                shifts = [2 * (letters - 1 - at) for at in places]
                found += [
                    base | sum(x << s for x, s in zip(change, shifts, strict=True))
                    for change in product((1, 2, 3), repeat=size)
                ]
    return np.array(found, np.int64)


def spread(which: Ints, low: Ints, high: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Walk (label, number) for all numbers of the ranges from low to high, some at a time.

    Examples
    --------
    >>> import numpy as np
    >>> [(a.tolist(), b.tolist()) for a, b in spread(*np.array([[7, 8], [0, 5], [2, 6]]))]
    [([7, 7, 8], [0, 1, 5])]
    """
    sizes = high - low
    ends = np.cumsum(sizes)
    begin = 0
    while begin < len(sizes):
        done = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, done + _BATCH, side="right")))
        size = sizes[begin:end]
        total = int(ends[end - 1]) - done
        # a range longer than a batch is a repeat: it is cut in pieces
        if end == begin + 1 and total > 4 * _BATCH:
            for at in range(int(low[begin]), int(high[begin]), _BATCH):
                numbers = np.arange(at, min(at + _BATCH, int(high[begin])))
                yield np.full(len(numbers), which[begin]), numbers
        elif total:
            offset = np.repeat(low[begin:end] - (ends[begin:end] - size - done), size)
            yield np.repeat(which[begin:end], size), offset + np.arange(total)
        begin = end

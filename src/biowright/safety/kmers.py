"""Screening by k-mers: short exact matches that add up along a record of the reference.

Each text is read on both strands, as DNA and in all frames; a codon stands for all that it means in any
genetic code. Seeds of 5 residues or 12 bases are looked up and merged into blocks on a diagonal, over
substitutions too. Blocks of one or of many pieces are then chained along the reference, since pieces that
are joined give their parts one after the other. A chain counts if it spans 50 nt of the reference and if
so much would turn up by chance less than once in a million orders of this size: expected are

    E = R * product over blocks of (N * slack * exp(-surprise)),

with R places in the reference, N places in pieces of such a length or shorter (at their ends, for a block
that is flush with one), and the surprise of a block as the sum of -ln of the chances of its codons or bases
in random DNA. A short piece is thus judged among short pieces, where a small block is telling already.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .items import Batch, Item
from .letters import AMINO_BITS, BASE_BITS, base_sets, codon_sets, mirrored, surprise
from .reference import DNA_K, DNA_TAG, PROTEIN_K, SHIFT, Reference
from .seeds import chain, find_seeds
from .verdict import Backing, Finding, Place

__all__ = ["KmerScreener"]

WINDOW = 50
"""The extent from which on a match counts, in nt."""
SHORT = 3 * PROTEIN_K + 2
"""The length from which on a piece has a seed in whatever frame it is cut."""
CHANCE = 1e-6
NOISE = 8.0  # blocks by chance that a text may have on each strand
REACH = 10  # residues of the reference that may be missing between two blocks
GAP = 2.3  # nats for going on after a gap on one diagonal
SLACK = math.log(10 * 4)  # where a block may begin and end, and among pieces of which length
_CLASSES = (60, 120, 400, 1500, 1 << 62)
_LN4 = math.log(4)

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Text:
    """One thing to read: an item with its letters as they are read once round."""

    item: Item
    letters: str
    current: bool

    @classmethod
    def of(cls, item: Item, current: bool) -> _Text:
        letters = item.letters
        if item.circular:
            # a circle is read over its origin, a small one several times
            turn = min(len(letters), 3 * WINDOW)
            letters = (letters + letters[:turn]) * max(1, -(-WINDOW // len(letters)))
        return cls(item, letters, current)


@dataclass(frozen=True, slots=True)
class _Block:
    """Matches of one text with one record on one diagonal; letters are those of the reference."""

    text: int
    strand: int
    at: int  # in the text, on the strand that is read
    start: int
    end: int
    matched: int
    score: float


class KmerScreener:
    """The local back end: a reference of hashed k-mers.

    Parameters
    ----------
    reference : Reference

    Examples
    --------
    >>> from biowright.core import Record, Sequence
    >>> from biowright.safety import build_reference, gather
    >>> from biowright.safety.items import Batch
    >>> made_up = Record(Sequence("MKWVTHDENRLYAPQGCISF", "protein"), "made up")
    >>> screener = KmerScreener(build_reference([made_up], name="mine", key=bytes(16)))
    >>> dna = "ATGAARTGGGTNACNCAYGAYGARAAYAGRTTRTAYGCNCCNCARGGNTGYATHTCNTTY"
    >>> [finding.label for finding in screener.screen(Batch(gather(dna)))]
    ['made up']
    """

    def __init__(self, reference: Reference) -> None:
        self.reference = reference

    @property
    def name(self) -> str:
        """``k-mers``."""
        return "k-mers"

    def backing(self) -> Backing:
        """Tell which reference it is, and from which day."""
        reference = self.reference
        return Backing(
            self.name, reference.name, reference.checksum, reference.dated, reference.demo
        )

    def screen(self, batch: Batch) -> list[Finding]:
        """Find what the items, alone or together, have of the reference."""
        # parts of pieces add up along the reference; only those without a seed need all junctions
        everything = (*batch.items, *batch.earlier)
        short = any(len(item.letters) < SHORT for item in everything)
        joined = batch.joined if short else batch.neighbours
        texts = [
            *(_Text.of(item, True) for item in (*batch.items, *joined)),
            *(_Text.of(item, False) for item in batch.earlier),
        ]
        findings: list[Finding] = []
        blocks: dict[int, list[_Block]] = defaultdict(list)
        for number, text in enumerate(texts):
            longest = 0
            for record, block, skipped in self._blocks(number, text):
                longest = max(longest, skipped)
                if block is not None:
                    blocks[record].append(block)
            if longest >= WINDOW and text.current:
                findings.append(self._unscreenable(text, longest))
        room = _Room([len(item.letters) for item in everything])
        for record in sorted(blocks):
            findings += self._chains(record, blocks[record], texts, room)
        return findings

    def _unscreenable(self, text: _Text, longest: int) -> Finding:
        return Finding(
            self.name,
            "unscreenable",
            "ambiguous letters",
            (Place(text.item.name, 0, len(text.item.letters), 1),),
            longest,
            0.0,
            f"{longest} nt hold too many ambiguous letters to look at all that they may be",
        )

    def _blocks(self, number: int, text: _Text) -> Iterator[tuple[int, _Block | None, int]]:
        reference = self.reference
        for strand in (1, -1):
            letters = text.letters if strand == 1 else mirrored(text.letters)
            flat = np.zeros(0)
            for protein in (True, False):
                if protein:
                    sets, k, stride, bits = codon_sets(letters), PROTEIN_K, 3, AMINO_BITS
                    tag = np.uint64(0)
                else:
                    sets, k, stride, bits = base_sets(letters), DNA_K, 1, BASE_BITS
                    tag = DNA_TAG
                found, skipped = self._seeds(sets, k, stride, bits, tag)
                if protein:
                    yield -1, None, skipped
                if not len(found):
                    continue
                if protein:
                    flat = surprise(letters)
                else:
                    count = np.array([bin(i).count("1") for i in range(16)])
                    flat = _LN4 - np.log(np.maximum(count[sets], 1))
                for record, at, start, end, matched, score in _merge(found, k, stride, flat):
                    assert (reference.kinds[record] == "protein") == protein
                    yield record, _Block(number, strand, at, start, end, matched, score), 0

    def _seeds(
        self, sets: npt.NDArray[np.uint32], k: int, stride: int, bits: int, tag: np.uint64
    ) -> tuple[_Ints, int]:
        reference = self.reference
        need = self._need(len(sets), k, bits)
        found = np.empty((256 + len(sets) // 4, 2), np.int64)
        while True:
            count, skipped = find_seeds(
                sets,
                stride,
                k,
                bits,
                tag,
                reference.words,
                reference.sieve,
                reference.hashes,
                reference.starts,
                reference.places,
                need,
                found,
            )
            if count <= len(found):
                return found[:count], skipped
            found = np.empty((count, 2), np.int64)

    def _need(self, windows: int, k: int, bits: int) -> int:
        """Give how many seeds in a row are more than chance, in a text of so many windows."""
        alphabet = 20.0 if bits == AMINO_BITS else 4.0
        noise = windows * len(self.reference.places) / alphabet**k
        return 1 + max(0, math.ceil(math.log(max(noise / NOISE, 1.0)) / math.log(alphabet)))

    def _chains(
        self, record: int, blocks: list[_Block], texts: Sequence[_Text], room: _Room
    ) -> Iterator[Finding]:
        kind = self.reference.kinds[record]
        stride = 3 if kind == "protein" else 1
        limit = math.log(CHANCE) - math.log(len(self.reference.places))

        def cost(block: _Block) -> float:
            text = texts[block.text]
            end = block.at + (block.end - block.start) * stride
            flush = not text.item.circular and (block.at < 3 or end > len(text.letters) - 3)
            return room.of(len(text.item.letters), flush)

        alone: set[int] = set()
        by_text: dict[int, list[_Block]] = defaultdict(list)
        for block in blocks:
            by_text[block.text].append(block)
        for number, own in by_text.items():
            best = _best(own, [cost(b) for b in own], stride, -limit)
            if best is None:
                continue
            alone.add(number)
            if texts[number].current:
                yield self._finding(record, kind, stride, best, texts)
        rest = [b for b in blocks if b.text not in alone and b.score > cost(b)]
        best = _best(rest, [cost(b) for b in rest], stride, -limit)
        if best is not None and any(texts[b.text].current for b in best):
            yield self._finding(record, kind, stride, best, texts)

    def _finding(
        self,
        record: int,
        kind: str,
        stride: int,
        blocks: Sequence[_Block],
        texts: Sequence[_Text],
    ) -> Finding:
        places = []
        for block in blocks:
            text = texts[block.text]
            low, high = block.at, block.at + (block.end - block.start) * stride
            if block.strand == -1:
                low, high = len(text.letters) - high, len(text.letters) - low
            turn = low // len(text.item.letters) * len(text.item.letters)
            place = Place(text.item.name, low - turn, high - turn, block.strand)
            if place not in places:
                places.append(place)
        start, end = min(b.start for b in blocks), max(b.end for b in blocks)
        share = min(1.0, sum(b.matched for b in blocks) / (end - start))
        names = {place.item for place in places}
        unit = "residues" if kind == "protein" else "bases"
        return Finding(
            self.name,
            kind,
            self.reference.labels[record],
            tuple(places),
            (end - start) * stride,
            round(share, 4),
            f"{unit} {start + 1}-{end}" + (f", from {len(names)} pieces" if len(names) > 1 else ""),
        )


def _merge(
    found: _Ints, k: int, stride: int, flat: npt.NDArray[np.float64]
) -> Iterator[tuple[int, int, int, int, int, float]]:
    """Merge seeds into blocks: record, place in the text, start, end, matched letters, score."""
    record, position = found[:, 1] >> SHIFT, found[:, 1] & (1 << SHIFT) - 1
    diagonal = found[:, 0] - stride * position
    order = np.lexsort((position, diagonal, record))
    record, position, diagonal = record[order], position[order], diagonal[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (record[1:] != record[:-1]) | (diagonal[1:] != diagonal[:-1])
    # seeds overlap within a run; between runs of one diagonal there may be substitutions
    fresh[1:] |= position[1:] - position[:-1] > k + REACH
    begins = np.flatnonzero(fresh).tolist()
    for begin, end in zip(begins, [*begins[1:], len(order)], strict=True):
        places = np.unique(position[begin:end])
        letters = np.unique((places[:, None] + np.arange(k)).ravel())
        letters = letters[letters * stride + diagonal[begin] < len(flat)]
        gaps = int(np.count_nonzero(np.diff(letters) > 1))
        score = float(flat[letters * stride + diagonal[begin]].sum()) - GAP * gaps
        start = int(places[0])
        at = int(diagonal[begin]) + stride * start
        yield int(record[begin]), at, start, int(places[-1]) + k, len(letters), score


def _best(
    blocks: Sequence[_Block], costs: Sequence[float], stride: int, needed: float
) -> list[_Block] | None:
    """Give the best chain if it spans a window and is telling enough."""
    if not blocks:
        return None
    order = sorted(range(len(blocks)), key=lambda i: (blocks[i].start, -blocks[i].end))
    chosen = [blocks[i] for i in order]
    total, first, covered, before = chain(
        np.array([b.start for b in chosen]),
        np.array([b.end for b in chosen]),
        np.array([b.score for b in chosen]),
        np.array([costs[i] for i in order]),
        np.array([b.matched for b in chosen]),
        REACH if stride == 3 else 3 * REACH,
    )
    least = WINDOW // stride
    ends = np.array([b.end for b in chosen])
    fits = (total >= needed) & (ends - first >= least) & (covered >= 0.6 * least)
    if not fits.any():
        return None
    at = int(np.argmax(np.where(fits, total, -np.inf)))
    best = []
    while at >= 0:
        best.append(chosen[at])
        at = int(before[at])
    return best[::-1]


class _Room:
    """How many places there are where a block may turn up by chance.

    Parameters
    ----------
    lengths : sequence of int
        Of all pieces.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        self._letters, self._pieces = [0.0] * len(_CLASSES), [0] * len(_CLASSES)
        for length in lengths:
            for i in range(self._class(length), len(_CLASSES)):
                self._letters[i] += length
                self._pieces[i] += 1

    def of(self, length: int, flush: bool) -> float:
        """Give ln of the places, with slack, in pieces of this class of lengths or shorter.

        A block that is flush with an end of its piece is one of few: two ends, two strands, three
        letters each.
        """
        at = self._class(length)
        inside = math.log(max(1.0, 2 * self._letters[at]))
        if not flush:
            return inside + SLACK
        return min(inside, math.log(max(1, 12 * self._pieces[at]))) + SLACK + math.log(2)

    @staticmethod
    def _class(length: int) -> int:
        return next(i for i, most in enumerate(_CLASSES) if length <= most)

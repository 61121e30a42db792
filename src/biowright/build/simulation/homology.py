"""Homologous recombination in cells: inserts that replace a stretch of a genome, with a cut or without.

Two crossovers replace what lies between the homologies by the insert, or by a chain of inserts that are
homologous to each other. A circle with one homology is taken in whole, and the homology is there twice
then. Both happen in yeast, in recombineering, and after a cut by Cas9 (homology-directed repair).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from biowright.bio import find
from biowright.core import InputError

from .amplification import Primer, as_primer
from .duplex import Duplex, Given, as_duplex, as_duplexes
from .joining import LIMIT
from .product import Part, Product, Products, ranked

__all__ = ["crispr", "homologous_recombination"]

_SEED = 16
_STEPS = 200_000
_VALUES = np.full(256, 255, np.uint8)
for _value, _letter in enumerate(b"ACGT"):
    _VALUES[_letter] = _value


@dataclass(frozen=True, slots=True)
class _Match:
    """Letters that two molecules share: `size` of them, from `one` and from `other` on."""

    one: int
    other: int
    size: int


def homologous_recombination(
    genome: Given,
    inserts: Iterable[Given] | Given,
    *,
    homology: int = 40,
    limit: int = LIMIT,
) -> Products:
    """Recombine inserts into a genome by their homologies.

    Parameters
    ----------
    genome : Duplex, Record, Sequence or str
        Linear or circular.
    inserts : iterable of them, or one
        Each is used once at most, in either orientation.
    homology : int, default 40
        The shortest homology, in nt.
    limit : int
        After so many products no more are looked for.

    Returns
    -------
    Products
        Inputs are the genome and the inserts. All products are alike in probability.

    Raises
    ------
    InputError
        The homology is below 8 nt, or the limit below 1.

    Examples
    --------
    >>> left, right = "AAGTCCGTTCGTTTTACCTG", "GGATTCATCGATAGCCTTGA"
    >>> genome = f"TTTTT{left}CCCCCCCC{right}AAAAA"
    >>> product = homologous_recombination(genome, f"{left}GGGG{right}", homology=20).only()
    >>> str(product.sequence) == f"TTTTT{left}GGGG{right}AAAAA"
    True
    """
    target = as_duplex(genome, "genome")
    given = as_duplexes(inserts)
    if homology < 8 or limit < 1:
        raise InputError(
            f"a homology of {homology} nt and a limit of {limit}", expected="8 or more, 1 or more"
        )
    search = _Search((target, *given), homology, limit)
    search.run()
    notes = (
        () if search.found else (f"nothing shares {homology} nt with {target.name} at both ends",)
    )
    if not search.complete:
        notes = (f"there may be more products than the {len(search.found):,} that were found",)
    made = ranked(search.found, search.complete, notes)
    share = 1.0 / len(made) if len(made) else 1.0
    return replace(made, found=tuple(replace(p, probability=share) for p in made))


def crispr(
    genome: Given,
    inserts: Iterable[Given] | Given,
    guides: Iterable[Primer] | Primer,
    *,
    homology: int = 40,
    pam: str = "NGG",
    limit: int = LIMIT,
) -> Products:
    """Recombine inserts at a place that Cas9 cuts.

    Parameters
    ----------
    genome, inserts, homology, limit
        As in `homologous_recombination`.
    guides : iterable of Record, Sequence or str, or one
        The spacers, 5'→3', without the PAM.
    pam : str, default "NGG"
        What must follow a protospacer; the cut lies 3 nt before it.

    Returns
    -------
    Products
        Those in which each guide's cut lies in what is replaced, or in its homologies.

    Raises
    ------
    InputError
        As in `homologous_recombination`; or a guide cuts nowhere.

    Examples
    --------
    >>> genome = "AACCGGTTCAATGCAAACAGTAATGATGGATGACATTCAAAGCAC"
    >>> insert = "AACCGGTTAAAAAAAAATTCAAAGCAC"
    >>> [product] = crispr(genome, insert, "TTCAATGCAAACAGTAATGA", homology=8)
    >>> len(product)
    27
    """
    target = as_duplex(genome, "genome")
    listed = [guides] if isinstance(guides, str) or not isinstance(guides, Iterable) else guides
    cuts: list[list[int]] = []
    for number, guide in enumerate(listed, 1):
        spacer = as_primer(guide, f"guide{number}")
        text = str(spacer.sequence).upper()
        places = []
        for hit in find(target.record, text + pam):
            size = len(text)
            places.append(hit.start + size - 3 if hit.strand == 1 else hit.end - size + 3)
        if not places:
            raise InputError(
                f"the guide {spacer.name} cuts {target.name} nowhere",
                expected=f"its letters before {pam}",
            )
        cuts.append(places)
    every = homologous_recombination(target, inserts, homology=homology, limit=limit)
    kept = [p for p in every if all(any(_replaces(p, c) for c in places) for places in cuts)]
    share = 1.0 / len(kept) if kept else 1.0
    notes = every.notes
    if len(kept) < len(every):
        notes = (*notes, f"{len(every) - len(kept)} products would leave a place that is cut")
    return Products(tuple(replace(p, probability=share) for p in kept), every.complete, notes)


def _replaces(product: Product, cut: int) -> bool:
    """Tell whether a cut of the genome lies between the outer ends of the two homologies."""
    first, last = product.parts[0], product.parts[-1]
    begin = first.end - product.parts[1].before
    end = last.start
    length = len(product.inputs[0])
    if product.circular:
        # the genome is one part, from the right homology on to the left one
        begin, end = first.end - product.parts[1].before, first.start + length
        return any(begin <= cut + turn * length <= end for turn in (0, 1, 2))
    return begin <= cut <= end


class _Search:
    """Chains of inserts between two places of the genome."""

    def __init__(self, inputs: tuple[Duplex, ...], homology: int, limit: int) -> None:
        self.inputs, self.homology, self.limit = inputs, homology, limit
        self.found: list[Product] = []
        self.complete = True
        self.steps = _STEPS
        self.texts: list[tuple[bytes, bytes]] = []
        for each in inputs:
            letters = each.record.sequence.upper()
            self.texts.append((letters.data, letters.reverse_complement().data))
        self.nodes = [(i, strand) for i in range(1, len(inputs)) for strand in (1, -1)]
        self.shared: dict[tuple[tuple[int, int], tuple[int, int]], list[_Match]] = {}

    def between(self, one: tuple[int, int], other: tuple[int, int]) -> list[_Match]:
        """Give the homologies of two oriented molecules."""
        if (one, other) not in self.shared:
            self.shared[one, other] = _matches(
                self._text(one),
                self._text(other),
                self.homology,
                self.inputs[one[0]].circular,
                self.inputs[other[0]].circular,
            )
        return self.shared[one, other]

    def _text(self, node: tuple[int, int]) -> bytes:
        return self.texts[node[0]][0 if node[1] == 1 else 1]

    def run(self) -> None:
        """Find all products."""
        home = (0, 1)
        for node in self.nodes:
            for match in self.between(home, node):
                self._extend([(home, match.one + match.size)], node, match, match)
                if not self.complete:
                    return

    def _extend(
        self,
        path: list[tuple[tuple[int, int], int]],
        node: tuple[int, int],
        entry: _Match,
        first: _Match,
    ) -> None:
        """Go on from an insert that was entered by a homology: home, or to another insert."""
        home = (0, 1)
        given = self.inputs[node[0]]
        for back in self.between(home, node):
            self.steps -= 1
            if self.steps < 0:
                self.complete = False
                return
            leave = _onwards(given, entry, back.other, back.size)
            if leave is None:
                continue
            self._close(path, node, entry, leave, back, first)
            if not self.complete:
                return
        used = {n[0] for n, _ in path} | {node[0]}
        for following in self.nodes:
            if following[0] in used:
                continue
            for match in self.between(node, following):
                leave = _onwards(given, entry, match.one, match.size)
                if leave is None:
                    continue
                self.steps -= 1
                if self.steps < 0:
                    self.complete = False
                    return
                start = entry.other + entry.size
                longer = [*path, (node, start), (node, leave + match.size)]
                self._extend(longer, following, replace(match, one=entry.size), first)
                if not self.complete:
                    return

    def _close(
        self,
        path: list[tuple[tuple[int, int], int]],
        node: tuple[int, int],
        entry: _Match,
        leave: int,
        back: _Match,
        first: _Match,
    ) -> None:
        """Write down a product: genome, inserts, genome."""
        genome = self.inputs[0]
        size = len(genome)
        low, high = first.one + first.size, back.one + back.size
        if not genome.circular and high < first.one + self.homology:
            return
        parts: list[Part] = []
        # what an insert shares with the one before it
        shared = first.size
        for (this, start), (_, end) in zip(path[1::2], path[2::2], strict=True):
            parts.append(self._part(this, start, end, shared))
            shared = entry.size
        parts.append(self._part(node, entry.other + entry.size, leave + back.size, entry.size))
        if genome.circular:
            # how far the second homology lies behind the first; one at the same place doubles it, and the
            # whole genome is kept
            ahead = (back.one - first.one) % size
            if ahead - size >= self.homology - back.size:
                ahead -= size
            kept = size - ahead - back.size + first.size
            if kept < 1:
                return
            begin = high % size
            parts.insert(0, Part(0, begin, begin + kept, 1, back.size))
        else:
            parts.insert(0, Part(0, 0, low))
            parts.append(Part(0, high, size, 1, back.size))
        if len(self.found) == self.limit:
            self.complete = False
            return
        ends = {} if genome.circular else {"left": genome.left, "right": genome.right}
        self.found.append(
            Product(self.inputs, tuple(parts), genome.circular, name="recombinant", **ends)
        )

    def _part(self, node: tuple[int, int], start: int, end: int, before: int) -> Part:
        size = len(self.inputs[node[0]])
        if node[1] == 1:
            return Part(node[0], start, end, 1, before)
        low, high = size - end, size - start
        if low < 0 and self.inputs[node[0]].circular:
            low, high = low + size, high + size
        return Part(node[0], low, high, -1, before)


def _onwards(given: Duplex, entry: _Match, leave: int, size: int) -> int | None:
    """Give where a homology lies behind the one by which an insert was entered; round a circle if need be.

    It begins and ends behind the other, so that both directions of reading give the same.
    """
    for turn in (0, len(given), 2 * len(given)) if given.circular else (0,):
        at = leave + turn
        if at > entry.other and at + size > entry.other + entry.size:
            return at
    return None


def _matches(
    one: bytes, other: bytes, least: int, one_circular: bool, other_circular: bool
) -> list[_Match]:
    """Find all stretches that two texts share and that cannot be made longer."""
    size = min(least, _SEED)
    long_one = one + one[: len(other)] if one_circular else one
    long_other = other + other[: len(one)] if other_circular else other
    first, second = _codes(long_one, size), _codes(long_other, size)
    if not len(first) or not len(second):
        return []
    order = np.argsort(second, kind="stable")
    sorted_codes = second[order]
    low = np.searchsorted(sorted_codes, first, "left")
    high = np.searchsorted(sorted_codes, first, "right")
    known = (first >= 0) & (high > low)
    found: dict[_Match, None] = {}
    for i in np.flatnonzero(known).tolist():
        if one_circular and i >= len(one):
            continue
        for j in order[low[i] : high[i]].tolist():
            if other_circular and j >= len(other):
                continue
            before_one = long_one[i - 1] if i else (one[-1] if one_circular else None)
            before_other = long_other[j - 1] if j else (other[-1] if other_circular else None)
            if before_one is not None and before_one == before_other and _VALUES[before_one] < 4:
                continue
            length = _common(long_one, i, long_other, j)
            length = min(length, len(one), len(other))
            if length >= least:
                found[_Match(i, j, length)] = None
    return list(found)


def _codes(text: bytes, size: int) -> npt.NDArray[np.int64]:
    values = _VALUES[np.frombuffer(text, np.uint8)]
    count = len(text) - size + 1
    if count <= 0:
        return np.zeros(0, np.int64)
    codes = np.zeros(count, np.int64)
    odd = np.zeros(count, bool)
    for shift in range(size):
        piece = values[shift : shift + count]
        odd |= piece == 255
        codes = codes * 4 + (piece & 3)
    codes[odd] = -1
    return codes


def _common(one: bytes, i: int, other: bytes, j: int) -> int:
    """Count how many letters from two places on are alike."""
    step, length = 64, 0
    while True:
        a, b = one[i + length : i + length + step], other[j + length : j + length + step]
        if a == b and len(a) == step:
            length += step
            continue
        for x, y in zip(a, b, strict=False):
            if x != y or _VALUES[x] == 255:
                return length
            length += 1
        return length

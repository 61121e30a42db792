"""Sites of several degenerate codons: the smallest mixture for every set of amino acids at once.

Codons of one site are mixed as oligos, so that a site's size is the number of its different codons of A, C,
G and T. A degenerate codon that holds another one with the same amino acids is never needed; what is left
(about 1,100 of 3,375) is combined in all ways, and a table gives the least size for each of the 2^20 sets.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from biowright.bio import GeneticCode, genetic_code
from biowright.core import InputError, NegativeResult
from biowright.core.kernels import kernel

from .degenerate import AMINO_ACIDS, DegenerateCodon, best_codon, degenerate_codons, residue_bits

if TYPE_CHECKING:
    from ..codons import CodonUsage

__all__ = ["MOST_CODONS", "least_mixture", "mixture_shares", "mixture_size", "residue_tables"]

MOST_CODONS = 3
"""Degenerate codons a site, at most: all ways to combine them are tried."""

_NONE = 255
_CODONS = {"".join(c): 1 << i for i, c in enumerate(itertools.product("ACGT", repeat=3))}
_Ints = npt.NDArray[np.int64]
_Words = npt.NDArray[np.uint64]


def mixture_size(codons: Iterable[DegenerateCodon]) -> int:
    """Count the different codons of A, C, G and T in a mixture.

    Examples
    --------
    >>> mixture_size([DegenerateCodon.of("ARA"), DegenerateCodon.of("AAR")])
    3
    """
    return len({letters for codon in codons for letters in codon.codons})


def mixture_shares(codons: Sequence[DegenerateCodon]) -> dict[str, float]:
    """Give the share of each residue in a mixture by sizes, ``*`` for stops, by letter.

    Mixed by their sizes, codons that have nothing in common give each DNA variant as often as any other.

    Examples
    --------
    >>> mixture_shares([DegenerateCodon.of("AAR"), DegenerateCodon.of("TGG")])
    {'K': 0.6666666666666666, 'W': 0.3333333333333333}
    """
    counts: Counter[str] = Counter()
    for codon in codons:
        counts.update(dict(codon.amino_acids))
    total = sum(counts.values())
    return {letter: count / total for letter, count in sorted(counts.items())}


def least_mixture(
    wanted: Iterable[str],
    *,
    most: int = 2,
    code: GeneticCode | int | str = 1,
    usage: CodonUsage | None = None,
) -> tuple[DegenerateCodon, ...]:
    """Give the codons that code for all that is wanted, without stops, in the fewest DNA variants.

    Others may come along where that is smaller; `best_mixture` gives nothing else. Of mixtures of one
    size, that of the fewest codons is taken, then the most even one, then that which the host uses most.

    Parameters
    ----------
    wanted : iterable of str
        Amino acids by letter.
    most : int, default 2
        Codons at the site, up to 3.
    code : default 1
    usage : CodonUsage, optional
        Of the host.

    Raises
    ------
    InputError
        A letter is no amino acid, or so many codons are not tried.
    NegativeResult
        So few codons do not do it without a stop.

    Examples
    --------
    >>> [[c.letters for c in least_mixture("DM", most=most)] for most in (1, 2)]
    [['WRG'], ['AAA', 'TGG']]
    """
    letters = "".join(sorted({letter.upper() for letter in wanted}))
    strange = [letter for letter in letters if letter not in AMINO_ACIDS]
    if strange or not letters:
        raise InputError(
            f"{', '.join(strange) or 'nothing'} is no amino acid", expected=f"of {AMINO_ACIDS}"
        )
    table = genetic_code(code)
    target = sum(1 << AMINO_ACIDS.index(letter) for letter in letters)
    sizes = [int(least_sizes(table, count)[target]) for count in range(1, _checked(most) + 1)]
    if sizes[-1] == _NONE:
        raise NegativeResult(
            f"{most} degenerate codons do not give {letters} without a stop",
            hint="allow more codons at the site",
        )
    count = sizes.index(sizes[-1]) + 1
    if count == 1:
        return (best_codon(letters, code=table, usage=usage),)
    adapted = usage.adaptiveness() if usage is not None else {}

    def rank(chosen: tuple[DegenerateCodon, ...]) -> tuple[object, ...]:
        shares = mixture_shares(chosen)
        uses = sum(math.log(max(adapted.get(c, 0.01), 0.01)) for one in chosen for c in one.codons)
        return (
            -round(sum(math.log(shares[letter]) for letter in letters), 9),
            -round(uses / sum(one.size for one in chosen), 9) if adapted else 0.0,
            [one.letters for one in chosen],
        )

    return min(_mixtures(target, count, sizes[-1], table), key=rank)


def _checked(most: int) -> int:
    if not 1 <= most <= MOST_CODONS:
        raise InputError(f"{most} codons a site", expected=f"1 to {MOST_CODONS}")
    return most


def _mixtures(
    target: int, count: int, size: int, code: GeneticCode
) -> list[tuple[DegenerateCodon, ...]]:
    """Give all mixtures of so many codons that hold a target in so many DNA variants."""
    codons, masks, words = _needed(code, target)
    found: set[tuple[str, ...]] = set()

    def search(left: int, word: np.uint64, chosen: tuple[int, ...]) -> None:
        union = words | word
        total = np.bitwise_count(union).astype(np.int64)
        rest = left & ~masks
        waiting = np.bitwise_count(rest).astype(np.int64)
        fits = (masks & (left & -left) > 0) & (total + waiting <= size)
        if len(chosen) + 1 == count:
            for i in np.flatnonzero(fits & (rest == 0)):
                found.add(tuple(sorted(codons[j].letters for j in (*chosen, i))))
            return
        for i in np.flatnonzero(fits & (rest != 0)):
            search(int(rest[i]), union[i], (*chosen, int(i)))

    search(target, np.uint64(0), ())
    by_letters = {codon.letters: codon for codon in codons}
    return [tuple(by_letters[one] for one in chosen) for chosen in sorted(found)]


def _needed(code: GeneticCode, target: int) -> tuple[list[DegenerateCodon], _Ints, _Words]:
    """Give the codons without stops that hold no smaller one with the same part of the target."""
    rows = sorted(
        (codon.size, codon.letters, mask & target, sum(_CODONS[c] for c in codon.codons), codon)
        for codon, mask in zip(degenerate_codons(code), residue_bits(code), strict=True)
        if not mask >> 20 and mask & target
    )
    masks = np.array([row[2] for row in rows], np.int64)
    words = np.array([row[3] for row in rows], np.uint64)
    kept = _smallest(masks, words)
    return [rows[i][4] for i in kept], masks[kept], words[kept]


@kernel
def _smallest(masks, words):
    """Give the places, from the smallest on, of codons that hold no other one with the same residues."""
    kept = np.zeros(len(masks), np.int64)
    count = 0
    for i in range(len(masks)):
        needed = True
        for k in kept[:count]:
            if masks[k] == masks[i] and words[k] & words[i] == words[k]:
                needed = False
                break
        if needed:
            kept[count] = i
            count += 1
    return kept[:count]


@kernel
def _bits(word):
    """Count the bits of a word of 64."""
    word = word - (word >> np.uint64(1) & np.uint64(0x5555555555555555))
    low = np.uint64(0x3333333333333333)
    word = (word & low) + (word >> np.uint64(2) & low)
    word = word + (word >> np.uint64(4)) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return word * np.uint64(0x0101010101010101) >> np.uint64(56)


@kernel
def _combine(masks, words, count, sizes):
    """Fill in the least size of the residues of all mixtures of up to three codons."""
    for i in range(len(masks)):
        sizes[masks[i]] = min(sizes[masks[i]], _bits(words[i]))
        if count < 2:
            continue
        for k in range(i):
            mask, word = masks[i] | masks[k], words[i] | words[k]
            sizes[mask] = min(sizes[mask], _bits(word))
            if count < 3:
                continue
            for n in range(k):
                both = mask | masks[n]
                sizes[both] = min(sizes[both], _bits(word | words[n]))


@lru_cache(maxsize=8)
def least_sizes(code: GeneticCode, most: int) -> npt.NDArray[np.uint8]:
    """Give the least size of a mixture for each set of amino acids, as bits; 255 where there is none."""
    _, masks, words = _needed(code, (1 << 20) - 1)
    sizes = np.full(1 << 20, _NONE, np.uint8)
    _combine(masks, words, most, sizes)
    for bit in range(20):  # what holds more will do
        halves = sizes.reshape(-1, 2, 1 << bit)
        np.minimum(halves[:, 0], halves[:, 1], out=halves[:, 0])
    return sizes


def residue_tables(
    alphabet: str, code: GeneticCode, most: int = 1
) -> tuple[_Ints, _Ints, npt.NDArray[np.float64]]:
    """Give, for each set of residues of a site, what its least mixture holds, and ln of that size.

    Parameters
    ----------
    alphabet : str
        Sets are bits in its order.
    code : GeneticCode
    most : int, default 1
        Codons a site.

    Returns
    -------
    richest : ndarray of int64, shape (2^n,)
        Among the least mixtures for a set, what one has that holds most of the alphabet.
    closed : ndarray of int64, shape (2^n,)
        The set, and what costs nothing more whatever else is added: least mixtures of one size may hold
        different residues, so that what the richest one has is no matter of course.
    logs : ndarray of float64, shape (2^n,)
        Of sizes; 1e9, more than any limit, where there is no mixture without a stop.
    """
    count = len(alphabet)
    places = np.zeros(1 << count, np.int64)
    for i, letter in enumerate(alphabet):
        places.reshape(-1, 2, 1 << i)[:, 1] |= 1 << AMINO_ACIDS.index(letter)
    sizes = least_sizes(code, _checked(most))[places]
    sizes[0] = 0
    richest = np.arange(1 << count)
    for i in range(count):
        now, size = richest.reshape(-1, 2, 1 << i), sizes.reshape(-1, 2, 1 << i)
        more = np.bitwise_count(now[:, 1]) > np.bitwise_count(now[:, 0])
        free = (size[:, 0] == size[:, 1]) & (size[:, 0] < _NONE) & more
        now[:, 0] = np.where(free, now[:, 1], now[:, 0])
    closed = np.arange(1 << count)
    for i in range(count):
        size = sizes.reshape(-1, 2, 1 << i)
        dear = np.zeros(1 << count, np.bool_)
        dear.reshape(-1, 2, 1 << i)[:, 0] = size[:, 0] != size[:, 1]
        for k in range(count):
            halves = dear.reshape(-1, 2, 1 << k)
            halves[:, 0] |= halves[:, 1]
        closed |= np.where(dear, 0, 1 << i)
    logs = np.where(sizes < _NONE, np.log(np.maximum(sizes, 1.0)), 1e9)
    return richest, closed, logs

"""Barcodes that cannot be mistaken for one another, and pools of oligos that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from biowright.bio import find_many
from biowright.core import InputError, NegativeResult
from biowright.core.kernels import kernel

__all__ = ["PoolOligo", "choose_barcodes", "edit_distance", "oligo_pool"]


@kernel
def _near(word, others, count, least, edits):
    """Tell whether a word is closer than `least` to one of the others."""
    size = len(word)
    row = np.zeros(size + 1, np.int64)
    for o in range(count):
        if not edits:
            distance = 0
            for i in range(size):
                distance += word[i] != others[o, i]
        else:
            for j in range(size + 1):
                row[j] = j
            for i in range(1, size + 1):
                before, row[0] = row[0], i
                for j in range(1, size + 1):
                    keep = row[j]
                    step = before + (word[i - 1] != others[o, j - 1])
                    row[j] = min(step, row[j] + 1, row[j - 1] + 1)
                    before = keep
            distance = row[size]
        if distance < least:
            return True
    return False


def edit_distance(first: str, second: str) -> int:
    """Count the substitutions, insertions and deletions between two words (Levenshtein).

    Examples
    --------
    >>> edit_distance("ACGT", "CGTA"), edit_distance("ACGT", "AGGT")
    (2, 1)
    """
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            before, row[j] = row[j], min(before + (a != b), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def choose_barcodes(
    count: int,
    length: int,
    *,
    distance: int = 3,
    edits: bool = True,
    avoid: Sequence[str] = (),
    run: int = 2,
    gc: tuple[float, float] = (0.4, 0.6),
    seed: int = 0,
    tries: int = 2_000_000,
) -> tuple[str, ...]:
    """Choose barcodes of which any two differ by a distance at least.

    Words are drawn at random and taken if they fit and are far from all that were taken: with a distance
    of 3 one error is corrected, with 5 two.

    Parameters
    ----------
    count, length : int
    distance : int, default 3
        The least distance between two of them.
    edits : bool, default True
        Count insertions and deletions too, as synthesis and nanopores make them; else substitutions.
    avoid : sequence of str
        Patterns that must not occur, on neither strand.
    run : int, default 2
        The longest run of one letter.
    gc : (float, float), default (0.4, 0.6)
        The share of G and C.
    seed : int, default 0
    tries : int, default 2,000,000
        Words that are drawn at most.

    Raises
    ------
    InputError
        A number is out of range.
    NegativeResult
        So many were not found.

    Examples
    --------
    >>> codes = choose_barcodes(20, 8, distance=3)
    >>> min(edit_distance(a, b) for a in codes for b in codes if a < b)
    3
    """
    if not (count >= 1 and 1 <= length <= 40 and 1 <= distance <= length and run >= 1):
        raise InputError(
            f"{count} barcodes of {length} letters, {distance} apart",
            expected="1 or more, of 1 to 40 letters, a distance up to the length",
        )
    chance = np.random.default_rng(seed)
    taken = np.zeros((count, length), np.uint8)
    found: list[str] = []
    drawn = 0
    while drawn < tries:
        block = chance.integers(4, size=(4096, length), dtype=np.uint8)
        drawn += len(block)
        strong = np.mean((block == 1) | (block == 2), axis=1)
        for word in block[(strong >= gc[0] - 1e-9) & (strong <= gc[1] + 1e-9)]:
            if _near(word, taken, len(found), distance, edits):
                continue
            text = "".join("ACGT"[i] for i in word)
            if any(letter * (run + 1) in text for letter in "ACGT"):
                continue
            if avoid and any(find_many(text, list(avoid)).values()):
                continue
            taken[len(found)] = word
            found.append(text)
            if len(found) == count:
                return tuple(found)
    raise NegativeResult(
        f"{len(found)} of {count} barcodes of {length} letters were found, {distance} apart",
        hint="use longer ones, a smaller distance, or wider bounds",
    )


@dataclass(frozen=True, slots=True)
class PoolOligo:
    """One oligo of a pool.

    Parameters
    ----------
    name : str
    barcode : str
    sequence : str
        5'→3': forward primer, barcode, variant, what primes backwards.
    """

    name: str
    barcode: str
    sequence: str


def oligo_pool(
    variants: Mapping[str, str],
    *,
    forward: str = "",
    reverse: str = "",
    barcode: int = 12,
    distance: int = 3,
    longest: int = 300,
    avoid: Iterable[str] = (),
    seed: int = 0,
) -> tuple[PoolOligo, ...]:
    """Write variants as oligos of a pool, each with a barcode of its own.

    Parameters
    ----------
    variants : mapping of str to str
        DNA by name.
    forward, reverse : str
        What the pool is amplified by: before the barcode and, as the oligo reads, behind the variant.
    barcode, distance : int
        The barcodes' length, and their least edit distance.
    longest : int, default 300
        The longest oligo that is made.
    avoid : iterable of str
        Patterns that must not occur where the barcode meets its neighbours, on neither strand.
    seed : int, default 0

    Raises
    ------
    InputError
        An oligo is too long.
    NegativeResult
        There are not enough barcodes.

    Examples
    --------
    >>> pool = oligo_pool({"a": "ATGGCT", "b": "ATGGTT"}, forward="ACGT", barcode=8)
    >>> [oligo.sequence == "ACGT" + oligo.barcode + v for oligo, v in zip(pool, ("ATGGCT", "ATGGTT"))]
    [True, True]
    """
    patterns = list(avoid)
    spare = max(8, len(variants) // 10) if patterns else 0
    codes = choose_barcodes(
        len(variants) + spare, barcode, distance=distance, avoid=patterns, seed=seed
    )
    left = list(codes)
    made = []
    for name, variant in variants.items():
        size = len(forward) + barcode + len(variant) + len(reverse)
        if size > longest:
            raise InputError(
                f"the oligo has {size} letters", record=name, expected=f"{longest} at most"
            )
        for i, code in enumerate(left):
            reach = max(map(len, patterns), default=1) - 1
            junction = f"{forward[-reach:] if reach else ''}{code}{variant[:reach]}"
            if not patterns or not any(find_many(junction, patterns).values()):
                made.append(
                    PoolOligo(name, code, f"{forward}{left.pop(i)}{variant}{reverse}".upper())
                )
                break
        else:
            raise NegativeResult(
                "no barcode fits before this variant without a forbidden pattern",
                record=name,
                hint="use longer barcodes",
            )
    return tuple(made)

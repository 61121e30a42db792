"""Recombination guided by structure: crossovers that break as few contacts as possible.

SCHEMA counts the contacts of a chimera whose pair of residues no parent has (Voigt et al. 2002,
doi:10.1038/nsb805). The average over a library depends only on where the crossovers are, and the best
places are a shortest path (RASPP; Endelman et al. 2004, doi:10.1093/protein/gzh067), found here exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from biowright.core import InputError, NegativeResult

__all__ = ["Crossovers", "broken_contacts", "choose_crossovers"]


@dataclass(frozen=True, slots=True)
class Crossovers:
    """Where parents are exchanged.

    Parameters
    ----------
    places : tuple of int
        A crossover lies before each of these columns, 0-based.
    disruption : float
        Contacts that a chimera breaks, on average over all of them.
    mutations : float
        Residues by which a chimera differs from the parent closest to it, on average over all of them if
        there are at most 4096, else over as many.
    chimeras : int
    """

    places: tuple[int, ...]
    disruption: float
    mutations: float
    chimeras: int


def broken_contacts(
    chimera: str, parents: Sequence[str], contacts: Iterable[tuple[int, int]]
) -> int:
    """Count the contacts of a chimera whose pair of residues no parent has: SCHEMA's E.

    Parameters
    ----------
    chimera : str
    parents : sequence of str
        Aligned, of the same length.
    contacts : iterable of (int, int)
        Columns that touch, 0-based.

    Examples
    --------
    >>> broken_contacts("AD", ["AC", "BD"], [(0, 1)]), broken_contacts("AC", ["AC", "BD"], [(0, 1)])
    (1, 0)
    """
    _check(parents, contacts := list(contacts), chimera)
    return sum(all((p[i], p[j]) != (chimera[i], chimera[j]) for p in parents) for i, j in contacts)


def choose_crossovers(
    parents: Sequence[str],
    contacts: Iterable[tuple[int, int]],
    *,
    crossovers: int,
    shortest: int = 4,
) -> Crossovers:
    """Find the crossovers with the least average disruption, exactly.

    Parameters
    ----------
    parents : sequence of str
        Two or more aligned proteins of one length; gaps are letters like others.
    contacts : iterable of (int, int)
        Columns that touch in the structure, 0-based.
    crossovers : int
    shortest : int, default 4
        The least columns between two crossovers in which the parents differ; crossovers that give the
        same chimeras are thus not told apart, and the first of them is given.

    Raises
    ------
    InputError
        The parents are not aligned, a contact lies outside, or a number is below 1.
    NegativeResult
        There is no room for so many.

    Examples
    --------
    >>> found = choose_crossovers(["AAAABBBB", "CCCCDDDD"], [(0, 3), (4, 7), (3, 4)], crossovers=1)
    >>> found.places, found.disruption
    ((4,), 0.5)
    """
    contacts = list(contacts)
    _check(parents, contacts, parents[0] if parents else "")
    if len(parents) < 2 or crossovers < 1 or shortest < 1:
        raise InputError(
            f"{len(parents)} parents, {crossovers} crossovers, {shortest} columns between them",
            expected="two parents, one crossover and one column at least",
        )
    length = len(parents[0])
    # what a contact costs on average if its columns come from different blocks
    kept = np.zeros((length + 1, length + 1))
    total = 0.0
    for i, j in contacts:
        low, high = min(i, j), max(i, j)
        pairs = {(p[low], p[high]) for p in parents}
        cost = (
            sum((a[low], b[high]) not in pairs for a, b in itertools.product(parents, repeat=2))
            / len(parents) ** 2
        )
        kept[low, high] += cost
        total += cost
    # saved[a, b]: contacts within the block of columns a..b
    saved = np.zeros((length + 1, length + 1))
    for high in range(length):
        column = np.cumsum(kept[: high + 1, high][::-1])[::-1]
        saved[: high + 1, high + 1] = saved[: high + 1, high] + column
    differs = np.array([0, *(len({p[i] for p in parents}) > 1 for i in range(length))]).cumsum()
    best = np.full((crossovers + 2, length + 1), -np.inf)
    back = np.zeros((crossovers + 2, length + 1), np.int64)
    best[0, 0] = 0.0
    for block in range(1, crossovers + 2):
        for end in range(1, length + 1):
            value = best[block - 1, :end] + saved[:end, end]
            value = np.where(differs[end] - differs[:end] >= shortest, value, -np.inf)
            at = int(np.argmax(np.round(value, 9)))
            best[block, end], back[block, end] = value[at], at
    if not np.isfinite(best[-1, length]):
        raise NegativeResult(
            f"there is no room for {crossovers} crossovers with {shortest} differences between them",
            hint="ask for fewer, or for shorter blocks",
        )
    places, end = [], length
    for block in range(crossovers + 1, 1, -1):
        end = int(back[block, end])
        places.append(end)
    found = tuple(reversed(places))
    disruption = round(float(total - best[-1, length]), 9)
    return Crossovers(
        found, disruption, _mutations(parents, found), len(parents) ** (crossovers + 1)
    )


def _mutations(parents: Sequence[str], places: Sequence[int]) -> float:
    bounds = [0, *places, len(parents[0])]
    # differences[block, a, b]: between two parents in a block
    differences = np.array(
        [
            [
                [sum(x != y for x, y in zip(a[s:e], b[s:e], strict=True)) for b in parents]
                for a in parents
            ]
            for s, e in itertools.pairwise(bounds)
        ]
    )
    blocks = len(bounds) - 1
    chosen = itertools.islice(itertools.product(range(len(parents)), repeat=blocks), 4096)
    distances = [
        min(sum(differences[i, a, p] for i, a in enumerate(one)) for p in range(len(parents)))
        for one in chosen
    ]
    return float(np.mean(distances))


def _check(parents: Sequence[str], contacts: Sequence[tuple[int, int]], other: str) -> None:
    lengths = {len(p) for p in (*parents, other)}
    if len(lengths) != 1 or 0 in lengths:
        raise InputError("the proteins are not aligned", expected="one length, gaps as '-'")
    size = lengths.pop()
    for pair in contacts:
        if not all(0 <= i < size for i in pair) or pair[0] == pair[1]:
            raise InputError(f"the contact {tuple(pair)} lies outside", expected=f"0 to {size - 1}")

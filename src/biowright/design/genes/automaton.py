"""One automaton for all forbidden patterns: it reads letters and says which patterns just ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biowright.bio.iupac import mirrored_masks, pattern_masks
from biowright.core import InputError

__all__ = ["Automaton", "Pattern", "build_automaton", "pattern_pair"]

LARGEST = 400_000
"""States above which patterns are refused rather than the memory filled."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What may not occur, as sets of bases (A 1, C 2, G 4, T 8), read on the forward strand.

    Parameters
    ----------
    sets : bytes
        One mask a letter.
    rule : int
        The number of the constraint that forbids it.
    regions : tuple of (start, end)
        A match is a breach where it lies in one of them; empty means everywhere.
    strand : int
        The strand on which it was asked for: -1 for one that was turned round.
    """

    sets: bytes
    rule: int
    regions: tuple[tuple[int, int], ...] = ()
    strand: int = 1


@dataclass(frozen=True, slots=True)
class Automaton:
    """A deterministic automaton over sets of bases.

    Parameters
    ----------
    next : ndarray of int32, shape (states, 16)
        The state after a letter, by the letter's mask. State 0 has seen nothing.
    ends : tuple of tuple of int
        The patterns, by index, that end in each state.
    longest : int
        The length of the longest pattern.
    """

    next: npt.NDArray[np.int32]
    ends: tuple[tuple[int, ...], ...]
    longest: int


def pattern_pair(
    text: str, rule: int, regions: tuple[tuple[int, int], ...], strands: Iterable[int]
) -> list[Pattern]:
    """Read an IUPAC pattern for the wanted strands; one that is its own mirror is taken once.

    Examples
    --------
    >>> len(pattern_pair("GAATTC", 0, (), (1, -1))), len(pattern_pair("GGTCTC", 0, (), (1, -1)))
    (1, 2)
    """
    forward = pattern_masks(text)
    mirror = mirrored_masks(forward)
    wanted = list(dict.fromkeys(strands))
    if forward == mirror:
        wanted = wanted[:1]
    return [Pattern(forward if strand == 1 else mirror, rule, regions, strand) for strand in wanted]


def build_automaton(patterns: Sequence[Pattern], letters: Iterable[int] = ()) -> Automaton:
    """Build the automaton of all patterns by the subset construction.

    A state is the set of pattern beginnings that the letters so far end with, kept as the bits of
    one number (the shift-and of Baeza-Yates and Gonnet, doi:10.1145/135239.135243). An ambiguous
    letter fits a pattern's letter if all its bases do.

    Parameters
    ----------
    patterns : sequence of Pattern
    letters : iterable of int
        Masks of ambiguous letters that will be read as well.

    Raises
    ------
    InputError
        The patterns need too many states.
    """
    firsts = lasts = offset = 0
    owner: dict[int, int] = {}
    fits = {mask: 0 for mask in {1, 2, 4, 8, *letters} if 0 < mask < 16}
    for index, pattern in enumerate(patterns):
        firsts |= 1 << offset
        for place, allowed in enumerate(pattern.sets):
            for mask in fits:
                if not mask & ~allowed:
                    fits[mask] |= 1 << (offset + place)
        offset += len(pattern.sets)
        lasts |= 1 << (offset - 1)
        owner[offset - 1] = index
    numbers = {0: 0}
    states = [0]
    rows: list[list[int]] = []
    ends: list[tuple[int, ...]] = []
    for state in states:  # grows while it is walked
        rows.append([0] * 16)
        ended = state & lasts
        found = []
        while ended:
            bit = ended & -ended
            found.append(owner[bit.bit_length() - 1])
            ended ^= bit
        ends.append(tuple(found))
        for mask, fit in fits.items():
            after = (state << 1 | firsts) & fit
            number = numbers.get(after)
            if number is None:
                number = numbers[after] = len(states)
                states.append(after)
                if number > LARGEST:
                    raise InputError(
                        f"the {len(patterns)} forbidden patterns need more than {LARGEST:,} states",
                        hint="ask for fewer patterns with many ambiguous letters",
                    )
            rows[-1][mask] = number
    longest = max((len(pattern.sets) for pattern in patterns), default=1)
    return Automaton(np.array(rows, np.int32), tuple(ends), longest)

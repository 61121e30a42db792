"""Search for IUPAC patterns, on both strands and across the origin, with mismatches if wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from biowright.core import InputError, Record, Sequence

from .iupac import masks, mirrored_masks, nucleotides, pattern_masks

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Counts = npt.NDArray[np.uint8]
    Quads = npt.NDArray[np.uint16]

__all__ = ["Hit", "find", "find_many"]

CHUNK = 1 << 19
"""Positions that are looked at together, so that the work stays in the processor's cache."""
MANY = 6
"""Patterns from which on it pays to sort the positions by their letters."""


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A place where a pattern fits.

    Parameters
    ----------
    start, end : int
        0-based, half-open, on the forward strand; on a circle the end may exceed the length.
    strand : int
        +1 or -1: the strand on which the pattern reads 5'→3'.
    mismatches : int, default 0
        How many letters do not fit.
    """

    start: int
    end: int
    strand: int
    mismatches: int = 0


def find(
    sequence: Sequence | Record | str,
    pattern: str | Sequence,
    *,
    strands: Iterable[int] = (1, -1),
    overlapping: bool = True,
    mismatches: int = 0,
) -> list[Hit]:
    """Find all places where a pattern fits a sequence.

    A letter of the sequence fits a letter of the pattern if all bases that it can be are among
    those that the pattern allows: A fits R, and R fits R and N, but N fits only N. Case does not
    matter, U is T, a gap fits nothing. A pattern that is its own reverse complement is found once,
    on the first of the wanted strands. A pattern longer than a circle does not fit.

    The time grows linearly with the sequence, whatever it and the pattern are: the mismatches of
    four letters at a time are looked up, and only places that are still good enough are looked at
    further.

    Parameters
    ----------
    sequence : Sequence, Record or str
        DNA or RNA, linear or circular.
    pattern : str or Sequence
        IUPAC letters, in either case.
    strands : iterable of int, default (1, -1)
    overlapping : bool, default True
        If False, hits on one strand share no letter: each strand is read 5'→3' (a circle from its
        origin) and a hit that overlaps an earlier one is left out.
    mismatches : int, default 0
        How many letters may not fit. There are no insertions and deletions.

    Returns
    -------
    list of Hit
        By start, the forward strand first.

    Raises
    ------
    SequenceError
        The sequence is a protein, or the pattern is empty or no IUPAC pattern.
    InputError
        A strand is neither +1 nor -1, or the number of mismatches is below 0.

    Examples
    --------
    >>> find(Sequence("ATTCGGGA", topology="circular"), "GAATTC")
    [Hit(start=6, end=12, strand=1, mismatches=0)]
    >>> find("AAGGTCTCAA", "gagacc")
    [Hit(start=2, end=8, strand=-1, mismatches=0)]
    """
    return find_many(
        sequence,
        {"": pattern},
        strands=strands,
        overlapping=overlapping,
        mismatches=mismatches,
    )[""]


def find_many(
    sequence: Sequence | Record | str,
    patterns: Mapping[str, str | Sequence] | Iterable[str],
    *,
    strands: Iterable[int] = (1, -1),
    overlapping: bool = True,
    mismatches: int = 0,
) -> dict[str, list[Hit]]:
    """Find many patterns in one sequence, faster than one after the other.

    Parameters
    ----------
    sequence : Sequence, Record or str
    patterns : mapping of name to pattern, or iterable of str
        Without names, a pattern is its own name.
    strands, overlapping, mismatches
        As in `find`.

    Returns
    -------
    dict of str to list of Hit
        In the order of the patterns, also those without a hit.

    Raises
    ------
    SequenceError, InputError
        As in `find`.

    Examples
    --------
    >>> hits = find_many("GAATTCGGATCC", {"EcoRI": "GAATTC", "BamHI": "GGATCC"})
    >>> [(name, hit.start) for name, hits in hits.items() for hit in hits]
    [('EcoRI', 0), ('BamHI', 6)]
    """
    named = (
        {name: patterns[name] for name in patterns}
        if isinstance(patterns, Mapping)
        else {pattern: pattern for pattern in patterns}
    )
    if mismatches < 0:
        raise InputError(f"{mismatches} mismatches", expected="0 or more")
    wanted = list(dict.fromkeys(strands))
    if not wanted or not set(wanted) <= {1, -1}:
        raise InputError(f"strands {wanted}", expected="+1, -1 or both")
    target = nucleotides(sequence)
    jobs: list[tuple[str, int, bytes]] = []
    for name, pattern in named.items():
        forward = pattern_masks(pattern)
        mirror = mirrored_masks(forward)
        sides = wanted[:1] if forward == mirror else wanted
        jobs += [(name, side, forward if side == 1 else mirror) for side in sides]
    found: dict[str, list[Hit]] = {name: [] for name in named}
    places = positions(target, [sets for _, _, sets in jobs], mismatches)
    for (name, side, sets), (starts, counts) in zip(jobs, places, strict=True):
        size = len(sets)
        if not overlapping:
            kept = _apart(starts, size, side, len(target), target.circular)
            starts, counts = starts[kept], counts[kept]
        found[name] += [
            Hit(start, start + size, side, count)
            for start, count in zip(starts.tolist(), counts.tolist(), strict=True)
        ]
    for hits in found.values():
        hits.sort(key=lambda hit: (hit.start, -hit.strand))
    return found


def positions(
    target: Sequence, patterns: list[bytes], mismatches: int = 0
) -> list[tuple[Ints, Ints]]:
    """Find where each pattern of masks fits the forward strand: starts and mismatches."""
    import numpy as np

    length = len(target)
    sets = masks(target.data)
    longest = max(map(len, patterns), default=1)
    if target.circular:
        turn = sets[: min(longest - 1, length)]
        sets += turn
    padded = np.frombuffer(sets + b"\0" * (longest + 3), np.uint8)
    counts = [
        (length if len(p) <= length else 0) if target.circular else length - len(p) + 1
        for p in patterns
    ]
    pieces: list[list[tuple[Ints, Ints]]] = [[] for _ in patterns]
    for at in range(0, max(counts, default=0), CHUNK):
        window = padded[at : at + CHUNK + longest + 3]
        quads = window[:-3].astype(np.uint16)
        for shift in range(1, 4):
            quads <<= 4
            quads |= window[shift : len(window) - 3 + shift]
        index = _index(quads) if len(patterns) >= MANY else None
        for pattern, count, piece in zip(patterns, counts, pieces, strict=True):
            here = min(count - at, CHUNK)
            if here > 0:
                starts, wrong = _fits(quads, index, here, pattern, mismatches)
                if len(starts):
                    piece.append((starts + at, wrong))
    none = (np.zeros(0, np.int64), np.zeros(0, np.int64))
    return [
        (np.concatenate([s for s, _ in piece]), np.concatenate([w for _, w in piece]))
        if piece
        else none
        for piece in pieces
    ]


@dataclass(frozen=True, slots=True)
class _Index:
    """Places sorted by the four letters that they have.

    `places` holds those of the first group of letters, of the second and so on; `groups` are the
    groups that occur, `bounds` where each begins, and `sizes` how many places it has.
    """

    places: Ints
    groups: Ints
    bounds: Ints
    sizes: Ints


def _index(quads: Quads) -> _Index:
    import numpy as np

    sizes = np.bincount(quads, minlength=1 << 16)
    groups = np.flatnonzero(sizes)
    sizes = sizes[groups]
    return _Index(np.argsort(quads, kind="stable"), groups, np.cumsum(sizes) - sizes, sizes)


def _fits(
    quads: Quads, index: _Index | None, count: int, pattern: bytes, mismatches: int
) -> tuple[Ints, Ints]:
    """Find the starts below `count` whose letters fit, four letters at a time."""
    import numpy as np

    # the most telling group first, so that few candidates are left
    groups = sorted(range(0, len(pattern), 4), key=lambda at: _freedom(pattern[at : at + 4]))
    first = groups[0]
    table = _quad_table(pattern[first : first + 4])
    starts = None if index is None else _looked_up(index, table <= min(mismatches, 4))
    if starts is None:
        wrong = table[quads[first : first + count]]
        starts = np.flatnonzero(wrong <= min(mismatches, 4))
    else:
        starts = starts - first
        starts = np.sort(starts[(starts >= 0) & (starts < count)])
    total = table[quads[starts + first]].astype(np.int64)
    for group in groups[1:]:
        if not len(starts):
            break
        total += _quad_table(pattern[group : group + 4])[quads[starts + group]]
        kept = total <= mismatches
        starts, total = starts[kept], total[kept]
    return starts, total


def _looked_up(index: _Index, wanted: npt.NDArray[np.bool_]) -> Ints | None:
    """Give the places of the wanted groups, or None where looking at all places costs less."""
    import numpy as np

    chosen = np.flatnonzero(wanted[index.groups])
    sizes = index.sizes[chosen]
    if len(chosen) > 256 or 8 * sizes.sum() > len(index.places):
        return None
    pieces = [
        index.places[low : low + size]
        for low, size in zip(index.bounds[chosen].tolist(), sizes.tolist(), strict=True)
    ]
    return np.concatenate(pieces) if pieces else index.places[:0]


def _freedom(group: bytes) -> int:
    return prod(mask.bit_count() for mask in group) * (1 << 4 * (4 - len(group)))


@lru_cache(maxsize=512)
def _quad_table(pattern: bytes) -> Counts:
    """Give the number of letters that do not fit, for each group of four letters as 16 bits."""
    import numpy as np

    letters = np.arange(16)
    table = np.zeros((1, 1), np.uint8)
    for allowed in pattern:
        wrong = ((letters & ~allowed & 15) != 0) | (letters == 0)
        table = table.reshape(-1, 1) + wrong.astype(np.uint8)
    return np.repeat(table.ravel(), 16 ** (4 - len(pattern)))


def _apart(
    starts: Ints, size: int, strand: int, length: int, circular: bool
) -> npt.NDArray[np.bool_]:
    """Choose hits that share no letter, in reading order."""
    import numpy as np

    read = starts if strand == 1 else length - starts - size
    if circular:
        read = read % length
    kept = np.zeros(len(starts), bool)
    free = 0
    limit = None  # on a circle, where the first hit begins again
    for index in np.argsort(read).tolist():
        at = int(read[index])
        if at < free or (limit is not None and at + size > limit):
            continue
        kept[index] = True
        free = at + size
        if circular and limit is None:
            limit = at + length
    return kept

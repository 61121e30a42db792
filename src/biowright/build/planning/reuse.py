"""Which parts of a target one has already: the longest exact matches, both strands, across origins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biowright.bio import other_strand
from biowright.core import Record
from biowright.core import Sequence as Letters

from .difficulty import kmer_codes

__all__ = ["Match", "best_cover", "find_matches"]

SEED = 24


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A stretch of the target that a molecule holds.

    Parameters
    ----------
    start, end : int
        In the target, 0-based and half-open; over the origin of a circle the end exceeds the length.
    source : int
        Which molecule, from 0.
    at : int
        Where it begins in the molecule, on its forward strand; over the origin as above.
    strand : int
    """

    start: int
    end: int
    source: int
    at: int
    strand: int

    def __len__(self) -> int:
        return self.end - self.start


def find_matches(target: Letters, sources: Sequence[Record], least: int = 150) -> list[Match]:
    """Find all longest exact matches of at least so many bases.

    Parameters
    ----------
    target : Sequence
    sources : sequence of Record
    least : int, default 150
        24 or more.

    Returns
    -------
    list of Match
        By place in the target. A match is as long as it can be, at most once around either circle.
    """
    least = max(least, SEED)
    size = len(target)
    text = str(target).upper()
    around = text + text if target.circular else text
    found: set[Match] = set()
    if size < SEED:
        return []
    wanted, _, known = kmer_codes(text + (text[: SEED - 1] if target.circular else ""), SEED)
    order = np.argsort(wanted, kind="stable")
    ranked = wanted[order]
    for number, record in enumerate(sources):
        letters = str(record.sequence).upper()
        for strand in (1, -1):
            one = letters if strand == 1 else other_strand(letters)
            double = one + one if record.circular else one
            # a match of `least` bases holds a seed that begins at a multiple of this
            pitch = least - SEED + 1
            limit = len(one)
            places = np.arange(0, max(len(double) - SEED + 1, 0), pitch)
            places = places[places < limit + (pitch if record.circular else 0)]
            if not len(places):
                continue
            codes, _, good = kmer_codes(double, SEED)
            reached: dict[int, int] = {}  # how far each diagonal was followed already
            lows = np.searchsorted(ranked, codes[places], "left")
            highs = np.searchsorted(ranked, codes[places], "right")
            for place, low, high in zip(
                places.tolist(), lows.tolist(), highs.tolist(), strict=True
            ):
                if not good[place]:
                    continue
                for index in order[low:high].tolist():
                    diagonal = (index - place) % size if target.circular else index - place
                    if not known[index] or place < reached.get(diagonal, -1):
                        continue
                    reached[diagonal] = _extend(
                        around,
                        size,
                        target.circular,
                        double,
                        limit,
                        record.circular,
                        index,
                        place,
                        number,
                        strand,
                        least,
                        found,
                    )
    return sorted(found)


def _extend(
    around: str,
    size: int,
    turns: bool,
    double: str,
    limit: int,
    source_turns: bool,
    index: int,
    place: int,
    number: int,
    strand: int,
    least: int,
    found: set[Match],
) -> int:
    """Make a seed as long as both allow; give where it ends in the source."""
    most = min(size if turns else len(around), limit if source_turns else len(double))
    # to the right
    right = SEED
    i, j = index, place
    room = most
    while right < room:
        a, b = i + right, j + right
        if turns:
            a %= size
        elif a >= len(around):
            break
        if source_turns:
            b %= limit
        elif b >= len(double):
            break
        if around[a] != double[b]:
            break
        # letter by letter only up to here; the rest is compared in strides
        stride = _stride(around, double, a, b, room - right)
        right += max(1, stride)
    right = min(right, room)
    left = 0
    while left + right < room:
        a, b = i - left - 1, j - left - 1
        if turns:
            a %= size
        elif a < 0:
            break
        if source_turns:
            b %= limit
        elif b < 0:
            break
        if around[a] != double[b]:
            break
        left += 1
    start, length = i - left, left + right
    if length < least:
        return j + right
    at = j - left
    if turns:
        start %= size
        if source_turns and length == size == limit:
            start, at = 0, at - start  # the whole circle begins nowhere
    if source_turns:
        at %= limit
    if strand == -1:
        # counted on the forward strand of the source
        at = limit - at - length
        if source_turns:
            at %= limit
    found.add(Match(start, start + length, number, at, strand))
    return j + right


def _stride(one: str, other: str, a: int, b: int, most: int) -> int:
    """Give how many letters are equal from two places on, before either text ends."""
    size = min(most, len(one) - a, len(other) - b)
    step, done = 1024, 0
    while done < size:
        piece = min(step, size - done)
        if one[a + done : a + done + piece] == other[b + done : b + done + piece]:
            done += piece
            continue
        if piece == 1:
            return done
        step = max(1, piece // 2)
    return done


def best_cover(matches: Sequence[Match], size: int, circular: bool) -> list[Match]:
    """Choose matches, the longest first, that do not overlap; what overlaps is cut back.

    Returns
    -------
    list of Match
        By place; on a circle the last may cross the origin.
    """
    chosen: list[Match] = []
    for match in sorted(matches, key=lambda m: (-len(m), m.start, m.source)):
        trimmed: Match | None = match
        for other in chosen:
            if trimmed is not None:
                trimmed = _without(trimmed, other, size, circular)
        if trimmed is not None and len(trimmed) >= 150:
            chosen.append(trimmed)
    return sorted(chosen)


def _without(match: Match, other: Match, size: int, circular: bool) -> Match | None:
    """Take away what another match covers; a rest on one side only."""
    start, end = match.start, match.end
    for turn in (-size, 0, size) if circular else (0,):
        low, high = other.start + turn, other.end + turn
        if high <= start or low >= end:
            continue
        left, right = low - start, end - high
        if max(left, right) <= 0:
            return None
        if left >= right:
            end = low
        else:
            start = high
    moved = start - match.start if match.strand == 1 else match.end - end
    start_now = start % size if circular else start
    return Match(start_now, start_now + end - start, match.source, match.at + moved, match.strand)

"""The segments of SnapGene's features, and the spans of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element

from biowright.core import Feature, FormatError, Location, Sequence, Span

Report = Callable[[str, str], None]


def read_range(text: str, sequence: Sequence, title: str, first: int = 1) -> tuple[int, int]:
    """Translate SnapGene's inclusive range, whose first letter counts as `first`, into boundaries.

    A range that ends before it begins goes over the origin of a circle; so does one that ends just
    before it begins, which is the whole circle.
    """
    match = re.fullmatch(r"\s*(\d{1,12})-(\d{1,12})\s*", text)
    if not match:
        raise FormatError(f"{title}: {text[:40]!r} is no range", expected="first-last")
    start, end = int(match[1]) - first, int(match[2]) - first + 1
    length = len(sequence)
    if start < 0 or start >= length or end < 0 or end > length:
        raise FormatError(
            f"{title}: the range {text} lies outside of the sequence", expected=f"1 to {length}"
        )
    if start >= end:
        if not sequence.circular:
            raise FormatError(f"{title}: the range {text} goes over the end of a linear sequence")
        end += length
    return start, end


def write_range(start: int, end: int, length: int, first: int = 1) -> str:
    """Translate boundaries into SnapGene's inclusive range."""
    return f"{start % length + first}-{(end - 1) % length + first}"


def read_segments(element: Element, strand: int, sequence: Sequence, title: str) -> Location:
    """Translate a feature's segments; gaps between them have no meaning of their own.

    Segments stand from left to right whatever the strand, spans as the feature is read.
    """
    spans = [
        Span(*read_range(segment.get("range", ""), sequence, title), strand)
        for segment in standard_segments(element)
    ]
    if not spans:
        raise FormatError(f"{title} has no segment")
    return Location(tuple(spans if strand == 1 else reversed(spans)))


def standard_segments(element: Element) -> list[Element]:
    """Give the segments that are no gaps."""
    return [s for s in element.iterfind("Segment") if s.get("type", "standard") != "gap"]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What can be written of a location: boundaries from left to right, on one strand or none."""

    bounds: tuple[tuple[int, int], ...]
    strand: int | None

    def gaps(self, length: int) -> Iterator[tuple[int, int] | None]:
        """Give the gap after each piece, None where the next one does not lie behind it."""
        for (_, end), (start, _) in pairwise(self.bounds):
            if end > length:  # the piece goes over the origin, and the next one begins behind it
                end -= length
            yield (end, start) if start > end else None
        yield None

    @property
    def overlapping(self) -> bool:
        """Whether two pieces share a letter."""
        ordered = sorted(self.bounds)
        return any(start < end for (_, end), (start, _) in pairwise(ordered))


def pieces(feature: Feature, sequence: Sequence, lost: Report) -> Pieces | None:
    """Give what SnapGene can hold of a feature's location; tell the rest as losses.

    Returns
    -------
    Pieces or None
        None where nothing of it lies in the sequence.
    """
    location = feature.location
    length = len(sequence)
    whole = f"{feature.type} {location}"
    if len(location.local) < len(location.parts):
        lost("location", f"{whole}: parts in other records")
    if not location.exact:
        lost("fuzzy ends", whole)
    if location.operator != "join" and len(location.parts) > 1:
        lost("location", f"{whole}: '{location.operator}' is written as join")
    bounds = []
    for part in location.local:
        start, end = part.start, part.end
        if start == end:  # a site between two letters
            lost("location", f"{whole}: a site between letters is written as its two neighbours")
            start, end = start - 1, end + 1
            if sequence.circular and start < 0:
                start, end = start + length, end + length
            elif not sequence.circular:
                start, end = max(start, 0), min(end, length)
        if start >= length and sequence.circular and length:
            start, end = start % length, end - (start - start % length)
        if end - start > length or start >= length or (end > length and not sequence.circular):
            lost("location", f"{whole}: a part outside of the sequence")
            continue
        bounds.append((start, end))
    if not bounds:
        lost("feature", f"{whole}: no part lies in the sequence")
        return None
    if location.strand is None:
        lost("strand", f"{whole}: parts on both strands are written without a direction")
    if location.strand == -1:
        bounds.reverse()
    return Pieces(tuple(bounds), location.strand)


def rigid_move(old: Location, new: Location, length: int) -> tuple[int, int] | None:
    """Find ``sign, offset`` such that each boundary x of `old` is ``sign * x + offset`` in `new`.

    Offsets count modulo `length`. None where a part has changed its length or its place among them.
    """
    if len(old.parts) != len(new.parts):
        return None
    moves = set()
    for before, after in zip(old.parts, new.parts, strict=True):
        if len(before) != len(after):
            return None
        sign = before.strand * after.strand
        moves.add((sign, (after.start - (before.start if sign == 1 else -before.end)) % length))
    return moves.pop() if len(moves) == 1 else None

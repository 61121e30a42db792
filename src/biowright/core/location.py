"""Locations: where a feature lies, exact or fuzzy, in one or several pieces, on either strand.

Coordinates are 0-based and half-open. A piece that crosses the origin of a circular sequence is
one `Span` whose end exceeds the length: on 5,000 bp, 4990..5020 covers the last ten and the first
twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from .errors import LocationError
from .sequence import Molecule, Sequence, Topology

__all__ = ["Fuzz", "FuzzKind", "Location", "Span"]


class FuzzKind(StrEnum):
    """Why a boundary is not exactly where it is written."""

    BEFORE = "before"  # <10: at 10 or further left
    AFTER = "after"  # >10: at 10 or further right
    WITHIN = "within"  # (10.20): somewhere between
    ONE_OF = "one-of"  # one-of(10,15): one of these
    UNKNOWN = "unknown"  # ?: somewhere


@dataclass(frozen=True, slots=True)
class Fuzz:
    """How a boundary is uncertain.

    Parameters
    ----------
    kind : FuzzKind
    positions : tuple of int
        For `WITHIN` the two limits, for `ONE_OF` all choices, as boundaries (0-based, half-open,
        like the start or end that they replace); empty otherwise.
    """

    kind: FuzzKind
    positions: tuple[int, ...] = ()

    def moved(self, move: Callable[[int], int]) -> Fuzz:
        """Give the same uncertainty with its positions moved."""
        if not self.positions:
            return self
        return Fuzz(self.kind, tuple(move(p) for p in self.positions))

    def mirrored(self, length: int) -> Fuzz:
        """Give the same uncertainty seen from the other strand."""
        kind = _MIRROR.get(self.kind, self.kind)
        return Fuzz(kind, tuple(length - p for p in reversed(self.positions)))


_MIRROR = {FuzzKind.BEFORE: FuzzKind.AFTER, FuzzKind.AFTER: FuzzKind.BEFORE}
BEFORE = Fuzz(FuzzKind.BEFORE)
AFTER = Fuzz(FuzzKind.AFTER)


@dataclass(frozen=True, slots=True)
class Span:
    """One contiguous piece of a sequence, on one strand.

    Parameters
    ----------
    start, end : int
        Boundaries, 0-based and half-open. ``start == end`` is a site between two letters
        (GenBank's ``10^11``). ``end`` above the length crosses the origin of a circle.
    strand : int, default 1
        +1 or -1.
    start_fuzz, end_fuzz : Fuzz, optional
        How the boundaries are uncertain; None is exact.
    accession : str, optional
        Set when the piece lies in another record (``J00194.1:100..202``).

    Raises
    ------
    LocationError
        The end lies before the start, or the strand is neither +1 nor -1.
    """

    start: int
    end: int
    strand: int = 1
    start_fuzz: Fuzz | None = None
    end_fuzz: Fuzz | None = None
    accession: str | None = None

    def __post_init__(self) -> None:
        if self.start < 0 or self.end < self.start:
            raise LocationError(
                f"{self.start}..{self.end} is no span",
                expected="0 <= start <= end",
                hint="a span over the origin of a circle has an end above the length",
            )
        if self.strand != 1 and self.strand != -1:
            raise LocationError(f"strand {self.strand!r}", expected="+1 or -1")

    def __len__(self) -> int:
        return self.end - self.start

    def __bool__(self) -> bool:
        return True  # also a site between two letters

    @property
    def exact(self) -> bool:
        """Whether both boundaries are certain."""
        return self.start_fuzz is None and self.end_fuzz is None

    def shifted(self, offset: int) -> Span:
        """Give the span moved by `offset` letters."""
        if self.accession is not None or not offset:
            return self
        if self.exact:
            return Span(self.start + offset, self.end + offset, self.strand)
        return Span(
            self.start + offset,
            self.end + offset,
            self.strand,
            self.start_fuzz and self.start_fuzz.moved(lambda p: p + offset),
            self.end_fuzz and self.end_fuzz.moved(lambda p: p + offset),
        )

    def mirrored(self, length: int) -> Span:
        """Give the span as seen from the other strand: ``x`` becomes ``length - x``."""
        if self.accession is not None:
            return Span(
                self.start, self.end, -self.strand, self.start_fuzz, self.end_fuzz, self.accession
            )
        return Span(
            length - self.end,
            length - self.start,
            -self.strand,
            self.end_fuzz and self.end_fuzz.mirrored(length),
            self.start_fuzz and self.start_fuzz.mirrored(length),
        )


@dataclass(frozen=True, slots=True)
class Location:
    """Where a feature lies: one span, or several in the order in which the feature is read (5'→3').

    Parameters
    ----------
    parts : tuple of Span
        At least one. ``complement(join(1..5,11..15))`` has the parts 10..15 (-) and 0..5 (-).
    operator : str, default "join"
        How several parts belong together: "join", "order" or "bond".

    Examples
    --------
    >>> exons = Location.of((0, 5), (10, 15), strand=-1)
    >>> str(exons)
    'complement(join(1..5,11..15))'
    >>> exons.start, exons.end, exons.strand, len(exons)
    (0, 15, -1, 10)
    >>> str(exons.extract(Sequence("AAAAACCCCCGGGGG")))
    'CCCCCTTTTT'
    """

    parts: tuple[Span, ...]
    operator: str = "join"

    def __post_init__(self) -> None:
        if not self.parts:
            raise LocationError("a location needs at least one span")

    @classmethod
    def of(cls, *bounds: tuple[int, int], strand: int = 1, operator: str = "join") -> Location:
        """Make a location from (start, end) pairs in ascending order, all on one strand."""
        spans = [Span(start, end, strand) for start, end in bounds]
        return cls(tuple(spans if strand == 1 else reversed(spans)), operator)

    @property
    def start(self) -> int:
        """The leftmost boundary of the parts in this record."""
        return min((p.start for p in self.local), default=0)

    @property
    def end(self) -> int:
        """The rightmost boundary of the parts in this record; over an origin, above the length."""
        return max((p.end for p in self.local), default=0)

    @property
    def strand(self) -> int | None:
        """+1 or -1, or None where the parts lie on both strands."""
        strands = {p.strand for p in self.parts}
        return strands.pop() if len(strands) == 1 else None

    @property
    def local(self) -> tuple[Span, ...]:
        """The parts that lie in this record (not in another accession)."""
        parts = self.parts
        if len(parts) == 1 and parts[0].accession is None:
            return parts
        return tuple(p for p in parts if p.accession is None)

    @property
    def exact(self) -> bool:
        """Whether every boundary is certain."""
        return all(p.exact for p in self.parts)

    def __len__(self) -> int:
        return sum(len(p) for p in self.parts)

    def __bool__(self) -> bool:
        return True  # also a site between two letters

    def __iter__(self) -> Iterator[Span]:
        return iter(self.parts)

    def __str__(self) -> str:
        """Write the location as GenBank does, without splitting at an origin."""
        return location_text(self)

    def shifted(self, offset: int) -> Location:
        """Give the location moved by `offset` letters."""
        if not offset:
            return self
        return Location(tuple(p.shifted(offset) for p in self.parts), self.operator)

    def mirrored(self, length: int) -> Location:
        """Give the location as seen from the other strand of a sequence of that length."""
        return Location(tuple(p.mirrored(length) for p in self.parts), self.operator)

    def extract(self, sequence: Sequence) -> Sequence:
        """Read the letters of the location from a sequence, 5'→3'.

        Raises
        ------
        LocationError
            A part lies outside of the sequence or in another record.
        """
        pieces = []
        protein = sequence.molecule is Molecule.PROTEIN
        for part in self.parts:
            if part.accession is not None:
                raise LocationError(
                    f"a part lies in another record, {part.accession}",
                    hint="read that record and extract the part from it",
                )
            if part.end > len(sequence) and not (
                sequence.circular and part.start <= len(sequence) and len(part) <= len(sequence)
            ):
                raise LocationError(
                    f"{part.start}..{part.end} lies outside of a {sequence.topology} sequence of "
                    f"{len(sequence)}"
                )
            piece = sequence.window(part.start, part.end).data
            if part.strand == -1 and not protein:
                piece = piece.translate(sequence.complement_table())[::-1]
            pieces.append(piece)
        return Sequence.trusted(b"".join(pieces), sequence.molecule, Topology.LINEAR)

    def positions(self, length: int | None = None) -> Iterator[int]:
        """Walk the letters' positions in reading order, modulo `length` if it is given."""
        for part in self.local:
            walk = range(part.start, part.end)
            for position in walk if part.strand == 1 else reversed(walk):
                yield position % length if length else position

    def overlaps(self, start: int, end: int, length: int | None = None) -> bool:
        """Tell whether any letter lies in start..end; give `length` where spans cross an origin."""
        windows = [(start, end)]
        if length:
            windows += [(start + length, end + length), (start - length, end - length)]
        return any(p.start < e and s < p.end for p in self.local for s, e in windows)


def boundary_text(position: int, fuzz: Fuzz | None, offset: int) -> str:
    """Write one boundary in GenBank's notation; `offset` is 1 for starts and 0 for ends."""
    if fuzz is None:
        return str(position + offset)
    match fuzz.kind:
        case FuzzKind.BEFORE:
            return f"<{position + offset}"
        case FuzzKind.AFTER:
            return f">{position + offset}"
        case FuzzKind.WITHIN:
            return f"({'.'.join(str(p + offset) for p in fuzz.positions)})"
        case FuzzKind.ONE_OF:
            return f"one-of({','.join(str(p + offset) for p in fuzz.positions)})"
        case FuzzKind.UNKNOWN:
            return "?"


def span_texts(span: Span, length: int | None = None) -> list[str]:
    """Write one span in GenBank's notation, without its strand: two pieces where it is split.

    A span is split at the origin when `length` is given and its end exceeds it.
    """
    prefix = f"{span.accession}:" if span.accession else ""
    if span.start == span.end and span.exact:
        if length is not None and span.start in (0, length) and span.accession is None:
            return [f"{length}^1"]  # the site at the origin of a circle
        return [f"{prefix}{span.start}^{span.start + 1}"]
    if length is not None and span.start < length < span.end and span.accession is None:
        tail = span.end - length
        tail_fuzz = span.end_fuzz and span.end_fuzz.moved(lambda p: p - length)
        return [
            *span_texts(Span(span.start, length, 1, span.start_fuzz)),
            *span_texts(Span(0, tail, 1, None, tail_fuzz)),
        ]
    start = boundary_text(span.start, span.start_fuzz, 1)
    if span.end == span.start + 1 and span.exact:
        return [prefix + start]
    return [f"{prefix}{start}..{boundary_text(span.end, span.end_fuzz, 0)}"]


def location_text(location: Location, length: int | None = None) -> str:
    """Write a location in GenBank's notation (1-based, inclusive).

    With `length`, spans over the origin of a circle are written as a join of their two pieces.
    """
    parts = location.parts
    reverse = all(p.strand == -1 for p in parts)
    pieces: list[str] = []
    for part in reversed(parts) if reverse else parts:
        texts = span_texts(part, length)
        if part.strand == -1 and not reverse:
            texts = [f"complement({text})" for text in reversed(texts)]
        pieces += texts
    text = pieces[0] if len(pieces) == 1 else f"{location.operator}({','.join(pieces)})"
    return f"complement({text})" if reverse else text

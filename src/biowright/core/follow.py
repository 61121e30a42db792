"""How a location follows an edit of its sequence: the rules of `biowright.core.edit`, part by part.

Two rules are enough. `through_window` is for a window that is replaced by other letters, which move
everything behind them. `onto_pieces` is for a new sequence that is put together from pieces of the
old one. Both tell where each part has gone and which of its letters are lost; what becomes of the
whole location, and what the mark says, is then decided in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from .location import AFTER, BEFORE, Fuzz, Location, Span

__all__ = ["Piece", "Window", "joined", "normalised", "onto_pieces", "opened", "through_window"]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a sequence that is replaced by other letters.

    Parameters
    ----------
    start, end : int
        0 <= start <= end <= length: it does not cross the origin.
    inserted : int
        How many letters take its place.
    length : int
        The length of the sequence before.
    circular : bool
    unit : str
        What a letter is called in a mark: nt or aa.
    """

    start: int
    end: int
    inserted: int
    length: int
    circular: bool
    unit: str = "nt"

    @property
    def growth(self) -> int:
        """How much longer the sequence becomes."""
        return self.inserted - (self.end - self.start)

    @property
    def images(self) -> tuple[int, ...]:
        """The turns of the circle in which a span may meet the window, the highest first."""
        return (self.length, 0) if self.circular else (0,)

    def start_moved(self, position: int) -> int:
        """Give where a span's start goes; from inside the window, behind the new letters."""
        for image in self.images:
            if position >= self.end + image:
                position += self.growth
            elif position > self.start + image:
                position = self.start + image + self.inserted
        return position

    def end_moved(self, position: int) -> int:
        """Give where a span's end goes; from inside the window, before the new letters."""
        for image in self.images:
            if position > self.start + image:
                behind = position >= self.end + image
                position = position + self.growth if behind else self.start + image
        return position


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the old sequence, not over the origin, that lies in the new one from `at` on.

    On strand -1 it lies there reversed and complemented.
    """

    start: int
    end: int
    strand: int
    at: int

    def moved(self, position: int) -> int:
        """Give where a boundary lies in the new sequence."""
        offset = position - self.start if self.strand == 1 else self.end - position
        return self.at + offset


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of one part: its spans in reading order, letters lost, whether others came in.

    Lost letters are counted from the part's 5' end.
    """

    spans: tuple[Span, ...]
    lost: tuple[tuple[int, int], ...] = ()
    foreign: bool = False


def through_window(location: Location, window: Window) -> tuple[Location, str | None]:
    """Follow a window's replacement.

    Returns
    -------
    Location
        A site between two letters where nothing is left.
    str or None
        What the location lost, or what came into it.
    """
    fates = [_through(part, window) for part in location.parts]
    followed, cut = _assembled(location, fates, window.unit, window.inserted)
    if followed is None:
        first = next(part for part in location.parts if part.accession is None)
        followed = Location((Span(window.start, window.start, first.strand),))
    if window.circular:
        followed = normalised(followed, window.length + window.growth)
    return followed, cut


def onto_pieces(
    location: Location, pieces: Sequence[Piece], length: int, *, merge: bool, unit: str = "nt"
) -> tuple[Location | None, str | None]:
    """Follow a sequence that is put together from pieces of the old one.

    Parameters
    ----------
    location : Location
    pieces : sequence of Piece
    length : int
        The length of the old sequence; a span's end above it crosses the origin.
    merge : bool
        Whether parts that come to lie side by side become one.
    unit : str
        What a letter is called in a mark: nt or aa.

    Returns
    -------
    Location or None
        None where nothing of it lies on any piece.
    str or None
        What the location lost.
    """
    fates = [_onto(part, pieces, length) for part in location.parts]
    followed, cut = _assembled(location, fates, unit)
    if followed is not None and merge:
        followed = Location(_merged(followed.parts), followed.operator)
    return followed, cut


def normalised(location: Location, length: int) -> Location:
    """Begin every part of a location on a circle before the circle's length."""
    if all(0 <= p.start < length or p.accession is not None for p in location.parts):
        return location
    turn = length or 1
    return Location(
        tuple(p.shifted(-(p.start // turn * turn)) for p in location.parts), location.operator
    )


def joined(location: Location, length: int) -> Location:
    """Make one span of parts that follow each other over the origin of a circle."""
    parts: list[Span] = []
    for part in location.parts:
        if parts and (whole := _over_origin(parts[-1], part, length)):
            parts[-1] = whole
        else:
            parts.append(part)
    return (
        location if len(parts) == len(location.parts) else Location(tuple(parts), location.operator)
    )


def _over_origin(first: Span, second: Span, length: int) -> Span | None:
    """Give two parts as one span, if the second goes on where the first reaches the origin."""
    low, high = (first, second) if first.strand == 1 else (second, first)
    if (
        first.strand != second.strand
        or first.accession is not None
        or second.accession is not None
        or low.end != length
        or high.start != 0
        or low.end_fuzz is not None
        or high.start_fuzz is not None
        or not 0 < len(high) <= length - len(low) < length
    ):
        return None
    end_fuzz = high.end_fuzz and high.end_fuzz.moved(lambda p: p + length)
    return Span(low.start, length + high.end, low.strand, low.start_fuzz, end_fuzz)


def opened(location: Location, length: int) -> Location:
    """Make two parts of each span over the origin of a circle."""
    parts: list[Span] = []
    for part in location.parts:
        if part.accession is not None or part.end <= length:
            parts.append(part)
            continue
        end_fuzz = part.end_fuzz and part.end_fuzz.moved(lambda p: p - length)
        halves = (
            Span(part.start, length, part.strand, part.start_fuzz),
            Span(0, part.end - length, part.strand, None, end_fuzz),
        )
        parts += halves[:: part.strand]
    return Location(tuple(parts), location.operator)


def _through(part: Span, window: Window) -> _Fate:
    if part.accession is not None:
        return _Fate((part,))
    start, end = part.start, part.end
    low_lost = high_lost = foreign = gone = False
    lost = []
    for image in window.images:
        a, b = window.start + image, window.end + image
        if end <= a or start >= b:
            if end > a:
                start, end = start + window.growth, end + window.growth
            continue
        # an image further right has moved the end only, so the part's own letters count as before
        lost.append((max(start, a) - part.start, min(part.end, b) - part.start))
        if start <= a and b <= end:
            foreign |= window.inserted > 0
            low_lost |= start == a < b and not window.inserted
            high_lost |= b == end and a < b and not window.inserted
            end += window.growth
            gone = start == end
        elif a <= start and end <= b:
            gone = True
        elif start < a:
            high_lost, end = True, a
        else:
            low_lost, start, end = True, a + window.inserted, end + window.growth
    letters = [(low, high) for low, high in sorted(lost) if low < high]
    if part.strand == -1:
        letters = [(len(part) - high, len(part) - low) for low, high in reversed(letters)]
    if gone:
        return _Fate((), tuple(letters))

    span = Span(
        start,
        end,
        part.strand,
        BEFORE if low_lost else part.start_fuzz and part.start_fuzz.moved(window.start_moved),
        AFTER if high_lost else part.end_fuzz and part.end_fuzz.moved(window.end_moved),
    )
    return _Fate((span,), tuple(letters), foreign)


def _onto(part: Span, pieces: Sequence[Piece], length: int) -> _Fate:
    if part.accession is not None:
        return _Fate((part,))
    if part.start == part.end:
        for piece in pieces:
            if piece.start <= part.start <= piece.end:
                at = piece.moved(part.start)
                return _Fate((Span(at, at, part.strand * piece.strand),))
        return _Fate(())
    segments = [(part.start, min(part.end, length), 0)]
    if part.end > length:
        segments.append((max(part.start - length, 0), part.end - length, length))
    spans: list[Span] = []
    lost = []
    done = part.start
    for start, end, turn in segments:
        # where pieces overlap, the one that holds all of the part is its own
        holding = [p for p in pieces if p.start <= start and end <= p.end][:1]
        for piece in holding or sorted(pieces, key=lambda p: p.start):
            low, high = max(start, piece.start, done - turn), min(end, piece.end)
            if low >= high:
                continue
            if low + turn > done:
                lost.append((done - part.start, low + turn - part.start))
            first = low + turn == part.start
            last = high + turn == part.end
            spans.append(_oriented(part, piece, low, high, turn, first, last))
            done = high + turn
    if done < part.end:
        lost.append((done - part.start, len(part)))
    if part.strand == -1:
        spans.reverse()
        lost = [(len(part) - high, len(part) - low) for low, high in reversed(lost)]
    return _Fate(_merged(spans), tuple(lost))


def _oriented(
    part: Span, piece: Piece, low: int, high: int, turn: int, first: bool, last: bool
) -> Span:
    """Give the stretch low..high of a part as it lies in the new sequence."""

    def move(position: int) -> int:
        return piece.moved(position - turn)

    before = part.start_fuzz if first else BEFORE
    after = part.end_fuzz if last else AFTER
    if piece.strand == 1:
        return Span(
            piece.moved(low),
            piece.moved(high),
            part.strand,
            before and before.moved(move),
            after and after.moved(move),
        )
    return Span(
        piece.moved(high),
        piece.moved(low),
        -part.strand,
        after and _turned(after, move),
        before and _turned(before, move),
    )


def _turned(fuzz: Fuzz, move: Callable[[int], int]) -> Fuzz:
    # mirrored about 0 it has the right kind and order; move then takes back the sign
    return fuzz.mirrored(0).moved(lambda position: move(-position))


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last and last.accession is None and span.accession is None and len(last) and len(span):
            if last.strand == span.strand == 1 and last.end == span.start:
                merged[-1] = replace(last, end=span.end, end_fuzz=span.end_fuzz)
                continue
            if last.strand == span.strand == -1 and last.start == span.end:
                merged[-1] = replace(last, start=span.start, start_fuzz=span.start_fuzz)
                continue
        merged.append(span)
    return tuple(merged)


def _assembled(
    location: Location, fates: Sequence[_Fate], unit: str, inserted: int = 0
) -> tuple[Location | None, str | None]:
    """Put the parts that are left together, and say what is not."""
    spans = [span for fate in fates for span in fate.spans]
    cut = _cut(location, fates, unit, inserted)
    if not spans:
        return None, cut
    whole = list(zip(location.parts, fates, strict=True))
    if any(len(part) for part, _ in takewhile(_dropped, whole)):
        spans[0] = _open(spans[0], 5)
    if any(len(part) for part, _ in takewhile(_dropped, reversed(whole))):
        spans[-1] = _open(spans[-1], 3)
    if len(spans) == 1 and len(location.parts) > 1:
        return Location((spans[0],)), cut
    return Location(tuple(spans), location.operator), cut


def _dropped(part: tuple[Span, _Fate]) -> bool:
    return not part[1].spans


def _open(span: Span, end: int) -> Span:
    """Say of a part, now the outermost, that the feature goes on beyond it."""
    if span.accession is not None or span.start == span.end:
        return span
    if (end == 5) == (span.strand == 1):
        return replace(span, start_fuzz=BEFORE)
    return replace(span, end_fuzz=AFTER)


def _cut(location: Location, fates: Sequence[_Fate], unit: str, inserted: int) -> str | None:
    total = 0
    lost: list[list[int]] = []
    for part, fate in zip(location.parts, fates, strict=True):
        for low, high in fate.lost:
            if lost and lost[-1][1] == total + low:
                lost[-1][1] = total + high
            else:
                lost.append([total + low, total + high])
        total += len(part)
    foreign = any(fate.foreign for fate in fates)
    if not lost:
        if foreign:
            return f"interrupted by {inserted} {unit}"
        return "lost its place" if not all(fate.spans for fate in fates) else None
    if lost == [[0, total]]:
        text = f"lost all its {total} {unit}"
    else:
        losses = []
        inside = sum(high - low for low, high in lost if low > 0 and high < total)
        if lost[0][0] == 0:
            losses.append(f"{lost[0][1]} {unit} at its 5' end")
        if inside:
            losses.append(f"{inside} {unit} inside")
        if lost[-1][1] == total:
            losses.append(f"{total - lost[-1][0]} {unit} at its 3' end")
        text = "lost " + " and ".join(losses)
    return f"{text}, with {inserted} {unit} in their place" if foreign else text

"""What a map shows: the features of a record, or of a window of it, in map coordinates."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from ..errors import LocationError
from ..feature import Feature
from ..location import Fuzz, FuzzKind, Location, location_text
from ..record import Record
from ..sequence import Molecule
from .lettering import clean
from .palette import family_of

__all__ = ["Item", "Piece", "View", "look_at"]

HIDDEN = frozenset({"source"})
# on the forward strand these have no direction unless the file states one
_UNDIRECTED = {"protein_bind", "misc_binding", "repeat_region", "repeat_unit", "variation"}
_UNDIRECTED |= {"misc_difference", "stem_loop", "modified_base", "gap", "assembly_gap", "unsure"}
_UNDIRECTED |= {"STS", "conflict", "centromere", "telomere", "misc_recomb"}
_BELOW_GENE = {"CDS", "mRNA", "tRNA", "rRNA", "ncRNA", "tmRNA", "misc_RNA", "snRNA", "snoRNA"}
_DIRECTION = re.compile(r"direction:\s*(right|left|both|none)", re.IGNORECASE)
_WEIGHTS = {"origin": 1000.0, "RNA": 1.2, "gene": 0.8, "repeat": 1.5, "other": 0.4}
_WEIGHTS |= {"promoter": 4.0, "terminator": 3.0, "transcript": 0.2}
_UNKNOWN = ("uncharacterized", "uncharacterised", "hypothetical", "putative", "predicted")


@dataclass(frozen=True, slots=True)
class Piece:
    """One contiguous part of an item, in map coordinates.

    Parameters
    ----------
    start, end : int
    strand : int
    torn_start, torn_end : bool
        The boundary is fuzzy, or the piece goes on outside of the map.
    """

    start: int
    end: int
    strand: int
    torn_start: bool = False
    torn_end: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A feature as a map draws it.

    Parameters
    ----------
    feature : Feature
    pieces : tuple of Piece
        In ascending order; on a circle the last ones may lie above the length.
    direction : int
        +1, -1, or 0 where it has none or several.
    """

    feature: Feature
    pieces: tuple[Piece, ...]
    direction: int

    @property
    def start(self) -> int:
        """The leftmost boundary."""
        return self.pieces[0].start

    @property
    def end(self) -> int:
        """The rightmost boundary."""
        return max(p.end for p in self.pieces)

    @property
    def label(self) -> str:
        """The feature's label, fit to be shown."""
        return clean(self.feature.label[:300]) or clean(self.feature.type[:60]) or "feature"

    @property
    def weight(self) -> float:
        """How much it matters that this feature is labelled, if not all can be."""
        pairs = self.feature.qualifiers.pairs
        share = 1.0 if any(k in ("gene", "label", "standard_name") for k, _ in pairs) else 0.4
        if self.feature.label.lower().startswith(_UNKNOWN):
            share = 0.05
        size = max(1, sum(p.end - p.start for p in self.pieces))
        return size * _WEIGHTS.get(family_of(self.feature), 1.0) * share


@dataclass(frozen=True, slots=True)
class View:
    """A window of a record, and what lies in it.

    Parameters
    ----------
    record : Record
    start, end : int
        The window, 0-based and half-open; on a circle the end may exceed the length.
    extent : int
        The record's length.
    closed : bool
        Whether the map is a circle.
    items : tuple of Item
    outside : int
        How many features lie, wholly, outside of the sequence or in another record.
    """

    record: Record
    start: int
    end: int
    extent: int
    closed: bool
    items: tuple[Item, ...]
    outside: int

    @property
    def length(self) -> int:
        """How many letters the window has."""
        return self.end - self.start

    @property
    def whole(self) -> bool:
        """Whether the window is the whole record, from its first letter."""
        return self.start == 0 and self.end == self.extent

    @property
    def circle(self) -> int | None:
        """The length of a circular record, None for a linear one."""
        return self.extent if self.record.circular else None

    @property
    def unit(self) -> str:
        """What the letters are counted in: aa, nt or bp."""
        return unit_of(self.record)

    @property
    def name(self) -> str:
        """The record's name, fit to be shown."""
        return clean((self.record.name or self.record.id)[:200]) or "unnamed"

    @property
    def size_text(self) -> str:
        """How long the record is, or which part of it is shown."""
        text = f"{self.extent:,} {self.unit}"
        if self.whole:
            return text
        last = (self.end - 1) % self.extent + 1 if self.extent else 0
        return f"{self.start + 1:,}..{last:,} of {text}"

    def tooltip(self, item: Item) -> str:
        """Say what an item is and where, in the field's 1-based notation."""
        return describe(item, self.circle, self.unit)


def unit_of(record: Record) -> str:
    """Say what a record's letters are counted in: aa, nt or bp."""
    if record.molecule is Molecule.PROTEIN:
        return "aa"
    return "nt" if record.single_stranded else "bp"


def describe(item: Item, length: int | None, unit: str) -> str:
    """Write label, type, location, size and what was cut, on one line."""
    feature = item.feature
    where = clean(location_text(feature.location, length))
    if len(where) > 160:
        where = f"{where[:150]}… ({len(feature.location.parts)} parts)"
    text = f"{item.label}: {clean(feature.type[:60])} {where}, {len(feature.location):,} {unit}"
    product = clean(feature.qualifiers.first("product", "")[:200])
    if product and product != item.label:
        text += f"; {product}"
    for cut in feature.cuts[:3]:
        text += f"; cut: {clean(cut[:200])}"
    return text


def look_at(
    record: Record,
    start: int | None = None,
    end: int | None = None,
    *,
    closed: bool = False,
    features: Collection[str] | Callable[[Feature], bool] | None = None,
) -> View:
    """Select what a map shows of a record.

    Parameters
    ----------
    record : Record
    start, end : int, optional
        A window, 0-based and half-open; above the length, on a circle, it crosses the origin.
    closed : bool, default False
        The map is a circle: the whole record, nothing split at the origin.
    features : collection of str, or callable of Feature to bool, optional
        The feature types to show, or a choice among the features. By default all but `source`, and
        without genes that lie exactly where their CDS or RNA lies.

    Raises
    ------
    LocationError
        The window is empty, or leaves the record.
    """
    extent = len(record)
    if not extent:  # an annotation whose letters are elsewhere
        extent = max((f.location.end for f in record.features), default=0)
    low = 0 if start is None else start
    high = extent if end is None else end
    _check_window(record, low, high, extent)
    chosen = list(_chosen(record.features, features))
    items: list[Item] = []
    outside = 0
    for feature in chosen:
        spans = _unrolled(feature.location, extent if record.circular else None)
        if not spans or spans[0].start > extent:
            outside += 1
            continue
        direction = 0 if record.molecule is Molecule.PROTEIN else _direction(feature)
        if closed:
            items.append(Item(feature, spans, direction))
            continue
        for shift in (-extent, 0, extent) if record.circular else (0,):
            pieces = _clipped(spans, shift - low, high - low)
            if pieces:
                items.append(Item(feature, pieces, direction))
    return View(record, low, high, extent, closed, tuple(items), outside)


def _check_window(record: Record, low: int, high: int, extent: int) -> None:
    limit = low + extent if record.circular else extent
    if low == 0 and high == extent:
        return
    if not 0 <= low < high <= limit or low >= extent:
        raise LocationError(
            f"{low}..{high} is no region of a {record.topology} record of {extent:,} letters",
            record=record.name,
            hint="coordinates are 0-based and half-open"
            + ("; beyond the origin the end exceeds the length" if record.circular else ""),
        )


def _chosen(
    features: Iterable[Feature], choice: Collection[str] | Callable[[Feature], bool] | None
) -> Iterable[Feature]:
    if callable(choice):
        return filter(choice, features)
    if choice is not None:
        wanted = {choice} if isinstance(choice, str) else set(choice)
        return (f for f in features if f.type in wanted)
    shown = [f for f in features if f.type not in HIDDEN]
    below = {_hull(f.location) for f in shown if f.type in _BELOW_GENE}
    return (f for f in shown if f.type != "gene" or _hull(f.location) not in below)


def _hull(location: Location) -> tuple[int, int, int | None]:
    return location.start, location.end, location.strand


def _unrolled(location: Location, circle: int | None) -> tuple[Piece, ...]:
    """Give the local spans in ascending order, going on above the length over an origin."""
    spans = [p for p in location.parts if p.accession is None]
    strand = location.strand
    if strand == -1:
        spans.reverse()
    pieces = [
        Piece(s.start, s.end, s.strand, _torn(s.start_fuzz), _torn(s.end_fuzz)) for s in spans
    ]
    if len(pieces) < 2:
        return tuple(pieces)
    if circle and strand is not None:
        ahead: list[Piece] = []
        for piece in pieces:
            laps = 0
            if ahead and piece.start < ahead[-1].start:
                laps = circle * -((piece.start - ahead[-1].start) // circle)
            ahead.append(_moved(piece, laps))
        if ahead[-1].end - ahead[0].start <= circle:
            return tuple(ahead)
    return tuple(sorted(pieces, key=lambda p: (p.start, p.end)))


def _torn(fuzz: Fuzz | None) -> bool:
    return fuzz is not None and fuzz.kind is not FuzzKind.ONE_OF


def _moved(piece: Piece, by: int) -> Piece:
    if not by:
        return piece
    return Piece(piece.start + by, piece.end + by, piece.strand, piece.torn_start, piece.torn_end)


def _clipped(pieces: tuple[Piece, ...], shift: int, length: int) -> tuple[Piece, ...]:
    kept = []
    for piece in pieces:
        start, end = piece.start + shift, piece.end + shift
        if not (start < length and end > 0) and not 0 <= start == end <= length:
            continue
        kept.append(
            Piece(
                max(0, start),
                min(length, end),
                piece.strand,
                piece.torn_start or start < 0,
                piece.torn_end or end > length,
            )
        )
    return tuple(kept)


def _direction(feature: Feature) -> int:
    said = feature.qualifiers.first("direction", "").lower()
    if not said:
        for key, value in feature.qualifiers.pairs:
            if key == "note" and value and "direction:" in value[:2000]:
                found = _DIRECTION.search(value[:2000])
                said = found.group(1).lower() if found else ""
                break
    if said in ("right", "left"):
        return 1 if said == "right" else -1
    if said in ("both", "none"):
        return 0
    strand = feature.location.strand
    if strand is None or (strand == 1 and feature.type in _UNDIRECTED):
        return 0
    return strand

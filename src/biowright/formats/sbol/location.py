"""Places in SBOL: Range, Cut, GenericLocation and EntireSequence as `Location`, and back.

What the ranges cannot say (fuzzy ends, the order of a join over both strands, parts in other
records, the order and repeats of qualifiers) is said beside them in one JSON literal. It counts
only as long as it agrees with the triples, so that another program that changes them is believed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

from biowright.core import Fuzz, FuzzKind, Location, LocationError, Sequence, Span

from ..rdf.graph import Graph
from .terms import OURS, QUALIFIER, REVERSE, SBOL3, Dialect, short_term

__all__ = [
    "Place",
    "location_hint",
    "location_triples",
    "ordered_pairs",
    "place_of",
    "places_of",
    "qualifier_hint",
    "read_location",
]

# a place: the class, the two numbers as SBOL counts them, and the strand
Place = tuple[str, int, int, int]
PLACES = ("Range", "Cut", "GenericLocation", "EntireSequence")
NOWHERE: Place = ("GenericLocation", 0, 0, 1)
_UNKNOWN = Fuzz(FuzzKind.UNKNOWN)


def read_location(
    graph: Graph, dialect: Dialect, feature: str, source: str, sequence: Sequence
) -> Location | None:
    """Read where a feature lies on the Sequence `source`; None if it has no place in it."""
    hint = _parsed_location(graph.text(feature, OURS + "location"))
    nodes = graph.links(feature, dialect.has_location)
    places: list[Place] = []
    ranks: list[int | None] = []
    before: set[Place] = set()
    after: set[Place] = set()
    for node in nodes:
        place = place_of(graph, dialect, feature, node)
        on = graph.links(node, dialect("hasSequence"), dialect("sequence"))
        if place is None or (source and on and source not in on):
            return None
        places.append(place)
        rank = graph.text(node, dialect("order"))
        ranks.append(int(rank) if rank and rank.isdecimal() and len(rank) < 10 else None)
        if graph.text(node, QUALIFIER + "startLessThan"):
            before.add(place)
        if graph.text(node, QUALIFIER + "endGreaterThan"):
            after.add(place)
    if hint is not None and _agree(places_of(hint, len(sequence)), places):
        return hint
    if not places:
        return None
    if all(rank is not None for rank in ranks):
        places = [p for _, p in sorted(zip(ranks, places, strict=True))]
    else:
        places.sort(key=lambda p: (p[1], p[2]))
        if all(p[3] == -1 for p in places):
            places.reverse()
    spans = []
    for place in places:
        span = _span(place, len(sequence), sequence.circular)
        if span is None:
            return None
        if place in before or place in after:
            start = Fuzz(FuzzKind.BEFORE) if place in before else None
            end = Fuzz(FuzzKind.AFTER) if place in after else None
            span = Span(span.start, span.end, span.strand, start, end)
        spans.append(span)
    if sequence.circular:
        spans = _closed(spans, len(sequence))
    kind = graph.text(feature, QUALIFIER + "multiRangeType")
    return Location(tuple(spans), kind if kind in ("order", "bond") else "join")


def _agree(said: list[Place], places: list[Place]) -> bool:
    # SBOL 2 wants a location for every feature, even for one that lies in another record
    return sorted(said) == sorted(places) or (not said and places == [NOWHERE])


def place_of(graph: Graph, dialect: Dialect, feature: str, node: str) -> Place | None:
    """Read one place of a feature; None if it cannot be understood."""
    kinds = graph.types(node)
    said = graph.links(node, dialect("orientation")) or graph.links(feature, dialect("orientation"))
    strand = -1 if any(short_term(o) in REVERSE for o in said) else 1
    if dialect("Range") in kinds:
        start, end = (
            _whole(graph.text(node, dialect("start"))),
            _whole(graph.text(node, dialect("end"))),
        )
        return None if start is None or end is None else ("Range", start, end, strand)
    if dialect("Cut") in kinds:
        at = _whole(graph.text(node, dialect("at")))
        return None if at is None else ("Cut", at, at, strand)
    if dialect("GenericLocation") in kinds:
        return ("GenericLocation", 0, 0, strand)
    if dialect("EntireSequence") in kinds:
        return ("EntireSequence", 0, 0, strand)
    return None


def _whole(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _span(place: Place, length: int, circular: bool) -> Span | None:
    kind, start, end, strand = place
    if kind == "GenericLocation":
        return Span(0, length, strand, _UNKNOWN, _UNKNOWN)
    if kind == "EntireSequence":
        return Span(0, length, strand)
    if kind == "Cut":
        return Span(start, start, strand) if start <= length else None
    if circular and start > end:  # some programs write a range over the origin so
        end += length
    if not 1 <= start <= end or start > length or end > length + (start - 1 if circular else 0):
        return None
    return Span(start - 1, end, strand)


def _closed(spans: list[Span], length: int) -> list[Span]:
    """Join the two pieces of a feature that touch at the origin of a circle."""
    last = next((s for s in spans if s.end == length and s.start), None)
    first = next((s for s in spans if s.start == 0 and 0 < s.end < length), None)
    if last is None or first is None or first.strand != last.strand:
        return spans
    if last.end_fuzz or first.start_fuzz or first.end > last.start:
        return spans
    whole = Span(last.start, length + first.end, last.strand, last.start_fuzz, first.end_fuzz)
    rest = [s for s in spans if s is not first and s is not last]
    before = [s for s in rest if s.start < last.start and s.start > first.end]
    if whole.strand == 1:
        ahead = sorted(before, key=lambda s: s.start)
        return [*ahead, whole] if len(before) == len(rest) else spans
    return [whole, *before] if len(before) == len(rest) else spans


def places_of(location: Location, length: int) -> list[Place]:
    """Give what SBOL can say of a location: one place a part, two over the origin of a circle."""
    places: list[Place] = []
    for span in location.local:
        if span.start_fuzz == _UNKNOWN and span.end_fuzz == _UNKNOWN:
            places.append(("GenericLocation", 0, 0, span.strand))
        elif span.start == span.end:
            places.append(("Cut", span.start, span.start, span.strand))
        elif length and span.start < length < span.end:
            pieces: list[Place] = [
                ("Range", span.start + 1, length, span.strand),
                ("Range", 1, span.end - length, span.strand),
            ]
            places += pieces if span.strand == 1 else pieces[::-1]
        else:
            places.append(("Range", span.start + 1, span.end, span.strand))
    return places


def location_hint(location: Location) -> str:
    """Write a location in full, as one JSON text."""
    parts = [
        [s.start, s.end, s.strand, _fuzz_text(s.start_fuzz), _fuzz_text(s.end_fuzz), s.accession]
        for s in location.parts
    ]
    return json.dumps([location.operator, parts], separators=(",", ":"))


def _fuzz_text(fuzz: Fuzz | None) -> list[object] | None:
    return None if fuzz is None else [fuzz.kind.value, *fuzz.positions]


def _parsed_location(text: str | None) -> Location | None:
    if text is None:
        return None

    def fuzz(said: list[object] | None) -> Fuzz | None:
        return None if said is None else Fuzz(FuzzKind(str(said[0])), tuple(map(_number, said[1:])))

    try:
        operator, parts = json.loads(text)
        return Location(
            tuple(
                Span(
                    _number(a), _number(b), _number(s), fuzz(f), fuzz(g), c if c is None else str(c)
                )
                for a, b, s, f, g, c in parts
            ),
            str(operator),
        )
    except (ValueError, TypeError, KeyError, IndexError, LocationError, RecursionError):
        return None  # not ours, or changed by hand: the ranges count


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value


def ordered_pairs(
    pairs: list[tuple[str, str]], hint: str | None, implied: Iterable[tuple[str, str]] = ()
) -> list[tuple[str, str | None]]:
    """Give pairs in the order, with the repeats and flags, of a hint that says the same pairs."""
    plain: list[tuple[str, str | None]] = list(pairs)
    if hint is None:
        return plain
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    said: list[tuple[str, str | None]] = []
    try:
        for item in json.loads(hint):
            key, value = (item, *values[item]) if isinstance(item, str) else item
            if not isinstance(key, str) or not isinstance(value, str | None):
                return plain
            said.append((key, value))
    except (ValueError, TypeError, KeyError, RecursionError):
        return plain
    same = {(k, v or "") for k, v in said} - set(implied) == set(pairs) - set(implied)
    return said if same else plain


def qualifier_hint(pairs: Iterable[tuple[str, str | None]]) -> str:
    """Write the order of pairs as one JSON text: a key alone where it has one value."""
    listed = list(pairs)
    keys = Counter(key for key, _ in listed)
    items = [
        key if keys[key] == 1 and value is not None and key != "role" else [key, value]
        for key, value in listed
    ]
    return json.dumps(items, ensure_ascii=False, separators=(",", ":"))


def location_triples(dialect: Dialect, place: Place, source: str) -> Iterator[tuple[str, str]]:
    """Give the words and values of one place, in the dialect: (word, number or IRI)."""
    kind, start, end, strand = place
    if kind == "Range":
        yield "start", str(start)
        yield "end", str(end)
    elif kind == "Cut":
        yield "at", str(start)
    yield "orientation", dialect.orientations[strand == -1]
    if dialect is SBOL3:
        yield "hasSequence", source

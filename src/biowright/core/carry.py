"""How everything that a record says of its letters follows an edit: features, references, quality.

Most features of a genome are only moved by an edit; that is done for all of them at once. The few
that the edit touches are followed one by one, by the rules in `biowright.core.follow`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .anchor import reanchored
from .errors import EditError
from .feature import Feature, FeatureTable
from .follow import Piece, Window, joined, normalised, onto_pieces, opened, through_window
from .location import Location
from .record import Record, Reference

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]

__all__ = [
    "check_features",
    "features_mirrored",
    "features_onto",
    "features_opened",
    "features_rotated",
    "features_through",
    "references_mirrored",
    "references_moved",
    "references_onto",
    "references_through",
]


def check_features(record: Record) -> None:
    """Refuse a record in which a feature lies outside of the sequence.

    Raises
    ------
    EditError
        The error names the feature.
    """
    table, length = record.features, len(record)
    if not table:
        return
    extents = table.extents()
    if not record.circular:
        wrong = (extents.last_end > length).nonzero()[0].tolist()
    else:
        over = (extents.last_end > length).nonzero()[0].tolist()
        wrong = [
            i
            for i in over
            if any(p.start > length or len(p) > length for p in table[i].location.local)
        ]
    if wrong:
        feature = table[wrong[0]]
        raise EditError(
            f"the {feature.type} '{feature.label}' at {feature.location} does not lie in a "
            f"{record.topology} sequence of {length}",
            record=record.name,
            hint="correct or remove it before editing",
        )


def features_through(record: Record, window: Window, what: str) -> FeatureTable:
    """Give the features after a window has been replaced; `what` names the edit in marks."""
    table = record.features
    if not table:
        return table
    import numpy as np

    extents = table.extents()
    stays = extents.last_end <= window.start
    # all parts lie behind; a site at the place of an insertion lies before it
    moves = ~stays & (extents.first_start >= window.end) & (extents.first_end > window.start)
    if window.circular:
        moves &= extents.last_end <= window.start + window.length
        if window.start == 0 or window.end == window.length:
            stays &= ~_meeting(table, window.length)
            moves &= ~_meeting(table, window.length)
        stays &= extents.last_start < window.length + window.growth
    sources = _sources(record)
    changed: dict[int, Feature] = {}
    for index in (~(stays | moves)).nonzero()[0].tolist():
        if index in sources:
            continue
        feature = table[index]
        location = feature.location
        if window.circular:
            location = joined(location, window.length)
        location, cut = through_window(location, window)
        changed[index] = _changed(feature, location, cut and f"{cut} ({what})")
    for index in sources:
        changed[index] = _covering(table[index], window.length + window.growth)

    def follow(place: Location) -> Location:
        if window.circular:
            place = joined(place, window.length)
        return through_window(place, window)[0]

    moved = table.moved(np.where(moves, window.growth, 0)).replaced(changed)
    return _with_anchors(table, moved, follow, window.length + window.growth)


def features_onto(
    record: Record, pieces: Sequence[Piece], length: int, what: str, *, merge: bool = False
) -> FeatureTable:
    """Give the features that have letters or sites on the pieces of a new, linear sequence."""
    table = record.features
    if not table:
        return table
    import numpy as np

    extents = table.extents()
    old = len(record)
    kept = np.zeros(len(table), bool)
    offset = np.zeros(len(table), np.int64)
    touched = np.zeros(len(table), bool)
    for piece in pieces:
        inside = (extents.first_start >= piece.start) & (extents.last_end <= piece.end)
        if len(pieces) <= 2 and piece.strand == 1 and not merge:
            offset[inside & ~kept] = piece.at - piece.start
            kept |= inside
        else:
            touched |= inside
        touched[table.overlapping(piece.start, piece.end, old if record.circular else None)] = True
    sources = _sources(record)
    changed: dict[int, Feature] = {}
    unit = record.unit
    for index in (touched & ~kept).nonzero()[0].tolist():
        if index in sources:
            continue
        feature = table[index]
        location, cut = onto_pieces(feature.location, pieces, old, merge=merge, unit=unit)
        if location is not None and location.local:
            changed[index] = _changed(feature, location, cut and f"{cut} ({what})")
            kept[index] = True
    for index in sources:
        changed[index] = _covering(table[index], length)
        kept[index] = True

    def follow(place: Location) -> Location | None:
        return onto_pieces(place, pieces, old, merge=merge, unit=unit)[0]

    moved = _with_anchors(table, table.moved(offset).replaced(changed), follow, length)
    return moved.selected(kept.nonzero()[0])


def features_rotated(record: Record, origin: int) -> FeatureTable:
    """Give the features of a circle as counted from another origin, 0 < origin < length."""
    table, length = record.features, len(record)
    if not table:
        return table
    import numpy as np

    extents = table.extents()
    behind = extents.first_start >= origin
    before = extents.last_start < origin
    slow = ~(behind | before) | _meeting(table, length)
    sources = _sources(record)
    changed = {}
    for index in slow.nonzero()[0].tolist():
        feature = table[index]
        if index in sources and extents.first_start[index] == 0:
            changed[index] = feature
        else:
            location = joined(feature.location, length).shifted(length - origin)
            changed[index] = _changed(feature, normalised(location, length), None)

    def follow(place: Location) -> Location:
        return normalised(joined(place, length).shifted(length - origin), length)

    moved = table.moved(np.where(behind, -origin, length - origin)).replaced(changed)
    return _with_anchors(table, moved, follow, length)


def features_mirrored(record: Record) -> FeatureTable:
    """Give the features as seen from the other strand."""
    table, length = record.features, len(record)
    if not table:
        return table
    import numpy as np

    extents = table.extents()
    constant = np.full(len(table), length)
    changed = {}
    if record.circular:
        constant[extents.first_end > length] = 2 * length
        constant[extents.last_end == 0] = 0
        mixed = (extents.first_end <= length) & (extents.last_end > length)
        mixed |= (extents.first_end == 0) & (extents.last_end > 0)
        for index in mixed.nonzero()[0].tolist():
            feature = table[index]
            location = feature.location.mirrored(2 * length)
            changed[index] = _changed(feature, normalised(location, length), None)
    for index in _sources(record):
        if extents.first_start[index] == 0:
            source = table[index]
            span = source.location.parts[0]
            start_fuzz = span.end_fuzz and span.end_fuzz.mirrored(length)
            end_fuzz = span.start_fuzz and span.start_fuzz.mirrored(length)
            span = replace(span, start_fuzz=start_fuzz, end_fuzz=end_fuzz)
            changed[index] = _changed(source, Location((span,)), None)

    def follow(place: Location) -> Location:
        turned = (joined(place, length) if record.circular else place).mirrored(2 * length)
        return normalised(turned, length)

    return _with_anchors(table, table.mirrored(constant).replaced(changed), follow, length)


def features_opened(record: Record, what: str) -> FeatureTable:
    """Give the features of a circle that is cut open at its origin; those over it are marked."""
    table, length = record.features, len(record)
    if not table:
        return table
    changed = {}
    sources = _sources(record)
    for index in (table.extents().last_end > length).nonzero()[0].tolist():
        feature = table[index]
        if index in sources:
            changed[index] = _covering(feature, length)
        else:
            location = opened(feature.location, length)
            changed[index] = _changed(feature, location, f"cut in two ({what})")
    return table.replaced(changed)


def _with_anchors(
    old: FeatureTable,
    new: FeatureTable,
    follow: Callable[[Location], Location | None],
    length: int,
) -> FeatureTable:
    """Move the positions that stand in qualifiers as the edit moves places."""
    return new.replaced(
        {i: reanchored(new[i], old[i].qualifiers, follow, length) for i in old.anchored()}
    )


def references_through(record: Record, window: Window) -> tuple[Reference, ...]:
    """Give the references with their ranges after a window has been replaced."""

    def follow(start: int, end: int) -> list[tuple[int, int]]:
        inside = window.start <= start and end <= window.end
        if inside and window.start < window.end and (start, end) != (window.start, window.end):
            return []
        # a reference's range never crosses the origin, so there is nothing to see in other turns
        here = replace(window, circular=False)
        start, end = here.start_moved(start), here.end_moved(end)
        return [(start, end)] if start < end else []

    return _references(record, len(record) + window.growth, follow)


def references_onto(record: Record, pieces: Sequence[Piece], length: int) -> tuple[Reference, ...]:
    """Give the references with their ranges on the pieces of a new sequence, if they have any."""

    def follow(start: int, end: int) -> list[tuple[int, int]]:
        ranges = []
        for piece in pieces:
            low, high = max(start, piece.start), min(end, piece.end)
            if low < high:
                one, other = piece.moved(low), piece.moved(high)
                ranges.append((min(one, other), max(one, other)))
        return ranges

    references = []
    for old, new in zip(record.references, _references(record, length, follow), strict=True):
        if new.bases == old.bases:
            references.append(new)
        elif new.bases:
            references.append(replace(new, bases=_union(new.bases)))
    return tuple(references)


def _union(ranges: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Sort ranges, and make one of those that touch."""
    union: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(end, union[-1][1]))
        else:
            union.append((start, end))
    return tuple(union)


def references_mirrored(record: Record) -> tuple[Reference, ...]:
    """Give the references with their ranges as seen from the other strand."""
    length = len(record)
    mirrored = _references(record, length, lambda start, end: [(length - end, length - start)])
    return tuple(replace(r, bases=r.bases[::-1]) if len(r.bases) > 1 else r for r in mirrored)


def references_moved(record: Record, offset: int) -> tuple[Reference, ...]:
    """Give the references with their ranges moved."""
    return tuple(
        replace(reference, bases=tuple((s + offset, e + offset) for s, e in reference.bases))
        for reference in record.references
    )


def _references(
    record: Record, length: int, follow: Callable[[int, int], list[tuple[int, int]]]
) -> tuple[Reference, ...]:
    old = len(record)
    references = []
    for reference in record.references:
        bases: list[tuple[int, int]] = []
        for start, end in reference.bases:
            if end > old:  # a range that lies is not ours to correct
                ranges = [(start, end)]
            elif (start, end) == (0, old):
                ranges = [(0, length)]
            else:
                ranges = follow(start, end)
            bases += ranges
        same = tuple(bases) == reference.bases
        references.append(reference if same else replace(reference, bases=tuple(bases)))
    return tuple(references)


def _changed(feature: Feature, location: Location, cut: str | None) -> Feature:
    changed = Feature(feature.type, location, feature.qualifiers, feature.id)
    return changed.marked(cut) if cut else changed


def _covering(source: Feature, length: int) -> Feature:
    span = replace(source.location.parts[0], start=0, end=length)
    return _changed(source, Location((span,)), None)


def _meeting(table: FeatureTable, length: int) -> Flags:
    """Tell which features may have parts that follow each other over the origin."""
    extents = table.extents()
    meeting: Flags = extents.first_start != extents.last_start
    meeting &= (extents.first_start == 0) & (extents.last_end == length)
    return meeting


def _sources(record: Record) -> set[int]:
    """Give the indices of the source features that cover the whole record."""
    extents = record.features.extents()
    whole = extents.last_end - extents.first_start == len(record)
    whole &= extents.first_start == extents.last_start
    whole &= extents.first_end == extents.last_end
    return {
        index
        for index in whole.nonzero()[0].tolist()
        if record.features[index].type == "source"
        and len(record.features[index].location.parts) == 1
    }

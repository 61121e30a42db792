"""Where a vector of yeast goes into a circle, and where it is opened: nothing annotated is broken."""

from __future__ import annotations

from collections.abc import Iterator

from biowright.core import InputError, NegativeResult, Record
from biowright.design.edits import Genome
from biowright.design.landing import safe_places

__all__ = ["check_place", "neutral_place", "opened_vector"]

MARGIN = 20
"""Letters to the nearest feature on either side of a place that is chosen."""
_BACKDROP = ("source", "primer_bind", "variation")


def check_place(target: Record, place: int) -> None:
    """Refuse a place that lies outside of a target or within a feature of it.

    Raises
    ------
    InputError
        With the nearest place that is free.
    """
    if not target.circular:
        raise InputError(
            "a place for the vector, and the target is linear",
            record=target.name,
            hint="a linear target stands between the vector's ends",
        )
    if not 0 <= place < len(target):
        raise InputError(
            f"place {place:,} lies outside of the target",
            record=target.name,
            expected=f"0 to {len(target) - 1:,}",
        )
    inside = [
        feature.label or feature.type
        for feature in target.features
        if feature.type not in _BACKDROP and _within(feature.location.local, place, len(target))
    ]
    if inside:
        free = [gap for gap in _gaps(target) if gap[1] - gap[0] > 2 * MARGIN]
        near = (
            min((abs((a + b) // 2 - place), (a + b) // 2 % len(target)) for a, b in free)
            if free
            else None
        )
        raise InputError(
            f"place {place:,} lies within {', '.join(dict.fromkeys(inside))}",
            record=target.name,
            hint=f"{near[1]:,} is the nearest place between features" if near else None,
        )


def neutral_place(target: Record) -> tuple[int, str]:
    """Choose where a vector does no harm in a circle: between two genes that end there, if it can be.

    Returns
    -------
    place : int
        The vector comes before this letter.
    why : str

    Raises
    ------
    NegativeResult
        Every letter lies within a feature or beside one.
    """
    named = target if target.name else target.changed(name="target")
    if any(f.type in ("CDS", "gene", "tRNA", "rRNA") for f in target.features):
        for margin in (50, MARGIN):
            try:
                found = safe_places(Genome((named,)), margin=margin, count=1)[0]
            except NegativeResult:
                continue
            return found.position, "; ".join(found.reasons)
    gaps = list(_gaps(target))
    if not gaps:
        if any(f.type not in _BACKDROP for f in target.features):
            raise NegativeResult(
                "every letter lies within a feature: there is no neutral place for the vector",
                record=target.name,
                hint="say where it may go",
            )
        return 0, "nothing is annotated: it stands at the origin"
    low, high = max(gaps, key=lambda gap: (gap[1] - gap[0], -gap[0]))
    return (low + high) // 2 % len(target), f"{(high - low) // 2} nt from the nearest features"


def opened_vector(vector: Record) -> str:
    """Give a vector's letters from where it is opened: at its ends, or between two of its features."""
    text = str(vector.sequence).upper()
    size = len(text)
    if not vector.circular or not any(
        _within(f.location.local, 0, size) for f in vector.features if f.type not in _BACKDROP
    ):
        return text
    gaps = list(_gaps(vector))
    if not gaps:
        raise NegativeResult(
            "every letter of the vector lies within a feature: it cannot be opened",
            record=vector.name,
            hint="give it as linear, as it is to be amplified",
        )
    low, high = max(gaps, key=lambda gap: (gap[1] - gap[0], -gap[0]))
    at = (low + high) // 2 % size
    return text[at:] + text[:at]


def _within(spans, place: int, size: int) -> bool:  # type: ignore[no-untyped-def]
    """Whether a cut before the letter `place` goes through a span."""
    return any(
        span.start < at < span.end
        for span in spans
        if span.end - span.start < size
        for at in (place, place + size)
    )


def _gaps(record: Record) -> Iterator[tuple[int, int]]:
    """Give the stretches of a circle without a feature; one over the origin ends above the length."""
    size = len(record)
    taken = bytearray(size)
    for feature in record.features:
        for span in feature.location.local:
            if feature.type in _BACKDROP or span.end - span.start >= size:
                continue
            for low, high in ((span.start, min(span.end, size)), (0, span.end - size)):
                if high > low:
                    taken[low:high] = b"\x01" * (high - low)
    if not any(taken):
        return
    first = taken.index(1)
    around = taken[first:] + taken[:first] + b"\x01"
    at = 0
    while (low := around.find(b"\x00", at)) != -1:
        at = around.index(b"\x01", low)
        yield low + first, at + first

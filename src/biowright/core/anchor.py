"""Positions that stand in the text of qualifiers, and how they follow their feature.

The INSDC feature table writes some places into qualifiers: ``/transl_except=(pos:213..215,aa:Sec)``,
``/anticodon=(pos:complement(10..12),aa:Leu,seq:caa)``, ``/tag_peptide=90..122`` and
``/rpt_unit_range=202..245`` (https://www.insdc.org/submitting-standards/feature-table/). An edit that
moves the feature must move them too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from .attributes import Attributes
from .feature import ANCHORS, Feature
from .location import Location, Span, location_text

__all__ = ["reanchored"]

_POSITION = re.compile(r"^(\(\s*pos:)(.+?)(,\s*(?:aa|seq):.*)$", re.DOTALL)
_RANGE = re.compile(r"^(\d+)(?:\.\.(\d+))?$")


def reanchored(
    feature: Feature,
    said: Attributes,
    follow: Callable[[Location], Location | None],
    length: int,
) -> Feature:
    """Give a feature with the positions in its qualifiers where an edit has put them.

    A qualifier whose position cannot be read, or of which nothing is left, would now tell a lie: it
    goes, and the feature is marked with what it said.

    Parameters
    ----------
    feature : Feature
        After the edit.
    said : Attributes
        Its qualifiers before.
    follow : callable of Location to Location or None
        Where the edit puts a place.
    length : int
        The length of the sequence after the edit.
    """
    pairs: list[tuple[str, str | None]] = []
    lost = []
    for key, value in feature.qualifiers.pairs:
        if key in ANCHORS and value is not None and (key, value) in said.pairs:
            moved = _moved(value, follow, length)
            if moved is None:
                lost.append(f"/{key}={value}")
                continue
            value = moved
        pairs.append((key, value))
    feature = replace(feature, qualifiers=Attributes(pairs))
    for said_before in lost:
        feature = feature.marked(f"lost the place of {said_before}")
    return feature


def _moved(value: str, follow: Callable[[Location], Location | None], length: int) -> str | None:
    match = _POSITION.match(value)
    head, text, tail = match.groups() if match else ("", value, "")
    place = _parsed(re.sub(r"\s+", "", text))
    moved = place and follow(place)
    if moved is None or not len(moved):
        return None
    return head + location_text(moved, length) + tail


def _parsed(text: str) -> Location | None:
    """Read a plain place: ranges, perhaps joined, perhaps on the other strand."""
    reverse = text.startswith("complement(") and text.endswith(")")
    inner = text[len("complement(") : -1] if reverse else text
    if inner.startswith("join(") and inner.endswith(")"):
        inner = inner[len("join(") : -1]
    spans = []
    for piece in inner.split(","):
        match = _RANGE.match(piece)
        if match is None:
            return None
        start, end = int(match[1]) - 1, int(match[2] or match[1])
        if not 0 <= start < end:
            return None
        spans.append(Span(start, end, -1 if reverse else 1))
    return Location(tuple(reversed(spans) if reverse else spans))

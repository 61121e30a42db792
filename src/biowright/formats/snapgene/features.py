"""The features of a SnapGene file, from its XML and back.

What a `Feature` has no field for becomes a qualifier: ``color`` (where it is not SnapGene's own
grey) and ``directionality`` (``none`` or ``both``). What has no meaning outside of SnapGene stays
in the XML that the record was read with; a feature finds its element again by its `id`, wherever
edits have moved it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, SubElement

from biowright.core import Attributes, Feature, Record, Sequence

from ..format import Loss
from .packets import xml_text
from .segments import (
    Pieces,
    Report,
    pieces,
    read_segments,
    rigid_move,
    standard_segments,
    write_range,
)
from .text import plain_text

GREY = "#a6acb3"  # SnapGene's colour for features that nobody coloured
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_NUMBERS = ("codon_start", "transl_table")
# in SnapGene's order
_ATTRIBUTES = (
    "recentID",
    "name",
    "directionality",
    "translationMW",
    "type",
    "swappedSegmentNumbering",
    "allowSegmentOverlaps",
    "cleavageArrows",
    "readingFrame",
    "consecutiveTranslationNumbering",
    "hitsStopCodon",
)
# computed by SnapGene from the letters of the feature
_DERIVED = ("translationMW", "hitsStopCodon", "maxRunOn", "maxFusedRunOn")


@dataclass(frozen=True, slots=True)
class Known:
    """A feature as it was read, with its element."""

    feature: Feature
    element: Element


def read_features(root: Element, sequence: Sequence, title: str) -> list[Known]:
    """Translate the elements of a features packet.

    Raises
    ------
    FormatError
        A feature has no segment, or one outside of the sequence.
    """
    known = []
    used = set()
    for number, element in enumerate(root.iterfind("Feature"), 1):
        identity = element.get("recentID", "")
        identity = f"feature-{identity}" if identity and identity not in used else ""
        used.add(element.get("recentID", ""))
        known.append(
            Known(_feature(element, identity, sequence, f"{title}, feature {number}"), element)
        )
    return known


def _feature(element: Element, identity: str, sequence: Sequence, title: str) -> Feature:
    direction = element.get("directionality", "0")
    location = read_segments(element, -1 if direction == "2" else 1, sequence, title)
    pairs: list[tuple[str, str | None]] = []
    for q in element.iterfind("Q"):
        key = q.get("name", "note")
        values = [(key, _value(v)) for v in q.iterfind("V")]
        pairs += values or [(key, None)]
    feature = Feature(element.get("type") or "misc_feature", location, Attributes(pairs), identity)
    name = _one_line(plain_text(element.get("name", "")))
    if name and "label" not in feature.qualifiers:
        if _one_line(feature.label) != name:
            pairs.insert(0, ("label", name))
    elif name and name not in map(_one_line, feature.qualifiers["label"]):
        pairs.append(("name", name))
    said = feature.qualifiers
    color = _color(element)
    if color not in ("", GREY, said.first("ApEinfo_fwdcolor", "").lower()) and "color" not in said:
        pairs.append(("color", color))
    # a file without a direction is read as forward by everybody; say that it has none
    if direction in _NO_STRAND and "directionality" not in said:
        pairs.append(("directionality", _NO_STRAND[direction]))
    return replace(feature, qualifiers=Attributes(pairs))


_NO_STRAND = {"0": "none", "3": "both"}


def _value(v: Element) -> str:
    text, choice = v.get("text"), v.get("predef")
    if text is not None:
        return f"{choice}:{plain_text(text)}" if choice else plain_text(text)
    return choice or v.get("int") or next(iter(v.attrib.values()), "")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _color(element: Element) -> str:
    colors = (s.get("color", "") for s in standard_segments(element))
    return next((c.lower() for c in colors if _HEX.fullmatch(c)), "")


def write_features(
    record: Record,
    features: Iterable[Feature],
    root: Element | None,
    known: Iterable[Known],
    old_sequence: Sequence,
) -> tuple[Element, list[Loss]]:
    """Write features as SnapGene's XML, with what their elements said when they were read.

    Parameters
    ----------
    record : Record
        What they belong to.
    features : iterable of Feature
    root : Element, optional
        The element that the record was read with.
    known : iterable of Known
        Its features.
    old_sequence : Sequence
        The sequence that they were read with.
    """
    losses: list[Loss] = []

    def lost(what: str, detail: str) -> None:
        losses.append(Loss(record.name, what, detail))

    by_id = {k.feature.id: k for k in known if k.feature.id}
    same_sequence = record.sequence == old_sequence
    elements = []
    for feature in features:
        old = by_id.get(feature.id)
        if old is not None and not _same_thing(feature, record.sequence, old, old_sequence):
            old = None  # it came with an insert from another file, where its id meant another one
        if old is not None and same_sequence and old.feature == feature:
            elements.append(deepcopy(old.element))
            continue
        place = pieces(feature, record.sequence, lost)
        if place is not None:
            elements.append(_element(feature, place, old, record.sequence, old_sequence, lost))
    box = Element("Features")
    numbers = number_elements(elements, root)
    box.set("nextValidID", str(numbers))
    box.extend(elements)
    return box, losses


def number_elements(elements: list[Element], root: Element | None) -> int:
    """Give each element a number of its own, keeping those it has; return the next free one."""
    used: set[str] = set()
    given = [e.get("recentID", "") for e in elements]
    free = max((int(n) for n in given if re.fullmatch(r"\d{1,9}", n)), default=-1) + 1
    if root is not None and re.fullmatch(r"\d{1,9}", root.get("nextValidID", "")):
        free = max(free, int(root.get("nextValidID", "")))
    for element, number in zip(elements, given, strict=True):
        if number in used or not re.fullmatch(r"\d{1,9}", number):
            number = str(free)
            free += 1
            element.attrib = {"recentID": number} | {
                k: v for k, v in element.attrib.items() if k != "recentID"
            }
        used.add(number)
    return free


def _element(
    feature: Feature,
    place: Pieces,
    old: Known | None,
    sequence: Sequence,
    old_sequence: Sequence,
    lost: Report,
) -> Element:
    said = dict(old.element.attrib) if old else {"consecutiveTranslationNumbering": "1"}
    quals = feature.qualifiers
    for key, value in quals.pairs:
        if xml_text(key) != key or (value is not None and xml_text(value) != value):
            lost("characters", f"{feature.type} /{key}: control characters")
    said["type"] = xml_text(feature.type) or "misc_feature"
    name = quals.first("name") if old and _implied(old, "name") else None
    if name is None:  # an empty label is a name, too
        name = quals.first("label") if "label" in quals else feature.label
    said["name"] = _one_line(xml_text(name or ""))
    said["allowSegmentOverlaps"] = "1" if place.overlapping else "0"
    _direct(said, feature, place, old)
    if old is not None:
        _follow(said, feature, old, sequence, old_sequence, lost)
    element = Element("Feature")
    for key in (*_ATTRIBUTES, *said):
        if key in said and element.get(key) is None:
            element.set(key, said[key])
    _add_segments(element, feature, place, old, len(sequence))
    _add_qualifiers(element, feature, old)
    return element


def _direct(said: dict[str, str], feature: Feature, place: Pieces, old: Known | None) -> None:
    """Set what goes with the strand."""
    stated = {name: number for number, name in _NO_STRAND.items()}.get(
        feature.qualifiers.first("directionality", "")
    )
    number = "0" if place.strand is None else stated or ("1" if place.strand == 1 else "2")
    before = old.element.get("directionality", "0") if old else ""
    frame = said.pop("readingFrame", "").lstrip("-")
    for key in ("directionality", "swappedSegmentNumbering"):
        if number != before:
            said.pop(key, None)
    if number != "0":
        said["directionality"] = number
    if number == "2":
        said["swappedSegmentNumbering"] = "1"
        said["readingFrame"] = f"-{frame or 1}"
    elif frame and (frame != "1" or before == number):
        said["readingFrame"] = frame


def _follow(
    said: dict[str, str],
    feature: Feature,
    old: Known,
    sequence: Sequence,
    old_sequence: Sequence,
    lost: Report,
) -> None:
    """Keep what SnapGene computed while it is still true, and move what lies at a place."""
    computed = any(key in said for key in _DERIVED)
    if computed and not _same_letters(feature, sequence, old.feature, old_sequence):
        for key in _DERIVED:
            said.pop(key, None)
    arrows = said.get("cleavageArrows")
    if arrows is None or (feature.location == old.feature.location and sequence == old_sequence):
        return
    move = rigid_move(old.feature.location, feature.location, len(sequence))
    if move and len(sequence) and re.fullmatch(r"\d{1,9}(,\d{1,9})*", arrows):
        sign, offset = move
        places = sorted((sign * int(a) + offset) % len(sequence) for a in arrows.split(","))
        said["cleavageArrows"] = ",".join(str(p or len(sequence)) for p in places)
    else:
        del said["cleavageArrows"]
        lost("cleavage arrows", f"{feature.label}: the feature has changed")


def _same_thing(feature: Feature, sequence: Sequence, old: Known, old_sequence: Sequence) -> bool:
    before = old.feature
    return feature.label == before.label or _same_letters(feature, sequence, before, old_sequence)


def _same_letters(
    feature: Feature, sequence: Sequence, old: Feature, old_sequence: Sequence
) -> bool:
    if any(p.end > len(sequence) and not sequence.circular for p in feature.location.local):
        return False
    if len(feature.location) != len(old.location):
        return False
    if len(feature.location.local) < len(feature.location.parts):
        return False
    if any(len(p) > len(sequence) or p.start > len(sequence) for p in feature.location.parts):
        return False
    new_letters = feature.extract(sequence)
    return new_letters.data.upper() == old.extract(old_sequence).data.upper()


def _add_segments(
    element: Element, feature: Feature, place: Pieces, old: Known | None, length: int
) -> None:
    quals = feature.qualifiers
    templates: list[dict[str, str]] = []
    recolored = True
    if old is not None:
        recolored = (quals.first("color") or "") != (old.feature.qualifiers.first("color") or "")
        templates = [dict(s.attrib) for s in standard_segments(old.element)]
        if (old.element.get("directionality", "0") == "2") != (place.strand == -1):
            templates.reverse()
    color = quals.first("color") or quals.first("ApEinfo_fwdcolor") or GREY
    if not _HEX.fullmatch(color):
        color = GREY
    if len(templates) != len(place.bounds):
        shared = {k: v for k, v in (templates[0] if templates else {}).items() if k != "name"}
        shared.pop("translationNumberingStartsFrom", None)
        if old is None and feature.type == "CDS":
            shared["translated"] = "1"
        templates = [dict(shared) for _ in place.bounds]
    for (start, end), gap, said in zip(place.bounds, place.gaps(length), templates, strict=True):
        said["range"] = write_range(start, end, length)
        if recolored or "color" not in said:
            said["color"] = color
        said["type"] = said.get("type", "standard")
        ordered = {k: said.pop(k) for k in ("name", "range", "color", "type") if k in said}
        SubElement(element, "Segment", ordered | said)
        if gap is not None:
            SubElement(
                element,
                "Segment",
                {"range": write_range(*gap, length), "color": "noColor", "type": "gap"},
            )


def _implied(old: Known, key: str) -> bool:
    """Whether a qualifier came from somewhere else than a qualifier of the element."""
    return key in old.feature.qualifiers and old.element.find(f"Q[@name='{key}']") is None


def _add_qualifiers(element: Element, feature: Feature, old: Known | None) -> None:
    templates: dict[tuple[str, str], Element] = {}
    if old is not None:
        for q in old.element.iterfind("Q"):
            for v in q.iterfind("V"):
                templates[q.get("name", "note"), _value(v)] = v
    grouped: dict[str, list[str | None]] = {}
    for key, value in feature.qualifiers.pairs:
        grouped.setdefault(key, []).append(value)
    for key, values in grouped.items():
        if old is not None and key in _IMPLIED and _implied(old, key):
            values = values[1:]
            if not values:
                continue
        q = SubElement(element, "Q", name=xml_text(key))
        if values == [None]:
            continue
        for value in values:
            template = templates.get((key, value or ""))
            q.append(deepcopy(template) if template is not None else _typed(key, value or ""))


_IMPLIED = ("label", "name", "color", "directionality")


def _typed(key: str, value: str) -> Element:
    if key in _NUMBERS and re.fullmatch(r"[1-9]\d{0,8}", value):
        return Element("V", {"int": value})
    return Element("V", {"text": xml_text(value)})

"""The primers of a SnapGene file and their binding sites, from the XML and back.

Each binding site that SnapGene shows becomes a feature ``primer_bind`` with the primer's name as
its label and the primer's letters as its qualifier ``sequence``; its id is ``primer-NUMBER.SITE``.
Positions in this packet count from 0, unlike those of features.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from xml.etree.ElementTree import Element

from biowright.core import Attributes, Feature, Location, Record, Sequence, Span

from ..format import Loss
from .features import Known, number_elements
from .packets import xml_text
from .segments import read_range, rigid_move, write_range
from .text import plain_text

_LETTERS = re.compile(r"[ACGTUMRWSYKVHDBN]+", re.I)


def read_primers(root: Element, sequence: Sequence, title: str) -> list[Known]:
    """Translate the binding sites that SnapGene shows: those above the file's own thresholds.

    Returns
    -------
    list of Known
        The features, each with the element of its primer.

    Raises
    ------
    FormatError
        A site lies outside of the sequence.
    """
    least, coolest = _thresholds(root)
    known = []
    for number, primer in enumerate(root.iterfind("Primer")):
        seen: set[Location] = set()
        what = f"{title}, primer {number + 1}"
        for index, site in enumerate(primer.iterfind("BindingSite")):
            location = _site(site, sequence, what)
            if site.get("simplified") == "1" and location in seen:
                continue
            annealed = site.get("annealedBases")
            if annealed is not None and len(annealed) < least:
                continue
            if _number(site.get("meltingTemperature"), coolest) < coolest:
                continue
            seen.add(location)
            known.append(Known(_feature(primer, location, f"primer-{number}.{index}"), primer))
    return known


def _thresholds(root: Element) -> tuple[int, int]:
    least = coolest = 0
    for said in root.iterfind("HybridizationParams"):
        least = _number(said.get("minContinuousMatchLen"), 0)
        coolest = _number(said.get("minMeltingTemperature"), 0)
    return least, coolest


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and re.fullmatch(r"-?\d{1,9}", text) else default


def _site(site: Element, sequence: Sequence, title: str) -> Location:
    start, end = read_range(site.get("location", ""), sequence, title, first=0)
    return Location((Span(start, end, -1 if site.get("boundStrand") == "1" else 1),))


def _feature(primer: Element, location: Location, identity: str) -> Feature:
    pairs = [
        ("label", plain_text(primer.get("name", ""))),
        ("sequence", primer.get("sequence", "")),
        ("note", plain_text(primer.get("description", ""))),
    ]
    return Feature("primer_bind", location, Attributes(p for p in pairs if p[1]), identity)


def is_primer(feature: Feature) -> bool:
    """Tell whether a feature can stand among the primers: it has letters and one exact place."""
    location = feature.location
    return (
        feature.type == "primer_bind"
        and bool(_LETTERS.fullmatch(feature.qualifiers.first("sequence", "")))
        and set(feature.qualifiers) <= {"label", "sequence", "note"}
        and len(feature.qualifiers.pairs) == len(feature.qualifiers)
        and len(location.parts) == 1
        and location.exact
        and location.parts[0].accession is None
        and len(location) > 0
        and not feature.cuts  # nothing anneals to a site that was interrupted
    )


def write_primers(
    record: Record,
    features: Iterable[Feature],
    root: Element | None,
    known: Iterable[Known],
    old_sequence: Sequence,
) -> tuple[Element, list[Loss]]:
    """Write primers as SnapGene's XML; sites that have moved take their details along.

    Parameters
    ----------
    record : Record
        What they belong to.
    features : iterable of Feature
        Those that are `is_primer`.
    root : Element, optional
        The element that the record was read with.
    known : iterable of Known
        Its features.
    old_sequence : Sequence
        The sequence that they were read with.
    """
    losses: list[Loss] = []
    known = list(known)
    read_from = {id(k.element): k.element for k in known}
    templates = {key: _Template(element, old_sequence) for key, element in read_from.items()}
    for k in known:
        templates[id(k.element)].shown.add(k.feature.location)
    by_id = {k.feature.id: k for k in known}
    groups: dict[tuple[object, ...], list[tuple[Feature, Known | None]]] = {}
    for feature in features:
        if not _inside(feature, record.sequence):
            losses.append(Loss(record.name, "feature", f"primer {feature.label}: outside"))
            continue
        old = by_id.get(feature.id)
        if old is not None and not _alike(feature.qualifiers, old.feature.qualifiers):
            old = None  # it came with an insert from another file
        said = [feature.qualifiers.first(key) for key in ("label", "sequence", "note")]
        groups.setdefault((id(old.element) if old else 0, *said), []).append((feature, old))
    same = record.sequence == old_sequence
    elements = []
    placed = set()
    for (identity, *_), sites in groups.items():
        template = templates.get(identity) if isinstance(identity, int) else None
        primer = _primer(template.element if template else None, sites[0])
        for feature, old in sites:
            primer.extend(_sites(feature, old, template, record.sequence, old_sequence))
        if template is not None and same and identity not in placed:
            # what SnapGene hides, it still knows
            primer.extend(
                deepcopy(site)
                for location, group in template.sites.items()
                if location not in template.shown
                for site in group
            )
        placed.add(identity)
        elements.append(primer)
    box = Element("Primers")
    if root is not None:
        elements += _unbound(root, record, known, placed, same)
    box.set("nextValidID", str(number_elements(elements, root)))
    params = root.find("HybridizationParams") if root is not None else None
    if params is not None:
        box.append(deepcopy(params))
    box.extend(elements)
    return box, losses


class _Template:
    """A primer's element, with the elements of each of its sites: the detailed, the simplified."""

    def __init__(self, element: Element, sequence: Sequence) -> None:
        self.element = element
        self.shown: set[Location] = set()
        self.sites: dict[Location, list[Element]] = {}
        for site in element.iterfind("BindingSite"):
            self.sites.setdefault(_site(site, sequence, "primer"), []).append(site)


def _unbound(
    root: Element, record: Record, known: list[Known], placed: set[object], same: bool
) -> list[Element]:
    """Give the primers that bind nowhere, or whose only sites were cut; not those taken away."""
    present = {f.id for f in record.features}
    cut = {id(k.element) for k in known if k.feature.id in present} - placed
    shown = {id(k.element) for k in known}
    made = []
    for primer in root.iterfind("Primer"):
        if id(primer) in shown:
            if id(primer) in cut:
                made.append(_without_sites(primer))
        else:
            made.append(deepcopy(primer) if same else _without_sites(primer))
    return made


def _inside(feature: Feature, sequence: Sequence) -> bool:
    part = feature.location.parts[0]
    length = len(sequence)
    return part.start < length and len(part) <= length and (sequence.circular or part.end <= length)


def _alike(said: Attributes, before: Attributes) -> bool:
    return any(said.first(key) == before.first(key) for key in ("label", "sequence"))


def _without_sites(primer: Element) -> Element:
    return Element("Primer", dict(primer.attrib))


def _primer(template: Element | None, first: tuple[Feature, Known | None]) -> Element:
    feature, old = first
    primer = Element("Primer") if template is None else _without_sites(template)
    quals = feature.qualifiers
    before = old.feature.qualifiers if old else Attributes()
    for key, name in (("label", "name"), ("sequence", "sequence"), ("note", "description")):
        if quals.first(key, "") != before.first(key, ""):
            primer.set(name, xml_text(quals.first(key, "")))
    return primer


def _sites(
    feature: Feature,
    old: Known | None,
    template: _Template | None,
    sequence: Sequence,
    old_sequence: Sequence,
) -> list[Element]:
    part = feature.location.parts[0]
    length = len(sequence)
    place = {
        "location": write_range(part.start, part.end, length, first=0),
        "boundStrand": "1" if part.strand == -1 else "0",
    }
    if template and old and _same(feature, old.feature, sequence, old_sequence):
        move = rigid_move(old.feature.location, feature.location, length)
        if move is not None:
            made = []
            for original in template.sites.get(old.feature.location, ()):
                site = deepcopy(original)
                for key, value in place.items():
                    site.set(key, value)
                for component in site.iterfind("Component[@hybridizedRange]"):
                    _move(component, *move, old_sequence, length)
                made.append(site)
            return made
    return [Element("BindingSite", place)]


def _same(feature: Feature, old: Feature, sequence: Sequence, old_sequence: Sequence) -> bool:
    """Whether the primer is the same and still lies on the letters that it was found to bind."""
    return (
        feature.qualifiers.first("sequence") == old.qualifiers.first("sequence")
        and feature.extract(sequence).data.upper() == old.extract(old_sequence).data.upper()
    )


def _move(component: Element, sign: int, offset: int, old_sequence: Sequence, length: int) -> None:
    start, end = read_range(component.get("hybridizedRange", ""), old_sequence, "primer", first=0)
    low, high = sorted((sign * start + offset, sign * end + offset))
    component.set("hybridizedRange", write_range(low, high, length, first=0))

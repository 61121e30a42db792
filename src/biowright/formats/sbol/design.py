"""From the triples of one SBOL design to a record.

The features are the things that have a place in the sequence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from biowright.core import (
    Attributes,
    Feature,
    Molecule,
    Provenance,
    Record,
    Reference,
    Sequence,
    Topology,
)

from ..rdf.graph import Graph
from .keys import REFERENCE_TEXTS, RESERVED, decoded_key, read_label
from .location import ordered_pairs, read_location
from .terms import (
    CIRCULAR,
    DOUBLE,
    GENBANK,
    LINEAR,
    MOLECULES,
    NAMESPACE,
    OURS,
    QUALIFIER,
    SBOL2,
    SINGLE,
    V2,
    V3,
    Dialect,
    role_of,
    short_term,
    type_of,
)

__all__ = ["DesignReader", "Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A record as a design says it.

    Parameters
    ----------
    record : Record
    sequence : str
        The IRI of the Sequence that the letters came from, or "".
    nodes : tuple of str
        The IRIs of the record's features, in their order.
    """

    record: Record
    sequence: str
    nodes: tuple[str, ...]


class DesignReader:
    """Makes records of the designs in a graph.

    Parameters
    ----------
    graph : Graph
        It holds the designs, and as far as they are known the designs that they consist of.
    dialect : Dialect
    known : Graph, optional
        What is known of designs that are not in the graph.
    """

    def __init__(self, graph: Graph, dialect: Dialect, known: Graph | None = None) -> None:
        self.graph, self.dialect, self.known = (
            graph,
            dialect,
            known if known is not None else Graph(),
        )

    def molecule(self, node: str) -> Molecule | None:
        """Tell what a design is made of; None if it is no design of DNA, RNA or protein."""
        if self.dialect.component not in self.graph.types(node):
            return None
        types = {short_term(t) for t in self.graph.links(node, self.dialect("type"))}
        found = {MOLECULES[t] for t in types if t in MOLECULES}
        return next((m for m in Molecule if m.value in found), None)

    def read(self, design: str) -> Reading:
        """Make a record of a design."""
        graph, dialect = self.graph, self.dialect
        molecule = self.molecule(design) or Molecule.DNA
        types = [short_term(t) for t in graph.links(design, dialect("type"))]
        circular = CIRCULAR in types
        source, letters = self.letters(design, molecule)
        topology = Topology.CIRCULAR if circular else Topology.LINEAR
        sequence = Sequence(letters, molecule, topology)
        placed, unplaced = self.features(design, source, sequence)
        provenance: tuple[Provenance, ...] = ()
        if unplaced:
            provenance = (
                Provenance(
                    f"read: {len(unplaced)} features have no place in the sequence and stay in the "
                    "triples",
                    used=tuple(unplaced),
                ),
            )
        name, id_ = self.read_name(design)
        record = Record(
            sequence,
            name,
            id_,
            graph.text(design, dialect.description) or "",
            [feature for _, feature in placed],
            self.annotations(design, types),
            self.references(design),
            provenance=provenance,
        )
        return Reading(record, source, tuple(node for node, _ in placed))

    def read_name(self, design: str) -> tuple[str, str]:
        """Give the name and the id of a design."""
        name = self.graph.text(design, GENBANK + "locus")
        if name is None:
            shown = self.graph.text(design, self.dialect("displayId"))
            name = shown or re.split(r"[/#:]", design)[-1]
        id_ = self.graph.text(design, GENBANK + "version")
        return name, design if id_ is None else id_

    def letters(self, design: str, molecule: Molecule) -> tuple[str, str]:
        """Give the IRI and the letters of the Sequence that fits the molecule."""
        graph, dialect = self.graph, self.dialect
        candidates = []
        for node in graph.links(design, dialect.has_sequence):
            elements = graph.text(node, dialect("elements"))
            encodings = graph.links(node, dialect("encoding"))
            if elements is not None and (not encodings or _fits(encodings, molecule)):
                candidates.append((not encodings, node, "".join(elements.split())))
        if not candidates:
            return "", ""
        _, node, letters = min(candidates)
        return node, letters

    def features(
        self, design: str, source: str, sequence: Sequence
    ) -> tuple[list[tuple[str, Feature]], list[str]]:
        """Give the features with their nodes, in order, and the nodes without a place."""
        placed, unplaced = [], []
        for node in self.graph.links(design, self.dialect.has_feature):
            if node not in self.graph:
                continue
            feature = self.feature(node, source, sequence)
            if feature is not None:
                placed.append((self.rank(node, feature), node, feature))
            elif self.graph.links(node, self.dialect.has_location):
                unplaced.append(node)
        placed.sort(key=lambda entry: entry[0])
        return [(node, feature) for _, node, feature in placed], unplaced

    def feature(self, node: str, source: str, sequence: Sequence) -> Feature | None:
        """Make a feature; None if it has no place on the Sequence `source`."""
        location = read_location(self.graph, self.dialect, node, source, sequence)
        if location is None:
            return None
        type_, qualifiers = self.said(node)
        said = self.graph.text(node, OURS + "id")
        return Feature(type_, location, qualifiers, node if said is None else said)

    def rank(self, node: str, feature: Feature) -> tuple[int, int, int, int, str]:
        """Give the key that features are sorted by: a stated order, then place, number and IRI."""
        order = self.graph.text(node, OURS + "order") or ""
        stated = int(order) if order.isdecimal() and len(order) < 10 else 1 << 31
        return stated, feature.location.start, -feature.location.end, _number(node), node

    def linked(self, node: str) -> tuple[str, str]:
        """Give the object that tells which design a feature is a place of, and that design."""
        linked = node
        if self.dialect is SBOL2:
            linked = next(iter(self.graph.links(node, V2 + "component")), node)
        found = self.graph.links(linked, self.dialect.definition, self.dialect("definition"))
        return linked, found[0] if found else ""

    def type(self, node: str) -> str:
        """Give the type of a feature: as stated, else by its roles, else by those of its design."""
        graph, role = self.graph, self.dialect("role")
        stated = graph.text(node, QUALIFIER + "featureType")
        if stated:
            return stated
        known = type_of(graph.links(node, role))
        if known is None:
            linked, definition = self.linked(node)
            around = graph if definition in graph else self.known
            known = type_of(graph.links(linked, role)) or type_of(around.links(definition, role))
        return known or "misc_feature"

    def said(self, node: str) -> tuple[str, Attributes]:
        """Give the type and the qualifiers of a feature."""
        graph, dialect = self.graph, self.dialect
        linked, definition = self.linked(node)
        type_ = self.type(node)
        pairs: list[tuple[str, str]] = []
        for predicate in graph.nodes[node]:
            if predicate.startswith(QUALIFIER):
                local = predicate.removeprefix(QUALIFIER)
                if local not in RESERVED:
                    key = decoded_key(local)
                    pairs += [(key, text) for text in graph.texts(node, predicate)]
        title = graph.text(node, dialect.title)
        if title is None and definition:
            around = graph if definition in graph else self.known
            title = graph.text(linked, dialect.title) or around.text(
                definition, dialect.title, dialect("displayId")
            )
        if title is not None and title not in {value for _, value in pairs}:
            pairs.append(("label", title))
        note = graph.text(node, dialect.description)
        if note is not None and ("note", note) not in pairs:
            pairs.append(("note", note))
        if definition:
            pairs.append(("definition", definition))
        implied = role_of(type_)
        terms = [short_term(role) for role in graph.links(node, dialect("role"))]
        if terms != [implied]:
            pairs += [("role", term) for term in terms]
        pairs.sort()
        hint = graph.text(node, OURS + "qualifiers")
        return type_, Attributes(ordered_pairs(pairs, hint, {("role", implied)}))

    def annotations(self, design: str, types: list[str]) -> Attributes:
        """Give what a design says of itself beside its name, description and sequence."""
        graph, dialect = self.graph, self.dialect
        pairs: list[tuple[str, str]] = []
        for predicate in graph.nodes[design]:
            local = predicate.removeprefix(GENBANK)
            if predicate.startswith(GENBANK) and local not in RESERVED:
                pairs += [(decoded_key(local), text) for text in graph.texts(design, predicate)]
        molecule = graph.text(design, GENBANK + "molecule")
        kind = next((MOLECULES[t] for t in types if t in MOLECULES), "DNA")
        if molecule is None and (SINGLE in types or DOUBLE in types):
            molecule = ("ss-" if SINGLE in types else "ds-") + kind
        if molecule is not None:
            pairs.append(("molecule_type", molecule))
        title = graph.text(design, dialect.title)
        if title is not None:
            pairs.append(("title", title))
        pairs += [("role", short_term(r)) for r in graph.links(design, dialect("role"))]
        modelled = {CIRCULAR, LINEAR, SINGLE, DOUBLE}
        pairs += [("type", t) for t in types if t not in modelled and t not in MOLECULES]
        if dialect is SBOL2:
            pairs += [("version", v) for v in graph.texts(design, V2 + "version")]
        else:
            spaces = graph.links(design, V3 + "hasNamespace")
            pairs += [("sbol_namespace", s) for s in spaces if s != NAMESPACE]
        pairs.sort()
        return Attributes(ordered_pairs(pairs, graph.text(design, OURS + "annotations")))

    def references(self, design: str) -> tuple[Reference, ...]:
        """Give the publications of a design, in the order of their numbers."""
        found = []
        for node in self.graph.links(design, GENBANK + "reference"):
            label = self.graph.text(node, GENBANK + "label") or ""
            number, bases, scope = read_label(label)
            texts = {
                field: self.graph.text(node, GENBANK + word) or ""
                for field, word in REFERENCE_TEXTS.items()
            }
            found.append((number, node, Reference(**texts, bases=bases, scope=scope)))
        return tuple(reference for *_, reference in sorted(found, key=lambda entry: entry[:2]))


def _fits(encodings: list[str], molecule: Molecule) -> bool:
    nucleic = any("naseq" in e or e.endswith("format_1207") for e in encodings)
    protein = any("AminoAcid" in e or e.endswith("format_1208") for e in encodings)
    return protein if molecule is Molecule.PROTEIN else nucleic


def _number(node: str) -> int:
    found = re.search(r"[A-Za-z_](\d{1,9})(?:/\d[\w.]*)?\Z", node[-40:])
    return int(found[1]) if found else -1

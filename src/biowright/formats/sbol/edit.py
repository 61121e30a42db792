"""Making the triples of a design say what a record says, changing only those that say it otherwise.

A record of another format is written by the same edits, on a design that says nothing yet. What is
written is read again: a difference that remains is reported as a loss, so that the report is what a
reader will find.
"""

from __future__ import annotations

from biowright.core import Attributes, Feature, Molecule, Record

from ..format import Loss
from ..rdf.graph import TYPE, Literal, is_absolute
from .feature_edit import FeatureEditor
from .keys import REFERENCE_TEXTS, encoded_key
from .location import location_hint, qualifier_hint
from .objects import display_id
from .terms import (
    CIRCULAR,
    DOUBLE,
    GENBANK,
    LINEAR,
    MOLECULES,
    OURS,
    SBOL2,
    SBOL3,
    SINGLE,
    V2,
    V3,
    role_of,
    short_term,
)

__all__ = ["DesignEditor"]

_MODELLED_TYPES = {CIRCULAR, LINEAR, SINGLE, DOUBLE, *MOLECULES}


class DesignEditor(FeatureEditor):
    """Edits the triples of one design; `apply` makes them say what a record says."""

    def apply(self, record: Record) -> list[Loss]:
        """Make the design say what the record says; give what it cannot say."""
        reading = self.reader.read(self.identity)
        old, source = reading.record, reading.sequence
        placed = list(zip(reading.nodes, old.features, strict=True))
        key = "molecule_type"
        strands = record.annotations.first(key) != old.annotations.first(key)
        same = (record.molecule, record.topology) == (old.molecule, old.topology)
        if strands or not same or not source:
            self.set_types(record, strands=strands)
        if record.sequence.data != old.sequence.data or record.molecule != old.molecule:
            source = self.set_letters(record, source)
        elif not source and record.features and self.dialect is SBOL3:
            source = self.set_letters(record, "")
        if record.description != old.description:
            self.set_text(self.identity, self.dialect.description, record.description)
        self.set_annotations(old.annotations, record.annotations)
        if record.references != old.references:
            self.set_references(record)
        nodes = self.set_features(placed, record, source)
        self.name(record)
        found = self.refine(record, nodes)
        self.compare(record, nodes, found)
        return self.losses

    def set_types(self, record: Record, *, strands: bool) -> None:
        """Say the molecule and the topology, and how many strands it has if that is new."""
        predicate = self.dialect("type")
        modelled = _MODELLED_TYPES if strands else _MODELLED_TYPES - {SINGLE, DOUBLE}
        old = self.graph.links(self.identity, predicate)
        terms = []
        if record.circular:
            terms.append(CIRCULAR)
        elif record.molecule is not Molecule.PROTEIN:
            terms.append(LINEAR)
        said = record.annotations.first("molecule_type", "")
        if strands and said.startswith(("ss-", "ds-")):
            terms.append(SINGLE if said.startswith("ss-") else DOUBLE)
        made = [self.dialect.molecules[record.molecule.value]]
        made += [self.dialect.ontology + term for term in terms]
        kept = [iri for iri in old if short_term(iri) not in modelled]
        self.graph.put(self.identity, predicate, [*made, *kept])

    def set_letters(self, record: Record, source: str) -> str:
        """Put the letters into the design's Sequence; into a new one if others have it, too."""
        word = self.dialect
        if source and not self.shared:
            node = source
        else:
            base, _, local = self.parent.rpartition("/")
            persistent, shown = self.child(base, f"{display_id(local)}_sequence")
            node = self.create(word("Sequence"), persistent, shown)
            if word is SBOL3:
                self.graph.put(
                    node, V3 + "hasNamespace", self.graph.links(self.identity, V3 + "hasNamespace")
                )
            self.graph.discard(self.identity, word.has_sequence, source)
            self.graph.add(self.identity, word.has_sequence, node)
            if source:
                for s, p, o in list(self.graph.triples()):
                    if o == source and s != self.identity:
                        self.graph.discard(s, p, o)
                        self.graph.add(s, p, node)
                self.graph.nodes.pop(source, None)
        self.graph.put(node, word("elements"), [Literal(str(record.sequence))])
        self.graph.put(node, word("encoding"), [word.encodings[record.molecule.value]])
        return node

    def set_annotations(self, old: Attributes, new: Attributes) -> None:
        word, node = self.dialect, self.identity
        for key in dict.fromkeys((*old, *new)):
            values = list(new.get(key, ()))
            if values == list(old.get(key, ())):
                continue
            if key in ("role", "type"):
                terms = [v for v in values if self.term(v)]
                kept = [
                    t
                    for t in self.graph.links(node, word("type"))
                    if short_term(t) in _MODELLED_TYPES
                ]
                self.set_terms(node, word(key), [*(kept if key == "type" else ()), *terms])
                values = [v for v in values if v not in terms]
            elif key == "title" and len(values) < 2:
                self.graph.put(node, word.title, map(Literal, values))
                continue
            elif key == "version" and self.graph.texts(node, V2 + "version"):
                self.graph.put(node, V2 + "version", map(Literal, values))
                continue
            elif key == "sbol_namespace" and word is SBOL3:
                if values and is_absolute(values[0]) and old.get(key):
                    self.graph.put(node, V3 + "hasNamespace", values[:1])
                continue
            name = "molecule" if key == "molecule_type" else encoded_key(key)
            self.graph.put(node, GENBANK + name, map(Literal, values))

    def set_references(self, record: Record) -> None:
        for node in self.graph.links(self.identity, GENBANK + "reference"):
            self.graph.nodes.pop(node, None)
        self.graph.put(self.identity, GENBANK + "reference", [])
        for number, reference in enumerate(record.references, 1):
            persistent, shown = self.child(self.parent, f"reference{number}")
            if self.dialect is SBOL2:  # a nested annotation: no properties of SBOL
                node = persistent
                self.graph.add(node, TYPE, GENBANK + "Reference")
            else:
                node = self.create(V3 + "Identified", persistent, shown)
                self.graph.add(node, TYPE, GENBANK + "Reference")
            self.graph.add(self.identity, GENBANK + "reference", node)
            bases = "; ".join(f"{start + 1} to {end}" for start, end in reference.bases)
            unit = "residues" if record.molecule.value == "protein" else "bases"
            scope = f"{unit} {bases}" if bases else reference.scope
            label = f"{number}  ({scope})" if scope else str(number)
            self.graph.add(node, GENBANK + "label", Literal(label))
            for field, name in REFERENCE_TEXTS.items():
                self.set_text(node, GENBANK + name, getattr(reference, field))

    def name(self, record: Record) -> None:
        """Say the name and the identity of the record where the IRI says others."""
        graph, identity = self.graph, self.identity
        shown = graph.text(identity, self.dialect("displayId")) or identity
        read = self.reader.read_name(identity)
        if read[0] != record.name:
            graph.put(
                identity, GENBANK + "locus", [Literal(record.name)] if record.name != shown else []
            )
        # a design that was written under another IRI is the same design
        followed = read[1] == identity and is_absolute(record.id) and "//" in record.id
        if read[1] != record.id and not followed:
            said = [Literal(record.id)] if record.id != identity else []
            graph.put(identity, GENBANK + "version", said)

    def refine(self, record: Record, nodes: list[str]) -> dict[str, Feature]:
        """Say beside the triples what they leave open: order, repeats, fuzzy ends.

        Returns
        -------
        dict of node to Feature
            What a reader will find.
        """
        graph, identity = self.graph, self.identity
        reading = self.reader.read(identity)
        if reading.record.annotations != record.annotations:
            hint = qualifier_hint(record.annotations.pairs)
            graph.put(identity, OURS + "annotations", [Literal(hint)])
        found = dict(zip(reading.nodes, reading.record.features, strict=True))
        for node, feature in zip(nodes, record.features, strict=True):
            now = found.get(node)
            if now == feature:
                continue
            if now is None or now.location != feature.location:
                graph.put(node, OURS + "location", [Literal(location_hint(feature.location))])
            if now is None or now.qualifiers != feature.qualifiers:
                hint = qualifier_hint(feature.qualifiers.pairs)
                graph.put(node, OURS + "qualifiers", [Literal(hint)])
            if feature.id and (now is None or now.id != feature.id):
                graph.put(node, OURS + "id", [Literal(feature.id)] if feature.id != node else [])
            now = self.reader.feature(node, reading.sequence, reading.record.sequence)
            if now is not None:
                found[node] = now
        order = sorted(found, key=lambda node: self.reader.rank(node, found[node]))
        if order != [node for node in nodes if node in found]:
            for number, node in enumerate(nodes, 1):
                graph.put(node, OURS + "order", [Literal(str(number))])
        return found

    def lose(self, record: Record, what: str, detail: str) -> None:
        self.losses.append(Loss(record.name, what, detail))

    def compare(self, record: Record, nodes: list[str], found: dict[str, Feature]) -> None:
        """Report what a reader will not find again."""
        identity = self.identity
        _, letters = self.reader.letters(identity, record.molecule)
        types = [short_term(t) for t in self.graph.links(identity, self.dialect("type"))]
        if record.quality is not None:
            self.lose(record, "quality", "SBOL has no place for the quality of letters")
        if letters != str(record.sequence):
            self.lose(record, "sequence", "the letters cannot be kept as they are")
        kept = set(self.reader.annotations(identity, types).pairs)
        for key, value in record.annotations.pairs:
            if (key, value) not in kept and (key != "sbol_namespace"):
                self.lose(record, "annotation", f"{key} {str(value)[:60]!r}")
        if self.reader.references(identity) != record.references:
            self.lose(
                record, "references", f"of {len(record.references)} some are not kept as they are"
            )
        for node, feature in zip(nodes, record.features, strict=True):
            now = found.get(node)
            if now is None:
                self.lose(
                    record, "feature", f"{feature.label}: {feature.location} is no place in it"
                )
                continue
            if now.type != feature.type or now.location != feature.location:
                self.lose(
                    record, "feature", f"{feature.label}: {feature.type} at {feature.location}"
                )
            missing = [p for p in feature.qualifiers.pairs if p not in now.qualifiers.pairs]
            missing = [p for p in missing if p != ("role", role_of(feature.type))]
            for key, value in missing:
                self.lose(record, "qualifier", f"{feature.label}: {key} {str(value)[:60]!r}")

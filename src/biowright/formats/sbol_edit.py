"""Making the triples of a design say what a record says, changing only those that say it otherwise.

A record of another format is written by the same edits, on a design that says nothing yet. What is
written is read again: a difference that remains is reported as a loss, so that the report is what a
reader will find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from biowright.core import Attributes, Feature, Fuzz, FuzzKind, Location, Record

from .format import Loss
from .rdf_graph import TYPE, Graph, Literal, Term, is_absolute
from .sbol_location import (
    Place,
    location_hint,
    location_triples,
    place_of,
    places_of,
    qualifier_hint,
)
from .sbol_read import REFERENCE_TEXTS, DesignReader, encoded_key, find_owners
from .sbol_terms import (
    CIRCULAR,
    DOUBLE,
    GENBANK,
    LINEAR,
    MOLECULES,
    OURS,
    QUALIFIER,
    SBOL2,
    SBOL3,
    SINGLE,
    V2,
    V3,
    Dialect,
    role_of,
    short_term,
)

__all__ = ["DesignEditor", "display_id"]

_MODELLED_TYPES = {CIRCULAR, LINEAR, SINGLE, DOUBLE, *MOLECULES}


def display_id(name: str, fallback: str = "record") -> str:
    """Make a displayId of a name: letters, digits and underscores, no digit first.

    Examples
    --------
    >>> display_id("pUC19-2"), display_id("5'UTR"), display_id("质粒")
    ('pUC19_2', '_5_UTR', 'record')
    """
    made = re.sub(r"[^A-Za-z0-9_]+", "_", name).rstrip("_")[:80]
    if not made.strip("_"):
        return fallback
    return f"_{made}" if made[0].isdigit() else made


class DesignEditor:
    """Edits the triples of one design.

    Parameters
    ----------
    graph : Graph
        The triples; they are changed.
    dialect : Dialect
    identity : str
        The IRI of the design.
    taken : set of str
        IRIs that new objects must not have.
    known : Graph, optional
        What is known of the designs that this one consists of.
    linkable : frozenset of str
        Designs that a feature may be a place of.
    pinned : frozenset of str
        Objects of the design that others refer to.
    shared : bool
        Whether its Sequence belongs to other designs, too.
    """

    def __init__(
        self,
        graph: Graph,
        dialect: Dialect,
        identity: str,
        taken: set[str],
        known: Graph | None = None,
        linkable: frozenset[str] = frozenset(),
        pinned: frozenset[str] = frozenset(),
        shared: bool = False,
    ) -> None:
        self.graph, self.dialect, self.identity, self.taken = graph, dialect, identity, taken
        self.linkable, self.pinned, self.shared = linkable - {identity}, pinned, shared
        self.reader = DesignReader(graph, dialect, known)
        self.losses: list[Loss] = []
        persistent = graph.links(identity, V2 + "persistentIdentity")
        self.parent = persistent[0] if persistent else identity
        version = graph.text(identity, V2 + "version")
        self.version = version if dialect is SBOL2 else None

    def apply(self, record: Record) -> list[Loss]:
        """Make the design say what the record says; give what it cannot say."""
        old, source = self.reader.record(self.identity)
        placed, _ = self.reader.features(self.identity, source, old.sequence)
        if (record.molecule, record.topology) != (old.molecule, old.topology) or not source:
            self.set_types(record)
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
        self.refine(record, nodes)
        self.compare(record, nodes)
        return self.losses

    def lose(self, record: Record, what: str, detail: str) -> None:
        self.losses.append(Loss(record.name, what, detail))

    def set_text(self, node: str, predicate: str, text: str) -> None:
        self.graph.put(node, predicate, [Literal(text)] if text else [])

    def term(self, word: str) -> str | None:
        """Give the IRI of an ontology term, whether in short or an IRI already."""
        if short_term(word) != word or re.fullmatch(r"(SO|SBO):[0-9]{7}", word):
            if is_absolute(word) and "/" in word:
                return word
            if word.startswith("SBO:") and self.dialect is SBOL2:
                return "http://identifiers.org/biomodels.sbo/" + word
            return self.dialect.ontology + word
        return word if is_absolute(word) and re.match(r"[a-z]+:[^\s]+\Z", word) else None

    def set_terms(self, node: str, predicate: str, words: Iterable[str]) -> None:
        """Replace the terms of a property, keeping the spelling of those that stay."""
        spelled = {short_term(iri): iri for iri in self.graph.links(node, predicate)}
        terms = [spelled.get(word) or self.term(word) for word in words]
        self.graph.put(node, predicate, [term for term in terms if term])

    def set_types(self, record: Record) -> None:
        predicate = self.dialect("type")
        kept = [
            iri
            for iri in self.graph.links(self.identity, predicate)
            if short_term(iri) not in _MODELLED_TYPES - {SINGLE, DOUBLE}
        ]
        terms = []
        if record.molecule.value != "protein":
            terms.append(CIRCULAR if record.circular else LINEAR)
        elif record.circular:
            terms.append(CIRCULAR)
        said = record.annotations.first("molecule_type", "")
        if not {SINGLE, DOUBLE}.intersection(map(short_term, kept)):
            terms += (
                [SINGLE] if said.startswith("ss-") else [DOUBLE] if said.startswith("ds-") else []
            )
        made = [self.dialect.molecules[record.molecule.value]]
        made += [self.dialect.ontology + term for term in terms]
        self.graph.put(self.identity, predicate, [*made, *kept])

    def child(self, parent: str, name: str) -> tuple[str, str]:
        """Give a free IRI below a parent, and its displayId."""
        number = 1
        shown = name
        while f"{parent}/{shown}" in self.taken or f"{parent}/{shown}" in self.graph:
            number += 1
            shown = f"{name}_{number}"
        return f"{parent}/{shown}", shown

    def create(self, kind: str, persistent: str, shown: str) -> str:
        """Add an object with its class and names; give its IRI."""
        node = f"{persistent}/{self.version}" if self.version else persistent
        self.graph.add(node, TYPE, kind)
        self.graph.add(node, self.dialect("displayId"), Literal(shown))
        if self.dialect is SBOL2:
            self.graph.add(node, V2 + "persistentIdentity", persistent)
            if self.version:
                self.graph.add(node, V2 + "version", Literal(self.version))
        self.taken.update((node, persistent))
        return node

    def set_letters(self, record: Record, source: str) -> str:
        """Put the letters into the Sequence of the design, into a new one if others have it, too."""
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
            elif key == "version" and word is SBOL2 and old.get(key):
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

    def set_features(
        self, placed: list[tuple[str, Feature]], record: Record, source: str
    ) -> list[str]:
        """Make the features those of the record; give their nodes, in its order."""
        waiting: dict[str, list[tuple[str, Feature]]] = {}
        for node, feature in placed:
            waiting.setdefault(feature.id, []).append((node, feature))
        nodes = []
        for number, feature in enumerate(record.features, 1):
            same = waiting.get(feature.id)
            if same:
                node, old = same.pop(0)
                if old.location != feature.location:
                    self.set_location(node, feature.location, record, source)
                if (old.type, old.qualifiers) != (feature.type, feature.qualifiers):
                    self.set_said(node, old, feature)
            else:
                node = self.add_feature(feature, number, record, source)
            nodes.append(node)
        gone = [node for left in waiting.values() for node, _ in left]
        if gone:
            self.remove_features(gone, record)
        return nodes

    def add_feature(self, feature: Feature, number: int, record: Record, source: str) -> str:
        word = self.dialect
        persistent, shown = self.child(
            self.parent, f"{display_id(feature.type, 'feature')}_{number}"
        )
        definition = feature.qualifiers.first("definition", "")
        linked = definition in self.linkable
        places = places_of(feature.location, len(record))
        kind = word.feature
        if word is SBOL3:
            if linked:
                kind = word.subcomponent
            elif not places or any(p[0] == "GenericLocation" for p in places):
                kind = V3 + "LocalSubComponent"  # the one feature that may be nowhere
        node = self.create(kind, persistent, shown)
        self.graph.add(self.identity, word.has_feature, node)
        if kind == V3 + "LocalSubComponent":
            self.graph.add(node, V3 + "type", word.molecules[record.molecule.value])
        if linked and word is SBOL2:
            below, name = self.child(self.parent, f"{shown}_component")
            component = self.create(word.subcomponent, below, name)
            self.graph.add(self.identity, V2 + "component", component)
            self.graph.add(node, V2 + "component", component)
            self.graph.add(component, V2 + "access", V2 + "public")
            self.graph.add(component, word.definition, definition)
        elif linked:
            self.graph.add(node, word.definition, definition)
        self.set_location(node, feature.location, record, source)
        type_, qualifiers = self.reader.said(node)
        self.set_said(node, Feature(type_, feature.location, qualifiers), feature)
        return node

    def set_location(self, node: str, location: Location, record: Record, source: str) -> None:
        """Replace the places of a feature, in the objects that are there where they fit."""
        word, graph = self.dialect, self.graph
        self.graph.put(node, OURS + "location", [])
        placed = sorted(_fuzzy_places(location, len(record)))
        if word is SBOL3:
            placed = [p for p in placed if p[0][0] != "GenericLocation"]
        elif not placed:
            placed = [(("GenericLocation", 0, 0, 1), False, False)]
        old = []
        for child in graph.links(node, word.has_location):
            place = place_of(graph, word, node, child)
            old.append((place or ("", 0, 0, 1), child))
        fitting = [p[0] for p, _ in sorted(old)] == [p[0][0] for p in placed]
        if not fitting:
            for _, child in old:
                graph.nodes.pop(child, None)
            graph.put(node, word.has_location, [])
        for i, (place, less, greater) in enumerate(placed):
            if fitting:
                child = sorted(old)[i][1]
            else:
                parent = (graph.links(node, V2 + "persistentIdentity") or [node])[0]
                persistent, shown = self.child(parent, place[0].lower())
                child = self.create(word(place[0]), persistent, shown)
                graph.add(node, word.has_location, child)
            self.write_place(child, place, source)
            self.set_text(child, QUALIFIER + "startLessThan", "true" if less else "")
            self.set_text(child, QUALIFIER + "endGreaterThan", "true" if greater else "")
        several = len(location.parts) > 1 and location.operator != "join"
        self.set_text(node, QUALIFIER + "multiRangeType", location.operator if several else "")

    def write_place(self, node: str, place: Place, source: str) -> None:
        for name, value in location_triples(self.dialect, place, source):
            term: Term = value if is_absolute(value) else Literal(value)
            if term != Literal("") and name in ("start", "end", "at") and self.dialect is SBOL3:
                term = Literal(value, "http://www.w3.org/2001/XMLSchema#integer")
            if name == "orientation" and place[3] == _strand(self.graph, self.dialect, node):
                continue
            if value:
                self.graph.put(node, self.dialect(name), [term])

    def set_said(self, node: str, old: Feature, new: Feature) -> None:
        """Replace what differs of a feature's type and qualifiers."""
        word, graph = self.dialect, self.graph
        linked = (graph.links(node, V2 + "component") or [node])[0] if word is SBOL2 else node
        linking = bool(graph.links(linked, word.definition))
        graph.put(node, OURS + "qualifiers", [])
        roles = [r for r in new.qualifiers.get("role", ()) if self.term(r)]
        fresh = old.type != new.type or not graph.links(node, word("role"))
        if roles != [r for r in old.qualifiers.get("role", ())] or (fresh and not linking):
            if roles or not linking:
                if not (linking and word is SBOL2):
                    self.set_terms(node, word("role"), roles or [role_of(new.type)])
                if linking and word is SBOL3:
                    graph.put(node, V3 + "roleIntegration", [V3 + "mergeRoles"])
        others = {v for k, v in new.qualifiers.pairs if k != "label" and v}
        for key in dict.fromkeys((*old.qualifiers, *new.qualifiers, "label")):
            values = list(new.qualifiers.get(key, ()))
            before = list(old.qualifiers.get(key, ()))
            if key == "role":
                values = [v for v in values if v not in roles]
            elif values == before and not (key == "label" and not values):
                continue
            elif key == "label":
                values = self.set_label(node, values, before, others, new)
            elif key == "note":
                values = self.set_note(node, values)
            elif key == "definition" and linking:
                at = graph.links(linked, word.definition)
                if values and values[0] in self.linkable:
                    graph.put(linked, word.definition, values[:1])
                    at = values[:1]
                values = [v for v in values if v not in at]
            graph.put(node, QUALIFIER + encoded_key(key), map(Literal, values))
        graph.put(node, QUALIFIER + "featureType", [])
        if self.reader.said(node)[0] != new.type:
            self.set_text(node, QUALIFIER + "featureType", new.type)

    def set_label(
        self, node: str, values: list[str], before: list[str], others: set[str], new: Feature
    ) -> list[str]:
        """Make the label the object's name; give the labels that need a qualifier of their own."""
        title = self.dialect.title
        if not values:
            # without a label the name is what a reader would call it, if a qualifier says that
            shown = new.label if new.label in others else ""
            if before or shown:
                self.set_text(node, title, shown)
            return []
        self.set_text(node, title, values[0])
        return values if values[0] in others or values[0] == "" else values[1:]

    def set_note(self, node: str, values: list[str]) -> list[str]:
        """Keep the object's description where it is one of the notes; give the others."""
        said = self.graph.text(node, self.dialect.description)
        if said is None:
            return values
        if said in values:
            return [v for v in values if v != said]
        self.set_text(node, self.dialect.description, values[0] if values else "")
        return values[1:]

    def remove_features(self, nodes: list[str], record: Record) -> None:
        """Take features away with what they own; what others refer to stays, without a place."""
        owners = find_owners(self.graph, self.dialect)
        children: dict[str, list[str]] = {}
        for child, (owner, _) in owners.items():
            children.setdefault(owner, []).append(child)
        users: dict[str, set[str]] = {}
        for s, _, o in self.graph.triples():
            if isinstance(o, str):
                users.setdefault(o, set()).add(s)
        for node in nodes:
            inside = [node]
            for one in inside:
                inside += children.get(one, ())
            used = bool(users.get(node, set()) - {self.identity, *inside}) or node in self.pinned
            if (
                used
                and self.dialect is SBOL3
                and V3 + "SequenceFeature" not in self.graph.types(node)
            ):
                for place in self.graph.links(node, V3 + "hasLocation"):
                    self.graph.nodes.pop(place, None)
                self.graph.put(node, V3 + "hasLocation", [])
                self.graph.put(node, OURS + "location", [])
                continue
            if used:
                self.lose(record, "reference", f"other objects refer to the removed {node}")
            self.graph.discard(self.identity, self.dialect.has_feature, node)
            for one in inside:
                self.graph.nodes.pop(one, None)

    def refine(self, record: Record, nodes: list[str]) -> None:
        """Say beside the triples what they leave open: order, repeats, fuzzy ends, names."""
        graph, identity = self.graph, self.identity
        shown = graph.text(identity, self.dialect("displayId"))
        read, _ = self.reader.record(identity)
        if read.name != record.name:
            graph.put(
                identity, GENBANK + "locus", [Literal(record.name)] if record.name != shown else []
            )
        if read.id != record.id and not (
            is_absolute(record.id) and "//" in record.id and read.id == identity
        ):
            graph.put(
                identity, GENBANK + "version", [Literal(record.id)] if record.id != identity else []
            )
        if read.annotations != record.annotations:
            hint = qualifier_hint(record.annotations.pairs)
            graph.put(identity, OURS + "annotations", [Literal(hint)])
        found, order = self.found()
        for node, feature in zip(nodes, record.features, strict=True):
            now = found.get(node)
            if now is None or now.location != feature.location:
                graph.put(node, OURS + "location", [Literal(location_hint(feature.location))])
            if now is None or now.qualifiers != feature.qualifiers:
                graph.put(
                    node, OURS + "qualifiers", [Literal(qualifier_hint(feature.qualifiers.pairs))]
                )
            if feature.id and (now is None or now.id != feature.id):
                graph.put(node, OURS + "id", [Literal(feature.id)] if feature.id != node else [])
        _, order = self.found()
        if order != nodes:
            for number, node in enumerate(nodes, 1):
                graph.put(node, OURS + "order", [Literal(str(number))])

    def found(self) -> tuple[dict[str, Feature], list[str]]:
        read, source = self.reader.record(self.identity)
        placed, _ = self.reader.features(self.identity, source, read.sequence)
        return dict(placed), [node for node, _ in placed]

    def compare(self, record: Record, nodes: list[str]) -> None:
        """Report what a reader will not find again, and take hints away that do not help."""
        read, _ = self.reader.record(self.identity)
        found, _ = self.found()
        if record.quality is not None:
            self.lose(record, "quality", "SBOL has no place for the quality of letters")
        if read.sequence != record.sequence:
            self.lose(record, "sequence", "the letters cannot be kept as they are")
        for what in ("name", "description"):
            if getattr(read, what) != getattr(record, what):
                self.lose(record, what, f"{getattr(record, what)[:60]!r}")
        kept = set(read.annotations.pairs)
        for key, value in record.annotations.pairs:
            if (key, value) not in kept and (key != "sbol_namespace"):
                self.lose(record, "annotation", f"{key} {str(value)[:60]!r}")
        if read.references != record.references:
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


def _strand(graph: Graph, dialect: Dialect, node: str) -> int | None:
    """Give the strand that a place says of itself."""
    if not graph.links(node, dialect("orientation")):
        return None
    place = place_of(graph, dialect, node, node)
    return None if place is None else place[3]


def _fuzzy_places(location: Location, length: int) -> Iterator[tuple[Place, bool, bool]]:
    """Give the places of a location, with whether they begin before and end after what they say."""
    for span in location.local:
        places = places_of(Location((span,)), length)
        less, greater = _is(span.start_fuzz, FuzzKind.BEFORE), _is(span.end_fuzz, FuzzKind.AFTER)
        if len(places) == 1:
            yield places[0], less, greater
        else:
            for place in places:
                yield place, less and place[1] != 1, greater and place[1] == 1


def _is(fuzz: Fuzz | None, kind: FuzzKind) -> bool:
    return fuzz is not None and fuzz.kind is kind

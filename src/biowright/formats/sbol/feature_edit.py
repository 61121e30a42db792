"""Making the features of an SBOL design say what those of a record say."""

from __future__ import annotations

from collections.abc import Iterator

from biowright.core import Feature, Fuzz, FuzzKind, Location, Record

from ..format import Loss
from ..rdf.graph import Graph, Literal, Term, is_absolute
from .keys import encoded_key
from .location import NOWHERE, Place, location_triples, place_of, places_of
from .objects import ObjectEditor, display_id
from .read import find_owners
from .terms import OURS, QUALIFIER, SBOL2, SBOL3, V2, V3, Dialect, role_of

__all__ = ["FeatureEditor"]


class FeatureEditor(ObjectEditor):
    """Makes, changes and removes the features of one design."""

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
            placed = [(NOWHERE, False, False)]
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
        before = list(old.qualifiers.get("role", ()))
        if not linking and (
            roles != before or old.type != new.type or not graph.links(node, word("role"))
        ):
            self.set_terms(node, word("role"), roles or [role_of(new.type)])
        elif roles != before and word is SBOL3:
            self.set_terms(node, word("role"), roles)
            graph.put(node, V3 + "roleIntegration", [V3 + "mergeRoles"] if roles else [])
        elif roles != before:  # an annotation that places a component has no roles of its own
            roles = []
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
        if self.reader.type(node) != new.type:
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
                self.losses.append(
                    Loss(record.name, "reference", f"other objects refer to the removed {node}")
                )
            self.graph.discard(self.identity, self.dialect.has_feature, node)
            for one in inside:
                self.graph.nodes.pop(one, None)


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

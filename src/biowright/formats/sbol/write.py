"""From records to the triples of one SBOL document.

A record that was read from the same version of SBOL and is unchanged brings its triples as they
were; a changed one brings them edited; a record of another format is described anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from biowright.core import Feature, FormatError, Record

from ..format import Document, Loss
from ..rdf.graph import TYPE, Graph, Literal, Term, is_absolute
from .edit import DesignEditor
from .location import PLACES
from .objects import display_id
from .read import Part, Remainder
from .terms import GENBANK, NAMESPACE, OURS, QUALIFIER, SBOL2, SBOL3, V2, V3, Dialect

__all__ = ["design_document"]

_SEGMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def design_document(records: Iterable[Record], dialect: Dialect) -> tuple[Graph, list[Loss]]:
    """Make the graph of a document that holds the records.

    Parameters
    ----------
    records : iterable of Record
        A `Document` brings what belongs to none of its records, too.
    dialect : Dialect

    Returns
    -------
    graph : Graph
    losses : list of Loss

    Raises
    ------
    FormatError
        Two records say different things of one object, or a namespace is no IRI.
    """
    listed = list(records)
    whole, losses = Graph(), []
    remainder = records.remainder if isinstance(records, Document) else None
    if isinstance(remainder, Remainder):
        if remainder.version == dialect.name:
            whole.update(remainder.graph)
        else:
            losses += _lost_remainder(remainder)
    parts = [_part(record, dialect) for record in listed]
    taken = set(whole.nodes)
    for part in parts:
        if part is not None:
            taken.update(part.graph.nodes)
    numbers: Counter[str] = Counter()
    identities = [
        _identity(record, taken, numbers) if part is None else part.identity
        for record, part in zip(listed, parts, strict=True)
    ]
    # features that are places of other designs point to where those are written now
    moved = {
        record.id: identity
        for record, identity in zip(listed, identities, strict=True)
        if is_absolute(record.id) and record.id != identity
    }
    linkable = frozenset(identities)
    for record, part, identity in zip(listed, parts, identities, strict=True):
        if part is not None and part.read == record:
            graph = part.graph
        elif part is not None:
            graph = part.graph.part(part.graph.nodes)
            editor = DesignEditor(
                graph, dialect, identity, taken, part.known, linkable, part.pinned, part.shared
            )
            losses += editor.apply(record)
        else:
            graph = _skeleton(record, dialect, identity)
            followed = _followed(record, moved)
            losses += DesignEditor(graph, dialect, identity, taken, linkable=linkable).apply(
                followed
            )
            losses += _lost_triples(record, dialect)
        _merge(whole, graph, record)
    for prefix, space in dialect.prefixes.items():
        if space not in whole.prefixes.values():
            free = prefix
            while free in whole.prefixes:
                free += "_"
            whole.prefixes[free] = space
    return whole, losses


def _part(record: Record, dialect: Dialect) -> Part | None:
    part = record.extras.get(dialect.name)
    return part if isinstance(part, Part) else None


def _merge(whole: Graph, graph: Graph, record: Record) -> None:
    for node, predicates in graph.nodes.items():
        if predicates and whole.nodes.get(node, predicates) != predicates:
            raise FormatError(
                f"another record says other things of <{node}>",
                record=record.name,
                hint="write the two to two files, or drop the extras of one, so that it gets an "
                "identity of its own",
            )
    whole.update(graph)


def _identity(record: Record, taken: set[str], numbers: Counter[str]) -> str:
    """Give a record an IRI: its own if it has one that fits, else one in its namespace."""
    made = ""
    if re.match(r"https?://", record.id):
        made = record.id
        version = record.annotations.first("version")
        if version and made.endswith(f"/{version}"):
            made = made.removesuffix(f"/{version}")
        if not _SEGMENT.match(made.rpartition("/")[2]):
            made = ""
    if not made:
        space = _namespace(record)
        made = f"{space}/{display_id(record.name or record.id)}"
    free = made
    while free in taken:
        numbers[made] += 1
        free = f"{made}_{numbers[made] + 1}"
    taken.add(free)
    return free


def _namespace(record: Record) -> str:
    space = record.annotations.first("sbol_namespace", NAMESPACE).rstrip("/#")
    if not is_absolute(space) or re.search(r"[\s<>\"{}|\\^`]", space):
        raise FormatError(
            f"the namespace {space[:60]!r} is no IRI",
            record=record.name,
            expected=NAMESPACE,
            hint="set the annotation sbol_namespace",
        )
    return space


def _skeleton(record: Record, dialect: Dialect, identity: str) -> Graph:
    """Make a design that has a name and says nothing yet."""
    graph = Graph()
    local = identity.rpartition("/")[2]
    graph.add(identity, TYPE, dialect.component)
    graph.add(identity, dialect("displayId"), Literal(local))
    graph.add(identity, dialect("type"), dialect.molecules[record.molecule.value])
    if dialect is SBOL2:
        graph.add(identity, V2 + "persistentIdentity", identity)
    else:
        space = _namespace(record)
        if not identity.startswith(space + "/"):
            space = identity.rpartition("/")[0]
        graph.add(identity, V3 + "hasNamespace", space)
    for predicate, value in _neutral(record, dialect):
        graph.add(identity, predicate, value)
    return graph


def _neutral(record: Record, dialect: Dialect) -> Iterator[tuple[str, Term]]:
    """Walk what the other version's triples say of a design in words that are not SBOL's."""
    other = SBOL3 if dialect is SBOL2 else SBOL2
    part = _part(record, other)
    for predicate, values in part.graph.nodes[part.identity].items() if part else ():
        if predicate.startswith((V2, V3, GENBANK, OURS)) or predicate in (
            TYPE,
            other.title,
            other.description,
        ):
            continue
        for value in values:
            if part is not None and value not in part.graph:
                yield predicate, value


def _followed(record: Record, moved: dict[str, str]) -> Record:
    def follow(feature: Feature) -> Feature:
        target = moved.get(feature.qualifiers.first("definition", ""))
        if target is None:
            return feature
        return replace(feature, qualifiers=feature.qualifiers.with_value("definition", target))

    if not moved or not any("definition" in f.qualifiers for f in record.features):
        return record
    return record.changed(features=[follow(feature) for feature in record.features])


def _lost_remainder(remainder: Remainder) -> list[Loss]:
    graph = remainder.graph
    kinds = Counter(kind for node in graph.nodes for kind in graph.types(node))
    return [
        Loss("", "objects", f"{count} of {kind} (of {remainder.version}, no records)")
        for kind, count in sorted(kinds.items())
    ]


def _lost_triples(record: Record, dialect: Dialect) -> list[Loss]:
    """Tell what another version of SBOL knew of a record and the values of a record do not hold."""
    other = SBOL3 if dialect is SBOL2 else SBOL2
    part = _part(record, other)
    if part is None:
        return []
    graph = part.graph
    said = {
        TYPE, other.title, other.description, other.has_sequence, other.has_feature,
        other("displayId"), other("type"), other("role"), V2 + "persistentIdentity", V2 + "version",
        V3 + "hasNamespace", GENBANK + "reference", OURS + "annotations",
    }  # fmt: skip
    spaces = (GENBANK, QUALIFIER, OURS)
    features = {f.id for f in record.features}
    owned = {place for node in features for place in graph.links(node, other.has_location)}
    read = (
        features
        | owned
        | set(graph.links(part.identity, GENBANK + "reference", other.has_sequence))
    )
    read |= {c for node in features for c in graph.links(node, V2 + "component")}
    neutral = {predicate for predicate, _ in _neutral(record, dialect)}
    losses = [
        Loss(record.name, "property", f"<{predicate}>")
        for predicate in sorted(graph.nodes.get(part.identity, {}))
        if predicate not in said
        and not predicate.startswith(spaces)
        and not all(o in read for o in graph.nodes[part.identity][predicate])
        and predicate not in neutral
    ]
    kinds = Counter(
        kind
        for node in graph.nodes
        if node not in read and node != part.identity
        for kind in graph.types(node)
        if kind.rpartition("#")[2] not in PLACES
    )
    return losses + [
        Loss(record.name, "objects", f"{count} of {kind}") for kind, count in sorted(kinds.items())
    ]

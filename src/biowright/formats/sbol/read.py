"""From the triples of an SBOL document to records, each with the triples that belong to it.

A design with a nucleotide or protein type becomes a `Record`. What is not modelled stays in the
triples: those of a design in ``Record.extras``, the others in ``Document.remainder``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from biowright.core import BiowrightError, FormatError, Record

from ..format import Document
from ..rdf.graph import Graph
from .design import DesignReader
from .terms import OM, PROV, SBOL2, SBOL3, V1, V2, V3, Dialect

__all__ = ["Part", "Remainder", "find_owners", "read_document"]


@dataclass(frozen=True, slots=True)
class Part:
    """The triples of one record, kept in ``Record.extras`` under the name of the SBOL version.

    Parameters
    ----------
    identity : str
        The IRI of the design.
    graph : Graph
        Its triples, those of what it owns, and those of its sequences.
    read : Record
        The record as it was read; a record that equals it is written back to the letter.
    sequence : str
        The IRI of the Sequence that the letters came from, or "".
    shared : bool
        Whether other designs have that Sequence too.
    pinned : frozenset of str
        Objects of this design that others refer to.
    known : Graph
        Names and roles of the designs that this one consists of, which its features show.
    """

    identity: str
    graph: Graph
    read: Record
    sequence: str
    shared: bool
    pinned: frozenset[str]
    known: Graph


@dataclass(frozen=True, slots=True)
class Remainder:
    """The triples of a document that belong to no record: ``Document.remainder``."""

    version: str
    graph: Graph


def read_document(graph: Graph, name: str) -> Document:
    """Make records of the designs of a graph.

    Raises
    ------
    FormatError
        It is SBOL 1, no SBOL at all, or a sequence has letters that its molecule does not have.
    """
    dialect = _dialect(graph, name)
    owners = find_owners(graph, dialect)
    roots = _roots(graph, owners)
    reader = DesignReader(graph, dialect)
    designs = [node for node in sorted(graph.nodes) if reader.molecule(node) is not None]
    users = Counter(
        s for d in _designs(graph, dialect) for s in graph.links(d, dialect.has_sequence)
    )
    owned: dict[str, list[str]] = {}
    for node in graph.nodes:
        owned.setdefault(roots[node], []).append(node)
    foreign: dict[str, set[str]] = {}
    for s, _, o in graph.triples():
        if isinstance(o, str) and o in roots and roots[o] != roots.get(s) and o != roots[o]:
            foreign.setdefault(roots[o], set()).add(o)
    records, taken = [], set()
    for design in designs:
        try:
            reading = reader.read(design)
        except BiowrightError as error:
            raise FormatError(
                f"the design cannot be read: {error}", path=name, record=design
            ) from None
        nodes = list(owned[design])
        for used in graph.links(design, dialect.has_sequence):
            nodes += owned.get(used, ())
        taken.update(nodes)
        part = Part(
            design,
            graph.part(nodes),
            reading.record,
            reading.sequence,
            users[reading.sequence] > 1,
            frozenset(foreign.get(design, ())),
            _known(graph, dialect, nodes),
        )
        records.append(reading.record.changed(extras={dialect.name: part}))
    rest = graph.part(node for node in graph.nodes if node not in taken)
    return Document(records, dialect.name, Remainder(dialect.name, rest))


def _known(graph: Graph, dialect: Dialect, nodes: list[str]) -> Graph:
    shown = (dialect.title, dialect("displayId"), dialect("role"))
    definitions = {d for node in nodes for d in graph.links(node, dialect.definition)}
    return Graph((d, p, o) for d in sorted(definitions) for p in shown for o in graph.values(d, p))


def _dialect(graph: Graph, name: str) -> Dialect:
    seen: Counter[str] = Counter()
    used: set[str] = set()
    for node, predicates in graph.nodes.items():
        for kind in graph.types(node):
            seen[kind[: len(V3)]] += 1
        used.update(p[: len(V3)] for p in predicates)
    if seen[V2] or seen[V3]:
        return SBOL3 if seen[V3] >= seen[V2] else SBOL2
    if seen[V1]:
        raise FormatError(
            "this is SBOL 1; SBOL 2 and SBOL 3 are read",
            path=name,
            hint="convert it to SBOL 2 with the SBOL validator, https://validator.sbolstandard.org",
        )
    if V3 in used:
        return SBOL3
    if V2 in used or (not graph.nodes and V2 in graph.prefixes.values()):
        return SBOL2
    if not graph.nodes and V3 in graph.prefixes.values():
        return SBOL3
    raise FormatError(
        "this is RDF, but nothing in it is of SBOL",
        path=name,
        expected=f"classes of {V2} or {V3}",
    )


def _designs(graph: Graph, dialect: Dialect) -> list[str]:
    return [node for node in graph.nodes if dialect.component in graph.types(node)]


def _is_top(graph: Graph, node: str, dialect: Dialect) -> bool:
    types = graph.types(node)
    if any(kind in dialect.top for kind in types):
        return True
    # SBOL 2 knows no class for objects of other vocabularies; what they own bears no displayId
    foreign = dialect is SBOL2 and not any(k.startswith((V2, PROV, OM)) for k in types)
    return foreign and V2 + "persistentIdentity" in graph.nodes[node]


def find_owners(graph: Graph, dialect: Dialect) -> dict[str, tuple[str, str]]:
    """Tell for each object that is part of another which one that is, and by which property.

    Returns
    -------
    dict of node to (subject, predicate)
    """
    owners: dict[str, tuple[str, str]] = {}
    references = dialect.references
    tops = {node for node in graph.nodes if _is_top(graph, node, dialect)}
    for s, p, o in sorted(
        (t for t in graph.triples() if isinstance(t[2], str) and t[2] in graph.nodes),
        key=lambda t: (t[0], t[1]),
    ):
        assert isinstance(o, str)
        if p in references or o in tops or o == s or o in owners:
            continue
        if p == V2 + "component" and V2 + "SequenceAnnotation" in graph.types(s):
            continue
        owners[o] = (s, p)
    return owners


def _roots(graph: Graph, owners: dict[str, tuple[str, str]]) -> dict[str, str]:
    roots: dict[str, str] = {}
    for node in graph.nodes:
        chain = [node]
        walked = {node}
        while chain[-1] in owners and chain[-1] not in roots:
            above = owners[chain[-1]][0]
            if above in walked:  # a circle belongs to nobody
                break
            walked.add(above)
            chain.append(above)
        root = roots.get(chain[-1], chain[-1])
        for one in chain:
            roots[one] = root
    return roots

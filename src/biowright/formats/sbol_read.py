"""From the triples of an SBOL document to records, each with the triples that belong to it.

A design with a nucleotide or protein type becomes a `Record`; its features are the things that have a
place in its sequence. What has no place, and everything that is not modelled, stays in the triples:
those of a design in ``Record.extras``, the others in ``Document.remainder``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from biowright.core import (
    Attributes,
    BiowrightError,
    Feature,
    FormatError,
    Molecule,
    Provenance,
    Record,
    Reference,
    Sequence,
    Topology,
)

from .format import Document
from .rdf_graph import Graph
from .sbol_location import ordered_pairs, read_location
from .sbol_terms import (
    CIRCULAR,
    DOUBLE,
    GENBANK,
    LINEAR,
    MOLECULES,
    NAMESPACE,
    OM,
    OURS,
    PROV,
    QUALIFIER,
    SBOL2,
    SBOL3,
    SINGLE,
    V1,
    V2,
    V3,
    Dialect,
    role_of,
    short_term,
    type_of,
)

__all__ = ["Part", "Remainder", "DesignReader", "find_owners", "read_document"]

RESERVED = {"featureType", "multiRangeType", "position", "locus", "version", "reference", "molecule"}
_ENCODED = re.compile(r"_x([0-9A-F]+)_")
_BASES = re.compile(r"(?:bases|residues) (\d+) to (\d+)((?:; \d+ to \d+)*)\Z")
REFERENCE_TEXTS = {
    "title": "title",
    "authors": "authors",
    "journal": "journal",
    "consortium": "consortium",
    "pubmed": "pubmed",
    "medline": "medline",
    "doi": "doi",
    "remark": "remark",
}


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
    users = Counter(s for d in _designs(graph, dialect) for s in graph.links(d, dialect.has_sequence))
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
            record, sequence = reader.record(design)
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
            record,
            sequence,
            users[sequence] > 1,
            frozenset(foreign.get(design, ())),
            _known(graph, dialect, nodes),
        )
        records.append(record.changed(extras={dialect.name: part}))
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
    if V2 in used or not graph.nodes and V2 in graph.prefixes.values():
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
        self.graph, self.dialect, self.known = graph, dialect, known if known is not None else Graph()

    def molecule(self, node: str) -> Molecule | None:
        """Tell what a design is made of; None if it is no design of DNA, RNA or protein."""
        if self.dialect.component not in self.graph.types(node):
            return None
        types = {short_term(t) for t in self.graph.links(node, self.dialect("type"))}
        found = {MOLECULES[t] for t in types if t in MOLECULES}
        return next((m for m in Molecule if m.value in found), None)

    def record(self, design: str) -> tuple[Record, str]:
        """Make a record of a design; give it with the IRI of the Sequence that it shows."""
        graph, dialect = self.graph, self.dialect
        molecule = self.molecule(design) or Molecule.DNA
        types = [short_term(t) for t in graph.links(design, dialect("type"))]
        circular = CIRCULAR in types
        source, letters = self.letters(design, molecule)
        topology = Topology.CIRCULAR if circular else Topology.LINEAR
        sequence = Sequence(letters, molecule, topology)
        placed, unplaced = self.features(design, source, sequence)
        provenance = ()
        if unplaced:
            provenance = (
                Provenance(
                    f"read: {len(unplaced)} features have no place in the sequence and stay in the "
                    "triples",
                    used=tuple(unplaced),
                ),
            )
        shown = graph.text(design, dialect("displayId")) or re.split(r"[/#:]", design)[-1]
        locus, version = graph.text(design, GENBANK + "locus"), graph.text(design, GENBANK + "version")
        record = Record(
            sequence,
            shown if locus is None else locus,
            design if version is None else version,
            graph.text(design, dialect.description) or "",
            [feature for _, feature in placed],
            self.annotations(design, types),
            self.references(design),
            provenance=provenance,
        )
        return record, source

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
        """Give the features of a design with their nodes, in order, and the nodes without a place."""
        placed, unplaced = [], []
        for node in self.graph.links(design, self.dialect.has_feature):
            if node not in self.graph:
                continue
            located = read_location(self.graph, self.dialect, node, source, sequence)
            if located is None:
                if self.graph.links(node, self.dialect.has_location):
                    unplaced.append(node)
                continue
            order = self.graph.text(node, OURS + "order") or ""
            rank = int(order) if order.isdecimal() and len(order) < 10 else 1 << 31
            key = (rank, located.start, -located.end, _number(node), node)
            type_, qualifiers = self.said(node)
            id_ = self.graph.text(node, OURS + "id")
            placed.append((key, node, Feature(type_, located, qualifiers, node if id_ is None else id_)))
        placed.sort(key=lambda entry: entry[0])
        return [(node, feature) for _, node, feature in placed], unplaced

    def said(self, node: str) -> tuple[str, Attributes]:
        """Give the type and the qualifiers of a feature."""
        graph, dialect = self.graph, self.dialect
        linked = node
        if dialect is SBOL2:
            linked = next(iter(graph.links(node, V2 + "component")), node)
        definitions = graph.links(linked, dialect.definition, dialect("definition"))
        definition = definitions[0] if definitions else ""
        around = graph if definition in graph else self.known
        roles = graph.links(node, dialect("role"))
        if linked != node:
            roles = roles or graph.links(linked, dialect("role"))
        known = type_of(roles) or type_of(around.links(definition, dialect("role")))
        type_ = graph.text(node, QUALIFIER + "featureType") or known or "misc_feature"
        pairs: list[tuple[str, str]] = []
        for predicate in graph.nodes[node]:
            local = predicate.removeprefix(QUALIFIER)
            if predicate.startswith(QUALIFIER) and local not in RESERVED:
                pairs += [(decoded_key(local), text) for text in graph.texts(node, predicate)]
        title = graph.text(node, dialect.title)
        if title is None and definition:
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
            found.append((number, node, Reference(**texts, bases=bases, scope=scope)))  # type: ignore[arg-type]
        return tuple(reference for *_, reference in sorted(found, key=lambda entry: entry[:2]))


def _fits(encodings: list[str], molecule: Molecule) -> bool:
    nucleic = any("naseq" in e or e.endswith("format_1207") for e in encodings)
    protein = any("AminoAcid" in e or e.endswith("format_1208") for e in encodings)
    return protein if molecule is Molecule.PROTEIN else nucleic


def _number(node: str) -> int:
    found = re.search(r"(\d{1,9})(?:/[^/]*)?\Z", node[-40:])
    return int(found[1]) if found else -1


def read_label(label: str) -> tuple[int, tuple[tuple[int, int], ...], str]:
    """Take the text of a REFERENCE line apart: number, bases, and what else it says.

    Examples
    --------
    >>> read_label("1  (bases 1 to 705)")
    (1, ((0, 705),), '')
    >>> read_label("2  (sites)")
    (2, (), 'sites')
    """
    found = re.match(r"(\d{1,9})\s*(?:\((.*)\))?\s*\Z", label, re.DOTALL)
    if found is None:
        return 1 << 31, (), label
    scope = found[2] or ""
    if _BASES.match(scope) and len(scope) < 10_000:
        pairs = re.findall(r"(\d{1,15}) to (\d{1,15})", scope)
        bases = tuple((int(a) - 1, int(b)) for a, b in pairs)
        if all(0 <= a <= b for a, b in bases):
            return int(found[1]), bases, ""
    return int(found[1]), (), scope


def encoded_key(key: str) -> str:
    """Spell a qualifier's key so that it can end an IRI, reversibly.

    Examples
    --------
    >>> encoded_key("db_xref"), encoded_key("my key"), decoded_key("my_x20_key")
    ('db_xref', 'my_x20_key', 'my key')
    """
    if not key:
        return "_x_"
    text = _ENCODED.sub(lambda m: "_x5F_" + m[0][1:], key)
    text = re.sub(r"[^A-Za-z0-9_.-]", lambda m: f"_x{ord(m[0]):X}_", text)
    if key in RESERVED or not (text[0].isalpha() or text[0] == "_"):
        text = f"_x{ord(text[0]):X}_{text[1:]}"
    return text


def decoded_key(text: str) -> str:
    """Undo `encoded_key`."""

    def letter(found: re.Match[str]) -> str:
        point = int(found[1], 16) if len(found[1]) < 7 else 0x110000
        return chr(point) if point < 0xD800 or 0xE000 <= point < 0x110000 else found[0]

    return "" if text == "_x_" else _ENCODED.sub(letter, text)

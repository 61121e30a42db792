"""Making and changing the objects of one SBOL design: IRIs, classes, names, terms."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..format import Loss
from ..rdf.graph import TYPE, Graph, Literal, is_absolute
from .design import DesignReader
from .terms import SBOL2, V2, Dialect, short_term

__all__ = ["ObjectEditor", "display_id"]


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


class ObjectEditor:
    """Makes and changes objects of one design.

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

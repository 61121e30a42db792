"""RDF triples in plain dictionaries: what the SBOL formats are read into and written from.

A node is a string: an IRI as it is, a blank node with ``_:`` before its label. A value is a
`Literal`, kept to the letter (``01`` stays ``01``). Nothing here knows a serialisation or SBOL.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

__all__ = ["RDF", "XSD", "Graph", "Literal", "Term", "is_blank", "resolve", "split_iri"]

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = RDF + "type"
_LANGUAGE = re.compile(r"[A-Za-z]+(?:-[A-Za-z0-9]+)*\Z")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Literal(NamedTuple):
    """A value: its text, and its datatype (an IRI) or its language where it has one."""

    text: str
    datatype: str = ""
    language: str = ""


Term = str | Literal


class Graph:
    """A set of triples, by subject and predicate, with the prefixes of the file.

    Parameters
    ----------
    triples : iterable of (subject, predicate, object)
    prefixes : dict of str to str, optional
        Prefix to namespace, as the file binds them.
    scope : bytes, optional
        What the labels of new blank nodes are derived from (the file's bytes), so that the nodes of
        different files differ and the nodes of one file are the same whenever it is read.

    Examples
    --------
    >>> g = Graph([("http://a.org/x", "http://a.org/p", Literal("1"))])
    >>> g.text("http://a.org/x", "http://a.org/p"), len(g)
    ('1', 1)
    """

    __slots__ = ("_blanks", "_scope", "nodes", "prefixes")

    nodes: dict[str, dict[str, dict[Term, None]]]

    def __init__(
        self,
        triples: Iterable[tuple[str, str, Term]] = (),
        prefixes: dict[str, str] | None = None,
        scope: bytes = b"",
    ) -> None:
        self.nodes = {}
        self.prefixes = dict(prefixes or {})
        self._blanks: dict[str, str] = {}
        self._scope = hashlib.sha1(scope, usedforsecurity=False).hexdigest()[:8]
        for s, p, o in triples:
            self.add(s, p, o)

    def __len__(self) -> int:
        return sum(len(objects) for node in self.nodes.values() for objects in node.values())

    def __contains__(self, node: object) -> bool:
        return node in self.nodes

    def __eq__(self, other: object) -> bool:
        return self.nodes == other.nodes if isinstance(other, Graph) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Graph of {len(self)} triples>"

    def blank(self, label: str | None = None) -> str:
        """Give a blank node: the one of that label in the file, or a new one."""
        key = label if label is not None else f" {len(self._blanks)}"
        if key not in self._blanks:
            self._blanks[key] = f"_:x{self._scope}n{len(self._blanks)}"
        return self._blanks[key]

    def add(self, subject: str, predicate: str, value: Term) -> None:
        """Add a triple, unless it is there."""
        self.nodes.setdefault(subject, {}).setdefault(predicate, {})[value] = None

    def update(self, other: Graph) -> None:
        """Add all triples of another graph, and its prefixes that are not bound yet."""
        for s, p, o in other.triples():
            self.add(s, p, o)
        for prefix, namespace in other.prefixes.items():
            self.prefixes.setdefault(prefix, namespace)

    def triples(self) -> Iterator[tuple[str, str, Term]]:
        """Walk all triples in the order of the file."""
        for subject, predicates in self.nodes.items():
            for predicate, objects in predicates.items():
                for value in objects:
                    yield subject, predicate, value

    def values(self, subject: str, *predicates: str) -> list[Term]:
        """Give the objects of some predicates of a node, sorted."""
        node = self.nodes.get(subject)
        if node is None:
            return []
        found = [o for p in predicates if p in node for o in node[p]]
        return found if len(found) < 2 else sorted(found, key=term_key)

    def links(self, subject: str, *predicates: str) -> list[str]:
        """Give the nodes that a node refers to by some predicates, sorted."""
        return [o for o in self.values(subject, *predicates) if isinstance(o, str)]

    def text(self, subject: str, *predicates: str) -> str | None:
        """Give the text of the first literal that one of the predicates has, in their order."""
        for predicate in predicates:
            for value in self.values(subject, predicate):
                if isinstance(value, Literal):
                    return value.text
        return None

    def texts(self, subject: str, predicate: str) -> list[str]:
        """Give the texts of all literals of a predicate, sorted."""
        return [o.text for o in self.values(subject, predicate) if isinstance(o, Literal)]

    def types(self, subject: str) -> list[str]:
        """Give the classes of a node, sorted."""
        return self.links(subject, TYPE)

    def put(self, subject: str, predicate: str, values: Iterable[Term]) -> None:
        """Replace the objects of a predicate."""
        self.nodes.setdefault(subject, {})[predicate] = dict.fromkeys(values)
        if not self.nodes[subject][predicate]:
            del self.nodes[subject][predicate]

    def discard(self, subject: str, predicate: str, value: Term) -> None:
        """Take a triple away, if it is there."""
        objects = self.nodes.get(subject, {}).get(predicate)
        if objects is not None and value in objects:
            del objects[value]
            if not objects:
                del self.nodes[subject][predicate]

    def part(self, nodes: Iterable[str]) -> Graph:
        """Give a copy that holds only the triples with these subjects."""
        made = Graph(prefixes=self.prefixes)
        for node in nodes:
            if node in self.nodes:
                made.nodes[node] = {p: dict(o) for p, o in self.nodes[node].items()}
        return made


def term_key(term: Term) -> tuple[int, str, str, str]:
    """Give the key that terms are sorted by: nodes before literals, then by their text."""
    return (0, term, "", "") if isinstance(term, str) else (1, *term)


def is_blank(node: str) -> bool:
    """Tell whether a node is a blank one."""
    return node.startswith("_:")


def is_absolute(iri: str) -> bool:
    """Tell whether an IRI has a scheme."""
    return _ABSOLUTE.match(iri) is not None


def is_language(tag: str) -> bool:
    """Tell whether a text can be the language of a literal; an empty one takes it away."""
    return not tag or _LANGUAGE.match(tag) is not None


def split_iri(iri: str) -> tuple[str, str]:
    """Split an IRI into a namespace and the longest name that XML allows behind it.

    Examples
    --------
    >>> split_iri("http://purl.org/dc/terms/title")
    ('http://purl.org/dc/terms/', 'title')
    >>> split_iri("http://a.org/1/")
    ('http://a.org/1/', '')
    """
    start = len(iri)
    while start and (iri[start - 1].isalnum() or iri[start - 1] in "_-."):
        start -= 1
    while start < len(iri) and not (iri[start].isalpha() or iri[start] == "_"):
        start += 1
    return iri[:start], iri[start:]


def resolve(base: str, reference: str) -> str:
    """Resolve a reference against the base of a document; without a base it stays as it is.

    Examples
    --------
    >>> resolve("https://a.org/b/", "c"), resolve("", "c")
    ('https://a.org/b/c', 'c')
    """
    if not base or is_absolute(reference):
        return reference
    if not reference:
        return base.partition("#")[0]
    if reference.startswith("#"):
        return base.partition("#")[0] + reference
    scheme = urlsplit(base).scheme
    if scheme in ("http", "https", "file", "ftp"):
        joined = urljoin(base, reference)
        return joined + "#" if reference.endswith("#") and not joined.endswith("#") else joined
    return reference

"""RDF/XML, written in a fixed order, each node inside of the one that owns it."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from .graph import RDF, TYPE, Graph, Literal, Term, is_blank, split_iri
from .xml_reader import quoted

__all__ = ["write_xml"]

_XML = "http://www.w3.org/XML/1998/namespace"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PREFIX = re.compile(r"[^\W\d][\w.\-]*\Z")
_NO_PROPERTY = {
    RDF + name
    for name in ("ID", "about", "resource", "parseType", "nodeID", "datatype", "Description", "RDF")
}
NESTING = 40


def write_xml(graph: Graph, owners: dict[str, tuple[str, str]]) -> tuple[bytes, list[str]]:
    """Write a graph as RDF/XML, each node inside of the one that owns it.

    Parameters
    ----------
    graph : Graph
    owners : dict of node to (subject, predicate)
        Where a node is written; nodes that are not in it stand at the top.

    Returns
    -------
    data : bytes
    losses : list of str
        What XML cannot carry: predicates without an XML name, control characters.
    """
    return _Writer(graph, owners).written()


class _Writer:
    def __init__(self, graph: Graph, owners: dict[str, tuple[str, str]]) -> None:
        self.graph, self.owners = graph, owners
        self.losses: dict[str, None] = {}
        self.done: set[str] = set()
        self.lines: list[str] = []
        self.blanks: dict[str, str] = {}
        self.prefixes = self._bound()

    def _bound(self) -> dict[str, str]:
        """Bind every namespace that a property or class uses to a prefix; namespace to prefix."""
        bound: dict[str, str] = {RDF: "rdf"}
        self.declared = {"rdf": RDF}
        for prefix, space in sorted(self.graph.prefixes.items()):
            usable = prefix == "" or (
                _PREFIX.match(prefix) and not prefix.lower().startswith("xml") and prefix != "rdf"
            )
            if usable and space and space != _XML and not _NOT_XML.search(space):
                bound.setdefault(space, prefix)
                self.declared[prefix] = space
        used = {p for predicates in self.graph.nodes.values() for p in predicates}
        used |= {t for node in self.graph.nodes for t in self.graph.types(node)}
        number = 0
        for space in sorted({split_iri(iri)[0] for iri in used if split_iri(iri)[1]}):
            if space and space not in bound and not _NOT_XML.search(space):
                number += 1
                while f"ns{number}" in self.declared:
                    number += 1
                bound[space] = f"ns{number}"
                self.declared[f"ns{number}"] = space
        return bound

    def written(self) -> tuple[bytes, list[str]]:
        for node in sorted(self.graph.nodes, key=self._order):
            if node not in self.owners:
                self.node(node, 1)
        # what is owned in a circle, or nested too deep
        for node in sorted(self.graph.nodes):
            if node not in self.done:
                self.node(node, 1)
        spaces = "".join(
            f"\n    xmlns{':' + prefix if prefix else ''}={quoted(space)}"
            for prefix, space in sorted(self.declared.items())
        )
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{spaces}>\n'
        text = head + "\n".join(self.lines) + ("\n" if self.lines else "") + "</rdf:RDF>\n"
        return text.encode(), list(self.losses)

    def _order(self, node: str) -> tuple[bool, str]:
        return is_blank(node), node

    def name(self, iri: str) -> str | None:
        space, local = split_iri(iri)
        if not local or space not in self.prefixes or iri in _NO_PROPERTY:
            return None
        prefix = self.prefixes[space]
        return f"{prefix}:{local}" if prefix else local

    def reference(self, node: str, key: str) -> str:
        if is_blank(node):
            return f" rdf:nodeID={quoted(self.blanks.setdefault(node, f'b{len(self.blanks)}'))}"
        return f" rdf:{key}={quoted(self.clean(node))}"

    def clean(self, text: str) -> str:
        if _NOT_XML.search(text):
            self.losses[f"control characters in {text[:40]!r} (XML has none)"] = None
            return _NOT_XML.sub("\ufffd", text)
        return text

    def node(self, node: str, depth: int) -> None:
        self.done.add(node)
        indent = "  " * depth
        named = [(t, self.name(t)) for t in self.graph.types(node)]
        # an SBOL class names the element; other classes are rdf:type properties
        named.sort(key=lambda pair: ("sbols.org/v" not in pair[0], pair[0]))
        first, tag = next(((t, n) for t, n in named if n), ("", "rdf:Description"))
        at = len(self.lines)
        for predicate in sorted(self.graph.nodes[node], key=_predicate_key):
            for value in self.graph.values(node, predicate):
                if predicate != TYPE or value != first:
                    self.property(node, predicate, value, depth + 1)
        about = self.reference(node, "about")
        if len(self.lines) == at:
            self.lines.append(f"{indent}<{tag}{about}/>")
        else:
            self.lines.insert(at, f"{indent}<{tag}{about}>")
            self.lines.append(f"{indent}</{tag}>")

    def property(self, subject: str, predicate: str, value: Term, depth: int) -> None:
        tag, indent = self.name(predicate), "  " * depth
        if tag is None:
            self.losses[f"the property <{predicate}> (it has no name that XML allows)"] = None
        elif isinstance(value, Literal):
            said = f" rdf:datatype={quoted(value.datatype)}" if value.datatype else ""
            said += f" xml:lang={quoted(value.language)}" if value.language else ""
            text = escape(self.clean(value.text), {"\r": "&#13;"})
            self.lines.append(f"{indent}<{tag}{said}>{text}</{tag}>")
        elif (
            self.owners.get(value) == (subject, predicate)
            and value in self.graph
            and value not in self.done
            and depth < NESTING
        ):
            self.lines.append(f"{indent}<{tag}>")
            self.node(value, depth + 1)
            self.lines.append(f"{indent}</{tag}>")
        else:
            self.lines.append(f"{indent}<{tag}{self.reference(value, 'resource')}/>")


def _predicate_key(predicate: str) -> tuple[bool, str]:
    return predicate != TYPE, predicate

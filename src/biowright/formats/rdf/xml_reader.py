"""RDF/XML (https://www.w3.org/TR/rdf-syntax-grammar/), read with expat.

Literals keep their spelling, no entity is expanded and no file is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pyexpat import ExpatError, ParserCreate, errors
from xml.sax.saxutils import escape

from biowright.core import FormatError

from ..xml_safety import check_xml
from .graph import RDF, TYPE, Graph, Literal, Term, is_language, resolve

__all__ = ["quoted", "read_xml"]

_XML = "http://www.w3.org/XML/1998/namespace"
_SEPARATOR = "\x01"  # no character of XML, so that no name holds it
_SYNTAX = {
    RDF + name
    for name in ("about", "ID", "nodeID", "resource", "parseType", "datatype", "RDF", "li")
}
_NO_NODE = {RDF + name for name in ("ID", "about", "resource", "parseType", "nodeID", "datatype")}
_NO_PROPERTY = _NO_NODE | {RDF + "Description", RDF + "RDF"}
_OLD = {RDF + name for name in ("aboutEach", "aboutEachPrefix", "bagID")}


@dataclass(slots=True)
class _Frame:
    """One open element: the document, a node, a property, or XML inside of a literal."""

    kind: str  # "root", "node", "property", "collection", "literal", "closed"
    subject: str = ""
    predicate: str = ""
    base: str = ""
    language: str = ""
    datatype: str = ""
    reified: str = ""
    filled: bool = False
    items: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    counter: int = 0
    tags: list[str] = field(default_factory=list)
    declared: list[set[tuple[str, str]]] = field(default_factory=list)


def read_xml(data: bytes, name: str, base: str = "") -> Graph:
    '''Read an RDF/XML document.

    Parameters
    ----------
    data : bytes
    name : str
        What messages call it.
    base : str, optional
        What relative references are resolved against; without it they stay relative.

    Raises
    ------
    FormatError
        With the line: it is no XML, unsafe XML, or no RDF/XML.

    Examples
    --------
    >>> text = """<d:C r:about="http://d.org/c" xmlns:d="http://d.org/"
    ...     xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><d:p>1</d:p></d:C>"""
    >>> read_xml(text.encode(), "c.xml").text("http://d.org/c", "http://d.org/p")
    '1'
    '''
    check_xml(data, name)
    return _Reader(data, name, base).graph


class _Reader:
    def __init__(self, data: bytes, name: str, base: str) -> None:
        self.name = name
        self.graph = Graph(scope=data)
        self.namespaces: dict[str, list[str]] = {}  # the prefixes that are open, innermost last
        self.ids: set[str] = set()
        self.stack = [_Frame("root", base=base)]
        self.parser = parser = ParserCreate(namespace_separator=_SEPARATOR)
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartNamespaceDeclHandler = self.declare
        parser.EndNamespaceDeclHandler = self.undeclare
        parser.ProcessingInstructionHandler = self.instruction
        parser.CommentHandler = self.comment
        try:
            parser.Parse(data, True)
        except ExpatError as error:
            raise FormatError(
                f"the XML is malformed ({errors.messages.get(error.code, error)})",
                path=name,
                line=error.lineno,
            ) from None

    def error(self, what: str, hint: str | None = None) -> FormatError:
        line = self.parser.CurrentLineNumber
        return FormatError(f"this is no RDF/XML: {what}", path=self.name, line=line, hint=hint)

    def declare(self, prefix: str | None, namespace: str) -> None:
        self.namespaces.setdefault(prefix or "", []).append(namespace or "")
        if namespace:
            self.graph.prefixes.setdefault(prefix or "", namespace)

    def undeclare(self, prefix: str | None) -> None:
        self.namespaces[prefix or ""].pop()

    def characters(self, text: str) -> None:
        frame = self.stack[-1]
        if frame.kind == "property":
            frame.text.append(text)
        elif frame.kind == "literal":
            frame.text.append(escape(text).replace("\r", "&#xD;"))
        elif text.strip(" \t\r\n"):
            raise self.error(f"the text {text.strip()[:40]!r} stands where an element belongs")

    def instruction(self, target: str, text: str) -> None:
        if self.stack[-1].kind == "literal":
            self.stack[-1].text.append(f"<?{target} {text}?>")

    def comment(self, text: str) -> None:
        if self.stack[-1].kind == "literal":
            self.stack[-1].text.append(f"<!--{text}-->")

    def start(self, tag: str, listed: list[str]) -> None:
        parent = self.stack[-1]
        if parent.kind == "literal":
            self.start_xml(parent, tag, listed)
            return
        base, language = parent.base, parent.language
        attributes: dict[str, str] = {}
        for key, value in zip(listed[::2], listed[1::2], strict=True):
            space, _, local = key.rpartition(_SEPARATOR)
            if space == _XML:
                if local == "base":
                    base = resolve(parent.base, value)
                elif local == "lang":
                    if not is_language(value):
                        raise self.error(f"{value[:40]!r} is no language", "write it as 'en-GB'")
                    language = value
            elif space:
                attributes[space + local] = value
            elif local in ("about", "ID", "type", "resource", "parseType"):
                attributes[RDF + local] = value  # the first edition of RDF/XML allowed it
            elif not local.lower().startswith("xml"):
                raise self.error(f"the attribute '{local}' has no namespace")
        space, _, local = tag.rpartition(_SEPARATOR)
        iri = space + local
        if old := _OLD.intersection(attributes):
            raise self.error(f"'{old.pop()}' was withdrawn from RDF")
        if not space:
            raise self.error(f"the element '{local}' has no namespace")
        if parent.kind == "node":
            self.start_property(parent, iri, attributes, base, language)
        elif parent.kind == "closed":
            raise self.error(f"the property '{parent.predicate}' has a value and an element")
        elif iri == RDF + "RDF" and parent.kind == "root" and len(self.stack) == 1:
            self.stack.append(_Frame("root", base=base, language=language))
        else:
            self.start_node(parent, iri, attributes, base, language)

    def identified(self, attributes: dict[str, str], base: str) -> str:
        if len({RDF + "about", RDF + "ID", RDF + "nodeID"}.intersection(attributes)) > 1:
            raise self.error("an element has more than one of rdf:about, rdf:ID and rdf:nodeID")
        if RDF + "about" in attributes:
            return resolve(base, attributes[RDF + "about"])
        if RDF + "ID" in attributes:
            return self.fragment(attributes[RDF + "ID"], base)
        if RDF + "nodeID" in attributes:
            return self.graph.blank(attributes[RDF + "nodeID"])
        return self.graph.blank()

    def fragment(self, identifier: str, base: str) -> str:
        made = resolve(base, "#" + identifier)
        if made in self.ids:
            raise self.error(f"rdf:ID '{identifier}' is there twice")
        self.ids.add(made)
        return made

    def start_node(
        self, parent: _Frame, iri: str, attributes: dict[str, str], base: str, language: str
    ) -> None:
        if iri in _NO_NODE:
            raise self.error(f"'{iri}' is no class")
        subject = self.identified(attributes, base)
        if iri != RDF + "Description":
            self.graph.add(subject, TYPE, iri)
        self.add_attributes(subject, attributes, base, language)
        if parent.kind == "property":
            if parent.filled:
                raise self.error(f"the property '{parent.predicate}' holds two elements")
            parent.filled = True
            self.state(parent, subject)
        elif parent.kind == "collection":
            parent.items.append(subject)
        self.stack.append(_Frame("node", subject, base=base, language=language))

    def add_attributes(
        self, subject: str, attributes: dict[str, str], base: str, language: str
    ) -> None:
        for key, value in attributes.items():
            if key == TYPE:
                self.graph.add(subject, TYPE, resolve(base, value))
            elif key not in _SYNTAX:
                self.graph.add(subject, key, Literal(value, "", language))

    def state(self, frame: _Frame, value: Term) -> None:
        self.graph.add(frame.subject, frame.predicate, value)
        if frame.reified:
            self.graph.add(frame.reified, TYPE, RDF + "Statement")
            self.graph.add(frame.reified, RDF + "subject", frame.subject)
            self.graph.add(frame.reified, RDF + "predicate", frame.predicate)
            self.graph.add(frame.reified, RDF + "object", value)

    def start_property(
        self, parent: _Frame, iri: str, attributes: dict[str, str], base: str, language: str
    ) -> None:
        if iri in _NO_PROPERTY:
            raise self.error(f"'{iri}' is no property")
        if iri == RDF + "li":
            parent.counter += 1
            iri = f"{RDF}_{parent.counter}"
        identifier = attributes.pop(RDF + "ID", None)
        frame = _Frame("property", parent.subject, iri, base, language)
        frame.reified = self.fragment(identifier, base) if identifier is not None else ""
        frame.datatype = attributes.get(RDF + "datatype", "")
        style = attributes.get(RDF + "parseType")
        if style == "Resource":
            inner = self.graph.blank()
            self.state(frame, inner)
            frame.kind, frame.subject = "node", inner
        elif style == "Collection":
            frame.kind = "collection"
        elif style is not None:
            frame.kind = "literal"
        elif attributes.keys() - {RDF + "datatype"}:
            if RDF + "resource" in attributes:
                value = resolve(base, attributes[RDF + "resource"])
            elif RDF + "nodeID" in attributes:
                value = self.graph.blank(attributes[RDF + "nodeID"])
            else:
                value = self.graph.blank()
            self.state(frame, value)
            self.add_attributes(value, attributes, base, language)
            frame.kind = "closed"
        self.stack.append(frame)

    def end(self, tag: str) -> None:
        frame = self.stack[-1]
        if frame.kind == "literal" and frame.tags:
            frame.text.append(f"</{frame.tags.pop()}>")
            frame.declared.pop()
            return
        self.stack.pop()
        if frame.kind == "property":
            text = "".join(frame.text)
            if not frame.filled:
                datatype = resolve(frame.base, frame.datatype) if frame.datatype else ""
                self.state(frame, Literal(text, datatype, "" if datatype else frame.language))
            elif text.strip(" \t\r\n"):
                raise self.error(f"the property '{frame.predicate}' holds an element and text")
        elif frame.kind == "literal":
            self.state(frame, Literal("".join(frame.text), RDF + "XMLLiteral"))
        elif frame.kind == "collection":
            rest = RDF + "nil"
            for item in reversed(frame.items):
                cell = self.graph.blank()
                self.graph.add(cell, RDF + "first", item)
                self.graph.add(cell, RDF + "rest", rest)
                rest = cell
            self.state(frame, rest)

    def start_xml(self, frame: _Frame, tag: str, listed: list[str]) -> None:
        """Write an element inside of an XML literal with the namespaces that it uses."""
        seen = set(frame.declared[-1]) if frame.declared else set()
        fresh: list[tuple[str, str]] = []

        def qualified(key: str, attribute: bool) -> str:
            space, _, local = key.rpartition(_SEPARATOR)
            if space == _XML:
                return "xml:" + local
            if not space and attribute:
                return local
            prefix = next(
                (
                    p
                    for p, open_ in self.namespaces.items()
                    if open_ and open_[-1] == space and (p or not attribute)
                ),
                "",
            )
            if (prefix, space) not in seen and (space or any(p == "" for p, _ in seen)):
                seen.difference_update({pair for pair in seen if pair[0] == prefix})
                seen.add((prefix, space))
                fresh.append((prefix, space))
            return f"{prefix}:{local}" if prefix else local

        name = qualified(tag, False)
        pairs = [
            (qualified(key, True), value)
            for key, value in zip(listed[::2], listed[1::2], strict=True)
        ]
        spaces = [(f"xmlns:{p}" if p else "xmlns", space) for p, space in sorted(fresh)]
        inside = "".join(f" {key}={quoted(value)}" for key, value in spaces + sorted(pairs))
        frame.text.append(f"<{name}{inside}>")
        frame.tags.append(name)
        frame.declared.append(seen)


def quoted(value: str) -> str:
    """Write the value of an attribute."""
    entities = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
    return f'"{escape(value, entities)}"'

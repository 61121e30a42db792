"""What SBOL files have in common: finding the serialisation and version, reading, and writing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import BinaryIO

from biowright.core import FormatError, Record

from ..format import Document, Loss
from ..rdf.graph import Graph
from ..rdf.json_ld import read_json, write_jsonld, write_rdfjson
from ..rdf.text import read_ntriples, read_turtle, write_ntriples, write_turtle
from ..rdf.xml_reader import read_xml
from ..rdf.xml_writer import write_xml
from ..source import Source
from ..transcoding import Transcoded
from .read import find_owners, read_document
from .terms import V1, V2, V3, Dialect
from .write import design_document

__all__ = ["read_sbol", "serialisation_of", "version_of", "writer"]

# atomic groups: a head of nothing but comments must not be tried in every way
_PROLOG = re.compile(
    r"\s*+(?>(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)\s*)*+"
    r"<(?:[\w.-]+:)?(?P<root>[\w.-]+)(?P<rest>[\s/>][^>]*)",
    re.DOTALL,
)
_TRIPLE = re.compile(r'(?:<[^<>\s]*>|_:\S+)[ \t]*<[^<>\s]*>[ \t]*(?:<[^<>\s]*>|_:\S|"|\Z)')
_DIRECTIVE = re.compile(
    r"^[ \t]*(?:@prefix|prefix)\s+[\w.-]*:\s*<|^[ \t]*(?:@base|base)\s+<", re.I | re.M
)
_JSON_MARK = re.compile(r'"@(?:context|graph|id|type|value)"\s*:')
_RDFJSON = re.compile(
    r'\A\{\s*"(?:[a-z][a-z0-9+.-]*:|_:)[^"]*"\s*:\s*\{\s*"[a-z][^"]*:[^"]*"\s*:\s*\[\s*\{', re.I
)


def text_of(head: bytes) -> str:
    """Decode the beginning of a file for looking at it, whatever it is."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "ignore").removeprefix("\ufeff")
    if head[:4] in (b"<\x00?\x00", b"<\x00r\x00"):
        return head.decode("utf-16-le", "ignore")
    if head[:4] in (b"\x00<\x00?", b"\x00<\x00r"):
        return head.decode("utf-16-be", "ignore")
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "ignore")


def serialisation_of(head: bytes) -> str | None:
    """Tell the serialisation of RDF from the beginning of a file; None if it is no RDF.

    Returns
    -------
    str or None
        ``xml``, ``turtle``, ``ntriples``, ``jsonld`` or ``rdfjson``.

    Examples
    --------
    >>> serialisation_of(b'<http://a.org/s> <http://a.org/p> "1" .')
    'ntriples'
    >>> serialisation_of(b">sequence") is None
    True
    """
    text = text_of(head)
    start = text.lstrip()
    if start.startswith("<"):
        found = _PROLOG.match(text)
        if found and (
            (found["root"] == "RDF" and "xmlns" in found["rest"])
            or ("xmlns" in found["rest"] and re.search(r"sbols\.org/v[123]#", found["rest"]))
        ):
            return "xml"
    if start.startswith(("{", "[")):
        if _RDFJSON.match(start):
            return "rdfjson"
        return "jsonld" if _JSON_MARK.search(start) else None
    lines = [line.strip() for line in text.split("\n")]
    # the last line may be cut off
    lines = [line for line in lines[: max(len(lines) - 1, 1)] if line and not line.startswith("#")]
    if lines and all(_TRIPLE.match(line) for line in lines[:200]):
        return "ntriples"
    return "turtle" if _DIRECTIVE.search(text) or (lines and _TRIPLE.match(lines[0])) else None


def version_of(head: bytes) -> int | None:
    """Tell the version of SBOL from the namespaces at the beginning of a file."""
    text = text_of(head).replace("\\/", "/")
    return 3 if V3 in text else 2 if V2 in text else 1 if V1 in text else None


def read_sbol(source: Source) -> Document:
    """Read a document of SBOL 2 or 3 in any serialisation of RDF.

    Raises
    ------
    FormatError
        It is malformed, unsafe, SBOL 1, or RDF without SBOL.
    """
    kind = serialisation_of(source.head)
    if kind == "xml":
        data = source.bytes()
        if any(isinstance(getattr(o, "raw", None), Transcoded) for o in source._opened):
            # the caller stated the encoding, and what the document declares is not so any more
            data = re.sub(rb"\A\s*<\?xml.*?\?>", b"", data, count=1, flags=re.DOTALL)
        graph = read_xml(data, source.name)
    elif kind in ("jsonld", "rdfjson"):
        graph = read_json(source.text(), source.name)
    elif kind == "ntriples":
        graph = read_ntriples(source.text(), source.name)
    elif kind == "turtle":
        graph = read_turtle(source.text(), source.name)
    else:
        raise FormatError(
            "this is no RDF",
            path=source.name,
            expected="RDF/XML, Turtle, N-Triples or JSON-LD",
        )
    return read_document(graph, source.name)


def writer(
    dialect: Dialect, serialisation: str
) -> Callable[[Iterable[Record], BinaryIO], list[Loss]]:
    """Make the function that writes records in one version and serialisation."""

    def write(records: Iterable[Record], stream: BinaryIO) -> list[Loss]:
        graph, losses = design_document(records, dialect)
        data, unsaid = _serialised(graph, dialect, serialisation)
        stream.write(data)
        return losses + [Loss("", "triples", detail) for detail in unsaid]

    return write


def _serialised(graph: Graph, dialect: Dialect, serialisation: str) -> tuple[bytes, list[str]]:
    if serialisation == "xml":
        return write_xml(graph, find_owners(graph, dialect))
    if serialisation == "turtle":
        return write_turtle(graph), []
    if serialisation == "jsonld":
        return write_jsonld(graph)
    if serialisation == "rdfjson":
        return write_rdfjson(graph), []
    return write_ntriples(graph), []

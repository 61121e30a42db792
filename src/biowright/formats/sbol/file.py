"""What SBOL files have in common: reading and writing every serialisation."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
from .entry import serialisation_of
from .read import find_owners, read_document
from .terms import Dialect
from .write import design_document

__all__ = ["read_file", "write_file"]


def read_file(source: Source) -> Document:
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


def write_file(
    records: Iterable[Record], stream: BinaryIO, dialect: Dialect, serialisation: str
) -> list[Loss]:
    """Write records in one version and serialisation."""
    graph, losses = design_document(records, dialect)
    data, unsaid = _serialised(graph, dialect, serialisation)
    stream.write(data)
    return losses + [Loss("", "triples", detail) for detail in unsaid]


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

"""SBOL 3 (https://sbolstandard.org/docs/SBOL3.1.0.pdf) in Turtle, RDF/XML, JSON-LD and N-Triples.

A Component of DNA, RNA or protein is a record; its features with a place are the features. All
other triples are kept and written back. RDF that shows no SBOL 2 or 3 at its beginning is found
here, too, so that SBOL 1 and other RDF are refused by name.
"""

from __future__ import annotations

from collections.abc import Callable

from ..format import Format
from .entry import read_sbol, serialisation_of, version_of, writer
from .terms import SBOL3

__all__ = ["FORMATS"]


def _sniffer(serialisation: str) -> Callable[[bytes], bool]:
    def sniff(head: bytes) -> bool:
        return version_of(head) == 3 and serialisation_of(head) == serialisation

    return sniff


def _sniff_other(head: bytes) -> bool:
    return version_of(head) not in (2, 3) and serialisation_of(head) is not None


def _format(name: str, title: str, extensions: tuple[str, ...], serialisation: str) -> Format:
    write = writer(SBOL3, serialisation)
    return Format(name, title, extensions, _sniffer(serialisation), read_sbol, write)


FORMATS = (
    _format("sbol3", "SBOL 3 (Turtle)", (".ttl", ".turtle"), "turtle"),
    _format("sbol3-xml", "SBOL 3 (RDF/XML)", (".rdf", ".xml"), "xml"),
    _format("sbol3-jsonld", "SBOL 3 (JSON-LD)", (".jsonld", ".json", ".jsonld_expanded"), "jsonld"),
    _format("sbol3-nt", "SBOL 3 (N-Triples)", (".nt",), "ntriples"),
    _format("sbol3-rdfjson", "SBOL 3 (RDF/JSON)", (".rj",), "rdfjson"),
    Format("rdf", "RDF (SBOL of an unstated version)", (), _sniff_other, read_sbol),
)

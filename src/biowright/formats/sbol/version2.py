"""SBOL 2 (https://doi.org/10.1515/jib-2019-0025), written as RDF/XML.

A ComponentDefinition of DNA, RNA or protein is a record; its SequenceAnnotations are the features.
All other triples are kept and written back. See `biowright.formats.sbol.read` for what becomes what.
"""

from __future__ import annotations

from ..format import Format
from .entry import read_sbol, serialisation_of, version_of, writer
from .terms import SBOL2

__all__ = ["FORMATS"]


def _sniff(head: bytes) -> bool:
    return version_of(head) == 2 and serialisation_of(head) is not None


FORMATS = (
    Format("sbol2", "SBOL 2 (RDF/XML)", (".xml", ".rdf"), _sniff, read_sbol, writer(SBOL2, "xml")),
)

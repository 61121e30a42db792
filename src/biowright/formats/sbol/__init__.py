"""SBOL 2 and SBOL 3, in RDF/XML, Turtle, JSON-LD, N-Triples and RDF/JSON.

`biowright.formats.sbol.read` says what becomes what, `biowright.formats.sbol.keys` how what SBOL has no
words for is kept.
"""

from . import version2, version3

__all__ = ["FORMATS"]

FORMATS = (*version2.FORMATS, *version3.FORMATS)

"""Finding SBOL in a file; reading and writing are loaded when they are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import BinaryIO

from biowright.core import Record

from ..format import Document, Loss
from ..source import Source
from .terms import V1, V2, V3, Dialect

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
    """Read a document of SBOL 2 or 3 in any serialisation of RDF."""
    from .file import read_file

    return read_file(source)


def writer(
    dialect: Dialect, serialisation: str
) -> Callable[[Iterable[Record], BinaryIO], list[Loss]]:
    """Make the function that writes records in one version and serialisation."""

    def write(records: Iterable[Record], stream: BinaryIO) -> list[Loss]:
        from .file import write_file

        return write_file(records, stream, dialect, serialisation)

    return write

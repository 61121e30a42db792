"""The vocabulary beside SBOL's own that carries what GenBank and other formats say.

``genbank:`` (http://www.ncbi.nlm.nih.gov/genbank#, as libSBOLj's converter from GenBank writes
it), on a design: ``locus`` and ``version`` are the record's name and id where the displayId and
the IRI are others; ``molecule`` is the annotation ``molecule_type``; ``reference`` leads to a
``genbank:Reference`` with ``label`` (``1 (bases 1 to 705)``), ``authors``, ``title``,
``journal``, ``pubmed``, ``medline``, ``doi``, ``consortium`` and ``remark``; every other
annotation is a property of its own key.

``gbConv:`` (http://sbols.org/genBankConversion#, likewise), on a feature: ``featureType`` is
its type where the role does not say it, ``multiRangeType`` is ``order`` or ``bond``; every
other qualifier is a property of its own key. On a Range, ``startLessThan`` and
``endGreaterThan`` are ``<`` and ``>``.

``biowright:`` (https://example.org/biowright#) refines what a set of triples leaves open, as
JSON: ``qualifiers`` and ``annotations`` give the order, repeats and flags, ``location`` a
location in full; ``order`` is the place of a feature among the others, ``id`` its id where that
is not its IRI. They count only as long as they agree with the triples that they refine.

A key that cannot end an IRI is spelled with ``_x`` and the code of each other character.
"""

from __future__ import annotations

import re

__all__ = ["REFERENCE_TEXTS", "RESERVED", "decoded_key", "encoded_key", "read_label"]

RESERVED = {
    "featureType",
    "multiRangeType",
    "position",
    "locus",
    "version",
    "reference",
    "molecule",
}
_ENCODED = re.compile(r"_x([0-9A-F]+)_")
_BASES = re.compile(r"(?:bases|residues) (\d+) to (\d+)((?:; \d+ to \d+)*)\Z")
REFERENCE_TEXTS = {
    "title": "title",
    "authors": "authors",
    "journal": "journal",
    "consortium": "consortium",
    "pubmed": "pubmed",
    "medline": "medline",
    "doi": "doi",
    "remark": "remark",
}


def read_label(label: str) -> tuple[int, tuple[tuple[int, int], ...], str]:
    """Take the text of a REFERENCE line apart: number, bases, and what else it says.

    Examples
    --------
    >>> read_label("1  (bases 1 to 705)")
    (1, ((0, 705),), '')
    >>> read_label("2  (sites)")
    (2, (), 'sites')
    """
    found = re.match(r"(\d{1,9})\s*(?:\((.*)\))?\s*\Z", label, re.DOTALL)
    if found is None:
        return 1 << 31, (), label
    scope = found[2] or ""
    if _BASES.match(scope) and len(scope) < 10_000:
        pairs = re.findall(r"(\d{1,15}) to (\d{1,15})", scope)
        bases = tuple((int(a) - 1, int(b)) for a, b in pairs)
        if all(0 <= a <= b for a, b in bases):
            return int(found[1]), bases, ""
    return int(found[1]), (), scope


def encoded_key(key: str) -> str:
    """Spell a qualifier's key so that it can end an IRI, reversibly.

    Examples
    --------
    >>> encoded_key("db_xref"), encoded_key("my key"), decoded_key("my_x20_key")
    ('db_xref', 'my_x20_key', 'my key')
    """
    if not key:
        return "_x_"
    if key == "_x_":
        return "_x5F_x_"
    text = _ENCODED.sub(lambda m: "_x5F_" + m[0][1:], key)
    text = re.sub(r"[^A-Za-z0-9_.-]", lambda m: f"_x{ord(m[0]):X}_", text)
    if key in RESERVED or not (text[0].isalpha() or text[0] == "_"):
        text = f"_x{ord(text[0]):X}_{text[1:]}"
    return text


def decoded_key(text: str) -> str:
    """Undo `encoded_key`."""

    def letter(found: re.Match[str]) -> str:
        point = int(found[1], 16) if len(found[1]) < 7 else 0x110000
        return chr(point) if point < 0xD800 or 0xE000 <= point < 0x110000 else found[0]

    return "" if text == "_x_" else _ENCODED.sub(letter, text)

"""Hypothesis strategies for records and their parts, as flat files can carry them exactly."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from biowright.core import (
    Attributes,
    Feature,
    Fuzz,
    FuzzKind,
    Location,
    Molecule,
    Record,
    Reference,
    Sequence,
    Span,
)

WORDS = string.ascii_letters + string.digits + "_.-"
# everything but line ends and halves of surrogate pairs
TEXT = st.characters(exclude_categories=("Cs",), exclude_characters="\r\n")
words = st.builds(
    str.__add__, st.sampled_from(string.ascii_letters + string.digits), st.text(WORDS, max_size=11)
)
# text that blanks at its ends and line breaks in it would be lost from
_GRAPHIC = "".join(c for c in string.printable if c.isprintable() and c != " ")
lines = (
    st.lists(st.text(_GRAPHIC, min_size=1, max_size=25), min_size=1, max_size=15)
    .map(" ".join)
    .filter(lambda text: text != ".")
)


@st.composite
def fuzzes(draw: st.DrawFn, nominal: int, other: int, *, start: bool) -> Fuzz | None:
    """Draw how a boundary is uncertain; the alternatives lie between it and the other one."""
    kind = draw(st.sampled_from([None, None, None, *FuzzKind]))
    if kind is None or kind is FuzzKind.UNKNOWN:
        return None
    if kind in (FuzzKind.BEFORE, FuzzKind.AFTER):
        return Fuzz(kind)
    inner = other - 1 if start else other + 1
    if (inner - nominal) * (1 if start else -1) < 1:
        return None
    second = draw(st.integers(min(nominal, inner), max(nominal, inner)))
    positions = (nominal, second) if start else (second, nominal)
    return Fuzz(kind, positions)


@st.composite
def spans(draw: st.DrawFn, length: int, *, circular: bool = False) -> Span:
    """Draw a span in a sequence: over the origin of a circle, a site, or with uncertain ends."""
    strand = draw(st.sampled_from([1, -1]))
    start = draw(st.integers(0, length - 1))
    if start and draw(st.integers(0, 9)) == 0:
        return Span(start, start, strand)
    end = draw(st.integers(start + 1, start + length if circular else length))
    if start < length < end:
        # alternatives on both sides of the origin have no notation
        low = draw(fuzzes(start, length, start=True))
        high = draw(fuzzes(end, length, start=False))
        return Span(start, end, strand, low, high)
    low = draw(fuzzes(start, end, start=True))
    high = draw(fuzzes(end, start, start=False))
    return Span(start, end, strand, low, high)


@st.composite
def remote_spans(draw: st.DrawFn) -> Span:
    """Draw a span in another record."""
    start = draw(st.integers(0, 10**6))
    return Span(
        start,
        start + draw(st.integers(1, 10**4)),
        draw(st.sampled_from([1, -1])),
        accession=draw(words),
    )


def _meet(first: Span, second: Span, length: int) -> bool:
    """Tell whether two parts touch at the origin, where they are read as one."""
    before, after = (first, second) if first.strand == 1 else (second, first)
    return first.strand == second.strand and before.end == length and after.start == 0


@st.composite
def locations(draw: st.DrawFn, length: int, *, circular: bool = False) -> Location:
    """Draw a location in a sequence of a length above 0, of one part or several."""
    span = spans(length, circular=circular)
    parts = draw(st.lists(span, min_size=1, max_size=4))
    if draw(st.integers(0, 9)) == 0:
        parts.append(draw(remote_spans()))
    kept = parts[:1]
    for part in parts[1:]:
        if not (circular and _meet(kept[-1], part, length)):
            kept.append(part)
    operator = draw(st.sampled_from(["join", "join", "order", "bond"])) if len(kept) > 1 else "join"
    return Location(tuple(kept), operator)


@st.composite
def qualifiers(draw: st.DrawFn) -> Attributes:
    """Draw qualifiers: any text, flags, repeated keys, values that look like qualifiers."""
    keys = st.sampled_from(["gene", "note", "db_xref", "codon_start", "pseudo", "label"]) | words
    texts = (
        st.text(TEXT, max_size=200)
        | lines
        | st.sampled_from(
            [
                "",
                '"',
                '""',
                "/note",
                '/gene="a"',
                "a" * 200,
                "a  b " * 40,
                " ",
                "1",
                "(pos:1..3,aa:Sec)",
            ]
        )
    )
    pairs = draw(st.lists(st.tuples(keys, st.none() | texts), max_size=6))
    if draw(st.booleans()):
        pairs.append(("translation", draw(st.text('ACDEFGHIKLMNPQRSTVWY*"/', max_size=200))))
    return Attributes(pairs)


@st.composite
def features(draw: st.DrawFn, length: int, *, circular: bool = False) -> Feature:
    """Draw a feature."""
    kinds = st.sampled_from(["CDS", "gene", "misc_feature", "5'UTR", "binding domain"]) | words
    return Feature(draw(kinds), draw(locations(length, circular=circular)), draw(qualifiers()))


@st.composite
def references(draw: st.DrawFn, length: int) -> Reference:
    """Draw a reference."""
    texts = st.just("") | lines
    bases = ()
    if length and draw(st.booleans()):
        start = draw(st.integers(0, length - 1))
        bases = ((start, draw(st.integers(start + 1, length))),)
    return Reference(
        title=draw(texts),
        authors=draw(texts),
        journal=draw(texts),
        consortium=draw(texts),
        pubmed=draw(st.just("") | words),
        remark=draw(texts),
        bases=bases,
    )


@st.composite
def sequences(draw: st.DrawFn) -> Sequence:
    """Draw a sequence of any molecule and topology that is not empty; proteins are linear."""
    molecule = draw(st.sampled_from(list(Molecule)))
    letters = "ACDEFGHIKLMNPQRSTVWYX*" if molecule is Molecule.PROTEIN else "ACGTN"
    text = draw(st.text(letters, min_size=1, max_size=150))
    if draw(st.booleans()):
        text = text[:1].upper() + text[1:].lower() + draw(st.sampled_from(["A", ""]))
        text = text if not text.islower() else text.upper()
    topology = (
        "linear" if molecule is Molecule.PROTEIN else draw(st.sampled_from(["linear", "circular"]))
    )
    return Sequence(text, molecule, topology)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Draw a record of which both GenBank and EMBL carry everything, annotations in their order."""
    sequence = draw(sequences())
    length = len(sequence)
    kinds = {
        Molecule.DNA: ["DNA", "ds-DNA", "ss-DNA"],
        Molecule.RNA: ["RNA", "mRNA", "ss-RNA"],
        Molecule.PROTEIN: [],
    }[sequence.molecule]
    names = st.lists(words, max_size=3, unique=True)
    accession = draw(names)
    pairs = [("molecule_type", draw(st.sampled_from(kinds)))] if kinds else []
    pairs += [("division", draw(st.sampled_from(["SYN", "PHG", "VRL"])))]
    pairs += [("accession", name) for name in accession]
    pairs += [("keywords", word) for word in draw(names)]
    organism = draw(st.just("") | words)
    if organism:
        pairs += [("source", organism), ("organism", organism)]
        pairs += [("taxonomy", rank) for rank in draw(names)]
    comments = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"))
    pairs += [("comment", text) for text in draw(st.lists(comments, max_size=2))]
    base = accession[0] if accession else draw(words)
    return Record(
        sequence,
        base if not accession else draw(words),
        f"{base}.{draw(st.integers(1, 99))}",
        draw(st.just("") | lines),
        draw(st.lists(features(length, circular=sequence.circular), max_size=5)),
        Attributes(pairs),
        draw(st.lists(references(length), max_size=3)),
    )


KEYS = ["accession", "comment", "contig", "date", "dblink", "division", "gi", "keywords", "pid"]
KEYS += ["molecule_type", "organism", "segment", "source", "taxonomy", "wgs", "length", "colour"]
anything = st.text(st.characters(exclude_categories=("Cs",)), max_size=90)


@st.composite
def wild_records(draw: st.DrawFn) -> Record:
    """Draw a record of which no flat file carries everything: any text anywhere."""
    sequence = draw(sequences())
    length = len(sequence)
    keys = st.sampled_from(KEYS)
    pairs = draw(st.lists(st.tuples(keys, anything | lines), max_size=8))
    wild = st.builds(
        Feature,
        anything,
        locations(length, circular=sequence.circular),
        st.lists(st.tuples(anything, st.none() | anything), max_size=4).map(Attributes),
        st.just("") | words,
    )
    return Record(
        sequence,
        draw(anything),
        draw(anything | words),
        draw(anything),
        draw(st.lists(wild, max_size=3)),
        Attributes(pairs),
        draw(st.lists(st.builds(Reference, *[anything] * 8, scope=anything), max_size=2)),
        draw(st.none() | st.just(bytes(length))),
    )

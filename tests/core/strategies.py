"""Hypothesis strategies for the values of `biowright.core`: one function a kind of value."""

from __future__ import annotations

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
    Topology,
)

# Without U, so that complementing twice gives back the very letters.
LETTERS = {
    Molecule.DNA: "ACGTRYKMSWBDHVNacgtn",
    Molecule.RNA: "ACGURYKMSWBDHVNacgun",
    Molecule.PROTEIN: "ACDEFGHIKLMNPQRSTVWYBJOUXZ",
}


@st.composite
def sequences(
    draw: st.DrawFn,
    molecule: Molecule = Molecule.DNA,
    topology: Topology | None = None,
    min_size: int = 0,
    max_size: int = 40,
) -> Sequence:
    """Sequences of one molecule; linear or circular unless it is said."""
    letters = draw(st.text(LETTERS[molecule], min_size=min_size, max_size=max_size))
    if topology is None:
        topology = draw(st.sampled_from(Topology))
    return Sequence(letters, molecule, topology)


@st.composite
def fuzzes(draw: st.DrawFn, position: int, low: bool) -> Fuzz | None:
    """How a boundary may be uncertain; mostly it is not."""
    kind = draw(st.sampled_from([None, None, None, *FuzzKind]))
    if kind is None:
        return None
    if kind in (FuzzKind.WITHIN, FuzzKind.ONE_OF):
        other = position + draw(st.integers(1, 3)) * (1 if low else -1)
        return Fuzz(kind, tuple(sorted((position, max(other, 0)))))
    return Fuzz(kind)


@st.composite
def spans(draw: st.DrawFn, length: int, circular: bool, sites: bool = True) -> Span:
    """Spans that lie in a sequence: also whole, over the origin, and sites between two letters."""
    least = 0 if sites else 1
    if circular and length:
        start = draw(st.integers(0, length - 1))
        size = draw(st.integers(least, length))
    else:
        start = draw(st.integers(0, length - least))
        size = draw(st.integers(least, length - start))
    end = start + size
    strand = draw(st.sampled_from((1, -1)))
    if not size:
        return Span(start, end, strand)
    return Span(start, end, strand, draw(fuzzes(start, True)), draw(fuzzes(end, False)))


@st.composite
def locations(draw: st.DrawFn, length: int, circular: bool = False) -> Location:
    """Locations in a sequence: single or compound, on one strand or both; remote parts."""
    if not length:
        return Location((Span(0, 0, draw(st.sampled_from((1, -1)))),))
    count = draw(st.sampled_from((1, 1, 1, 2, 3)))
    if count == 1:
        return Location((draw(spans(length, circular)),))
    style = draw(st.sampled_from(("exons", "any")))
    if style == "exons":
        bounds = draw(st.lists(st.integers(0, length), min_size=2, max_size=2 * count, unique=True))
        bounds = sorted(bounds)[: len(bounds) // 2 * 2]
        pairs = list(zip(bounds[::2], bounds[1::2], strict=True))
        operator = draw(st.sampled_from(("join", "join", "order")))
        strand = draw(st.sampled_from((1, -1)))
        if len(pairs) == 1:
            operator = "join"
        return Location.of(*pairs, strand=strand, operator=operator)
    parts = draw(st.lists(spans(length, circular), min_size=2, max_size=count))
    if draw(st.booleans()):
        parts.append(Span(3, 9, 1, accession="J00194.1"))
    return Location(tuple(parts))


@st.composite
def attributes(draw: st.DrawFn) -> Attributes:
    """Ordered pairs with repeated keys and flags."""
    keys = st.sampled_from(("gene", "note", "db_xref", "pseudo", "label"))
    return Attributes(draw(st.lists(st.tuples(keys, st.none() | st.text(max_size=5)), max_size=4)))


@st.composite
def features(draw: st.DrawFn, length: int, circular: bool = False) -> Feature:
    """Features that lie in a sequence."""
    kind = draw(st.sampled_from(("CDS", "gene", "misc_feature")))
    return Feature(kind, draw(locations(length, circular)), draw(attributes()))


@st.composite
def references(draw: st.DrawFn, length: int) -> Reference:
    """References to parts of a sequence, to all of it, or to none of it."""
    bounds = sorted(draw(st.lists(st.integers(0, length), max_size=4, unique=True)))
    pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
    return Reference(title=draw(st.sampled_from("ab")), bases=tuple(pairs))


@st.composite
def records(
    draw: st.DrawFn,
    topology: Topology | None = None,
    molecule: Molecule = Molecule.DNA,
    min_size: int = 0,
    max_size: int = 40,
    max_features: int = 5,
    source: bool | None = None,
) -> Record:
    """Records with features, references, quality and, it may be, a source over the whole."""
    sequence = draw(sequences(molecule, topology, min_size, max_size))
    length = len(sequence)
    found = draw(st.lists(features(length, sequence.circular), max_size=max_features))
    if draw(st.booleans()) if source is None else source:
        found.insert(0, Feature("source", Location.of((0, length)), Attributes({"organism": "x"})))
    quality = draw(st.none() | st.binary(min_size=length, max_size=length))
    return Record(
        sequence,
        "random",
        features=found,
        annotations=draw(attributes()),
        references=draw(st.lists(references(length), max_size=2)),
        quality=quality,
    )

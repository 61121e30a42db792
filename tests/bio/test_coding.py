"""Genes with all that the feature table says of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.bio import translate_feature
from biowright.core import (
    Attributes,
    Feature,
    Fuzz,
    FuzzKind,
    InputError,
    Location,
    LocationError,
    Record,
    Sequence,
    SequenceError,
    Span,
)

BEFORE, AFTER = Fuzz(FuzzKind.BEFORE), Fuzz(FuzzKind.AFTER)


def protein(
    text: str,
    location: Location,
    qualifiers: dict[str, object] | None = None,
    circular: bool = False,
) -> str:
    record = Record(Sequence(text, topology="circular" if circular else "linear"), "r")
    attributes = Attributes(qualifiers or {})  # type: ignore[arg-type]
    return str(translate_feature(record, Feature("CDS", location, attributes)))


def test_a_start_is_methionine_and_the_stop_is_left_out() -> None:
    assert protein("TTGGTGTAA", Location.of((0, 9)), {"transl_table": "11"}) == "MV"
    assert protein("TTTGTGTAA", Location.of((0, 9)), {"transl_table": "11"}) == "FV"


def test_a_partial_start_is_read_as_it_stands() -> None:
    cut = Location((Span(0, 9, 1, BEFORE),))
    assert protein("TTGGTGTAA", cut, {"transl_table": "11"}) == "LV"
    other = Location((Span(0, 9, -1, None, AFTER),))
    assert protein("TTACACCAA", other, {"transl_table": "11"}) == "LV"


def test_codon_start() -> None:
    text = "CCTTGGTGTAA"
    assert protein(text, Location.of((0, 11)), {"codon_start": "3", "transl_table": "11"}) == "LV"
    with pytest.raises(SequenceError, match="codon_start=4"):
        protein(text, Location.of((0, 11)), {"codon_start": "4"})


def test_letters_left_at_the_end_count_where_they_decide() -> None:
    assert protein("ATGGC", Location((Span(0, 5, 1, None, AFTER),))) == "MA"  # GCN is alanine
    assert protein("ATGTA", Location((Span(0, 5, 1, None, AFTER),))) == "M"
    assert protein("ATGG", Location.of((0, 4))) == "M"


def test_joins_on_both_strands_and_slippage() -> None:
    assert protein("ATGGGGGGGGCATAA", Location.of((0, 3), (10, 15))) == "MH"
    assert protein("TTATGCCCCCCCCAT", Location.of((0, 5), (12, 15), strand=-1)) == "MH"
    # the ribosome slips back by one letter, which is read twice
    assert protein("ATGAAATAA", Location((Span(0, 5), Span(4, 5), Span(5, 6), Span(7, 9)))) == "MKK"
    mixed = Location((Span(0, 3), Span(6, 9, -1)))
    assert protein("ATGCCCTTG", mixed) == "MQ"


def test_across_the_origin() -> None:
    # phiX174's genes A and B lie so
    assert protein("GCATAACCCAT", Location((Span(9, 17),)), circular=True) == "MH"
    assert protein("GCATAACCCAT", Location((Span(9, 11), Span(0, 6))), circular=True) == "MH"
    backward = str(Sequence("GCATAACCCAT").reverse_complement())
    assert protein(backward, Location((Span(5, 13, -1),)), circular=True) == "MH"


@pytest.mark.parametrize(
    ("text", "residue"),
    [
        ("(pos:7..9,aa:Sec)", "U"),
        ("(pos:7..9, aa:Pyl)", "O"),
        ("( pos:7..9,aa:OTHER )", "X"),
        ("(pos:join(7,8..9),aa:trp)", "W"),
    ],
)
def test_single_residues_are_exchanged(text: str, residue: str) -> None:
    said = {"transl_except": text}
    assert protein("ATGGCATGAGCATAA", Location.of((0, 15)), said) == f"MA{residue}A"


def test_exceptions_on_the_other_strand_in_joins_and_across_the_origin() -> None:
    forward = "ATGGCATGAGCATAA"
    backward = str(Sequence(forward).reverse_complement())
    said: dict[str, object] = {"transl_except": "(pos:complement(7..9),aa:Sec)"}
    assert protein(backward, Location.of((0, 15), strand=-1), said) == "MAUA"
    # an intron of four letters within the codon
    split = forward[:7] + "GTAG" + forward[7:]
    said = {"transl_except": "(pos:join(7,12..13),aa:Sec)"}
    assert protein(split, Location.of((0, 7), (11, 19)), said) == "MAUA"
    turned = forward[8:] + forward[:8]
    said = {"transl_except": "(pos:join(14..15,1),aa:Sec)"}
    assert protein(turned, Location((Span(7, 22),)), said, circular=True) == "MAUA"


def test_several_exceptions_and_a_codon_start() -> None:
    said = {
        "codon_start": "2",
        "transl_except": ["(pos:5..7,aa:Trp)", "(pos:8..10,aa:Sec)"],
    }
    assert protein("CGCATGATGATAA", Location.of((0, 13)), said) == "AWU"


def test_a_stop_that_the_poly_a_tail_completes() -> None:
    said = {"transl_table": "2", "transl_except": "(pos:7,aa:TERM)"}
    assert protein("ATAGCAT", Location.of((0, 7)), said) == "MA"
    said = {"transl_table": "2", "transl_except": "(pos:complement(1..2),aa:TERM)"}
    assert protein("TATGCTAT", Location.of((0, 8), strand=-1), said) == "MA"


def test_stops_inside_of_a_pseudogene_stay() -> None:
    assert protein("ATGTAGGCATAA", Location.of((0, 12)), {"pseudo": None}) == "M*A"


def test_dual_codons_stop_at_the_end_only() -> None:
    said: dict[str, object] = {"transl_table": "27"}
    assert protein("ATGTGAGCATGA", Location.of((0, 12)), said) == "MWA"
    assert protein("ATGTGAGCATGA", Location((Span(0, 12, 1, None, AFTER),)), said) == "MWAW"
    said["transl_except"] = "(pos:10..12,aa:Trp)"
    assert protein("ATGTGAGCATGA", Location.of((0, 12)), said) == "MWAW"


def test_the_code_of_the_caller_is_for_features_without_one() -> None:
    record = Record(Sequence("ATGTGATAA"))
    whole = Location.of((0, 9))
    assert str(translate_feature(record, Feature("CDS", whole), 4)) == "MW"
    said = Feature("CDS", whole, Attributes({"transl_table": "1"}))
    assert str(translate_feature(record, said, 4)) == "M*"


@pytest.mark.parametrize(
    "text",
    [
        "(pos:8..10,aa:Sec)",  # no codon of this frame
        "(pos:7..8,aa:Sec)",  # half a codon
        "(pos:7..12,aa:Sec)",  # two codons
        "(pos:70..72,aa:Sec)",  # outside
        "(pos:7..1000000000000,aa:Sec)",
        "(pos:9..7,aa:Sec)",
        f"(pos:7..{'9' * 5000},aa:Sec)",
        "(pos:7..9,aa:Foo)",
        "(pos:,aa:Sec)",
        "pos 7..9 is Sec",
        "",
        "(pos:" + "(" * 5000,
        "(pos:" + "7," * 5000,
    ],
)
def test_exceptions_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(SequenceError, match="transl_except"):
        protein("ATGGCATGAGCATAA", Location.of((0, 15)), {"transl_except": text})


def test_errors_name_the_record() -> None:
    with pytest.raises(InputError, match="record r: there is no genetic code 99"):
        protein("ATG", Location.of((0, 3)), {"transl_table": "99"})
    with pytest.raises(LocationError, match="record r"):
        protein("ATG", Location.of((0, 30)))
    with pytest.raises(LocationError, match="AL1"):
        protein("ATG", Location((Span(0, 3, 1, None, None, "AL1"),)))


@given(
    st.text("ACGT", min_size=6, max_size=60),
    st.data(),
)
def test_rotation_and_reverse_complement_do_not_change_a_protein(
    text: str, data: st.DataObject
) -> None:
    circle = Record(Sequence(text, topology="circular"))
    start = data.draw(st.integers(0, len(text) - 1))
    size = data.draw(st.integers(0, len(text)))
    gene = Feature("CDS", Location((Span(start, start + size),)))
    expected = translate_feature(circle, gene)
    mirrored = Record(circle.sequence.reverse_complement())
    low = -(start + size) % len(text)
    other = Feature("CDS", Location((Span(low, low + size, -1),)))
    assert translate_feature(mirrored, other) == expected
    origin = data.draw(st.integers(0, len(text) - 1))
    rotated = Record(circle.sequence.rotate(origin))
    low = (start - origin) % len(text)
    assert (
        translate_feature(rotated, Feature("CDS", Location((Span(low, low + size),)))) == expected
    )

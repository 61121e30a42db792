"""Locations as the INSDC feature table writes them, and as they are met."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_record import locations

from biowright.core import Fuzz, FuzzKind, Location, LocationError, Span
from biowright.formats.insdc.location import parse_location, simple_location, write_location

BEFORE, AFTER = Fuzz(FuzzKind.BEFORE), Fuzz(FuzzKind.AFTER)


def parse(text: str, length: int = 5000, *, circular: bool = False) -> Location:
    return parse_location(text, length, circular=circular)


# the examples of the feature table definition, section 3.4.3, and older forms
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("467", [Span(466, 467)]),
        ("340..565", [Span(339, 565)]),
        ("<345..500", [Span(344, 500, 1, BEFORE)]),
        ("<1..888", [Span(0, 888, 1, BEFORE)]),
        ("1..>888", [Span(0, 888, 1, None, AFTER)]),
        ("<5", [Span(4, 5, 1, BEFORE)]),
        (">5", [Span(4, 5, 1, None, AFTER)]),
        ("123^124", [Span(123, 123)]),
        ("join(12..78,134..202)", [Span(11, 78), Span(133, 202)]),
        ("complement(34..126)", [Span(33, 126, -1)]),
        ("complement(join(2691..4571,4918..4999))", [Span(4917, 4999, -1), Span(2690, 4571, -1)]),
        (
            "join(complement(4918..4999),complement(2691..4571))",
            [Span(4917, 4999, -1), Span(2690, 4571, -1)],
        ),
        ("J00194.1:100..202", [Span(99, 202, 1, None, None, "J00194.1")]),
        ("join(1..100,J00194.1:100..202)", [Span(0, 100), Span(99, 202, accession="J00194.1")]),
        ("one-of(1888,1901)..2200", [Span(1887, 2200, 1, Fuzz(FuzzKind.ONE_OF, (1887, 1900)))]),
        ("1..(10.20)", [Span(0, 20, 1, None, Fuzz(FuzzKind.WITHIN, (10, 20)))]),
        (
            "102.110",
            [
                Span(
                    101,
                    110,
                    1,
                    Fuzz(FuzzKind.WITHIN, (101, 109)),
                    Fuzz(FuzzKind.WITHIN, (102, 110)),
                )
            ],
        ),
        (
            "145^177",
            [Span(145, 145, 1, *[Fuzz(FuzzKind.WITHIN, (145, 176))] * 2)],
        ),
        ("?..100", [Span(0, 100, 1, Fuzz(FuzzKind.UNKNOWN))]),
        ("COMPLEMENT(Join(1..5,7..9))", [Span(6, 9, -1), Span(0, 5, -1)]),
    ],
)
def test_the_notation(text: str, parts: list[Span]) -> None:
    assert list(parse(text)) == parts


def test_operators() -> None:
    assert parse("order(1..5,9..12)").operator == "order"
    assert parse("complement(order(1..5,9..12))").operator == "order"
    assert parse("bond(12,63)").parts == (Span(11, 12), Span(62, 63))
    assert write_location(parse("bond(196)"), 200) == "bond(196)"
    # the order of the parts is the order of reading, however odd it is
    assert [part.start for part in parse("join(30..40,1..5,20..25)")] == [29, 0, 19]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("join(4990..5000,1..20)", [Span(4989, 5020)]),
        ("complement(join(4990..5000,1..20))", [Span(4989, 5020, -1)]),
        ("join(complement(1..20),complement(4990..5000))", [Span(4989, 5020, -1)]),
        ("4990..20", [Span(4989, 5020)]),
        ("complement(<4990..>20)", [Span(4989, 5020, -1, BEFORE, AFTER)]),
        ("join(9..15,4990..5000,1..5)", [Span(8, 15), Span(4989, 5005)]),
        ("order(4990..5000,1..20)", [Span(4989, 5020)]),
        ("5000^1", [Span(0, 0)]),
        # these do not meet: an uncertain end, other strands, more than the whole circle
        ("join(4990..>5000,1..20)", [Span(4989, 5000, 1, None, AFTER), Span(0, 20)]),
        ("join(4990..5000,complement(1..20))", [Span(4989, 5000), Span(0, 20, -1)]),
        ("join(11..5000,1..20)", [Span(10, 5000), Span(0, 20)]),
    ],
)
def test_over_the_origin_of_a_circle(text: str, parts: list[Span]) -> None:
    location = parse(text, circular=True)
    assert list(location) == parts
    assert parse(write_location(location, 5000), circular=True) == location


def test_backwards_on_a_linear_record_is_two_pieces() -> None:
    assert list(parse("4990..20")) == [Span(4989, 5000), Span(0, 20)]
    assert list(parse("complement(4990..20)")) == [Span(0, 20, -1), Span(4989, 5000, -1)]
    with pytest.raises(LocationError, match="runs backwards"):
        parse_location("20..10", 30, circular=False, wraps=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1..",
        "..5",
        "1,2",
        "1..5)",
        "join(1..5",
        "join(1..5,)",
        "join()",
        "complement(1,2)",
        "gap(100)",
        "3^7^9",
        "5^4",
        "0..5",
        "-2..492",
        "1..5001",
        "(0.3)..9",
        "one-of()..5",
        "one-of(,)..5",
        "A1.1:0..5",
        "A1.1:9..5",
        "1..5 6..9",
        "join(1..5,6..9",
        "replace(1..5)",
        "1" * 5000,
        "²..5",
    ],
)
def test_what_is_no_location(text: str) -> None:
    with pytest.raises(LocationError) as caught:
        parse(text)
    assert len(str(caught.value)) < 300


def test_bombs_are_refused_at_once() -> None:
    for bomb in ("(" * 10**6, "complement(" * 10**5, "join(" * 10**5, "." * 10**6, "1." * 10**6):
        with pytest.raises(LocationError):
            parse(bomb)
    many = "join(" + ",".join(f"{n}..{n}" for n in range(1, 5001)) + ")"
    assert len(parse(many).parts) == 5000


@st.composite
def placed(draw: st.DrawFn) -> tuple[Location, int, bool]:
    length, circular = draw(st.integers(1, 300)), draw(st.booleans())
    return draw(locations(length, circular=circular)), length, circular


@given(placed())
@settings(max_examples=120)
def test_written_locations_are_read_back(case: tuple[Location, int, bool]) -> None:
    location, length, circular = case
    text = write_location(location, length)
    assert parse_location(text, length, circular=circular) == location


@given(st.text("0123456789.,()<>^joincmpletrdf-?:A ", max_size=40))
@settings(max_examples=120)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        location = parse(text, 50, circular=True)
    except LocationError:
        return
    again = parse(write_location(location, 50), 50, circular=True)
    assert again.parts == location.parts or location.parts[0].start == location.parts[0].end


@given(st.integers(0, 60), st.integers(0, 60), st.booleans(), st.integers(0, 50))
def test_the_fast_path_agrees(first: int, second: int, turned: bool, length: int) -> None:
    text = f"{first}..{second}"
    text = f"complement({text})" if turned else text
    quick = simple_location(text, length)
    if quick is not None:
        assert quick == parse_location(text, length, circular=False)
    else:
        assert not 1 <= first < second <= length

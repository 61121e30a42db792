"""The feature table that GenBank and EMBL share: the sweep, the walk, and the writer."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_record import features

from biowright.core import Attributes, Feature, FormatError, Location
from biowright.formats.insdc import features as insdc_features
from biowright.formats.insdc.features import Place, read_features
from biowright.formats.insdc.table import write_features

PLACE = Place(100)


def read(table: str) -> list[Feature]:
    return read_features(table, PLACE, 1)[0]


def row(text: str) -> str:
    return " " * 21 + text + "\n"


def values(*rows: str) -> tuple[tuple[str, str | None], ...]:
    [feature] = read("     gene            1..9\n" + "".join(map(row, rows)))
    return feature.qualifiers.pairs


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        (['/gene="a"'], [("gene", "a")]),
        (["/pseudo"], [("pseudo", None)]),
        (['/note=""'], [("note", "")]),
        (["/note="], [("note", "")]),
        (["/label=a b  "], [("label", "a b")]),
        (['/note="a', 'b"'], [("note", "a b")]),
        (['/note="a ', '   b"  '], [("note", "a b")]),
        (['/note=" a "'], [("note", " a ")]),
        (['/translation="MK', 'VL"'], [("translation", "MKVL")]),
        (['/translation="M K"'], [("translation", "MK")]),
        (['/note="a ""b"" c"'], [("note", 'a "b" c')]),
        (['/note="""a"""'], [("note", '"a"')]),
        (['/note="a', '/gene=b"'], [("note", "a /gene=b")]),
        (['/note="', 'a"'], [("note", "a")]),
        (["/note=", '"a"'], [("note", "a")]),
        (["/anticodon=(pos:1..3,", "aa:Ala)"], [("anticodon", "(pos:1..3, aa:Ala)")]),
        (['/my key="a"'], [("my key", "a")]),
        (["/a=1", "/b=2", "/a=3"], [("a", "1"), ("b", "2"), ("a", "3")]),
        # quotes that are not doubled: the value ends with the line that ends with one
        (['/note="a "b" c"'], [("note", 'a "b" c')]),
        (['/note="5" end"', '/note="3" end"'], [("note", '5" end'), ("note", '3" end')]),
        (['/note=""a" b"'], [("note", '"a" b')]),
    ],
)
def test_values(rows: list[str], pairs: list[tuple[str, str | None]]) -> None:
    assert list(values(*rows)) == pairs


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        (['/note="a'], 2, "/note has no closing quote"),
        (['/a="1"', '/note="a', '/gene="b"'], 3, "/note has no closing quote"),
        (['/product "a'], 2, "has no '='"),
        (["/a b"], 2, "is no qualifier"),
        (['/a="1"', "stray"], 3, "'stray' belongs to no qualifier"),
        (["/"], 2, "is no qualifier"),
    ],
)
def test_what_is_no_value(rows: list[str], line: int, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        values(*rows)
    assert message in str(caught.value)
    assert caught.value.line == line


def test_keys_and_columns_of_other_programs() -> None:
    benchling = (
        "     DNA binding domain      1..9\n"
        + " " * 29
        + '/label="a"\n     Peptide Si Purification 3..4\n'
    )
    assert [(f.type, str(f.location)) for f in read(benchling)] == [
        ("DNA binding domain", "1..9"),
        ("Peptide Si Purification", "3..4"),
    ]
    assert [f.type for f in read("  gene  1..9\n     /a=1\n  CDS complement(1..2)\n")] == [
        "gene",
        "CDS",
    ]
    assert str(read("     CDS             join(1..2, 4..\n" + row("5,7..9)"))[0].location) == (
        "join(1..2,4..5,7..9)"
    )
    assert str(read("     averylongkeyofafeature\n" + row("1..9"))[0].location) == "1..9"
    with pytest.raises(FormatError, match="belongs to no feature"):
        read(row("/a=1"))


@given(st.lists(features(100), max_size=6))
@settings(max_examples=40)
def test_tables_are_read_back_by_sweep_and_walk(made: list[Feature]) -> None:
    table, losses = write_features(made, PLACE)
    assert losses == []
    assert read(table) == made
    walker = insdc_features._TableReader(PLACE)
    walker.walk(table, 1)
    assert walker.features == made
    assert all(len(line) < 80 or " " not in line[21:].strip() for line in table.split("\n")) or made


@given(st.data())
@settings(max_examples=40)
def test_sweep_and_walk_agree_on_damaged_tables(data: st.DataObject) -> None:
    made = data.draw(st.lists(features(100), min_size=1, max_size=4))
    letters = list(write_features(made, PLACE)[0])
    rng = random.Random(data.draw(st.integers(0, 10**6)))
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(letters))
        letters[at : at + rng.randint(0, 2)] = rng.choice(['"', "/", " ", "\n", "=", "x", "", "\f"])
    table = "".join(letters) + "\n"
    swept, walked = (insdc_features._TableReader(PLACE) for _ in range(2))
    if not swept.sweep(table):
        return
    walked.walk(table, 1)
    assert swept.features == walked.features
    assert swept.spelling() == walked.spelling()


def test_a_long_table_is_read_in_stretches() -> None:
    many = [
        Feature("gene", Location.of((n % 90, n % 90 + 5)), Attributes([("note", f"n {n} " * 30)]))
        for n in range(2000)
    ]
    table, _ = write_features(many, PLACE)
    odd = table.replace("     gene            42..46\n", "     gene  42..46\n", 1)
    assert odd != table
    assert read(odd) == read(table) == many
    broken = table + row('/note="open')
    with pytest.raises(FormatError) as caught:
        read(broken)
    assert caught.value.line == broken.count("\n")


def test_spelling_is_kept_while_it_is_true() -> None:
    text = (
        "     gene            5..5\n"
        + row('/number="1"')
        + row("/label=abc")
        + "     Het             join(bond(8),bond(9))\n"
    )
    made, spelling = read_features(text, PLACE, 1)
    assert write_features(made, PLACE, spelling)[0] == text
    # on a record of another length, and with another value, it is written as usual
    moved = [Feature("gene", made[0].location, Attributes([("number", "2"), ("label", "x")]))]
    assert write_features(moved, Place(50), spelling)[0] == (
        "     gene            5\n" + row("/number=2") + row('/label="x"')
    )


def test_long_values_are_wrapped_where_they_can_be_joined() -> None:
    value = "word " * 30 + "a" * 100 + ' ""quoted"" /slash  two'
    [feature] = read(
        write_features(
            [Feature("gene", Location.of((0, 9)), Attributes([("note", value)]))], PLACE
        )[0]
    )
    assert feature.qualifiers.first("note") == value

"""Sequences, locations, features, tables, attributes, records and errors keep their laws."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import attributes, features, locations, records, sequences

from biowright.core import (
    Attributes,
    BiowrightError,
    Feature,
    FeatureTable,
    FormatError,
    Fuzz,
    FuzzKind,
    InputError,
    Location,
    LocationError,
    Molecule,
    Record,
    Sequence,
    SequenceError,
    Span,
)
from biowright.core.location import location_text


@given(st.sampled_from([Molecule.DNA, Molecule.RNA]), st.data())
def test_complementing_twice_gives_the_letters_back(
    molecule: Molecule, data: st.DataObject
) -> None:
    sequence = data.draw(sequences(molecule))
    assert sequence.reverse_complement().reverse_complement() == sequence
    assert sequence.complement().complement() == sequence


@given(sequences(topology="circular", min_size=1), st.integers(), st.integers())
def test_windows_of_a_circle_read_on_over_the_origin(
    circle: Sequence, start: int, size: int
) -> None:
    length = len(circle)
    start, size = start % length, size % (length + 1)
    twice = circle.data * 2
    assert circle.window(start, start + size).data == twice[start : start + size]
    assert circle.rotate(start).data == twice[start : start + length]
    assert circle.window(start, start + size) in circle


def test_letters_occur_in_any_case_and_over_the_origin() -> None:
    assert "gaa" in Sequence("TTGAATT")
    assert "AG" in Sequence("GTA", topology="circular")
    assert "AG" not in Sequence("GTA")
    assert "GTAG" not in Sequence("GTA", topology="circular")
    assert 5 not in Sequence("GTA")  # type: ignore[operator]


def test_rna_spelled_with_t_keeps_its_spelling_in_every_piece() -> None:
    genome = Sequence("AACGTT", "RNA")
    assert str(Location.of((0, 2), strand=-1).extract(genome)) == "TT"
    assert str(Location.of((0, 2), strand=-1).extract(Sequence("AACGUU", "RNA"))) == "UU"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sequence("ACG T"), "' ' is no IUPAC letter"),
        (lambda: Sequence("ACGE"), "is it a protein"),
        (lambda: Sequence("ACGé"), "no letter of a sequence"),
        (lambda: Sequence("ACG", "dna?"), "expected DNA, RNA or protein"),
        (lambda: Sequence("ACG", "DNA", "round"), "expected linear or circular"),
        (lambda: Sequence("ACG").window(1, 5), "make it circular"),
        (lambda: Sequence("ACG").window(2, 1), "half-open"),
        (lambda: Sequence("ACG", topology="circular").window(1, 5), "does not lie"),
        (lambda: Sequence("ACG").rotate(1), "only a circular"),
        (lambda: Sequence("").circularised(), "empty"),
        (lambda: Sequence("MK", "protein").reverse_complement(), "no complement"),
        (lambda: Sequence("A") + Sequence("A", "RNA"), "cannot join"),
        (lambda: Sequence("A").to_fasta(width=0), "width of 1"),
        (lambda: Span(5, 3), "no span"),
        (lambda: Span(-1, 3), "no span"),
        (lambda: Span(1, 3, 0), "strand 0"),
        (lambda: Location(()), "at least one span"),
        (lambda: Location.of((0, 9)).extract(Sequence("ACG")), "outside"),
        (lambda: Location((Span(0, 2, accession="X1"),)).extract(Sequence("ACG")), "X1"),
        (lambda: Feature("CDS", (0, 9)), "expected a Location"),
        (lambda: FeatureTable([1]), "expected a Feature"),
        (lambda: Record("ACGT"), "expected a Sequence"),
        (lambda: Record(Sequence("ACGT"), quality=b"\1"), "1 quality values for 4"),
        (lambda: Attributes({"codon_start": 1}), "'codon_start' is 1"),
        (lambda: Attributes(["ab"]), "no pair"),
    ],
)
def test_wrong_values_are_refused_where_they_are_made(make: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()  # type: ignore[operator]


@given(st.data(), st.integers(1, 30), st.booleans())
def test_mirroring_a_location_twice_gives_it_back(
    data: st.DataObject, length: int, circular: bool
) -> None:
    location = data.draw(locations(length, circular))
    assert location.mirrored(2 * length).mirrored(2 * length) == location
    assert location.shifted(7).shifted(-7) == location


def test_a_site_is_no_empty_value() -> None:
    site = Location.of((3, 3))
    assert site
    assert site.parts[0]
    assert str(site) == "3^4"
    assert (
        location_text(Location.of((0, 0)), 10) == location_text(Location.of((10, 10)), 10) == "10^1"
    )


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location.of((8, 13)), "join(9..10,1..3)"),
        (Location.of((8, 13), strand=-1), "complement(join(9..10,1..3))"),
        (Location((Span(8, 13, -1), Span(4, 5, 1))), "join(complement(1..3),complement(9..10),5)"),
        (Location.of((2, 4), (8, 13), operator="order"), "order(3..4,9..10,1..3)"),
        (
            Location((Span(8, 12, 1, Fuzz(FuzzKind.BEFORE), Fuzz(FuzzKind.ONE_OF, (12, 13))),)),
            "join(<9..10,1..one-of(2,3))",
        ),
        (Location((Span(1, 2, -1, accession="X1.1"),)), "complement(X1.1:2)"),
    ],
)
def test_spans_over_the_origin_are_written_in_two_pieces(location: Location, text: str) -> None:
    assert location_text(location, 10) == text


@settings(max_examples=60)
@given(st.data(), st.integers(1, 30))
def test_a_table_that_is_moved_equals_the_table_of_moved_features(
    data: st.DataObject, length: int
) -> None:
    made = data.draw(st.lists(features(length), max_size=6))
    table, plain = FeatureTable(made), list(made)
    mirror = 0
    for _ in range(data.draw(st.integers(1, 4))):
        step = data.draw(st.sampled_from(("move", "mirror", "replace", "select", "add", "look")))
        if step == "move":
            by = np.array([100 + i for i in range(len(plain))], np.int64)
            table = table.moved(by)
            plain = [_at(f, f.location.shifted(100 + i)) for i, f in enumerate(plain)]
        elif step == "mirror":
            mirror += 10_000  # a greater one each time, lest a move leads below 0
            table = table.mirrored(mirror)
            plain = [_at(f, f.location.mirrored(mirror)) for f in plain]
        elif step == "replace" and plain:
            fresh = data.draw(features(length))
            table = table.replaced({0: fresh})
            plain[0] = fresh
        elif step == "select":
            table = table.selected(range(len(plain) - 1, -1, -2))
            plain = plain[::-2]
        elif step == "add":
            fresh = data.draw(features(length))
            table, plain = table + FeatureTable([fresh]), [*plain, fresh]
        else:
            table.extents()
        fresh_table = FeatureTable(plain)
        for got, expected in zip(table.extents(), fresh_table.extents(), strict=True):
            assert got.tolist() == expected.tolist()
    assert [table[i] for i in range(len(table))] == plain
    assert table == fresh_table
    assert hash(table) == hash(fresh_table)
    assert pickle.loads(pickle.dumps(table)) == table
    assert table[1:] == tuple(plain[1:])


def _at(feature: Feature, location: Location) -> Feature:
    return Feature(feature.type, location, feature.qualifiers, feature.id)


def test_overlapping_sees_windows_and_features_over_the_origin() -> None:
    table = FeatureTable([Feature("a", Location.of((8, 13))), Feature("b", Location.of((4, 6)))])
    assert table.overlapping(0, 2, 10) == [0]
    assert table.overlapping(9, 15, 10) == [0, 1]
    assert table.overlapping(5, 6) == [1]
    assert table.overlapping(6, 8, 10) == []


@given(attributes())
def test_attributes_are_an_immutable_multi_map(values: Attributes) -> None:
    assert Attributes(values.pairs) == values
    assert pickle.loads(pickle.dumps(values)) == copy.deepcopy(values) == values
    assert {key: values[key] for key in values} == dict(values.items())
    assert values.with_value("new", "1").without("new") == values
    for key in values:
        assert values.with_value(key, "x")[key] == ("x",)
        assert key not in values.without(key)
    with pytest.raises(AttributeError):
        values.pairs = ()  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del values.pairs


def test_many_attributes_are_looked_up_without_walking_them_all() -> None:
    many = Attributes([(f"key{i}", str(i)) for i in range(20_000)] + [("key7", None)])
    assert len(dict(many.items())) == 20_000  # minutes, if each look-up walked all pairs
    assert many["key7"] == ("7", "")
    assert "none" not in many
    with pytest.raises(KeyError):
        many["none"]


def test_a_mark_is_no_name() -> None:
    feature = Feature("CDS", Location.of((0, 3))).marked("lost 3 nt inside (delete 1..4)")
    assert feature.label == "CDS"
    assert feature.cuts == ("lost 3 nt inside (delete 1..4)",)
    assert feature.marked("again").cuts[-1] == "again"
    assert Feature("CDS", Span(0, 3), {"gene": "x"}).label == "x"  # type: ignore[arg-type]


@settings(max_examples=50)
@given(records())
def test_records_travel_between_processes(record: Record) -> None:
    assert pickle.loads(pickle.dumps(record)) == record
    assert record.changed(name="x") != record
    assert "random" in repr(record)


def test_errors_say_where_what_and_what_to_do() -> None:
    error = FormatError("bad", path="a.gb", line=3, expected="good", hint="try again")
    assert str(error) == "a.gb, line 3: bad; expected good (try again)"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert error.located(path="b.gb", record="r", position=4) is error
    assert (error.path, error.record, error.position) == ("a.gb", "r", 4)
    assert (error.exit_code, BiowrightError("x").exit_code) == (2, 70)
    assert isinstance(SequenceError("x"), InputError)
    assert isinstance(LocationError("x"), InputError)

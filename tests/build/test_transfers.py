"""Transfers are whole drops, sum to what is wanted, and never draw a source well dry."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.build import BuildPlan, Transfer
from biowright.build.transfers import DROP, SOURCE_VOLUME, dispense_pieces, mix_stocks
from biowright.core import InputError
from biowright.design import Candidate
from biowright.measure import arrange_wells, parse_well


def check_sources(transfers: list[Transfer], places: dict[str, list[tuple[str, str]]]) -> None:
    drawn: Counter[tuple[str, str]] = Counter()
    for t in transfers:
        assert t.volume > 0
        assert t.volume % DROP == 0
        assert (t.source, t.source_well) in places[t.what]
        parse_well(t.source_well, 384)
        drawn[t.source, t.source_well] += t.volume
    assert max(drawn.values(), default=0) <= SOURCE_VOLUME
    wells = [place for row in places.values() for place in row]
    assert len(set(wells)) == len(wells)  # one liquid a source well
    assert set(wells) == set(drawn)


@given(
    volume=st.sampled_from([0.5, 5.0, 50.0, 200.0, 1234.5]),
    strengths=st.lists(st.floats(1.0, 1000.0), min_size=1, max_size=12),
    shares=st.lists(st.floats(0.0, 1.0), min_size=12, max_size=12),
    full=st.booleans(),
)
def test_a_mixed_well_is_full_within_a_drop(
    volume: float, strengths: list[float], shares: list[float], full: bool
) -> None:
    names = [f"s{i}" for i in range(len(strengths))]
    total = sum(shares[: len(names)]) or 1.0
    parts = [share / total * (1.0 if full else 0.7) for share in shares]
    plan = BuildPlan(
        method="mix",
        volume=volume,
        stocks={n: (s, "mM") for n, s in zip(names, strengths, strict=True)},
    )
    factors = {n: s * p for n, s, p in zip(names, strengths, parts, strict=False)}
    layout = arrange_wells(["m"], controls=["blank"], replicates=3, seed=1)
    transfers, places, _ = mix_stocks(layout, {"m": Candidate("m", factors)}, plan)
    check_sources(transfers, places)
    for well in layout:
        given_ = Counter[str]()
        for t in transfers:
            if (t.plate, t.well) == (well.plate, well.name):
                given_[t.what] += t.volume
        assert abs(sum(given_.values()) - volume * 1e6) <= DROP / 2
        if well.design == "blank":
            assert set(given_) <= {"diluent"}
            continue
        for name, part in zip(names, parts, strict=False):
            # half a drop by rounding, and where all round up, one is taken back
            assert abs(given_[name] - volume * 1e6 * part) <= 1.5 * DROP


@given(
    designs=st.integers(1, 200),
    pieces=st.integers(1, 6),
    shared=st.integers(1, 50),
    wells=st.sampled_from([96, 384]),
)
def test_each_piece_reaches_each_well_of_its_designs(
    designs: int, pieces: int, shared: int, wells: int
) -> None:
    names = [f"d{i}" for i in range(designs)]
    use = {n: [f"p{s}-{(i + s) % shared}" for s in range(pieces)] for i, n in enumerate(names)}
    layout = arrange_wells(names, controls=["blank"], replicates=2, wells=wells, seed=1)
    transfers, places = dispense_pieces(layout, use, BuildPlan(method="fragments", wells=wells))
    check_sources(transfers, places)
    reached = Counter((t.plate, t.well, t.what) for t in transfers)
    wanted = Counter((w.plate, w.name, p) for w in layout for p in use.get(w.design, ()))
    assert reached == wanted
    assert {t.volume for t in transfers} == {1_000_000}


def test_more_pieces_than_a_source_plate_holds() -> None:
    names = [f"d{i}" for i in range(500)]
    layout = arrange_wells(names, seed=1, wells=384)
    _, places = dispense_pieces(layout, {n: [n] for n in names}, BuildPlan(method="fragments"))
    assert places["d383"] == [("DNA-1", "P24")]
    assert places["d384"] == [("DNA-2", "A01")]


def test_what_cannot_be_mixed_is_refused() -> None:
    layout = arrange_wells(["m"], seed=1)
    plan = BuildPlan(method="mix", stocks={"a": (10.0, "mM"), "b": (10.0, "mM")})
    for factors, told in (
        ({"a": 6.0, "b": 5.0}, "needs 55.0 µL of stocks in a well of 50 µL"),
        ({"a": -1.0, "b": 1.0}, "a = -1.0 is no concentration"),
        ({"a": "glc", "b": 1.0}, "a = glc is no concentration"),
    ):
        with pytest.raises(InputError, match=told):
            mix_stocks(layout, {"m": Candidate("m", factors)}, plan)


def test_what_drops_miss_and_what_is_not_pipetted_is_told() -> None:
    layout = arrange_wells(["m"], seed=1)
    plan = BuildPlan(method="mix", stocks={"a": (1000.0, "mM")})
    candidate = Candidate("m", {"a": 0.08, "temperature": 30})
    _, _, notices = mix_stocks(layout, {"m": candidate}, plan)
    assert notices == [
        "a: whole drops give 0.1 mM where m asks for 0.08; dilute the stock",
        "not mixed from stocks, see designs.csv: temperature",
    ]


def test_a_well_that_is_too_small_for_its_dna() -> None:
    plan = BuildPlan(method="golden-gate", volume=2.0)
    with pytest.raises(InputError, match="needs 3 pieces of DNA of 1 µL in a well of 2 µL"):
        dispense_pieces(arrange_wells(["d"], seed=1), {"d": ["a", "b", "c"]}, plan)

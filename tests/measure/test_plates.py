"""Wells have one name whatever their spelling; layouts are seeded, complete and spread."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import InputError
from biowright.measure import SHAPES, arrange_wells, parse_well, well_name


@pytest.mark.parametrize("text", ["A1", "a1", "A01", " a01 ", "A001"])
def test_spellings_of_a_well(text: str) -> None:
    assert parse_well(text) == (0, 0)


@pytest.mark.parametrize("text", ["", "A0", "I1", "A13", "1A", "AA1", "A-1", "A1.5", "well A1"])
def test_what_is_no_well_of_a_plate_of_96(text: str) -> None:
    with pytest.raises(InputError, match="no well of a plate of 96"):
        parse_well(text)


@pytest.mark.parametrize("wells", SHAPES)
def test_names_round_trip(wells: int) -> None:
    rows, columns = SHAPES[wells]
    places = [(r, c) for r in range(rows) for c in range(columns)]
    assert [parse_well(well_name(*p), wells) for p in places] == places


@given(
    designs=st.integers(1, 150),
    replicates=st.integers(1, 4),
    controls=st.integers(0, 3),
    wells=st.sampled_from([96, 384]),
    edge=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_layout_holds_everything_once(
    designs: int, replicates: int, controls: int, wells: int, edge: bool, seed: int
) -> None:
    names = [f"d{i}" for i in range(designs)]
    blanks = [f"control{i}" for i in range(controls)]
    arguments = {"controls": blanks, "replicates": replicates, "wells": wells, "edge": edge}
    layout = arrange_wells(names, seed=seed, **arguments)  # type: ignore[arg-type]
    assert layout == arrange_wells(names, seed=seed, **arguments)  # type: ignore[arg-type]
    places = [(w.plate, w.row, w.column) for w in layout]
    assert len(set(places)) == len(places)
    assert sorted(w.design for w in layout if w.role == "design") == sorted(names * replicates)
    rows, columns = SHAPES[wells]
    margin = 0 if edge else 1
    assert all(
        margin <= w.row < rows - margin and margin <= w.column < columns - margin for w in layout
    )
    for plate in {w.plate for w in layout}:
        for blank in blanks:
            assert sum(w.plate == plate and w.design == blank for w in layout) == 2


def test_controls_stand_in_different_quadrants() -> None:
    layout = arrange_wells(["a"], controls=["blank"], control_wells=4, seed=3)
    quadrants = {(w.row >= 4, w.column >= 6) for w in layout if w.role == "control"}
    assert len(quadrants) == 4


def test_replicates_go_to_different_plates() -> None:
    layout = arrange_wells([f"d{i}" for i in range(96)], replicates=2, seed=1)
    for name in ("d0", "d50", "d95"):
        assert {w.plate for w in layout if w.design == name} == {1, 2}


def test_another_round_has_another_layout() -> None:
    names = [f"d{i}" for i in range(40)]
    first, second = (arrange_wells(names, seed=1, round=r) for r in (1, 2))
    assert [w.name for w in first] != [w.name for w in second]


def test_controls_that_leave_no_room_are_refused() -> None:
    with pytest.raises(InputError, match="fill a plate"):
        arrange_wells(["a"], controls=[f"c{i}" for i in range(48)])

"""Exports of plate readers: lines before the table, and plate grids of one quantity."""

from __future__ import annotations

import pytest

from biowright.core import FormatError, InputError
from biowright.measure import SHAPES, Well, read_measurements, well_name

LAYOUT = [Well(1, 0, 0, "x"), Well(1, 7, 11, "y"), Well(1, 2, 4, "blank", "control")]


def read(text: str, wells: int = 96, **wanted: str) -> list[float | None]:
    quantities = wanted or {"OD600": ""}
    readings = read_measurements(text, LAYOUT, quantities, wells=wells, path="reader.csv")
    return [reading.value for reading in readings]


def grid(delimiter: str = ",", wells: int = 96, corner: str = "", comma: bool = False) -> str:
    rows, columns = SHAPES[wells]
    lines = [delimiter.join([corner, *(str(c + 1) for c in range(columns))])]
    for r in range(rows):
        cells = [f"{r}.{c:02d}".replace(".", "," if comma else ".") for c in range(columns)]
        lines.append(delimiter.join([well_name(r, 0)[:-2], *cells]))
    return "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize("corner", ["", "<>", "OD600:600"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_grid_with_lines_around_it(delimiter: str, corner: str) -> None:
    before = "Software Version,3.11\r\nDate\t2024-02-01;12:00:01, noon\r\n\r\nResults\r\n\r\n"
    text = before + grid(delimiter, corner=corner) + "\r\nEnd of file: 1, 2, 3\r\n"
    assert read(text) == [0.0, 7.11, 2.04]


def test_a_grid_with_decimal_commas_and_one_of_384() -> None:
    assert read(grid(";", comma=True)) == [0.0, 7.11, 2.04]
    assert read(grid("\t", 384), 384) == [0.0, 7.11, 2.04]


def test_an_empty_well_of_a_grid_is_missing() -> None:
    text = grid().replace("7.11", "OVRFLW").replace("A,0.00", "A,")
    assert read(text) == [None, None, 2.04]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (grid() + "\n" + grid(), "line 11: the file holds 2 plate grids"),
        (grid("\t", 384), "no column of wells"),
        (grid().replace("\r\nC,", "\r\nX,"), "the plate grid has no row C"),
        (grid()[:200], "the plate grid has no row"),
        (grid().replace("2.04", "high"), "OD600 = 'high' is no number"),
    ],
)
def test_a_grid_that_does_not_fit_is_refused(text: str, told: str) -> None:
    with pytest.raises((FormatError, InputError)) as caught:
        read(text)
    assert told in str(caught.value)
    assert "reader.csv" in str(caught.value)


def test_a_grid_has_one_quantity_and_one_plate() -> None:
    with pytest.raises(FormatError, match="holds one quantity, not OD600, GFP"):
        read(grid(), OD600="", GFP="")
    layout = [Well(1, 0, 0, "x"), Well(2, 0, 0, "x")]
    with pytest.raises(InputError, match="several plates"):
        read_measurements(grid(), layout, {"OD600": ""})


def test_a_table_behind_a_preamble_and_before_a_footer() -> None:
    text = (
        "User: A, B\nPath: C:\\data\nTest run no., 17\n\n"
        "Well;Content;OD600\nA01;x;0,5\nC05;;0,1\n\nH12;y;0,7\n\nTemperature: 30;\n"
    )
    assert read(text) == [0.5, 0.7, 0.1]


def test_rows_behind_a_gap_are_not_lost_quietly() -> None:
    text = "well,OD600\nA1,1\n\nnote\nH12,2\nC5,3\n"
    with pytest.raises(InputError, match="2 wells of the plate map are not in the table"):
        read(text)

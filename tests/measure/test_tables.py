"""A filled table is matched to the plate map, or refused with everything that is wrong."""

from __future__ import annotations

import pytest

from biowright.core import FormatError, InputError, UnitError
from biowright.measure import Well, arrange_wells, read_measurements, template

LAYOUT = [Well(1, 0, 0, "x"), Well(1, 0, 1, "NA"), Well(1, 7, 11, "blank", "control")]
WANTED = {"titre": "mg/L"}


def read(text: str, layout: list[Well] = LAYOUT, **options: object) -> list[float | None]:
    return [r.value for r in read_measurements(text, layout, WANTED, **options)]  # type: ignore[arg-type]


def test_a_plain_table_in_any_order_of_rows() -> None:
    assert read("well,titre\nH12,0.1\nA1,3\nA02,4.5e1\n") == [3.0, 45.0, 0.1]


def test_decimal_commas_with_semicolons_and_a_mark_and_windows_line_ends() -> None:
    assert read("Well;Titre (mg/L)\r\nA01;1,5\r\nA02;2,25\r\nH12;0\r\n") == [1.5, 2.25, 0.0]


def test_missing_is_not_zero_and_na_is_a_design() -> None:
    text = "well,design,titre\nA1,x,\nA2,NA,7\nH12,blank,0\n"
    assert read(text) == [None, 7.0, 0.0]


def test_the_template_itself_is_read_with_every_value_missing() -> None:
    layout = arrange_wells([f"d{i}" for i in range(100)], controls=["blank"], seed=4)
    text = "\n".join(",".join(row) for row in template(layout, WANTED))
    assert read(text, layout) == [None] * len(layout)


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("", FormatError, "empty"),
        ("titre\n3\n", FormatError, "no column of wells"),
        ("well,OD\nA1,3\n", FormatError, "no column 'titre'"),
        ("well,titre [g/L]\nA1,1\nA2,1\nH12,1\n", UnitError, "g/L"),
        (
            "well,titre\nA1,1\nA01,2\nA2,1\nH12,1\n",
            InputError,
            "line 3: plate 1, well A01 stands there twice",
        ),
        ("well,titre\nA1,1\nA2,1\n", InputError, "1 wells of the plate map are not in the table"),
        ("well,titre\nA1,1\nA2,1\nH12,1\nB7,4\n", InputError, "line 5: plate 1, well B07 is empty"),
        ("well,titre\nA1,one\nA2,1\nH12,1\n", InputError, "line 2: titre = 'one' is no number"),
        ("well,titre\nA1,inf\nA2,1\nH12,1\n", InputError, "not finite"),
        ("well,titre\nZ99,1\nA1,1\nA2,1\nH12,1\n", InputError, "line 2: 'Z99' is no well"),
        ("well;titre\nA1;1,5\nA2;2.5\nH12;1\n", InputError, "decimal commas and decimal points"),
        ("well,titre\nA1,1,5\nA2,1\nH12,1\n", FormatError, "3 cells under 2 column names"),
    ],
)
def test_what_does_not_fit_is_refused(text: str, kind: type[Exception], told: str) -> None:
    with pytest.raises(kind) as caught:
        read(text, path="filled.csv")
    assert told in str(caught.value)
    assert "filled.csv" in str(caught.value)


def test_a_plate_map_that_disagrees_is_refused_with_both_names() -> None:
    with pytest.raises(InputError, match="well A01 holds 'x' in the plate map, not 'y'"):
        read("well,design,titre\nA1,y,1\nA2,NA,1\nH12,blank,1\n")


def test_several_plates_need_their_column() -> None:
    layout = [Well(1, 0, 0, "x"), Well(2, 0, 0, "x")]
    assert read("plate,well,titre\n1,A1,5\nplate 2,A1,6\n", layout) == [5.0, 6.0]
    with pytest.raises(InputError, match="several plates"):
        read("well,titre\nA1,5\n", layout)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read("well,titre\nA1,one\nQ1,2\nA1,3\n")
    assert str(caught.value).count("line ") == 2
    assert "2 wells of the plate map" in str(caught.value)

"""Quantities convert exactly, or say why they cannot."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import Quantity, UnitError
from biowright.core.units import DEFAULT_UNITS, find_unit

VOLUMES = st.sampled_from(("L", "mL", "µL", "nL", "pL", "m^3"))
DECIMALS = st.decimals(-(10**6), 10**6, places=3, allow_nan=False).map(float)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("2.5 nL", "pL", "2500 pL"),
        ("0.1 nL", "pL", "100 pL"),
        ("37 °C", "K", "310.15 K"),
        ("98.6 °F", "°C", "37 °C"),
        ("-40 °C", "°F", "-40 °F"),
        ("1 h", "s", "3600 s"),
        ("5 uM", "nmol/L", "5000 nmol/L"),
        ("3 mg/mL", "g/L", "3 g/L"),
        ("4.6 Mb", "bp", "4600000 bp"),
        ("1 kcal/mol", "J/mol", "4184 J/mol"),
        ("1 bar", "kPa", "100 kPa"),
        ("50 %", "", "0.5"),
        ("2 ± 0.5 mL", "µL", "2000 ± 500 µL"),
        ("20 ± 1 °C", "K", "293.15 ± 1 K"),
    ],
)
def test_conversions_are_exact(text: str, unit: str, expected: str) -> None:
    assert str(Quantity.parse(text).to(unit)) == expected


@given(DECIMALS, VOLUMES, VOLUMES)
def test_converting_there_and_back_gives_the_same(value: float, one: str, other: str) -> None:
    quantity = Quantity(Fraction(repr(value)), one)
    assert quantity.to(other).to(one) == quantity
    assert quantity.to(other) == quantity
    assert hash(quantity.to(other)) == hash(quantity)


@given(DECIMALS, DECIMALS, VOLUMES, VOLUMES)
def test_sums_and_order_do_not_depend_on_the_unit(a: float, b: float, one: str, other: str) -> None:
    first, second = Quantity(Fraction(repr(a)), one), Quantity(Fraction(repr(b)), other)
    assert first + second == second + first
    assert first - second == -(second - first)
    assert (first < second) == (first.to("L").value < second.to("L").value)
    assert (first <= second) == (not second < first)
    assert (first >= second) == (not first < second)


@given(st.floats(allow_nan=False, allow_infinity=False), VOLUMES)
def test_what_is_written_is_read_back(value: float, unit: str) -> None:
    quantity = Quantity(value, unit)
    assert Quantity.parse(str(quantity)) == quantity


def test_products_carry_their_units() -> None:
    mass = Quantity(10, "ng/µL", 1) * Quantity(5, "µL", 0.5)
    assert (mass.value, mass.unit) == (50, "ng")
    assert mass.uncertainty == pytest.approx(50 * (0.1**2 + 0.1**2) ** 0.5)
    assert str(Quantity(3, "nt") / Quantity(2, "s")) == "1.5 nt/s"
    assert (Quantity(2, "M") * Quantity(3, "mL")).to("mmol") == Quantity(6, "mmol")
    assert str(1 / Quantity(2, "min")) == "0.5 1/min"
    assert str(2 * Quantity(2.5, "nL") / 5) == "1 nL"
    assert Quantity(1, "nL", 0.1, n=3, context={"host": "x"}) * 2 == Quantity(
        2, "nL", 0.2, n=3, context={"host": "x"}
    )


def test_temperatures_are_points_and_differences() -> None:
    assert Quantity(37, "°C") - Quantity(25, "°C") == Quantity(12, "K")
    assert str(Quantity(25, "°C") + Quantity(5, "K")) == "30 °C"
    for wrong in (
        lambda: Quantity(1, "°C") + Quantity(1, "°C"),
        lambda: Quantity(1, "°C") * 2,
        lambda: Quantity(1, "K") - Quantity(1, "°C"),
        lambda: Quantity(1, "J/°C"),
    ):
        with pytest.raises(UnitError):
            wrong()


def test_relative_units_never_become_others() -> None:
    for one, other in (("RPU", "AU"), ("OD600", "OD700"), ("OD600", "cells/mL"), ("MEFL", "")):
        with pytest.raises(UnitError, match="calibration"):
            Quantity(1, one).to(other)
    ours = Quantity(1.5, "RPU", context={"reference": "J23101"})
    theirs = Quantity(1.2, "RPU", context={"reference": "J23100"})
    assert ours + ours == Quantity(3, "RPU", context={"reference": "J23101"})
    with pytest.raises(UnitError, match="J23100"):
        _ = ours < theirs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2,5 nL", "decimal point"),
        ("1,000 bp", "without a separator"),
        ("nL", "does not begin with a number"),
        ("", "does not begin with a number"),
        ("2.5 nL/", "ends with a stroke"),
        ("5 NL", "did you mean 'nL'"),
        ("5 sec", "unknown unit 'sec'"),
        ("1e999 L", "finite"),
        ("1e-9999 L", "unknown unit"),
        ("9" * 400, "is no quantity"),
        ("1 m^999", "unknown unit"),
        ("2 ± -1 L", "expected 0 or more"),
        ("5 K/°C", "cannot stand"),
    ],
)
def test_what_is_no_quantity_is_refused(text: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        Quantity.parse(text)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), True, "5", None])
def test_a_value_is_a_finite_number(bad: object) -> None:
    with pytest.raises(UnitError, match="finite number"):
        Quantity(bad, "L")  # type: ignore[arg-type]


def test_every_default_unit_is_known() -> None:
    for symbol in DEFAULT_UNITS.values():
        assert find_unit(symbol).symbol == symbol

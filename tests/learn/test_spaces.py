"""Spaces: numbers to designs and back, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import InputError
from biowright.learn import Factor, Factors, Sites, Slots, SumLimit, Table
from biowright.learn.warp import fit_asinh, fit_ranks, keep, rank

alphabets = st.lists(
    st.text("ACDEFGHIKLMNPQRSTVWY", min_size=1, max_size=20).map(
        lambda t: "".join(dict.fromkeys(t))
    ),
    min_size=1,
    max_size=4,
)


@given(alphabets, st.data())
def test_numbers_and_designs_round_trip(letters: list[str], data) -> None:
    space = Sites(tuple(letters))
    index = data.draw(st.integers(0, space.size - 1))
    design = space.design(index)
    assert space.locate(design) == index
    codes = space.codes(np.array([index]))[0]
    assert "".join(a[c] for a, c in zip(letters, codes, strict=True)) == design


def test_ten_million_designs_take_no_memory() -> None:
    space = Slots(tuple((f"slot {k}", tuple(f"o{j}" for j in range(10))) for k in range(7)))
    assert space.size == 10**7
    assert space.locate(space.design(9_876_543)) == 9_876_543


def test_a_variant_named_na_is_a_name() -> None:
    names = ["NA", "NaN", "None", "inf", "null", "-"]
    table = Table.of_sequences(names, ["NA", "DA", "NK", "DK", "NV", "DV"])
    assert [table.locate(name) for name in names] == list(range(6))
    assert table.design(0) == "NA"
    factors = Table.of_factors(["a", "b", "c"], {"strain": ["NA", "inf", "nan"]})
    assert factors.columns[0].kind == "category"
    assert set(factors.columns[0].levels) == {"NA", "inf", "nan"}


def test_a_hole_in_numbers_is_refused() -> None:
    with pytest.raises(InputError, match="row 3"):
        Table.of_factors(["a", "b", "c", "d"], {"dose": ["1", "2", "NA", "3"]})
    for endless in (np.inf, -np.inf, np.nan):  # a logarithm of zero, say
        with pytest.raises(InputError, match="row 3"):
            Table.of_factors(["a", "b", "c", "d"], {"dose": np.array([1.0, 2.0, endless, 3.0])})


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sites(()),
        lambda: Sites(("AA",)),
        lambda: Slots(()),
        lambda: Slots((("p", ("a", "a")),)),
        lambda: Slots((("p", ("a",)),), exclusions=((("q", "a"),),)),
        lambda: Slots((("p", ("a",)),), exclusions=((("p", "b"),),)),
        lambda: Factor("x", "continuous", 3, 1),
        lambda: Factor("x", "continuous", 0, 1, log=True),
        lambda: Factor("x", "categorical"),
        lambda: Factors(()),
        lambda: Factors((Factor("x", "continuous", 0, 1),), (SumLimit(("y",), high=1),)),
        lambda: Factors((Factor("x", "continuous", 1, 2),), (SumLimit(("x",), high=0.5),)).pool(5),
        lambda: Table.of_sequences(["a", "a"], ["AC", "AG"]),
        lambda: Table.of_sequences(["a"], [""]),
        lambda: Table.of_factors(["a"], {}),
        lambda: Sites(("AC", "GT")).locate("A"),
        lambda: Sites(("AC", "GT")).locate(3),
    ],
)
def test_wrong_spaces_are_refused(make) -> None:
    with pytest.raises(InputError):
        make()


def test_long_sequences_become_components() -> None:
    rng = np.random.default_rng(0)
    sequences = ["".join(rng.choice(list("ACDEFGHIKL"), 80)) for _ in range(50)]
    table = Table.of_sequences(range(50), sequences)
    assert len(table.columns) == 16
    assert all(column.kind == "number" for column in table.columns)


@given(
    st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=2, max_size=40),
    st.floats(-1e6, 1e6),
)
def test_scales_are_monotone_and_come_back(values: list[float], at: float) -> None:
    data = np.unique(np.round(values, 3))
    if len(data) < 2:
        return
    for fit in (fit_ranks, fit_asinh, keep):
        warp = fit(data)
        images = warp.forward(np.sort(np.append(data, at)))
        assert (np.diff(images) >= -1e-9).all()
        inside = np.clip(np.array([at]), data.min(), data.max())
        back = warp.inverse(warp.forward(inside))
        assert np.allclose(back, inside, rtol=1e-6, atol=1e-6 * np.ptp(data))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_ranks_are_those_of_scipy(values: list[int]) -> None:
    from scipy.stats import rankdata

    assert rank(np.array(values)).tolist() == rankdata(values).tolist()

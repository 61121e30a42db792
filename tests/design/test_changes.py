"""Variants with a limit of changes are numbered without being written out."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import InputError
from biowright.design import Changes

LETTERS = "ACDEFGHIKLMNPQRSTVWY"


@st.composite
def spaces(draw: st.DrawFn) -> Changes:
    residues = draw(st.text(LETTERS, min_size=1, max_size=5))
    options = [
        draw(st.lists(st.sampled_from(LETTERS.replace(r, "")), max_size=4, unique=True))
        for r in residues
    ]
    first = draw(st.integers(-3, 50))
    numbers = tuple(range(first, first + len(residues)))
    limit = draw(st.integers(1, len(residues)))
    return Changes(residues, numbers, tuple("".join(o) for o in options), limit)


@given(spaces())
def test_every_variant_within_the_limit_has_one_number(space: Changes) -> None:
    written = {
        "+".join(
            f"{old}{number}{new}"
            for old, number, new in zip(space.residues, space.numbers, row, strict=True)
            if old != new
        )
        or "parent"
        for row in itertools.product(
            *(r + o for r, o in zip(space.residues, space.options, strict=True))
        )
        if sum(a != b for a, b in zip(row, space.residues, strict=True)) <= space.limit
    }
    designs = [space.design(i) for i in range(space.size)]
    assert len(designs) == len(written)
    assert set(designs) == written
    assert [space.locate(design) for design in designs] == list(range(space.size))


@given(spaces())
def test_codes_name_the_letters_of_the_columns(space: Changes) -> None:
    codes = space.codes(np.arange(space.size))
    assert codes.shape == (space.size, len(space.residues))
    for row, column in zip(codes.T, space.columns, strict=True):
        assert row.min() >= 0
        assert row.max() < len(column.levels)
    assert ((codes > 0).sum(axis=1) <= space.limit).all()
    assert len(np.unique(codes, axis=0)) == space.size


def test_ten_million_variants_take_no_memory() -> None:
    tracemalloc.start()
    space = Changes("A" * 230, range(1, 231), (LETTERS[1:],) * 230, 2)
    last = space.design(space.size - 1)
    codes = space.codes(np.arange(5_000_000, 5_000_100))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert space.size == 9_511_306
    assert last == "A1Y+A2Y"
    assert (codes > 0).sum(axis=1).tolist() == [2] * 100
    assert peak < 5e6


@pytest.mark.parametrize(
    ("id", "told"),
    [
        ("", "no change at its sites"),
        ("V40W", "'V40W' is no change"),
        ("V39F+", "'' is no change"),
        ("v39F", "'v39F' is no change"),
        ("V39V", "V39 does not become V"),
        ("V39F+V39A", "twice or out of order"),
        ("D40W+V39F", "twice or out of order"),
        ("V39F+D40W+G41A", "has 3 changes"),
    ],
)
def test_what_is_no_variant_is_refused(id: str, told: str) -> None:
    space = Changes("VDG", (39, 40, 41), ("AF", "W", "A"), 2)
    with pytest.raises(InputError) as caught:
        space.locate(id)
    assert told in str(caught.value)

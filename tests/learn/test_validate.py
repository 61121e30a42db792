"""Validation: what must not leak, calibrated intervals, rounds, and the published data."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from biowright.core import InputError
from biowright.learn import Table, validate


def noisy_line(count: int = 60, replicates: int = 2):
    rng = np.random.default_rng(0)
    x = np.repeat(rng.permutation(count), replicates).astype(float)
    z = np.repeat(rng.random(count), replicates)
    table = Table.of_factors(range(len(x)), {"x": x, "z": z})
    return table, x / 10 + np.sin(3 * z) + rng.normal(0, 0.2, len(x))


def test_replicates_never_straddle_folds() -> None:
    table, values = noisy_line(30, 3)
    result = validate(table, values, folds=5)
    for design in np.unique(table.rows, axis=0):
        rows = (table.rows == design).all(axis=1)
        assert len(set(result.folds[rows])) == 1
    assert result.designs == 30


def test_pure_noise_is_not_foretold() -> None:
    rng = np.random.default_rng(1)
    # replicates share a value of their own: leaking them would look like skill
    values = np.repeat(rng.normal(size=40), 3) + rng.normal(0, 0.01, 120)
    table = Table.of_factors(range(120), {"x": np.repeat(rng.random(40), 3)})
    result = validate(table, values, folds=8)
    assert result.figures.r2 < 0.15


def test_skill_and_coverage_on_a_noisy_line() -> None:
    table, values = noisy_line()
    result = validate(table, values, folds=6)
    assert result.figures.r2 > 0.95
    assert 0.9 <= result.figures.coverage <= 1.0
    assert result.figures.rmse < result.baselines["mean"].rmse
    assert set(result.baselines) == {"mean", "nearest design", "linear"}
    assert np.isfinite(result.predictions).all()


def test_groups_that_share_a_design_are_told_and_joined() -> None:
    table = Table.of_factors(range(24), {"x": np.repeat(np.arange(12.0), 2)})
    groups = [f"g{i // 4}" for i in range(24)]
    groups[1] = "g5"  # one replicate of the first design stands in another group
    result = validate(table, np.arange(24.0), groups=groups, folds=3)
    assert any("leak" in notice for notice in result.notices)
    assert len(set(result.folds[[0, 1, 20]])) == 1
    assert result.groups == 5


def test_rounds_are_foretold_from_those_before() -> None:
    table, values = noisy_line(60, 1)
    order = [f"2024-0{1 + i // 20}" for i in range(60)]
    result = validate(table, values, order=order)
    assert (result.folds[:20] == -1).all()
    assert np.isnan(result.predictions[:20]).all()
    assert (result.folds[40:] == 2).all()
    changed = values.copy()
    changed[40:] += 50.0  # the future cannot be known
    again = validate(table, changed, order=order)
    np.testing.assert_array_equal(again.predictions[20:40], result.predictions[20:40])


def test_the_same_seed_gives_the_same_figures() -> None:
    table, values = noisy_line(20)
    assert validate(table, values, seed=3).figures == validate(table, values, seed=3).figures


def test_wrong_arguments() -> None:
    table, values = noisy_line(10)
    with pytest.raises(InputError, match="values"):
        validate(table, values[:-1])
    with pytest.raises(InputError, match="one group"):
        validate(table, values, groups=["a"] * 20)
    with pytest.raises(InputError, match="one round"):
        validate(table, values, order=[1] * 20)
    with pytest.raises(InputError, match="folds"):
        validate(table, values, folds=1)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.reference
def test_flaviolin_media_by_medium(reference: Path) -> None:
    """Above ART's own cross-validation (R² 0.774, in the published file), with honest intervals."""
    rows = read(reference / "learn" / "flaviolin_c1" / "dbtl7_train_pred.csv")
    media = [name for name in rows[0] if name.endswith("[mM]")]
    table = Table.of_factors(range(len(rows)), {name: [r[name] for r in rows] for name in media})
    values = [float(row["OD340"]) for row in rows]
    groups = [tuple(row[name] for name in media) for row in rows]
    figures = validate(table, values, groups=groups, folds=10).figures
    assert figures.r2 > 0.78
    assert 0.92 <= figures.coverage <= 0.98


@pytest.mark.reference
def test_isoprenol_cycles(reference: Path) -> None:
    rows = read(reference / "learn" / "isoprenol" / "isoprenol_cycles0-4.csv")
    lines = [set(re.findall(r"PP_\d+", row["line_name_norep"])) for row in rows]
    genes = sorted(set().union(*lines))
    table = Table.of_factors(
        range(len(rows)), {gene: [float(gene in line) for line in lines] for gene in genes}
    )
    values = [float(row["isoprenol"]) for row in rows]
    figures = validate(table, values, order=[int(row["cycle"]) for row in rows]).figures
    assert figures.enrichment >= 3.0
    assert 0.90 <= figures.coverage <= 0.98

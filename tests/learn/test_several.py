"""Several quantities at once: fronts and volumes by brute force, batches that reach all of a front."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from biowright.core import InputError
from biowright.learn import (
    Aim,
    Factor,
    Factors,
    Measured,
    Sites,
    Table,
    find_front,
    hypervolume,
    recommend_several,
    sort_fronts,
)

LETTERS = "ACDEFGHIKLMN"
SPACE = Sites((LETTERS,) * 3)


def two(design: str) -> tuple[float, float]:
    """Give a titre and a burden that pull in different directions."""
    x = [LETTERS.index(letter) / 11 for letter in design]
    titre = x[0] + x[1] * x[2] + 0.3 * np.sin(5 * x[1])
    return float(np.exp(titre)), float(x[0] ** 2 + x[2] + 0.2 * np.cos(4 * x[1]))


def dominated(row: np.ndarray, rows: np.ndarray) -> bool:
    return any((other >= row).all() and (other > row).any() for other in rows)


@pytest.mark.parametrize("quantities", [1, 2, 3])
def test_the_front_is_what_nothing_dominates(quantities: int) -> None:
    rng = np.random.default_rng(quantities)
    for _ in range(20):
        values = rng.integers(0, 5, (15, quantities)).astype(float)  # many ties
        expected = [not dominated(row, values) for row in values]
        assert find_front(values).tolist() == expected
        fronts = sort_fronts(values)
        for front in range(fronts.max() + 1):
            rest = values[fronts >= front]
            assert [not dominated(row, rest) for row in rest] == (
                fronts[fronts >= front] == front
            ).tolist()


@pytest.mark.parametrize("quantities", [1, 2, 3, 4])
def test_the_volume_is_that_of_the_cells_below(quantities: int) -> None:
    rng = np.random.default_rng(quantities)
    for _ in range(10):
        values = rng.integers(-1, 4, (6, quantities)).astype(float)
        cells = itertools.product(range(4), repeat=quantities)
        expected = sum((values > np.array(cell)).all(axis=1).any() for cell in cells)
        assert hypervolume(values, np.zeros(quantities)) == expected


DOSES = np.array(list(itertools.product(range(12), repeat=3)), dtype=float)
MEDIA = Table.of_factors(range(len(DOSES)), {f"dose {k}": DOSES[:, k] for k in range(3)})


def campaign(choose: str, seed: int) -> float:
    """Run three rounds of 16 media and give the share of the whole front's volume."""
    rng = np.random.default_rng(seed)
    told = np.array([two("".join(LETTERS[int(d)] for d in row)) for row in DOSES])
    truth = told * [1.0, -1.0]
    reference = truth.min(axis=0)
    made = rng.choice(len(truth), 16, replace=False).tolist()
    aims = {"titre": Aim(), "burden": Aim("minimise")}
    for round in range(2):
        if choose == "random":
            made += rng.choice(len(truth), 16, replace=False).tolist()
            continue
        wells = {name: Measured(made, told[made, k]) for k, name in enumerate(aims)}
        picks = recommend_several(MEDIA, wells, aims, batch=16, seed=seed + round).picks
        assert not {pick.design for pick in picks} & set(made)
        made += [pick.design for pick in picks]
    return hypervolume(truth[made], reference) / hypervolume(truth, reference)


def test_two_rounds_win_most_of_the_volume_that_chance_leaves() -> None:
    ours = np.mean([campaign("ours", seed) for seed in range(2)])
    chance = np.mean([campaign("random", seed) for seed in range(2)])
    assert 1.0 - ours < 0.5 * (1.0 - chance)


def test_picks_spread_over_the_front_keep_limits_and_foretell_each_quantity() -> None:
    rng = np.random.default_rng(0)
    made = ["".join(rng.choice(list(LETTERS), 3)) for _ in range(40)]
    made = list(dict.fromkeys(made))
    told = np.array([two(design) for design in made])
    wells = {"titre": Measured(made, told[:, 0]), "burden": Measured(made, told[:, 1])}
    aims = {"titre": Aim(), "burden": Aim("minimise", high=0.8)}
    result = recommend_several(SPACE, wells, aims, batch=16, seed=3)
    burdens = np.array([two(pick.id)[1] for pick in result.picks])
    assert (burdens <= 0.8).mean() >= 0.8
    assert np.ptp(burdens) > 0.3
    for pick in result.picks:
        assert "chance" in pick.reason
        for mean, low, high in pick.quantities.values():
            assert low <= mean <= high
    assert {effect.quantity for effect in result.effects} == set(aims)
    again = recommend_several(SPACE, wells, aims, batch=16, seed=3)
    assert again.picks == result.picks


def test_factors_and_targets() -> None:
    space = Factors(
        (
            Factor("dose", "continuous", 0.0, 10.0),
            Factor("carbon", "categorical", levels=("a", "b")),
        )
    )
    rng = np.random.default_rng(1)
    made = [(float(d), str(c)) for d, c in zip(rng.uniform(0, 10, 20), "ab" * 10, strict=True)]
    growth = [d * (2 if c == "a" else 1) for d, c in made]
    acid = [abs(d - 6.0) + 4.0 for d, _ in made]
    wells = {"growth": Measured(made, growth), "pH": Measured(made, acid)}
    aims = {"growth": Aim(), "pH": Aim("target", aim=4.2)}
    picks = recommend_several(space, wells, aims, batch=6, seed=2).picks
    assert len({pick.design for pick in picks}) == 6
    assert sum(pick.design[1] == "a" for pick in picks) >= 4  # type: ignore[index]
    best = min(abs(pick.design[0] - 6.0) for pick in picks)  # type: ignore[index]
    assert best < 1.0


def test_front_designs_are_measured_again_where_asked() -> None:
    made = ["AAA", "NNN", "ACD", "NAC"]
    told = np.array([two(design) for design in made])
    wells = {"titre": Measured(made, told[:, 0]), "burden": Measured(made, told[:, 1])}
    aims = {"titre": Aim(), "burden": Aim("minimise")}
    picks = recommend_several(SPACE, wells, aims, batch=4, seed=1, remeasure=0.25).picks
    assert [pick.new for pick in picks] == [False, True, True, True]
    front = find_front(told * [1.0, -1.0])
    assert picks[0].id in {design for design, best in zip(made, front, strict=True) if best}


def test_without_measurements_the_batch_covers_the_space() -> None:
    picks = recommend_several(
        SPACE, {}, {"titre": Aim(), "burden": Aim("minimise")}, batch=12
    ).picks
    assert len({pick.design for pick in picks}) == 12


@pytest.mark.parametrize(
    ("wells", "aims", "told"),
    [
        ({}, {}, "nothing is aimed at"),
        ({"a": Measured(["AAA"], [1.0])}, {"a": Aim(), "b": Aim()}, "not measured of the same"),
    ],
)
def test_what_cannot_be_is_told(
    wells: dict[str, Measured], aims: dict[str, Aim], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        recommend_several(SPACE, wells, aims)


def test_a_target_wants_a_value() -> None:
    with pytest.raises(InputError, match="come together"):
        Aim("target")
    with pytest.raises(InputError, match="weight"):
        Aim(weight=0.0)

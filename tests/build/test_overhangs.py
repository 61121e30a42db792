"""The best overhang sets: against all sets where those can be listed, the bound, the split of a target."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from biowright.bio import cut_sites
from biowright.build import (
    LigationMatrix,
    best_overhangs,
    junction_windows,
    ligation_matrix,
    set_fidelity,
    split_at_overhangs,
)
from biowright.build.overhangs import _bound, _Field, _product
from biowright.build.overhangs_bound import least_loss, least_sum
from biowright.build.overhangs_search import tabu_search
from biowright.cli import main
from biowright.core import InputError, Sequence


def other(text: str) -> str:
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


def noisy(length: int, seed: int) -> LigationMatrix:
    """A matrix in which everything is ligated to everything a little."""
    random = np.random.default_rng(seed)
    size = 4**length
    counts = np.triu(random.integers(0, 30, (size, size)) * (random.random((size, size)) < 0.4))
    counts = (counts + counts.T).astype(float)
    matrix = LigationMatrix("noisy", length, counts)
    partner = matrix.pairing()
    counts[np.arange(size), partner] = counts[partner, np.arange(size)] = 800
    return matrix


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("length", "count"), [(2, 3), (2, 5), (3, 3)])
def test_the_best_of_all_sets(length: int, count: int, seed: int) -> None:
    matrix = noisy(length, seed)
    found = best_overhangs(count, matrix)
    names = [o for o in matrix.overhangs if o < other(o)]
    if length == 3:
        names = names[:14]
        found = best_overhangs(
            count, matrix, exclude=[o for o in matrix.overhangs if o not in names and o < other(o)]
        )
    best = max(set_fidelity(s, matrix).fidelity for s in itertools.combinations(names, count))
    assert found.fidelity == pytest.approx(best)
    assert found.proven


@pytest.mark.parametrize("seed", range(3))
def test_the_search_and_its_bound_beside_all_sets(seed: int) -> None:
    random = np.random.default_rng(seed)
    n, k = 12, 5
    wrong = np.triu(random.random((n, n)) * (random.random((n, n)) < 0.6), 1) * 20
    wrong = wrong + wrong.T
    right, own = 100 + random.random(n) * 50, random.random(n)

    def product(chosen: object) -> float:
        c = np.array(chosen)
        return float(np.prod(1 + (own[c] + wrong[np.ix_(c, c)].sum(1)) / right[c]))

    def total(chosen: object) -> float:
        c = np.array(chosen)
        return float(((own[c] + wrong[np.ix_(c, c)].sum(1)) / right[c]).sum())

    sets = [s for s in itertools.combinations(range(n), k) if s[0] == 0]
    args = (wrong, right, own, np.arange(k), 1, 300, 3)
    best, chosen = tabu_search(*args)
    assert best == pytest.approx(min(map(product, sets)))
    assert product(chosen) == pytest.approx(best)
    assert 0 in chosen
    plain, _ = tabu_search.py_func(*args)
    assert plain == pytest.approx(best)
    pairs = wrong / right[:, None]
    everything = list(itertools.combinations(range(n), k))
    bound = least_sum(own / right, pairs + pairs.T, k)
    least = min(map(total, everything))
    assert 0.9 * least <= bound <= least + 1e-9
    # from the sum to the product: nothing that is proven is ever exceeded, also not with stronger mispairs
    for factor in (0.5, 5.0):
        field = _Field([str(i) for i in range(n)], wrong * factor, right, own * factor)
        best = max(1 / _product(field, list(c)) for c in everything)
        proven = _bound(field, 0, k)
        assert best <= proven + 1e-9
        sums = (field.own / right, field.wrong / right[:, None])
        plain = 1 / (1 + least_sum(sums[0], sums[1] + sums[1].T, k))
        assert proven <= plain + 1e-12


@pytest.mark.parametrize("fixed", [0, 2])
@pytest.mark.parametrize("noise", [0.2, 1.0, 4.0])
def test_no_set_loses_less_than_the_bound(noise: float, fixed: int) -> None:
    random = np.random.default_rng(int(10 * noise) + fixed)
    total, size = 13, 7
    wrong = np.triu(random.gamma(0.6, noise, (total, total)), 1)
    wrong = wrong + wrong.T
    right = random.uniform(3, 20, total)
    own = random.gamma(0.5, noise, total) * (random.random(total) < 0.5)
    least = min(
        float(np.log1p((own[s] + wrong[np.ix_(s, s)].sum(axis=1)) / right[s]).sum())
        for rest in itertools.combinations(range(fixed, total), size - fixed)
        for s in [[*range(fixed), *rest]]
    )
    bound = least_loss(own, wrong, right, fixed, size)
    assert 0.6 * least < bound <= least + 1e-9


@pytest.mark.parametrize(
    ("enzyme", "count", "least"),
    [
        ("BsaI", 20, 1.0),
        ("BsmBI", 30, 0.94),
        ("Esp3I", 22, 0.99),
        ("BbsI", 25, 0.98),
        ("SapI", 10, 0.97),
    ],
)
def test_shipped_matrices(enzyme: str, count: int, least: float) -> None:
    found = best_overhangs(count, enzyme)
    assert least <= found.fidelity <= found.bound <= 1
    assert found.bound - found.fidelity < 0.03
    assert found.fidelity == set_fidelity(found.overhangs, enzyme).fidelity
    assert set_fidelity(found.overhangs, enzyme).notes == ()
    if count < 25:
        assert best_overhangs(count, enzyme) == found


def test_what_is_required_and_excluded() -> None:
    found = best_overhangs(16, "BsaI", require=["gctt", "AATG"], exclude=["AAAA", "TCAG"])
    assert found.overhangs[:2] == ("GCTT", "AATG")
    assert list(found.overhangs[2:]) == sorted(found.overhangs[2:])
    assert not {"AAAA", "TTTT", "TCAG", "CTGA"} & set(found.overhangs)
    # a poor pair that must be there is what it costs
    poor = best_overhangs(8, "BsaI", require=["GGCC"[:2] + "CA", "GGTA", "TACT", "TCCC"])
    assert poor.fidelity <= set_fidelity(poor.overhangs[:4], "BsaI").fidelity + 1e-12
    assert poor.bound >= poor.fidelity


@pytest.mark.parametrize(
    ("count", "require", "exclude", "message"),
    [
        (0, [], [], "0 overhangs"),
        (1, ["AATG", "GCTT"], [], "2 or more"),
        (3, ["AATT"], [], "palindrome"),
        (3, ["AATG", "CATT"], [], "twice"),
        (3, ["AATG"], ["CATT"], "required and excluded"),
        (3, ["AATGC"], [], "no overhang of BsaI"),
        (3, [], ["A"], "no overhang of BsaI"),
        (130, [], [], "to choose from"),
    ],
)
def test_what_cannot_be(count: int, require: list[str], exclude: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        best_overhangs(count, "BsaI", require=require, exclude=exclude)


def letters(seed: int, length: int) -> str:
    random = np.random.default_rng(seed)
    text = "".join(random.choice(list("ACGT"), length))
    return text.replace("GGTCTC", "GGTATC").replace("GAGACC", "GATACC")


def test_a_target_is_split_where_its_parts_ligate_surely() -> None:
    target = letters(1, 6000)
    windows = junction_windows(len(target), 12, 30)
    found = split_at_overhangs(target, windows, "BsaI", scissors="BsaI", outer=["GGAG", "CGCT"])
    assert found.fidelity > 0.99
    middle = [target[(a + b) // 2 :][:4] for a, b in windows]
    assert found.fidelity >= set_fidelity([*middle, "GGAG", "CGCT"], "BsaI").fidelity
    for place, overhang, (start, end) in zip(
        found.positions, found.overhangs, windows, strict=True
    ):
        assert target[place : place + 4] == overhang
        assert start <= place < end
    joined = (
        "".join(target[a : b - 4] for a, b in found.parts[:-1]) + target[slice(*found.parts[-1])]
    )
    assert joined == target


def test_a_split_is_the_best_of_all_choices() -> None:
    target = letters(2, 60)
    windows = [(8, 13), (24, 29), (40, 45)]
    found = split_at_overhangs(target, windows, "SapI", strength=0)
    best = 0.0
    for places in itertools.product(*(range(*w) for w in windows)):
        names = [target[p : p + 3] for p in places]
        best = max(best, set_fidelity(names, "SapI").fidelity)
    assert found.fidelity == pytest.approx(best)


def test_a_circle_is_split_over_its_origin() -> None:
    target = Sequence(letters(3, 900), topology="circular")
    found = split_at_overhangs(target, [(280, 300), (590, 610), (890, 910)], "BsaI")
    assert found.parts[-1][1] == found.positions[0] + 900 + 4
    assert sum(b - a - 4 for a, b in found.parts) == 900


def test_what_cannot_be_split() -> None:
    site = letters(4, 40) + "GGTCTC" + letters(5, 40)
    assert len(cut_sites(site, "BsaI")) == 1
    with pytest.raises(InputError, match="BsaI cuts the target itself, at 40"):
        split_at_overhangs(site, [(10, 20)], "BsaI", scissors="BsaI")
    with pytest.raises(InputError, match="no overhang of the window"):
        split_at_overhangs("ACGTNNNNNNNNNNNNACGT", [(5, 10)], "BsaI")
    with pytest.raises(InputError, match="out of order"):
        split_at_overhangs(letters(6, 90), [(40, 50), (10, 20)], "BsaI")
    with pytest.raises(InputError, match="parts"):
        junction_windows(100, 20, 10)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["build", "overhangs", "--count", "6", "--enzyme", "BsaI", "--exclude", "AAAA,GGAG"]
    assert main([*command, "--require", "AATG", "GCTT", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["overhangs"][:2] == ["AATG", "GCTT"]
    assert answer["fidelity"] == answer["bound"] == 1.0
    assert main(command) == 0
    assert "no set is better" in capsys.readouterr().out
    assert main(["build", "overhangs", "--count", "6"]) == 2
    assert ligation_matrix("BsaI").name == "BsaI-HFv2"

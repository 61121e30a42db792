"""Sublibraries for targets: proven optima against brute force, and the published case."""

from __future__ import annotations

import itertools
import math
import random
from functools import cache
from pathlib import Path

import pytest

from biowright.bio import IUPAC, genetic_code
from biowright.core import InputError, NegativeResult
from biowright.design.variants import best_codon, cover_targets, read_targets

AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"


def spelled(sequence: str) -> set[str]:
    """Give all proteins of a small degenerate gene."""
    table = genetic_code(1)
    letters = [
        {table["".join(c)] for c in itertools.product(*(IUPAC[x] for x in sequence[i : i + 3]))}
        for i in range(0, len(sequence), 3)
    ]
    return {"".join(p) for p in itertools.product(*letters)}


@cache
def least(wanted: str) -> float:
    try:
        return best_codon(wanted).size
    except NegativeResult:
        return math.inf


def size_for(chosen: list[str]) -> float:
    columns = zip(*chosen, strict=True)
    return math.prod(least("".join(sorted(set(column)))) for column in columns)


def plain_best(targets: list[str], limit: float, sublibraries: int) -> int:
    """Try all choices of targets for each sublibrary."""
    sizes = {
        chosen: size_for(list(chosen))
        for n in range(1, len(targets) + 1)
        for chosen in itertools.combinations(targets, n)
    }
    fitting = [(set(chosen), size) for chosen, size in sizes.items() if size <= limit]
    best = 0
    for chosen in itertools.combinations_with_replacement(fitting, sublibraries):
        if len({id(c) for c in chosen}) == 1 or sum(size for _, size in chosen) <= limit:
            best = max(best, len(set().union(*(held for held, _ in chosen))))
    return best


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("sublibraries", [1, 2])
def test_the_optimum_is_that_of_brute_force(seed: int, sublibraries: int) -> None:
    chance = random.Random(seed)
    columns = [chance.sample(AMINO_ACIDS, 4) for _ in range(5)]
    targets = list(dict.fromkeys("".join(chance.choice(c) for c in columns) for _ in range(8)))
    limit = chance.choice([4, 10, 30, 100])
    found = cover_targets({t: t for t in targets}, limit=limit, sublibraries=sublibraries, steps=20)
    assert found.optimal
    assert found.weight == plain_best(targets, limit, sublibraries)
    assert found.size <= limit
    for one in found.sublibraries:
        held = spelled(one.sequence)
        assert set(one.holds) == held & set(targets)
        assert not any("*" in protein for protein in held)


def test_weights_decide() -> None:
    targets = {"a": "AAAA", "b": "WWWW", "c": "AAAC"}
    assert cover_targets(targets, limit=1).weight == 1
    heavy = cover_targets(targets, limit=1, weights={"b": 5.0})
    assert (heavy.covered, heavy.weight, heavy.bound) == (("b",), 5.0, 5.0)
    both = cover_targets(targets, limit=3, sublibraries=2)
    assert set(both.covered) == {"a", "b", "c"} or len(both.covered) == 2
    assert both.optimal


def test_more_sublibraries_have_a_bound() -> None:
    chance = random.Random(1)
    targets = {str(i): "".join(chance.choice("AVILM") for _ in range(8)) for i in range(25)}
    found = cover_targets(targets, limit=64, sublibraries=3)
    assert 3 <= found.weight <= found.bound <= 25
    again = cover_targets(targets, limit=64, sublibraries=3)
    assert again == found


@pytest.mark.parametrize(
    ("targets", "told"),
    [
        ({}, "no targets"),
        ({"a": "MK", "b": "MKV"}, "2, 3 residues"),
        ({"a": "MK-"}, "'-' in a target"),
        ({"a": "M*"}, "no amino acid"),
        ({"a": ""}, "0 residues"),
    ],
)
def test_targets_that_are_none(targets: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        cover_targets(targets, limit=10)
    with pytest.raises(InputError):
        cover_targets({"a": "MK"}, limit=0)
    with pytest.raises(InputError, match="to weigh"):
        cover_targets({"a": "MK"}, limit=1, weights={"x": 1.0})


@pytest.mark.reference
@pytest.mark.parametrize(("limit", "published"), [(1e5, 38), (1e6, 45)])
def test_the_published_case_is_solved_and_proven(
    limit: float, published: int, reference: Path
) -> None:
    targets = read_targets(reference / "editing/degenerate/examples_gfp_gfp_239.aln")
    assert len(targets) == 94
    found = cover_targets(targets, limit=limit, sublibraries=2)
    # the optimum that DeCoDe's authors report, with a commercial solver
    assert len(found.covered) == found.bound == published
    assert found.size <= limit
    for one in found.sublibraries:
        for name in one.holds:
            assert all(a in c.residues for a, c in zip(targets[name], one.codons, strict=True))

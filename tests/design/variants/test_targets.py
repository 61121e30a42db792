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
from biowright.design.variants import (
    DegenerateCodon,
    best_codon,
    cover_targets,
    degenerate_codons,
    least_mixture,
    mixture_shares,
    mixture_size,
    read_targets,
)

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
def least(wanted: str, codons: int = 1) -> float:
    if codons == 1:
        try:
            return best_codon(wanted).size
        except NegativeResult:
            return math.inf
    return least_of_all(wanted, codons)


@cache
def plain_codons() -> list[tuple[int, set[str]]]:
    """Give the codons without stops as bits of 64 codons, and their residues."""
    place = {"".join(c): 1 << i for i, c in enumerate(itertools.product("ACGT", repeat=3))}
    return [
        (sum(place[c] for c in one.codons), set(one.residues))
        for one in degenerate_codons()
        if not one.stops
    ]


def least_of_all(wanted: str, codons: int) -> float:
    """Try all mixtures of two or three codons that may be smaller than those of fewer."""
    best = least(wanted, codons - 1)
    rows = [(word, has & set(wanted)) for word, has in plain_codons() if word.bit_count() < best]
    rows = [row for row in rows if row[1]]
    for word, has in rows:
        if wanted[0] not in has:  # one of them has it, and may stand first
            continue
        for other, also in rows:
            size = (word | other).bit_count()
            missing = set(wanted) - has - also
            if size + len(missing) >= best:
                continue
            if not missing:
                best = size
            elif codons == 3:
                sizes = [(word | other | third).bit_count() for third, h in rows if missing <= h]
                best = min([best, *sizes])
    return best


def size_for(chosen: list[str], codons: int = 1) -> float:
    columns = zip(*chosen, strict=True)
    return math.prod(least("".join(sorted(set(column))), codons) for column in columns)


def plain_best(targets: list[str], limit: float, sublibraries: int, codons: int = 1) -> int:
    """Try all choices of targets for each sublibrary."""
    sizes = {
        chosen: size_for(list(chosen), codons)
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


@pytest.mark.parametrize("seed", range(12))
def test_least_codons_of_one_size_with_different_residues_do_not_mislead_the_proof(
    seed: int,
) -> None:
    # M and S: WYG also has L and T, AKK also I and R; neither may be taken for granted
    chance = random.Random(seed)
    columns = [chance.sample("SMITLRAV", 7) for _ in range(2)]
    targets = list(dict.fromkeys("".join(chance.choice(c) for c in columns) for _ in range(8)))
    limit = chance.choice([4, 6, 8, 16, 32])
    found = cover_targets({t: t for t in targets}, limit=limit, steps=5)
    assert (found.weight, found.optimal) == (plain_best(targets, limit, 1), True)


def test_a_proof_that_once_failed() -> None:
    targets = ["RR", "RL", "RA", "MM", "RV", "VS", "IA"]
    assert cover_targets({t: t for t in targets}, limit=6, steps=5).weight == 4


@pytest.mark.parametrize(("wanted", "codons"), [
    ("DM", 2), ("FKW", 2), ("CDEM", 2), ("ILMW", 2), ("ADGHW", 2), ("CFKMQ", 2), ("AEFHKLNQW", 2),
    ("FKWM", 3), ("CFKMQ", 3), ("DHIMW", 3),
])  # fmt: skip
def test_least_mixtures_are_those_of_brute_force(wanted: str, codons: int) -> None:
    found = least_mixture(wanted, most=codons)
    assert set(wanted) <= {a for one in found for a in one.residues}
    assert not any(one.stops for one in found)
    assert len(found) <= codons
    assert mixture_size(found) == least_of_all(wanted, codons)
    assert sum(mixture_shares(found).values()) == pytest.approx(1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sublibraries", [1, 2])
def test_several_codons_a_site_are_optimal_too(seed: int, sublibraries: int) -> None:
    chance = random.Random(seed)
    columns = [chance.sample("SMWKD", 4) for _ in range(3)]
    targets = list(dict.fromkeys("".join(chance.choice(c) for c in columns) for _ in range(7)))
    limit = chance.choice([4, 8, 12, 27])
    found = cover_targets(
        {t: t for t in targets}, limit=limit, sublibraries=sublibraries, codons_per_site=2, steps=20
    )
    assert found.optimal
    assert found.weight == plain_best(targets, limit, sublibraries, 2)
    assert (
        found.weight
        >= cover_targets({t: t for t in targets}, limit=limit, sublibraries=sublibraries).weight
    )
    assert found.size <= limit
    for one in found.sublibraries:
        parts = dict(one.sequences)
        assert len(parts) == one.pieces
        assert sum(parts.values()) == pytest.approx(1)
        held = set().union(*(spelled(sequence) for sequence in parts))
        assert set(one.holds) == held & set(targets)
        assert len(held) == one.proteins
        assert not any("*" in protein for protein in held)
        letters = {
            "".join(p) for q in parts for p in itertools.product(*(IUPAC[letter] for letter in q))
        }
        assert len(letters) == one.size


def test_mixtures_that_are_none() -> None:
    assert [codon.letters for codon in least_mixture("M", most=3)] == ["ATG"]
    assert DegenerateCodon.of("ATG") in least_mixture("MD")
    with pytest.raises(NegativeResult, match="without a stop"):
        least_mixture("KW", most=1)
    with pytest.raises(InputError, match="no amino acid"):
        least_mixture("M*")
    for most in (0, 4):
        with pytest.raises(InputError, match="codons a site"):
            least_mixture("M", most=most)
        with pytest.raises(InputError, match="codons a site"):
            cover_targets({"a": "MK", "b": "MR"}, limit=4, codons_per_site=most)


def test_weights_decide() -> None:
    targets = {"a": "AAAA", "b": "WWWW", "c": "AAAC"}
    assert cover_targets(targets, limit=1).weight == 1
    heavy = cover_targets(targets, limit=1, weights={"b": 5.0})
    assert (heavy.covered, heavy.weight, heavy.bound) == (("b",), 5.0, 5.0)
    both = cover_targets(targets, limit=3, sublibraries=2)
    assert set(both.covered) == {"a", "b", "c"} or len(both.covered) == 2
    assert both.optimal


@pytest.mark.parametrize("sublibraries", [1, 2, 3])
def test_targets_that_are_all_the_same(sublibraries: int) -> None:
    found = cover_targets({"a": "MK", "b": "mk"}, limit=5, sublibraries=sublibraries)
    (one,) = found.sublibraries
    assert (found.covered, found.weight, found.bound, found.size) == (("a", "b"), 2.0, 2.0, 1)
    assert spelled(one.sequence) == {"MK"}


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

"""Degenerate codons against plain enumeration, schemes against what is published."""

from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biowright.bio import IUPAC, genetic_code
from biowright.core import InputError, NegativeResult
from biowright.design import codon_usage
from biowright.design.variants import (
    DegenerateCodon,
    best_codon,
    best_mixture,
    clones_for,
    compare_schemes,
    coverage,
    degenerate_codons,
    scheme,
    trimers,
    variant_groups,
)

AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"


def plain_residues(letters: str, code: int) -> list[str]:
    table = genetic_code(code)
    return [table["".join(c)] for c in itertools.product(*(IUPAC[x] for x in letters))]


@pytest.mark.parametrize("code", [1, 2, 12])
def test_all_degenerate_codons_are_there(code: int) -> None:
    codons = degenerate_codons(code)
    assert len({c.letters for c in codons}) == 3375
    for codon in codons[::37]:
        residues = plain_residues(codon.letters, code)
        assert codon.size == len(residues)
        assert codon.residues == "".join(sorted(set(residues) - {"*"}))
        assert codon.stops == residues.count("*")
        assert math.isclose(sum(codon.share(a) for a in set(residues)), 1)


@settings(max_examples=25)
@given(st.sets(st.sampled_from(AMINO_ACIDS), min_size=1, max_size=5), st.sampled_from([1, 2]))
def test_the_best_codon_is_the_best_of_all(wanted: set[str], code: int) -> None:
    fitting = [
        c
        for c in degenerate_codons(code)
        if wanted <= set(plain_residues(c.letters, code)) and not c.stops
    ]
    if not fitting:
        with pytest.raises(NegativeResult):
            best_codon(wanted, code=code)
        return
    found = best_codon(sorted(wanted), code=code)
    assert found.size == min(c.size for c in fitting)
    even = [sum(math.log(c.share(a)) for a in wanted) for c in fitting if c.size == found.size]
    assert math.isclose(sum(math.log(found.share(a)) for a in wanted), max(even))


def test_weights_and_hosts_decide() -> None:
    weighted = best_codon({"D": 1.0, "E": 3.0})
    assert weighted.share("E") == pytest.approx(2 / 3)
    usage = codon_usage("Escherichia coli")
    assert best_codon("L", usage=usage).letters == "CTG"
    assert best_codon("R").size == 1
    with pytest.raises(InputError, match="no amino acid"):
        best_codon("B")
    with pytest.raises(InputError, match="not above 0"):
        best_codon({"A": -1.0})
    with pytest.raises(InputError, match="three IUPAC letters"):
        DegenerateCodon.of("NN")


@settings(max_examples=20)
@given(st.sets(st.sampled_from(AMINO_ACIDS), min_size=1, max_size=20))
def test_mixtures_give_exactly_what_is_wanted(wanted: set[str]) -> None:
    codons = best_mixture(wanted, most=8)
    parts = [set(c.residues) for c in codons]
    assert set().union(*parts) == wanted
    assert sum(map(len, parts)) == len(wanted)
    assert not any(c.stops for c in codons)


def test_fewer_codons_do_not_do_it() -> None:
    chance = random.Random(2)
    exact = {}
    for codon in degenerate_codons():
        if not codon.stops:
            exact.setdefault(frozenset(codon.residues), codon.size)
    for _ in range(6):
        wanted = frozenset(chance.sample(AMINO_ACIDS, 5))
        count = len(best_mixture(wanted, most=5))
        inside = [part for part in exact if part <= wanted]
        for fewer in range(1, count):
            for chosen in itertools.combinations(inside, fewer):
                assert sum(map(len, chosen)) != 5 or frozenset().union(*chosen) != wanted


def test_schemes_are_as_published() -> None:
    expected = {"NNK": (32, 20, 1), "NDT": (12, 12, 0), "22c": (22, 20, 0), "Tang": (20, 20, 0)}
    for name, (size, residues, stops) in expected.items():
        one = scheme(name)
        assert one.size == size
        assert len(one.residues) == residues
        assert sum(c.stops for c in one.codons) == stops
        assert math.isclose(sum(one.shares.values()), 1)
    # Kille et al. 2013: 22 codons for 20 residues, two of them twice
    assert sorted(scheme("22c").shares.values())[-2:] == pytest.approx([2 / 22, 2 / 22])
    shares = trimers(usage=codon_usage("Escherichia coli")).shares
    assert list(shares.values()) == pytest.approx([0.05] * 20)
    with pytest.raises(InputError, match="no scheme"):
        scheme("22d")
    rows = {row.scheme.name: row for row in compare_schemes(3)}
    assert rows["NNK"].dna == 32768
    assert rows["NNK"].stops == pytest.approx(1 - (31 / 32) ** 3)
    assert rows["Tang"].clones < rows["22c"].clones < rows["NNK"].clones < rows["NNN"].clones


def simulated(sites: list[dict[str, float]], clones: int, runs: int) -> tuple[float, float]:
    rng = np.random.default_rng(1)
    letters = [list(site) for site in sites]
    possible = math.prod(sum(a != "*" for a in site) for site in sites)
    distinct = complete = 0
    for _ in range(runs):
        drawn = zip(
            *(
                rng.choice(kinds, clones, p=[site[a] for a in kinds])
                for kinds, site in zip(letters, sites, strict=True)
            ),
            strict=True,
        )
        seen = {variant for variant in drawn if "*" not in variant}
        distinct += len(seen)
        complete += len(seen) == possible
    return distinct / runs, complete / runs


@pytest.mark.parametrize("clones", [5, 20, 80])
def test_coverage_is_that_of_a_simulation(clones: int) -> None:
    sites = [{"A": 0.5, "C": 0.3, "*": 0.2}, {"D": 0.25, "E": 0.75}]
    seen = coverage(sites, clones)
    distinct, complete = simulated(sites, clones, 4000)
    assert seen.distinct == pytest.approx(distinct, abs=0.06)
    assert seen.complete == pytest.approx(complete, abs=0.03)
    assert seen.variants == 4
    assert seen.useful == pytest.approx(0.8)


def test_coverage_of_even_libraries_is_firth_and_patricks() -> None:
    # their formula for an even library of V variants: V * (1 - exp(-T / V))
    site = dict.fromkeys("ACDEFGHIKLMNPQRSTVWY", 0.05)
    seen = coverage([site] * 3, 24000)
    assert seen.distinct == pytest.approx(8000 * (1 - math.exp(-3)), rel=1e-4)
    # all of them with 95 %: Patrick's T = V * ln(V / 0.0513)
    assert clones_for([site] * 3, complete=0.95) == pytest.approx(
        8000 * math.log(8000 / 0.0513), rel=1e-3
    )
    assert sum(n for _, n in variant_groups([scheme("NNK").shares] * 4)) == 160_000


@pytest.mark.parametrize("sites", [[{"A": 0.5}], [{"A": 1.5, "C": -0.5}], [{"A": math.nan}]])
def test_shares_that_are_none(sites: list[dict[str, float]]) -> None:
    with pytest.raises(InputError, match="site 1"):
        coverage(sites, 10)
    with pytest.raises(InputError):
        coverage([{"A": 1.0}], 0)
    with pytest.raises(InputError):
        clones_for([{"A": 1.0}], share=0.5, complete=0.5)

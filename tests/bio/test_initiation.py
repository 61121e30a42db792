"""Starts of translation: against a plain count, published energies, circles and both strands."""

from __future__ import annotations

import random

import pytest

from biowright.bio import find_translation_starts, fold_energy, translation_start
from biowright.core import InputError, Sequence, SequenceError

LEAD = "TTCTAGAAAAAAAATAAGGAGGT"
CODING = "ATGGCGAGCTCTGAAGACGTTATCAAAGAGTTCATGCGTTTCAAAGTTCGTATGGAAGGT"


def test_spacings_cost_what_was_published() -> None:
    costs = {}
    for gap in range(4, 16):
        sequence = LEAD + "A" * gap + CODING
        site = translation_start(sequence, len(LEAD) + gap)
        # UAAGGAGGU lies across from the whole tail of the 16S rRNA
        assert site.binding == pytest.approx(-13.5)
        costs[gap] = site.spacing
    assert costs[5] == 0
    for gap in range(6, 16):
        far = gap - 5
        assert costs[gap] == pytest.approx(0.048 * far**2 + 0.24 * far)
    assert costs[4] == pytest.approx(12.2 / (1 + 2.718281828 ** (2.5 * 1)) ** 3)


def test_unfolding_is_the_difference_of_two_folds() -> None:
    rng = random.Random(3)
    some = 0
    for _ in range(20):
        letters = "".join(rng.choice("ACGT") for _ in range(rng.randint(60, 140)))
        for site in find_translation_starts(letters, energy=30.0, strands=[1]):
            some += 1
            low = max(0, site.start - 35)
            free = fold_energy(letters[low : site.start + 35])
            # what lies before the duplex may fold in both states
            assert 0 <= site.unfolding <= -free + 1e-9
            assert site.energy == pytest.approx(
                site.binding
                + site.spacing
                + site.unfolding
                + {"ATG": -1.194, "GTG": -0.0748, "TTG": -0.0435}[site.codon]
            )
            again = translation_start(letters, site.start)
            assert again == site
    assert some > 20


def test_no_start_is_missed_because_of_the_limit() -> None:
    rng = random.Random(8)
    letters = "".join(rng.choice("ACGTAG") for _ in range(1500))
    every = find_translation_starts(letters, energy=1e6)
    for limit in (-2.0, 1.0, 5.0):
        wanted = [site for site in every if site.energy <= limit]
        assert find_translation_starts(letters, energy=limit) == wanted


def test_strands_and_circles_agree() -> None:
    body = "ACCATCAGAT" * 6 + LEAD + "AAAAA" + CODING
    [site] = find_translation_starts(body, energy=-3, strands=[1])
    assert body[site.start : site.end] == site.codon == "ATG"
    assert site.rate > 3
    other = Sequence(body).reverse_complement()
    [back] = find_translation_starts(other, energy=-3, strands=[-1])
    assert (len(body) - back.end, back.energy) == (site.start, site.energy)
    assert translation_start(other, back.start, -1) == back
    for cut in (70, 80, 86, 90, 100):
        turned = Sequence(body[cut:] + body[:cut], topology="circular")
        [again] = find_translation_starts(turned, energy=-3, strands=[1])
        assert again.start == (site.start - cut) % len(body)
        assert again.energy == pytest.approx(site.energy)
        assert translation_start(turned, again.start) == again
        mirrored = turned.reverse_complement()
        [back] = find_translation_starts(mirrored, energy=-3, strands=[-1])
        assert translation_start(mirrored, back.start, -1) == back
        assert back.energy == pytest.approx(site.energy)


def test_small_circles_are_read_round() -> None:
    circle = Sequence("AAGGAGGTACATATGACAGCAACC", topology="circular")
    sites = find_translation_starts(circle, energy=20)
    assert sites
    for site in sites:
        assert translation_start(circle, site.start, site.strand) == site


def test_bad_questions_are_refused() -> None:
    with pytest.raises(InputError, match="no ribosome begins at 0"):
        translation_start("ACGTACGATG", 0)
    with pytest.raises(InputError, match="no codon lies at 90"):
        translation_start("ACGTACGATG", 90)
    with pytest.raises(InputError, match="CCC"):
        find_translation_starts("ACGT", codons=["CCC"])
    with pytest.raises(InputError, match="energy of nan"):
        find_translation_starts("ACGT", energy=float("nan"))
    with pytest.raises(SequenceError, match="protein"):
        find_translation_starts(Sequence("MKV", "protein"))
    assert find_translation_starts("") == []

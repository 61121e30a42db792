"""Primers amplify exactly what they should; their sites are those that brute force finds."""

from __future__ import annotations

import random

import pytest

from biowright.bio import PCR, melting_temperature
from biowright.core import InputError, NegativeResult, SequenceError
from biowright.core import Sequence as Letters
from biowright.design import (
    PrimerPair,
    PrimerRules,
    amplicons,
    amplify,
    binding_sites,
    flank,
    genotyping_primers,
    judge_primers,
    sequencing_primers,
)

COMPLEMENT = str.maketrans("ACGT", "TGCA")


def other(text: str) -> str:
    return text.translate(COMPLEMENT)[::-1]


def dna(seed: int, length: int, gc: float = 0.5) -> str:
    weights = [1 - gc, gc, gc, 1 - gc]
    return "".join(random.Random(seed).choices("ACGT", weights, k=length))


def window(template: Letters, start: int, end: int) -> str:
    return str(template.window(start % len(template), start % len(template) + end - start))


def check(pair: PrimerPair, template: Letters) -> None:
    """Each primer is its tail and what the template has at its place."""
    for primer in (pair.forward, pair.reverse):
        there = window(template, primer.start, primer.end)
        assert primer.annealing == (there if primer.strand == 1 else other(there))
        assert primer.sequence == primer.tail + primer.annealing
        assert primer.melting == pytest.approx(melting_temperature(primer.annealing, buffer=PCR))


@pytest.mark.parametrize("circular", [False, True])
def test_the_product_is_the_region_between_its_tails(circular: bool) -> None:
    template = Letters(dna(1, 3000), topology="circular" if circular else "linear")
    for seed in range(12):
        dice = random.Random(seed)
        start = dice.randrange(3000 if circular else 1500)
        end = start + dice.randint(100, 1500)
        tails = (dna(seed, 20), dna(seed + 50, 25))
        pairs = amplify(template, start, end, tails=tails)
        assert pairs == sorted(pairs, key=lambda pair: pair.penalty)
        for pair in pairs:
            check(pair, template)
            region = window(template, start, end)
            assert (pair.forward.start - start) % 3000 == 0
            assert (pair.reverse.end - end) % 3000 == 0
            assert region.startswith(pair.forward.annealing)
            assert region.endswith(other(pair.reverse.annealing))
            assert pair.length == len(region) + 45
        best = pairs[0].forward
        assert abs(best.melting - 62) < 3 or best.reasons


def test_primers_lie_beside_a_place_also_across_the_origin() -> None:
    template = Letters(dna(2, 2500), topology="circular")
    for place in (0, 30, 1200, 2490):
        for pair in flank(template, place, place + 20, product=(250, 600)):
            check(pair, template)
            assert 250 <= pair.length <= 600
            left = (pair.forward.end + 30 - place) % 2500
            assert left == 0 or left > 1800, "the forward primer ends before the place"
            assert (pair.reverse.start - place - 20) % 2500 >= 30


def brute_force(word: str, template: Letters, mismatches: int) -> set[tuple[int, int, int]]:
    n, size = len(template), min(15, len(word))
    text = str(template).upper()
    text += text if template.circular else ""
    found = set()
    for strand in (1, -1):
        seed = word[-size:] if strand == 1 else other(word)[:size]
        for p in range(n if template.circular else n - size + 1):
            there = text[p : p + size]
            if set(there) - set("ACGT"):
                continue
            wrong = [i for i in range(size) if there[i] != seed[i]]
            firm = {size - 1, size - 2} if strand == 1 else {0, 1}
            if len(wrong) <= mismatches and not firm & set(wrong):
                start = p + size - len(word) if strand == 1 else p
                end = start + len(word)
                if template.circular:
                    start %= n
                    end = start + len(word)
                else:
                    start, end = max(start, 0), min(end, n)
                rest = text[start:end] if not template.circular else (text + text)[start:end]
                if not set(rest) - set("ACGT"):
                    found.add((start, end, strand))
    return found


@pytest.mark.parametrize("circular", [False, True])
def test_sites_are_those_that_brute_force_finds(circular: bool) -> None:
    dice = random.Random(7)
    letters = list("".join(dice.choices("AC", k=300)) + dna(8, 300))
    letters[100], letters[450] = "N", "r"
    template = Letters("".join(letters), topology="circular" if circular else "linear")
    text = (str(template) + str(template)).upper()
    words = []
    for _ in range(60):
        at, size = dice.randrange(600), dice.randint(8, 30)
        word = list(text[at : at + size])
        for _ in range(dice.randrange(4)):
            word[dice.randrange(size)] = dice.choice("ACGT")
        word = ["A" if x not in "ACGT" else x for x in word]
        words.append("".join(word) if dice.random() < 0.5 else other("".join(word)))
    for mismatches in (0, 2):
        found = binding_sites(words, [template], mismatches=mismatches)
        for word, sites in zip(words, found, strict=True):
            assert {(s.start, s.end, s.strand) for s in sites} == brute_force(
                word, template, mismatches
            ), word
            assert len(sites) == len({(s.start, s.strand) for s in sites})


def test_more_sites_than_fit_at_first_are_all_found() -> None:
    [sites] = binding_sites(["CACACACACA"], ["CA" * 6000])
    assert len(sites) == 5996  # every second place of the forward strand


def test_a_repeat_costs_and_is_told() -> None:
    unit = dna(11, 300)
    template = dna(12, 400) + unit + dna(13, 400) + unit + dna(14, 400)
    inside = amplify(template, 400, 700)[0]
    assert inside.forward.sites
    assert any("other site" in reason for reason in inside.reasons)
    assert any("other product" in reason for reason in inside.reasons)
    outside = amplify(template, 200, 900)[0]
    assert not outside.forward.sites
    assert inside.penalty > outside.penalty + 20
    genome = amplify(dna(12, 800), 100, 500, against=[dna(15, 100) + dna(12, 800)])[0]
    assert any("other site" in reason for reason in genome.reasons)


def test_facing_sites_make_products_also_over_the_origin_and_with_one_primer() -> None:
    template = Letters(dna(16, 1000), topology="circular")
    words = [window(template, 900, 920), other(window(template, 1100, 1120))]
    made = amplicons(binding_sites(words, [template]), [template])
    assert [(a.forward, a.reverse, a.length) for a in made] == [(0, 1, 220)]
    end = dna(17, 20)
    inverted = end + dna(18, 200) + other(end)
    [alone] = amplicons(binding_sites([end], [inverted]), [inverted])
    assert (alone.forward, alone.reverse, alone.length) == (0, 0, 240)


def test_genotypes_differ_by_their_bands() -> None:
    before = dna(20, 4000)
    deleted = before[:1800] + before[2300:]
    best = genotyping_primers(before, deleted, 1800, 2300)[0]
    assert best.before == best.pair.length
    assert best.after == best.before - 500
    point = before[:2000] + ("A" if before[2000] != "A" else "C") + before[2001:]
    alike = genotyping_primers(before, point, 2000, 2001, product=(200, 600))[0]
    assert alike.after == alike.before
    assert "sequence the product" in " ".join(alike.pair.reasons)


@pytest.mark.parametrize("circular", [False, True])
def test_reads_cover_the_whole_construct(circular: bool) -> None:
    template = Letters(dna(21, 5000), topology="circular" if circular else "linear")
    chosen = sequencing_primers(template)
    read = set()
    for primer in chosen:
        there = window(template, primer.start, primer.end)
        assert primer.sequence == (there if primer.strand == 1 else other(there))
        low, high = (
            (primer.end + 60, primer.end + 760)
            if primer.strand == 1
            else (primer.start - 760, primer.start - 60)
        )
        read |= {p % 5000 if circular else p for p in range(low, high)}
    assert set(range(5000)) <= read
    assert len(chosen) <= 9
    one = sequencing_primers(template, 1000, 1500)
    assert len(one) == 1


@pytest.mark.parametrize("gc", [0.15, 0.25, 0.75, 0.85])
def test_extreme_composition_still_has_primers_that_say_so(gc: float) -> None:
    template = dna(30, 800, gc)
    pair = amplify(template, 100, 700)[0]
    check(pair, Letters(template))
    assert pair.forward.reasons or pair.reverse.reasons


def test_judged_primers_say_what_is_wrong() -> None:
    good, bad = judge_primers(["GTAAAACGACGGCCAGTGAG", "GCGCGCGCGCGCGCGCGCGC"])
    assert good.penalty < bad.penalty
    assert any("dimer" in reason for reason in bad.reasons)
    assert any("G and C" in reason for reason in bad.reasons)


def test_bad_input_is_told() -> None:
    with pytest.raises(NegativeResult, match="no forward primer: there are only letters other"):
        amplify("N" * 50 + dna(1, 300), 0, 300)
    with pytest.raises(NegativeResult, match="the region has no 17 bases"):
        amplify(dna(1, 300), 10, 20)
    with pytest.raises(SequenceError, match="window"):
        amplify(dna(1, 300), 10, 400)
    with pytest.raises(NegativeResult, match="no product of 100 to 120"):
        flank(dna(1, 3000), 1000, 1500, product=(100, 120))
    with pytest.raises(InputError, match="8 or more"):
        binding_sites(["ACGT"], ["ACGTACGT"])
    with pytest.raises(InputError, match="annealing parts of 30 to 20"):
        PrimerRules(shortest=30, longest=20)

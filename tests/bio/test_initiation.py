"""Starts of translation: against a plain count, published energies, circles and both strands."""

from __future__ import annotations

import random

import pytest

from biowright.bio import find_translation_starts, fold_energy, translation_start
from biowright.bio.folding import energy_tables
from biowright.bio.folding_kernels import (
    DANGLE3,
    DANGLE5,
    EXTERIOR_MISMATCH,
    MISC,
    _loop,
    _pair,
)
from biowright.bio.initiation_kernels import FORMED, GAP, spacing
from biowright.core import InputError, Sequence, SequenceError

ANTI_SD = "ACCUCCUUA"
STARTS = {"ATG": -1.194, "GTG": -0.0748, "TTG": -0.0435}
TABLES = energy_tables()

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


def pair(a: int, b: int) -> int:
    return int(_pair.py_func(a, b))


def end_of_duplex(outer: int, five: int, three: int) -> int:
    """Give the energy of the end of a duplex: its pair from inside, and what stacks on it."""
    energy = int(TABLES[MISC + 2]) if outer > 2 else 0
    if five and three:
        return energy + int(TABLES[EXTERIOR_MISMATCH + (outer * 5 + five) * 5 + three])
    if five or three:
        table, letter = (DANGLE5, five) if five else (DANGLE3, three)
        return energy + int(TABLES[table + outer * 5 + letter])
    return energy


def plain_starts(letters: str) -> list[tuple[int, str, float, float, float]]:
    """Try every duplex before every start, and fold every messenger, one by one."""
    code = {letter: k for k, letter in enumerate("NACGT")}
    s = [code[letter] for letter in letters]
    tail = [code[letter] for letter in ANTI_SD.replace("U", "T")]
    found = []

    def grown(start: int, low: int) -> tuple[float, int, float, int]:
        """Give the best duplex: energy with spacing, energy, spacing, first bound letter."""
        best = (1e9, 0, 0.0, -1)
        made: dict[tuple[int, int], tuple[int, int]] = {}
        for p in range(low, start):
            for x in reversed(range(len(tail))):
                if not pair(s[p], tail[x]):
                    continue
                left, right = s[p - 1] if p else 0, tail[x + 1] if x + 1 < len(tail) else 0
                now = FORMED + end_of_duplex(pair(s[p], tail[x]), left, right)
                first = p
                for q, y in made:
                    a, b = p - q - 1, y - x - 1
                    if a < 0 or b < 0 or a + b > GAP:
                        continue
                    kinds = pair(s[q], tail[y]), pair(tail[x], s[p])
                    stacked = s[q + 1], tail[y - 1], s[p - 1], tail[x + 1]
                    loop = _loop.py_func(a, b, *kinds, *stacked, TABLES)
                    if made[q, y][0] + loop < now:
                        now, first = made[q, y][0] + int(loop), made[q, y][1]
                made[p, x] = (now, first)
                left, right = tail[x - 1] if x else 0, s[p + 1] if p + 1 < len(s) else 0
                whole = now + end_of_duplex(pair(tail[x], s[p]), left, right)
                cost = float(spacing.py_func(start - p - 1 - x))
                if whole + cost < best[0] - 1e-9:
                    best = (whole + cost, whole, cost, first)
        return best

    for start in range(1, len(s) - 2):
        codon, low = letters[start : start + 3], max(0, start - 35)
        if codon not in STARTS:
            continue
        total, whole, cost, first = grown(start, low)
        if total < 1e9:
            before = fold_energy(letters[low : max(low, first - 4)])
            opened = before - fold_energy(letters[low : start + 35])
            found.append((start, codon, whole / 100, cost / 100, opened))
    return found


@pytest.mark.parametrize("alphabet", ["ACGT", "AGGATG", "ACGTN", "GTGAA"])
def test_every_start_is_as_a_plain_count_has_it(alphabet: str) -> None:
    rng = random.Random(alphabet)
    for _ in range(3):
        letters = "".join(rng.choice(alphabet) for _ in range(rng.randint(30, 160)))
        every = plain_starts(letters)
        for limit in (1e6, 3.0, -2.0):
            sites = find_translation_starts(letters, energy=limit, strands=[1])
            wanted = [x for x in every if sum(x[2:]) + STARTS[x[1]] <= limit]
            assert [(x.start, x.codon) for x in sites] == [x[:2] for x in wanted]
            for site, row in zip(sites, wanted, strict=True):
                assert (site.binding, site.spacing, site.unfolding) == pytest.approx(row[2:])


def test_a_duplex_that_begins_too_far_out_gives_way_to_the_best_that_does_not() -> None:
    # nothing else binds; the run of duplexes along the strand has one that begins 36 letters before
    for between in range(24, 36):
        letters = "CCACC" + "TAAGGAGGT" + "C" * between + "ATGCCACCATCA"
        sites = find_translation_starts(letters, energy=1e6, strands=[1])
        rows = plain_starts(letters)
        assert len(sites) == len(rows) == (between < 35)
        for site, row in zip(sites, rows, strict=True):
            assert (site.start, site.codon) == row[:2]
            assert (site.binding, site.spacing, site.unfolding) == pytest.approx(row[2:])


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

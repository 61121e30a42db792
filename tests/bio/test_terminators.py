"""Intrinsic terminators: hairpins against a plain search, tails, circles, and known ones."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest

from biowright.bio import find_terminators, fold
from biowright.bio.folding import energy_tables
from biowright.bio.folding_kernels import MISC, _hairpin, _inner, _pair
from biowright.bio.terminators import folding_codes
from biowright.bio.terminators_kernels import (
    FOOT,
    GAP,
    LOOP,
    MIRROR,
    NEVER,
    STEM,
    WINDOW,
    best_hairpin,
    tail,
)
from biowright.core import InputError, Sequence, SequenceError

THR = "GGAAACACAGAAAAAAGCCCGCACCTGACAGTGCGGGCTTTTTTTTTCGACCAAAGG"  # of the thr operon
TABLES = energy_tables()


def plain_hairpin(s: np.ndarray, end: int) -> float:
    """Try every stem from each first pair; give the least energy for each letter."""
    best = 0.0

    def kind(p: int, q: int) -> int:
        return int(_pair.py_func(s[p], s[q]))

    for i in range(max(0, end - WINDOW), end - 2 * STEM - 2):
        j = end - 1
        if not (kind(i, j) and kind(i + 1, j - 1) and kind(i + 2, j - 2)):
            continue
        foot = TABLES[8 * kind(i, j) + MIRROR[kind(i + 1, j - 1)]]
        foot += TABLES[8 * kind(i + 1, j - 1) + MIRROR[kind(i + 2, j - 2)]]
        if foot > FOOT:
            continue
        # the best energy from outside, for each pair that can be reached
        reached = {(i, j): (TABLES[MISC + 2] if kind(i, j) > 2 else 0, 1)}
        for p in range(i, (i + j) // 2 + 1):
            for q in range(j, p + 3, -1):
                if (p, q) not in reached:
                    continue
                now, count = reached[p, q]
                if count >= STEM and q - p - 1 <= LOOP:
                    whole = now + _hairpin.py_func(s, p, q, kind(p, q), TABLES)
                    best = min(best, whole / (end - i))
                for x in range(p + 1, min(p + GAP + 2, q)):
                    for y in range(q - 1, x + 3, -1):
                        lost = x - p - 1 + q - y - 1
                        if lost > (GAP if p - i >= 2 else 0) or not kind(x, y):
                            continue
                        if abs((x - i) - (j - y)) > GAP:
                            continue
                        value = now + _inner.py_func(s, p, q, x, y, kind(p, q), kind(y, x), TABLES)
                        if value <= 0 and value < reached.get((x, y), (NEVER, 0))[0]:
                            reached[x, y] = (value, count + 1)
    return best


@cache
def pieces() -> list[str]:
    """Make hairpins with mismatches and bulges."""
    rng = random.Random(5)
    made = []
    for _ in range(40):
        left = "".join(rng.choice("GCGCAT") for _ in range(rng.randint(5, 14)))
        right = str(Sequence(left).reverse_complement())
        if rng.random() < 0.7:
            at = rng.randrange(1, len(right))
            right = right[:at] + rng.choice(["", "A", "GA"]) + right[at + rng.randint(0, 1) :]
        made.append("ACGA" + left + "".join(rng.choice("ACGT") for _ in range(4)) + right)
    return made


def test_hairpins_are_those_of_a_plain_search() -> None:
    outer = np.full((WINDOW, WINDOW), NEVER, np.int32)
    pairs = np.zeros((WINDOW, WINDOW), np.int32)
    some = 0
    for piece in pieces():
        codes = folding_codes(Sequence(piece), 1, 0)
        start, energy = best_hairpin(codes, len(codes), 0.0, outer, pairs, TABLES)
        wanted = plain_hairpin(codes.astype(np.int64), len(codes))
        assert (outer == NEVER).all()
        if start < 0:
            assert wanted == 0
            continue
        some += 1
        assert energy / (len(codes) - start) == pytest.approx(wanted)
        # it cannot be better than the best fold; dangling ends are not counted
        assert energy / 100 >= fold(piece).energy - 0.011
    assert some > 20


def test_tails() -> None:
    def weight(letters: str) -> float:
        return float(tail(folding_codes(Sequence(letters), 1, 0), 0))

    assert weight("T" * 20) == pytest.approx(sum(0.9**n for n in range(1, 16)))
    assert weight("TATT") == pytest.approx(0.9 + 0.9 * 0.6 * 0.9 + 0.9 * 0.6 * 0.81)
    assert weight("ACGC") == weight("") == 0


def test_known_terminators_are_found_on_both_strands_and_over_the_origin() -> None:
    [site] = find_terminators(THR, strands=[1])
    assert THR[site.start : site.end] == "GCCCGCACCTGACAGTGCGGGC"
    assert site.score > 40
    assert site.energy < -14
    other = find_terminators(Sequence(THR).reverse_complement(), strands=[-1])
    assert [(len(THR) - s.end, len(THR) - s.start, s.score) for s in other] == [
        (site.start, site.end, site.score)
    ]
    filled = THR + "ACCATCAGAT" * 8
    for cut in (16, 25, 38, 45, 60):
        turned = Sequence(filled[cut:] + filled[:cut], topology="circular")
        [again] = find_terminators(turned, strands=[1])
        assert again.score == pytest.approx(site.score)
        assert again.start == (site.start - cut) % len(filled)
        assert again.end - again.start == site.end - site.start


def test_without_a_tail_or_a_hairpin_there_is_none() -> None:
    assert not find_terminators(THR.replace("TTTTTTTTT", "TACATACGT"), strands=[1])
    assert not find_terminators("ACGATCACCATACCA" * 3 + "T" * 12, strands=[1])
    assert find_terminators("") == find_terminators("TTTTTTTT") == []
    circle = Sequence("GCCCGCAAAGCGGGCTTTTT", topology="circular")
    assert len(find_terminators(circle)) <= 1


def test_bad_questions_are_refused() -> None:
    with pytest.raises(InputError, match="score of nan"):
        find_terminators(THR, score=float("nan"))
    with pytest.raises(SequenceError, match="protein"):
        find_terminators(Sequence("MKV", "protein"))

"""Promoters of sigma 70: against a plain count of energies, on circles, and known ones."""

from __future__ import annotations

import math
import random
from importlib.resources import files

import pytest

from biowright.bio import find_promoters, promoter_strength
from biowright.core import InputError, Sequence, SequenceError

LAC = "CCAGGCTTTACACTTTATGCTTCCGGCTCGTATGTTGTGTGGAATTG"
UV5 = LAC.replace("TATGTT", "TATAAT")
J23119 = "TTGACAGCTAGCTCAGTCCTAGGTATAATGCTAGC"


def table() -> dict[tuple[str, int], dict[str, float]]:
    """Read the model anew."""
    text = files("biowright.bio").joinpath("data/sigma70.tsv").read_text()
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")][1:]
    return {
        (name, int(place)): dict(zip("ACGT", map(float, values), strict=False))
        for name, place, *values in rows
    }


MODEL = table()


def plain(letters: str, circular: bool) -> dict[tuple[int, int], tuple[float, int]]:
    """Count the energy of every site of the forward strand: by start and end of the better spacer."""
    length = len(letters)
    read = letters * 3 if circular else letters
    mean = sum(sum(MODEL["discriminator", k].values()) / 4 for k in range(3))
    best: dict[int, tuple[float, int]] = {}
    for start in range(length):
        for spacer in range(15, 20):
            end = start + 12 + spacer
            if end > len(read) or end - start > length:
                continue
            box = read[start : start + 6]
            second = read[end - 6 : end]
            if set(box + second) - set("ACGT"):
                continue
            energy = sum(MODEL["-35", k][x] for k, x in enumerate(box))
            energy += sum(MODEL["-10", k][x] for k, x in enumerate(second))
            energy += MODEL["spacer", spacer]["A"] - mean
            for k in range(3):
                letter = (
                    read[(end + k) % length] if circular else read[end + k : end + k + 1]
                ) or "N"
                row = MODEL["discriminator", k]
                energy += row.get(letter, sum(row.values()) / 4)
            if end >= 9 and read[end - 9 : end - 7] == "TG":
                energy -= MODEL["extended", 0]["A"]
            turn = end % length if circular else end
            if turn not in best or energy < best[turn][0] - 1e-9:
                best[turn] = (energy, spacer)
    return {
        ((end - 12 - spacer) % length, spacer): (energy, spacer)
        for end, (energy, spacer) in best.items()
    }


@pytest.mark.parametrize("circular", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_sites_are_those_of_a_plain_count(seed: int, circular: bool) -> None:
    rng = random.Random(seed)
    letters = "".join(rng.choice("ACGTTAAT") for _ in range(rng.randint(70, 200) if seed else 29))
    if seed % 2:
        letters = letters[:40] + "N" + letters[41:]
    target = Sequence(letters, topology="circular" if circular else "linear")
    length = len(letters)
    for strand, read in ((1, letters), (-1, str(Sequence(letters).reverse_complement()))):
        found = {
            (s.start if strand == 1 else (length - s.end) % length, s.spacer): s.energy
            for s in find_promoters(target, strength=1e-5, strands=[strand])
        }
        wanted = {
            key: energy
            for key, (energy, _) in plain(read, circular).items()
            if energy <= -math.log(1e-5)
        }
        assert found == pytest.approx(wanted, abs=1e-5)


def test_turned_circles_have_the_same_sites() -> None:
    letters = "GATTACCGTA" * 5 + J23119 + "CCGGTTAACG" * 3
    whole = find_promoters(Sequence(letters, topology="circular"), strength=0.001)
    for cut in (52, 60, 75):
        turned = Sequence(letters[cut:] + letters[:cut], topology="circular")
        again = find_promoters(turned, strength=0.001)
        assert sorted(s.strength for s in again) == pytest.approx(sorted(s.strength for s in whole))
        assert all(0 <= s.start < len(letters) < s.end + len(letters) for s in again)


def test_known_promoters_are_in_their_order() -> None:
    strengths = [promoter_strength(x) for x in (LAC, UV5, J23119)]
    assert strengths == sorted(strengths)
    assert strengths[1] / strengths[0] > 20  # the mutation frees lac of its activator
    [site] = find_promoters(UV5, strands=[1])
    assert (site.start, site.end, site.spacer) == (6, 36, 18)
    assert UV5[site.transcription_start] == "A"
    [back] = find_promoters(Sequence(UV5).reverse_complement(), strands=[-1])
    assert back.strength == pytest.approx(site.strength)
    assert len(UV5) - 1 - back.transcription_start == site.transcription_start


def test_bad_questions_are_refused() -> None:
    with pytest.raises(InputError, match="strength of 0"):
        find_promoters(LAC, strength=0)
    with pytest.raises(InputError, match="strength of nan"):
        find_promoters(LAC, strength=float("nan"))
    with pytest.raises(InputError, match="strands"):
        find_promoters(LAC, strands=[2])
    with pytest.raises(SequenceError, match="protein"):
        find_promoters(Sequence("MKV", "protein"))
    assert find_promoters("") == find_promoters("TTGACA") == []
    assert promoter_strength("") == 0

"""Melting temperatures equal Biopython's; structures equal those found by trying all of them."""

from __future__ import annotations

import math
import random
from functools import cache

import numpy as np
import pytest
from Bio.SeqUtils import MeltingTemp

from biowright.bio import (
    PCR,
    Buffer,
    dimer,
    dimer_energies,
    end_stabilities,
    hairpin,
    hairpin_energies,
    melting_temperature,
    melting_temperatures,
    window_melting_temperatures,
)
from biowright.core import InputError, Sequence, SequenceError

COMPLEMENT = str.maketrans("ACGT", "TGCA")
KELVIN = 310.15
SALT = 0.368 * math.log(0.05)


def oligos(seed: int, count: int, low: int, high: int) -> list[str]:
    dice = random.Random(seed)
    return ["".join(dice.choices("ACGT", k=dice.randint(low, high))) for _ in range(count)]


def other(text: str) -> str:
    return text.translate(COMPLEMENT)[::-1]


def biopython(sequence: str, bottom: str | None = None, **more: float) -> float:
    return MeltingTemp.Tm_NN(
        sequence,
        c_seq=bottom,
        nn_table=MeltingTemp.DNA_NN4,
        dnac1=250,
        dnac2=more.pop("dnac2", 0),
        **more,
    )


@pytest.mark.parametrize(
    ("buffer", "theirs"),
    [
        (Buffer(salt="santalucia"), {"Na": 50, "saltcorr": 5}),
        (Buffer(), {"Na": 50, "saltcorr": 6}),
        (Buffer(monovalent=1.0), {"Na": 1000, "saltcorr": 6}),
        (Buffer(magnesium=0.0015), {"Na": 50, "Mg": 1.5, "saltcorr": 7}),
        (
            Buffer(magnesium=0.002, dntps=0.0008),
            {"Na": 50, "Mg": 2, "dNTPs": 0.8, "saltcorr": 7},
        ),
        (Buffer(monovalent=0, magnesium=0.003), {"Na": 0, "Mg": 3, "saltcorr": 7}),
        (Buffer(magnesium=1e-5), {"Na": 50, "Mg": 0.01, "saltcorr": 7}),  # little: as without
        (Buffer(target=5e-8), {"Na": 50, "dnac2": 50, "saltcorr": 6}),
    ],
)
def test_perfect_duplexes_melt_as_in_biopython(buffer: Buffer, theirs: dict[str, float]) -> None:
    some = [x for x in oligos(1, 300, 8, 60) if x != other(x)]
    wanted = [biopython(sequence, **theirs) for sequence in some]
    assert melting_temperatures(some, buffer=buffer) == pytest.approx(wanted, abs=1e-6)


def test_self_complements_melt_as_in_biopython() -> None:
    for half in oligos(2, 40, 4, 9):
        whole = half + other(half)
        assert melting_temperature(whole) == pytest.approx(
            biopython(whole, Na=50, saltcorr=6, selfcomp=True), abs=1e-6
        )


def test_one_mismatch_anywhere_melts_as_in_biopython() -> None:
    dice = random.Random(3)
    for sequence in oligos(3, 400, 9, 30):
        # an A or T at the end would cost Biopython's end penalty even where the end is no pair
        sequence = "G" + sequence[1:-1] + "C"
        at = dice.randrange(len(sequence))
        letters = list(sequence)
        letters[at] = dice.choice([x for x in "ACGT" if x != sequence[at]])
        site = "".join(letters)
        if at in (0, len(site) - 1):
            inner = 1 if at == 0 else len(site) - 2
            if site[inner] in "AT":
                continue
        wanted = biopython(sequence, site.translate(COMPLEMENT), Na=50, saltcorr=6)
        assert melting_temperature(sequence, site) == pytest.approx(wanted, abs=1e-6), (
            sequence,
            site,
        )


def test_a_perfect_site_is_no_site_and_mismatches_destabilise() -> None:
    some = oligos(4, 200, 18, 30)
    some = [x for x in some if x != other(x)]
    assert melting_temperatures(some, some) == pytest.approx(melting_temperatures(some))
    tandem = [x[:8] + other(x[8:11])[::-1] + x[11:] for x in some]
    assert (melting_temperatures(some, tandem) < melting_temperatures(some) - 5).all()
    assert math.isnan(melting_temperature("AAAAAAA", "CCCCCCC"))


def test_one_and_many_agree_and_letters_may_be_written_in_any_way() -> None:
    some = oligos(5, 50, 5, 40)
    assert melting_temperatures(some).tolist() == [melting_temperature(x) for x in some]
    assert hairpin_energies(some).tolist() == [hairpin(x).energy for x in some]
    assert dimer_energies(some).tolist() == [dimer(x).energy for x in some]
    assert melting_temperature(Sequence("acgUACGGATT")) == melting_temperature("ACGTACGGATT")
    assert len(melting_temperatures([])) == len(dimer_energies([])) == 0


def test_end_stability_is_the_sum_of_its_stacks() -> None:
    def free(step: str) -> float:
        key = f"{step}/{step.translate(COMPLEMENT)}"
        h, s = MeltingTemp.DNA_NN4.get(key) or MeltingTemp.DNA_NN4[key[::-1]]
        return h - KELVIN * s / 1000

    for sequence in oligos(6, 50, 2, 12):
        last = sequence[-5:]
        wanted = sum(free(last[i : i + 2]) for i in range(len(last) - 1))
        assert end_stabilities([sequence])[0] == pytest.approx(wanted)


# ---- plain twins: the same model from Biopython's tables, over all structures -------------------

STEPS = {**MeltingTemp.DNA_NN4, **MeltingTemp.DNA_IMM1}
LOOPS = {
    "bulge": {1: 4.0, 2: 2.9, 3: 3.1, 4: 3.2, 5: 3.3, 6: 3.5, 7: 3.7, 8: 3.9, 9: 4.1, 10: 4.3},
    "internal": {3: 3.2, 4: 3.6, 5: 4.0, 6: 4.4, 7: 4.6, 8: 4.8, 9: 4.9, 10: 4.9},
    "hairpin": {3: 3.5, 4: 3.5, 5: 3.3, 6: 4.0, 7: 4.2, 8: 4.3, 9: 4.5, 10: 4.6, 12: 5.0, 14: 5.1},
}


def looked_up(table: dict[str, tuple[float, float]], key: str) -> np.ndarray:
    value = table.get(key)
    return np.zeros(2) if value is None else np.array(value)


def step(a: str, b: str, c: str, d: str) -> np.ndarray | None:
    key = f"{a}{b}/{c}{d}"
    value = STEPS.get(key) or STEPS.get(key[::-1])
    return None if value is None else np.array(value)


def loop(kind: str, size: int) -> np.ndarray:
    known = LOOPS[kind]
    if size not in known:
        low, high = max(s for s in known if s < size), min(s for s in known if s > size)
        share = math.log(size / low) / math.log(high / low)
        return (1 - share) * loop(kind, low) + share * loop(kind, high)
    return np.array([0.0, -1000 * known[size] / KELVIN])


def weak(base: str) -> np.ndarray:
    return np.array([2.2, 6.9]) if base in "AT" else np.zeros(2)


def outside(a: str, c: str, b: str, d: str) -> np.ndarray:
    """What hangs behind the last pair a·c."""
    if b and d:
        value = looked_up(MeltingTemp.DNA_TMM1, f"{a}{b}/{c}{d}")
    elif b:
        value = looked_up(MeltingTemp.DNA_DE1, f".{c}/{b}{a}")
    elif d:
        value = looked_up(MeltingTemp.DNA_DE1, f"{d}{c}/.{a}")
    else:
        value = np.zeros(2)
    return weak(a) + (value if free(value) <= 0 else 0)


def free(value: np.ndarray) -> float:
    return float(value[0] - KELVIN * value[1] / 1000)


def joined(top: str, low: str) -> np.ndarray | None:
    """From the first pair of two strands (the second read 3'→5') to their last, nothing between."""
    up, down = len(top) - 2, len(low) - 2
    salt = np.array([0.0, SALT])
    if up == down == 0:
        return step(*top, *low) + salt
    if up + down > 10:
        return None  # costs more than it brings in strands as short as here
    if up == down == 1:
        if top[1] == low[1].translate(COMPLEMENT):
            return None
        parts = [step(*top[:2], *low[:2]), step(*top[1:], *low[1:])]
        return None if None in [p if p is None else 1 for p in parts] else sum(parts) + 2 * salt
    if not up or not down:
        value = loop("bulge", up + down)
        if up + down == 1:
            return value + step(top[0], top[-1], low[0], low[-1]) + salt
        return value + weak(top[0]) + weak(top[-1])
    value = loop("internal", up + down) + np.array([0.0, -0.3 * abs(up - down) * 1000 / KELVIN])
    value = value + looked_up(MeltingTemp.DNA_TMM1, f"{top[:2]}/{low[:2]}")
    return value + looked_up(MeltingTemp.DNA_TMM1, f"{low[:-3:-1]}/{top[:-3:-1]}")


def best_dimer(first: str, second: str, end: bool = False) -> float:
    low = second[::-1]
    n, m = len(first), len(low)
    start = np.array([0.2, -5.7])

    @cache
    def chain(i: int, j: int) -> float:
        """The least of all chains that end in this pair."""
        found = free(
            start + outside(low[j], first[i], low[j - 1] if j else "", first[i - 1] if i else "")
        )
        for p in range(i):
            for q in range(j):
                if first[p] == low[q].translate(COMPLEMENT):
                    more = joined(first[p : i + 1], low[q : j + 1])
                    if more is not None:
                        found = min(found, chain(p, q) + free(more))
        return found

    pairs = [(i, j) for i in range(n) for j in range(m) if first[i] == low[j].translate(COMPLEMENT)]
    return min(
        [0.0]
        + [
            chain(i, j)
            + free(
                outside(
                    first[i],
                    low[j],
                    first[i + 1] if i + 1 < n else "",
                    low[j + 1] if j + 1 < m else "",
                )
            )
            for i, j in pairs
            if not end or i == n - 1
        ]
    )


def best_hairpin(strand: str) -> float:
    n = len(strand)

    def pairs(i: int, j: int) -> bool:
        return strand[i] == strand[j].translate(COMPLEMENT)

    @cache
    def closed(i: int, j: int) -> float:
        size = j - i - 1
        value = loop("hairpin", size)
        a, c = strand[i], strand[j]
        if size > 3:
            value = value + looked_up(
                MeltingTemp.DNA_TMM1, f"{a}{strand[i + 1]}/{c}{strand[j - 1]}"
            )
        else:
            value = value + weak(a)
        found = free(value)
        for p in range(i + 1, j - 4):
            for q in range(p + 4, j):
                if pairs(p, q):
                    more = joined(strand[i : p + 1], strand[q : j + 1][::-1])
                    if more is not None:
                        found = min(found, free(more) + closed(p, q))
        return found

    return min(
        [0.0]
        + [
            closed(i, j)
            + free(
                outside(
                    strand[j],
                    strand[i],
                    strand[j + 1] if j + 1 < n else "",
                    strand[i - 1] if i else "",
                )
            )
            for i in range(n)
            for j in range(i + 4, n)
            if pairs(i, j)
        ]
    )


def test_no_dimer_is_more_stable_than_the_one_that_is_found() -> None:
    stuck = ["GGATCGATCC", "GCGCTTAGCG", "CCGGAACCGG", "ACGTTACGT"]
    first, second = oligos(7, 60, 2, 7) + stuck, oligos(8, 60, 2, 7) + stuck[::-1]
    for end in (False, True):
        energies = dimer_energies(first, second, end=end)
        for one, two, energy in zip(first, second, energies, strict=True):
            if one == two == other(one):
                continue  # its symmetry costs entropy
            assert energy == pytest.approx(best_dimer(one, two, end)), (one, two, end)


def test_no_hairpin_is_more_stable_than_the_one_that_is_found() -> None:
    dice = random.Random(9)
    some = []
    for stem in oligos(9, 60, 3, 5):
        arm = list(other(stem))
        if dice.random() < 0.5:
            arm[dice.randrange(len(arm))] = dice.choice(["", "A", "C", "G", "T"])
        some.append(stem + "".join(dice.choices("ACGT", k=dice.randint(2, 5))) + "".join(arm))
    for strand, energy in zip(some, hairpin_energies(some), strict=True):
        assert energy == pytest.approx(best_hairpin(strand)), strand


def test_the_pairs_are_pairs_in_order_and_bring_the_energy() -> None:
    for one, two in zip(oligos(10, 100, 15, 40), oligos(11, 100, 15, 40), strict=True):
        found = dimer(one, two)
        assert all(one[i] == two[j].translate(COMPLEMENT) for i, j in found.pairs)
        assert list(found.pairs) == sorted(found.pairs, key=lambda pair: (pair[0], -pair[1]))
        assert found.energy == pytest.approx(found.enthalpy - KELVIN * found.entropy / 1000)
        assert found.energy == pytest.approx(dimer(two, one).energy)
        assert found.energy <= dimer(one, two, end=True).energy
        fold = hairpin(one + two)
        assert all((one + two)[i] == (one + two)[j].translate(COMPLEMENT) for i, j in fold.pairs)
        assert all(j - i > 3 for i, j in fold.pairs)
        assert fold.energy == pytest.approx(fold.enthalpy - KELVIN * fold.entropy / 1000)


def test_a_whole_duplex_as_a_dimer_has_its_own_thermodynamics() -> None:
    buffer = Buffer(salt="santalucia", target=2.5e-7)
    for sequence in oligos(12, 50, 12, 30):
        if sequence == other(sequence):
            continue
        pairs = dimer(sequence, other(sequence), buffer=buffer)
        assert len(pairs.pairs) == len(sequence)
        assert pairs.melting == pytest.approx(melting_temperature(sequence, buffer=buffer))


def test_a_symmetric_dimer_pays_for_its_symmetry() -> None:
    buffer = Buffer(salt="santalucia")
    for half in oligos(13, 20, 4, 8):
        whole = half + other(half)
        found = dimer(whole, buffer=buffer)
        assert found.melting == pytest.approx(melting_temperature(whole, buffer=buffer))


def test_a_loop_beyond_the_table_is_still_a_loop() -> None:
    arm = "GCGCGGCCGCGGATCC"
    assert hairpin(arm + "A" * 900 + other(arm)).pairs[:2] == ((0, 931), (1, 930))
    near = hairpin(arm + "A" * 20 + other(arm)).energy
    far = hairpin(arm + "A" * 400 + other(arm)).energy
    assert near < far < 0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: melting_temperature("ACGNAC"), "'N' in the oligo ACGNAC is no base"),
        (lambda: melting_temperature("ACÄ"), "'Ä' in the oligo"),
        (lambda: melting_temperature("A"), "has 1 bases"),
        (lambda: hairpin(""), "has 0 bases"),
        (lambda: hairpin("A" * 3000), "3000 bases"),
        (lambda: melting_temperature("ACGT", "ACG"), "not equally long"),
        (lambda: dimer_energies(["ACGT"], []), "1 oligos for 0"),
        (lambda: hairpin("ACGT", temperature=400), "400 °C"),
        (lambda: end_stabilities(["ACGT"], 1), "the last 1 bases"),
        (lambda: Buffer(monovalent=50), "monovalent is 50 M"),
        (lambda: Buffer(magnesium=math.nan), "magnesium is nan M"),
        (lambda: Buffer(monovalent=0), "without salt"),
        (lambda: Buffer(oligo=0), "more oligo"),
        (lambda: Buffer(salt="none"), "no salt correction"),
    ],
)
def test_bad_input_is_told(call, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises((SequenceError, InputError), match=says):
        call()


def test_a_usual_pcr_melts_hotter_than_salt_alone() -> None:
    assert PCR.free_magnesium == pytest.approx(0.00073, abs=2e-5)
    assert melting_temperature("GTAAAACGACGGCCAGT", buffer=PCR) > melting_temperature(
        "GTAAAACGACGGCCAGT"
    )


def test_the_melting_temperature_is_that_of_its_source() -> None:
    # SantaLucia and Hicks 2004: ΔH and ΔS of the ten pairs, computed by hand for CGTTGA·TCAACG:
    # CG -10.6/-27.2, GT -8.4/-22.4, TT -7.6/-21.3, TG -8.5/-22.7, GA -8.2/-22.2; initiation
    # 0.2/-5.7, one terminal A·T 2.2/6.9; salt 0.368 (N-1) ln [Na+]
    enthalpy = (-10.6 - 8.4 - 7.6 - 8.5 - 8.2 + 0.2 + 2.2) * 1000
    entropy = -27.2 - 22.4 - 21.3 - 22.7 - 22.2 - 5.7 + 6.9 + 0.368 * 5 * math.log(0.05)
    wanted = enthalpy / (entropy + 1.987 * math.log(250e-9)) - 273.15
    assert melting_temperature("CGTTGA", buffer=Buffer(salt="santalucia")) == pytest.approx(
        wanted, abs=1e-6
    )


@pytest.mark.parametrize("buffer", [Buffer(), PCR, Buffer(salt="santalucia")])
def test_windows_melt_as_oligos_do_also_over_the_origin(buffer: Buffer) -> None:
    [text] = oligos(14, 1, 200, 200)
    circle = Sequence(text, topology="circular")
    found = window_melting_temperatures(circle, 21, buffer=buffer)
    wanted = [melting_temperature((text + text)[i : i + 21], buffer=buffer) for i in range(200)]
    assert found == pytest.approx(wanted, abs=1e-6)
    assert len(window_melting_temperatures(text, 21)) == 180
    assert np.isnan(window_melting_temperatures(text[:30] + "N" + text[30:], 21)).sum() == 21

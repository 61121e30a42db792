"""Laws of simulated reactions: however inputs are written down, the same products arise, as probably."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from biowright.build.simulation import (
    Products,
    cut,
    gateway,
    gibson,
    golden_gate,
    homologous_recombination,
    in_fusion,
    ligase_cycling,
    ligate,
    overlap_extension,
    pcr,
    recombine,
    restrict_and_ligate,
)
from biowright.core import Attributes, Feature, Location, Record, Sequence

LOX = "ATAACTTCGTATAGCATACATTATACGAAGTTAT"
B1, B2 = "ACAAGTTTGTACAAAAAAGCAGGCT", "ACCCAGCTTTCTTGTACAAAGTGGT"
Molecules = list[tuple[str, bool]]
Case = tuple[Callable[[Molecules], Products], Molecules]


def dna(dice: random.Random, size: int, letters: str = "ACGT") -> str:
    return "".join(dice.choice(letters) for _ in range(size))


def other(text: str) -> str:
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


def made(molecule: tuple[str, bool]) -> Sequence:
    return Sequence(molecule[0], topology="circular" if molecule[1] else "linear")


def all_of(molecules: Molecules) -> list[Sequence]:
    return [made(each) for each in molecules]


def again(dice: random.Random, molecules: Molecules) -> Molecules:
    """The same input twice, now and then."""
    return [*molecules, dice.choice(molecules)] if dice.random() < 0.3 else molecules


def homologies(dice: random.Random) -> Case:
    alphabet = dice.choice(["ACGT", "AT", "AC"])
    pool = [dna(dice, dice.randint(8, 12), alphabet) for _ in range(dice.randint(1, 3))]
    if dice.random() < 0.4:
        half = dna(dice, 5)
        pool.append(half + other(half))
    molecules = [
        (dice.choice(pool) + dna(dice, dice.randint(0, 20)) + dice.choice(pool), False)
        for _ in range(dice.randint(1, 4))
    ]
    react = dice.choice([gibson, in_fusion, overlap_extension])
    overlap, each = dice.randint(6, 9), dice.random() < 0.5
    return lambda m: react(all_of(m), overlap=overlap, each=each), again(dice, molecules)


def overhangs(dice: random.Random) -> Case:
    pool = [dna(dice, 4) for _ in range(dice.randint(1, 3))] + ["ACGT", "GATC"][
        : dice.randint(0, 2)
    ]
    molecules = []
    for _ in range(dice.randint(1, 3)):
        first, last = dice.choice(pool), dice.choice(pool)
        if dice.random() < 0.4:
            text = f"{first}TGAGACC{dna(dice, 8)}GGTCTCA{last}{dna(dice, 20)}"
        else:
            body = dna(dice, dice.randint(0, 20))
            text = f"{dna(dice, 5)}GGTCTCA{first}{body}{last}TGAGACC{dna(dice, 5)}"
        molecules.append((text, text.startswith(first)))
    each = dice.random() < 0.5
    return lambda m: golden_gate(all_of(m), "BsaI", each=each), again(dice, molecules)


def restriction(dice: random.Random) -> Case:
    sites = {"EcoRI": "GAATTC", "SmaI": "CCCGGG", "KpnI": "GGTACC", "PstI": "CTGCAG"}
    molecules = []
    for _ in range(dice.randint(1, 3)):
        text = dna(dice, 10)
        for _ in range(dice.randint(1, 2)):
            text += dice.choice(list(sites.values())) + dna(dice, dice.randint(3, 15))
        molecules.append((text, dice.random() < 0.5))
    names = dice.sample(list(sites), dice.randint(1, 2))
    return lambda m: restrict_and_ligate(all_of(m), names), again(dice, molecules)


def methylated(dice: random.Random) -> Case:
    words = ["GATC", "CCAGG", "CCTGG", "TCTAGA", "TCTAGATC", "GGTCTC", dna(dice, 4)]
    text = "".join(dice.choice(words) for _ in range(12))
    names = dice.sample(["MboI", "DpnI", "XbaI", "ClaI", "EcoRII", "BsaI"], 2)
    marks = dice.sample(["Dam", "Dcm"], dice.randint(0, 2))
    return lambda m: cut(made(m[0]), names, marks), [(text, dice.random() < 0.7)]


def blunt(dice: random.Random) -> Case:
    molecules = [(dna(dice, dice.randint(3, 12), "ACT"), False) for _ in range(dice.randint(1, 3))]
    return lambda m: ligate(all_of(m), blunt=True), again(dice, molecules)


def bridges(dice: random.Random) -> Case:
    molecules = [(dna(dice, dice.randint(12, 30)), False) for _ in range(dice.randint(1, 4))]
    oligos = []
    for _ in range(dice.randint(1, 5)):
        ends = [dice.choice([text, other(text)]) for text, _ in dice.choices(molecules, k=2)]
        oligo = ends[0][-8:] + ends[1][:8]
        oligos.append(dice.choice([oligo, other(oligo)]))
    return lambda m: ligase_cycling(all_of(m), oligos, anneal=8), again(dice, molecules)


def crossing_over(dice: random.Random) -> Case:
    pool = [dna(dice, dice.randint(10, 12)) for _ in range(3)]
    genome = dna(dice, 15) + "".join(arm + dna(dice, dice.randint(4, 12)) for arm in pool)
    if dice.random() < 0.3:
        genome += pool[0] + dna(dice, 6)
    inserts = [
        (
            dice.choice(pool) + dna(dice, dice.randint(0, 10)) + dice.choice(pool),
            dice.random() < 0.3,
        )
        for _ in range(dice.randint(1, 2))
    ]
    return (
        lambda m: homologous_recombination(made(m[0]), all_of(m[1:]), homology=10),
        [(genome, dice.random() < 0.5), *inserts],
    )


def lox(dice: random.Random) -> Case:
    molecules = []
    for _ in range(dice.randint(1, 2)):
        sites = [dice.choice([LOX, other(LOX)]) for _ in range(dice.randint(1, 3))]
        text = dna(dice, 10) + "".join(site + dna(dice, dice.randint(0, 15)) for site in sites)
        molecules.append((text, dice.random() < 0.5))
    return lambda m: recombine(all_of(m), "Cre"), molecules


def att(dice: random.Random) -> Case:
    insert = (dna(dice, 8) + B1 + dna(dice, 20) + B2 + dna(dice, 8), dice.random() < 0.3)
    return lambda m: gateway(all_of(m), "BP"), again(dice, [insert])


def primed(dice: random.Random) -> Case:
    forward, reverse = dna(dice, 14), dna(dice, 14)
    text = dna(dice, dice.randint(0, 20)) + forward + dna(dice, dice.randint(0, 30))
    text += other(reverse) + dna(dice, dice.randint(0, 20))
    if dice.random() < 0.4:
        text += forward + dna(dice, 5) + other(reverse)
    at = dice.randrange(14)
    if dice.random() < 0.5:
        forward = forward[:at] + dice.choice("NRYSWKM") + forward[at + 1 :]
    tailed, lost = dna(dice, dice.randint(0, 8)) + forward, dice.randint(0, 1)
    return (
        lambda m: pcr(made(m[0]), tailed, reverse, anneal=12, mismatches=lost),
        [(text, dice.random() < 0.5)],
    )


CASES = (
    homologies, overhangs, restriction, methylated, blunt, bridges, crossing_over, lox, att, primed,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_origin_and_the_strand_of_an_input_do_not_matter(
    case: Callable[[random.Random], Case],
) -> None:
    some = 0
    for seed in range(24):
        dice = random.Random(f"{case.__name__}{seed}")
        react, molecules = case(dice)
        first = react(molecules)
        if not first.complete:
            continue
        some += bool(len(first))
        turned = []
        for text, closed in molecules:
            at = dice.randrange(len(text)) if closed else 0
            text = text[at:] + text[:at]
            turned.append((dice.choice([text, other(text)]), closed))
        second = react(turned)
        expected = {product.seguid: pytest.approx(product.probability) for product in first}
        assert {p.seguid: p.probability for p in second} == expected, (molecules, turned)
        assert all(len(product) for product in first)
    assert some > 8 or case is att


def test_two_pieces_that_are_alike_from_end_to_end_are_no_neighbours() -> None:
    one, two = "CACACCCCAATATCGCACATTTTTGCGCACAGTAA", "GCGCACAGTAACGTTAGCATCACACCCCA"
    assert not gibson([one, one], overlap=8)
    [ring] = gibson([one, two, one], overlap=8, circular=True)
    assert len(ring) == len(one) + len(two) - 11 - 9
    # and what has the piece twice is a chain, or a circle of both copies
    assert all(len(p) >= len(one) for p in gibson([one, two, one], overlap=8))


def test_a_circle_that_is_shorter_than_a_feature_of_what_it_comes_from() -> None:
    # a floxed cassette, annotated from the first lox to the end of the second
    dice = random.Random(5)
    text = dna(dice, 20) + LOX + "ACCTGATC" + LOX + dna(dice, 20)
    features = [
        Feature("misc_feature", Location.of((20, 96)), Attributes({"label": "floxed"})),
        Feature("CDS", Location.of((54, 62)), Attributes({"label": "inside"})),
        Feature("misc_feature", Location.of((62, 96)), Attributes({"label": "second lox"})),
    ]
    found = recombine(Record(Sequence(text), "locus", features=features), "Cre")
    [ring] = found.circles
    record = ring.record
    assert len(record) == 42
    told = {f.qualifiers.first("label"): str(record.extract(f)) for f in record.features}
    assert told["inside"] == "ACCTGATC"
    # its last arm is that of the first lox now
    assert LOX.startswith(told["second lox"])
    assert len(told["floxed"]) == 42

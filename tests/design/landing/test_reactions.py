"""Reactions of recombinases against the simulation of whole reactions, written apart from them."""

from __future__ import annotations

import random

import pytest

from biowright.bio import attachment_site, attachment_sites, find_recombinase_sites, recombinases
from biowright.build.simulation import recombine
from biowright.core import Feature, InputError, Location, Record, Sequence, cdseguid, ldseguid
from biowright.design.landing import exchange, excise, integrate, invert, rearrangements

TABLE = str.maketrans("ACGT", "TGCA")
PAIRS = [
    ("Cre", "loxP", "loxP"),
    ("Cre", "lox71", "lox66"),
    ("FLP", "F3", "F3"),
    ("Dre", "rox", "rox"),
    ("VCre", "VloxP", "VloxP"),
    ("PhiC31", "attB-PhiC31", "attP-PhiC31"),
    ("Bxb1", "attP-Bxb1-GA", "attB-Bxb1-GA"),
    ("TP901", "attB-TP901", "attP-TP901"),
    ("Lambda", "attB-Lambda", "attP-Lambda"),
    ("HK022", "attP-HK022", "attB-HK022"),
    ("Phi80", "attB-Phi80", "attP-Phi80"),
    ("P186", "attB-P186", "attP-P186"),
]


def mirror(text: str) -> str:
    return text.translate(TABLE)[::-1]


def dna(dice: random.Random, size: int) -> str:
    return "".join(dice.choices("ACGT", k=size))


def digest(sequence: Sequence) -> str:
    letters = Sequence(str(sequence).upper())
    return cdseguid(letters) if sequence.circular else ldseguid(letters)


def turned(text: str, dice: random.Random) -> Sequence:
    """A circle that begins anywhere, so that a site may lie over its origin."""
    at = dice.randrange(len(text))
    return Sequence(text[at:] + text[:at], topology="circular")


def simulated(molecules: list[Sequence], system: str, exchanges: int) -> set[str]:
    records = [Record(m, f"m{i}") for i, m in enumerate(molecules)]
    return {digest(p.sequence) for p in recombine(records, system, exchanges=exchanges)}


def test_sites_to_order_are_found_as_what_they_are() -> None:
    for site in attachment_sites():
        found = find_recombinase_sites("ACCA" + site.letters + "TGGT", site.recombinase)
        forward = [s for s in found if s.strand == 1]
        assert forward, site.name
        assert (forward[0].start, forward[0].end) == (4, 4 + len(site.letters))
    assert {s.recombinase for s in attachment_sites()} < set(recombinases())


@pytest.mark.parametrize(("system", "ours", "theirs"), PAIRS)
def test_integration_is_that_of_the_simulation(system: str, ours: str, theirs: str) -> None:
    one, two = attachment_site(ours).letters, attachment_site(theirs).letters
    for seed in range(8):
        dice = random.Random(seed)
        a = one if dice.random() < 0.5 else mirror(one)
        b = two if dice.random() < 0.5 else mirror(two)
        text = dna(dice, 60) + a + dna(dice, 60)
        genome = turned(text, dice) if seed % 2 else Sequence(text)
        donor = turned(b + dna(dice, 80), dice)
        feature = Feature("gene", Location.of((3, 20)), {"gene": "x"})
        record = Record(genome, "genome", features=[feature])
        (made,) = integrate(record, Record(donor, "donor"), system)
        assert digest(made.record.sequence) in simulated([genome, donor], system, 1)
        assert made.end - made.start == len(donor)
        for scar in made.scars:
            place = Location.of((scar.start, scar.end), strand=scar.strand)
            assert str(place.extract(made.record.sequence)).upper() == scar.letters
        if "att" in ours:
            # each half of a scar is half of a site
            left = {s.name: s for s in made.scars}["attL"]
            bee, pee = (two, one) if ours.startswith("attP") else (one, two)
            assert left.letters.startswith(bee[:6])
            assert left.letters.endswith(pee[-6:])
            assert not integrate(made.record, Record(donor, "donor"), system)
        # what lies between is cut out again where the scars still recombine
        if ours == theirs:
            back = excise(made.record, system)
            assert {digest(b.record.sequence) for b in back} == {digest(genome)}
        elif system == "Cre":
            assert not excise(made.record, system)  # lox72 is no site any more
        assert made.record.features[0].extract(made.record.sequence) is not None


@pytest.mark.parametrize(
    ("system", "pad", "cassette"),
    [
        ("Cre", ("loxP", "lox2272"), ("loxP", "lox2272")),
        ("FLP", ("FRT", "F5"), ("FRT", "F5")),
        ("Bxb1", ("attP-Bxb1", "attP-Bxb1-GA"), ("attB-Bxb1", "attB-Bxb1-GA")),
    ],
)
def test_an_exchange_is_that_of_the_simulation(
    system: str, pad: tuple[str, str], cassette: tuple[str, str]
) -> None:
    first, last = (attachment_site(name).letters for name in pad)
    one, two = (attachment_site(name).letters for name in cassette)
    for seed in range(12):
        dice = random.Random(seed)
        middle = first + dna(dice, 20) + last
        middle = middle if dice.random() < 0.5 else mirror(middle)
        text = dna(dice, 300) + middle + dna(dice, 300)
        genome = turned(text, dice) if seed % 2 else Sequence(text)
        inside, cargo = dna(dice, 50), dna(dice, 90)
        carrier = one + inside + two + cargo
        carrier = carrier if dice.random() < 0.5 else mirror(carrier)
        donor = turned(carrier, dice)
        (made,) = exchange(Record(genome, "genome"), Record(donor, "donor"), system)
        letters = str(made.record.sequence) * (2 if genome.circular else 1)
        assert (inside in letters) != (mirror(inside) in letters)
        assert cargo not in letters
        assert mirror(cargo) not in letters
        assert digest(made.record.sequence) in simulated([genome, donor], system, 2)
        for scar in made.scars:
            place = Location.of((scar.start, scar.end), strand=scar.strand)
            assert str(place.extract(made.record.sequence)).upper() == scar.letters
        # a linear donor that holds both sites does as well
        if seed % 3 == 0:
            straight = Record(Sequence(one + inside + two), "straight")
            (again,) = exchange(Record(genome, "genome"), straight, system)
            assert digest(again.record.sequence) == digest(made.record.sequence)


@pytest.mark.parametrize("name", ["loxP", "FRT", "rox", "VloxP", "lox66"])
def test_excision_and_inversion_are_those_of_the_simulation(name: str) -> None:
    site = attachment_site(name)
    for seed in range(12):
        dice = random.Random(seed)
        same = dice.random() < 0.5
        a = site.letters
        b = site.letters if same else mirror(site.letters)
        text = dna(dice, 70) + a + dna(dice, 40) + b + dna(dice, 70)
        genome = turned(text, dice) if seed % 2 else Sequence(text)
        record = Record(genome, "genome")
        expected = simulated([genome], site.recombinase, 1)
        made = (excise if same else invert)(record, site.recombinase)
        assert len(made) == 1
        assert not (invert if same else excise)(record, site.recombinase)
        assert digest(made[0].record.sequence) in expected
        if made[0].lost is not None:
            assert digest(made[0].lost.sequence) in expected
            assert made[0].lost.circular
        for scar in made[0].scars:
            place = Location.of((scar.start, scar.end), strand=scar.strand)
            assert str(place.extract(made[0].record.sequence)).upper() == scar.letters
        (seen,) = rearrangements([record], site.recombinase)
        assert seen.kind == ("deletion" if same else "inversion")


def test_what_does_not_recombine() -> None:
    lox, other = (attachment_site(n).letters for n in ("loxP", "lox2272"))
    genome = Record(Sequence("ACGTACGT" + lox + "ACGTACGT"), "genome")
    donor = Record(Sequence(other + "AAAACCCC", topology="circular"), "donor")
    assert integrate(genome, donor, "Cre") == []
    with pytest.raises(InputError, match="would break the genome"):
        integrate(genome, Record(Sequence(lox + "AAAA"), "straight"), "Cre")
    with pytest.raises(InputError, match="no recombinase"):
        integrate(genome, donor, "Crem")
    with pytest.raises(InputError, match="no recombination site"):
        attachment_site("lox0")

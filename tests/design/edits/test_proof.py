"""Donors recombine where their arms stand, and nowhere else; what comes out is what was asked."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from biowright.core import Record, Sequence
from biowright.core.errors import InputError
from biowright.design.edits import (
    Edit,
    Genome,
    Homology,
    MageRules,
    Replication,
    mismatch_repair,
    parse_change,
    possible_edits,
    prove,
    recombine,
    replication,
)
from biowright.design.edits.mage import design_oligo

from .genomes import make_genome, mirror


def bare(letters: str, *, circular: bool) -> Genome:
    topology = "circular" if circular else "linear"
    return Genome((Record(Sequence(letters, topology=topology), "bare"),))


def asked(letters: str, edit: Edit) -> str:
    """Make the edited letters as one would by hand: on a doubled circle, from the end of the window."""
    if edit.end <= len(letters):
        return letters[: edit.start] + edit.new + letters[edit.end :]
    return letters[edit.end - len(letters) : edit.start] + edit.new


@pytest.mark.parametrize("circular", [True, False])
def test_random_edits_come_out_as_asked(circular: bool) -> None:
    rng = random.Random(7)
    letters = "".join(rng.choices("ACGT", k=3000))
    genome = bare(letters, circular=circular)
    homology = Homology(genome)
    done = refused = 0
    for _ in range(150):
        start = rng.choice([rng.randrange(3000), rng.randrange(40), 3000 - rng.randrange(40)])
        span, new = rng.randrange(0, 12), "".join(rng.choices("ACGT", k=rng.randrange(0, 12)))
        if start + span > 3000 and not circular:
            continue
        change = parse_change(f"replace {start}..{start + span} {new or 'A'}")
        try:
            (edit,) = possible_edits(genome, "x", change)
        except InputError:
            continue  # nothing would change
        forks = Replication(3000, circular, 0, 1500, "")
        try:
            oligo = design_oligo(genome, homology, edit, forks)
        except InputError:
            # only where there is no room for an arm
            assert not circular
            assert min(edit.start, 3000 - edit.end) < 90
            refused += 1
            continue
        prove(genome, edit, oligo.recombination)
        done += 1
        assert len(oligo.sequence) == 90
        # an independent look: the oligo stands in the edited genome, and its arms in the old one
        wanted = asked(letters, edit)
        around = wanted + wanted[:90] if circular else wanted
        assert oligo.sequence in around or oligo.sequence in mirror(around)
        assert oligo.strand == (-1 if edit.start < 1500 or not circular else 1)
        assert (oligo.sequence in around) == (oligo.strand == 1)
    assert done > (100 if circular else 50)
    assert circular or refused > 5


def test_a_design_that_gives_something_else_is_not_given_out() -> None:
    genome = make_genome(2)
    homology = Homology(genome)
    (edit,) = possible_edits(genome, "x", parse_change("replace 500..503 TTT"))
    oligo = design_oligo(
        genome, homology, edit, Replication(len(genome.letters[0]), True, 0, 900, "")
    )
    letters = list(oligo.recombination.new)
    letters[30] = "A" if letters[30] != "A" else "C"
    wrong = replace(oligo.recombination, new="".join(letters))
    with pytest.raises(InputError, match="differs"):
        prove(genome, edit, wrong)
    liar = replace(edit, gene="g1", protein="M")
    with pytest.raises(InputError, match="another protein"):
        prove(genome, liar, oligo.recombination)


def test_arms_that_stand_twice_are_refused_also_on_the_other_strand() -> None:
    rng = random.Random(3)
    unit = "".join(rng.choices("ACGT", k=300))
    filler = ["".join(rng.choices("ACGT", k=400)) for _ in range(3)]
    for second in (unit, mirror(unit)):
        genome = bare(filler[0] + unit + filler[1] + second + filler[2], circular=True)
        homology = Homology(genome)
        (edit,) = possible_edits(
            genome, "x", parse_change("replace 550..551 " + ("A" if unit[150] != "A" else "C"))
        )
        with pytest.raises(InputError, match="stands in 2 places"):
            design_oligo(genome, homology, edit, Replication(2000, True, 0, 1000, ""))


def test_donors_in_disorder_are_refused() -> None:
    genome = make_genome(4)
    homology = Homology(genome)
    text = genome.letters[0].decode()
    with pytest.raises(InputError, match="nowhere"):
        recombine(homology, "ACGT" * 10 + text[100:140])
    with pytest.raises(InputError, match=r"order|far"):
        recombine(homology, text[600:640] + text[400:440], largest=1000)
    with pytest.raises(InputError, match="strands"):
        recombine(homology, text[600:640] + mirror(text[700:740]))
    with pytest.raises(InputError, match="no two arms"):
        recombine(homology, text[600:620])
    over = text[-20:] + "GGG" + text[:20]
    made = recombine(homology, over)
    assert (made.start, made.end) == (len(text) - 20, len(text) + 20)


def test_lower_case_and_unknown_letters() -> None:
    upper, lower = make_genome(6), make_genome(6, lower=True)
    assert upper.letters == lower.letters
    letters = upper.letters[0].decode()
    holed = bare(letters[:520] + "N" * 10 + letters[530:], circular=True)
    (edit,) = possible_edits(
        holed, "x", parse_change("replace 505..506 " + ("A" if letters[505] != "A" else "C"))
    )
    with pytest.raises(InputError, match="unknown letters"):
        design_oligo(holed, Homology(holed), edit, Replication(len(letters), True, 0, 900, ""))


def test_mismatches_by_what_mutation_repair_sees() -> None:
    # an oligo of the forward strand pairs with the complement of what is there
    assert mismatch_repair("A", "G") == "repaired"  # G with T
    assert mismatch_repair("G", "C") == "evades"  # C with C
    assert mismatch_repair("C", "G") == "repaired"  # G with G
    assert mismatch_repair("C", "G", -1) == "evades"  # the same change by the other strand
    assert mismatch_repair("", "A") == "repaired"
    assert mismatch_repair("", "ACGTA") == "evades"
    assert mismatch_repair("ACGTAC", "") == "evades"
    assert mismatch_repair("ACGT", "CATG") == "evades"


def test_rules_that_no_oligo_can_follow() -> None:
    for wrong in ({"length": 20}, {"arm": 10}, {"arm": 60}):
        with pytest.raises(InputError):
            MageRules(**wrong)
    genome = make_genome(2)
    (edit,) = possible_edits(genome, "x", parse_change("insert 500 " + "ACGTTGCA" * 6))
    with pytest.raises(InputError, match="longer oligo"):
        design_oligo(genome, Homology(genome), edit, Replication(4000, True, 0, 2000, ""))


@pytest.mark.reference
def test_the_classic_galk_oligo_targets_the_lagging_strand(reference) -> None:
    """In MG1655, galK lies on the first replichore; oligos that read as its coding strand are lagging."""
    import biowright

    path = reference / "build" / "genomes" / "ecoli_MG1655_NC_000913.3.gbff.gz"
    genome = Genome(tuple(biowright.read(path)))
    forks = replication(genome, 0)
    assert "annotated" in forks.known_by
    assert "dif" in forks.known_by
    galk = genome.gene("galK")
    assert forks.lagging_strand(galk.feature.location.start) == galk.strand == -1
    # GC skew alone finds both to about a hundredth of the genome
    plain = Genome((genome.records[0].changed(features=()),))
    from biowright.design.edits.forks import _skew

    low, high = _skew(plain, 0)
    length = len(genome.letters[0])
    assert abs(low - forks.origin) < 0.01 * length
    assert abs(high - forks.terminus) < 0.03 * length

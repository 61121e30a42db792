"""No new promoter, terminator or start of translation in what is designed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from biowright.bio import find_promoters, find_terminators, find_translation_starts, translate
from biowright.core import Feature, InputError, Location, Record, Sequence, rotate
from biowright.design import (
    CodonUse,
    Identity,
    Infeasible,
    KeepProtein,
    NoNewSignal,
    UniqueKmers,
    codon_usage,
    find_breaches,
    optimise,
    read_labels,
    write_labels,
)
from biowright.design.genes.new_signals import compared_with
from biowright.design.genes.spec import parse_specification
from biowright.design.genes.starting import design_gene

ECOLI = codon_usage("Escherichia coli")
# a -35 and a -10 box, 17 letters apart; both can be written otherwise
PROMOTER = "GCCTTGACAGCTAGCTCAGTCCTAGGTATAATGCTA"


def gene(letters: str, strand: int = 1, topology: str = "linear") -> Record:
    text = "ATG" + letters + "TAA"
    if strand == -1:
        text = str(Sequence(text).reverse_complement())
    place = Location.of((0, len(text)), strand=strand)
    return Record(Sequence(text, topology=topology), "toy", features=[Feature("CDS", place)])


def sites(record: Record) -> dict[str, int]:
    return {
        "promoter": len(find_promoters(record)),
        "terminator": len(find_terminators(record)),
        "start": len(find_translation_starts(record)),
    }


@pytest.mark.parametrize("strand", [1, -1])
def test_what_is_there_stays_and_what_is_forbidden_goes(strand: int) -> None:
    filler = "GCAGATCGTGAAGCGCTGGCACGT" * 3
    record = gene(filler + PROMOTER + filler, strand)
    assert sites(record)["promoter"] == 1
    rule = NoNewSignal("promoter")
    same = optimise(record, [KeepProtein(), rule], [Identity()])
    assert same.record.sequence == record.sequence  # it was there before
    design = optimise(record, [KeepProtein(), replace(rule, known=frozenset())], [Identity()])
    assert sites(design.record)["promoter"] == 0
    assert 0 < len(design.changes) < 4
    assert all("no new promoter" in change.why for change in design.changes)
    old, new = (
        translate(r.features[0].location.extract(r.sequence)) for r in (record, design.record)
    )
    assert old == new


def test_a_new_site_is_written_otherwise() -> None:
    # the best codons would make a promoter that the gene did not have
    protein = "LDLTASLDSYRYNALDLTASLDSYRYNAR" * 2
    rng = random.Random(1)
    found = 0
    for _ in range(3):
        residues = "".join(rng.choice("LDITASYNFKM") for _ in range(60)) + protein
        rules = [
            KeepProtein(),
            *(NoNewSignal(kind) for kind in ("promoter", "terminator", "start")),
        ]
        record = gene("".join(ECOLI.ranked(x)[-1] for x in residues))
        free = optimise(record, rules[:1], [CodonUse(ECOLI)])
        design = optimise(record, rules, [CodonUse(ECOLI)])
        judged = [compared_with(rule, record) for rule in rules[1:]]
        found += len(find_breaches(free.record, judged)) > 0
        assert not find_breaches(design.record, judged)
        assert free.worth >= design.worth
        assert design.bound >= free.worth - 1e-6
    assert found


def test_circles_and_unique_kmers() -> None:
    filler = "GCAGATCGTGAAGCGCTGGCACGTTCTAACCGTCAT"
    record = gene(filler + PROMOTER + filler[:18], 1)
    record = record.changed(
        sequence=Sequence(str(record.sequence) + "ACGATCCACA" * 8, topology="circular")
    )
    rule = NoNewSignal("promoter", known=frozenset())
    for cut in (0, 50, 100):
        turned = rotate(record, cut) if cut else record
        design = optimise(turned, [KeepProtein(), rule], [CodonUse(ECOLI)])
        assert not find_breaches(design.record, [rule])
    design = optimise(
        record, [KeepProtein(), rule, UniqueKmers(14)], [CodonUse(ECOLI)], allow_breaches=True
    )
    assert not [b for b in design.breaches if b.rule == str(rule)]


def test_a_site_that_must_stay_is_named_with_its_place() -> None:
    fixed = Record(Sequence("GCGCGC" + PROMOTER + "GCGCGC"), "kept")
    rule = NoNewSignal("promoter", known=frozenset())
    with pytest.raises(Infeasible, match="no new promoter") as caught:
        optimise(fixed, [rule])
    conflict = caught.value.conflict
    assert (conflict.start, conflict.end) == (9, 38)
    left = optimise(fixed, [rule], allow_breaches=True).breaches
    assert [(b.start, b.end, b.why) for b in left] == [(9, 38, "fixed")]


def test_files_and_labels() -> None:
    spec = parse_specification(
        {"constraints": [{"rule": "signals", "promoters": 0.01, "terminators": True}]}
    )
    assert [str(rule) for rule in spec.constraints] == [
        "no new promoter (strength 0.01)",
        "no new terminator (score 0)",
    ]
    protein = Record(Sequence("MLDLTASLDSYRYNALDLTASLDSYRYNA", "protein"), "p")
    design = design_gene(protein, spec)
    assert not find_promoters(design.record, strength=0.01)
    with pytest.raises(InputError, match="no signal is named"):
        parse_specification({"constraints": [{"rule": "signals"}]})
    with pytest.raises(InputError, match="promoters"):
        parse_specification({"constraints": [{"rule": "signals", "promoters": "x"}]})
    record = Record(Sequence("ACGT" * 20), "toy")
    place = Location.of((0, 80))
    rules = [
        NoNewSignal("promoter", 0.02, place),
        NoNewSignal("terminator", -5.0, place),
        NoNewSignal("start", region=place, strands=(-1,)),
    ]
    assert read_labels(write_labels(record, rules), ECOLI)[0] == rules
    with pytest.raises(InputError, match="promotor"):
        NoNewSignal("promotor")
    with pytest.raises(InputError, match="strength"):
        NoNewSignal("promoter", -1)

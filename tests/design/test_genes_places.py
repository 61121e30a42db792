"""What stands at a place: choices, patterns that occur so often, letters that change; and their labels."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from biowright.bio import translate_feature
from biowright.core import (
    Attributes,
    BiowrightError,
    Feature,
    InputError,
    Location,
    NegativeResult,
    Record,
    Sequence,
    Topology,
    rotate,
)
from biowright.design import (
    Avoid,
    Choice,
    CodonUse,
    Different,
    FixedSequence,
    GCContent,
    Identity,
    Infeasible,
    Keep,
    KeepProtein,
    Occurrence,
    UniqueKmers,
    codon_usage,
    encode_protein,
    find_breaches,
    optimise,
    read_labels,
    read_specification,
    rule_label,
    write_labels,
)
from biowright.formats import write

ECOLI = codon_usage("Escherichia coli")
SOFT = [CodonUse(ECOLI)]
LEFT, RIGHT = "GATTACATTGCA", "CCGGTTAACTGA"


def gene(seed: int, residues: int = 60, strand: int = 1) -> Record:
    rng = random.Random(seed)
    protein = "M" + "".join(rng.choices("ACDEFGHIKLNPQRSTVY", k=residues)) + "*"
    coding = encode_protein(protein, ECOLI.host)
    if strand == -1:
        coding = coding.reverse_complement()
    place = Location.of((len(LEFT), len(LEFT) + len(coding)), strand=strand)
    return Record(Sequence(LEFT + str(coding) + RIGHT), "toy", features=[Feature("CDS", place)])


@pytest.mark.parametrize("strand", [1, -1])
@pytest.mark.parametrize("seed", range(4))
def test_the_best_choice_is_the_best_of_all(seed: int, strand: int) -> None:
    record = gene(seed, strand=strand)
    rng = random.Random(seed)
    at = 12 + 3 * rng.randrange(1, 40)
    region = Location.of((at, at + 9), strand=rng.choice([1, -1]))
    rules = [KeepProtein(), Avoid("BsaI"), GCContent(0.3, 0.7, 40)]
    words = []
    while len(words) < 3:
        # words that synonymous codons can spell: what other objectives lead to
        like = optimise(record, rules, [CodonUse(ECOLI, weight=rng.uniform(-2, 0.1))]).record
        word = str(region.extract(like.sequence)).upper()
        words.append(word[:4] + rng.choice("RYN") + word[5:])
    design = optimise(record, [*rules, Choice(tuple(words), region)], SOFT)
    worths = []
    for word in words:
        try:
            worths.append(optimise(record, [*rules, FixedSequence(word, region)], SOFT).worth)
        except NegativeResult:
            continue
    assert design.proven
    assert design.worth == pytest.approx(max(worths))
    assert not find_breaches(design.record, [Choice(tuple(words), region)])
    assert find_breaches(
        record.changed(sequence=Sequence("A" * len(record))), [Choice(tuple(words), region)]
    )


def test_a_choice_outside_of_genes_and_one_that_excludes_itself() -> None:
    record = gene(1)
    sites = Choice(("BsaI", "GAATTC"), Location.of((2, 8), strand=-1))
    design = optimise(record, [KeepProtein(), sites, Avoid("EcoRI")], SOFT)
    assert str(design.record.sequence)[2:8] == "GAGACC"
    assert str(design.record.sequence)[8:12] == LEFT[8:]
    with pytest.raises(Infeasible) as caught:
        optimise(record, [KeepProtein(), sites, Avoid("EcoRI"), Avoid("BsaI")], SOFT)
    told = caught.value.conflict
    assert (told.start, told.end, len(told.constraints)) == (2, 8, 3)
    with pytest.raises(Infeasible, match="kept"):
        optimise(record, [KeepProtein(), sites, Keep(Location.of((0, 12)))], SOFT)
    for words, what in (
        (("ATT",), "3 letters for a region of 6"),
        (("NNNNNN",), "4,096 sequences"),
        ((), "nothing to choose"),
        (("BsaK",), "BsaK"),
    ):
        with pytest.raises(InputError, match=what):
            Choice(words, Location.of((2, 8)))


@pytest.mark.parametrize("seed", range(3))
def test_a_pattern_is_put_where_it_costs_least(seed: int) -> None:
    record = gene(seed)
    region = Location.of((15, len(record) - 15))
    rule = Occurrence("GGNCC", 1, region)
    rules = [KeepProtein(), Avoid("BsmBI")]
    design = optimise(record, [*rules, rule], SOFT)
    worths = []
    for at in range(15, len(record) - 15 - 4):
        elsewhere = [
            Avoid("GGNCC", Location.of((15, at + 4))),
            Avoid("GGNCC", Location.of((at + 1, len(record) - 15))),
        ]
        put = FixedSequence("GGNCC", Location.of((at, at + 5)))
        try:
            worths.append(optimise(record, [*rules, put, *elsewhere], SOFT).worth)
        except BiowrightError:
            continue
    assert design.worth == pytest.approx(max(worths))
    assert design.bound >= design.worth
    assert str(design.record.sequence)[15:-15].count("GG") >= 1
    assert not find_breaches(design.record, [rule])
    cds = record.features[0]
    assert translate_feature(design.record, cds) == translate_feature(record, cds)


def test_patterns_occur_so_often_and_no_more() -> None:
    record = gene(5, 120)
    text = str(record.sequence)
    for rule in (Occurrence("BsaI"), Occurrence("ACCGGT", 3), Occurrence("CTG", 2)):
        design = optimise(record, [KeepProtein(), rule], SOFT, change="all")
        letters = str(design.record.sequence).upper()
        sites = {rule.motif, str(Sequence(rule.motif).reverse_complement())}
        found = sum(letters.startswith(site, i) for site in sites for i in range(len(letters)))
        assert found == rule.count, rule
    # one that is there already stays where it is
    there = record.changed(sequence=Sequence("AAGGTCTCA" + text[9:]))
    assert str(optimise(there, [KeepProtein(), Occurrence("BsaI")], SOFT).record.sequence)[:9] == (
        "AAGGTCTCA"
    )
    kept = [Keep(Location.of((0, 12))), Keep(Location.of((len(record) - 12, len(record))))]
    crowded = Occurrence("NotI", 1, Location.of((0, 14)))
    with pytest.raises(Infeasible, match="no place was found for: NotI site"):
        optimise(record, [KeepProtein(), *kept, crowded], SOFT)
    left = optimise(record, [KeepProtein(), *kept, crowded], SOFT, allow_breaches=True)
    assert [b.what for b in left.breaches] == ["0 times"]


def test_places_over_the_origin_of_a_circle() -> None:
    record = gene(2)
    circle = record.changed(sequence=Sequence(str(record.sequence), topology=Topology.CIRCULAR))
    turned = rotate(circle, 6)
    place = Location.of((len(record) - 4, len(record) + 2))  # 2..8 of the record that is not turned
    design = optimise(turned, [KeepProtein(), Choice(("GAATTC", "GGATCC"), place)], SOFT)
    assert str(design.record.sequence.window(len(record) - 4, len(record) + 2)) in (
        "GAATTC",
        "GGATCC",
    )
    changed = optimise(turned, [KeepProtein(), Different(place)], SOFT).record
    assert all(
        a != b
        for a, b in zip(
            str(turned.sequence.window(place.start, place.end)),
            str(changed.sequence.window(place.start, place.end)),
            strict=True,
        )
    )


def test_every_letter_changes_or_as_many_as_pay() -> None:
    record = gene(3)
    design = optimise(record, [Different(Location.of((0, 12))), KeepProtein()], SOFT)
    new = str(design.record.sequence)
    assert all(a != b for a, b in zip(LEFT, new[:12], strict=True))
    with pytest.raises(NegativeResult, match="fixed"):
        optimise(record, [KeepProtein(), Different()], SOFT)
    many = optimise(record, [KeepProtein()], [Identity(weight=-1.0)]).record
    few = optimise(record, [KeepProtein()], [Identity()]).record
    old = str(record.sequence)
    assert str(few.sequence) == old
    assert sum(a != b for a, b in zip(old, str(many.sequence), strict=True)) > 50


def test_letters_outside_of_genes_change_only_where_they_must() -> None:
    rng = random.Random(3)
    ends = ["".join(rng.choices("ACGT", k=150)) for _ in range(2)]
    inner = gene(3)
    text = ends[0] + "GGTCTC" + str(inner.sequence) + ends[1]
    place = Location.of((168, 168 + len(inner) - 24))
    record = Record(Sequence(text), features=[Feature("CDS", place)])
    rules = [KeepProtein(), Avoid("BsaI"), GCContent(0.25, 0.75, 50), UniqueKmers(12)]
    for some in (rules, rules[:3]):
        design = optimise(record, some, SOFT, change="all")
        new = str(design.record.sequence)
        outside = [i for i in range(len(text)) if not place.start <= i < place.end]
        assert sum(text[i] != new[i] for i in outside) < len(outside) / 10
        assert design.gap < 1.5


RULES = [
    Choice(("BsaI", "GAATTC"), Location.of((2, 8))),
    Occurrence("BsmBI", 1, Location.of((12, 180), strand=-1), (-1,)),
    Occurrence("AAGCTT", 1, Location.of((12, 180)), (1, -1)),
    Different(Location.of((198, 204))),
]


def test_labels_of_places_are_read_and_written(tmp_path: Path) -> None:
    record = gene(9)
    hard, soft = read_labels(
        write_labels(record, RULES, [Identity(Location.of((0, 9)), -2.0)]), ECOLI
    )
    assert hard == RULES
    assert [rule_label(rule) for rule in RULES] == [
        "@choice(BsaI_site|GAATTC)",
        "@insert(BsmBI_site, strand=-1)",
        "@insert(AAGCTT, strand=1)",
        "@change",
    ]
    assert soft == [Identity(Location.of((0, 9)), -2.0)]
    assert rule_label(GCContent(target=0.5), soft=True) == "~gc(50%)"

    def said(text: str) -> list:
        feature = Feature("misc_feature", Location.of((0, 6)), Attributes({"label": text}))
        hard, soft = read_labels(record.changed(features=[feature]), ECOLI)
        return [*hard, *soft]

    region = Location.of((0, 6))
    assert said("@EnforcePatternOccurence(BsaI_site, occurences=0, strand=both)") == [
        Occurrence("BsaI", 0, region)
    ]
    assert said("@EnforceChanges(minimum=100%) & ~gc(40%)") == [
        Different(region),
        GCContent(region=region, target=0.4),
    ]
    for text, what in {
        "@tm(55-70C)": "DNA Chisel's 'tm' has no counterpart here",
        "@no_match(20)": "no counterpart",
        "@choice": "nothing to choose",
        "@choice(ATT)": "3 letters for a region of 6",
        "@insert(BsaI_site, occurences=1.5)": "whole number",
        "@change(minimum=40%)": "every letter",
        "~change(140%)": "changes of 140 %",
        "~change(40%, boost=2)": "'boost' changes nothing",
        "@EnforceTerminalGCContent(window_size=9)": "1 to 6 letters",
        "@SequenceLengthBounds(min_length=7)": "6 letters; expected 7 to any",
        "~gc(40-60%)": "one share",
    }.items():
        with pytest.raises(InputError, match=what):
            said(text)


def labelled(record: Record, *labels: tuple[str, int, int]) -> Record:
    features = [
        Feature("misc_feature", Location.of((start, end)), Attributes({"label": text}))
        for text, start, end in labels
    ]
    return record.changed(features=[*record.features, *features])


def test_frames_ends_and_amounts_hold_for_dna_chisel_too() -> None:
    chisel = pytest.importorskip("dnachisel", reason="DNA Chisel is the oracle")
    rng = random.Random(3)
    record = Record(Sequence("TAATGATAG" + "".join(rng.choice("ACGT") for _ in range(291))), "free")
    marked = labelled(
        record,
        ("@AvoidStopCodons", 0, 300),
        ("@EnforceTerminalGCContent(window_size=20, mini=60%, maxi=70%)", 0, 300),
        ("@SequenceLengthBounds(min_length=200, max_length=300)", 0, 300),
        ("~keep", 0, 300),
    )
    hard, soft = read_labels(marked, ECOLI)
    done = optimise(record, hard, soft, change="all")
    assert done.proven
    problem = chisel.DnaOptimizationProblem(
        str(done.record.sequence),
        constraints=[
            chisel.builtin_specifications.AvoidStopCodons(location=(0, 300, 1)),
            chisel.EnforceTerminalGCContent(window_size=20, mini=0.6, maxi=0.7),
            chisel.SequenceLengthBounds(200, 300),
        ],
        logger=None,
    )
    assert problem.all_constraints_pass()
    # of three stop codons that follow each other, each costs one letter
    changed = sum(
        a != b for a, b in zip(str(record.sequence), str(done.record.sequence), strict=True)
    )
    assert 3 <= changed < 25
    for share in (10, 40, 75):
        _, soft = read_labels(labelled(record, (f"~change({share}%)", 30, 270)), ECOLI)
        assert read_labels(write_labels(record, [], soft), ECOLI)[1] == soft
        design = optimise(record, [Avoid("GATC")], soft, change="all")
        amount = chisel.EnforceChanges(amount_percent=share, location=(30, 270, 1))
        problem = chisel.DnaOptimizationProblem(
            str(record.sequence), objectives=[amount], logger=None
        )
        problem.sequence = str(design.record.sequence)
        score = problem.objectives[0].evaluate(problem).score
        assert score >= -6, "it is off by more than six letters of 240"


def test_rules_on_places_in_a_specification(tmp_path: Path) -> None:
    path = tmp_path / "spec.toml"
    path.write_text(
        "[[constraints]]\nrule='choice'\nchoices=['BsaI','GAATTC']\nregion='2..8'\n"
        "[[constraints]]\nrule='insert'\npattern='BsmBI'\nstrands='reverse'\nregion='12..180'\nstrand=-1\n"
        "[[constraints]]\nrule='change'\nregion='198..204'\n"
    )
    asked = read_specification(path, gene(9))
    assert list(asked.constraints) == [RULES[0], RULES[1], RULES[3]]


def test_dna_chisel_reads_the_same_labels_and_agrees(tmp_path: Path) -> None:
    chisel = pytest.importorskip("dnachisel", reason="DNA Chisel is the oracle")
    record = gene(9)
    rules = [*RULES, FixedSequence("YRN", Location.of((195, 198)))]
    done = optimise(record, [KeepProtein(), *rules], SOFT).record
    for letters, expected in ((record, False), (done, True)):
        path = tmp_path / f"{expected}.gb"
        write([write_labels(letters, rules)], path)
        problem = chisel.DnaOptimizationProblem.from_record(str(path), logger=None)
        kinds = [type(c).__name__ for c in problem.constraints]
        assert kinds == [
            "EnforceChoice",
            "EnforcePatternOccurence",
            "EnforcePatternOccurence",
            "EnforceChanges",
            "EnforceSequence",
        ]
        passed = [
            c.evaluate(problem).passes for c in problem.constraints if "Changes" not in str(c)
        ]
        assert all(passed) == expected
    # and what DNA Chisel makes of them, ours finds no breach in
    path = tmp_path / "again.gb"
    write([write_labels(record, [KeepProtein(record.features[0].location), *rules])], path)
    problem = chisel.DnaOptimizationProblem.from_record(str(path), logger=None)
    problem.resolve_constraints()
    theirs = record.changed(sequence=Sequence(problem.sequence))
    assert not find_breaches(theirs, rules)

"""Long DNA in yeast: the vector is in the plan and in its proof, and comes off exactly."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from biowright import read
from biowright.bio import find
from biowright.build.planning import choose_plan, plan_synthesis, prove
from biowright.build.simulation import cleave
from biowright.cli import main
from biowright.core import (
    Attributes,
    Feature,
    InputError,
    Location,
    NegativeResult,
    Record,
    Sequence,
)
from biowright.formats import write

HOW = {"vendors": ["twist-gene-fragments"], "methods": ["gibson"]}


def dna(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


def other(text: str) -> str:
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


def vector(length: int = 3000, *, circular: bool = True) -> Record:
    return Record(Sequence(dna(99, length), topology="circular" if circular else "linear"), "pTAR")


def linear(letters: str) -> Record:
    return Record(Sequence(letters), "long")


@pytest.mark.parametrize("circular", [True, False])
def test_a_linear_target_is_kept_in_a_vector_and_cut_out_exactly(circular: bool) -> None:
    target = linear(dna(1, 21_000))
    plan = choose_plan(plan_synthesis([target], vector=vector(circular=circular), **HOW))
    assert list(plan.stock) == ["pTAR"]
    steps = {reaction.name: reaction for reaction in plan.reactions}
    release = steps[plan.products["long"]]
    assert release.method == "release"
    kept = steps[release.inputs[0]]
    assert (kept.method, kept.circular) == ("tar", True)
    assert kept.length == 21_000 + 3000 + 2 * 6
    assert steps[kept.inputs[-1]].method == "pcr"
    tube = prove(plan)
    made = tube[release.name]
    assert str(made.record.sequence) == str(target.sequence)
    assert made.blunt
    # what stays behind is the vector with the two PAMs
    rest = list(cleave(tube[kept.name], [tube[g].record for g in release.inputs[1:]]))
    assert sorted(len(p) for p in rest) == [3012, 21_000]
    # the hooks are on the primers, and ordered
    hooks = [o.sequence for o in plan.primers if "hook" in o.name]
    text = str(target.sequence)
    assert hooks[0].startswith(text[-80:])
    assert hooks[1].startswith(other(text[:80]))
    assert release.fidelity == pytest.approx(0.97 ** (len(kept.junctions)))


def test_without_a_vector_it_is_told_that_none_is_in_the_proof() -> None:
    plan = choose_plan(plan_synthesis([linear(dna(1, 21_000))], **HOW))
    assert any("no vector was named" in notice for notice in plan.notices)
    assert all(reaction.method != "release" for reaction in plan.reactions)


def test_ends_that_are_alike_need_the_selection_for_a_vector() -> None:
    """As the genome of T7, which begins and ends with the same 160 bp."""
    repeat = dna(2, 160)
    target = linear(repeat + dna(3, 20_000) + repeat)
    with pytest.raises(NegativeResult, match="name a vector of yeast"):
        plan_synthesis([target], **HOW)
    plan = choose_plan(plan_synthesis([target], vector=vector(), **HOW))
    made = prove(plan)[plan.products["long"]]
    assert str(made.record.sequence) == str(target.sequence)


def test_guides_that_would_cut_elsewhere_are_not_taken() -> None:
    letters = dna(4, 20_000)
    last = letters[-17:]
    # the protospacer of the first choice, with its PAM, inside of the target and on its other strand
    planted = letters[:7000] + other(last + "TCATGG") + letters[7000:]
    plan = choose_plan(plan_synthesis([linear(planted)], vector=vector(), **HOW))
    [right] = [o.sequence for o in plan.primers if o.name.endswith("guideR")]
    assert right[:17] == last
    assert right[17:] != "TCA"
    whole = prove(plan)[next(r.name for r in plan.reactions if r.method == "tar")]
    assert len(list(find(whole.record, right + "NGG"))) == 1
    assert str(prove(plan)[plan.products["long"]].record.sequence) == planted


def test_the_plan_is_exported_and_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write([linear(dna(5, 14_000))], tmp_path / "t.gb")
    write([vector()], tmp_path / "v.gb")
    words = [
        "--vendor",
        "twist-gene-fragments",
        "--method",
        "gibson",
        "--out",
        str(tmp_path / "out"),
    ]
    line = ["build", "plan", str(tmp_path / "t.gb"), "--vector", str(tmp_path / "v.gb"), *words]
    assert main(line) == 0
    capsys.readouterr()
    assert main(["build", "simulate", str(tmp_path / "out/plan.json"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["products"]
    assert all(product["agrees"] for product in found)
    assert found[-1]["by"] == "release"
    assert found[-1]["length"] == 14_000
    protocol = (tmp_path / "out/protocol.md").read_text()
    assert "Release from its vector by Cas9" in protocol
    assert "14,000" in protocol


def test_vectors_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="a vector of 100 bp"):
        plan_synthesis([linear(dna(6, 900))], vector=vector(100), **HOW)
    write([vector(), vector(700)], tmp_path / "two.fa")
    (tmp_path / "t.fa").write_text(">t\n" + dna(6, 900) + "\n")
    assert (
        main(["build", "plan", str(tmp_path / "t.fa"), "--vector", str(tmp_path / "two.fa")]) == 2
    )
    assert "2 records; expected one vector" in capsys.readouterr().err


def features(*rows: tuple[str, int, int, int]) -> list[Feature]:
    return [
        Feature(kind, Location.of((low, high), strand=side), Attributes({"label": f"{kind}{low}"}))
        for kind, low, high, side in rows
    ]


def ring(seed: int = 8, length: int = 21_000) -> Record:
    """A circle with genes: the widest gap lies in tandem, a convergent one at 9,300, none at the origin."""
    rows = [("CDS", 300, 4000, 1), ("CDS", 4600, 9200, 1), ("CDS", 9400, 15_000, -1)]
    rows.append(("CDS", 15_100, length + 200, -1))
    return Record(
        Sequence(dna(seed, length), topology="circular"), "ring", features=features(*rows)
    )


def marked() -> Record:
    """A vector whose marker lies over its origin."""
    rows = [("CDS", 2500, 3400, 1), ("rep_origin", 500, 900, 1)]
    return Record(Sequence(dna(99, 3000), topology="circular"), "pYES", features=features(*rows))


def test_a_circle_comes_out_of_its_vector_as_it_went_in() -> None:
    target = ring()
    plan = choose_plan(plan_synthesis([target], vector=marked(), **HOW))
    assert any("before letter 9,301 of ring" in n and "no promoter" in n for n in plan.notices)
    tube = prove(plan)
    steps = {reaction.name: reaction for reaction in plan.reactions}
    closing = steps[plan.products["ring"]]
    assert (closing.method, closing.circular, closing.length) == ("tar", True, 21_000)
    release = steps[closing.inputs[0]]
    assert (release.method, release.length) == ("release", 21_080)
    opened = str(tube[release.name].record.sequence)
    assert opened[:80] == opened[-80:] == str(target.sequence)[9220:9300]
    kept = tube[release.inputs[0]]
    assert len(kept) == 21_080 + 3000 + 12
    made = tube[closing.name].record
    assert made.circular
    assert made.seguid == target.seguid
    assert plan.targets[0] is target
    # the marker is whole in yeast
    marker = (str(marked().sequence) * 2)[2500:3400]
    held = str(kept.record.sequence) * 2
    assert marker in held or other(marker) in held


@pytest.mark.parametrize("place", [None, 4300, 250])
def test_a_vector_that_stays_is_part_of_what_is_proven(place: int | None) -> None:
    target, held = ring(), marked()
    plan = choose_plan(plan_synthesis([target], vector=held, place=place, keep=True, **HOW))
    [made] = plan.targets
    assert len(made) == 24_000
    assert made.circular
    at = 9300 if place is None else place
    text = str(made.sequence)
    assert text[:at] + text[at + 3000 :] == str(target.sequence)
    piece = text[at : at + 3000]
    assert piece in str(held.sequence) * 2
    # every feature of both is there, whole, with its letters
    for record in (target, held):
        for feature in record.features:
            wanted = str(record.extract(feature))
            assert any(
                str(made.extract(f)) == wanted for f in made.features if f.type == feature.type
            )
    assert prove(plan)[plan.products["ring"]].record.seguid == made.seguid
    assert all(r.method != "release" or r.length < 21_000 for r in plan.reactions)
    assert any("pYES stays before letter" in notice for notice in plan.notices)
    for change in plan.signals["ring"]:
        assert any(change.start < seam + 60 and change.end > seam - 60 for seam in (at, at + 3000))


def test_a_linear_target_stays_in_its_vector_as_a_circle() -> None:
    target = linear(dna(1, 21_000))
    plan = choose_plan(plan_synthesis([target], vector=vector(), keep=True, **HOW))
    [made] = plan.targets
    assert made.circular
    assert str(made.sequence) == str(target.sequence) + str(vector().sequence)
    assert prove(plan)[plan.products["long"]].record.seguid == made.seguid


def test_places_that_break_something_are_refused() -> None:
    with pytest.raises(InputError, match="place 5,000 lies within CDS4600") as caught:
        plan_synthesis([ring()], vector=marked(), place=5000, **HOW)
    assert "is the nearest place between features" in str(caught.value)
    with pytest.raises(InputError, match="place 100 lies within CDS15100"):  # over the origin
        plan_synthesis([ring()], vector=marked(), place=100, **HOW)
    with pytest.raises(InputError, match="lies outside of the target"):
        plan_synthesis([ring()], vector=marked(), place=21_000, **HOW)
    with pytest.raises(InputError, match="the target is linear"):
        plan_synthesis([linear(dna(1, 14_000))], vector=marked(), place=5, **HOW)
    with pytest.raises(InputError, match="no vector to keep"):
        plan_synthesis([ring()], keep=True, **HOW)
    with pytest.raises(InputError, match="nothing is put together in yeast"):
        plan_synthesis([linear(dna(1, 6_000))], vector=vector(), **HOW)
    full = Record(
        Sequence(dna(8, 14_000), topology="circular"),
        "full",
        features=features(("misc_feature", 0, 7000, 1), ("misc_feature", 7000, 14_000, 1)),
    )
    with pytest.raises(NegativeResult, match="no neutral place"):
        plan_synthesis([full], vector=marked(), **HOW)


def test_a_circle_without_features_takes_the_vector_at_its_origin() -> None:
    bare = Record(Sequence(dna(8, 14_000), topology="circular"), "bare")
    plan = choose_plan(plan_synthesis([bare], vector=vector(), **HOW))
    assert any("nothing is annotated" in notice for notice in plan.notices)
    assert prove(plan)[plan.products["bare"]].record.seguid == bare.seguid


def test_the_vector_of_a_circle_by_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write([ring()], tmp_path / "t.gb")
    write([marked()], tmp_path / "v.gb")
    line = ["build", "plan", str(tmp_path / "t.gb"), "--vector", str(tmp_path / "v.gb")]
    line += ["--vendor", "twist-gene-fragments", "--method", "gibson"]
    kept = [*line, "--keep", "--place", "4300", "--out", str(tmp_path / "kept")]
    assert main(kept) == 0
    capsys.readouterr()
    assert main(["build", "simulate", str(tmp_path / "kept/plan.json"), "--json"]) == 0
    last = json.loads(capsys.readouterr().out)["products"][-1]
    assert (last["length"], last["topology"], last["agrees"]) == (24_000, "circular", True)
    [record] = read(tmp_path / "kept/products.gb")
    assert len(record) == 24_000
    assert main([*line, "--place", "5000"]) == 2
    assert "lies within CDS4600" in capsys.readouterr().err


def test_cas9_cuts_circles_over_their_origin_and_on_both_strands() -> None:
    guide, body = "GATTACAGATTACAGACCTA", dna(7, 100)
    text = body + guide + "TGG"
    for at in range(0, len(text), 7):
        for letters in (text[at:] + text[:at], other(text[at:] + text[:at])):
            [opened] = cleave(Sequence(letters, topology="circular"), guide)
            wanted = guide[17:] + "TGG" + body + guide[:17]
            assert str(opened.sequence) in (wanted, other(wanted))
    assert [len(p) for p in cleave(text + text, guide)] == [117, 123, 6]
    whole = cleave(Sequence(body, topology="circular"), guide)
    assert whole[0].circular
    assert "cuts input1 nowhere" in whole.notes[0]
    with pytest.raises(InputError, match="less than 4 bases"):
        cleave(body, "ACG")


@pytest.mark.reference
def test_the_genome_of_t7(reference: Path) -> None:
    genome = read(reference / "build/genomes/T7_genome.fasta")[0]
    plan = choose_plan(plan_synthesis([genome], vector=vector(), **HOW))
    made = prove(plan)[plan.products[genome.name]]
    assert str(made.record.sequence).upper() == str(genome.sequence).upper()
    assert len(genome) == 39_937

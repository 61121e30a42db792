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
from biowright.core import InputError, NegativeResult, Record, Sequence
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

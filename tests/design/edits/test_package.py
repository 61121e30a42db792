"""A table of edits from the command line to the folder for the lab, and the gate before it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import biowright
from biowright.cli import main
from biowright.core import ConflictError, ScreeningRefused
from biowright.design.edits import (
    DonorRules,
    EditPlan,
    Genome,
    design_edits,
    edit_pieces,
    parse_table,
    write_edits,
)
from biowright.safety import Gate

from .genomes import make_genome, mirror

TABLE = "id,gene,change\none,g2,knockout\ntwo,g3,start GTG\nthree,g4,tag-c CACCATCAC\n"


@pytest.fixture(scope="module")
def genome() -> Genome:
    return make_genome(21, genes=10)


@pytest.fixture(scope="module")
def plan(genome: Genome) -> EditPlan:
    return design_edits(genome, parse_table(TABLE), "mage")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))


def test_nothing_leaves_without_a_verdict(plan: EditPlan, tmp_path: Path) -> None:
    gate = Gate()
    other = gate.screen({"other": "ATGGCTAGCAAAGGTTGA"})
    for verdict in (None, other):
        with pytest.raises(ScreeningRefused):
            write_edits(tmp_path / "out", plan, verdict, gate=gate)
        assert not (tmp_path / "out").exists()


def test_the_folder_holds_what_a_lab_needs(plan: EditPlan, genome: Genome, tmp_path: Path) -> None:
    gate = Gate()
    written = write_edits(tmp_path, plan, gate.screen(edit_pieces(plan)), gate=gate)
    designs = rows(tmp_path / "designs.csv")
    assert [row["id"] for row in designs] == ["one", "two", "three"]
    orders = {row["name"]: row for row in rows(tmp_path / "orders.csv")}
    plates = rows(tmp_path / "plates.csv")
    assert [row["name"] for row in plates] == list(orders)
    assert plates[0]["well"] == "A01"
    assert all("DEMO" in row["screening"] for row in orders.values())
    oligo = orders["one_oligo"]["sequence"]
    assert oligo.count("*") == 2
    assert oligo.replace("*", "") == edit_pieces(plan)["one_oligo"]
    # the edited genome is what one gets by hand, from the right to the left
    letters = genome.letters[0].decode()
    for design in sorted(plan.designs, key=lambda d: -d.edit.start):
        edit = design.edit
        assert letters[edit.start : edit.end] == edit.old
        letters = letters[: edit.start] + edit.new + letters[edit.end :]
    edited = biowright.read(tmp_path / "edited.gb")[0]
    assert str(edited.sequence).upper() == letters
    assert len(edited.features) == len(genome.records[0].features)
    # primers flank the edits and give the lengths that stand there
    for row in designs:
        if not row["primer forward"]:
            continue
        for text, column in (
            (genome.letters[0].decode(), "product before"),
            (letters, "product after"),
        ):
            start = text.find(row["primer forward"])
            end = text.find(mirror(row["primer reverse"])) + len(row["primer reverse"])
            assert end - start == int(row[column])
    assert set(written) == {p.name for p in tmp_path.iterdir()}
    with pytest.raises(ConflictError):
        write_edits(tmp_path, plan, gate.screen(edit_pieces(plan)), gate=gate)


def test_edits_within_one_oligo_are_told_and_joined(genome: Genome) -> None:
    start = genome.gene("g2").feature.location.start + 30
    text = genome.letters[0].decode()
    a = "A" if text[start] != "A" else "C"
    b = "A" if text[start + 20] != "A" else "C"
    table = (
        f"id,change\na,replace {start}..{start + 1} {a}\nb,replace {start + 20}..{start + 21} {b}\n"
    )
    plan = design_edits(genome, parse_table(table), "mage", primers=False)
    assert all("covers" in " ".join(d.notices) for d in plan.designs)
    (joint,) = plan.joint
    made = joint.recombination
    after = text[: made.start] + made.new + text[made.end :]
    assert after == text[:start] + a + text[start + 1 : start + 20] + b + text[start + 21 :]
    assert "a+b_oligo" in edit_pieces(plan)


def test_edits_that_overlap_are_left_out_of_the_joint_genome(genome: Genome) -> None:
    table = "id,change\na,delete 700..720\nb,delete 710..730\n"
    plan = design_edits(genome, parse_table(table), "mage", primers=False)
    records, left = plan.edited()
    assert left == ["b"]
    assert len(records[0]) == len(genome.records[0]) - 20


def test_off_targets_are_counted_and_told() -> None:
    """A gene that stands twice with a few differences: its guide's other site is found."""
    from biowright.core import Record, Sequence

    base = make_genome(22)
    record = base.records[0]
    gene = base.gene("g2").feature.location
    copy = bytearray(base.letters[0][gene.start - 100 : gene.end + 100])
    for i in range(0, len(copy), 23):
        copy[i] = ord("A") if copy[i] != ord("A") else ord("C")
    letters = base.letters[0] + bytes(copy) + b"ACGTTGCATTAGGCAT" * 10
    genome = Genome(
        (Record(Sequence(letters, topology="circular"), "two", features=record.features),)
    )
    rules = DonorRules(arm=150)
    plan = design_edits(genome, parse_table("gene,change\ng2,knockout\n"), "hdr", rules=rules)
    design = plan.designs[0]
    assert design.guide is not None
    both = letters.decode() + letters.decode()[:30]
    found = [0, 0, 0, 0]
    for text in (both, mirror(both)):
        for at in range(len(letters)):
            if text[at + 21 : at + 23] == "GG":
                wrong = sum(
                    x != y
                    for x, y in zip(text[at : at + 20], design.guide.target.spacer, strict=True)
                )
                if wrong <= 3:
                    found[wrong] += 1
    assert design.guide.offtargets == (found[0] - 1, *found[1:])
    assert sum(found) > 1


def test_the_command_writes_the_folder_and_says_what_failed(
    genome: Genome, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    biowright.write(genome.records[0], tmp_path / "toy.gb")
    table = tmp_path / "edits.csv"
    table.write_text(TABLE)
    words = ["design", "edits", str(table), "--genome", str(tmp_path / "toy.gb"), "--method"]
    out = ["--out", str(tmp_path / "out")]
    assert main([*words, "mage", *out, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["designed"] == 3
    assert document["failed"] == []
    assert main([*words, "mage", *out]) == 2
    assert "--force" in capsys.readouterr().err
    table.write_text(TABLE + "four,g5,W2A\nfive,nosuch,knockout\n")
    assert main([*words, "hdr", *out, "--arms", "80", "--backbone", "pX330", "--force"]) == 1
    said = capsys.readouterr().err
    assert "line 5, four" in said
    assert "line 6, five" in said
    assert len(rows(tmp_path / "out" / "failures.csv")) == 2
    assert "one_guide_F" in {row["name"] for row in rows(tmp_path / "out" / "orders.csv")}
    assert main([*words, "base", *out, "--nuclease", "SpCas9", "--force"]) == 1
    assert main([*words, "prime", "--out", str(table)]) == 2  # a file is no folder
    capsys.readouterr()
    for method, idle in (
        ("mage", ["--arms", "80"]),
        ("mage", ["--marker", "kan"]),
        ("hdr", ["--length", "70"]),
        ("prime", ["--way", "site"]),
        ("popout", ["--backbone", "pX330"]),
        ("popout", ["--way", "repeats", "--site", "loxP"]),
    ):
        assert main([*words, method, *out, *idle, "--force"]) == 2
        error = capsys.readouterr().err
        assert f"{idle[-2]} has no effect with --{'way' if len(idle) > 2 else 'method'}" in error
    table.write_text("gene,change\nnosuch,knockout\n")
    assert main([*words, "mage", "--out", str(tmp_path / "none")]) == 1
    assert not (tmp_path / "none").exists()


def test_the_same_table_gives_the_same_bytes(genome: Genome, tmp_path: Path) -> None:
    files = []
    for name in ("a", "b"):
        plan = design_edits(genome, parse_table(TABLE), "prime")
        gate = Gate()
        write_edits(tmp_path / name, plan, gate.screen(edit_pieces(plan)), gate=gate)
        folder = tmp_path / name
        files.append(
            [(folder / f).read_bytes() for f in ("designs.csv", "orders.csv", "edited.gb")]
        )
    assert files[0] == files[1]


@pytest.mark.reference
def test_edits_of_escherichia_coli(reference: Path) -> None:
    """Real genes: on both strands, in operons that overlap, in families that repeat."""
    path = reference / "build" / "genomes" / "ecoli_MG1655_NC_000913.3.gbff.gz"
    genome = Genome(tuple(biowright.read(path)))
    table = (
        "gene,change\nlacZ,knockout\ngalK,start GTG\nrpoB,S531F\naraC,delete\nrecA,tag-c CATCATCAT\n"
        "b0022,knockout\nprfB,knockout\nfdhF,start GTG\ntrpE,delete\n,insert 4641600 ACGTACGT\n"
        ",delete 4641650..4641655\n"
    )
    plan = design_edits(genome, parse_table(table), "mage", primers=False)
    failed = {failure.request.id: failure.reason for failure in plan.failures}
    # an insertion sequence: its arms stand in several places
    assert "stands in" in failed.pop("b0022_knockout")
    assert not failed
    assert plan.designs[-1].edit.end > len(genome.letters[0])

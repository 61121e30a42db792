"""`biowright design gene`, `codons`, `rewrite` and `undo`, as a stranger runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from biowright.cli import main
from biowright.formats import read

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "spec.toml").write_text(
        "[[constraints]]\nrule = 'avoid'\nenzymes = ['NruI', 'MluI']\n[[objectives]]\nrule = 'codons'\n"
    )
    return tmp_path


def test_a_gene_is_designed_told_and_undone(folder: Path, capsys) -> None:
    out, changes = folder / "out.gb", folder / "changes.json"
    args = ["design", "gene", str(EXAMPLES / "phix174.gb"), "--spec", str(folder / "spec.toml")]
    args += ["--out", str(out), "--changes", str(changes)]
    assert main([*args, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    record = told["records"][0]
    assert told["feasible"]
    assert record["proven"]
    assert record["gap"] == 0
    assert record["changes"][0]["why"]
    assert main(args) == 2
    assert "--force" in capsys.readouterr().err
    before = folder / "before.gb"
    assert main(["design", "undo", str(out), str(changes), "--out", str(before)]) == 0
    assert read(before)[0].sequence == read(EXAMPLES / "phix174.gb")[0].sequence
    other = folder / "other.json"
    other.write_text("[]")
    assert main(["design", "undo", str(out), str(other), "--out", str(before), "--force"]) == 2
    assert "no list of changes" in capsys.readouterr().err.replace("edits", "changes")


def test_no_is_an_answer_with_its_reason(folder: Path, capsys) -> None:
    spec = folder / "no.toml"
    spec.write_text("[[constraints]]\nrule = 'avoid'\nenzymes = ['PstI']\n")
    out = folder / "out.gb"
    args = ["design", "gene", str(EXAMPLES / "phix174.gb"), "--spec", str(spec), "--out", str(out)]
    assert main([*args, "--json"]) == 1
    caught = capsys.readouterr()
    told = json.loads(caught.out)
    assert not told["feasible"]
    assert told["conflict"]["start"] == 5381
    assert "exclude each other" in caught.err
    assert not out.exists()
    assert main([*args, "--allow-breaches"]) == 0
    assert "left  5381..5387" in capsys.readouterr().err


def test_messages_name_the_way_out(folder: Path, capsys) -> None:
    protein = folder / "p.fa"
    protein.write_text(">p\nMKWLEAARK\n")
    spec = str(folder / "spec.toml")
    assert (
        main(["design", "gene", str(protein), "--spec", spec, "--out", str(folder / "o.xyz")]) == 2
    )
    told = capsys.readouterr().err
    assert "'.xyz'" in told
    assert "give the file one of these endings" in told
    rules = folder / "rules.toml"
    rules.write_text("[[rules]]\nrule = 'remove'\nenzymes = ['BsaI']\n")
    genome = [
        "design",
        "rewrite",
        str(protein),
        "--rules",
        str(rules),
        "--out",
        str(folder / "o.gb"),
    ]
    assert main(genome) == 2
    told = capsys.readouterr().err
    assert "cannot be rewritten" in told
    assert "annotated genome" in told


def test_codons_are_counted(folder: Path, capsys) -> None:
    table = folder / "table.csv"
    genome = str(EXAMPLES / "JCVI-syn3A.gb.gz")
    assert main(["design", "codons", genome, "--out", str(table), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["code"] == 4
    assert told["genes"] > 440
    assert told["adaptiveness"]["AAA"] == 1
    spec = folder / "spec2.toml"
    spec.write_text("codons = 'table.csv'\n[[objectives]]\nrule = 'codons'\n")
    protein = folder / "p.fa"
    protein.write_text(">p\nMKWLE\n")
    out = folder / "p.gb"
    assert main(["design", "gene", str(protein), "--spec", str(spec), "--out", str(out)]) == 0
    assert str(read(out)[0].sequence).upper() == "ATGAAATGATTAGAATAA"
    empty = folder / "empty.fa"
    empty.write_text("")
    assert main(["design", "codons", str(empty)]) == 2


def test_a_genome_is_rewritten_and_restored(folder: Path, capsys) -> None:
    rules = folder / "rules.toml"
    rules.write_text("[[rules]]\nrule = 'recode'\ncodons = {TAG = 'TAA'}\n")
    genome, out, edits = EXAMPLES / "JCVI-syn3A.gb.gz", folder / "n.gb", folder / "n.json"
    args = [
        "design",
        "rewrite",
        str(genome),
        "--rules",
        str(rules),
        "--out",
        str(out),
        "--code",
        "4",
    ]
    args += ["--changes", str(edits), "--chunks", str(folder / "chunks.csv"), "--json"]
    assert main(args) == 0
    told = json.loads(capsys.readouterr().out)["records"][0]
    assert told["edits"]["1 recode"] > 50
    rows = (folder / "chunks.csv").read_text().splitlines()
    assert rows[0].startswith("record,chunk,start,end")
    assert int(rows[-1].split(",")[3]) == told["length"]
    back = folder / "back.gb"
    assert main(["design", "undo", str(out), str(edits), "--out", str(back)]) == 0
    assert read(back)[0].sequence == read(genome)[0].sequence


def test_a_region_of_a_protein_counts_letters_of_its_dna(folder: Path, capsys) -> None:
    (folder / "p.fa").write_text(
        ">lysR\nMAAVNLRHIEIFHAVMTAGSLTEAAHLLHTSQPTVSRELARFEKVIGLKLFERVRGRLHP\n"
    )
    args = ["design", "gene", str(folder / "p.fa"), "--spec", str(folder / "r.toml"), "--out"]
    rule = "[[constraints]]\nrule = 'avoid'\npatterns = ['CTG']\nregion = '{}'\n"
    (folder / "r.toml").write_text(rule.format("100..170"))
    assert main([*args, str(folder / "out.fa")]) == 0
    made = str(read(folder / "out.fa")[0].sequence)
    assert len(made) >= 180
    assert not {"CTG", "CAG"} & {made[k : k + 3] for k in range(100, 168)}
    (folder / "r.toml").write_text(rule.format("100..900"))
    assert main([*args, str(folder / "no.fa")]) == 2
    assert "100..900 lies outside of" in capsys.readouterr().err

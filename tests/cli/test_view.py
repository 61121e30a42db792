"""`biowright view`: maps on stdout, SVG in files, regions over the origin, clear refusals."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from biowright.cli import main

PUC19 = str(Path(__file__).resolve().parents[2] / "examples" / "puc19.gb")


def test_a_map_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["view", PUC19, "--width", "90"]) == 0
    said = capsys.readouterr().out
    assert "2,686 bp circular DNA" in said
    assert "\x1b" not in said
    assert max(map(len, said.splitlines())) <= 90


def test_svg_is_written_whole_and_never_over_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.svg"
    assert main(["view", PUC19, "--svg", str(out), "--enzymes", "EcoRI,HindIII"]) == 0
    text = out.read_text()
    ET.fromstring(text)
    assert "EcoRI" in text
    assert main(["view", PUC19, "--svg", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert out.read_text() == text
    assert main(["view", PUC19, "--svg", str(out), "--force", "--shape", "linear"]) == 0
    assert out.read_text() != text
    assert [p.name for p in tmp_path.iterdir()] == ["map.svg"]


def test_a_region_over_the_origin(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["view", PUC19, "--start", "2600", "--end", "100", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)["records"][0]
    assert (record["start"], record["end"]) == (2600, 2786)
    assert main(["view", PUC19, "--start", "2600", "--end", "100"]) == 0
    assert "2,601..100 of 2,686 bp" in capsys.readouterr().out


def test_json_lists_features_and_cuts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["view", PUC19, "--json", "--enzymes", "EcoRI,NotI"]) == 0
    caught = capsys.readouterr()
    record = json.loads(caught.out)["records"][0]
    assert record["length"] == 2686
    assert len(record["cuts"]["EcoRI"]) == 1
    assert len(record["features"]) == 21
    assert "not cut by NotI" in caught.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([PUC19, "--start", "9000"], "no region"),
        ([PUC19, "--record", "pUC91"], "no record is named"),
        ([PUC19, "--enzymes", "EcoR1"], "EcoRI"),
        ([PUC19, "--svg", "x.svg", "--shape", "circular", "--end", "10"], "circle"),
        (["missing.gb"], "missing.gb"),
    ],
)
def test_refusals(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["view", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert not list(tmp_path.iterdir())


def test_several_records_ask_for_a_name_before_svg(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fasta = tmp_path / "two.fasta"
    fasta.write_text(">one\nACGT\n>two\nGGCC\n")
    assert main(["view", str(fasta)]) == 0
    said = capsys.readouterr().out
    assert "one  4 bp" in said
    assert "two  4 bp" in said
    out = tmp_path / "x.svg"
    assert main(["view", str(fasta), "--svg", str(out)]) == 2
    assert "--record" in capsys.readouterr().err
    assert main(["view", str(fasta), "--svg", str(out), "--record", "two"]) == 0
    assert out.exists()

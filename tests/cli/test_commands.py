"""The contract of the commands: answers, exit codes, one clear message, nothing half-written."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import biowright as bw
from biowright.cli import COMMANDS
from biowright.core import Sequence

from .conftest import Done

Run = Callable[..., Done]


def test_inspect_answers_by_its_contract(biowright: Run, examples: Path) -> None:
    done = biowright("inspect", examples / "puc19.gb", examples / "phix174.gb", "--json")
    assert done.code == 0
    first, second = done.document["files"]
    assert first["path"].endswith("puc19.gb")
    assert first["format"] == "genbank"
    (record,) = first["records"]
    assert record["length"] == 2686
    assert record["topology"] == "circular"
    assert record["molecule"] == "DNA"
    assert record["seguid"].startswith("cdseguid=")
    assert record["features"] == len(bw.read(examples / "puc19.gb")[0].features)
    assert second["records"][0]["length"] == 5386


def test_inspect_tells_what_it_could_read_and_what_not(
    biowright: Run, examples: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.gb").write_text("LOCUS       x 10 bp DNA linear SYN 01-JAN-2000\nORIGIN\n")
    done = biowright("inspect", tmp_path / "broken.gb", examples / "puc19.gb", "--json")
    assert done.code == 2
    assert [f["format"] for f in done.document["files"]] == ["genbank"]
    assert done.err.count("\n") == 1
    assert "broken.gb" in done.err


def test_inspect_for_people(biowright: Run, examples: Path) -> None:
    done = biowright("inspect", examples / "puc19.gb")
    assert "2,686" in done.out
    assert "circular" in done.out


def test_inspect_reads_the_standard_input(examples: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "biowright", "inspect", "-"],
        input=b">x\nACGT\n",
        capture_output=True,
        check=True,
    )
    assert b"<stdin>" in done.stdout or b"-:" in done.stdout


def test_a_reader_that_has_seen_enough_is_no_error(examples: Path) -> None:
    command = f"{sys.executable} -m biowright view {examples / 'puc19.gb'} | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True)
    assert done.returncode == 0
    assert done.stderr == b""


def test_convert_reports_losses_and_keeps_the_letters(
    biowright: Run, examples: Path, tmp_path: Path
) -> None:
    out = tmp_path / "puc19.fasta.gz"
    done = biowright("convert", examples / "puc19.gb", out, "--json")
    assert done.code == 0
    assert done.document["records"] == 1
    losses = done.document["losses"]
    assert {"record", "what", "detail"} == set(losses[0])
    assert "features" in {loss["what"] for loss in losses}
    assert (
        bw.read(out)[0].sequence.data.upper()
        == bw.read(examples / "puc19.gb")[0].sequence.data.upper()
    )


@pytest.mark.parametrize(
    "target", ["gb", "embl", "gff3", "dna", "ttl", "nt", "jsonld", "csv", "tsv"]
)
def test_convert_to_everything_that_keeps_the_sequence(
    biowright: Run, examples: Path, tmp_path: Path, target: str
) -> None:
    out = tmp_path / f"out.{target}"
    assert biowright("convert", examples / "puc19.gb", out).code == 0
    back = bw.read(out)[0]
    assert back.seguid == bw.read(examples / "puc19.gb")[0].seguid
    assert back.circular


def test_convert_overwrites_only_when_told(biowright: Run, examples: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.fasta"
    out.write_text("mine")
    done = biowright("convert", examples / "puc19.gb", out)
    assert done.code == 2
    assert "--force" in done.err
    assert out.read_text() == "mine"
    assert biowright("convert", examples / "puc19.gb", out, "--force").code == 0
    assert out.read_text().startswith(">")


def test_convert_into_itself_is_refused(biowright: Run, examples: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.gb"
    path.write_bytes((examples / "puc19.gb").read_bytes())
    before = path.read_bytes()
    assert biowright("convert", path, path, "--force").code == 2
    assert path.read_bytes() == before


def test_a_conversion_that_fails_leaves_nothing(biowright: Run, tmp_path: Path) -> None:
    source = tmp_path / "bad.fa"
    source.write_text(">a\nACGT\n>b\nAC!GT\n")
    done = biowright("convert", source, tmp_path / "out.gb")
    assert done.code == 2
    assert "bad.fa" in done.err
    assert "line 4" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.fa"]


def test_edit_and_its_history(biowright: Run, examples: Path, tmp_path: Path) -> None:
    out = tmp_path / "edited.gb"
    done = biowright(
        "edit", examples / "puc19.gb", "--op", "insert 100 GGATCC", "--op", "delete 1000..1040",
        "--op", "rotate 500", "--op", "reverse-complement", "--out", out, "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert len(done.document["history"]) == 4
    before, after = bw.read(examples / "puc19.gb")[0], bw.read(out)[0]
    assert len(after) == len(before) + 6 - 40
    assert len(after.features) == len(before.features)
    letters = before.sequence.data.upper()
    model = letters[:100] + b"GGATCC" + letters[100:]
    model = model[:1000] + model[1040:]
    model = model[500:] + model[:500]
    expected = Sequence(model, topology="circular").reverse_complement()
    assert after.sequence.data.upper() == expected.data


@pytest.mark.parametrize(
    ("op", "told"),
    [
        ("insert 99999 A", "99999"),
        ("insret 5 A", "did you mean 'insert'"),
        ("delete 5", "delete"),
        ("insert 5 AC!", "'!'"),
        ("delete 20..10", "20"),
        ("", "operation"),
    ],
)
def test_an_operation_that_makes_no_sense(
    biowright: Run, examples: Path, tmp_path: Path, op: str, told: str
) -> None:
    done = biowright("edit", examples / "puc19.gb", "--op", op, "--out", tmp_path / "x.gb")
    assert done.code == 2
    assert told in done.err
    assert not list(tmp_path.iterdir())


def test_view_draws_a_map(biowright: Run, examples: Path, tmp_path: Path) -> None:
    done = biowright("view", examples / "puc19.gb", "--svg", tmp_path / "map.svg")
    assert done.code == 0, done.err
    assert (tmp_path / "map.svg").read_text().startswith("<svg")
    done = biowright("view", examples / "puc19.gb")
    assert "lacZ" in done.out
    assert "\x1b[" not in done.out  # no colours where nobody looks


@pytest.mark.parametrize("count", ["3.5", "3.0", "1e400", "nan", "three"])
def test_a_number_that_shall_be_whole_is_refused_not_rounded(biowright: Run, count: str) -> None:
    done = biowright("build", "overhangs", "--count", count, "--enzyme", "BsaI")
    assert done.code == 2
    assert not done.out
    assert "--count" in done.err
    assert count in done.err


def test_unknown_commands_and_options(biowright: Run) -> None:
    done = biowright("inspekt", "x")
    assert done.code == 2
    assert "did you mean 'inspect'" in done.err
    assert biowright("inspect", "--nonsense", "x").code == 2
    assert biowright("convert", "only-one").code == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help(biowright: Run, command: str) -> None:
    done = biowright(command, "--help")
    assert done.code == 0
    assert COMMANDS[command][1].split()[0].rstrip(".:,") in done.out or "Usage" in done.out


def test_names_cannot_drive_the_terminal(biowright: Run, tmp_path: Path) -> None:
    (tmp_path / "evil.fa").write_bytes(b">\x1b[31mred\x07\nACGT\n")
    done = biowright("inspect", tmp_path / "evil.fa")
    assert "\x1b" not in done.out + done.err


def test_a_defect_of_ours_is_told_as_one(
    biowright: Run, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import biowright.formats.conversion as conversion

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(conversion, "open_source", broken)
    done = biowright("inspect", examples / "puc19.gb")
    assert done.code == 70
    assert "a defect of Biowright" in done.err


def test_interrupting_is_no_traceback(
    biowright: Run, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import biowright.formats.conversion as conversion

    def interrupt(*_: object, **__: object) -> io.BytesIO:
        raise KeyboardInterrupt

    monkeypatch.setattr(conversion, "open_source", interrupt)
    done = biowright("inspect", examples / "puc19.gb")
    assert done.code == 130
    assert done.err == "interrupted\n"


def test_a_hyphen_is_for_reading_only(biowright: Run, examples: Path, tmp_path: Path) -> None:
    for command in (
        ("convert", examples / "puc19.gb", "-", "--to", "fasta"),
        ("edit", examples / "puc19.gb", "--op", "rotate 3", "--out", "-", "--to", "genbank"),
        ("view", examples / "puc19.gb", "--svg", "-"),
    ):
        done = biowright(*command)
        assert done.code == 2
        assert "can only be read" in done.err


def test_a_full_disk_is_no_defect_of_ours(examples: Path) -> None:
    command = f"{sys.executable} -m biowright inspect {examples / 'puc19.gb'} > /dev/full"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.returncode == 2
    assert "No space left" in done.stderr


def test_an_ending_that_formats_share_goes_to_the_format_of_the_input(
    biowright: Run, examples: Path, tmp_path: Path
) -> None:
    assert biowright("convert", examples / "puc19.gb", tmp_path / "a.ttl").code == 0
    done = biowright("convert", tmp_path / "a.ttl", tmp_path / "b.rdf", "--to", "sbol3-xml")
    assert done.code == 0
    done = biowright("convert", tmp_path / "b.rdf", tmp_path / "c.rdf", "--json")
    assert done.document["losses"] == []
    answer = biowright("inspect", tmp_path / "c.rdf", "--json").document
    assert answer["files"][0]["format"] == "sbol3-xml"

"""The commands of the library, as a stranger runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from biowright.cli import main


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main(["library", *map(str, arguments)])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return call


Run = Callable[..., tuple[int, str, str]]


def test_from_files_to_measured_parts_and_back(run: Run, tmp_path: Path, examples: Path) -> None:
    lib = tmp_path / "lib"
    assert run("create", lib)[0] == 0
    code, out, err = run("create", lib)
    assert (code, out) == (2, "")
    assert "holds a library already" in err
    code, out, _ = run(
        "add", lib, examples / "puc19.gb", examples / "phix174.gb",
        "--licence", "CC0", "--source", "NCBI", "--collection", "phage", "--json",
    )  # fmt: skip
    report = json.loads(out)
    assert (code, report["added"], report["refused"], report["versions"]) == (0, 2, 0, 2)
    (tmp_path / "bad.fa").write_text(">good\nACGT\n>bad\nAC!T\n")
    code, out, err = run("add", lib, tmp_path / "bad.fa")
    assert code == 0
    assert "1 part added, 1 refused" in out
    assert "bad.fa, line 4, record bad: '!'" in err
    (tmp_path / "m.csv").write_text(
        "part,quantity,value,unit\ngood,yield,3,mg/L\ngood,yield,x,mg/L\n"
    )
    code, out, err = run(
        "measure", lib, tmp_path / "m.csv", "--context", "host=E. coli", "medium=LB"
    )
    assert code == 0
    assert "1 measurement added, 1 refused" in out
    assert "line 3: 'x' is no number" in err
    code, out, _ = run("show", lib, "good", "--json")
    shown: dict[str, Any] = json.loads(out)
    assert (shown["part"], shown["tier"], shown["sequence"]) == ("P3", "characterised", "ACGT")
    assert shown["measurements"][0]["context"] == {"host": "E. coli", "medium": "LB"}
    assert shown["seguid"].startswith("ldseguid=")
    code, out, _ = run("show", lib, "P1")
    assert "2,686 nt circular DNA" in out
    assert "AmpR" in out
    (tmp_path / "bad.fa").write_text(">good\nACGTA\n")
    run("add", lib, tmp_path / "bad.fa")
    code, out, _ = run("diff", lib, "good", "--json")
    assert [d["after"] for d in json.loads(out)] == ["A"]
    code, out, _ = run("history", lib, "P3", "--json")
    assert [e["what"] for e in json.loads(out)] == ["version 1", "tier", "measured", "version 2"]
    code, out, _ = run("stats", lib, "--json")
    stats = json.loads(out)
    assert (stats["parts"], stats["versions"], stats["measurements"]) == (3, 4, 1)
    code, out, err = run("export", lib, tmp_path / "phage.csv", "--collection", "phage")
    assert code == 0
    assert "2 records" in out
    assert "lost: features of 2 records" in err
    assert run("export", lib, tmp_path / "phage.csv")[0] == 2


def test_what_is_wrong_is_told_in_one_line(run: Run, tmp_path: Path, examples: Path) -> None:
    lib = tmp_path / "lib"
    run("create", lib)
    for arguments, said in (
        (("show", tmp_path / "none", "x"), "no such folder"),
        (("show", lib, "x"), "there is no part 'x'"),
        (("add", lib, tmp_path / "none.fa"), "no such file"),
        (("add", lib, examples / "puc19.gb", "--tier", "gold"), "no tier 'gold'"),
        (("add", lib, examples / "puc19.gb", "--licence", "mine"), "no licence 'mine'"),
        (("export", lib, tmp_path / "x.csv", "--role", "promotor"), "did you mean 'promoter'"),
        (("measure", lib, tmp_path / "none.csv"), "no such file"),
    ):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "")
        assert said in err
        assert err.count("\n") == 1
    (tmp_path / "bad.fa").write_text(">bad\nAC!T\n")
    assert run("add", lib, tmp_path / "bad.fa")[0] == 2

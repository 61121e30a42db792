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
        "add", lib, "--licence", "CC0", "--source", "NCBI", "--collection", "phage", "--json",
        examples / "puc19.gb", examples / "phix174.gb",
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


def test_curators_say_more_of_parts_and_nothing_of_it_is_lost(run: Run, tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    run("create", lib)
    (tmp_path / "p.fa").write_text(">one\nACGTTG\n>two\nGGATCA\n")
    run("add", lib, tmp_path / "p.fa", "--licence", "CC-BY-4.0")
    assert json.loads(run("tag", lib, "one", "weak", "old", "--json")[1])["tags"] == ["weak", "old"]
    code, out, err = run("tag", lib, "one", "old", "never", "--remove")
    assert (code, out) == (2, "")
    assert "no tag 'never'" in err
    assert run("tag", lib, "one", "weak", "--remove")[1] == "one (P1): tags old\n"
    assert "first" in run("alias", lib, "one", "first")[1]
    code, out, _ = run("compose", lib, "both", "first", "two:-", "--json")
    assert json.loads(out)["licence"] == "CC-BY-4.0"
    shown = json.loads(run("show", lib, "both", "--json")[1])
    assert shown["sequence"] == "ACGTTG" + "TGATCC"
    assert [(p["part"], p["start"], p["end"], p["strand"]) for p in shown["composition"]] == [
        ("P1", 0, 6, 1), ("P2", 6, 12, -1),
    ]  # fmt: skip
    assert "made of     one (P1.1), two (P2.1, turned)" in run("show", lib, "both")[1]
    assert [
        whole["name"] for whole in json.loads(run("show", lib, "P2", "--json")[1])["used_by"]
    ] == ["both"]
    code, out, err = run("change", lib, "two", "--licence", "CC0", "--tier", "best")
    assert code == 2
    assert "no tier 'best'" in err
    assert json.loads(run("show", lib, "two", "--json")[1])["licence"] == "CC-BY-4.0"
    assert run("change", lib, "two")[0] == 2
    run("change", lib, "two", "--licence", "CC0", "--screening", "passed")
    code, out, err = run("withdraw", lib, "P2", "--reason", "wrong end")
    assert code == 0
    assert "it stays in both (P3)" in err
    events = json.loads(run("history", lib, "P2", "--json")[1])
    assert [(e["what"], e["detail"]) for e in events[1:]] == [
        ("licence", "CC0-1.0"), ("screening", "passed"), ("withdrawn", "wrong end"),
    ]  # fmt: skip
    assert run("withdraw", lib, "P2", "--reason", "again")[0] == 2
    assert run("grant", lib, "ours", "somebody", "reader")[0] == 2
    assert run("grant", lib, "ours", "somebody", "curator")[0] == 0
    code, _, err = run("compose", lib, "more", "one", "--collection", "ours")
    assert code == 2
    assert "ask somebody" in err
    assert json.loads(run("stats", lib, "--json")[1])["parts"] == 2

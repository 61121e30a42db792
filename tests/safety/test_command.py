"""`biowright safety`, as an operator and his reviewers meet it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from biowright.cli import main
from biowright.safety import Verdict, new_key

from .stand_ins import PROTEINS, recode


@pytest.fixture
def order(tmp_path: Path) -> Path:
    gene = recode(PROTEINS["demo-protein-2"], random.Random(6))
    path = tmp_path / "order.fa"
    path.write_text(
        "".join(f">p{i}\n{gene[at : at + 40]}\n" for i, at in enumerate(range(0, 600, 40)))
    )
    return path


def run(capfd: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["safety", *map(str, words)])
    captured = capfd.readouterr()
    return code, captured.out, captured.err


def test_screening_tells_what_it_found(
    order: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capfd, "screen", order)
    assert code == 1
    assert "flagged: 15 pieces, 600 nt" in out
    assert "demo-protein-2" in out
    assert "DEMO" in err
    code, out, _ = run(capfd, "screen", order, "--json", "--out", tmp_path / "v.json")
    assert code == 1
    told = json.loads(out)
    assert told["outcome"] == "flagged"
    assert told["findings"][0]["label"] == "demo-protein-2"
    assert Verdict.from_json((tmp_path / "v.json").read_bytes()).content == told["content"]
    order.write_text(">a\nATGGCTAGCAAAGGTTGA\n")
    code, out, _ = run(capfd, "screen", order)
    assert (code, out[:5]) == (0, "pass:")


def test_input_that_cannot_be_screened(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.faa"
    path.write_text(">p\nMKVWYLQ\n")
    code, _, err = run(capfd, "screen", path)
    assert code == 2
    assert "protein is no piece" in err
    path.write_text("")
    assert run(capfd, "screen", path)[0] == 2
    assert run(capfd, "screen", tmp_path / "nothing.fa")[0] == 2
    assert run(capfd, "audit")[0] == 2


def test_from_a_reference_to_an_override(
    order: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    concern = tmp_path / "concern.faa"
    concern.write_text(f">stand-in\n{PROTEINS['demo-protein-2']}\n")
    reference = tmp_path / "concern.screen"
    line = ("reference", concern, "--out", reference, "--key", tmp_path / "concern.key")
    code, out, _ = run(capfd, *line, "--json")
    assert code == 0
    assert json.loads(out)["k-mers"] == 416
    assert (tmp_path / "concern.key").stat().st_mode & 0o077 == 0
    assert run(capfd, *line)[0] == 2  # it is there already
    assert run(capfd, *line, "--force")[0] == 0
    reviewers = tmp_path / "reviewers.key"
    new_key(reviewers)
    settings = tmp_path / "safety.toml"
    settings.write_text(
        'folder = "gate"\n[override]\nkey = "reviewers.key"\n[[screener]]\nkind = "kmers"\n'
        'reference = "concern.screen"\nkey = "concern.key"\n'
    )
    code, out, _ = run(capfd, "screen", order, "--settings", settings, "--json")
    told = json.loads(out)
    assert (code, told["demo"], told["findings"][0]["label"]) == (1, False, "stand-in")
    signing = ("override", told["content"], "--reviewer", "R. Eviewer", "--settings", settings)
    code, _, err = run(
        capfd, *signing, "--reason", "a stand-in of ours", "--key", tmp_path / "concern.key"
    )
    assert code == 2
    assert "not the reviewers' key" in err
    assert run(capfd, *signing, "--reason", "a stand-in of ours", "--key", reviewers)[0] == 0
    code, out, _ = run(capfd, "screen", order, "--settings", settings, "--json")
    assert json.loads(out)["override"]["reviewer"] == "R. Eviewer"
    assert (
        run(
            capfd,
            "override",
            "0" * 64,
            *signing[2:],
            "--reason",
            "a stand-in of ours",
            "--key",
            reviewers,
        )[0]
        == 2
    )
    code, out, _ = run(capfd, "audit", "--settings", settings, "--json")
    audit = json.loads(out)
    assert [entry["event"] for entry in audit["last"]] == ["screened", "override", "screened"]
    assert run(capfd, "audit", "--settings", settings, "--head", audit["head"])[0] == 0
    log = tmp_path / "gate" / "audit.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:1]))
    code, _, err = run(capfd, "audit", "--settings", settings)
    assert code == 2
    assert "tampered with" in err
    reference.unlink()
    code, out, _ = run(capfd, "screen", order, "--settings", settings, "--json")
    assert code != 0


def test_a_missing_back_end_is_told_with_exit_code_1(
    order: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "safety.toml"
    settings.write_text(
        'folder = "gate"\n[[screener]]\nkind = "kmers"\nreference = "x.screen"\nkey = "x.key"\n'
    )
    code, out, _ = run(capfd, "screen", order, "--settings", settings, "--json")
    assert code == 1
    assert json.loads(out)["outcome"] == "failed"
    code, _, err = run(capfd, "screen", order, "--settings", settings)
    assert code == 1
    assert "x.key" in err

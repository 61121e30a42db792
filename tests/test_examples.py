"""The examples run, and say where their data comes from."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from biowright.foundry import Campaign

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def test_the_tour_of_a_genome(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "genome_tour.py"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "543,379 bp circular DNA" in done.stdout
    written = {"syn3A.fasta.gz", "syn3A.gff3", "syn3A.dna", "syn3A.ttl", "syn3A.embl"}
    assert written <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("name", ["flaviolin", "rbs"])
def test_small_campaigns_run_to_their_end(name: str, tmp_path: Path) -> None:
    status = Campaign.start(EXAMPLES / name / "campaign.toml", tmp_path).run()
    assert status.state == "done"
    assert (tmp_path / "report.html").is_file()


def test_every_file_of_the_examples_has_a_source() -> None:
    text = (EXAMPLES / "SOURCES.md").read_text()
    for path in EXAMPLES.rglob("*"):
        if path.suffix in (".py", ".toml", ".md", ".txt", ".pyc") or not path.is_file():
            continue
        name = str(path.relative_to(EXAMPLES))
        assert f"`{name}`" in text or f"`{path.parent.name}/*{path.suffix}`" in text, name
    for name, digest in re.findall(r"^\| `([^`*]+)` .*\| `([0-9a-f]{64})` \|$", text, re.M):
        assert hashlib.sha256((EXAMPLES / name).read_bytes()).hexdigest() == digest

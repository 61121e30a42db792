"""Every code block of the documents runs, and the Chinese README gives the same commands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda p: p.relative_to(ROOT)
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)


def blocks(path: Path, *languages: str) -> list[tuple[str, str, int]]:
    text = path.read_text(encoding="utf-8")
    return [
        (match[1], match[2], text.count("\n", 0, match.start()) + 2)
        for match in BLOCK.finditer(text)
        if match[1] in languages
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_code_blocks_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = blocks(path, "python", "sh")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__docs__"}
    for language, code, line in found:
        if language == "python":
            exec(compile("\n" * (line - 1) + code, str(path), "exec"), names)
        else:
            for command in code.replace("\\\n", " ").splitlines():
                run_command(command)


def run_command(command: str) -> None:
    """Run a line of a shell block if it is a biowright command; others are for the reader."""
    words = shlex.split(command, comments=True)
    if not words or words[0] != "biowright":
        return
    done = subprocess.run(
        command.replace("biowright", f"{shlex.quote(sys.executable)} -m biowright", 1),
        shell=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode in (0, 1), f"{command}\n{done.stderr}"


def test_the_chinese_readme_gives_the_same_commands() -> None:
    english = blocks(ROOT / "README.md", "sh", "python", "console", "")
    chinese = blocks(ROOT / "README.zh-CN.md", "sh", "python", "console", "")
    assert [block[:2] for block in english] == [block[:2] for block in chinese]
    assert english


def test_the_reference_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in DOCUMENTS
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert not broken

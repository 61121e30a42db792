"""Write docs/reference.md from the code: formats, commands and public names.

`python docs/generate.py` writes it; with `--check` it only tells whether it is up to date.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import pkgutil
import sys
from pathlib import Path

import biowright
from biowright.cli import COMMANDS, VERBS
from biowright.cli import main as run
from biowright.formats import formats

TARGET = Path(__file__).resolve().parent / "reference.md"


def reference() -> str:
    """Give the text of the reference."""
    return "\n".join(
        [
            "# Reference",
            "Generated from the code by `make docs`.",
            "",
            "## Formats",
            *format_rows(),
            "",
            "## Commands",
            *command_blocks(),
            "## Public names",
            *name_rows(),
            "",
        ]
    )


def format_rows() -> list[str]:
    """Give a table of all formats."""
    rows = ["| Name | Format | Endings | Read | Written |", "|---|---|---|---|---|"]
    for one in formats().values():
        endings = " ".join(f"`{ending}`" for ending in one.extensions)
        read, write = ("yes" if done else "" for done in (one.read, one.write))
        rows.append(f"| `{one.name}` | {one.title} | {endings} | {read} | {write} |")
    return rows


def command_blocks() -> list[str]:
    """Give the help of every command as a block of text."""
    # one process for all: each would load the rooms anew
    os.environ.update({"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})
    blocks = []
    for command in COMMANDS:
        for verb in VERBS.get(command, {"": ()}):
            words = [command, verb] if verb else [command]
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                run([*words, "--help"])
            text = "\n".join(line.rstrip() for line in said.getvalue().strip().splitlines())
            blocks += [f"### biowright {' '.join(words)}", "```text", text, "```", ""]
    return blocks


def name_rows() -> list[str]:
    """Give the public names of each room with the first line of their documentation."""
    rows = []
    for module in sorted(pkgutil.iter_modules(biowright.__path__), key=lambda m: m.name):
        if not module.ispkg or module.name == "cli":
            continue
        room = importlib.import_module(f"biowright.{module.name}")
        rows += ["", f"### biowright.{module.name}", "| Name | Is |", "|---|---|"]
        for name in room.__all__:
            value = getattr(room, name)
            documented = inspect.isclass(value) or inspect.isfunction(value)
            said = (inspect.getdoc(value) or "").split("\n\n")[0] if documented else "a constant"
            line = " ".join(said.split()).replace("|", "\\|")
            rows.append(f"| `{name}` | {line} |")
    return rows


def main() -> int:
    """Write the reference, or check that it is up to date."""
    text = reference()
    if "--check" in sys.argv:
        fresh = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
        if not fresh:
            print("docs/reference.md is out of date: run make docs", file=sys.stderr)
        return 0 if fresh else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

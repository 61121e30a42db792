"""The promises of the whole house: light imports, documented names, quick help."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import biowright

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("numpy", "numba", "scipy", "sklearn", "torch", "rdflib", "Bio", "rich", "pydantic")
ROOMS = sorted(
    f"biowright.{module.name}"
    for module in pkgutil.iter_modules(biowright.__path__)
    if module.ispkg
)


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )


@pytest.mark.parametrize(
    "code",
    [
        "import biowright",
        "import biowright.core, biowright.bio, biowright.formats",
        "from biowright.cli import main; main(['--help'])",
        "from biowright.cli import main; main(['--version'])",
    ],
)
def test_no_heavy_library_is_loaded(code: str) -> None:
    done = python(f"{code}\nimport sys\nprint([m for m in {HEAVY!r} if m in sys.modules])")
    assert done.stdout.splitlines()[-1] == "[]"


def seconds(code: str) -> float:
    """The least processor time of a few fresh interpreters, less that of an empty one."""
    clock = (
        "import time; t = time.process_time()\n{}\n"
        "import sys; sys.stderr.write(str(time.process_time() - t))"
    )
    return min(float(python(clock.format(code)).stderr) for _ in range(5))


def test_importing_is_within_the_limit_of_the_design() -> None:
    assert seconds("import biowright") < 0.15


def test_help_is_within_the_limit_of_the_design() -> None:
    assert seconds("from biowright.cli import main; main(['--help'])") < 0.3


@pytest.mark.parametrize("room", ["biowright", *ROOMS])
def test_public_names_exist_and_are_documented(room: str) -> None:
    package = importlib.import_module(room)
    assert package.__doc__
    for name in package.__all__:
        value = getattr(package, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert (value.__doc__ or "").strip(), f"{room}.{name} has no docstring"


@pytest.mark.parametrize("room", ROOMS)
def test_no_public_name_is_listed_twice(room: str) -> None:
    names = importlib.import_module(room).__all__
    assert len(names) == len(set(names))


def test_the_lock_names_no_place_and_has_hashes() -> None:
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    assert "index-url" not in text
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)


def test_the_errors_are_drawn_in_the_docstring_of_their_root() -> None:
    from biowright import core

    drawn = set(re.findall(r"[A-Z]\w+", core.BiowrightError.__doc__ or ""))
    for name in core.__all__:
        value = getattr(core, name)
        if inspect.isclass(value) and issubclass(value, core.BiowrightError):
            assert name in drawn


def test_no_two_test_files_share_a_name() -> None:
    """Pytest imports a file of a folder that is no package by its bare name."""
    tests = Path(__file__).resolve().parent
    names = [p.name for p in tests.rglob("test_*.py") if not (p.parent / "__init__.py").exists()]
    assert sorted(set(names)) == sorted(names)

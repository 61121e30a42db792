"""Kernels: the same answers from stored machine code as from numba, and no numba to load it."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from biowright.core import object_code
from biowright.core.kernels import Kernel, kernel

INNER = """
import numpy as np
from biowright.core.kernels import kernel

FACTOR = {factor}
TABLE = np.arange(5) * 10

@kernel
def doubled(values):
    made = np.empty(len(values), np.int64)
    for i in range(len(values)):
        made[i] = FACTOR * values[i] + TABLE[i % 5]
    return made
"""
OUTER = """
from typing import NamedTuple
import numpy as np
from biowright.core.kernels import kernel
from inner import doubled

@kernel
def several(values, wanted, share, flag):
    if wanted < 0:
        raise ValueError("below 0")
    made = doubled(values)
    below = 0
    for value in made:
        below += value < wanted
    return made, below, share * len(values), flag, made[::2]

class Pair(NamedTuple):
    values: np.ndarray
    factor: float

@kernel
def weighed(pair, plain):
    return pair.values[1] * pair.factor + plain[0]

@kernel(fastmath=True)
def filled(out, value):
    out[...] = value
"""
ASK = """
import json, sys
import numpy as np
import outer

made = []
def say(*answers):
    made.append([a.tolist() if hasattr(a, "tolist") else a for a in answers])

numbers = np.arange(6)
numbers.flags.writeable = False
for values in (np.arange(6), numbers):
    say(*outer.several(values, 25, 0.5, True))
say(*outer.several(np.arange(12, dtype=np.uint8)[::2], np.int64(1), np.float32(0.5), False))
say(outer.weighed(outer.Pair(np.arange(3.0), 2.5), (1, 2)))
out = np.zeros((2, 3), np.float32, order="F")
outer.filled(out, 2.5)
say(out)
try:
    outer.several(np.arange(3), -1, 0.5, True)
except ValueError as error:
    say(str(error))
numba = "numba" in sys.modules
print(json.dumps([made, numba]))
"""
available = pytest.mark.skipif(
    object_code.platform_key() is None, reason="object code is kept on Linux on x86-64 only"
)


def ask(folder: Path, *, factor: int = 2, code: str = ASK, **environment: str) -> tuple[list, bool]:
    (folder / "inner.py").write_text(INNER.format(factor=factor))
    (folder / "outer.py").write_text(OUTER)
    scope = {name: text for name, text in os.environ.items() if not name.startswith("NUMBA_")}
    scope["PYTHONPATH"] = os.pathsep.join([str(folder), *filter(None, sys.path)])
    command = [sys.executable, "-B", "-c", code]
    done = subprocess.run(
        command, env=scope | environment, capture_output=True, text=True, check=False, cwd=folder
    )
    assert not done.returncode, done.stderr
    made, numba = json.loads(done.stdout)
    return made, numba


@available
def test_stored_code_answers_as_numba_does(tmp_path: Path) -> None:
    compiled, numba = ask(tmp_path)
    assert numba
    assert compiled[0] == [[0, 12, 24, 36, 48, 10], 4, 3.0, True, [0, 24, 48]]
    assert compiled[3] == [3.5]
    assert compiled[-1] == ["below 0"]
    stored = sorted((tmp_path / "__pycache__").glob("*.bwk"))
    assert len(stored) == 5
    assert ask(tmp_path) == (compiled, False)

    # what is damaged is compiled again, what is not stays
    stored[0].write_bytes(stored[0].read_bytes()[:-100])
    stored[1].write_bytes(b"")
    before = [path.stat().st_mtime_ns for path in stored]
    assert ask(tmp_path) == (compiled, True)
    changed = [path.stat().st_mtime_ns != was for path, was in zip(stored, before, strict=True)]
    assert changed == [True, True, False, False, False]
    assert ask(tmp_path) == (compiled, False)

    # a constant of another module is part of the code; what it was made of before goes
    other, numba = ask(tmp_path, factor=3)
    assert numba
    assert other[0][0] == [0, 13, 26, 39, 52, 15]
    assert ask(tmp_path, factor=3) == (other, False)
    assert len(list((tmp_path / "__pycache__").glob("*.bwk"))) == 5


@available
def test_code_that_cannot_be_beside_its_source_is_the_users(tmp_path: Path) -> None:
    source, cache = tmp_path / "source", tmp_path / "cache"
    source.mkdir()
    (source / "__pycache__").write_text("no folder")
    code = ASK.split("numbers = ")[0] + (
        "out = np.zeros(3)\nouter.filled(out, 2)\nsay(out)\n"
        "print(json.dumps([made, 'numba' in sys.modules]))"
    )
    first, _ = ask(source, code=code, XDG_CACHE_HOME=str(cache))
    assert ask(source, code=code, XDG_CACHE_HOME=str(cache)) == (first, False)
    assert len(list(cache.rglob("*.bwk"))) == 1
    # a setting of numba that may change the code
    assert ask(source, code=code, XDG_CACHE_HOME=str(cache), NUMBA_OPT="1") == (first, True)


@kernel
def _total(values):
    number = 0
    for value in values:
        number += value
    return number


@kernel
def _longest(names):
    return max([len(name) for name in names])


def test_arguments_that_only_numba_knows_go_to_numba() -> None:
    assert _longest(("a", "bcd")) == 3
    assert _total(np.arange(4)) == _total.py_func(range(4)) == 6
    assert _total((1, 2, 3)) == 6
    swapped = np.arange(4).astype(">i8")
    with pytest.raises(Exception, match="dtype: >i8"):
        _total(swapped)
    with pytest.raises(TypeError):
        _total()


def test_a_kernel_is_pickled_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(_total)) is _total


def test_code_from_no_file_is_compiled() -> None:
    scope: dict[str, Kernel] = {"__name__": __name__}  # type: ignore[dict-item]
    exec("def plus(a, b):\n    return a + b", scope)
    assert kernel(scope["plus"])(2, 0.5) == 2.5

"""Compiled loops that are loaded late."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from biowright.library import canonical

ASK = """
import sys
from biowright.core import Record, Sequence
from biowright.library import Library, search

library = Library.open(sys.argv[1])
assert "numba" not in sys.modules
for letters in sys.argv[2:]:
    [hit] = search(library, "exact", [("q", letters)])
    print(hit.part, hit.start, hit.strand)
assert "numba" not in sys.modules, "an exact search loads numba"
"""


def test_an_exact_question_is_answered_before_numba_is_loaded(tmp_path: Path) -> None:
    from biowright.core import Record, Sequence, Topology
    from biowright.library import Library

    rng = np.random.default_rng(7)
    letters = "".join(rng.choice(list("ACGT"), 900))
    library = Library.create(tmp_path / "parts")
    library.add([Record(Sequence(letters, topology=Topology.CIRCULAR), "one")])
    turned = letters[371:] + letters[:371]
    other = str(Sequence(turned).reverse_complement())
    run = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path / "parts"), letters, turned, other],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    places = [line.split() for line in run.stdout.splitlines()]
    assert places == [["P1", "0", "1"], ["P1", "371", "1"], ["P1", "371", "-1"]]


@pytest.mark.parametrize("seed", range(20))
def test_a_brief_loop_answers_like_the_compiled_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alphabet = (b"ACGT", b"AT", b"ACGTN", b"ACGTRYKM")[seed % 4]
    sizes = rng.integers(0, 80, 6)
    letters = rng.choice(np.frombuffer(alphabet, np.uint8), int(sizes.sum())).astype(np.uint8)
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    keys = np.empty((2, len(sizes)), np.uint64)
    common = (letters, bounds, canonical._COMPLEMENT, canonical._CODES)
    with np.errstate(over="ignore"):
        canonical._circle_keys._brief(*common, keys[0])
    canonical._circle_keys(*common, keys[1])
    assert (keys[0] == keys[1]).all()

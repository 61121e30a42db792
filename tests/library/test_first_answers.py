"""First answers: a question is answered before numba or SQLAlchemy would have been loaded."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from biowright.bio import translate
from biowright.core import Record, Sequence, object_code
from biowright.library import Library, canonical, search
from biowright.library.searching import KINDS
from biowright.library.spelling import spelled_index

ASK = """
import json, sys
from biowright.cli import main

assert main(["library", "search", *sys.argv[1:], "--json"]) == 0
sys.stdout.flush()
loaded = [name for name in ("numba", "sqlalchemy", "scipy", "sklearn") if name in sys.modules]
print(json.dumps(loaded))
"""


@pytest.fixture(scope="module")
def letters() -> str:
    return "".join(np.random.default_rng(7).choice(list("ACGT"), 900))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory, letters: str) -> Path:
    """A library with an index, of which every question was asked once."""
    path = tmp_path_factory.mktemp("first") / "parts"
    with Library.create(path) as library:
        ring = Record(Sequence(letters, topology="circular"), "one", description="a ring of terns")
        library.add([ring, Record(Sequence(letters[::-1]), "two")])
        library.load(_many(path.parent / "many.fasta"))
        library.index.update()
        spelled_index(library).update()
        for kind, (query, _) in questions(letters).items():
            list(search(library, kind, [("q", query)]))  # type: ignore[arg-type]
    return path


def _many(path: Path) -> Path:
    rng = np.random.default_rng(8)
    rows = [f">gene{n}\n{''.join(rng.choice(list('ACGT'), 60))}\n" for n in range(2100)]
    path.write_text("".join(rows))
    return path


def questions(letters: str) -> dict[str, tuple[str, dict[str, object]]]:
    """Give a question of each kind, and what its first answer says."""
    turned = letters[371:] + letters[:371]
    protein = str(translate(Sequence(letters[3:243])))
    changed = letters[:100] + letters[103:150] + "GATTACA" + letters[155:400]
    return {
        "exact": (str(Sequence(turned).reverse_complement()), {"start": 371, "strand": -1}),
        "contains": (letters[880:] + letters[:10], {"start": 880, "end": 10, "strand": 1}),
        "motif": (letters[50:58] + "NNNN" + letters[62:70], {"start": 50, "end": 70}),
        "similar": (changed, {"start": 0, "end": 400, "strand": 1}),
        "text": ("tern ring", {"start": None}),
        "protein": (protein, {"frame": 1}),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_first_answer_needs_no_heavy_library(kind: str, parts: Path, letters: str) -> None:
    query, said = questions(letters)[kind]
    run = subprocess.run(
        [sys.executable, "-c", ASK, str(parts), f"--{kind}", query],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    first, *_, loaded = map(json.loads, run.stdout.splitlines())
    assert (first["part"], first["name"]) == ("P1", "one")
    assert {name: first[name] for name in said} == said

    assert "sqlalchemy" not in loaded
    assert not loaded or object_code.platform_key() is None


@pytest.mark.parametrize("seed", range(20))
def test_a_brief_loop_answers_like_the_compiled_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    alphabet = (b"ACGT", b"AT", b"ACGTN", b"ACGTRYKM")[seed % 4]
    sizes = rng.integers(0, 80, 6)
    letters = rng.choice(np.frombuffer(alphabet, np.uint8), int(sizes.sum())).astype(np.uint8)
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    together = canonical.circle_keys(letters.tobytes(), bounds).tolist()
    alone = [letters[a:b] for a, b in itertools.pairwise(bounds.tolist())]
    assert [int(canonical._circle_key(own)) for own in alone] == together
    with np.errstate(over="ignore"):
        assert [int(canonical._circle_key._brief(own)) for own in alone] == together

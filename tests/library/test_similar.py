"""Relatives: planted ones on both strands and over origins, and alignments as good as parasail's."""

from __future__ import annotations

import random
from pathlib import Path

import parasail
import pytest
from tests.library.sources import Parts, other_strand

from biowright.core import InputError
from biowright.library.index import SequenceIndex
from biowright.library.index.seeds import effort

SEED = 11


def mutated(rng: random.Random, letters: str, identity: float) -> str:
    """Change letters, a tenth of the changes being insertions and deletions."""
    made = []
    for letter in letters:
        if rng.random() < identity:
            made.append(letter)
        elif rng.random() < 0.1:
            made.append(rng.choice(("", letter + rng.choice("ACGT"))))
        else:
            made.append(rng.choice("ACGT".replace(letter, "")))
    return "".join(made)


@pytest.fixture(scope="module")
def parts() -> Parts:
    rng = random.Random(SEED)
    return Parts(
        [("".join(rng.choices("ACGT", k=rng.randint(150, 1500))), n % 2 == 0) for n in range(300)]
    )


@pytest.fixture(scope="module")
def index(parts: Parts) -> SequenceIndex:
    return SequenceIndex("/nonexistent", parts)


@pytest.mark.parametrize(("identity", "least"), [(0.9, 40), (0.8, 40), (0.7, 37)])
def test_relatives_are_found_over_origins_and_on_both_strands(
    parts: Parts, index: SequenceIndex, identity: float, least: int
) -> None:
    rng = random.Random(SEED)
    right = 0
    for trial in range(40):
        number = 2 * rng.randint(1, 149) + 1  # circles
        letters, _ = parts.parts[number - 1]
        size = min(300, len(letters))
        start = rng.randrange(len(letters)) if trial % 2 else len(letters) - size // 2
        stretch = (letters + letters)[start : start + size]
        query = mutated(rng, stretch, identity)
        strand = rng.choice((1, -1))
        hits = index.similar(
            [query if strand == 1 else other_strand(query)], identity=identity - 0.08, limit=3
        )
        if not hits or hits.number[0] != number:
            continue
        right += 1
        [first, *_] = hits
        assert first.strand == strand
        # the alignment is the best one, also where it lies over the origin
        around = letters[start - len(letters) :] + letters[:start]
        best = parasail.sw_stats_striped_16(
            query, around[: size + 40], 7, 2, parasail.matrix_create("ACGT", 2, -3)
        )
        assert first.score == best.score
        assert abs(first.identity - best.matches / best.length) < 0.005
        # at a low identity the best local alignment may end early
        slack = 30 if identity > 0.75 else 140
        assert (first.start - start + slack) % len(letters) <= 2 * slack
        assert (first.end - start - size + slack) % len(letters) <= 2 * slack
    assert right >= least


def test_what_is_unrelated_is_not_found(index: SequenceIndex) -> None:
    rng = random.Random(5)
    queries = ["".join(rng.choices("ACGT", k=400)) for _ in range(30)]
    assert not index.similar(queries, identity=0.7)


def test_the_stretch_of_the_query_is_told(parts: Parts, index: SequenceIndex) -> None:
    rng = random.Random(6)
    letters = parts.parts[4][0][10:130]
    query = "".join(rng.choices("ACGT", k=50)) + other_strand(letters) + "ACGTAC"
    [hit] = index.similar([query.lower()], identity=0.95)
    assert (hit.number, hit.strand) == (5, -1)
    assert abs(hit.start - 10) <= 2
    assert abs(hit.end - 130) <= 2
    assert abs(hit.query_start - 50) <= 2
    assert abs(hit.query_end - 170) <= 2
    twice = index.similar([letters + query], identity=0.95)
    assert twice.number.tolist() == [5, 5]


def test_unknown_letters_repeats_and_short_queries() -> None:
    rng = random.Random(7)
    core = "".join(rng.choices("ACGT", k=200))
    parts = Parts([(core[:90] + "N" * 20 + core[110:], False), ("A" * 500, True), ("ACGT", False)])
    index = SequenceIndex("/nonexistent", parts)
    [hit] = index.similar([core], identity=0.85)
    assert (hit.number, hit.start, hit.end) == (1, 0, 200)
    assert hit.identity == 180 / 200
    assert index.similar(["A" * 60]).number.tolist()[0] == 2
    assert index.similar([core[30:55]], limit=1).start.tolist() == [30]
    assert not index.similar(["ACG", "NNNNNNNNNNNNNNNNNNNNNNNN"])
    with pytest.raises(InputError, match="identity"):
        index.similar([core], identity=0.2)


def test_many_equal_parts_stay_bounded(tmp_path: Path) -> None:
    rng = random.Random(8)
    letters = "".join(rng.choices("ACGT", k=150))
    index = SequenceIndex(tmp_path, Parts([(letters, False)] * 20_000))
    hits = index.similar([mutated(rng, letters, 0.9)], identity=0.7, limit=4)
    assert len(hits) == 4


def test_effort_grows_as_identity_falls() -> None:
    assert effort(12, 0.95, 300).changed == 0
    assert effort(12, 0.95, 300).step > effort(12, 0.85, 300).step
    assert effort(12, 0.7, 300).changed == 1
    assert all(effort(k, 0.8, size).step % 2 for k in range(6, 13) for size in range(20, 2000, 50))

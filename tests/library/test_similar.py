"""Relatives: planted ones on both strands and over origins, and alignments as good as parasail's."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import parasail
import pytest
from tests.library.sources import Parts, other_strand

from biowright.bio.alignment import Scores
from biowright.core import InputError, Sequence
from biowright.library.index import SequenceIndex
from biowright.library.index.clusters import promises
from biowright.library.index.queries import patterns
from biowright.library.index.seeds import Effort, effort, seeds
from biowright.library.index.stretches import stretch

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


def test_a_part_that_is_alike_enough_over_a_stretch_is_found() -> None:
    rng = random.Random(12)
    letters = "".join(rng.choices("ACGT", k=500))
    index = SequenceIndex("/nonexistent", Parts([(letters, True)]))
    query = mutated(rng, letters[100:300], 0.95) + mutated(rng, letters[300:400], 0.7)
    [all_of_it] = index.similar([query], identity=0.6)
    assert all_of_it.end > 380
    assert all_of_it.identity < 0.9
    for strand, spelled in ((1, query), (-1, other_strand(query))):
        [hit] = index.similar([spelled], identity=0.9)
        assert hit.strand == strand
        assert 0.9 <= hit.identity < 0.95
        assert 280 <= hit.end < all_of_it.end
        assert hit.start == all_of_it.start
        aligned = parasail.sw_stats_striped_16(
            query[: hit.query_end] if strand == 1 else query[: len(query) - hit.query_start],
            letters[: hit.end], 7, 2, parasail.matrix_create("ACGT", 2, -3),
        )  # fmt: skip
        assert hit.score == aligned.score
    assert not index.similar([mutated(rng, letters[100:300], 0.8)], identity=0.99)


def test_the_stretch_is_the_best_one() -> None:
    rng = random.Random(13)
    scores = Scores()
    gain = (scores.match, scores.mismatch, scores.extension, scores.extension)
    for _ in range(200):
        kinds = [rng.choice((0, 0, 0, 1, 2, 3))]
        while len(kinds) < 15:
            kinds.append(rng.choice([k for k in (0, 0, 0, 1, 2, 3) if k != kinds[-1]]))
        counts = [rng.randint(1, 12) if kind == 0 else rng.randint(1, 4) for kind in kinds]
        identity = rng.uniform(0.5, 0.95)
        best = (0, 0, 0, 0)
        for i in range(15):
            for j in range(i + 1, 16):
                columns = sum(counts[i:j])
                equal = sum(c for k, c in zip(kinds[i:j], counts[i:j], strict=True) if k == 0)
                score = sum(
                    gain[k] * c + (scores.gap if k > 1 else 0)
                    for k, c in zip(kinds[i:j], counts[i:j], strict=True)
                )
                if equal >= identity * columns and score > best[0]:
                    query = sum(c for k, c in zip(kinds[:i], counts[:i], strict=True) if k != 3)
                    best = (score, query, equal, columns)
        if 2 * best[3] < sum(counts):
            best = (0, 0, 0, 0)
        found = stretch(
            0,
            0,
            0,
            0,
            0,
            0,
            sum(counts),
            np.array(kinds[::-1]),
            np.array(counts[::-1]),
            identity,
            scores,
        )
        assert found[0] == best[0]
        assert found[5] >= identity * found[6]
        assert found[1] == best[1]


def agreeing(query: str, place: int, letters: str, start: int, size: int) -> int:
    pairs = ((place + j, start + j) for j in range(size))
    return sum(
        query[i] == letters[j] for i, j in pairs if 0 <= i < len(query) and 0 <= j < len(letters)
    )


@pytest.mark.parametrize(("width", "changed"), [(10, 0), (8, 0), (10, 1), (10, 2)])
def test_seeds_are_those_of_a_plain_search(width: int, changed: int) -> None:
    rng = random.Random(14)
    # one part, so that the arena holds its letters alone
    letters = "".join(rng.choices("ACGT", k=4000))
    [segment] = SequenceIndex("/nonexistent", Parts([(letters, False)])).segments()
    query = mutated(rng, letters[1200:1300], 0.85)
    codes = patterns([query])[0].codes
    windows = {}
    for base in range(0, 3990, 4):
        for place in range(len(query) - width + 1):
            window = query[place : place + segment.k]
            if changed:
                differ = sum(a != b for a, b in zip(window, letters[base:], strict=False))
                fits = len(window) == segment.k and differ <= changed
            else:
                fits = window[:width] == letters[base : base + width]
            if fits:
                windows[base, place] = agreeing(query, place - 26, letters, base - 26, 64)
    found = seeds(segment, codes, Effort(width, changed, 1))
    rows = {(base, place) for base, place, _ in found.tolist()}
    assert len(rows) == len(found)
    assert rows <= set(windows)
    # what is left out agrees no better than chance around the window
    assert all(windows[row] < 64 * 0.7 for row in set(windows) - rows)
    paired = seeds(segment, codes, Effort(width, changed, 1, True))
    alone = {(base, place) for base, place, _ in paired.tolist()}
    assert alone <= set(windows)
    true = [row for row in sorted(rows, key=lambda row: row[1]) if abs(row[0] - row[1] - 1200) < 9]
    assert len(alone & set(true)) >= len(true) - 1


@pytest.mark.parametrize("circular", [False, True])
def test_promises_tell_relatives_from_chance(circular: bool) -> None:
    rng = random.Random(15)
    letters = "".join(rng.choices("ACGT", k=230))
    [segment] = SequenceIndex("/nonexistent", Parts([(letters, circular)])).segments()
    for start in (-40, 0, 30, 190, 400):
        around = "".join(
            letters[j % 230] if circular or 0 <= j < 230 else rng.choice("ACGT")
            for j in range(start, start + 150)
        )
        inside = 150 if circular else max(0, min(start + 150, 230) - max(start, 0))
        rows = np.array([[0, 0, start, start, 0, 0], [0, 0, start + 60, start + 60, 0, 0]])
        related, chance = promises(segment, patterns([around])[0].codes, rows).tolist()
        assert related <= 2 * inside + 5 * 16
        assert related >= 2 * (inside - inside % 16) - 48
        assert chance < 60


def test_a_circular_query_has_the_same_relatives_from_any_origin_on_either_strand(
    tmp_path: Path,
) -> None:
    rng = random.Random(SEED)
    shared = "".join(rng.choices("ACGT", k=1500))
    query = shared + "".join(rng.choices("ACGT", k=1100))
    # the part has a gap of 20 in it, near one end, and the stretch lies over its origin
    part = (
        shared[:80]
        + "".join(rng.choices("ACGT", k=20))
        + shared[80:]
        + "".join(rng.choices("ACGT", k=700))
    )
    part = part[900:] + part[:900]
    index = SequenceIndex(tmp_path / "index", Parts([(part, True), (part[300:1500], False)]))
    expected = None
    for turn in (0, 1, 40, 79, 81, 700, 1499, 1501, 2000, 2599):
        for strand in (1, -1):
            turned = query[turn:] + query[:turn]
            letters = turned if strand == 1 else other_strand(turned)
            hits = index.similar([Sequence(letters, topology="circular")], identity=0.8)
            found = [(h.number, h.start, h.end, h.strand * strand, h.score) for h in hits]
            expected = expected or found
            assert found == expected, (turn, strand)
            assert all(0 <= h.query_start < len(query) for h in hits)
    assert expected
    # 1,500 letters that agree and one gap; a letter more where chance has it
    number, start, end, strand, score = expected[0]
    assert (number, strand) == (1, 1)
    assert abs(start - (len(part) - 900)) <= 3
    assert abs(end - 620) <= 3
    assert score >= 2 * 1500 - 5 - 2 * 20

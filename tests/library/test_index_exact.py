"""Literal stretches and motifs against a naive search on each strand."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.sources import Parts, naive, other_strand, random_parts

from biowright.core import InputError, SequenceError
from biowright.library.index import Hits, SequenceIndex
from biowright.library.index import find as find_module


def rows(hits: Hits, query: int = 0) -> list[tuple[int, int, int, int]]:
    return [(h.number, h.start, h.end, h.strand) for h in hits if h.query == query]


def queries_of(rng: random.Random, parts: Parts, size: int) -> list[str]:
    """Take stretches of parts, over the origin of circles too, from both strands."""
    made = []
    for _ in range(12):
        letters, circular = rng.choice(parts.parts)
        around = letters + letters[: size - 1] if circular and len(letters) >= size else letters
        if len(around) < size:
            continue
        at = rng.randint(0, len(around) - size)
        query = around[at : at + size]
        made.append(query if rng.random() < 0.5 else other_strand(query))
    return made or ["ACGTACGTACGTA"]


@pytest.mark.parametrize("letters", ["ACGT", "AC", "ACGTNR", "ACGT-"])
@pytest.mark.parametrize("seed", range(4))
def test_stretches_and_motifs_are_those_of_a_naive_search(
    letters: str, seed: int, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    parts = random_parts(rng, 60, letters)
    stored = SequenceIndex(tmp_path, parts)
    if seed % 2:
        stored.update()
    for size in (4, 6, 9, 12, 13, 20, 67, 100, 130):
        queries = [q for q in queries_of(rng, parts, size) if "-" not in q]
        queries += [q.lower() for q in queries[:2]]
        degenerate = []
        for query in queries[:3]:
            spelled = list(query.upper())
            for place in rng.sample(range(len(spelled)), len(spelled) // 3):
                spelled[place] = rng.choice("NRYSWKMBDHV")
            degenerate.append("".join(spelled))
        queries += degenerate
        found = stored.find(queries)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(find_module, "scan_cost", lambda segment, sets: rng.choice((-1, 1e9)))
            scanned = stored.find(queries)
            patch.setattr(find_module, "scan_cost", lambda segment, sets: -1)
            tallied = stored.count(queries)
        counts = stored.count(queries)
        for index, query in enumerate(queries):
            truth = naive(parts, query)
            assert rows(found, index) == truth
            assert rows(scanned, index) == truth
            strands = [sum(row[3] == strand for row in truth) for strand in (1, -1)]
            assert counts[index].tolist() == strands
            assert tallied[index].tolist() == strands


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.text("ACGTN", min_size=1, max_size=40), st.booleans()), max_size=8),
    st.text("ACGTRYN", min_size=1, max_size=16),
)
def test_short_motifs_on_small_parts(parts: list[tuple[str, bool]], motif: str) -> None:
    source = Parts(parts)
    index = SequenceIndex("/nonexistent", source)
    truth = naive(source, motif)
    assert rows(index.find([motif])) == truth
    assert index.count([motif]).sum() == len(truth)


def test_palindromes_overlaps_and_repeats(tmp_path: Path) -> None:
    parts = Parts([("GAATTCGAATTC", False), ("A" * 40, True), ("ACGT" * 30, True)])
    index = SequenceIndex(tmp_path, parts)
    assert [row[3] for row in rows(index.find(["GAATTC"]))] == [1, -1, 1, -1]
    assert len(index.find(["A" * 15])) == 40
    assert rows(index.find(["ACGT" * 5])) == naive(parts, "ACGT" * 5)
    # a pattern longer than a circle does not go round twice
    assert not index.find(["A" * 41])
    assert len(index.find(["A" * 40])) == 40


def test_filters_and_limits(tmp_path: Path) -> None:
    text = "".join(random.Random(5).choices("ACGT", k=60))
    parts = Parts([(text, False)] * 50)
    index = SequenceIndex(tmp_path, parts)
    query = text[20:40]
    assert index.find([query], limit=7).number.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert index.find([query], allowed=[9, 11, 50]).number.tolist() == [9, 11, 50]
    mask = np.zeros(51, bool)
    mask[[3, 40]] = True
    assert index.find([query[:8]], allowed=mask, limit=1).number.tolist() == [3]
    assert not index.find([query], allowed=[])
    assert not index.find([])
    both = index.find([query, other_strand(query)], limit=3)
    assert both.query.tolist() == [0, 0, 0, 1, 1, 1]


def test_bad_queries_are_named(tmp_path: Path) -> None:
    index = SequenceIndex(tmp_path, Parts([("ACGT", False)]))
    with pytest.raises(SequenceError, match="no IUPAC letter"):
        index.find(["ACGTJ"])
    with pytest.raises(SequenceError, match="empty"):
        index.find([""])
    with pytest.raises(InputError, match="limit"):
        index.find(["ACGT"], limit=0)


def test_parts_of_20_kb(tmp_path: Path) -> None:
    rng = random.Random(9)
    unit = "".join(rng.choices("ACGT", k=500))
    long = "".join(rng.choices("ACGT", k=20_000))
    # one that repeats itself, one with a long stretch of N, one that is both strands of itself
    parts = Parts(
        [
            (long, True),
            (unit * 40, True),
            (long[:9000] + "N" * 3000 + long[12_000:], False),
            (long[:10_000] + other_strand(long[:10_000]), False),
        ]
    )
    index = SequenceIndex(tmp_path, parts)
    index.update()
    over = long[-700:] + long[:900]
    queries = [over, other_strand(over), unit[20:60], long[8990:9000], long[8980:9000] + "NNNN"]
    queries += [long[4000:4020], "N" * 20, long, other_strand(long[5:] + long[:5])]
    found = index.find(queries)
    for number, query in enumerate(queries):
        # of these letters an N of a part fits only an N, which any letter fits
        truth = set()
        for part, (letters, circular) in enumerate(parts.parts, 1):
            around = letters + letters[: len(query) - 1] * circular
            for strand, spelled in ((1, query), (-1, other_strand(query))):
                for match in re.finditer(f"(?={spelled.replace('N', '.')})", around):
                    if len(query) <= len(letters):
                        truth.add((part, match.start(), strand))
        assert {(h.number, h.start, h.strand) for h in found if h.query == number} == truth
    assert rows(found, 0) == [(1, 19_300, 900, 1)]
    assert rows(found, 1) == [(1, 19_300, 900, -1)]
    assert len(rows(found, 2)) >= 40
    assert rows(found, 7) == [(1, 0, 20_000, 1)]
    assert rows(found, 8) == [(1, 5, 5, -1)]
    best = index.similar([over], identity=0.9, limit=1)
    assert (best.start.tolist(), best.end.tolist()) == ([19_300], [900])

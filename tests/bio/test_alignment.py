"""Local alignments against parasail's optimum and a plain twin."""

from __future__ import annotations

import random
import re

import numpy as np
import parasail
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.bio import Scores, align
from biowright.bio.alignment_kernels import banded, banded_score
from biowright.bio.iupac import masks
from biowright.core import InputError, Sequence, SequenceError

letters = st.text("ACGT", max_size=40) | st.text("AC", max_size=25)


def spelled_score(query: str, target: str, found, scores: Scores) -> int:  # type: ignore[no-untyped-def]
    """Add up the columns of a CIGAR, and check that they are what they say."""
    i, j, total, matches = found.query_start, found.start, 0, 0
    for count, kind in re.findall(r"(\d+)([=XID])", found.cigar):
        for _ in range(int(count)):
            if kind in "=X":
                assert (query[i] == target[j]) == (kind == "=")
                total += scores.match if kind == "=" else scores.mismatch
                matches += kind == "="
            i += kind in "=XI"
            j += kind in "=XD"
        total += (scores.gap + int(count) * scores.extension) if kind in "ID" else 0
    assert (i, j, matches) == (found.query_end, found.end, found.matches)
    return total


def optimum(query: str, target: str, scores: Scores) -> int:
    matrix = parasail.matrix_create("ACGT", scores.match, scores.mismatch)
    begin = -scores.gap - scores.extension
    return parasail.sw_scan_32(query, target, begin, -scores.extension, matrix).score


@given(letters, letters, st.sampled_from([Scores(), Scores(1, -2, 0, -2), Scores(5, -4, -8, -1)]))
def test_the_best_alignment_is_found_and_spelled(query: str, target: str, scores: Scores) -> None:
    found = align(query, target, scores)
    assert found.score == (optimum(query, target, scores) if query and target else 0)
    assert spelled_score(query, target, found, scores) == found.score
    assert 0 <= found.identity <= 1


def slow_banded(query: str, target: str, lowest: int, highest: int) -> int:
    """Fill the three tables of Gotoh for the cells of the band only."""
    low = -(10**9)
    h: dict[tuple[int, int], int] = {}
    e: dict[tuple[int, int], int] = {}
    f: dict[tuple[int, int], int] = {}
    best = 0
    for i in range(len(query)):
        for j in range(len(target)):
            if lowest <= j - i <= highest:
                e[i, j] = max(h.get((i - 1, j), 0) - 7, e.get((i - 1, j), low) - 2)
                f[i, j] = max(h.get((i, j - 1), 0) - 7, f.get((i, j - 1), low) - 2)
                pair = 2 if query[i] == target[j] else -3
                h[i, j] = max(0, h.get((i - 1, j - 1), 0) + pair, e[i, j], f[i, j])
                best = max(best, h[i, j])
    return best


@given(letters, letters, st.integers(-30, 30), st.integers(0, 12))
def test_a_band_holds_all_columns(query: str, target: str, lowest: int, width: int) -> None:
    one, other = (np.frombuffer(masks(s.encode()), np.uint8) for s in (query, target))
    row = banded(one, other, lowest, lowest + width, 2, -3, -5, -2, True)
    assert row[0] == slow_banded(query, target, lowest, lowest + width)
    assert row[0] == banded_score(one, other, lowest, lowest + width, 2, -3, -5, -2)


def test_real_sizes() -> None:
    rng = random.Random(1)
    target = "".join(rng.choices("ACGT", k=900))
    query = list(target[100:700])
    for _ in range(150):
        at = rng.randrange(len(query))
        query[at] = rng.choice(("A", "C", "G", "T", "", "AC"))
    text = "".join(query)
    found = align(text, target)
    assert found.score == optimum(text, target, Scores())
    assert spelled_score(text, target, found, Scores()) == found.score


def test_what_is_no_base_is_a_mismatch() -> None:
    assert align("ACGTNACGTA", "ACGTNACGTA").cigar == "4=1X5="
    assert align("nnnn", "NNNN").columns == 0
    assert align("", "ACGT").score == 0
    with pytest.raises(SequenceError, match="protein"):
        align(Sequence("MKV", "protein"), "ACGT")
    with pytest.raises(InputError, match="scores"):
        Scores(mismatch=1)

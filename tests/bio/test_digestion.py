"""Digests against Biopython's, and by the law that nothing is lost and the pieces fit together."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from Bio import Restriction
from Bio.Seq import Seq
from hypothesis import given
from hypothesis import strategies as st

from biowright.bio import End, digest, enzymes
from biowright.core import Record, Sequence

SORTS = ["EcoRI", "KpnI", "SmaI", "BsaI", "SapI", "BcgI", "MseI", "HpaII", "MnlI", "MluCI", "TspRI"]


def random_dna(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


def reverse_complement(text: str) -> str:
    return str(Sequence(text).reverse_complement())


def turned(text: str) -> str:
    """Give the rotation of a circle that comes first in the alphabet."""
    return min((text[i:] + text[:i] for i in range(len(text))), default="")


@pytest.mark.parametrize(
    "name", ["EcoRI", "MseI", "HpaII", "KpnI", "RsaI", "MboII", "MnlI", "BsrI"]
)
@pytest.mark.parametrize("circular", [False, True])
def test_fragments_are_those_of_biopython(name: str, circular: bool) -> None:
    for seed in range(4):
        text = random_dna(seed, 2000)
        theirs = getattr(Restriction, name).catalyse(Seq(text), linear=not circular)
        sequence = Sequence(text, topology="circular" if circular else "linear")
        ours = digest(sequence, name)
        if circular and len(ours) == 1 and ours[0].left is None:
            assert [str(f) for f in theirs] == [text]
            continue
        tops = []
        for fragment in ours:
            low, high = fragment.top
            tops.append((text + text + text)[low:high])
        assert sorted(tops) == sorted(str(f) for f in theirs)


@given(
    st.integers(0, 2**32),
    st.integers(1, 300),
    st.booleans(),
    st.lists(st.sampled_from(SORTS), min_size=1, max_size=4),
)
def test_nothing_is_lost_and_ends_fit(
    seed: int, length: int, circular: bool, names: list[str]
) -> None:
    text = random_dna(seed, length)
    sequence = Sequence(text, topology="circular" if circular else "linear")
    fragments = digest(Record(sequence), names).fragments
    for strand in ("top", "bottom"):
        places = [getattr(fragment, strand) for fragment in fragments]
        covered = [p % length for low, high in places for p in range(low, high)]
        assert sorted(covered) == list(range(length))
    for fragment in fragments:
        read = str(fragment.sequence)
        around = text * 4
        assert read == (
            around[fragment.start : fragment.end]
            if circular
            else text[fragment.start : fragment.end]
        )
        assert (fragment.start, fragment.end) == (
            min(fragment.top[0], fragment.bottom[0]),
            max(fragment.top[1], fragment.bottom[1]),
        )
        assert 0 <= fragment.start < max(length, 1)
        if fragment.left is None or fragment.right is None:
            assert circular
            assert fragment.sequence == sequence
            continue
        left, right = len(fragment.left.overhang), len(fragment.right.overhang)
        assert fragment.left.overhang in (read[:left], reverse_complement(read[:left]))
        assert fragment.duplex == len(read) - left - right
    pairs = list(pairwise(fragments))
    if circular and fragments[0].left is not None:
        pairs.append((fragments[-1], fragments[0]))
    for one, next_one in pairs:
        assert one.right is not None
        assert next_one.left is not None
        assert one.right.fits(next_one.left)
        assert one.right.enzyme == next_one.left.enzyme


@given(st.integers(0, 2**32), st.integers(-500, 500), st.sampled_from(SORTS))
def test_a_rotated_circle_gives_the_same_fragments(seed: int, origin: int, name: str) -> None:
    circle = Sequence(random_dna(seed, 200), topology="circular")

    def pieces(sequence: Sequence) -> list[tuple[object, ...]]:
        return sorted(
            (
                turned(str(f.sequence)) if f.left is None else str(f.sequence),
                str(f.left),
                str(f.right),
            )
            for f in digest(sequence, name)
        )

    assert pieces(circle.rotate(origin)) == pieces(circle)


@given(st.integers(0, 2**32), st.booleans(), st.sampled_from(SORTS))
def test_the_other_strand_gives_the_fragments_turned_round(
    seed: int, circular: bool, name: str
) -> None:
    sequence = Sequence(random_dna(seed, 200), topology="circular" if circular else "linear")
    here = [(str(f.sequence), f.left, f.right) for f in digest(sequence, name)]
    there = [
        (str(f.sequence.reverse_complement()), f.right, f.left)
        for f in digest(sequence.reverse_complement(), name)
    ]
    assert sorted(here, key=str) == sorted(there, key=str)


def test_ends() -> None:
    left, right = digest("AAGAATTCAA", "EcoRI")
    assert left.right == right.left == End("5'", "AATT", "EcoRI")
    assert (left.left, right.right) == (End("blunt"), End("blunt"))
    assert (str(left.sequence), str(right.sequence)) == ("AAGAATT", "AATTCAA")
    left, right = digest("AAGGTACCAA", "KpnI")
    assert left.right == right.left == End("3'", "GTAC", "KpnI")
    left, right = digest("AAGGTCTCAACGTTT", "BsaI")
    assert left.right == End("5'", "ACGT", "BsaI")
    left, right = digest("AAGGTCTCAAATGTTT", "BsaI")
    assert (left.right, right.left) == (End("5'", "CATT", "BsaI"), End("5'", "AATG", "BsaI"))
    assert left.right is not None
    assert right.left is not None
    assert left.right.fits(right.left)
    assert not right.left.fits(right.left)
    assert not End("5'", "AATT").fits(End("3'", "AATT"))
    assert End("blunt").fits(End("blunt"))


def test_a_circle_without_a_cut_stays_one() -> None:
    circle = Sequence("ACGTACGT", topology="circular")
    [whole] = digest(circle, "EcoRI")
    assert whole.sequence == circle
    assert (whole.left, whole.right, len(whole)) == (None, None, 8)
    [opened] = digest(Sequence("TTCAAAAGAA", topology="circular"), "EcoRI")
    assert str(opened.sequence) == "AATTCAAAAGAATT"
    assert (opened.start, opened.end, len(opened)) == (8, 22, 10)


def test_enzymes_that_exclude_each_other() -> None:
    text = "AAAAGGTACCAAAA"
    first = digest(text, ["KpnI", "Acc65I"])
    assert [f.left for f in first] == [End("blunt"), End("3'", "GTAC", "KpnI")]
    assert [reason for _, reason in first.uncut] == ["a cut of KpnI excludes it"]
    other = digest(text, ["Acc65I", "KpnI"])
    assert other[1].left == End("5'", "GTAC", "Acc65I")
    # enzymes that cut alike do not
    both = digest("AAAAGAATTCAAAA", ["MluCI", "ApoI"])
    assert len(both) == 3 - 1
    assert both.uncut == ()


def test_strands_that_fall_apart() -> None:
    # two cuts so close that no base pair is left between them
    fragments = digest("AAAAAGAATTAATTCAAAAA", ["MluCI"])
    assert [f.duplex for f in fragments][1] == 0
    assert str(fragments[1].sequence) == "AATTAATT"


def test_sites_that_are_not_cut_are_told() -> None:
    off = digest("AAGGTCTCAAA", "BsaI")
    assert len(off) == 1
    assert [reason for _, reason in off.uncut] == ["the cut lies outside of the molecule"]
    unknown = digest("AACTACAAAGTCAA", "UbaF12I")
    assert [reason for _, reason in unknown.uncut] == ["it is not known where UbaF12I cuts"]


def test_all_enzymes_at_once() -> None:
    circle = Sequence(random_dna(1, 3000), topology="circular")
    cut = digest(circle, enzymes(supplier="N"))
    for strand in ("top", "bottom"):
        assert sum(hi - lo for lo, hi in (getattr(f, strand) for f in cut)) == 3000
    assert len(digest("", "EcoRI")) == 1
    assert len(digest(Sequence("", topology="circular"), "EcoRI")) == 1

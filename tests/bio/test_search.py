"""Search against brute force, and by the laws of rotation and reverse complement."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.bio import IUPAC, Hit, find, find_many, search
from biowright.core import InputError, Record, Sequence, SequenceError

letters = st.text("ACGTRYNacgtn-", max_size=80) | st.text("AC", max_size=60)
patterns = st.text("ACGTUMRWSYKVHDBNacgtn", min_size=1, max_size=11) | st.text(
    "AC", min_size=1, max_size=6
)


def fits(letter: str, wanted: str) -> bool:
    return letter in IUPAC and set(IUPAC[letter]) <= set(IUPAC[wanted])


def reverse_complement(pattern: str) -> str:
    return str(Sequence(pattern.replace("U", "T")).reverse_complement())


def same_sets(one: str, other: str) -> bool:
    return [IUPAC[a] for a in one] == [IUPAC[b] for b in other]


def slow_find(text: str, pattern: str, circular: bool, mismatches: int = 0) -> list[Hit]:
    """Lay the pattern on every place, on both strands."""
    text, pattern = text.upper().replace("U", "T"), pattern.upper()
    size = len(pattern)
    if circular:
        starts = range(len(text) if size <= len(text) else 0)
    else:
        starts = range(len(text) - size + 1)
    other = reverse_complement(pattern)
    found = []
    for start in starts:
        for strand, wanted in ((1, pattern), (-1, other)):
            if strand == -1 and same_sets(pattern, other):
                continue
            wrong = sum(
                not fits(text[(start + i) % len(text)], letter) for i, letter in enumerate(wanted)
            )
            if wrong <= mismatches:
                found.append(Hit(start, start + size, strand, wrong))
    return found


@given(letters, patterns, st.booleans(), st.integers(0, 5))
def test_find_is_brute_force(text: str, pattern: str, circular: bool, mismatches: int) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")
    expected = slow_find(text, pattern, circular, mismatches)
    assert find(sequence, pattern, mismatches=mismatches) == expected


@given(letters, patterns, st.booleans())
def test_pieces_of_work_fit_together(text: str, pattern: str, circular: bool) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")
    whole = find(sequence, pattern, mismatches=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "CHUNK", 7)
        assert find(sequence, pattern, mismatches=1) == whole
        patch.setattr(search, "MANY", 1)  # by the sorted places
        assert find(sequence, pattern, mismatches=1) == whole


@given(letters, patterns, st.integers(0, 2), st.integers(-200, 200))
def test_hits_turn_with_the_circle(text: str, pattern: str, mismatches: int, origin: int) -> None:
    circle = Sequence(text, topology="circular")
    length = max(len(text), 1)
    expected = {
        ((hit.start - origin) % length, hit.strand, hit.mismatches)
        for hit in find(circle, pattern, mismatches=mismatches)
    }
    found = find(circle.rotate(origin), pattern, mismatches=mismatches)
    assert {(hit.start, hit.strand, hit.mismatches) for hit in found} == expected
    assert len(found) == len(expected)


@given(letters, patterns, st.booleans(), st.integers(0, 2))
def test_hits_change_strands_with_the_sequence(
    text: str, pattern: str, circular: bool, mismatches: int
) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")
    length, size = max(len(text), 1), len(pattern)
    palindrome = same_sets(pattern.upper(), reverse_complement(pattern.upper()))
    expected = set()
    for hit in find(sequence, pattern, mismatches=mismatches):
        start = length - hit.start - size
        strand = hit.strand if palindrome else -hit.strand
        expected.add((start % length if circular else start, strand, hit.mismatches))
    found = find(sequence.reverse_complement(), pattern, mismatches=mismatches)
    assert {(hit.start, hit.strand, hit.mismatches) for hit in found} == expected


@given(letters, patterns, st.booleans(), st.sampled_from([1, -1]))
def test_hits_apart_share_no_letter(text: str, pattern: str, circular: bool, strand: int) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")
    everywhere = find(sequence, pattern, strands=[strand])
    apart = find(sequence, pattern, strands=[strand], overlapping=False)
    assert set(apart) <= set(everywhere)
    covered = [(hit.start + i) % len(text) for hit in apart for i in range(len(pattern))]
    assert len(covered) == len(set(covered))
    # no hit that was left out would still have room
    for hit in set(everywhere) - set(apart):
        assert any((hit.start + i) % len(text) in covered for i in range(len(pattern)))


def test_hits_apart_are_taken_in_reading_order() -> None:
    assert [h.start for h in find("AAAAAAA", "AAA", strands=[1], overlapping=False)] == [0, 3]
    assert [h.start for h in find("TTTTTTT", "AAA", strands=[-1], overlapping=False)] == [1, 4]
    circle = Sequence("AAAAAAA", topology="circular")
    assert [h.start for h in find(circle, "AAA", strands=[1], overlapping=False)] == [0, 3]


def test_ambiguous_letters_fit_only_what_includes_them() -> None:
    assert find("GANTC", "GAATC") == []
    assert len(find("GANTC", "GANTC")) == 1
    assert len(find("GARTC", "GANTC")) == 1
    assert find("GA-TC", "GANTC") == []
    assert find("GA-TC", "GANTC", mismatches=1)[0].mismatches == 1


def test_palindromes_are_found_once_on_the_first_strand_that_is_wanted() -> None:
    assert find("GAATTC", "GAATTC") == [Hit(0, 6, 1)]
    assert find("GAATTC", "GAATTC", strands=[-1]) == [Hit(0, 6, -1)]
    assert [hit.strand for hit in find("GACGTC", "GRCGYC")] == [1]


def test_circles_shorter_than_the_pattern_have_no_hit() -> None:
    assert find(Sequence("ACG", topology="circular"), "ACGA") == []
    assert find(Sequence("ACG", topology="circular"), "GAC") == [Hit(2, 5, 1)]
    assert find(Sequence("", topology="circular"), "A") == []


def test_records_rna_and_sequences_as_patterns() -> None:
    record = Record(Sequence("augGCU", "RNA"))
    assert find(record, Sequence("ATG")) == [Hit(0, 3, 1)]
    assert find(record, "CAU") == [Hit(0, 3, -1)]


def test_many_patterns() -> None:
    text = "GAATTCGGATCCGGTCTC"
    found = find_many(text, {"EcoRI": "GAATTC", "BsaI": "GGTCTC", "NotI": "GCGGCCGC"})
    assert list(found) == ["EcoRI", "BsaI", "NotI"]
    assert {name: [h.start for h in hits] for name, hits in found.items()} == {
        "EcoRI": [0],
        "BsaI": [12],
        "NotI": [],
    }
    assert find_many(text, ["GAATTC"]) == {"GAATTC": [Hit(0, 6, 1)]}
    assert find_many(text, []) == {}


@given(letters, st.lists(patterns, max_size=8, unique=True), st.booleans())
def test_many_patterns_are_found_like_each(text: str, wanted: list[str], circular: bool) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")
    assert find_many(sequence, wanted) == {p: find(sequence, p) for p in wanted}


def test_many_patterns_in_a_long_sequence() -> None:
    # long enough for places to be looked up by their letters, which short sequences do not need
    text = "".join(random.Random(5).choices("ACGTN", [25, 25, 25, 25, 1], k=30_000))
    wanted = ["GAATTC", "GGATCC", "RCCGGY", "AACNNNNNNGTGC", "GCGGCCGC", "CCWGG", "TGCANNA", "G"]
    assert len(wanted) > search.MANY
    for topology in ("linear", "circular"):
        sequence = Sequence(text, topology=topology)
        found = find_many(sequence, wanted)
        assert found == {pattern: find(sequence, pattern) for pattern in wanted}
        assert sum(map(len, found.values())) > 10_000


@pytest.mark.parametrize("pattern", ["", "AC-T", "AC T", "E", "ÄC", "A*"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(SequenceError, match="pattern"):
        find("ACGT", pattern)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="strands"):
        find("ACGT", "A", strands=[2])
    with pytest.raises(InputError, match="strands"):
        find("ACGT", "A", strands=[])
    with pytest.raises(InputError, match="mismatches"):
        find("ACGT", "A", mismatches=-1)
    with pytest.raises(SequenceError, match="protein"):
        find(Sequence("MKV", "protein"), "A")


def test_repeats_that_make_regular_expressions_slow() -> None:
    # 200 N then A on a poly-C: a backtracking matcher may go quadratic, and no hit is there
    assert find("C" * 20_000, "N" * 200 + "A" + "N" * 200) == []

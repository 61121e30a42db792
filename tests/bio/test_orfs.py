"""Open reading frames against a slow walk, codon by codon, and by the laws of circles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.bio import Orf, find_orfs, genetic_code, translate
from biowright.core import InputError, Record, Sequence, SequenceError

dna = st.text("ACGT", max_size=120)
# few letters make stops and starts frequent, long runs without a stop need C
rich = st.text("ATG", max_size=60) | st.text("ACG", max_size=40) | dna


def slow_orfs(
    text: str, circular: bool, starts: tuple[str, ...], minimum: int, nested: bool
) -> Iterator[tuple[int, int, int, str]]:
    """Read from every start codon until a stop; on a circle at most three times round."""
    stops = genetic_code(1).stop_codons
    length = len(text)
    for strand in (1, -1):
        read = text if strand == 1 else str(Sequence(text).reverse_complement())

        def codon(at: int, read: str = read) -> str:
            if circular:
                return "".join(read[(at + i) % length] for i in range(3))
            return read[at : at + 3]

        for start in range(length):
            if codon(start) not in starts:
                continue
            at, residues = start, ""
            while len(codon(at)) == 3 and codon(at) not in stops and at - start < 3 * length:
                residues += str(translate(codon(at)))
                at += 3
            if len(codon(at)) < 3 or codon(at) not in stops or len(residues) < minimum:
                continue
            if not nested and _opened_before(codon, start, starts, stops, circular, length):
                continue
            low, high = start, at + 3
            if strand == -1:
                low, high = length - high, length - low
                turns = -(low // length) * length if circular else 0
                low, high = low + turns, high + turns
            yield low, high, strand, "M" + residues[1:]


def _opened_before(codon, start, starts, stops, circular, length) -> bool:  # type: ignore[no-untyped-def]
    at = start - 3
    while (circular and start - at < 3 * length) or at >= 0:
        if codon(at) in stops:
            return False
        if codon(at) in starts:
            return True
        at -= 3
    return False


def place(orf: Orf) -> tuple[int, int, int, str]:
    return orf.start, orf.end, orf.strand, str(orf.protein)


@given(rich, st.booleans(), st.booleans(), st.sampled_from([("ATG",), ("ATG", "TTG", "CTG")]))
def test_orfs_are_those_of_a_slow_walk(
    text: str, circular: bool, nested: bool, starts: tuple[str, ...]
) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")
    found = [
        orf
        for orf in find_orfs(sequence, minimum=2, starts=starts, nested=nested)
        if not orf.endless
    ]
    expected = sorted(
        slow_orfs(text, circular, starts, 2, nested), key=lambda o: (o[0], -o[2], o[1])
    )
    assert [place(orf) for orf in found] == expected
    assert all(orf.complete for orf in found)


@given(rich.filter(bool), st.integers(-200, 200))
def test_a_rotated_circle_has_the_same_orfs(text: str, origin: int) -> None:
    circle = Sequence(text, topology="circular")
    length = len(text)

    def found(sequence: Sequence, shift: int) -> list[tuple[int, int, int, str]]:
        # an endless frame is given from its first start behind the origin, wherever that is
        orfs = find_orfs(sequence, minimum=1, nested=True)
        return sorted(
            (
                -1 if o.endless else (o.start + shift) % length,
                o.end - o.start,
                o.strand,
                "" if o.endless else str(o.protein),
            )
            for o in orfs
        )

    assert found(circle.rotate(origin), origin) == found(circle, 0)


@given(rich, st.booleans(), st.booleans())
def test_the_other_strand_has_the_same_orfs(text: str, circular: bool, partial: bool) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")

    def proteins(read: Sequence, sign: int) -> list[tuple[int, str, bool]]:
        orfs = find_orfs(read, minimum=1, nested=True, partial=partial)
        return sorted((sign * o.strand, str(o.protein), o.complete) for o in orfs)

    assert proteins(sequence.reverse_complement(), -1) == proteins(sequence, 1)


@given(rich, st.booleans(), st.booleans())
def test_the_letters_of_an_orf_translate_to_its_protein(
    text: str, circular: bool, partial: bool
) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")
    for orf in find_orfs(sequence, 11, minimum=1, starts="code", partial=partial):
        letters = orf.location.extract(sequence)
        assert len(letters) == orf.end - orf.start
        read = str(translate(letters, 11, start=orf.complete or orf.endless))
        assert read.rstrip("*").replace("*", "!")[1:] == str(orf.protein)[1:]
        if orf.complete:
            assert read == str(orf.protein) + "*"


def test_a_circle_without_a_stop_is_endless() -> None:
    # 9 letters: three frames a strand, each of three codons; only one has a start
    [orf] = find_orfs(Sequence("GCCATGGCC", topology="circular"), minimum=1, strands=[1])
    assert (orf.start, orf.end, str(orf.protein)) == (3, 12, "MAA")
    assert orf.endless
    assert not orf.complete
    # 10 letters: one frame, which goes round three times; it meets its start once
    [orf] = find_orfs(Sequence("GCCATGGCCC", topology="circular"), minimum=1, strands=[1])
    assert (orf.start, orf.end) == (3, 33)
    assert str(orf.location) == "join(4..13,4..13,4..13)"
    assert str(orf.protein) == "MARHGPPWPA"


def test_orfs_that_run_off_the_ends() -> None:
    text = "GCAGCATAACCATGGCAGC"
    assert list(find_orfs(text, minimum=1, strands=[1])) == []
    found = list(find_orfs(text, minimum=2, strands=[1], partial=True))
    assert ("AA", 0, 9, False) in [(str(o.protein), o.start, o.end, o.complete) for o in found]
    assert ("MA", 11, 17, False) not in [
        (str(o.protein), o.start, o.end, o.complete) for o in found
    ]
    # the frame of that start is open from the very beginning
    assert "QHNHGS" in [str(o.protein) for o in found]


def test_stop_to_stop() -> None:
    found = find_orfs("TAAGCAGCATAA", starts="any", minimum=2, strands=[1])
    assert [(o.start, o.end, str(o.protein)) for o in found] == [(3, 12, "AA")]


def test_dual_codons_end_an_orf() -> None:
    found = find_orfs("ATGGCATGA", 27, minimum=1, strands=[1])
    assert [str(o.protein) for o in found] == ["MA"]


def test_ambiguous_stops_and_starts_must_be_sure() -> None:
    assert [str(o.protein) for o in find_orfs("ATGTARATG", minimum=1, strands=[1])] == ["M"]
    assert [str(o.protein) for o in find_orfs("ATGTANTAA", minimum=1, strands=[1])] == ["MX"]
    assert list(find_orfs("ATNTAA", minimum=1, strands=[1])) == []


@pytest.mark.parametrize("text", ["", "A", "AT", "ATG"])
def test_tiny_sequences(text: str) -> None:
    assert list(find_orfs(text, minimum=1)) == []
    list(find_orfs(Sequence(text, topology="circular"), minimum=1, nested=True))


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="no start codon"):
        list(find_orfs("ATG", starts=["AUGG"]))
    with pytest.raises(InputError, match="no start codon"):
        list(find_orfs("ATG", starts="all"))
    with pytest.raises(InputError, match="strands"):
        list(find_orfs("ATG", strands=[0]))
    with pytest.raises(SequenceError, match="protein"):
        list(find_orfs(Record(Sequence("MKV", "protein"))))

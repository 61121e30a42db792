"""Translation against Biopython, against brute force over all expansions, and by its laws."""

from __future__ import annotations

from itertools import product

import pytest
from Bio.Seq import Seq
from hypothesis import given
from hypothesis import strategies as st

from biowright.bio import IUPAC, genetic_code, genetic_codes, six_frames, translate
from biowright.core import Molecule, Sequence, SequenceError

LETTERS = "ACGTUMRWSYKVHDBNX"
codes = st.sampled_from(sorted(genetic_codes()))
plain = st.text("ACGTacgtUu", max_size=200)
iupac = st.text(LETTERS + LETTERS.lower() + "-.", max_size=60)


@pytest.mark.filterwarnings("ignore:This table contains")  # codes with dual codons
@given(plain, codes)
def test_plain_sequences_are_translated_as_by_biopython(text: str, code: int) -> None:
    whole = text[: len(text) // 3 * 3]
    assert str(translate(text, code)) == str(Seq(whole).translate(table=code))


def slow_residue(codon: str, code: int) -> str:
    if all(letter in "-." for letter in codon):
        return "-"
    if any(letter in "-." for letter in codon):
        return "X"
    table = genetic_code(code)
    found = {table["".join(c)] for c in product(*(IUPAC[letter] for letter in codon.upper()))}
    groups = {frozenset("DN"): "B", frozenset("EQ"): "Z", frozenset("IL"): "J"}
    return found.pop() if len(found) == 1 else groups.get(frozenset(found), "X")


@pytest.mark.parametrize("code", [1, 2, 4, 14, 25, 27, 28])
def test_every_ambiguous_codon_means_what_its_expansions_agree_on(code: int) -> None:
    codons = ["".join(c) for c in product(LETTERS + "-", repeat=3)]
    expected = "".join(slow_residue(codon, code) for codon in codons)
    assert str(translate("".join(codons), code)) == expected


@given(iupac)
def test_case_and_spelling_do_not_matter(text: str) -> None:
    assert translate(text) == translate(text.lower()) == translate(text.upper().replace("U", "T"))
    assert translate(Sequence(text, "RNA")) == translate(Sequence(text, "DNA"))


def test_the_result_is_a_protein() -> None:
    assert translate("ATG").molecule is Molecule.PROTEIN
    assert str(translate("")) == str(translate("AT")) == ""


def test_to_stop() -> None:
    assert str(translate("ATGTAAATG", to_stop=True)) == "M"
    assert str(translate("ATGGCA", to_stop=True)) == "MA"
    with pytest.raises(SequenceError, match="TGA"):
        translate("ATGTGA", 27, to_stop=True)


def test_alternative_starts() -> None:
    assert str(translate("GTGGTG", 11)) == "VV"
    assert str(translate("GTGGTG", 11, start=True)) == "MV"
    assert str(translate("GTGGTG", 1, start=True)) == "VV"
    # R is A or G: both ATG and GTG start in code 11, so that RTG does, but no other codon is sure
    assert str(translate("RTGRTG", 11, start=True)) == "MX"
    assert str(translate("NTGATG", 11, start=True)) == "MM"
    assert str(translate("NTCATG", 11, start=True)) == "XM"


def test_complete_coding_sequences() -> None:
    assert str(translate("TTGGCTTAA", 11, cds=True)) == "MA"
    assert str(translate("ATGTGATGA", 27, cds=True)) == "MW"  # the last TGA stops, the first is W
    assert str(translate("ATGGCTTRA", 1, cds=True)) == "MA"  # TAA and TGA


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "0 letters"),
        ("ATGG", "4 letters"),
        ("GCTTAA", "start codon"),
        ("ATGGCT", "stop codon"),
        ("ATGTAATAA", "inside"),
        ("NNNTAA", "start codon"),
        ("ATGNNN", "stop codon"),
    ],
)
def test_what_is_no_coding_sequence_is_refused(text: str, what: str) -> None:
    with pytest.raises(SequenceError, match=what):
        translate(text, cds=True)


def test_only_nucleotides_are_translated() -> None:
    with pytest.raises(SequenceError, match="protein"):
        translate(Sequence("MKV", "protein"))
    with pytest.raises(SequenceError, match="no sequence"):
        translate(12)  # type: ignore[arg-type]


@given(iupac, st.booleans(), codes)
def test_six_frames_are_translations_of_the_shifted_strands(
    text: str, circular: bool, code: int
) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")
    frames = six_frames(sequence, code)
    assert [(f.strand, f.offset) for f in frames] == list(product((1, -1), range(3)))
    for frame in frames:
        read = text if frame.strand == 1 else str(sequence.reverse_complement())
        if circular:
            # each letter starts one codon; codons at the end go on at the origin
            read += (read + read)[:2]
            read = read[: len(text) + 2]
        assert frame.protein == translate(read[frame.offset :], code)


@given(iupac.filter(bool), st.booleans())
def test_frames_know_where_their_residues_lie(text: str, circular: bool) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")
    for frame in six_frames(sequence):
        for index, residue in enumerate(str(frame.protein)):
            span = frame.span(index, index + 1)
            assert 0 <= span.start < len(text)
            if span.end - span.start <= len(text):
                codon = sequence.window(span.start, span.end)
                read = codon if span.strand == 1 else codon.reverse_complement()
                assert str(translate(read)) == residue


@given(iupac, st.booleans())
def test_frames_of_the_other_strand_change_places(text: str, circular: bool) -> None:
    sequence = Sequence(text, topology="circular" if circular else "linear")
    here = [f.protein for f in six_frames(sequence)]
    there = [f.protein for f in six_frames(sequence.reverse_complement())]
    assert here == there[3:] + there[:3]


@given(iupac.filter(bool), st.integers(-100, 100))
def test_a_rotated_circle_has_the_same_codons(text: str, origin: int) -> None:
    circle = Sequence(text, topology="circular")

    def codons(sequence: Sequence, shift: int) -> set[tuple[int, int, str]]:
        return {
            ((frame.span(i, i + 1).start + shift) % len(text), frame.strand, residue)
            for frame in six_frames(sequence)
            for i, residue in enumerate(str(frame.protein))
        }

    assert codons(circle.rotate(origin), origin) == codons(circle, 0)

"""The other strand of a text is the one that a sequence gives."""

from hypothesis import given
from hypothesis import strategies as st

from biowright.bio import IUPAC, complement, other_strand
from biowright.core import Molecule, Sequence

LETTERS = "".join(IUPAC) + "".join(IUPAC).lower() + "-"


@given(st.text(LETTERS, max_size=80))
def test_texts_pair_as_sequences_do(letters: str) -> None:
    sequence = Sequence(letters, Molecule.DNA)
    assert complement(letters) == str(sequence.complement())
    assert other_strand(letters) == str(sequence.reverse_complement())


@given(st.text("ACGT", max_size=80))
def test_the_other_strand_of_the_other_strand_is_the_first(letters: str) -> None:
    assert other_strand(other_strand(letters)) == letters


def test_pairs_hold_sets_of_bases_that_pair() -> None:
    pairs = {"A": "T", "C": "G", "G": "C", "T": "A"}
    for letter, bases in IUPAC.items():
        assert set(IUPAC[complement(letter)]) == {pairs[base] for base in bases}

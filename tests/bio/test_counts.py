"""Counts of codons and k-mers against counting by hand."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.bio import CODONS, count_codons, count_kmers
from biowright.core import InputError, Sequence

letters = st.text("ACGTNacgtu-", max_size=60)


@given(letters)
def test_codons(text: str) -> None:
    plain = text.upper().replace("U", "T")
    triplets = Counter(plain[i : i + 3] for i in range(0, len(plain) - 2, 3))
    assert count_codons(text) == {codon: triplets[codon] for codon in CODONS}


@given(letters, st.integers(1, 7), st.booleans(), st.booleans())
def test_kmers(text: str, k: int, circular: bool, canonical: bool) -> None:
    plain = text.upper().replace("U", "T")
    if circular:
        read = plain + plain[: k - 1] if k <= len(plain) else ""
    else:
        read = plain
    expected: Counter[str] = Counter()
    for i in range(len(read) - k + 1):
        kmer = read[i : i + k]
        if set(kmer) <= set("ACGT"):
            other = str(Sequence(kmer).reverse_complement())
            expected[min(kmer, other) if canonical else kmer] += 1
    sequence = Sequence(text, topology="circular" if circular else "linear")
    found = count_kmers(sequence, k, canonical=canonical)
    assert dict(found) == expected
    assert all(found[kmer.lower()] == count for kmer, count in expected.items())


def test_long_kmers_and_their_reverse_complements() -> None:
    text = "ACGTTGCAAGGCTTAGCCATGACGGATTACA"
    assert len(text) == 31
    found = count_kmers(text, 31)
    assert found[text] == found[str(Sequence(text).reverse_complement())] == 1
    assert found["A" * 31] == 0
    with pytest.raises(KeyError):
        found["ACGN" + "A" * 27]
    with pytest.raises(KeyError):
        found["ACG"]


@pytest.mark.parametrize("k", [0, -1, 32])
def test_k_out_of_range(k: int) -> None:
    with pytest.raises(InputError, match="k is"):
        count_kmers("ACGT", k)

"""SEGUID v2 beside its reference implementation, and the laws that a checksum must keep."""

from __future__ import annotations

import random

import pytest
import seguid
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import (
    Attributes,
    Record,
    Sequence,
    SequenceError,
    cdseguid,
    csseguid,
    ldseguid,
    lsseguid,
)
from biowright.core.checksum import _first_block, _rotation, minimal_rotation

DNA = st.text("ACGTRYKMSWBDHVN", min_size=1, max_size=40)
REPEATS = st.builds(
    lambda unit, n: unit * n, st.text("ACG", min_size=1, max_size=4), st.integers(1, 12)
)


def _other_strand(text: str) -> str:
    return str(Sequence(text).reverse_complement())


def _slow_minimum(text: str) -> str:
    return min(text[i:] + text[:i] for i in range(len(text)))


@given(DNA | REPEATS)
def test_dna_agrees_with_the_reference_implementation(text: str) -> None:
    alphabet, other = "{DNA-extended}", _other_strand(text)
    assert lsseguid(text) == seguid.lsseguid(text, alphabet)
    assert csseguid(text) == seguid.csseguid(text, alphabet)
    assert ldseguid(text) == seguid.ldseguid(text, other, alphabet)
    assert cdseguid(text) == seguid.cdseguid(text, other, alphabet)


@given(
    st.text("ACGURYN", min_size=1, max_size=30), st.text("ACDEFGHIKLMNPQRSTVWYOUBJXZ", min_size=1)
)
def test_rna_and_proteins_agree_with_the_reference_implementation(rna: str, protein: str) -> None:
    assert lsseguid(rna, "RNA") == seguid.lsseguid(rna, "{RNA-extended}")
    assert lsseguid(rna.replace("U", "t"), "RNA") == lsseguid(rna, "RNA")
    assert lsseguid(protein.lower(), "protein") == seguid.lsseguid(protein, "{protein-extended}")
    other = str(Sequence(rna + "U", "RNA").reverse_complement())
    assert cdseguid(rna + "U", molecule="RNA") == seguid.cdseguid(
        rna + "U", other, "{RNA-extended}"
    )


def test_overhangs_agree_with_the_published_examples() -> None:
    # docstring of seguid.ldseguid, version 0.2.1
    assert ldseguid("-TATGCC", "-GCATAC") == "ldseguid=rr65d6AYuP-CdMaVmdw3L9FPt6I"
    assert ldseguid("-GCATAC", "-TATGCC") == "ldseguid=rr65d6AYuP-CdMaVmdw3L9FPt6I"
    assert csseguid("ATTT") == "csseguid=ot6JPLeAeMmfztW1736Kc6DAqlo"


@given(DNA | REPEATS, st.integers(0, 40))
def test_circles_have_one_checksum_from_any_origin_strand_and_case(text: str, at: int) -> None:
    circle = Sequence(text, topology="circular")
    assert csseguid(circle.rotate(at)) == csseguid(circle)
    for same in (circle.rotate(at), circle.reverse_complement(), Sequence(text.lower())):
        assert cdseguid(same) == cdseguid(circle)
    assert ldseguid(_other_strand(text)) == ldseguid(text)


@given(REPEATS | st.text("AC", min_size=1, max_size=60) | st.text("ABCDE", max_size=30))
def test_the_minimal_rotation_is_minimal(text: str) -> None:
    at = minimal_rotation(text.encode())
    assert not text or text[at:] + text[:at] == _slow_minimum(text)


@given(st.text("ABC", min_size=2, max_size=60))
def test_the_minimal_rotation_of_more_blocks_than_characters(text: str) -> None:
    circle = "".join(sorted(text)[:1]) + text
    blocks = circle[circle.index(min(circle)) :].split(min(circle))[1:]
    plain = [min(circle) + block for block in blocks]
    if len(blocks) > 1 and min(circle) * 2 not in circle + circle:
        for characters in (2, 4, 0x110000):
            chosen = _first_block(blocks, characters)
            assert "".join(plain[chosen:] + plain[:chosen]) == _slow_minimum("".join(plain))


def test_bad_cases_of_a_megabase_are_not_quadratic() -> None:
    rng = random.Random(1)
    fibonacci = ["A", "AC"]
    while len(fibonacci[-1]) < 300_000:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    for text in ("A" * 10**6, "AC" * 500_000, fibonacci[-1], "A" * 10**6 + "C"):
        at = rng.randrange(len(text))
        assert csseguid(text[at:] + text[:at]) == csseguid(text)
    assert _rotation("CA", "A") == 1


def test_a_record_has_the_checksum_of_its_kind() -> None:
    def kind(sequence: Sequence, molecule: str | None = None) -> str:
        said = Attributes({"molecule_type": molecule}) if molecule else Attributes()
        return Record(sequence, annotations=said).seguid.split("=")[0]

    assert kind(Sequence("ACGT")) == "ldseguid"
    assert kind(Sequence("ACGT", topology="circular")) == "cdseguid"
    assert kind(Sequence("ACGT"), "ss-DNA") == "lsseguid"
    assert kind(Sequence("ACGT", topology="circular"), "ss-DNA") == "csseguid"
    assert kind(Sequence("ACGU", "RNA")) == "lsseguid"
    assert kind(Sequence("ACGU", "RNA"), "ds-RNA") == "ldseguid"
    assert kind(Sequence("MKV", "protein")) == "lsseguid"


@pytest.mark.parametrize(
    ("sequence", "message"),
    [
        (Sequence(""), "empty"),
        (Sequence("ACGX"), "'X' has no place"),
        (Sequence("AC-G"), "remove the gaps"),
        (Sequence("MK*", "protein"), "has no place"),
    ],
)
def test_what_the_specification_does_not_know_is_refused(sequence: Sequence, message: str) -> None:
    with pytest.raises(SequenceError, match=message) as caught:
        _ = Record(sequence, "odd").seguid
    assert caught.value.record == "odd"


def test_strands_that_do_not_pair_are_refused() -> None:
    with pytest.raises(SequenceError, match="A faces A"):
        ldseguid("ACG", "CGA")
    with pytest.raises(SequenceError, match="do not pair"):
        ldseguid("ACG", "CG")
    with pytest.raises(SequenceError, match="one strand"):
        ldseguid(Sequence("MK", "protein"))

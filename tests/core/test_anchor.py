"""Positions in qualifiers follow their feature: a selenocysteine stays at its codon."""

from __future__ import annotations

import pytest

from biowright.bio import translate_feature
from biowright.core import (
    Attributes,
    Feature,
    Location,
    Record,
    Sequence,
    delete,
    extract,
    insert,
    linearise,
    reverse_complement,
    rotate,
)

LETTERS = "CCCCCATGGCATGAAAATAACCCCC"  # M A U K, with TGA at 11..14
SAID = Attributes({"transl_table": "11", "transl_except": "(pos:12..14,aa:Sec)"})


def record(topology: str = "circular") -> Record:
    return Record(
        Sequence(LETTERS, topology=topology),
        "seleno",
        features=[Feature("CDS", Location.of((5, 20)), SAID)],
    )


def protein(changed: Record) -> str:
    return str(translate_feature(changed, changed.features[0]))


def test_the_protein_survives_every_edit_beside_the_gene() -> None:
    whole = record()
    assert protein(whole) == "MAUK"
    for changed in (
        insert(whole, 2, "GGGG"),
        delete(whole, 0, 3),
        delete(whole, 22, 26),
        reverse_complement(whole),
        reverse_complement(insert(whole, 0, "AA")),
        extract(whole, 4, 22),
        linearise(whole, 3),
    ):
        assert protein(changed) == "MAUK"


@pytest.mark.parametrize("origin", range(1, len(LETTERS)))
def test_the_protein_survives_every_rotation_and_both_strands(origin: int) -> None:
    assert protein(rotate(record(), origin)) == "MAUK"
    assert protein(reverse_complement(rotate(record(), origin))) == "MAUK"
    assert rotate(rotate(record(), origin), -origin) == record()


def test_an_insertion_between_start_and_codon_moves_it() -> None:
    changed = insert(record(), 8, "GCAGCA")
    assert protein(changed) == "MAAAUK"


def test_a_codon_that_is_deleted_is_told() -> None:
    changed = delete(record(), 11, 14)
    assert any("transl_except=(pos:12..14,aa:Sec)" in cut for cut in changed.features[0].cuts)
    assert "transl_except" not in changed.features[0].qualifiers
    assert protein(changed) == "MAK"


def test_other_qualifiers_with_places() -> None:
    said = Attributes(
        [("tag_peptide", "6..11"), ("anticodon", "(pos:complement(7..9),aa:Leu,seq:caa)")]
    )
    whole = Record(Sequence(LETTERS), features=[Feature("tRNA", Location.of((5, 20)), said)])
    moved = insert(whole, 0, "TT").features[0].qualifiers
    assert moved.first("tag_peptide") == "8..13"
    assert moved.first("anticodon") == "(pos:complement(9..11),aa:Leu,seq:caa)"

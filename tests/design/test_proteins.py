"""A variant's DNA codes for it, keeps the parent's codons elsewhere and says what changed."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.bio import translate, translate_feature
from biowright.core import InputError, Sequence
from biowright.design import Changes, ProteinVariants, codon_usage, parse_sites

LETTERS = "ACDEFGHIKLMNPQRSTVWY"
GB1 = "MQYKLILNGKTLKGETTTEAVDAATAEKVFKQYANDNGVDGEWTYDDATKTFTVTE"
HOSTS = {"Escherichia coli": 11, "Saccharomyces cerevisiae": 1, "JCVI-syn3A": 4}


@given(
    protein=st.text(LETTERS, min_size=2, max_size=30).map(lambda p: "M" + p),
    host=st.sampled_from(sorted(HOSTS)),
    data=st.data(),
)
def test_a_variant_codes_for_its_protein(protein: str, host: str, data: st.DataObject) -> None:
    places = st.lists(st.integers(0, len(protein) - 1), min_size=1, max_size=3, unique=True)
    sites = tuple(data.draw(places))
    space = ProteinVariants(protein, sites, LETTERS, host)
    id = "".join(data.draw(st.sampled_from(LETTERS)) for _ in sites)
    candidate = space.candidate(space.key(id))
    wanted = list(protein)
    for place, residue in zip(sites, id, strict=True):
        wanted[place] = residue
    assert candidate.record is not None
    assert str(translate(candidate.record.sequence, HOSTS[host])) == "".join(wanted)
    cds = candidate.record.features[0]
    # the start of a variant that lost its M is still read as annotated
    assert str(translate_feature(candidate.record, cds))[1:] == "".join(wanted)[1:]
    assert cds.qualifiers.first("translation") == "".join(wanted)
    parent = str(space.parent.sequence)
    dna = str(candidate.record.sequence)
    for place, (old, new) in enumerate(zip(protein, wanted, strict=True)):
        if old == new:
            assert dna[3 * place : 3 * place + 3] == parent[3 * place : 3 * place + 3]


def test_an_identity_gives_residues_in_the_order_of_the_sites() -> None:
    space = ProteinVariants(GB1, parse_sites(["V54", "V39"], GB1), LETTERS)
    candidate = space.candidate("AF")
    assert candidate.factors == {"V54": "A", "V39": "F"}
    assert candidate.record is not None
    assert [f.qualifiers.first("label") for f in candidate.record.features[1:]] == ["V39F", "V54A"]


def test_a_limit_of_changes_gives_the_parent_and_its_neighbours() -> None:
    space = ProteinVariants("MTYK", (3, 1), "AK", mutations=1, first=10)
    assert isinstance(space.search, Changes)
    ids = [str(space.search.design(i)) for i in range(space.search.size)]
    assert ids == ["parent", "K13A", "T11A", "T11K"]
    assert space.candidate("T11K").factors == {"changes": "T11K"}
    assert space.variant("T11K") == "MKYK"
    assert space.candidate("parent").record.sequence == space.parent.sequence
    with pytest.raises(InputError, match="has 2 changes"):
        space.key("T11A+K13A")


def test_four_sites_and_all_pairs_of_a_whole_parent_take_no_memory() -> None:
    codon_usage("Escherichia coli")
    tracemalloc.start()
    four = ProteinVariants(GB1, parse_sites(["V39", "D40", "G41", "V54"], GB1), LETTERS)
    pairs = ProteinVariants(GB1 * 4, tuple(range(1, 200)), LETTERS, mutations=2)
    four.candidate("FWAA")
    pairs.candidate(pairs.search.design(pairs.search.size - 1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert four.search.size == 160_000
    assert pairs.search.size == 1 + 199 * 19 + 199 * 198 // 2 * 361
    assert peak < 5e6


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"alphabet": "AXY"}, "the alphabet 'AXY' holds 'X'"),
        ({"alphabet": "AA"}, "holds 'A'"),
        ({"alphabet": "A"}, "leaves no choice"),
        ({"protein": "MT*K"}, "residue 3 of the protein is '*'"),
        ({"protein": ""}, "the protein is empty"),
        ({"host": "E. colt"}, "no codon usage for the host"),
        ({"coding": Sequence("ATGACCTATTAA")}, "does not code for it"),
        ({"coding": Sequence("ATGACCTATAAAC")}, "does not code for it"),
        ({"protein": "MTYK" * 9, "sites": tuple(range(8))}, "say how many may change"),
        ({"protein": "MTYK" * 99, "sites": tuple(range(99)), "mutations": 4}, "fewer changes"),
        ({"protein": "MTYK" * 99, "sites": tuple(range(390))}, "are too many variants"),
    ],
)
def test_what_is_wrong_is_refused(change: dict[str, object], told: str) -> None:
    arguments: dict[str, object] = {"protein": "MTYK", "sites": (1, 2), "alphabet": LETTERS}
    with pytest.raises(InputError) as caught:
        ProteinVariants(**(arguments | change))  # type: ignore[arg-type]
    assert told in str(caught.value)


@pytest.mark.parametrize("id", ["", "FWA", "FWAAA", "FW*A", "fwaa"])
def test_an_identity_outside_of_the_space(id: str) -> None:
    space = ProteinVariants(GB1, (38, 39, 40, 53), LETTERS)
    with pytest.raises(InputError):
        space.key(id)

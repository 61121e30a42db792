"""Conditions and lists: identities lead back to the same design, and names stay names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import InputError
from biowright.design import Conditions, ListedCandidates
from biowright.learn import Factor, Factors, Table

FACTORS = Factors(
    (
        Factor("NaCl [mM]", "continuous", 0.0, 300.0),
        Factor("temperature", "integer", 20, 37),
        Factor("carbon", "categorical", levels=("glc;5=x", "NA", "glycerol")),
    )
)


@given(st.integers(0, 2**31))
def test_an_identity_leads_back_to_the_design(seed: int) -> None:
    space = Conditions(FACTORS)
    table = FACTORS.pool(4, seed=seed)
    for index in range(table.size):
        key = table.design(index)
        assert space.key(FACTORS.identify(key)) == key


def test_whole_numbers_are_whole_in_the_design() -> None:
    space = Conditions(FACTORS)
    candidate = space.candidate(space.key("NaCl [mM]=2.5;temperature=30.0;carbon=NA"))
    assert dict(candidate.factors) == {"NaCl [mM]": 2.5, "temperature": 30, "carbon": "NA"}
    assert str(candidate.factors["temperature"]) == "30"
    assert candidate.record is None


@pytest.mark.parametrize(
    ("id", "told"),
    [
        ("", "expected NaCl [mM]=...;temperature=...;carbon=..."),
        ("NaCl [mM]=1;carbon=NA", "is no design of this space"),
        ("NaCl [mM]=one;temperature=30;carbon=NA", "NaCl [mM] = one is not in this space"),
        ("NaCl [mM]=nan;temperature=30;carbon=NA", "a number from 0 to 300"),
        ("NaCl [mM]=301;temperature=30;carbon=NA", "a number from 0 to 300"),
        ("NaCl [mM]=1;temperature=30.5;carbon=NA", "a whole number from 20 to 37"),
        ("NaCl [mM]=1;temperature=30;carbon=glucose", "'glucose' is no level of carbon"),
    ],
)
def test_what_is_no_design_is_refused(id: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        Conditions(FACTORS).key(id)
    assert told in str(caught.value)


def listed(**sequences: str) -> ListedCandidates:
    table = Table.of_sequences(list(sequences), list(sequences.values()))
    return ListedCandidates(table, {k: {"seq": s} for k, s in sequences.items()}, "seq")


def test_a_candidate_named_na_and_rna_as_dna() -> None:
    space = listed(NA="aggagu", nan="AGGAGG")
    candidate = space.candidate(space.key("NA"))
    assert candidate.id == "NA"
    assert str(candidate.record.sequence) == "AGGAGT"
    with pytest.raises(InputError, match="no candidate 'na'"):
        space.key("na")


def test_the_column_decides_what_the_sequences_are() -> None:
    space = listed(a="TAG", b="TAW")
    assert str(space.candidate("a").record.sequence) == "ACCGCGGGC"
    assert space.candidate("a").record.features[0].type == "CDS"
    with pytest.raises(InputError, match="residue 2 of the protein is 'J'"):
        listed(a="TAG", b="TJW")

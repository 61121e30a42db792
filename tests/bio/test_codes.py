"""Genetic codes against Biopython's tables, which come from the same gc.prt by another way."""

from __future__ import annotations

import pytest
from Bio.Data import CodonTable

from biowright.bio import CODONS, GeneticCode, genetic_code, genetic_codes
from biowright.core import InputError, SequenceError


def test_every_code_of_ncbi_is_there() -> None:
    assert list(genetic_codes()) == sorted(CodonTable.unambiguous_dna_by_id)


@pytest.mark.parametrize("number", sorted(CodonTable.unambiguous_dna_by_id))
def test_codes_agree_with_biopython(number: int) -> None:
    code, table = genetic_code(number), CodonTable.unambiguous_dna_by_id[number]
    assert {c: code[c] for c in CODONS if code[c] != "*"} == table.forward_table
    assert set(code.start_codons) == set(table.start_codons)
    assert set(code.stop_codons) == set(table.stop_codons)
    assert set(code.names) == {name for name in table.names if name}


def test_standard_code_is_the_row_of_gc_prt() -> None:
    # copied from NCBI's gc.prt, version 4.6
    code = genetic_code()
    assert code.amino_acids == "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
    assert code.starts == "---M------**--*----M---------------M----------------------------"


def test_dual_codons() -> None:
    dual = {code.id: code.dual_codons for code in genetic_codes().values() if code.dual_codons}
    assert dual == {27: ("TGA",), 28: ("TAA", "TAG", "TGA"), 31: ("TAA", "TAG")}


@pytest.mark.parametrize(
    ("name", "number"),
    [("11", 11), (" 4 ", 4), ("sgc1", 2), ("plant plastid", 11), ("Standard", 1)],
)
def test_codes_are_found_by_name(name: str, number: int) -> None:
    assert genetic_code(name).id == number


def test_a_code_is_its_own_name() -> None:
    code = genetic_code(4)
    assert genetic_code(code) is code
    own = GeneticCode(1000, ("ours",), code.amino_acids, code.starts)
    assert genetic_code(own)["TGA"] == "W"


@pytest.mark.parametrize("wrong", [0, 7, 8, 17, -1, "7", "Bacteriel", "", "²", "9" * 9999])
def test_unknown_codes_are_refused(wrong: int | str) -> None:
    with pytest.raises(InputError, match="genetic code"):
        genetic_code(wrong)


def test_a_typo_is_explained() -> None:
    with pytest.raises(InputError, match="did you mean 'Yeast Mitochondrial'"):
        genetic_code("Yeast Mitochondria")


@pytest.mark.parametrize("wrong", ["AT", "ATGA", "ATN", "", "A-G"])
def test_what_is_no_codon_is_refused(wrong: str) -> None:
    with pytest.raises(SequenceError, match="no codon"):
        genetic_code()[wrong]

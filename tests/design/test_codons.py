"""Codon tables that come along: names by which they are found, and counts that others have too."""

from __future__ import annotations

import pytest

from biowright.bio import CODONS, genetic_code
from biowright.core import InputError
from biowright.design import codon_usage

TABLES = {
    "b_subtilis": "b_subtilis_1423",
    "c_elegans": "c_elegans_6239",
    "d_melanogaster": "d_melanogaster_7227",
    "e_coli": "e_coli_316407",
    "h_sapiens": "h_sapiens_9606",
    "m_musculus": "m_musculus_10090",
}


@pytest.mark.parametrize("host", TABLES)
def test_shares_are_those_of_the_tables_that_dna_chisel_takes(host: str) -> None:
    others = pytest.importorskip("python_codon_tables").get_codons_table(TABLES[host])
    usage = codon_usage(host)
    code = genetic_code(usage.code)
    for codon in CODONS:
        # theirs are of other releases, with two digits; stops are few
        near = 0.08 if code[codon] == "*" else 0.03
        assert usage.share(codon) == pytest.approx(others[code[codon]][codon], abs=near), codon


def test_hosts_are_found_by_their_names() -> None:
    usage = codon_usage("Homo sapiens")
    for name in ("homo sapiens", "H. sapiens", "h_sapiens"):
        assert codon_usage(name) is usage
    assert usage.ranked("L")[0] == "CTG"
    assert usage.genes == 74_218
    with pytest.raises(InputError, match="did you mean 'Bacillus subtilis'"):
        codon_usage("Bacilus subtilis")
    with pytest.raises(InputError, match=r"known: Agrobacterium .*design codons"):
        codon_usage("Martian")

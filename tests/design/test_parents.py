"""A parent is read from letters, proteins and annotated genes, or refused with the place and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from biowright.core import Attributes, Feature, InputError, Location, Record, Sequence
from biowright.design import ProteinVariants, parse_sites, read_parent
from biowright.formats import write

GENE = "ATGACCTATAAATAA"  # MTYK*


def save(folder: Path, *records: Record) -> str:
    path = folder / "parent.gb"
    write(list(records), path)
    return str(path)


def plasmid(dna: str, location: Location, *, circular: bool = False, **more: str) -> Record:
    cds = Feature("CDS", location, Attributes({"gene": "demo", **more}))
    topology = "circular" if circular else "linear"
    return Record(Sequence(dna, topology=topology), name="p1", features=[cds])


def test_letters_of_a_protein() -> None:
    assert read_parent("mtyk") == ("MTYK", None, "protein")


def test_a_protein_and_a_gene_from_fasta(tmp_path: Path) -> None:
    (tmp_path / "a.fasta").write_text(">gb1 domain\nMTYK*\n")
    assert read_parent(str(tmp_path / "a.fasta")) == ("MTYK", None, "gb1")
    (tmp_path / "b.fasta").write_text(f">gene\n{GENE.lower()}\n")
    protein, dna, name = read_parent(str(tmp_path / "b.fasta"))
    assert (protein, str(dna), name) == ("MTYK", GENE, "gene")


def test_a_gene_with_an_intron_on_the_other_strand(tmp_path: Path) -> None:
    spliced = plasmid("CC" + GENE[:7] + "GTAAGTAG" + GENE[7:] + "GG", Location.of((2, 9), (17, 25)))
    read = read_parent(save(tmp_path, spliced))
    assert (read[0], str(read[1]), read[2]) == ("MTYK", GENE, "demo")
    other = str(Sequence(GENE).reverse_complement())
    turned = plasmid("CCC" + other + "AA", Location.of((3, 18), strand=-1))
    (tmp_path / "parent.gb").unlink()
    assert str(read_parent(save(tmp_path, turned))[1]) == GENE


def test_a_gene_across_the_origin_of_a_plasmid(tmp_path: Path) -> None:
    dna = GENE[6:] + "CCCCC" + GENE[:6]
    record = plasmid(dna, Location.of((14, 29)), circular=True)
    assert str(read_parent(save(tmp_path, record))[1]) == GENE


def test_a_partial_gene_begins_at_its_first_codon(tmp_path: Path) -> None:
    record = plasmid("CC" + GENE[3:], Location.of((0, 14)), codon_start="3")
    assert read_parent(save(tmp_path, record))[0] == "TYK"


@pytest.mark.parametrize(
    ("dna", "bounds", "told"),
    [
        ("ATGTAAACCTAA", (0, 12), "a stop at codon 2"),
        ("ATGACCTA", (0, 8), "8 bases, no whole number of codons"),
        ("ATGNNNTAA", (0, 9), "residue 2 of the protein is 'X'"),
    ],
)
def test_a_broken_gene_is_refused_with_the_file(
    dna: str, bounds: tuple[int, int], told: str, tmp_path: Path
) -> None:
    path = save(tmp_path, plasmid(dna, Location.of(bounds)))
    with pytest.raises(InputError) as caught:
        read_parent(path)
    assert told in str(caught.value)
    assert "parent.gb" in str(caught.value)


def test_several_genes_or_records_are_not_guessed_at(tmp_path: Path) -> None:
    cds = [Feature("CDS", Location.of((0, 15)), Attributes({"gene": g})) for g in ("a", "b")]
    path = save(tmp_path, Record(Sequence(GENE), name="x", features=cds))
    with pytest.raises(InputError, match="2 coding sequences: a, b"):
        read_parent(path)
    (tmp_path / "two.fasta").write_text(">a\nMTYK\n>b\nMTYR\n")
    with pytest.raises(InputError, match="holds 2 records"):
        read_parent(str(tmp_path / "two.fasta"))
    with pytest.raises(InputError, match="residue 2 of the protein is 'X'"):
        read_parent("MXYK")


def test_sites_are_told_all_at_once_with_the_fix() -> None:
    with pytest.raises(InputError) as caught:
        parse_sites(["V1", "T2", "T2", "K9", "zz"], "MTYK")
    for told in (
        "V1: residue 1 of the parent is M",
        "T2 stands twice",
        "K9 lies outside of the parent, 1 to 4",
        "'zz' is no site",
        "`first`",
    ):
        assert told in str(caught.value)


def test_all_sites_leave_the_start_alone_and_numbers_may_begin_anywhere() -> None:
    assert parse_sites(["all"], "MTYK") == (1, 2, 3)
    assert parse_sites(["all"], "TYK") == (0, 1, 2)
    assert parse_sites(["T-1", "K1"], "TYK", first=-1) == (0, 2)


def test_the_whole_way_from_a_file_keeps_codons_and_the_stop(tmp_path: Path) -> None:
    path = save(tmp_path, plasmid("CC" + GENE, Location.of((2, 17))))
    protein, coding, name = read_parent(path)
    space = ProteinVariants(protein, (1, 3), "TKW", coding=coding, name=name)
    assert str(space.candidate("WK").record.sequence) == "ATGTGGTATAAATAA"
    assert str(space.candidate("TK").record.sequence) == GENE

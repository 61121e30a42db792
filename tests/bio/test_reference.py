"""Real genes: every /translation of the reference genomes, from the letters and the qualifiers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import biowright
from biowright.bio import find_orfs, translate_feature
from biowright.core import LocationError, Record

pytestmark = pytest.mark.reference


def wrong_translations(record: Record) -> tuple[int, list[str]]:
    count, wrong = 0, []
    for feature in record.features:
        expected = feature.qualifiers.first("translation")
        if feature.type == "CDS" and expected is not None:
            count += 1
            if str(translate_feature(record, feature)) != expected:
                wrong.append(feature.label)
    return count, wrong


@pytest.mark.parametrize(
    ("name", "genes"),
    [
        ("phix174.gb", 11),  # overlapping genes, two of them across the origin
        ("lambda_NC_001416.gb", 73),
        ("JCVI-syn3A.gb.gz", 455),  # code 4
        ("S288C_chr03.gb.gz", 168),  # introns
        ("S288C_chr06.gb.gz", 128),
        ("S288C_chr09.gb.gz", 213),
        ("ecoli_MG1655_NC_000913.3.gbff.gz", 4298),  # selenocysteine, slippage, odd starts
    ],
)
def test_every_gene_of_a_genome_gives_its_protein(reference: Path, name: str, genes: int) -> None:
    [record] = biowright.read(reference / "build/genomes" / name)
    assert wrong_translations(record) == (genes, [])


# Everything else of Biopython's GenBank files that has a /translation and does not give it
EXPLAINED = {
    "NC_000932.gb": ["ndhD"],  # RNA editing makes its start codon
}
REMOTE = {"extra_keywords.gb", "one_of.gb"}  # genes with exons in other records


def test_the_genes_of_many_other_files(unpacked: Callable[[str], Path]) -> None:
    folder = unpacked("library/roundtrip/biopython_genbank_vendor.tar.xz") / "Tests/GenBank"
    genes = 0
    for name in (
        "NC_000932.gb",
        "NC_005816.gb",
        "EU851978.gbk",
        "HM138502.gbk",
        "KF527485.gbk",
        "arab1.gb",
        "cor6_6.gb",
        "noref.gb",
        "addgene-plasmid-39296-sequence-49545.gbk",
    ):
        for record in biowright.read(folder / name):
            count, wrong = wrong_translations(record)
            assert wrong == EXPLAINED.get(name, []), name
            genes += count
    assert genes > 120
    for name in REMOTE:
        [record] = biowright.read(folder / name)
        with pytest.raises(LocationError, match="another record"):
            wrong_translations(record)


def test_the_genes_of_phix_are_open_reading_frames_of_the_circle(reference: Path) -> None:
    [record] = biowright.read(reference / "build/genomes/phix174.gb")
    assert record.circular
    length = len(record)
    orfs = {
        (orf.start, orf.end % length)
        for orf in find_orfs(record, 11, minimum=20, strands=[1], nested=True)
    }
    for feature in record.features:
        if feature.type == "CDS":
            first, last = feature.location.parts[0], feature.location.parts[-1]
            assert (first.start % length, last.end % length) in orfs, feature.label


def test_every_gene_of_lambda_is_an_orf(reference: Path) -> None:
    [record] = biowright.read(reference / "build/genomes/lambda_NC_001416.gb")
    found = find_orfs(record, 11, minimum=28, starts="code", nested=True)
    proteins = {(orf.start, orf.end, str(orf.protein)) for orf in found}
    genes = [f for f in record.features if f.type == "CDS"]
    missing = [
        gene.label
        for gene in genes
        if (gene.location.start, gene.location.end, gene.qualifiers["translation"][0])
        not in proteins
    ]
    assert len(genes) == 73
    assert missing == []

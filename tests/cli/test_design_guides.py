"""`biowright design offtargets` as a stranger would run it."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
GUIDE = "GACGCATAAAGATGAGACGC"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIOWRIGHT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    path = tmp_path / "genome.fa"
    path.write_text(f">chr1 the first\nTTTTT{GUIDE}TGGAA\n>chr2\nTCCA{'GCGTCTCATCTTTATGCGTG'}AAA\n")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_sites_are_written_as_agreed(biowright: Run, genome: Path, tmp_path: Path) -> None:
    guides = tmp_path / "guides.txt"
    guides.write_text(f"{GUIDE.lower()}\r\n")
    out = tmp_path / "hits.tsv"
    done = biowright(
        "design", "offtargets", guides, "--genome", genome, "--pam", "NGG", "--out", out
    )
    assert done.code == 0, done.err
    assert done.out.startswith("2 sites of 1 guide: ")
    columns = ("guide", "chromosome", "start", "strand", "site", "mismatches", "bulge")
    assert [tuple(row[c] for c in columns) for row in rows(out)] == [
        (GUIDE, "chr1", "5", "+", GUIDE + "TGG", "0", "none"),
        (GUIDE, "chr2", "1", "-", "CACGCATAAAGATGAGACGCTGG", "1", "none"),
    ]


def test_json_tells_counts_and_the_index(biowright: Run, genome: Path, tmp_path: Path) -> None:
    guides = tmp_path / "guides.txt"
    guides.write_text(f"{GUIDE} first\n{'A' * 20}\n{GUIDE}TGG\n")
    call = ("design", "offtargets", guides, "--genome", genome, "--pam", "NGG", "--json")
    document = biowright(*call, "--out", tmp_path / "hits.tsv").document
    assert document["sites"] == 2
    assert document["guides"][0] == {
        "guide": GUIDE,
        "name": "first",
        "perfect": 1,
        "mismatches": [1, 1, 0, 0, 0],
        "bulged": 0,
    }
    assert document["index"]["built"] is True
    assert len(document["notices"]) == 2
    again = biowright(*call, "--out", tmp_path / "hits.tsv", "--force").document
    assert again["index"]["built"] is False
    assert again["sites"] == 2


def test_cas12a_by_its_motif_or_by_the_side(biowright: Run, tmp_path: Path) -> None:
    genome, out = tmp_path / "g.fa", tmp_path / "hits.tsv"
    genome.write_text(f">a\nGGTTTC{GUIDE}ACGGG\n")
    guides = tmp_path / "guides.txt"
    guides.write_text(GUIDE + "ACG\n")
    call = ("design", "offtargets", guides, "--genome", genome, "--out", out, "--force")
    assert biowright(*call, "--pam", "TTTV").code == 0
    assert [(r["start"], r["site"]) for r in rows(out)] == [("2", f"TTTC{GUIDE}ACG")]
    assert biowright(*call, "--pam", "TTTV", "--side", "3").code == 0
    assert rows(out) == []


def test_circles_are_circles_when_said(biowright: Run, tmp_path: Path) -> None:
    genome, out = tmp_path / "g.fa", tmp_path / "hits.tsv"
    genome.write_text(f">a\n{GUIDE[5:]}TGGAAAAAAAA{GUIDE[:5]}\n")
    guides = tmp_path / "guides.txt"
    guides.write_text(GUIDE + "\n")
    call = (
        "design",
        "offtargets",
        guides,
        "--genome",
        genome,
        "--pam",
        "NGG",
        "--out",
        out,
        "--force",
    )
    assert biowright(*call).code == 0
    assert rows(out) == []
    assert biowright(*call, "--circular").code == 0
    assert [(r["start"], r["strand"]) for r in rows(out)] == [("26", "+")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"--pam": "N1G"}, "'1' in the PAM"),
        ({"--mismatches": "12"}, "12 mismatches; expected 0 to 9"),
        ({"--genome": "none.fa"}, "none.fa: there is no such file"),
        ({"--out": "-"}, "'-' can only be read"),
        ({"--side": "4"}, "--side"),
    ],
)
def test_what_cannot_be_is_refused(
    biowright: Run, genome: Path, tmp_path: Path, change: dict[str, str], message: str
) -> None:
    guides = tmp_path / "guides.txt"
    guides.write_text(GUIDE + "\n")
    options = {"--genome": str(genome), "--pam": "NGG", "--out": str(tmp_path / "h.tsv")} | change
    done = biowright("design", "offtargets", guides, *(x for pair in options.items() for x in pair))
    assert done.code == 2
    assert message in done.err
    assert not (tmp_path / "h.tsv").exists()


def test_a_table_is_not_replaced_unasked(biowright: Run, genome: Path, tmp_path: Path) -> None:
    guides, out = tmp_path / "guides.txt", tmp_path / "h.tsv"
    guides.write_text(GUIDE + "\n")
    out.write_text("precious")
    done = biowright(
        "design", "offtargets", guides, "--genome", genome, "--pam", "NGG", "--out", out
    )
    assert done.code == 2
    assert "--force" in done.err
    assert out.read_text() == "precious"


@pytest.mark.reference
def test_the_published_search_tool_finds_the_same_in_e_coli(
    biowright: Run, reference: Path, tmp_path: Path
) -> None:
    folder, out = reference / "editing" / "offtarget", tmp_path / "hits.tsv"
    truth = set()
    with gzip.open(folder / "casoffinder3_ecoli_1000g_mm4.tsv.gz", "rt") as file:
        for line in file:
            if not line.startswith("#"):
                _, _, guide, dna, name, start, strand, wrong, _ = line.rstrip("\n").split("\t")
                truth.add((guide[:20], name.split()[0], start, strand, dna.upper(), wrong, "none"))
    done = biowright(
        *("design", "offtargets", folder / "ecoli_1000_NGG_guides_seed7.txt", "--pam", "NGG"),
        *("--genome", folder / "GCF_000005845.2_ASM584v2_genomic.fna.gz", "--out", out),
    )
    assert done.code == 0, done.err
    assert {tuple(row.values()) for row in rows(out)} == truth


def test_guides_of_a_gene_a_region_and_a_file(biowright: Run, tmp_path: Path) -> None:
    genome, out = tmp_path / "g.gb", tmp_path / "guides.tsv"
    text = "AT" * 20 + GUIDE + "TGG" + "AT" * 20
    from biowright.core import Feature, Location, Record, Sequence
    from biowright.formats import write

    cds = Feature("CDS", Location.of((30, 70)), {"gene": "tinA"})
    write(Record(Sequence(text), "tiny", "tiny.1", features=[cds]), genome)
    for target in ("tinA", "tiny:30..70"):
        done = biowright(
            *("design", "guides", target, "--genome", genome, "--nuclease", "spcas9"),
            *("--out", out, "--force"),
        )
        assert done.code == 0, done.err
        (row,) = rows(out)
        assert (row["guide"], row["chromosome"], row["start"]) == (GUIDE, "tiny.1", "40")
    mine = tmp_path / "mine.fa"
    mine.write_text(f">mine\nAAAA{GUIDE}TGGAAAAAA\n")
    call = ("design", "guides", mine, "--genome", genome, "--nuclease", "SpCas9", "--json")
    (guide,) = biowright(*call, "--score", "rule-set-2").document["guides"]
    assert guide["target"] == "mine"
    assert guide["perfect"] == 1
    assert 0 < guide["activity"] < 1


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("tinB", "--nuclease", "SpCas9"), 2, "no gene 'tinB'"),
        (("chr1:0..20", "--nuclease", "Cas99"), 2, "no nuclease 'Cas99'"),
        (("chr1:0..20", "--nuclease", "SaCas9", "--score", "rule-set-2"), 2, "says nothing of"),
        (("chr1:0..20", "--nuclease", "SpCas9", "--score", "x"), 2, "no score 'x'"),
        (("chr1:0..4", "--nuclease", "SpCas9"), 1, ""),
    ],
)
def test_targets_that_cannot_be_are_refused(
    biowright: Run, genome: Path, options: tuple[str, ...], code: int, message: str
) -> None:
    done = biowright("design", "guides", *options, "--genome", genome)
    assert done.code == code
    assert message in done.err

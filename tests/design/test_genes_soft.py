"""Objectives that are no plain sums over codons, and specifications that ask for them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from biowright.bio import fold_energy, genetic_code, translate
from biowright.core import Feature, InputError, Location, Record, Sequence
from biowright.design import (
    Avoid,
    CodonUse,
    Dinucleotides,
    GCContent,
    KeepProtein,
    StartFolding,
    codon_pair_scores,
    codon_usage,
    count_usage,
    design_gene,
    encode_protein,
    optimise,
    read_specification,
    read_usage,
    write_usage,
)

ECOLI = codon_usage("Escherichia coli")
YEAST = codon_usage("Saccharomyces cerevisiae")
PROTEIN = (
    "MSKGEELFTGVVPILVELDGDVNGHKFSVSGEGEGDATYGKLTLKFICTTGKLPVPWPTLVTTFSYGVQCFSRYPDHMKRHDFFKSAMPEG"
)


def gene(protein: str = PROTEIN, lead: str = "GGAGGTAACC") -> Record:
    text = lead + str(encode_protein(protein, ECOLI.host)) + "TAA"
    return Record(
        Sequence(text), "toy", features=[Feature("CDS", Location.of((len(lead), len(text))))]
    )


def codons(record: Record, start: int = 10) -> list[str]:
    text = str(record.sequence)
    return [text[i : i + 3] for i in range(start, len(text), 3)]


def test_codons_come_as_often_as_in_the_host() -> None:
    record = gene(PROTEIN * 3)
    design = optimise(record, [KeepProtein(), Avoid("BsaI")], [CodonUse(ECOLI, "frequency")])
    found = codons(design.record)
    for acid, family in ECOLI.families().items():
        count = sum(found.count(c) for c in family)
        for codon in family:
            if acid not in "M*" and count:
                assert abs(found.count(codon) - ECOLI.share(codon) * count) <= 1.01, codon


def test_harmonised_codons_are_as_rare_as_they_were() -> None:
    record = gene()
    design = optimise(record, [KeepProtein()], [CodonUse(ECOLI, "harmonise", source=YEAST)])
    for old, new in zip(codons(record), codons(design.record), strict=True):
        family = [c for c in ECOLI.counts if genetic_code(11)[c] == genetic_code(11)[old]]
        best = min(abs(ECOLI.share(c) - YEAST.share(old)) for c in family)
        assert abs(ECOLI.share(new) - YEAST.share(old)) == pytest.approx(best) or old == "ATG"
    rare = optimise(record, [KeepProtein()], [CodonUse(ECOLI, "rare", least=0.15)])
    assert all(ECOLI.share(c) >= 0.15 for c in codons(rare.record))


@pytest.mark.parametrize("strand", [1, -1])
def test_codon_pairs_are_best_of_all(strand: int) -> None:
    rng = np.random.default_rng(1)
    pairs = {a + b: float(rng.normal()) for a in ECOLI.counts for b in ECOLI.counts}
    text = "ATG" + "CTGAAAGCGTCTTAT" + "TAA"
    letters = text if strand == 1 else str(Sequence(text).reverse_complement())
    record = Record(
        Sequence(letters), features=[Feature("CDS", Location.of((0, 21), strand=strand))]
    )
    design = optimise(record, [KeepProtein(stop="keep")], [CodonUse(ECOLI, "pairs", pairs=pairs)])
    code = genetic_code(11)
    families = [
        [c for c in ECOLI.counts if code[c] == code[text[i : i + 3]]] for i in range(3, 18, 3)
    ]
    best = max(
        sum(pairs[a + b] for a, b in itertools.pairwise(["ATG", *chosen, "TAA"]))
        for chosen in itertools.product(*families)
    )
    assert design.worth == pytest.approx(best)


def test_shares_are_met_and_pairs_avoided() -> None:
    record = gene(PROTEIN * 2)
    for target in (0.42, 0.5):
        design = optimise(record, [KeepProtein()], [CodonUse(ECOLI), GCContent(target=target)])
        assert design.figures["GC"] == pytest.approx(target, abs=0.01)
    text = str(record.sequence)
    few = optimise(record, [KeepProtein()], [CodonUse(ECOLI), Dinucleotides("CG", -20)])
    fewest = str(few.record.sequence).count("CG")
    assert fewest < text.count("CG") / 4
    some = optimise(record, [KeepProtein()], [CodonUse(ECOLI), Dinucleotides("CG", target=0.03)])
    share = str(some.record.sequence).count("CG") / (len(text) - 1)
    assert share == pytest.approx(0.03, abs=0.006)


def test_the_start_opens() -> None:
    record = gene()
    plain = optimise(record, [KeepProtein()], [CodonUse(ECOLI)])
    opened = optimise(
        record,
        [KeepProtein(), Avoid("BsaI")],
        [CodonUse(ECOLI, weight=0.2), StartFolding(weight=3)],
    )
    window = slice(6, 47)
    energy = fold_energy(str(opened.record.sequence)[window])
    assert energy == pytest.approx(opened.figures["start folding, kcal/mol"] / 3, abs=1e-6)
    assert energy > fold_energy(str(plain.record.sequence)[window])
    assert translate(opened.record.sequence[10:]) == translate(record.sequence[10:])


def test_a_table_is_counted_written_and_read(tmp_path: Path) -> None:
    record = gene()
    usage = count_usage([record], "toy", 11)
    assert sum(usage.counts.values()) == len(PROTEIN) + 1
    assert usage.genes == 1
    path = tmp_path / "toy.csv"
    with path.open("w") as stream:
        write_usage(usage, stream)
    again = read_usage(path)
    assert again.counts == usage.counts
    assert again.code == 11
    path.write_text(path.read_text().replace("AAA,", "AAX,"))
    with pytest.raises(InputError, match=r"line 2"):
        read_usage(path)
    with pytest.raises(InputError, match="no whole gene"):
        count_usage([record.changed(features=[])])
    scores = codon_pair_scores([gene(PROTEIN * 5)])
    assert len(scores) == 61 * 61


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[[constraints]]\nrule = 'gcc'", "there is no rule 'gcc'"),
        ("[[constraints]]\nrule = 'gc'\nlow = 40", "GC share of 40"),
        ("[[constraints]]\nrule = 'gc'\nlow = nan", "low = nan"),
        ("[[constraints]]\nrule = 'gc'\nwindw = 4", "there is no 'windw'"),
        ("[[constraints]]\nrule = 'avoid'", "nothing to avoid"),
        ("[[constraints]]\nrule = 'avoid'\nenzymes = ['BsaJJ']", "BsaJJ"),
        ("[[constraints]]\nrule = 'avoid'\npatterns = ['NNN']", "fits everything"),
        ("[[constraints]]\nrule = 'keep'\nregion = '9'", "expected start..end"),
        ("[[constraints]]\nrule = 'keep'\nregion = '0..99999'", "outside of"),
        ("[[constraints]]\nrule = 'keep'\nfeature = 'x'", "no places are named 'x'"),
        ("[[objectives]]\nrule = 'codons'\nmethod = 'best'", "there is no method"),
        ("host = 'E. colli'", "E. colli"),
        ("change = 3", "change = 3"),
        ("[[constraints", "no TOML"),
    ],
)
def test_what_cannot_be_asked_is_refused(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "spec.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=what) as caught:
        read_specification(path, gene())
    assert caught.value.path == str(path)


WRONG = """\
host = "Escherichia coli"
chang = "all"
[[constraints]]
rule = "gc"
low = "a third"
windov = 50
[[constraints]]
rule = "avoyd"
[[constraints]]
rule = "signals"
promoters = true
region = "0..9"
strand = 3
[[objectives]]
rule = "codons"
least = 0.2
weight = nan
"""


def test_all_that_is_wrong_is_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "spec.toml"
    path.write_text(WRONG)
    with pytest.raises(InputError) as caught:
        read_specification(path, gene())
    first, *told = str(caught.value).splitlines()
    assert first == f"{path}: 7 things are wrong"
    assert [line.strip().split(": ")[0] for line in told] == [
        f"line {number}" for number in (2, 5, 6, 8, 13, 16, 17)
    ]
    assert "there is no 'chang' here (known: change, " in told[0]
    assert "low = 'a third'; expected a number" in told[1]
    assert "there is no 'windov' here (known: window, " in told[2]
    assert "there is no rule 'avoyd' (known: avoid, " in told[3]
    assert "strand = 3; expected 1 or -1" in told[4]
    assert "'least' changes nothing here (method = 'rare' needs it)" in told[5]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            "rule = 'gc'\nlow = 0.3\nstrand = -1\nregion = '0..9'",
            "line 4: .*'strand' changes nothing",
        ),
        (
            "rule = 'avoid'\nhomopolymer = 5\nstrands = 'both'",
            "line 4: .*'strands' changes nothing",
        ),
        ("rule = 'gc'\nlow = 2.0", "line 1: constraints 1 .gc.: a GC share of 2.0"),
        ("rule = 'keep'\nstrand = 0\nregion = '0..9'", "line 3: .*expected 1 or -1"),
    ],
)
def test_options_that_change_nothing_are_refused(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "spec.toml"
    path.write_text("[[constraints]]\n" + text)
    with pytest.raises(InputError, match=what):
        read_specification(path, gene())


def test_bare_dna_proteins_and_what_is_neither(tmp_path: Path) -> None:
    path = tmp_path / "spec.toml"
    path.write_text("[flanks]\nleft='GGTCTCA'\nstop='TGA'\n[[objectives]]\nrule='codons'\n")
    spec = read_specification(path)
    made = design_gene(Record(Sequence("MKLV", "protein"), "p"), spec)
    assert str(made.record.sequence) == "GGTCTCAATGAAACTGGTGTAA"
    with pytest.raises(InputError, match="around a protein, but this is DNA"):
        design_gene(Record(Sequence("ATGAAATTATAA"), "d"), spec)
    spec = replace(spec, left="")
    bare = design_gene(Record(Sequence("ATGAAATTATAA"), "d"), spec)
    assert str(bare.record.sequence) == "ATGAAACTGTAA"
    with pytest.raises(InputError, match="no reading frame: a stop at 3"):
        design_gene(Record(Sequence("ATGTAATTATAA"), "d"), spec)
    with pytest.raises(InputError, match="no codon for 'X'"):
        design_gene(Record(Sequence("MXK", "protein"), "p"), spec)

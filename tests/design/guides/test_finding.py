"""Guides of a target: all of them, on both strands, over the origin, judged and ranked."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from biowright.bio import IUPAC
from biowright.core import Feature, InputError, Location, Record, Sequence
from biowright.design import Nuclease, nuclease
from biowright.design.guides import (
    Target,
    activity_score,
    cfd_score,
    find_guides,
    find_target,
    rank_all,
    rank_guides,
    rule_set_2,
    write_guides,
)
from biowright.design.offtargets import index_records

GUIDE = "GACGCATAAAGATGAGACGC"
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def brute(record: Record, tool: Nuclease, start: int, end: int) -> set[tuple[str, str, int, int]]:
    """Spacer, start, strand and cut of each guide, letter by letter."""
    text = str(record.sequence)
    size, width = len(text), tool.spacer + len(tool.pam)
    out = set()
    for at in range(size if record.circular else size - width + 1):
        site = (text * 2)[at : at + width]
        for strand in (1, -1):
            letters = site if strand == 1 else site.translate(COMPLEMENT)[::-1]
            motif = letters[-len(tool.pam) :] if tool.side == 3 else letters[: len(tool.pam)]
            if not all(a in IUPAC[b] for a, b in zip(motif, tool.pam, strict=True)):
                continue
            spacer = letters[: tool.spacer] if tool.side == 3 else letters[len(tool.pam) :]
            assert tool.cuts is not None
            inside = tool.cuts[0] if tool.cuts[0] >= 0 else tool.cuts[1]
            along = tool.spacer - inside if tool.side == 3 else len(tool.pam) + inside
            cut = at + along if strand == 1 else at + width - along
            turns = (0, size) if record.circular else (0,)
            whole = record.circular and end - start == size
            if whole or any(start < cut % size + t < end for t in turns):
                out.add((spacer, at, strand, cut % size if record.circular else cut))
    return out


@pytest.mark.parametrize("name", ["SpCas9", "AsCas12a", "SaCas9", "Cas9-D10A", "ScCas9"])
@pytest.mark.parametrize("topology", ["linear", "circular"])
def test_all_guides_are_found(name: str, topology: str) -> None:
    tool = nuclease(name)
    for seed in range(6):
        rng = random.Random(seed)
        text = "".join(rng.choices("ACGT", weights=(2, 1, 2, 3), k=rng.choice((30, 90, 240))))
        record = Record(Sequence(text, topology=topology), "r")
        size = len(text)
        regions = [(0, size), (size // 3, size // 2)]
        if topology == "circular":
            regions.append((size - 10, size + 12))
        for start, end in regions:
            found = find_guides(Target(record, start, end, "t"), tool)
            listed = [(g.spacer, g.start, g.strand, g.cut) for g in found]
            assert len(listed) == len(set(listed))
            assert set(listed) == brute(record, tool, start, end), (seed, start, end)


def test_a_circle_is_read_over_its_origin() -> None:
    text = GUIDE[8:] + "TGG" + "A" * 40 + GUIDE[:8]
    record = Record(Sequence(text, topology="circular"), "p")
    (guide,) = [
        g
        for g in find_guides(Target(record, 0, len(text), "p"), nuclease("SpCas9"))
        if g.spacer == GUIDE
    ]
    assert (guide.start, guide.end, guide.cut) == (55, 78, 9)
    assert str(record.sequence.window(guide.start, guide.end)) == GUIDE + "TGG"


def gene(record: Record, *features: Feature) -> Record:
    return Record(record.sequence, record.name, features=features)


def test_genes_and_regions_are_found() -> None:
    plain = Record(Sequence("ACGT" * 30, topology="circular"), "p")
    cds = Feature("CDS", Location.of((12, 42), strand=-1), {"gene": "abcA", "locus_tag": "b0001"})
    outer = Feature(
        "gene", Location.of((10, 45), strand=-1), {"gene": "abcA", "locus_tag": "b0001"}
    )
    twin = Feature("CDS", Location.of((60, 90)), {"gene": "ABCA", "locus_tag": "b0002"})
    records = [gene(plain, outer, cds, twin)]
    target = find_target(records, "abcA")
    assert (target.start, target.end, target.coding_length) == (12, 42, 30)
    assert target.coding_place(42) is None
    assert (target.coding_place(41), target.coding_place(13)) == (1, 29)
    assert find_target(records, "b0002").start == 60
    with pytest.raises(InputError, match="in 2 places"):
        find_target(records, "abca")
    with pytest.raises(InputError, match="did you mean 'abcA'"):
        find_target(records, "abcB")
    assert find_target(records, "p:100..130").end == 130
    for wrong in ("p:130..140", "p:20..20", "p:0..121000"):
        with pytest.raises(InputError, match="is not in 'p'"):
            find_target(records, wrong)
    with pytest.raises(InputError, match="no sequence 'q'"):
        find_target(records, "q:1..20")


def test_ranking_puts_unique_specific_early_guides_first() -> None:
    rng = random.Random(2)

    def spacer() -> str:
        while True:
            made = "".join(rng.choices("ACGT", k=20))
            if "TTTT" not in made and "GG" not in made and "CC" not in made:
                return made

    unique, repeated, near, poly = (spacer() for _ in range(4))
    poly = poly[:8] + "TTTT" + poly[12:]
    filler = "ATATAATTATAATATTAATA"
    body = filler.join([near + "TGG", repeated + "TGG", poly + "AGG", unique + "TGG"]) + filler
    elsewhere = (
        filler + repeated + "AGG" + filler + near[:19] + ("A" if near[19] != "A" else "C") + "TGG"
    )
    cds = Feature("CDS", Location.of((0, len(body))), {"gene": "g"})
    record = Record(Sequence(body + elsewhere + filler), "r", features=[cds])
    index = index_records(record, "NGG")
    target = find_target([record], "g")
    rows = rank_guides(target, nuclease("SpCas9"), index, promoter="U6", enzymes=["BsaI"])
    order = [row.guide.spacer for row in rows if row.guide.spacer in (unique, repeated, near, poly)]
    assert order == [unique, near, poly, repeated]
    by = {row.guide.spacer: row for row in rows}
    assert by[repeated].perfect == 2
    assert "2 perfect sites" in by[repeated].problems
    assert by[repeated].specificity < 0.6
    assert by[unique].specificity == 1
    assert by[near].sites[1] == 1
    left = cfd_score(near, [near[:19] + ("A" if near[19] != "A" else "C") + "TGG"])[0]
    assert by[near].specificity == pytest.approx(1 / (1 + left))
    assert by[unique].specificity_by == "CFD"
    assert by[unique].coding_place == pytest.approx(by[unique].guide.cut / len(body))
    # what only polymerase III minds does not count elsewhere
    rows = rank_guides(target, nuclease("SpCas9"), index, promoter="J23119")
    assert not any(p.startswith("TTTT") for row in rows for p in row.problems)


def test_activity_is_computed_from_the_letters_around() -> None:
    rng = random.Random(4)
    text = "".join(rng.choices("ACGT", k=300))
    record = Record(Sequence(text, topology="circular"), "p")
    index = index_records(record, "NGG")
    score = activity_score("rule-set-2")
    rows = rank_guides(Target(record, 0, 300, "p"), nuclease("SpCas9"), index, score=score)
    assert len(rows) > 10
    for row in rows:
        turns = record.sequence.rotate((row.guide.start - 50) % 300)
        if row.guide.strand == -1:
            turns = turns.reverse_complement()
        at = str(turns).index(row.guide.spacer)
        assert row.activity == pytest.approx(rule_set_2([str(turns)[at - 4 : at + 26]])[0])
    line = Record(Sequence(GUIDE + "TGG"), "l")
    (row,) = rank_guides(
        Target(line, 0, 23, "l"), nuclease("SpCas9"), index_records(line, "NGG"), score=score
    )
    assert row.activity is None


def test_a_score_of_another_nuclease_is_refused() -> None:
    record = Record(Sequence("TTTA" + GUIDE + "ACGTGG"), "r")
    target = Target(record, 0, 30, "r")
    tool = nuclease("AsCas12a")
    index = index_records(record, tool.motif)
    with pytest.raises(InputError, match="learned from SpCas9"):
        rank_guides(target, tool, index, score=activity_score("rule-set-2"))
    with pytest.raises(InputError, match="the index is for"):
        rank_guides(target, nuclease("SpCas9"), index)
    (row,) = rank_guides(target, tool, index)
    assert (row.specificity_by, row.specificity) == ("count", 1)
    with pytest.raises(InputError, match="spacers of 12"):
        find_guides(target, tool, spacer=12)
    with pytest.raises(InputError, match="ABCI"):
        rank_guides(target, tool, index, enzymes=["ABCI"])


def test_the_table_has_a_row_a_guide(tmp_path: Path) -> None:
    record = Record(Sequence("AAAAAA" + GUIDE + "TGGAAAAAA"), "r")
    rows = rank_guides(Target(record, 0, 35, "r"), nuclease("SpCas9"), index_records(record, "NGG"))
    path = tmp_path / "guides.tsv"
    write_guides([("r", row) for row in rows], path)
    with path.open(newline="") as file:
        (written,) = csv.DictReader(file, delimiter="\t")
    assert written["guide"] == GUIDE
    assert written["off_targets"] == "0,0,0,0,0"
    assert written["specificity"] == "1.0000"


def test_many_targets_are_ranked_as_one_by_one() -> None:
    rng = random.Random(9)
    text = "".join(rng.choices("ACGT", k=3000))
    record = Record(Sequence(text, topology="circular"), "p")
    tool, index = nuclease("SpCas9"), index_records(record, "NGG")
    targets = [Target(record, at, at + 200, str(at)) for at in (0, 500, 2900)]
    targets.append(Target(record, 5, 6, "nothing"))
    together = rank_all(targets, tool, index)
    assert together == [rank_guides(target, tool, index) for target in targets]
    assert together[0]
    assert not together[3]


def test_nucleases_that_cut_rna_find_no_place_in_a_genome() -> None:
    record = Record(Sequence("ACGTTGCA" * 20), "tiny")
    with pytest.raises(InputError, match="cuts RNA"):
        find_guides(Target(record, 0, 160, "tiny"), nuclease("RfxCas13d"))


def test_a_synonym_among_several_in_one_line_is_found() -> None:
    said = {"gene": "tinA", "gene_synonym": "b0001; ECK0001"}
    cds = Feature("CDS", Location.of((2, 8)), said)
    genome = [Record(Sequence("CCATGTAACC"), "tiny", features=[cds])]
    assert find_target(genome, "eck0001").start == 2
    with pytest.raises(InputError, match="did you mean 'ECK0001'"):
        find_target(genome, "ECK0002")

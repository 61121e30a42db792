"""Sites that methylation blocks, from their context; cases from REBASE and suppliers' charts."""

from __future__ import annotations

from importlib.resources import files

import pytest

from biowright.bio import METHYLASES, CutSite, cut_sites, digest, enzyme, enzymes, sensitivities
from biowright.core import Sequence

COLI = ("Dam", "Dcm", "EcoKI")


def only(text: str, name: str, methylation: tuple[str, ...] = COLI) -> CutSite:
    [site] = cut_sites("TTTT" + text + "TTTT", name, methylation)
    return site


def outcome(text: str, name: str, methylation: tuple[str, ...] = COLI) -> list[tuple[str, str]]:
    return [(e.methylation, e.outcome) for e in only(text, name, methylation).effects]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        # Dam, GmATC: within the site always, else where it overlaps on either side
        ("TGATCA", "BclI", [("Dam", "blocked")]),
        ("GATC", "MboI", [("Dam", "blocked")]),
        ("GATC", "Sau3AI", []),
        ("GGATCC", "BamHI", []),
        ("CTCTAGAC", "XbaI", []),
        ("CTCTAGATC", "XbaI", [("Dam", "blocked")]),
        ("GATCTAGAC", "XbaI", [("Dam", "blocked")]),
        ("CATCGATA", "ClaI", []),
        ("CATCGATC", "ClaI", [("Dam", "blocked")]),
        ("GATCGATA", "ClaI", [("Dam", "blocked")]),
        ("ATCGCGAC", "NruI", []),
        ("ATCGCGATC", "NruI", [("Dam", "blocked")]),
        ("TCATGATC", "BspHI", [("Dam", "impaired")]),
        ("GAAGATC", "MboII", [("Dam", "blocked")]),
        ("GATCTTC", "MboII", [("Dam", "blocked")]),
        ("GATCCGGA", "BspEI", [("Dam", "blocked")]),
        # GATC lies in the N of the site: nothing that the enzyme touches
        ("CCAGATCAGTGG", "BstXI", []),
        # Dcm, CmCWGG
        ("TGGCCAGG", "MscI", [("Dcm", "blocked")]),
        ("CCTGGCCA", "MscI", [("Dcm", "blocked")]),
        ("ATGGCCAT", "MscI", []),
        ("AGGCCTGG", "StuI", [("Dcm", "blocked")]),
        ("ACCAGGT", "SexAI", [("Dcm", "blocked")]),
        ("CCAGG", "BstNI", []),
        ("CCAGG", "EcoRII", [("Dcm", "blocked")]),
        # BsaI: only where CCWGG ends in its GG
        ("CCAGGTCTC", "BsaI", [("Dcm", "impaired")]),
        ("GAGACCTGG", "BsaI", [("Dcm", "impaired")]),
        ("GGTCTCCAGG", "BsaI", []),
        # blocked from both sides only
        ("GGCGCCAGG", "SfoI", []),
        ("CCAGGCGCCAGG", "SfoI", [("Dcm", "blocked")]),
        # EcoKI, AmACN6GTGC
        ("AACAAAAAAGTGCAC", "ApaLI", [("EcoKI", "uncertain")]),
    ],
)
def test_strains_of_coli(text: str, name: str, expected: list[tuple[str, str]]) -> None:
    assert outcome(text, name) == expected
    mirrored = str(Sequence(text).reverse_complement())
    assert outcome(mirrored, name) == expected


def test_cpg() -> None:
    cpg = ("CpG",)
    assert outcome("CCCGGG", "SmaI", cpg) == [("CpG", "blocked")]
    assert outcome("CCGG", "HpaII", cpg) == [("CpG", "blocked")]
    assert outcome("CCGG", "MspI", cpg) == []
    assert outcome("CTCGAG", "XhoI", cpg) == [("CpG", "impaired")]
    assert outcome("GGTCTCG", "BsaI", cpg) == [("CpG", "uncertain")]
    assert outcome("GGTCTCA", "BsaI", cpg) == []


def test_methylation_that_is_needed() -> None:
    bare, dam = only("GATC", "DpnI", ()), only("GATC", "DpnI")
    assert bare.blocked
    assert bare.why == "DpnI cuts only sites with Dam methylation"
    assert not dam.blocked
    assert dam.why == ""
    # MspJI: the first C of CNNR; Dcm makes it in CCWGG, CpG in CGNR
    assert all(s.blocked for s in cut_sites("TTTCCAGGTTT", "MspJI"))
    blocked = {(s.start, s.strand): s.blocked for s in cut_sites("TTTCCAGGTTT", "MspJI", ["Dcm"])}
    assert blocked == {(3, 1): True, (3, -1): False, (4, 1): False, (4, -1): True}
    assert all(s.blocked for s in cut_sites("TTTCCAGGTTT", "AbaSI", ["Dcm"]))


def test_without_data_the_outcome_is_uncertain() -> None:
    untested = next(e for e in enzymes() if "GATC" in e.site and not sensitivities(e))
    text = untested.site.translate(str.maketrans("RYSWKMBDHVN", "ACGATACAAAA"))
    found = [e for s in cut_sites("TTTT" + text + "TTTT", untested, ["Dam"]) for e in s.effects]
    assert {e.outcome for e in found} == {"uncertain"}
    assert "was not tested" in found[0].reason


def test_the_context_may_lie_across_the_origin() -> None:
    circle = Sequence("GATCAAAATCTA", topology="circular")
    [site] = cut_sites(circle, "XbaI", ["Dam"])
    assert (site.start, site.blocked) == (8, True)


def test_digests_leave_blocked_sites_and_tell_of_uncertain_ones() -> None:
    text = "A" * 10 + "TCTAGA" + "C" * 10 + "TCTAGATC" + "A" * 10
    cut = digest(text, "XbaI", methylation=["Dam"])
    assert [len(f) for f in cut] == [11, 33]
    [(site, reason)] = cut.uncut
    assert (site.start, reason) == (26, "Dam methylates this site and blocks XbaI")
    slow = digest("AAAACCAGGTCTCAAAAAAAAAA", "BsaI", methylation=["Dcm"])
    assert len(slow) == 2
    assert [s.enzyme.name for s in slow.uncertain] == ["BsaI"]


def test_every_row_is_of_an_enzyme_and_says_something_possible() -> None:
    rows = [row for each in enzymes(cutting=False) for row in sensitivities(each)]
    effects = {"blocked", "impaired", "variable", "cut", "required"}
    assert len(rows) > 500
    text = files("biowright.bio").joinpath("data/methylation.tsv").read_text()
    lines = [line for line in text.splitlines() if line and line[0] not in "#"]
    assert len(lines) - 1 == len(rows)
    for row in rows:
        site = enzyme(row.enzyme).site
        assert row.effect in effects
        assert row.methylation in METHYLASES or row.methylation in ("5mC", "5hmC")
        if row.positions is not None:
            base = "A" if row.methylation in ("Dam", "EcoKI") else "C"
            other = {"A": "T", "C": "G"}[base]
            for places, wanted in zip(row.positions, (base, other), strict=True):
                assert all(site[place] in f"{wanted}NYRWSMKBDHV" for place in places)

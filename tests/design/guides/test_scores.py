"""Scores equal what was published, and say what they hold for."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from biowright.core import InputError, Record, Sequence, SequenceError
from biowright.design import nuclease
from biowright.design.guides import (
    ACTIVITY_SCORES,
    Target,
    activity_score,
    cfd_score,
    crisprscan,
    microhomology_deletions,
    microhomology_score,
    mit_score,
    out_of_frame_score,
    rank_guides,
    repression_score,
    rule_set_1,
    rule_set_2,
    specificity,
)
from biowright.design.offtargets import index_records

GUIDE = "GACGCATAAAGATGAGACGC"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t" if path.suffix != ".csv" else ","))


def measured(reference: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Tables of guides with 100 letters around, with the scores of CRISPOR."""
    for path in sorted((reference / "editing" / "ontarget").glob("effData_*.tab")):
        rows = [
            row
            for row in table(path)
            if len(text := row["longSeq100Bp"]) == 100
            and text[30:50] == row["seq"][:20]
            and text[51:53] == "GG"
            and set(text) <= set("ACGT")
        ]
        yield path.name, rows[:400]


@pytest.mark.reference
def test_rule_set_2_is_that_of_azimuth(reference: Path) -> None:
    rows = table(reference / "editing" / "ontarget" / "azimuth_1000guides.csv")
    guides = [row["guide"] for row in rows]
    truth = [float(row["truth nopos"]) for row in rows]
    assert np.abs(rule_set_2(guides) - truth).max() < 1e-8
    with_place = rule_set_2(
        guides,
        percent_peptide=[float(row["Percent peptide"]) for row in rows],
        cut=[float(row["AA cut"]) for row in rows],
    )
    assert np.abs(with_place - [float(row["truth pos"]) for row in rows]).max() < 1e-8


@pytest.mark.reference
def test_rule_set_2_is_that_of_the_portal(reference: Path) -> None:
    rows = table(reference / "editing" / "ontarget" / "rs3_sgrna-designs.txt")
    rows = [row for row in rows if row["sgRNA Context Sequence"][25:27] == "GG"]
    assert {row["On-Target Ruleset"] for row in rows} == {"Azimuth_2.0"}
    assert len(rows) > 800
    truth = [float(row["On-Target Efficacy Score"]) for row in rows]  # with four decimals
    scores = rule_set_2([row["sgRNA Context Sequence"] for row in rows])
    assert np.abs(scores - truth).max() < 5.1e-5


@pytest.mark.reference
def test_percentages_of_crispor(reference: Path) -> None:
    seen = 0
    for name, rows in measured(reference):
        texts = [row["longSeq100Bp"] for row in rows]
        # it writes whole percentages, cut off
        first = np.trunc(100 * rule_set_1([text[26:56] for text in texts]))
        assert np.array_equal(first, [float(row["doench"]) for row in rows]), name
        scan = np.trunc(100 * crisprscan([text[24:59] for text in texts], variant="crispor"))
        assert np.array_equal(scan, [float(row["crisprScan"]) for row in rows]), name
        # it takes the border of the motif for the cut
        some = [text[20:80] for text in texts[:25]]
        sums = microhomology_score(some)
        whole = np.array([float(row["mh"]) for row in rows[:25]])
        assert np.maximum(whole - sums, sums - whole - 1).max() < 1e-9, name
        shares = np.trunc(100 * out_of_frame_score(some) + 1e-9)
        assert np.array_equal(shares, [float(row["oof"]) for row in rows[:25]]), name
        seen += len(rows)
    assert seen > 2000


def test_crisprscan_is_that_of_the_authors_table() -> None:
    # the figures in the tests of crisprScore, which reads the supplementary table
    contexts = [
        "CCCCCCCCCCCTGCTGATGCTAGATAAGGTTGTGA",
        "GGACCTATCGATGCTGATGCTAGATATGGTTGTGA",
        "GGAAAAAAAAAAACTGATGCTAGATACGGTTGTGA",
        "GGACCTATCGATGCTCGTGCTGGGTACGGTTGTGA",
        "GCCCCCCTCGATGCTGATGCTAGATAGGGCACACA",
    ]
    assert crisprscan(contexts).round(3).tolist() == [0.531, 0.531, 0.45, 0.712, 0.618]


def test_rule_set_1_is_that_of_the_publication() -> None:
    # the example in the authors' script
    (score,) = rule_set_1(["TATAGCTGCGATCTGAGGTAGGGAGGGACC"])
    assert score == pytest.approx(0.713089368437, abs=1e-9)


@pytest.mark.reference
def test_mit_is_that_of_crispor_and_of_the_formula(reference: Path) -> None:
    rows = [
        row
        for row in table(reference / "editing" / "offtarget" / "annotOfftargets.tsv")
        if row["otScore"] not in ("", "None")
    ]
    guides = [row["guideSeq"][:20] for row in rows]
    sites = [row["otSeq"] for row in rows]
    truth = np.array([float(row["otScore"]) for row in rows]) / 100
    assert len(rows) > 700
    assert np.abs(mit_score(guides, sites, variant="crispor") - truth).max() < 1e-9
    assert np.abs(mit_score(guides, sites) - truth).max() < 1e-3


@pytest.mark.reference
def test_cfd_is_the_product_of_the_published_figures(reference: Path) -> None:
    import json

    folder = reference / "editing" / "offtarget"
    mismatch = json.loads((folder / "cfd_mismatch_score.json").read_text())
    motif = json.loads((folder / "cfd_pam_scores.json").read_text())
    pair = str.maketrans("ACGT", "TGCA")
    rows = [
        row
        for row in table(folder / "annotOfftargets.tsv")
        if set(row["guideSeq"] + row["otSeq"]) <= set("ACGT")
    ]
    wanted = []
    for row in rows:
        guide, site = row["guideSeq"], row["otSeq"]
        score = motif[site[21:23]]
        for at in range(20):
            if guide[at] != site[at]:
                rna = guide[at].replace("T", "U")
                score *= mismatch[f"r{rna}:d{site[at].translate(pair)},{at + 1}"]
        wanted.append(score)
    scores = cfd_score([row["guideSeq"][:20] for row in rows], [row["otSeq"] for row in rows])
    assert len(rows) > 700
    assert np.abs(scores - wanted).max() < 1e-9


def test_a_perfect_site_is_whole_and_unknown_letters_are_not_guessed() -> None:
    assert cfd_score(GUIDE, [GUIDE + "TGG", GUIDE.lower() + "agg"]).tolist() == [1, 1]
    assert math.isnan(cfd_score(GUIDE, ["N" + GUIDE[1:] + "TGG"])[0])
    assert mit_score(GUIDE, [GUIDE]).tolist() == [1]
    assert mit_score("A" * 20, ["G" * 20])[0] == pytest.approx(0, abs=1e-5)
    assert cfd_score(GUIDE.replace("T", "U"), [GUIDE + "TGG"]).tolist() == [1]
    assert cfd_score(GUIDE, []).tolist() == []
    assert specificity(np.zeros(0)) == 1
    context = "ACGN" + GUIDE + "TGGACG"
    assert math.isnan(rule_set_1([context])[0])
    assert math.isnan(rule_set_2([context])[0])
    assert math.isnan(crisprscan(["NN" + context + "AAA"])[0])


@pytest.mark.parametrize(
    "call",
    [
        lambda: cfd_score("ACGT", [GUIDE + "TGG"]),
        lambda: cfd_score("N" * 20, [GUIDE + "TGG"]),
        lambda: cfd_score(GUIDE, [GUIDE + "T"]),
        lambda: rule_set_2(["ACGT"]),
        lambda: rule_set_1(["ACGT" + GUIDE + "TGAACG"]),
        lambda: crisprscan(["ACGT"]),
        lambda: microhomology_score(["ACGT"]),
    ],
)
def test_letters_that_do_not_fit_a_score_are_refused(call: object) -> None:
    with pytest.raises(SequenceError):
        call()  # type: ignore[operator]


@pytest.mark.parametrize(
    "call",
    [
        lambda: cfd_score([GUIDE, GUIDE], [GUIDE + "TGG"] * 3),
        lambda: mit_score(GUIDE, [GUIDE], variant="other"),  # type: ignore[arg-type]
        lambda: rule_set_2(["ACGT" + GUIDE + "TGGACG"], cut=[1]),
        lambda: rule_set_2(["ACGT" + GUIDE + "TGGACG"], cut=[1, 2], percent_peptide=[1, 2]),
        lambda: activity_score("rule-set-9"),
    ],
)
def test_arguments_that_do_not_fit_each_other_are_refused(call: object) -> None:
    with pytest.raises(InputError):
        call()  # type: ignore[operator]


def test_repression_is_a_sum_of_letters_and_ranks_what_it_was_learned_from() -> None:
    # the strongest and the weakest of purF in the data of Yu et al. 2024 (MIT), log2 -9.5 and -2.7
    strong, weak, other = repression_score(
        [
            "GGCATCATAAATCGACTGGTTAACCGGCAT",
            "TAGCGGTTTTTAACGAAGCCCTGGCGGTAC",
            "N" * 25 + "GG" + "NNN",
        ]
    )
    assert strong > weak
    assert math.isnan(other)
    bare = "A" * 25 + "GGAAA"
    for at in (0, 7, 24, 29):
        one = repression_score([bare[:at] + letter + bare[at + 1 :] for letter in "ACGT"])
        assert one.sum() == pytest.approx(4 * one.mean())
        assert len(set(one.round(9).tolist())) == 4
    with pytest.raises(InputError, match="says nothing of"):
        rank_guides(
            Target(Record(Sequence("ACGT"), "r"), 0, 4, "r"),
            nuclease("SpCas9"),
            index_records(Record(Sequence("ACGT"), "r"), "NGG"),
            score=activity_score("repression"),
        )


@pytest.mark.parametrize("seed", range(8))
def test_deletions_are_those_of_the_definition(seed: int) -> None:
    """Every pair of equal words on both sides of the cut, the longest of each deletion only."""
    rng = random.Random(seed)
    text = "".join(rng.choices("ACG", k=24))
    cut = rng.randint(4, 20)
    wanted: dict[tuple[int, int], str] = {}
    for first in range(cut):
        for second in range(cut, len(text)):
            before = first > 0 and second > cut and text[first - 1] == text[second - 1]
            size = 0
            while (
                second + size < len(text)
                and first + size < cut
                and text[first + size] == text[second + size]
            ):
                size += 1
            if size >= 2 and not before and size < cut:
                wanted[first, second] = text[first : first + size]
    found = {(d.start, d.end): d.homology for d in microhomology_deletions(text, cut)}
    assert found == wanted


def test_every_score_says_what_it_holds_for() -> None:
    for name, score in ACTIVITY_SCORES.items():
        assert score.name == name
        assert score.nuclease == ("dCas9" if name == "repression" else "SpCas9")
        assert score.organisms
        assert score.promoter
        assert score.doi.startswith("10.")
        context = "A" * score.before + GUIDE + "TGG" + "C" * (score.after - 3)
        assert score.compute([context]).shape == (1,)
        assert not score.holds_for("AsCas12a")

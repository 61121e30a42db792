"""Rule Set 3 is that of the package rs3: published figures, trees and folding in plain Python."""

from __future__ import annotations

import csv
import math
import random
from pathlib import Path

import numpy as np
import pytest

from biowright.core import Feature, InputError, Location, Record, Sequence
from biowright.design import nuclease
from biowright.design.guides import Target, activity_score, rank_guides, rule_set_3
from biowright.design.guides.boosting import _features, _model, spacer_fold_energy
from biowright.design.guides.contexts import coded, melting
from biowright.design.offtargets import index_records

# README of rs3 0.0.18: contexts with the scores for both scaffolds
PUBLISHED = {
    "CCGGAAAACTGGCACGACCATCGCTGGGGT": (-0.294126, -0.181437),
    "TAGAAAAAGATTTGCGCACCCAAGTGGAAT": (-0.043418, -0.220434),
    "CGGGAAAAGTCCAAGCATAGCAACAGGTAA": (-0.294127, -0.022951),
    "AGCGAAAGAAGCCTCAACTTCGTCTGGAGA": (-0.667399, -0.308794),
    "TACTAAAGTGTGCTTTGTTGGAGATGGCTT": (-0.402220, -0.622492),
}
# the same, of the designs in the reference data, by their row
DESIGNS = {
    0: (0.907809, 0.769956),
    1: (0.171870, 0.040419),
    2: (1.393513, 0.577732),
    3: (0.904446, 0.008390),
    4: (0.831087, 0.361594),
    844: (-0.792918, -0.663881),
    845: (-1.920374, -1.819985),
    846: (-1.101303, -1.295640),
    847: (-0.617431, -0.621436),
    848: (-0.586811, -0.664130),
}
# seqfold 0.7.17, dg of the RNA: hairpins, bulges, loops, two branches, none, a pair alone
FOLDED = {
    "UCUCCUCUGUAACUCUCGCG": math.inf,
    "UGUGUCGUUGGUUGGUGUUA": 1600.0,
    "AGGUCGGGUGUUGGGGUGGC": 1600.0,
    "GAAUAAGCUCAGAGCAGAAA": 0.3,
    "CUGCUCCUAACCAGUCGUCU": -0.0,
    "AAAUGAAGUUCCCGUCAUUA": -1.8,
    "GAUGCGAAGAUGACAACUCG": 0.5,
    "CCCGGGGCGCCGCGCCCGGC": -10.7,
    "CCCCGCGCGCGGCCGGCGCC": -5.1,
    "CCGGGGCCGGCCGGGGCGCG": -6.7,
    "GCCGGCGGCCGGGCGCGCCG": -9.3,
    "GUGGUUCCAUACUACCUGGA": -4.2,
    "AGAUUGAAUCAUAUUCAAUA": -2.6,
    "UUGAAACUAUGACUAGUUUC": -5.0,
    "GUAAGAGGCCUACUAGGGCC": -5.8,
    "AGGGUACCCGCUACGUCAUG": -0.2,
    "CUGGAUACCCGGAGCGACCG": -1.4,
    "UACGAACCGGGGUUCCUUUG": -0.9,
    "GGCGGAACGGGAGUCCCGUA": -6.1,
    "AAAAAAAAAAAAAAAAAAAA": -math.inf,
}


def test_scores_are_those_that_were_published() -> None:
    for at, tracr in enumerate(("Hsu2013", "Chen2013")):
        scores = rule_set_3(list(PUBLISHED), tracr=tracr)  # type: ignore[arg-type]
        assert np.abs(scores - [pair[at] for pair in PUBLISHED.values()]).max() < 1e-6


@pytest.mark.reference
def test_scores_of_designs_are_those_that_were_published(reference: Path) -> None:
    path = reference / "editing" / "ontarget" / "rs3_sgrna-designs.txt"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    contexts = [rows[at]["sgRNA Context Sequence"] for at in DESIGNS]
    for at, tracr in enumerate(("Hsu2013", "Chen2013")):
        scores = rule_set_3(contexts, tracr=tracr)  # type: ignore[arg-type]
        assert np.abs(scores - [pair[at] for pair in DESIGNS.values()]).max() < 1e-6


@pytest.mark.parametrize("spacer", FOLDED)
def test_folding_is_that_of_seqfold(spacer: str) -> None:
    assert spacer_fold_energy(spacer) == FOLDED[spacer]


def test_melting_temperatures_are_those_of_biopython() -> None:
    from Bio.SeqUtils import MeltingTemp

    rng = random.Random(1)
    for size in (10, 20):
        texts = ["".join(rng.choices("ACGT", k=size)) for _ in range(40)]
        codes = np.array([["ACGT".index(letter) for letter in text] for text in texts])
        dna = [MeltingTemp.Tm_NN(text) for text in texts]
        rna = [MeltingTemp.Tm_NN(text, nn_table=MeltingTemp.R_DNA_NN1) for text in texts]
        # to the last bit: trees compare them with temperatures of such guides
        assert melting(codes).tolist() == dna
        assert melting(codes, hybrid=True).tolist() == rna


def test_the_trees_are_walked_as_trees_are() -> None:
    model = {name: table.tolist() for name, table in _model().items()}
    contexts = list(PUBLISHED)[:2]
    features = _features(coded(contexts, 30, 25), "Hsu2013")
    assert features.shape == (2, 632)
    for row, score in zip(features.tolist(), rule_set_3(contexts), strict=True):
        total = 0.0
        for tree, root in enumerate(model["roots"]):
            node = 0
            while node >= 0:
                at = root + node
                below = row[model["feature"][at]] <= model["threshold"][at]
                node = model["left" if below else "right"][at]
            total += model["value"][root + tree - node - 1]
        assert score == pytest.approx(total, abs=1e-12)


def test_counts_in_the_features_are_those_of_the_letters() -> None:
    rng = random.Random(2)
    texts = ["".join(rng.choices("ACGT", weights=(4, 1, 2, 1), k=25)) + "GGACG" for _ in range(50)]
    features = _features(coded(texts, 30, 25), "Chen2013")
    for text, row in zip(texts, features, strict=True):
        spacer = text[4:24]
        wanted = [spacer.count("G") + spacer.count("C"), *(spacer.count(a) for a in "ACTG")]
        assert np.allclose(row[:5] * 20, wanted)
        assert np.allclose(row[5:21] * 19, [spacer.count(a + b) for a in "ACTG" for b in "ACTG"])
        assert row[21:141].tolist() == [float(letter == a) for letter in text for a in "ACTG"]
        runs = [max(n for n in range(21) if n == 0 or a * n in spacer) for a in "ACTG"]
        assert row[-6:].tolist() == [*runs, 0.0, 1.0]


def test_unknown_letters_are_not_guessed_and_case_does_not_matter() -> None:
    context = next(iter(PUBLISHED))
    assert math.isnan(rule_set_3(["N" + context[1:]])[0])
    assert rule_set_3([context.lower()])[0] == rule_set_3([context])[0]
    assert rule_set_3([]).tolist() == []
    with pytest.raises(InputError, match="Chen2013"):
        rule_set_3([context], tracr="Chen2014")  # type: ignore[arg-type]


def test_guides_below_the_mean_are_ranked_too() -> None:
    """Values are standard deviations: half of them are below 0."""
    score = activity_score("rule-set-3")
    assert score.share(0.0) == 0.5
    assert 0 < score.share(-2.0) < score.share(-1.0)
    rng = random.Random(3)
    text = "".join(rng.choices("ACGT", k=400))
    record = Record(
        Sequence(text), "r", features=[Feature("CDS", Location.of((30, 330)), {"gene": "x"})]
    )
    index = index_records(record, "NGG")
    ranked = rank_guides(Target(record, 50, 350, "x"), nuclease("SpCas9"), index, score=score)
    best = [row.activity for row in ranked if not row.problems and row.specificity == 1]
    assert len(best) > 8
    assert min(best) < 0
    assert best == sorted(best, reverse=True)

"""Outcomes of a cut are those of FORECasT: its own predictions, and its features in plain Python."""

from __future__ import annotations

import math
import random
from importlib.resources import files

import pytest

from biowright.core import Record, Sequence, SequenceError
from biowright.design import nuclease
from biowright.design.guides import (
    Target,
    find_guides,
    frameshift_share,
    indel_outcomes,
    rank_guides,
)
from biowright.design.offtargets import index_records

# Sequence, cut, number of outcomes, share in frame, and some outcomes (lost from, to, gained, share),
# as the code of the authors (https://github.com/felicityallen/SelfTarget, MIT) predicts them; the
# first three sequences and the last are its examples.
EXPECTED = [
    (
        "ATGCTAGCTAGGGCATGAGGCATGCTAGTGACTGCATGGTAC",
        14,
        267,
        0.1670624846566016,
        [
            (11, 18, "", 0.326995878854326),
            (14, 14, "C", 0.07803078877086077),
            (9, 17, "", 0.05780205012309339),
            (12, 23, "", 0.03361715084500295),
            (14, 14, "A", 0.010711055114630991),
        ],
    ),
    (
        "ATCGATGACTGATCGTAGCTAGCTGGGATGCTAGCTAGTTGCATGCTAGGAGTCAGCTAG",
        20,
        336,
        0.15716388223863909,
        [
            (15, 19, "", 0.44498079266715485),
            (15, 31, "", 0.1345919165629167),
            (17, 29, "", 0.06928021335295634),
            (20, 20, "T", 0.06884408218693823),
            (20, 20, "A", 0.004915514891391604),
        ],
    ),
    (
        "CGTCGGAGGTACATGATTGGAAGAAAACCTGGCGCCTTTGCACATCTCTTAATCGGAGTCACTTAAAATAGCAGAGACACTTCTACTGATACTCCAAGAG",
        50,
        399,
        0.2701619497916661,
        [
            (47, 61, "", 0.11386241694318386),
            (50, 50, "T", 0.07626828155304291),
            (43, 51, "", 0.06554000260826554),
            (46, 52, "", 0.04154972535115966),
            (50, 50, "A", 0.008338324116235224),
        ],
    ),
    (
        "ACACACACACACACACACACACACACACACACACACACACACACACACACACACGGCACACACACACACACACACACACACACACACACACACACACACA",
        50,
        300,
        0.29461669907388066,
        [
            (39, 56, "", 0.11691105377402071),
            (31, 56, "", 0.09750190743262865),
            (33, 56, "", 0.09407639114386422),
            (41, 56, "", 0.0930981793316221),
            (50, 50, "C", 0.011737750455837342),
            (50, 50, "A", 0.001826354665286587),
        ],
    ),
    (
        "ATTTTTTTTTCATGATTTTTTTTTCATGATTTAGGTTTCATGATTTTTTTTTCATG",
        29,
        283,
        0.13176494865397026,
        [
            (21, 35, "", 0.5338075908595001),
            (7, 35, "", 0.04836375132591257),
            (21, 29, "", 0.0225657933289247),
            (22, 29, "", 0.022175398355308823),
            (29, 29, "A", 0.014195221149747129),
            (29, 29, "T", 0.004618523388076939),
        ],
    ),
    (
        "GATAGTCGTAGGCTAGCTAGCTAGCTGGCAAGTGTGGAAAAGGGGATGCATGTA",
        22,
        353,
        0.16597112030315317,
        [
            (11, 15, "", 0.3592633320387302),
            (11, 19, "", 0.11334649141002512),
            (22, 22, "T", 0.09211407352473157),
            (11, 23, "", 0.04562067700886879),
            (22, 22, "A", 0.006577008302442973),
        ],
    ),
]


@pytest.mark.parametrize(("text", "cut", "count", "in_frame", "told"), EXPECTED)
def test_shares_are_those_of_forecast(
    text: str, cut: int, count: int, in_frame: float, told: list[tuple[int, int, str, float]]
) -> None:
    outcomes = indel_outcomes(text, cut)
    assert len(outcomes) == count
    assert sum(row.share for row in outcomes) == pytest.approx(1)
    assert sum(row.share for row in outcomes if not row.shifts_frame) == pytest.approx(in_frame)
    found = {
        text[: row.start] + gained + text[row.end :]: row.share
        for row in outcomes
        for gained in row.inserted or ("",)
    }
    for start, end, gained, share in told:
        assert found[text[:start] + gained + text[end:]] == pytest.approx(share, abs=1e-12)


def weights() -> dict[str, float]:
    text = files("biowright.design").joinpath("data/forecast.tsv").read_text("ascii")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(weight) for name, weight in rows}


def features(text: str, cut: int, left: int, right: int, gained: str) -> set[str]:
    """What an event has, by name, one after another."""
    size, before, after = right - left - 1, left - cut, right - cut
    lost, n = not gained, len(text)
    deleted, placed, beside, matched, homology = set(), set(), set(), set(), set()
    if lost:
        ranges = {"D1": (1, 1), "D2-3": (2, 3), "D4-7": (4, 7), "D8-12": (7, 12), "D>12": (13, 99)}
        deleted = {"Any Deletion", *(k for k, (a, b) in ranges.items() if a <= size <= b)}
        if -3 <= before <= -1:
            placed.add(f"DL{before}-{before}")
        placed |= {"DL<-30"} if before < -30 else set()
        for a, b in ((0, 0), (1, 1), (2, 2), (3, 5), (6, 9), (10, 14), (15, 29)):
            placed |= {f"DR{a}-{b}"} if a <= after <= b else set()
        placed |= {"DR=>30"} if after > 30 else set()
        for k in range(-3, 3):
            beside |= {f"L{k}_NT={text[left + 1 + k]}"} if left + 1 + k >= 0 else set()
            beside |= {f"R{k}_NT={text[right + k]}"} if right + k < n else set()
            for m in range(-3, 3):
                if left + k > 0 and right + m < n:
                    same = text[left + k + 1] == text[right + m]
                    matched.add(f"{'M' if same else 'X'}_L{k}_R{m}")
        for a, b in ((1, 1), (2, 2), (3, 3), (4, 6), (7, 10), (11, 15)):
            for k in range(a, b + 1):
                pairs = {"R": (left + 1, right, k), "L": (left + 1 - k, right - k, -1)}
                for side, (one, two, outer) in pairs.items():
                    low, high = min(0, outer), max(k - 1, outer)
                    if one + low < 0 or two + high >= n or text[one + outer] == text[two + outer]:
                        continue
                    same = [text[one + m] == text[two + m] for m in range(k)]
                    if same[0] and same[-1] and sum(same) == k:
                        homology.add(f"{side}_MH{a}-{b}")
                    if b > 2 and same[0] and same[-1] and sum(same) == k - 1:
                        homology.add(f"{side}_MM1_MH{a}-{b}")
        homology = homology or {"No MH"}
    inserted, letters, again = set(), set(), set()
    if gained:
        inserted = {"Any Insertion", f"I{len(gained)}"}
        letters = {f"I{len(gained)}_{gained}"}
        rpt = set(gained) == {text[cut - 1]}
        again = {f"I{len(gained)}{'Rpt' if rpt else 'NonRpt'}"}
    around = {f"CS{k}_NT={text[cut + k]}" for k in range(-5, 4)}
    equal = {
        f"M_CS{k}_{m}_NT={text[cut + k]}"
        for k in range(-3, 2)
        for m in range(-3, k)
        if text[cut + k] == text[cut + m]
    }
    pairs = (
        (deleted, placed), (letters, again), (homology, deleted), (homology, placed),
        (beside, deleted), (around, inserted), (matched, deleted), (beside, placed),
        (around, deleted), (equal, deleted), (around, again), (equal, again),
    )  # fmt: skip
    both = {f"PW_{one}_vs_{two}" for first, second in pairs for one in first for two in second}
    at = {"IL-1--1"} if gained else set()
    single = (deleted, placed, beside, matched, homology, inserted, letters, again, around, equal)
    return both.union(at, *single)


@pytest.mark.parametrize("seed", range(3))
def test_shares_are_those_of_the_features_of_all_events(seed: int) -> None:
    rng = random.Random(seed)
    text = "".join(rng.choices("ACGT", weights=(3, 1, 2, 3), k=64))
    cut = 30
    events: dict[str, list[tuple[int, int, str]]] = {}
    for left in range(cut):
        for right in range(cut, len(text)):
            if 1 <= right - left - 1 <= 30 and left >= cut - 31 and right <= cut + 30:
                made = text[: left + 1] + text[right:]
                events.setdefault(made, []).append((left, right, ""))
    outcomes = indel_outcomes(text, cut)
    for row in outcomes:
        for gained in row.inserted:
            key = ",".join(row.inserted)
            events.setdefault(key, []).append((cut - 1, cut, gained))
    told = weights()
    exp = {
        key: math.exp(
            sum(told[name] for name in set().union(*(features(text, cut, *e) for e in rows)))
        )
        for key, rows in events.items()
    }
    total = sum(exp.values())
    assert len(outcomes) == len(events)
    assert sum(len(row.inserted) for row in outcomes) == 20
    for row in outcomes:
        key = ",".join(row.inserted) or text[: row.start] + text[row.end :]
        assert row.share == pytest.approx(exp[key] / total, abs=1e-12)


def test_what_is_far_from_the_cut_does_not_matter() -> None:
    rng = random.Random(7)
    text = "".join(rng.choices("ACGT", k=100))
    one = indel_outcomes(text)
    longer = indel_outcomes("".join(rng.choices("ACGT", k=70)) + text + "ACGT" * 9, 120)
    assert [row.share for row in one] == pytest.approx([row.share for row in longer])
    share = sum(row.share for row in one if row.shifts_frame)
    assert (
        frameshift_share([text, text.lower(), "N" + text[1:]])[:2].tolist()
        == [pytest.approx(share)] * 2
    )
    assert math.isnan(frameshift_share(["N" + text[1:]])[0])
    assert frameshift_share([]).tolist() == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: indel_outcomes("ACGT" * 10, 9),
        lambda: indel_outcomes("ACGT" * 10, 31),
        lambda: indel_outcomes("ACGN" * 10),
        lambda: indel_outcomes(""),
        lambda: frameshift_share(["ACGT"]),
    ],
)
def test_letters_that_do_not_suffice_are_refused(call: object) -> None:
    with pytest.raises(SequenceError):
        call()  # type: ignore[operator]


@pytest.mark.parametrize("topology", ["linear", "circular"])
def test_guides_tell_it_on_both_strands_and_over_the_origin(topology: str) -> None:
    rng = random.Random(4)
    text = "".join(rng.choices("ACGT", k=300))
    record = Record(Sequence(text, topology=topology), "r")
    index = index_records(record, "NGG")
    target = Target(record, 0, 300, "r")
    ranked = rank_guides(target, nuclease("SpCas9"), index)
    strands = set()
    for row in ranked:
        cut = row.guide.cut
        around = (text * 3)[300 + cut - 50 : 300 + cut + 50]
        if row.guide.strand == -1:
            around = around.translate(str.maketrans("ACGT", "TGCA"))[::-1]
        assert around[33:53] == row.guide.spacer
        if topology == "linear" and not 50 <= cut <= 250:
            assert row.frameshift is None
        else:
            assert row.frameshift == pytest.approx(frameshift_share([around])[0])
            strands.add(row.guide.strand)
    assert strands == {1, -1}
    assert any(row.frameshift is None for row in ranked) == (topology == "linear")
    other = nuclease("SaCas9")
    assert find_guides(target, other)
    rows = rank_guides(target, other, index_records(record, other.motif))
    assert {row.frameshift for row in rows} == {None}

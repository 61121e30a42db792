"""Signals where pieces meet: in simulated products, replayed histories, plans and scars of Golden Gate."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest

from biowright.bio import find, other_strand
from biowright.build import (
    BuildPlan,
    arrange_overhangs,
    choose_overhangs,
    product_signals,
    replay_file,
    scar_signals,
    set_fidelity,
    target_signals,
)
from biowright.build.golden_gate import assemble, order_parts
from biowright.build.planning import choose_plan, domesticate, plan_synthesis
from biowright.build.simulation import gibson, golden_gate
from biowright.core import Attributes, Feature, Location, Record, Sequence
from biowright.design import Candidate, Constructs, edited_signals, fill_slots

EXAMPLES = Path(__file__).parents[2] / "examples"
PARTS = {  # of the Registry of Standard Biological Parts, the genes cut short
    "J23100": ("SO:0000167", "TTGACGGCTAGCTCAGTCCTAGGTACAGTGCTAGC"),
    "J23106": ("SO:0000167", "TTTACGGCTAGCTCAGTCCTAGGTATAGTGCTAGC"),
    "B0034": ("SO:0000139", "AAAGAGGAGAAATACTAG"),
    "gfp": (
        "SO:0000316",
        "ATGCGTAAAGGAGAAGAACTTTTCACTGGAGTTGTCCCAATTCTTGTTGAATTAGATGGTGATGTTAATGGGTAA",
    ),
    "rfp": (
        "SO:0000316",
        "ATGGCTTCCTCCGAAGACGTTATCAAAGAGTTCATGCGTTTCAAAGTTCGTATGGAAGGTTCCGTTAACGGTTAA",
    ),
    "B0010": (
        "SO:0000141",
        "CCAGGCATCAAATAAAACGAAAGGCTCAGTCGAAAGACTGGGCCTTTCGTTTTATCTGTTGTTTGTCGGTGAACGCTCTC",
    ),
}
SLOTS = [("p", ["J23100", "J23106"]), ("r", ["B0034"]), ("c", ["gfp", "rfp"]), ("t", ["B0010"])]


@pytest.fixture(scope="module")
def candidates() -> list[Candidate]:
    parts = [
        Record(Sequence(letters), name, annotations=Attributes({"role": role}))
        for name, (role, letters) in PARTS.items()
    ]
    space = Constructs(*fill_slots(SLOTS, parts))
    return [space.candidate(space.search.design(i)) for i in range(space.search.size)]


def test_overhangs_go_where_their_scars_do_the_least_harm(candidates: list[Candidate]) -> None:
    given = choose_overhangs(5)
    chosen = arrange_overhangs(candidates, given)
    assert {min(o, other_strand(o)) for o in chosen} == {min(o, other_strand(o)) for o in given}
    assert set_fidelity(chosen, "BsaI").fidelity == pytest.approx(
        set_fidelity(given, "BsaI").fidelity
    )
    assert chosen == arrange_overhangs(candidates, given)
    before, after = scar_signals(candidates, given), scar_signals(candidates, chosen)
    assert any("gfp is translated at" in line for line in before)
    assert len(after) < len(before)
    # each line names a junction of the construct that it was seen in
    assert all(line.startswith("between ") and "(as in " in line for line in before)


def test_no_exchange_of_two_overhangs_is_better(candidates: list[Candidate]) -> None:
    # one inner junction, that of the binding site and the gene
    parts = {p.name: p for p in candidates[0].parts}
    space = Constructs((("r", ("B0034",)), ("c", ("gfp",))), parts)
    [one] = [space.candidate(space.search.design(0))]
    given = choose_overhangs(3)
    chosen = arrange_overhangs([one], given)
    told = len(scar_signals([one], chosen))
    for order in permutations(chosen):
        if sum(a != b for a, b in zip(order, chosen, strict=True)) == 2:
            assert told <= len(scar_signals([one], order))


def test_pieces_that_are_there_keep_their_overhangs(candidates: list[Candidate]) -> None:
    plan = BuildPlan(method="golden-gate")
    pieces, use, overhangs = order_parts(candidates, plan)
    for piece in pieces:
        slot, left, right = piece.name.split("_slot")[1].split("_")
        assert (left, right) == overhangs[int(slot) - 1 : int(slot) + 1]
        assert left in piece.sequence
    for kept in (pieces[:1], pieces[1:3], pieces):
        again = BuildPlan(method="golden-gate", have=frozenset(p.name for p in kept))
        _, _, later = order_parts(candidates[1:2], again)
        assert later == overhangs or len(kept) < len(pieces)
        for piece in kept:
            slot, left, right = piece.name.split("_slot")[1].split("_")
            assert (left, right) == later[int(slot) - 1 : int(slot) + 1]
    # what the ordered pieces give is what is recorded
    ordered = {piece.name: piece.sequence for piece in pieces}
    [got] = golden_gate([ordered[name] for name in use[candidates[0].id]], "BsaI", each=True)
    assert str(got.sequence).upper() == str(assemble(candidates[0], overhangs).sequence).upper()


def test_a_product_has_what_its_pieces_make_together() -> None:
    quiet = "ACCATCACCATCGACCATCCACATCACCGACATCCACCATC"
    shared = "CACCTATCAGCATCGGC"
    left = Record(Sequence(quiet + "TTGACA" + shared), "left")
    right = Record(Sequence(shared + "TATAAT" + quiet), "right")
    for second in (right, right.changed(sequence=right.sequence.reverse_complement())):
        [made] = gibson([left, second], overlap=17, each=True)
        [change] = [c for c in product_signals(made) if c.kind == "promoter"]
        site = made.sequence.window(change.start, change.end)
        assert str(site if change.strand == 1 else site.reverse_complement()) == (
            "TTGACA" + shared + "TATAAT"
        )


def test_a_replayed_history_tells_them(tmp_path: Path) -> None:
    quiet = "ACCATCACCATCGACCATCCACATCACCGACATCCACCATC"
    left, right = quiet + "TTGACACACCTATCAGC", "CACCTATCAGCTATAAT" + quiet
    target = Record(Sequence(left + right[11:]), "target")
    plan = choose_plan(plan_synthesis([target], have=[Record(Sequence(left * 3), "p")]))
    assert not plan.signals["target"]  # nothing so short is copied
    document = plan.describe()
    told = {
        "kind": "promoter", "start": 41, "end": 64, "strand": 1, "score": 0.5, "before": None,
        "reason": "a promoter",
    }  # fmt: skip
    document["targets"][0]["signals"] = [told]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    [last] = [each for each in replay_file(path) if each.final]
    assert [str(change) for change in last.signals] == ["42-64 (+1): a promoter"]


def test_a_plan_tells_what_a_target_has_beyond_its_parts() -> None:
    from biowright.formats import read

    puc19 = read(EXAMPLES / "puc19.gb")[0]
    cut = 400
    insert = "CACCATCGACCATCCACATCACCGACATCCACCATCTTGACATTAATCATCGGCTCGGC"
    letters = str(puc19.sequence)
    # the -10 box is where the plasmid goes on
    target = Record(
        Sequence(letters[:cut] + insert + "TATAAT" + letters[cut:], topology="circular"), "new"
    )
    plan = choose_plan(plan_synthesis([target], have=[puc19], methods=["gibson"]))
    told = [c for c in plan.signals["new"] if c.kind == "promoter"]
    assert any(c.start == cut + 36 and c.score > 0.5 for c in told)
    assert plan.describe()["targets"][0]["signals"]
    # a plasmid that is only opened and closed again has nothing new
    same = Record(Sequence(letters[900:] + letters[:900], topology="circular"), "turned")
    assert not choose_plan(plan_synthesis([same], have=[puc19], methods=["gibson"])).signals[
        "turned"
    ]


def test_features_that_lie_end_to_end_are_parts(candidates: list[Candidate]) -> None:
    record = candidates[0].record
    assert record is not None
    assert not [c for c in target_signals(record) if c.kind in ("promoter", "terminator")]
    left, right = "ACCATCACCATCGACCATCCACATCACTTGACA", "ATTAATCATCGGCTCGTATAATGTGTGGACC"
    features = [
        Feature("promoter", Location.of((0, len(left)))),
        Feature("misc_feature", Location.of((len(left), len(left) + len(right)))),
    ]
    changes = target_signals(Record(Sequence(left + right), features=features))
    assert "promoter" in {c.kind for c in changes}
    assert not target_signals(Record(Sequence(left + right)))


def test_a_site_is_removed_without_making_a_signal() -> None:
    # GGT>GGA at the first place would give BsmBI's site, GGC a Shine-Dalgarno nothing
    gene = "ATGAAACGTCTCGGTCTCGCTAAACACCATCACCATTAA"
    cds = Feature("CDS", Location.of((0, len(gene))))
    record = Record(Sequence(gene), "gene", features=[cds])
    made, enzyme, changes = domesticate(record, ["BsaI"])
    assert enzyme == "BsaI"
    assert changes
    assert not find(made, "GGTCTC")
    assert not edited_signals(record, made, enzymes=["BsaI"])

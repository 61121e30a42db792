"""Cloning histories: OpenCloning's replay to their products, and our own go to and fro."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from biowright.build import History, read_history, replay, replay_file, write_history
from biowright.build.history_file import history_document, history_of
from biowright.build.planning import choose_plan, plan_synthesis
from biowright.build.simulation import (
    Product,
    cut,
    gibson,
    golden_gate,
    hybridise,
    ligate,
    pcr,
    recombine,
)
from biowright.cli import main
from biowright.core import FormatError, Record, Sequence

FILES = [
    "cre_lox_recombination",
    "crispr_hdr",
    "gateway",
    "gibson_assembly",
    "golden_gate",
    "homologous_recombination",
    "plannotate",
    "restriction_ligation_assembly",
    "restriction_then_ligation",
    "same_input_twice",
    "templateless_PCR",
    "ziqiang_et_al2024",
]


@pytest.mark.reference
@pytest.mark.parametrize("name", FILES)
def test_histories_replay_to_their_products(reference: Path, name: str) -> None:
    path = reference / "build/assembly" / f"{name}.json"
    history = read_history(path)
    found = replay_file(path)
    assert {int(each.key) for each in found} == {s.key for s in history.steps if s.fragments}
    for each in found:
        assert each.agrees, each
        assert each.seguid == history.sequences[int(each.key)].seguid
        # every reaction in them is simulated, not only put together
        assert not any("not simulated" in note for note in each.notes)
        assert 0 < each.probability <= 1
    # what we write of it is the same history
    again = history_of(json.loads(json.dumps(history_document(history))))
    assert [e.seguid for e in replay(again)] == [e.seguid for e in replay(history)]
    assert [s.fragments for s in again.steps] == [s.fragments for s in history.steps]


@pytest.mark.reference
def test_a_wrong_record_is_found(
    reference: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = reference / "build/assembly/gibson_assembly.json"
    document = json.loads(path.read_text())
    product = next(s for s in document["sequences"] if s["id"] == 5)
    lines = product["file_content"].split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("       61 "))
    lines[at] = lines[at][:10] + ("c" if lines[at][10] != "c" else "g") + lines[at][11:]
    product["file_content"] = "\n".join(lines)
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(document))
    assert main(["build", "simulate", str(wrong), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [p["agrees"] for p in answer["products"]] == [True, True, False]
    # a location that does not fit
    source = next(s for s in document["sources"] if s["id"] == 5)
    source["input"][0]["right_location"] = "8315..8350"
    wrong.write_text(json.dumps(document))
    assert main(["build", "simulate", str(wrong)]) == 2
    assert "source 5: sequences 4 and 3 do not share" in capsys.readouterr().err


def dna(dice: random.Random, length: int) -> str:
    return "".join(dice.choice("ACGT") for _ in range(length))


def other(text: str) -> str:
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


def a_history() -> tuple[History, list[Product]]:
    dice = random.Random(11)
    plasmid = dna(dice, 400)
    template = Record(Sequence(plasmid, topology="circular"), "plasmid")
    tail = dna(dice, 25)
    one = pcr(
        template,
        Record(Sequence(tail + plasmid[380:] + plasmid[:2]), "f"),
        Record(Sequence(other(plasmid[100:120])), "r"),
    ).only()
    # the insert lies the other way round
    insert = Record(Sequence(other(plasmid[95:120] + dna(dice, 60) + tail)), "insert")
    two = gibson([one.duplex, insert], overlap=25).only()
    pieces = [
        f"GGTCTCAAATG{dna(dice, 12).replace('G', 'T')}GCTTTGAGACC",
        f"GGTCTCAGCTT{dna(dice, 12).replace('G', 'T')}AATGTGAGACC",
    ]
    three = golden_gate(pieces, "BsaI").only()
    lox = "ATAACTTCGTATAGCATACATTATACGAAGTTAT"
    four = next(p for p in recombine(f"CCTT{lox}GATTACA{lox}GGAA", "Cre") if p.circular)
    history = History(description="of four reactions")
    history = history.adding(one, "pcr").adding(two, "gibson")
    history = history.adding(three, "golden_gate", restriction_enzymes=["BsaI"])
    return history.adding(four, "cre_lox"), [one, two, three, four]


def test_our_own_histories_go_to_and_fro(tmp_path: Path) -> None:
    history, products = a_history()
    path = tmp_path / "history.json"
    write_history(history, path)
    found = replay(read_history(path))
    assert [each.seguid for each in found] == [product.seguid for product in products]
    assert all(each.agrees for each in found)
    assert [each.final for each in found] == [False, True, True, True]
    again = tmp_path / "again.json"
    write_history(read_history(path), again)
    assert again.read_bytes() == path.read_bytes()


def test_digests_and_hybrids_in_histories() -> None:
    fragment = cut("TTGGTCTCAAATGCCCCGCTTTGAGACCTT", "BsaI")[1]
    mate = hybridise("GCTTCCCCAC", "CATTGTGGGG", anneal=6)[0]
    product = ligate([fragment.duplex, mate.duplex]).only()
    history = History().adding(mate, "hybridise", overhang_crick_3prime=-4)
    history = history.adding(product, "ligate")
    assert [s.kind for s in history.steps][-1] == "LigationSource"
    assert all(each.agrees for each in replay(history))


BAD: dict[str, tuple[Any, str]] = {
    "a list": ([], "no cloning history"),
    "a number": ({"sequences": 3, "sources": []}, "'sequences' is no list"),
    "no id": (
        {"sequences": [{"type": "TextFileSequence", "file_content": "x"}], "sources": []},
        "'id'",
    ),
    "no letters": (
        {"sequences": [{"id": 1, "type": "TemplateSequence"}], "sources": []},
        "no letters",
    ),
    "not GenBank": (
        {"sequences": [{"id": 1, "type": "TextFileSequence", "file_content": "x"}], "sources": []},
        "sequence 1",
    ),
    "a source of nothing": (
        {"sequences": [], "sources": [{"id": 4, "type": "PCRSource", "input": []}]},
        "not there",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_history(case: str, tmp_path: Path) -> None:
    document, message = BAD[case]
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(document))
    with pytest.raises(FormatError, match=message) as caught:
        read_history(path)
    assert "bad.json" in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\xff", '{"reactions": [{}]}'])
def test_what_is_no_json(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="latin-1")
    assert main(["build", "simulate", str(path)]) == 2
    assert "bad.json" in capsys.readouterr().err


def test_sources_that_need_each_other() -> None:
    history, _ = a_history()
    document = history_document(history)
    sources: Any = document["sources"]
    first = next(s for s in sources if s["type"] == "GibsonAssemblySource")
    pcr_source = next(s for s in sources if s["type"] == "PCRSource")
    pcr_source["input"][1]["sequence"] = first["id"]
    with pytest.raises(FormatError, match="in a circle"):
        history_of(document)
    first["input"][0]["left_location"] = "1-5"
    with pytest.raises(FormatError, match="'1-5' is no location"):
        history_of(document)


def test_a_plan_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(12)
    target = dna(dice, 300)
    pieces = [target[:120], target[90:220], target[190:]]
    first = gibson(pieces, overlap=30).only()
    reaction: dict[str, Any] = {
        "name": "whole",
        "method": "gibson",
        "inputs": ["a", "b", "c"],
        "circular": False,
        "seguid": first.seguid,
        "junctions": [{"start": 90, "end": 120}, {"start": 190, "end": 220}],
    }
    plan: dict[str, Any] = {
        "plan": 1,
        "orders": [{"name": n, "sequence": s} for n, s in zip("abc", pieces, strict=True)],
        "primers": [],
        "stock": [],
        "targets": [{"name": "t", "product": "whole", "seguid": first.seguid}],
        "reactions": [reaction],
    }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan))
    assert main(["build", "simulate", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [(p["seguid"], p["length"], p["final"]) for p in answer["products"]] == [
        (first.seguid, 300, True)
    ]
    # a piece that is ordered whole, and a target that is another molecule
    plan["targets"].append({"name": "u", "product": "a", "seguid": first.seguid})
    path.write_text(json.dumps(plan))
    assert main(["build", "simulate", str(path), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [(p["product"], p["by"], p["agrees"]) for p in answer["products"]] == [
        ("whole", "gibson", True),
        ("a", "order", False),
    ]
    reaction["inputs"] = ["a", "b", "d"]
    path.write_text(json.dumps(plan))
    assert main(["build", "simulate", str(path)]) == 2
    assert "needs d" in capsys.readouterr().err


def test_an_altered_plan_is_answered_with_no(tmp_path: Path) -> None:
    letters = "".join(random.Random(11).choices("ACGT", k=2400))
    target = Record(Sequence(letters, topology="circular"), "ring")
    plan = choose_plan(plan_synthesis([target], methods=["gibson"], vendors=["idt-eblocks"]))
    document = plan.describe()
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    assert all(each.agrees for each in replay_file(path))
    order = document["orders"][0]
    middle = len(order["sequence"]) // 2
    other = "A" if order["sequence"][middle] != "A" else "C"
    order["sequence"] = order["sequence"][:middle] + other + order["sequence"][middle + 1 :]
    path.write_text(json.dumps(document))
    [last] = [each for each in replay_file(path) if each.final]
    assert not last.agrees
    assert last.probability == 0
    assert [(length, topology) for _, length, topology, _ in last.others] == [(2400, "circular")]
    # a piece that fits nothing: what is made of it does not arise, and that is told too
    order["sequence"] = "ACGT" * 100
    path.write_text(json.dumps(document))
    assert not any(each.agrees for each in replay_file(path) if each.final)
    # what no step makes is no plan
    document["reactions"][-1]["inputs"] = ["nothing"]
    path.write_text(json.dumps(document))
    with pytest.raises(FormatError, match="needs nothing, which nothing makes"):
        replay_file(path)

"""Exports: nothing without a verdict; tables that vendors take; protocols that name every piece."""

from __future__ import annotations

import ast
import csv
import json
import random
from pathlib import Path

import pytest

from biowright.build import export_plan, plan_pieces, standing_pieces
from biowright.build.bench_protocol import write_bench_protocol
from biowright.build.planning import SynthesisPlan, choose_plan, plan_synthesis
from biowright.cli import main
from biowright.core import ConflictError, Record, ScreeningRefused, Sequence
from biowright.formats import read, write
from biowright.safety import demo_records, require, screen


def dna(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


@pytest.fixture(scope="module")
def plan() -> SynthesisPlan:
    backbone = dna(1, 2500)
    target = Record(Sequence(backbone + dna(2, 1600), topology="circular"), "pDemo")
    have = Record(Sequence(backbone, topology="circular"), "backbone")
    return choose_plan(
        plan_synthesis([target], have=[have], vendors=["idt-eblocks"], methods=["gibson"])
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_everything_that_is_ordered_stands_in_the_tables(
    plan: SynthesisPlan, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    files = export_plan(folder, plan, verdict=screen(plan_pieces(plan)))
    assert set(files) == {path.name for path in folder.iterdir()}
    ordered = {}
    for path in folder.glob("order-*.csv"):
        assert path.stem.endswith("-DEMO")
        ordered.update({row["Name"]: row["Sequence"] for row in rows(path)})
    wanted = {order.name: order.sequence for order in (*plan.orders, *plan.primers)}
    assert ordered == wanted
    pieces = rows(folder / "pieces.csv")
    assert [row["name"] for row in pieces] == list(wanted)
    assert len({(row["plate"], row["well"]) for row in pieces}) == len(pieces)
    assert sum(float(row["price"]) for row in pieces) == pytest.approx(plan.price, abs=0.01)
    assert all("DEMO" in row["screening"] for row in pieces)
    told = json.loads((folder / "plan.json").read_text())
    assert told["proven"] is True
    assert told["targets"][0]["seguid"] == plan.targets[0].seguid
    assert read(folder / "products.gb")[0].seguid == plan.targets[0].seguid
    text = (folder / "protocol.md").read_text()
    for reaction in plan.reactions:
        assert f"| {reaction.name} |" in text
    assert "not for ordering" in text
    places = [text.index(f"| {reaction.name} |") for reaction in plan.reactions]
    assert places == sorted(places), "what is used later stands later"
    for path in folder.glob("robot-*.py"):
        ast.parse(path.read_text())


def test_transfers_bring_every_ordered_input_from_where_it_stands(
    plan: SynthesisPlan, tmp_path: Path
) -> None:
    export_plan(tmp_path, plan, verdict=screen(plan_pieces(plan)))
    brought = set()
    for number in range(1, 9):
        if not (tmp_path / f"transfers-{number}.csv").exists():
            break
        places = {
            (r["plate"], r["well"]): r["name"] for r in rows(tmp_path / f"sources-{number}.csv")
        }
        wells = {r["well"]: r["reaction"] for r in rows(tmp_path / f"wells-{number}.csv")}
        for row in rows(tmp_path / f"transfers-{number}.csv"):
            name = places[row["Source Plate Name"], row["Source Well"]]
            assert name == row["Sample Name"]
            brought.add((wells[row["Destination Well"]], name))
    ordered = {order.name for order in (*plan.orders, *plan.primers)}
    wanted = {(r.name, name) for r in plan.reactions for name in r.inputs if name in ordered}
    assert brought == wanted


def test_nothing_leaves_without_a_verdict_on_all_of_it(plan: SynthesisPlan, tmp_path: Path) -> None:
    others = screen({"another": dna(3, 300)})
    some = screen(plan_pieces(plan)[:1])
    for verdict in (None, others, some):
        with pytest.raises(ScreeningRefused):
            export_plan(tmp_path / "none", plan, verdict=verdict)
    assert not (tmp_path / "none").exists()
    with pytest.raises(ScreeningRefused):
        write_bench_protocol(plan, standing_pieces(plan), clearance=None)
    other = {"another": dna(3, 300)}
    with pytest.raises(ScreeningRefused):
        write_bench_protocol(plan, standing_pieces(plan), clearance=require(screen(other), other))


def test_a_flagged_target_is_not_exported(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    letters = next(str(r.sequence) for r in demo_records() if str(r.molecule) == "DNA")
    write([Record(Sequence(letters[:900]), "standin")], tmp_path / "t.fasta")
    out = tmp_path / "out"
    for more in (["--out", str(out)], ["--json"]):
        assert main(["build", "plan", str(tmp_path / "t.fasta"), *more]) == 1
        shown = capsys.readouterr()
        assert "flagged" in shown.err
        assert letters[:60] not in shown.out
    assert not out.exists()


def test_export_twice_gives_the_same_bytes_and_replaces_only_when_told(
    plan: SynthesisPlan, tmp_path: Path
) -> None:
    verdict = screen(plan_pieces(plan))
    first = export_plan(tmp_path / "a", plan, verdict=verdict)
    again = export_plan(tmp_path / "b" / "a", plan, verdict=verdict)
    assert again == first
    with pytest.raises(ConflictError, match="not empty"):
        export_plan(tmp_path / "a", plan, verdict=verdict)
    assert export_plan(tmp_path / "a", plan, verdict=verdict, force=True) == first


def test_the_command_plans_and_writes(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    target = Record(Sequence(dna(5, 2400), topology="circular"), "plasmid")
    write([target], tmp_path / "t.gb")
    out = tmp_path / "out"
    args = [
        "build",
        "plan",
        str(tmp_path / "t.gb"),
        "--vendor",
        "idt-eblocks",
        "twist-gene-fragments",
    ]
    assert main([*args, "--best", "fastest", "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["proven"] is True
    assert told["vendor"] == "idt-eblocks"
    assert {best for a in told["alternatives"] for best in a["best"]} == {
        "cheapest",
        "fastest",
        "safest",
    }
    assert set(told["files"]) == {path.name for path in out.iterdir()}
    assert main(args) == 0
    shown = capsys.readouterr()
    assert "proven by simulation" in shown.out
    write([Record(Sequence("ACGTN" * 100), "odd")], tmp_path / "n.fasta")
    assert main(["build", "plan", str(tmp_path / "n.fasta")]) == 2
    assert "position 4: 'N' cannot be made, nor 99 other such letters" in capsys.readouterr().err

"""A work package is whole, the same every time, and safe to open and to order from."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from biowright.build import BuildPlan, WorkPackage, prepare_package, write_package
from biowright.core import InputError, Record, Sequence
from biowright.design import Candidate, Constructs, ListedCandidates, ProteinVariants
from biowright.formats import read
from biowright.learn import Table
from biowright.measure import arrange_wells, read_measurements
from biowright.safety import screen

FRAGMENTS = BuildPlan(method="fragments", upstream="ggtaCC", quantities={"y": "mg/L"})


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def listed(sequences: dict[str, str]) -> list[Candidate]:
    table = Table.of_sequences(list(sequences), list(sequences.values()))
    space = ListedCandidates(table, {k: {"seq": s} for k, s in sequences.items()}, "seq")
    return [space.candidate(name) for name in sequences]


def build(folder: Path, candidates: list[Candidate], plan: BuildPlan) -> WorkPackage:
    folder.mkdir(exist_ok=True)
    layout = arrange_wells([c.id for c in candidates], controls=["blank"], seed=1)
    prepared = prepare_package(candidates, layout, plan)
    return write_package(folder, prepared, verdict=screen(prepared.pieces))


def test_everything_is_there_and_agrees(tmp_path: Path) -> None:
    space = ProteinVariants("MTYK", (1, 2), "TYW")
    candidates = [space.candidate(id) for id in ("WY", "TW", "YT")]
    package = build(tmp_path / "a", candidates, FRAGMENTS)
    folder = tmp_path / "a"
    assert set(package.files) == {path.name for path in folder.iterdir()}
    orders = {row["name"]: row for row in rows(folder / "orders.csv")}
    records = {record.name: record for record in read(folder / "designs.gb")}
    assert records.keys() == {r.name for r in read(folder / "designs.ttl")} == orders.keys()
    for row in rows(folder / "designs.csv"):
        dna = f"ggtaCC{records[row['record']].sequence}".upper()
        assert orders[row["record"]]["sequence"] == dna
        assert orders[row["record"]]["length"] == str(len(dna)) == "18"
        assert orders[row["record"]]["price [EUR]"] == "1.26"
        assert "not for ordering" in orders[row["record"]]["screening"]
    assert package.cost == 3.78
    wells = {row["well"]: row["design"] for row in rows(folder / "plates.csv")}
    transfers = rows(folder / "transfers.csv")
    assert {t["Destination Well"]: t["Sample Name"] for t in transfers} == {
        well: f"protein_{design}" for well, design in wells.items() if design != "blank"
    }
    places = {(row["plate"], row["well"]): row["name"] for row in rows(folder / "sources.csv")}
    for t in transfers:
        assert places[t["Source Plate Name"], t["Source Well"]] == t["Sample Name"]
        assert t["Transfer Volume"] == "1000.0"
    again = build(tmp_path / "b", candidates, FRAGMENTS)
    differ = {name for name in package.files if package.files[name] != again.files[name]}
    assert differ == {"protocol-plate-1.py"}  # it names the round's folder


def test_a_part_is_ordered_once_a_campaign(tmp_path: Path) -> None:
    parts = {n: Record(Sequence(s), name=n) for n, s in (("p", "TTGACA"), ("q", "TTTACA"))}
    space = Constructs((("a", ("p", "q")), ("b", ("p",))), parts)
    first = build(tmp_path, [space.candidate(("p", "p"))], BuildPlan(method="golden-gate"))
    # the names hold the overhangs, so that no piece goes where it does not fit
    assert [name.split("_")[:2] for name in first.ordered] == [["p", "slot1"], ["p", "slot2"]]
    plan = BuildPlan(method="golden-gate", have=frozenset(first.ordered))
    second = build(tmp_path, [space.candidate(("q", "p"))], plan)
    new = first.ordered[0].replace("p_slot1", "q_slot1")
    assert second.ordered == (new,)
    assert [row["name"] for row in rows(tmp_path / "orders.csv")] == [new]
    assert {row["name"] for row in rows(tmp_path / "sources.csv")} == {new, first.ordered[1]}


STRANGE = {
    "=cmd|' /C calc'!A0": "ACGT",
    "+1+1": "ACGA",
    "@sum": "ACGC",
    "NA": "ACGG",
    'µ ü, "x"\n': "ACTT",
    "x" * 200: "ACTA",
    "a/b": "ACTC",
    "a_b": "ACTG",
    "-5": "AAAA",
}


def test_strange_names_are_safe_and_stay_apart(tmp_path: Path) -> None:
    build(tmp_path, listed(STRANGE), FRAGMENTS)
    orders = rows(tmp_path / "orders.csv")
    for row in orders:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}", row["name"])
        assert re.fullmatch(r"[ACGT]+", row["sequence"])
    assert len({row["name"] for row in orders}) == len(STRANGE)
    assert len(read(tmp_path / "designs.gb")) == len(STRANGE)
    for path in tmp_path.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row_ in csv.reader(file):
                for cell in row_:
                    assert not re.match(r"[=+@\t\r]|-(?![\d.])", cell), (path.name, cell)


def test_a_filled_template_with_strange_names_is_taken_in(tmp_path: Path) -> None:
    candidates = listed(STRANGE)
    layout = arrange_wells([c.id for c in candidates], seed=1)
    prepared = prepare_package(candidates, layout, FRAGMENTS)
    write_package(tmp_path, prepared, verdict=screen(prepared.pieces))
    filled = rows(tmp_path / "measurements.csv")
    path = tmp_path / "filled.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(filled[0]))
        writer.writeheader()
        writer.writerows(row | {"y [mg/L]": "1.5"} for row in filled)
    readings = read_measurements(path.read_text(), layout, {"y": "mg/L"})
    assert {r.value for r in readings} == {1.5}


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (BuildPlan(method="fragments", upstream="ACGX"), "letters other than A, C, G and T"),
        (BuildPlan(method="golden-gate"), "designs that are made of parts"),
        (BuildPlan(method="cloning"), "no build method 'cloning'"),
    ],
)
def test_what_cannot_be_built_leaves_nothing_behind(
    plan: BuildPlan, told: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=told):
        build(tmp_path, listed({"a": "ACGT", "b": "ACGA"}), plan)
    assert not list(tmp_path.iterdir())


def test_two_designs_of_one_name_and_unknown_bases_are_refused(tmp_path: Path) -> None:
    parts = {n: Record(Sequence("ACGT"), name=n) for n in ("a", "b_c", "a_b", "c")}
    space = Constructs((("x", ("a", "a_b")), ("y", ("b_c", "c"))), parts)
    both = [space.candidate(("a", "b_c")), space.candidate(("a_b", "c"))]
    assert [c.record.name for c in both if c.record] == ["a__b_c", "a_b__c"]
    with pytest.raises(InputError, match="two designs are named 'a__b_c'"):
        build(tmp_path, [both[0], both[0]], FRAGMENTS)
    with pytest.raises(InputError, match="1 of 2 pieces to order hold letters other than"):
        build(tmp_path, listed({"a": "ACGN", "b": "ACGT"}), FRAGMENTS)


def test_small_volumes_are_left_to_acoustics_and_told(tmp_path: Path) -> None:
    plan = BuildPlan(method="mix", stocks={"a": (1000.0, "mM")}, quantities={"y": ""})
    package = build(tmp_path, [Candidate("m", {"a": 5.0})], plan)
    assert "1 of 7 transfers are below 1 µL" in package.notices[0]
    text = (tmp_path / "protocol-plate-1.py").read_text("utf-8")
    assert "let an acoustic dispenser" in text
    tiny = BuildPlan(method="mix", volume=0.5, stocks={"a": (1000.0, "mM")})
    package = build(tmp_path / "tiny", [Candidate("m", {"a": 5.0})], tiny)
    assert not any(name.startswith("protocol") for name in package.files)

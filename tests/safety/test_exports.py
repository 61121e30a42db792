"""No way out passes the gate by: every place that writes is looked at, every export is tried without.

A new function that writes a file, or a new public one that writes or exports, fails here until it asks
for a verdict or is named below with the reason why nothing can be ordered or made from what it writes.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import biowright
from biowright.build import BuildPlan, Transfer, prepare_package, write_package, write_protocol
from biowright.cli import VERBS, main
from biowright.core import ScreeningRefused
from biowright.design import Candidate
from biowright.design.variants import SaturationLibrary, plan_library, write_library
from biowright.measure import arrange_wells
from biowright.safety import screen

SOURCE = Path(biowright.__file__).parent
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

NO_ORDERS = {
    "build:write_history": "a record of what was cloned",
    "cli:gene": "a designed record, as any editor writes it",
    "cli:codons": "a table of codon counts",
    "cli:rewrite": "a designed record and what was changed",
    "cli:undo": "a designed record",
    "cli:edit": "an edited record",
    "cli:export": "records of the library",
    "cli:screen": "the verdict itself",
    "cli:view": "a picture",
    "design:write_guides": "a table to choose guides from",
    "design:_built": "an index of a genome",
    "design:write_hits": "places in a genome",
    "design:write_usage": "a table of codon counts",
    "build:_sequence_entry": "a text in memory",
    "cli:print_json": "the answer on stdout; who prints letters to order asks before",
    "design:write_labels": "constraints as labels of a record",
    "design:write_edits": "what was changed in a genome's design",
    "foundry:start": "the settings of a campaign",
    "foundry:advancing": "a lock",
    "foundry:write_report": "the report of a campaign",
    "learn:write_picks": "which candidates to measure",
}
"""Functions that write and ask for no verdict, by room, each with what it writes."""
OWN_STATE = ("library", "safety", "formats", "core", "bio")
"""Rooms below the exports: they keep their own files and write records in formats."""
WRITING = {"open_output", "write_text", "write_bytes", "writerows", "to_csv", "savetxt", "dump"}


@cache
def functions(path: Path) -> tuple[tuple[str, ast.FunctionDef], ...]:
    place = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    tree = ast.parse(path.read_text("utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return tuple((f"{place}:{node.name}", node) for node in found)


def known(place: str) -> str:
    """Name a function by its room, so that it may move between the room's files."""
    module, _, name = place.partition(":")
    return f"{module.partition('.')[0]}:{name}"


def calls(function: ast.FunctionDef) -> list[tuple[int, str]]:
    """Give line and name of all calls; opening a file for reading counts as another name."""
    found = []
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            name = node.func.id
        elif isinstance(node.func, ast.Attribute):
            name = f".{node.func.attr}"
        else:
            continue
        if name.lstrip(".") == "open":
            modes = [
                a.value
                for a in (*node.args, *(k.value for k in node.keywords))
                if isinstance(a, ast.Constant)
            ]
            name = (
                "open for writing"
                if any(isinstance(m, str) and set(m) & set("wax+") and len(m) < 4 for m in modes)
                else "open"
            )
        found.append((node.lineno, name))
    return sorted(found)


def writes(function: ast.FunctionDef) -> list[int]:
    return [
        line
        for line, name in calls(function)
        if name.lstrip(".") in WRITING or name in ("write", "open for writing")
    ]


def asks(function: ast.FunctionDef) -> int | None:
    """Give the line in which a function has its verdict or clearance checked."""
    parameters = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
    wanted = {"verdict": "require", "clearance": "check_clearance"}
    lines = [
        line
        for parameter, check in wanted.items()
        if parameter in parameters
        for line, name in calls(function)
        if name.lstrip(".") == check
    ]
    return min(lines, default=None)


def test_every_function_that_writes_has_a_verdict_checked_first() -> None:
    open_ways = []
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[0] in OWN_STATE:
            continue
        here = dict(functions(path))
        for place, function in here.items():
            lines = writes(function)
            line = asks(function)
            if line is not None:
                assert not lines or line < min(lines), f"{place} writes before it asks"
                continue
            if not lines or known(place) in NO_ORDERS:
                continue
            # a private function may write for those that ask
            name = place.rpartition(":")[2]
            callers = [
                f for p, f in here.items() if p != place and name in {n for _, n in calls(f)}
            ]
            gated = [f for f in callers if asks(f) is not None or f.name.startswith("_")]
            if not (name.startswith("_") and callers and len(gated) == len(callers)):
                open_ways.append(place)
    assert not open_ways, "these write without a verdict: ask for one, or say why not in NO_ORDERS"


def test_the_list_of_what_is_no_order_is_up_to_date() -> None:
    there = {known(place) for path in SOURCE.rglob("*.py") for place, _ in functions(path)}
    assert set(NO_ORDERS) <= there


def rooms() -> list[str]:
    found = [
        "biowright.build",
        "biowright.design",
        "biowright.foundry",
        "biowright.design.variants",
    ]
    return found + [
        name
        for name in ("biowright.design.edits", "biowright.design.guides")
        if importlib.util.find_spec(name)
    ]


def test_every_public_export_takes_a_verdict() -> None:
    exports = []
    for room in rooms():
        package = importlib.import_module(room)
        for name in package.__all__:
            value = getattr(package, name)
            if not inspect.isfunction(value) or not name.startswith(
                ("write_", "export_", "order_")
            ):
                continue
            place = f"{value.__module__.removeprefix('biowright.')}:{name}"
            parameters = inspect.signature(value).parameters
            asked = parameters.get("verdict") or parameters.get("clearance")
            if asked is None and known(place) in NO_ORDERS:
                continue
            exports.append(name)
            assert asked is not None, f"{place} asks for no verdict"
            assert asked.default is inspect.Parameter.empty, f"{place} goes without a verdict"
    assert {"write_package", "write_protocol", "write_library"} <= set(exports)


def package(folder: Path) -> object:
    candidate = Candidate("a", {}, biowright.Record(biowright.Sequence("ACGTTGCA"), "a"))
    layout = arrange_wells(["a"], seed=1)
    prepared = prepare_package([candidate], layout, BuildPlan(method="fragments"))
    return write_package(folder, prepared, verdict=None)


def protocol(folder: Path) -> object:
    transfer = Transfer("DNA-1", "A01", 1, "A01", 1_000_000, "a")
    return write_protocol("x", [transfer], 96, 50.0, clearance=None)


def variants(folder: Path) -> object:
    spec = SaturationLibrary(kind="saturation", parent="MTYK", sites={"T2": "NNK"})
    return write_library(folder, plan_library(spec), verdict=None)


@pytest.mark.parametrize("export", [package, protocol, variants])
def test_without_a_verdict_nothing_is_written(
    export: Callable[[Path], object], tmp_path: Path
) -> None:
    with pytest.raises(ScreeningRefused, match="nothing leaves without a screening verdict"):
        export(tmp_path)
    assert not list(tmp_path.rglob("*"))


CAMPAIGN = """
[campaign]
name = "x"
rounds = 1
batch = 2
[[objective]]
quantity = "y"
[space]
kind = "protein"
parent = "MTYK"
sites = ["T2"]
[lab]
kind = "files"
"""


def commands(folder: Path) -> dict[str, list[str]]:
    """Give a command line for each verb that can export."""
    (folder / "c.toml").write_text(CAMPAIGN)
    (folder / "v.toml").write_text(
        '[library]\nkind = "saturation"\nparent = "MTYK"\nsites = { T2 = "NNK" }\n'
    )
    (folder / "t.csv").write_text("gene,change\nF652_4273,knockout\n")
    insert = str(biowright.read(EXAMPLES / "puc19.gb")[0].sequence)[:400]
    (folder / "t.fa").write_text(f">t\n{insert}\n")
    found = {
        "campaign run": [str(folder / "c.toml"), "--workdir", str(folder / "out")],
        "design variants": [str(folder / "v.toml"), "--out", str(folder / "out")],
        "build plan": [
            str(folder / "t.fa"),
            "--method",
            "order",
            "--out",
            str(folder / "out"),
        ],
        "design edits": [
            *(str(folder / "t.csv"), "--genome", str(EXAMPLES / "phix174.gb"), "--method", "mage"),
            *("--origin", "0", "--terminus", "2700", "--no-primers", "--out", str(folder / "out")),
        ],
    }
    return {name: line for name, line in found.items() if name.split()[1] in VERBS[name.split()[0]]}


@pytest.mark.parametrize("name", ["campaign run", "design variants", "build plan", "design edits"])
def test_commands_write_nothing_where_nothing_can_be_screened(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    line = commands(tmp_path).get(name)
    if line is None:
        pytest.skip("there is no such command")
    monkeypatch.setenv("BIOWRIGHT_SAFETY", str(tmp_path / "nothing.toml"))
    assert main([*name.split(), *line]) == 1
    told = capfd.readouterr().err
    assert "nothing leaves" in told
    assert "nothing.toml" in told
    left = [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert {p.name for p in left} <= {"campaign.json", "campaign.db", ".lock"}
    # and the same command works where it can
    monkeypatch.delenv("BIOWRIGHT_SAFETY")
    assert main([*name.split(), *line]) == 0
    orders = [p for p in (tmp_path / "out").rglob("*.csv") if "DEMO" in p.read_text("utf-8")]
    assert orders


def test_commands_that_may_export_are_all_tried() -> None:
    """A command that calls the gate's `screen` exports; each of them is tried above."""
    exporting = set()
    for room, verbs in VERBS.items():
        for verb, (target, _) in verbs.items():
            module, _, function = target.partition(":")
            source = inspect.getsource(getattr(importlib.import_module(module), function))
            if "default_gate" in source or "_gate(" in source:
                exporting.add(f"{room} {verb}")
    exporting -= {"safety screen", "safety audit", "safety override"}
    assert exporting <= {"design variants", "build plan", "design edits"}


def test_a_flagged_design_stops_a_campaign(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from .stand_ins import PROTEINS

    text = CAMPAIGN.replace('"MTYK"', f'"{PROTEINS["demo-protein-3"]}"')
    site = f"{PROTEINS['demo-protein-3'][4]}5"
    (tmp_path / "c.toml").write_text(text.replace('"T2"', f'"{site}"'))
    assert main(["campaign", "run", str(tmp_path / "c.toml")]) == 1
    assert "flagged: demo-protein-3" in capfd.readouterr().err
    assert not list(tmp_path.rglob("orders.csv"))


def test_a_verdict_for_other_designs_writes_nothing(tmp_path: Path) -> None:
    candidate = Candidate("a", {}, biowright.Record(biowright.Sequence("ACGTTGCA"), "a"))
    layout = arrange_wells(["a"], seed=1)
    prepared = prepare_package([candidate], layout, BuildPlan(method="fragments"))
    with pytest.raises(ScreeningRefused, match="other pieces"):
        write_package(tmp_path, prepared, verdict=screen("ACGTTGCC"))
    assert not list(tmp_path.rglob("*"))

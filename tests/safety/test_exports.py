"""No way out passes the gate by: every place that writes is looked at, every export is tried without.

No list is kept by hand that could be forgotten: the source of the whole package is read. A function that
writes or sends, a new one in the upper rooms that makes a plan, and a new command fail here until
they ask for a verdict or are named below with the reason why nothing can be ordered from what they give.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import biowright
from biowright.build import BuildPlan, Transfer, prepare_package, write_package, write_protocol
from biowright.cli import COMMANDS, VERBS, main
from biowright.core import ScreeningRefused
from biowright.design import Candidate
from biowright.design.variants import SaturationLibrary, plan_library, write_library
from biowright.measure import arrange_wells
from biowright.safety import screen

from .ways_out import open_ways, plan_makers, plan_types, sources, unscreened_plans, ways_of

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
    "design:put": "a table, for those that have asked",
    "design:write_regulatory": "a table to choose guides from",
    "design:write_rna_guides": "a table to choose guides from",
    "design:write_edits": "what was changed in a genome's design",
    "foundry:start": "the settings of a campaign",
    "foundry:advancing": "a lock",
    "foundry:write_report": "the report of a campaign",
    "learn:write_picks": "which candidates to measure",
    "measure:_write": "a text in memory",
}
"""Functions that write and ask for no verdict, by room, each with what it writes."""


NO_EXPORT = {
    "inspect": "what is in a file",
    "convert": "the records of a file in another format",
    "edit": "an edited record",
    "view": "a picture",
    "design gene": "a designed record",
    "design codons": "codon counts",
    "design rewrite": "a designed record",
    "design undo": "a designed record",
    "design offtargets": "places in a genome",
    "design guides": "guides to choose from",
    "library create": "a library",
    "library add": "a library",
    "library search": "what is in a library",
    "library annotate": "features of a record",
    "library show": "what is in a library",
    "library history": "who wrote what",
    "library diff": "two versions of a part",
    "library export": "records of a library",
    "library measure": "measurements",
    "library stats": "numbers",
    "library verify": "whether all is well",
    "library tag": "words of a part",
    "library alias": "words of a part",
    "library change": "what is said of a part",
    "library withdraw": "the status of a part",
    "library grant": "rights",
    "library compose": "the name and licence of a composite",
    "build fidelity": "a number",
    "build overhangs": "overhangs of four letters",
    "build simulate": "checksums of products",
    "learn recommend": "which candidates to measure",
    "learn validate": "how well a model foretells",
    "campaign status": "where a campaign stands",
    "campaign ingest": "measurements",
    "campaign report": "a report",
    "campaign next": "the names of designs",
    "safety screen": "a verdict",
    "safety reference": "hashes",
    "safety audit": "the audit",
    "safety override": "a reviewer's decision",
}
"""Commands that give no order, protocol or synthesis plan, each with what they give."""


def test_every_function_that_writes_has_a_verdict_checked_first() -> None:
    assert open_ways(sources(), NO_ORDERS) == []


def test_what_makes_plans_in_the_upper_rooms_screens_them() -> None:
    makers = plan_makers(sources())
    assert {
        "plan_synthesis",
        "choose_plan",
        "prepare_package",
        "plan_library",
        "design_edits",
    } <= makers
    assert {"SynthesisPlan", "PreparedPackage", "Alternative"} <= plan_types(sources())
    assert unscreened_plans(sources(), makers) == []


NEW_WAYS = {
    "a function": "def order(plan, out):\n    out.write_text(plan)\n",
    "a method": "class Plan:\n    def save(self, out):\n        with open_output(out) as f: f.write(b'')\n",
    "an asynchronous one": "async def order(out):\n    (out / 'a').write_bytes(b'')\n",
    "one inside of another": "def _outer(a):\n    def inner(): open(a, 'w').write('x')\n    return inner\n",
    "a module that is imported": "from pathlib import Path\nPath('order.csv').write_text('x')\n",
    "one that sends": "def place(order):\n    urlopen('https://vendor', data=order)\n",
    "an archive": "def pack(out):\n    with ZipFile(out, 'w') as z: z.writestr('a', '')\n",
    "one that writes first": (
        "def write_it(out, *, verdict):\n    out.write_text('x')\n    require(verdict, [])\n"
    ),
    "one that goes without": (
        "def write_it(out, *, verdict=None):\n    require(verdict, [])\n    out.write_text('x')\n"
    ),
    "one that only has the word": "def write_it(out, *, verdict):\n    out.write_text('x')\n",
    "a private one for an open one": (
        "def _put(out): out.write_text('x')\ndef order(out):\n    _put(out)\n"
    ),
}


@pytest.mark.parametrize("case", NEW_WAYS)
def test_a_new_way_out_is_found(case: str) -> None:
    """The net itself is tried: what somebody may add tomorrow is caught in it."""
    assert open_ways({**sources(), "build.tomorrow": NEW_WAYS[case]}, NO_ORDERS), case
    asked = "def write_it(out, *, verdict):\n    require(verdict, [])\n    out.write_text('x')\n"
    assert not open_ways({"build.tomorrow": asked})


@pytest.mark.parametrize("room", ["cli", "server", "foundry"])
@pytest.mark.parametrize(
    "text",
    [
        "def answer(target):\n    return choose_plan(plan_synthesis([target])).describe()\n",
        "async def post_plan(body):\n    return planning.plan_synthesis(body)\n",
        "class Rows:\n    def orders(self):\n        return prepare_package(self.all, [], None).pieces\n",
        "def _library(spec):\n    return plan_library(spec)\ndef show(spec):\n    return _library(spec)\n",
    ],
)
def test_a_new_answer_with_a_plan_in_it_is_found(room: str, text: str) -> None:
    texts = {**sources(), f"{room}.tomorrow": text}
    assert unscreened_plans(texts, plan_makers(texts)), text
    screened = text.replace("return ", "gate.screen(0); return ")
    assert not unscreened_plans({f"{room}.tomorrow": screened}, plan_makers(texts))


def test_the_list_of_what_is_no_order_is_up_to_date() -> None:
    found: dict[str, int] = {}
    for module, text in sources().items():
        for way in ways_of(text, module):
            if way.asks() is None and (way.writes() or way.name.startswith("write_")):
                found[way.known] = found.get(way.known, 0) + 1
    # one function each: a second of the same name in the room would hide behind the first
    assert {name: found.get(name, 0) for name in NO_ORDERS} == dict.fromkeys(NO_ORDERS, 1)


def packages() -> list[str]:
    """Give all packages with public names, also those below the rooms."""
    found = [m.name for m in pkgutil.walk_packages(biowright.__path__, "biowright.") if m.ispkg]
    return [name for name in found if hasattr(importlib.import_module(name), "__all__")]


def test_every_public_export_takes_a_verdict() -> None:
    exports = []
    for room in packages():
        if room.split(".")[1] in ("core", "bio", "formats", "library", "safety"):
            continue
        package = importlib.import_module(room)
        for name in package.__all__:
            value = getattr(package, name)
            if not inspect.isfunction(value) or not name.startswith(
                ("write_", "export_", "order_", "send_")
            ):
                continue
            place = f"{value.__module__.removeprefix('biowright.')}:{name}"
            parameters = inspect.signature(value).parameters
            asked = parameters.get("verdict") or parameters.get("clearance")
            if asked is None and f"{place.partition('.')[0]}:{name}" in NO_ORDERS:
                continue
            exports.append(name)
            assert asked is not None, f"{place} asks for no verdict"
            assert asked.default is inspect.Parameter.empty, f"{place} goes without a verdict"
    assert {"write_package", "write_protocol", "write_library", "export_plan"} <= set(exports)
    assert "write_edits" in exports


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


def commands(folder: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Give a command line for each command that can export, and how it is told where to."""
    (folder / "c.toml").write_text(CAMPAIGN)
    (folder / "v.toml").write_text(
        '[library]\nkind = "saturation"\nparent = "MTYK"\nsites = { T2 = "NNK" }\n'
    )
    (folder / "t.csv").write_text("gene,change\nF652_4273,knockout\n")
    insert = str(biowright.read(EXAMPLES / "puc19.gb")[0].sequence)[:400]
    (folder / "t.fa").write_text(f">t\n{insert}\n")
    phage = ["--genome", str(EXAMPLES / "phix174.gb"), "--method", "mage"]
    return {
        "campaign run": ([str(folder / "c.toml")], ["--workdir", str(folder / "out")]),
        "design variants": ([str(folder / "v.toml")], ["--out", str(folder / "out")]),
        "build plan": ([str(folder / "t.fa"), "--method", "order"], ["--out", str(folder / "out")]),
        "design landing": (
            [str(EXAMPLES / "puc19.gb"), "--sites", "attB-Bxb1", "--at", "2000", "--method", "red"],
            ["--out", str(folder / "out")],
        ),
        "design edits": (
            [str(folder / "t.csv"), *phage, "--origin", "0", "--terminus", "2700", "--no-primers"],
            ["--out", str(folder / "out")],
        ),
    }


EXPORTING = ["campaign run", "design variants", "build plan", "design edits", "design landing"]
NO_ANSWER = {"campaign run", "design edits", "design landing"}
"""Commands that always write, so that they need to be told where."""


def test_every_command_is_an_export_that_is_tried_or_gives_nothing_to_order() -> None:
    known = {f"{room} {verb}" for room, verbs in VERBS.items() for verb in verbs}
    known |= {name for name, (target, _) in COMMANDS.items() if target is not None}
    told = {*EXPORTING, *NO_EXPORT}
    assert not set(EXPORTING) & set(NO_EXPORT)
    assert known - told == set(), "say what these give in NO_EXPORT, or try them in `commands`"
    assert told - known == set()


@pytest.mark.parametrize("json", [False, True])
@pytest.mark.parametrize("out", [False, True])
@pytest.mark.parametrize("name", EXPORTING)
def test_commands_give_nothing_where_nothing_can_be_screened(
    name: str,
    out: bool,
    json: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    words, where = commands(tmp_path)[name]
    if not out and name in NO_ANSWER:
        pytest.skip("it always writes")
    if json and name == "campaign run":
        pytest.skip("it has no --json")
    line = [*name.split(), *words, *(where if out else []), *(["--json"] if json else [])]
    monkeypatch.setenv("BIOWRIGHT_SAFETY", str(tmp_path / "nothing.toml"))
    code = main(line)
    told = capfd.readouterr()
    # no letters leave, neither as a file nor as an answer
    assert not re.search(r"[ACGTRYSWKMBDHVN]{12}", told.out, re.IGNORECASE), told.out
    if out or json:
        assert code == 1
        assert "nothing leaves" in told.err
        assert "nothing.toml" in told.err
    left = [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert {p.name for p in left} <= {"campaign.json", "campaign.db", ".lock"}
    # and the same command works where it can
    monkeypatch.delenv("BIOWRIGHT_SAFETY")
    assert main(line) == 0
    if out:
        orders = [p for p in (tmp_path / "out").rglob("*.csv") if "DEMO" in p.read_text("utf-8")]
        assert orders


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

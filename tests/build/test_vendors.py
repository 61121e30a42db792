"""Rule packs: what is known of each rule, packs of one's own, and what is wrong with them, line by line."""

from __future__ import annotations

import random
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from biowright.build import BuildPlan, prepare_package, write_package
from biowright.build.planning import choose_plan, plan_synthesis, product, products
from biowright.core import FormatError, InputError, Record, Sequence
from biowright.design import Candidate
from biowright.foundry import load_settings
from biowright.measure import arrange_wells
from biowright.safety import screen

from ..foundry.campaigns import write_campaign

PACK = """\
vendor = "Own shop"
product = "Pieces"
kind = "fragment"
columns = [["Name", "{name}"], ["Seq", "{sequence}"]]
version = 1
as_of = "2026-11-02"

[[rules]]
rule = "length"
least = 100
most = 4000
source = "contract 12"
as_of = "2026-11-02"
checked = "2026-11-02"

[[rules]]
rule = "homopolymer"
most_gc = 5
most_at = 9
source = "contract 12"
as_of = "2026-11-02"

[price]
currency = "CHF"
base = 0.05
source = "contract 12"
as_of = "2026-11-02"
checked = "2026-11-02"

[days]
least = 2
most = 3
source = "said on the telephone"
as_of = "2026-11"
assumption = true
"""


def write(folder: Path, changes: dict[str, str] | None = None) -> Path:
    text = PACK
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "own.toml"
    path.write_text(text)
    return path


def test_what_is_published_is_in_the_packs() -> None:
    """The limits that the vendors' pages give, as of 2026 (decision 0027)."""
    gblocks = {(r.rule, r.window): r for r in product("idt-gblocks").rules}
    assert product("idt-gblocks").lengths == (125, 3000)
    assert product("idt-eblocks").lengths == (300, 1500)
    assert product("twist-gene-fragments").lengths == (300, 5000)
    assert product("twist-clonal-genes").lengths == (300, 7000)
    runs = gblocks["homopolymer", 0]
    assert (runs.most_gc, runs.most_at, runs.standing) == (5, 9, "")
    assert (gblocks["gc", 0].least, gblocks["gc", 0].most) == (0.25, 0.75)
    sequence = "ACGTTGCATTCGAGCCTGAAGCTTACGATC" * 5
    for run, broken in (("GGGGG", False), ("GGGGGG", True), ("A" * 9, False), ("A" * 10, True)):
        found = {b.rule for b in product("idt-gblocks").breaches(f"{sequence}C{run}C{sequence}")}
        assert ("homopolymer" in found) == broken, run


def test_nothing_is_said_to_be_read_without_a_day() -> None:
    folder = files("biowright.build").joinpath("vendors")
    for name, made in products().items():
        raw = tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8"))
        for rule, given in zip(made.rules, raw["rules"], strict=True):
            assert bool(given["checked"]) == (rule.standing == "")
            assert given["checked"] or f"{rule.rule} ({rule.standing})" in made.unchecked
    assert "length (unchecked)" in product("idt-oligos").unchecked


def test_a_plan_says_what_nobody_has_read(tmp_path: Path) -> None:
    target = Record(
        Sequence("ACGTTGCATTCGAGCCTGAAGCTTACGATCGTTCAAGTCCATGGCATTCAGGACTTACCGATGAC"), "t"
    )
    plan = choose_plan(plan_synthesis([target], vendors=["idt-oligos"]))
    [told] = [notice for notice in plan.notices if "not read at the vendor's" in notice]
    assert told.endswith(
        "idt-oligos: length (unchecked), homopolymer (assumed), price (assumed), days (assumed)"
    )
    packs = plan.describe()["packs"]
    assert packs
    assert all(pack["unchecked"] and pack["version"] == 2 for pack in packs)
    # a breach says it too
    made = product("idt-gblocks")
    repeat = "ACGTTGCATTCGAGCCTGAAGCTTACGATC"
    text = (
        repeat
        + "TTCAAGTCCATGGCAT" * 1
        + repeat
        + "CAGGACTTACCGATGACTAGCATCGATCGACTACGATTACGACTTACG"
    )
    assert any(b.source.endswith("(assumed)") for b in made.breaches(text) if b.rule == "repeat")


def test_a_pack_of_ones_own_plans_and_orders(tmp_path: Path) -> None:
    path = write(tmp_path)
    made = product(str(path))
    assert (made.id, made.unchecked) == ("own", ("homopolymer (unchecked)", "days (assumed)"))
    letters = "".join(random.Random(1).choices("ACGT", k=5000))
    plan = choose_plan(plan_synthesis([Record(Sequence(letters), "t")], vendors=[str(path)]))
    assert plan.vendor == "own"
    assert plan.currency == "CHF"
    assert plan.price == pytest.approx(0.05 * sum(len(o.sequence) for o in plan.orders), abs=0.1)
    assert any("own: homopolymer (unchecked)" in notice for notice in plan.notices)


def test_all_that_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {
            "most_gc = 5": "most_gcc = 5",
            'rule = "length"': 'rule = "lenght"',
            "base = 0.05": "base = nan",
            "most = 3\n": "most = 1\n",
            'kind = "fragment"': 'kind = "gene"',
        },
    )
    with pytest.raises(FormatError) as caught:
        product(str(path))
    head, *told = str(caught.value).splitlines()
    assert head == f"{path}: 5 errors in the rule pack"
    assert [line.strip() for line in told] == [
        "line 3: kind: 'gene' does not fit: it should be 'fragment', 'clone', 'oligo' or 'pool'",
        "line 8: rules.0: no rule 'lenght' (did you mean 'length'?)",
        "line 18: rules.1.most_gcc: there is no such key (did you mean 'most_gc'?)",
        "line 23: price: a price that is no number of 0 or more",
        "line 30: days: 2 to 1 days",
    ]


def test_the_whole_and_its_parts_are_told_in_one_go(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {
            "{sequence}": "{letters}",
            'currency = "CHF"\n': "",
            'rule = "length"': 'rule = "gc"',
            'as_of = "2026-11-02"\nchecked': 'as_of = "last week"\nchecked',
        },
    )
    with pytest.raises(FormatError) as caught:
        product(str(path))
    told = str(caught.value)
    assert ": :" not in told
    for says in (
        "no rule of length",
        "takes '{letters}'",
        "price.currency: is missing",
        "'last week'",
    ):
        assert says in told
        assert "line " in next(line for line in told.splitlines() if says in line)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("most = 4000", "most = 50", "length from 100.0 to 50.0"),
        ("least = 100", "least = -1", "length from -1.0 to 4000.0"),
        ("least = 100", "least = nan", "length from nan"),
        ("most_gc = 5\nmost_at = 9\n", "", "without most_gc and most_at"),
        ("most_gc = 5", "most_gc = -5", "negative number"),
        ('as_of = "2026-11-02"\nchecked', 'as_of = "last week"\nchecked', "'last week' is no date"),
        ('rule = "length"', 'rule = "gc"', "no rule of length"),
        ("{sequence}", "{letters}", r"the column Seq takes '\{letters\}'"),
        ("base = 0.05\n", "", "no price: say base, tiers or pools"),
        ('currency = "CHF"\n', "", "price.currency: is missing"),
        ("version = 1", 'version = "one"', "version: 'one' does not fit"),
        ('vendor = "Own shop"', 'id = "own"', "has no id"),
        ("[price]", "[price", "no TOML"),
    ],
)
def test_what_a_pack_cannot_say(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(FormatError, match=says) as caught:
        product(str(write(tmp_path, {old: new})))
    assert "own.toml" in str(caught.value)


def test_what_cannot_be_read_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such rule pack"):
        product(str(tmp_path / "none.toml"))
    (tmp_path / "own.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(FormatError, match="cannot be read"):
        product(str(tmp_path / "own.toml"))


def build(folder: Path, sequence: str, **plan: str) -> tuple[str, ...]:
    candidate = Candidate("a", {}, Record(Sequence(sequence), "a"))
    layout = arrange_wells(["a"], seed=1)
    prepared = prepare_package([candidate], layout, BuildPlan(method="fragments", **plan))  # type: ignore[arg-type]
    package = write_package(folder, prepared, verdict=screen(prepared.pieces))
    return (*package.notices, f"{package.cost:.2f} {package.currency}")


def test_a_campaign_orders_under_the_packs_that_it_names(tmp_path: Path) -> None:
    """The keys fragments and oligos of [build]: prices, breaches and places, and what is unchecked."""
    hard = "ACGTTGCATTCGAGCCTGAAGCTTACGATC" + "A" * 20 + "CAGGACTTACCGATGACTAGCATCG" * 4
    told = build(tmp_path, hard, fragments="idt-gblocks", currency="USD")
    assert any("breaks a rule of idt-gblocks: a run of 20 A" in notice for notice in told)
    assert any("31-50" in notice for notice in told)
    assert any("not read at the vendor's, idt-gblocks: gc (assumed)" in notice for notice in told)
    assert told[-1] == "50.00 USD"
    told = build(tmp_path, hard, fragments="twist-gene-fragments")
    assert any("in USD, counted one for one as EUR" in notice for notice in told)
    assert any("150 bases; 300 to 5,000 are made" in notice for notice in told)
    # without a pack: a price a base, and no rule
    assert build(tmp_path, hard)[-1] == f"{0.07 * len(hard):.2f} EUR"


def test_a_campaign_file_is_told_which_pack_is_none(tmp_path: Path) -> None:
    change = 'method = "fragments"'
    ours = write(tmp_path)
    good = write_campaign(
        tmp_path, {change: f'{change}\nfragments = "{ours.name}"\noligos = "idt-oligos"'}
    )
    settings = load_settings(good)
    assert settings.build.fragments == str(ours)
    bad = write_campaign(tmp_path, {change: f'{change}\nfragments = "twist-gene-fragment"'})
    with pytest.raises(
        InputError, match=r"line \d+: build.fragments: there is no vendor's product"
    ) as caught:
        load_settings(bad)
    assert "did you mean 'twist-gene-fragments'" in str(caught.value)
    ours.write_text(PACK.replace("least = 100", "least = nan"))
    bad = write_campaign(tmp_path, {change: f'{change}\nfragments = "{ours.name}"'})
    with pytest.raises(InputError, match=r"build\.fragments: 1 error in the rule pack"):
        load_settings(bad)

"""Slots are filled by name or role, joined without loss, and never written out."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from biowright.core import Attributes, Feature, InputError, Location, Record, Sequence
from biowright.design import Constructs, fill_slots
from biowright.formats import read, write


def part(name: str, role: str = "", letters: str = "ACGT", **more: object) -> Record:
    annotations = Attributes({"molecule_type": "DNA"} | ({"role": role} if role else {}))
    return Record(Sequence(letters, **more), name=name, annotations=annotations)  # type: ignore[arg-type]


KEYS = {
    "SO:0000167": "promoter",
    "SO:0000139": "RBS",
    "SO:0000316": "CDS",
    "SO:0000141": "terminator",
}


def as_genbank(record: Record) -> Record:
    """Give the part with its role as GenBank has it: a feature of its whole length."""
    key = KEYS[record.annotations.first("role", "")]
    return record.changed(features=[Feature(key, Location.of((0, len(record))))])


PARTS = [
    part("pA", "SO:0000167", "TTGACA"),
    part("pB", "SO:0000167", "TTTACA"),
    part("r1", "SO:0000139", "AGGAGG"),
    part("gfp", "SO:0000316", "ATGAAATAA"),
    part("t1", "SO:0000141", "GCGC"),
]
SLOTS = [("promoter", ["role:promoter"]), ("rbs", ["r1"]), ("cds", ["gfp"]), ("end", ["t1"])]


def space(exclusions: tuple[tuple[str, ...], ...] = ()) -> Constructs:
    return Constructs(*fill_slots(SLOTS, PARTS), exclusions)


def test_a_construct_is_its_parts_in_order_with_their_features() -> None:
    inner = Feature("misc_feature", Location.of((1, 3)), Attributes({"label": "inner"}))
    parts = [*PARTS[:2], PARTS[2].changed(features=[inner]), *PARTS[3:]]
    made = Constructs(*fill_slots(SLOTS, parts))
    candidate = made.candidate(made.key("pB|r1|gfp|t1"))
    assert candidate.factors == {"promoter": "pB", "rbs": "r1", "cds": "gfp", "end": "t1"}
    assert [p.name for p in candidate.parts] == ["pB", "r1", "gfp", "t1"]
    record = candidate.record
    assert record is not None
    assert str(record.sequence) == "TTTACAAGGAGGATGAAATAAGCGC"
    keys = [f.type for f in record.features]
    assert keys == ["promoter", "RBS", "misc_feature", "CDS", "terminator"]
    for feature, name in zip(record.features, ["pB", "r1", "inner", "gfp", "t1"], strict=True):
        assert feature.qualifiers.first("label") == name
    assert str(record.extract(record.features[2])) == "GG"


@pytest.mark.parametrize("name", ["parts.gb", "parts.ttl", "parts.csv", "parts.fasta"])
def test_parts_come_from_any_format(name: str, tmp_path: Path) -> None:
    write([as_genbank(p) if name.endswith("gb") else p for p in PARTS], tmp_path / name)
    named = [("promoter", ["pA", "pB"]), *SLOTS[1:]]
    # FASTA has no roles
    slots = named if name.endswith("fasta") else SLOTS
    filled, parts = fill_slots(slots, read(tmp_path / name))
    assert filled[0] == ("promoter", ("pA", "pB"))
    assert {n: str(p.sequence) for n, p in parts.items()} == {
        p.name: str(p.sequence) for p in PARTS
    }


def test_exclusions_are_kept_out() -> None:
    made = space((("pA", "gfp"),))
    allowed = made.search.allow(made.search.codes(__import__("numpy").arange(2)))
    assert allowed is not None
    assert allowed.tolist() == [False, True]


@pytest.mark.parametrize(
    ("exclusion", "told"),
    [
        (("pA", "gfq"), "names 'gfq', which stands in no slot"),
        (("pA",), "needs two parts"),
        (("pA", "pB"), "two parts of one slot"),
    ],
)
def test_a_wrong_exclusion_is_refused(exclusion: tuple[str, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        space((exclusion,))


def test_everything_wrong_with_the_slots_is_told_at_once() -> None:
    parts = [
        *PARTS,
        part("r1"),
        part("ring", letters="ACGTACGT", topology="circular"),
        part("pep", letters="MTYK", molecule="protein"),
    ]
    slots = [
        ("promoter", ["role:promotor", "pa"]),
        ("rbs", ["r1"]),
        ("cds", ["gfp", "gfp", "pep"]),
        ("back", ["ring"]),
    ]
    with pytest.raises(InputError) as caught:
        fill_slots(slots, parts, path="parts.gb")
    for told in (
        "parts.gb",
        "slot promoter: no part has the role 'promotor' (did you mean 'promoter'",
        "slot promoter: there is no part 'pa' (",
        "slot cds: 'gfp' stands there twice",
        "two parts are named 'r1'",
        "'ring' is a circle",
        "'pep' is no DNA",
    ):
        assert told in str(caught.value)


def test_ten_million_constructs_take_no_memory() -> None:
    parts = {f"{s}{i}": part(f"{s}{i}") for s in "abcdefg" for i in range(10)}
    slots = tuple((s, tuple(f"{s}{i}" for i in range(10))) for s in "abcdefg")
    tracemalloc.start()
    made = Constructs(slots, parts, (("a1", "b1"),))
    last = made.candidate(made.search.design(made.search.size - 1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made.search.size == 10**7
    assert last.id == "a9|b9|c9|d9|e9|f9|g9"
    assert peak < 2e6
    more = (*slots, ("h", ("a0", "b0")))
    with pytest.raises(InputError, match="20,000,000 constructs"):
        Constructs(more, parts)


@pytest.mark.parametrize("id", ["", "pA", "pA|r1|gfp", "pA|r1|gfp|t9", "t1|gfp|r1|pA"])
def test_an_identity_outside_of_the_space(id: str) -> None:
    with pytest.raises(InputError):
        space().key(id)

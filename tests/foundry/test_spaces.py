"""A campaign file's space becomes a design space, or one error that names the file and the fix."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from biowright.core import Attributes, InputError, Quantity, Record, Sequence
from biowright.design import Conditions, Constructs, ListedCandidates, ProteinVariants
from biowright.foundry.settings import (
    Choice,
    ConditionSpace,
    ConstructSpace,
    Factor,
    ProteinSpace,
    Share,
    Slot,
    TableSpace,
)
from biowright.foundry.spaces import make_space, read_rows
from biowright.library import Library, Measurement


def table(folder: Path, text: str, **more: object) -> ListedCandidates:
    path = folder / "candidates.csv"
    path.write_bytes(text.encode())
    space = make_space(TableSpace(kind="table", file=path, **more))  # type: ignore[arg-type]
    assert isinstance(space, ListedCandidates)
    return space


def test_a_protein_of_a_fasta_file(tmp_path: Path) -> None:
    (tmp_path / "p.fasta").write_text(">demo\nMTYKLLEEF\n")
    space = make_space(
        ProteinSpace(
            kind="protein", parent=str(tmp_path / "p.fasta"), sites=("T2",), alphabet="twy"
        )
    )
    assert isinstance(space, ProteinVariants)
    assert space.alphabet == "TWY"
    assert space.candidate("W").record.name == "demo_W"


def test_constructs_of_a_parts_table(tmp_path: Path) -> None:
    (tmp_path / "parts.csv").write_text("name,role,sequence\np1,promoter,ACGT\ng,CDS,ATG\n")
    slots = (Slot(name="p", parts=("role:promoter",)), Slot(name="c", parts=("g",)))
    space = make_space(ConstructSpace(kind="construct", parts=tmp_path / "parts.csv", slots=slots))
    assert isinstance(space, Constructs)
    assert space.slots == (("p", ("p1",)), ("c", ("g",)))
    wrong = (Slot(name="p", parts=("p2",)),)
    with pytest.raises(InputError, match=r"parts\.csv: .*no part 'p2'"):
        make_space(ConstructSpace(kind="construct", parts=tmp_path / "parts.csv", slots=wrong))


def test_conditions_with_all_kinds_of_factors_and_a_sum() -> None:
    space = make_space(
        ConditionSpace(
            kind="conditions",
            factors=(
                Factor(name="a", low=0.1, high=9.0, log=True),
                Factor(name="b", low=1, high=3, integer=True),
                Factor(name="c", choices=("x", "y")),
            ),
            sums=(Share(factors=("a", "b"), at_most=8.0),),
        )
    )
    assert isinstance(space, Conditions)
    assert [f.kind for f in space.search.factors] == ["continuous", "integer", "categorical"]
    pool = space.search.pool(20, seed=1)
    for index in range(pool.size):
        a, b, _ = pool.design(index)  # type: ignore[misc]
        assert a + b <= 8.0 + 1e-9


def test_choices_may_be_numbers() -> None:
    space = make_space(
        ConditionSpace(
            kind="conditions",
            factors=(Factor(name="T", choices=(20, 30.5)), Factor(name="m", choices=("1", "NA"))),
        )
    )
    assert space.candidate(space.key("T=20;m=1")).factors == {"T": 20.0, "m": "1"}
    assert space.candidate(space.key("T=30.5;m=NA")).factors == {"T": 30.5, "m": "NA"}


def test_a_table_of_factors_keeps_na_as_a_name(tmp_path: Path) -> None:
    space = table(tmp_path, "id,salt,carbon\r\nNA,1.5,NA\r\nnull,2,glc\r\n007,3,\r\n")
    assert [space.search.design(i) for i in range(3)] == ["NA", "null", "007"]
    assert space.candidate("NA").factors == {"salt": "1.5", "carbon": "NA"}
    assert [c.kind for c in space.search.columns] == ["number", "category"]


def test_a_table_of_sequences_gzipped_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "c.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbfid,seq\na,ACGT\nb,ACGA\n"))
    space = make_space(TableSpace(kind="table", file=path, sequence="seq"))
    assert str(space.candidate("b").record.sequence) == "ACGA"


@pytest.mark.parametrize(
    ("text", "more", "told"),
    [
        ("", {}, "no column 'id'"),
        ("ID,x\na,1\n", {}, "no column 'id'"),
        ("id,x\n", {}, "no rows"),
        ("id,x\na,1\na,2\n", {}, "'a' stands in lines 2 and 3"),
        ("id,x\na,1,2\n", {}, "line 2: 3 cells under 2 column names"),
        ("id,x\n ,1\n", {}, "line 2: the row has no 'id'"),
        ("id,x,x\na,1,2\n", {}, "two columns are named 'x'"),
        ("id,x\na,1\nb,2\nc,\n", {}, "the factor 'x' holds numbers, but ''"),
        ("id\na\n", {}, "the candidates have no factors"),
        ("id,seq\na,ACGT\n", {"sequence": "sequence"}, "no column 'sequence'"),
        ("id,seq\na,ACGT\nb,\n", {"sequence": "seq"}, "sequence of 'b' is empty"),
        ("id,seq\na,MTYK\nb,MT?K\n", {"sequence": "seq"}, "line 3, record b: residue 3"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(
    text: str, more: dict[str, object], told: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        table(tmp_path, text, **more)
    assert told in str(caught.value)
    assert "candidates.csv" in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"\x1f\x8b\x08\x00broken", b"id\xff\xfe", gzip.compress(b"id", mtime=0)[:9]]
)
def test_an_unreadable_table(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(InputError, match="cannot be read"):
        read_rows(tmp_path / "t.csv", "id")


def test_constructs_of_a_library(tmp_path: Path) -> None:
    with Library.create(tmp_path / "lib") as library:
        said = {"p1": "ACGT", "p2": "ACGTA", "p3": "ACGTAC"}
        library.add(
            Record(Sequence(letters), name, annotations=Attributes({"role": "promoter"}))
            for name, letters in said.items()
        )
        library.add([Record(Sequence("ATGTAA"), "g", annotations=Attributes({"role": "CDS"}))])
        library.measure(
            Measurement(number, "strength", Quantity(number, "AU")) for number in (1, 2, 3)
        )
    strong = Choice(role="promoter", quantity="strength", at_least="1.5 AU")
    slots = (Slot(name="p", choose=strong), Slot(name="c", parts=("P4",)))
    space = ConstructSpace(kind="construct", library=str(tmp_path / "lib"), slots=slots)
    made = make_space(space)
    assert isinstance(made, Constructs)
    assert made.slots == (("p", ("p2", "p3")), ("c", ("g",)))
    with Library.open(tmp_path / "lib") as library:
        library.add([Record(Sequence("ACGTACG"), "p4")])
        library.measure([Measurement(5, "strength", Quantity(9, "AU"))])
    slots = (Slot(name="p", choose=Choice(quantity="strength", at_least="1.5 AU")), slots[1])
    grown = make_space(replace(space, slots=slots))
    assert isinstance(grown, Constructs)
    assert grown.slots[0][1] == ("p2", "p3", "p4")
    kept = make_space(replace(space, slots=slots, newest=4))
    assert isinstance(kept, Constructs)
    assert kept.slots == made.slots
    for slot, what in (
        (Slot(name="p", choose=Choice(role="promotor")), "did you mean 'promoter'"),
        (Slot(name="p", choose=Choice(role="terminator")), "no part of the library is chosen"),
        (Slot(name="p", choose=Choice(at_least="1 AU")), "a bound without a quantity"),
        (Slot(name="p", parts=("q",)), "there is no part 'q'"),
    ):
        with pytest.raises(InputError, match=f"slot p: .*{what}|{what}"):
            make_space(replace(space, slots=(slot,)))
    with pytest.raises(InputError, match="either a parts file or a library"):
        make_space(replace(space, library=None))

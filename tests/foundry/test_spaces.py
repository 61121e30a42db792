"""A campaign file's space becomes a design space, or one error that names the file and the fix."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from biowright.core import InputError
from biowright.design import Conditions, Constructs, ListedCandidates, ProteinVariants
from biowright.foundry.settings import (
    ConditionSpace,
    ConstructSpace,
    Factor,
    ProteinSpace,
    Share,
    Slot,
    TableSpace,
)
from biowright.foundry.spaces import make_space, read_rows


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

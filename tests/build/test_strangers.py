"""What a stranger types into `biowright build`: a mistake has one clear answer and leaves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from biowright import read
from biowright.build.planning import plan_synthesis
from biowright.cli import main
from biowright.core import Record, Sequence
from biowright.formats import write
from biowright.library import Library

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Told:
    def run(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"hello world\n", "no ligation table: it begins with 'hello world'"),
        (b"# Title\n\nsome prose\nmore prose\n", "no ligation table: it begins with '# Title'"),
        (b"\n\n\n", "the table is empty"),
        (b"", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n\x00", "this is no text"),
        (b"Overhang,AAUA\nAAUA,3\n", "'AAUA' of a column is no overhang"),
    ],
)
def test_a_file_that_is_no_matrix(say: Told, tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "junk.csv"
    path.write_bytes(content)
    code, out, err = say("build", "fidelity", "AATG", "--matrix", path)
    assert (code, out) == (2, "")
    assert says in err
    assert "junk.csv" in err


def test_overhangs_are_dna(say: Told) -> None:
    for words in (["fidelity", "AAUG"], ["overhangs", "--count", 3, "--require", "AAUG"]):
        code, _, err = say("build", *words, "--enzyme", "BsaI")
        assert code == 2
        assert "use T instead of U" in err
    code, _, err = say("build", "fidelity", "AAXG", "--enzyme", "BsaI")
    assert code == 2
    assert "instead of U" not in err


@pytest.mark.parametrize("strength", ["-1", "nan", "inf", "-inf"])
def test_a_strength_is_a_share(say: Told, strength: str) -> None:
    code, out, err = say(
        *("build", "overhangs", "--count", 3, "--enzyme", "BsaI", f"--strength={strength}")
    )
    assert (code, out) == (2, "")
    assert "a strength of" in err
    assert "0 or more" in err


def test_a_plan_without_a_target_proves_nothing(say: Told, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    empty: dict[str, object] = {
        "plan": 1,
        "orders": [],
        "primers": [],
        "stock": [],
        "reactions": [],
    }
    path.write_text(json.dumps({**empty, "targets": []}))
    code, out, err = say("build", "simulate", path)
    assert (code, out) == (2, "")
    assert "the plan has no target" in err
    path.write_text(json.dumps(empty))
    assert say("build", "simulate", path)[0] == 2
    path.write_text(json.dumps({"sequences": [], "sources": []}))
    code, out, err = say("build", "simulate", path)
    assert (code, out) == (2, "")
    assert "there is nothing to replay" in err


@pytest.mark.parametrize("out", ["/proc/orders", "file/orders", "file"])
def test_a_folder_that_cannot_be_made(say: Told, tmp_path: Path, out: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "t.fa").write_text(">t\n" + "ACGTTGCATTCGAGCCTGAAGCTTACGATC" * 2 + "\n")
    place = Path(out) if out.startswith("/") else tmp_path / out
    code, _, err = say("build", "plan", tmp_path / "t.fa", "--method", "annealing", "--out", place)
    assert code == 2
    assert str(place) in err
    assert "the folder cannot be made" in err or "this is a file" in err
    assert "name " in err
    assert (tmp_path / "file").read_text() == "x"


def test_an_unknown_robot_is_told_before_anything_is_planned(say: Told, tmp_path: Path) -> None:
    (tmp_path / "t.fa").write_text(">t\n" + "ACGTTGCATTCGAGCCTGAAGCTTACGATC" * 2 + "\n")
    for more in ([], ["--out", str(tmp_path / "out")]):
        code, out, err = say("build", "plan", tmp_path / "t.fa", "--robot", "Flexx", *more)
        assert (code, out) == (2, "")
        assert "there is no robot 'Flexx'; expected Flex or OT-2 (did you mean 'Flex'?)" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--robot", "Flex"], "--robot: there is no --out"),
        (["--customer", "me"], "--customer: nothing is screened"),
        (["--reuse", "200"], "--reuse: there is nothing to copy from"),
        (["--method", "annealing", "--enzyme", "BsaI"], "--enzyme: no enzyme is used by annealing"),
        (
            ["--method", "annealing", "--vector", "v.gb"],
            "--vector: nothing is put together in yeast",
        ),
    ],
)
def test_options_that_change_nothing_are_refused(
    say: Told, tmp_path: Path, options: list[str], says: str
) -> None:
    (tmp_path / "t.fa").write_text(">t\n" + "ACGTTGCATTCGAGCCTGAAGCTTACGATC" * 2 + "\n")
    code, out, err = say("build", "plan", tmp_path / "t.fa", *options)
    assert (code, out) == (2, "")
    assert says in err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the specification is empty"),
        ("[librery]\n", "there is no [library]"),
        ("[library]\n", "line 1: library.kind: is missing"),
        ('[library]\nkind = "saturate"\n', "there is no 'saturate' (did you mean 'saturation'?)"),
        (
            '[library]\nkind = "saturation"\nparent = "MTYK"\n',
            "library.saturation.sites: is missing",
        ),
    ],
)
def test_a_library_that_says_too_little(say: Told, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "v.toml"
    path.write_text(text)
    code, out, err = say("design", "variants", path)
    assert (code, out) == (2, "")
    assert says in err
    assert "Field required" not in err
    assert "discriminator" not in err


def test_parts_of_a_library_are_what_one_has(say: Told, tmp_path: Path) -> None:
    """The option --library: a part that holds a stretch of the target is copied, others are not named."""
    puc19 = read(EXAMPLES / "puc19.gb")[0]
    phage = read(EXAMPLES / "phix174.gb")[0]
    insert = str(phage.sequence)[1000:1700]
    with Library.create(tmp_path / "parts") as library:
        library.add([puc19, Record(Sequence("ACGTTGCATTCGAGCCTGAAGC" * 20), "other")])
    target = Record(Sequence(str(puc19.sequence) + insert, topology="circular"), "pNew")
    write([target], tmp_path / "t.gb")
    words = [
        "build",
        "plan",
        tmp_path / "t.gb",
        "--vendor",
        "twist-gene-fragments",
        "--method",
        "gibson",
    ]
    code, out, _ = say(*words, "--library", tmp_path / "parts", "--json")
    assert code == 0
    told = json.loads(out)
    assert [stock["name"] for stock in told["stock"]] == [puc19.name]
    assert len(told["orders"]) == 1
    assert told["proven"]
    # the same as when the file is named, and more without either
    with_file = json.loads(say(*words, "--have", EXAMPLES / "puc19.gb", "--json")[1])
    assert with_file["price"] == told["price"]
    alone = plan_synthesis([target], vendors=["twist-gene-fragments"], methods=["gibson"])[0].plan
    assert alone is not None
    assert alone.price > told["price"]
    code, _, err = say(*words, "--library", tmp_path / "nowhere")
    assert code == 2
    assert "nowhere" in err

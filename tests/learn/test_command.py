"""`biowright learn`: the contract of files, and one clear message for each wrong one."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from biowright.cli import build_app
from biowright.core import BiowrightError, ConflictError, NegativeResult

LETTERS = "ACDEFGHIKL"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    rows = [f"{a}{b}" for a in LETTERS for b in LETTERS]
    rows += ["NA"]
    text = "id,sequence,note\n" + "".join(f"{r},{r},\n" for r in rows)
    (tmp_path / "candidates.csv").write_text(text)
    wells = "".join(f"{a}A,{i}.5\n{a}A,{i}.7\n" for i, a in enumerate(LETTERS))
    (tmp_path / "measured.csv").write_text("id,titre\n" + wells + "AC,\nNA,3.25\n")
    return tmp_path


def recommend(folder: Path, *extra: str, measured: str | None = "measured.csv") -> int | None:
    words = [
        "learn",
        "recommend",
        "--candidates",
        str(folder / "candidates.csv"),
        "--target",
        "titre",
    ]
    words += ["--batch", "12", "--out", str(folder / "next.csv")]
    if measured:
        words += ["--measured", str(folder / measured)]
    return build_app()(
        [*words, *extra], exit_on_error=False, print_error=False, result_action="return_value"
    )


def picks(folder: Path) -> list[dict[str, str]]:
    with (folder / "next.csv").open(newline="") as handle:
        return list(csv.DictReader(handle))


def test_recommend_writes_new_distinct_rows(files: Path, capsys) -> None:
    assert recommend(files) == 0
    rows = picks(files)
    known = {f"{a}A" for a in LETTERS} | {"NA"}
    assert len({row["id"] for row in rows}) == 12
    assert not {row["id"] for row in rows} & known
    head = ["id", "sequence", "note", "titre_mean", "titre_low", "titre_high", "reason"]
    assert list(rows[0]) == head
    for row in rows:
        assert float(row["titre_low"]) <= float(row["titre_mean"]) <= float(row["titre_high"])
        assert row["reason"]
    told = capsys.readouterr()
    assert "no value of 'titre'" in told.err
    assert "12 candidates" in told.out


@pytest.mark.parametrize("text", [None, "id,titre\n", "\ufeffid,titre\r\n"])
def test_a_first_batch_without_labels(files: Path, text: str | None) -> None:
    if text is not None:
        (files / "none.csv").write_bytes(text.encode("utf-8"))
    assert recommend(files, measured="none.csv" if text else None) == 0
    rows = picks(files)
    assert len({row["id"] for row in rows}) == 12
    assert {row["titre_mean"] for row in rows} == {""}


def test_windows_files_are_read(files: Path) -> None:
    assert recommend(files) == 0
    before = (files / "next.csv").read_bytes()
    for name in ("candidates.csv", "measured.csv"):
        text = (files / name).read_text().replace("\n", "\r\n")
        (files / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert recommend(files, "--force") == 0
    assert (files / "next.csv").read_bytes() == before


def test_json_is_one_document(files: Path, capsys) -> None:
    assert recommend(files, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["picks"]) == 12
    assert {"design", "id", "mean", "low", "high", "reason", "new"} == set(document["picks"][0])
    assert document["model"]["wells"] == 21
    assert document["effects"]


def test_an_existing_file_stays_without_force(files: Path) -> None:
    (files / "next.csv").write_text("mine")
    with pytest.raises(ConflictError, match="--force"):
        recommend(files)
    assert (files / "next.csv").read_text() == "mine"


def test_factors_prior_and_cost(files: Path) -> None:
    rows = "".join(f"m{i},{i},{'glc' if i % 2 else 'gly'},{i},{1 + i % 3}\n" for i in range(40))
    (files / "candidates.csv").write_text("id,dose,carbon,score,price\n" + rows)
    (files / "measured.csv").write_text("id,titre\nm1,1\nm5,5\nm9,9\nm12,12\n")
    assert recommend(files, "--prior", "score", "--cost", "price") == 0
    assert len(picks(files)) == 12


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "candidates.csv",
            "AC,AC,\n",
            "AC,AC,\nAC,AC,\n",
            "line 4: the id 'AC' is in line 3 already",
        ),
        ("candidates.csv", "AC,AC,", "AC,AC", "line 3: 2 cells where the head has 3"),
        ("candidates.csv", "AC,AC,", "AC,,", "line 3: the sequence is empty"),
        ("candidates.csv", "id,sequence", "name,sequence", "no column 'id'"),
        ("measured.csv", "NA,3.25", "ZZ,3.25", "line 23: there is no candidate 'ZZ'"),
        ("measured.csv", "NA,3.25", "NA,high", "line 23: the value of 'titre' is 'high'"),
        ("measured.csv", "NA,3.25", 'NA,"3,25"', "decimal point"),
        ("measured.csv", "NA,3.25", "NA,nan", "line 23: .*leave a missing measurement empty"),
        ("measured.csv", "NA,3.25", "NA,inf", "no finite number"),
        ("measured.csv", "id,titre", "id,titer", "no column 'titre'.*titer"),
    ],
)
def test_a_wrong_file_is_told_by_file_and_line(
    files: Path, name: str, old: str, new: str, message: str
) -> None:
    path = files / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(BiowrightError, match=message) as caught:
        recommend(files)
    assert caught.value.exit_code == 2
    assert name in str(caught.value)
    assert not (files / "next.csv").exists()


def test_fewer_candidates_than_the_batch_and_none(files: Path, capsys) -> None:
    text = (files / "candidates.csv").read_text().splitlines()
    (files / "candidates.csv").write_text("\n".join([text[0], *text[1:5]]) + "\n")
    (files / "measured.csv").write_text("id,titre\nAA,1\n")
    assert recommend(files) == 0
    assert len(picks(files)) == 3
    assert "only 3 of 12" in capsys.readouterr().err
    (files / "measured.csv").write_text("id,titre\nAA,1\nAC,2\nAD,3\nAE,1\n")
    with pytest.raises(NegativeResult):
        recommend(files, "--force")


def test_validate_prints_figures_and_baselines(files: Path, capsys) -> None:
    rows = "".join(f"{i % 15},{i % 15 * 2 + i / 100},m{i % 15},{i // 30}\n" for i in range(60))
    (files / "data.csv").write_text("dose,titre,medium,round\n" + rows)
    words = [
        "learn",
        "validate",
        "--data",
        str(files / "data.csv"),
        "--target",
        "titre",
        "--group",
        "medium",
    ]
    options = {"exit_on_error": False, "print_error": False, "result_action": "return_value"}
    assert build_app()([*words, "--json"], **options) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"r2", "spearman", "rmse", "coverage", "baselines", "notices"} <= set(told)
    assert told["designs"] == 30  # the round is a factor until it is named as the order
    assert build_app()([*words, "--order", "round"], **options) == 0
    shown = capsys.readouterr()
    assert "each round from those before it" in shown.out
    assert "rounds" in shown.err

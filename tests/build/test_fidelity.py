"""Fidelity of overhang sets: published figures, the definition itself, odd sets and bad tables."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from biowright.build import (
    LigationMatrix,
    ligation_matrices,
    ligation_matrix,
    read_ligation_matrix,
    set_fidelity,
)
from biowright.cli import main
from biowright.core import FormatError, InputError

PLANT = ["GGAG", "TGAC", "TCCC", "TACT", "CCAT", "AATG", "AGCC", "TTCG", "GCTT", "GGTA", "CGCT"]
# Potapov et al. 2018, Table 1, doi:10.1021/acssynbio.8b00333, with the fidelities given there
POTAPOV = {
    0.985: "TGCC GCAA ACTA TTAC CAGA TGTG GAGC AGGA ATTC CGAA ATAG AAGG AACT AAAA ACCG",
    0.981: "AGTG CAGG ACTC AAAA AGAC CGAA ATAG AACC TACA TAGA ATGC GATA CTCC GTAA CTGA ACAA AGGA ATTA "
    "ACCG GCGA",
    0.958: "CCTC CTAA GACA GCAC AATC GTAA TGAA ATTA CCAG AGGA ACAA TAGA CGGA CATA CAGC AACG AAGT CTCC "
    "AGAT ACCA AGTG GGTA GCGA AAAA ATGA",
    0.917: "TACA CTAA GGAA GCCA CACG ACTC CTTC TCAA GATA ACTG AACT AAGC CATA GACC AGGA ATCG AGAG ATTA "
    "CGGA TAGA AGCA TGAA ACAT CCAG GTGA ACGA ATAC AAAA AAGG CAAC",
}


def other(text: str) -> str:
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


def by_hand(overhangs: list[str], count: dict[tuple[str, str], float]) -> float:
    ends = overhangs + [other(o) for o in overhangs]
    product = 1.0
    for o in overhangs:
        good = count[o, other(o)] + count[other(o), o]
        product *= good / sum(count[o, e] + count[other(o), e] for e in ends)
    return product


def test_the_published_fidelity_of_pryor() -> None:
    # Pryor et al. 2020: 81 % with BsmBI-v2
    assert set_fidelity(PLANT, "BsmBI").fidelity == pytest.approx(0.81, abs=0.001)


@pytest.mark.reference
@pytest.mark.parametrize("published", POTAPOV)
def test_the_published_fidelities_of_potapov(reference: Path, published: float) -> None:
    matrix = read_ligation_matrix(reference / "build/ligation/FileS3_18h_25C.xlsx")
    found = set_fidelity(POTAPOV[published].split(), matrix).fidelity
    assert round(found, 3) == published


@pytest.mark.parametrize("name", ligation_matrices())
def test_the_definition(name: str) -> None:
    matrix = ligation_matrix(name)
    names = matrix.overhangs
    count = {
        (a, b): float(matrix.counts[i, j]) for i, a in enumerate(names) for j, b in enumerate(names)
    }
    random = np.random.default_rng(5)
    for size in (1, 2, 7, 20):
        picked: list[str] = []
        for overhang in random.permutation(names).tolist():
            if overhang != other(overhang) and not {overhang, other(overhang)} & set(picked):
                picked.append(overhang)
        picked = picked[:size]
        found = set_fidelity(picked, matrix)
        assert found.fidelity == pytest.approx(by_hand(picked, count), abs=1e-12)
        turned = set_fidelity([other(o).lower() for o in picked[::-1]], matrix)
        assert turned.fidelity == pytest.approx(found.fidelity, abs=1e-12)
        for junction in found.junctions:
            wrong = sum(share for *_, share in junction.mispairs)
            assert wrong <= 1 - junction.fidelity + 1e-12


def test_odd_sets_are_told_and_lose_half() -> None:
    clean = set_fidelity(["GGAG", "AATG"], "BsaI")
    assert clean.notes == ()
    twice = set_fidelity(["GGAG", "AATG", "AATG"], "BsaI")
    assert [j.fidelity for j in twice.junctions][1:] == pytest.approx([0.5, 0.5], abs=0.01)
    assert "twice" in twice.notes[0]
    turned = set_fidelity(["GGAG", "AATG", "CATT"], "BsaI")
    assert turned.fidelity == pytest.approx(twice.fidelity)
    assert "other strand of AATG" in turned.notes[0]
    palindrome = set_fidelity(["GGAG", "GATC"], "BsaI")
    assert palindrome.junctions[1].fidelity == pytest.approx(0.5, abs=0.01)
    assert "palindrome" in palindrome.notes[0]
    weak = set_fidelity(["TTAA"], "BsaI")
    assert any("hardly" in remark for remark in weak.notes) == (weak.junctions[0].strength < 0.1)


def test_what_was_never_ligated_has_no_fidelity() -> None:
    empty = LigationMatrix("none", 1, np.zeros((4, 4)))
    found = set_fidelity(["A"], empty)
    assert found.fidelity == 0
    assert "not known" in found.notes[0]


@pytest.mark.parametrize("bad", [[], ["AATGC"], ["AAUG"], ["ANTG"], ["GGAG", ""], ["é" * 4]])
def test_bad_overhangs(bad: list[str]) -> None:
    with pytest.raises(InputError, match="overhang"):
        set_fidelity(bad, "BsaI")


def test_an_unknown_matrix() -> None:
    with pytest.raises(InputError, match="BsaI-HFv2"):
        ligation_matrix("BsaX")
    assert ligation_matrix(" bsai ") is ligation_matrix("BsaI-HFv2")


def table(length: int = 1, **cells: str) -> list[list[str]]:
    names = [a + b for a in "ACGT" for b in "ACGT"] if length == 2 else list("ACGT")
    return [["Overhang", *names], *([a, *(cells.get(a + b, "1") for b in names)] for a in names)]


def written(path: Path, rows: list[list[str]], mark: str = ",") -> Path:
    path.write_text("\n".join(mark.join(row) for row in rows))
    return path


def test_a_text_table_in_any_order(tmp_path: Path) -> None:
    rows = table(2, AAAC="7")
    rows = [rows[0], *rows[:0:-1]]
    found = read_ligation_matrix(written(tmp_path / "a.csv", rows))
    assert found.counts[found.code("AA"), found.code("AC")] == 7
    assert found.counts[found.code("AC"), found.code("AA")] == 1
    tabs = read_ligation_matrix(written(tmp_path / "a.tsv", rows, "\t"))
    assert (tabs.counts == found.counts).all()


BAD = {
    "a row is missing": (table()[:-1], "no row for T"),
    "a column is missing": ([row[:-1] for row in table()], "no column for T"),
    "a row is short": ([*table()[:-1], table()[-1][:-1]], "3 counts"),
    "a row is long": ([*table()[:-1], [*table()[-1], "4"]], "5 counts"),
    "a row stands twice": ([*table()[:-1], table()[1]], "row of A is there twice"),
    "negative": (table(AA="-1"), "-1 is no count"),
    "not a number": (table(AA="nan"), "nan is no count"),
    "infinite": (table(AA="inf"), "inf is no count"),
    "no number": (table(AA=""), "empty cell is no count"),
    "another letter": ([["", "A", "C", "G", "U"], *table()[1:]], "'U'"),
    "lengths": ([["", "A", "C", "G", "TT"], *table()[1:]], "1, 2 letters"),
    "too long": ([["", "A" * 9], ["A" * 9, "1"]], "9 letters"),
    "prose": ([["What is this"], ["some text"]], "no ligation table"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_tables(tmp_path: Path, case: str) -> None:
    rows, message = BAD[case]
    with pytest.raises(FormatError, match=message) as caught:
        read_ligation_matrix(written(tmp_path / "bad.csv", rows))
    assert "bad.csv" in str(caught.value)


def test_workbooks_that_are_none(tmp_path: Path) -> None:
    clothed = written(tmp_path / "a.xlsx", table())
    with pytest.raises(FormatError, match="no workbook"):
        read_ligation_matrix(clothed)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * (1 << 23))
    with pytest.raises(FormatError, match="unpacked"):
        read_ligation_matrix(bomb)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("a.txt", "b")
    (tmp_path / "zip.xlsx").write_bytes(memory.getvalue())
    with pytest.raises(FormatError, match="no workbook"):
        read_ligation_matrix(tmp_path / "zip.xlsx")


@pytest.mark.reference
def test_damaged_workbooks(reference: Path, tmp_path: Path) -> None:
    good = (reference / "build/ligation/pone.0238592.s001.xlsx").read_bytes()
    path = tmp_path / "bad.xlsx"
    for cut in (4, 100, 5_000, len(good) - 30):
        path.write_bytes(good[:cut])
        with pytest.raises(FormatError, match="workbook"):
            read_ligation_matrix(path)
    path.write_bytes(good[:9_000] + bytes(64) + good[9_064:])
    with pytest.raises(FormatError, match="workbook"):
        read_ligation_matrix(path)


@pytest.mark.reference
def test_a_list_counts_each_ligation_once(reference: Path) -> None:
    folder = reference / "build/ligation"
    matrix = read_ligation_matrix(folder / "b3-18h-37c.table-overhang_matrix.csv")
    listed = read_ligation_matrix(folder / "b3-18h-37c.overhangs.csv")
    assert matrix.length == listed.length == 3
    assert (matrix.counts == listed.counts).all()
    with pytest.raises(FormatError, match="overhang"):
        read_ligation_matrix(folder / "cp_07_fidelity.csv")


@pytest.mark.reference
def test_shipped_matrices_are_the_published_ones(reference: Path) -> None:
    folder = reference / "build/ligation"
    for name, file in {
        "BsaI": "pone.0238592.s001.xlsx",
        "BsmBI": "pone.0238592.s002.xlsx",
        "Esp3I": "pone.0238592.s003.xlsx",
        "BbsI": "pone.0238592.s004.xlsx",
        "SapI": "pryor2020_SapI_b3_37_16.csv",
    }.items():
        published = read_ligation_matrix(folder / file)
        assert (ligation_matrix(name).counts == published.counts).all()


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["build", "fidelity", *PLANT, "--enzyme", "BsmBI", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["fidelity"] == set_fidelity(PLANT, "BsmBI").fidelity
    assert [junction["overhang"] for junction in answer["junctions"]] == PLANT
    monkeypatch.setattr("sys.stdin", io.StringIO("ggag,aatg\n\nAATG AATG\n"))
    assert main(["build", "fidelity", "-", "--enzyme", "BsaI"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [len(line["junctions"]) for line in lines] == [2, 2]
    assert lines[1]["notes"]
    monkeypatch.setattr("sys.stdin", io.StringIO("GGAG\nGGAGG\n"))
    assert main(["build", "fidelity", "-", "--enzyme", "BsaI"]) == 2
    assert "line 2" in capsys.readouterr().err
    assert main(["build", "fidelity", "GGAG"]) == 2
    assert "--enzyme" in capsys.readouterr().err


@pytest.mark.reference
def test_the_command_with_a_table(reference: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = reference / "build/ligation/b3-18h-37c.table-overhang_matrix.csv"
    assert main(["build", "fidelity", "AAC", "ggt", "--matrix", str(path), "--json"]) == 0
    with path.open() as handle:
        counts = {r["Overhang"]: r for r in csv.DictReader(handle)}
    count = {(a, b): float(row[b]) for a, row in counts.items() for b in counts}
    answer = json.loads(capsys.readouterr().out)
    assert answer["fidelity"] == pytest.approx(by_hand(["AAC", "GGT"], count))

"""The verb `library search`, on a library of a few parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from biowright.cli import main
from biowright.core import Record, Sequence
from biowright.library import Library

PTAC = "TTGACAATTAATCATCGGCTCGTATAATGTGTGGAATTGTGAGCGGATAACAATT"
RING = "GGATCCAAAGGAGGTACATATGCGTAAAGGCGAAGAGCTGTTCACTGGTGTCGTCCCT"


@pytest.fixture
def folder(tmp_path: Path) -> str:
    path = tmp_path / "parts"
    with Library.create(path) as library:
        library.add([Record(Sequence(PTAC), "pTac")], licence="CC0-1.0")
        library.add([Record(Sequence(RING, topology="circular"), "ring")], collection="rings")
    return str(path)


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert main(["library", "search", *arguments, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_stretch_over_the_origin(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    query = RING[-9:] + RING[:9]
    assert asked(capsys, folder, "--contains", query) == [
        {
            "query": query,
            "part": "P2",
            "version": 1,
            "name": "ring",
            "start": len(RING) - 9,
            "end": 9,
            "strand": 1,
            "identity": 1.0,
            "score": 18.0,
        }
    ]


def test_every_kind_of_question(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = tmp_path / "many.fa"
    other = str(Sequence(PTAC[5:40]).reverse_complement())
    many.write_text(f">a\n{PTAC[3:20].lower()}\n>b\n{other}\n>none\nACGTACGTACGTACGTACGT\n")
    rows = asked(capsys, folder, "--contains", str(many))
    assert [(r["query"], r["start"], r["end"], r["strand"]) for r in rows] == [
        ("a", 3, 20, 1),
        ("b", 5, 40, -1),
    ]
    rows = asked(capsys, folder, "--motif", "TTGACANNNNNNNNNNNNNNNNNTATAAT")
    assert [(r["name"], r["strand"]) for r in rows] == []
    rows = asked(capsys, folder, "--motif", "GGATCC")
    assert [(r["name"], r["start"], r["strand"]) for r in rows] == [("ring", 0, 1), ("ring", 0, -1)]
    rows = asked(capsys, folder, "--exact", RING[20:] + RING[:20])
    assert [(r["name"], r["start"], r["strand"]) for r in rows] == [("ring", 20, 1)]
    changed = PTAC[:20] + "A" + PTAC[21:]
    [row] = asked(capsys, folder, "--similar", changed)
    assert (row["name"], row["start"], row["end"]) == ("pTac", 0, len(PTAC))
    assert row["identity"] == pytest.approx(1 - (PTAC[20] != "A") / len(PTAC))


def test_filters_combine_with_all(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    query = ("--motif", "GGNNC")
    names = {row["name"] for row in asked(capsys, folder, *query)}
    assert names == {"pTac", "ring"}
    for flags, wanted in (
        (("--collection", "rings"), {"ring"}),
        (("--linear",), {"pTac"}),
        (("--max-length", "56"), {"pTac"}),
        (("--licence", "CC0-1.0"), {"pTac"}),
    ):
        assert {row["name"] for row in asked(capsys, folder, *query, *flags)} == wanted
    assert len(asked(capsys, folder, "--motif", "NN", "--limit", "7")) == 7


def test_a_part_is_found_as_soon_as_it_is_there(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not asked(capsys, folder, "--contains", "CCCCCAAAAATTTTTGGGAC")
    with Library.open(folder) as library:
        library.add([Record(Sequence("GTCCCCCAAAAATTTTTGGGACC"), "new")])
    [row] = asked(capsys, folder, "--contains", "CCCCCAAAAATTTTTGGGAC")
    assert (row["part"], row["start"]) == ("P3", 2)


def test_proteins(folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    protein = "MRKGEELFTGVVP"  # of the ring, from 19 on
    [row] = asked(capsys, folder, "--protein", protein)
    assert list(row)[:9] == [
        "query",
        "part",
        "version",
        "name",
        "start",
        "end",
        "strand",
        "identity",
        "score",
    ]
    assert (row["name"], row["start"], row["end"], row["strand"]) == ("ring", 19, 58, 1)
    assert (row["frame"], row["query_start"], row["query_end"]) == (2, 0, 13)
    many = tmp_path / "many.faa"
    many.write_text(f">a\n{protein.lower()}\n>b\nMWWWWWWHHHHCCC\n")
    assert [r["query"] for r in asked(capsys, folder, "--protein", str(many))] == ["a"]
    assert not asked(capsys, folder, "--protein", protein, "--linear")
    # longer than the name of a file can be
    assert len(asked(capsys, folder, "--protein", 300 * "W" + protein)) == 1
    assert len(asked(capsys, folder, "--contains", 300 * "A", "--limit", "1")) == 0
    turned = str(Sequence(RING).reverse_complement())
    [row] = asked(capsys, folder, "--protein", turned, "--limit", "1")
    assert (row["name"], row["query_strand"]) == ("ring", -1)
    assert main(["library", "search", folder, "--protein", protein, "--alignments"]) == 0
    out, said = capsys.readouterr()
    assert f"query  {protein}\n       {protein}\npart   {protein}\n" in out
    assert "six frames" not in said
    assert main(["library", "search", folder, "--protein", turned]) == 0
    assert "six frames" in capsys.readouterr().err


def test_sites_of_enzymes_are_searched_by_their_names(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from biowright.bio import enzyme, enzymes

    names = ["MseI", "TasI"]
    found = asked(capsys, folder, "--enzymes", ",".join(names), "--limit", "1000")
    assert {row["query"] for row in found} == set(names)
    for name in names:
        rows = asked(capsys, folder, "--motif", enzyme(name).site, "--limit", "1000")
        key = ("part", "start", "end", "strand")
        assert [[row[k] for k in key] for row in rows] == [
            [row[k] for k in key] for row in found if row["query"] == name
        ]
    every = {row["query"] for row in asked(capsys, folder, "--enzymes", "all", "--limit", "1")}
    assert set(names) < every < {each.name for each in enzymes()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "0 questions"),
        (("--motif", "ACGT", "--exact", "ACGT"), "2 questions"),
        (("--contains", "no/such.fa"), "neither a file nor a sequence"),
        (("--contains", "ACGJ"), "no IUPAC letter"),
        (("--motif", "ACGT", "--limit", "0"), "limit"),
        (("--similar", "ACGT", "--identity", "nan"), "identity"),
        (("--similar", "MSKGEELFTG"), "--protein"),
        (("--protein", " "), "empty"),
        (("--contains", "ACGT", "--alignments"), "--protein"),
        (("--similar", "ACGT" * 80 + "!"), "neither a file nor a sequence"),
        (("--enzymes", " , "), "no enzyme is named"),
        (("--enzymes", "EcoRX"), "EcoRX"),
        (("--protein", "MSK1"), "neither a file nor a sequence"),
        (("--protein", "MSKGEELFTG", "--code", "99"), "no genetic code"),
        (("--protein", "MSKGEELFTG", "--evalue", "-1"), "E-value"),
        (("--motif", "ACGT", "--measured", "strength"), "no range"),
    ],
)
def test_bad_questions_are_told(
    folder: str, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["library", "search", folder, *arguments]) == 2
    assert message in capsys.readouterr().err

"""The table of nucleases, and rows of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from biowright.core import BiowrightError, FormatError, InputError
from biowright.design import Nuclease, nuclease, nucleases, read_nucleases

ROW = """[[nuclease]]
name = "MyCas"
kind = "nuclease"
pam = "nngt"
side = 3
spacer = 20
spacers = [19, 21]
"""


def test_there_are_rows_of_every_kind_with_their_sources() -> None:
    rows = nucleases()
    assert len(rows) >= 40
    assert {row.kind for row in rows.values()} == {
        "nuclease",
        "nickase",
        "dead",
        "base editor",
        "prime editor",
        "transposase",
        "RNA",
    }
    for row in rows.values():
        assert row.doi.startswith("10."), row.name
        assert row.spacers[0] <= row.spacer <= row.spacers[1]
        if row.kind == "base editor":
            assert row.window is not None
            assert row.edit
        if row.kind == "nuclease" and row.cuts is None:
            assert row.note, f"{row.name}: why is there no cut?"


def test_names_and_aliases_are_unambiguous() -> None:
    names = [n.casefold() for row in nucleases().values() for n in (row.name, *row.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "pam", "side", "cuts"),
    [
        ("SpCas9", "NGG", 3, (3, 3)),
        ("spcas9", "NGG", 3, (3, 3)),
        ("LbCpf1", "TTTV", 5, (18, 23)),
        ("SaCas9", "NNGRRT", 3, (3, 3)),
        ("Cas9-D10A", "NGG", 3, (-1, 3)),
        ("nCas9-H840A", "NGG", 3, (3, -1)),
        ("dCas9", "NGG", 3, None),
    ],
)
def test_facts(name: str, pam: str, side: int, cuts: tuple[int, int] | None) -> None:
    row = nuclease(name)
    assert (row.pam, row.side, row.cuts) == (pam, side, cuts)


def test_an_unknown_name_is_refused_with_a_guess() -> None:
    with pytest.raises(InputError, match="did you mean 'SpCas9'"):
        nuclease("SpCas")


@pytest.mark.parametrize(
    ("typed", "meant"), [("spcas", "SpCas9"), ("lbcas12", "LbCas12a"), ("VcCAST", "VchCAST")]
)
def test_a_name_in_the_wrong_case_has_a_hint(typed: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"did you mean '{meant}'"):
        nuclease(typed)


def test_own_rows_come_first(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(ROW + 'aliases = ["SpCas9"]\n')
    rows = read_nucleases(path)
    assert nuclease("mycas", rows) == Nuclease(
        "MyCas", "nuclease", "NNGT", 3, 20, (19, 21), aliases=("SpCas9",)
    )
    # a name stands before an alias
    assert nuclease("SpCas9", rows).name == "SpCas9"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("x", "no TOML"),
        ("a = 1", "no nucleases"),
        (ROW.replace("side = 3\n", ""), "has no 'side'"),
        (ROW + "cut = [3, 3]\n", "did you mean 'cuts'"),
        (ROW.replace("side = 3", "side = 4"), "side 4"),
        (ROW.replace("nngt", "n1"), "no IUPAC letter"),
        (ROW.replace("spacer = 20", "spacer = 30"), "spacers of 19 to 21"),
        (ROW.replace("spacers = [19, 21]", "spacers = [19]"), "two whole numbers"),
        (ROW.replace("spacers = [19, 21]", 'spacers = "19"'), "two whole numbers"),
        (ROW.replace('pam = "nngt"', "pam = 3"), "wrong kind"),
        (ROW.replace('"nuclease"', '"scissors"'), "kind 'scissors'"),
        (ROW + "window = [18, 30]\n", "not in the spacer"),
        (ROW + ROW, "two nucleases"),
    ],
)
def test_rows_that_cannot_be_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(BiowrightError, match=message) as caught:
        read_nucleases(path)
    assert isinstance(caught.value, InputError | FormatError)
    assert str(path) in str(caught.value)

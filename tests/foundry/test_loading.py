"""A wrong campaign file gets every error at once, each with its line and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from biowright.core import InputError
from biowright.formats import toml_lines
from biowright.foundry import load_settings

GOOD = """\
[campaign]
name = "test"
rounds = 3
batch = 8

[[objective]]
quantity = "titre"
unit = "mg/L"

[space]
kind = "conditions"

[[space.factors]]
name = "glucose"
low = 1
high = 50
stock = 500

[[space.factors]]
name = "carbon"
choices = ["glycerol", "acetate"]

[build]
method = "mix"

[lab]
kind = "files"
"""


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "campaign.toml"
    path.write_text(text)
    return load_settings(path)


def errors(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    assert settings.space.factors[0].stock == 500  # type: ignore[attr-defined]
    assert settings.plate.wells == 96  # type: ignore[attr-defined]


def test_every_error_is_told_with_its_line_and_the_fix(tmp_path: Path) -> None:
    text = (
        GOOD.replace("batch = 8", "bacth = 8")
        .replace("rounds = 3", "rounds = 0")
        .replace('kind = "files"', 'kind = "file"')
    )
    told = errors(tmp_path, text)
    assert len(told) == 4
    assert told[0].startswith("line 1: campaign.batch: is missing (add batch = ...)")
    assert any(t.startswith("line 3: campaign.rounds: 0 does not fit") for t in told)
    assert any("line 4: campaign.bacth" in t and "did you mean 'batch'?" in t for t in told)
    assert any("line 27: lab.kind: there is no kind 'file'" in t and "'files'" in t for t in told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("low = 1\n", "low = 60\n", "line 15: space.factors.0.low: 60.0 is not below high = 50.0"),
        ("low = 1\n", "", "needs either low and high, or choices"),
        ("stock = 500\n", "", "is mixed from no stock"),
        ('name = "carbon"', 'name = "glucose"', "'glucose' stands twice"),
        (
            'method = "mix"',
            'method = "fragments"',
            "'fragments' does not build a space of conditions",
        ),
        ('unit = "mg/L"', 'goal = "target"', "a target goal needs its value"),
        ('unit = "mg/L"', "target = 5", "a goal to maximise has no target"),
        ('unit = "mg/L"', "at_least = 5\nat_most = 1", "5.0 is above at_most = 1.0"),
        ('kind = "files"', 'kind = "replay"\nfile = "no.csv"', "there is no file"),
        ('kind = "conditions"\n', "", "space.kind: is missing"),
    ],
)
def test_what_a_schema_cannot_tell(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert any(told in line for line in errors(tmp_path, GOOD.replace(old, new, 1)))


@pytest.mark.parametrize("text", ["[campaign", "\x00", 'a = "', "[campaign]\nname = 1\nname = 2"])
def test_what_is_no_toml(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="no TOML"):
        load(tmp_path, text)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_settings(tmp_path / "none.toml")
    with pytest.raises(InputError, match="directory"):
        load_settings(tmp_path)


def test_lines_of_tables_in_tables() -> None:
    lines = toml_lines(GOOD)
    assert lines["space", "factors", 1, "choices"] == 21
    assert lines["objective", 0, "unit"] == 8

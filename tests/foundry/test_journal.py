"""Steps are done once; measurements are never overwritten; one process at a time advances."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from biowright.core import ConflictError, InputError
from biowright.foundry import Journal

ROW = {
    "round": 1,
    "plate": 1,
    "well": "A01",
    "quantity": "y",
    "design": "x",
    "unit": "",
    "source": "s",
}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(f"sqlite:///{tmp_path / 'campaign.db'}", "test")


def test_a_finished_step_is_not_done_again(journal: Journal, tmp_path: Path) -> None:
    calls: list[int] = []

    def work() -> dict[str, float]:
        calls.append(1)
        return {"x": 0.1 + 0.2}

    first = journal.step("0001.1", work)
    again = Journal(f"sqlite:///{tmp_path / 'campaign.db'}", "test").step("0001.1", work)
    assert first == again == {"x": 0.1 + 0.2}
    assert len(calls) == 1


def test_a_step_that_fails_stays_begun_and_runs_again(journal: Journal) -> None:
    with pytest.raises(ZeroDivisionError):
        journal.step("s", lambda: 1 / 0)
    assert journal.steps() == {"s": "begun"}
    assert journal.step("s", lambda: 5) == 5
    assert journal.steps() == {"s": "done"}


def test_campaigns_in_one_database_do_not_see_each_other(journal: Journal, tmp_path: Path) -> None:
    journal.step("s", lambda: 1)
    other = Journal(f"sqlite:///{tmp_path / 'campaign.db'}", "other")
    assert other.steps() == {}
    assert other.answer("s") is None


def test_a_measurement_is_never_overwritten(journal: Journal) -> None:
    journal.record([ROW | {"value": 1.5}])
    journal.record([ROW | {"value": 1.5}])
    with pytest.raises(ConflictError, match=r"holds y = 1\.5, not 2"):
        journal.record([ROW | {"value": 7.0, "well": "A02"}, ROW | {"value": 2.0}])
    assert [m["value"] for m in journal.measurements()] == [1.5]  # all or none


def test_missing_values_are_kept_as_missing(journal: Journal) -> None:
    journal.record([ROW | {"value": None}])
    assert journal.measurements()[0]["value"] is None


def test_two_processes_cannot_advance_one_campaign(journal: Journal, tmp_path: Path) -> None:
    code = (
        "from biowright.foundry import Journal; from pathlib import Path; import sys\n"
        "from biowright.core import ConflictError\n"
        f"j = Journal('sqlite:///{tmp_path}/campaign.db', 'test')\n"
        "try:\n"
        f"    with j.advancing(Path({str(tmp_path)!r})): print('in')\n"
        "except ConflictError as error: print(error)\n"
    )

    def attempt() -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        return done.stdout

    with journal.advancing(tmp_path):
        assert "another process is advancing" in attempt()
    assert attempt() == "in\n"


def test_a_database_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        Journal(f"sqlite:///{tmp_path}/no/such/folder.db", "x")
    with pytest.raises(InputError, match="cannot be opened"):
        Journal("nonsense://", "x")

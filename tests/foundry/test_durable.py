"""Killed at any moment, the same command goes on; the end is the same to the byte."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from biowright.core import ConflictError
from biowright.foundry import Campaign, Journal

from .campaigns import write_campaign

KILLS = 100


def snapshot(campaign: Campaign) -> dict[str, object]:
    """Everything that the campaign made: files, finished steps with their answers, measurements."""
    files = {
        str(path.relative_to(campaign.folder)): path.read_bytes()
        for path in sorted(campaign.folder.rglob("*"))
        if path.is_file() and path.name not in ("campaign.db", ".lock")
    }
    steps = campaign.journal.steps()
    return {
        "files": files,
        "steps": steps,
        "answers": {name: campaign.journal.answer(name) for name in steps},
        "measurements": campaign.journal.measurements(),
    }


def in_child(work: Callable[[], object], kill_after: float | None = None) -> bool:
    """Run something in a forked process; kill it after a time; tell whether it ended by itself."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    url = os.environ.get("BIOWRIGHT_TEST_POSTGRES")
    if not url:
        pytest.skip("no PostgreSQL server: set BIOWRIGHT_TEST_POSTGRES to its URL")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in ("steps", "measurements"):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {table}"))
    engine.dispose()
    yield url


def clear(url: str | None) -> None:
    if url:
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for table in ("steps", "measurements"):
                connection.execute(sa.text(f"DELETE FROM {table}"))
        engine.dispose()


def test_a_hundred_kills_change_nothing(tmp_path: Path, database: str | None) -> None:
    file = write_campaign(tmp_path)
    whole = Campaign.start(file, tmp_path / "whole", database)
    whole.run()
    expected = snapshot(whole)
    assert whole.status().state == "done"
    assert len(expected["measurements"]) == 4 * (6 + 2 * 2)  # type: ignore[arg-type]
    whole.journal.close()

    clear(database)
    started = time.perf_counter()
    assert in_child(lambda: Campaign.start(file, tmp_path / "timed", database).run())
    duration = time.perf_counter() - started

    chance = random.Random(5)
    kills = attempt = 0
    while kills < KILLS:
        attempt += 1
        folder, log = tmp_path / f"killed-{attempt}", tmp_path / f"log-{attempt}"
        clear(database)
        ended = False
        while not ended:
            done = finished_steps(folder, database)
            log.write_text("")
            patience = chance.uniform(0, duration / 3) if kills < KILLS else None
            ended = in_child(lambda: logged_run(file, folder, database, log), patience)  # noqa: B023
            kills += not ended
            again = set(log.read_text().split()) & done
            assert not again, f"finished steps were done again: {again}"
        campaign = Campaign(folder, database)
        assert snapshot(campaign) == expected
        campaign.journal.close()


def finished_steps(folder: Path, database: str | None) -> set[str]:
    if not (folder / "campaign.json").exists():
        return set()
    journal = Campaign(folder, database).journal
    done = {name for name, state in journal.steps().items() if state == "done"}
    journal.close()
    return done


def logged_run(file: Path, folder: Path, database: str | None, log: Path) -> None:
    """Run the campaign, noting each step whose work really begins."""
    step = Journal.step

    def noted(self: Journal, name: str, work: Callable[[], object]) -> object:
        def begin() -> object:
            with log.open("a") as out:
                out.write(name + "\n")
            return work()

        return step(self, name, begin)

    Journal.step = noted  # type: ignore[method-assign, assignment]  # this process dies with it
    Campaign.start(file, folder, database).run()


def test_two_processes_cannot_both_advance(tmp_path: Path, database: str | None) -> None:
    campaign = Campaign.start(write_campaign(tmp_path), tmp_path / "work", database)
    other = Campaign(tmp_path / "work", database)
    with campaign.journal.advancing(campaign.folder), pytest.raises(ConflictError):
        other.run()
    assert other.run().state == "done"


def test_machines_that_share_a_database_but_no_folder(tmp_path: Path, database: str | None) -> None:
    if database is None:
        pytest.skip("a SQLite file lies in the folder")
    file = write_campaign(tmp_path)
    first = Campaign.start(file, tmp_path / "here", database)
    second = Campaign.start(file, tmp_path / "there", database)
    with first.journal.advancing(first.folder), pytest.raises(ConflictError):
        second.run()

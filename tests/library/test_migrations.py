"""A library of the first release, brought up to date, has the tables of a new one."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from biowright.core import InputError, Record, Sequence
from biowright.library import Library
from biowright.library.database import Database
from biowright.library.migrations import upgrade
from biowright.library.tables import METADATA


def test_the_steps_lead_to_the_tables_of_today(url: str | None, tmp_path: Path) -> None:
    database = Database(url or f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(database.engine, "library_revision", None)
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"version_table": "library_revision", "include_name": _ours, "compare_type": True},
        )
        assert compare_metadata(context, METADATA) == []
    database.upgrade()  # nothing is left to do
    assert database.exists()
    database.close()


def _ours(name: str | None, kind: str, _: object) -> bool:
    return kind != "table" or str(name).startswith("library_")


def test_a_library_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    with Library.create(tmp_path / "l") as library:
        library.add([Record(Sequence("ACGT"), "x")])
        with library.database.engine.connect().execution_options(writing=True) as connection:
            connection.execute(sa.text("UPDATE library_revision SET version_num = '9999'"))
            connection.commit()
    with pytest.raises(InputError, match="newer release"):
        Library.open(tmp_path / "l")

"""Libraries to test with, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from biowright.library import Library
from biowright.library.tables import METADATA

Make = Callable[..., Library]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The URL of an empty database, or None for a file in the library's folder."""
    if request.param == "sqlite":
        yield None
        return
    own = request.getfixturevalue("postgres")
    clear(own)
    yield own
    clear(own)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a database of this process alone, for several of them test at once."""
    url = os.environ.get("BIOWRIGHT_TEST_POSTGRES")
    if not url:
        pytest.skip("no PostgreSQL server: set BIOWRIGHT_TEST_POSTGRES to its URL")
    name = f"library_{os.getpid()}"
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield sa.make_url(url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def clear(url: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in (*METADATA.tables, "library_revision"):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {table}"))
    engine.dispose()


@pytest.fixture
def library(url: str | None, tmp_path: Path) -> Iterator[Library]:
    with Library.create(tmp_path / "parts", url=url, person="ada") as made:
        yield made


@pytest.fixture
def examples() -> Path:
    return Path(__file__).resolve().parents[2] / "examples"

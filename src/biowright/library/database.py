"""The database under the store: SQLite in a folder, or PostgreSQL by URL; one writer at a time.

What is written, and what few ask, goes through SQLAlchemy. Loading that takes longer than most
questions, so what every question asks (`Database.quick`, `Database.snapshot`) goes to SQLite itself.
"""

from __future__ import annotations

import contextlib
import io
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from biowright.core import InputError
from biowright.core.lazy import lazy_module

if TYPE_CHECKING:
    import sqlalchemy as sa

    from . import tables as t
else:
    sa = lazy_module("sqlalchemy")
    t = lazy_module("biowright.library.tables")

__all__ = ["Database", "Rows"]

# any fixed number: the right to write, among the advisory locks of a PostgreSQL database
_LOCK = 0x62696F7772697465
_REVISION = "0001"
_VERSION_TABLE = "library_revision"
_SQLITE = "sqlite:///"
_MALFORMED = "malformed"  # what SQLite says of pages that are none
_MAPPED = 1 << 31  # bytes of the database that a connection reads without copying them


class Rows(Protocol):
    """Answers queries with all their rows; a ``?`` stands for each value."""

    def __call__(self, statement: str, values: Sequence[Any] = (), /) -> list[Any]:
        """Run a query."""
        ...


class Database:
    """A connection to the store's database.

    Parameters
    ----------
    url : str
        An SQLAlchemy URL: ``sqlite:///DIR/library.db`` or ``postgresql+pg8000://...``.

    Raises
    ------
    InputError
        The database cannot be reached.
    """

    def __init__(self, url: str) -> None:
        self.sqlite = url.startswith(_SQLITE)
        self._url = url
        self._local = threading.local()
        self._mapped = _MAPPED
        self._terms: dict[tuple[str, str], int] = {}
        self._texts: dict[int, str] = {}
        if self.sqlite:
            try:
                self.quick("SELECT 1 FROM sqlite_master LIMIT 1")
            except sqlite3.Error as error:
                raise _unreachable(error) from None
        else:
            try:
                with self.engine.connect():
                    pass
            except (sa.exc.SQLAlchemyError, ImportError) as error:
                raise _unreachable(error) from None

    @cached_property
    def engine(self) -> sa.Engine:
        """SQLAlchemy's engine, which is made when something is written."""
        if not self.sqlite:
            return sa.create_engine(self._url)
        # a path may have signs that mean something in a URL
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(self.path)))
        sa.event.listen(engine, "connect", _configure_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    @property
    def path(self) -> Path:
        """The file of an SQLite database."""
        return Path(self._url.removeprefix(_SQLITE))

    def close(self) -> None:
        """Let go of the database."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None
        if "engine" in vars(self):
            self.engine.dispose()

    def exists(self) -> bool:
        """Tell whether the store's tables are there."""
        if not self.sqlite:
            return sa.inspect(self.engine).has_table(_VERSION_TABLE)
        kind = "SELECT 1 FROM sqlite_master WHERE type = ? AND name = ?"
        return bool(self.quick(kind, ("table", _VERSION_TABLE)))

    def make(self) -> None:
        """Make the tables."""
        with self.writing() as connection:
            t.METADATA.create_all(connection)
            connection.execute(
                sa.text(f"CREATE TABLE {_VERSION_TABLE} (version_num VARCHAR(32) NOT NULL)")
            )
            connection.execute(
                sa.text(f"INSERT INTO {_VERSION_TABLE} (version_num) VALUES (:r)"),
                {"r": _REVISION},
            )

    def upgrade(self) -> None:
        """Bring the tables of an older release to this one's.

        Raises
        ------
        InputError
            They are of a newer release.
        """
        ((found,),) = self.quick(f"SELECT version_num FROM {_VERSION_TABLE}")
        if found == _REVISION:
            return
        from .migrations import upgrade

        upgrade(self.engine, _VERSION_TABLE, str(found))

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Look at one state of the database."""
        with self.engine.connect() as connection:
            if not self.sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Rows]:
        """Look at one state of the database by queries that must not take long."""
        if not self.sqlite:
            with self.reading() as connection:

                def rows(statement: str, values: Sequence[Any] = (), /) -> list[Any]:
                    marked = statement.replace("?", "%s")
                    return list(connection.exec_driver_sql(marked, tuple(values)).fetchall())

                yield rows
            return
        cursor = self._cursor()
        if self._local.connection.in_transaction:
            yield self.quick
            return
        cursor.execute("BEGIN")
        try:
            yield self.quick
        finally:
            cursor.execute("COMMIT")

    @contextlib.contextmanager
    def unmapped(self) -> Iterator[None]:
        """Read all of the database without holding it in memory once for each thread that does."""
        self._map(0)
        try:
            yield
        finally:
            self._map(_MAPPED)

    def _map(self, size: int) -> None:
        self._mapped = size
        if self.sqlite:
            self.quick(f"PRAGMA mmap_size={size}")

    @contextlib.contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Write all or nothing; other writers wait."""
        with self.engine.connect().execution_options(writing=True) as connection:
            try:
                with connection.begin():
                    if not self.sqlite:
                        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                    yield connection
            except sa.exc.OperationalError as error:
                if "locked" in str(error.orig):
                    raise InputError(
                        "another process has been writing to the library for a minute",
                        hint="wait for it, or look whether it hangs",
                    ) from None
                raise _unreachable(error) from None
            except sa.exc.DatabaseError as error:
                if _MALFORMED in str(error.orig):
                    raise _malformed(self.path) from None
                raise
            except BaseException:
                # what was counted in this transaction is not there
                self._terms.clear()
                self._texts.clear()
                raise

    def insert_many(
        self,
        connection: sa.Connection,
        table: sa.Table,
        columns: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        """Insert many rows by the fastest way that the database has."""
        if not rows:
            return
        if self.sqlite:
            columns, rows = _bindable(columns, rows)
            names = ", ".join(f'"{column}"' for column in columns)
            marks = ", ".join("?" * len(columns))
            connection.exec_driver_sql(
                f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows)
            )
            return
        names = ", ".join(f'"{column}"' for column in columns)
        text = "\n".join("\t".join(map(_copied, row)) for row in rows) + "\n"
        raw = cast(Any, connection.connection.driver_connection)
        raw.cursor().execute(
            f"COPY {table.name} ({names}) FROM STDIN", stream=io.BytesIO(text.encode("utf-8"))
        )

    def piece(self, table: str, column: str, row: int) -> Any | None:
        """Open a blob for reading pieces of it; None where the database cannot."""
        if not self.sqlite:
            return None
        self._cursor()
        return self._local.connection.blobopen(table, column, row, readonly=True)

    def quick(self, statement: str, values: Sequence[Any] = (), /) -> list[Any]:
        """Run a query of ours that must not take long, past the layers of SQLAlchemy.

        Parameters
        ----------
        statement : str
            With ``?`` for each value.
        values : sequence
        """
        cursor = self._cursor()
        marked = statement
        if not self.sqlite:
            marked = statement.replace("?", "%s")
            values = [value.item() if isinstance(value, np.generic) else value for value in values]
        try:
            cursor.execute(marked, tuple(values))
            return cast(list[Any], cursor.fetchall())
        except sqlite3.DatabaseError as error:
            raise (_malformed(self.path) if _MALFORMED in str(error) else error) from None

    def _cursor(self) -> Any:
        """Give the cursor of this thread."""
        if getattr(self._local, "connection", None) is None:
            if self.sqlite:
                connection: Any = sqlite3.connect(self.path)
                _configure_sqlite(connection, None)
                connection.execute(f"PRAGMA mmap_size={self._mapped}")
            else:
                connection = self.engine.raw_connection()
                connection.driver_connection.autocommit = True
            self._local.connection = connection
            self._local.cursor = connection.cursor()
        return self._local.cursor

    def term(self, connection: sa.Connection, kind: str, text: str) -> int:
        """Give the number of a word that many rows say, and note it where it is new."""
        key = (kind, text)
        if key not in self._terms:
            where = (t.terms.c.kind == kind) & (t.terms.c.text == text)
            found = connection.scalar(sa.select(t.terms.c.id).where(where))
            if found is None:
                found = next_key(connection, t.terms.c.id)
                connection.execute(t.terms.insert().values(id=found, kind=kind, text=text))
            self._terms[key] = found
        return self._terms[key]

    def known_term(self, kind: str, text: str) -> int | None:
        """Give the number of a word, or None where nothing says it."""
        rows = self.quick("SELECT id FROM library_terms WHERE kind = ? AND text = ?", (kind, text))
        return rows[0][0] if rows else None

    def text(self, term: int | None) -> str:
        """Give the word of a number; "" for None."""
        if term is None:
            return ""
        if term not in self._texts:
            rows = self.quick("SELECT text FROM library_terms WHERE id = ?", (term,))
            self._texts[term] = rows[0][0]
        return self._texts[term]

    def texts(self, kind: str) -> dict[str, int]:
        """Give all words of a kind with their numbers."""
        rows = self.quick("SELECT text, id FROM library_terms WHERE kind = ? ORDER BY id", (kind,))
        return dict(rows)


def _bindable(
    columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> tuple[Sequence[str], Sequence[tuple[Any, ...]]]:
    """Leave out columns that say nothing, and give bytes as bytearrays.

    The sqlite3 module looks for an adapter of every None and every bytes, which takes longer than
    the rest of the insertion; of int, float, str and bytearray it knows what to do.
    """
    kept: list[str] = []
    values: list[Sequence[Any]] = []
    for column, said in zip(columns, zip(*rows, strict=True), strict=True):
        if said.count(None) == len(said):
            continue
        kept.append(column)
        if bytes in set(map(type, said)):
            said = [bytearray(value) if type(value) is bytes else value for value in said]
        values.append(said)
    return kept, list(zip(*values, strict=True))


def _copied(value: object) -> str:
    """Write a value as PostgreSQL's COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, str):
        # a NUL has no place in PostgreSQL's text
        text = value.replace("\\", "\\\\").replace("\t", "\\t").replace("\0", "\N{SYMBOL FOR NULL}")
        return text.replace("\n", "\\n").replace("\r", "\\r")
    return repr(value)


def next_key(connection: sa.Connection, column: sa.ColumnElement[int]) -> int:
    """Give the number after the highest; the caller holds the right to write."""
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.max(column), 0))) or 0) + 1


def _malformed(path: Path) -> InputError:
    return InputError(
        "the database is damaged",
        path=path,
        hint=f"mend what can be made again: biowright library verify {path.parent}",
    )


def _unreachable(error: Exception) -> InputError:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return InputError(
        f"the library's database cannot be used ({reason})",
        hint="give a folder, or a URL such as postgresql+pg8000://user@host/name",
    )


# numbers that come from arrays are numbers
for _kind in (np.int64, np.int32, np.uint32, np.uint64):
    sqlite3.register_adapter(_kind, int)


def _configure_sqlite(connection: object, _: object) -> None:
    raw = cast(Any, connection)
    raw.isolation_level = None  # transactions are begun by us
    cursor = raw.cursor()
    for pragma in (
        "page_size=8192",
        "journal_mode=WAL",  # readers see the last committed state while somebody writes
        "synchronous=FULL",
        "busy_timeout=60000",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

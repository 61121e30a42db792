"""Durable steps: each is recorded before and after, and a finished one is never done again.

The journal is a thin port over a database: a SQLite file by default, PostgreSQL by URL. A step is named;
its answer is JSON and is stored in the transaction that marks it done. After a crash the same calls give
the stored answers, and the first unfinished step runs again. What a step writes to disk must depend only
on its inputs and be put in place whole, so that doing it again gives the same bytes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from biowright.core import ConflictError, InputError

__all__ = ["Journal"]

Json = Any

_metadata = sa.MetaData()
_steps = sa.Table(
    "steps",
    _metadata,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("answer", sa.Text, nullable=True),
)
_measurements = sa.Table(
    "measurements",
    _metadata,
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("plate", sa.Integer, primary_key=True),
    sa.Column("well", sa.String(8), primary_key=True),
    sa.Column("quantity", sa.String(80), primary_key=True),
    sa.Column("design", sa.Text, nullable=False),
    sa.Column("value", sa.Double, nullable=True),
    sa.Column("unit", sa.String(32), nullable=False),
    sa.Column("source", sa.String(64), nullable=False),
)


class Journal:
    """What a campaign has done and measured.

    Parameters
    ----------
    url : str
        An SQLAlchemy URL: ``sqlite:///DIR/campaign.db`` or ``postgresql+pg8000://...``.
    campaign : str
        Whose steps these are; several campaigns share a database.

    Raises
    ------
    InputError
        The database cannot be reached.
    """

    def __init__(self, url: str, campaign: str) -> None:
        self.campaign = campaign
        try:
            self._engine = sa.create_engine(url)
            if self._engine.dialect.name == "sqlite":
                sa.event.listen(self._engine, "connect", _configure_sqlite)
            _metadata.create_all(self._engine)
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            reason = str(getattr(error, "orig", error)).splitlines()[0]
            raise InputError(
                f"the campaign's database cannot be opened ({reason})",
                hint="give a URL such as postgresql+pg8000://user@host/name, or none for a file",
            ) from None

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextlib.contextmanager
    def advancing(self, folder: Path) -> Iterator[None]:
        """Hold the right to advance the campaign; the system frees it when the process dies.

        Raises
        ------
        ConflictError
            Another process holds it.
        """
        busy = ConflictError(
            f"another process is advancing the campaign '{self.campaign}'",
            hint="wait for it, or look at it with: biowright campaign status",
        )
        with contextlib.ExitStack() as stack:
            lock = stack.enter_context((folder / ".lock").open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise busy from None
            if self._engine.dialect.name == "postgresql":
                # machines that share the database need not share the folder
                connection = stack.enter_context(self._engine.connect())
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
                key = int.from_bytes(
                    hashlib.sha256(self.campaign.encode()).digest()[:8], "big", signed=True
                )
                if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))):
                    raise busy
                # the pool keeps the session, and with it the lock, beyond this block
                stack.callback(connection.execute, sa.select(sa.func.pg_advisory_unlock(key)))
            yield

    def step(self, name: str, work: Callable[[], Json]) -> Json:
        """Do a step once: give its stored answer, or do it and store what it answers."""
        key = (_steps.c.campaign == self.campaign) & (_steps.c.name == name)
        with self._engine.begin() as connection:
            row = connection.execute(
                sa.select(_steps.c.state, _steps.c.answer).where(key)
            ).one_or_none()
            if row is not None and row.state == "done":
                return json.loads(row.answer)
            if row is None:
                connection.execute(
                    _steps.insert().values(
                        campaign=self.campaign, name=name, state="begun", answer=None
                    )
                )
        answer = json.dumps(work(), sort_keys=True, allow_nan=False)
        with self._engine.begin() as connection:
            connection.execute(_steps.update().where(key).values(state="done", answer=answer))
        return json.loads(answer)

    def steps(self) -> dict[str, str]:
        """Give the state of each step: ``begun`` or ``done``."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(_steps.c.name, _steps.c.state)
                .where(_steps.c.campaign == self.campaign)
                .order_by(_steps.c.name)
            )
            return {row.name: row.state for row in rows}

    def answer(self, name: str) -> Json | None:
        """Give the answer of a finished step, or None."""
        with self._engine.connect() as connection:
            text = connection.scalar(
                sa.select(_steps.c.answer).where(
                    (_steps.c.campaign == self.campaign) & (_steps.c.name == name)
                )
            )
        return None if text is None else json.loads(text)

    def record(self, rows: Sequence[Mapping[str, Json]]) -> None:
        """Store measurements, all or none.

        Parameters
        ----------
        rows : sequence of mappings
            With the keys round, plate, well, quantity, design, value (None where it is missing), unit
            and source (the checksum of the file that it came from).

        Raises
        ------
        ConflictError
            A well already has a different value for the quantity; the same one again is no conflict.
        """
        with self._engine.begin() as connection:
            for row in rows:
                key = sa.and_(
                    _measurements.c.campaign == self.campaign,
                    *(
                        _measurements.c[name] == row[name]
                        for name in ("round", "plate", "well", "quantity")
                    ),
                )
                old = connection.execute(sa.select(_measurements).where(key)).one_or_none()
                if old is None:
                    connection.execute(_measurements.insert().values(campaign=self.campaign, **row))
                elif old.value != row["value"] or old.design != row["design"]:
                    raise ConflictError(
                        f"round {row['round']}, plate {row['plate']}, well {row['well']} already "
                        f"holds {row['quantity']} = {old.value}, not {row['value']}",
                        hint="a measurement is never overwritten; correct the file, or start a new"
                        " round",
                    )

    def measurements(self, round: int | None = None) -> list[dict[str, Json]]:
        """Give the measurements, in order of round, plate and well."""
        query = sa.select(_measurements).where(_measurements.c.campaign == self.campaign)
        if round is not None:
            query = query.where(_measurements.c.round == round)
        order = [_measurements.c[name] for name in ("round", "plate", "well", "quantity")]
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query.order_by(*order))]


def _configure_sqlite(connection: object, _: object) -> None:
    cursor = cast(Any, connection).cursor()
    cursor.execute("PRAGMA journal_mode=DELETE")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()

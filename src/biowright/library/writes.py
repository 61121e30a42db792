"""Writes: one transaction, with who did what and when."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING

from biowright.core import InputError, suggest
from biowright.core.lazy import lazy_module

from .database import Database, next_key
from .licences import find_licence
from .parts import TIERS, Refusal
from .rights import demand

if TYPE_CHECKING:
    import sqlalchemy as sa

    from . import tables as t
else:
    sa = lazy_module("sqlalchemy")
    t = lazy_module("biowright.library.tables")

__all__ = ["Values", "Write"]


@dataclass(frozen=True, slots=True)
class Values:
    """The numbers of what a whole load says of its parts."""

    collection: int
    licence: int | None
    source: int | None
    tier: int


class Write:
    """A transaction that notes who did what and when.

    Parameters
    ----------
    database : Database
    person, activity : str
    detail : str, optional
    id : int, optional
        Go on with a write that began in an earlier transaction.
    """

    connection: sa.Connection

    def __init__(
        self,
        database: Database,
        person: str,
        activity: str,
        detail: str | None = None,
        *,
        file: str | None = None,
        id: int | None = None,
    ) -> None:
        self._database = database
        self._row = {"actor": person, "activity": activity, "detail": detail, "file": file}
        self._transaction: AbstractContextManager[sa.Connection] | None = None
        self._resumed = id
        self.id = id or 0

    def __enter__(self) -> Write:
        self._transaction = self._database.writing()
        self.connection = self._transaction.__enter__()
        if self._resumed is None:
            self.id = next_key(self.connection, t.writes.c.id)
            at = datetime.now(UTC).isoformat(timespec="seconds")
            self.connection.execute(
                t.writes.insert().values(
                    id=self.id, at=at, place=-1, added=0, skipped=0, refused=0, **self._row
                )
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        assert self._transaction is not None
        return self._transaction.__exit__(kind, error, trace)

    def term(self, kind: str, text: str) -> int:
        """Give the number of a word that many rows say."""
        return self._database.term(self.connection, kind, text)

    def values(self, *, collection: str, licence: str, source: str, tier: str) -> Values:
        """Look up what a load says of all its parts.

        Raises
        ------
        InputError
            There is no such tier, or the collection has no name.
        """
        tier = tier or "reference"
        if tier not in TIERS:
            raise InputError(f"there is no tier '{tier}'", hint=suggest(tier, TIERS))
        if not collection.strip():
            raise InputError("a collection needs a name")
        home = self.term("collection", collection)
        demand(self._database, self._row["actor"] or "", home, "contributor")
        return Values(
            home,
            self.term("licence", find_licence(licence)) if licence else None,
            self.term("source", source) if source else None,
            TIERS.index(tier),
        )

    def refuse(self, refused: Sequence[Refusal]) -> None:
        """Note the records that were not taken in."""
        id = next_key(self.connection, t.refusals.c.id)
        rows = [
            (id + place, self.id, refusal.line, refusal.record, refusal.reason)
            for place, refusal in enumerate(refused)
        ]
        columns = ("id", "write", "line", "record", "reason")
        self._database.insert_many(self.connection, t.refusals, columns, rows)

    def count(self, added: int, skipped: int, refused: int = 0, *, place: int = -1) -> None:
        """Add to what the write has done, and say how far it came."""
        c = t.writes.c
        self.connection.execute(
            t.writes.update()
            .where(c.id == self.id)
            .values(
                added=c.added + added,
                skipped=c.skipped + skipped,
                refused=c.refused + refused,
                place=place,
            )
        )

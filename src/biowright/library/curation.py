"""What curators say of parts after they were written; all of it is added, nothing taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from biowright.core import ConflictError, InputError, suggest
from biowright.core.lazy import lazy_module

from .database import Database, next_key
from .history import chain
from .licences import find_licence
from .parts import TIERS
from .reading import SCREENING
from .rights import demand

if TYPE_CHECKING:
    import sqlalchemy as sa

    from . import tables as t
    from .writes import Write
else:
    sa = lazy_module("sqlalchemy")
    t = lazy_module("biowright.library.tables")

__all__ = ["FIELDS", "change", "label", "link", "resolve", "withdraw"]

FIELDS = ("licence", "tier", "screening", "source")


def resolve(database: Database, text: str) -> int:
    """Give the number that a text means: see `Library.find`."""
    identity, dot, ordinal = text.partition(".")
    if identity[:1] == "P" and identity[1:].isdigit() and (not dot or ordinal.isdigit()):
        part = int(identity[1:])
        rows = database.quick("SELECT part FROM library_versions WHERE number = ?", (part,))
        if rows and rows[0][0] == part:
            numbers = chain(database, part)
            if not dot:
                return numbers[-1]
            if 1 <= int(ordinal) <= len(numbers):
                return numbers[int(ordinal) - 1]
            raise InputError(
                f"{identity} has no version {ordinal}",
                hint=f"it has {len(numbers)}",
            )
    found = _named(database, text)
    if not found:
        raise InputError(
            f"there is no part '{text}' in the library",
            hint="give an identity such as P17 (or P17.2 for its version 2), a name or an alias",
        )
    if len(found) > 1:
        shown = ", ".join(f"P{part}" for part in sorted(found)[:5])
        raise ConflictError(
            f"{len(found)} parts are named '{text}'", hint=f"give one of their identities: {shown}"
        )
    return chain(database, found.pop())[-1]


def _named(database: Database, text: str) -> set[int]:
    """Give the parts of that name in any collection, or with that alias."""
    from .adding import name_key

    keys = [name_key(id, text) for id in database.texts("collection").values()]
    found: set[int] = set()
    if keys:
        some = ",".join(map(str, keys))
        rows = database.quick(
            f"SELECT part FROM library_versions WHERE name_key IN ({some}) AND name = ?", (text,)
        )
        found = {row[0] for row in rows}
    rows = database.quick(
        "SELECT part FROM library_labels WHERE text = ? AND kind = ? AND removed IS NULL",
        (text, "alias"),
    )
    return found | {row[0] for row in rows}


def _row(database: Database, number: int) -> tuple[int, int]:
    rows = database.quick(
        "SELECT part, collection FROM library_versions WHERE number = ?", (number,)
    )
    if not rows:
        raise InputError(f"there is no version {number} in the library")
    return rows[0][0], rows[0][1]


def change(
    database: Database, write: Write, person: str, number: int, field: str, value: str
) -> None:
    """Say a version's licence, tier, screening status or source anew; the old word stays in the history."""
    if field not in FIELDS:
        raise InputError(f"'{field}' cannot be changed", hint=suggest(field, FIELDS))
    demand(database, person, _row(database, number)[1], "curator")
    stored: int | None
    if field == "tier":
        stored = _place(value, TIERS, "tier")
    elif field == "screening":
        stored = _place(value, SCREENING, "screening status")
    else:
        if field == "licence":
            value = find_licence(value)
        stored = write.term(field, value)
    connection = write.connection
    connection.execute(
        t.changes.insert().values(
            id=next_key(connection, t.changes.c.id),
            number=number,
            field=field,
            value=value,
            write=write.id,
        )
    )
    v = t.versions.c
    connection.execute(t.versions.update().where(v.number == number).values({field: stored}))


def _place(word: str, known: Sequence[str], what: str) -> int:
    if word not in known:
        raise InputError(f"there is no {what} '{word}'", hint=suggest(word, known))
    return list(known).index(word)


def label(
    database: Database, write: Write, person: str, number: int, kind: str, text: str, remove: bool
) -> None:
    """Give a part a tag or an alias, or take it away."""
    part, collection = _row(database, number)
    demand(database, person, collection, "contributor")
    if not text.strip():
        raise InputError(f"an empty {kind}")
    said = t.labels.c
    there = (said.part == part) & (said.kind == kind) & (said.text == text) & said.removed.is_(None)
    found = write.connection.scalar(sa.select(said.id).where(there))
    if remove:
        if found is None:
            raise InputError(f"the part has no {kind} '{text}'")
        write.connection.execute(t.labels.update().where(there).values(removed=write.id))
    elif found is None:
        write.connection.execute(
            t.labels.insert().values(
                id=next_key(write.connection, said.id),
                part=part,
                kind=kind,
                text=text,
                write=write.id,
            )
        )


def withdraw(database: Database, write: Write, person: str, number: int, reason: str) -> None:
    """Withdraw a part: it stays, with its history, and is found no more unless asked for."""
    part, collection = _row(database, number)
    demand(database, person, collection, "curator")
    if not reason.strip():
        raise InputError("a withdrawal needs a reason")
    w = t.withdrawals.c
    if write.connection.scalar(sa.select(w.part).where(w.part == part)) is not None:
        raise ConflictError(f"P{part} is withdrawn already")
    write.connection.execute(
        t.withdrawals.insert().values(part=part, reason=reason, write=write.id)
    )


def link(
    database: Database, write: Write, whole: int, pieces: Sequence[tuple[int, int, int, int]]
) -> None:
    """Note of which versions a composite is made.

    Parameters
    ----------
    pieces : sequence of (number, start, end, strand)
    """
    rows = [(whole, place, *piece) for place, piece in enumerate(pieces)]
    columns = ("whole", "place", "part", "start", "end", "strand")
    database.insert_many(write.connection, t.links, columns, rows)


def links_of(database: Database, whole: int) -> list[tuple[int, int, int, int]]:
    """Give (number, start, end, strand) of the parts of a composite."""
    return [
        tuple(row)
        for row in database.quick(
            'SELECT part, start, "end", strand FROM library_links WHERE whole = ? ORDER BY place',
            (whole,),
        )
    ]


def uses_of(database: Database, number: int) -> list[int]:
    """Give the composites that hold a version."""
    rows = database.quick(
        "SELECT DISTINCT whole FROM library_links WHERE part = ? ORDER BY whole", (number,)
    )
    return [row[0] for row in rows]

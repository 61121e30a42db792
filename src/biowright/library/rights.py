"""Who may do what in a collection: readers see it, contributors add, curators change and withdraw.

A collection that nobody was named for is open to all who can open the library; from the first name on
it is closed to others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core import InputError, suggest
from biowright.core.lazy import lazy_module

from .database import Database, next_key

if TYPE_CHECKING:
    from . import tables as t
    from .writes import Write
else:
    t = lazy_module("biowright.library.tables")

__all__ = ["RIGHTS", "demand", "grant", "hidden_collections"]

RIGHTS = ("none", "reader", "contributor", "curator")


def rights_in(database: Database, collection: int) -> dict[str, str]:
    """Give what each person may do in a collection, by what was said last."""
    rows = database.quick(
        'SELECT person, "right" FROM library_members WHERE collection = ? ORDER BY id',
        (collection,),
    )
    return dict(map(tuple, rows))


def demand(database: Database, person: str, collection: int, right: str) -> None:
    """Refuse what a person may not do.

    Raises
    ------
    InputError
        The collection is closed, and the person has not this right in it.
    """
    members = rights_in(database, collection)
    if not members:
        return
    has = members.get(person, "none")
    if RIGHTS.index(has) < RIGHTS.index(right):
        name = database.text(collection)
        curators = sorted(who for who, what in members.items() if what == "curator")
        raise InputError(
            f"'{person}' is no {right} of the collection '{name}'",
            hint=f"ask {' or '.join(curators)}" if curators else None,
        )


def grant(database: Database, write: Write, collection: str, person: str, right: str) -> None:
    """Say what a person may do in a collection."""
    if right not in RIGHTS:
        raise InputError(f"there is no right '{right}'", hint=suggest(right, RIGHTS))
    id = write.term("collection", collection)
    members = rights_in(database, id)
    others = {who for who, what in members.items() if what == "curator"} - {person}
    if right != "curator" and not others:
        raise InputError(
            f"the collection '{collection}' would be left without a curator",
            hint="name another curator first",
        )
    write.connection.execute(
        t.members.insert().values(
            id=next_key(write.connection, t.members.c.id),
            collection=id,
            person=person,
            right=right,
            write=write.id,
        )
    )


def hidden_collections(database: Database, person: str) -> list[int]:
    """Give the collections that a person may not see."""
    closed = database.quick("SELECT DISTINCT collection FROM library_members ORDER BY collection")
    return [id for (id,) in closed if rights_in(database, id).get(person, "none") == "none"]

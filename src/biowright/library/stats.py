"""Counts of a library; reference and characterised parts are never added up silently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from biowright.core.lazy import lazy_module

from .database import Database
from .parts import TIERS

if TYPE_CHECKING:
    import sqlalchemy as sa

    from . import tables as t
else:
    sa = lazy_module("sqlalchemy")
    t = lazy_module("biowright.library.tables")

__all__ = ["stats"]


Group = tuple[Any, ...]


def _grouped(
    connection: sa.Connection,
    columns: Sequence[sa.ColumnElement[Any]],
    clauses: Sequence[sa.ColumnElement[bool]],
) -> dict[Group, tuple[int, int]]:
    """Give the number of versions and of letters of each combination."""
    rows = connection.execute(
        sa.select(*columns, sa.func.count(), sa.func.sum(t.versions.c.length))
        .where(*clauses)
        .group_by(*columns)
    )
    return {tuple(row[:-2]): (row[-2], int(row[-1])) for row in rows}


def stats(database: Database, hidden: list[int]) -> dict[str, Any]:
    """Count parts, versions, letters and measurements, by tier, collection, role and licence."""
    v = t.versions.c
    shown = [v.collection.not_in(hidden)] if hidden else []
    kinds = (v.tier, v.collection, v.role, v.licence)
    with database.reading() as connection:
        # one walk through the versions; the few that are not current are taken away again
        totals = _grouped(connection, kinds, shown)
        current = dict(totals)
        old = v.number.in_(sa.select(t.successions.c.old))
        gone = v.part.in_(sa.select(t.withdrawals.c.part))
        for group, (versions, letters) in _grouped(connection, kinds, [*shown, old | gone]).items():
            before = current[group]
            current[group] = (before[0] - versions, before[1] - letters)

        def counted(place: int) -> dict[Any, int]:
            counts: dict[Any, int] = {}
            for group, (n, _) in current.items():
                counts[group[place]] = counts.get(group[place], 0) + n
            most = sorted(counts.items(), key=lambda item: -item[1])
            return {said: n for said, n in most if n}

        versions = sum(n for n, _ in totals.values())
        letters = sum(size for _, size in totals.values())
        tiers = counted(0)
        documents = {
            kind: {database.text(id) or "not stated": n for id, n in counted(place).items()}
            for place, kind in enumerate(("collection", "role", "licence"), 1)
        }
        measured = t.measurements.c
        quantities = connection.execute(
            sa.select(measured.quantity, sa.func.count()).group_by(measured.quantity)
        ).all()
        writes = connection.scalar(sa.select(sa.func.count()).select_from(t.writes))
        withdrawn = connection.scalar(sa.select(sa.func.count()).select_from(t.withdrawals))
    return {
        "parts": sum(tiers.values()),
        "versions": versions,
        "withdrawn": withdrawn,
        "letters": letters,
        "measurements": sum(row[1] for row in quantities),
        "writes": writes,
        "by_tier": {TIERS[tier]: n for tier, n in tiers.items()},
        "by_collection": documents["collection"],
        "by_role": documents["role"],
        "by_licence": documents["licence"],
        "by_quantity": {database.text(id): n for id, n in quantities},
    }

"""Counts of a library; reference and characterised parts are never added up silently."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from . import tables as t
from .database import Database

__all__ = ["stats"]


def stats(database: Database, hidden: list[int]) -> dict[str, Any]:
    """Count parts, versions, letters and measurements, by tier, collection, role and licence."""
    v = t.versions.c
    shown = [v.collection.not_in(hidden)] if hidden else []
    current = [
        *shown,
        v.number.not_in(sa.select(t.successions.c.old)),
        v.part.not_in(sa.select(t.withdrawals.c.part)),
    ]
    with database.reading() as connection:

        def counted(column: sa.Column[Any]) -> dict[Any, int]:
            rows = connection.execute(
                sa.select(column, sa.func.count()).where(*current).group_by(column)
            ).all()
            return {row[0]: row[1] for row in sorted(rows, key=lambda row: -row[1])}

        versions, letters = connection.execute(
            sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(v.length), 0)).where(*shown)
        ).one()
        tiers = counted(v.tier)
        documents = {
            kind: {database.text(id) or "not stated": n for id, n in counted(column).items()}
            for kind, column in (
                ("collection", v.collection),
                ("role", v.role),
                ("licence", v.licence),
            )
        }
        measured = t.measurements.c
        kinds = connection.execute(
            sa.select(measured.quantity, sa.func.count()).group_by(measured.quantity)
        ).all()
        writes = connection.scalar(sa.select(sa.func.count()).select_from(t.writes))
        withdrawn = connection.scalar(sa.select(sa.func.count()).select_from(t.withdrawals))
    return {
        "parts": sum(tiers.values()),
        "versions": versions,
        "withdrawn": withdrawn,
        "letters": int(letters),
        "measurements": sum(row[1] for row in kinds),
        "writes": writes,
        "by_tier": {t.TIERS[tier]: n for tier, n in tiers.items()},
        "by_collection": documents["collection"],
        "by_role": documents["role"],
        "by_licence": documents["licence"],
        "by_quantity": {database.text(id): n for id, n in kinds},
    }

"""What customers ordered before, so that pieces that were split over orders are looked at together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from .items import Item
from .verdict import moment

__all__ = ["History"]

_tables = sa.MetaData()
_pieces = sa.Table(
    "pieces",
    _tables,
    sa.Column("customer", sa.String(200), primary_key=True),
    sa.Column("checksum", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("letters", sa.Text, nullable=False),
    sa.Column("circular", sa.Boolean, nullable=False),
    sa.Column("cleared", sa.String(40), nullable=False),
)


class History:
    """The pieces that were cleared for each customer: those and no others count as ordered.

    Parameters
    ----------
    path : path
        A SQLite file.
    memory : float
        Days after which a piece is no longer looked at.
    """

    def __init__(self, path: Path, memory: float) -> None:
        self.memory = memory
        self._engine = sa.create_engine(f"sqlite:///{path}")
        _tables.create_all(self._engine)

    def pieces(
        self, customer: str, without: Iterable[str], now: datetime | None = None
    ) -> tuple[Item, ...]:
        """Give a customer's earlier pieces, but not those with given checksums, in a fixed order."""
        since = moment((now or datetime.now(UTC)) - timedelta(days=self.memory))
        left_out = set(without)
        with self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(_pieces)
                .where(_pieces.c.customer == customer, _pieces.c.cleared >= since)
                .order_by(_pieces.c.cleared, _pieces.c.checksum)
            ).all()
        return tuple(
            Item(f"earlier {row.name}", row.letters, row.circular)
            for row in rows
            if row.checksum not in left_out
        )

    def add(self, customer: str, items: Iterable[Item], now: datetime | None = None) -> None:
        """Note that pieces were cleared; the same ones again change nothing."""
        cleared = moment(now or datetime.now(UTC))
        with self._engine.begin() as connection:
            known = set(
                connection.scalars(
                    sa.select(_pieces.c.checksum).where(_pieces.c.customer == customer)
                )
            )
            for item in items:
                if item.checksum not in known:
                    known.add(item.checksum)
                    connection.execute(
                        _pieces.insert().values(
                            customer=customer,
                            checksum=item.checksum,
                            name=item.name,
                            letters=item.letters,
                            circular=item.circular,
                            cleared=cleared,
                        )
                    )

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

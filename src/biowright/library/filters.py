"""Filters on what is said of parts, and on what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa

from biowright.core import InputError, Quantity, UnitError, suggest

from . import tables as t
from .database import Database
from .licences import within
from .reading import SCREENING
from .roles import find_role, kinds_of

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Filters", "MeasuredRange", "select"]


@dataclass(frozen=True, slots=True)
class MeasuredRange:
    """A range of a measured quantity.

    Parameters
    ----------
    quantity : str
        As it was measured: ``termination strength``.
    at_least, at_most : Quantity, optional
        Compared in their dimension; a relative unit (RPU) matches only values of the same reference,
        where the bound names one in its context.
    sure : bool, default False
        The interval of two standard deviations around the value must lie in the range; values
        without an uncertainty do not count then.
    """

    quantity: str
    at_least: Quantity | None = None
    at_most: Quantity | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What versions must be like. All conditions must hold; None is no condition.

    Parameters
    ----------
    role : str, optional
        A term of the Sequence Ontology or its name; kinds of it count.
    min_length, max_length : int, optional
    min_gc, max_gc : float, optional
        As shares, 0 to 1.
    licence : str, optional
        Exactly this one.
    licence_within : str, optional
        Any that asks for nothing that this one does not ask for.
    collection, tier, tag, screening, source : str, optional
    host : str, optional
        A strain in which something of the part was measured.
    measured : tuple of MeasuredRange
    circular : bool, optional
    superseded, withdrawn : bool, default False
        Whether older versions, and those of withdrawn parts, count too.
    """

    role: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_gc: float | None = None
    max_gc: float | None = None
    licence: str | None = None
    licence_within: str | None = None
    collection: str | None = None
    tier: str | None = None
    tag: str | None = None
    screening: str | None = None
    source: str | None = None
    host: str | None = None
    measured: tuple[MeasuredRange, ...] = ()
    circular: bool | None = None
    superseded: bool = False
    withdrawn: bool = False


def select(
    database: Database,
    filters: Filters,
    last: int,
    hidden: Iterable[int] = (),
    among: Iterable[int] | None = None,
) -> npt.NDArray[np.int64]:
    """Give the numbers of the versions that pass, in order: see `Library.select`."""
    v = t.versions.c
    clauses: list[sa.ColumnElement[bool]] = []
    with database.reading() as connection:
        if not filters.superseded and _any(connection, t.successions):
            clauses.append(v.number.not_in(sa.select(t.successions.c.old)))
        if not filters.withdrawn and _any(connection, t.withdrawals):
            clauses.append(v.part.not_in(sa.select(t.withdrawals.c.part)))
        hidden = list(hidden)
        if hidden:
            clauses.append(v.collection.not_in(hidden))
        clauses += _row_clauses(database, filters)
        for wanted in filters.measured:
            clauses.append(v.number.in_(_measured(database, connection, wanted, filters.host)))
        if filters.host is not None and not filters.measured:
            clauses.append(v.number.in_(_in_host(connection, filters.host)))
        if among is not None:
            return _among(connection, clauses, among)
        if not clauses:
            return np.arange(1, last + 1, dtype=np.int64)
        statement = sa.select(v.number).where(*clauses).order_by(v.number)
        found = connection.execute(statement).scalars()
        return np.fromiter(found, np.int64)


def _any(connection: sa.Connection, table: sa.Table) -> bool:
    return (
        connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None
    )


def _among(
    connection: sa.Connection, clauses: list[sa.ColumnElement[bool]], among: Iterable[int]
) -> npt.NDArray[np.int64]:
    wanted = np.unique(np.fromiter((int(number) for number in among), np.int64))
    if not clauses:
        return wanted
    v = t.versions.c
    pieces = []
    for at in range(0, len(wanted), 500):
        some = wanted[at : at + 500].tolist()
        statement = sa.select(v.number).where(v.number.in_(some), *clauses)
        pieces.append(np.fromiter(connection.execute(statement).scalars(), np.int64))
    return np.sort(np.concatenate(pieces)) if pieces else wanted


def _row_clauses(database: Database, filters: Filters) -> list[sa.ColumnElement[bool]]:
    v = t.versions.c
    clauses: list[sa.ColumnElement[bool]] = []
    if filters.role is not None:
        wanted = kinds_of(find_role(filters.role))
        said = database.texts("role")
        ids = [id for text, id in said.items() if wanted & set(text.split())]
        clauses.append(v.role.in_(ids))
    for bound, clause in (
        (filters.min_length, lambda x: v.length >= x),
        (filters.max_length, lambda x: v.length <= x),
        (filters.min_gc, lambda x: v.gc >= x),
        (filters.max_gc, lambda x: v.gc <= x),
    ):
        if bound is not None:
            clauses.append(clause(bound))
    for share in (filters.min_gc, filters.max_gc):
        if share is not None and not 0 <= share <= 1:
            raise InputError(f"a GC share of {share}", expected="0 to 1")
    for kind in ("licence", "collection", "source"):
        text = getattr(filters, kind)
        if text is not None:
            clauses.append(t.versions.c[kind] == _known(database, kind, text))
    if filters.licence_within is not None:
        ids = [
            id
            for text, id in database.texts("licence").items()
            if within(text, filters.licence_within)
        ]
        clauses.append(v.licence.in_(ids))
    if filters.tier is not None:
        clauses.append(v.tier == _place(filters.tier, t.TIERS, "tier"))
    if filters.screening is not None:
        clauses.append(v.screening == _place(filters.screening, SCREENING, "screening status"))
    if filters.circular is not None:
        clauses.append((v.flags.bitwise_and(1)) == int(filters.circular))
    if filters.tag is not None:
        label = t.labels.c
        tagged = sa.select(label.part).where(
            label.kind == "tag", label.text == filters.tag, label.removed.is_(None)
        )
        clauses.append(v.part.in_(tagged))
    return clauses


def _known(database: Database, kind: str, text: str) -> int:
    found = database.known_term(kind, text)
    if found is None:
        known = database.texts(kind)
        raise InputError(
            f"no part of the library has the {kind} '{text}'", hint=suggest(text, known)
        )
    return found


def _place(word: str, known: tuple[str, ...], what: str) -> int:
    if word not in known:
        raise InputError(f"there is no {what} '{word}'", hint=suggest(word, known))
    return known.index(word)


def _in_host(connection: sa.Connection, host: str) -> sa.Select[tuple[int]]:
    m = t.measurements.c
    return sa.select(m.number).where(m.context.in_(_contexts(connection, "host", host)))


def _contexts(connection: sa.Connection, key: str, value: str) -> list[int]:
    c = t.contexts.c
    return [
        id
        for id, text in connection.execute(sa.select(c.id, c.text))
        if str(json.loads(text).get(key, "")).lower() == value.lower()
    ]


def _measured(
    database: Database, connection: sa.Connection, wanted: MeasuredRange, host: str | None
) -> sa.Select[tuple[int]]:
    m = t.measurements.c
    quantity = _known(database, "quantity", wanted.quantity)
    clauses = [m.quantity == quantity, m.value.is_not(None)]
    factor = sa.func.coalesce(m.uncertainty, 0.0)
    for bound, lower in ((wanted.at_least, True), (wanted.at_most, False)):
        if bound is None:
            continue
        clauses.append(m.dimension == dimension_text(bound))
        if reference := bound.context.first("reference"):
            clauses.append(m.context.in_(_contexts(connection, "reference", reference)))
        base = base_value(bound)
        # what is known to lie below (or above) a limit of detection
        clauses.append(m.censoring != ("<" if lower else ">"))
        spread = 2 * factor * sa.func.abs(m.base / sa.func.nullif(m.value, 0.0))
        spread = sa.func.coalesce(spread, 0.0) if wanted.sure else sa.literal(0.0)
        clauses.append(m.base - spread >= base if lower else m.base + spread <= base)
    if wanted.sure:
        clauses.append(m.uncertainty.is_not(None))
    if host is not None:
        clauses.append(m.context.in_(_contexts(connection, "host", host)))
    statement = sa.select(m.number).where(*clauses)
    if (
        wanted.at_least is not None
        and connection.execute(
            sa.select(m.id)
            .where(m.quantity == quantity, m.dimension == clauses_dimension(wanted))
            .limit(1)
        ).first()
        is None
    ):
        units = connection.execute(
            sa.select(m.unit).where(m.quantity == quantity).distinct()
        ).scalars()
        raise UnitError(
            f"'{wanted.quantity}' was not measured in {wanted.at_least.unit or 'plain numbers'}",
            hint=f"it was in: {', '.join(unit or 'plain numbers' for unit in units)}",
        )
    return statement


def clauses_dimension(wanted: MeasuredRange) -> str:
    """Give the dimension of a range's bounds."""
    bound = wanted.at_least or wanted.at_most
    assert bound is not None
    return dimension_text(bound)


def dimension_text(quantity: Quantity) -> str:
    """Write the dimension of a quantity for a column."""
    return "·".join(f"{base}^{power}" for base, power in quantity.dimension)


def base_value(quantity: Quantity) -> float:
    """Give a quantity's value in the base units of its dimension."""
    from biowright.core.units import find_unit

    unit = find_unit(quantity.unit)
    return float(quantity.value) * float(unit.factor) + float(unit.offset)

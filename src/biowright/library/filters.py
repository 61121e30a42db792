"""Filters on what is said of parts, and on what was measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from biowright.core import InputError, Quantity, UnitError, suggest
from biowright.core.lazy import lazy_module

from .columns import Columns
from .database import Database
from .licences import within
from .parts import TIERS
from .reading import SCREENING
from .roles import find_role, kinds_of

if TYPE_CHECKING:
    import numpy.typing as npt
    import sqlalchemy as sa

    from . import tables as t
else:
    sa = lazy_module("sqlalchemy")
    t = lazy_module("biowright.library.tables")

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
    columns: Columns,
    filters: Filters,
    last: int,
    hidden: Iterable[int] = (),
    among: Iterable[int] | None = None,
) -> npt.NDArray[np.int64]:
    """Give the numbers of the versions that pass, in order: see `Library.select`."""
    with database.snapshot() as rows:
        passing = np.ones(last + 1, np.bool_)
        passing[0] = False

        def column(name: str) -> np.ndarray:
            return columns.of(rows, name, last)

        if not filters.superseded:
            passing[_upto(_first(rows("SELECT old FROM library_successions")), last)] = False
        if not filters.withdrawn:
            gone = list(_first(rows("SELECT part FROM library_withdrawals")))
            if gone:
                passing &= ~np.isin(column("part"), gone)
        hidden = list(hidden)
        if hidden:
            passing &= ~np.isin(column("collection"), hidden)
        for name, test in _tests(database, filters):
            passing &= test(column(name))
        if filters.tag is not None:
            tagged = _first(
                rows(
                    "SELECT part FROM library_labels WHERE kind = ? AND text = ? AND removed IS NULL",
                    ("tag", filters.tag),
                )
            )
            passing &= np.isin(column("part"), list(tagged))
        if filters.measured or filters.host is not None:
            passing &= _measured_ones(database, filters, last)
        if among is None:
            if passing[1:].all():
                return np.arange(1, last + 1, dtype=np.int64)  # in a third of the time
            return np.flatnonzero(passing).astype(np.int64, copy=False)
        wanted = np.unique(_upto(among, last))
        return wanted[passing[wanted]]


def _first(rows: Iterable[tuple[int]]) -> Iterator[int]:
    return (row[0] for row in rows)


def _measured_ones(database: Database, filters: Filters, last: int) -> npt.NDArray[np.bool_]:
    """Tell of each number whether it was measured as is asked for."""
    passing = np.ones(last + 1, np.bool_)
    with database.reading() as connection:
        measured = [
            _measured(database, connection, wanted, filters.host) for wanted in filters.measured
        ]
        if filters.host is not None and not filters.measured:
            measured.append(_in_host(connection, filters.host))
        for numbers in measured:
            there = np.zeros(last + 1, np.bool_)
            there[_upto(connection.execute(numbers).scalars(), last)] = True
            passing &= there
    return passing


def _upto(numbers: Iterable[int], last: int) -> npt.NDArray[np.int64]:
    """Give numbers that are not above the last one: what was written since does not count."""
    listed = np.fromiter((int(number) for number in numbers), np.int64)
    return listed[listed <= last]


_Test = Callable[[np.ndarray], np.ndarray]


def _tests(database: Database, filters: Filters) -> Iterator[tuple[str, _Test]]:
    """Walk the conditions on columns: the name of the column, and what tells who passes."""
    if filters.role is not None:
        wanted = kinds_of(find_role(filters.role))
        said = database.texts("role")
        yield "role", _one_of([id for text, id in said.items() if wanted & set(text.split())])
    for share in (filters.min_gc, filters.max_gc):
        if share is not None and not 0 <= share <= 1:
            raise InputError(f"a GC share of {share}", expected="0 to 1")
    for name, least, most in (
        ("length", filters.min_length, filters.max_length),
        ("gc", filters.min_gc, filters.max_gc),
    ):
        if least is not None:
            yield name, partial(np.less_equal, least)
        if most is not None:
            yield name, partial(np.greater_equal, most)
    for kind in ("licence", "collection", "source"):
        text = getattr(filters, kind)
        if text is not None:
            yield kind, partial(np.equal, _known(database, kind, text))
    if filters.licence_within is not None:
        licences = database.texts("licence").items()
        yield "licence", _one_of([id for x, id in licences if within(x, filters.licence_within)])
    if filters.tier is not None:
        yield "tier", partial(np.equal, _place(filters.tier, TIERS, "tier"))
    if filters.screening is not None:
        yield (
            "screening",
            partial(np.equal, _place(filters.screening, SCREENING, "screening status")),
        )
    if filters.circular is not None:
        circular = filters.circular
        yield "flags", lambda flags: (flags & 1 > 0) == circular


def _one_of(ids: list[int]) -> _Test:
    return lambda column: np.isin(column, ids)


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

"""Calibrations: the only way from one unit to another that measures something else."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import InputError, Quantity, UnitError
from biowright.core.lazy import lazy_module
from biowright.core.units import find_unit

from .database import Database, next_key
from .measurements import Measurement

if TYPE_CHECKING:
    import sqlalchemy as sa

    from . import tables as t
    from .writes import Write
else:
    sa = lazy_module("sqlalchemy")
    t = lazy_module("biowright.library.tables")

__all__ = ["Calibration", "convert", "record_calibration"]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a value in one unit is one in another, under stated conditions.

    Parameters
    ----------
    unit, to : str
    factor : float
        ``value_to = factor * value + offset``.
    context : mapping of str to str
        Where it holds: instrument, gain, reference... A measurement must say all of it.
    offset : float
    uncertainty : float, optional
        The standard deviation of the factor.
    basis : str
        On what it rests: beads, a standard curve, a publication.
    """

    unit: str
    to: str
    factor: float
    context: Mapping[str, str]
    offset: float = 0.0
    uncertainty: float | None = None
    basis: str = ""

    def __post_init__(self) -> None:
        numbers = [self.factor, self.offset, self.uncertainty or 0.0]
        if not all(map(math.isfinite, numbers)) or not self.factor:
            raise InputError("a calibration needs a finite factor that is not 0")
        if not self.basis.strip():
            raise InputError("a calibration needs its basis", hint="say how it was found")
        if not self.context:
            raise InputError(
                "a calibration holds somewhere", hint="say where: the instrument, its gain"
            )
        object.__setattr__(self, "unit", find_unit(self.unit).symbol)
        object.__setattr__(self, "to", find_unit(self.to).symbol)


def record_calibration(write: Write, calibration: Calibration) -> None:
    """Write a calibration."""
    write.connection.execute(
        t.calibrations.insert().values(
            id=next_key(write.connection, t.calibrations.c.id),
            unit=calibration.unit,
            to=calibration.to,
            context=json.dumps(dict(calibration.context), sort_keys=True, ensure_ascii=False),
            factor=calibration.factor,
            offset=calibration.offset,
            uncertainty=calibration.uncertainty,
            basis=calibration.basis,
            write=write.id,
        )
    )


def convert(database: Database, measurement: Measurement, unit: str) -> Quantity:
    """Give a measured value in another unit: see `Library.convert`."""
    value = measurement.value
    if value is None:
        raise InputError("a curve has no single value")
    if find_unit(value.unit).dimension == find_unit(unit).dimension:
        return value.to(unit)
    c = t.calibrations.c
    with database.reading() as connection:
        rows = connection.execute(
            sa.select(t.calibrations)
            .where(c.unit == value.unit, c.to == find_unit(unit).symbol)
            .order_by(c.id.desc())
        ).all()
    for row in rows:
        context = json.loads(row.context)
        if all(measurement.context.get(key) == said for key, said in context.items()):
            spread = None
            if value.uncertainty is not None or row.uncertainty is not None:
                spread = math.hypot(
                    row.factor * float(value.uncertainty or 0),
                    float(value.value) * (row.uncertainty or 0),
                )
            return Quantity(
                row.factor * float(value.value) + row.offset, unit, spread, value.n, context
            )
    hint = "store one: Library.calibrate"
    if rows:
        hint = f"those that are stored hold elsewhere: {rows[0].context}"
    raise UnitError(
        f"there is no calibration from {value.unit or 'a plain number'} to {unit} for this context",
        hint=hint,
    )

"""Magellan of Tecan readers: a sheet of wells, what was measured behind them."""

from __future__ import annotations

from collections.abc import Sequence

from biowright.core import FormatError, InputError

from ..plates import parse_well, well_name
from .reads import Instrument, Read
from .sheets import Sheet

__all__ = ["MAGELLAN"]


def _recognise(sheets: Sequence[Sheet]) -> bool:
    return sheets[0].name.startswith("Magellan") and "Well positions" in sheets[0].rows[0][1]


def _read(sheets: Sequence[Sheet], path: str) -> list[Read]:
    """Read the column "Raw data", or every column that is neither wells nor names."""
    head, rows = sheets[0].rows[0][1], sheets[0].rows[1:]
    place = head.index("Well positions")
    columns = [
        k
        for k, name in enumerate(head)
        if name and name not in ("Well positions", "Plate", "Layout")
    ]
    values: dict[int, dict[str, tuple[int, str]]] = {k: {} for k in columns}
    plate = ""
    for line, row in rows:
        try:
            name = well_name(*parse_well(row[place], 1536))
        except InputError:
            break  # the table is over; facts of the run follow
        if "Plate" in head:
            plate = plate or row[head.index("Plate")]
        for k in columns:
            if name in values[k]:
                raise FormatError(f"well {name} stands there twice", path=path, line=line)
            values[k][name] = (line, row[k])
    return [Read(head[k], plate, found) for k, found in values.items()]


MAGELLAN = Instrument("Magellan", _recognise, _read)

"""SkanIt of Thermo Fisher readers: sheets of plate grids under the name of the reading."""

from __future__ import annotations

from collections.abc import Sequence

from biowright.core import FormatError

from .reads import Instrument, Read, find_grids
from .sheets import Sheet

__all__ = ["SKANIT"]


def _recognise(sheets: Sequence[Sheet]) -> bool:
    return any(
        row[:1] and row[0].lower().endswith(".skax") for s in sheets for _, row in s.rows[:6]
    )


def _read(sheets: Sequence[Sheet], path: str) -> list[Read]:
    reads = []
    for sheet in sheets:
        for at, values in find_grids(sheet.rows):
            above = [row[0] for _, row in sheet.rows[:at] if row and row[0].strip()]
            plate = next((text for text in reversed(above) if text.startswith("Plate")), "")
            # file name and time stand on top, then the name of the reading
            label = above[3] if len(above) > 3 else sheet.name
            reads.append(Read(label, plate, values))
    if not reads:
        raise FormatError(
            "SkanIt wrote no plate grid", path=path, hint="export the results as plates"
        )
    return reads


SKANIT = Instrument("SkanIt", _recognise, _read)

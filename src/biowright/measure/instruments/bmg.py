"""MARS and SMART Control of BMG LABTECH readers."""

from __future__ import annotations

from collections.abc import Sequence

from biowright.core import FormatError

from ..plates import parse_well, well_name
from .reads import Instrument, Read, find_grids, refuse_kinetic
from .sheets import Sheet

__all__ = ["MARS", "SMART_CONTROL"]

_FACTS = ("content", "standard concentrations", "dilutions", "group", "sample ids", "volume")


def _is_mars(sheets: Sequence[Sheet]) -> bool:
    head = " ".join(" ".join(row) for _, row in sheets[0].rows[:3])
    return not sheets[0].name and "BMG" in head and "Test run no." in head


def _read_mars(sheets: Sequence[Sheet], path: str) -> list[Read]:
    """Read grids; a line above each names it, the lines on top name the plate."""
    rows = sheets[0].rows
    plate = next(
        (
            cell.removeprefix("ID1:").strip()
            for _, row in rows[:8]
            for cell in row
            if cell.startswith("ID1:")
        ),
        "",
    )
    reads = []
    for at, values in find_grids(rows):
        label = next((row[0] for _, row in rows[at - 1 :: -1] if row and row[0]), "")
        if "cycle" in label.lower() or "time" in label.lower().split():
            raise refuse_kinetic("MARS", path, rows[at][0])
        reads.append(Read(label, plate, values))
    if not reads:
        raise FormatError("MARS wrote no plate grid", path=path, hint="export as a plate layout")
    return reads


def _is_smart(sheets: Sequence[Sheet]) -> bool:
    return any("SMART Control" in cell for _, row in sheets[0].rows[:12] for cell in row) and any(
        sheet.name.startswith(("Table", "Microplate")) for sheet in sheets
    )


def _read_smart(sheets: Sequence[Sheet], path: str) -> list[Read]:
    """Read the sheet "Table End point": wells in a line, one line a reading."""
    sheet = next((s for s in sheets if s.name.lower() == "table end point"), None)
    if sheet is None:
        raise refuse_kinetic("SMART Control", path)
    at = next((k for k, (_, row) in enumerate(sheet.rows) if row[:1] == ["Well"]), None)
    if at is None:
        raise FormatError("the sheet 'Table End point' has no line 'Well'", path=path)
    plate = next(
        (
            row[0].removeprefix("ID3:").strip()
            for _, row in sheet.rows[:at]
            if row[0].startswith("ID3:")
        ),
        "",
    )
    names = [well_name(*parse_well(cell, 1536)) for cell in sheet.rows[at][1][1:] if cell]
    reads = []
    for line, row in sheet.rows[at + 1 :]:
        if row[0] and not row[0].lower().startswith(_FACTS):
            cells = [*row[1:], *[""] * len(names)]
            values = {name: (line, cell) for name, cell in zip(names, cells, strict=False)}
            reads.append(Read(row[0], plate, values))
    return reads


MARS = Instrument("MARS", _is_mars, _read_mars)
SMART_CONTROL = Instrument("SMART Control", _is_smart, _read_smart)

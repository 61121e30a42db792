"""Gen5 of Agilent BioTek readers: text with tabs, results as a plate grid, its names on the right."""

from __future__ import annotations

from collections.abc import Sequence

from biowright.core import FormatError

from ..plates import well_name
from .reads import Instrument, Read, refuse_kinetic
from .sheets import Row, Sheet

__all__ = ["GEN5"]


def _recognise(sheets: Sequence[Sheet]) -> bool:
    first = [row[0] for _, row in sheets[0].rows[:40] if row]
    return "Software Version" in first and "Experiment File Path:" in first


def _read(sheets: Sequence[Sheet], path: str) -> list[Read]:
    reads: list[Read] = []
    plate = ""
    rows = sheets[0].rows
    for at, (line, row) in enumerate(rows):
        if row[:1] == ["Plate Number"] and len(row) > 1:
            plate = row[1]
        if row[:1] == ["Start Kinetic"]:
            raise refuse_kinetic("Gen5", path, line)
        if row[:1] == ["Results"]:
            reads += _results(rows[at + 1 :], plate, path)
    if not reads:
        raise FormatError("Gen5 wrote no results", path=path, expected="a section 'Results'")
    return reads


def _results(rows: Sequence[Row], plate: str, path: str) -> list[Read]:
    """Read a grid of results; each row letter may stand over several lines, one a reading."""
    start = next((k for k, (_, row) in enumerate(rows) if row[1:2] == ["1"]), None)
    if start is None:
        return []
    width = sum(1 for cell in rows[start][1] if cell.isdigit())
    values: dict[str, dict[str, tuple[int, str]]] = {}
    letter, count = "", 0
    for line, row in rows[start + 1 :]:
        if not any(row):
            break
        if row[0]:
            if row[0] != well_name(count, 0)[:-2]:
                break
            letter, count = row[0], count + 1
        if len(row) <= width + 1:
            raise FormatError(
                f"row {letter} has no name of its reading",
                path=path,
                line=line,
                expected=f"{width} values and a name",
            )
        label = row[width + 1]
        for column, text in enumerate(row[1 : width + 1], 1):
            values.setdefault(label, {})[f"{letter}{column:02d}"] = (line, text)
    return [Read(label, plate, found) for label, found in values.items()]


GEN5 = Instrument("Gen5", _recognise, _read)

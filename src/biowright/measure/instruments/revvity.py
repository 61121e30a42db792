"""EnVision and Kaleido of Revvity (PerkinElmer) readers: plate grids, each with a line above it."""

from __future__ import annotations

from collections.abc import Sequence

from biowright.core import FormatError

from .reads import Instrument, Read, find_grids
from .sheets import Sheet

__all__ = ["ENVISION", "KALEIDO"]


def _is_envision(sheets: Sequence[Sheet]) -> bool:
    first = [row[0] for _, row in sheets[0].rows if row]
    return "Plate information" in first and "Background information" in first


def _read_envision(sheets: Sequence[Sheet], path: str) -> list[Read]:
    """Read the grids under "Results for ..." and "Calculated results: ..."."""
    rows = sheets[0].rows
    grids = dict(find_grids(rows))
    reads = []
    plate = ""
    for at, (_, row) in enumerate(rows):
        title = row[0] if row else ""
        if title == "Plate information" and at + 2 < len(rows):
            plate = rows[at + 2][1][0]
        if at + 1 in grids and title.startswith(("Results for ", "Calculated results: ")):
            label = title.removeprefix("Results for ").removeprefix("Calculated results: ")
            reads.append(Read(label, plate, grids[at + 1]))
    if not reads:
        raise FormatError("EnVision wrote no results", path=path, hint="export as a plate layout")
    return reads


def _is_kaleido(sheets: Sequence[Sheet]) -> bool:
    return any("Exported with Kaleido" in row[0] for _, row in sheets[0].rows if row)


def _read_kaleido(sheets: Sequence[Sheet], path: str) -> list[Read]:
    """Read the grids under "Result for ..." (or "Results for ..."), not the plate map behind them."""
    rows = sheets[0].rows
    reads = []
    for at, values in find_grids(rows):
        above = rows[max(0, at - 5) : at]
        title = next((row[0] for _, row in reversed(above) if row and row[0][:6] == "Result"), "")
        if title:
            plate = above[-2][1][0] if len(above) > 1 else ""
            label = title.split(" for ", 1)[-1]
            reads.append(Read(label, plate, values))
    if not reads:
        raise FormatError("Kaleido wrote no results", path=path, hint="export as CSV_PLATE")
    return reads


ENVISION = Instrument("EnVision", _is_envision, _read_envision)
KALEIDO = Instrument("Kaleido", _is_kaleido, _read_kaleido)

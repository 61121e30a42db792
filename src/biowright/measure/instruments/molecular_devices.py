"""SoftMax Pro of Molecular Devices readers: blocks of plates with tabs, as one line or as a grid."""

from __future__ import annotations

import re
from collections.abc import Sequence

from biowright.core import FormatError

from ..plates import parse_well, well_name
from .reads import Instrument, Read, refuse_kinetic
from .sheets import Row, Sheet

__all__ = ["SOFTMAX_PRO"]

_WELL = re.compile(r"^[A-Z]{1,2}\d{1,2}$")


def _recognise(sheets: Sequence[Sheet]) -> bool:
    return bool(sheets[0].rows[0][1]) and sheets[0].rows[0][1][0].startswith("##BLOCKS")


def _read(sheets: Sequence[Sheet], path: str) -> list[Read]:
    rows = sheets[0].rows
    reads: list[Read] = []
    for at, (line, row) in enumerate(rows):
        if row[:1] == ["Plate:"]:
            form, kind = (row[3], row[4]) if len(row) > 5 else ("", "")
            if kind != "Endpoint":
                if kind == "Kinetic":
                    raise refuse_kinetic("SoftMax Pro", path, line)
                raise FormatError(
                    f"SoftMax Pro wrote a read of the kind '{kind}'",
                    path=path,
                    line=line,
                    expected="Endpoint",
                )
            end = next(k for k in range(at, len(rows) + 1) if k == len(rows) or _ends(rows[k]))
            block = _in_line if form == "TimeFormat" else _in_grid
            reads += block(rows[at + 1 : end], row)
    if not reads:
        raise FormatError("SoftMax Pro wrote no plate", path=path, expected="a block 'Plate:'")
    return reads


def _ends(row: Row) -> bool:
    return row[1][:1] == ["~End"]


def _labels(head: Sequence[str], count: int) -> list[str]:
    """Name the readings by their wavelengths, where the plate's head gives one to each."""
    for cell in head[6:]:
        waves = cell.split()
        if count > 0 and len(waves) == count and all(w.isdigit() and len(w) == 3 for w in waves):
            return [f"{head[5]} {wave}" for wave in waves]
    return [f"{head[5]} {k}" if count > 1 else head[5] for k in range(1, count + 1)]


def _in_line(rows: Sequence[Row], head: Sequence[str]) -> list[Read]:
    """Read wells as columns: a head, then one line a wavelength; reduced values have another head."""
    names: list[str] = []
    found: list[dict[str, tuple[int, str]]] = []
    reduced: list[dict[str, tuple[int, str]]] = []
    current = found
    for line, row in rows:
        if sum(1 for cell in row if _WELL.match(cell)) > 1:
            current = reduced if names else found
            names = [well_name(*parse_well(c, 1536)) if _WELL.match(c) else "" for c in row]
        elif names and any(row[2:]):
            pairs = zip(names, row, strict=False)
            current.append({name: (line, cell) for name, cell in pairs if name})
    labels = [*_labels(head, len(found)), *["reduced"] * len(reduced)]
    return [
        Read(label, head[1], values) for label, values in zip(labels, found + reduced, strict=True)
    ]


def _in_grid(rows: Sequence[Row], head: Sequence[str]) -> list[Read]:
    """Read grids without row letters, one wavelength beside the other; reduced values below them."""
    at = next((k for k, (_, row) in enumerate(rows) if "1" in row), None)
    if at is None:
        return []
    starts = [k for k, cell in enumerate(rows[at][1]) if cell == "1"]
    width = next(
        k
        for k in range(1, len(rows[at][1]) + 2)
        if rows[at][1][starts[0] + k : starts[0] + k + 1] != [str(k + 1)]
    )
    found: list[dict[str, tuple[int, str]]] = [{} for _ in starts]
    for count, (line, row) in enumerate(rows[at + 1 :]):
        if not any(row[2:]):
            break
        for values, start in zip(found, starts, strict=True):
            cells = [*row[start : start + width], *[""] * width][:width]
            values.update({well_name(count, c): (line, cell) for c, cell in enumerate(cells)})
    return [
        Read(label, head[1], values)
        for label, values in zip(_labels(head, len(found)), found, strict=True)
    ]


SOFTMAX_PRO = Instrument("SoftMax Pro", _recognise, _read)

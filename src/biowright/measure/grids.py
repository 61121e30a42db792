"""Plate grids, as plate readers export them: column numbers on top, row letters on the left.

Gen5, SoftMax Pro, Magellan, i-control and MARS all know the form; what stands before and behind it, and
in its corner (``<>``), differs.
"""

from __future__ import annotations

from collections.abc import Sequence

from biowright.core import FormatError

from .plates import SHAPES, well_name

__all__ = ["find_grid"]

_Row = tuple[int, list[str]]


def find_grid(lines: Sequence[_Row], wells: int, path: str) -> list[_Row] | None:
    """Find the one plate grid in the lines of a file.

    Parameters
    ----------
    lines : sequence of (int, list of str)
        Line numbers and cells.
    wells : int
        Of a plate.
    path : str
        For messages.

    Returns
    -------
    list of (int, [well, value]) or None
        By row and column, each with its line; None where there is no grid.

    Raises
    ------
    FormatError
        There are several grids, or one is cut off.
    """
    rows, columns = SHAPES[wells]
    starts = [i for i, (_, cells) in enumerate(lines) if _is_head(cells, columns)]
    if not starts:
        return None
    if len(starts) > 1:
        raise FormatError(
            f"the file holds {len(starts)} plate grids",
            path=path,
            line=lines[starts[1]][0],
            expected="one, of the quantity that is measured",
            hint="save each grid in a file of its own, or make a table with a column 'well'",
        )
    head = [cell.strip() for cell in lines[starts[0]][1]]
    first = head.index("1")
    found: list[_Row] = []
    for row in range(rows):
        at = starts[0] + 1 + row
        letter = well_name(row, 0)[:-2]
        if at >= len(lines) or _letter(lines[at][1][:first]) != letter:
            raise FormatError(
                f"the plate grid has no row {letter}",
                path=path,
                line=lines[min(at, len(lines) - 1)][0],
                expected=f"rows A to {well_name(rows - 1, 0)[:-2]}, one a line",
            )
        line, cells = lines[at]
        values = [*cells[first:], *[""] * columns][:columns]
        found += [(line, [well_name(row, column), v]) for column, v in enumerate(values)]
    return found


def _is_head(cells: Sequence[str], columns: int) -> bool:
    plain = [cell.strip() for cell in cells]
    numbers = [str(n) for n in range(1, columns + 1)]
    if "1" not in plain:
        return False
    first = plain.index("1")
    behind = plain[first + columns : first + columns + 1]
    return first > 0 and plain[first : first + columns] == numbers and behind != [str(columns + 1)]


def _letter(cells: Sequence[str]) -> str:
    return next((cell.strip().upper() for cell in cells if cell.strip()), "")

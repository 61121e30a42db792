"""Reads: what an instrument file holds of one plate, and the plate grid most of them are laid out in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from biowright.core import FormatError

from ..plates import parse_well, well_name
from .sheets import Row, Sheet

__all__ = ["Instrument", "Read", "find_grids", "refuse_kinetic"]

# MARS writes the rows AA to AF of 1536 wells as a to f
_LETTERS = re.compile(r"^[A-Z]$|^A[A-F]$|^[a-f]$")


@dataclass(frozen=True, slots=True)
class Read:
    """One reading of one plate.

    Parameters
    ----------
    label : str
        What the instrument calls it: ``Raw Data (450)``, ``Luminescence 1``.
    plate : str
        The plate as the file names it; "" where it does not.
    values : dict of str to (int, str)
        For each well (``A01``) the line and the text of its value.
    """

    label: str
    plate: str
    values: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A kind of instrument file.

    Parameters
    ----------
    name : str
        The software that writes it.
    recognise : callable
        Whether some sheets are such a file.
    read : callable
        The endpoint reads of the sheets, in their order; takes the sheets and the path for messages.
        It raises FormatError where the file holds none.
    """

    name: str
    recognise: Callable[[Sequence[Sheet]], bool]
    read: Callable[[Sequence[Sheet], str], list[Read]]


def find_grids(rows: Sequence[Row]) -> Iterator[tuple[int, dict[str, tuple[int, str]]]]:
    """Find plate grids of any size: 1, 2, ... on top, rising letters on the left; rows may be missing.

    Yields
    ------
    int, dict
        The place of the grid's head in `rows`, and for each well the line and text of its value. Cells
        behind the last column do not count.
    """
    at = 0
    while at < len(rows):
        width, first = _head(rows[at][1])
        values: dict[str, tuple[int, str]] = {}
        row, last = 0, -1
        while width and at + 1 + row < len(rows):
            line, cells = rows[at + 1 + row]
            letter = next((cell for cell in cells[:first] if cell), "")
            if not _LETTERS.match(letter):
                break
            letter = f"A{letter.upper()}" if letter.islower() else letter
            place = parse_well(f"{letter}1", 1536)[0]
            if place <= last:
                break
            found = [*cells[first:], *[""] * width][:width]
            values.update({well_name(place, c): (line, cell) for c, cell in enumerate(found)})
            row, last = row + 1, place
        if values:
            yield at, values
        at += 1 + row


def refuse_kinetic(name: str, path: str, line: int | None = None) -> FormatError:
    """Make the error for a file that holds a course in time instead of one value a well."""
    return FormatError(
        f"{name} wrote a kinetic read: many values a well",
        path=path,
        line=line,
        expected="an endpoint read: one value a well",
        hint="export the reduced value (slope, maximum or end point), one a well",
    )


def _head(cells: Sequence[str]) -> tuple[int, int]:
    """Give how many columns a grid's head counts, and where its 1 stands; 0 where it is none."""
    for first, cell in enumerate(cells):
        if cell in ("1", "01"):
            width = 0
            while first + width < len(cells) and cells[first + width].lstrip("0") == str(width + 1):
                width += 1
            return (width, first) if first > 0 and width > 1 else (0, 0)
    return 0, 0

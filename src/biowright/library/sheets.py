"""Rows of tables, whatever they are kept in: CSV, TSV, packed or not, .xls and .xlsx."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from biowright.core import FormatError, InputError
from biowright.formats import open_source

__all__ = ["rows_of"]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_LONGEST_CELL = 1 << 30


def rows_of(
    path: str | PathLike[str], sheet: str | None = None, delimiter: str | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Walk the rows of a table as text, each with its number from 1.

    Parameters
    ----------
    path : path
    sheet : str, optional
        Of a workbook; the first by default.
    delimiter : str, optional
        Of text; found from the first line by default: tab, semicolon or comma.

    Raises
    ------
    FormatError, InputError
        The file cannot be read, or has no such sheet.
    """
    with open_source(path) as source:
        if source.head.startswith((_ZIP, _OLE)):
            yield from _workbook(source.name, source.bytes(), sheet)
            return
        text = source.text()
    first = text.partition("\n")[0]
    if delimiter is None:
        delimiter = max("\t;,", key=lambda mark: (first.count(mark), mark == ","))
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        line = 1
        for row in rows:
            yield line, row
            line = rows.line_num + 1
    except csv.Error as error:
        raise FormatError(f"the table is broken ({error})", path=path, line=line) from None


def _workbook(name: str, data: bytes, sheet: str | None) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise InputError(
                f"there is no sheet '{sheet}'", path=name, expected=f"one of {', '.join(names)}"
            )
        rows = book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise FormatError(f"the workbook cannot be read ({error})", path=Path(name)) from None
    for line, row in enumerate(rows, 1):
        yield line, [_text(cell) for cell in row]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)

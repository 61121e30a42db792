"""From a file's bytes to sheets of text cells: workbooks, and delimited text in any usual encoding."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass

from biowright.core import FormatError

__all__ = ["Row", "Sheet", "read_sheets"]

Row = tuple[int, list[str]]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_LIMIT = 200_000_000  # bytes that a workbook may unpack to
_CELLS = 5_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook, or a whole text file.

    Parameters
    ----------
    name : str
        Of the sheet; "" for a text file.
    rows : list of (int, list of str)
        Line numbers from 1 and the cells as text, blanks around them taken away.
    """

    name: str
    rows: list[Row]


def read_sheets(data: bytes, path: str) -> list[Sheet]:
    """Read a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods) or delimited text.

    Parameters
    ----------
    data : bytes
        The file.
    path : str
        For messages.

    Returns
    -------
    list of Sheet
        Those that are not empty.

    Raises
    ------
    FormatError
        The workbook is damaged, or unpacks to more than 200 MB.
    """
    if data.startswith((_ZIP, _OLE)):
        return _workbook(data, path)
    text = decode(data)
    counts = {mark: text.count(mark) for mark in "\t;,"}
    delimiter = max(counts, key=counts.__getitem__)
    lines = io.StringIO(text, newline="")
    try:
        reader = csv.reader(lines, delimiter=delimiter)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise FormatError(f"this is no delimited text ({error})", path=path) from None
    return [Sheet("", rows)] if any(any(row) for _, row in rows) else []


def decode(data: bytes) -> str:
    """Decode text by its mark; without one UTF-8, else Latin 1 (numbers and wells are ASCII)."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _workbook(data: bytes, path: str) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        if data.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(data)) as parts:
                size = sum(part.file_size for part in parts.infolist())
            if size > _LIMIT:
                raise FormatError(
                    f"the workbook unpacks to {size / 1e6:,.0f} MB",
                    path=path,
                    hint="save the sheet with the readings alone",
                )
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = []
        for name in book.sheet_names:
            page = book.get_sheet_by_name(name)
            if page.total_height * page.total_width > _CELLS:
                raise FormatError(f"the sheet '{name}' has over {_CELLS:,} cells", path=path)
            # empty rows on top count, so that line numbers are those of the sheet
            cells = page.to_python(skip_empty_area=False)
            rows = [(n, [_text(cell) for cell in row]) for n, row in enumerate(cells, 1)]
            if any(any(row) for _, row in rows):
                sheets.append(Sheet(name, rows))
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError) as error:
        raise FormatError(
            f"the workbook cannot be read ({error})", path=path, hint="save it again, or as CSV"
        ) from None
    return sheets


def _text(cell: object) -> str:
    """Write a cell as text; whole numbers without a point, as column heads have them."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()

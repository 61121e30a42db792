"""Filled measurement tables: read, matched to the plate map, refused where they do not fit.

A table has a column of wells, one column a quantity, and perhaps columns for plate and design. Unit and
quantity may stand together in the head: ``OD600 [1]``, ``titre (mg/L)``. Decimal commas are read where
the table shows that it uses them. Lines before the table, as instruments write them, are passed over. A
plate grid (1 to 12 over A to H) is read too, where there is one quantity and one plate. A name such as
NA is a name; an empty cell is a missing value, and a missing value is not zero.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from biowright.core import FormatError, InputError, UnitError, suggest

from .cells import guard_cell, unguard_cell
from .grids import find_grid
from .plates import Well, parse_well, well_name

__all__ = ["Reading", "match_rows", "read_measurements", "template"]

_UNIT = re.compile(r"^(.*?)\s*[\[(]\s*([^\])]*)\s*[\])]\s*$")
_NAME = re.compile(r"^\s*[A-Za-z]{1,2}\s*\d{1,2}\s*$")
_WELLS = ("well", "well position", "position", "wells")
_COMMA = re.compile(r"^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$")
_MISSING = frozenset(
    {"", "-", "--", "n/a", "n.a.", "nan", "#n/a", "overflow", "ovrflw", "over", "*****", "masked"}
)

_Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one well.

    Parameters
    ----------
    plate : int
    well : str
        With two digits, ``A01``.
    design : str
    quantity : str
    value : float, optional
        None where the table has no value.
    unit : str
    """

    plate: int
    well: str
    design: str
    quantity: str
    value: float | None
    unit: str


def read_measurements(
    text: str,
    layout: Sequence[Well],
    quantities: Mapping[str, str],
    *,
    wells: int = 96,
    path: str = "measurements",
) -> list[Reading]:
    """Read a filled table and match it to the plate map.

    Parameters
    ----------
    text : str
        CSV with commas, semicolons or tabs: a table with a column of wells, or a plate grid, of which
        the wells that are empty in the plate map are passed over.
    layout : sequence of Well
        What stands where.
    quantities : mapping of str to str
        The quantities that are wanted, with their units ("" for plain numbers).
    wells : int
        Of a plate.
    path : str
        For messages.

    Returns
    -------
    list of Reading
        In the order of the layout; every well of the layout occurs for every quantity.

    Raises
    ------
    FormatError, InputError, UnitError
        A column is missing, a well is unknown, doubled or empty in the plate map, the design in the
        table disagrees with the plate map, a value is no number, a unit does not match. Everything that
        is wrong is told at once.
    """
    rows, head, at, grid = _rows(text, quantities, wells, path)
    return match_rows(rows, head, at, layout, quantities, wells=wells, path=path, whole=grid)


def match_rows(
    rows: Sequence[tuple[int, list[str]]],
    head: Sequence[str],
    at: int,
    layout: Sequence[Well],
    quantities: Mapping[str, str],
    *,
    wells: int,
    path: str,
    whole: bool,
) -> list[Reading]:
    """Match the rows of a table to the plate map, as `read_measurements` says.

    Parameters
    ----------
    rows : sequence of (int, list of str)
        Line numbers and cells, as many as `head` has.
    head : sequence of str
        The names of the columns; `at` is their line.
    layout, quantities, wells, path
        As of `read_measurements`.
    whole : bool
        Whether the rows are all wells of plates, so that those empty in the plate map are passed over.
    """
    names = _plain(head)
    columns = {
        "well": _column(names, _WELLS),
        "plate": _column(names, ("plate", "plate number", "plate id")),
        "design": _column(names, ("design", "id", "sample", "sample id", "content", "name")),
    }
    places = {}
    for quantity, unit in quantities.items():
        index = _column(names, (quantity.lower(),))
        if index is None:
            raise FormatError(
                f"the table has no column '{quantity}'",
                path=path,
                line=at,
                hint=suggest(quantity.lower(), names) or f"it has: {', '.join(head)}",
            )
        stated = _UNIT.match(head[index])
        if stated and not same_unit(stated[2], unit):
            raise UnitError(
                f"column '{head[index]}' is in {stated[2] or 'plain numbers'}, the objective "
                f"'{quantity}' in {unit or 'plain numbers'}",
                path=path,
                line=at,
                hint="convert the column, or change the campaign's unit",
            )
        places[quantity] = index
    expected = {(well.plate, well.name): well for well in layout}
    several = len({well.plate for well in layout}) > 1
    found: dict[tuple[int, str], dict[str, float | None]] = {}
    problems: list[str] = []
    comma = any(_COMMA.match(row[i].strip()) for _, row in rows for i in places.values())
    point = any("." in row[i] for _, row in rows for i in places.values())
    if comma and point:
        problems.append("decimal commas and decimal points in one table: write all with points")
    for line, row in rows:
        try:
            key = _place(row, columns, wells, several)
            well = expected.get(key)
            if well is None:
                # a reader reads the whole plate; a row of a table is there on purpose
                if not whole and any(row[i].strip() for i in places.values()):
                    problems.append(
                        f"line {line}: plate {key[0]}, well {key[1]} is empty in the plate map"
                    )
                continue
            if key in found:
                problems.append(f"line {line}: plate {key[0]}, well {key[1]} stands there twice")
                continue
            design = columns["design"]
            told = "" if design is None else row[design].strip()
            if told and unguard_cell(told) != well.design.strip() != told:
                problems.append(
                    f"line {line}: well {key[1]} holds '{well.design}' in the plate map, not "
                    f"'{told}'"
                )
            found[key] = {q: _number(row[i], comma, q) for q, i in places.items()}
        except InputError as error:
            problems.append(f"line {line}: {error}")
    absent = [key for key in expected if key not in found]
    if absent:
        some = ", ".join(f"{p}:{w}" if several else w for p, w in absent[:8])
        problems.append(
            f"{len(absent)} wells of the plate map are not in the table ({some}"
            f"{', ...' if len(absent) > 8 else ''}): leave their values empty, but keep the rows"
        )
    if problems:
        shown = problems[:12] + ([f"and {len(problems) - 12} more"] if len(problems) > 12 else [])
        raise InputError(
            "the table does not fit the plate map; nothing was taken in\n  " + "\n  ".join(shown),
            path=path,
        )
    return [
        Reading(well.plate, well.name, well.design, quantity, found[key][quantity], unit)
        for key, well in expected.items()
        for quantity, unit in quantities.items()
    ]


def same_unit(stated: str, wanted: str) -> bool:
    """Tell whether two units are written differently but mean the same."""
    plain = {"", "1", "-", "a.u.", "au", "none"}
    if stated in plain and wanted in plain:
        return True
    return stated.replace("µ", "u").replace("μ", "u").replace(" ", "") == wanted.replace(
        "µ", "u"
    ).replace("μ", "u").replace(" ", "")


def _rows(
    text: str, quantities: Mapping[str, str], wells: int, path: str
) -> tuple[list[_Row], list[str], int, bool]:
    """Find the table in a file: its rows, its head and the head's line, and whether it is a grid."""
    if not text.strip():
        raise FormatError("the table is empty", path=path, hint="fill in the template")
    error: FormatError | None = None
    for delimiter in sorted("\t;,", key=text.count, reverse=True):
        try:
            lines = _split(text, delimiter, path)
        except FormatError as problem:
            error = error or problem
            continue
        for start, (at, row) in enumerate(lines):
            head = [cell.strip() for cell in row]
            if _column(_plain(head), _WELLS) is not None and len(head) > 1:
                return _body(lines[start + 1 :], head, path), head, at, False
        grid = find_grid(lines, wells, path)
        if grid is not None:
            if len(quantities) > 1:
                raise FormatError(
                    f"a plate grid holds one quantity, not {', '.join(quantities)}",
                    path=path,
                    hint="make a table with a column 'well' and one column a quantity",
                )
            return grid, ["well", *quantities], grid[0][0], True
    if error is not None:
        raise error
    at, row = next(line for line in lines if any(line[1]))
    raise FormatError(
        "the table has no column of wells",
        path=path,
        line=at,
        expected="a column named 'well'",
        hint=suggest("well", _plain(row)) or "a plate grid is read as well: 1 to 12 over A to H",
    )


def _split(text: str, delimiter: str, path: str) -> list[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, row) for row in reader if not "".join(row[:1]).startswith("#")]
    except csv.Error as error:
        raise FormatError(f"this is no CSV ({error})", path=path, line=reader.line_num) from None


def _body(lines: Sequence[_Row], head: Sequence[str], path: str) -> list[_Row]:
    """Take the rows under a head; behind a blank line only those that name a well."""
    at = _column(_plain(head), _WELLS)
    assert at is not None
    rows: list[_Row] = []
    blank = False
    for line, row in lines:
        if not any(cell.strip() for cell in row):
            blank = bool(rows)
            continue
        if blank and not (len(row) > at and _NAME.match(row[at])):
            break
        if any(cell.strip() for cell in row[len(head) :]):
            raise FormatError(
                f"{len(row)} cells under {len(head)} column names",
                path=path,
                line=line,
                hint="decimal commas in a table with commas need quotes or semicolons",
            )
        rows.append((line, row[: len(head)] + [""] * (len(head) - len(row))))
    if not rows:
        raise FormatError("the table has no rows", path=path, hint="fill in the template")
    return rows


def _plain(head: Sequence[str]) -> list[str]:
    return [_UNIT.sub(r"\1", name).strip().lower() for name in head]


def _column(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _place(
    row: Sequence[str], columns: Mapping[str, int | None], wells: int, several: bool
) -> tuple[int, str]:
    assert columns["well"] is not None
    name = well_name(*parse_well(row[columns["well"]], wells))
    if columns["plate"] is None:
        if several:
            raise InputError("there are several plates", hint="add a column 'plate'")
        return 1, name
    text = row[columns["plate"]].strip()
    digits = re.search(r"\d+$", text)
    if not text and not several:
        return 1, name
    if digits is None:
        raise InputError(f"'{text}' is no plate number")
    return int(digits[0]), name


def _number(text: str, comma: bool, quantity: str) -> float | None:
    text = text.strip()
    if text.lower() in _MISSING:
        return None
    try:
        value = float(text.replace(",", ".") if comma else text)
    except ValueError:
        raise InputError(
            f"{quantity} = '{text}' is no number", hint="leave it empty if there is none"
        ) from None
    if not math.isfinite(value):
        raise InputError(f"{quantity} = '{text}' is not finite")
    return value


def template(layout: Sequence[Well], quantities: Mapping[str, str]) -> Iterator[list[str]]:
    """Give the rows of an empty measurement table for a plate map, the head first."""
    yield ["plate", "well", "design", "role"] + [
        f"{quantity} [{unit}]" if unit else quantity for quantity, unit in quantities.items()
    ]
    for well in layout:
        yield [str(well.plate), well.name, guard_cell(well.design), well.role] + [""] * len(
            quantities
        )

"""Filled measurement tables: read, matched to the plate map, refused where they do not fit.

A table has a column of wells, one column a quantity, and perhaps columns for plate and design. Unit and
quantity may stand together in the head: ``OD600 [1]``, ``titre (mg/L)``. Decimal commas are read where
the table shows that it uses them. A name such as NA is a name; an empty cell is a missing value, and a
missing value is not zero.
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
from .plates import Well, parse_well, well_name

__all__ = ["Reading", "read_measurements", "template"]

_UNIT = re.compile(r"^(.*?)\s*[\[(]\s*([^\])]*)\s*[\])]\s*$")
_COMMA = re.compile(r"^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$")
_MISSING = frozenset({"", "-", "--", "n/a", "n.a.", "nan", "#n/a", "overflow", "ovrflw"})


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
        CSV with commas, semicolons or tabs.
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
    rows, head, at = _rows(text, path)
    names = [_UNIT.sub(r"\1", name).strip().lower() for name in head]
    columns = {
        "well": _column(names, ("well", "well position", "position", "wells")),
        "plate": _column(names, ("plate", "plate number", "plate id")),
        "design": _column(names, ("design", "id", "sample", "sample id", "content", "name")),
    }
    if columns["well"] is None:
        raise FormatError(
            "the table has no column of wells",
            path=path,
            line=at,
            expected="a column named 'well'",
            hint=suggest("well", names),
        )
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
                if any(row[i].strip() for i in places.values()):
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


def _rows(text: str, path: str) -> tuple[list[tuple[int, list[str]]], list[str], int]:
    if not text.strip():
        raise FormatError("the table is empty", path=path, hint="fill in the template")
    first = next(line for line in text.splitlines() if line.strip())
    delimiter = max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    head: list[str] | None = None
    at = 1
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row) or row[0].startswith("#"):
                continue
            if head is None:
                head, at = [cell.strip() for cell in row], reader.line_num
            elif len(row) > len(head) and any(cell.strip() for cell in row[len(head) :]):
                raise FormatError(
                    f"{len(row)} cells under {len(head)} column names",
                    path=path,
                    line=reader.line_num,
                    hint="decimal commas in a table with commas need quotes or semicolons",
                )
            else:
                cells = row[: len(head)] + [""] * (len(head) - len(row))
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise FormatError(f"this is no CSV ({error})", path=path, line=reader.line_num) from None
    if head is None or not rows:
        raise FormatError("the table has no rows", path=path, hint="fill in the template")
    return rows, head, at


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

"""Tables of candidates and measurements as CSV files, and the table of picks.

No cell is taken for a missing value but an empty one: ``NA``, ``None`` and ``inf`` are names.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from biowright.core import InputError, suggest
from biowright.formats import open_output

from .answers import Recommendation
from .measured import Measured
from .table import Table, as_number

__all__ = ["Candidates", "Data", "read_candidates", "read_data", "read_measured", "write_picks"]

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """A file of candidates: its head and rows as they stand, the space, and numbers beside it."""

    path: str
    head: list[str]
    rows: list[list[str]]
    table: Table
    beside: dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A file of designs and values: entry ``i`` of each is a well; `table` names wells by number."""

    table: Table
    values: np.ndarray
    groups: list[Hashable] | None
    order: list[Hashable] | None
    notices: tuple[str, ...]


def read_candidates(path: PathLike, *, beside: Sequence[str] = ()) -> Candidates:
    """Read candidates: a column `id` and either a column `sequence` or factors.

    The columns named in `beside` (zero-shot scores, costs) hold numbers and are no factors.

    Raises
    ------
    InputError
        The file has no such columns, a row is ragged, an id is empty or there twice.
    """
    head, rows, lines = _read(path)
    at = _column(head, "id", path, "a column that names each candidate")
    seen: dict[str, int] = {}
    for row, line in zip(rows, lines, strict=True):
        key = row[at]
        if not key:
            raise InputError("the id is empty", path=path, line=line, hint="name each candidate")
        if key in seen:
            raise InputError(
                f"the id '{key}' is in line {seen[key]} already",
                path=path,
                line=line,
                hint="give each candidate its own id; replicates belong into the measurements",
            )
        seen[key] = line
    if not rows:
        raise InputError("there are no candidates", path=path, hint="add a row for each")
    numbers = {name: _numbers(head, rows, lines, name, path) for name in beside}
    table = _table(list(seen), head, rows, lines, {"id", *beside}, path, [])
    return Candidates(str(path), head, rows, table, numbers)


def read_measured(
    path: PathLike, table: Table, target: str, *, plate: str | None = None
) -> tuple[Measured, tuple[str, ...]]:
    """Read measurements of candidates: a column `id` and one of values; a repeat is a replicate.

    Returns
    -------
    Measured, tuple of str
        The wells, and notices: rows without a value are left out and counted.

    Raises
    ------
    InputError
        An id is no candidate, a value no number; with the line.
    """
    head, rows, lines = _read(path)
    at = _column(head, "id", path, "the candidates' ids")
    of = _column(head, target, path, "the measured quantity")
    plate_at = None if plate is None else _column(head, plate, path, "the wells' plates")
    designs, values, plates = [], [], []
    missing = 0
    for row, line in zip(rows, lines, strict=True):
        try:
            table.locate(row[at])
        except InputError as error:
            hint = error.hint or "add it to the candidates, or leave the row out"
            raise InputError(error.what, path=path, line=line, hint=hint) from None
        value = _value(row[of], target, path, line)
        if value is None:
            missing += 1
            continue
        designs.append(row[at])
        values.append(value)
        if plate_at is not None:
            plates.append(row[plate_at])
    measured = Measured(designs, values, plates if plate_at is not None else None)
    return measured, _tell_missing(missing, target)


def read_data(
    path: PathLike, target: str, *, group: str | None = None, order: str | None = None
) -> Data:
    """Read designs and their values, one row a well.

    The designs are a column `sequence`, or all columns other than `id`, the target, the group and
    the order. Rows with the same design are replicates.
    """
    head, rows, lines = _read(path)
    of = _column(head, target, path, "the measured quantity")
    group_at = None if group is None else _column(head, group, path, "the groups")
    order_at = None if order is None else _column(head, order, path, "the order")
    kept, kept_lines, values = [], [], []
    for row, line in zip(rows, lines, strict=True):
        value = _value(row[of], target, path, line)
        if value is not None:
            kept.append(row)
            kept_lines.append(line)
            values.append(value)
    notices = list(_tell_missing(len(rows) - len(kept), target))
    if not kept:
        raise InputError(f"no row has a value of '{target}'", path=path)
    spoken = {"", "id", target, group, order}
    table = _table(range(len(kept)), head, kept, kept_lines, spoken, path, notices)
    for k, column in enumerate(table.columns):
        if column.kind == "number" and len(column.levels) > 10:
            level = np.asarray(column.levels, dtype=float)[table.rows[:, k]]
            match = abs(float(np.corrcoef(level, values)[0, 1])) if np.ptp(values) else 0.0
            if match > 0.95:
                notices.append(
                    f"'{column.name}' follows '{target}' (r = {match:.2f}): is it a result, "
                    "no factor? Then take it out"
                )
    ordered: list[Hashable] | None = None
    if order_at is not None:
        entries = zip(kept, kept_lines, strict=True)
        ordered = [_order(row[order_at], order, path, line) for row, line in entries]
        if any(isinstance(entry, str) for entry in ordered):
            ordered = [str(entry) for entry in ordered]
    return Data(
        table,
        np.array(values),
        None if group_at is None else [row[group_at] for row in kept],
        ordered,
        tuple(notices),
    )


def write_picks(
    path: PathLike,
    candidates: Candidates,
    result: Recommendation,
    target: str,
    *,
    force: bool = False,
) -> None:
    """Write the picked candidates' rows in order of preference, with what is foretold and why."""
    row_of = {row[candidates.head.index("id")]: row for row in candidates.rows}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    added = [f"{target}_mean", f"{target}_low", f"{target}_high", "reason"]
    clash = [name for name in added if name in candidates.head]
    if clash:
        raise InputError(
            f"the candidates have a column '{clash[0]}', which the picks add",
            path=candidates.path,
            hint="rename it",
        )
    writer.writerow([*candidates.head, *added])
    for pick in result.picks:
        foretold = ["" if x is None else f"{x:.6g}" for x in (pick.mean, pick.low, pick.high)]
        writer.writerow([*row_of[pick.id], *foretold, pick.reason])
    with open_output(path, force=force) as output:
        output.write(text.getvalue().encode("utf-8"))


def _read(path: PathLike) -> tuple[list[str], list[list[str]], list[int]]:
    """Read a CSV file: its head, its rows and the line in which each row ends."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        what = error.strerror or str(error)
        raise InputError(f"the file cannot be read ({what})", path=path) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "save it as CSV in UTF-8"
        raise InputError("this is no text in UTF-8", path=path, line=line, hint=hint) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines = [], []
    head: list[str] | None = None
    try:
        for row in reader:
            if not row or not any(row):
                continue
            if head is None:
                head = [name.strip() for name in row]
            elif len(row) != len(head):
                raise InputError(
                    f"{len(row)} cells where the head has {len(head)}",
                    path=path,
                    line=reader.line_num,
                    hint="quote a cell that holds a comma; decimals take a point",
                )
            else:
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(str(error), path=path, line=reader.line_num) from None
    if head is None:
        raise InputError("the file is empty", path=path, hint="give at least the head of the table")
    named = [name for name in head if name]
    if len(set(named)) != len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise InputError(f"two columns are named '{twice}'", path=path, line=1, hint="rename one")
    return head, rows, lines


def _column(head: Sequence[str], name: str, path: PathLike, meaning: str) -> int:
    if name in head:
        return head.index(name)
    separated = "the cells are separated by commas" if len(head) == 1 else f"it holds {meaning}"
    raise InputError(
        f"there is no column '{name}'", path=path, line=1, hint=suggest(name, head) or separated
    )


def _value(cell: str, target: str, path: PathLike, line: int) -> float | None:
    if not cell:
        return None
    value = as_number(cell)
    if value is None:
        comma = as_number(cell.replace(",", ".")) is not None
        raise InputError(
            f"the value of '{target}' is '{cell}', which is no finite number",
            path=path,
            line=line,
            hint="write a decimal point" if comma else "leave a missing measurement empty",
        )
    return value


def _numbers(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    name: str,
    path: PathLike,
) -> np.ndarray:
    at = _column(head, name, path, "a number for each candidate")
    values = [_value(row[at], name, path, line) for row, line in zip(rows, lines, strict=True)]
    for value, line in zip(values, lines, strict=True):
        if value is None:
            raise InputError(f"'{name}' is empty", path=path, line=line, hint="fill the cell")
    return np.array(values, dtype=float)


def _order(cell: str, order: str | None, path: PathLike, line: int) -> Hashable:
    if not cell:
        raise InputError(f"the order '{order}' is empty", path=path, line=line)
    value = as_number(cell)
    return cell if value is None else value


def _table(
    ids: Sequence[Hashable],
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    lines: Sequence[int],
    spoken: set[str | None],
    path: PathLike,
    notices: list[str],
) -> Table:
    if "sequence" in head:
        at = head.index("sequence")
        for row, line in zip(rows, lines, strict=True):
            if not row[at] or not row[at].isascii():
                raise InputError("the sequence is empty or not plain letters", path=path, line=line)
        return Table.of_sequences(ids, [row[at] for row in rows])
    factors = {}
    for at, name in enumerate(head):
        if not name or name in spoken:
            continue
        cells = [row[at] for row in rows]
        texts = sum(as_number(cell) is None for cell in cells)
        if 0 < 2 * texts < len(cells) or "" in cells:
            k = next(k for k, cell in enumerate(cells) if as_number(cell) is None)
            raise InputError(
                f"the factor '{name}' holds '{cells[k]}'" if cells[k] else f"'{name}' is empty",
                path=path,
                line=lines[k],
                expected="a number" if 2 * texts < len(cells) else "a level",
                hint="fill the cell, or leave the column out",
            )
        if texts and len(cells) > 20 and len(set(cells)) == len(cells):
            notices.append(f"the column '{name}' names every row: it is no factor, and left out")
            continue
        factors[name] = cells
    if not factors:
        raise InputError(
            "there is neither a column 'sequence' nor a factor",
            path=path,
            line=1,
            hint="add one; the other columns are factors",
        )
    return Table.of_factors(ids, factors)


def _tell_missing(count: int, target: str) -> tuple[str, ...]:
    if not count:
        return ()
    rows = "row has" if count == 1 else "rows have"
    return (f"{count} {rows} no value of '{target}': left out, not taken for zero",)

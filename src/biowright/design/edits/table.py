"""The table of edits: one row an edit, every wrong row told at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from biowright.core import FormatError, InputError, suggest

from .change import Change, parse_change

__all__ = ["Request", "parse_table", "read_table"]

_COLUMNS = ("id", "gene", "change", "contig")
_LARGEST = 64 << 20
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Request:
    """One row of a table of edits.

    Parameters
    ----------
    id : str
    change : Change
    gene, contig : str
        Empty where the change does not need them.
    line : int
        In the table, from 1.
    """

    id: str
    change: Change
    gene: str = ""
    contig: str = ""
    line: int = 0


def read_table(path: str | Path) -> list[Request]:
    """Read a table of edits: CSV with commas, semicolons or tabs.

    It has the columns ``gene`` and ``change``, and may have ``id`` (made of gene and change otherwise)
    and ``contig``. Other columns are notes and passed over.

    Parameters
    ----------
    path : str or path

    Raises
    ------
    FormatError
        It is no text in UTF-8, or has no such columns, or no rows.
    InputError
        Rows are wrong; all of them are told, each with its line.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from None
    if len(raw) > _LARGEST:
        raise FormatError(f"the table has {len(raw):,} bytes", path=path, expected="at most 64 MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FormatError("the table is not in UTF-8", path=path, line=line) from None
    return parse_table(text, path=str(path))


def parse_table(text: str, *, path: str = "edits") -> list[Request]:
    """Read a table of edits from its text; see `read_table`."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise FormatError("the table is empty", path=path, expected="columns gene and change")
    delimiter = max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [
            (reader.line_num, [c.strip() for c in row])
            for row in reader
            if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise FormatError(f"this is no table ({error})", path=path, line=reader.line_num) from None
    at, head = rows[0]
    names = [name.lower() for name in head]
    if "change" not in names:
        raise FormatError(
            "the table has no column 'change'",
            path=path,
            line=at,
            hint=suggest("change", names) or f"it has: {', '.join(head)}",
        )
    doubled = [name for name in _COLUMNS if names.count(name) > 1]
    if doubled:
        raise FormatError(f"two columns are named '{doubled[0]}'", path=path, line=at)
    columns = {name: names.index(name) for name in _COLUMNS if name in names}
    requests, problems = _requests(rows[1:], columns)
    if problems:
        more = [f"and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
        raise InputError(
            "the table has wrong rows\n  " + "\n  ".join([*problems[:_SHOWN], *more]), path=path
        )
    if not requests:
        raise FormatError("the table has no rows", path=path, line=at)
    return requests


def _requests(
    rows: Iterable[tuple[int, list[str]]], columns: dict[str, int]
) -> tuple[list[Request], list[str]]:
    requests: list[Request] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        cells = {name: row[i] if i < len(row) else "" for name, i in columns.items()}
        gene, contig = cells.get("gene", ""), cells.get("contig", "")
        name = cells.get("id", "") or "_".join(filter(None, (gene, *cells["change"].split())))[:60]
        faults = []
        try:
            change = parse_change(cells["change"])
        except InputError as error:
            faults.append(str(error))
        else:
            if change.kind == "window" and gene:
                faults.append(
                    "coordinates are those of the genome (leave the gene empty, or name a residue)"
                )
            if change.kind != "window" and not gene:
                faults.append(f"a change '{cells['change']}' needs a gene")
        if name in seen:
            faults.append(f"'{name}' stands in line {seen[name]} already (give it an id)")
        seen.setdefault(name, line)
        problems += [f"line {line}: {fault}" for fault in faults]
        if not faults:
            requests.append(Request(name, change, gene, contig, line))
    return requests, problems

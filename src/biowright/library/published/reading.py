"""From a published table to parts with their measurements."""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any

from biowright.core import (
    Attributes,
    BiowrightError,
    InputError,
    Quantity,
    Record,
    Sequence,
    suggest,
)

from ..measurements import Measurement
from ..roles import find_role
from ..sheets import rows_of
from .cello import read_cello

__all__ = ["MeasuredPart", "Source", "read_source", "sources"]

MeasuredPart = tuple[Record, list[Measurement]]
_LETTERS = re.compile(r"[^A-Za-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where published measurements are, and how they are read.

    Parameters
    ----------
    id, title : str
    file : str
        Under the folder of reference data, or, for what the package ships, in its data.
    doi, licence : str
        The licence is "" where the publisher states none: such data is not shipped.
    shipped : bool
        Whether it is in the package.
    kind : str
        ``table`` or ``cello``.
    sheet, head, where : see `sources.toml`
    """

    id: str
    title: str
    file: str
    doi: str = ""
    licence: str = ""
    shipped: bool = False
    kind: str = "table"
    sheet: str | None = None
    delimiter: str | None = None
    head: int = 1
    where: Mapping[str, str] = field(default_factory=dict)
    skip: tuple[str, ...] = ()
    name: str = ""
    prefix: str = ""
    sequence: str = ""
    role: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    measured: tuple[Mapping[str, Any], ...] = ()
    protocol: str = ""


@cache
def sources() -> dict[str, Source]:
    """Give all sources that the library can read, by their identity."""
    text = (files("biowright.library") / "data" / "sources.toml").read_text(encoding="utf-8")
    found = {}
    for row in tomllib.loads(text)["source"]:
        row["measured"] = tuple(row.get("measured", ()))
        row["skip"] = tuple(row.get("skip", ()))
        found[row["id"]] = Source(**row)
    return found


def read_source(id: str, folder: str | PathLike[str] | None = None) -> Iterator[MeasuredPart]:
    """Walk the parts of a source, each with its measurements (of number 0).

    Parameters
    ----------
    id : str
    folder : path, optional
        The folder of reference data; None for what the package ships.

    Raises
    ------
    InputError
        There is no such source, or its file is not there.
    """
    known = sources()
    if id not in known:
        raise InputError(f"there is no source '{id}'", hint=suggest(id, known))
    source = known[id]
    if source.shipped:
        path = Path(str(files("biowright.library") / "data" / source.file))
    elif folder is None:
        raise InputError(
            f"'{source.title}' is not shipped: its licence does not allow it",
            hint=f"download it (doi:{source.doi}) and name the folder",
        )
    else:
        path = Path(folder) / source.file
    raw = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    reader = read_cello if source.kind == "cello" else _table
    try:
        yield from reader(source, path, raw)
    except BiowrightError as error:
        raise error.located(path=path) from None


def _table(source: Source, path: Path, raw: str) -> Iterator[MeasuredPart]:
    rows = rows_of(path, source.sheet, source.delimiter)
    columns: dict[str, int] = {}
    for line, row in rows:
        if not source.head:
            columns = {str(at): at for at in range(1, len(row) + 1)}
            columns = {key: at - 1 for key, at in columns.items()}
            if part := _part(source, columns, row, line, raw):
                yield part
            break
        if line == source.head:
            for at, name in enumerate(row):
                columns.setdefault(_clean(name), at)
            break
    for line, row in rows:
        if part := _part(source, columns, row, line, raw):
            yield part


def _clean(text: str) -> str:
    return re.sub(r"\s+", " ", text.strip().strip('"').strip())


def _part(
    source: Source, columns: Mapping[str, int], row: list[str], line: int, raw: str
) -> MeasuredPart | None:
    def cell(name: str) -> str:
        if name not in columns:
            raise InputError(
                f"the table has no column '{name}'", line=line, hint=suggest(name, columns)
            )
        at = columns[name]
        return _clean(row[at]) if at < len(row) else ""

    if any(cell(name) != value for name, value in source.where.items()):
        return None
    name = source.prefix + (cell(source.name) if source.name else str(line))
    letters = _LETTERS.sub("", cell(source.sequence))
    if not letters or name in source.skip or not set(letters.upper()) <= set("ACGTUN"):
        return None  # controls without a part, and remarks below the table
    context = dict(source.context) | {
        key: said for key, column in source.columns.items() if (said := cell(column))
    }
    measured = []
    for one in source.measured:
        value = _number(cell(one["value"]))
        if value is None:
            continue
        spread = _number(cell(one["uncertainty"])) if "uncertainty" in one else None
        replicates = [
            x for column in one.get("replicates", ()) if (x := _number(cell(column))) is not None
        ]
        count = _number(cell(one["n"])) if "n" in one else None
        n = int(count) if count else len(replicates) or one.get("count")
        measured.append(
            Measurement(
                0,
                one["quantity"],
                Quantity(value, one.get("unit", ""), spread, n),
                context,
                replicates=tuple(replicates),
                protocol=source.protocol,
                raw=raw,
                doi=source.doi,
                licence=source.licence,
            )
        )
    if not measured:
        return None
    annotations = Attributes({"role": find_role(source.role)} if source.role else {})
    record = Record(Sequence(letters.upper()), name, annotations=annotations)
    return record, measured


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None

"""Tables of measurements, one row each: read and checked, and what does not fit told with its line."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from biowright.core import BiowrightError, FormatError, InputError, Quantity, suggest
from biowright.core.units import find_unit
from biowright.formats import open_output

from .curves import Curve
from .measurements import CONTEXT, Measurement, measurements_of
from .parts import Refusal
from .sheets import rows_of

if TYPE_CHECKING:
    from .library import Library

__all__ = ["COLUMNS", "MeasureReport", "measure_file", "write_measurements"]

# what a column is, and the names that it goes by
COLUMNS = {
    "part": ("part", "name", "id", "part name", "part id"),
    "quantity": ("quantity", "property", "measured"),
    "value": ("value", "mean", "average"),
    "unit": ("unit", "units"),
    "uncertainty": ("uncertainty", "sd", "std", "standard deviation", "stdev"),
    "n": ("n", "replicate count", "repeats"),
    "replicates": ("replicates", "replicate values"),
    "protocol": ("protocol", "method"),
    "raw": ("raw", "raw data", "sha256"),
    "curve": ("curve",),
    "doi": ("doi",),
    "licence": ("licence", "license"),
}
_NAMES = {name: field for field, names in COLUMNS.items() for name in names}
_CONTEXT_NAMES = {
    **{name: name for name in CONTEXT},
    "strain": "host", "organism": "host", "plasmid": "vector", "backbone": "vector",
    "media": "medium", "temp": "temperature",
}  # fmt: skip
_COMMA = re.compile(r"[<>]?\s*[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_NEEDED = ("part", "quantity", "value")


@dataclass(frozen=True, slots=True)
class MeasureReport:
    """What became of a table of measurements.

    Parameters
    ----------
    added : int
    known : int
        How many were there already.
    refused : tuple of Refusal
        The rows that do not fit, each with its line and the reason.
    """

    added: int
    known: int
    refused: tuple[Refusal, ...] = ()


def measure_file(
    library: Library,
    path: str | PathLike[str],
    *,
    sheet: str | None = None,
    context: Mapping[str, str] | None = None,
    doi: str = "",
    licence: str = "",
    protocol: str = "",
) -> MeasureReport:
    """Read a table of measurements into a library: see `Library.measure_file`."""
    raw = hashlib.sha256(Path(path).read_bytes()).hexdigest() if Path(path).is_file() else ""
    rows = rows_of(path, sheet)
    filled = _filled(rows)
    line, head = next(filled, (1, []))
    table = _Table(head, str(path), line)
    constants = {"doi": doi, "licence": licence, "protocol": protocol, "raw": raw}
    given = {_context_key(key): value for key, value in (context or {}).items()}
    measured: list[Measurement] = []
    refused: list[Refusal] = []
    known: dict[str, int] = {}
    for line, cells in filled:
        try:
            values = table.cells(cells)
            name = values.get("part", "")
            if name not in known:
                known[name] = library.find(name)
            measured.append(table.measurement(known[name], values, constants, given))
        except BiowrightError as error:
            reason = error.what + (f" ({error.hint})" if error.hint else "")
            refused.append(Refusal(str(path), line, _first(cells), reason))
    added, there = library.measure(measured) if measured else (0, 0)
    return MeasureReport(added, there, tuple(refused))


def _filled(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    return ((line, row) for line, row in rows if any(cell.strip() for cell in row))


def _first(cells: list[str]) -> str:
    return next((cell.strip()[:40] for cell in cells if cell.strip()), "")


def _plain(head: str) -> str:
    return re.sub(r"[\s_\-]+", " ", head.strip().lower())


def _context_key(head: str) -> str:
    plain = _plain(head)
    if plain.startswith(("context.", "context ")):
        return plain[8:].strip()
    if plain in _CONTEXT_NAMES:
        return _CONTEXT_NAMES[plain]
    raise InputError(
        f"the library does not know what '{head}' is",
        hint=suggest(plain, [*_NAMES, *_CONTEXT_NAMES]) or "write 'context.NAME' for a condition",
    )


class _Table:
    """The columns of a table of measurements."""

    def __init__(self, head: list[str], path: str, line: int) -> None:
        self.path = path
        self.fields: dict[str, int] = {}
        self.context: dict[str, int] = {}
        for at, text in enumerate(head):
            if not text.strip():
                continue
            plain = _plain(text)
            try:
                where, key = (
                    (self.fields, _NAMES[plain])
                    if plain in _NAMES
                    else (self.context, _context_key(text))
                )
            except InputError as error:
                raise error.located(path=path, line=line) from None
            if key in where:
                raise FormatError(f"two columns say '{key}'", path=path, line=line)
            where[key] = at
        missing = [field for field in _NEEDED if field not in self.fields]
        if missing:
            raise FormatError(
                f"there is no column '{missing[0]}'",
                path=path,
                line=line,
                expected="the columns part, quantity, value, and perhaps unit, uncertainty, n, "
                "host, medium, temperature, protocol, doi, licence",
            )
        self.width = len(head)

    def cells(self, row: list[str]) -> dict[str, str]:
        if len(row) > self.width and any(cell.strip() for cell in row[self.width :]):
            raise FormatError(f"there are {len(row)} cells under {self.width} column names")
        row = row + [""] * (self.width - len(row))
        return {field: row[at].strip() for field, at in self.fields.items()} | {
            f"context.{key}": row[at].strip() for key, at in self.context.items()
        }

    def measurement(
        self,
        number: int,
        values: Mapping[str, str],
        constants: Mapping[str, str],
        given: Mapping[str, str],
    ) -> Measurement:
        context = dict(given) | {
            key.removeprefix("context."): value
            for key, value in values.items()
            if key.startswith("context.") and value
        }
        said = {key: values.get(key) or constants[key] for key in constants}
        if (
            "raw" in self.fields
        ):  # a table that tells of raw data knows better than its own checksum
            said["raw"] = values.get("raw", "")
        if values.get("curve"):
            if values["value"]:
                raise InputError("a row has a value or a curve, not both")
            return Measurement(
                number, values["quantity"], None, context, curve=_curve(values["curve"]), **said
            )
        unit = find_unit(values.get("unit", "")).symbol
        text = values["value"]
        censoring = text[0] if text[:1] in ("<", ">") else ""
        value = _number(text.removeprefix(censoring), "value")
        spread = values.get("uncertainty", "")
        n = values.get("n", "")
        replicates = [
            _number(word, "replicate")
            for word in re.split(r"[;\s|]+", values.get("replicates", ""))
            if word
        ]
        count = _whole(n) if n else len(replicates) or None
        own = {"reference": context["reference"]} if "reference" in context else {}
        return Measurement(
            number,
            values["quantity"],
            Quantity(value, unit, _number(spread, "uncertainty") if spread else None, count, own),
            context,
            censoring,
            tuple(replicates),
            **said,
        )


def _curve(text: str) -> Curve:
    try:
        document = json.loads(text)
        return Curve.of(document)
    except (ValueError, TypeError, AttributeError):
        raise InputError(
            f"'{text[:40]}' is no curve",
            expected='JSON such as {"form": "hill repression", "x": ..., "y": ..., "parameters": ...}',
        ) from None


def write_measurements(
    library: Library, numbers: Iterable[int], path: str | PathLike[str], *, force: bool = False
) -> int:
    """Write what was measured of versions as a CSV that `measure_file` reads; give the rows.

    Parts stand under their names, by which another library finds them. Curves are JSON.

    Raises
    ------
    OutputError
        The file exists already, or cannot be written.
    """
    measured = measurements_of(library.database, numbers)
    names = {v.number: v.name for v in library.describe({m.number for m in measured})}
    keys = sorted({key for m in measured for key in m.context})
    head = [key for key in COLUMNS if key != "part"]
    with open_output(path, force=force) as output:
        stream = io.TextIOWrapper(output, "utf-8", newline="")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["part", *head, *(f"context.{key}" for key in keys)])
        for m in measured:
            said = m.document()
            value = "" if said["value"] is None else f"{said['censoring']}{said['value']!r}"
            cells = said | {
                "value": value,
                "replicates": " ".join(map(repr, m.replicates)),
                "curve": "" if m.curve is None else json.dumps(said["curve"], ensure_ascii=False),
            }
            row = [cells[key] if cells[key] is not None else "" for key in head]
            writer.writerow([names[m.number], *row, *(m.context.get(key, "") for key in keys)])
        stream.flush()
        stream.detach()
    return len(measured)


def _number(text: str, what: str) -> float:
    plain = text.strip()
    if not plain:
        raise InputError(f"the {what} is missing", hint="leave the row out: missing is not zero")
    if _COMMA.fullmatch(plain):
        raise InputError(f"'{text}' has a decimal comma", hint="write a decimal point")
    try:
        number = float(plain)
    except ValueError:
        raise InputError(f"'{text[:40]}' is no number for a {what}") from None
    if not math.isfinite(number):
        raise InputError(f"a {what} of {text}", hint="leave the row out")
    return number


def _whole(text: str) -> int:
    number = _number(text, "n")
    if number < 1 or number != int(number):
        raise InputError(f"'{text}' measurements", hint="n is a whole number from 1")
    return int(number)

"""From the campaign file's ``[space]`` to a design space."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from biowright.core import InputError, suggest
from biowright.design import (
    Conditions,
    Constructs,
    DesignSpace,
    ListedCandidates,
    ProteinVariants,
    fill_slots,
    parse_sites,
    read_parent,
)
from biowright.formats import read
from biowright.learn import Factor, Factors, SumLimit, Table

from .library_slots import fill_from_library
from .settings import ConditionSpace, ConstructSpace, ProteinSpace, TableSpace

__all__ = ["make_space", "read_rows"]


def make_space(
    space: ProteinSpace | ConstructSpace | ConditionSpace | TableSpace,
) -> DesignSpace:
    """Make the design space that a campaign file describes.

    Raises
    ------
    InputError
        Its files do not hold what the campaign file says.
    """
    match space:
        case ProteinSpace():
            protein, coding, name = read_parent(space.parent)
            return ProteinVariants(
                protein,
                parse_sites(space.sites, protein, space.first),
                space.alphabet.upper(),
                space.host,
                coding,
                space.mutations,
                space.first,
                name,
            )
        case ConstructSpace():
            return _constructs(space)
        case ConditionSpace():
            factors = tuple(
                Factor(f.name, "categorical", levels=tuple(map(_level, f.choices)))
                if f.choices
                else Factor(
                    f.name,
                    "integer" if f.integer else "continuous",
                    low=f.low,
                    high=f.high,
                    log=f.log,
                )
                for f in space.factors
            )
            sums = tuple(SumLimit(s.factors, s.at_least, s.at_most) for s in space.sums)
            return Conditions(Factors(factors=factors, sums=sums))
        case TableSpace():
            return _listed(space)


def _constructs(space: ConstructSpace) -> Constructs:
    if (space.parts is None) == (space.library is None):
        raise InputError(
            "the space needs either a parts file or a library",
            hint="say parts = 'parts.csv' or library = 'DIR' in [space]",
        )
    if space.library is not None:
        filled, parts = fill_from_library(space)
        return Constructs(filled, parts, space.exclusions)
    assert space.parts is not None
    for slot in space.slots:
        if slot.choose is not None or not slot.parts:
            raise InputError(
                f"slot {slot.name}: it names no parts of the file",
                hint="'choose' is for a library; of a file say parts = ['role:promoter']",
            )
    slots = [(slot.name, slot.parts) for slot in space.slots]
    filled, parts = fill_slots(slots, read(space.parts), path=space.parts)
    return Constructs(filled, parts, space.exclusions)


def _level(choice: str | float) -> str:
    return choice if isinstance(choice, str) else f"{choice:.15g}"


def _listed(space: TableSpace) -> ListedCandidates:
    rows = read_rows(space.file, space.id)
    columns = list(next(iter(rows.values()))[0][1])
    for column in (*space.factors, *filter(None, [space.sequence])):
        if column not in columns:
            raise InputError(
                f"the table has no column '{column}'",
                path=space.file,
                hint=suggest(column, columns),
            )
    for id, found in rows.items():
        if len(found) > 1:
            raise InputError(
                f"'{id}' stands in lines {found[0][0]} and {found[1][0]}",
                path=space.file,
                line=found[1][0],
                hint="a candidate has one row; measurements belong into another table",
            )
    single = {id: found[0][1] for id, found in rows.items()}
    try:
        if space.sequence is not None and not space.factors:
            sequences = [row[space.sequence] for row in single.values()]
            search = Table.of_sequences(list(single), sequences)
        else:
            names = space.factors or [name for name in columns if name != space.sequence]
            values = {name: [row[name] for row in single.values()] for name in names}
            search = Table.of_factors(list(single), values)
        return ListedCandidates(search, single, space.sequence, space.host)
    except InputError as error:
        line = rows[error.record][0][0] if error.record in rows else None
        raise InputError(
            error.what,
            path=space.file,
            line=line,
            record=error.record,
            expected=error.expected,
            hint=error.hint,
        ) from None


def read_rows(path: Path, id: str) -> dict[str, list[tuple[int, dict[str, str]]]]:
    """Read a CSV table by its column of identities.

    Returns
    -------
    dict
        For each identity its rows, each with its line and its other cells as text; a name such as NA is
        a name.

    Raises
    ------
    InputError
        There is no such column, a row has no identity, or the file cannot be read.
    """
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        text = data.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InputError(f"the table cannot be read ({error})", path=path) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    head = [name.strip() for name in next(_checked(reader, path), [])]
    if id not in head:
        raise InputError(
            f"the table has no column '{id}'", path=path, line=1, hint=suggest(id, head)
        )
    doubled = [name for name in head if head.count(name) > 1]
    if doubled:
        raise InputError(f"two columns are named '{doubled[0]}'", path=path, line=1)
    at = head.index(id)
    rows: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for row in _checked(reader, path):
        if not any(row):
            continue
        if len(row) != len(head):
            raise InputError(
                f"{len(row)} cells under {len(head)} column names", path=path, line=reader.line_num
            )
        if not row[at].strip():
            raise InputError(f"the row has no '{id}'", path=path, line=reader.line_num)
        cells = {
            name: cell for i, (name, cell) in enumerate(zip(head, row, strict=True)) if i != at
        }
        rows.setdefault(row[at].strip(), []).append((reader.line_num, cells))
    if not rows:
        raise InputError("the table has no rows", path=path)
    return rows


def _checked(reader: Any, path: Path) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise InputError(f"this is no CSV ({error})", path=path, line=reader.line_num) from None

"""Measured ligation: how often a ligase joined each overhang to each other one, shipped or from a file."""

from __future__ import annotations

import csv
import io
import itertools
import math
import os
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from biowright.core import FormatError, InputError
from biowright.formats import open_source

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Counts = npt.NDArray[np.float64]

__all__ = ["LigationMatrix", "ligation_matrices", "ligation_matrix", "read_ligation_matrix"]

_SIZE = 1 << 26  # bytes that a table may have, packed or unpacked
_LONGEST = 6  # letters of an overhang
_TABLE = (
    "a matrix with overhangs in its first row and column, or a list of overhang, overhang, count"
)


@dataclass(frozen=True, slots=True, eq=False)
class LigationMatrix:
    """How often each overhang was ligated to each other one.

    Parameters
    ----------
    name : str
    length : int
        Letters of an overhang.
    counts : array of float, shape (4**length, 4**length)
        Ligations of the overhang of the row to that of the column, both written 5'→3', in
        alphabetic order. That of a Watson-Crick pair stands where an overhang meets its reverse
        complement.
    enzyme : str
        The restriction enzyme that was in the tube; empty where it is not known.
    conditions, source : str
        How it was measured, and where that is published.
    """

    name: str
    length: int
    counts: Counts = field(repr=False)
    enzyme: str = ""
    conditions: str = ""
    source: str = ""

    @property
    def overhangs(self) -> tuple[str, ...]:
        """All overhangs, in the order of rows and columns."""
        return _all_overhangs(self.length)

    def code(self, overhang: str) -> int:
        """Give the row of an overhang.

        Raises
        ------
        InputError
            It has another length, or letters other than ACGT in either case.
        """
        text = overhang.strip().upper()
        if len(text) != self.length or set(text) - set("ACGT"):
            shown = overhang if len(overhang) <= 30 else overhang[:27] + "..."
            raise InputError(
                f"'{shown}' is no overhang of {self.name}",
                expected=f"{self.length} letters of ACGT",
                hint="an overhang is DNA: use T instead of U" if "U" in text else None,
            )
        number = 0
        for letter in text:
            number = 4 * number + "ACGT".index(letter)
        return number

    def pairing(self) -> npt.NDArray[np.int64]:
        """Give, for each overhang, the row of its reverse complement."""
        import numpy as np

        codes = np.arange(4**self.length)
        turned = np.zeros_like(codes)
        rest = codes.copy()
        for _ in range(self.length):
            turned = 4 * turned + 3 - rest % 4
            rest //= 4
        return turned

    def strength(self, overhang: str) -> float:
        """Give how often an overhang was ligated to its partner, as a share of the mean of all.

        Examples
        --------
        >>> matrix = ligation_matrix("BsaI")
        >>> matrix.strength("GGAG") > 1 > matrix.strength("TTAA") / 2
        True
        """
        import numpy as np

        code, partner = self.code(overhang), self.pairing()
        pairs = self.counts[np.arange(len(partner)), partner]
        return float(pairs[code] / pairs.mean()) if pairs.any() else 0.0


def ligation_matrices() -> tuple[str, ...]:
    """Give the names of the matrices that are shipped.

    They are those of Pryor et al. 2020 (doi:10.1371/journal.pone.0238592, CC BY 4.0).

    Examples
    --------
    >>> ligation_matrices()
    ('BbsI-HF', 'BsaI-HFv2', 'BsmBI-v2', 'Esp3I', 'SapI')
    """
    names = (Path(entry.name).stem for entry in files("biowright.build").joinpath("data").iterdir())
    return tuple(sorted(n.removeprefix("ligation_") for n in names if n.startswith("ligation_")))


def ligation_matrix(name: str) -> LigationMatrix:
    """Find a shipped matrix by its name or its enzyme, in either case.

    Raises
    ------
    InputError
        There is none.

    Examples
    --------
    >>> ligation_matrix("bsmbi")
    LigationMatrix(name='BsmBI-v2', length=4, enzyme='BsmBI', ...)
    """
    known = ligation_matrices()
    wanted = name.strip().casefold()
    for each in known:
        if wanted in (each.casefold(), each.split("-")[0].casefold()):
            return _shipped(each)
    raise InputError(
        f"there is no ligation matrix for '{name[:40]}'",
        expected=f"one of {', '.join(known)}",
        hint="or a measured table of your own",
    )


@cache
def _shipped(name: str) -> LigationMatrix:
    import numpy as np

    place = files("biowright.build").joinpath("data", f"ligation_{name}.txt")
    facts: dict[str, str] = {}
    rows = []
    for line in place.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            key, _, value = line[1:].strip().partition(": ")
            facts[key] = value
        else:
            rows.append(line.split())
    length = len(rows[0][0])
    code = {overhang: i for i, overhang in enumerate(_all_overhangs(length))}
    counts = np.zeros((len(code), len(code)))
    for first, *others in rows:
        for other in others:
            second, _, count = other.partition(":")
            counts[code[first], code[second]] = counts[code[second], code[first]] = float(count)
    counts.flags.writeable = False
    source = f"{facts['source']}, doi:{facts['doi']}, {facts['licence']}"
    return LigationMatrix(name, length, counts, facts["enzyme"], facts["conditions"], source)


def read_ligation_matrix(path: str | os.PathLike[str]) -> LigationMatrix:
    """Read a measured table as it is published: `.xlsx`, or text with commas or tabs.

    Either a matrix, with the overhangs in its first row and first column, or a list with the columns
    overhang, overhang and count, where each ligation stands once.

    Parameters
    ----------
    path : path

    Returns
    -------
    LigationMatrix

    Raises
    ------
    FormatError
        It is no such table: not square, an overhang that is missing or there twice, a count that is
        negative or none; or it is too big.
    InputError
        It cannot be read.
    """
    name = str(path)
    with open_source(path) as source:
        packed = source.head.startswith(b"PK\x03\x04")
        if source.suffix in (".xlsx", ".xlsm") and not packed:
            raise FormatError(
                "this is no workbook, whatever its name says",
                path=name,
                hint="if it is text with commas, call it .csv",
            )
        data = source.stream.read(_SIZE + 1)
    if len(data) > _SIZE:
        raise FormatError(f"the table is above {_SIZE >> 20} MiB", path=name)
    try:
        rows = _workbook_rows(data) if packed else _text_rows(data)
        length, counts = _counts(rows)
    except FormatError as error:
        raise error.located(path=name) from None
    counts.flags.writeable = False
    return LigationMatrix(Path(name).name, length, counts, source=name)


def _workbook_rows(data: bytes) -> list[list[object]]:
    """Read the first sheet, after a look at what unpacking it takes."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > _SIZE:
                raise FormatError(f"unpacked, the workbook takes {size >> 20:,} MiB")
            if archive.testzip() is not None:
                raise FormatError("the workbook is damaged")
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        rows: list[list[object]] = sheet.to_python()
    except FormatError:
        raise
    except (
        CalamineError,
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        ValueError,
        IndexError,
        OSError,
        EOFError,
        OverflowError,
    ) as error:
        raise FormatError(f"this is no workbook that can be read: {_line(error)}") from None
    except Exception as error:  # zlib.error has no base of its own
        if type(error).__name__ != "error":
            raise
        raise FormatError(f"the workbook is damaged: {_line(error)}") from None
    return rows


def _line(error: Exception | str) -> str:
    return " ".join(str(error).split())[:100]


def _text_rows(data: bytes) -> list[list[object]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormatError("this is no text", expected=".xlsx, or text with commas") from None
    if "\0" in text:
        raise FormatError("this is no text", expected=".xlsx, or text with commas")
    first = text.split("\n", 1)[0]
    marks = max(",;\t", key=first.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text), delimiter=marks) if any(row)]
    except csv.Error as error:
        raise FormatError(f"this is no table: {error}") from None


def _counts(rows: Sequence[Sequence[object]]) -> tuple[int, Counts]:
    rows = [row for row in rows if any(str(cell).strip() for cell in row)]
    if not rows:
        raise FormatError("the table is empty", expected=_TABLE)
    head = [str(cell).strip().upper() for cell in rows[0]]
    if len(rows) < 2 or len(head) < 2:
        raise FormatError(
            f"this is no ligation table: it begins with '{_line(str(rows[0][0]))[:40]}'",
            expected=_TABLE,
            line=1,
        )
    if len(head) == 3 and re.fullmatch(r"COUNT|COUNTS|N|NUMBER", head[2]):
        return _from_list(rows[1:])
    while head and not head[-1]:
        head.pop()
    length = _length(head[1:], "column")
    return length, _from_matrix(head[1:], rows[1:], length)


def _from_matrix(columns: list[str], rows: Sequence[Sequence[object]], length: int) -> Counts:
    import numpy as np

    places = _places(columns, length, "column")
    labels = [str(row[0]).strip().upper() for row in rows]
    down = _places(labels, length, "row")
    counts = np.zeros((4**length, 4**length))
    for number, (row, place) in enumerate(zip(rows, down, strict=True), 2):
        cells = list(row[1:])
        if len(cells) < len(places) or any(str(cell).strip() for cell in cells[len(places) :]):
            raise FormatError(
                f"the row of {row[0]} has {len(cells)} counts",
                expected=str(len(places)),
                line=number,
            )
        counts[place, places] = [_count(cell, number) for cell in cells[: len(places)]]
    return counts


def _from_list(rows: Sequence[Sequence[object]]) -> tuple[int, Counts]:
    import numpy as np

    if any(len(row) != 3 for row in rows):
        raise FormatError("a row has not three columns", expected="overhang, overhang, count")
    pairs = [(str(row[0]).strip().upper(), str(row[1]).strip().upper()) for row in rows]
    length = _length([overhang for pair in pairs for overhang in pair], "entry")
    code = {overhang: i for i, overhang in enumerate(_all_overhangs(length))}
    counts = np.zeros((4**length, 4**length))
    seen: set[frozenset[str]] = set()
    for number, (row, pair) in enumerate(zip(rows, pairs, strict=True), 2):
        if frozenset(pair) in seen:
            raise FormatError(f"the pair {pair[0]} {pair[1]} stands there twice", line=number)
        seen.add(frozenset(pair))
        one, other = code[pair[0]], code[pair[1]]
        count = _count(row[2], number)
        # a matrix counts a ligation at both of its ends
        counts[one, other] += count
        counts[other, one] += count
    missing = sorted(set(code) - {overhang for pair in seen for overhang in pair})
    if missing:
        raise FormatError(f"the overhang {missing[0]} is missing, and {len(missing) - 1} others")
    return length, counts


def _length(labels: Iterable[str], what: str) -> int:
    lengths = set()
    for label in labels:
        if not label or set(label) - set("ACGT"):
            raise FormatError(
                f"the label '{label[:30]}' of a {what} is no overhang", expected="letters of ACGT"
            )
        lengths.add(len(label))
    if len(lengths) != 1:
        raise FormatError(
            f"overhangs of {', '.join(map(str, sorted(lengths))) or 'no'} letters",
            expected="all of one length",
        )
    [length] = lengths
    if length > _LONGEST:
        raise FormatError(f"overhangs of {length} letters", expected=f"at most {_LONGEST}")
    return length


def _places(labels: list[str], length: int, what: str) -> list[int]:
    """Give the place of each label; each overhang must be there once."""
    code = {overhang: i for i, overhang in enumerate(_all_overhangs(length))}
    for label in labels:
        if label not in code:
            raise FormatError(
                f"the label '{label[:30]}' of a {what} is no overhang",
                expected=f"{length} letters of ACGT",
            )
    if len(set(labels)) != len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise FormatError(f"the {what} of {twice} is there twice")
    missing = sorted(set(code) - set(labels))
    if missing:
        raise FormatError(
            f"no {what} for {missing[0]}"
            + (f" and {len(missing) - 1} more" if missing[1:] else ""),
            expected=f"all {len(code)} overhangs of {length} letters",
        )
    return [code[label] for label in labels]


def _count(cell: object, line: int) -> float:
    try:
        count = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        count = math.nan
    if not (math.isfinite(count) and count >= 0):
        shown = str(cell)[:30] or "an empty cell"
        raise FormatError(f"{shown} is no count", expected="a number of 0 or more", line=line)
    return count


@cache
def _all_overhangs(length: int) -> tuple[str, ...]:
    return tuple("".join(letters) for letters in itertools.product("ACGT", repeat=length))

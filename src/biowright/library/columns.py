"""What filters ask for most, as columns: a row of numbers for each thing that is said of versions.

The store keeps rows, so a filter would read all of each. The columns are derived from it: they
follow new versions and what was said anew of old ones (`changes`), and lie in a file beside the
database, which is made again where it is missing or damaged.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import zipfile
from pathlib import Path

import numpy as np

from .database import Database, Rows

__all__ = ["Columns"]

KINDS = {
    "part": np.int64,
    "length": np.int64,
    "gc": np.float64,
    "flags": np.uint16,
    "role": np.int32,
    "licence": np.int32,
    "source": np.int32,
    "collection": np.int32,
    "tier": np.uint8,
    "screening": np.uint8,
}
"""Those of `tables.versions`; what is not said is -1, a missing share of GC not a number."""
_DAMAGE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
BATCH = 1 << 16
"""Rows that are read together, and versions that may be missing in the file."""


class Columns:
    """The columns of one library.

    Parameters
    ----------
    database : Database
    path : Path
        The file, which is made as soon as there are many versions.
    """

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self._path = path
        self._file: np.lib.npyio.NpzFile | None = None
        self._arrays: dict[str, np.ndarray] = {}
        self._last = self._change = self._written = 0
        self._looked = False
        self._lock = threading.Lock()

    def update(self) -> None:
        """Take in what the library has; the file is written if it lacks many versions."""
        with self._database.snapshot() as rows:
            self.of(rows, "length", 0)

    def verify(self) -> bool:
        """Read the file; make it anew if it is damaged or says other than the database."""
        with self._lock, self._database.snapshot() as rows:
            there, well = self._path.exists(), True
            self._forget()
            self._looked = False
            kept: dict[str, np.ndarray] = {}
            try:
                self._follow(rows)
                kept = {name: self._column(name) for name in KINDS}
                well = not there or self._written > 0
            except _DAMAGE:
                well = False
            self._forget()
            self._follow(rows)
            for name, column in kept.items():
                well &= np.array_equal(column, self._column(name), equal_nan=True)
            if there and not well:
                self._write()
            return well

    def of(self, rows: Rows, name: str, last: int) -> np.ndarray:
        """Give the column of the versions up to a number.

        Parameters
        ----------
        rows : Rows
            Answers of one state of the database.
        name : str
            One of `KINDS`.
        last : int

        Returns
        -------
        ndarray, shape (last + 1,)
            Row 0 is none.
        """
        with self._lock:
            try:
                self._follow(rows)
                return self._column(name)[: last + 1]
            except _DAMAGE:
                self._forget()
                self._follow(rows)
                return self._column(name)[: last + 1]

    def _follow(self, rows: Rows) -> None:
        ((last,),) = rows("SELECT coalesce(max(number), 0) FROM library_versions")
        ((change,),) = rows("SELECT coalesce(max(id), 0) FROM library_changes")
        if not self._looked:
            self._looked = True
            self._read()
        if self._last > last or self._change > change:
            self._forget()  # the file is of another state of the database
        if self._last == last and self._change == change:
            return
        for name in KINDS:
            self._column(name)
        if self._last < last:
            self._grow(rows, last)
        if self._change < change:
            said = "SELECT DISTINCT number FROM library_changes WHERE id > ?"
            for (number,) in rows(said, (self._change,)):
                self._fill(rows, number, number)
        self._last, self._change = last, change
        if self._last - self._written > BATCH:
            self._write()

    def _forget(self) -> None:
        self._file = None
        self._arrays = {}
        self._last = self._change = self._written = 0

    def _column(self, name: str) -> np.ndarray:
        """Give a column as it is, from the file at first."""
        if name not in self._arrays and self._file is not None:
            self._arrays[name] = self._file[name]
        return self._arrays.setdefault(name, np.zeros(1, KINDS[name]))

    def _read(self) -> None:
        """Open the file; the checksums of the archive tell what is damaged."""
        try:
            file = np.load(self._path)
            last, change = file["state"].tolist()
        except _DAMAGE:
            return
        self._file, self._last, self._change, self._written = file, last, change, last

    def _write(self) -> None:
        beside = self._path.with_name(f".{self._path.name}.{secrets.token_hex(6)}.part")
        state = np.array((self._last, self._change), np.int64)
        # a library that may only be read is none the worse for it
        with contextlib.suppress(OSError):
            try:
                with beside.open("wb") as stream:
                    np.savez(stream, state=state, **self._arrays)
                beside.replace(self._path)
                self._written = self._last
            finally:
                beside.unlink(missing_ok=True)

    def _grow(self, rows: Rows, last: int) -> None:
        for name, array in self._arrays.items():
            wider = np.zeros(last + 1, array.dtype)
            wider[: len(array)] = array
            self._arrays[name] = wider
        for first in range(self._last + 1, last + 1, BATCH):
            self._fill(rows, first, min(first + BATCH - 1, last))

    def _fill(self, rows: Rows, first: int, last: int) -> None:
        """Read the rows of a range of numbers."""
        found = rows(
            f"SELECT number, {', '.join(KINDS)} FROM library_versions WHERE number BETWEEN ? AND ?",
            (first, last),
        )
        if not found:
            return
        numbers, *columns = zip(*found, strict=True)
        at = np.array(numbers, np.int64)
        for (name, kind), said in zip(KINDS.items(), columns, strict=True):
            none: float = np.nan if name == "gc" else -1
            if None in said:
                said = tuple(none if value is None else value for value in said)
            self._arrays[name][at] = np.array(said, kind)

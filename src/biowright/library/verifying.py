"""Verifying a library: what can be derived again is compared and mended, what cannot is told."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from biowright.core import InputError, Molecule

from .canonical import checksums
from .packing import CIRCULAR, RAW, SINGLE

if TYPE_CHECKING:
    from .library import Library

__all__ = ["Verdict", "verify"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a library.

    Parameters
    ----------
    mended : tuple of str
        What was damaged and has been made again.
    altered : tuple of int
        The numbers of versions whose letters are not those of their checksum any more.
    compared : int
        Versions whose letters were compared.
    """

    mended: tuple[str, ...]
    altered: tuple[int, ...]
    compared: int


def verify(library: Library) -> Verdict:
    """Read all of a library, compare it with its checksums, and make anew what is derived.

    Letters of double-stranded DNA without other letters than A, C, G and T are compared with their
    SEGUID; the indexes of the database with its tables; index files with their checksums.

    Raises
    ------
    InputError
        The tables of the database are damaged, from which nothing can be made again.
    """
    from .spelling import spelled_index

    mended = []
    if library.database.sqlite and _mend_database(library):
        mended.append("indexes of the database")
    if not library.index.verify():
        mended.append("index of sequences")
    if not spelled_index(library).verify():
        mended.append("index of proteins")
    last = library.last()
    if not library.text_index.verify(last):
        mended.append("index of words")
    if not library.columns.verify():
        mended.append("columns of filters")
    compared, altered = _compare(library, last)
    return Verdict(tuple(mended), tuple(altered), compared)


def _mend_database(library: Library) -> bool:
    """Make the indexes of the database again if they do not fit its tables; tell whether."""
    path = library.database.path
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as base:
        if not _problems(base):
            return False
        # a damaged index cannot be dropped: its pages would be walked to be freed
        made = base.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        base.execute("PRAGMA writable_schema = ON")
        try:
            base.execute("BEGIN IMMEDIATE")
            base.execute("DELETE FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
            base.execute("COMMIT")
            base.execute("PRAGMA writable_schema = RESET")
            for _, statement in made:
                base.execute(statement)
            base.execute("VACUUM")  # the pages of the old ones
        except sqlite3.DatabaseError as error:
            raise _lost(path, str(error)) from None
        if problems := _problems(base):
            raise _lost(path, problems[0])
    return True


def _problems(base: sqlite3.Connection) -> list[str]:
    try:
        told = [row[0] for row in base.execute("PRAGMA integrity_check(5)")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if told == ["ok"] else told


def _lost(path: Path, why: str) -> InputError:
    return InputError(
        f"the tables of the database are damaged ({why.splitlines()[0]})",
        path=path,
        hint="take the library from a backup; sqlite3's .recover saves what can be read",
    )


def _compare(library: Library, last: int) -> tuple[int, list[int]]:
    compared = 0
    altered: list[int] = []
    for first, block in library.blocks(1, last):
        rows = library.database.quick(
            "SELECT number, length, seguid FROM library_versions WHERE number BETWEEN ? AND ?",
            (first, first + len(block) - 1),
        )
        letters, bounds = block.letters()
        plain = [
            (number, length, bytes(seguid), index)
            for number, length, seguid in rows
            for index in (number - first,)
            if seguid is not None
            and block.molecule(index) is Molecule.DNA
            and not block.flags[index] & (SINGLE | RAW)
        ]
        pieces = [letters[bounds[index] : bounds[index + 1]].upper() for *_, index in plain]
        chosen = [at for at, piece in enumerate(pieces) if not piece.translate(None, b"ACGT")]
        pieces = [pieces[at] for at in chosen]
        ends = np.array([0, *itertools.accumulate(map(len, pieces))], np.int64)
        circular = np.array([block.flags[plain[at][3]] & CIRCULAR for at in chosen], np.uint8)
        found, _ = checksums(b"".join(pieces), ends, circular)
        for at, piece, seguid in zip(chosen, pieces, found, strict=True):
            number, length, expected, _ = plain[at]
            if len(piece) != length or seguid != expected:
                altered.append(number)
        compared += len(chosen)
    return compared, altered

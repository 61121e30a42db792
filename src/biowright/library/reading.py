"""Reading versions back: letters from blocks, rows from the table, both as values."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from biowright.core import InputError, Record

from .database import Database
from .document import record_of
from .packing import CIRCULAR, SINGLE, Block, molecule_of_flags, unpack_one
from .parts import TIERS, PartVersion, part_name

__all__ = ["Reader"]

SCREENING = ("unscreened", "passed", "flagged")
_MANY = 500  # numbers in one query
_SHOWN = (
    "number", "part", "ordinal", "name", "length", "flags", "gc", "role", "collection", "licence",
    "source", "tier", "screening", "description",
)  # fmt: skip


class Reader:
    """Versions by their numbers.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        # committed blocks never change
        self._block = lru_cache(maxsize=16)(self._load_block)
        self._firsts: list[int] = []
        self._known = 0

    def last(self) -> int:
        """Give the highest number that is committed."""
        rows = self._database.quick(
            "SELECT last FROM library_blocks ORDER BY first DESC LIMIT 1", ()
        )
        return int(rows[0][0]) if rows else 0

    def read(self, first: int, last: int) -> Iterator[tuple[int, bytes, bool]]:
        """Walk upper-case nucleotides by number, block by block."""
        for start, block in self.blocks(first, last):
            low = max(first - start, 0)
            high = min(last - start + 1, len(block))
            circular = (block.flags[low:high] & CIRCULAR).astype(bool).tolist()
            letters = block.nucleotides(low, high)
            yield from zip(range(start + low, start + high), letters, circular, strict=True)

    def blocks(self, first: int, last: int) -> Iterator[tuple[int, Block]]:
        """Walk the blocks that hold these numbers, each with its first number."""
        at = first
        while at <= last:
            found = self._block_of(at)
            if found is None:
                return
            start, block = found
            yield start, block
            at = start + len(block)

    def _block_of(self, number: int) -> tuple[int, Block] | None:
        rows = self._database.quick(
            "SELECT first, last FROM library_blocks WHERE first <= ? ORDER BY first DESC LIMIT 1",
            (number,),
        )
        if not rows or rows[0][1] < number:
            return None
        return rows[0][0], self._block(rows[0][0])

    def nucleotides(self, number: int) -> bytes:
        """Give the upper-case nucleotides of one version, without those beside it if that can be."""
        if not self._firsts or number > self._known:
            self._known = self.last()
            rows = self._database.quick("SELECT first FROM library_blocks ORDER BY first", ())
            self._firsts = [row[0] for row in rows]
        after = bisect_right(self._firsts, number)
        first = self._firsts[after - 1] if after else 0
        count = self._firsts[after] - first if after < len(self._firsts) else None
        blob = self._database.piece("library_blocks", "payload", first) if first else None
        if blob is not None:
            with blob:
                found = unpack_one(lambda start, end: blob[start:end], number - first, count)
            if found is not None:
                return found
        ((_, letters, _),) = self.read(number, number)
        return letters

    def _load_block(self, first: int) -> Block:
        rows = self._database.quick("SELECT payload FROM library_blocks WHERE first = ?", (first,))
        return Block.of(bytes(rows[0][0]))

    def letters(self, number: int) -> bytes:
        """Give the letters of a version as they were written."""
        found = self._block_of(number)
        if found is None:
            raise InputError(f"there is no version {number} in the library")
        start, block = found
        return block.letters(number - start, number - start + 1)[0]

    def record(self, number: int) -> Record:
        """Give a version as a record."""
        rows = self._database.quick(
            "SELECT name, flags, description, document, role FROM library_versions "
            "WHERE number = ?",
            (number,),
        )
        if not rows:
            raise InputError(f"there is no version {number} in the library")
        name, flags, description, document, role = rows[0]
        made = record_of(
            self.letters(number),
            molecule_of_flags(flags),
            bool(flags & CIRCULAR),
            name,
            description or "",
            document,
        )
        said = made.annotations
        roles = self._database.text(role).split()
        if roles and "role" not in said:
            said = said.with_value("role", *roles)
        if bool(flags & SINGLE) != made.single_stranded:
            said = said.with_value("molecule_type", "ss-DNA" if flags & SINGLE else "ds-RNA")
        return made if said is made.annotations else made.changed(annotations=said)

    def describe(self, numbers: Iterable[int]) -> list[PartVersion]:
        """Give what is said of versions, in the order of the numbers."""
        wanted = [int(number) for number in numbers]
        rows: dict[int, Sequence[Any]] = {}
        old: set[int] = set()
        gone: set[int] = set()
        distinct = list(dict.fromkeys(wanted))
        for at in range(0, len(distinct), _MANY):
            some = ",".join(map(str, distinct[at : at + _MANY]))
            names = ", ".join(_SHOWN)
            for row in self._database.quick(
                f"SELECT {names} FROM library_versions WHERE number IN ({some})", ()
            ):
                rows[row[0]] = row
            old |= self._numbers(f"SELECT old FROM library_successions WHERE old IN ({some})")
            parts = ",".join({str(rows[n][1]) for n in distinct[at : at + _MANY] if n in rows})
            if parts:
                gone |= self._numbers(
                    f"SELECT part FROM library_withdrawals WHERE part IN ({parts})"
                )
        missing = [number for number in wanted if number not in rows]
        if missing:
            raise InputError(f"there is no version {missing[0]} in the library")
        return [self._version(rows[number], old, gone) for number in wanted]

    def _numbers(self, statement: str) -> set[int]:
        return {row[0] for row in self._database.quick(statement, ())}

    def _version(self, row: Sequence[Any], old: set[int], gone: set[int]) -> PartVersion:
        number, part, ordinal, name, length, flags, gc, role, collection, licence, source = row[:11]
        tier, screening, description = row[11:]
        text = self._database.text
        status = "withdrawn" if part in gone else "superseded" if number in old else "current"
        return PartVersion(
            number,
            part_name(part),
            ordinal,
            name,
            length,
            molecule_of_flags(flags),
            bool(flags & CIRCULAR),
            gc,
            tuple(text(role).split()),
            text(collection),
            text(licence),
            text(source),
            TIERS[tier],
            SCREENING[screening],
            description or "",
            status,
        )

"""The audit: an append-only file in which each entry is chained to the one before it by a keyed hash.

A changed, removed or exchanged entry breaks the chain. The last entry's number and hash stand in a second
file, the head, under the same key, so that entries cut off at the end are missed as well. Who holds the
key can write another history, and who can replace both files can bring back an older pair; against both,
keep the head elsewhere now and then and compare (``biowright safety audit --head``).
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from biowright.core import FormatError, InputError
from biowright.formats import open_output

from .verdict import canonical, moment

__all__ = ["Audit", "Entry"]

_START = "0" * 64
_TAIL = 1 << 20  # bytes; no entry is longer


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit.

    Parameters
    ----------
    number : int
        From 1.
    time : str
        ISO 8601, in UTC.
    event : str
        ``screened``, ``cleared``, ``refused``, ``override`` ...
    told : mapping
        What happened; only JSON values.
    before, hash : str
        The hash of the entry before, and its own: HMAC-SHA256 of all the rest, in hex.
    """

    number: int
    time: str
    event: str
    told: Mapping[str, Any]
    before: str
    hash: str

    @property
    def head(self) -> str:
        """What to keep elsewhere: the number and the hash."""
        return f"{self.number}:{self.hash}"


class Audit:
    """An append-only log that shows when it was tampered with.

    Parameters
    ----------
    path : path
        The file, JSON lines; the head lies beside it with the ending ``.head``.
    key : bytes

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> audit = Audit(folder / "audit.jsonl", b"secret")
    >>> audit.append("screened", {"pieces": 3}).number
    1
    >>> [entry.event for entry in audit.read()]
    ['screened']
    """

    def __init__(self, path: str | os.PathLike[str], key: bytes) -> None:
        self.path = Path(path)
        self.key = key

    @property
    def _head(self) -> Path:
        return self.path.with_name(self.path.name + ".head")

    def append(self, event: str, told: Mapping[str, Any], now: datetime | None = None) -> Entry:
        """Add an entry; it is on the disk when this returns.

        Raises
        ------
        FormatError
            The audit was tampered with: nothing is added to it then.
        """
        with self._locked():
            last = self._last()
            entry = self._entry(
                last.number + 1 if last else 1,
                moment(now or datetime.now(UTC)),
                event,
                told,
                last.hash if last else _START,
            )
            line = canonical({name: getattr(entry, name) for name in entry.__dataclass_fields__})
            with self.path.open("ab") as output:
                output.write(line + b"\n")
                output.flush()
                os.fsync(output.fileno())
            self._write_head(entry)
            return entry

    def read(self, head: str | None = None) -> list[Entry]:
        """Give all entries, after the chain was checked.

        Parameters
        ----------
        head : str, optional
            A head that was kept elsewhere (``12:ab34...``): the audit must still contain it.

        Raises
        ------
        FormatError
            An entry was changed, removed or cut off; the error names the line.
        """
        with self._locked():
            entries = list(self._checked())
        if head is not None and head != f"0:{_START}":
            number, _, hash = head.partition(":")
            if not number.isdecimal() or not hash:
                raise InputError(f"'{head}' is no head", expected="a number, a colon and a hash")
            known = int(number) <= len(entries) and entries[int(number) - 1].hash == hash
            if int(number) < 1 or not known:
                raise FormatError(
                    f"entry {number} is not the one that the kept head names",
                    path=self.path,
                    hint="the audit was exchanged or rolled back; compare it with a backup",
                )
        return entries

    def _checked(self) -> Iterator[Entry]:
        """Walk the entries; the head must name the last one, or the one before it."""
        count, last = self._read_head()
        before, number, seen = _START, 0, count == 0
        for number, line in enumerate(self._lines(), 1):
            entry = self._parse(line, number)
            if entry.before != before:
                raise self._broken(number, "does not follow the entry before it")
            before = entry.hash
            if number == count:
                seen = entry.hash == last
            yield entry
        # killed between the entry and the head: one entry more is no tampering, it has our key
        if not seen or not count <= number <= count + 1:
            raise self._broken(
                number + 1, f"is missing: there were {count} entries, there are {number}"
            )

    def _last(self) -> Entry | None:
        """Give the last entry, checked against the head; the ones before it are left to `read`."""
        count, hash = self._read_head()
        lines = self._lines(_TAIL)
        if not lines:
            if count:
                raise self._broken(count, "is missing")
            return None
        try:
            number = int(json.loads(lines[-1])["number"])
        except (ValueError, TypeError, KeyError):
            raise self._broken(count + 1, "is no entry") from None
        last = self._parse(lines[-1], number)
        if (number, last.hash) != (count, hash) and (number, last.before) != (count + 1, hash):
            raise self._broken(max(number, count), f"is not the last: there were {count} entries")
        return last

    def _lines(self, tail: int | None = None) -> list[bytes]:
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - tail) if tail else 0)
                data = file.read()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise InputError(
                f"the audit cannot be read ({error.strerror})", path=self.path
            ) from None
        lines = data.split(b"\n")
        if lines.pop():
            # a line without its end was being written when the process was killed
            with self.path.open("rb+") as file:
                file.truncate(size - len(data.rsplit(b"\n", 1)[-1]))
        return lines

    def _parse(self, line: bytes, number: int) -> Entry:
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            raise self._broken(number, "is no entry") from None
        again = self._entry(entry.number, entry.time, entry.event, entry.told, entry.before)
        if not hmac.compare_digest(again.hash, str(entry.hash)):
            raise self._broken(number, "was changed, or written with another key")
        if entry.number != number:
            raise self._broken(number, f"is entry {entry.number}")
        return entry

    def _entry(
        self, number: int, time: str, event: str, told: Mapping[str, Any], before: str
    ) -> Entry:
        body = canonical([number, time, event, told, before])
        hash = hmac.new(self.key, b"entry " + body, hashlib.sha256).hexdigest()
        return Entry(number, time, event, told, before, hash)

    def _read_head(self) -> tuple[int, str]:
        try:
            told = json.loads(self._head.read_bytes())
            count, last, mac = int(told["count"]), str(told["hash"]), str(told["mac"])
        except FileNotFoundError:
            if self.path.exists() and self.path.stat().st_size and len(self._lines()) > 1:
                raise self._broken(1, "has no head beside the file") from None
            return 0, _START
        except (ValueError, TypeError, KeyError):
            raise self._broken(1, "has a head that cannot be read") from None
        if not hmac.compare_digest(mac, self._mac(count, last)):
            raise self._broken(1, "has a head that was changed")
        return count, last

    def _write_head(self, entry: Entry) -> None:
        told = {"count": entry.number, "hash": entry.hash}
        told["mac"] = self._mac(entry.number, entry.hash)
        with open_output(self._head, force=True) as output:
            output.write(json.dumps(told).encode() + b"\n")

    def _mac(self, count: int, last: str) -> str:
        return hmac.new(self.key, f"head {count} {last}".encode(), hashlib.sha256).hexdigest()

    def _broken(self, number: int, what: str) -> FormatError:
        return FormatError(
            f"the audit was tampered with: entry {number} {what}",
            path=self.path,
            line=number,
            hint="nothing is exported until it is put back from a backup, or a new one is begun",
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self.path.with_name(self.path.name + ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

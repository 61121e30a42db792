"""The folder of an index: segment files, and a manifest that names those that count.

A file is written beside its name and renamed when it is whole; then the manifest is replaced. A
reader sees the old state or the new one. What the manifest does not name was left by a process
that was killed, and goes when the next one writes.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from biowright.core import FormatError, InputError

from . import segment as segments
from .segment import Segment

__all__ = ["Entry", "Folder"]

try:
    import fcntl
except ImportError:  # pragma: no cover - a system without it has one writer
    fcntl = None  # type: ignore[assignment]

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment file as the manifest names it.

    Size and time of change tell whether somebody touched the file since its checksums were made:
    then all of it is read again.
    """

    file: str
    first: int
    last: int
    letters: int
    size: int
    changed: int


class Folder:
    """The files of an index."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> list[Entry]:
        """Read the manifest; without one, or with one that is damaged, there are no segments.

        Raises
        ------
        FormatError
            It is damaged.
        """
        try:
            text = (self.path / _MANIFEST).read_bytes()
        except FileNotFoundError:
            return []
        try:
            checksum, _, body = text.partition(b"\n")
            if int(checksum, 16) != zlib.crc32(body):
                raise ValueError("its checksum differs")
            return [Entry(**entry) for entry in json.loads(body)["segments"]]
        except (ValueError, TypeError, KeyError) as error:
            raise FormatError(
                f"the manifest of the index is damaged: {error}", path=str(self.path / _MANIFEST)
            ) from None

    def version(self) -> tuple[int, int] | None:
        """Give what changes whenever the manifest does."""
        try:
            status = (self.path / _MANIFEST).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def write(self, entries: list[Entry]) -> None:
        """Replace the manifest, and remove what it does not name."""
        body = json.dumps({"segments": [asdict(entry) for entry in entries]}, indent=1).encode()
        beside = self.path / f".manifest.{secrets.token_hex(6)}.part"
        with beside.open("wb") as stream:
            stream.write(b"%08x\n" % zlib.crc32(body) + body)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(self.path / _MANIFEST)
        named = {entry.file for entry in entries} | {_MANIFEST, "lock"}
        for file in self.path.iterdir():
            if file.name not in named and (file.suffix in (".part", ".segment")):
                with contextlib.suppress(OSError):
                    file.unlink()

    def open(self, entry: Entry, *, verify: bool = False) -> Segment:
        """Open a segment; one that was touched is read and compared with its checksums.

        Raises
        ------
        FormatError
            The file is damaged or missing.
        """
        path = self.path / entry.file
        try:
            status = path.stat()
            touched = (status.st_size, status.st_mtime_ns) != (entry.size, entry.changed)
            made = segments.load(path, verify=verify or touched)
        except OSError as error:
            raise FormatError(
                f"an index file cannot be read: {error.strerror}", path=str(path)
            ) from None
        if (made.first, made.last) != (entry.first, entry.last):
            raise FormatError("an index file holds other parts than it should", path=str(path))
        return made

    def seen(self, entry: Entry) -> Entry:
        """Give an entry with the size and the time that its file has now."""
        try:
            status = (self.path / entry.file).stat()
        except OSError:
            return entry
        return replace(entry, size=status.st_size, changed=status.st_mtime_ns)

    def save(self, make: Callable[[Callable[[str, int], object]], Segment]) -> Entry:
        """Write a segment file."""
        beside = self.path / f".segment.{secrets.token_hex(6)}.part"
        try:
            with beside.open("x+b") as stream:
                made = segments.save(stream, make)  # type: ignore[arg-type]
            name = f"{made.first}-{made.last}-{secrets.token_hex(4)}.segment"
            beside.replace(self.path / name)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise InputError(
                f"the index cannot be written: {error.strerror or error}", path=str(self.path)
            ) from None
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        status = (self.path / name).stat()
        return Entry(name, made.first, made.last, made.letters, status.st_size, status.st_mtime_ns)

    @contextlib.contextmanager
    def lock(self, *, wait: bool = True) -> Iterator[bool]:
        """Be the only one that writes; gives False where somebody else is and `wait` is not set."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a") as stream:
            if fcntl is not None:
                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                except BlockingIOError:
                    yield False
                    return
            yield True

"""The library: one place for parts, their versions and what was measured of them."""

from __future__ import annotations

import getpass
import os
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from biowright.core import ConflictError, InputError, Record

from . import tables as t
from .adding import draft_of, role_text, save
from .database import Database
from .parts import LoadReport, PartVersion
from .reading import Reader
from .writes import Write

if TYPE_CHECKING:
    from .packing import Block

__all__ = ["Library"]

DATABASE = "library.db"
MAIN = "main"


class Library:
    """A store of parts.

    Make one with `create`, or `open` one that is there.

    Parameters
    ----------
    database : Database
    folder : path
        Where indexes and other derived files lie.
    person : str
        Under whose name is written.

    Examples
    --------
    >>> import tempfile
    >>> from biowright.core import Record, Sequence
    >>> library = Library.create(tempfile.mkdtemp() + "/parts")
    >>> report = library.add([Record(Sequence("TTGACAATTAATCATCGGCTCG"), "pTac")])
    >>> report.added, library.describe([1])[0].name
    (1, 'pTac')
    """

    def __init__(self, database: Database, folder: Path, person: str) -> None:
        self.database = database
        self.folder = folder
        self.person = person
        self.reader = Reader(database)

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        url: str | None = None,
        person: str | None = None,
    ) -> Library:
        """Make an empty library.

        Parameters
        ----------
        path : path
            The folder to make. It may be there if it is empty.
        url : str, optional
            Where the records are kept, if not in the folder: ``postgresql+pg8000://...``.
        person : str, optional
            Who writes; the user of the system by default.

        Raises
        ------
        ConflictError
            The folder holds something already.
        InputError
            The folder cannot be made, or the database not be reached.
        """
        folder = Path(path)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            taken = next(folder.iterdir(), None)
        except OSError as error:
            raise InputError(f"the folder cannot be made ({error.strerror})", path=folder) from None
        if taken is not None:
            what = "a library" if (folder / DATABASE).exists() else f"'{taken.name}'"
            raise ConflictError(
                f"the folder holds {what} already", path=folder, hint="name a new folder"
            )
        database = Database(url or f"sqlite:///{folder / DATABASE}")
        if database.exists():
            raise ConflictError("the database holds a library already", hint="open it by its URL")
        database.make()
        if url is not None:
            (folder / "database.url").write_text(url + "\n", encoding="utf-8")
        library = cls(database, folder, person or _user())
        with library.write("create the library") as write:
            write.connection.execute(t.facts.insert().values(name="id", value=str(uuid.uuid4())))
        return library

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, person: str | None = None) -> Library:
        """Open a library by its folder or by the URL of its database.

        Raises
        ------
        InputError
            There is none.
        """
        text = os.fspath(path)
        if "://" in text:
            database = Database(text)
            folder = None
        else:
            folder = Path(text)
            url = folder / "database.url"
            if url.exists():
                database = Database(url.read_text(encoding="utf-8").strip())
            elif (folder / DATABASE).exists():
                database = Database(f"sqlite:///{folder / DATABASE}")
            else:
                raise InputError(
                    "there is no library in this folder"
                    if folder.is_dir()
                    else "there is no such folder",
                    path=folder,
                    hint=f"make one: biowright library create {folder}",
                )
        if not database.exists():
            raise InputError(
                "the database holds no library", hint="make one: biowright library create DIR --url"
            )
        database.upgrade()
        if folder is None:
            id = database.quick(f"SELECT value FROM {t.facts.name} WHERE name = ?", ("id",))[0][0]
            cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
            folder = Path(cache) / "biowright" / id
            folder.mkdir(parents=True, exist_ok=True)
        return cls(database, folder, person or _user())

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def last(self) -> int:
        """Give the highest number of a version; 0 in an empty library."""
        return self.reader.last()

    def read(self, first: int, last: int) -> Iterator[tuple[int, bytes, bool]]:
        """Walk the letters of versions: see `SequenceSource`."""
        return self.reader.read(first, last)

    def blocks(self, first: int, last: int) -> Iterator[tuple[int, Block]]:
        """Walk the packed blocks that hold versions, each with the number of its first version."""
        return self.reader.blocks(first, last)

    def letters(self, number: int) -> bytes:
        """Give the letters of a version as they were written."""
        return self.reader.letters(number)

    def record(self, number: int) -> Record:
        """Give a version as a record, with its features and annotations."""
        return self.reader.record(number)

    def describe(self, numbers: Iterable[int]) -> list[PartVersion]:
        """Give what is said of versions, in the order of the numbers.

        Raises
        ------
        InputError
            A number is none of the library.
        """
        return self.reader.describe(numbers)

    def write(self, activity: str, *, detail: str | None = None) -> Write:
        """Begin a write: who, what and when are noted with it, all in one transaction."""
        return Write(self.database, self.person, activity, detail)

    def add(
        self,
        records: Iterable[Record],
        *,
        collection: str = MAIN,
        licence: str = "",
        source: str = "",
        tier: str = "reference",
    ) -> LoadReport:
        """Add records, all or none.

        A name that the collection knows gets a new version, if the content is new.

        Parameters
        ----------
        records : iterable of Record
        collection : str
        licence, source : str
        tier : {"reference", "characterised"}

        Returns
        -------
        LoadReport
        """
        with self.write("add records") as write:
            values = write.values(collection=collection, licence=licence, source=source, tier=tier)
            drafts = []
            for record in records:
                draft = draft_of(record)
                draft.licence, draft.source, draft.tier = values.licence, values.source, values.tier
                if role := role_text(record):
                    draft.role = write.term("role", role)
                drafts.append(draft)
            saved = save(self.database, write.connection, write.id, values.collection, drafts)
            write.count(saved.added, saved.skipped)
        return LoadReport(write.id, saved.added, saved.parts, saved.skipped)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"

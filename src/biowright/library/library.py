"""The library: one place for parts, their versions and what was measured of them."""

from __future__ import annotations

import getpass
import os
import uuid
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Sequence as SequenceABC
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from biowright.core import ConflictError, InputError, Record
from biowright.core.lazy import lazy_module

from .adding import save_records
from .calibrations import Calibration, record_calibration
from .catalogue import Catalogue
from .composing import Composed, compose
from .curation import change, label, withdraw
from .database import Database
from .measurements import Measurement, record_measurements
from .parts import LoadReport
from .rights import demand, grant
from .writes import Write

if TYPE_CHECKING:
    from . import tables as t
    from .loading import Progress
    from .measuring import MeasureReport
else:
    t = lazy_module("biowright.library.tables")

__all__ = ["Library"]

DATABASE = "library.db"
MAIN = "main"
MANY = 1 << 16
"""Versions of a load for which the columns of filters are made at once."""


class Library(Catalogue):
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

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        *,
        url: str | None = None,
        person: str | None = None,
        starter: bool = False,
    ) -> Library:
        """Make a library, empty or with the starter collection.

        Parameters
        ----------
        path : path
            The folder to make. It may be there if it is empty.
        url : str, optional
            Where the records are kept, if not in the folder: ``postgresql+pg8000://...``.
        person : str, optional
            Who writes; the user of the system by default.
        starter : bool, default False
            Put in what the package ships: published parts with their measurements, in the
            collection ``starter``.

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
        if starter:
            from .starter import add_starter

            add_starter(library)
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
            id = database.quick("SELECT value FROM library_facts WHERE name = ?", ("id",))[0][0]
            cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
            folder = Path(cache) / "biowright" / id
            folder.mkdir(parents=True, exist_ok=True)
        return cls(database, folder, person or _user())

    def write(self, activity: str, *, detail: str | None = None) -> Write:
        """Begin a write: who, what and when are noted with it, all in one transaction."""
        return Write(self.database, self.person, activity, detail)

    def change(self, number: int, **said: str) -> None:
        """Say a version's licence, tier, screening status or source anew: all of them, or none.

        Raises
        ------
        InputError
            The field or the value does not exist, or the person is no curator of the collection.

        Examples
        --------
        >>> library.change(1, licence="CC0-1.0", screening="passed")  # doctest: +SKIP
        """
        with self.write("change", detail=", ".join(said)) as write:
            for field, value in said.items():
                change(self.database, write, self.person, number, field, value)

    def tag(self, number: int, *texts: str, remove: bool = False) -> None:
        """Give the part of a version tags, or take them away: all of them, or none."""
        with self.write("tag") as write:
            for text in texts:
                label(self.database, write, self.person, number, "tag", text, remove)

    def alias(self, number: int, *texts: str, remove: bool = False) -> None:
        """Give the part of a version further names, or take them away: all of them, or none."""
        with self.write("alias") as write:
            for text in texts:
                label(self.database, write, self.person, number, "alias", text, remove)

    def withdraw(self, number: int, reason: str) -> None:
        """Withdraw the part of a version: it stays, and is found only by those who ask for it."""
        with self.write("withdraw") as write:
            withdraw(self.database, write, self.person, number, reason)

    def grant(self, collection: str, person: str, right: str) -> None:
        """Say what a person may do in a collection: none, reader, contributor or curator.

        The first to be named is a curator. From then on the collection is closed to others.
        """
        with self.write("grant") as write:
            demand(self.database, self.person, write.term("collection", collection), "curator")
            grant(self.database, write, collection, person, right)

    def measure(self, measured: Iterable[Measurement]) -> tuple[int, int]:
        """Write measurements, all or none; their versions become ``characterised``.

        Returns
        -------
        new, known : int
            How many were written, and how many were there already.
        """
        with self.write("measure") as write:
            return record_measurements(self.database, write, measured)

    def measure_file(
        self,
        path: str | os.PathLike[str],
        *,
        sheet: str | None = None,
        context: Mapping[str, str] | None = None,
        doi: str = "",
        licence: str = "",
        protocol: str = "",
    ) -> MeasureReport:
        """Read a table of measurements, one row each; what fits is written, all at once.

        Parameters
        ----------
        path : path
            CSV, TSV, .xls or .xlsx, with the columns part, quantity and value, and perhaps unit,
            uncertainty, n, replicates, protocol, raw, doi, licence and conditions of the context
            (host, vector, medium, temperature, inducer, instrument, gain, reference...; others as
            ``context.NAME``). A value such as ``<0.1`` is censored.
        sheet : str, optional
            Of a workbook.
        context : mapping of str to str, optional
            Conditions of all rows.
        doi, licence, protocol : str
            Of the rows that say none.

        Returns
        -------
        MeasureReport
            With the rows that do not fit, each with its line and the reason.

        Raises
        ------
        InputError
            A column is missing or unknown, or the file cannot be read.
        """
        from .measuring import measure_file

        return measure_file(
            self, path, sheet=sheet, context=context, doi=doi, licence=licence, protocol=protocol
        )

    def add_measured(
        self,
        measured: Iterable[tuple[Record, SequenceABC[Measurement]]],
        *,
        collection: str = MAIN,
        licence: str = "",
        source: str = "",
    ) -> LoadReport:
        """Add records together with their measurements, all or none.

        Parameters
        ----------
        measured : iterable of (Record, sequence of Measurement)
            The numbers of the measurements are given here.
        collection, licence, source : str
            As in `add`.
        """
        pairs = list(measured)
        with self.write("add measured parts", detail=source or None) as write:
            saved = save_records(
                self.database,
                write,
                [r for r, _ in pairs],
                collection,
                licence,
                source,
                "reference",
            )
            record_measurements(
                self.database,
                write,
                (
                    replace(one, number=number)
                    for number, (_, those) in zip(saved.numbers, pairs, strict=True)
                    for one in those
                ),
            )
        return LoadReport(write.id, saved.added, saved.parts, saved.skipped)

    def calibrate(self, calibration: Calibration) -> None:
        """Store how values in one unit become values in another, and where that holds."""
        with self.write("calibrate") as write:
            record_calibration(write, calibration)

    def compose(
        self, name: str, pieces: SequenceABC[tuple[int, int]], *, collection: str = MAIN
    ) -> Composed:
        """Join versions to a composite, which keeps the links to them and asks for what they ask for.

        Parameters
        ----------
        name : str
        pieces : sequence of (number, strand)
        collection : str

        Returns
        -------
        Composed
        """
        return compose(self, name, pieces, collection)

    def add(
        self,
        records: Iterable[Record],
        *,
        collection: str = MAIN,
        licence: str = "",
        source: str = "",
        tier: str = "",
    ) -> LoadReport:
        """Add records, all or none.

        A name that the collection knows gets a new version, if the content is new.

        Parameters
        ----------
        records : iterable of Record
        collection : str
        licence, source : str
            Of all of them; by default each one's own, where it says any.
        tier : {"reference", "characterised"}, optional
            By default each one's own, or reference.

        Returns
        -------
        LoadReport
        """
        with self.write("add records") as write:
            saved = save_records(self.database, write, records, collection, licence, source, tier)
        return LoadReport(write.id, saved.added, saved.parts, saved.skipped)

    def load(
        self,
        path: str | os.PathLike[str] | BinaryIO,
        *,
        collection: str = MAIN,
        licence: str = "",
        source: str = "",
        tier: str = "",
        progress: Progress | None = None,
    ) -> LoadReport:
        """Load a file of any format, or go on with a load of it that was interrupted.

        A record that cannot be read is told in the report and does not spoil the rest. What is
        there already under the same name with the same content is passed over.

        Parameters
        ----------
        path : path, or binary file object
        collection, licence, source, tier : str
            As in `add`.
        progress : callable of (bytes done, bytes in all), optional
            Called after each transaction: what it has been told survives a crash.

        Raises
        ------
        InputError, FormatError
            The file is none that we read.
        """
        from .loading import Options, load_file
        from .searching import index_of
        from .spelling import spelled_index

        options = Options(collection, licence, source, tier)

        def after(added: int) -> list[Callable[[], object]]:
            def rows() -> None:
                self.text_index.update(self.last())
                if added >= MANY:
                    self.columns.update()

            def sequences() -> None:
                index_of(self).update()
                spelled_index(self).update()

            # few are searched in memory; many would make the first search wait
            return [rows, sequences] if added >= MANY else [rows]

        with self.database.unmapped():
            return load_file(self.database, self.person, path, options, after, progress)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"

"""The library: one place for parts, their versions and what was measured of them."""

from __future__ import annotations

import getpass
import os
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Sequence as SequenceABC
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from biowright.core import ConflictError, InputError, Quantity, Record, Sequence
from biowright.core.lazy import lazy_module

from .adding import save_records
from .calibrations import Calibration, convert, record_calibration
from .columns import Columns
from .composing import Composed, compose
from .curation import change, label, links_of, resolve, uses_of, withdraw
from .database import Database
from .exact import ExactHit, find_exact
from .exporting import exported
from .filters import Filters, select
from .history import Difference, Event, chain, compare, events
from .loading import Options, Progress, load_file
from .measurements import Measurement, measurements_of, record_measurements
from .measuring import MeasureReport, measure_file
from .parts import LoadReport, PartVersion, part_number
from .reading import Reader
from .rights import demand, grant, hidden_collections
from .starter import add_starter
from .stats import stats
from .text import TextHit, TextIndex
from .writes import Write

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from . import tables as t
    from .index import SequenceIndex
    from .packing import Block
else:
    t = lazy_module("biowright.library.tables")

__all__ = ["Library"]

DATABASE = "library.db"
MAIN = "main"
MANY = 1 << 16
"""Versions of a load for which the columns of filters are made at once."""


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
        self.text_index = TextIndex(database, folder / "text")
        self.columns = Columns(database, folder / "columns.npz")
        self._local = threading.local()

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

    @property
    def index(self) -> SequenceIndex:
        """The index of its sequences, which a thread opens when it asks for the first time."""
        made: SequenceIndex | None = getattr(self._local, "index", None)
        if made is None:
            from .index import SequenceIndex

            made = self._local.index = SequenceIndex(self.folder / "index", self)
        return made

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

    def find(self, text: str) -> int:
        """Give the number of the version that a text means.

        Parameters
        ----------
        text : str
            An identity (``P17``, its newest version; ``P17.2``, its version 2), a name, or an alias.

        Raises
        ------
        InputError
            There is no such part.
        ConflictError
            Several parts have that name.
        """
        return resolve(self.database, text)

    def find_exact(
        self, sequence: Sequence | str | bytes, *, rotations: bool = True
    ) -> list[ExactHit]:
        """Find the versions that have exactly these letters, on either strand.

        Parameters
        ----------
        sequence : Sequence, str or bytes
            DNA or RNA; case does not matter.
        rotations : bool, default True
            Linear sequences that only a rotation makes the same count too: a file often does not
            say that its sequence is a circle. Circles are always found from any origin.

        Examples
        --------
        >>> import tempfile
        >>> from biowright.core import Record, Sequence
        >>> library = Library.create(tempfile.mkdtemp() + "/parts")
        >>> _ = library.add([Record(Sequence("GATTACA", topology="circular"), "ring")])
        >>> library.find_exact("TGTAATC")[0].strand
        -1
        >>> library.find_exact("ACAGATT")
        [ExactHit(number=1, start=4, strand=1, length=7, turned=True)]
        """
        return find_exact(self.database, self.reader, self.index, sequence, rotations=rotations)

    def find_text(
        self, words: str, limit: int = 20, *, filters: Filters | None = None
    ) -> list[TextHit]:
        """Find the versions that words stand in: names, descriptions, roles, tags and aliases.

        A word counts less where only its beginning fits, where it has one or two letters wrong, and
        where it does not stand in the name.

        Parameters
        ----------
        words : str
        limit : int
        filters : Filters, optional

        Returns
        -------
        list of TextHit
            Best first.

        Examples
        --------
        >>> import tempfile
        >>> from biowright.core import Record, Sequence
        >>> library = Library.create(tempfile.mkdtemp() + "/parts")
        >>> _ = library.add([Record(Sequence("TTGACA"), "pTac", description="strong promoter")])
        >>> library.find_text("promotor ptac")[0].number
        1
        """
        return self.text_index.find(
            words, limit, self.last(), lambda some: self.select(filters, among=some).tolist()
        )

    def select(
        self, filters: Filters | None = None, *, among: Iterable[int] | None = None
    ) -> npt.NDArray[np.int64]:
        """Give the numbers of the versions that pass filters and that the person may see, in order.

        Parameters
        ----------
        filters : Filters, optional
            Without them, the newest version of every part that is not withdrawn.
        among : iterable of int, optional
            Look only at these.

        Raises
        ------
        InputError
            A filter names something that the library does not have.
        """
        hidden = hidden_collections(self.database, self.person)
        return select(self.database, self.columns, filters or Filters(), self.last(), hidden, among)

    def versions(self, number: int) -> list[PartVersion]:
        """Give all versions of the part of a version, oldest first."""
        (version,) = self.describe([number])
        return self.describe(chain(self.database, part_number(version.part)))

    def history(self, number: int) -> list[Event]:
        """Give what was written of the part of a version, oldest first."""
        (version,) = self.describe([number])
        return events(self.database, part_number(version.part))

    def diff(self, before: int, after: int) -> list[Difference]:
        """Tell in what two versions differ."""
        return compare(self.record(before), self.record(after))

    def labels(self, number: int) -> dict[str, tuple[str, ...]]:
        """Give the tags and aliases of a version's part."""
        (version,) = self.describe([number])
        rows = self.database.quick(
            "SELECT kind, text FROM library_labels WHERE part = ? AND removed IS NULL ORDER BY id",
            (part_number(version.part),),
        )
        return {kind: tuple(text for k, text in rows if k == kind) for kind in ("tag", "alias")}

    def composition(self, number: int) -> list[tuple[int, int, int, int]]:
        """Give (number, start, end, strand) of the versions that a composite is made of."""
        return links_of(self.database, number)

    def uses(self, number: int) -> list[int]:
        """Give the numbers of the composites that hold a version."""
        return uses_of(self.database, number)

    def export(self, numbers: Iterable[int], *, comment: bool = False) -> Iterator[Record]:
        """Walk versions as records that say what the library knows of them, for `formats.write`.

        Licence, source, tier, tags and aliases stand among the annotations, where `add` and `load`
        find them; with `comment` in a structured comment, which GenBank and EMBL keep.
        """
        return exported(self, numbers, comment=comment)

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

    def measurements(
        self, number: int | None = None, *, quantity: str | None = None
    ) -> list[Measurement]:
        """Give the measurements of a version, or all; what contradicts stands side by side."""
        numbers = None if number is None else [number]
        return measurements_of(self.database, numbers, quantity)

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

    def convert(self, measurement: Measurement, unit: str) -> Quantity:
        """Give a measured value in another unit.

        Raises
        ------
        UnitError
            The units measure different things, and no calibration is stored for this context.
        """
        return convert(self.database, measurement, unit)

    def stats(self) -> dict[str, Any]:
        """Count what is in the library, the tiers apart."""
        return stats(self.database, hidden_collections(self.database, self.person))

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
        from .proteins import spelled_index
        from .searching import index_of

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

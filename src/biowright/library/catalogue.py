"""What a library holds: everything that is looked at and not written."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from biowright.core import Quantity, Record, Sequence

from .calibrations import convert
from .columns import Columns
from .curation import links_of, resolve, uses_of
from .database import Database
from .exact import ExactHit, find_exact
from .exporting import exported
from .filters import Filters, select
from .history import Difference, Event, chain, compare, events
from .measurements import Measurement, measurements_of
from .parts import PartVersion, part_number
from .reading import Reader
from .rights import hidden_collections
from .stats import stats
from .text import TextHit, TextIndex

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .index import SequenceIndex
    from .packing import Block

__all__ = ["Catalogue"]


class Catalogue:
    """What a library holds, to be looked at: the half of `Library` that writes nothing.

    Parameters
    ----------
    database : Database
    folder : path
        Where indexes and other derived files lie.
    person : str
        Who looks: some collections are not for all.
    """

    def __init__(self, database: Database, folder: Path, person: str) -> None:
        self.database = database
        self.folder = folder
        self.person = person
        self.reader = Reader(database)
        self.text_index = TextIndex(database, folder / "text")
        self.columns = Columns(database, folder / "columns.npz")
        self._local = threading.local()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Self:
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

    def measurements(
        self, number: int | None = None, *, quantity: str | None = None
    ) -> list[Measurement]:
        """Give the measurements of a version, or all; what contradicts stands side by side."""
        numbers = None if number is None else [number]
        return measurements_of(self.database, numbers, quantity)

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

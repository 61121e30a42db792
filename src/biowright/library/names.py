"""The names that are taken in a collection: what a new version of a name follows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import sqlalchemy as sa

    Ints = npt.NDArray[np.int64]

__all__ = ["Known", "Names", "Under"]


@dataclass(slots=True)
class Known:
    """A version that is there."""

    number: int
    part: int
    ordinal: int
    content: bytes
    name: str
    write: int


@dataclass(slots=True)
class Under:
    """What stands under one key, as one write sees it.

    A name may come a million times within a write, so nothing here is looked through twice.

    Parameters
    ----------
    write : int
    """

    write: int
    _numbers: dict[tuple[str, bytes], int] = field(default_factory=dict)
    _newest: dict[str, dict[int, Known]] = field(default_factory=dict)
    _untouched: dict[str, deque[Known]] = field(default_factory=dict)

    def add(self, version: Known) -> None:
        """Take in a version."""
        self._numbers.setdefault((version.name, version.content), version.number)
        if version.write != self.write:
            # what this write made is never what this write follows
            self._newest.setdefault(version.name, {})[version.part] = version
            self._untouched.pop(version.name, None)
        elif version.ordinal > 1:
            self._newest.get(version.name, {}).pop(version.part, None)

    def same(self, name: str, content: bytes) -> int | None:
        """Give the number of the version with this name and content."""
        return self._numbers.get((name, content))

    def before(self, name: str) -> Known | None:
        """Take the newest version of the first part under a name that the write has not touched."""
        if name not in self._untouched:
            self._untouched[name] = deque(self._newest.get(name, {}).values())
        left = self._untouched[name]
        while left:
            version = left.popleft()
            if version.part in self._newest[name]:
                return version
        return None


class Names:
    """The names that are taken in a collection, and the versions under them.

    Of a load that makes the indexes of the database when it is done, it knows all names: sixteen
    bytes each, in sorted runs of which no one is much smaller than the next.

    Parameters
    ----------
    collection : int
    write : int
    """

    def __init__(self, collection: int, write: int) -> None:
        self.collection = collection
        self.write = write
        self.last = 0  # the highest number when they were last right
        self.numbers: dict[int, int] = {}  # key -> the first number under it, of one batch
        self._under: dict[int, Under] = {}
        self._runs: list[tuple[Ints, Ints]] = []

    def look_up(self, connection: sa.Connection, keys: Iterable[int]) -> None:
        """Read the versions under these keys from the database."""
        wanted = list(set(keys))
        for at in range(0, len(wanted), 1000):
            some = ",".join(map(str, wanted[at : at + 1000]))
            for key, version in self._read(connection, f"name_key IN ({some})"):
                self._under.setdefault(key, Under(self.write)).add(version)
                self.numbers.setdefault(key, version.number)

    def recall(self, keys: Sequence[int]) -> None:
        """Look up the keys of a batch among those that were kept."""
        self.numbers = {}
        asked = np.unique(np.array(keys, np.int64))
        for kept, numbers in self._runs:
            at = np.minimum(np.searchsorted(kept, asked), len(kept) - 1)
            found = kept[at] == asked
            known = zip(asked[found].tolist(), numbers[at[found]].tolist(), strict=True)
            self.numbers.update(known)

    def keep(self, first: int) -> None:
        """Keep the keys that are new since a number."""
        new = [(key, number) for key, number in self.numbers.items() if number >= first]
        self.numbers = {}
        if not new:
            return
        pairs = np.array(new, np.int64)
        self._runs.append(_sorted(pairs[:, 0], pairs[:, 1]))
        while len(self._runs) > 1 and len(self._runs[-2][0]) <= 2 * len(self._runs[-1][0]):
            one, other = self._runs.pop(), self._runs.pop()
            self._runs.append(
                _sorted(np.concatenate((other[0], one[0])), np.concatenate((other[1], one[1])))
            )

    def _read(self, connection: sa.Connection, where: str) -> Iterator[tuple[int, Known]]:
        rows = connection.exec_driver_sql(
            "SELECT name_key, number, part, ordinal, content, name, write, collection "
            f"FROM library_versions WHERE {where} ORDER BY number"
        )
        for key, number, part, ordinal, content, name, write, home in rows:
            if home == self.collection:
                yield key, Known(number, part, ordinal, bytes(content), name, write)

    def under(self, connection: sa.Connection, key: int, pending: Known | None) -> Under:
        """Give what stands under a key that is taken.

        Parameters
        ----------
        pending : Known, optional
            The first version under it, where it is not yet written.
        """
        if key not in self._under:
            found = self._under[key] = Under(self.write)
            if pending is not None:
                found.add(pending)
            else:
                for _, version in self._read(connection, f"number = {self.numbers[key]}"):
                    found.add(version)
        return self._under[key]


def _sorted(keys: Ints, numbers: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(keys, kind="stable")
    return keys[order], numbers[order]

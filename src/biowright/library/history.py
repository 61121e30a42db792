"""What became of a part: its versions, and everything that was written of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from biowright.core import Feature, Record

if TYPE_CHECKING:
    from .database import Database

__all__ = ["Difference", "Event", "chain", "compare", "events"]

# beyond so many letters, what differs is told as one window
_ALIGNED = 20_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was written of a part.

    Parameters
    ----------
    write : int
    at : str
        When, in ISO 8601 (UTC).
    person : str
    what : str
        ``version 2``, ``tier``, ``tag``, ``withdrawn``...
    detail : str
    """

    write: int
    at: str
    person: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in which two versions differ.

    Parameters
    ----------
    field : str
        ``sequence``, ``feature``, ``annotation``, ``description``, ``topology``...
    before, after : str
        "" for what is not there.
    start, end : int, optional
        Where in the sequence of the older version, 0-based and half-open.
    """

    field: str
    before: str
    after: str
    start: int | None = None
    end: int | None = None


def chain(database: Database, part: int) -> list[int]:
    """Give the numbers of a part's versions, oldest first."""
    numbers = [part]
    while rows := database.quick(
        "SELECT new FROM library_successions WHERE old = ?", (numbers[-1],)
    ):
        numbers.append(rows[0][0])
    return numbers


def events(database: Database, part: int) -> list[Event]:
    """Give what was written of a part, oldest first."""
    found: list[tuple[int, str, str]] = []
    numbers = chain(database, part)
    some = ",".join(map(str, numbers))
    for number, ordinal, write, length in database.quick(
        f"SELECT number, ordinal, write, length FROM library_versions WHERE number IN ({some}) "
        "ORDER BY number",
        (),
    ):
        found.append((write, f"version {ordinal}", f"{length:,} letters, number {number}"))
    for write, field, value in database.quick(
        f"SELECT write, field, value FROM library_changes WHERE number IN ({some}) ORDER BY id", ()
    ):
        found.append((write, field, value))
    for write, kind, text, removed in database.quick(
        "SELECT write, kind, text, removed FROM library_labels WHERE part = ? ORDER BY id",
        (part,),
    ):
        found.append((write, kind, text))
        if removed is not None:
            found.append((removed, f"{kind} removed", text))
    for write, count in database.quick(
        f"SELECT write, count(*) FROM library_measurements WHERE number IN ({some}) GROUP BY write",
        (),
    ):
        found.append((write, "measured", f"{count:,} measurement{'' if count == 1 else 's'}"))
    for write, reason in database.quick(
        "SELECT write, reason FROM library_withdrawals WHERE part = ?", (part,)
    ):
        found.append((write, "withdrawn", reason))
    return _dated(database, sorted(found, key=lambda event: event[0]))


def _dated(database: Database, found: Sequence[tuple[int, str, str]]) -> list[Event]:
    writes: dict[int, Any] = {}
    if found:
        some = ",".join({str(write) for write, *_ in found})
        for id, at, actor in database.quick(
            f"SELECT id, at, actor FROM library_writes WHERE id IN ({some})", ()
        ):
            writes[id] = (at, actor)
    return [Event(write, *writes[write], what, detail) for write, what, detail in found]


def compare(before: Record, after: Record) -> list[Difference]:
    """Tell in what two records differ: letters, topology, description, features, annotations."""
    told = [
        Difference(field, str(old), str(new))
        for field in ("name", "molecule", "topology", "description", "id")
        if (old := getattr(before, field)) != (new := getattr(after, field))
    ]
    told += _letters(before.sequence.data, after.sequence.data)
    old_features = [_feature_text(feature) for feature in before.features]
    new_features = [_feature_text(feature) for feature in after.features]
    told += _sets("feature", old_features, new_features)
    told += _sets(
        "annotation",
        [f"{key}={value}" for key, value in before.annotations.pairs],
        [f"{key}={value}" for key, value in after.annotations.pairs],
    )
    told += _sets("reference", list(map(str, before.references)), list(map(str, after.references)))
    return told


def _feature_text(feature: Feature) -> str:
    said = "; ".join(
        key if value is None else f"{key}={value}" for key, value in feature.qualifiers.pairs
    )
    return f"{feature.type} {feature.location}" + (f" ({said})" if said else "")


def _sets(field: str, old: list[str], new: list[str]) -> list[Difference]:
    gone, come = list(old), []
    for text in new:
        if text in gone:
            gone.remove(text)
        else:
            come.append(text)
    return [Difference(field, text, "") for text in gone] + [
        Difference(field, "", text) for text in come
    ]


def _letters(old: bytes, new: bytes) -> list[Difference]:
    if old == new:
        return []
    head = 0
    limit = min(len(old), len(new))
    while head < limit and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    one, other = old[head : len(old) - tail].decode(), new[head : len(new) - tail].decode()
    if len(one) * len(other) > _ALIGNED * 1000:
        return [Difference("sequence", one, other, head, head + len(one))]
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return [
        Difference("sequence", one[a:b], other[c:d], head + a, head + b)
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]

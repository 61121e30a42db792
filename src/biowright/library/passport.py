"""What goes with a part from one library to the next: roles, licence, source, tier, tags and names.

Formats with annotations hold it there (SBOL, CSV). Flat files hold it in a structured comment, as
GenBank has them: lines ``key :: value`` between ``##Biowright-Part-START##`` and ``-END##``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import Attributes, InputError, Record
from biowright.core.lazy import lazy_module

from .database import next_key
from .licences import find_licence
from .parts import TIERS

if TYPE_CHECKING:
    import sqlalchemy as sa

    from . import tables as t
    from .adding import Draft
    from .writes import Write
else:
    sa = lazy_module("sqlalchemy")
    t = lazy_module("biowright.library.tables")

__all__ = ["COMMENT_FORMATS", "Passport", "admit", "label_all", "passport_of", "with_passport"]

COMMENT_FORMATS = ("genbank", "embl")
"""Formats that keep annotations of ours in comments only."""
_START, _END = "##Biowright-Part-START##", "##Biowright-Part-END##"
_BLOCK = re.compile(rf"\s*{_START}\n(.*?)\n?\s*{_END}\s*", re.DOTALL)
_IDENTITY = re.compile(r"P\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Passport:
    """What a record says of itself as a part of a library; "" where it says nothing.

    Parameters
    ----------
    licence, source, tier : str
    tags, aliases : tuple of str
    doubts : tuple of (what, why)
        What it says that no library understands.
    """

    licence: str = ""
    source: str = ""
    tier: str = ""
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()


def with_passport(record: Record, pairs: Iterable[tuple[str, str]], *, comment: bool) -> Record:
    """Give a record that says more of itself, among its annotations or in a comment.

    Parameters
    ----------
    record : Record
    pairs : iterable of (key, value)
        ``identity``, ``collection``, ``licence``, ``provenance`` (the source), ``tier``, ``tag``,
        ``alias``; a key may come several times.
    comment : bool
        Write a structured comment, with the roles in it.
    """
    said = record.annotations.pairs
    if not comment:
        return record.changed(annotations=Attributes([*said, *pairs]))
    roles = [pair for pair in said if pair[0] == "role"]
    lines = [f"{key} :: {' '.join(value.split())}" for key, value in [*roles, *pairs]]
    block = "\n".join((_START, *lines, _END))
    kept = [pair for pair in said if pair[0] != "role"]
    return record.changed(annotations=Attributes([*kept, ("comment", block)]))


def passport_of(record: Record) -> tuple[Record, Passport]:
    """Take from a record what it says of itself as a part.

    Returns
    -------
    Record
        Without what the library keeps elsewhere, so that a part that comes back has the content that
        it had; roles stay with it.
    Passport

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> said = Attributes([("licence", "cc0"), ("organism", "E. coli")])
    >>> bare, passport = passport_of(Record(Sequence("ACGT"), "a", annotations=said))
    >>> passport.licence, bare.annotations.pairs
    ('CC0-1.0', (('organism', 'E. coli'),))
    """
    pairs = record.annotations.pairs
    if not pairs:
        return record, Passport()
    pairs = tuple(pair for key, value in pairs for pair in _spread(key, value))
    ours = any(key == "identity" and _IDENTITY.fullmatch(value) for key, value in pairs)
    kept: list[tuple[str, str]] = []
    found: dict[str, list[str]] = {}
    doubts: list[tuple[str, str]] = []
    for key, value in pairs:
        name = "licence" if key == "license" else key
        if name == "licence":
            try:
                value = find_licence(value)
            except InputError as error:
                doubts.append(("licence", error.what))
                name = ""
        elif name == "tier" and value not in TIERS:
            doubts.append(("tier", f"there is no tier '{value}'"))
            name = ""
        if name in ("licence", "provenance", "tier", "tag", "alias") and value.strip():
            found.setdefault(name, []).append(value)
        elif not (ours and key in ("identity", "collection")):
            kept.append((key, value))
    passport = Passport(
        " AND ".join(found.get("licence", ())),
        "; ".join(found.get("provenance", ())),
        found.get("tier", [""])[-1],
        tuple(found.get("tag", ())),
        tuple(found.get("alias", ())),
        tuple(doubts),
    )
    if tuple(kept) != record.annotations.pairs:
        record = record.changed(annotations=Attributes(kept))
    return record, passport


def admit(
    write: Write,
    drafts: Sequence[Draft],
    passports: Mapping[int, Passport],
    licence: str,
    source: str,
    tier: str,
) -> None:
    """Let drafts have what their passports say, where the write says nothing for all."""
    for place, passport in passports.items():
        draft = drafts[place]
        if passport.licence and not licence:
            draft.licence = write.term("licence", passport.licence)
        if passport.source and not source:
            draft.source = write.term("source", passport.source)
        if passport.tier and not tier:
            draft.tier = TIERS.index(passport.tier)


def label_all(
    write: Write, numbers: Sequence[int], passports: Mapping[int, Passport], first: int
) -> None:
    """Give the versions that are new, from `first` on, the tags and aliases of their passports."""
    said = [
        (numbers[place], kind, text)
        for place, passport in passports.items()
        for kind, texts in (("tag", passport.tags), ("alias", passport.aliases))
        for text in dict.fromkeys(texts)
        if numbers[place] >= first
    ]
    if not said:
        return
    v, old = t.versions.c, t.labels.c
    wanted = sorted({number for number, _, _ in said})
    part_of: dict[int, int] = {}
    there: set[tuple[int, str, str]] = set()
    for at in range(0, len(wanted), 500):
        some = v.number.in_(wanted[at : at + 500])
        part_of |= dict(
            map(tuple, write.connection.execute(sa.select(v.number, v.part).where(some)))
        )
        parts = sa.select(v.part).where(some)
        there |= set(
            map(
                tuple,
                write.connection.execute(
                    sa.select(old.part, old.kind, old.text).where(
                        old.part.in_(parts), old.removed.is_(None)
                    )
                ),
            )
        )
    id = next_key(write.connection, old.id)
    for number, kind, text in said:
        if (part_of[number], kind, text) not in there:
            there.add((part_of[number], kind, text))
            write.connection.execute(
                t.labels.insert().values(
                    id=id, part=part_of[number], kind=kind, text=text, write=write.id
                )
            )
            id += 1


def _spread(key: str, value: str) -> Iterable[tuple[str, str]]:
    """Walk what a comment says, and what is left of it."""
    block = _BLOCK.search(value) if key == "comment" else None
    if block is None:
        yield key, value
        return
    left = f"{value[: block.start()]}\n{value[block.end() :]}".strip()
    if left:
        yield key, left
    said: list[list[str]] = []
    for line in block[1].splitlines():
        name, sign, rest = line.partition("::")
        if sign and name.strip().isidentifier():
            said.append([name.strip(), rest.strip()])
        elif said and line.strip():  # the line before was too long for the format
            said[-1][1] += f" {line.strip()}"
    yield from ((name, text) for name, text in said)

"""Writing versions: what is new, what is there already, and how the rows come about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from biowright.core import BiowrightError, Molecule, Record, record_seguid
from biowright.core.lazy import lazy_module

from .canonical import checksums, circle_key, key_of
from .database import Database
from .document import content_of, document_of
from .names import Known, Names
from .packing import REVERSED, flags_of, pack
from .passport import Passport, admit, label_all, passport_of
from .roles import roles_of

if TYPE_CHECKING:
    import sqlalchemy as sa

    from . import tables as t
    from .writes import Write
else:
    sa = lazy_module("sqlalchemy")
    t = lazy_module("biowright.library.tables")

__all__ = ["Draft", "Saved", "draft_of", "name_key", "save", "save_records"]

# letters in a block: a part is read with those beside it
BLOCK = 1 << 20
_COLUMNS = (
    "number", "part", "ordinal", "write", "collection", "name", "name_key", "content", "seguid",
    "circle", "length", "gc", "flags", "role", "licence", "source", "tier", "screening",
    "description", "document",
)  # fmt: skip
_TO_DNA = bytes.maketrans(b"U", b"T")


@dataclass(slots=True)
class Draft:
    """A version before it has a number."""

    name: str
    letters: bytes
    flags: int
    content: bytes
    seguid: bytes | None
    circle: int | None
    gc: float | None
    role: int | None = None
    licence: int | None = None
    source: int | None = None
    tier: int = 0
    screening: int = 0
    description: str | None = None
    document: str | None = None


@dataclass(slots=True)
class Saved:
    """What came of drafts: the number of each version, and how many of them are new."""

    numbers: list[int] = field(default_factory=list)
    added: int = 0
    parts: int = 0
    skipped: int = 0


def name_key(collection: int, name: str) -> int:
    """Give the key under which a name is looked up."""
    text = f"{collection}\0{name}".encode("utf-8", "surrogatepass")
    return key_of(hashlib.sha1(text, usedforsecurity=False).digest())


def draft_of(record: Record) -> Draft:
    """Make the draft of a record; licence, source and tier are its caller's."""
    import base64

    sequence = record.sequence
    document = document_of(record)
    circle, reverse = None, 0
    if sequence.molecule is not Molecule.PROTEIN and len(sequence):
        letters = sequence.data.upper().translate(_TO_DNA)
        bounds = np.array([0, len(letters)], np.int64)
        circle = circle_key(letters)
        reverse = REVERSED * int(checksums(letters, bounds, np.zeros(1, np.uint8))[1][0])
    try:
        _, _, text = record_seguid(record).partition("=")
        seguid = base64.urlsafe_b64decode(text + "=")
    except BiowrightError:
        seguid = None  # gaps and the like, which SEGUID does not know
    return Draft(
        record.name,
        sequence.data,
        flags_of(sequence.molecule, sequence.circular, record.single_stranded) | reverse,
        content_of(record, document),
        seguid,
        circle,
        None if sequence.molecule is Molecule.PROTEIN else sequence.gc(),
        description=record.description or None,
        document=document,
    )


def role_text(record: Record) -> str:
    """Give the roles of a record as one word of the table of terms; "" for none."""
    return " ".join(roles_of(record))


def save(
    database: Database,
    connection: sa.Connection,
    write: int,
    collection: int,
    drafts: Sequence[Draft],
    names: Names | None = None,
) -> Saved:
    """Write drafts into a collection, in their order.

    A draft that is there already, under its name and with its content, is passed over. Where the
    name is known from an earlier write, it becomes the next version of that part; a name that
    comes again within one write is another part.

    Parameters
    ----------
    names : Names, optional
        All names of the library, where a load has written them itself; they are kept in step.
    """
    saved = Saved()
    keys = [name_key(collection, draft.name) for draft in drafts]
    known = names or Names(collection, write)
    if names is None:
        known.look_up(connection, keys)
    else:
        known.recall(keys)
    number = last_number(connection)
    first = number + 1
    rows: list[tuple[object, ...]] = []
    kept: list[Draft] = []
    successions: list[tuple[int, int, int]] = []
    numbers = known.numbers
    for draft, key in zip(drafts, keys, strict=True):
        number += 1
        part, ordinal = number, 1
        if key in numbers:
            at = numbers[key]
            other = kept[at - first] if at >= first else None
            pending = other and Known(at, at, 1, other.content, other.name, write)
            under = known.under(connection, key, pending)
            same = under.same(draft.name, draft.content)
            if same is not None:
                number -= 1
                saved.numbers.append(same)
                saved.skipped += 1
                continue
            before = under.before(draft.name)
            if before is not None:
                part, ordinal = before.part, before.ordinal + 1
                successions.append((before.number, number, write))
            under.add(Known(number, part, ordinal, draft.content, draft.name, write))
        else:
            numbers[key] = number
        saved.numbers.append(number)
        saved.parts += ordinal == 1
        kept.append(draft)
        rows.append(
            (
                number, part, ordinal, write, collection, draft.name, key, draft.content,
                draft.seguid, draft.circle, len(draft.letters), draft.gc, draft.flags, draft.role,
                draft.licence, draft.source, draft.tier, draft.screening, draft.description,
                draft.document,
            )
        )  # fmt: skip
    saved.added = len(rows)
    known.last = number
    known.keep(first)
    if rows:
        database.insert_many(connection, t.versions, _COLUMNS, rows)
        _write_blocks(database, connection, first, kept)
    if successions:
        database.insert_many(connection, t.successions, ("old", "new", "write"), successions)
    return saved


def save_records(
    database: Database,
    write: Write,
    records: Iterable[Record],
    collection: str,
    licence: str,
    source: str,
    tier: str,
) -> Saved:
    """Save records with the licence, source and tier of the write, or else their own."""
    values = write.values(collection=collection, licence=licence, source=source, tier=tier)
    drafts: list[Draft] = []
    passports: dict[int, Passport] = {}
    for number, given in enumerate(records):
        record, passport = passport_of(given)
        draft = draft_of(record)
        draft.licence, draft.source, draft.tier = values.licence, values.source, values.tier
        if role := role_text(record):
            draft.role = write.term("role", role)
        drafts.append(draft)
        if passport != Passport():
            passports[number] = passport
    admit(write, drafts, passports, licence, source, tier)
    first = last_number(write.connection) + 1
    saved = save(database, write.connection, write.id, values.collection, drafts)
    label_all(write, saved.numbers, passports, first)
    write.count(saved.added, saved.skipped)
    return saved


def last_number(connection: sa.Connection) -> int:
    """Give the highest number; 0 where there is none."""
    return int(connection.scalar(sa.select(sa.func.max(t.blocks.c.last))) or 0)


def _write_blocks(
    database: Database, connection: sa.Connection, first: int, drafts: Sequence[Draft]
) -> None:
    rows = []
    start = 0
    while start < len(drafts):
        end, size = start, 0
        while end < len(drafts) and (end == start or size + len(drafts[end].letters) <= BLOCK):
            size += len(drafts[end].letters)
            end += 1
        some = drafts[start:end]
        letters = b"".join(draft.letters for draft in some)
        sizes = [len(draft.letters) for draft in some]
        payload = pack(letters, sizes, [draft.flags & 255 for draft in some])
        rows.append((first + start, first + end - 1, payload))
        start = end
    database.insert_many(connection, t.blocks, ("first", "last", "payload"), rows)

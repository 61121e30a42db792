"""Taking files in: any format, resumed where it stopped, no bad record spoiling the rest."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from biowright.core import BiowrightError, Record
from biowright.core.lazy import lazy_module
from biowright.formats import Source, find_format, open_source

from .adding import draft_of, last_number, role_text, save
from .ahead import ahead, meanwhile
from .bulk import Batch, batches
from .database import Database
from .names import Names
from .parts import LoadReport, Refusal
from .passport import Passport, admit, label_all, passport_of
from .records import records_of
from .writes import Write

if TYPE_CHECKING:
    import sqlalchemy as sa

    from . import tables as t
else:
    sa = lazy_module("sqlalchemy")
    t = lazy_module("biowright.library.tables")

__all__ = ["Progress", "load_file"]

Progress = Callable[[int, int], None]
After = Callable[[int], Sequence[Callable[[], object]]]
_RECORDS = 2000  # in one transaction, where records come one by one
# from this size on, a load into an empty library makes the indexes when it is done
_LARGE = 32 << 20
_PROTEINS = (".faa", ".mpfa")


@dataclass(frozen=True, slots=True)
class Options:
    """What a load says of all its parts."""

    collection: str
    licence: str
    source: str
    tier: str


def load_file(
    database: Database,
    person: str,
    path: str | os.PathLike[str] | BinaryIO,
    options: Options,
    after: After,
    progress: Progress | None = None,
) -> LoadReport:
    """Load a file, or go on with a load of it that was interrupted.

    Parameters
    ----------
    database : Database
    person : str
    path : path, or binary file object
    options : Options
    after : callable of int
        Told how many versions are new, gives what is to be done once they are written: it is done
        beside the last of the load.
    progress : callable of (bytes done, bytes in all), optional
        Called after each transaction; what it has been told is safe.
    """
    with open_source(path) as source:
        file, size = _fingerprint(source, path)
        fasta = _is_fasta(source)
        detail = {
            "file": Path(source.name).name,
            "collection": options.collection,
            "licence": options.licence,
            "source": options.source,
            "tier": options.tier,
        }
        text = json.dumps(detail, ensure_ascii=False, sort_keys=True)
        write, place = _begin(database, person, file, text)
        report = _Tally(write)
        if place:
            _index(database)
        elif fasta and size >= _LARGE and _defer(database):
            report.names = Names(0, write)
        walked = (
            batches(source, place, protein=source.suffix in _PROTEINS)
            if fasta
            else _record_batches(source, place)
        )
        with _uncollected(), contextlib.closing(ahead(walked)) as made:
            for batch in made:
                _commit(database, person, write, batch, options, report)
                if progress is not None:
                    progress(size if batch.place < 0 else batch.place if fasta else 0, size)
        report.names = None  # which is not needed any more
        meanwhile(after(report.added), lambda: _index(database))
    return report.report()


class _Tally:
    def __init__(self, write: int) -> None:
        self.write = write
        self.names: Names | None = None  # of a load that makes the indexes when it is done
        self.added = self.parts = self.skipped = 0
        self.refused: list[Refusal] = []
        self.losses: list[tuple[str, str, str]] = []

    def report(self) -> LoadReport:
        return LoadReport(
            self.write,
            self.added,
            self.parts,
            self.skipped,
            tuple(self.refused),
            tuple(self.losses),
        )


def _fingerprint(source: Source, path: str | os.PathLike[str] | BinaryIO) -> tuple[str | None, int]:
    """Give what a file is known by when its load is resumed, and its size."""
    if not isinstance(path, str | os.PathLike):
        return None, 0
    size = Path(path).stat().st_size
    return f"{hashlib.sha256(source.head).hexdigest()}:{size}", size


def _is_fasta(source: Source) -> bool:
    return find_format(source).name == "fasta"


def _begin(database: Database, person: str, file: str | None, detail: str) -> tuple[int, int]:
    """Give the number of the write and the place to begin at."""
    c = t.writes.c
    if file is not None:
        with database.reading() as connection:
            row = connection.execute(
                sa.select(c.id, c.place)
                .where(c.file == file, c.detail == detail, c.place >= 0)
                .order_by(c.id.desc())
            ).first()
        if row is not None:
            return row.id, row.place
    with Write(database, person, "load a file", detail, file=file) as write:
        write.count(0, 0, place=0)
    return write.id, 0


def _commit(
    database: Database, person: str, write_id: int, batch: Batch, options: Options, tally: _Tally
) -> None:
    with Write(database, person, "", id=write_id) as write:
        values = write.values(
            collection=options.collection,
            licence=options.licence,
            source=options.source,
            tier=options.tier,
        )
        for draft, role in zip(batch.drafts, batch.roles, strict=True):
            draft.source, draft.tier = values.source, values.tier
            if draft.licence is None:
                draft.licence = values.licence
            if role:
                draft.role = write.term("role", role)
        admit(write, batch.drafts, batch.passports, options.licence, options.source, options.tier)
        first = last_number(write.connection) + 1
        names = tally.names
        if names is not None and names.last != last_number(write.connection):
            _make_indexes(write.connection)  # somebody else has written meanwhile
            names = tally.names = None
        if names is not None:
            names.collection = values.collection
        saved = save(database, write.connection, write_id, values.collection, batch.drafts, names)
        label_all(write, saved.numbers, batch.passports, first)
        if batch.refused:
            write.refuse(batch.refused)
        write.count(saved.added, saved.skipped, len(batch.refused), place=batch.place)
    tally.added += saved.added
    tally.parts += saved.parts
    tally.skipped += saved.skipped
    tally.refused += batch.refused
    tally.losses += batch.losses


def _record_batches(source: Source, place: int) -> Iterator[Batch]:
    """Walk any file in batches of records; `place` counts records."""
    batch = Batch(place=place)
    for count, found in enumerate(records_of(source)):
        if count < place:
            continue
        _draft(batch, found, source)
        batch.place = count + 1
        if len(batch.drafts) == _RECORDS:
            yield batch
            batch = Batch(place=batch.place)
    batch.place = -1
    yield batch


def _draft(batch: Batch, found: Record | Refusal, source: Source) -> None:
    if isinstance(found, Refusal):
        batch.refused.append(found)
        return
    record = found if found.name else found.changed(name=found.id or source.stem)
    reason = None
    if not len(record):
        reason = "the record has no letters"
    elif not record.name:
        reason = "the record has no name"
    elif "\0" in record.name + record.description:
        reason = "there is a NUL in its name or description"
    if reason:
        batch.refused.append(Refusal(source.name, None, record.name, reason))
        return
    record, passport = passport_of(record)
    try:
        draft = draft_of(record)
    except BiowrightError as error:
        batch.refused.append(Refusal(source.name, error.line, record.name, error.what))
        return
    if passport != Passport():
        batch.passports[len(batch.drafts)] = passport
    batch.losses += [(record.name, what, why) for what, why in passport.doubts]
    batch.drafts.append(draft)
    batch.roles.append(role_text(record))
    if record.extras:
        kept = " and ".join(sorted(record.extras))
        plain = set(record.extras) <= {"genbank", "embl"}  # how it is written, and nothing else
        what = "layout" if plain else "extras"
        detail = "the file's own spacing and order" if plain else f"what only {kept} keeps"
        batch.losses.append((record.name, what, detail))


def _defer(database: Database) -> bool:
    """Take the indexes away that are quicker made at the end, if nothing needs them yet."""
    with database.writing() as connection:
        if connection.scalar(sa.select(sa.func.count()).select_from(t.blocks)):
            return False
        for index in t.DEFERRED:
            index.drop(connection, checkfirst=True)
    return True


def _index(database: Database) -> None:
    missing = {index.name for index in t.DEFERRED}
    missing -= {row["name"] for row in sa.inspect(database.engine).get_indexes(t.versions.name)}
    if missing:
        with database.writing() as connection:
            _make_indexes(connection)


def _make_indexes(connection: sa.Connection) -> None:
    for index in t.DEFERRED:
        index.create(connection, checkfirst=True)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Do without the collector of cycles: a load makes millions of objects and no cycle."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

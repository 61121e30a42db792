"""FASTA by the million: from blocks of the file straight to rows and packed blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from biowright.core import BiowrightError
from biowright.formats import Source
from biowright.formats.fasta import records_in

from .adding import Draft, draft_of, role_text
from .canonical import checksums, circle_keys
from .packing import REVERSED
from .parts import Refusal
from .passport import Passport
from .titles import OTHER, PLAIN, Entries, cut

__all__ = ["Batch", "batches"]

# what is parsed at once, and what is written in one transaction
_PIECE, _BATCH = 4 << 20, 32 << 20


@dataclass(slots=True)
class Batch:
    """Drafts of one transaction, and the byte up to which they reach."""

    drafts: list[Draft] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    passports: dict[int, Passport] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    losses: list[tuple[str, str, str]] = field(default_factory=list)
    place: int = 0


def batches(source: Source, place: int, *, protein: bool) -> Iterator[Batch]:
    """Walk a FASTA file in batches.

    Parameters
    ----------
    source : Source
        At its beginning.
    place : int
        Begin at this byte, where an earlier load stopped: the beginning of a record.
    protein : bool
        Whether all letters are amino acids.
    """
    batch = Batch(place=place)
    held, line, begun, skipped = b"", 1, False, 0
    size = 0
    for block in source.blocks(_PIECE):
        if skipped + len(block) <= place:
            skipped += len(block)
            line += block.count(b"\n")
            continue
        if skipped < place:
            line += block.count(b"\n", 0, place - skipped)
            block = block[place - skipped :]
            skipped = place
        data = held + block
        if not begun:
            start = _first_title(data)
            if start is None:
                held = data
                continue
            line += data.count(b"\n", 0, start)
            batch.place += start
            data = data[start:]
            begun = True
        whole, held = cut(data)
        if whole:
            line = _take(batch, whole, line, source.name, protein)
            size += len(whole)
        if size >= _BATCH:
            yield batch
            batch, size = Batch(place=batch.place), 0
    if not begun:
        if held.strip():
            batch.refused.append(
                Refusal(source.name, line, "", "there is no line that begins with '>'")
            )
    else:
        _take(batch, held if held.endswith(b"\n") else held + b"\n", line, source.name, protein)
    batch.place = -1
    yield batch


def _first_title(data: bytes) -> int | None:
    if data.startswith(b">"):
        return 0
    at = data.find(b"\n>")
    return None if at < 0 else at + 1


def _take(batch: Batch, data: bytes, line: int, path: str, protein: bool) -> int:
    """Add the records of whole lines to a batch; give the number of the line behind them."""
    entries = Entries(data)
    drafts: list[Draft | None] = []
    roles: list[str] = []
    plain: list[bool] = []
    kinds = [OTHER] * len(entries) if protein else entries.kinds
    bounds = entries.bounds.tolist()
    letters, gcs = entries.letters, entries.gc
    for index, kind in enumerate(kinds):
        title = None if kind == OTHER else _plain_title(entries.title(index))
        start, end = bounds[index], bounds[index + 1]
        role = ""
        draft: Draft | None
        if title is None or start == end:
            draft, role = _slow(batch, entries, index, line, path, protein)
        else:
            name, description = title
            own = letters[start:end]
            head = f"DNA\0linear\0{description}\0\0".encode()
            content = hashlib.sha256(head + own).digest()
            draft = Draft(name, own, 0, content, None, None, gcs[index])
            if description:
                draft.description = description
        drafts.append(draft)
        roles.append(role)
        plain.append(title is not None and start != end)
    upper = letters if max(kinds, default=PLAIN) == PLAIN else letters.upper()
    circles = circle_keys(upper, entries.bounds).tolist()
    seguids, turned = checksums(upper, entries.bounds, np.zeros(len(entries), np.uint8))
    for draft, circle, seguid, other, role, mine in zip(
        drafts, circles, seguids, turned.tolist(), roles, plain, strict=True
    ):
        if draft is None:
            continue
        if mine:
            draft.circle, draft.seguid = circle, seguid
            draft.flags |= REVERSED * other
        batch.drafts.append(draft)
        batch.roles.append(role)
    batch.place += len(data)
    return line + entries.newlines


def _plain_title(title: bytes) -> tuple[str, str] | None:
    """Give name and description of a title that says nothing else, or None."""
    try:
        text = title.decode()
    except UnicodeDecodeError:
        return None
    name, blank, description = text.partition(" ")
    if not name or (blank and (not description or description.strip(" ") is not description)):
        return None
    if "\t" in text or "\0" in text:
        return None
    if "=" in text and ("topology" in text.lower() or "circular=" in text.lower()):
        return None
    return name, description


def _slow(
    batch: Batch, entries: Entries, index: int, line: int, path: str, protein: bool
) -> tuple[Draft | None, str]:
    """Take a record that is not plain by the parser that knows everything, or refuse it."""
    at = line + entries.lines[index]
    title = entries.title(index).decode("utf-8", "replace").split(None, 1)
    name = title[0] if title else ""
    try:
        for record in records_in([entries.text(index)], path, line=at, protein=protein):
            if not record.name:
                reason = "the record has no name"
            elif not len(record):
                reason = "the record has no letters"
            elif "\0" in record.name + record.description:
                reason = "there is a NUL in the title"
            else:
                return draft_of(record), role_text(record)
            batch.refused.append(Refusal(path, at, name, reason))
    except BiowrightError as error:
        batch.refused.append(Refusal(path, error.line or at, name, error.what))
    return None, ""

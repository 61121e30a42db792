"""`biowright edit`: change a record on the command line; its features follow."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from biowright.core import Editor, InputError, Record, suggest
from biowright.formats import Document, read, write

from .arguments import Encoding, Force, From, Json, given, named
from .output import note, print_json

__all__ = ["edit"]


def edit(
    file: str,
    *,
    op: Annotated[list[str], Parameter(negative=())],
    out: str,
    record: str | None = None,
    to: Annotated[str | None, Parameter(help="The target format; else the ending says it.")] = None,
    from_: From = None,
    encoding: Encoding = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Edit a record: insert, delete, replace, rotate, reverse-complement; its features follow.

    Coordinates are 0-based and half-open. A feature that loses letters is marked, never dropped.

    Parameters
    ----------
    file
        A file in any format that is read; `-` is the standard input.
    op
        An operation; may be given several times, carried out in this order:
        "insert 100 ATGC", "delete 200..210", "replace 5..10 GGG", "rotate 500", "reverse-complement",
        "extract 10..90", "splice 0..300,400..700", "circularise", "linearise".
    out
        The file to write.
    record
        The name of the record to edit, where the file holds several.
    """
    document = read(given(file), format=from_, encoding=encoding)
    index = _find(document, record, file)
    editor = Editor(document[index])
    for text in op:
        editor.apply(text)
    document[index] = editor.record
    losses = write(document, named(out), format=to, force=force)
    cut = [(f, f.cuts[-1]) for f in editor.record.features if f.cuts]
    if json:
        print_json(
            {
                "record": editor.record.name,
                "length": len(editor.record),
                "history": list(editor.history),
                "cut": [{"feature": f.label, "type": f.type, "how": how} for f, how in cut],
                "losses": [asdict(loss) for loss in losses],
            }
        )
        return 0
    for line in editor.history:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{editor.record.name}: {len(editor.record):,} letters: {out}\n")
    for feature, how in cut:
        note(f"cut   {feature.type} {feature.label}: {how}")
    for loss in losses:
        note(f"lost  {loss.record}: {loss.what}: {loss.detail}")
    return 0


def _find(document: Document, name: str | None, file: str) -> int:
    records: list[Record] = document
    if name is None:
        if len(records) == 1:
            return 0
        raise InputError(
            f"the file holds {len(records)} records",
            path=file,
            hint="say which one with --record NAME" if records else "there is nothing to edit",
        )
    matching = [i for i, r in enumerate(records) if name in (r.name, r.id)]
    if len(matching) == 1:
        return matching[0]
    what = f"{len(matching)} records are" if matching else "no record is"
    raise InputError(
        f"{what} named '{name}'", path=file, hint=suggest(name, [r.name for r in records])
    )

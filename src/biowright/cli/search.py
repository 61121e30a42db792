"""`biowright library search`: stretches, motifs, relatives, whole sequences and words."""

from __future__ import annotations

import json as json_text
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from biowright import formats
from biowright.core import InputError, Quantity, Sequence
from biowright.library import Filters, Found, Library, MeasuredRange
from biowright.library import search as search_library

from .arguments import given
from .output import note, print_table

__all__ = ["search"]

_LITERAL = re.compile(r"[A-Za-z*\s-]+")
_SHOWN = ("part", "version", "name", "start", "end", "strand", "identity", "score")
Lines = Annotated[bool, Parameter(negative=(), help="Answer with one JSON line a hit.")]


def search(
    folder: str,
    *,
    exact: str | None = None,
    contains: str | None = None,
    motif: str | None = None,
    similar: str | None = None,
    text: str | None = None,
    identity: float = 0.8,
    limit: int = 25,
    role: str | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    min_gc: float | None = None,
    max_gc: float | None = None,
    licence: str | None = None,
    host: str | None = None,
    collection: str | None = None,
    tier: str | None = None,
    tag: str | None = None,
    measured: list[str] | None = None,
    circular: Annotated[bool | None, Parameter(negative="--linear")] = None,
    superseded: Annotated[bool, Parameter(negative=())] = False,
    withdrawn: Annotated[bool, Parameter(negative=())] = False,
    json: Lines = False,
) -> int:
    """Search by sequence or words, on both strands and over the origin of circles.

    The first five options are questions, of which one is asked; the others are filters, all of
    which must hold. A question is a sequence, or a file of many in any format (`-` is the standard
    input).

    Parameters
    ----------
    folder
        The library.
    exact
        The whole part, from any origin.
    contains
        A stretch of a part, best of 12 letters or more.
    motif
        IUPAC letters, such as GCANNNNNNTGC.
    similar
        Relatives, with the best local alignment.
    text
        Words of names, descriptions and roles; typos are forgiven.
    identity
        The least identity of relatives, 0.5 to 1.
    limit
        The most hits a query.
    role
        A term of the Sequence Ontology or its name; kinds of it count.
    min_length
        In letters.
    max_length
        In letters.
    min_gc
        As a share, 0 to 1.
    max_gc
        As a share, 0 to 1.
    licence
        Such as CC-BY-4.0.
    host
        A strain in which something of the part was measured.
    collection
        Only this collection.
    tier
        reference or characterised.
    tag
        Only parts with this tag.
    measured
        A measured quantity with bounds: "termination strength>=10", "strength=0.5 RPU..2 RPU".
        Several may be given.
    circular
        Only circles, or with --linear none.
    superseded
        Older versions, too.
    withdrawn
        Withdrawn parts, too.
    """
    asked = {
        "exact": exact,
        "contains": contains,
        "motif": motif,
        "similar": similar,
        "text": text,
    }
    questions = [(kind, value) for kind, value in asked.items() if value is not None]
    if len(questions) != 1:
        raise InputError(
            f"{len(questions)} questions are asked", expected="one of --" + ", --".join(asked)
        )
    if limit < 1:
        raise InputError(f"a limit of {limit}", expected="1 or more")
    [(kind, value)] = questions
    filters = Filters(
        role=role,
        min_length=min_length,
        max_length=max_length,
        min_gc=min_gc,
        max_gc=max_gc,
        licence=licence,
        host=host,
        collection=collection,
        tier=tier,
        tag=tag,
        measured=tuple(map(_range, measured or ())),
        circular=circular,
        superseded=superseded,
        withdrawn=withdrawn,
    )
    queries = [(value, value)] if kind == "text" else list(_queries(value))
    with Library.open(folder) as library:
        found = search_library(
            library,
            kind,  # type: ignore[arg-type]
            queries,
            filters=filters,
            identity=identity,
            limit=limit,
        )
        if json:
            for hit in found:
                sys.stdout.write(json_text.dumps(_document(hit), ensure_ascii=False) + "\n")
            return 0
        hits = list(found)
    names = ("query", *_SHOWN) if len(queries) > 1 else _SHOWN
    if hits:
        print_table(names, [[_cell(getattr(hit, name)) for name in names] for hit in hits])
    note(f"{len(hits):,} hit{'' if len(hits) == 1 else 's'}")
    return 0


def _document(hit: Found) -> dict[str, object]:
    document = {field.name: getattr(hit, field.name) for field in fields(hit)}
    del document["number"]
    return document


def _cell(value: object) -> object:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else value


def _queries(value: str) -> Iterator[tuple[str, str | Sequence]]:
    """Read a literal, or the records of a file."""
    if isinstance(given(value), str) and not Path(value).exists():
        if not _LITERAL.fullmatch(value):
            raise InputError(
                f"'{value}' is neither a file nor a sequence", hint="is the file's name right?"
            )
        yield value, "".join(value.split())
        return
    count = 0
    for record in formats.stream(given(value)):
        count += 1
        yield record.name or f"query {count}", record.sequence
    if not count:
        raise InputError("there is no sequence in the file", path=value)


_BOUNDS = re.compile(r"\s*(?P<quantity>[^<>=]+?)\s*(?P<sign>>=|<=|=)\s*(?P<value>.+)")


def _range(text: str) -> MeasuredRange:
    """Read a range such as ``strength>=10`` or ``strength=0.5 RPU..2 RPU``."""
    match = _BOUNDS.fullmatch(text)
    if match is None:
        raise InputError(
            f"'{text}' is no range of a measured quantity",
            expected="such as 'termination strength>=10' or 'strength=0.5 RPU..2 RPU'",
        )
    value = match["value"]
    if match["sign"] == ">=":
        return MeasuredRange(match["quantity"], at_least=Quantity.parse(value))
    if match["sign"] == "<=":
        return MeasuredRange(match["quantity"], at_most=Quantity.parse(value))
    low, _, high = value.partition("..")
    return MeasuredRange(
        match["quantity"],
        at_least=Quantity.parse(low) if low.strip() else None,
        at_most=Quantity.parse(high or low) if (high or low).strip() else None,
    )

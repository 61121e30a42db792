"""`biowright convert`: from one format to another, with a report of what is lost."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from biowright.formats import convert as convert_file

from .arguments import Encoding, Force, From, Json, given, named
from .output import note, print_json

__all__ = ["convert"]

_SHOWN = 20


def convert(
    input: str,
    output: str,
    *,
    to: Annotated[str | None, Parameter(help="The target format; else the ending says it.")] = None,
    from_: From = None,
    encoding: Encoding = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Convert a file; report what the target cannot hold.

    Parameters
    ----------
    input
        A file in any format that is read; `-` is the standard input.
    output
        The file to write; its ending says the format (`.gz` packs it).
    """
    done = convert_file(
        given(input), named(output), to=to, format=from_, encoding=encoding, force=force
    )
    if json:
        print_json({"records": done.records, "losses": [asdict(loss) for loss in done.losses]})
        return 0
    plural = "" if done.records == 1 else "s"
    sys.stdout.write(f"{done.records:,} record{plural}, {done.source} to {done.target}: {output}\n")
    for loss in done.losses[:_SHOWN]:
        note(f"lost  {loss.record}: {loss.what}: {loss.detail}")
    if len(done.losses) > _SHOWN:
        note(f"lost  and {len(done.losses) - _SHOWN:,} more; --json lists them all")
    return 0

"""Arguments that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, BinaryIO

from cyclopts import Parameter

from biowright.core import InputError

from . import STDIN

__all__ = ["Encoding", "Force", "From", "Json", "given", "named", "refuse_idle", "writable"]

From = Annotated[
    str | None,
    Parameter(name="--from", help="The input's format, where the content leaves it open."),
]
Encoding = Annotated[
    str | None, Parameter(help="The encoding of the input's text, where it is not UTF-8.")
]
Force = Annotated[bool, Parameter(negative=(), help="Replace an existing file.")]
Json = Annotated[bool, Parameter(negative=(), help="Answer with one JSON document on stdout.")]


def named(file: str) -> str:
    """Give the file to write; the standard output holds messages and JSON, not files."""
    if file == STDIN:
        raise InputError("'-' can only be read", hint="name the file to write")
    return file


def given(file: str) -> str | BinaryIO:
    """Give what to read for an argument: its path, or the standard input for `-`."""
    return sys.stdin.buffer if file == STDIN else file


def writable(out: Path, force: bool) -> None:
    """Refuse a file that could not be written, before the work."""
    from biowright.formats import refuse_existing

    named(str(out))
    refuse_existing([out], force=force)
    if not out.parent.is_dir():
        raise InputError("there is no such folder", path=out.parent)


def refuse_idle(chosen: str, options: Mapping[str, object], hint: str | None = None) -> None:
    """Refuse options that would have no effect with what was chosen.

    Parameters
    ----------
    chosen : str
        Such as "--method mage".
    options : mapping of str to object
        What was given, by the name of the option; None, False and "" were not.
    hint : str, optional
        Where leaving them out is not the way.
    """
    idle = [name for name, value in options.items() if value not in (None, False, "")]
    if idle:
        verb, it = ("has", "it") if len(idle) == 1 else ("have", "them")
        *first, last = idle
        every = f"{', '.join(first)} and {last}" if first else last
        raise InputError(
            f"{every} {verb} no effect with {chosen}",
            hint=hint or f"leave {it} out",
        )

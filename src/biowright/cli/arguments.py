"""Arguments that several commands share."""

from __future__ import annotations

import sys
from typing import Annotated, BinaryIO

from cyclopts import Parameter

from biowright.core import InputError

from . import STDIN

__all__ = ["Encoding", "Force", "From", "Json", "given", "named"]

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

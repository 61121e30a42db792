"""All formats that are known, and which of them a file is in."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from biowright.core import FormatError, InputError, UnknownFormatError, suggest

from .format import Format
from .source import Source

__all__ = ["find_format", "format_for_path", "formats"]


@cache
def formats() -> dict[str, Format]:
    """Give all formats by name: our own, then those of installed packages.

    Raises
    ------
    InputError
        An installed package offers a format under a name that is taken.
    """
    known: dict[str, Format] = {}
    for format in _found():
        if format.name in known:
            raise InputError(
                f"two formats are named '{format.name}'", hint="uninstall one of their packages"
            )
        known[format.name] = format
    return known


def _found() -> Iterator[Format]:
    package = importlib.import_module("biowright.formats")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        yield from getattr(
            importlib.import_module(f"biowright.formats.{module.name}"), "FORMATS", ()
        )
    for entry in sorted(entry_points(group="biowright.formats"), key=lambda e: e.name):
        yield from entry.load()


def named_format(name: str) -> Format:
    """Give the format of that name.

    Raises
    ------
    InputError
        There is none.
    """
    try:
        return formats()[name.lower()]
    except KeyError:
        raise InputError(f"unknown format '{name}'", hint=suggest(name, formats())) from None


def find_format(source: Source) -> Format:
    """Find the format of an open file from its content; its name decides only between equals.

    Raises
    ------
    UnknownFormatError
        The content fits none of the formats.
    """
    fitting = [f for f in formats().values() if f.sniff(source.head)]
    if len(fitting) > 1:
        by_name = [f for f in fitting if _suffix(source.name) in f.extensions]
        fitting = by_name or fitting
    if fitting:
        return fitting[0]
    by_name = [f for f in formats().values() if _suffix(source.name) in f.extensions]
    what = (
        f"the content is not {by_name[0].title}, in spite of the name"
        if by_name
        else "the content fits no format that is known"
    )
    head = source.head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        what = "there is nothing but white space in it"
    start = head.splitlines()[0][:60].decode("utf-8", "replace") if head else ""
    raise UnknownFormatError(
        f"{what}; it begins with {start!r}" if start else what,
        path=source.name,
        hint="name the format with --from" if head else None,
    )


def format_for_path(path: str | Path) -> Format:
    """Give the format that a file of this name is to be written in.

    Raises
    ------
    FormatError
        The ending belongs to no format that can be written.
    """
    suffix = _suffix(str(path))
    for format in formats().values():
        if suffix in format.extensions and format.write is not None:
            return format
    writable = sorted(e for f in formats().values() if f.write for e in f.extensions)
    raise FormatError(
        f"the ending '{suffix}' says no format that can be written",
        path=str(path),
        expected=f"one of {' '.join(dict.fromkeys(writable))}",
        hint="or name the format with --to",
    )


def _suffix(name: str) -> str:
    path = Path(name.lower())
    return path.with_suffix("").suffix if path.suffix in (".gz", ".bgz") else path.suffix

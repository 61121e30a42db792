"""All formats that are known, and which of them a file is in."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from biowright.core import FormatError, InputError, UnknownFormatError, suggest

from .format import Format
from .source import Source, suffix_of

__all__ = ["find_format", "format_for_path", "formats"]

GROUP = "biowright.formats"


@cache
def formats() -> dict[str, Format]:
    """Give all formats by name: our own, then those of installed packages.

    A package adds formats by an entry point of the group ``biowright.formats`` that names a
    `Format` or a tuple of them; `biowright.formats.conformance` checks it. A package that cannot be
    loaded, or that takes a name which is in use, is left out with a warning.
    """
    known = {one.name: one for one in _own()}
    for entry in sorted(entry_points(group=GROUP), key=lambda e: (e.name, e.value)):
        for offered in _offered(entry):
            if offered.name in known:
                _warn(entry, f"the name '{offered.name}' is in use")
            else:
                known[offered.name] = offered
    return known


def _own() -> Iterator[Format]:
    package = importlib.import_module("biowright.formats")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        yield from getattr(
            importlib.import_module(f"biowright.formats.{module.name}"), "FORMATS", ()
        )


def _offered(entry: EntryPoint) -> tuple[Format, ...]:
    try:
        offered = entry.load()
    except Exception as error:  # whatever a stranger's module raises
        _warn(entry, f"{type(error).__name__}: {error}")
        return ()
    if isinstance(offered, Format):
        offered = (offered,)
    if not isinstance(offered, tuple) or not all(isinstance(f, Format) for f in offered):
        _warn(entry, "it names neither a Format nor a tuple of them")
        return ()
    return offered


def _warn(entry: EntryPoint, why: str) -> None:
    package = entry.dist.name if entry.dist else entry.value
    warnings.warn(
        f"the formats of '{package}' ({entry.name}) are left out: {why}",
        RuntimeWarning,
        stacklevel=2,
    )


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


def choose_format(source: Source, name: str | None = None) -> Format:
    """Give the format of that name for an open file, or the one that its content is of.

    Raises
    ------
    InputError, FormatError
        There is no such format, or the content is well known to be something else.
    """
    if name is None:
        return find_format(source)
    named = named_format(name)
    source.refuse_wide()
    if not named.sniff(source.head):
        source.refuse_foreign()
    return named


def find_format(source: Source) -> Format:
    """Find the format of an open file from its content; its name decides only between equals.

    Raises
    ------
    UnknownFormatError
        The content fits none of the formats, or several of them equally well.
    """
    source.refuse_wide()
    fitting = [f for f in formats().values() if f.sniff(source.head)]
    if len(fitting) > 1:
        fitting = [f for f in fitting if source.suffix in f.extensions] or fitting
    if len(fitting) > 1:
        names = " and ".join(f"'{f.name}'" for f in fitting)
        raise UnknownFormatError(
            f"the content fits the formats {names}",
            path=source.name,
            hint="name one of them with --from",
        )
    if fitting:
        return fitting[0]
    source.refuse_foreign()
    head = source.head.strip(b" \t\r\n")
    if not head:
        raise UnknownFormatError("there is nothing but white space in it", path=source.name)
    expected = [f for f in formats().values() if source.suffix and source.suffix in f.extensions]
    what = (
        f"the content is not {expected[0].title}, in spite of the name"
        if expected
        else "the content fits no format that is known"
    )
    start = head.splitlines()[0][:60].decode("utf-8", "replace")
    raise UnknownFormatError(
        f"{what}; it begins with {start!r}",
        path=source.name,
        hint="name the format with --from to see where it goes wrong",
    )


def format_for_path(path: str, like: str | None = None) -> Format:
    """Give the format that a file of this name is to be written in.

    Several formats share an ending (`.rdf`); among them the one named `like`, in which the records
    were read, goes first.

    Raises
    ------
    FormatError
        The ending belongs to no format that can be written.
    """
    suffix = suffix_of(path)
    fitting = [f for f in formats().values() if suffix in f.extensions and f.write is not None]
    if suffix and fitting:
        return next((known for known in fitting if known.name == like), fitting[0])
    endings = (e for f in formats().values() if f.write for e in f.extensions)
    raise FormatError(
        f"the ending '{suffix}' says no format that can be written"
        if suffix
        else "the name has no ending to tell the format by",
        path=path,
        expected=f"one of {' '.join(dict.fromkeys(sorted(endings)))}",
        hint="give the file one of these endings; where a command has --to, that names the format",
    )

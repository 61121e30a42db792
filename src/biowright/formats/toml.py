"""Settings in TOML: on which line a key stands, and what is wrong with it, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from biowright.core import suggest

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = ["toml_errors", "toml_line", "toml_lines"]

Place = tuple[str | int, ...]
_TABLE = re.compile(r"^\s*(\[\[?)\s*([\w.\"'-]+)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([\w\"'-]+)\s*=")


def toml_lines(text: str) -> dict[Place, int]:
    r"""Find the line on which each table and key of a TOML text stands.

    Examples
    --------
    >>> toml_lines('name = "x"\n[[rules]]\nmost = 3\n')
    {('name',): 1, ('rules',): 2, ('rules', 0): 2, ('rules', 0, 'most'): 3}
    """
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        if match := _TABLE.match(line):
            table = ()
            names = [name.strip("\"'") for name in match[2].split(".")]
            for depth, name in enumerate(names):
                table = (*table, name)
                if match[1] == "[[" and depth == len(names) - 1:
                    counts[table] = counts.get(table, -1) + 1
                if table in counts:
                    lines.setdefault(table, number)
                    table = (*table, counts[table])
            lines.setdefault(table, number)
        elif match := _KEY.match(line):
            lines.setdefault((*table, match[1].strip("\"'")), number)
    return lines


def toml_line(lines: Mapping[Place, int], place: Place) -> int:
    """Give the line of a key, or of the table that it should stand in; 1 where there is none.

    Examples
    --------
    >>> toml_line({("price",): 4}, ("price", "currency"))
    4
    """
    known = (place[:n] for n in range(len(place), 0, -1))
    return next((lines[each] for each in known if each in lines), 1)


def toml_errors(
    error: ValidationError | None,
    text: str,
    keys: Mapping[str, Sequence[str]] | None = None,
    more: Iterable[tuple[Place, str]] = (),
) -> list[str]:
    """Say what is wrong with settings, a sentence an error, each with its line.

    Parameters
    ----------
    error : pydantic.ValidationError or None
        A ValueError of a value's own checks may have an attribute ``faults``: pairs of a key and what is
        wrong with it, told one by one.
    text : str
        The TOML text.
    keys : mapping of str to sequence of str, optional
        For each table ("" for the top), the keys that it may have: one that is misspelled is offered.
    more : iterable of (place, str)
        What else is wrong, and where.

    Returns
    -------
    list of str
        In the order of the lines.
    """
    lines = toml_lines(text)
    found = list(more)
    for detail in error.errors(include_url=False) if error is not None else ():
        place, kind, context = tuple(detail["loc"]), detail["type"], detail.get("ctx", {})
        if kind == "union_tag_not_found":
            place, says = (*place, _bare(context.get("discriminator"))), "is missing"
        elif kind == "union_tag_invalid":
            place = (*place, _bare(context.get("discriminator")))
            tags = _bare(context.get("expected_tags")).split(", ")
            given = str(context.get("tag"))
            offer = suggest(given, tags) or f"it is one of {', '.join(tags)}"
            says = f"there is no '{given}' ({offer})"
        elif kind == "unexpected_keyword_argument":
            table = next((str(p) for p in reversed(place[:-1]) if isinstance(p, str)), "")
            offer = suggest(str(place[-1]), (keys or {}).get(table, ())) or "remove it"
            says = f"there is no such key ({offer})"
        elif kind.startswith("missing"):
            says = "is missing"
        elif kind == "value_error":
            says = detail["msg"].removeprefix("Value error, ")
            if faults := getattr(context.get("error"), "faults", ()):
                found += [((*place, *([key] if key else [])), fault) for key, fault in faults]
                continue
        else:
            shown = repr(detail["input"])
            shown = shown if len(shown) <= 60 else shown[:57] + "..."
            says = f"{shown} does not fit: it should be {_wanted(detail)}"
        found.append((place, says))
    told = []
    for place, says in found:
        line = toml_line(lines, place)
        where = [".".join(map(str, place))] if place else []
        told.append((line, ": ".join([f"line {line}", *where, says])))
    return [says for _, says in sorted(told, key=lambda pair: pair[0])]


def _bare(given: Any) -> str:
    return str(given or "kind").replace("'", "")


def _wanted(detail: Any) -> str:
    return str(detail["msg"]).removeprefix("Input should be ")

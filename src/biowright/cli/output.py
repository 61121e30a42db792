"""How commands answer: JSON documents, tables for people, notes on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

__all__ = ["note", "print_json", "print_table"]


def print_json(document: object) -> None:
    """Write one JSON document to stdout."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def note(text: str) -> None:
    """Write a remark for the person to stderr, where it does not get into the data."""
    sys.stderr.write(f"{printable(text)}\n")


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows under a head in columns; numbers stand to the right."""
    from biowright.core.maps.lettering import cells as width

    body = [[printable(c) for c in row] for row in rows]
    raw = [list(head), *body]
    widths = [max(width(row[i]) for row in raw) for i in range(len(head))]
    right = [bool(body) and all(_number(row[i]) for row in body) for i in range(len(head))]
    for row in raw:
        line = "  ".join(
            " " * (w - width(c)) + c if r else c + " " * (w - width(c))
            for c, w, r in zip(row, widths, right, strict=True)
        )
        sys.stdout.write(line.rstrip() + "\n")


def printable(value: object) -> str:
    """Give a text that cannot move a terminal's cursor or change its colours."""
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _number(text: str) -> bool:
    return text.replace(",", "").replace(".", "").isdigit()

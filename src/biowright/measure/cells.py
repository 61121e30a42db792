"""Cells of tables that spreadsheets open: a name must not run as a formula."""

from __future__ import annotations

__all__ = ["guard_cell", "unguard_cell"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guard_cell(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Numbers stay numbers. See https://owasp.org/www-community/attacks/CSV_Injection.

    Examples
    --------
    >>> guard_cell("=cmd()"), guard_cell("-3.5"), guard_cell("NA")
    ("'=cmd()", '-3.5', 'NA')
    """
    if not text.startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def unguard_cell(text: str) -> str:
    """Take the apostrophe of `guard_cell` away again."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text

"""Text that GenBank and EMBL break into lines: wrapping it, and putting it together again."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["break_at_commas", "joined", "wrapped"]

_BLANK = " \t"


def joined(lines: Iterable[str]) -> str:
    """Put a text together that was broken into lines: one space at each break.

    Examples
    --------
    >>> joined(["DNA binding response ", "   protein"])
    'DNA binding response protein'
    """
    return " ".join(text for line in lines if (text := line.strip(_BLANK)))


def wrapped(text: str, first: int, width: int) -> list[str]:
    """Break a text into lines so that `joined` gives it back exactly.

    A break is made at a lone space only, and not beside a quote or before a slash, where other
    readers would take the line for the end of a value or the start of a qualifier. A word that is
    longer than a line makes a longer line: to break it would put a space into it.

    Parameters
    ----------
    text : str
        Without line ends.
    first, width : int
        The letters that the first line and the others may hold.

    Examples
    --------
    >>> wrapped("a text of some words", 8, 10)
    ['a text', 'of some', 'words']
    """
    lines = []
    start, limit = 0, first
    while len(text) - start > limit:
        cut = text.rfind(" ", start + 1, start + limit + 1)
        while cut > 0 and not _breaks(text, cut):
            cut = text.rfind(" ", start + 1, cut)
        if cut < 0:
            cut = text.find(" ", start + limit + 1)
            while cut > 0 and not _breaks(text, cut):
                cut = text.find(" ", cut + 1)
            if cut < 0:
                break
        lines.append(text[start:cut])
        start, limit = cut + 1, width
    lines.append(text[start:])
    return lines


def _breaks(text: str, at: int) -> bool:
    return text[at - 1] not in ' \t"' and text[at + 1 : at + 2] not in ("", " ", "\t", "/", '"')


def break_at_commas(text: str, width: int) -> list[str]:
    """Break a location after commas; the pieces put together are the text.

    Examples
    --------
    >>> break_at_commas("join(1..5,10..20,30..40)", 18)
    ['join(1..5,10..20,', '30..40)']
    """
    lines = []
    start = 0
    while len(text) - start > width:
        cut = text.rfind(",", start, start + width)
        if cut < 0:
            cut = text.find(",", start + width)
        if cut < 0 or cut + 1 >= len(text):
            break
        lines.append(text[start : cut + 1])
        start = cut + 1
    lines.append(text[start:])
    return lines

"""Text on maps: what may be shown, how wide it is, and how it is written into XML and terminals.

The widths are the advance widths of Helvetica and Helvetica-Bold, facts of Adobe's Core 14 AFM
files (Arial and Liberation Sans share them), so that a label's box is known without any
font library.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["LABEL_SIZE", "LINE", "cell_width", "cells", "clean", "clip", "escape", "text_width"]

LABEL_SIZE = 12.0  # of the labels beside a map, in pixels
LINE = 14.5  # from one of them to the next

# thousandths of the font size, for the characters 32 to 126
_REGULAR = (
    *(278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556),
    *(1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556),
    *(333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556),
    *(556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584),
)
_BOLD = (
    *(278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611),
    *(975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556),
    *(333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611),
    *(611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584),
)
# what `unicodedata` does not decompose into letters of the tables
_OTHERS = {"…": 1000, "–": 556, "—": 1000, "’": 278, "‘": 278, "′": 240, "″": 400, "·": 278}
_OTHERS |= {"×": 584, "±": 584, "°": 400, "µ": 612, "ß": 611, "Æ": 1000, "æ": 889, "Ø": 778}
_OTHERS |= {"“": 500, "”": 500, "→": 1000, "←": 1000, "ø": 611, "Œ": 1000, "œ": 944, "ı": 278}


def clean(text: str) -> str:
    r"""Give a text on one line, without control, formatting and unpaired surrogate characters.

    Examples
    --------
    >>> clean("lacZ\x1b[31m\talpha\u202e")
    'lacZ[31m alpha'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = [
        " " if c.isspace() else c
        for c in text
        if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    ]
    return " ".join("".join(kept).split())


def escape(text: str) -> str:
    """Write a cleaned text so that XML and HTML read it as text, in attributes too.

    Examples
    --------
    >>> escape('</text><script a="b">')
    '&lt;/text&gt;&lt;script a=&quot;b&quot;&gt;'
    """
    for mark, name in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&quot;"),
        ("'", "&#39;"),
    ):
        text = text.replace(mark, name)
    return text


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Measure a text in Helvetica, in the unit of `size`.

    Examples
    --------
    >>> round(text_width("AmpR", 10), 2)
    27.78
    """
    return sum(_advance(c, bold) for c in text) * size / 1000


@lru_cache(maxsize=4096)
def _advance(character: str, bold: bool) -> int:
    table = _BOLD if bold else _REGULAR
    code = ord(character)
    if 32 <= code < 127:
        return table[code - 32]
    if character in _OTHERS:
        return _OTHERS[character]
    if unicodedata.combining(character):
        return 0
    base = unicodedata.normalize("NFD", character)[0]
    if base != character and 32 <= ord(base) < 127:
        return table[ord(base) - 32]
    if unicodedata.east_asian_width(character) in "WF":
        return 1300 if unicodedata.category(character) == "So" else 1000
    return 850 if character.isupper() else 700


def clip(text: str, width: float, size: float, bold: bool = False) -> str:
    """Shorten a text with an ellipsis to at most `width`; give '' where nothing fits.

    Examples
    --------
    >>> clip("chloramphenicol acetyltransferase", 80, 10)
    'chloramphenic…'
    """
    if text_width(text, size, bold) <= width:
        return text
    room = width * 1000 / size - _advance("…", bold)
    kept = 0
    for character in text:
        room -= _advance(character, bold)
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "…" if kept else ""


def cells(text: str) -> int:
    """Count the columns that a text takes in a terminal."""
    return len(text) if text.isascii() else sum(cell_width(c) for c in text)


def cell_width(character: str) -> int:
    """Count the columns of one character: 2 for wide East Asian ones, 0 for combining ones.

    Unicode Standard Annex 11, https://www.unicode.org/reports/tr11/
    """
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

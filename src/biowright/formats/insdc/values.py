"""The qualifiers of the INSDC feature table: their keys, and how their values are quoted."""

from __future__ import annotations

import re

from biowright.core import FormatError

__all__ = ["BARE_KEYS", "KEY", "SEQUENCE_KEYS", "quoted_value", "stands_bare", "united"]

# Keys whose values the feature table definition gives without quotes.
BARE_KEYS = frozenset(
    [
        "anticodon",
        "citation",
        "codon_start",
        "compare",
        "cons_splice",
        "direction",
        "estimated_length",
        "mod_base",
        "number",
        "rpt_type",
        "rpt_unit_range",
        "tag_peptide",
        "transl_except",
        "transl_table",
    ]
)
# Values that are letters of a sequence: a line break in them stands for nothing.
SEQUENCE_KEYS = frozenset({"translation"})

KEY = re.compile(r'[^\s="]+(?: [^\s="/]+)*')


def stands_bare(key: str, value: str) -> bool:
    """Tell whether the feature table definition gives this value without quotes."""
    return (
        key in BARE_KEYS
        and value.isprintable()
        and value[:1] not in ("", '"', " ")
        and not value.endswith(" ")
        and " /" not in value
        and "  " not in value
    )


def quoted_value(
    key: str, text: str, lines: list[tuple[int, str]], end: int, number: int
) -> tuple[str, int]:
    """Read a quoted value from behind its first quote; give the index of the line after it.

    Quotes inside of the value are doubled; the first that is not closes it. Where that one stands
    in the middle of a line, quotes were not doubled, and the value ends with the first line that
    ends with one.

    Parameters
    ----------
    key : str
    text : str
        The rest of the line behind the first quote.
    lines : list of (number, text)
        The lines of the feature.
    end : int
        The index of the line after that one.
    number : int
        The line of the key.

    Raises
    ------
    FormatError
        The value is not closed.
    """
    texts: list[str] = []
    doubled = True
    while True:
        if doubled:
            for run in re.finditer('"+', text):
                if (run.end() - run.start()) % 2 and run.end() < len(text):
                    if texts and re.match(r'/[^="\s]+="', text):
                        raise _not_closed(key, number)  # here the next qualifier begins
                    doubled = False
                    break
        tail = len(text) - len(text.rstrip('"'))
        if tail % 2 if doubled else tail:
            texts.append(text[:-1])
            return united(key, [part.replace('""', '"') for part in texts]), end
        texts.append(text)
        if end >= len(lines):
            raise _not_closed(key, number)
        text = lines[end][1]
        end += 1


def _not_closed(key: str, number: int) -> FormatError:
    return FormatError(
        f"the value of /{key} has no closing quote",
        line=number,
        expected='a value that ends with "',
        hint='quotes inside of a value are doubled: ""',
    )


def united(key: str, lines: list[str]) -> str:
    """Put the lines of a quoted value together: one space at each break, none in a sequence.

    Examples
    --------
    >>> united("note", [" DNA", "binding "]), united("translation", ["MKV", "LL"])
    (' DNA binding ', 'MKVLL')
    """
    if key in SEQUENCE_KEYS:
        return "".join("".join(lines).split())
    if len(lines) == 1:
        return lines[0]
    first, *middle, last = lines
    # blanks at the quotes are the value's own, those at a line break are not
    texts = [first.rstrip(" \t"), *(text.strip(" \t") for text in middle), last.lstrip(" \t")]
    return " ".join(text for text in texts if text)

"""The entries of a GenBank or EMBL file, one by one, and their letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from biowright.core import FormatError, Molecule, Sequence, SequenceError, Topology

from ..source import Source, decoded

__all__ = [
    "Entry",
    "encoded",
    "letter_lines",
    "line_starts",
    "read_entries",
    "read_letters",
    "text_of",
]

_END = re.compile(rb"//[ \t]*(?:\n|\Z)")
# Lines that are made at once; a page should stay in the processor's cache.
PAGE = 512
_FILLING = b" \t\n0123456789"


class Entry(NamedTuple):
    """The bytes of one entry, without the line ``//`` that ends it.

    Parameters
    ----------
    data : bytes
    line : int
        The number of the first line.
    ended : bool
        Whether there was a ``//``.
    """

    data: bytes
    line: int
    ended: bool


def read_entries(source: Source) -> Iterator[Entry]:
    """Walk the entries of a file, holding one in memory; blank ones are left out."""
    held: list[bytes] = []
    line = 1
    for block in source.blocks():
        start = 0
        for at in _ends(block):
            data = b"".join([*held, block[start:at]])
            held = []
            if data and not data.isspace():
                yield Entry(data, line, True)
            line += data.count(b"\n") + 1
            start = block.find(b"\n", at) + 1 or len(block)
        held.append(block[start:])
    data = b"".join(held)
    if data and not data.isspace():
        yield Entry(data, line, False)


def _ends(block: bytes) -> Iterator[int]:
    """Walk the places of the lines ``//``; a block begins with a line."""
    at = 0 if block.startswith(b"//") else block.find(b"\n//") + 1
    while at or block.startswith(b"//"):
        if _END.match(block, at):
            yield at
        at = block.find(b"\n//", at) + 1
        if not at:
            break


def line_starts(word: re.Pattern[bytes], data: bytes) -> Iterator[re.Match[bytes]]:
    """Walk the lines that begin with a word, of which the pattern's first letters are literal.

    A search for the bytes is ten times as fast as one for ``^`` at each of a genome's lines.
    """
    literal = re.match(rb"[A-Za-z]+", word.pattern)
    sought = b"\n" + (literal[0] if literal else b"")
    if match := word.match(data):
        yield match
    at = data.find(sought)
    while at >= 0:
        if match := word.match(data, at + 1):
            yield match
        at = data.find(sought, at + 1)


def text_of(data: bytes, line: int, name: str) -> str:
    """Decode a part of a file that begins at a line.

    Raises
    ------
    FormatError
        With the line of the byte that is not UTF-8.
    """
    try:
        return decoded(data, name)
    except FormatError as error:
        if error.line is not None:
            error.line += line - 1
        raise


def encoded(text: str, record: str) -> bytes:
    """Encode lines as UTF-8.

    Raises
    ------
    FormatError
        The text holds half of a surrogate pair.
    """
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormatError(
            f"{text[error.start]!a} is half of a character and cannot be written",
            record=record,
        ) from None


def read_letters(data: bytes, molecule: Molecule, topology: Topology, line: int) -> Sequence:
    r"""Read the numbered lines of letters.

    Letters that are all lower case are read as upper case: the archives write them so and mean
    nothing by it. Mixed case is kept.

    Parameters
    ----------
    data : bytes
    molecule : Molecule
    topology : Topology
    line : int
        The number of the first line.

    Raises
    ------
    FormatError
        A letter does not belong to the molecule; with its line.

    Examples
    --------
    >>> str(read_letters(b"        1 atgc atga\n", Molecule.DNA, Topology.LINEAR, 7))
    'ATGCATGA'
    """
    letters = data.translate(None, _FILLING)
    if letters.islower():
        letters = letters.upper()
    try:
        return Sequence(letters, molecule, topology)
    except SequenceError as error:
        wrong = letters[error.position or 0 : (error.position or 0) + 1]
        places = [data.find(wrong), data.find(wrong.lower())]
        at = min((place for place in places if place >= 0), default=0)
        raise FormatError(
            f"{error.what} in the sequence",
            line=line + data.count(b"\n", 0, at),
            position=error.position,
            hint=error.hint,
        ) from None


def check_length(
    found: int, said: int, entry: Entry, *, line: str, letters: str, described: bool
) -> None:
    """Compare the length that an entry says with the letters that it has.

    Parameters
    ----------
    found, said : int
    entry : Entry
    line : str
        The line that says the length: ``LOCUS`` or ``ID``.
    letters : str
        The line that the letters follow, ``ORIGIN`` or ``SQ``, or empty where the entry has none.
    described : bool
        Whether the entry says what its sequence is put together from.

    Raises
    ------
    FormatError
        They differ, and the entry is none that only describes its sequence.
    """
    if found == said or (described and not found) or (not letters and entry.ended):
        return
    if not letters:
        raise FormatError(
            f"the file ends before the sequence of {said:,} letters",
            line=entry.line + entry.data.count(b"\n"),
            hint="it was cut off; copy or download it again",
        )
    if not found:
        raise FormatError(
            f"{letters} is empty, but the {line} line says {said:,} letters",
            line=entry.line,
            hint="download the record again with its sequence ('GenBank (full)')",
        )
    cut = found < said and not entry.ended
    raise FormatError(
        f"the {line} line says {said:,} letters, but the sequence has {found:,}",
        line=entry.line,
        hint="the file was cut off; copy or download it again"
        if cut
        else f"take the whole sequence, or set the length in the {line} line right",
    )


def letter_lines(letters: bytes, *, numbers: bool) -> bytes:
    r"""Write letters in lines of six blocks of ten; upper case becomes lower case, mixed case
    stays.

    Parameters
    ----------
    letters : bytes
    numbers : bool
        GenBank's form, with the number of the first letter before each line; otherwise EMBL's, with
        that of the last letter behind it.

    Examples
    --------
    >>> letter_lines(b"ATGCATGCATGC", numbers=True)
    b'        1 atgcatgcat gc\n'
    """
    if letters.isupper():
        letters = letters.lower()
    width = max(9, len(str(len(letters))))
    lines = [
        _page(letters[at : at + 60 * PAGE], at, width, numbers)
        for at in range(0, len(letters), 60 * PAGE)
    ]
    return b"".join(lines)


def _page(letters: bytes, before: int, width: int, numbers: bool) -> bytes:
    """Write the lines of some letters, with `before` others before them."""
    count, rest = divmod(len(letters), 60)
    number = b"%%%dd" % width
    first, size = (width + 1, width + 67) if numbers else (5, width + 72)
    offset = 0 if numbers else size - 1 - width
    page = bytearray(b" " * (size - 1) + b"\n") * count
    # each column of the page is one strided copy, which is faster than making the lines
    for column in range(60):
        page[first + column + column // 10 :: size] = letters[column : count * 60 : 60]
    start = before + (1 if numbers else 60)
    digits = b"".join([number % n for n in range(start, start + 60 * count, 60)])
    for column in range(width):
        page[offset + column :: size] = digits[column::width]
    if rest:
        last = letters[-rest:]
        blocks = b" ".join(last[at : at + 10] for at in range(0, rest, 10))
        if numbers:
            page += number % (start + 60 * count) + b" " + blocks + b"\n"
        else:
            page += b"     " + blocks.ljust(offset - 5) + number % (before + len(letters)) + b"\n"
    return bytes(page)

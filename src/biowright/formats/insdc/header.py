"""The lines of a flat file before and after its features: kept as they were, written as they are.

A header is read into the fields of a `Record`. How the file spelled them is kept beside (in
``Record.extras``) and used again for every field that still says the same, so that a file which was
only read and written keeps its lines, unknown ones included, and an edited record gets new ones
exactly where it was edited.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .features import FeatureSpelling

__all__ = ["Block", "Field", "Spelling", "lay_out"]


class Block(NamedTuple):
    """Lines that belong together: their keyword, the raw text without the last line end, and the
    number of the first line.
    """

    keyword: str
    text: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a file spelled a record.

    Parameters
    ----------
    blocks : tuple of Block
        In the order of the file; the features and the letters are there by their first line only.
    features : FeatureSpelling
    checksum : int, optional
        CRC-32 of the letters, where a block speaks of them.
    unknown : tuple of str
        The keywords that no field of a record holds.
    """

    blocks: tuple[Block, ...]
    features: FeatureSpelling
    checksum: int | None = None
    unknown: tuple[str, ...] = ()


class Field(NamedTuple):
    """How the content of one kind of block is read from its text, and written.

    `write` gets the content and its number, from 0, among those of its kind.
    """

    read: Callable[[str], Any]
    write: Callable[[Any, int], str]


class Layout(NamedTuple):
    """What `lay_out` gives: the blocks to write, and the contents that do not come back."""

    blocks: list[Block]
    lost: list[tuple[str, Any, Any]]


def lay_out(
    contents: Mapping[str, Sequence[Hashable]],
    fields: Mapping[str, Field],
    raw: Iterable[Block],
    order: Sequence[str],
    repeats: Collection[str],
) -> Layout:
    """Put the blocks of a record together.

    Parameters
    ----------
    contents : mapping of keyword to contents
        What the record says, each kind as a sequence; empty contents are written only where the raw
        blocks have a place for them.
    fields : mapping of keyword to Field
    raw : iterable of Block
        As they were read; a block of a keyword that has no field is kept as it is.
    order : sequence of str
        The usual order of the keywords, for those that the raw blocks do not have.
    repeats : collection of str
        The keywords that may stand several times. Of another, the first block has the content, and
        more of them are kept as they are.
    """
    ranks = {keyword: rank for rank, keyword in enumerate(order)}
    used = dict.fromkeys(contents, 0)
    laid: list[tuple[int, Block]] = []
    lost: list[tuple[str, Any, Any]] = []
    rank = -1

    def written(keyword: str) -> Block:
        number = used[keyword]
        used[keyword] += 1
        content = contents[keyword][number]
        # a carriage return ends a line for every reader
        text = fields[keyword].write(content, number).replace("\r", " ")
        back = fields[keyword].read(text)
        if back != content:
            lost.append((keyword, content, back))
        return Block(keyword, text)

    for block in raw:
        keyword = block.keyword
        rank = ranks.get(keyword, rank)
        if keyword not in contents:
            if keyword not in fields:
                laid.append((rank, block))
            continue
        if used[keyword] >= len(contents[keyword]):
            if keyword not in repeats:
                laid.append((rank, block))
            continue
        if fields[keyword].read(block.text) == contents[keyword][used[keyword]]:
            used[keyword] += 1
            laid.append((rank, block))
        else:
            laid.append((rank, written(keyword)))
    for keyword in sorted(contents, key=lambda word: ranks.get(word, len(ranks))):
        rank = ranks.get(keyword, len(ranks))
        fresh = [(rank, written(keyword)) for _ in contents[keyword][used[keyword] :]]
        at = next((i for i, (other, _) in enumerate(laid) if other > rank), len(laid))
        laid[at:at] = fresh
    return Layout([block for _, block in laid], lost)

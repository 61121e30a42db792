"""A source of sequences in memory, and what a naive search finds in it."""

from __future__ import annotations

import random
from collections.abc import Iterator

from biowright.bio import IUPAC
from biowright.core import Sequence

Row = tuple[int, int, int, int]


class Parts:
    """Sequences numbered from 1."""

    def __init__(self, parts: list[tuple[str, bool]] | None = None) -> None:
        self.parts = [] if parts is None else parts

    def last(self) -> int:
        return len(self.parts)

    def read(self, first: int, last: int) -> Iterator[tuple[int, bytes, bool]]:
        for number in range(first, last + 1):
            letters, circular = self.parts[number - 1]
            yield number, letters.encode(), circular


def other_strand(letters: str) -> str:
    return str(Sequence(letters).reverse_complement())


def fits(letter: str, wanted: str) -> bool:
    return letter in IUPAC and set(IUPAC[letter]) <= set(IUPAC[wanted])


def naive(parts: Parts, query: str) -> list[Row]:
    """Lay the query on every place of each strand: number, start, end, strand."""
    query = query.upper()
    rows = []
    for number, (letters, circular) in enumerate(parts.parts, 1):
        size, length = len(query), len(letters)
        if size > length:
            continue
        around = letters + letters[: size - 1] if circular else letters
        for strand, wanted in ((1, query), (-1, other_strand(query))):
            for start in range(len(around) - size + 1):
                if all(map(fits, around[start : start + size], wanted)):
                    end = start + size
                    rows.append((number, start, end - length if end > length else end, strand))
    return sorted(rows, key=lambda row: (row[0], row[1], -row[3]))


def random_parts(
    rng: random.Random, count: int, letters: str = "ACGT", longest: int = 200
) -> Parts:
    """Make parts of all sizes, some of them circles, some of them alike."""
    made: list[tuple[str, bool]] = []
    for _ in range(count):
        size = rng.choice((1, 3, rng.randint(1, 30), rng.randint(1, longest)))
        text = "".join(rng.choices(letters, k=size))
        if made and rng.random() < 0.3:
            known = rng.choice(made)[0]
            text += known[: rng.randint(1, len(known))]
        made.append((text, rng.random() < 0.5))
    return Parts(made)

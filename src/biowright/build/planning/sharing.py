"""Where several targets pass from what some share to what others share: the borders of their common parts.

A k-mer of a target belongs to the set of targets that hold it. Along a target, stretches with one set are
parts; between them lie k-mers that span two parts and belong to fewer targets. A cut between two parts is a
border if its overhang lies in both: then either piece depends on its own part only, and is ordered once.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from biowright.core import Record

__all__ = ["Border", "shared_borders"]

SIZE = 24
Border = tuple[int, int]
"""Where the letters that both parts hold begin, and how many they are."""


def shared_borders(targets: Sequence[Record]) -> dict[str, list[Border]]:
    """Find the borders of each target.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> from random import Random
    >>> one, two, end = ("".join(Random(i).choices("ACGT", k=90)) for i in range(3))
    >>> targets = [Record(Sequence(part + "AATG" + end), name) for name, part in (("a", one), ("b", two))]
    >>> [start <= 90 < 90 + 4 <= start + size for start, size in shared_borders(targets)["a"]]
    [True]
    """
    if len(targets) < 2:
        return {}
    owners: dict[str, int] = {}
    spelled: list[list[str]] = []
    for number, target in enumerate(targets):
        text = str(target.sequence).upper()
        around = text + text[: SIZE - 1] if target.circular else text
        words = [around[i : i + SIZE] for i in range(len(around) - SIZE + 1)]
        spelled.append(words)
        for word in set(words):
            owners[word] = owners.get(word, 0) | 1 << number
    return {
        target.name: _borders([owners[word] for word in words], len(target), target.circular)
        for target, words in zip(targets, spelled, strict=True)
    }


def _borders(sets: Sequence[int], size: int, circular: bool) -> list[Border]:
    """Give the borders of one target by the sets of its k-mers."""
    runs: list[list[int]] = []  # set, first start, last start
    for at, owner in enumerate(sets):
        if runs and runs[-1][0] == owner:
            runs[-1][2] = at
        else:
            runs.append([owner, at, at])
    if circular and len(runs) > 1 and runs[0][0] == runs[-1][0]:
        first = runs.pop(0)
        runs[-1][2] = first[2] + size
    parts = []
    for i, run in enumerate(runs):
        inner = circular or 0 < i < len(runs) - 1
        spans = (
            inner
            and len(runs) > 2
            and all(
                run[0] & other == run[0] and run[0] != other
                for other in (runs[i - 1][0], runs[(i + 1) % len(runs)][0])
            )
            and run[2] - run[1] < SIZE
        )
        if not spans:
            parts.append(run)
    found = []
    pairs = list(pairwise(parts))
    if circular and len(parts) > 1:
        pairs.append((parts[-1], parts[0]))
    for before, after in pairs:
        start, end = after[1], before[2] + SIZE
        if circular and end - start > size // 2:
            end -= size
        if circular and start - end > size // 2:
            end += size
        if end > start:
            found.append((start % size if circular else start, end - start))
    return sorted(found)

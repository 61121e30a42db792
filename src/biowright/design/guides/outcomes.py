"""What end joining leaves at a cut of SpCas9: deletions and small insertions, each with its share.

The model is FORECasT (Allen et al. 2019, doi:10.1038/nbt.4317), learned in human K562 cells: a
weight for each of 3,417 features of an event, summed over what any of the events that lead to the
same sequence has, and normalised. The weights are those of its authors (MIT).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

import numpy as np
import numpy.typing as npt

from biowright.core import SequenceError

from .contexts import Floats

__all__ = ["IndelOutcome", "frameshift_share", "indel_outcomes"]

Ints = npt.NDArray[np.int64]

FLANK = 50
"""Letters on each side of a cut: what is farther is not looked at."""
_LEAST = 10
_LONGEST = 30
_REACH = 31
_LETTERS = "ATGC"
_SLACK = 4
"""Repeats of an insertion are followed so many letters beyond the cut."""
_AFTER = ((0, 0), (1, 1), (2, 2), (3, 5), (6, 9), (10, 14), (15, 29))
_HOMOLOGY = ((1, 1), (2, 2), (3, 3), (4, 6), (7, 10), (11, 15))


@dataclass(frozen=True, slots=True)
class IndelOutcome:
    """A sequence that end joining leaves, or some insertions that are counted as one.

    Parameters
    ----------
    start, end : int
        0-based, half-open: the letters that are lost; where the place is not certain, the leftmost.
        An insertion is before the letter `start`.
    inserted : tuple of str
        The letters gained; several where the model does not tell them apart.
    homology : int
        By how many letters a deletion may be moved without another result.
    share : float
        Among all outcomes but the uncut site, from 0 to 1.

    Examples
    --------
    >>> IndelOutcome(7, 8, (), 0, 0.2).size
    -1
    """

    start: int
    end: int
    inserted: tuple[str, ...]
    homology: int
    share: float

    @property
    def size(self) -> int:
        """Letters gained; below 0, lost."""
        return (len(self.inserted[0]) if self.inserted else 0) - (self.end - self.start)

    @property
    def shifts_frame(self) -> bool:
        """Tell whether the size is no multiple of 3."""
        return self.size % 3 != 0


def indel_outcomes(sequence: str, cut: int | None = None) -> list[IndelOutcome]:
    """List the outcomes of a cut by share: deletions of up to 30 letters, insertions of 1 and 2.

    Parameters
    ----------
    sequence : str
        The strand that reads as the guide, at least 10 letters on each side of the cut; 50 are all
        that counts.
    cut : int, optional
        The cut is before this letter, the third before the motif; in the middle by default.

    Raises
    ------
    SequenceError
        There are too few letters, or ambiguous ones.

    Examples
    --------
    >>> best = indel_outcomes("ATGCTAGCTAGGGCATGAGGCATGCTAGTGACTGCATGGTAC", 14)[0]
    >>> best.start, best.end, best.homology, round(best.share, 3)
    (11, 18, 6, 0.327)
    """
    text = sequence.upper().replace("U", "T")
    at = len(text) // 2 if cut is None else cut
    if not _LEAST <= at <= len(text) - _LEAST:
        raise SequenceError(
            f"the cut at {at} of {len(text)} letters is too near to an end",
            expected=f"{_LEAST} letters or more on each side",
        )
    if set(text) - set(_LETTERS):
        raise SequenceError("the letters around a cut are ambiguous", expected="A, C, G and T")
    events, groups = _events(text, at)
    shares = _shares(text, at, events, groups)
    first = np.searchsorted(groups, np.arange(len(shares)))
    after = np.append(first[1:], len(groups))
    found = []
    for group, share in enumerate(shares.tolist()):
        rows = events[first[group] : after[group]].tolist()
        left, right = rows[0][:2]
        inserted = tuple(
            "".join(_LETTERS[n] for n in row[2:] if n >= 0) for row in rows if row[2] >= 0
        )
        homology = 0 if inserted else len(rows) - 1
        found.append(IndelOutcome(left + 1, right, tuple(sorted(inserted)), homology, share))
    found.sort(key=lambda row: (-row.share, row.start, row.end, row.inserted))
    return found


def frameshift_share(contexts: Sequence[str]) -> Floats:
    """Give the share of the outcomes whose size is no multiple of 3, from 0 to 1.

    Parameters
    ----------
    contexts : sequence of str
        100 letters with the cut in the middle. Ambiguous letters make the share NaN.

    Raises
    ------
    SequenceError
        A context has not 100 letters.
    """
    shares = []
    for context in contexts:
        if len(context) != 2 * FLANK:
            raise SequenceError(
                f"the context '{context[:60]}' has {len(context)} letters", expected=str(2 * FLANK)
            )
        text = context.upper().replace("U", "T")
        if set(text) - set(_LETTERS):
            shares.append(math.nan)
            continue
        events, groups = _events(text, FLANK)
        first = np.searchsorted(groups, np.arange(groups[-1] + 1))
        gained = (events[first, 2:] >= 0).sum(axis=1)
        sizes = gained - (events[first, 1] - events[first, 0] - 1)
        shares.append(float(_shares(text, FLANK, events, groups)[sizes % 3 != 0].sum()))
    return np.array(shares, float)


def _events(text: str, cut: int) -> tuple[Ints, Ints]:
    """Give events (letter left of it, letter right of it, letters gained or -1) and their groups.

    Deletions are of one group if they leave the same sequence, insertions if they have one size and
    can be moved to the same places.
    """
    letters = np.frombuffer(text.encode(), np.uint8)
    lost, left = _spans(cut, len(text))
    # the next deletion of the size is the same if the letter it keeps is that which it loses
    new = np.append(True, np.diff(lost) != 0) | (letters[left] != letters[left + lost])
    groups = np.cumsum(new) - 1
    none = np.full(len(left), -1)
    events = np.stack([left, left + lost + 1, none, none], axis=1)
    moves: dict[tuple[int, int, int], list[str]] = {}
    for size in (1, 2):
        for word in product(_LETTERS, repeat=size):
            gained = "".join(word)
            moves.setdefault((size, *_moved(text, cut, gained)), []).append(gained)
    number = int(groups[-1])
    rows, its = [], []
    for words in moves.values():
        number += 1
        for gained in words:
            codes = [_LETTERS.index(letter) for letter in gained]
            rows.append([cut - 1, cut, *codes, *([-1] * (2 - len(codes)))])
            its.append(number)
    return np.concatenate([events, np.array(rows)]), np.concatenate([groups, np.array(its)])


@cache
def _spans(cut: int, length: int) -> tuple[Ints, Ints]:
    """Give the sizes of deletions and the letter left of each, by size and place."""
    rows = [
        (size, left)
        for size in range(1, _LONGEST + 1)
        for left in range(max(0, cut - 1 - size, cut - _REACH), cut)
        if left + size + 1 < min(length, cut + _REACH)
    ]
    sizes, lefts = np.array(rows, np.int64).T
    return sizes, lefts


def _moved(text: str, cut: int, gained: str) -> tuple[int, int]:
    """Give the first and last place where letters can be gained for the same sequence."""
    made = text[:cut] + gained + text[cut:]
    size = len(gained)
    first = last = cut
    while first > max(1, cut - _SLACK - 1) and made[first - 1 + size :] == text[first - 1 :]:
        first -= 1
    while last < min(cut + _SLACK, len(text) - 1) and made[: last + 1] == text[: last + 1]:
        last += 1
    return first, last


def _shares(text: str, cut: int, events: Ints, groups: Ints) -> Floats:
    from .outcomes_kernels import logits

    codes = np.array([_LETTERS.index(letter) for letter in text], np.int64)
    out = np.empty(int(groups[-1]) + 1)
    logits(codes, cut, events, groups, *_model(), out)
    shares: Floats = np.exp(out - out.max())
    return shares / shares.sum()


def _blocks() -> list[list[str]]:
    """Name the features of each block as the published weights do, in the order of the kernel."""
    spans = ((1, 1), (2, 2), (3, 3), (4, 6), (7, 10), (11, 15), (16, 30))
    places = [f"L-{a}--{b}" for a, b in spans]
    homologies = [
        f"{side}_{kind}{a}-{b}"
        for a, b in _HOMOLOGY
        for kind in (("MH", "MM1_MH") if b > 2 else ("MH",))
        for side in "LR"
    ]
    near = range(-3, 3)
    return [
        ["Any Insertion", "I1", "I2"],
        ["Any Deletion", "D1", "D2-3", "D4-7", "D8-12", "D>12"],
        [
            *(f"D{place}" for place in places),
            *("DL<-30", "DL>=0"),
            *(f"DR{a}-{b}" for a, b in _AFTER),
            *("DR<0", "DR=>30"),
        ],
        [*(f"I{place}" for place in places[:3]), "IL<-3", "IL>=0"],
        ["I1Rpt", "I1NonRpt", "I2Rpt", "I2NonRpt"],
        [name for a in _LETTERS for name in (f"I1_{a}", *(f"I2_{a}{b}" for b in _LETTERS))],
        [f"CS{at}_NT={a}" for at in range(-5, 4) for a in _LETTERS],
        [
            f"M_CS{one}_{two}_NT={a}"
            for one in range(-3, 2)
            for two in range(-3, one)
            for a in _LETTERS
        ],
        [f"{side}{at}_NT={a}" for at in near for a in _LETTERS for side in "LR"],
        [f"{kind}_L{one}_R{two}" for one in near for two in near for kind in "MX"],
        [*homologies, "No MH"],
    ]


_PAIRS = (
    (1, 2),
    (5, 4),
    (10, 1),
    (10, 2),
    (8, 1),
    (6, 0),
    (9, 1),
    (8, 2),
    (6, 1),
    (7, 1),
    (6, 4),
    (7, 4),
)
"""Blocks whose features are looked at together."""


def _names() -> Iterator[str]:
    """Name all features in the order of the weights."""
    blocks = _blocks()
    for names in blocks:
        yield from names
    for first, second in _PAIRS:
        for one, two in product(blocks[first], blocks[second]):
            yield f"PW_{one}_vs_{two}"


@cache
def _model() -> tuple[npt.NDArray[np.generic], ...]:
    """Give ranges, sizes of blocks, where the weights of blocks and of pairs begin, and the weights."""
    sizes = np.array([len(names) for names in _blocks()])
    starts = np.cumsum(sizes) - sizes
    pairs, start = [], int(sizes.sum())
    for first, second in _PAIRS:
        pairs.append((first, second, start))
        start += int(sizes[first] * sizes[second])
    text = files("biowright.design").joinpath("data/forecast.tsv").read_text("ascii")
    told = dict(line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    weights = np.array([float(told[name]) for name in _names()])
    assert len(weights) == start == len(told)
    return np.array(_AFTER + _HOMOLOGY), sizes, starts, np.array(pairs), weights

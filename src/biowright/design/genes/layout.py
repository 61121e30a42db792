"""What a record under rules is laid out as: by position, what may stand where, and its worth."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from biowright.bio import CODONS, Codons, GeneticCode, other_strand
from biowright.core import InputError, Location, Record

from .automaton import Automaton, Pattern
from .rules import (
    Rule,
)

__all__ = ["Gene", "Layout", "Windows"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LETTERS = "ACGT"
TRIPLETS = tuple(a + b + c for a in LETTERS for b in LETTERS for c in LETTERS)
ORDER = {triplet: index for index, triplet in enumerate(TRIPLETS)}
# where each codon of NCBI's order stands in ours, and what the other strand calls a triplet
_NCBI = np.array([CODONS.index(triplet) for triplet in TRIPLETS])
MIRROR = np.array([ORDER[other_strand(t)] for t in TRIPLETS], np.int64)
CODE_OF_MASK = np.full(16, -1, np.int64)
CODE_OF_MASK[[1, 2, 4, 8]] = range(4)
MOST_SLOTS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Gene:
    """A protein that is kept.

    Parameters
    ----------
    label : str
    codons : Codons
    residues : bytes, one a codon
    free : ndarray of bool, shape (n,)
        Whether a codon may be exchanged at all.
    """

    label: str
    codons: Codons
    residues: bytes
    free: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Rules on windows of GC: width, least and most C and G, and the region of their starts.

    Parameters
    ----------
    width, low, high, start, end : ndarray of int64
        A window of rule j is any ``s..s+width[j]`` inside of ``start[j]..end[j]``.
    rule : ndarray of int64
        The number of the constraint.
    """

    width: Ints
    low: Ints
    high: Ints
    start: Ints
    end: Ints
    rule: Ints

    def __len__(self) -> int:
        return len(self.width)


@dataclass(slots=True, eq=False)
class Layout:
    """All that is known by position of a record under rules; see `compile_layout`.

    A circle is laid out from its origin on; `circular` says that its end meets its start.
    """

    record: Record
    rules: tuple[Rule, ...]
    symbols: npt.NDArray[np.uint8]
    allowed: npt.NDArray[np.uint8]
    slots: npt.NDArray[np.int32]
    pairs: npt.NDArray[np.int32]
    tables: Floats
    letter_worth: Floats
    active: npt.NDArray[np.int32]
    forbidden: Floats
    automaton: Automaton
    patterns: tuple[Pattern, ...]
    windows: Windows
    genes: tuple[Gene, ...]
    context: int = 2
    circular: bool = False
    reach: int = 0  # how far beside a stretch a search has to look
    pattern_sets: tuple[frozenset[int], ...] = ()
    clashes: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    notices: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.symbols)


class Tables:
    """Tables of the worth of each triplet, made once each."""

    def __init__(self) -> None:
        self.rows: list[Floats] = []
        self.known: dict[bytes, int] = {}
        # by genetic code and kind of codon: its table, and the letters at its three places
        self.made: dict[tuple[int, int], tuple[int, npt.NDArray[np.uint8]]] = {}

    def add(self, row: Floats) -> int:
        key = row.tobytes()
        if key not in self.known:
            self.known[key] = len(self.rows)
            self.rows.append(row)
        return self.known[key]


def amino_acids(code: GeneticCode) -> npt.NDArray[np.uint8]:
    """Give the amino acid of each triplet of A, C, G and T in that order."""
    return np.frombuffer(code.amino_acids.encode(), np.uint8)[_NCBI]


def spans_of(region: Location | None, length: int, circular: bool) -> list[tuple[int, int]]:
    """Give a region's spans on 0..length, those over the origin of a circle in two pieces."""
    if region is None:
        return [(0, length)]
    spans = []
    for part in region.local:
        if part.end > length and not (circular and part.start < length and len(part) <= length):
            raise InputError(
                f"the region {part.start}..{part.end} lies outside of {length} letters",
                hint="coordinates are 0-based and half-open",
            )
        if part.end > length:
            spans += [(part.start, length), (0, part.end - length)]
        else:
            spans.append((part.start, part.end))
    return spans


def covered(region: Location | None, length: int, circular: bool) -> npt.NDArray[np.bool_]:
    """Tell of each letter of a sequence whether it lies in a region."""
    inside = np.zeros(length, np.bool_)
    for start, end in spans_of(region, length, circular):
        inside[start:end] = True
    return inside


def inside_of(layout: Layout, region: Location | None) -> npt.NDArray[np.bool_]:
    """Tell of each letter whether it lies in a region."""
    return covered(region, len(layout), layout.circular)

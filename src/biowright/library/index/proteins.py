"""Proteins in the reading frames of parts: seeds of words, and the best local alignment along them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from biowright.bio import CODONS, genetic_code
from biowright.bio.protein_kernels import banded_proteins
from biowright.bio.proteins import (
    GAP,
    GAP_EXTENSION,
    RESIDUES,
    blosum62,
    expected_hits,
    residue_codes,
)
from biowright.bio.translation import codon_indices, codon_tables

from .hits import Hits
from .packing import unpack
from .segment import Segment
from .word_clusters import clusters
from .word_seeds import bounds, codon_lookup, extended, low_complexity, profile, word_seeds
from .words import build_words, codon_codes

__all__ = ["ProteinQuery", "WantedProteins", "aligned_residues", "find_proteins"]

PAD, WIDE = 24, 96
"""Diagonals on both sides of the seeds: for all that is aligned, and for what is reported."""
AROUND = 1500
"""Amino acids of the query on both sides of the seeds that an alignment may reach."""
LEAST = 100
"""Clusters that are aligned at least."""
ALIKE = 0.9
"""The share of the score of a query with itself that is reported whatever chance does."""

_X = RESIDUES.index("X")
_BUILT: WeakKeyDictionary[Segment, tuple[np.ndarray, np.ndarray, np.ndarray]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False)
class ProteinQuery:
    """A protein that is searched for.

    Parameters
    ----------
    query : int
        The index of the query.
    codes : ndarray of uint8, shape (length,)
        Letters by their codes in `biowright.bio.proteins`.
    """

    query: int
    codes: np.ndarray


@dataclass(frozen=True, slots=True)
class WantedProteins:
    """What counts as a relative.

    Parameters
    ----------
    identity : float
        The least share of columns with the same amino acid.
    expected : float
        The most hits as good that chance would make.
    letters : int
        Amino acids of the whole library, a third of its nucleotides.
    parts : int
        Of the whole library.
    code : int
        NCBI's number of the genetic code.
    spelled : bool
        Whether the parts are proteins that are spelled as codons: one frame is read.
    """

    identity: float
    expected: float
    letters: int
    parts: int
    code: int = 1
    spelled: bool = False


def find_proteins(
    segment: Segment,
    made: list[ProteinQuery],
    allowed: np.ndarray,
    limit: int,
    wanted: WantedProteins,
) -> Hits:
    """Find relatives of proteins: for each query those with the best scores first."""
    offsets, places, contexts = _table(segment)
    codons = _lookup(wanted.code)
    pieces = []
    for query in made:
        if len(query.codes) < 4 or not len(places):
            continue
        rows = profile(query.codes, blosum62())
        least = bounds(rows, len(places), 6 * wanted.letters)
        found = word_seeds(offsets, contexts, rows, low_complexity(query.codes), least)
        seeds = extended(segment.words, places, found, rows, codons, least.extension)
        gathered = clusters(segment, seeds, allowed, spelled=wanted.spelled)
        rows_found = _aligned_all(segment, query.codes, gathered, limit, wanted)
        if rows_found:
            pieces.append(_hits(segment, query.query, rows_found))
    return Hits.together(pieces)


def aligned_residues(
    segment: Segment, part: int, strand: int, first: int, last: int, code: int
) -> np.ndarray:
    """Give the codes of amino acids that are read from `first` to `last` on a strand of a part.

    Places count from the first letter of the strand; on a circle they may lie beyond its ends.
    """
    length = int(segment.lengths[part])
    if strand < 0:
        first, last = length - last, length - first
    base = 4 * int(segment.starts[part])
    pieces = []
    while first < last:
        at = first % length
        count = min(last - first, length - at)
        sets = np.empty(count, np.uint8)
        unpack(segment.words, base + at, count, segment.runs, sets)
        pieces.append(sets)
        first += count
    sets = pieces[0] if len(pieces) == 1 else np.concatenate(pieces or [np.zeros(0, np.uint8)])
    forward, reverse = _codes_of(code)
    codons = codon_indices(sets.tobytes())[::3]
    return forward[codons] if strand > 0 else reverse[codons[::-1]]


def _table(segment: Segment) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the table of words; of a segment in memory it is made when it is asked for."""
    if len(segment.protein_offsets):
        return segment.protein_offsets, segment.protein_places, segment.protein_contexts
    known = _BUILT.get(segment)
    if known is None:
        known = build_words(
            segment.words,
            segment.starts,
            segment.lengths,
            segment.circular,
            segment.runs,
            lambda _, size: np.zeros(size, np.uint32),
        )
        for array in known:
            array.flags.writeable = False
        _BUILT[segment] = known
    return known


@lru_cache(maxsize=8)
def _lookup(code: int) -> np.ndarray:
    return codon_lookup(codon_codes(genetic_code(code).amino_acids, CODONS))


@lru_cache(maxsize=8)
def _codes_of(code: int) -> tuple[np.ndarray, np.ndarray]:
    tables = codon_tables(genetic_code(code))
    return residue_codes(tables.forward.tobytes()), residue_codes(tables.reverse.tobytes())


def _floor(codes: np.ndarray, wanted: WantedProteins) -> float:
    """Give the least score that is reported."""
    own = float(blosum62()[codes, codes].astype(np.int64).sum())
    low, high = 1, 2000
    while low < high:
        middle = (low + high) // 2
        if expected_hits(middle, len(codes), wanted.letters, wanted.parts) <= wanted.expected:
            high = middle
        else:
            low = middle + 1
    return min(float(low), ALIKE * own)


_Row = tuple[int, int, int, int, int, int, int, int, int]


def _aligned_all(
    segment: Segment,
    codes: np.ndarray,
    gathered: np.ndarray,
    limit: int,
    wanted: WantedProteins,
) -> list[_Row]:
    """Align along clusters, the best first; give what is good enough and lies apart."""
    floor = _floor(codes, wanted)
    most = max(LEAST, 3 * limit)
    found: list[tuple[_Row, np.ndarray]] = []
    for cluster in gathered[:most]:
        row = _aligned(segment, codes, cluster, PAD, wanted.code)
        if row is not None and row[0] >= floor:
            found.append((row, cluster))
    found.sort(key=lambda pair: (-pair[0][0], *pair[0][1:5]))
    results: list[_Row] = []
    for row, cluster in found:
        if len(results) >= limit:
            break
        if not _apart(row, results):
            continue
        wide = _aligned(segment, codes, cluster, WIDE, wanted.code) or row
        if wide[5] >= wanted.identity * wide[6] and _apart(wide, results):
            results.append(wide)
    return sorted(results, key=lambda row: (-row[0], *row[1:5]))


def _aligned(
    segment: Segment, codes: np.ndarray, cluster: np.ndarray, pad: int, code: int
) -> _Row | None:
    """Align along a cluster: score, part, strand, and places as the strand of the part reads."""
    _, part, reverse, frame, low, high, first, last = cluster.tolist()
    length = int(segment.lengths[part])
    circular = bool(segment.circular[part])
    strand = -1 if reverse else 1
    whole = (length - frame) // 3
    low, high = low - pad, high + pad
    begin, end = max(0, first - AROUND), min(len(codes), last + AROUND)
    left, right = begin + low, end + high + 1
    if circular:
        right = min(right, left + length // 3 + high - low)
    else:
        left, right = max(left, 0), min(right, whole)
    while True:
        if right <= left:
            return None
        target = aligned_residues(segment, part, strand, frame + 3 * left, frame + 3 * right, code)
        found = banded_proteins(
            codes[begin:end],
            target,
            low + begin - left,
            high + begin - left,
            blosum62(),
            GAP,
            GAP_EXTENSION,
            False,
        )
        score, query_start, query_end, start, stop, matches, columns = found[:7]
        if not score:
            return None
        if 3 * (stop - start) <= length:
            break
        left, right = left + start, left + start + length // 3
    start, stop = frame + 3 * (left + start), frame + 3 * (left + stop)
    if strand < 0:
        start, stop = length - stop, length - start
    if circular:
        turn = start // length * length
        start, stop = start - turn, stop - turn
    return (
        score,
        part,
        start,
        stop,
        strand,
        matches,
        columns,
        query_start + begin,
        query_end + begin,
    )


def _apart(row: _Row, better: list[_Row]) -> bool:
    """Tell whether a hit does not lie mostly on a better one of its part, there and in the query."""
    _, part, start, end, strand, _, _, query_start, query_end = row
    return not any(
        part == p
        and strand == t
        and 2 * (min(end, e) - max(start, s)) > end - start
        and 2 * (min(query_end, f) - max(query_start, b)) > query_end - query_start
        for _, p, s, e, t, _, _, b, f in better
    )


def _hits(segment: Segment, query: int, rows: list[_Row]) -> Hits:
    score, part, start, end, strand, matches, columns, query_start, query_end = np.array(
        rows, np.int64
    ).T
    lengths = segment.lengths[part].astype(np.int64)
    return Hits(
        np.full(len(rows), query, np.int32),
        segment.numbers[part],
        start,
        np.where(end > lengths, end - lengths, end),
        strand.astype(np.int8),
        matches / columns,
        score.astype(np.float64),
        query_start,
        query_end,
    )

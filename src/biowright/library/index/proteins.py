"""Proteins in the reading frames of parts: seeds of words, and the best local alignment along them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from biowright.bio import CODONS, genetic_code
from biowright.bio.protein_kernels import banded_proteins, banded_score
from biowright.bio.proteins import (
    GAP,
    GAP_EXTENSION,
    RESIDUES,
    blosum62,
    expected_hits,
    residue_codes,
)
from biowright.bio.translation import codon_indices, codon_tables
from biowright.core.kernels import kernel

from .hits import Hits
from .packing import unpack
from .peptides import SHORT, peptide_clusters
from .segment import Segment, read_ahead
from .similar import aligned_hits
from .word_clusters import clusters
from .word_seeds import bounds, codon_lookup, extended, low_complexity, profile, word_seeds
from .words import STOP, WORD, build_words, codon_codes

__all__ = ["ProteinQuery", "WantedProteins", "find_proteins", "residues_of"]

NARROW, PAD, WIDE = 8, 24, 96
"""Diagonals on both sides of the seeds: for a glance, for what is likely, and for what is reported."""
GLANCE = 100
"""Amino acids on both sides of the seeds that a glance looks at."""
ALWAYS, LIKELY = 12, 62
"""So many are aligned whatever a glance says, others from this score on."""
AROUND = 1500
"""Amino acids of the query on both sides of the seeds that an alignment may reach."""
OPEN = 100
"""Amino acids between stops from which a frame of a query may well be a gene's."""
BROKEN = 1 / 8
"""The share of the effort that is spent on other frames."""
LEAST = 100
"""Clusters that are aligned at least."""
ALIKE = 0.9
"""The share of the score of a query with itself that is reported whatever chance does."""

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
    read_ahead(segment)
    pieces = []
    for query in made:
        gathered = _by_words(segment, query.codes, allowed, wanted)
        if len(query.codes) <= SHORT:
            more = peptide_clusters(
                segment, query.codes, allowed, wanted.code, spelled=wanted.spelled
            )
            gathered = np.concatenate([gathered, more])
            gathered = gathered[np.lexsort((gathered[:, 1], -gathered[:, 0]))]
        rows_found = _aligned_all(segment, query.codes, gathered, limit, wanted)
        if rows_found:
            pieces.append(aligned_hits(segment, query.query, rows_found))
    return Hits.together(pieces)


def _by_words(
    segment: Segment, codes: np.ndarray, allowed: np.ndarray, wanted: WantedProteins
) -> np.ndarray:
    """Find clusters of seeds through the table of words."""
    offsets, places, contexts = _table(segment)
    if len(codes) < WORD or not len(places):
        return np.zeros((0, 8), np.int64)
    rows = profile(codes, blosum62())
    least = bounds(rows, len(places), 6 * wanted.letters, _share(codes))
    found = word_seeds(offsets, contexts, rows, low_complexity(codes), least)
    seeds = extended(segment.words, places, found, rows, _lookup(wanted.code), least.extension)
    return clusters(segment, seeds, allowed, spelled=wanted.spelled)


def _share(codes: np.ndarray) -> float:
    """Give how much of the usual effort a query deserves: little if stops leave no room for a gene."""
    stops = np.flatnonzero(codes == RESIDUES.index("*"))
    longest = int(np.diff(stops, prepend=-1, append=len(codes)).max()) - 1
    return 1.0 if longest >= min(OPEN, len(codes) // 3) else BROKEN


def residues_of(
    segment: Segment, part: int, strand: int, first: int, last: int, code: int
) -> np.ndarray:
    """Give the codes of amino acids that are read from `first` to `last` on a strand of a part.

    Places count from the first letter of the strand; on a circle they may lie beyond its ends.
    """
    length = int(segment.lengths[part])
    base = 4 * int(segment.starts[part])
    runs = segment.runs
    if len(runs):
        at = int(runs[:, 1].searchsorted(np.uint64(base), side="right"))
        if at < len(runs) and int(runs[at, 0]) < base + length:
            return _with_ambiguous(segment, base, length, strand, first, last, code)
    return _plain_residues(
        segment.words, base, length, strand, first, (last - first) // 3, _residue_lookup(code)
    )


@kernel
def _plain_residues(words, base, length, strand, first, count, codons):
    made = np.empty(count, np.uint8)
    row = 0 if strand > 0 else 1
    for n in range(count):
        at = first + 3 * n
        if strand < 0:
            at = length - at - 3
        index = np.int64(0)
        for j in range(3):
            place = base + (at + j) % length
            pair = (place >> 6) * 2
            bit = np.uint64(place & 63)
            index |= np.int64(words[pair] >> bit & np.uint64(1)) << np.int64(j)
            index |= np.int64(words[pair + 1] >> bit & np.uint64(1)) << np.int64(j + 3)
        made[n] = codons[row, index]
    return made


def _with_ambiguous(
    segment: Segment, base: int, length: int, strand: int, first: int, last: int, code: int
) -> np.ndarray:
    """Read a stretch of a part in which there are letters that are no base."""
    if strand < 0:
        first, last = length - last, length - first
    pieces = []
    while first < last:
        at = first % length
        count = min(last - first, length - at)
        sets = np.empty(count, np.uint8)
        unpack(segment.words, base + at, count, segment.runs, sets)
        pieces.append(sets)
        first += count
    codons = codon_indices(b"".join(map(bytes, pieces)))[::3]
    forward, reverse = _codes_of(code)
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
def _residue_lookup(code: int) -> np.ndarray:
    made = _lookup(code).copy()
    made[made == STOP] = RESIDUES.index("*")
    return made


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
    most = max(LEAST if len(codes) > SHORT else 10 * LEAST, 3 * limit)
    glanced = []
    for cluster in gathered[:most].tolist():
        stretch = _stretch(segment, codes, cluster, NARROW, GLANCE, wanted.code)
        if stretch is not None:
            glanced.append((-_score(codes, stretch), cluster))
    glanced.sort()
    found: list[tuple[_Row, list[int]]] = []
    for rank, (score, cluster) in enumerate(glanced):
        if rank >= ALWAYS and -score < min(LIKELY, floor):
            break
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
        # most of the query, or of the part, is there: no gap can lead to more
        reach = min(len(codes), int(segment.lengths[row[1]]) // 3)
        if 10 * (row[8] - row[7]) < 9 * reach:
            row = _aligned(segment, codes, cluster, WIDE, wanted.code) or row
        if row[5] >= wanted.identity * row[6] and _apart(row, results):
            results.append(row)
    return sorted(results, key=lambda row: (-row[0], *row[1:5]))


class _Stretch(NamedTuple):
    """What is aligned: a stretch of the query, amino acids of the part from codon `left`, a band."""

    begin: int
    end: int
    left: int
    target: np.ndarray
    low: int
    high: int


def _stretch(
    segment: Segment,
    codes: np.ndarray,
    cluster: list[int],
    pad: int,
    around: int,
    code: int,
    within: tuple[int, int] | None = None,
) -> _Stretch | None:
    """Read what a band along a cluster meets, or what lies `within`."""
    _, part, reverse, frame, low, high, first, last = cluster
    length = int(segment.lengths[part])
    low, high = low - pad, high + pad
    begin, end = max(0, first - around), min(len(codes), last + around)
    left, right = within or (begin + low, end + high + 1)
    if within is None and segment.circular[part]:
        # a query may be much longer than the circle: once round on both sides of the seeds
        left = max(left, first + low - length // 3)
        right = min(right, last + high + 1 + length // 3)
    elif within is None:
        left, right = max(left, 0), min(right, (length - frame) // 3)
    if right <= left:
        return None
    strand = -1 if reverse else 1
    target = residues_of(segment, part, strand, frame + 3 * left, frame + 3 * right, code)
    return _Stretch(begin, end, left, target, low + begin - left, high + begin - left)


def _score(codes: np.ndarray, at: _Stretch) -> int:
    return banded_score(
        codes[at.begin : at.end], at.target, at.low, at.high, blosum62(), GAP, GAP_EXTENSION
    )


def _aligned(
    segment: Segment, codes: np.ndarray, cluster: list[int], pad: int, code: int
) -> _Row | None:
    """Align along a cluster; places on the part are those of its forward strand, maybe above it."""
    _, part, reverse, frame, *_ = cluster
    length = int(segment.lengths[part])
    within = None
    while True:
        at = _stretch(segment, codes, cluster, pad, AROUND, code, within)
        if at is None:
            return None
        score, query_start, query_end, start, stop, matches, columns = banded_proteins(
            codes[at.begin : at.end],
            at.target,
            at.low,
            at.high,
            blosum62(),
            GAP,
            GAP_EXTENSION,
            False,
        )[:7]
        if not score:
            return None
        if 3 * (stop - start) <= length:
            break
        # more than once round the circle
        within = (at.left + start, at.left + start + length // 3)
    start, stop = frame + 3 * (at.left + start), frame + 3 * (at.left + stop)
    if reverse:
        start, stop = length - stop, length - start
    if segment.circular[part]:
        turn = start // length * length
        start, stop = start - turn, stop - turn
    return (
        score,
        part,
        start,
        stop,
        -1 if reverse else 1,
        matches,
        columns,
        query_start + at.begin,
        query_end + at.begin,
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

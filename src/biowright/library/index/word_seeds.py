"""Seeds of proteins: words that score well against the query, with what lies beside them.

A word of the query has a neighbourhood: the words that score enough against it. Their places are
read one behind the other, and the score of the eight amino acids beside each is added from the same
stream; what passes is extended in the arena without gaps. The bounds follow from the size of the
library: they let so many places pass by chance as can be read in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

import numpy as np

from biowright.core.kernels import kernel

from .words import AMINO_ACIDS, GROUPS, KINDS, STOP

__all__ = [
    "FREQUENCIES",
    "Bounds",
    "bounds",
    "codon_lookup",
    "extended",
    "low_complexity",
    "profile",
    "word_seeds",
]

SCALE = 4
"""Scores of kinds are counted in quarters."""
STREAMED, PASSED, EXTENDED = 16e6, 5e5, 6e3
"""Places that chance may make be read, be extended, and be aligned, for a whole query."""
DROP = 16
"""An extension ends where its score falls by so much."""
LAMBDA, KAPPA = 0.3176, 0.134
"""Of alignments without gaps; Altschul et al. (1997), doi:10.1093/nar/25.17.3389."""
# of amino acids in proteins, Robinson and Robinson (1991), doi:10.1073/pnas.88.20.8880, in the order
# of AMINO_ACIDS, in thousandths of a percent
_COUNTS = (
    7805, 5129, 4487, 5364, 1925, 4264, 6295, 7377, 2199, 5142,
    9019, 5744, 2243, 3856, 5203, 7120, 5841, 1330, 3216, 6441,
)  # fmt: skip
FREQUENCIES = np.array(_COUNTS) / sum(_COUNTS)
_MEMBERS = tuple(
    np.array([AMINO_ACIDS.index(letter) for letter in group.split()]) for group in GROUPS
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least scores of a word, of a word with what is beside it, and of an extension."""

    word: int
    beside: int
    extension: int


def profile(codes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Give what each place of a query earns with each amino acid, a stop, and what is neither.

    Returns
    -------
    ndarray of int8, shape (length, 22)
    """
    stop, other = matrix.shape[0] - 2, matrix.shape[0] - 3
    columns = [*range(STOP), stop, other]
    return np.ascontiguousarray(matrix[codes][:, columns])


def bounds(rows: np.ndarray, places: int, letters: int, share: float = 1.0) -> Bounds:
    """Choose how well words must fit, so that chance makes a bearable number of them.

    Parameters
    ----------
    rows : ndarray of int8, shape (length, 22)
    places : int
        In the tables.
    letters : int
        Amino acids of all frames.
    share : float, default 1
        Of what chance may make.
    """
    size = len(rows)
    lowest = int(rows.min())
    span = int(rows.max()) - lowest + 1
    # how often each score is earned at each place
    earned = np.zeros((size, span))
    for amino in range(STOP):
        np.add.at(
            earned, (np.arange(size), rows[:, amino].astype(int) - lowest), FREQUENCIES[amino]
        )
    word = _chance(earned, 4, lowest)
    whole = _chance(earned, min(12, size), lowest)
    least_word = _least(word[0] * places, word[1], share * STREAMED)
    least_whole = _least(whole[0] * places, whole[1], share * PASSED)
    least = ceil(log(max(KAPPA * size * letters / EXTENDED, 1.0)) / LAMBDA)
    # what is exact in a short query shall pass in any library
    best = int(np.sort(rows[:, :STOP].max(axis=1))[::-1][:8].sum())
    return Bounds(max(least_word, 11), max(least_whole, 16), min(max(least, 30), best))


def _chance(earned: np.ndarray, width: int, lowest: int) -> tuple[np.ndarray, int]:
    """Give for each score of so many neighbouring places how often chance reaches it, together."""
    size, span = earned.shape
    reach = np.fft.rfft(earned, width * span)
    logs = np.ones((size - width + 1, reach.shape[1]), complex)
    for j in range(width):
        logs *= reach[j : size - width + 1 + j]
    total = np.fft.irfft(logs.sum(axis=0), width * span)
    return np.maximum(total[::-1].cumsum()[::-1], 0), width * lowest


def _least(expected: np.ndarray, lowest: int, most: float) -> int:
    return int(np.argmax(expected <= most)) + lowest


def beside_tables(rows: np.ndarray) -> np.ndarray:
    """Give what the eight amino acids beside a word earn, two at a time.

    Returns
    -------
    ndarray of int16, shape (length, 4, 256)
        For each beginning of a word: by the bits of the two nearest before it, of the next two, and
        of those behind it, in quarters of a score.
    """
    size = len(rows)
    kinds = np.zeros((size + 8, KINDS))
    for kind, members in enumerate(_MEMBERS):
        shares = FREQUENCIES[members] / FREQUENCIES[members].sum()
        earned = np.exp(LAMBDA * rows[:, members].astype(float)) @ shares
        kinds[4 : 4 + size, kind] = np.log(earned) / LAMBDA
    # what lies beyond an end, or is no amino acid, neither earns nor pays
    scaled = np.rint(SCALE * kinds).astype(np.int16)
    made = np.empty((size, 4, KINDS, KINDS), np.int16)
    at = 4 + np.arange(size)
    for pair, (near, far) in enumerate(((-1, -2), (-3, -4), (4, 5), (6, 7))):
        low = scaled[np.clip(at + near, 0, size + 7)]
        high = scaled[np.clip(at + far, 0, size + 7)]
        made[:, pair] = high[:, :, None] + low[:, None, :]
    return made.reshape(size, 4, KINDS * KINDS)


@kernel
def low_complexity(codes):
    """Tell at which places a word lies where few amino acids repeat, so that it says little.

    It is the first step of SEG (Wootton and Federhen (1993), doi:10.1016/0097-8485(93)85006-X):
    windows of 12 with an entropy of at most 2.2 bits. A query that is nothing else is taken as it is.

    Parameters
    ----------
    codes : ndarray of uint8, shape (length,)
    """
    size = len(codes)
    plain = np.zeros(size, np.bool_)
    counts = np.zeros(256, np.int64)
    for end in range(size):
        counts[codes[end]] += 1
        if end >= 12:
            counts[codes[end - 12]] -= 1
        if end < 11:
            continue
        entropy = 0.0
        for j in range(end - 11, end + 1):
            entropy += np.log2(12 / counts[codes[j]]) / 12
        if entropy <= 2.2:
            plain[end - 11 : end + 1] = True
    masked = np.zeros(size, np.bool_)
    some = False
    for q in range(size - 3):
        masked[q] = plain[q] and plain[q + 1] and plain[q + 2] and plain[q + 3]
        some = some or not masked[q]
    if not some:
        masked[:] = False
    return masked


def word_seeds(
    offsets: np.ndarray,
    contexts: np.ndarray,
    rows: np.ndarray,
    masked: np.ndarray,
    least: Bounds,
) -> np.ndarray:
    """Find places whose words, and what is beside them, score enough.

    Returns
    -------
    ndarray of int64, shape (n, 2)
        Index of the place, and where the word begins in the query.
    """
    order = np.argsort(-rows[:, :STOP], axis=1, kind="stable").astype(np.uint8)
    return _seeds(
        offsets,
        contexts,
        rows,
        order,
        beside_tables(rows),
        masked,
        least.word,
        SCALE * least.beside,
    )


@kernel
def _take(contexts, low, high, tables, wanted, q, found, filled):
    """Add those places of a word beside which enough is earned; there is room for all."""
    for e in range(low, high):
        near = contexts[e]
        if (
            np.int64(tables[0, near & np.uint32(255)])
            + tables[1, near >> np.uint32(8) & np.uint32(255)]
            + tables[2, near >> np.uint32(16) & np.uint32(255)]
            + tables[3, near >> np.uint32(24)]
            >= wanted
        ):
            found[filled, 0] = e
            found[filled, 1] = q
            filled += 1
    return filled


@kernel
def _seeds(offsets, contexts, rows, order, beside, masked, least, enough):
    size = len(rows)
    most = 0
    for word in range(len(offsets) - 1):
        most = max(most, np.int64(offsets[word + 1]) - np.int64(offsets[word]))
    found = np.empty((4096 + most, 2), np.int64)
    filled = 0
    best = np.empty(size, np.int64)
    for q in range(size):
        best[q] = rows[q, order[q, 0]]
    for q in range(size - 3):
        if masked[q]:
            continue
        tables = beside[q]
        rest1 = best[q + 1] + best[q + 2] + best[q + 3]
        rest2 = best[q + 2] + best[q + 3]
        rest3 = best[q + 3]
        if best[q] + rest1 < least:
            continue
        for a in range(20):
            first = order[q, a]
            score1 = np.int64(rows[q, first])
            if score1 + rest1 < least:
                break
            for b in range(20):
                second = order[q + 1, b]
                score2 = score1 + rows[q + 1, second]
                if score2 + rest2 < least:
                    break
                for c in range(20):
                    third = order[q + 2, c]
                    score3 = score2 + rows[q + 2, third]
                    if score3 + rest3 < least:
                        break
                    stem = ((np.int64(first) * 20 + second) * 20 + third) * 20
                    for d in range(20):
                        fourth = order[q + 3, d]
                        score = score3 + rows[q + 3, fourth]
                        if score < least:
                            break
                        word = stem + fourth
                        filled = _take(
                            contexts, np.int64(offsets[word]), np.int64(offsets[word + 1]),
                            tables, enough - 4 * score, q, found, filled,
                        )  # fmt: skip
                        if filled + most > len(found):
                            wider = np.empty((2 * len(found) + most, 2), np.int64)
                            wider[:filled] = found[:filled]
                            found = wider
    return found[:filled]


def codon_lookup(codons: np.ndarray) -> np.ndarray:
    """Give the codes of codons by the bits of three letters as the planes have them.

    Parameters
    ----------
    codons : ndarray of uint8, shape (2, 64)
        As `words.codon_codes` gives them.

    Returns
    -------
    ndarray of uint8, shape (2, 64)
        By the three bits of the low plane and, eight times as much, those of the high one; the first
        letter is the lowest bit.
    """
    made = np.empty((2, 64), np.uint8)
    for low in range(8):
        for high in range(8):
            bases = [low >> j & 1 | (high >> j & 1) << 1 for j in range(3)]
            made[:, low | high << 3] = codons[:, bases[0] << 4 | bases[1] << 2 | bases[2]]
    return made


def extended(words, places, found, rows, codons, least):
    """Extend seeds without gaps, up to 17 amino acids ahead and 21 back.

    Returns
    -------
    ndarray of int64, shape (n, 4)
        Place in the arena of the lowest letter of the word, strand (0 forward), place of the word in
        the query, score: of those that score enough.
    """
    return _extended(words, places[found[:, 0]], found[:, 1], rows, codons, least)


@kernel
def _extended(words, places, queries, rows, codons, least):
    size = len(rows)
    kept = np.empty((1024, 4), np.int64)
    filled = 0
    one = np.uint64(1)
    limit = np.int64((len(words) - 4) // 2) * 64 + 63
    # the letters of many seeds are fetched first, so that the waits for memory overlap
    begins = np.empty((256, 2), np.int64)
    low = np.empty((256, 2), np.uint64)
    high = np.empty((256, 2), np.uint64)
    for block in range(0, len(places), 256):
        count = min(256, len(places) - block)
        for n in range(count):
            place = np.int64(places[block + n])
            reverse = place & 1
            base = (place >> 1) * 4
            begins[n, reverse] = min(base + 12 * reverse, limit)
            begins[n, 1 - reverse] = max(base - 63 + 12 * reverse, 0)
            for way in range(2):
                begin = begins[n, way]
                pair = (begin >> 6) * 2
                shift = np.uint64(begin & 63)
                far = np.uint64(63) - shift
                low[n, way] = words[pair] >> shift | words[pair + 2] << one << far
                high[n, way] = words[pair + 1] >> shift | words[pair + 3] << one << far
        for n in range(count):
            place = np.int64(places[block + n])
            q = np.int64(queries[block + n])
            reverse = place & 1
            base = (place >> 1) * 4
            total = np.int64(0)
            # the word with what is ahead of it, then what is behind: in the direction of reading
            for way in range(2):
                if way == 0:
                    at, to = q, min(size, q + 21)
                    codon = base + 9 * reverse
                    stride = 1
                else:
                    at, to = q - 1, max(-1, q - 22)
                    codon = base + 15 * reverse - 3
                    stride = -1
                step = 3 * stride * (1 - 2 * reverse)
                bit = codon - begins[n, way]
                score = np.int64(0)
                most = np.int64(0)
                while at != to and 0 <= bit <= 60:
                    turn = np.uint64(bit)
                    index = np.int64(low[n, way] >> turn & np.uint64(7)) | np.int64(
                        high[n, way] >> turn & np.uint64(7)
                    ) << np.int64(3)
                    score += rows[at, codons[reverse, index]]
                    if score > most:
                        most = score
                    elif score < most - DROP:
                        break
                    at += stride
                    bit += step
                total += most
            if total < least:
                continue
            if filled == len(kept):
                wider = np.empty((2 * filled, 4), np.int64)
                wider[:filled] = kept
                kept = wider
            kept[filled, 0] = base
            kept[filled, 1] = reverse
            kept[filled, 2] = q
            kept[filled, 3] = total
            filled += 1
    return kept[:filled]

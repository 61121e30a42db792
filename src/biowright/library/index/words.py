"""The table of protein words: for each word of four amino acids where it is read, and what is beside it.

A word begins at a unit of a part, as the windows of `table` do, and is read from both strands: so
every reading frame has one at every fourth codon. Beside each place stand the four amino acids
before the word and the four behind it, four bits each, so that a search reads twelve amino acids of
a place without a look at the arena. What lies between stops that are close to each other is hardly
ever translated: there only every fifth word is kept, but for parts of a few letters.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from biowright.bio import genetic_code
from biowright.core.kernels import kernel

from .packing import unpack

__all__ = [
    "AMINO_ACIDS",
    "CODON_OF",
    "FEW",
    "GROUPS",
    "KINDS",
    "OTHER",
    "STOP",
    "WORD",
    "WORDS",
    "build_words",
    "codon_codes",
]

AMINO_ACIDS = "ARNDCQEGHILKMFPSTWYV"
STOP, OTHER = 20, 21
"""Codes of a stop, and of a codon with a letter that is no base."""
WORD = 4
"""Amino acids of a word."""
WORDS = len(AMINO_ACIDS) ** WORD
KINDS = 16
"""Groups of amino acids that four bits tell apart; the last one is what is none."""
OPEN = 40
"""Codons between two stops from which every word is kept."""
FEW = 150
"""Letters of a part of which every word is kept."""
EDGE = 20
"""Codons that are taken to lie beyond the end of a part."""
BEFORE, BEHIND = 24, 36
"""Letters of a circle that are read again on either side of its ends."""

GROUPS = ("A", "R K", "N", "D", "C", "Q E", "G", "H", "I V", "L M", "F Y", "P", "S", "T", "W")
"""The amino acids that share four bits: those that replace each other most often."""


def codon_codes(amino_acids: str, codons: tuple[str, ...]) -> np.ndarray:
    """Give the code of each codon of bases, forward and read from the other strand.

    Returns
    -------
    ndarray of uint8, shape (2, 64)
        By the codes of `packing`, the first base highest.
    """
    digit = {"A": 0, "C": 1, "T": 2, "G": 3}
    made = np.zeros((2, 64), np.uint8)
    for codon, letter in zip(codons, amino_acids, strict=True):
        code = AMINO_ACIDS.find(letter) if letter in AMINO_ACIDS else STOP
        first, second, third = (digit[base] for base in codon)
        made[0, first << 4 | second << 2 | third] = code
        made[1, (third ^ 2) << 4 | (second ^ 2) << 2 | first ^ 2] = code
    return made


def _standard() -> np.ndarray:
    from biowright.bio import CODONS

    return codon_codes(genetic_code(1).amino_acids, CODONS)


def _group_of() -> np.ndarray:
    made = np.full(32, KINDS - 1, np.uint8)
    for kind, group in enumerate(GROUPS):
        for letter in group.split():
            made[AMINO_ACIDS.index(letter)] = kind
    return made


CODON_OF = _standard()
_KIND_OF = _group_of()
_CODE = np.full(16, 4, np.uint8)
_CODE[[1, 2, 8, 4]] = (0, 1, 2, 3)


def build_words(
    words: np.ndarray,
    starts: np.ndarray,
    lengths: np.ndarray,
    circular: np.ndarray,
    runs: np.ndarray,
    array: Callable[[str, int], np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count and list the protein words of an arena.

    Parameters
    ----------
    array : callable of (str, int) to ndarray of uint32
        Makes the zeroed arrays "protein_offsets", "protein_places" and "protein_contexts".

    Returns
    -------
    offsets : ndarray of uint32, shape (20 ** 4 + 1,)
    places : ndarray of uint32
        Twice the unit at which the lowest letter of the word lies, and one more on the reverse
        strand.
    contexts : ndarray of uint32
        The kinds of the four amino acids before the word, the nearest one lowest, and then of the
        four behind it.
    """
    fixed = (words, starts, lengths, circular, runs, _CODE, CODON_OF, _KIND_OF)
    groups = np.zeros(401, np.int64)
    none = np.zeros(0, np.uint32)
    _walk(*fixed, True, groups, np.zeros(0, np.uint16), none, none)
    np.cumsum(groups, out=groups)
    total = int(groups[-1])
    offsets = array("protein_offsets", WORDS + 1)
    places = array("protein_places", total)
    contexts = array("protein_contexts", total)
    rest = np.empty(total, np.uint16)
    _walk(*fixed, False, groups[:-1].copy(), rest, places, contexts)
    _order(groups, rest, offsets, places, contexts)
    return offsets, places, contexts


@kernel
def _walk(
    words, starts, lengths, circular, runs, code_of, codon_of, kind_of,
    counting, cursors, rest, places, contexts,
):  # fmt: skip
    """Count the words by their first two letters, or write them where each such group goes on."""
    longest = 0
    for i in range(len(lengths)):
        longest = max(longest, np.int64(lengths[i]))
    room = longest + 64
    sets = np.empty(room, np.uint8)
    # amino acids of both strands at each letter, with room for what lies beside the ends
    read = np.empty((2, room + 32), np.uint8)
    left = np.empty((2, room + 32), np.int32)
    right = np.zeros((2, 3), np.int64)
    whole = np.zeros((2, 3), np.int64)
    for i in range(len(lengths)):
        length = np.int64(lengths[i])
        if length < 12 and not (circular[i] and length):
            continue
        base = np.int64(starts[i]) * 4
        before = 0
        size = length
        if circular[i]:
            before = 24
            size = length + 60
            unpack(words, base, length, runs, sets[24:])
            for j in range(24):
                sets[23 - j] = sets[24 + (length - 1 - j % length)]
            for j in range(36):
                sets[24 + length + j] = sets[24 + j % length]
        else:
            unpack(words, base, length, runs, sets)
        # codons, and how many lie before each without a stop
        codon = np.int64(0)
        known = 0
        last = size - 3
        for j in range(size):
            code = np.int64(code_of[sets[j]])
            known = known + 1 if code < 4 else 0
            codon = (codon << 2 | (code & 3)) & 63
            at = j - 2
            if at < 0:
                continue
            for s in range(2):
                amino = np.int64(codon_of[s, codon]) if known >= 3 else np.int64(21)
                read[s, at] = amino
                ahead = np.int64(left[s, at - 3]) if at >= 3 else np.int64(20)
                left[s, at] = 0 if amino == 20 else ahead + 1
        right[:] = 20
        whole[:] = 0
        for j in range(last, -1, -1):
            phase = j % 3
            for s in range(2):
                if read[s, j] == 20:
                    right[s, phase] = 0
                    whole[s, phase] = 0
                    continue
                right[s, phase] += 1
                whole[s, phase] = right[s, phase] + left[s, j]
                place = j - before
                if place & 3 or place < 0 or place >= length or j + 9 > last:
                    continue
                # a word without a stop: the three codons behind are in `right` as well
                run = right[s, phase]
                if run < 4:
                    continue
                unit = (base + place) >> 2
                most = 0
                for z in range(2):
                    for y in range(3):
                        most = max(most, whole[z, y])
                little = 10 * whole[s, phase] < 7 * most or whole[s, phase] <= 40
                if little and length > FEW and unit % 5:
                    continue
                a, b, c, d = read[s, j], read[s, j + 3], read[s, j + 6], read[s, j + 9]
                if a == 21 or b == 21 or c == 21 or d == 21:
                    continue
                if s:
                    a, b, c, d = d, c, b, a
                group = np.int64(a) * 20 + np.int64(b)
                if counting:
                    cursors[group + 1] += 1
                    continue
                context = np.uint32(0)
                for n in range(4):
                    low = j - 3 * (n + 1)
                    high = j + 9 + 3 * (n + 1)
                    below = kind_of[read[s, low]] if low >= 0 else np.uint8(15)
                    above = kind_of[read[s, high]] if high <= last else np.uint8(15)
                    if s:
                        below, above = above, below
                    context |= np.uint32(below) << np.uint32(4 * n)
                    context |= np.uint32(above) << np.uint32(16 + 4 * n)
                at = cursors[group]
                cursors[group] = at + 1
                rest[at] = np.uint16(np.int64(c) * 20 + np.int64(d))
                places[at] = np.uint32(2 * unit + s)
                contexts[at] = context


@kernel
def _order(groups, rest, offsets, places, contexts):
    cursors = np.zeros(400, np.int64)
    largest = 0
    for group in range(400):
        largest = max(largest, groups[group + 1] - groups[group])
    dealt = np.empty(largest, np.uint32)
    beside = np.empty(largest, np.uint32)
    for group in range(400):
        first = groups[group]
        count = groups[group + 1] - first
        cursors[:] = 0
        for j in range(count):
            dealt[j] = places[first + j]
            beside[j] = contexts[first + j]
            cursors[np.int64(rest[first + j])] += 1
        at = first
        for code in range(400):
            offsets[group * 400 + code] = np.uint32(at)
            number = cursors[code]
            cursors[code] = at
            at += number
        for j in range(count):
            code = np.int64(rest[first + j])
            places[cursors[code]] = dealt[j]
            contexts[cursors[code]] = beside[j]
            cursors[code] += 1
    offsets[len(offsets) - 1] = np.uint32(groups[400])

"""Compiled loops of the k-mer screener: seeds of a text in a hashed table, and their runs."""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

from .keyed import siphash

__all__ = ["chain", "find_seeds", "pack"]

RUN_BITS = 15
RUNS = 1 << RUN_BITS
MOST = 4096
"""Spellings of one window that are looked up; a window with more counts as not screened."""


@kernel
def pack(letters, k, bits):
    """Write each window of k small numbers as one word; a window with a number above 31 is -1."""
    count = max(len(letters) - k + 1, 0)
    words = np.empty(count, np.uint64)
    known = np.ones(count, np.bool_)
    for i in range(count):
        word = np.uint64(0)
        for j in range(k):
            letter = letters[i + j]
            if letter > 31:
                known[i] = False
                break
            word = (word << np.uint64(bits)) | np.uint64(letter)
        words[i] = word
    return words, known


@kernel
def _follow(diagonal, i, stride, diagonals, lasts, runs):
    """Note a seed on its diagonal; give how many it is in its run."""
    first = (np.uint64(diagonal) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - RUN_BITS)
    oldest = np.int64(first)
    for probe in range(8):
        slot = (np.int64(first) + probe) & (RUNS - 1)
        if diagonals[slot] == diagonal:
            runs[slot] = runs[slot] + 1 if lasts[slot] == i - stride else 1
            lasts[slot] = i
            return runs[slot]
        if lasts[slot] < lasts[oldest]:
            oldest = slot
    diagonals[oldest], lasts[oldest], runs[oldest] = diagonal, i, 1
    return 1


@kernel
def find_seeds(sets, stride, k, bits, tag, key, sieve, hashes, starts, places, need, found):
    """Look up all windows of k sets that are `stride` letters apart.

    Parameters
    ----------
    sets : ndarray of uint32
        What each letter, or the codon that starts there, may be; bits.
    stride, k, bits : int
    tag : uint64
        Set in a word before it is hashed, so that kinds of k-mers stay apart.
    key : ndarray of uint64, shape (2,)
    sieve : ndarray of uint8
        A bit for each value of the low bits of a hash; a power of two of bits.
    hashes, starts : ndarray of uint64, shape (n,), and of int64, shape (n + 1,)
        The hashes that the reference has, ascending, and where their places begin.
    places : ndarray of int64
        Places in the reference.
    need : int
        Seeds that follow one another on a diagonal; fewer are taken for chance and left out.
    found : ndarray of int64, shape (m, 2)
        Filled with window and place.

    Returns
    -------
    count : int
        Of what was found; only the first m are in `found`.
    skipped : int
        The longest stretch of letters in windows with too many spellings.
    """
    count = 0
    low = np.uint64(8 * len(sieve) - 1)
    choices = np.zeros((k, 32), np.int64)
    sizes = np.zeros(k, np.int64)
    longest = 0
    skip_start = np.full(stride, -1, np.int64)
    skip_last = np.zeros(stride, np.int64)
    # runs that are under way: their diagonal, their last window, how many seeds they have
    diagonals = np.full(RUNS if need > 1 else 1, -1, np.int64)
    lasts = np.full(len(diagonals), -(1 << 40), np.int64)
    runs = np.zeros(len(diagonals), np.int64)
    for i in range(len(sets) - (k - 1) * stride):
        spellings = 1
        for j in range(k):
            mask = sets[i + j * stride]
            n = 0
            while mask:
                if mask & 1:
                    n += 1
                mask >>= 1
            spellings *= n
            if n == 0 or spellings > MOST:
                break
        if spellings > MOST:
            phase = i % stride
            if skip_start[phase] < 0 or skip_last[phase] != i - stride:
                skip_start[phase] = i
            skip_last[phase] = i
            longest = max(longest, i - skip_start[phase] + k * stride)
            continue
        if spellings == 0:
            continue
        for j in range(k):
            mask = sets[i + j * stride]
            n = 0
            letter = 0
            while mask:
                if mask & 1:
                    choices[j, n] = letter
                    n += 1
                mask >>= 1
                letter += 1
            sizes[j] = n
        for spelling in range(spellings):
            rest = spelling
            word = np.uint64(0)
            for j in range(k):
                word = (word << np.uint64(bits)) | np.uint64(choices[j, rest % sizes[j]])
                rest //= sizes[j]
            value = siphash(word | tag, key[0], key[1])
            bit = value & low
            if not sieve[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7)) & 1:
                continue
            at = np.searchsorted(hashes, value)
            if at == len(hashes) or hashes[at] != value:
                continue
            for p in range(starts[at], starts[at + 1]):
                place = places[p]
                fresh = 1
                if need > 1:
                    run = _follow(place * stride - i, i, stride, diagonals, lasts, runs)
                    if run < need:
                        continue
                    if run == need:
                        fresh = need
                for back in range(fresh - 1, -1, -1):
                    if count < len(found):
                        found[count, 0] = i - back * stride
                        found[count, 1] = place - back
                    count += 1
    return count, longest


@kernel
def chain(starts, ends, scores, costs, matched, reach):
    """Chain blocks along a reference so that the total of scores less costs is largest.

    Blocks are sorted by start. One follows another whose end lies at most `reach` before its start;
    what both cover counts once.

    Returns
    -------
    total, first, covered : ndarray, shape (n,)
        For each block as the last of a chain: its value, where the chain starts, and how many
        letters of the reference it matches.
    before : ndarray of int64, shape (n,)
        The block before it, or -1.
    """
    n = len(starts)
    total = scores - costs
    first = starts.copy()
    covered = matched.copy()
    before = np.full(n, -1, np.int64)
    for i in range(n):
        size = ends[i] - starts[i]
        for j in range(i - 1, -1, -1):
            if ends[j] >= ends[i] or starts[i] - ends[j] > reach or starts[j] > starts[i]:
                continue
            fresh = min(1.0, (ends[i] - ends[j]) / size)
            value = total[j] + scores[i] * fresh - costs[i]
            if value > total[i]:
                total[i] = value
                first[i] = first[j]
                covered[i] = covered[j] + int(matched[i] * fresh)
                before[i] = j
    return total, first, covered, before

"""K-mers that occur twice, in a record or in a host, and stems of hairpins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from biowright.bio.iupac import masks
from biowright.core.kernels import kernel

__all__ = ["hairpins", "host_table", "kmer_codes", "repeated_kmers"]

Codes = npt.NDArray[np.uint64]
_DIGITS = bytes({1: 0, 2: 1, 4: 2, 8: 3}.get(mask, 4) for mask in range(256))
NONE = np.uint64(0xFFFFFFFFFFFFFFFF)


def digits(letters: bytes) -> npt.NDArray[np.uint8]:
    """Give 0 to 3 for A, C, G and T, 4 for all others."""
    return np.frombuffer(masks(letters).translate(_DIGITS), np.uint8)


@kernel
def kmer_codes(letters, k):
    """Give the smaller of each k-mer and its reverse complement, and `NONE` for ambiguous ones."""
    count = max(len(letters) - k + 1, 0)
    codes = np.full(count, NONE, np.uint64)
    mask = (np.uint64(1) << np.uint64(2 * k)) - np.uint64(1)
    shift = np.uint64(2 * (k - 1))
    forward = np.uint64(0)
    backward = np.uint64(0)
    good = 0
    for p in range(len(letters)):
        letter = letters[p]
        if letter > 3:
            good = 0
            continue
        forward = ((forward << np.uint64(2)) | np.uint64(letter)) & mask
        backward = (backward >> np.uint64(2)) | (np.uint64(3 - letter) << shift)
        good += 1
        if good >= k:
            codes[p - k + 1] = min(forward, backward)
    return codes


def host_table(host: Sequence[bytes], k: int) -> Codes:
    """Give the k-mers of a host, ascending."""
    found = [np.unique(kmer_codes(digits(letters), k)) for letters in host]
    codes = np.unique(np.concatenate(found)) if found else np.zeros(0, np.uint64)
    return codes[codes != NONE]


def repeated_kmers(
    letters: bytes, circular: bool, k: int, host: Codes
) -> list[tuple[int, int, int]]:
    """Find runs of k-mers that occur elsewhere: start and end of the run, and where else.

    The place elsewhere is that of another copy of the run's first k-mer, or -1 for the host.
    """
    read = digits(letters)
    if circular:
        read = np.concatenate([read, read[: k - 1]]) if len(read) >= k else read[:0]
    codes = kmer_codes(read, k)
    order = np.argsort(codes, kind="stable")
    ranked = codes[order]
    same = (ranked[1:] == ranked[:-1]) & (ranked[1:] != NONE)
    twice = np.zeros(len(codes), np.bool_)
    other = np.full(len(codes), -1, np.int64)
    twice[order[1:][same]] = True
    twice[order[:-1][same]] = True
    other[order[1:][same]] = order[:-1][same]
    # the first copy names the second one
    firsts = order[:-1][same]
    unset = other[firsts] < 0
    other[firsts[unset]] = order[1:][same][unset]
    if len(host):
        at = np.searchsorted(host, codes)
        at[at == len(host)] = 0
        shared = (host[at] == codes) & (codes != NONE)
        other[shared & ~twice] = -1
        twice |= shared
    wrong = np.flatnonzero(twice)
    found = []
    for run in np.split(wrong, np.flatnonzero(np.diff(wrong) > 1) + 1):
        if len(run):
            found.append((int(run[0]), int(run[-1]) + k, int(other[run[0]])))
    return found


@kernel
def _hairpins(letters, length, stem, window):
    """Find pairs of a word and its reverse complement behind it, by a table of the last words."""
    found = [(np.int64(0), np.int64(0)) for _ in range(0)]
    mask = (np.uint64(1) << np.uint64(2 * stem)) - np.uint64(1)
    shift = np.uint64(2 * (stem - 1))
    count = len(letters) - stem + 1
    if count <= 0:
        return found
    forward = np.zeros(count, np.uint64)
    backward = np.zeros(count, np.uint64)
    good = np.zeros(count, np.bool_)
    f = np.uint64(0)
    b = np.uint64(0)
    run = 0
    for p in range(len(letters)):
        letter = letters[p]
        if letter > 3:
            run = 0
            continue
        f = ((f << np.uint64(2)) | np.uint64(letter)) & mask
        b = (b >> np.uint64(2)) | (np.uint64(3 - letter) << shift)
        run += 1
        if run >= stem:
            forward[p - stem + 1] = f
            backward[p - stem + 1] = b
            good[p - stem + 1] = True
    size = 1
    while size < 4 * count:
        size *= 2
    latest = np.full(size, -1, np.int64)  # the last place of a word in each slot
    before = np.full(count, -1, np.int64)  # and the one before it
    entered = 0
    for s in range(count):
        while entered <= s - stem:
            if good[entered]:
                slot = (forward[entered] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
                slot &= np.uint64(size - 1)
                before[entered] = latest[slot]
                latest[slot] = entered
            entered += 1
        if not good[s]:
            continue
        slot = (backward[s] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
        slot &= np.uint64(size - 1)
        first = latest[slot]
        while first >= 0 and s + stem - first <= window:
            if forward[first] == backward[s] and first < length:
                found.append((first, np.int64(s)))
            first = before[first]
    return found


def hairpins(letters: bytes, circular: bool, stem: int, window: int) -> list[tuple[int, int]]:
    """Find stems: the starts of a word and of its reverse complement behind it.

    The two do not overlap, and lie, from outer end to outer end, in a window.
    """
    read = digits(letters)
    length = len(read)
    if circular:
        read = np.concatenate([read, read[: min(window - 1, length)]])
    return [(int(a), int(b)) for a, b in _hairpins(read, length, stem, window)]

"""One key for a circle of letters, whatever its origin and strand.

Letters that are the same up to rotation and strand have one key of 64 bits, the store's index; a hit
is compared in full. Beside it stands the SEGUID v2 of the molecule as it is
(`biowright.core.checksum`), here for many sequences at once.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from biowright.core.kernels import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Ints = npt.NDArray[np.int64]

__all__ = ["checksums", "circle_key", "circle_keys", "key_of"]

_COMPLEMENT = np.arange(256, dtype=np.uint8)
for _one, _other in zip(b"ACGTUMRWSYKVHDB", b"TGCAAKYWSRMBDHV", strict=True):
    _COMPLEMENT[_one] = _other
_BRIEF = 20_000
"""Letters of which the key is found by plain Python where numba is not loaded."""
_CODES = np.full(256, 4, np.uint8)
_CODES[list(b"ACGT")] = range(4)


@kernel
def _least(letters, start, n):  # type: ignore[no-untyped-def]
    """Give the offset of the least rotation, by two candidates that overtake each other."""
    i, j, k = 0, 1, 0
    while i < n and j < n and k < n:
        a, b = i + k, j + k
        if a >= n:
            a -= n
        if b >= n:
            b -= n
        one, other = letters[start + a], letters[start + b]
        if one == other:
            k += 1
            continue
        if one > other:
            i += k + 1
        else:
            j += k + 1
        if i == j:
            j += 1
        k = 0
    return min(i, j)


@kernel
def _least_word(letters, start, n, codes):  # type: ignore[no-untyped-def]
    """Find the least word of 31 letters on both strands of a circle of A, C, G and T.

    Returns the strand (0 or 1) and the offset on it, or -1 where two words are the least.
    """
    mask = np.uint64((1 << 62) - 1)
    three, two, high = np.uint64(3), np.uint64(2), np.uint64(60)
    word = other = np.uint64(0)
    for k in range(30):
        code = np.uint64(codes[letters[start + k]])
        word = (word << two) | code
        other = (other >> two) | ((three - code) << high)
    best = ~np.uint64(0)
    strand, offset = 0, -1
    place = 30
    for k in range(n):
        code = np.uint64(codes[letters[start + place]])
        place += 1
        if place == n:
            place = 0
        word = ((word << two) | code) & mask
        other = (other >> two) | ((three - code) << high)
        if word <= best:
            offset = -1 if word == best else k
            strand = 0
            best = word
        if other <= best:
            # the letters k to k + 30 read backwards begin at n - 31 - k on the other strand
            offset = -1 if other == best else (2 * n - 31 - k) % n
            strand = 1
            best = other
    return strand, offset


@kernel
def _first_strand(letters, start, n, complement):  # type: ignore[no-untyped-def]
    """Tell which strand of a linear sequence is the smaller one: 0 or 1."""
    for k in range(n):
        one, two = letters[start + k], complement[letters[start + n - 1 - k]]
        if one != two:
            return 0 if one < two else 1
    return 0


@kernel
def _turned(letters, start, n, complement, buffer):  # type: ignore[no-untyped-def]
    """Give the strand and the offset of the least rotation of any letters."""
    for k in range(n):
        buffer[n - 1 - k] = complement[letters[start + k]]
    first = _least(letters, start, n)
    second = _least(buffer, 0, n)
    for k in range(n):
        a, b = first + k, second + k
        if a >= n:
            a -= n
        if b >= n:
            b -= n
        one, two = letters[start + a], buffer[b]
        if one != two:
            return (0, first) if one < two else (1, second)
    return 0, first


@kernel
def _place(letters, start, n, complement, codes, buffer):  # type: ignore[no-untyped-def]
    """Give the strand and the offset on it of the least rotation."""
    strand, offset = 0, -1
    plain = n >= 31
    for k in range(start, start + n):
        plain &= codes[letters[k]] < 4
    if plain:
        strand, offset = _least_word(letters, start, n, codes)
    if offset < 0:
        strand, offset = _turned(letters, start, n, complement, buffer)
    return strand, offset


@kernel
def _spelled_key(letters, start, n, strand, offset, complement):  # type: ignore[no-untyped-def]
    """Give FNV-1a of a circle that is read from an offset on one of its strands."""
    prime = np.uint64(0x100000001B3)
    value = np.uint64(0xCBF29CE484222325)
    if strand == 0:
        for k in range(start + offset, start + n):
            value = (value ^ np.uint64(letters[k])) * prime
        for k in range(start, start + offset):
            value = (value ^ np.uint64(letters[k])) * prime
    else:
        for k in range(start + n - 1 - offset, start - 1, -1):
            value = (value ^ np.uint64(complement[letters[k]])) * prime
        for k in range(start + n - 1, start + n - 1 - offset, -1):
            value = (value ^ np.uint64(complement[letters[k]])) * prime
    return value


@kernel
def _circle_keys(letters, bounds, complement, codes, keys):  # type: ignore[no-untyped-def]
    longest = 0
    for i in range(len(bounds) - 1):
        longest = max(longest, bounds[i + 1] - bounds[i])
    buffer = np.empty(longest, np.uint8)
    for i in range(len(bounds) - 1):
        start = bounds[i]
        n = bounds[i + 1] - start
        strand, offset = 0, 0
        if n:
            strand, offset = _place(letters, start, n, complement, codes, buffer)
        keys[i] = _spelled_key(letters, start, n, strand, offset, complement)


@kernel
def _circle_key(letters):  # type: ignore[no-untyped-def]
    n = len(letters)
    strand, offset = 0, 0
    if n:
        buffer = np.empty(n, np.uint8)
        strand, offset = _place(letters, 0, n, _COMPLEMENT, _CODES, buffer)
    return np.int64(_spelled_key(letters, 0, n, strand, offset, _COMPLEMENT))


@kernel
def _strands(letters, bounds, complement, codes, circular, out, strands):  # type: ignore[no-untyped-def]
    longest = 0
    for i in range(len(bounds) - 1):
        longest = max(longest, bounds[i + 1] - bounds[i])
    buffer = np.empty(longest, np.uint8)
    for i in range(len(bounds) - 1):
        start = bounds[i]
        n = bounds[i + 1] - start
        strand, offset = 0, 0
        if circular[i]:
            strand, offset = _place(letters, start, n, complement, codes, buffer)
        else:
            strand = _first_strand(letters, start, n, complement)
        strands[i] = strand
        at = 2 * start + i
        out[at + n] = 59  # ;
        # the smaller strand, and behind it the other, aligned with it
        head, tail = (at, at + n + 1) if strand == 0 else (at + n + 1, at)
        if strand == 1:
            # in terms of the strand that is given, the turn begins where the other's ends
            offset = n - offset if offset else 0
        for k in range(offset, n):
            out[head + k - offset] = letters[start + k]
        for k in range(offset):
            out[head + n - offset + k] = letters[start + k]
        for k in range(n):
            out[tail + n - 1 - k] = complement[out[head + k]]


def checksums(
    letters: bytes | bytearray, bounds: Ints, circular: Bytes
) -> tuple[list[bytes], Bytes]:
    """Give the 20 bytes of the SEGUID of each double-stranded sequence.

    Letters that SEGUID does not know (gaps, X) stand for themselves.

    Parameters
    ----------
    letters : bytes
        Upper case, sequence after sequence.
    bounds : ndarray of int64, shape (n + 1,)
    circular : ndarray of uint8, shape (n,)
        Whether a sequence may be turned.

    Returns
    -------
    digests : list of bytes
    strands : ndarray of uint8, shape (n,)
        1 where the strand that comes first in the checksum is not the one that is given.
    """
    data = np.frombuffer(letters, np.uint8)
    # the strands of each, smaller;larger
    out = np.empty(2 * len(data) + len(bounds) - 1, np.uint8)
    strands = np.empty(len(bounds) - 1, np.uint8)
    _strands(data, bounds, _COMPLEMENT, _CODES, circular, out, strands)
    view = memoryview(out)  # type: ignore[arg-type]
    sha1 = hashlib.sha1
    edges = (2 * bounds + np.arange(len(bounds))).tolist()
    digests = [sha1(view[a:b], usedforsecurity=False).digest() for a, b in pairwise(edges)]
    return digests, strands


def circle_keys(letters: bytes | bytearray, bounds: Ints) -> Ints:
    """Give a key of each sequence that is the same from any origin and on either strand.

    Parameters
    ----------
    letters : bytes
        Upper case, sequence after sequence.
    bounds : ndarray of int64, shape (n + 1,)

    Returns
    -------
    ndarray of int64, shape (n,)
        FNV-1a of the least rotation of both strands.
    """
    keys = np.empty(len(bounds) - 1, np.uint64)
    _circle_keys(np.frombuffer(letters, np.uint8), bounds, _COMPLEMENT, _CODES, keys)
    return keys.view(np.int64)


def circle_key(letters: bytes) -> int:
    """Give the key of one sequence of upper-case letters.

    Examples
    --------
    >>> circle_key(b"AACCT") == circle_key(b"CCTAA") == circle_key(b"AGGTT")
    True
    """
    run = _circle_key.briefly if len(letters) <= _BRIEF else _circle_key
    return int(run(np.frombuffer(letters, np.uint8)))


def key_of(digest: bytes) -> int:
    """Give the first 64 bits of a checksum as a signed integer."""
    return int.from_bytes(digest[:8], "big", signed=True)

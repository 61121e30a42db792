"""Words of texts, and how alike two words are."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from biowright.core.kernels import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["EXACT", "folded", "likeness", "raise_to", "split", "tokens", "word_hash"]

EXACT = 1.0
# how much a match counts: the word begins so, has one letter wrong, holds it, has two letters wrong
_PREFIX, _ONE, _WITHIN, _TWO = 0.85, 0.7, 0.55, 0.45
_LETTER = np.zeros(256, np.uint8)
_LETTER[list(b"0123456789abcdefghijklmnopqrstuvwxyz")] = 1
_LETTER[128:] = 1
_SEED, _PRIME = 0xCBF29CE484222325, 0x100000001B3  # FNV-1a, 64 bits


def folded(text: str) -> str:
    """Give a text in lower case, without accents.

    Examples
    --------
    >>> folded("Préféré µ")
    'prefere μ'
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def split(text: str) -> list[bytes]:
    """Give the words of a text: runs of letters and digits, folded.

    Examples
    --------
    >>> split("BBa_J23100 promoter")
    [b'bba', b'j23100', b'promoter']
    """
    data = folded(text).encode("utf-8", "replace")
    starts, ends, *_ = tokens(np.frombuffer(data, np.uint8))
    return [data[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def word_hash(word: bytes) -> int:
    """Give the hash of a word, as the index has it."""
    value = _SEED
    for byte in word:
        value = (value ^ byte) * _PRIME & 0xFFFFFFFFFFFFFFFF
    return value


@kernel
def _count(data, letter):  # type: ignore[no-untyped-def]
    count, before = 0, 0
    for k in range(len(data)):
        here = letter[data[k]]
        count += here & (1 - before)
        before = here
    return count


@kernel
def _tokens(data, letter, starts, ends, docs, hashes):  # type: ignore[no-untyped-def]
    count, doc, named, k = 0, 0, True, 0
    prime, seed = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)
    while k < len(data):
        byte = data[k]
        if byte == 10:
            doc += 1
            named = True
        elif byte == 1:
            named = False
        if not letter[byte]:
            k += 1
            continue
        start = k
        value = seed
        while k < len(data) and letter[data[k]]:
            value = (value ^ np.uint64(data[k])) * prime
            k += 1
        starts[count] = start
        ends[count] = k
        docs[count] = doc << 1 | named
        hashes[count] = value
        count += 1


def tokens(
    data: npt.NDArray[np.uint8],
) -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint32], npt.NDArray[np.uint64]
]:
    r"""Cut folded text into words; ``\n`` ends a document, ``\x01`` its name.

    Returns
    -------
    starts, ends : ndarray of int64, shape (n,)
    documents : ndarray of uint32, shape (n,)
        Twice the number of the document, and one more within its name.
    hashes : ndarray of uint64, shape (n,)
    """
    n = _count(data, _LETTER)
    starts, ends = np.empty(n, np.int64), np.empty(n, np.int64)
    documents, hashes = np.empty(n, np.uint32), np.empty(n, np.uint64)
    _tokens(data, _LETTER, starts, ends, documents, hashes)
    return starts, ends, documents, hashes


@kernel
def _likeness(blob, bounds, pattern, peq, out):  # type: ignore[no-untyped-def]
    m = len(pattern)
    most = 0 if m < 4 else 1 if m < 8 else 2
    top = np.uint64(1) << np.uint64(m - 1)
    one = np.uint64(1)
    for i in range(len(bounds) - 1):
        start, end = bounds[i], bounds[i + 1]
        n = end - start
        best = 0.0
        if n >= m:
            same = True
            for k in range(m):
                if blob[start + k] != pattern[k]:
                    same = False
                    break
            if same:
                best = EXACT if n == m else _PREFIX
            elif m >= 3:
                for at in range(1, n - m + 1):
                    k = 0
                    while k < m and blob[start + at + k] == pattern[k]:
                        k += 1
                    if k == m:
                        best = _WITHIN
                        break
        if best < _ONE and most and abs(n - m) <= most:
            # Myers' bit-parallel edit distance, doi:10.1145/316542.316550
            pv, mv, score = ~np.uint64(0), np.uint64(0), m
            for k in range(start, end):
                eq = peq[blob[k]]
                xv = eq | mv
                xh = (((eq & pv) + pv) ^ pv) | eq
                ph = mv | ~(xh | pv)
                mh = pv & xh
                if ph & top:
                    score += 1
                elif mh & top:
                    score -= 1
                ph = (ph << one) | one
                mh = mh << one
                pv = mh | ~(xv | ph)
                mv = ph & xv
            if score == 1:
                best = _ONE
            elif score == 2 and most == 2:
                best = max(best, _TWO)
        out[i] = best


@kernel
def raise_to(quality, documents, values):  # type: ignore[no-untyped-def]
    """Raise the quality of documents to the best of their values, in place."""
    for k in range(len(documents)):
        if values[k] > quality[documents[k]]:
            quality[documents[k]] = values[k]


def likeness(
    blob: npt.NDArray[np.uint8], bounds: npt.NDArray[np.int64], word: bytes
) -> npt.NDArray[np.float32]:
    """Give how alike each word of a vocabulary is to a word: 1 for itself, 0 for not at all.

    Parameters
    ----------
    blob : ndarray of uint8
        The words, one behind the other.
    bounds : ndarray of int64, shape (n + 1,)
    word : bytes
    """
    pattern = np.frombuffer(word[:64], np.uint8)
    peq = np.zeros(256, np.uint64)
    for place, byte in enumerate(pattern.tolist()):
        peq[byte] |= np.uint64(1 << place)
    out = np.empty(len(bounds) - 1, np.float32)
    _likeness(blob, bounds, pattern, peq, out)
    return out

"""Where words of one length stand on transcripts with few mismatches, on their own strand only.

If a word has `m` mismatches, one of `m + 1` pieces of it has none: the pieces of all words are put into
tables, and the transcripts are read once. Nothing of the genome has to be indexed before.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from biowright.core import InputError
from biowright.core.kernels import kernel

from .transcriptome import Transcript

__all__ = ["count_places"]

_LETTERS = 32  # of a word of 64 bits
_KEY = 8  # letters of a piece that are looked up
_DIGITS = bytes(b"ACGT".find(letter) if letter in b"ACGT" else 4 for letter in range(256))


def count_places(
    searched: Sequence[Transcript], words: Sequence[str], mismatches: int
) -> npt.NDArray[np.int64]:
    """Count the places of words; what several transcripts share counts once, with its best fit.

    A letter of a transcript that is not A, C, G or T is a mismatch to every word.

    Parameters
    ----------
    searched : sequence of Transcript
    words : sequence of str
        Different ones of one length, of A, C, G and T.
    mismatches : int
        The most.

    Returns
    -------
    (n, mismatches + 1) int64 array
        For each word its places by mismatches.

    Raises
    ------
    InputError
        The words are longer than 32 letters, or the mismatches more than a fit can have.
    """
    size = len(words[0])
    if size > _LETTERS:
        raise InputError(f"a spacer of {size} letters", expected=f"{_LETTERS} letters or fewer")
    if not 0 <= mismatches < min(size, 10):
        raise InputError(f"{mismatches} mismatches", expected=f"0 to {min(size, 10) - 1}")
    letters = "".join(transcript.letters for transcript in searched).encode()
    codes = np.frombuffer(letters.translate(_DIGITS), np.uint8)
    offsets = np.cumsum([0, *(len(transcript.letters) for transcript in searched)])
    packed = np.array([_packed(word) for word in words], np.uint64)
    shifts, masks, bases, table, members = _tables(words, mismatches + 1)
    room = 1 << 16
    while True:
        out = np.empty((room, 4), np.int64)
        count = _near(
            codes, offsets, size, packed, shifts, masks, bases, table, members, mismatches, out
        )
        if count <= room:
            break
        room = count
    return _counted(searched, out[:count], len(words), mismatches)


def _counted(
    searched: Sequence[Transcript], found: npt.NDArray[np.int64], words: int, mismatches: int
) -> npt.NDArray[np.int64]:
    """Put places of transcripts on the genome, and count each once."""
    word, transcript, start, wrong = found.T
    place, contig, strand = np.empty_like(start), np.empty_like(start), np.empty_like(start)
    order = np.argsort(transcript, kind="stable")
    each, first = np.unique(transcript[order], return_index=True)
    for number, (low, high) in zip(each.tolist(), pairwise([*first, len(order)]), strict=True):
        rows = order[low:high]
        one = searched[number]
        place[rows] = one.places[start[rows]]
        contig[rows], strand[rows] = one.contig, one.strand
    order = np.lexsort((wrong, place, strand, contig, word))
    keys = np.stack([word, contig, strand, place])[:, order]
    new = np.ones(len(order), bool)
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    counts = np.zeros((words, mismatches + 1), np.int64)
    np.add.at(counts, (word[order][new], wrong[order][new]), 1)
    return counts


def _tables(words: Sequence[str], pieces: int) -> tuple[npt.NDArray[np.uint64], ...]:
    """Sort words by each of their pieces: shift and mask of its letters, and who has which letters."""
    size = len(words[0])
    shifts, masks, bases, tables, members = [], [], [], [], []
    at = 0
    for low, high in pairwise(round(size * k / pieces) for k in range(pieces + 1)):
        key = min(high - low, _KEY)
        shift = 2 * (size - low - key)
        keys = np.array([_packed(word[low : low + key]) for word in words], np.int64)
        counts = np.bincount(keys, minlength=4**key)
        shifts.append(shift)
        masks.append((4**key - 1) << shift)
        bases.append(at)
        tables.append(np.r_[0, np.cumsum(counts)])
        members.append(np.argsort(keys, kind="stable"))
        at += 4**key + 1
    return (
        np.array(shifts, np.uint64),
        np.array(masks, np.uint64),
        np.array(bases, np.int64),
        np.concatenate(tables),
        np.stack(members),
    )


def _packed(word: str) -> int:
    number = 0
    for digit in word.encode().translate(_DIGITS):
        number = number << 2 | digit
    return number


@kernel
def _near(codes, offsets, size, words, shifts, masks, bases, table, members, most, out):
    """List word, transcript, start and mismatches of all places; give their number."""
    one, two, low = np.uint64(1), np.uint64(2), np.uint64(0x5555555555555555)
    full = ~np.uint64(0) if size == 32 else (one << np.uint64(2 * size)) - one
    count = 0
    for t in range(len(offsets) - 1):
        here, bad = np.uint64(0), np.uint64(0)
        for p in range(offsets[t], offsets[t + 1]):
            code = np.uint64(codes[p])
            here = ((here << two) | (code & np.uint64(3))) & full
            bad = ((bad << two) | (code >> two)) & full
            if p - offsets[t] + 1 < size:
                continue
            for i in range(len(shifts)):
                if bad & masks[i]:
                    continue
                at = bases[i] + np.int64((here & masks[i]) >> shifts[i])
                for j in range(table[at], table[at + 1]):
                    k = members[i, j]
                    differs = here ^ words[k]
                    differs = ((differs | (differs >> one)) & low) | bad
                    rest = differs
                    wrong = 0
                    while rest and wrong <= most:
                        rest &= rest - one
                        wrong += 1
                    if wrong > most:
                        continue
                    known = False  # by a piece before
                    for before in range(i):
                        if not differs & masks[before]:
                            known = True
                    if known:
                        continue
                    if count < len(out):
                        out[count, 0], out[count, 1] = k, t
                        out[count, 2] = p - offsets[t] + 1 - size
                        out[count, 3] = wrong
                    count += 1
    return count

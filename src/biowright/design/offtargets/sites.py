"""Places that have the motif, chunk by chunk of a genome, in two orders of their protospacers.

A place is its anchor, the border between motif and protospacer, with a strand. The letters of a
protospacer are counted from the motif on: the first ``key`` letters and the next ``key`` letters
are its two keys. A chunk holds up to about a million places:

``places``   (n, 3) bytes: 23 bits of anchor and 1 bit of strand, in the order of the first keys;
``first``    where each first key begins in it, as a row of bits (see `unary`);
``blocks``   (n,) in the order of the second keys: in which block of ``2**shift`` places each is;
``second``   where each second key begins in it;
``odd``      (m, 2): places (as 32 bits) that have a letter other than A, C, G and T near, or the
             end of a contig, with a bit for each such letter; few, and looked at one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .packing import LETTERS, PLAIN, Bytes, Places, Words, pack, windows
from .pams import Pam

__all__ = ["SPAN", "Chunk", "chunk_of", "left", "span_of", "starts_of"]

Keys = npt.NDArray[np.uint32]

SPAN = 1 << 23
"""The most letters of a chunk: so many anchors fit 23 bits."""
_SITES = 1 << 20
_LONGEST_KEY = 10
_HOPELESS = 12
"""A place whose first letters beside the motif are all unknown is left out: nothing matches it."""


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """The places of a part of the genome; see the module for the arrays."""

    base: int
    key: int
    shift: int
    places: Bytes
    first: Bytes
    blocks: npt.NDArray[np.uint16]
    second: Bytes
    odd: Keys


def span_of(pam: Pam) -> int:
    """Choose how many letters make a chunk, so that it holds about a million places or fewer."""
    span = SPAN
    while span > 1 << 16 and span * pam.density > 1.1 * _SITES:
        span >>= 1
    return span


def left(side: int, strand: npt.NDArray[np.int64] | int) -> npt.NDArray[np.bool_]:
    """Tell for which strands (0 forward, 1 reverse) the protospacer lies left of the anchor."""
    return np.asarray(strand) == (0 if side == 3 else 1)


def chunk_of(
    sets: Bytes,
    base: int,
    span: int,
    margin: int,
    pam: Pam,
    once: Callable[[Places, npt.NDArray[np.bool_]], npt.NDArray[np.bool_]],
) -> Chunk:
    """Find and sort the places whose anchor is in a chunk.

    Parameters
    ----------
    sets : (span + 2 margin,) array
        Sets of bases from ``base - margin`` on; the gaps between contigs are 0.
    base, span, margin : int
        Where the chunk begins in the genome, its letters, and the letters around it (multiples of
        32; the margin at least 64).
    once : function
        Tells of anchors in the genome, and on which side their protospacers lie, which of them
        to keep: a place near the origin of a circle is found before the end and behind it.
    """
    words = np.concatenate([pack(sets), np.zeros(2, np.uint64)])
    anchors, strands = [], []
    for strand in (0, 1):
        at = anchors_of(sets, margin, span, pam, strand)
        anchors.append(at)
        strands.append(np.full(len(at), strand))
    anchor, strand = np.concatenate(anchors), np.concatenate(strands)
    on_left = left(pam.side, strand)
    kept = once(anchor - margin + base, on_left)
    anchor, strand, on_left = anchor[kept], strand[kept], on_left[kept]
    # letters that are none of the four, in the window of each place
    wrong = np.concatenate([np.zeros(1, np.int32), np.cumsum(~PLAIN[sets], dtype=np.int32)])
    starts = np.where(on_left, anchor - LETTERS, anchor)
    odd = wrong[starts + LETTERS] != wrong[starts]
    near = np.where(on_left, anchor - _HOPELESS, anchor)
    listed = odd & (wrong[near + _HOPELESS] - wrong[near] < _HOPELESS)
    odds = _odd_places(sets, anchor[listed], strand[listed], on_left[listed], margin)
    anchor, strand, on_left, starts = (a[~odd] for a in (anchor, strand, on_left, starts))
    place = (anchor - margin) | strand << 23
    seen = proximal_first(windows(words, starts), on_left, strand)
    key = _key_length(len(place))
    first = (seen >> np.uint64(64 - 2 * key)).astype(np.uint64)
    second = (seen >> np.uint64(64 - 4 * key)) & np.uint64((1 << 2 * key) - 1)
    order = np.argsort(first << np.uint64(24) | place.astype(np.uint64))
    place, first, second = place[order], first[order], second[order]
    shift = max(4, (max(len(place) - 1, 1)).bit_length() - 16)
    by_second = np.sort(second << np.uint64(32) | np.arange(len(place), dtype=np.uint64))
    ranks = by_second & np.uint64(0xFFFFFFFF)
    return Chunk(
        base,
        key,
        shift,
        np.ascontiguousarray(place.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3]),
        unary(first, key),
        (ranks >> np.uint64(shift)).astype("<u2"),
        unary(by_second >> np.uint64(32), key),
        odds,
    )


def anchors_of(sets: Bytes, margin: int, span: int, pam: Pam, strand: int) -> Places:
    """Give the anchors in the chunk that have the motif on a strand, by place in `sets`."""
    wanted = pam.masks
    if strand:
        wanted = bytes(_MIRROR[mask] for mask in reversed(wanted))
    # the motif lies right of the anchor where the protospacer lies left of it
    begin = margin if left(pam.side, strand) else margin - len(wanted)
    fits: dict[int, npt.NDArray[np.bool_]] = {}
    found = np.ones(span, bool)
    letters = np.arange(16)
    for at, mask in enumerate(wanted, begin):
        if mask not in fits:
            # an ambiguous letter fits if all its bases are allowed; a gap never does
            fits[mask] = ((letters != 0) & (letters & ~mask & 15 == 0))[sets]
        found &= fits[mask][at : at + span]
    return np.flatnonzero(found) + margin


_MIRROR = [(m & 1) << 3 | (m & 2) << 1 | (m & 4) >> 1 | (m & 8) >> 3 for m in range(16)]


def proximal_first(words: Words, on_left: npt.NDArray[np.bool_], strand: Places) -> Words:
    """Turn windows so that the letter beside the motif has the highest bits, on the guide's strand."""
    turned = words.byteswap()
    for shift, mask in ((4, 0x0F0F0F0F0F0F0F0F), (2, 0x3333333333333333)):
        some, bits = np.uint64(shift), np.uint64(mask)
        turned = (turned >> some) & bits | (turned & bits) << some
    turned = np.where(on_left, words, turned)
    return np.where(strand == 1, ~turned, turned)


def _odd_places(
    sets: Bytes, anchor: Places, strand: Places, on_left: npt.NDArray[np.bool_], margin: int
) -> Keys:
    along = np.arange(LETTERS)
    letters = np.where(on_left[:, None], anchor[:, None] - 1 - along, anchor[:, None] + along)
    bad = ~PLAIN[sets[letters]]
    bits = (bad.astype(np.uint64) << along.astype(np.uint64)).sum(axis=1, dtype=np.uint64)
    place = anchor - margin | strand << 23
    return np.stack([place.astype(np.uint32), bits.astype(np.uint32)], axis=1)


def _key_length(count: int) -> int:
    """Choose the letters of a key: about as many keys as places, so that tables stay small."""
    return min(max((2 * count).bit_length() - 1 >> 1, 4), _LONGEST_KEY)


def unary(keys: Words, length: int) -> Bytes:
    """Write how many of the sorted keys each key has: so many zeros and a one, packed.

    Examples
    --------
    >>> import numpy as np
    >>> starts_of(unary(np.array([1, 1, 3], np.uint64), 1), 1)
    array([0, 0, 2, 2, 3])
    """
    ends = np.searchsorted(keys, np.arange(1, (1 << 2 * length) + 1, dtype=np.uint64))
    bits = np.zeros(len(keys) + len(ends), np.uint8)
    bits[ends + np.arange(len(ends))] = 1
    return np.packbits(bits)


def starts_of(bits: Bytes, length: int) -> Places:
    """Give where each key begins among the sorted, and at last how many there are."""
    keys = 1 << 2 * length
    starts = np.zeros(keys + 1, np.int32)
    np.subtract(np.flatnonzero(np.unpackbits(bits).view(bool)), np.arange(keys), out=starts[1:])
    return starts

"""Places where a pattern fits: parts of a segment, and starts in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biowright.core.kernels import kernel

from .packing import CODES, WRAP
from .segment import Segment

__all__ = ["ORDER", "SIZES", "Places", "inside"]

SIZES = np.array([bin(mask).count("1") for mask in range(16)], np.float64)
ORDER = tuple(
    mask for _, mask in sorted((int(CODES[ord(b)]), 1 << i) for i, b in enumerate("ACGT"))
)
"""The base of each code, as a set."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where a pattern fits, ascending: indices of parts in the segment, and starts in them."""

    parts: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.parts)

    def with_(self, other: Places) -> Places:
        """Give the places of both, in order and each once."""
        if not len(other):
            return self
        keys, more = (p.parts << 32 | p.starts for p in (self, other))
        more = np.unique(more)
        at = np.searchsorted(keys, more)
        new = np.ones(len(more), np.bool_)
        inside = at < len(keys)
        new[inside] = keys[at[inside]] != more[inside]
        keys = np.insert(keys, at[new], more[new])
        return Places(keys >> 32, keys & 0xFFFFFFFF)


def inside(segment: Segment, bases: np.ndarray, size: int, allowed: np.ndarray) -> Places:
    """Give the parts of places in the arena, ascending, where the bases fit.

    Places that cross the end of a part, or letters that are no bases, are left out.
    """
    return Places(
        *_parts_of(
            bases,
            size,
            segment.starts,
            segment.lengths,
            segment.circular,
            segment.runs,
            allowed,
            WRAP,
        )
    )


@kernel
def _parts_of(bases, size, starts, lengths, circular, runs, allowed, wrap):
    parts = np.empty(len(bases), np.int64)
    places = np.empty(len(bases), np.int64)
    found = 0
    part = 0
    run = 0
    sparse = len(bases) * 16 < len(starts)
    for b in range(len(bases)):
        base = bases[b]
        if sparse:
            part = np.searchsorted(starts, np.uint32(base >> 2), side="right") - 1
        else:
            while part + 1 < len(starts) and np.int64(starts[part + 1]) * 4 <= base:
                part += 1
        if base < 0 or part < 0:
            continue
        start = base - np.int64(starts[part]) * 4
        length = np.int64(lengths[part])
        room = length + wrap if circular[part] else length
        if start >= length or size > length or start + size > room:
            continue
        if len(allowed) and not allowed[part]:
            continue
        while run < len(runs) and np.int64(runs[run, 1]) <= base:
            run += 1
        if run < len(runs) and np.int64(runs[run, 0]) < base + size:
            continue
        parts[found] = part
        places[found] = start
        found += 1
    return parts[:found], places[:found]

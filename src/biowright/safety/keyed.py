"""SipHash-2-4, the keyed hash under which a reference keeps its k-mers.

J.-P. Aumasson and D. J. Bernstein, SipHash: a fast short-input PRF, INDOCRYPT 2012,
doi:10.1007/978-3-642-34931-7_28. A k-mer is one word of 64 bits, hashed as its 8 bytes.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

__all__ = ["hash_words", "siphash"]


@kernel
def _round(v0, v1, v2, v3):
    v0 += v1
    v1 = (v1 << np.uint64(13)) | (v1 >> np.uint64(51))
    v1 ^= v0
    v0 = (v0 << np.uint64(32)) | (v0 >> np.uint64(32))
    v2 += v3
    v3 = (v3 << np.uint64(16)) | (v3 >> np.uint64(48))
    v3 ^= v2
    v0 += v3
    v3 = (v3 << np.uint64(21)) | (v3 >> np.uint64(43))
    v3 ^= v0
    v2 += v1
    v1 = (v1 << np.uint64(17)) | (v1 >> np.uint64(47))
    v1 ^= v2
    v2 = (v2 << np.uint64(32)) | (v2 >> np.uint64(32))
    return v0, v1, v2, v3


@kernel
def siphash(word, k0, k1):
    """Hash one word of 8 bytes under a key of two words; all of them uint64."""
    v0 = k0 ^ np.uint64(0x736F6D6570736575)
    v1 = k1 ^ np.uint64(0x646F72616E646F6D)
    v2 = k0 ^ np.uint64(0x6C7967656E657261)
    v3 = k1 ^ np.uint64(0x7465646279746573)
    last = np.uint64(8 << 56)
    for block in (word, last):
        v3 ^= block
        for _ in range(2):
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0 ^= block
    v2 ^= np.uint64(0xFF)
    for _ in range(4):
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    return v0 ^ v1 ^ v2 ^ v3


@kernel
def hash_words(words, k0, k1):
    """Hash many words."""
    out = np.empty(len(words), np.uint64)
    for i in range(len(words)):
        out[i] = siphash(words[i], k0, k1)
    return out

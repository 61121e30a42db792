"""Search by sequence: an index that is derived from a library, and made again where it is damaged.

`SequenceIndex` keeps the letters of all parts as bit planes in memory-mapped files, with a table of
windows of up to twelve letters that begin at every fourth base. One table serves literal stretches
(any 15 letters hold a window) and relatives (windows with some letters changed). IUPAC motifs read
the planes themselves, 64 bases at once; proteins have a table of words of four amino acids.

What was added after the last file was written is searched in memory, so that a part is found as
soon as it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .hits import Hit, Hits
    from .index import SequenceIndex

_HOMES = {"hits": ("Hit", "Hits"), "index": ("SequenceIndex",)}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = ["Hit", "Hits", "SequenceIndex"]

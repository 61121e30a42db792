"""The parts library: parts with their versions, measurements and provenance, and the search for them.

A part has an identity (``P17``) and versions that never change; each version has a number, counted
through the whole library. The sequences are read through `SequenceSource`, from which every index is
made and can be made again.

>>> import tempfile
>>> from biowright.core import Record, Sequence
>>> from biowright.library import Library
>>> library = Library.create(tempfile.mkdtemp() + "/parts")
>>> library.add([Record(Sequence("TTGACAATTAATCATCGGCTCG"), "pTac")]).added
1
>>> [(number, letters) for number, letters, _ in library.read(1, library.last())]
[(1, b'TTGACAATTAATCATCGGCTCG')]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .library import Library
    from .parts import LoadReport, PartVersion, Refusal
    from .source import SequenceSource

_HOMES = {
    "library": ("Library",),
    "parts": ("LoadReport", "PartVersion", "Refusal"),
    "source": ("SequenceSource",),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = ["Library", "LoadReport", "PartVersion", "Refusal", "SequenceSource"]

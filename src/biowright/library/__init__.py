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
    from .annotation import Annotated, Annotation, annotate
    from .calibrations import Calibration
    from .composing import Composed
    from .curves import Curve
    from .exact import ExactHit
    from .filters import Filters, MeasuredRange
    from .history import Difference, Event
    from .library import Library
    from .licences import LICENCES, combined
    from .measurements import Measurement
    from .measuring import MeasureReport
    from .parts import LoadReport, PartVersion, Refusal
    from .proteins import ProteinAlignment, align_found
    from .published import read_source, sources
    from .roles import ROLES, find_role
    from .searching import Found, search
    from .source import SequenceSource
    from .text import TextHit

_HOMES = {
    "annotation": ("Annotated", "Annotation", "annotate"),
    "calibrations": ("Calibration",),
    "composing": ("Composed",),
    "curves": ("Curve",),
    "exact": ("ExactHit",),
    "filters": ("Filters", "MeasuredRange"),
    "history": ("Difference", "Event"),
    "library": ("Library",),
    "licences": ("LICENCES", "combined"),
    "measurements": ("Measurement",),
    "measuring": ("MeasureReport",),
    "parts": ("LoadReport", "PartVersion", "Refusal"),
    "proteins": ("ProteinAlignment", "align_found"),
    "published": ("read_source", "sources"),
    "roles": ("ROLES", "find_role"),
    "searching": ("Found", "search"),
    "source": ("SequenceSource",),
    "text": ("TextHit",),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "LICENCES",
    "ROLES",
    "Annotated",
    "Annotation",
    "Calibration",
    "Composed",
    "Curve",
    "Difference",
    "Event",
    "ExactHit",
    "Filters",
    "Found",
    "Library",
    "LoadReport",
    "MeasureReport",
    "MeasuredRange",
    "Measurement",
    "PartVersion",
    "ProteinAlignment",
    "Refusal",
    "SequenceSource",
    "TextHit",
    "align_found",
    "annotate",
    "combined",
    "find_role",
    "read_source",
    "search",
    "sources",
]

"""Maps of records: circular and linear SVG for the eye, and letters for a terminal.

`draw_svg` draws plasmids and fragments with every feature as an arrow, genomes as tracks;
`draw_text` draws the same in rows of letters.

>>> from biowright.core import Attributes, Feature, Location, Record, Sequence
>>> gene = Feature("CDS", Location.of((300, 1200)), Attributes({"gene": "abc"}))
>>> plasmid = Record(Sequence("ACGT" * 500, topology="circular"), "pABC", features=[gene])
>>> "<title>abc: CDS 301..1200, 900 bp</title>" in draw_svg(plasmid)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .picture import draw_svg
    from .terminal import draw_text

_HOMES = {"picture": ("draw_svg",), "terminal": ("draw_text",)}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = ["draw_svg", "draw_text"]

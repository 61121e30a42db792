"""Landing pads: recombination sites in a genome, where they do no harm, and what lands on them.

A pad is one site, on which a whole circle lands, or two that don't recombine with each other, between
which cassettes are exchanged.

>>> import biowright
>>> from biowright.design.edits import Genome
>>> from biowright.design.landing import design_landing, place_at
>>> genome = Genome(tuple(biowright.read("examples/phix174.gb")))
>>> pad = design_landing(genome, place_at(genome, 3900), ["attB-Bxb1"], method="red", arm=40)
>>> len(pad.record) - len(genome.records[0]), pad.record.features[-1].label
(38, 'attB-Bxb1')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .checks import PseudoSite, Rearrangement, pseudo_sites, rearrangements
    from .package import landing_pieces, landing_report, write_landing
    from .pads import LandingPad, design_landing, land
    from .places import Place, place_at, safe_places
    from .reactions import Reaction, Scar, exchange, excise, integrate, invert

_HOMES = {
    "checks": ("PseudoSite", "Rearrangement", "pseudo_sites", "rearrangements"),
    "package": ("landing_pieces", "landing_report", "write_landing"),
    "pads": ("LandingPad", "design_landing", "land"),
    "places": ("Place", "place_at", "safe_places"),
    "reactions": ("Reaction", "Scar", "exchange", "excise", "integrate", "invert"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "LandingPad",
    "Place",
    "PseudoSite",
    "Reaction",
    "Rearrangement",
    "Scar",
    "design_landing",
    "exchange",
    "excise",
    "integrate",
    "invert",
    "land",
    "landing_pieces",
    "landing_report",
    "place_at",
    "pseudo_sites",
    "rearrangements",
    "safe_places",
    "write_landing",
]

"""Build: from designs to what a lab needs to make them.

`write_package` turns the designs of a round into orders, plate maps, transfer lists and robot protocols.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .golden_gate import choose_overhangs
    from .mutagenesis import melting_temperature
    from .opentrons import write_protocol
    from .package import write_package
    from .plan import BuildPlan, Piece, Transfer, WorkPackage

_HOMES = {
    "golden_gate": ("choose_overhangs",),
    "mutagenesis": ("melting_temperature",),
    "opentrons": ("write_protocol",),
    "package": ("write_package",),
    "plan": (
        "BuildPlan",
        "Piece",
        "Transfer",
        "WorkPackage",
    ),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "BuildPlan",
    "Piece",
    "Transfer",
    "WorkPackage",
    "choose_overhangs",
    "melting_temperature",
    "write_package",
    "write_protocol",
]

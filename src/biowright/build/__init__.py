"""Build: from designs to what a lab needs to make them.

`write_package` turns the designs of a round into orders, plate maps, transfer lists and robot protocols.
"""

from .golden_gate import choose_overhangs
from .mutagenesis import melting_temperature
from .opentrons import write_protocol
from .package import write_package
from .plan import BuildPlan, Piece, Transfer, WorkPackage

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

"""Build: from designs to what a lab needs to make them.

`prepare_package` turns the designs of a round into orders, plate maps, transfer lists and robot protocols;
`write_package` writes them once they are screened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .fidelity import JunctionFidelity, SetFidelity, set_fidelity
    from .fidelity_matrix import (
        LigationMatrix,
        ligation_matrices,
        ligation_matrix,
        read_ligation_matrix,
    )
    from .golden_gate import choose_overhangs
    from .history import History, Step
    from .history_file import read_history, write_history
    from .history_replay import Replayed, replay, replay_file
    from .opentrons import robots, write_protocol
    from .orders import Standing, export_plan, plan_pieces, standing_pieces
    from .overhangs import OverhangSet, best_overhangs
    from .overhangs_split import Split, junction_windows, split_at_overhangs
    from .package import PreparedPackage, prepare_package, write_package
    from .plan import BuildPlan, Piece, Transfer, WorkPackage
    from .scars import arrange_overhangs, scar_signals
    from .signals import product_signals, target_signals

_HOMES = {
    "fidelity": ("JunctionFidelity", "SetFidelity", "set_fidelity"),
    "fidelity_matrix": (
        "LigationMatrix",
        "ligation_matrices",
        "ligation_matrix",
        "read_ligation_matrix",
    ),
    "golden_gate": ("choose_overhangs",),
    "history": ("History", "Step"),
    "history_file": ("read_history", "write_history"),
    "history_replay": ("Replayed", "replay", "replay_file"),
    "opentrons": ("robots", "write_protocol"),
    "overhangs": ("OverhangSet", "best_overhangs"),
    "overhangs_split": ("Split", "junction_windows", "split_at_overhangs"),
    "orders": ("Standing", "export_plan", "plan_pieces", "standing_pieces"),
    "package": ("PreparedPackage", "prepare_package", "write_package"),
    "plan": (
        "BuildPlan",
        "Piece",
        "Transfer",
        "WorkPackage",
    ),
    "scars": ("arrange_overhangs", "scar_signals"),
    "signals": ("product_signals", "target_signals"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "BuildPlan",
    "History",
    "JunctionFidelity",
    "LigationMatrix",
    "OverhangSet",
    "Piece",
    "PreparedPackage",
    "Replayed",
    "SetFidelity",
    "Split",
    "Standing",
    "Step",
    "Transfer",
    "WorkPackage",
    "arrange_overhangs",
    "best_overhangs",
    "choose_overhangs",
    "export_plan",
    "junction_windows",
    "ligation_matrices",
    "ligation_matrix",
    "plan_pieces",
    "prepare_package",
    "product_signals",
    "read_history",
    "read_ligation_matrix",
    "replay",
    "replay_file",
    "robots",
    "scar_signals",
    "set_fidelity",
    "split_at_overhangs",
    "standing_pieces",
    "target_signals",
    "write_history",
    "write_package",
    "write_protocol",
]

"""Safety: no order, protocol or synthesis plan leaves without a screening verdict.

`screen` looks at the pieces of an order on both strands and in all frames, alone and joined, and gives
a `Verdict` that holds for exactly these pieces and a limited time. Every export calls `require` with it
first. What cannot be screened does not leave.

>>> from biowright.safety import require, screen
>>> pieces = {"insert": "ATGGCTAGCAAAGGTTGA"}
>>> verdict = screen(pieces)
>>> require(verdict, pieces).marking
'screened with the DEMO reference: not for ordering'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .audit import Audit, Entry
    from .demo import demo_records, demo_reference
    from .external import ExternalScreener
    from .gate import Gate
    from .items import Batch, Item, gather
    from .kmers import KmerScreener
    from .passage import check_clearance, default_gate, require, screen
    from .profiles import HmmScreener
    from .reference import Reference, build_reference, new_key, read_key, read_reference
    from .screener import Screener
    from .settings import SafetySettings, load_safety_settings
    from .verdict import Backing, Clearance, Finding, Override, Place, Verdict

_HOMES = {
    "audit": ("Audit", "Entry"),
    "demo": ("demo_records", "demo_reference"),
    "external": ("ExternalScreener",),
    "gate": ("Gate",),
    "items": ("Batch", "Item", "gather"),
    "kmers": ("KmerScreener",),
    "passage": ("check_clearance", "default_gate", "require", "screen"),
    "profiles": ("HmmScreener",),
    "reference": ("Reference", "build_reference", "new_key", "read_key", "read_reference"),
    "screener": ("Screener",),
    "settings": ("SafetySettings", "load_safety_settings"),
    "verdict": ("Backing", "Clearance", "Finding", "Override", "Place", "Verdict"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "Audit",
    "Backing",
    "Batch",
    "Clearance",
    "Entry",
    "ExternalScreener",
    "Finding",
    "Gate",
    "HmmScreener",
    "Item",
    "KmerScreener",
    "Override",
    "Place",
    "Reference",
    "SafetySettings",
    "Screener",
    "Verdict",
    "build_reference",
    "check_clearance",
    "default_gate",
    "demo_records",
    "demo_reference",
    "gather",
    "load_safety_settings",
    "new_key",
    "read_key",
    "read_reference",
    "require",
    "screen",
]

"""Plans: how to make DNA from what one has and what can be ordered, proven by simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .fixes import domesticate, offer_fixes
    from .plans import choose_plan, plan_synthesis
    from .proof import prove
    from .reuse import Match, best_cover, find_matches
    from .steps import METHODS, Alternative, Junction, Method, Order, Reaction, SynthesisPlan
    from .vendors import Breach, Product, Rule, product, products, read_product

_HOMES = {
    "fixes": ("domesticate", "offer_fixes"),
    "plans": ("choose_plan", "plan_synthesis"),
    "proof": ("prove",),
    "reuse": ("Match", "best_cover", "find_matches"),
    "steps": (
        "METHODS",
        "Alternative",
        "Junction",
        "Method",
        "Order",
        "Reaction",
        "SynthesisPlan",
    ),
    "vendors": ("Breach", "Product", "Rule", "product", "products", "read_product"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "METHODS",
    "Alternative",
    "Breach",
    "Junction",
    "Match",
    "Method",
    "Order",
    "Product",
    "Reaction",
    "Rule",
    "SynthesisPlan",
    "best_cover",
    "choose_plan",
    "domesticate",
    "find_matches",
    "offer_fixes",
    "plan_synthesis",
    "product",
    "products",
    "prove",
    "read_product",
]

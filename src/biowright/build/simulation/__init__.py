"""Assemblies before they are made: what a reaction gives, the unwanted products too.

Each reaction takes molecules and gives `Products`: every product knows which stretch of which input it is
made of, and its record carries the features of the inputs.

>>> from biowright.build.simulation import gibson
>>> product = gibson(["GGGTATACCCAAAAC", "AAAACTTTTTGGGTA"], overlap=5).only()
>>> product.record
Record('product', 20 bp circular DNA, 0 features)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .amplification import PrimerSite, pcr, primer_sites
    from .duplex import Duplex
    from .ligation import cut, golden_gate, ligate, restrict_and_ligate
    from .overlap import gibson, in_fusion, overlap_extension
    from .product import Part, Product, Products

_HOMES = {
    "duplex": ("Duplex",),
    "ligation": ("cut", "golden_gate", "ligate", "restrict_and_ligate"),
    "overlap": ("gibson", "in_fusion", "overlap_extension"),
    "amplification": ("PrimerSite", "pcr", "primer_sites"),
    "product": ("Part", "Product", "Products"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "Duplex",
    "Part",
    "PrimerSite",
    "Product",
    "Products",
    "cut",
    "gibson",
    "golden_gate",
    "in_fusion",
    "ligate",
    "overlap_extension",
    "pcr",
    "primer_sites",
    "restrict_and_ligate",
]

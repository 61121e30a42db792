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
    from .bridging import ligase_cycling
    from .cleaving import cleave
    from .duplex import Duplex
    from .homology import crispr, homologous_recombination
    from .ligation import cut, golden_gate, ligate, restrict_and_ligate
    from .linkers import basic, basic_linkers, clip, linker_halves
    from .oligos import fill_in, hybridise
    from .overlap import gibson, in_fusion, overlap_extension
    from .product import Part, Product, Products
    from .recombination import (
        RecombinationSite,
        gateway,
        recombinases,
        recombination_sites,
        recombine,
    )
    from .tailing import add_tails, excise_uracil

_HOMES = {
    "bridging": ("ligase_cycling",),
    "cleaving": ("cleave",),
    "duplex": ("Duplex",),
    "homology": ("crispr", "homologous_recombination"),
    "ligation": ("cut", "golden_gate", "ligate", "restrict_and_ligate"),
    "linkers": ("basic", "basic_linkers", "clip", "linker_halves"),
    "oligos": ("fill_in", "hybridise"),
    "overlap": ("gibson", "in_fusion", "overlap_extension"),
    "amplification": ("PrimerSite", "pcr", "primer_sites"),
    "product": ("Part", "Product", "Products"),
    "recombination": (
        "RecombinationSite",
        "gateway",
        "recombinases",
        "recombination_sites",
        "recombine",
    ),
    "tailing": ("add_tails", "excise_uracil"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "Duplex",
    "Part",
    "PrimerSite",
    "Product",
    "Products",
    "RecombinationSite",
    "add_tails",
    "basic",
    "basic_linkers",
    "cleave",
    "clip",
    "crispr",
    "cut",
    "excise_uracil",
    "fill_in",
    "gateway",
    "gibson",
    "golden_gate",
    "homologous_recombination",
    "hybridise",
    "in_fusion",
    "ligase_cycling",
    "ligate",
    "linker_halves",
    "overlap_extension",
    "pcr",
    "primer_sites",
    "recombinases",
    "recombination_sites",
    "recombine",
    "restrict_and_ligate",
]

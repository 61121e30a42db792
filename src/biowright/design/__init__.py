"""Design: from what is wanted to sequences and mixtures.

A design space is what a campaign may choose from; a candidate is one of its points, with the DNA or the
mixture that realises it.

>>> from biowright.design import ProteinVariants
>>> space = ProteinVariants("MTYK", sites=(1, 2), alphabet="TYW", name="demo")
>>> str(space.candidate("WY").record.sequence)
'ATGTGGTATAAA'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .candidates import Candidate, DesignSpace
    from .changes import Changes
    from .codons import CodonUsage, codon_usage, encode_protein
    from .conditions import Conditions, ListedCandidates
    from .constructs import Constructs, fill_slots, join_parts
    from .parents import parse_sites, read_parent
    from .proteins import ProteinVariants

_HOMES = {
    "candidates": (
        "Candidate",
        "DesignSpace",
    ),
    "changes": ("Changes",),
    "codons": (
        "CodonUsage",
        "codon_usage",
        "encode_protein",
    ),
    "conditions": (
        "Conditions",
        "ListedCandidates",
    ),
    "constructs": (
        "Constructs",
        "fill_slots",
        "join_parts",
    ),
    "parents": (
        "parse_sites",
        "read_parent",
    ),
    "proteins": ("ProteinVariants",),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "Candidate",
    "Changes",
    "CodonUsage",
    "Conditions",
    "Constructs",
    "DesignSpace",
    "ListedCandidates",
    "ProteinVariants",
    "codon_usage",
    "encode_protein",
    "fill_slots",
    "join_parts",
    "parse_sites",
    "read_parent",
]

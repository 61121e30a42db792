"""Design: from what is wanted to sequences and mixtures.

A design space is what a campaign may choose from; a candidate is one of its points, with the DNA or the
mixture that realises it.

>>> from biowright.design import ProteinVariants
>>> space = ProteinVariants("MTYK", sites=(1, 2), alphabet="TYW", name="demo")
>>> str(space.candidate("WY").record.sequence)
'ATGTGGTATAAA'
"""

from .candidates import Candidate, DesignSpace
from .changes import Changes
from .codons import CodonUsage, codon_usage, encode_protein
from .conditions import Conditions, ListedCandidates
from .constructs import Constructs, fill_slots, join_parts
from .parents import parse_sites, read_parent
from .proteins import ProteinVariants

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

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
    from .nuclease_table import Nuclease, nuclease, nucleases, read_nucleases
    from .parents import parse_sites, read_parent
    from .primers import Primer, PrimerPair, PrimerRules, amplify, flank, judge_primers
    from .primers_sets import Genotyping, genotyping_primers, sequencing_primers
    from .primers_sites import Amplicon, BindingSite, amplicons, binding_sites
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
    "nuclease_table": (
        "Nuclease",
        "nuclease",
        "nucleases",
        "read_nucleases",
    ),
    "parents": (
        "parse_sites",
        "read_parent",
    ),
    "primers": (
        "Primer",
        "PrimerPair",
        "PrimerRules",
        "amplify",
        "flank",
        "judge_primers",
    ),
    "primers_sets": ("Genotyping", "genotyping_primers", "sequencing_primers"),
    "primers_sites": ("Amplicon", "BindingSite", "amplicons", "binding_sites"),
    "proteins": ("ProteinVariants",),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "Amplicon",
    "BindingSite",
    "Candidate",
    "Changes",
    "CodonUsage",
    "Conditions",
    "Constructs",
    "DesignSpace",
    "Genotyping",
    "ListedCandidates",
    "Nuclease",
    "Primer",
    "PrimerPair",
    "PrimerRules",
    "ProteinVariants",
    "amplicons",
    "amplify",
    "binding_sites",
    "codon_usage",
    "encode_protein",
    "fill_slots",
    "flank",
    "genotyping_primers",
    "join_parts",
    "judge_primers",
    "nuclease",
    "nucleases",
    "parse_sites",
    "read_nucleases",
    "read_parent",
    "sequencing_primers",
]

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
    from .codons import (
        CodonUsage,
        codon_pair_scores,
        codon_usage,
        count_usage,
        encode_protein,
        read_usage,
        write_usage,
    )
    from .conditions import Conditions, ListedCandidates
    from .constructs import Constructs, fill_slots, join_parts
    from .genes.breaches import Breach, find_breaches
    from .genes.changes import Change, read_changes, roll_back, write_changes
    from .genes.conflicts import Conflict, Infeasible
    from .genes.optimiser import Design, optimise, synonymous_fix
    from .genes.rules import (
        Avoid,
        CodonUse,
        Dinucleotides,
        FixedSequence,
        GCContent,
        Identity,
        Keep,
        KeepProtein,
        NoHairpins,
        Rule,
        StartFolding,
        UniqueKmers,
    )
    from .genes.spec import Specification, read_specification
    from .genes.starting import design_gene
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
        "codon_pair_scores",
        "codon_usage",
        "count_usage",
        "encode_protein",
        "read_usage",
        "write_usage",
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
    "genes.breaches": ("Breach", "find_breaches"),
    "genes.changes": ("Change", "read_changes", "roll_back", "write_changes"),
    "genes.conflicts": ("Conflict", "Infeasible"),
    "genes.optimiser": ("Design", "optimise", "synonymous_fix"),
    "genes.rules": (
        "Avoid",
        "CodonUse",
        "Dinucleotides",
        "FixedSequence",
        "GCContent",
        "Identity",
        "Keep",
        "KeepProtein",
        "NoHairpins",
        "Rule",
        "StartFolding",
        "UniqueKmers",
    ),
    "genes.spec": ("Specification", "read_specification"),
    "genes.starting": ("design_gene",),
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
    "Avoid",
    "BindingSite",
    "Breach",
    "Candidate",
    "Change",
    "Changes",
    "CodonUsage",
    "CodonUse",
    "Conditions",
    "Conflict",
    "Constructs",
    "Design",
    "DesignSpace",
    "Dinucleotides",
    "FixedSequence",
    "GCContent",
    "Genotyping",
    "Identity",
    "Infeasible",
    "Keep",
    "KeepProtein",
    "ListedCandidates",
    "NoHairpins",
    "Nuclease",
    "Primer",
    "PrimerPair",
    "PrimerRules",
    "ProteinVariants",
    "Rule",
    "Specification",
    "StartFolding",
    "UniqueKmers",
    "amplicons",
    "amplify",
    "binding_sites",
    "codon_pair_scores",
    "codon_usage",
    "count_usage",
    "design_gene",
    "encode_protein",
    "fill_slots",
    "find_breaches",
    "flank",
    "genotyping_primers",
    "join_parts",
    "judge_primers",
    "nuclease",
    "nucleases",
    "optimise",
    "parse_sites",
    "read_changes",
    "read_nucleases",
    "read_parent",
    "read_specification",
    "read_usage",
    "roll_back",
    "sequencing_primers",
    "synonymous_fix",
    "write_changes",
    "write_usage",
]

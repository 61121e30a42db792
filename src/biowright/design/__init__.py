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
    from .genes.changes import Change, roll_back
    from .genes.conflicts import Conflict, Infeasible
    from .genes.fixing import synonymous_fix
    from .genes.labels import read_labels, rule_label, write_labels
    from .genes.megachunks import Megachunk, cut_megachunks
    from .genes.optimiser import Design, optimise
    from .genes.rewriting import Rewriting, read_edits, rewrite, undo_rewriting, write_edits
    from .genes.rewriting_rules import (
        InsertSite,
        RecodeCodons,
        RemoveSites,
        SeparateOverlaps,
        TagGenes,
        read_rewriting_rules,
    )
    from .genes.rules import (
        Avoid,
        Choice,
        CodonUse,
        Different,
        Dinucleotides,
        FixedSequence,
        GCContent,
        Identity,
        Keep,
        KeepProtein,
        NoHairpins,
        NoNewSignal,
        Occurrence,
        Rule,
        StartFolding,
        UniqueKmers,
    )
    from .genes.spec import Specification, read_specification
    from .genes.starting import design_gene
    from .genes.structure import Insertion
    from .junctions import SignalChange, Stretch, edited_signals, junction_signals
    from .nuclease_table import Nuclease, nuclease, nucleases, read_nucleases
    from .parents import parse_sites, read_parent
    from .primers import PrimerPair, amplify, flank
    from .primers_judging import Primer, PrimerRules, judge_primers
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
    "junctions": ("SignalChange", "Stretch", "edited_signals", "junction_signals"),
    "nuclease_table": (
        "Nuclease",
        "nuclease",
        "nucleases",
        "read_nucleases",
    ),
    "genes.breaches": ("Breach", "find_breaches"),
    "genes.changes": ("Change", "roll_back"),
    "genes.conflicts": ("Conflict", "Infeasible"),
    "genes.labels": ("read_labels", "rule_label", "write_labels"),
    "genes.fixing": ("synonymous_fix",),
    "genes.optimiser": ("Design", "optimise"),
    "genes.rules": (
        "Avoid",
        "Choice",
        "CodonUse",
        "Different",
        "Dinucleotides",
        "FixedSequence",
        "GCContent",
        "Identity",
        "Keep",
        "KeepProtein",
        "NoHairpins",
        "NoNewSignal",
        "Occurrence",
        "Rule",
        "StartFolding",
        "UniqueKmers",
    ),
    "genes.megachunks": ("Megachunk", "cut_megachunks"),
    "genes.rewriting": (
        "Rewriting",
        "read_edits",
        "rewrite",
        "undo_rewriting",
        "write_edits",
    ),
    "genes.rewriting_rules": (
        "InsertSite",
        "RecodeCodons",
        "RemoveSites",
        "SeparateOverlaps",
        "TagGenes",
        "read_rewriting_rules",
    ),
    "genes.structure": ("Insertion",),
    "genes.spec": ("Specification", "read_specification"),
    "genes.starting": ("design_gene",),
    "parents": (
        "parse_sites",
        "read_parent",
    ),
    "primers": ("PrimerPair", "amplify", "flank"),
    "primers_judging": ("Primer", "PrimerRules", "judge_primers"),
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
    "Choice",
    "CodonUsage",
    "CodonUse",
    "Conditions",
    "Conflict",
    "Constructs",
    "Design",
    "DesignSpace",
    "Different",
    "Dinucleotides",
    "FixedSequence",
    "GCContent",
    "Genotyping",
    "Identity",
    "Infeasible",
    "InsertSite",
    "Insertion",
    "Keep",
    "KeepProtein",
    "ListedCandidates",
    "Megachunk",
    "NoHairpins",
    "NoNewSignal",
    "Nuclease",
    "Occurrence",
    "Primer",
    "PrimerPair",
    "PrimerRules",
    "ProteinVariants",
    "RecodeCodons",
    "RemoveSites",
    "Rewriting",
    "Rule",
    "SeparateOverlaps",
    "SignalChange",
    "Specification",
    "StartFolding",
    "Stretch",
    "TagGenes",
    "UniqueKmers",
    "amplicons",
    "amplify",
    "binding_sites",
    "codon_pair_scores",
    "codon_usage",
    "count_usage",
    "cut_megachunks",
    "design_gene",
    "edited_signals",
    "encode_protein",
    "fill_slots",
    "find_breaches",
    "flank",
    "genotyping_primers",
    "join_parts",
    "judge_primers",
    "junction_signals",
    "nuclease",
    "nucleases",
    "optimise",
    "parse_sites",
    "read_edits",
    "read_labels",
    "read_nucleases",
    "read_parent",
    "read_rewriting_rules",
    "read_specification",
    "read_usage",
    "rewrite",
    "roll_back",
    "rule_label",
    "sequencing_primers",
    "synonymous_fix",
    "undo_rewriting",
    "write_edits",
    "write_labels",
    "write_usage",
]

"""Guides for a target: found, scored for activity and specificity, and ranked.

>>> from biowright.design.guides import cfd_score, rule_set_2
>>> cfd_score("GACGCATAAAGATGAGACGC", ["GACGCATAAAGATGAGACGTTGG"]).round(3)
array([0.3])
>>> rule_set_2(["AAAAAAAAAAAAAAAGCTAACAGCAGGAGT"]).round(3)
array([0.529])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .activity import (
        ACTIVITY_SCORES,
        ActivityScore,
        activity_score,
        crisprscan,
        repression_score,
        rule_set_1,
        rule_set_2,
    )
    from .boosting import rule_set_3
    from .finding import FoundGuide, find_guides
    from .microhomology import (
        Deletion,
        microhomology_deletions,
        microhomology_score,
        out_of_frame_score,
    )
    from .mismatches import cfd_score, mit_score, specificity
    from .outcomes import IndelOutcome, frameshift_share, indel_outcomes
    from .ranking import RankedGuide, rank_all, rank_guides
    from .regulation import (
        PURPOSES,
        RegulatoryGuide,
        RegulatoryGuides,
        regulatory_guides,
        write_regulatory,
    )
    from .rna_targets import RnaGuide, rna_guides, write_rna_guides
    from .seeds import SeedCounts, seed_table
    from .starts import HOSTS, TranscriptionStart, find_starts, operon, read_starts
    from .tables import write_guides
    from .targets import Target, find_target
    from .transcriptome import Transcript, transcripts

_HOMES = {
    "activity": (
        "ACTIVITY_SCORES",
        "ActivityScore",
        "activity_score",
        "crisprscan",
        "repression_score",
        "rule_set_1",
        "rule_set_2",
    ),
    "boosting": ("rule_set_3",),
    "finding": ("FoundGuide", "find_guides"),
    "microhomology": (
        "Deletion",
        "microhomology_deletions",
        "microhomology_score",
        "out_of_frame_score",
    ),
    "mismatches": ("cfd_score", "mit_score", "specificity"),
    "outcomes": ("IndelOutcome", "frameshift_share", "indel_outcomes"),
    "ranking": ("RankedGuide", "rank_all", "rank_guides"),
    "regulation": (
        "PURPOSES",
        "RegulatoryGuide",
        "RegulatoryGuides",
        "regulatory_guides",
        "write_regulatory",
    ),
    "seeds": ("SeedCounts", "seed_table"),
    "starts": ("HOSTS", "TranscriptionStart", "find_starts", "operon", "read_starts"),
    "tables": ("write_guides",),
    "targets": ("Target", "find_target"),
    "rna_targets": ("RnaGuide", "rna_guides", "write_rna_guides"),
    "transcriptome": ("Transcript", "transcripts"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "ACTIVITY_SCORES",
    "HOSTS",
    "PURPOSES",
    "ActivityScore",
    "Deletion",
    "FoundGuide",
    "IndelOutcome",
    "RankedGuide",
    "RegulatoryGuide",
    "RegulatoryGuides",
    "RnaGuide",
    "SeedCounts",
    "Target",
    "Transcript",
    "TranscriptionStart",
    "activity_score",
    "cfd_score",
    "crisprscan",
    "find_guides",
    "find_starts",
    "find_target",
    "frameshift_share",
    "indel_outcomes",
    "microhomology_deletions",
    "microhomology_score",
    "mit_score",
    "operon",
    "out_of_frame_score",
    "rank_all",
    "rank_guides",
    "read_starts",
    "regulatory_guides",
    "repression_score",
    "rna_guides",
    "rule_set_1",
    "rule_set_2",
    "rule_set_3",
    "seed_table",
    "specificity",
    "transcripts",
    "write_guides",
    "write_regulatory",
    "write_rna_guides",
]

r"""Edits of a genome: from a table of what is wanted to DNA, guides and primers, proved base for base.

>>> import biowright
>>> from biowright.design.edits import Genome, design_edits, parse_table
>>> genome = Genome(tuple(biowright.read("examples/phix174.gb")))
>>> plan = design_edits(genome, parse_table("gene,change\\nF652_4298,knockout\\n"), "mage", primers=False)
>>> design = plan.designs[0]
>>> design.edit.what, len(design.made.sequence)
('stops at codons 4, 5', 90)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .base_editing import BaseEdit
    from .campaign import EditDesign, EditPlan, Failure, Guide, design_edits
    from .cassettes import Cassette, StageCheck, check_stages
    from .change import Change, Edit, parse_change, possible_edits
    from .cloning import (
        Backbone,
        GuideArray,
        backbones,
        cloning_oligos,
        guide_array,
        processed_guides,
    )
    from .donors import Donor, DonorRules
    from .forks import Replication, replication
    from .genome import Gene, Genome
    from .mage import MageOligo, MageRules, mismatch_repair
    from .marking import Marker, PopoutRules, markers
    from .package import edit_pieces, write_edits
    from .popout import Popout
    from .prime import PrimeEdit, PrimeRules
    from .proof import Homology, Recombination, prove, recombine
    from .table import Request, parse_table, read_table
    from .targets import Target, find_targets

_HOMES = {
    "base_editing": ("BaseEdit",),
    "campaign": ("EditDesign", "EditPlan", "Failure", "Guide", "design_edits"),
    "cassettes": ("Cassette", "StageCheck", "check_stages"),
    "change": ("Change", "Edit", "parse_change", "possible_edits"),
    "cloning": (
        "Backbone",
        "GuideArray",
        "backbones",
        "cloning_oligos",
        "guide_array",
        "processed_guides",
    ),
    "donors": ("Donor", "DonorRules"),
    "genome": ("Gene", "Genome"),
    "mage": ("MageOligo", "MageRules", "mismatch_repair"),
    "package": ("edit_pieces", "write_edits"),
    "marking": ("Marker", "PopoutRules", "markers"),
    "popout": ("Popout",),
    "prime": ("PrimeEdit", "PrimeRules"),
    "proof": ("Homology", "Recombination", "prove", "recombine"),
    "forks": ("Replication", "replication"),
    "table": ("Request", "parse_table", "read_table"),
    "targets": ("Target", "find_targets"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "Backbone",
    "BaseEdit",
    "Cassette",
    "Change",
    "Donor",
    "DonorRules",
    "Edit",
    "EditDesign",
    "EditPlan",
    "Failure",
    "Gene",
    "Genome",
    "Guide",
    "GuideArray",
    "Homology",
    "MageOligo",
    "MageRules",
    "Marker",
    "Popout",
    "PopoutRules",
    "PrimeEdit",
    "PrimeRules",
    "Recombination",
    "Replication",
    "Request",
    "StageCheck",
    "Target",
    "backbones",
    "check_stages",
    "cloning_oligos",
    "design_edits",
    "edit_pieces",
    "find_targets",
    "guide_array",
    "markers",
    "mismatch_repair",
    "parse_change",
    "parse_table",
    "possible_edits",
    "processed_guides",
    "prove",
    "read_table",
    "recombine",
    "replication",
    "write_edits",
]

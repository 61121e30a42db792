"""Facts and shared algorithms on molecules.

Genetic codes and translation, open reading frames, search, codon and k-mer counts, restriction
enzymes with their cuts and digests. Everything takes circles for circles: a codon, a hit, a cut or
a fragment may lie across the origin, and its end then exceeds the length.

>>> from biowright.bio import digest, find, translate
>>> str(translate("ATGGCATAA"))
'MA*'
>>> from biowright.core import Sequence
>>> plasmid = Sequence("TTCGCATGCTAGAA", topology="circular")
>>> find(plasmid, "GAATTC")
[Hit(start=11, end=17, strand=1, mismatches=0)]
>>> [len(fragment) for fragment in digest(plasmid, ["EcoRI", "SphI"])]
[4, 10]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .alignment import Alignment, Scores, align
    from .codes import CODONS, GeneticCode, genetic_code, genetic_codes
    from .coding import Codons, read_codons, translate_feature
    from .codons import count_codons
    from .cutting import Cut, CutSite, cut_sites
    from .digestion import Digest, End, Fragment, digest
    from .folding import Fold, fold, fold_energy
    from .initiation import (
        TranslationStart,
        find_translation_starts,
        translation_start,
    )
    from .iupac import IUPAC, complement, other_strand
    from .kmers import KmerCounts, count_kmers
    from .methylation import (
        METHYLASES,
        Methylase,
        MethylationEffect,
        Sensitivity,
        sensitivities,
    )
    from .naming import gene_names
    from .orfs import Orf, find_orfs
    from .promoters import Promoter, find_promoters, promoter_strength
    from .proteins import align_proteins
    from .rebase import Enzyme, enzyme, enzymes, suppliers
    from .recombination import (
        AttachmentSite,
        RecombinaseSite,
        attachment_site,
        attachment_sites,
        find_recombinase_sites,
        recombinases,
    )
    from .search import Hit, find, find_many
    from .terminators import Terminator, find_terminators
    from .thermodynamics import (
        PCR,
        Buffer,
        end_stabilities,
        melting_temperature,
        melting_temperatures,
        window_melting_temperatures,
    )
    from .thermodynamics_structures import (
        Structure,
        dimer,
        dimer_energies,
        hairpin,
        hairpin_energies,
    )
    from .translation import Frame, six_frames, translate

_HOMES = {
    "alignment": ("Alignment", "Scores", "align"),
    "codes": ("CODONS", "GeneticCode", "genetic_code", "genetic_codes"),
    "coding": ("Codons", "read_codons", "translate_feature"),
    "codons": ("count_codons",),
    "cutting": ("Cut", "CutSite", "cut_sites"),
    "digestion": ("Digest", "End", "Fragment", "digest"),
    "folding": ("Fold", "fold", "fold_energy"),
    "initiation": ("TranslationStart", "find_translation_starts", "translation_start"),
    "iupac": ("IUPAC", "complement", "other_strand"),
    "kmers": ("KmerCounts", "count_kmers"),
    "methylation": (
        "METHYLASES",
        "Methylase",
        "MethylationEffect",
        "Sensitivity",
        "sensitivities",
    ),
    "naming": ("gene_names",),
    "orfs": ("Orf", "find_orfs"),
    "promoters": ("Promoter", "find_promoters", "promoter_strength"),
    "proteins": ("align_proteins",),
    "rebase": ("Enzyme", "enzyme", "enzymes", "suppliers"),
    "recombination": (
        "AttachmentSite",
        "RecombinaseSite",
        "attachment_site",
        "attachment_sites",
        "find_recombinase_sites",
        "recombinases",
    ),
    "search": ("Hit", "find", "find_many"),
    "terminators": ("Terminator", "find_terminators"),
    "thermodynamics": (
        "PCR",
        "Buffer",
        "end_stabilities",
        "melting_temperature",
        "melting_temperatures",
        "window_melting_temperatures",
    ),
    "thermodynamics_structures": (
        "Structure",
        "dimer",
        "dimer_energies",
        "hairpin",
        "hairpin_energies",
    ),
    "translation": ("Frame", "six_frames", "translate"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "CODONS",
    "IUPAC",
    "METHYLASES",
    "PCR",
    "Alignment",
    "AttachmentSite",
    "Buffer",
    "Codons",
    "Cut",
    "CutSite",
    "Digest",
    "End",
    "Enzyme",
    "Fold",
    "Fragment",
    "Frame",
    "GeneticCode",
    "Hit",
    "KmerCounts",
    "Methylase",
    "MethylationEffect",
    "Orf",
    "Promoter",
    "RecombinaseSite",
    "Scores",
    "Sensitivity",
    "Structure",
    "Terminator",
    "TranslationStart",
    "align",
    "align_proteins",
    "attachment_site",
    "attachment_sites",
    "complement",
    "count_codons",
    "count_kmers",
    "cut_sites",
    "digest",
    "dimer",
    "dimer_energies",
    "end_stabilities",
    "enzyme",
    "enzymes",
    "find",
    "find_many",
    "find_orfs",
    "find_promoters",
    "find_recombinase_sites",
    "find_terminators",
    "find_translation_starts",
    "fold",
    "fold_energy",
    "gene_names",
    "genetic_code",
    "genetic_codes",
    "hairpin",
    "hairpin_energies",
    "melting_temperature",
    "melting_temperatures",
    "other_strand",
    "promoter_strength",
    "read_codons",
    "recombinases",
    "sensitivities",
    "six_frames",
    "suppliers",
    "translate",
    "translate_feature",
    "translation_start",
    "window_melting_temperatures",
]

"""Variant libraries: what to make when many variants of a protein are wanted at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .barcodes import PoolOligo, choose_barcodes, edit_distance, oligo_pool
    from .degenerate import DegenerateCodon, best_codon, best_mixture, degenerate_codons
    from .error_prone_pcr import BIASES, ErrorProne, error_prone, mutation_counts
    from .library import LibraryPlan, plan_library, write_library
    from .mixtures import least_mixture, mixture_shares, mixture_size
    from .recombination import Crossovers, broken_contacts, choose_crossovers
    from .schemes import Comparison, Scheme, compare_schemes, scheme, trimers
    from .specification import (
        ErrorProneLibrary,
        RecombinationLibrary,
        SaturationLibrary,
        TargetLibrary,
        read_contacts,
        read_library,
        read_targets,
    )
    from .statistics import Coverage, clones_for, coverage, variant_groups
    from .targets import Cover, Sublibrary, cover_targets

_HOMES = {
    "barcodes": ("PoolOligo", "choose_barcodes", "edit_distance", "oligo_pool"),
    "degenerate": ("DegenerateCodon", "best_codon", "best_mixture", "degenerate_codons"),
    "error_prone_pcr": ("BIASES", "ErrorProne", "error_prone", "mutation_counts"),
    "library": ("LibraryPlan", "plan_library", "write_library"),
    "mixtures": ("least_mixture", "mixture_shares", "mixture_size"),
    "recombination": ("Crossovers", "broken_contacts", "choose_crossovers"),
    "schemes": ("Comparison", "Scheme", "compare_schemes", "scheme", "trimers"),
    "specification": (
        "ErrorProneLibrary",
        "RecombinationLibrary",
        "SaturationLibrary",
        "TargetLibrary",
        "read_contacts",
        "read_library",
        "read_targets",
    ),
    "statistics": ("Coverage", "clones_for", "coverage", "variant_groups"),
    "targets": ("Cover", "Sublibrary", "cover_targets"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "BIASES",
    "Comparison",
    "Cover",
    "Coverage",
    "Crossovers",
    "DegenerateCodon",
    "ErrorProne",
    "ErrorProneLibrary",
    "LibraryPlan",
    "PoolOligo",
    "RecombinationLibrary",
    "SaturationLibrary",
    "Scheme",
    "Sublibrary",
    "TargetLibrary",
    "best_codon",
    "best_mixture",
    "broken_contacts",
    "choose_barcodes",
    "choose_crossovers",
    "clones_for",
    "compare_schemes",
    "cover_targets",
    "coverage",
    "degenerate_codons",
    "edit_distance",
    "error_prone",
    "least_mixture",
    "mixture_shares",
    "mixture_size",
    "mutation_counts",
    "oligo_pool",
    "plan_library",
    "read_contacts",
    "read_library",
    "read_targets",
    "scheme",
    "trimers",
    "variant_groups",
    "write_library",
]

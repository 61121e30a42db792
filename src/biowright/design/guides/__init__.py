"""Guides for a target: found, scored for activity and specificity, and ranked.

>>> from biowright.design.guides import cfd_score, rule_set_2
>>> cfd_score("GACGCATAAAGATGAGACGC", ["GACGCATAAAGATGAGACGTTGG"]).round(3)
array([0.833])
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
        rule_set_1,
        rule_set_2,
    )
    from .microhomology import (
        Deletion,
        microhomology_deletions,
        microhomology_score,
        out_of_frame_score,
    )
    from .mismatches import cfd_score, mit_score, specificity

_HOMES = {
    "activity": (
        "ACTIVITY_SCORES",
        "ActivityScore",
        "activity_score",
        "crisprscan",
        "rule_set_1",
        "rule_set_2",
    ),
    "microhomology": (
        "Deletion",
        "microhomology_deletions",
        "microhomology_score",
        "out_of_frame_score",
    ),
    "mismatches": ("cfd_score", "mit_score", "specificity"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "ACTIVITY_SCORES",
    "ActivityScore",
    "Deletion",
    "activity_score",
    "cfd_score",
    "crisprscan",
    "microhomology_deletions",
    "microhomology_score",
    "mit_score",
    "out_of_frame_score",
    "rule_set_1",
    "rule_set_2",
    "specificity",
]

"""Gene fragments: each new design is ordered as one piece with its flanks."""

from __future__ import annotations

from collections.abc import Sequence

from biowright.design import Candidate

from .plan import BuildPlan, Piece

__all__ = ["order_fragments"]


def order_fragments(candidates: Sequence[Candidate], plan: BuildPlan) -> list[Piece]:
    """Give a fragment for each candidate that has DNA."""
    return [
        Piece(
            candidate.record.name,
            "fragment",
            f"{plan.upstream}{candidate.record.sequence}{plan.downstream}".upper(),
            f"whole design {candidate.id}",
        )
        for candidate in candidates
        if candidate.record is not None
    ]

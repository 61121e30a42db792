"""Gene fragments: each new design is ordered as one piece with its flanks."""

from __future__ import annotations

from collections.abc import Sequence

from biowright.design import Candidate

from .names import plain_name
from .plan import BuildPlan, Piece

__all__ = ["order_fragments"]


def order_fragments(
    candidates: Sequence[Candidate], plan: BuildPlan
) -> tuple[list[Piece], dict[str, list[str]]]:
    """Give a fragment for each candidate that has DNA.

    Returns
    -------
    pieces : list of Piece
    use : dict of str to list of str
        For each candidate, the name of its piece.
    """
    pieces = [
        Piece(
            plain_name(candidate.record.name),
            "fragment",
            f"{plan.upstream}{candidate.record.sequence}{plan.downstream}".upper(),
            f"whole design {candidate.id}",
        )
        for candidate in candidates
        if candidate.record is not None
    ]
    made = [candidate.id for candidate in candidates if candidate.record is not None]
    return pieces, {id: [piece.name] for id, piece in zip(made, pieces, strict=True)}

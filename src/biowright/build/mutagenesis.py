"""Primers for site-directed mutagenesis: partially overlapping pairs that carry the changed codons.

The 5' halves of a pair overlap around the changed bases, the 3' halves reach out over unchanged template,
so that the pair primes well and its products anneal (Liu and Naismith, BMC Biotechnol 8:91, 2008,
doi:10.1186/1472-6750-8-91). Changed codons that lie close together go into one pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from biowright.bio import PCR, melting_temperature, other_strand
from biowright.design import Candidate

from .names import plain_name
from .plan import BuildPlan, Piece

__all__ = ["design_primers"]

OVERLAP = 9  # unchanged bases on each side of the changed ones in the overlap of a pair
REACH = 36  # changed bases within this distance share a pair
ANNEAL = 60.0  # °C that the 3' half reaches in an ordinary PCR
SHORTEST, LONGEST = 15, 36


@dataclass(frozen=True, slots=True)
class _Pair:
    low: int
    high: int
    forward: str
    reverse: str
    cool: bool


def design_primers(
    candidates: Sequence[Candidate], plan: BuildPlan
) -> tuple[list[Piece], dict[str, list[str]], list[str]]:
    """Give the primers that turn the parent into each candidate.

    Parameters
    ----------
    candidates : sequence of Candidate
        With DNA as long as the parent's.
    plan : BuildPlan
        With the parent; its flanks are the plasmid around it.

    Returns
    -------
    pieces : list of Piece
        Each distinct primer once.
    use : dict of str to list of str
        For each candidate, the primers it needs, pair by pair.
    notices : list of str
        Primers whose 3' half stays below 60 °C for want of template.
    """
    assert plan.parent is not None
    template = f"{plan.upstream}{plan.parent.sequence}{plan.downstream}".upper()
    pieces: dict[str, Piece] = {}
    use: dict[str, list[str]] = {}
    notices: list[str] = []
    for candidate in candidates:
        assert candidate.record is not None
        wanted = f"{plan.upstream}{candidate.record.sequence}{plan.downstream}".upper()
        use[candidate.id] = []
        for pair in _pairs(template, wanted):
            place = f"{pair.low - len(plan.upstream) + 1}-{pair.high - len(plan.upstream)}"
            for letter, sequence in (("F", pair.forward), ("R", pair.reverse)):
                if sequence not in pieces:
                    change = wanted[pair.low : pair.high]
                    name = plain_name(f"{plan.parent.name}_{place}_{change}_{letter}")
                    pieces[sequence] = Piece(
                        name, "oligo", sequence, f"mutagenesis of bases {place} to {change}"
                    )
                    if pair.cool:
                        notices.append(
                            f"{name}: its 3' half anneals below {ANNEAL:.0f} °C; give the plasmid "
                            "around the gene as upstream and downstream"
                        )
                use[candidate.id].append(pieces[sequence].name)
    return list(pieces.values()), use, sorted(set(notices))


def _pairs(template: str, wanted: str) -> list[_Pair]:
    changed = [i for i, (a, b) in enumerate(zip(template, wanted, strict=True)) if a != b]
    groups: list[tuple[int, int]] = []
    for place in changed:
        if groups and place - groups[-1][1] < REACH:
            groups[-1] = (groups[-1][0], place + 1)
        else:
            groups.append((place, place + 1))
    pairs = []
    for low, high in groups:
        left, right = max(0, low - OVERLAP), min(len(wanted), high + OVERLAP)
        forward, warm_forward = _arm(wanted, high, 1)
        reverse, warm_reverse = _arm(wanted, low, -1)
        sense = wanted[left:high] + forward
        antisense = other_strand(reverse + wanted[low:right])
        pairs.append(_Pair(low, high, sense, antisense, not (warm_forward and warm_reverse)))
    return pairs


def _arm(wanted: str, start: int, direction: int) -> tuple[str, bool]:
    """Reach out from the changed bases until the arm anneals, and tell whether it does."""
    room = len(wanted) - start if direction == 1 else start
    arm = ""
    for size in range(min(SHORTEST, room), min(LONGEST, room) + 1):
        arm = wanted[start : start + size] if direction == 1 else wanted[start - size : start]
        if len(arm) >= SHORTEST and melting_temperature(arm, buffer=PCR) >= ANNEAL:
            return arm, True
    return arm, False

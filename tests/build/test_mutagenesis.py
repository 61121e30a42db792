"""Primers for mutagenesis anneal to the parent, and their products carry exactly the design."""

from __future__ import annotations

import random

import pytest

from biowright.bio import PCR, melting_temperature
from biowright.build import BuildPlan
from biowright.build.mutagenesis import design_primers
from biowright.design import ProteinVariants

from .cloning import mutate, other

LETTERS = "ACDEFGHIKLMNPQRSTVWY"
RANDOM = random.Random(5)
PROTEIN = "M" + "".join(RANDOM.choices(LETTERS, k=119))
FLANKS = ["".join(RANDOM.choices("ACGT", k=80)) for _ in range(2)]


def build(  # type: ignore[no-untyped-def]
    *numbers: int, flanks: tuple[str, str] = (FLANKS[0], FLANKS[1])
):
    """Change residues, and give the plasmid, the wanted one, the pairs of primers and notices."""
    space = ProteinVariants(PROTEIN, tuple(number - 1 for number in numbers), LETTERS)
    named = "".join(map(other_residue, numbers))
    candidate = space.candidate(space.key(named))
    plan = BuildPlan(
        method="mutagenesis", parent=space.parent, upstream=flanks[0], downstream=flanks[1]
    )
    pieces, use, notices = design_primers([candidate], plan)
    primers = {piece.name: piece.sequence for piece in pieces}
    pairs = [primers[name] for name in use[candidate.id]]
    template = f"{flanks[0]}{space.parent.sequence}{flanks[1]}"
    wanted = f"{flanks[0]}{candidate.record.sequence}{flanks[1]}"
    return template, wanted, list(zip(pairs[::2], pairs[1::2], strict=True)), notices


def other_residue(number: int) -> str:
    return "W" if PROTEIN[number - 1] != "W" else "A"


@pytest.mark.parametrize(
    ("numbers", "pairs"),
    [
        ((60,), 1),
        ((60, 61), 1),
        ((50, 55, 60), 1),  # one cluster, across unchanged codons
        ((20, 60, 100), 3),  # clusters far apart
        ((1,), 1),
        ((120,), 1),
        ((1, 120), 2),
        ((2, 119), 2),
    ],
)
def test_the_amplified_plasmid_carries_exactly_the_design(
    numbers: tuple[int, ...], pairs: int
) -> None:
    template, wanted, primers, notices = build(*numbers)
    assert len(primers) == pairs
    assert not notices
    plasmid = template
    for forward, reverse in primers:  # one pair after the other, as at the bench
        product = mutate(plasmid, forward, reverse)
        assert len(product) == len(plasmid)
        # a circle has no first letter: turn it back to where the plasmid began
        turns = [product[i:] + product[:i] for i in range(len(product))]
        plasmid = min(turns, key=lambda t: sum(a != b for a, b in zip(t, template, strict=True)))
    assert plasmid == wanted


def test_primers_are_warm_enough_and_not_too_long() -> None:
    for number in range(1, 121, 7):
        template, wanted, [(forward, reverse)], notices = build(number)
        assert not notices
        assert forward in wanted
        assert other(reverse) in wanted
        changed = [i for i, x in enumerate(wanted) if x != template[i]]
        end = wanted.index(forward) + len(forward)
        start = wanted.index(other(reverse))
        for arm in (wanted[changed[-1] + 1 : end], wanted[start : changed[0]]):
            assert melting_temperature(arm, buffer=PCR) >= 60.0
        assert max(len(forward), len(reverse)) <= 9 + 3 + 36


@pytest.mark.parametrize("number", [1, 2, 119, 120])
def test_a_change_at_an_end_without_flanks_says_what_is_missing(number: int) -> None:
    _, wanted, [(forward, reverse)], notices = build(number, flanks=("", ""))
    assert forward in wanted
    assert other(reverse) in wanted
    assert notices
    assert all("upstream and downstream" in notice for notice in notices)


def test_the_parent_itself_needs_no_primers_and_shared_ones_are_ordered_once() -> None:
    space = ProteinVariants(PROTEIN, (10, 60), LETTERS, mutations=1)
    plan = BuildPlan(
        method="mutagenesis", parent=space.parent, upstream=FLANKS[0], downstream=FLANKS[1]
    )
    assert design_primers([space.candidate("parent")], plan)[:2] == ([], {"parent": []})
    both = ProteinVariants(PROTEIN, (10, 60), LETTERS)
    w = other_residue(11)
    ids = [w + PROTEIN[60], w + other_residue(61)]
    pieces, use, _ = design_primers([both.candidate(i) for i in ids], plan)
    assert len(pieces) == 4
    assert use[ids[0]] == use[ids[1]][:2]
    assert len({p.sequence for p in pieces}) == len({p.name for p in pieces}) == 4

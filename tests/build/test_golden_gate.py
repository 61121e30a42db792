"""Golden Gate: digested and ligated by their overhangs, the ordered pieces give the recorded product."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from biowright.bio import cut_sites
from biowright.build import BuildPlan, choose_overhangs
from biowright.build.golden_gate import assemble, order_parts
from biowright.core import InputError, Record, Sequence
from biowright.design import Constructs

from .cloning import ligate, other

ENZYMES = ["BsaI", "BsmBI", "Esp3I", "BbsI", "SapI", "PaqCI", "BspMI"]


def parts(slots: int, options: int, seed: int, enzyme: str) -> Constructs:
    generator = random.Random(seed)
    made: dict[str, Record] = {}
    names = []
    for slot in range(slots):
        row = []
        while len(row) < options:
            letters = "".join(generator.choices("ACGTacgt", k=generator.randint(1, 60)))
            if cut_sites(f"AA{letters}AA", enzyme):
                continue
            name = f"part{slot}_{len(row)}"
            made[name] = Record(Sequence(letters), name=name)
            row.append(name)
        names.append((f"slot{slot}", tuple(row)))
    return Constructs(tuple(names), made)


@given(st.sampled_from(ENZYMES), st.integers(1, 8), st.integers(0, 10**6))
def test_the_ligated_pieces_are_the_recorded_product(enzyme: str, slots: int, seed: int) -> None:
    space = parts(min(slots, 5) if enzyme == "SapI" else slots, 2, seed, enzyme)
    keys = [space.search.design(i) for i in (0, space.search.size - 1)]
    candidates = [space.candidate(key) for key in keys]
    plan = BuildPlan(method="golden-gate", enzyme=enzyme)
    try:
        pieces, use, overhangs = order_parts(candidates, plan)
    except InputError:
        assume(False)  # a site arose where a part meets its overhang
    ordered = {piece.name: piece.sequence for piece in pieces}
    for candidate in candidates:
        product = ligate([ordered[name] for name in use[candidate.id]], enzyme)
        record = assemble(candidate, overhangs)
        assert product == str(record.sequence).upper()
        assert product.startswith(overhangs[0])
        assert product.endswith(overhangs[-1])
        assert not cut_sites(record.sequence, enzyme)
        for part, feature in zip(candidate.parts, record.features[1::2], strict=True):
            assert str(record.extract(feature)) == str(part.sequence)


@pytest.mark.parametrize(("length", "count"), [(4, 2), (4, 9), (4, 20), (3, 2), (3, 5)])
def test_overhangs_keep_apart(length: int, count: int) -> None:
    chosen = choose_overhangs(count, length)
    assert len(set(chosen)) == count
    both = [*chosen, *map(other, chosen)]
    for i, a in enumerate(both):
        for b in both[i + 1 :]:
            assert sum(x != y for x, y in zip(a, b, strict=True)) >= 2


def test_too_many_slots() -> None:
    with pytest.raises(InputError, match="there are no 60 overhangs"):
        choose_overhangs(60)
    with pytest.raises(InputError, match="an enzyme that leaves four bases"):
        choose_overhangs(7, 3)


@pytest.mark.parametrize("inside", ["GGTCTC", "gagacc", "AAGGTCTCA"])
def test_parts_with_the_site_inside_are_refused_by_name(inside: str) -> None:
    bad = Record(Sequence(f"TTT{inside}TTT"), name="bad")
    good = Record(Sequence("ACGTAC"), name="good")
    space = Constructs((("a", ("bad", "good")),), {"bad": bad, "good": good})
    candidates = [space.candidate((name,)) for name in ("good", "bad")]
    with pytest.raises(InputError) as caught:
        order_parts(candidates, BuildPlan(method="golden-gate"))
    assert "BsaI would cut inside of parts" in str(caught.value)
    assert "bad" in str(caught.value)
    assert "good" not in str(caught.value)
    assert len(order_parts(candidates, BuildPlan(method="golden-gate", enzyme="BbsI"))[0]) == 2


def test_a_site_that_arises_at_an_overhang_is_found() -> None:
    # BspMI reads ACCTGC, which the last A of the first overhang, AACA, and the part make
    part = Record(Sequence("CCTGCTTTTTTTTT"), name="edge")
    assert not cut_sites(part.sequence, "BspMI")
    space = Constructs((("s", ("edge",)),), {"edge": part})
    with pytest.raises(InputError, match="cut inside of parts, or at their overhangs: edge"):
        order_parts([space.candidate(("edge",))], BuildPlan(method="golden-gate", enzyme="BspMI"))


def test_no_overhang_is_part_of_the_site() -> None:
    assert "AGAC" in choose_overhangs(9)
    assert "AGAC" not in choose_overhangs(9, 4, "GGTCTC")  # GA|GACC would read GAGACC again


@pytest.mark.parametrize("name", ["EcoRI", "BtsI", "MlyI", "BcgI"])
def test_enzymes_that_do_not_fit(name: str) -> None:
    space = Constructs((("a", ("p",)),), {"p": Record(Sequence("ACGTACGT"), name="p")})
    plan = BuildPlan(method="golden-gate", enzyme=name)
    with pytest.raises(InputError, match="is no enzyme for Golden Gate"):
        order_parts([space.candidate(("p",))], plan)
    with pytest.raises(InputError, match="no restriction enzyme 'BsaX'"):
        order_parts([space.candidate(("p",))], BuildPlan(method="golden-gate", enzyme="BsaX"))

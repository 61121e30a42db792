"""Golden Gate: digested and ligated by their overhangs, the ordered pieces give the recorded product."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from biowright.bio import cut_sites
from biowright.build import BuildPlan, choose_overhangs, ligation_matrix, set_fidelity
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


@pytest.mark.parametrize(
    ("enzyme", "count", "least"),
    [("BsaI", 2, 1.0), ("BsmBI", 9, 1.0), ("PaqCI", 14, 1.0), ("SapI", 2, 1.0), ("SapI", 5, 0.99)],
)
def test_overhangs_ligate_surely(enzyme: str, count: int, least: float) -> None:
    chosen = choose_overhangs(count, enzyme)
    assert chosen == choose_overhangs(count, enzyme)
    assert len({*chosen, *map(other, chosen)}) == 2 * count
    matrix = "BsaI" if enzyme == "PaqCI" else enzyme
    assert set_fidelity(chosen, matrix).fidelity >= least
    assert min(ligation_matrix(matrix).strength(o) for o in chosen) > 0.1


def test_too_many_slots() -> None:
    with pytest.raises(InputError, match="to choose from, and 160 are wanted"):
        choose_overhangs(160)
    with pytest.raises(InputError, match="to choose from, and 40 are wanted"):
        choose_overhangs(40, "SapI")


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
    # BspMI reads ACCTGC: the last letters of the first overhang and the part make it
    first, _ = choose_overhangs(2, "BspMI")
    shared = next(n for n in (2, 1) if first.endswith("ACCTGC"[:n]))
    part = Record(Sequence("ACCTGC"[shared:] + "TTTTTTTTT"), name="edge")
    assert not cut_sites(part.sequence, "BspMI")
    space = Constructs((("s", ("edge",)),), {"edge": part})
    with pytest.raises(InputError, match="cut inside of parts, or at their overhangs: edge"):
        order_parts([space.candidate(("edge",))], BuildPlan(method="golden-gate", enzyme="BspMI"))


def test_no_overhang_is_part_of_the_site() -> None:
    inside = {"GGTC", "GTCT", "TCTC", "GAGA", "AGAC", "GACC"}  # GA|GACC would read GAGACC again
    for count in (9, 22):
        assert not inside & set(choose_overhangs(count, "BsaI"))


@pytest.mark.parametrize("name", ["EcoRI", "BtsI", "MlyI", "BcgI"])
def test_enzymes_that_do_not_fit(name: str) -> None:
    space = Constructs((("a", ("p",)),), {"p": Record(Sequence("ACGTACGT"), name="p")})
    plan = BuildPlan(method="golden-gate", enzyme=name)
    with pytest.raises(InputError, match="is no enzyme for Golden Gate"):
        order_parts([space.candidate(("p",))], plan)
    with pytest.raises(InputError, match="no restriction enzyme 'BsaX'"):
        order_parts([space.candidate(("p",))], BuildPlan(method="golden-gate", enzyme="BsaX"))

"""The search under windows of GC, against plain enumeration of all ways through a trellis."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from biowright.core import Feature, Location, Record, Sequence
from biowright.design import (
    Avoid,
    CodonUse,
    GCContent,
    Identity,
    Infeasible,
    KeepProtein,
    codon_usage,
    encode_protein,
    find_breaches,
    optimise,
)
from biowright.design.genes import chain, stepping
from biowright.design.genes.chain import build, make_chain
from biowright.design.genes.compiling import compile_layout
from biowright.design.genes.kernels import best_path, potentials
from biowright.design.genes.stepping import Spans, Steps, search, shortened
from biowright.design.genes.steps import spell

ECOLI = codon_usage("Escherichia coli")


def random_steps(rng: random.Random) -> Steps:
    """Make a trellis of a few steps with spans of all kinds; some steps are never rich."""
    count = rng.randint(3, 9)
    sizes = [1, *(rng.randint(1, 3) for _ in range(count))]
    layer = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    varied = [rng.random() < 0.9 for _ in range(count)]
    first, target, rich, worth = [0], [], [], []
    for t in range(count):
        for _ in range(layer[t], layer[t + 1]):
            for _ in range(rng.randint(1, 3)):
                target.append(rng.randrange(layer[t + 1], layer[t + 2]))
                rich.append(varied[t] and rng.random() < 0.5)
                worth.append(-round(rng.random(), 2))
            first.append(len(target))
    first += [len(target)] * sizes[-1]
    spans = sorted(
        {tuple(sorted(rng.sample(range(count + 1), 2))) for _ in range(rng.randint(1, 8))}
    )
    start, end = (np.array(side, np.int64) for side in zip(*spans, strict=True))
    total = np.concatenate([[0], np.cumsum(varied)]).astype(np.int64)
    room = total[end] - total[start]
    low = np.array([rng.randint(0, max(0, r // 2)) for r in room], np.int64)
    high = np.array([rng.randint(a, max(a, r)) for a, r in zip(low, room, strict=True)], np.int64)
    slot = np.full(len(start), -1, np.int64)
    for number, i in enumerate(rng.sample(range(len(start)), min(2, len(start)))):
        if rng.random() < 0.5:
            slot[i] = number
    return Steps(
        layer,
        np.array(first, np.int64),
        np.array(target, np.int32),
        np.array(rich, np.bool_),
        np.array(worth),
        np.arange(count),
        np.arange(len(target)),
        0.0,
        total,
        Spans(start, end, low, high, slot),
    )


def ways(steps: Steps):
    """Give the worth and the edges of every way that keeps all spans."""
    found = [(0, 0.0, ())]
    for _ in range(len(steps)):
        found = [
            (int(steps.edge_to[e]), worth + float(steps.edge_worth[e]), (*path, e))
            for node, worth, path in found
            for e in range(steps.first_edge[node], steps.first_edge[node + 1])
        ]
    spans = steps.spans
    for _, worth, path in found:
        total = np.concatenate([[0], np.cumsum(steps.edge_rich[list(path)])])
        held = total[spans.end] - total[spans.start]
        if ((spans.low <= held) & (held <= spans.high)).all():
            yield worth, path


@pytest.mark.parametrize("seed", range(120))
def test_the_best_of_all_ways_is_found_and_every_bound_holds(seed: int) -> None:
    steps = random_steps(random.Random(seed))
    known = {path: worth for worth, path in ways(steps)}
    best = max(known.values(), default=-np.inf)
    worth, path, bound = search(steps, (500,), 10_000_000)
    assert worth == pytest.approx(best)
    assert bound == pytest.approx(best)
    if known:
        assert known[tuple(path.tolist())] == pytest.approx(worth)
    # whatever is joined or dropped: what is found is a way, and the bound is none too low
    for limits in ((1,), (2,), (1, 1), (1, 2, 3)):
        worth, path, bound = search(steps, limits, 10_000_000)
        assert bound >= best - 1e-6
        assert worth <= best + 1e-9
        if worth > -np.inf:
            assert known[tuple(path.tolist())] == pytest.approx(worth)


def test_steps_stand_for_all_letters() -> None:
    rng = random.Random(4)
    protein = "M" + "".join(rng.choice("LRSAVKFNWGP") for _ in range(40))
    text = str(encode_protein(protein, ECOLI.host))
    record = Record(
        Sequence("GCAT" + text + "TTAG"), features=[Feature("CDS", Location.of((4, 4 + len(text))))]
    )
    rules = [KeepProtein(), Avoid("GAATTC"), Avoid.homopolymer("A", 4), GCContent(0.4, 0.6, 20)]
    layout = compile_layout(record, rules, soft=[CodonUse(ECOLI)])
    letters = make_chain(layout, layout.symbols, 0, len(layout))
    trellis = build(letters)
    to_go, path = np.empty(len(trellis.state)), np.zeros(len(layout), np.int64)
    free = np.zeros(len(layout))
    potentials(*trellis.edges, free, to_go)
    best_path(*trellis.edges, free, to_go, path)
    steps = shortened(trellis.edges, to_go, letters.rules, clipped=False)
    assert steps is not None
    assert len(steps) < len(layout) / 2
    chosen, short = np.zeros(len(steps), np.int64), np.empty(len(steps.first_edge) - 1)
    potentials(*steps.edges, np.zeros(len(steps)), short)
    worth = best_path(*steps.edges, np.zeros(len(steps)), short, chosen)
    assert worth + steps.base == pytest.approx(to_go[0])
    edges = spell(*trellis.edges[:3], to_go, steps.step, steps.origin, chosen)
    assert trellis.edge_worth[edges].sum() == pytest.approx(to_go[0])
    # a window of letters holds what its span of steps and its forced letters hold
    rich = trellis.edge_rich[edges]
    total = np.concatenate([[0], np.cumsum(steps.edge_rich[chosen])])
    for start, end, low, high in zip(*steps.spans.bounds, strict=True):
        held = total[end] - total[start]
        fits = low <= held <= high
        windows = [
            s
            for s in range(len(layout) - 19)
            if np.searchsorted(steps.step, s) == start
            and np.searchsorted(steps.step, s + 20) == end
        ]
        assert fits == all(8 <= rich[s : s + 20].sum() <= 12 for s in windows)


@pytest.mark.parametrize(("low", "high", "window"), [(0.45, 0.58, 60), (0.48, 0.56, 50)])
def test_tight_windows_are_proven_and_narrow_searches_bound_them(
    monkeypatch: pytest.MonkeyPatch, low: float, high: float, window: int
) -> None:
    rng = random.Random(window + 1)
    protein = "M" + "".join(rng.choice("ACDEFGHIKLMNPQRSTVWYLLSR") for _ in range(250))
    text = str(encode_protein(protein, ECOLI.host))
    record = Record(Sequence(text), features=[Feature("CDS", Location.of((0, len(text))))])
    rules = [KeepProtein(), GCContent(low, high, window), GCContent(0.5, 0.55)]
    asked = (record, rules, [CodonUse(ECOLI)])
    design = optimise(*asked)
    assert design.proven
    assert not find_breaches(design.record, rules)
    monkeypatch.setattr(stepping, "LONG", 10**9)  # the share of the whole held like a window
    assert optimise(*asked).worth == pytest.approx(design.worth)
    for limits in ((5,), (20,), (5, 20)):
        monkeypatch.setattr(chain.solve, "__kwdefaults__", {"limits": limits, "budget": 10**9})
        try:
            narrow = optimise(*asked)
        except Infeasible:
            continue
        assert narrow.worth <= design.worth + 1e-9 <= narrow.bound + 2e-9


def test_windows_wider_than_a_thousand_letters_are_kept_as_well() -> None:
    rng = random.Random(8)
    protein = "M" + "".join(rng.choice("ACDEFGHIKLMNPQRSTVWY") for _ in range(500))
    text = str(encode_protein(protein, ECOLI.host))
    record = Record(Sequence(text), features=[Feature("CDS", Location.of((0, len(text))))])
    rules = [KeepProtein(), GCContent(0.42, 0.46, 1_200)]
    design = optimise(record, rules, [CodonUse(ECOLI)])
    assert not find_breaches(design.record, rules)
    assert design.gap < 0.2  # spans of hundreds of steps are too many to be told apart


@pytest.mark.parametrize("seed", range(4))
def test_bounds_hold_with_all_letters_free(seed: int) -> None:
    rng = random.Random(seed)
    text = "".join(rng.choice("ACGT") for _ in range(11))
    record = Record(Sequence(text))
    rules = [GCContent(0.4, 0.6, 5), GCContent(0.3, 0.5, None, Location.of((2, 10))), Avoid("AGC")]
    design = optimise(record, rules, [Identity()], change="all")
    best = -1.0
    for letters in itertools.product("ACGT", repeat=len(text)):
        same = sum(a == b for a, b in zip(letters, text, strict=True))
        if same > best and not find_breaches(Record(Sequence("".join(letters))), rules):
            best = same
    assert design.worth == pytest.approx(best, abs=1e-6)
    assert design.proven

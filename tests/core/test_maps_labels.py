"""Label placement: nothing touches, nothing leaves its place, whatever the labels are."""

from __future__ import annotations

import itertools
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from biowright.core.maps.around import Placed, Wanted, place_around, pooled
from biowright.core.maps.flags import place_flags
from biowright.core.maps.lanes import assign_lanes
from biowright.core.maps.ruler import tick_step, ticks

widths = st.floats(5, 200)


@st.composite
def around(draw: st.DrawFn) -> list[Wanted]:
    """Labels anywhere, or crowded like the sites of a polylinker."""
    crowded = draw(st.booleans())
    centre = draw(st.floats(0, math.tau))
    angles = st.floats(centre, centre + 0.3) if crowded else st.floats(0, math.tau)
    drawn = draw(st.lists(st.tuples(angles, widths, st.floats(0, 10)), max_size=60))
    return [Wanted(i, a % math.tau, w, 14.5, z) for i, (a, w, z) in enumerate(drawn)]


def crosses(one: Placed, two: Placed) -> bool:
    """Whether two leaders cross, by the signs of four triangles."""

    def side(p: tuple[float, ...], q: tuple[float, ...], r: tuple[float, ...]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    a, b, c, d = one.leader[:2], one.leader[2:], two.leader[:2], two.leader[2:]
    small = 1e-6
    return side(a, b, c) * side(a, b, d) < -small and side(c, d, a) * side(c, d, b) < -small


def inside(placed: Placed, other: Placed) -> bool:
    """Whether a point of the leader lies within the other's box."""
    x1, y1, x2, y2 = placed.leader
    box = other.box
    return any(
        box.left < x1 + (x2 - x1) * k / 200 < box.right
        and box.top < y1 + (y2 - y1) * k / 200 < box.bottom
        for k in range(201)
    )


@settings(max_examples=60)
@given(around(), st.floats(80, 400), st.floats(0, 100))
def test_nothing_meets_around_a_circle(wanted: list[Wanted], ring: float, more: float) -> None:
    rings = (ring, ring + more)
    placed, dropped = place_around(wanted, rings)
    assert sorted([p.key for p in placed] + dropped) == [w.key for w in wanted]
    for one in placed:
        radius = rings[one.left_side]
        x1, y1, x2, y2 = one.leader
        for k in range(101):
            x, y = x1 + (x2 - x1) * k / 100, y1 + (y2 - y1) * k / 100
            assert math.hypot(x, y) >= radius - 1e-3
        box = one.box
        nearest = math.hypot(max(box.left, -box.right, 0.0), max(box.top, -box.bottom, 0.0))
        assert nearest >= radius
        assert abs(box.right - box.left - wanted[one.key].width) < 1e-6
    for one, two in itertools.permutations(placed, 2):
        assert not one.box.meets(two.box)
        assert not crosses(one, two)
        assert not inside(one, two)


@settings(max_examples=30)
@given(around())
def test_most_labels_find_a_place(wanted: list[Wanted]) -> None:
    _, dropped = place_around(wanted, (250.0, 250.0))
    assert len(dropped) <= len(wanted) // 5


@given(
    st.lists(st.tuples(st.floats(0, 1000), widths, st.floats(0, 10)), max_size=60),
    st.integers(1, 12),
)
def test_nothing_meets_above_a_line(drawn: list[tuple[float, float, float]], rows: int) -> None:
    wanted = [(i, *label) for i, label in enumerate(drawn)]
    flags, dropped = place_flags(wanted, 0.0, 1000.0, 14.0, rows)
    assert sorted([f.key for f in flags] + dropped) == list(range(len(wanted)))
    poles = [f.pole for f in flags]
    assert poles == sorted(poles)
    anchors = [wanted[f.key][1] for f in flags]
    assert anchors == sorted(anchors)
    for flag in flags:
        assert flag.pole >= -1e-6
        assert flag.box.right <= 1000.0 + 1e-6
        assert 0 <= flag.row < rows
        assert abs(flag.box.right - flag.box.left - wanted[flag.key][2]) < 1e-6
    for one, two in itertools.permutations(flags, 2):
        assert not one.box.meets(two.box)
        # a pole stands from the line to its own row
        under = two.row < one.row
        assert not (under and two.box.left < one.pole < two.box.right)


def test_labels_without_neighbours_stand_over_their_anchors() -> None:
    flags, dropped = place_flags([(0, 100.0, 50.0, 1.0), (1, 400.0, 50.0, 1.0)], 0, 600, 14)
    assert [(f.pole, f.row) for f in flags] == [(100.0, 0), (400.0, 0)]
    assert not dropped


def test_the_least_important_labels_are_left_out() -> None:
    wanted = [(i, 50.0, 90.0, float(i)) for i in range(10)]
    flags, dropped = place_flags(wanted, 0.0, 120.0, 14.0, 3)
    assert {f.key for f in flags} == {7, 8, 9}
    assert set(dropped) == set(range(7))


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(1, 50)), min_size=1, max_size=40))
def test_pooling_keeps_order_distance_and_the_mean(drawn: list[tuple[float, float]]) -> None:
    drawn.sort()
    desired, sizes = [d for d, _ in drawn], [s for _, s in drawn]
    found = pooled(desired, sizes)
    for i in range(1, len(found)):
        assert found[i] - found[i - 1] >= (sizes[i] + sizes[i - 1]) / 2 - 1e-6
    # least squares under shifts of the whole leaves the mean where it was
    assert abs(sum(found) - sum(desired)) < 1e-6 * max(1, len(found)) * 1000


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=40), st.booleans())
def test_lanes_never_overlap(drawn: list[tuple[int, int]], circular: bool) -> None:
    spans = [(s, s + n if circular else min(100, s + n)) for s, n in drawn]
    lanes = assign_lanes(spans, 100 if circular else None)
    for (i, one), (j, two) in itertools.combinations(enumerate(spans), 2):
        if lanes[i] != lanes[j]:
            continue
        ones = {p % 100 if circular else p for p in range(*one)}
        twos = {p % 100 if circular else p for p in range(*two)}
        assert not ones & twos
    for i, lane in enumerate(lanes):
        # the lowest lane: every one below holds something that is in the way
        for below in range(lane):
            taken = {
                p % 100 if circular else p
                for j, span in enumerate(spans)
                if lanes[j] == below
                for p in range(*span)
            }
            mine = {p % 100 if circular else p for p in range(*spans[i])}
            assert taken & mine or not mine


@given(st.integers(1, 10**9), st.integers(1, 40))
def test_ticks_are_round_and_few(length: int, most: int) -> None:
    step = tick_step(length, most)
    assert str(step).rstrip("0") in ("1", "2", "5")
    assert length <= step * most
    if step > 1:
        smaller = step * 2 // 5 if str(step).startswith("5") else step // 2
        assert length > smaller * most
    assert len(ticks(0, length, most)[1]) <= most


def test_ticks_beyond_an_origin_count_from_one_again() -> None:
    _, places = ticks(4990, 5030, 4, circle=5000)
    assert places == [5000, 5001, 5010, 5020, 5030]

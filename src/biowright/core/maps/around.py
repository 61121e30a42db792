"""Labels around a circle: two columns that follow the ring, and no two things that touch.

On each side the labels keep the order of their anchors. Their heights are the least-squares
solution of "as near to the anchor as possible, at least one line apart" (isotonic regression by
pooling adjacent violators; Best & Chakravarti 1990, doi:10.1007/BF01580873). The result is then
checked: leaders may neither enter the ring, nor meet a label or one another. Where they do, the
ring of labels is widened, and at last the least important labels are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .svg import polar

__all__ = ["Box", "Placed", "Wanted", "place_around", "pooled"]

_CLEARANCES = (18.0, 30.0, 46.0, 68.0, 96.0, 130.0, 180.0)
_FAR = 150.0  # how far labels may stand off to let their leaders pass the ring
_GAP = 4.0  # from a leader's end to its text
_STEP = 3.0  # between the leaders of stacked labels


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label that wants a place.

    Parameters
    ----------
    key : int
    angle : float
        Of its anchor, clockwise from twelve o'clock, in radians, 0 to 2π.
    width, height : float
    weight : float
        The higher, the more it matters.
    """

    key: int
    angle: float
    width: float
    height: float
    weight: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, x to the right and y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Tell whether two rectangles share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def crossed(self, x1: float, y1: float, x2: float, y2: float) -> bool:
        """Tell whether a segment passes through the inside (Liang-Barsky clipping)."""
        near, far = 0.0, 1.0
        for delta, to_low, to_high in (
            (x2 - x1, self.left - x1, self.right - x1),
            (y2 - y1, self.top - y1, self.bottom - y1),
        ):
            if abs(delta) < 1e-12:
                if to_low >= 0 or to_high <= 0:
                    return False
                continue
            low, high = sorted((to_low / delta, to_high / delta))
            near, far = max(near, low), min(far, high)
        return far - near > 1e-9


@dataclass(frozen=True, slots=True)
class Placed:
    """A label with its place.

    Parameters
    ----------
    key : int
    box : Box
    left_side : bool
        Whether its text ends at the leader instead of starting there.
    leader : (x1, y1, x2, y2)
        From the ring to the label.
    """

    key: int
    box: Box
    left_side: bool
    leader: tuple[float, float, float, float]


def place_around(
    wanted: Sequence[Wanted], rings: tuple[float, float]
) -> tuple[list[Placed], list[int]]:
    """Place labels around a ring, whose halves may differ in radius.

    Parameters
    ----------
    wanted : sequence of Wanted
    rings : (right, left)
        The radius of each half, inside of which everything else is drawn.

    Returns
    -------
    placed : list of Placed
        No two boxes, leaders, or box and leader meet; nothing enters the ring.
    dropped : list of int
        The keys of the labels that found no place.
    """
    placed: list[Placed] = []
    dropped: list[int] = []
    for left, ring in zip((False, True), rings, strict=True):
        side = sorted(
            (w for w in wanted if (w.angle % math.tau >= math.pi) == left),
            key=lambda w: (_down(w.angle), w.key),
        )
        column = _nearest(side, ring, left)
        while column is None:
            # a tenth of those in the way at a time, so that crowds are thinned out quickly
            widest = _column(side, ring, ring + _CLEARANCES[-1], left)
            bad = _conflicts(widest, ring)
            guilty = sorted(bad, key=lambda i: (side[i].weight, -i))[: 1 + len(bad) // 10]
            dropped += [side[i].key for i in guilty]
            side = [w for i, w in enumerate(side) if i not in guilty]
            if len(guilty) == len(bad) or not _clashes(
                _column(side, ring, ring + _CLEARANCES[-1], left), ring
            ):
                column = _nearest(side, ring, left)
        placed += column
    return placed, dropped


def _nearest(side: Sequence[Wanted], ring: float, left: bool) -> list[Placed] | None:
    """Give the column that is nearest to the ring among those where nothing clashes."""
    for clearance in _CLEARANCES:
        column = _column(side, ring, ring + clearance, left)
        if not _clashes(column, ring):
            return column
    return None


def _down(angle: float) -> float:
    """Give the way from twelve o'clock down to six, on either side."""
    turn = angle % math.tau
    return turn if turn < math.pi else math.tau - turn


def pooled(desired: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Move centres as little as possible so that intervals of these sizes do not overlap.

    Examples
    --------
    >>> pooled([0, 1, 10], [4, 4, 4])
    [-1.5, 2.5, 10.0]
    """
    offsets = []
    reach = 0.0
    for i, size in enumerate(sizes):
        reach += (sizes[i - 1] + size) / 2 if i else 0.0
        offsets.append(reach)
    blocks: list[tuple[float, int]] = []  # the sum of the targets, and how many they are
    for target in (d - o for d, o in zip(desired, offsets, strict=True)):
        total, count = float(target), 1
        while blocks and blocks[-1][0] * count >= total * blocks[-1][1]:
            previous = blocks.pop()
            total, count = total + previous[0], count + previous[1]
        blocks.append((total, count))
    levels = [total / count for total, count in blocks for _ in range(count)]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


def _column(side: Sequence[Wanted], ring: float, outer: float, left: bool) -> list[Placed]:
    centres = pooled([-outer * math.cos(_down(w.angle)) for w in side], [w.height for w in side])
    # a hair apart, so that rounding cannot make neighbours overlap
    tops = [c - w.height / 2 + 0.01 for c, w in zip(centres, side, strict=True)]
    bottoms = [c + w.height / 2 - 0.01 for c, w in zip(centres, side, strict=True)]
    xs = []
    outwards = []
    for want, y, top, bottom in zip(side, centres, tops, bottoms, strict=True):
        px, py = polar(ring, _down(want.angle))
        x = max(_hug(top, bottom, outer), px + _GAP, 2 * _STEP)
        outwards.append(abs(y) > abs(py) and (y < 0) == (py < 0))
        if not outwards[-1] and px > 0:
            # outside of the ring's tangent at the anchor, or the leader would enter the ring
            x = max(x, min((ring * ring - y * py) / px, outer + _FAR) + _GAP)
        xs.append(x)
    # the leaders of labels stacked away from the equator pass on the inside of the nearer ones
    for half, order in ((-1, range(len(side))), (1, range(len(side) - 1, -1, -1))):
        reach = 0.0
        for i in order:
            if outwards[i] and centres[i] * half > 0:
                xs[i] = max(xs[i], reach)
                reach = xs[i] + _STEP
    placed = []
    for want, x, top, bottom in zip(side, xs, tops, bottoms, strict=True):
        px, py = polar(ring, _down(want.angle))
        end = x - _GAP
        y = (top + bottom) / 2
        if left:
            box = Box(-x - want.width, top, -x, bottom)
            placed.append(Placed(want.key, box, True, (-px, py, -end, y)))
        else:
            box = Box(x, top, x + want.width, bottom)
            placed.append(Placed(want.key, box, False, (px, py, end, y)))
    return placed


def _hug(top: float, bottom: float, outer: float) -> float:
    """Give the least x at which a box between two heights stays out of a circle."""
    near = 0.0 if top <= 0 <= bottom else min(abs(top), abs(bottom))
    return math.sqrt(outer * outer - near * near) if near < outer else 0.0


def _clashes(column: Sequence[Placed], ring: float) -> bool:
    return any(_enters(*p.leader, ring - 1e-6) for p in column) or any(_clashing(column))


def _conflicts(column: Sequence[Placed], ring: float) -> set[int]:
    bad = {i for i, p in enumerate(column) if _enters(*p.leader, ring - 1e-6)}
    for pair in _clashing(column):
        bad.update(pair)
    return bad


def _clashing(column: Sequence[Placed]) -> Iterator[tuple[int, int]]:
    """Walk the pairs where a leader meets the other's box or leader."""
    spans = [(min(p.leader[1], p.leader[3]), max(p.leader[1], p.leader[3])) for p in column]
    for i, one in enumerate(column):
        low, high = spans[i]
        # boxes are in order from top to bottom, so that only some of them lie beside the leader
        for j in range(len(column)):
            box = column[j].box
            if box.top >= high:
                break
            if j != i and low < box.bottom and box.crossed(*one.leader):
                yield i, j
        for j in range(i + 1, len(column)):
            if spans[j][0] < high and low < spans[j][1] and _cross(one.leader, column[j].leader):
                yield i, j


def _enters(x1: float, y1: float, x2: float, y2: float, radius: float) -> bool:
    dx, dy = x2 - x1, y2 - y1
    square = dx * dx + dy * dy
    share = 0.0 if not square else max(0.0, min(1.0, -(x1 * dx + y1 * dy) / square))
    return math.hypot(x1 + share * dx, y1 + share * dy) < radius


def _cross(one: tuple[float, float, float, float], two: tuple[float, float, float, float]) -> bool:
    """Tell whether two segments properly cross; sharing an anchor is allowed."""

    def turn(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> float:
        return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)

    a, b, c, d = one[:2], one[2:], two[:2], two[2:]
    first = turn(*a, *b, *c) * turn(*a, *b, *d)
    second = turn(*c, *d, *a) * turn(*c, *d, *b)
    return first < -1e-9 and second < -1e-9

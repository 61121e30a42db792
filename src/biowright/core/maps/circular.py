"""Circular maps: a backbone with its ruler inside, features in lanes, labels around."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from .around import Placed, Wanted, place_around
from .bands import Circle, draw_item
from .items import Item, View
from .lanes import assign_lanes, lane_heights
from .legend import draw_legend, families_used, notes_on, summary
from .lettering import LABEL_SIZE, LINE, clip, escape, text_width
from .palette import feature_colour, ink_on
from .ruler import position_label, ticks
from .sites import Site, cut_sites
from .svg import colour, document, label, number, papers

__all__ = ["draw_circular", "draw_labels_around", "draw_ruler", "draw_title"]

_LABEL_WIDTH = 190.0
_INSIDE_SIZE = 11.0
_MARGIN = 14.0


def draw_circular(
    view: View,
    *,
    width: float | None,
    theme: str,
    enzymes: Mapping[str, Sequence[int]] | None,
) -> str:
    """Draw every feature of a view as an arrow on a circle."""
    items = view.items
    seen = papers(theme)
    fills = [feature_colour(item.feature, seen) for item in items]
    labels = [clip(item.label, _LABEL_WIDTH, LABEL_SIZE) for item in items]
    sites = cut_sites(enzymes, view)
    length = max(1, view.extent)
    radius = 190.0
    for _ in range(3):  # the radius decides which labels fit inside, and they decide the radius
        circle = Circle(radius, length)
        lanes = _lanes(circle, items)
        pitch, tall = lane_heights(max(lanes, default=-1) + 1)
        inside = [
            _home(circle, item, text, tall, 5 + lane * pitch)
            for item, text, lane in zip(items, labels, lanes, strict=True)
        ]
        rims = _rims(circle, items, lanes, pitch)
        rim = max(rims)
        radius = max(radius, radius + _needed(circle, items, inside, sites) - rim)
    shapes = _backbone(view, circle, theme)
    shapes += draw_ruler(view, circle, -4.0, theme)
    texts: list[str] = []
    wanted: list[Wanted] = []
    stems: list[str] = []
    for i, (item, lane, fill) in enumerate(zip(items, lanes, fills, strict=True)):
        low = 5 + lane * pitch
        shapes.append(f"<g><title>{escape(view.tooltip(item))}</title>")
        shapes += draw_item(circle, item, low, low + tall, fill, theme)
        shapes.append("</g>")
        home = inside[i]
        if home is not None:
            texts.append(_inside(circle, i, labels[i], home, low + tall / 2, fill))
            continue
        position = _anchor(item, lane, items, lanes, length)
        wide = text_width(labels[i], LABEL_SIZE)
        wanted.append(Wanted(i, circle.angle(position) % math.tau, wide, LINE, item.weight))
        stems.append(_stem(circle, position, low + tall, rims))
    names = dict(enumerate(labels))
    bold: set[int] = set()
    for j, site in enumerate(sites, len(items)):
        names[j] = site.text
        if site.unique:
            bold.add(j)
        wide = text_width(site.text, LABEL_SIZE, site.unique)
        heavy = view.extent * (0.5 if site.unique else 0.1)
        wanted.append(Wanted(j, circle.angle(site.position) % math.tau, wide, LINE, heavy))
        stems.append(_stem(circle, site.position, -4.0, rims))
    placed, dropped = place_around(wanted, rims)
    gone = set(dropped)
    lead = [s for w, s in zip(wanted, stems, strict=True) if w.key not in gone]
    under = f'<path d="{"".join(lead)}" fill="none" stroke-width=".9" {colour("bw-lead", theme)}/>'
    shapes = [under, *shapes, *texts, *draw_labels_around(placed, names, theme, bold)]
    shapes += draw_title(view, radius - 62, theme)
    features_gone = sum(key < len(items) for key in gone)
    notes = notes_on(view, features_gone, len(gone) - features_gone)
    return finish(
        view, shapes, placed, rim, families_used(items, fills), notes, width=width, theme=theme
    )


def _lanes(circle: Circle, items: Sequence[Item]) -> list[int]:
    air = circle.letters(3.0, 0)
    least = circle.letters(7.0, 0)
    intervals = []
    for item in items:
        size = max(item.end - item.start + air, least if item.start == item.end else 2 * air)
        middle = (item.start + item.end) / 2
        intervals.append((middle - size / 2, middle + size / 2))
    return assign_lanes(intervals, circle.length)


def _rims(
    circle: Circle, items: Sequence[Item], lanes: Sequence[int], pitch: float
) -> tuple[float, float]:
    """Give the radii, right and left, inside of which all features of that half lie."""
    highest = [-1, -1]
    half = circle.length / 2
    air = circle.letters(8.0, 0)
    for item, lane in zip(items, lanes, strict=True):
        start = (item.start - air) % circle.length
        end = start + item.end - item.start + 2 * air
        for side in (0, 1):
            if any(start < k * half + half and k * half < end for k in (side, side + 2)):
                highest[side] = max(highest[side], lane)
    right, left = (circle.radius + 8 + (lane + 1) * pitch for lane in highest)
    return right, left


def _needed(
    circle: Circle, items: Sequence[Item], inside: Sequence[object], sites: Sequence[Site]
) -> float:
    """Give the radius at which the labels of the fuller side have room beside the circle."""
    sides = [0, 0]
    for item, home in zip(items, inside, strict=True):
        if home is None:
            sides[int(circle.angle((item.start + item.end) / 2) % math.tau >= math.pi)] += 1
    for site in sites:
        sides[int(circle.angle(site.position) % math.tau >= math.pi)] += 1
    return min(620.0, max(sides) * LINE * 0.46)


def _home(
    circle: Circle, item: Item, text: str, tall: float, low: float
) -> tuple[float, float] | None:
    """Give the arc within a feature's longest piece on which its label fits, if it does."""
    if tall < 13 or item.start == item.end:
        return None
    piece = max(item.pieces, key=lambda p: (p.end - p.start, -p.start))
    height = low + tall / 2
    end = min(piece.end, piece.start + circle.length)
    room = (end - piece.start) / circle.letters(1.0, height) - 0.6 * tall - 8
    wide = text_width(text, _INSIDE_SIZE) * 1.06
    if wide > room or wide > math.pi * circle.radius * 0.9:
        return None
    middle = (piece.start + end) / 2
    # away from the head
    middle -= item.direction * circle.letters(0.2 * tall, height)
    half = circle.letters(wide / 2 + 2, height)
    return middle - half, middle + half


def _inside(
    circle: Circle, key: int, text: str, home: tuple[float, float], height: float, fill: str
) -> str:
    start, end = home
    # in the lower half letters stand on the other side of their line, so that none is upside down
    flipped = math.cos(circle.angle((start + end) / 2)) < 0
    line = height + (0.36 if flipped else -0.36) * _INSIDE_SIZE
    if flipped:
        start, end = end, start
    x, y = circle.at(start, line)
    path = f"M{number(x)} {number(y)}{circle.along(line, start, end)}"
    return (
        f'<path id="{{id}}-{key}" d="{path}" fill="none"/>'
        f'<text font-size="{number(_INSIDE_SIZE)}" fill="{ink_on(fill)}" text-anchor="middle"'
        f' pointer-events="none">'
        f'<textPath href="#{{id}}-{key}" startOffset="50%">{escape(text)}</textPath></text>'
    )


def _anchor(
    item: Item, lane: int, items: Sequence[Item], lanes: Sequence[int], length: int
) -> float:
    """Choose where a feature's leader starts: the most central place that no outer lane covers."""
    above = [p for other, k in zip(items, lanes, strict=True) if k > lane for p in other.pieces]
    longest = sorted(item.pieces, key=lambda p: (p.start - p.end, p.start))[:3]
    tried = [p.start + (p.end - p.start) * s for p in longest for s in (0.5, 0.35, 0.65, 0.2, 0.8)]
    for position in tried:
        place = position % length
        if not any(p.start <= place <= p.end or p.start <= place + length <= p.end for p in above):
            return position
    return tried[0]


def _stem(circle: Circle, position: float, low: float, rims: tuple[float, float]) -> str:
    left = circle.angle(position) % math.tau >= math.pi
    x1, y1 = circle.at(position, low)
    x2, y2 = circle.at(position, rims[left] - circle.radius)
    return f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"


def _backbone(view: View, circle: Circle, theme: str) -> list[str]:
    rings = (0.0,) if view.unit != "bp" else (-1.7, 1.7)
    return [
        f'<circle r="{number(circle.radius + r)}" fill="none" stroke-width="1.3"'
        f" {colour('bw-line', theme)}/>"
        for r in rings
    ]


def draw_ruler(view: View, circle: Circle, height: float, theme: str) -> list[str]:
    """Draw ticks inwards from a height, with their positions."""
    if not view.extent:
        return []
    step, marks = ticks(0, view.extent, 10)
    if len(marks) > 1 and view.extent - marks[-1] < step * 0.3:
        marks.pop()  # it would stand on the toes of the first letter's mark
    path, texts = [], []
    for mark in sorted({1, *marks}):
        position = mark - 0.5
        x1, y1 = circle.at(position, height)
        x2, y2 = circle.at(position, height - 6)
        path.append(f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}")
        text = position_label(mark, step) if mark != 1 else "1"
        wide = text_width(text, 10)
        x, y = circle.at(position, height - 10)
        angle = circle.angle(position)
        x -= wide / 2 * (1 + math.sin(angle))
        y += 3.6 + 5.0 * math.cos(angle)
        texts.append(label(x, y, text, 10))
    return [
        f'<path d="{"".join(path)}" fill="none" {colour("bw-tick", theme)}/>',
        f"<g {colour('bw-dim', theme)}>{''.join(texts)}</g>",
    ]


def draw_labels_around(
    placed: Sequence[Placed], names: Mapping[int, str], theme: str, bold: set[int]
) -> list[str]:
    """Draw leaders and the texts at their ends."""
    path = "".join(
        f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"
        for x1, y1, x2, y2 in (p.leader for p in placed)
    )
    texts = [
        label(p.box.left, p.box.bottom - 0.27 * LINE, names[p.key], LABEL_SIZE, bold=p.key in bold)
        for p in placed
    ]
    return [
        f'<path d="{path}" fill="none" stroke-width=".9" {colour("bw-lead", theme)}/>',
        f"<g {colour('bw-ink', theme)}>{''.join(texts)}</g>",
    ]


def draw_title(view: View, room: float, theme: str) -> list[str]:
    """Write name and length into the middle."""
    size = 22.0
    while size > 12 and text_width(view.name, size, True) > 2 * room:
        size -= 1
    name = clip(view.name, 2 * room, size, True)
    wide = text_width(name, size, True)
    below = view.size_text
    return [
        f"<g {colour('bw-ink', theme)}>{label(-wide / 2, -2, name, size, bold=True)}</g>",
        f"<g {colour('bw-dim', theme)}>{label(-text_width(below, 14) / 2, 19, below, 14)}</g>",
    ]


def finish(
    view: View,
    shapes: list[str],
    placed: Sequence[Placed],
    rim: float,
    entries: Sequence[tuple[str, str]],
    notes: Sequence[str],
    *,
    width: float | None,
    theme: str,
) -> str:
    """Find the view box of a circular map, add the legend and close the document."""
    left = min([-rim, *(p.box.left for p in placed)]) - _MARGIN
    right = max([rim, *(p.box.right for p in placed)]) + _MARGIN
    top = min([-rim, *(p.box.top for p in placed)]) - _MARGIN
    bottom = max([rim, *(p.box.bottom for p in placed)]) + _MARGIN
    half = max(-left, right)  # the circle stands in the middle
    legend, tall = draw_legend(
        entries if len(entries) > 1 else (),
        notes,
        -half + _MARGIN,
        bottom + 4,
        2 * half - 28,
        theme,
    )
    if tall:
        bottom += tall + 8
    return document(
        [*shapes, *legend],
        (-half, top, 2 * half, bottom - top),
        title=f"Map of {view.name}",
        description=summary(view),
        theme=theme,
        width=width,
    )

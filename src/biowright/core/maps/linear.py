"""Linear maps: a backbone with its ruler below, features in lanes above it, labels over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .bands import Line, draw_item
from .flags import Flag, place_flags
from .items import Item, View
from .lanes import assign_lanes, lane_heights
from .legend import draw_legend, families_used, notes_on, summary
from .lettering import LABEL_SIZE, LINE, clip, escape, text_width
from .palette import feature_colour, ink_on
from .ruler import position_label, ticks
from .sites import cut_sites
from .svg import colour, document, label, number, papers

__all__ = ["draw_flags", "draw_heading", "draw_line_ruler", "draw_linear"]

MARGIN = 26.0
_LABEL_WIDTH = 190.0
_INSIDE_SIZE = 11.0
_ELBOW = 12.0  # the height in which leaders bend towards their labels


def draw_linear(
    view: View,
    *,
    width: float,
    theme: str,
    enzymes: Mapping[str, Sequence[int]] | None,
) -> str:
    """Draw every feature of a view as an arrow along a line."""
    items = view.items
    seen = papers(theme)
    fills = [feature_colour(item.feature, seen) for item in items]
    labels = [clip(item.label, _LABEL_WIDTH, LABEL_SIZE) for item in items]
    scale = (width - 2 * MARGIN) / max(1, view.length)
    line = Line(MARGIN, 0.0, scale)
    lanes = _lanes(line, items)
    count = max(lanes, default=-1) + 1
    pitch, tall = lane_heights(count)
    rim = 9 + count * pitch
    shapes: list[str] = []
    texts: list[str] = []
    wanted: list[tuple[int, float, float, float]] = []
    feet: dict[int, tuple[float, float]] = {}
    for i, (item, lane, fill) in enumerate(zip(items, lanes, fills, strict=True)):
        low = 8 + lane * pitch
        shapes.append(f"<g><title>{escape(view.tooltip(item))}</title>")
        shapes += draw_item(line, item, low, low + tall, fill, theme)
        shapes.append("</g>")
        inside = _inside(line, item, labels[i], low, tall, fill)
        if inside is not None:
            texts.append(inside)
            continue
        x, y = line.at(_anchor(item, lane, items, lanes), low + tall)
        feet[i] = x, y
        wanted.append((i, x, text_width(labels[i], LABEL_SIZE), item.weight))
    names = dict(enumerate(labels))
    bold: set[int] = set()
    for j, site in enumerate(cut_sites(enzymes, view), len(items)):
        names[j] = site.text
        if site.unique:
            bold.add(j)
        x, y = line.at(site.position, -4.0)
        feet[j] = x, y
        heavy = view.length * (0.5 if site.unique else 0.1)
        wanted.append((j, x, text_width(site.text, LABEL_SIZE, site.unique), heavy))
    flags, dropped = place_flags(wanted, 8.0, width - 8.0, LINE)
    leaders, flagged = draw_flags(flags, feet, names, bold, -rim, theme)
    top = -rim - (_ELBOW + (max(f.row for f in flags) + 1) * LINE if flags else 0.0)
    features_gone = sum(key < len(items) for key in dropped)
    entries = families_used(items, fills)
    legend, tall_legend = draw_legend(
        entries if len(entries) > 1 else (),
        notes_on(view, features_gone, len(dropped) - features_gone),
        MARGIN,
        42.0,
        width - 2 * MARGIN,
        theme,
    )
    heading, head = draw_heading(view, top, width, theme)
    body = [
        *heading,
        *leaders,
        *_backbone(view, line, theme),
        *draw_line_ruler(view, line, 6.0, theme),
        *shapes,
        *texts,
        *flagged,
        *legend,
    ]
    bottom = 40.0 + tall_legend
    return document(
        body,
        (0.0, top - head, width, bottom - top + head),
        title=f"Map of {view.name}",
        description=summary(view),
        theme=theme,
    )


def _lanes(line: Line, items: Sequence[Item]) -> list[int]:
    air = line.letters(2.0, 0)
    least = line.letters(8.0, 0)
    intervals = []
    for item in items:
        size = max(item.end - item.start + air, least if item.start == item.end else 2 * air)
        middle = (item.start + item.end) / 2
        intervals.append((middle - size / 2, middle + size / 2))
    return assign_lanes(intervals)


def _inside(line: Line, item: Item, text: str, low: float, tall: float, fill: str) -> str | None:
    """Write a label into a feature's longest piece, if it fits."""
    if tall < 13 or item.start == item.end:
        return None
    piece = max(item.pieces, key=lambda p: (p.end - p.start, -p.start))
    wide = text_width(text, _INSIDE_SIZE)
    if wide > (piece.end - piece.start) * line.scale - 0.6 * tall - 8:
        return None
    x, y = line.at((piece.start + piece.end) / 2, low + tall / 2)
    x -= item.direction * 0.2 * tall
    written = label(
        x - wide / 2, y + 0.36 * _INSIDE_SIZE, text, _INSIDE_SIZE, extra=' pointer-events="none"'
    )
    return f'<g fill="{ink_on(fill)}">{written}</g>'


def _anchor(item: Item, lane: int, items: Sequence[Item], lanes: Sequence[int]) -> float:
    """Choose where a feature's leader starts: the most central place that no upper lane covers."""
    above = [p for other, k in zip(items, lanes, strict=True) if k > lane for p in other.pieces]
    longest = sorted(item.pieces, key=lambda p: (p.start - p.end, p.start))[:3]
    tried = [p.start + (p.end - p.start) * s for p in longest for s in (0.5, 0.35, 0.65, 0.2, 0.8)]
    for position in tried:
        if not any(p.start <= position <= p.end for p in above):
            return position
    return tried[0]


def _backbone(view: View, line: Line, theme: str) -> list[str]:
    start, end = line.at(0, 0)[0], line.at(view.length, 0)[0]
    heights = (0.0,) if view.unit != "bp" else (-1.7, 1.7)
    path = "".join(f"M{number(start)} {number(y)}H{number(end)}" for y in heights)
    shapes = [f'<path d="{path}" fill="none" stroke-width="1.3" {colour("bw-line", theme)}/>']
    left_on = view.record.circular or view.start > 0
    right_on = view.record.circular or view.end < view.extent
    on = "".join(
        f"M{number(x)} {number(y)}h{number(step)}"
        for x, step, goes in ((start, -16.0, left_on), (end, 16.0, right_on))
        for y in heights
        if goes
    )
    if on:  # the molecule goes on
        shapes.append(
            f'<path d="{on}" fill="none" stroke-width="1.3" stroke-dasharray="3 2.5"'
            f" {colour('bw-line', theme)}/>"
        )
    return shapes


def draw_line_ruler(view: View, line: Line, depth: float, theme: str) -> list[str]:
    """Draw ticks from a depth below the backbone downwards, with their positions."""
    if not view.length:
        return []
    step, marks = ticks(view.start, view.end, 12, view.circle)
    path, texts = [], []
    taken = -1e9
    for mark in sorted({view.start + 1, *marks}):
        x, y = line.at(mark - 0.5 - view.start, -depth)
        place = (mark - 1) % max(1, view.extent) + 1
        text = f"{place:,}" if place % step else position_label(place, step)
        wide = text_width(text, 10)
        left = max(2.0, x - wide / 2)
        path.append(f"M{number(x)} {number(y)}v5")
        if left > taken + 6:
            texts.append(label(left, y + 16, text, 10))
            taken = left + wide
    return [
        f'<path d="{"".join(path)}" fill="none" {colour("bw-tick", theme)}/>',
        f"<g {colour('bw-dim', theme)}>{''.join(texts)}</g>",
    ]


def draw_heading(view: View, top: float, width: float, theme: str) -> tuple[list[str], float]:
    """Write name and length above a map; give the shapes and their height."""
    size = 18.0
    below = view.size_text + (", circular" if view.record.circular else "")
    room = width - 2 * MARGIN - text_width(below, 13) - 12
    name = clip(view.name, max(room, 80.0), size, True)
    y = top - 20
    x = MARGIN + text_width(name, size, True) + 12
    return [
        f"<g {colour('bw-ink', theme)}>{label(MARGIN, y, name, size, bold=True)}</g>",
        f"<g {colour('bw-dim', theme)}>{label(x, y, below, 13)}</g>",
    ], 46.0


def draw_flags(
    flags: Sequence[Flag],
    feet: Mapping[int, tuple[float, float]],
    names: Mapping[int, str],
    bold: set[int],
    base: float,
    theme: str,
) -> tuple[list[str], list[str]]:
    """Draw labels above a height, and their leaders; give the leaders first, to lie below all."""
    path = []
    texts = []
    raised = base - _ELBOW
    for flag in flags:
        x, y = feet[flag.key]
        top = raised + (flag.box.top + flag.box.bottom) / 2
        path.append(
            f"M{number(x)} {number(y)}V{number(base)}L{number(flag.pole)} {number(raised)}"
            f"V{number(top)}h2"
        )
        texts.append(
            label(
                flag.box.left,
                raised + flag.box.bottom - 0.27 * LINE,
                names[flag.key],
                LABEL_SIZE,
                bold=flag.key in bold,
            )
        )
    return (
        [f'<path d="{"".join(path)}" fill="none" stroke-width=".9" {colour("bw-lead", theme)}/>'],
        [f"<g {colour('bw-ink', theme)}>{''.join(texts)}</g>"],
    )

"""Maps of genomes: too many features for arrows, so strands, GC content and GC skew as tracks."""

from __future__ import annotations

import math

from .around import Wanted, place_around
from .bands import Band, Circle, Line, fill_between
from .circular import draw_labels_around, draw_ruler, draw_title, finish
from .flags import place_flags
from .items import Item, View
from .legend import draw_legend, notes_on, summary
from .lettering import LABEL_SIZE, LINE, clip, escape, text_width
from .linear import MARGIN, draw_flags, draw_heading, draw_line_ruler
from .palette import FAMILIES, family_of
from .svg import colour, document, edge, number
from .tracks import bin_edges, composition, coverage

__all__ = ["draw_circular_genome", "draw_linear_genome"]

_SEPARATE = 1500  # up to so many features are drawn one by one
_SPECIAL = ("RNA", "repeat", "origin")
_MOST_SPECIAL = 400
# what is drawn later lies above: the parts of genes above genes, small things above large ones
_LAYERS = [
    *("gene", "repeat", "other", "transcript", "CDS", "peptide"),
    *("binding", "promoter", "terminator", "RBS", "RNA", "origin"),
]
_STRAND = 24.0  # the height of a strand's track
_RADIUS = 300.0
_MOST_LABELS = 60
_LABEL_WIDTH = 150.0


def draw_circular_genome(view: View, *, width: float | None, theme: str) -> str:
    """Draw rings: forward and reverse features, GC content, GC skew, and the ruler inside."""
    circle = Circle(_RADIUS, max(1, view.extent))
    shapes = _strands(view, circle, theme, 900)
    shapes += _measures(view, circle, (-_STRAND - 34, -_STRAND - 76), 16.0, theme, 600)
    shapes += draw_ruler(view, circle, -_STRAND - 100, theme)
    rim = _RADIUS + _STRAND + 4
    wanted, stems, names = [], [], {}
    for key, item in _notable(view):
        names[key] = clip(item.label, _LABEL_WIDTH, LABEL_SIZE)
        position = (item.start + item.end) / 2
        wide = text_width(names[key], LABEL_SIZE)
        wanted.append(Wanted(key, circle.angle(position) % math.tau, wide, LINE, item.weight))
        (x1, y1), (x2, y2) = circle.at(position, 0), circle.at(position, rim - _RADIUS)
        stems.append((key, f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"))
    placed, dropped = place_around(wanted, (rim, rim))
    lead = "".join(stem for key, stem in stems if key not in set(dropped))
    shapes.append(f'<path d="{lead}" fill="none" stroke-width=".9" {colour("bw-lead", theme)}/>')
    shapes += draw_labels_around(placed, names, theme, set())
    shapes += draw_title(view, _RADIUS - 190, theme)
    notes = [*notes_on(view, len(view.items) - len(placed)), _reading(view, "Rings from outside")]
    return finish(view, shapes, placed, rim, _families(view), notes, width=width, theme=theme)


def draw_linear_genome(view: View, *, width: float, theme: str) -> str:
    """Draw tracks: forward and reverse features, the ruler, GC content, GC skew."""
    line = Line(MARGIN, 0.0, (width - 2 * MARGIN) / max(1, view.length))
    shapes = _strands(view, line, theme, int(width))
    shapes += draw_line_ruler(view, line, _STRAND + 2, theme)
    shapes += _measures(view, line, (-_STRAND - 50, -_STRAND - 94), 18.0, theme, int(width))
    rim = _STRAND + 4
    wanted, feet, names = [], {}, {}
    for key, item in _notable(view):
        names[key] = clip(item.label, _LABEL_WIDTH, LABEL_SIZE)
        feet[key] = line.at((item.start + item.end) / 2, _STRAND)
        wide = text_width(names[key], LABEL_SIZE)
        wanted.append((key, feet[key][0], wide, item.weight))
    flags, _ = place_flags(wanted, 8.0, width - 8.0, LINE, 8)
    leaders, texts = draw_flags(flags, feet, names, set(), -rim, theme)
    top = -rim - (12 + (max(f.row for f in flags) + 1) * LINE if flags else 0.0)
    notes = [*notes_on(view, len(view.items) - len(flags)), _reading(view, "Tracks from above")]
    bottom = _STRAND + 124
    legend, tall = draw_legend(_families(view), notes, MARGIN, bottom, width - 2 * MARGIN, theme)
    heading, head = draw_heading(view, top, width, theme)
    return document(
        [*heading, *leaders, *shapes, *texts, *legend],
        (0.0, top - head, width, bottom + tall + 4 - top + head),
        title=f"Map of {view.name}",
        description=summary(view),
        theme=theme,
    )


def _reading(view: View, order: str) -> str:
    text = f"{order}: forward strand, reverse strand"
    if len(view.record):
        text += ", GC content about its mean, GC skew"
    return text


def _families(view: View) -> list[tuple[str, str]]:
    used = {family_of(item.feature) for item in view.items}
    if len(view.items) > _SEPARATE:
        used = (used & set(_SPECIAL)) | {"CDS"}
    return [(family, value[0]) for family, value in FAMILIES.items() if family in used]


def _strands(view: View, band: Band, theme: str, bins: int) -> list[str]:
    length = max(1, view.length)
    base = f"M{_at(band, 0, 0)}{band.along(0, 0, length)}"
    shapes = []
    special = view.items
    if len(view.items) > _SEPARATE:
        edges = bin_edges(length, bins)
        fill = FAMILIES["CDS"][0]
        for strand in (1, -1):
            shares = coverage(view.items, strand, edges)
            heights = [strand * (1 + (_STRAND - 1) * share) for share in shares]
            path = fill_between(band, [float(e) for e in edges], heights, float(strand))
            name = "forward" if strand == 1 else "reverse"
            shapes.append(
                f'<path d="{path}" fill="{fill}"><title>Share of letters in features on the {name}'
                f" strand</title></path>"
            )
        chosen = [i for i in view.items if family_of(i.feature) in _SPECIAL]
        special = tuple(sorted(chosen, key=lambda i: -i.weight)[:_MOST_SPECIAL])
    tips = len(special) <= _SEPARATE and len(view.items) <= _SEPARATE
    for family in sorted(FAMILIES, key=_LAYERS.index):
        members = [i for i in special if family_of(i.feature) == family]
        if not members:
            continue
        shapes.append(f"<g stroke-width='.4' {edge(FAMILIES[family][0], theme)}>")
        for item in members:
            title = f"<title>{escape(view.tooltip(item))}</title>" if tips else ""
            shapes.append(f'<path d="{_blocks(band, item, length)}">{title}</path>')
        shapes.append("</g>")
    shapes.append(f'<path d="{base}" fill="none" {colour("bw-line", theme)}/>')
    return shapes


def _blocks(band: Band, item: Item, length: int) -> str:
    path = []
    for piece in item.pieces:
        near, far = (1.0, _STRAND) if piece.strand == 1 else (-_STRAND, -1.0)
        end = float(min(piece.end, piece.start + length))
        end = max(end, piece.start + band.letters(0.7, 0))
        path.append(
            f"M{_at(band, piece.start, far)}{band.along(far, piece.start, end)}"
            f"L{_at(band, end, near)}{band.along(near, end, piece.start)}Z"
        )
    return "".join(path)


def _measures(
    view: View, band: Band, bases: tuple[float, float], reach: float, theme: str, bins: int
) -> list[str]:
    """Draw GC content about its mean and GC skew about zero."""
    if not view.length or not len(view.record) or view.unit == "aa":
        return []
    edges = bin_edges(view.length, min(bins, max(1, view.length // 50)))
    measured = composition(view, edges)
    if measured is None:
        return []
    content, skew = measured
    mean = sum(content) / len(content)
    names = (f"GC content about its mean of {mean:.1%}", "GC skew, (G - C) / (G + C)")
    shapes = []
    for base, values, name in zip(bases, ([v - mean for v in content], skew), names, strict=True):
        # a single odd bin must not flatten all others
        largest = sorted(map(abs, values))[int(0.995 * (len(values) - 1))] or 1.0
        heights = [max(-1.0, min(1.0, v / largest)) * reach for v in values]
        start = _at(band, 0, base)
        shapes.append(
            f'<path d="M{start}{band.along(base, 0, view.length)}" fill="none" stroke-width=".7"'
            f" {colour('bw-tick', theme)}/>"
        )
        for side, style in ((1, "bw-high"), (-1, "bw-low")):
            half = [base + (h if h * side > 0 else 0.0) for h in heights]
            path = fill_between(band, [float(e) for e in edges], half, base)
            shapes.append(
                f'<path d="{path}" {colour(style, theme)}><title>{escape(name)}</title></path>'
            )
    return shapes


def _notable(view: View) -> list[tuple[int, Item]]:
    """Choose what is labelled: the weightiest, but not again what stands beside its like."""
    order = sorted(range(len(view.items)), key=lambda i: (-view.items[i].weight, i))
    chosen: list[tuple[int, Item]] = []
    taken: dict[str, list[float]] = {}
    near = view.length / 60
    for index in order[: 20 * _MOST_LABELS]:
        item = view.items[index]
        middle = (item.start + item.end) / 2
        same = taken.setdefault(_stem_of(item.label), [])
        if any(abs(middle - other) < near for other in same):
            continue
        same.append(middle)
        chosen.append((index, item))
        if len(chosen) == _MOST_LABELS:
            break
    return sorted(chosen)


def _stem_of(name: str) -> str:
    return name[:3].lower()


def _at(band: Band, position: float, height: float) -> str:
    x, y = band.at(position, height)
    return f"{number(x)} {number(y)}"

"""What a map says in words: its colours' meaning, what it does not show, and what it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .items import Item, View
from .lettering import clip, text_width
from .palette import FAMILIES, family_of
from .svg import colour, edge, label, number

__all__ = ["draw_legend", "families_used", "notes_on", "plural", "summary"]

_SIZE = 11.0
_ROW = 18.0


def families_used(items: Iterable[Item], fills: Iterable[str]) -> list[tuple[str, str]]:
    """Give name and colour of the families whose own colour is on the map."""
    used = set()
    for item, fill in zip(items, fills, strict=True):
        family = family_of(item.feature)
        if FAMILIES[family][0] == fill:
            used.add(family)
    return [(family, value[0]) for family, value in FAMILIES.items() if family in used]


def draw_legend(
    entries: Sequence[tuple[str, str]],
    notes: Sequence[str],
    left: float,
    top: float,
    width: float,
    theme: str,
) -> tuple[list[str], float]:
    """Draw the legend in rows of at most `width`, the notes below.

    Returns
    -------
    shapes : list of str
    height : float
        Of all of it; 0 where there is nothing to say.
    """
    shapes: list[str] = []
    rows: list[list[tuple[float, str, str]]] = [[]]
    x = 0.0
    for name, fill in entries:
        wide = 14 + text_width(name, _SIZE) + 16
        if x and x + wide > width:
            rows.append([])
            x = 0.0
        rows[-1].append((x, name, fill))
        x += wide
    y = top
    for row in rows:
        if not row:
            continue
        for x, name, fill in row:
            shapes.append(
                f'<rect x="{number(left + x)}" y="{number(y)}" width="10" height="10" rx="2"'
                f' stroke-width=".8" {edge(fill, theme)}/>'
            )
            shapes.append(
                f"<g {colour('bw-dim', theme)}>{label(left + x + 14, y + 9, name, _SIZE)}</g>"
            )
        y += _ROW
    for note in notes:
        shapes.append(f"<g {colour('bw-dim', theme)}>{label(left, y + 9, note, _SIZE)}</g>")
        y += _ROW
    return shapes, y - top


def plural(count: int, noun: str = "feature") -> str:
    """Write a count and its noun: 1 feature, 2 features."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def notes_on(view: View, features: int, sites: int = 0) -> list[str]:
    """Say what a map does not show."""
    notes = []
    if features:
        notes.append(f"{plural(features)} {'is' if features == 1 else 'are'} not labelled")
    if sites:
        notes.append(f"{plural(sites, 'cut site')} {'is' if sites == 1 else 'are'} not labelled")
    if view.outside:
        notes.append(f"{plural(view.outside)} outside of this sequence not drawn")
    return notes


def summary(view: View) -> str:
    """Say in a sentence what a map shows, for those who do not see it."""
    count = len(view.items)
    text = f"{view.record.topology} {view.record.molecule} of {view.size_text}, {plural(count)}"
    first = sorted(view.items, key=lambda i: (-i.weight, i.start))[:12]
    if first:
        text += ": " + ", ".join(clip(i.label, 200, 10) for i in first)
        text += ", and more" if count > len(first) else ""
    return text[0].upper() + text[1:] + "."

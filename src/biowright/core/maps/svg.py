"""Writing SVG: numbers, shapes, styles and the document around them.

Colours stand as attributes, which every renderer and drawing program reads; the style sheet only
turns them round for readers who prefer a dark page.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable

from .lettering import clean, escape, text_width
from .palette import DARK_PAPER, LIGHT_PAPER, shade

__all__ = ["FONT", "THEMES", "document", "label", "number", "papers", "polar", "sweep"]

FONT = "Helvetica,Arial,'Liberation Sans',sans-serif"
THEMES = ("auto", "light", "dark")

# class -> (property, light, dark)
_CLASSES = {
    "bw-paper": ("fill", LIGHT_PAPER, DARK_PAPER),
    "bw-ink": ("fill", "#1b2027", "#e8ebef"),
    "bw-dim": ("fill", "#5a6470", "#a3adb8"),
    "bw-line": ("stroke", "#39424d", "#b6bfc9"),
    "bw-tick": ("stroke", "#8b95a1", "#76818d"),
    "bw-lead": ("stroke", "#a4adb7", "#5f6a76"),
    "bw-site": ("stroke", "#39424d", "#d3d9df"),
    "bw-track": ("fill", "#dfe4ea", "#39434f"),
    "bw-high": ("fill", "#4c8f6b", "#63b389"),
    "bw-low": ("fill", "#9a6fb0", "#b58bcb"),
}


def number(value: float) -> str:
    """Write a coordinate with at most two decimals.

    Examples
    --------
    >>> number(12.0), number(-0.001), number(3.14159)
    ('12', '0', '3.14')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def polar(radius: float, angle: float) -> tuple[float, float]:
    """Give the point at a radius and an angle, clockwise from twelve o'clock, around (0, 0)."""
    return radius * math.sin(angle), -radius * math.cos(angle)


def sweep(radius: float, start: float, end: float) -> str:
    """Write path commands for an arc from one angle to another, in either direction."""
    turn = end - start
    steps = max(1, math.ceil(abs(turn) / math.pi - 1e-9))
    flag = int(turn > 0)
    r = number(radius)
    commands = []
    for step in range(1, steps + 1):
        x, y = polar(radius, start + turn * step / steps)
        commands.append(f"A{r} {r} 0 0 {flag} {number(x)} {number(y)}")
    return "".join(commands)


def colour(name: str, theme: str) -> str:
    """Give the colour of a class as an attribute, ``class="bw-ink" fill="#1b2027"``."""
    kind, light, dark = _CLASSES[name]
    return f'class="{name}" {kind}="{dark if theme == "dark" else light}"'


def edge(fill: str, theme: str) -> str:
    """Give fill and outline of a feature as attributes."""
    line = shade(fill, 0.45) if theme == "dark" else shade(fill, -0.4)
    return f'class="bw-f" fill="{fill}" stroke="{line}"'


def papers(theme: str) -> tuple[str, ...]:
    """Give the backgrounds on which a map in this theme may be seen."""
    return {"light": (LIGHT_PAPER,), "dark": (DARK_PAPER,)}.get(theme, (LIGHT_PAPER, DARK_PAPER))


def label(
    x: float, y: float, text: str, size: float, *, extra: str = "", bold: bool = False
) -> str:
    """Write a text whose width is what was measured, whatever font the reader has.

    Texts beyond ASCII and its ellipsis keep their own width: readers' fonts differ too much to
    stretch them.
    """
    length = ""
    if text.replace("…", "").isascii():
        length = f' textLength="{number(text_width(text, size, bold))}"'
        length += ' lengthAdjust="spacingAndGlyphs"'
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}"{weight}{length}{extra}>'
        f"{escape(text)}</text>"
    )


def document(
    body: Iterable[str],
    box: tuple[float, float, float, float],
    *,
    title: str,
    description: str,
    theme: str,
    width: float | None = None,
) -> str:
    """Put shapes into an SVG document that names and describes itself.

    Parameters
    ----------
    body : iterable of str
        Elements; ``{id}`` in them becomes a prefix that no other map on a page has.
    box : (x, y, width, height)
        The view box.
    title, description : str
        For readers who do not see the picture.
    theme : {"auto", "light", "dark"}
    width : float, optional
        The width at which it is shown; the view box's by default.
    """
    x, y, w, h = box
    content = "\n".join(body)
    # the same record gives the same bytes, and two maps on a page do not share names
    prefix = f"bw{zlib.crc32(content.encode()):08x}"
    content = content.replace("{id}", prefix)
    shown = w if width is None else width
    style = ""
    if theme == "auto":
        rules = "".join(f".{name}{{{kind}:{dark}}}" for name, (kind, _, dark) in _CLASSES.items())
        rules += ".bw-f{stroke:#e8ebef;stroke-opacity:.6}"
        style = f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>\n"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{" ".join(map(number, box))}"'
        f' width="{number(shown)}" height="{number(shown * h / w)}" role="img"'
        f' aria-labelledby="{prefix}-t {prefix}-d" font-family="{FONT}">\n'
        f'<title id="{prefix}-t">{escape(clean(title))}</title>\n'
        f'<desc id="{prefix}-d">{escape(clean(description))}</desc>\n'
        f"{style}"
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}"'
        f" {colour('bw-paper', theme)}/>\n"
        f"{content}\n</svg>\n"
    )

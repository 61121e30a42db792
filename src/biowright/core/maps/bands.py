"""Two ways to bend a sequence, round or straight, and the shapes that are drawn along it.

A place is a position (in letters of the map) and a height (in pixels above the backbone), so that
arrows, introns and pins are written once for circular and linear maps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from .items import Item, Piece
from .svg import colour, edge, number, polar, sweep

__all__ = ["Band", "Circle", "Line", "draw_item", "fill_between"]

_HEAD = 0.6  # the length of an arrow's head, in its heights


class Band(Protocol):
    """A backbone: where its places are on the picture."""

    def at(self, position: float, height: float) -> tuple[float, float]:
        """Give the point of a place."""

    def along(self, height: float, start: float, end: float) -> str:
        """Write path commands from one place to another of the same height."""

    def letters(self, pixels: float, height: float) -> float:
        """Tell how many letters take so many pixels at a height."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A circular backbone around (0, 0), clockwise from twelve o'clock."""

    radius: float
    length: int

    def angle(self, position: float) -> float:
        """Give the angle of a position, in radians."""
        return math.tau * position / self.length

    def at(self, position: float, height: float) -> tuple[float, float]:
        """Give the point of a place."""
        return polar(self.radius + height, self.angle(position))

    def along(self, height: float, start: float, end: float) -> str:
        """Write path commands from one place to another of the same height."""
        return sweep(self.radius + height, self.angle(start), self.angle(end))

    def letters(self, pixels: float, height: float) -> float:
        """Tell how many letters take so many pixels at a height."""
        return pixels * self.length / (math.tau * (self.radius + height))


@dataclass(frozen=True, slots=True)
class Line:
    """A straight backbone at y = `base`, from x = `left`."""

    left: float
    base: float
    scale: float  # pixels a letter

    def at(self, position: float, height: float) -> tuple[float, float]:
        """Give the point of a place."""
        return self.left + position * self.scale, self.base - height

    def along(self, height: float, start: float, end: float) -> str:
        """Write path commands from one place to another of the same height."""
        return f"H{number(self.left + end * self.scale)}"

    def letters(self, pixels: float, height: float) -> float:
        """Tell how many letters take so many pixels at a height."""
        return pixels / self.scale


def draw_item(band: Band, item: Item, low: float, high: float, fill: str, theme: str) -> list[str]:
    """Draw a feature between two heights: arrows, thin lines over introns, a pin for a site."""
    middle = (low + high) / 2
    shapes: list[str] = []
    if item.start == item.end:
        return [_pin(band, item.start, middle, fill, theme)]
    joints = [
        f"M{_xy(band.at(one.end, middle))}{band.along(middle, one.end, two.start)}"
        for one, two in pairwise(item.pieces)
        if two.start > one.end
    ]
    if joints:
        shapes.append(
            f'<path d="{"".join(joints)}" fill="none" stroke-width="1.2"'
            f" {colour('bw-lead', theme)}/>"
        )
    # a compound feature has one head, where its reading ends; on both strands each piece has one
    mixed = len({p.strand for p in item.pieces}) > 1
    last = len(item.pieces) - 1
    dash = ' stroke-dasharray="3.5 2"' if item.feature.cuts else ""
    path = []
    for i, piece in enumerate(item.pieces):
        head = piece.strand if mixed else item.direction
        if not mixed and i != (last if head == 1 else 0):
            head = 0
        path.append(_piece(band, piece, low, high, head))
    shapes.append(f'<path d="{"".join(path)}" stroke-width=".8"{dash} {edge(fill, theme)}/>')
    return shapes


def _piece(band: Band, piece: Piece, low: float, high: float, head: int) -> str:
    middle = (low + high) / 2
    tall = high - low
    start, end = _seen(band, piece, middle)
    tip = min(band.letters(_HEAD * tall, middle), end - start) if head else 0.0
    tooth = band.letters(0.22 * tall, middle)
    if end - start < tip + 3 * tooth:
        tooth = 0.0
    torn_start, torn_end = (piece.torn_start, piece.torn_end) if tooth else (False, False)
    # where a head's end is torn, the head stands apart from the body
    slit = 1.6 * tooth
    body_start, body_end = start, end
    heads = ""
    if head == 1:
        body_end = end - tip - (slit if torn_end else 0.0)
        if torn_end:
            heads = _head(band, end - tip, end, low, high)
    elif head == -1:
        body_start = start + tip + (slit if torn_start else 0.0)
        if torn_start:
            heads = _head(band, start + tip, start, low, high)
    commands = [f"M{_xy(band.at(body_start, high))}{band.along(high, body_start, body_end)}"]
    if head == 1 and not torn_end:
        commands.append(f"L{_xy(band.at(end, middle))}L{_xy(band.at(body_end, low))}")
    else:
        commands.append(_side(band, body_end, high, low, -tooth if torn_end else 0.0))
    commands.append(band.along(low, body_end, body_start))
    if head == -1 and not torn_start:
        commands.append(f"L{_xy(band.at(start, middle))}")
    elif torn_start:
        commands.append(_side(band, body_start, low, high, tooth))
    return "".join(commands) + "Z" + heads


def _seen(band: Band, piece: Piece, height: float) -> tuple[float, float]:
    """Widen what is too short to be seen, and keep a whole turn from closing on itself."""
    start, end = float(piece.start), float(piece.end)
    least = band.letters(2.5, height)
    if end - start < least:
        middle = (start + end) / 2
        start, end = middle - least / 2, middle + least / 2
    if isinstance(band, Circle):
        end = min(end, start + band.length - band.letters(1.0, height))
    return start, end


def _head(band: Band, neck: float, tip: float, low: float, high: float) -> str:
    return (
        f"M{_xy(band.at(neck, high))}L{_xy(band.at(tip, (low + high) / 2))}"
        f"L{_xy(band.at(neck, low))}Z"
    )


def _side(band: Band, position: float, start: float, end: float, tooth: float) -> str:
    """Go from one height to another at a position, in a zigzag if there is a tooth."""
    if not tooth:
        return f"L{_xy(band.at(position, end))}"
    steps = 4
    points = [
        band.at(position + tooth * (k % 2), start + (end - start) * k / steps)
        for k in range(1, steps + 1)
    ]
    return "".join(f"L{_xy(point)}" for point in points)


def _pin(band: Band, position: float, height: float, fill: str, theme: str) -> str:
    x, y = band.at(position, height)
    return (
        f'<path d="M{_xy(band.at(position, 0))}L{number(x)} {number(y)}" stroke-width="1.2"'
        f' fill="none" {colour("bw-site", theme)}/>'
        f'<circle cx="{number(x)}" cy="{number(y)}" r="3.4" stroke-width=".8" {edge(fill, theme)}/>'
    )


def fill_between(band: Band, positions: list[float], heights: list[float], base: float) -> str:
    """Write a closed path of steps: height i holds from position i to position i + 1."""
    commands = [f"M{_xy(band.at(positions[0], base))}"]
    for i, height in enumerate(heights):
        commands.append(f"L{_xy(band.at(positions[i], height))}")
        commands.append(f"L{_xy(band.at(positions[i + 1], height))}")
    commands.append(f"L{_xy(band.at(positions[-1], base))}")
    commands.append(band.along(base, positions[-1], positions[0]))
    return "".join(commands) + "Z"


def _xy(point: tuple[float, float]) -> str:
    return f"{number(point[0])} {number(point[1])}"

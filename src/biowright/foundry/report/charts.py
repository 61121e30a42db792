"""Charts of the report as inline SVG; colours come from the page's style sheet."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Axis", "bars_chart", "calibration_chart", "front_chart", "progress_chart"]

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 44


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear scale from values to pixels, with round ticks.

    Parameters
    ----------
    low, high : float
        The range of values.
    start, end : float
        The range of pixels.
    """

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> Axis:
        """Make a scale that holds all values with a margin."""
        low, high = min(values), max(values)
        margin = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
        return cls(low - margin, high + margin, start, end)

    def at(self, value: float) -> float:
        """Give the pixel of a value."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, count: int = 6) -> list[float]:
        """Give round values, at most about `count`."""
        rough = (self.high - self.low) / count
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(s * power for s in (1, 2, 5, 10) if s * power >= rough * 0.999)
        first = math.ceil(self.low / step)
        last = math.floor(self.high / step)
        return [round(n * step, 12) for n in range(first, last + 1)]


def _number(value: float) -> str:
    return f"{value:.4g}"


def _frame(x: Axis | None, y: Axis, x_title: str, y_title: str, body: list[str], label: str) -> str:
    grid = []
    for tick in y.ticks():
        at = y.at(tick)
        grid.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
            f'<text class="tick" x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">'
            f"{_number(tick)}</text>"
        )
    for tick in x.ticks() if x else ():
        at = x.at(tick) if x else 0
        grid.append(
            f'<text class="tick" x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
            f"{_number(tick)}</text>"
        )
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(label)}">'
        + "".join(grid + body)
        + f'<text class="title" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" '
        f'text-anchor="middle">{html.escape(x_title)}</text>'
        f'<text class="title" transform="translate(14 {middle:.0f}) rotate(-90)" '
        f'text-anchor="middle">{html.escape(y_title)}</text></svg>'
    )


def progress_chart(
    rounds: Sequence[tuple[int, Sequence[tuple[str, float]], float | None]],
    quantity: str,
    goal: float | None,
    expected: tuple[float, float, float] | None = None,
) -> str:
    """Draw every measured design by round, and the best so far.

    Parameters
    ----------
    rounds : sequence of (round, [(design, value), ...], best so far)
    quantity : str
        The title of the axis.
    goal : float, optional
        A line where the campaign would stop.
    expected : tuple of mean, low, high, optional
        What is predicted for the first pick of the next batch.
    """
    values = [v for _, points, _ in rounds for _, v in points]
    values += [best for _, _, best in rounds if best is not None]
    values += [goal] if goal is not None else []
    values += list(expected) if expected else []
    if not values:
        return ""
    y = Axis.over(values, HEIGHT - BOTTOM, TOP)
    columns = len(rounds) + (1 if expected else 0)
    step = (WIDTH - LEFT - RIGHT) / columns
    body: list[str] = []
    if goal is not None:
        body.append(
            f'<line class="goal" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y.at(goal):.1f}" '
            f'y2="{y.at(goal):.1f}"/>'
            f'<text class="tick" x="{WIDTH - RIGHT}" y="{y.at(goal) - 5:.1f}" text-anchor="end">'
            f"goal {_number(goal)}</text>"
        )
    line = []
    for i, (number, points, best) in enumerate(rounds):
        centre = LEFT + step * (i + 0.5)
        for j, (name, value) in enumerate(points):
            # a fixed irrational stride spreads the points evenly and the same way each time
            x = centre + (((j * 0.61803398875) % 1) - 0.5) * step * 0.6
            body.append(
                f'<circle class="point" cx="{x:.1f}" cy="{y.at(value):.1f}" r="2.6">'
                f"<title>{html.escape(name)}: {_number(value)}</title></circle>"
            )
        body.append(
            f'<text class="tick" x="{centre:.1f}" y="{HEIGHT - BOTTOM + 18}" '
            f'text-anchor="middle">{number}</text>'
        )
        if best is not None:
            line.append((centre, y.at(best), best))
    if line:
        path = " ".join(f"{x:.1f},{at:.1f}" for x, at, _ in line)
        body.append(f'<polyline class="best" points="{path}"/>')
        for x, at, best in line:
            body.append(
                f'<circle class="mark" cx="{x:.1f}" cy="{at:.1f}" r="4.5">'
                f"<title>best so far: {_number(best)}</title></circle>"
            )
    if expected:
        x = LEFT + step * (len(rounds) + 0.5)
        mean, low, high = (y.at(value) for value in expected)
        body.append(
            f'<line class="range" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'
            f'<circle class="expected" cx="{x:.1f}" cy="{mean:.1f}" r="4"/>'
            f'<text class="tick" x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
            "next</text>"
        )
    return _frame(None, y, "round", quantity, body, f"{quantity} by round")


def calibration_chart(rows: Sequence[tuple[str, float, float, float, float]]) -> str:
    """Draw predictions with their intervals beside what was then measured.

    Parameters
    ----------
    rows : sequence of (design, measured, mean, low, high)
    """
    if not rows:
        return ""
    everything = [value for row in rows for value in row[1:3]]
    x = Axis.over(everything, LEFT, WIDTH - RIGHT)
    y = Axis.over([v for row in rows for v in row[1:]], HEIGHT - BOTTOM, TOP)
    ends = (max(x.low, y.low), min(x.high, y.high))
    body = [
        (
            f'<line class="goal" x1="{x.at(ends[0]):.1f}" y1="{y.at(ends[0]):.1f}" '
            f'x2="{x.at(ends[1]):.1f}" y2="{y.at(ends[1]):.1f}"/>'
        )
    ]
    for name, measured, mean, low, high in rows:
        inside = low <= measured <= high
        at = x.at(mean)
        body.append(
            f'<line class="whisker" x1="{at:.1f}" x2="{at:.1f}" y1="{y.at(low):.1f}" '
            f'y2="{y.at(high):.1f}"/>'
            f'<circle class="{"point" if inside else "missed"}" cx="{at:.1f}" '
            f'cy="{y.at(measured):.1f}" r="3"><title>{html.escape(name)}: measured '
            f"{_number(measured)}, predicted {_number(mean)} ({_number(low)} to "
            f"{_number(high)})</title></circle>"
        )
    return _frame(x, y, "predicted", "measured", body, "predicted and measured")


def front_chart(
    rows: Sequence[tuple[str, float, float, bool, bool]], x_title: str, y_title: str
) -> str:
    """Draw designs by two quantities, those of the Pareto front joined by a line.

    Parameters
    ----------
    rows : sequence of (design, x, y, on the front, keeps all limits)
    x_title, y_title : str
        The quantities.
    """
    if not rows:
        return ""
    x = Axis.over([row[1] for row in rows], LEFT, WIDTH - RIGHT)
    y = Axis.over([row[2] for row in rows], HEIGHT - BOTTOM, TOP)
    body = []
    line = sorted((x.at(row[1]), y.at(row[2])) for row in rows if row[3])
    if len(line) > 1:
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in line)
        body.append(f'<polyline class="best" points="{path}"/>')
    for name, first, second, front, kept in sorted(rows, key=lambda row: row[3]):
        kind = "mark" if front else "point" if kept else "missed"
        body.append(
            f'<circle class="{kind}" cx="{x.at(first):.1f}" cy="{y.at(second):.1f}" '
            f'r="{4.5 if front else 2.6}"><title>{html.escape(name)}: {_number(first)}, '
            f"{_number(second)}</title></circle>"
        )
    return _frame(x, y, x_title, y_title, body, f"{y_title} against {x_title}")


def bars_chart(rows: Sequence[tuple[str, float]], title: str) -> str:
    """Draw labelled bars to both sides of zero.

    Parameters
    ----------
    rows : sequence of (label, value)
    title : str
    """
    if not rows:
        return ""
    height = 22 * len(rows) + 40
    x = Axis.over([0.0, *(value for _, value in rows)], 240, WIDTH - 60)
    zero = x.at(0)
    body = [f'<line class="axis" x1="{zero:.1f}" x2="{zero:.1f}" y1="8" y2="{height - 32}"/>']
    for i, (label, value) in enumerate(rows):
        y = 10 + 22 * i
        left, right = sorted((zero, x.at(value)))
        kind = "up" if value >= 0 else "down"
        shown = label if len(label) <= 28 else label[:27] + "…"
        body.append(
            f'<text class="label" x="180" y="{y + 12}" text-anchor="end">{html.escape(shown)}'
            f"<title>{html.escape(label)}</title></text>"
            f'<rect class="{kind}" x="{left:.1f}" y="{y}" width="{max(right - left, 0.5):.1f}" '
            f'height="15" rx="2"/>'
            f'<text class="tick" x="{(right + 5) if value >= 0 else (left - 5):.1f}" y="{y + 12}" '
            f'text-anchor="{"start" if value >= 0 else "end"}">{value:+.3g}</text>'
        )
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(title)}">'
        + "".join(body)
        + f'<text class="title" x="{zero:.1f}" y="{height - 8}" text-anchor="middle">'
        f"{html.escape(title)}</text></svg>"
    )

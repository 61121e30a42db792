"""Labels above a line: flags on poles in as few rows as they need, and no two things that touch.

A flag hangs to the right of its pole. A pole stands from the line up to its flag's row and must not
pass through a lower flag, so of two flags in order either the first ends before the second's pole,
or it hangs higher. Once rows are chosen, these are constraints ``x[j] - x[i] >= d[i, j]``
for i < j. They are solved once from the left and once from the right; the mean of two solutions is
a solution too, and it is centred on the anchors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .around import Box

__all__ = ["Flag", "place_flags"]

_POLES = 4.0  # the least distance between two poles
_GAP = 3.0  # from a pole to its text
_AIR = 6.0  # from a text's end to the next pole


@dataclass(frozen=True, slots=True)
class Flag:
    """A label with its place above the line y = 0 (y grows downwards).

    Parameters
    ----------
    key : int
    pole : float
        The x of its pole.
    row : int
        From 0, the lowest.
    box : Box
    """

    key: int
    pole: float
    row: int
    box: Box


def place_flags(
    wanted: Sequence[tuple[int, float, float, float]],
    left: float,
    right: float,
    height: float,
    most_rows: int = 12,
    most_shift: float = 120.0,
) -> tuple[list[Flag], list[int]]:
    """Place labels above a line.

    Parameters
    ----------
    wanted : sequence of (key, anchor, width, weight)
        The anchor is the x that a label belongs to; the higher the weight, the more it matters.
    left, right : float
        The limits for poles and texts.
    height : float
        Of a row.
    most_rows : int, default 12
    most_shift : float, default 120
        How far a pole may stand from its anchor; where it is crowded, labels are left out.

    Returns
    -------
    flags : list of Flag
        In the order of their poles, which is that of their anchors.
    dropped : list of int
        The keys of the labels that found no place.
    """
    dropped = [w[0] for w in wanted if left + _GAP + w[2] > right]
    todo = sorted(
        (w for w in wanted if left + _GAP + w[2] <= right), key=lambda w: (w[1], -w[2], w[0])
    )
    while todo:
        poles = _solve(todo, left, right, most_rows)
        crowd = todo
        if poles is not None:
            shifts = [
                abs(x - min(max(w[1], left), right - _GAP - w[2]))
                for w, x in zip(todo, poles, strict=True)
            ]
            worst = max(range(len(todo)), key=lambda i: shifts[i])
            if shifts[worst] <= most_shift:
                return _hung(todo, poles, height), dropped
            crowd = [
                w
                for w, x in zip(todo, poles, strict=True)
                if abs(x - poles[worst]) <= most_shift or abs(w[1] - todo[worst][1]) <= most_shift
            ]
        weakest = sorted(crowd, key=lambda w: (w[3], w[0]))[: 1 + len(crowd) // 20]
        gone = {w[0] for w in weakest}
        dropped += [w[0] for w in weakest]
        todo = [w for w in todo if w[0] not in gone]
    return [], dropped


def _hung(
    todo: Sequence[tuple[int, float, float, float]], poles: Sequence[float], height: float
) -> list[Flag]:
    rows = _lowered(poles, [w[2] for w in todo])
    return [
        Flag(w[0], x, row, Box(x + _GAP, -(row + 1) * height, x + _GAP + w[2], -row * height))
        for w, x, row in zip(todo, poles, rows, strict=True)
    ]


def _solve(
    todo: Sequence[tuple[int, float, float, float]], left: float, right: float, most_rows: int
) -> list[float] | None:
    """Give the poles, or None where there is no room for all."""
    rows = _rows(todo, left, right, most_rows)
    anchors = [w[1] for w in todo]
    widths = [w[2] for w in todo]
    earliest = _rightwards(widths, rows, left, [left] * len(todo))
    latest = _leftwards(widths, rows, right, [right] * len(todo))
    if any(a > b + 1e-9 for a, b in zip(earliest, latest, strict=True)):
        return None
    caps = [min(a, b) for a, b in zip(anchors, latest, strict=True)]
    floors = [max(a, b) for a, b in zip(anchors, earliest, strict=True)]
    one = _rightwards(widths, rows, left, caps)
    two = _leftwards(widths, rows, right, floors)
    return [(a + b) / 2 for a, b in zip(one, two, strict=True)]


def _rows(
    todo: Sequence[tuple[int, float, float, float]], left: float, right: float, most_rows: int
) -> list[int]:
    """Choose for each, from the left, the row with the least shift.

    Among equals it is the highest row, which stands in the way of the fewest.
    """
    barrier = [left] * most_rows
    rows = []
    for _, anchor, width, _ in todo:
        desired = min(max(anchor, left), right - _GAP - width)
        row = min(range(most_rows), key=lambda r: (max(0.0, barrier[r] - desired), -r))
        _advance(barrier, row, max(desired, barrier[row]), width)
        rows.append(row)
    return rows


def _advance(barrier: list[float], row: int, pole: float, width: float) -> None:
    """Raise the least x that the next pole may have, by its row."""
    for r in range(len(barrier)):
        barrier[r] = max(barrier[r], pole + (_POLES if r < row else _GAP + width + _AIR))


def _rightwards(
    widths: Sequence[float], rows: Sequence[int], left: float, targets: Sequence[float]
) -> list[float]:
    barrier = [left] * (max(rows, default=0) + 1)
    poles = []
    for width, row, target in zip(widths, rows, targets, strict=True):
        pole = max(target, barrier[row])
        poles.append(pole)
        _advance(barrier, row, pole, width)
    return poles


def _leftwards(
    widths: Sequence[float], rows: Sequence[int], right: float, targets: Sequence[float]
) -> list[float]:
    nearest = [right + _POLES + _GAP + _AIR] * (
        max(rows, default=0) + 1
    )  # the next pole, by its row
    poles = [0.0] * len(rows)
    for i in reversed(range(len(rows))):
        row, width = rows[i], widths[i]
        pole = min(targets[i], right - _GAP - width, min(nearest[row:]) - _GAP - width - _AIR)
        if row:
            pole = min(pole, min(nearest[:row]) - _POLES)
        poles[i] = nearest[row] = pole
    return poles


def _lowered(poles: Sequence[float], widths: Sequence[float]) -> list[int]:
    """Give each flag the lowest row: one above all whose poles stand under it."""
    rows = [0] * len(poles)
    for i in reversed(range(len(poles))):
        end = poles[i] + _GAP + widths[i] + _AIR - 1e-6
        under = [rows[j] for j in range(i + 1, len(poles)) if poles[j] < end]
        rows[i] = max(under) + 1 if under else 0
    return rows

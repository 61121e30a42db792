"""Lanes: overlapping features are drawn beside one another, the longest nearest to the backbone."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence

__all__ = ["assign_lanes", "lane_heights"]


def assign_lanes(
    intervals: Sequence[tuple[float, float]], circle: float | None = None
) -> list[int]:
    """Give each interval the lowest lane in which nothing overlaps it, longer ones first.

    Parameters
    ----------
    intervals : sequence of (start, end)
        Touching intervals do not overlap.
    circle : float, optional
        The length of a circle, on which an interval's end may exceed it.

    Returns
    -------
    list of int
        The lane of each interval, from 0.

    Examples
    --------
    >>> assign_lanes([(0, 10), (5, 8), (8, 20)])
    [1, 0, 0]
    >>> assign_lanes([(90, 110), (5, 8)], circle=100)
    [0, 1]
    """
    lanes: list[list[tuple[float, float]]] = []
    assigned = [0] * len(intervals)
    order = sorted(
        range(len(intervals)),
        key=lambda i: (intervals[i][0] - intervals[i][1], intervals[i][0], i),
    )
    for index in order:
        arcs = _arcs(*intervals[index], circle)
        number = 0
        while number < len(lanes) and not all(_free(lanes[number], arc) for arc in arcs):
            number += 1
        if number == len(lanes):
            lanes.append([])
        for arc in arcs:
            insort(lanes[number], arc)
        assigned[index] = number
    return assigned


def _arcs(start: float, end: float, circle: float | None) -> list[tuple[float, float]]:
    if not circle:
        return [(start, end)]
    if end - start >= circle:
        return [(0, circle)]
    start, end = start % circle, start % circle + end - start
    return [(start, end)] if end <= circle else [(start, circle), (0, end - circle)]


def _free(lane: list[tuple[float, float]], arc: tuple[float, float]) -> bool:
    at = bisect_left(lane, arc)
    return (at == 0 or lane[at - 1][1] <= arc[0]) and (at == len(lane) or arc[1] <= lane[at][0])


def lane_heights(lanes: int) -> tuple[float, float]:
    """Give the distance of lanes and the height of a feature, less where there are many."""
    pitch = 20.0 if lanes <= 6 else 17.0 if lanes <= 12 else max(7.0, 200.0 / lanes)
    return pitch, pitch - max(2.0, pitch * 0.2)

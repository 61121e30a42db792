"""Ticks at round positions."""

from __future__ import annotations

__all__ = ["position_label", "tick_step", "ticks"]


def tick_step(length: int, most: int) -> int:
    """Give the smallest of 1, 2, 5, 10, 20, 50... that makes at most `most` ticks.

    Examples
    --------
    >>> tick_step(2686, 8), tick_step(4641652, 12)
    (500, 500000)
    """
    power = 1
    while True:
        for factor in (1, 2, 5):
            if length <= factor * power * most:
                return factor * power
        power *= 10


def ticks(start: int, end: int, most: int, circle: int | None = None) -> tuple[int, list[int]]:
    """Give the step and the round places in a 0-based, half-open window.

    Parameters
    ----------
    start, end : int
    most : int
        How many ticks there may be, the first letter not counted.
    circle : int, optional
        The length of a circle: beyond its origin places are counted from 1 again.

    Returns
    -------
    step : int
    places : list of int
        1-based, ascending; those beyond the origin still have the length added.

    Examples
    --------
    >>> ticks(0, 2686, 8)
    (500, [500, 1000, 1500, 2000, 2500])
    >>> ticks(80, 130, 5, circle=100)
    (10, [90, 100, 101, 110, 120, 130])
    """
    step = tick_step(max(1, end - start), max(1, most))
    first = -(-(start + 1) // step) * step
    if not circle or end <= circle:
        return step, list(range(first, end + 1, step))
    before = list(range(first, circle + 1, step))
    if before and circle + 1 - before[-1] < step / 2 and before[-1] != circle:
        before.pop()  # too near to the origin's own mark
    beyond = [circle + place for place in range(step, end - circle + 1, step)]
    return step, [*before, circle + 1, *beyond]


def position_label(position: int, step: int) -> str:
    """Write a tick's position as short as the step allows: 500, 1,500, 20 kb, 1.5 Mb.

    Examples
    --------
    >>> position_label(1500, 500), position_label(20000, 5000), position_label(1500000, 500000)
    ('1,500', '20 kb', '1.5 Mb')
    """
    if step >= 100_000:
        return f"{position / 1_000_000:.1f} Mb"
    if step >= 1000:
        return f"{position // 1000:,} kb"
    return f"{position:,}"

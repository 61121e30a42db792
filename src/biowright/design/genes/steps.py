"""Compiled loops that shorten a trellis to its steps: the letters where there is something to choose.

Between two steps every way through the trellis is forced, so that its letters, their worth and
their C and G are added up once. A step is `rich` where the letter chosen there is C or G and another
choice is not; windows of GC become spans of steps that hold so many rich ones.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

__all__ = ["open_spans", "shorten", "spell"]


@kernel
def shorten(layer, first_edge, edge_to, edge_rich, edge_worth, to_go):
    """Shorten a trellis; nodes whose `to_go` is -inf are left out.

    Returns
    -------
    step : ndarray of int64
        The letter of each step.
    varied : ndarray of bool
        By letter, whether some ways have C or G there and others have not.
    strong : ndarray of bool
        By letter, whether all ways have C or G there.
    base : float
        The worth of what is forced before the first step.
    layer, first_edge, edge_to, edge_rich, edge_worth
        The trellis of steps. Of edges that are alike but for their worth only the best is there.
    origin : ndarray of int64
        The edge of the letters that an edge begins with.
    """
    length = len(layer) - 2
    count = len(to_go)
    chosen = np.zeros(length, np.bool_)
    varied = np.zeros(length, np.bool_)
    strong = np.zeros(length, np.bool_)
    for p in range(length):
        poor = rich = False
        for i in range(layer[p], layer[p + 1]):
            ways = 0
            for e in range(first_edge[i], first_edge[i + 1]):
                if to_go[edge_to[e]] == -np.inf:
                    continue
                ways += 1
                if edge_rich[e]:
                    rich = True
                else:
                    poor = True
            if ways > 1:
                chosen[p] = True
        varied[p] = poor and rich
        strong[p] = rich and not poor
        chosen[p] |= varied[p]
    step = np.flatnonzero(chosen)
    jump = np.empty(count, np.int64)
    earned = np.zeros(count)
    for p in range(length, -1, -1):
        for i in range(layer[p], layer[p + 1]):
            jump[i] = i
            if to_go[i] == -np.inf or p == length or chosen[p]:
                continue
            for e in range(first_edge[i], first_edge[i + 1]):
                target = edge_to[e]
                if to_go[target] > -np.inf:
                    jump[i] = jump[target]
                    earned[i] = edge_worth[e] + earned[target]
    number = np.full(count, -1, np.int64)
    old = np.empty(count, np.int64)
    steps = len(step)
    new_layer = np.zeros(steps + 2, np.int64)
    new_first = np.zeros(count + 2, np.int64)
    room = len(edge_to)
    new_to = np.empty(room, np.int32)
    new_rich = np.empty(room, np.bool_)
    new_worth = np.empty(room, np.float64)
    origin = np.empty(room, np.int64)
    number[jump[0]] = 0
    old[0] = jump[0]
    nodes, made = 1, 0
    new_layer[1] = 1
    for t in range(steps):
        p = step[t]
        for n in range(new_layer[t], new_layer[t + 1]):
            new_first[n] = made
            for e in range(first_edge[old[n]], first_edge[old[n] + 1]):
                if to_go[edge_to[e]] == -np.inf:
                    continue
                target = jump[edge_to[e]]
                if number[target] < 0:
                    number[target] = nodes
                    old[nodes] = target
                    nodes += 1
                rich = np.bool_(varied[p] and edge_rich[e])
                worth = edge_worth[e] + earned[edge_to[e]]
                place = made
                for other in range(new_first[n], made):
                    if new_to[other] == number[target] and new_rich[other] == rich:
                        place = other
                        break
                if place < made and new_worth[place] >= worth:
                    continue
                new_to[place] = number[target]
                new_rich[place] = rich
                new_worth[place] = worth
                origin[place] = e
                made = max(made, place + 1)
        new_layer[t + 2] = nodes
    for n in range(new_layer[steps], nodes + 1):
        new_first[n] = made
    return (
        step,
        varied,
        strong,
        earned[0],
        new_layer,
        new_first[: nodes + 1].copy(),
        new_to[:made].copy(),
        new_rich[:made].copy(),
        new_worth[:made].copy(),
        origin[:made].copy(),
    )


@kernel
def spell(layer, first_edge, edge_to, to_go, step, origin, path):
    """Give the edges of the letters of a path, which is an edge for each step."""
    spelled = np.empty(len(layer) - 2, np.int64)
    node = 0
    at = 0
    for p in range(len(layer) - 2):
        chosen = -1
        if at < len(step) and step[at] == p:
            chosen = origin[path[at]]
            at += 1
        else:
            for e in range(first_edge[node], first_edge[node + 1]):
                if to_go[edge_to[e]] > -np.inf:
                    chosen = e
        spelled[p] = chosen
        node = edge_to[chosen]
    return spelled


@kernel
def open_spans(start, end, steps):
    """List by step the spans that hold it, those that begin last first.

    Returns
    -------
    first : ndarray of int64, shape (steps + 1,)
    spans : ndarray of int32
        Those of step t are ``spans[first[t]:first[t + 1]]``. `start` must be sorted.
    """
    first = np.zeros(steps + 1, np.int64)
    for i in range(len(start)):
        for t in range(start[i], end[i]):
            first[t + 1] += 1
    for t in range(steps):
        first[t + 1] += first[t]
    put = first.copy()
    spans = np.empty(first[steps], np.int32)
    for i in range(len(start) - 1, -1, -1):
        for t in range(start[i], end[i]):
            spans[put[t]] = i
            put[t] += 1
    return first, spans

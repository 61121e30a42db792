"""Compiled loops for windows of GC: counting them, and their prices.

Prices (Lagrange multipliers) on the spans of steps that windows are shortened to turn them into a
bonus for each rich step, so that the best path gives a bound that no choice can exceed.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

from .kernels import best_path, potentials

__all__ = ["price_spans", "spread_prices", "window_breaches"]

EPSILON = 1e-9


@kernel
def window_breaches(letters, width, low, high, start, end):
    """Count the windows of each rule that hold too little or too much C and G."""
    length = len(letters)
    total = np.zeros(length + 1, np.int64)
    for p in range(length):
        total[p + 1] = total[p] + (letters[p] == 1 or letters[p] == 2)
    breaches = 0
    for j in range(len(width)):
        for s in range(start[j], end[j] - width[j] + 1):
            count = total[s + width[j]] - total[s]
            if count < low[j] or count > high[j]:
                breaches += 1
    return breaches


@kernel
def spread_prices(prices, spans, bonus):
    """Fill `bonus` with what each rich step earns at these prices; give the constant of the bound."""
    start, end, low, high = spans
    slope = np.zeros(len(bonus) + 1, np.float64)
    constant = 0.0
    for i in range(len(start)):
        little = prices[0, i]
        much = prices[1, i]
        if little != 0.0 or much != 0.0:
            constant += much * high[i] - little * low[i]
            slope[start[i]] += little - much
            slope[end[i]] -= little - much
    running = 0.0
    for t in range(len(bonus)):
        running += slope[t]
        bonus[t] = running
    return constant


@kernel
def price_spans(
    layer, first_edge, edge_to, edge_rich, edge_worth, spans, prices, known, rounds
):  # pragma: no cover - compiled
    """Improve the prices by subgradient steps; give the least bound that was met.

    `spans` are their first step, the one behind their last, and the least and most rich steps that
    they hold; `prices` has a row for too little and one for too much. `known` is the worth of a solution,
    or -inf. The best prices are left in `prices`.
    """
    steps = len(layer) - 2
    start, end, low, high = spans
    total = np.zeros(steps + 1, np.int64)
    to_go = np.empty(len(first_edge) - 1, np.float64)
    bonus = np.empty(steps, np.float64)
    path = np.zeros(steps, np.int64)
    best = np.inf
    kept = prices.copy()
    now = prices.copy()
    step = 1.0
    waited = 0
    for _ in range(rounds):
        constant = spread_prices(now, spans, bonus)
        potentials(layer, first_edge, edge_to, edge_rich, edge_worth, bonus, to_go)
        bound = to_go[0] + constant
        if bound < best - 1e-7:
            if bound < best - 1e-3:
                waited = 0
            best = bound
            kept[:] = now
        else:
            waited += 1
            if waited >= 8:
                step *= 0.6
                waited = 0
                now[:] = kept
                if step < 1e-3:
                    break
                constant = spread_prices(now, spans, bonus)
                potentials(layer, first_edge, edge_to, edge_rich, edge_worth, bonus, to_go)
                bound = to_go[0] + constant
        if best <= known + EPSILON:
            break
        best_path(layer, first_edge, edge_to, edge_rich, edge_worth, bonus, to_go, path)
        for t in range(steps):
            total[t + 1] = total[t] + edge_rich[path[t]]
        norm = 0.0
        for i in range(len(start)):
            count = total[end[i]] - total[start[i]]
            if count < low[i] or now[0, i] > 0:
                norm += (low[i] - count) ** 2
            if count > high[i] or now[1, i] > 0:
                norm += (count - high[i]) ** 2
        if norm == 0:
            break
        target = known if known > -np.inf else bound - max(1.0, 0.01 * abs(bound))
        size = step * max(bound - target, 1e-3) / norm
        for i in range(len(start)):
            count = total[end[i]] - total[start[i]]
            now[0, i] = max(0.0, now[0, i] + size * (low[i] - count))
            now[1, i] = max(0.0, now[1, i] + size * (count - high[i]))
    prices[:] = kept
    return best

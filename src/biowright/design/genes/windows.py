"""Compiled loops for windows of GC: prices of windows, and the search that keeps them exactly.

A window rule says how many of its letters may be C or G. A rule slides (all windows of one width
inside a region) or is one single window. Prices (Lagrange multipliers) on windows turn them into a
bonus for each C or G, so that the best path of the trellis gives a bound; the search then looks
only at what the bound leaves open.
"""

from __future__ import annotations

import numba
import numpy as np

from .kernels import best_path, letter_at, potentials, push_letter, trace_back

__all__ = ["letter_range", "price_windows", "search_windows", "window_breaches"]

EPSILON = 1e-9


@numba.njit(cache=True)
def letter_range(layer, first_edge, edge_letter):
    """Give, by position, the least and most C or G of its letters, and whether it has a choice."""
    length = len(layer) - 2
    low = np.zeros(length + 1, np.int32)
    high = np.zeros(length + 1, np.int32)
    choice = np.zeros(length, np.bool_)
    for p in range(length):
        seen = 0
        for e in range(first_edge[layer[p]], first_edge[layer[p + 1]]):
            seen |= 1 << edge_letter[e]
        low[p + 1] = low[p] + (1 if seen and not seen & 9 else 0)
        high[p + 1] = high[p] + (1 if seen & 6 else 0)
        choice[p] = seen not in (0, 1, 2, 4, 8)
    return low, high, choice


@numba.njit(cache=True)
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


@numba.njit(cache=True)
def price_windows(
    layer,
    first_edge,
    edge_to,
    edge_letter,
    edge_worth,
    rules,
    offset,
    limits,
    prices,
    known,
    rounds,
):  # pragma: no cover - compiled
    """Improve the prices by subgradient steps; give the least bound that was met.

    `rules` has the rows width, low, high, start and end; `offset` says where the prices of each
    rule begin in `prices`, whose two rows are for too little and for too much, as are those of `limits`,
    the bounds of each window. `known` is the worth
    of a solution, or -inf. The best prices are left in `prices`.
    """
    length = len(layer) - 2
    width, _, _, start, end = rules
    total = np.zeros(length + 1, np.int64)
    letters = np.zeros(length, np.int8)
    to_go = np.empty(len(first_edge) - 1, np.float64)
    bonus = np.empty(length, np.float64)
    best = np.inf
    kept = prices.copy()
    now = prices.copy()
    step = 1.0
    waited = 0
    for _ in range(rounds):
        constant = spread_prices(now, rules, offset, limits, bonus)
        potentials(layer, first_edge, edge_to, edge_letter, edge_worth, bonus, to_go)
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
                constant = spread_prices(now, rules, offset, limits, bonus)
                potentials(layer, first_edge, edge_to, edge_letter, edge_worth, bonus, to_go)
                bound = to_go[0] + constant
        if best <= known + EPSILON:
            break
        best_path(layer, first_edge, edge_to, edge_letter, edge_worth, bonus, to_go, letters)
        for p in range(length):
            total[p + 1] = total[p] + (letters[p] == 1 or letters[p] == 2)
        norm = 0.0
        for j in range(len(width)):
            for s in range(start[j], end[j] - width[j] + 1):
                count = total[s + width[j]] - total[s]
                at = offset[j] + s - start[j]
                if count < limits[0, at] or now[0, at] > 0:
                    norm += (limits[0, at] - count) ** 2
                if count > limits[1, at] or now[1, at] > 0:
                    norm += (count - limits[1, at]) ** 2
        if norm == 0:
            break
        target = known if known > -np.inf else bound - max(1.0, 0.01 * abs(bound))
        size = step * max(bound - target, 1e-3) / norm
        for j in range(len(width)):
            for s in range(start[j], end[j] - width[j] + 1):
                count = total[s + width[j]] - total[s]
                at = offset[j] + s - start[j]
                now[0, at] = max(0.0, now[0, at] + size * (limits[0, at] - count))
                now[1, at] = max(0.0, now[1, at] + size * (count - limits[1, at]))
    prices[:] = kept
    return best


@numba.njit(cache=True)
def spread_prices(prices, rules, offset, limits, bonus):
    """Fill `bonus` with what each C or G earns at these prices; give the constant of the bound."""
    width, _, _, start, end = rules
    length = len(bonus)
    slope = np.zeros(length + 1, np.float64)
    constant = 0.0
    for j in range(len(width)):
        for s in range(start[j], end[j] - width[j] + 1):
            at = offset[j] + s - start[j]
            little = prices[0, at]
            much = prices[1, at]
            if little != 0.0 or much != 0.0:
                constant += much * limits[1, at] - little * limits[0, at]
                slope[s] += little - much
                slope[s + width[j]] -= little - much
    running = 0.0
    for p in range(length):
        running += slope[p]
        bonus[p] = running
    return constant


@numba.njit(cache=True)
def search_windows(
    layer,
    first_edge,
    edge_to,
    edge_letter,
    edge_worth,
    to_go,
    gc,
    rules,
    offset,
    prices,
    known,
    limit,
    budget,
):  # pragma: no cover - compiled
    """Walk the layers, keeping of equal beginnings the best one, of all at most `limit`.

    Two beginnings are equal if they are at the same node and ask the same of the rest of every
    open window, where an amount that the rest cannot miss or exceed asks nothing. Beginnings
    whose bound is not above `known` are left out.

    Returns
    -------
    worth, letters, bound, most
        The best worth found (-inf if none), its letters, the highest bound of what was cut off by
        the limit (-inf if nothing was), and the most beginnings that were held.
    """
    length = len(layer) - 2
    width, low, high, start, end = rules
    least, most_gc, choice = gc
    words = 1
    for j in range(len(width)):
        if width[j] < end[j] - start[j] or width[j] <= 1024:
            words = max(words, (width[j] + 63) // 64)
    single = np.zeros(len(width), np.bool_)  # kept by a count instead of by its letters
    for j in range(len(width)):
        single[j] = width[j] > 1024
    # what the prices of windows that have not begun add to the bound
    ahead = np.zeros(length + 2, np.float64)
    for j in range(len(width)):
        for s in range(start[j], end[j] - width[j] + 1):
            at = offset[j] + s - start[j]
            ahead[s] += prices[1, at] * high[j] - prices[0, at] * low[j]
    for p in range(length, -1, -1):
        ahead[p] += ahead[p + 1]
    rules_count = len(width)
    room = 1024
    node = np.zeros(room, np.int32)
    bits = np.zeros((room, words), np.uint64)
    count = np.zeros((room, rules_count), np.int32)
    worth = np.zeros(room, np.float64)
    held = 1
    back_size = 1 << 16
    back = np.empty(back_size, np.int32)
    back_letter = np.empty(back_size, np.int8)
    back_at = np.zeros(length + 2, np.int64)
    back[0] = -1
    back_letter[0] = -1
    back_at[1] = 1
    cut = -np.inf
    most = 1
    spent = 0
    table = 4096
    stamp = np.full(table, -1, np.int64)
    where = np.empty(table, np.int32)
    for p in range(length):
        grow = 4 * held
        new_node = np.empty(grow, np.int32)
        new_bits = np.empty((grow, words), np.uint64)
        new_count = np.empty((grow, rules_count), np.int32)
        new_worth = np.empty(grow, np.float64)
        new_bound = np.empty(grow, np.float64)
        new_key = np.empty(grow, np.uint64)
        new_back = np.empty(grow, np.int32)
        new_letter = np.empty(grow, np.int8)
        made = 0
        look = choice[p] or p == length - 1
        if look and 2 * grow > table:
            while 2 * grow > table:
                table *= 2
            stamp = np.full(table, -1, np.int64)
            where = np.empty(table, np.int32)
        for i in range(held):
            for e in range(first_edge[node[i]], first_edge[node[i] + 1]):
                target = edge_to[e]
                if to_go[target] == -np.inf:
                    continue
                letter = edge_letter[e]
                strong = letter == 1 or letter == 2
                value = worth[i] + edge_worth[e]
                push_letter(new_bits, made, bits, i, strong)
                for j in range(rules_count):
                    inside = single[j] and start[j] <= p and p < end[j]
                    new_count[made, j] = count[i, j] + (1 if inside and strong else 0)
                bound = value + to_go[target] + ahead[p + 1]
                key = np.uint64(target) * np.uint64(0x9E3779B97F4A7C15)
                if look:
                    fits = True
                    for j in range(rules_count):
                        wide = width[j]
                        if single[j]:
                            if p + 1 <= start[j] or p + 1 > end[j]:
                                continue
                            first = start[j]
                        else:
                            first = max(start[j], p + 1 - wide)
                        last = min(p, end[j] - wide)
                        if first > last:
                            continue
                        have = 0
                        if single[j]:
                            have = new_count[made, j]
                            last = first
                        else:
                            for m in range(p - last):
                                have += letter_at(new_bits, made, m)
                        for s in range(last, first - 1, -1):
                            if not single[j]:
                                have += letter_at(new_bits, made, p - s)
                            rest_low = least[s + wide] - least[p + 1]
                            rest_high = most_gc[s + wide] - most_gc[p + 1]
                            need = low[j] - have
                            may = high[j] - have
                            if need > rest_high or may < rest_low:
                                fits = False
                                break
                            at = offset[j] + s - start[j]
                            bound -= prices[0, at] * need
                            bound += prices[1, at] * may
                            asks = 0
                            if need > rest_low:
                                asks = need - rest_low
                            if may < rest_high:
                                asks += (rest_high - may) << 12
                            if asks:
                                mixed = np.uint64(asks) * np.uint64(0xD6E8FEB86659FD93)
                                mixed ^= np.uint64(s * 64 + j) * np.uint64(0xA0761D6478BD642F)
                                mixed ^= mixed >> np.uint64(32)
                                mixed *= np.uint64(0xE7037ED1A0B428DB)
                                key += mixed ^ (mixed >> np.uint64(29))
                        if not fits:
                            break
                    if not fits or bound <= known + EPSILON:
                        continue
                    place = np.int64((key ^ (key >> np.uint64(31))) & np.uint64(table - 1))
                    found = -1
                    while stamp[place] == p:
                        k = where[place]
                        if new_key[k] == key and new_node[k] == target:
                            found = k
                            break
                        place = (place + 1) & (table - 1)
                    if found >= 0:
                        if value > new_worth[found]:
                            new_worth[found] = value
                            new_bound[found] = bound
                            new_bits[found] = new_bits[made]
                            new_count[found] = new_count[made]
                            new_back[found] = i
                            new_letter[found] = letter
                        continue
                    stamp[place] = p
                    where[place] = made
                new_key[made] = key
                new_node[made] = target
                new_worth[made] = value
                new_bound[made] = bound
                new_back[made] = i
                new_letter[made] = letter
                made += 1
        spent += made
        if spent > budget:
            limit = min(limit, 50)
        if look and made > limit:
            order = np.argsort(-new_bound[:made], kind="mergesort")
            cut = max(cut, new_bound[order[limit]])
            kept = np.sort(order[:limit])
            made = limit
            node = new_node[kept]
            bits = new_bits[kept]
            count = new_count[kept]
            worth = new_worth[kept]
            parents = new_back[kept]
            chosen = new_letter[kept]
        else:
            node = new_node[:made]
            bits = new_bits[:made]
            count = new_count[:made]
            worth = new_worth[:made]
            parents = new_back[:made]
            chosen = new_letter[:made]
        held = made
        most = max(most, held)
        begin = back_at[p + 1]
        if begin + held > back_size:
            while begin + held > back_size:
                back_size *= 2
            longer = np.empty(back_size, np.int32)
            longer[:begin] = back[:begin]
            back = longer
            longer_letter = np.empty(back_size, np.int8)
            longer_letter[:begin] = back_letter[:begin]
            back_letter = longer_letter
        back[begin : begin + held] = parents
        back_letter[begin : begin + held] = chosen
        if p + 2 <= length + 1:
            back_at[p + 2] = begin + held
        if held == 0:
            return -np.inf, np.zeros(0, np.int8), cut, most
    winner = 0
    for i in range(1, held):
        if worth[i] > worth[winner]:
            winner = i
    letters = trace_back(back, back_letter, back_at, winner, length)
    return worth[winner], letters, cut, most

"""Compiled search through the steps of a trellis: windows of GC are kept, or a bound says how far."""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

__all__ = ["search_spans"]

EPSILON = 1e-9


@kernel
def _mix(key, word):
    mixed = (key ^ word) * np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    return mixed * np.uint64(0xE7037ED1A0B428DB) + np.uint64(0x9E3779B97F4A7C15)


@kernel
def _longer(old, used, size):
    new = np.empty(size, np.int32)
    new[:used] = old[:used]
    return new


@kernel
def _ask(least, most, row, at, low, high, top, varied, behind):
    """Ask of the steps up to one that so many are rich; tell whether that can be.

    `least` and `most` hold, by how many steps are to come, what the rest may choose from; what is
    asked up to one of them goes on to the steps before and behind it.
    """
    low = max(low, least[row, at])
    high = min(high, most[row, at])
    if low > high:
        return False
    if low > least[row, at]:
        least[row, at] = low
        for k in range(at + 1, top):
            if least[row, k] >= low:
                break
            least[row, k] = low
        now = low
        for k in range(at - 1, -1, -1):
            now -= varied[behind + k + 2] - varied[behind + k + 1]
            if least[row, k] >= now:
                break
            least[row, k] = now
    if high < most[row, at]:
        most[row, at] = high
        for k in range(at - 1, -1, -1):
            if most[row, k] <= high:
                break
            most[row, k] = high
        now = high
        for k in range(at + 1, top):
            now += varied[behind + k + 1] - varied[behind + k]
            if most[row, k] <= now:
                break
            most[row, k] = now
    return True


@kernel
def search_spans(
    layer,
    first_edge,
    edge_to,
    edge_rich,
    edge_worth,
    rest,
    varied,
    spans,
    slot,
    listed,
    prices,
    known,
    limit,
    join,
    done,
):  # pragma: no cover - compiled
    """Walk the steps with beginnings, keeping of equal ones the best.

    Two beginnings are equal if they are at the same node and leave the rest the same choice: for each
    step to come, the least and the most rich ones up to there that all open spans together permit. Those
    whose bound is not above `known` are left out. Where more than `limit` are left, the ones with the
    lowest bounds are joined, one for each node: a joined one forgets its steps, and pays the prices of
    the spans that were open instead of keeping them. So the bound holds whatever the limit is.

    Parameters
    ----------
    rest : ndarray of float64
        By node, a bound on what is to come without the spans that are open there.
    varied : ndarray of int64
        How many of the steps before each may be rich or not.
    slot : ndarray of int64
        By span, the number of the counter that holds it, or -1 where it is held by what the rest may
        choose.
    listed
        The spans with a price, and those with a counter, that hold a step; see `open_spans`.
    join : bool
        Whether to join what is above the limit; else it is dropped.
    done : ndarray of float64
        Filled by node with a bound on what was before, the prices of open spans added; -inf where
        nothing above `known` passes. It holds where all is joined that is not held.

    Returns
    -------
    worth, path, bound
        The best worth found (-inf if none), its edges, and the highest bound of what was joined or
        dropped (-inf if nothing of it is left).
    """
    steps = len(layer) - 2
    start, end, low, high = spans
    first, covering, of_span = listed
    slots = 1
    longest = 1
    for i in range(len(start)):
        slots = max(slots, slot[i] + 1)
        if slot[i] < 0:
            longest = max(longest, end[i] - start[i])
    size = 4 * ((longest + 4) // 4)
    most_nodes = 1
    for t in range(steps + 1):
        most_nodes = max(most_nodes, layer[t + 1] - layer[t])
    ways = 1
    for i in range(len(first_edge) - 1):
        ways = max(ways, first_edge[i + 1] - first_edge[i])
    begins = np.zeros(
        steps + 1, np.int64
    )  # of each step, the first span that begins there or later
    at = 0
    for t in range(steps + 1):
        while at < len(start) and start[at] < t:
            at += 1
        begins[t] = at
    room = ways * (limit + most_nodes) + 1
    # what the rest may choose from, by steps to come: four numbers to a word, which is what is hashed
    words = size // 4
    least = np.zeros(room * words, np.uint64).view(np.int16).reshape(room, size)
    most = np.zeros(room * words, np.uint64).view(np.int16).reshape(room, size)
    new_least_words = np.zeros(room * words, np.uint64)
    new_most_words = np.zeros(room * words, np.uint64)
    new_least = new_least_words.view(np.int16).reshape(room, size)
    new_most = new_most_words.view(np.int16).reshape(room, size)
    node = np.empty(room, np.int32)
    count = np.zeros((room, slots), np.int32)
    worth = np.zeros(room)
    since = np.zeros(room, np.int32)  # of spans that began earlier, the prices are paid
    exact = np.ones(room, np.bool_)
    new_node = np.empty(room, np.int32)
    new_count = np.zeros((room, slots), np.int32)
    new_worth = np.empty(room)
    new_gain = np.empty(room)
    new_score = np.empty(room)
    new_since = np.empty(room, np.int32)
    new_exact = np.empty(room, np.bool_)
    new_key = np.empty(room, np.uint64)
    new_back = np.empty(room, np.int32)
    new_edge = np.empty(room, np.int32)
    joined = np.empty(most_nodes, np.int64)
    table = 64
    while table < 2 * room:
        table *= 2
    stamp = np.full(table, -1, np.int64)
    where = np.empty(table, np.int32)
    back_size = 1 << 14
    back = np.empty(back_size, np.int32)
    back_edge = np.empty(back_size, np.int32)
    back_at = np.zeros(steps + 2, np.int64)
    held = layer[1]
    for i in range(held):
        node[i] = i
    back[:held] = -1
    back_edge[:held] = -1
    back_at[1] = held
    done[:] = -np.inf
    done[:held] = 0.0
    bound = -np.inf
    reach = 0  # where the last open span ends
    for t in range(steps):
        behind = t + 1
        before_top = max(reach - t, 0)
        for i in range(begins[t], begins[t + 1]):
            if slot[i] < 0:
                reach = max(reach, end[i])
        top = max(reach - behind, 0)
        top_words = (top + 3) // 4
        earliest = behind
        for c in range(first[t], first[t + 1]):
            earliest = min(earliest, start[of_span[covering[c]]])
        made = 0
        for h in range(held):
            for e in range(first_edge[node[h]], first_edge[node[h] + 1]):
                target = edge_to[e]
                if rest[target] == -np.inf:
                    continue
                rich = 1 if edge_rich[e] else 0
                if before_top and (rich < least[h, 0] or rich > most[h, 0]):
                    continue
                value = worth[h] + edge_worth[e]
                ago = since[h]
                for k in range(before_top - 1):
                    new_least[made, k] = max(least[h, k + 1] - rich, 0)
                    new_most[made, k] = min(
                        most[h, k + 1] - rich, varied[behind + k + 1] - varied[behind]
                    )
                for k in range(max(before_top - 1, 0), top):
                    new_least[made, k] = new_least[made, k - 1] if k else 0
                    more = new_most[made, k - 1] if k else 0
                    new_most[made, k] = more + varied[behind + k + 1] - varied[behind + k]
                for k in range(top, 4 * top_words):
                    new_least[made, k] = 0
                    new_most[made, k] = 0
                fits = True
                for i in range(begins[t], begins[t + 1]):
                    if slot[i] >= 0:
                        continue
                    place = end[i] - behind - 1
                    if place < 0:
                        fits = low[i] <= rich <= high[i]
                    else:
                        fits = _ask(
                            new_least,
                            new_most,
                            made,
                            place,
                            low[i] - rich,
                            high[i] - rich,
                            top,
                            varied,
                            behind,
                        )
                    if not fits:
                        break
                if not fits:
                    continue
                key = np.uint64(target)
                gain = 0.0
                oldest = behind
                for c in range(first[t], first[t + 1]):
                    p = covering[c]
                    i = of_span[p]
                    if start[i] < ago:
                        if rich:
                            value += prices[0, i] - prices[1, i]
                        continue
                    oldest = min(oldest, start[i])
                    if slot[i] >= 0:
                        so_far = rich if start[i] == t else count[h, slot[i]] + rich
                        new_count[made, slot[i]] = so_far
                        left = varied[end[i]] - varied[behind]
                        need = max(low[i] - so_far, 0)
                        may = min(high[i] - so_far, left)
                        if need > left or may < 0:
                            fits = False
                            break
                        gain += prices[1, i] * may - prices[0, i] * need
                        asks = need + ((left - may) << 20)
                        if asks:
                            key = _mix(key, np.uint64(asks) ^ (np.uint64(i + 1) << np.uint64(40)))
                    elif end[i] > behind:
                        place = end[i] - behind - 1
                        gain += prices[1, i] * new_most[made, place]
                        gain -= prices[0, i] * new_least[made, place]
                if not fits:
                    continue
                score = value + gain + rest[target]
                if score <= known + EPSILON:
                    continue
                for w in range(top_words):
                    key = _mix(key, new_least_words[made * words + w])
                    key = _mix(key, new_most_words[made * words + w])
                if ago > 0:  # the same spans are paid whatever lies between their starts
                    ago = 0 if oldest == earliest else oldest
                key = _mix(key, np.uint64(ago))
                place = np.int64((key ^ (key >> np.uint64(31))) & np.uint64(table - 1))
                found = -1
                while stamp[place] == t:
                    k = where[place]
                    if new_key[k] == key and new_node[k] == target:
                        found = k
                        break
                    place = (place + 1) & (table - 1)
                if found >= 0:
                    better = value > new_worth[found]
                    if not better and not (
                        value == new_worth[found] and exact[h] and not new_exact[found]
                    ):
                        continue
                    for s in range(slots):
                        new_count[found, s] = new_count[made, s]
                else:
                    found = made
                    stamp[place] = t
                    where[place] = made
                    made += 1
                    new_key[found] = key
                    new_node[found] = target
                    new_since[found] = ago
                new_worth[found] = value
                new_gain[found] = gain
                new_score[found] = score
                new_exact[found] = exact[h]
                new_back[found] = h
                new_edge[found] = e
        for k in range(made):
            done[new_node[k]] = max(done[new_node[k]], new_worth[k] + new_gain[k])
        threshold = -np.inf
        alike = made  # how many at the threshold itself are held
        if made > limit:
            threshold = np.partition(new_score[:made], made - limit)[made - limit]
            alike = limit - (new_score[:made] > threshold).sum()
            joined[:] = -1
        held = 0
        offset = back_at[t + 1]
        if offset + made > back_size:
            while offset + made > back_size:
                back_size *= 2
            back = _longer(back, offset, back_size)
            back_edge = _longer(back_edge, offset, back_size)
        for k in range(made):
            put = held
            alike -= new_score[k] == threshold
            if new_score[k] < threshold or (new_score[k] == threshold and alike < 0):
                if not join:
                    bound = max(bound, new_score[k])
                    continue
                # joined with others of its node
                place = new_node[k] - layer[behind]
                value = new_worth[k] + new_gain[k]
                if joined[place] >= 0:
                    put = joined[place]
                    if value <= worth[put]:
                        continue
                joined[place] = put
                node[put] = new_node[k]
                worth[put] = value
                for d in range(top):
                    least[put, d] = 0
                    most[put, d] = varied[behind + d + 1] - varied[behind]
                since[put] = behind
                exact[put] = False
                back[offset + put] = new_back[k]
                back_edge[offset + put] = new_edge[k]
                held = max(held, put + 1)
                continue
            node[put] = new_node[k]
            for d in range(top):
                least[put, d] = new_least[k, d]
                most[put, d] = new_most[k, d]
            for s in range(slots):
                count[put, s] = new_count[k, s]
            worth[put] = new_worth[k]
            since[put] = new_since[k]
            exact[put] = new_exact[k]
            back[offset + put] = new_back[k]
            back_edge[offset + put] = new_edge[k]
            held += 1
        back_at[t + 2] = offset + held
        if held == 0:
            return -np.inf, np.zeros(0, np.int64), bound
    winner = -1
    for i in range(held):
        if not exact[i]:
            bound = max(bound, worth[i])
        elif winner < 0 or worth[i] > worth[winner]:
            winner = i
    if winner < 0:
        return -np.inf, np.zeros(0, np.int64), bound
    path = np.empty(steps, np.int64)
    place = winner
    for t in range(steps - 1, -1, -1):
        at = back_at[t + 1] + place
        path[t] = back_edge[at]
        place = back[at]
    return worth[winner], path, bound

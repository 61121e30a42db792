"""Compiled loops over the trellis: building it, its best path, and the search through it.

A trellis has one layer of nodes for each place between two letters. A node is a state of the
automaton of forbidden patterns together with the last letters that were chosen, so that the worth
of a codon is known when its last letter comes. An edge is a letter with its worth; forbidden
patterns cost `BREACH`, so that a best path has as few of them as can be.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

__all__ = [
    "BREACH",
    "best_path",
    "build_trellis",
    "letter_at",
    "potentials",
    "push_letter",
    "trace_back",
]

BREACH = 1e5
"""What a breach of a hard rule costs, in the unit of the worths: more than all worths together."""


@kernel
def build_trellis(
    allowed, symbols, follow, active, forbidden, slots, tables, pairs, letter_worth, start, context
):  # pragma: no cover - compiled
    """Build all nodes and edges that can be reached from `start`.

    Parameters are arrays by position: `allowed` masks of the letters that may be chosen (0 where
    the letter is fixed to `symbols`), `active` the row of `forbidden` that counts, `slots` the
    tables of the codons that end there, `pairs` the table of codon pairs (or -1), `letter_worth`
    the worth of each letter. `context` is how many letters a node remembers: 2, or 5 for pairs.
    """
    length = len(allowed)
    size = 1 << (2 * context)
    room = 4 * length + 64
    node_state = np.empty(room, np.int32)
    node_context = np.empty(room, np.int32)
    layer = np.zeros(length + 2, np.int64)
    edges = 4 * length + 64
    first_edge = np.empty(room + 1, np.int64)
    edge_to = np.empty(edges, np.int32)
    edge_letter = np.empty(edges, np.int8)
    edge_worth = np.empty(edges, np.float64)
    node_state[0] = start[0]
    node_context[0] = start[1]
    layer[1] = 1
    nodes = 1
    made = 0
    # an open table of the nodes of the next layer, emptied by its stamps
    slots_of_table = 1024
    stamp = np.full(slots_of_table, -1, np.int64)
    held = np.empty(slots_of_table, np.int32)
    for p in range(length):
        begin = layer[p]
        end = layer[p + 1]
        if 8 * (end - begin) + 8 > slots_of_table:
            while 8 * (end - begin) + 8 > slots_of_table:
                slots_of_table *= 2
            stamp = np.full(slots_of_table, -1, np.int64)
            held = np.empty(slots_of_table, np.int32)
        mask = allowed[p]
        for i in range(begin, end):
            if made + 4 > edges:
                edges *= 2
                edge_to = _longer32(edge_to, edges)
                edge_letter = _longer8(edge_letter, edges)
                edge_worth = _longer64(edge_worth, edges)
            first_edge[i] = made
            state = node_state[i]
            before = node_context[i]
            for letter in range(4):
                if mask == 0:
                    if letter > 0:
                        break
                    symbol = symbols[p]
                    chosen = 0
                    if symbol == 2:
                        chosen = 1
                    elif symbol == 4:
                        chosen = 2
                    elif symbol == 8:
                        chosen = 3
                else:
                    if not (mask >> letter) & 1:
                        continue
                    symbol = 1 << letter
                    chosen = letter
                reached = follow[state, symbol]
                worth = letter_worth[p, chosen] - forbidden[active[p], reached]
                long = before * 4 + chosen
                triplet = long & 63
                fits = True
                for s in range(slots.shape[1]):
                    table = slots[p, s]
                    if table < 0:
                        break
                    value = tables[table, triplet]
                    if value == -np.inf:
                        fits = False
                        break
                    worth += value
                if not fits:
                    continue
                if pairs[p] >= 0:
                    worth += tables[pairs[p] + ((long >> 6) & 63), triplet]
                now = long & (size - 1)
                key = np.int64(reached) * size + now
                place = (key * 0x9E3779B1 >> 7) & (slots_of_table - 1)
                found = -1
                while stamp[place] == p:
                    j = held[place]
                    if node_state[j] == reached and node_context[j] == now:
                        found = j
                        break
                    place = (place + 1) & (slots_of_table - 1)
                if found < 0:
                    if nodes + 1 >= room:
                        room *= 2
                        node_state = _longer32(node_state, room)
                        node_context = _longer32(node_context, room)
                        first_edge = _longer_long(first_edge, room + 1)
                    found = nodes
                    node_state[nodes] = reached
                    node_context[nodes] = now
                    stamp[place] = p
                    held[place] = nodes
                    nodes += 1
                edge_to[made] = found
                edge_letter[made] = chosen
                edge_worth[made] = worth
                made += 1
        layer[p + 2] = nodes
    for i in range(layer[length], nodes):
        first_edge[i] = made
    first_edge[nodes] = made
    return (
        layer,
        node_state[:nodes].copy(),
        node_context[:nodes].copy(),
        first_edge[: nodes + 1].copy(),
        edge_to[:made].copy(),
        edge_letter[:made].copy(),
        edge_worth[:made].copy(),
    )


@kernel
def _longer32(old, size):  # pragma: no cover - compiled
    new = np.empty(size, np.int32)
    new[: len(old)] = old
    return new


@kernel
def _longer8(old, size):  # pragma: no cover - compiled
    new = np.empty(size, np.int8)
    new[: len(old)] = old
    return new


@kernel
def _longer64(old, size):  # pragma: no cover - compiled
    new = np.empty(size, np.float64)
    new[: len(old)] = old
    return new


@kernel
def _longer_long(old, size):  # pragma: no cover - compiled
    new = np.empty(size, np.int64)
    new[: len(old)] = old
    return new


@kernel
def potentials(layer, first_edge, edge_to, edge_rich, edge_worth, bonus, to_go):
    """Fill `to_go` with the best worth from each node to the end; `bonus` is added on rich edges."""
    length = len(layer) - 2
    for i in range(layer[length], layer[length + 1]):
        to_go[i] = 0.0
    for p in range(length - 1, -1, -1):
        extra = bonus[p]
        for i in range(layer[p], layer[p + 1]):
            best = -np.inf
            for e in range(first_edge[i], first_edge[i + 1]):
                value = edge_worth[e] + to_go[edge_to[e]]
                if edge_rich[e]:
                    value += extra
                if value > best:
                    best = value
            to_go[i] = best


@kernel
def best_path(layer, first_edge, edge_to, edge_rich, edge_worth, bonus, to_go, path):
    """Write the edges of the best path; give its worth without the bonus (-inf if there is none)."""
    length = len(layer) - 2
    node = 0
    total = 0.0
    for p in range(length):
        best = -np.inf
        chosen = -1
        for e in range(first_edge[node], first_edge[node + 1]):
            value = edge_worth[e] + to_go[edge_to[e]]
            if edge_rich[e]:
                value += bonus[p]
            if value > best:
                best = value
                chosen = e
        if chosen < 0:
            return -np.inf
        path[p] = chosen
        total += edge_worth[chosen]
        node = edge_to[chosen]
    return total


@kernel
def push_letter(new, made, old, i, strong):
    """Write to row `made` the letters of row `i`, a bit each, moved up by one that is C or G or not."""
    for w in range(new.shape[1] - 1, 0, -1):
        new[made, w] = (old[i, w] << np.uint64(1)) | (old[i, w - 1] >> np.uint64(63))
    new[made, 0] = (old[i, 0] << np.uint64(1)) | np.uint64(1 if strong else 0)


@kernel
def letter_at(bits, row, ago):
    """Tell whether the letter so many before the last one is C or G, as 1 or 0."""
    return np.int64((bits[row, ago >> 6] >> np.uint64(ago & 63)) & np.uint64(1))


@kernel
def trace_back(back, back_letter, starts, place, length):
    """Give the letters on the way to a beginning of the last layer."""
    letters = np.empty(length, np.int8)
    for p in range(length - 1, -1, -1):
        at = starts[p + 1] + place
        letters[p] = back_letter[at]
        place = back[at]
    return letters

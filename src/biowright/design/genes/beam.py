"""Compiled search for what is global: k-mers that occur once, beside windows of GC.

A beam of beginnings walks through a trellis. What it may still gain is known exactly from the
potentials of the trellis; a k-mer that is taken already, or a window of GC outside of its bounds,
costs a breach. K-mers are counted in one table for the whole record, so that the cost is linear.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

from .kernels import BREACH, letter_at, push_letter, trace_back

__all__ = ["beam_search", "count_kmers_of", "has_kmer", "recount"]

WINDOW = BREACH / 50
"""What a window of GC outside of its bounds costs; windows that overlap break together."""
NONE = np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel(inline="always")
def _slot(keys, kmer):
    """Find the place of a k-mer in the table, or the empty place where it would go."""
    size = np.uint64(len(keys) - 1)
    place = (kmer * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(24)
    place = (place ^ (kmer >> np.uint64(9))) & size
    while keys[place] != NONE and keys[place] != kmer:
        place = (place + np.uint64(1)) & size
    return place


@kernel
def has_kmer(keys, counts, kmer):
    """Tell how often a k-mer is counted."""
    place = _slot(keys, kmer)
    return counts[place] if keys[place] == kmer else 0


@kernel
def count_kmers_of(keys, counts, codes):
    """Count k-mers in; `NONE` is left out."""
    for i in range(len(codes)):
        if codes[i] == NONE:
            continue
        place = _slot(keys, codes[i])
        keys[place] = codes[i]
        if counts[place] < 255:
            counts[place] += 1


@kernel
def recount(keys, counts, letters, k, wanted, change):
    """Count the k-mers of a stretch in (+1) or out (-1), those whose start is `wanted`."""
    mask = (np.uint64(1) << np.uint64(2 * k)) - np.uint64(1)
    shift = np.uint64(2 * (k - 1))
    forward = np.uint64(0)
    backward = np.uint64(0)
    good = 0
    for p in range(len(letters)):
        letter = letters[p]
        if letter < 0:
            good = 0
            continue
        forward = ((forward << np.uint64(2)) | np.uint64(letter)) & mask
        backward = (backward >> np.uint64(2)) | (np.uint64(3 - letter) << shift)
        good += 1
        if good >= k and wanted[p - k + 1]:
            kmer = min(forward, backward)
            place = _slot(keys, kmer)
            keys[place] = kmer
            if change > 0 and counts[place] < 255:
                counts[place] += 1
            elif change < 0 and 0 < counts[place] < 255:
                counts[place] -= 1


@kernel
def _own(back, back_letter, starts, state, layer, kmer, k, first):
    """Tell whether the way to a state has a k-mer already: walk back along its letters."""
    mask = (np.uint64(1) << np.uint64(2 * k)) - np.uint64(1)
    shift = np.uint64(2 * (k - 1))
    forward = np.uint64(0)
    backward = np.uint64(0)
    good = 0
    while layer > first:
        at = starts[layer] + state
        letter = back_letter[at]
        if letter < 0:
            good = 0
        else:
            # read from the end: the two directions change places
            forward = (forward >> np.uint64(2)) | (np.uint64(letter) << shift)
            backward = ((backward << np.uint64(2)) | np.uint64(3 - letter)) & mask
            good += 1
            if good >= k and min(forward, backward) == kmer:
                return True
        state = back[at]
        layer -= 1
    return False


@kernel
def beam_search(
    layer,
    first_edge,
    edge_to,
    edge_letter,
    edge_worth,
    to_go,
    bonus,
    known,
    rules,
    k,
    keys,
    counts,
    fresh,
    width,
):
    """Walk a trellis with a beam; give the letters and what they cost.

    Parameters
    ----------
    to_go, bonus : ndarray of float64
        The potentials, and the bonus on C and G by position that they hold.
    known : ndarray of bool
        By position, whether the letter is A, C, G or T; others end a k-mer.
    rules : width, low, high, start, end
        Windows of GC.
    k : int
        0 for none.
    fresh : ndarray of bool
        By the last position of a k-mer, whether it is to be looked up: it has a letter that may
        change and reaches into the stretch that is decided.
    width : int
        How many beginnings are held.
    """
    length = len(layer) - 2
    wide, low, high, start, end = rules
    rules_count = len(wide)
    words = 1
    for j in range(rules_count):
        words = max(words, (wide[j] + 63) // 64)
    mask = (np.uint64(1) << np.uint64(2 * k)) - np.uint64(1) if k else np.uint64(0)
    shift = np.uint64(2 * (k - 1)) if k else np.uint64(0)
    room = 4 * width
    node = np.zeros(width, np.int32)
    worth = np.zeros(width, np.float64)
    earned = np.zeros(width, np.float64)  # of the bonus, which is no worth but steers
    forward = np.zeros(width, np.uint64)
    backward = np.zeros(width, np.uint64)
    good = np.zeros(width, np.int32)
    bits = np.zeros((width, words), np.uint64)
    have = np.zeros((width, rules_count), np.int32)
    new_node = np.zeros(room, np.int32)
    new_worth = np.zeros(room, np.float64)
    new_earned = np.zeros(room, np.float64)
    new_score = np.zeros(room, np.float64)
    new_forward = np.zeros(room, np.uint64)
    new_backward = np.zeros(room, np.uint64)
    new_good = np.zeros(room, np.int32)
    new_bits = np.zeros((room, words), np.uint64)
    new_have = np.zeros((room, rules_count), np.int32)
    new_back = np.zeros(room, np.int32)
    new_letter = np.zeros(room, np.int8)
    back = np.empty((length + 1) * width, np.int32)
    back_letter = np.empty((length + 1) * width, np.int8)
    starts = np.zeros(length + 2, np.int64)
    back[0] = 0
    back_letter[0] = -1
    starts[1] = 1
    held = 1
    size = 1 << 15
    seen = np.full(size, NONE, np.uint64)
    seen_at = np.empty(size, np.int32)
    entered = 0
    first_fresh = length
    for p in range(length):
        if fresh[p]:
            first_fresh = p
            break
    scratch = np.empty(room, np.float64)
    table = 64
    while table < 2 * room:
        table *= 2
    stamp = np.full(table, -1, np.int64)
    where = np.empty(table, np.int32)
    for p in range(length):
        made = 0
        for i in range(held):
            for e in range(first_edge[node[i]], first_edge[node[i] + 1]):
                target = edge_to[e]
                if to_go[target] == -np.inf:
                    continue
                letter = edge_letter[e]
                value = worth[i] + edge_worth[e]
                f = np.uint64(0)
                b = np.uint64(0)
                g = 0
                if k:
                    if known[p]:
                        f = ((forward[i] << np.uint64(2)) | np.uint64(letter)) & mask
                        b = (backward[i] >> np.uint64(2)) | (np.uint64(3 - letter) << shift)
                        g = good[i] + 1
                    if fresh[p] and g >= k:
                        kmer = min(f, b)
                        if has_kmer(keys, counts, kmer):
                            value -= BREACH
                        else:
                            place = (kmer * np.uint64(0xD6E8FEB86659FD93)) >> np.uint64(40)
                            place &= np.uint64(size - 1)
                            while seen[place] != NONE and seen[place] != kmer:
                                place = (place + np.uint64(1)) & np.uint64(size - 1)
                            if seen[place] == NONE:
                                if entered < size // 2:
                                    seen[place] = kmer
                                    seen_at[place] = p
                                    entered += 1
                            elif seen_at[place] != p and _own(
                                back, back_letter, starts, i, p, kmer, k, max(0, first_fresh - k)
                            ):
                                value -= BREACH
                strong = known[p] and (letter == 1 or letter == 2)
                paid = earned[i] + (bonus[p] if letter == 1 or letter == 2 else 0.0)
                for j in range(rules_count):
                    gone = letter_at(bits, i, wide[j] - 1)
                    now = have[i, j] + (1 if strong else 0) - gone
                    new_have[made, j] = now
                    inside = p - wide[j] + 1 >= start[j] and p < end[j]
                    if inside and (now < low[j] or now > high[j]):
                        value -= WINDOW
                low_bits = (bits[i, 0] << np.uint64(1)) | np.uint64(1 if strong else 0)
                mixed = np.uint64(target) * np.uint64(0xE7037ED1A0B428DB)
                mixed ^= (f ^ (low_bits * np.uint64(0xA0761D6478BD642F))) * np.uint64(
                    0xD6E8FEB86659FD93
                )
                at = np.int64((mixed ^ (mixed >> np.uint64(32))) & np.uint64(table - 1))
                same = -1
                while stamp[at] == p:
                    c = where[at]
                    if (
                        new_node[c] == target
                        and new_forward[c] == f
                        and new_good[c] == g
                        and new_bits[c, 0] == low_bits
                    ):
                        alike = True
                        for w in range(1, words):
                            moved = (bits[i, w] << np.uint64(1)) | (bits[i, w - 1] >> np.uint64(63))
                            if new_bits[c, w] != moved:
                                alike = False
                                break
                        if alike:
                            same = c
                            break
                    at = (at + 1) & (table - 1)
                if same >= 0:
                    if value > new_worth[same]:
                        new_worth[same] = value
                        new_earned[same] = paid
                        new_score[same] = value + paid + to_go[target]
                        new_back[same] = i
                        new_letter[same] = letter
                    continue
                stamp[at] = p
                where[at] = made
                push_letter(new_bits, made, bits, i, strong)
                new_node[made] = target
                new_worth[made] = value
                new_earned[made] = paid
                new_score[made] = value + paid + to_go[target]
                new_forward[made] = f
                new_backward[made] = b
                new_good[made] = g
                new_back[made] = i
                new_letter[made] = letter if known[p] else -1
                made += 1
        threshold = -np.inf
        if made > width:
            scratch[:made] = new_score[:made]
            threshold = np.partition(scratch[:made], made - width)[made - width]
        held = 0
        begin = starts[p + 1]
        for c in range(made):
            if new_score[c] < threshold or held == width:
                continue
            node[held] = new_node[c]
            worth[held] = new_worth[c]
            earned[held] = new_earned[c]
            forward[held] = new_forward[c]
            backward[held] = new_backward[c]
            good[held] = new_good[c]
            for w in range(words):
                bits[held, w] = new_bits[c, w]
            for j in range(rules_count):
                have[held, j] = new_have[c, j]
            back[begin + held] = new_back[c]
            back_letter[begin + held] = new_letter[c]
            held += 1
        if p + 2 < len(starts):
            starts[p + 2] = begin + held
        if held == 0:
            return -np.inf, np.zeros(0, np.int8)
    best = 0
    for i in range(1, held):
        if worth[i] > worth[best]:
            best = i
    return worth[best], trace_back(back, back_letter, starts, best, length)


@kernel
def counts_of(keys, counts, codes):
    """Give how often each k-mer is counted."""
    found = np.zeros(len(codes), np.uint8)
    for i in range(len(codes)):
        if codes[i] != NONE:
            found[i] = has_kmer(keys, counts, codes[i])
    return found

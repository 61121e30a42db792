"""Compiled search for sublibraries that hold as many targets as possible.

A sublibrary is a set of amino acids for each site: the least degenerate codon for what the targets that
it was asked for have there. It holds every target all of whose residues are among them, asked for or not.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

__all__ = ["closed_sets", "held_by", "search"]


@kernel
def held_by(masks, targets, codes):
    """Tell which targets lie in a sublibrary.

    Parameters
    ----------
    masks : ndarray of int64, shape (sites,)
        For each site, the residues that the sublibrary has, as bits of the site's own alphabet.
    targets : ndarray of int64, shape (n, sites)
        Residues by their number in the site's alphabet.
    codes : ndarray of bool, shape (n,)
        Filled.
    """
    for t in range(len(targets)):
        inside = True
        for s in range(targets.shape[1]):
            if not masks[s] >> targets[t, s] & 1:
                inside = False
                break
        codes[t] = inside


@kernel
def _grown(masks, target, starts, cover, log_size):
    """Give the log size after a target was added."""
    total = 0.0
    for s in range(len(target)):
        total += log_size[starts[s] + cover[starts[s] + (masks[s] | 1 << target[s])]]
    return total


@kernel
def _value(held, weights):
    total = 0.0
    for t in range(held.shape[1]):
        for j in range(held.shape[0]):
            if held[j, t]:
                total += weights[t]
                break
    return total


@kernel
def _fill(masks, held, logs, targets, weights, starts, cover, log_size, limit, noise):
    """Add targets, the one that costs least for what it brings first, until none fits any more."""
    libraries, count = held.shape
    banned = np.zeros((libraries, count), np.bool_)
    fresh = np.zeros(count, np.bool_)
    while True:
        best, best_j, best_t = -1.0, -1, -1
        sizes = np.exp(logs)
        total = sizes.sum()
        for t in range(count):
            inside = False
            for j in range(libraries):
                inside |= held[j, t]
            if inside:
                continue
            for j in range(libraries):
                if banned[j, t]:
                    continue
                grown = _grown(masks[j], targets[t], starts, cover, log_size)
                if total - sizes[j] + np.exp(grown) > limit * (1 + 1e-9):
                    continue
                worth = weights[t] / (grown - logs[j] + 0.02)
                worth *= 1.0 + noise * np.random.random()
                if worth > best:
                    best, best_j, best_t = worth, j, t
        if best_j < 0:
            return
        j = best_j
        logs[j] = 0.0
        for s in range(targets.shape[1]):
            place = starts[s] + cover[starts[s] + (masks[j, s] | 1 << targets[best_t, s])]
            masks[j, s] = place - starts[s]
            logs[j] += log_size[place]
        held_by(masks[j], targets, fresh)
        held[j] = fresh


@kernel
def _rebuild(masks, held, logs, j, keep, targets, starts, cover, log_size):
    """Make a sublibrary anew from the targets to keep."""
    sites = targets.shape[1]
    logs[j] = 0.0
    fresh = np.zeros(len(targets), np.bool_)
    for s in range(sites):
        mask = 0
        for t in range(len(targets)):
            if keep[t]:
                mask |= 1 << targets[t, s]
        place = starts[s] + (cover[starts[s] + mask] if mask else 0)
        masks[j, s] = place - starts[s]
        logs[j] += log_size[place]
    held_by(masks[j], targets, fresh)
    held[j] = fresh


@kernel
def search(targets, weights, starts, cover, log_size, libraries, limit, steps, seed):
    """Search for sublibraries of a total size that hold targets of a weight as large as possible.

    Parameters
    ----------
    targets : ndarray of int64, shape (n, sites)
    weights : ndarray of float64, shape (n,)
    starts : ndarray of int64, shape (sites,)
        Where the tables of each site begin.
    cover : ndarray of int64
        For each set of residues of a site, the set that its least codon gives.
    log_size : ndarray of float64
        For each such set, ln of the codon's size; 0 for the empty set.
    libraries : int
    limit : float
        On the sum of the sizes.
    steps, seed : int

    Returns
    -------
    masks : ndarray of int64, shape (libraries, sites)
    value : float
    """
    np.random.seed(seed)
    count, sites = targets.shape
    masks = np.zeros((libraries, sites), np.int64)
    held = np.zeros((libraries, count), np.bool_)
    logs = np.zeros(libraries)
    best_masks, best_value = masks.copy(), -1.0
    now_masks, now_held, now_logs, now_value = masks.copy(), held.copy(), logs.copy(), -1.0
    keep = np.zeros(count, np.bool_)
    idle = 0
    for step in range(steps):
        if step == 0 or idle > 3000:
            # begin anew, from nothing
            masks[:], held[:], logs[:] = 0, False, 0.0
            now_value, idle = -1.0, 0
        else:
            masks[:], held[:], logs[:] = now_masks, now_held, now_logs
            for _ in range(1 + np.random.randint(3)):
                j = np.random.randint(libraries)
                kind = np.random.random()
                members = np.flatnonzero(held[j])
                keep[:] = held[j]
                if len(members):
                    if kind < 0.55:
                        # give up a residue at a site, and all targets that need it
                        s = np.random.randint(sites)
                        for _ in range(60):
                            if masks[j, s] & (masks[j, s] - 1):
                                break
                            s = np.random.randint(sites)
                        r = targets[members[np.random.randint(len(members))], s]
                        for t in members:
                            if targets[t, s] == r:
                                keep[t] = False
                    elif kind < 0.85:
                        # give up some targets
                        for _ in range(1 + np.random.randint(max(1, len(members) // 3))):
                            keep[members[np.random.randint(len(members))]] = False
                    else:
                        # only those that no other sublibrary holds
                        for t in members:
                            for i in range(libraries):
                                if i != j and held[i, t]:
                                    keep[t] = False
                if kind > 0.97:
                    keep[:] = False
                _rebuild(masks, held, logs, j, keep, targets, starts, cover, log_size)
        noise = 3.0 * np.random.random() ** 3
        _fill(masks, held, logs, targets, weights, starts, cover, log_size, limit, noise)
        value = _value(held, weights)
        if value > best_value + 1e-9:
            best_value = value
            best_masks[:] = masks
        # go on from what is as good, and now and then from what is a little worse
        if value >= now_value - 1e-9 or np.random.random() < 0.02:
            if value > now_value + 1e-9:
                idle = 0
            now_masks[:], now_held[:], now_logs[:], now_value = masks, held, logs, value
        idle += 1
    return best_masks, best_value


@kernel
def closed_sets(targets, weights, starts, cover, log_size, limit, floor, improve, nodes, found):
    """Walk the sets of targets that one sublibrary can hold, by branch and bound.

    Targets are taken in or left out one after the other. What a branch may still bring is bounded by
    colours: targets of which no two fit together share a colour, and each colour counts once, with its
    largest weight (as in searches for cliques: Tomita and Seki 2003, doi:10.1007/3-540-45066-1_22).

    Parameters
    ----------
    targets, weights, starts, cover, log_size
        As in `search`.
    limit : float
        On the size.
    floor : float
        Only sets that weigh more are wanted.
    improve : bool
        Whether each set that is found raises the floor, so that the last one is the best.
    nodes : int
        At most so many are looked at.
    found : ndarray of int64, shape (m, sites)
        Filled with the sets, as masks of residues; with `improve`, the first is the best one.

    Returns
    -------
    count : int
        Of the sets that were found; more than m do not fit.
    best : float
        The largest weight, or `floor`.
    done : bool
        Whether the walk came to its end.
    """
    n, sites = targets.shape
    top = np.log(limit) + 1e-9
    masks = np.zeros((n + 2, sites), np.int64)
    state = np.zeros((n + 2, n), np.int8)  # 1 in, 2 left out, 3 does not fit any more
    line = np.zeros((n + 2, n), np.int64)
    bound = np.zeros((n + 2, n))
    room = np.zeros(n + 2, np.int64)
    base = np.zeros(n + 2)
    colour, members = np.zeros(n, np.int64), np.zeros(n, np.int64)
    waiting = np.zeros(n, np.int64)
    apart = np.zeros((n, n), np.bool_)
    depth, fresh, looked, count = 0, True, 0, 0
    while depth >= 0:
        if fresh:
            fresh = False
            looked += 1
            if looked > nodes:
                return count, floor, False
            weight, size, again = 0.0, 0, False
            for t in range(n):
                inside = True
                for s in range(sites):
                    if not masks[depth, s] >> targets[t, s] & 1:
                        inside = False
                        break
                if inside:
                    if state[depth, t] == 2:
                        again = True  # that set was looked at where t was taken in
                        break
                    state[depth, t] = 1
                    weight += weights[t]
                elif state[depth, t] == 0:
                    if _grown(masks[depth], targets[t], starts, cover, log_size) > top:
                        state[depth, t] = 3
                    else:
                        waiting[size] = t
                        size += 1
            if again:
                depth -= 1
                continue
            base[depth] = weight
            if depth and weight > floor + 1e-9:
                if improve:
                    floor = weight
                    found[0], count = masks[depth], 1
                else:
                    if count < len(found):
                        found[count] = masks[depth]
                    count += 1
            for i in range(size):
                for k in range(i):
                    total = 0.0
                    for s in range(sites):
                        both = 1 << targets[waiting[i], s] | 1 << targets[waiting[k], s]
                        total += log_size[starts[s] + cover[starts[s] + (masks[depth, s] | both)]]
                        if total > top:
                            break
                    apart[i, k] = apart[k, i] = total > top
            colour[:size] = -1
            left, placed, sum_of_colours = size, 0, 0.0
            while left:
                same, heaviest = 0, 0.0
                for i in range(size):
                    if colour[i] >= 0:
                        continue
                    fits = True
                    for k in range(same):
                        if not apart[i, members[k]]:
                            fits = False
                            break
                    if fits:
                        colour[i] = placed
                        members[same] = i
                        same += 1
                        heaviest = max(heaviest, weights[waiting[i]])
                sum_of_colours += heaviest
                for k in range(same):
                    line[depth, placed] = waiting[members[k]]
                    bound[depth, placed] = sum_of_colours
                    placed += 1
                left -= same
            room[depth] = size
        at = room[depth] - 1
        if at < 0 or base[depth] + bound[depth, at] <= floor + 1e-9:
            depth -= 1
            continue
        t = line[depth, at]
        room[depth] = at
        for s in range(sites):
            masks[depth + 1, s] = cover[starts[s] + (masks[depth, s] | 1 << targets[t, s])]
        state[depth + 1] = state[depth]
        state[depth, t] = 2
        depth += 1
        fresh = True
    return count, floor, True

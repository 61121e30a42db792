"""The search for the overhangs that ligate most surely together: a tabu search over exchanges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from biowright.core.kernels import kernel

__all__ = ["tabu_search"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@kernel
def tabu_search(
    wrong: Floats, right: Floats, own: Floats, start: Ints, fixed: int, steps: int, seed: int
) -> tuple[float, Ints]:
    """Minimise the product of 1 + (own + sum of wrong) / right over sets of a size.

    In each step the best exchange of one overhang in the set for one outside is made, whether it
    improves the set or not; what was exchanged stays for a while. After a while without improvement
    some overhangs are exchanged at random.

    Parameters
    ----------
    wrong : array, shape (n, n)
        Ligations of each junction to each other one; 0 on the diagonal.
    right, own : array, shape (n,)
        Ligations of each junction to itself as they should be, and wrongly.
    start : array of int, shape (k,)
        The first set; its first `fixed` members stay.
    fixed, steps, seed : int

    Returns
    -------
    best : float
        The least product.
    chosen : array of int, shape (k,)
    """
    size, total = len(start), len(right)
    current = start.copy()
    inside = np.zeros(total, np.bool_)
    load = own.copy()
    for member in start:
        inside[member] = True
        for i in range(total):
            load[i] += wrong[i, member]
    outside = np.empty(total - size, np.int64)
    k = 0
    for i in range(total):
        if not inside[i]:
            outside[k] = i
            k += 1
    share = 1.0 / right
    until = np.zeros(total, np.int64)
    product = 1.0
    for member in current:
        product *= 1.0 + load[member] * share[member]
    best, chosen, local, since = product, current.copy(), product, 0
    state = (seed * 7919 + 12345) % 2147483647
    for step in range(steps):
        if best < 1.0 + 1e-12:
            break
        least, place, mate = np.inf, -1, -1
        for a in range(fixed, size):
            u = current[a]
            for b in range(total - size):
                v = outside[b]
                limit = least
                if (until[u] > step or until[v] > step) and best < limit:
                    limit = best
                p = 1.0 + (load[v] - wrong[v, u]) * share[v]
                for j in range(size):
                    i = current[j]
                    if j != a:
                        p *= 1.0 + (load[i] - wrong[i, u] + wrong[i, v]) * share[i]
                        if p >= limit:
                            break
                if p < limit - 1e-13:
                    least, place, mate = p, a, b
        state = (state * 48271) % 2147483647
        if place < 0:
            place = fixed + state % (size - fixed)
            mate = (state // 1009) % (total - size)
        since += 1
        kicks = 1
        if since > 300:
            since, local, kicks = 0, np.inf, 1 + (size - fixed) // 3
        for kick in range(kicks):
            if kick:
                state = (state * 48271) % 2147483647
                place = fixed + state % (size - fixed)
                mate = (state // 1009) % (total - size)
            u, v = current[place], outside[mate]
            current[place], outside[mate] = v, u
            for i in range(total):
                load[i] += wrong[i, v] - wrong[i, u]
            until[u] = step + 6 + (state // 77) % 10
            until[v] = step + 3 + (state // 991) % 6
        product = 1.0
        for member in current:
            product *= 1.0 + load[member] * share[member]
        if product < local - 1e-13:
            local, since = product, 0
        if product < best - 1e-13:
            best = product
            chosen = current.copy()
    return best, chosen

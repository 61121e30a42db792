"""The compiled inner loops of the Gaussian process: a kernel that is a product over columns.

A design is a row of level codes. Column ``c`` has a table ``C_c`` of correlations between its
levels; two designs ``a`` and ``b`` have the covariance

    k(a, b) = product * prod_c (1 - w_c + w_c C_c[a_c, b_c]) + additive * sum_c w_c C_c[a_c, b_c] / S

so that ``w_c`` says how much column ``c`` matters (0: not at all), the product carries interactions
of every order and the sum the main effects.
"""

from __future__ import annotations

import numpy as np

from biowright.core.kernels import kernel

__all__ = ["covariance", "covariance_gradient", "cross_covariance", "posterior_mean"]


@kernel
def covariance(codes, tables, starts, widths, weights, product, additive):
    """Fill the covariance of the designs in `codes` (n, S) with themselves: (n, n).

    ``tables`` holds the correlation tables one behind the other, flattened; the table of column
    ``c`` begins at ``starts[c]`` and has ``widths[c]`` columns.
    """
    n, columns = codes.shape
    out = np.empty((n, n))
    for i in range(n):
        for j in range(i + 1):
            whole = product
            parts = 0.0
            for c in range(columns):
                same = tables[starts[c] + codes[i, c] * widths[c] + codes[j, c]]
                whole *= 1.0 - weights[c] + weights[c] * same
                parts += weights[c] * same
            out[i, j] = whole + additive * parts / columns
            out[j, i] = out[i, j]
    return out


@kernel
def covariance_gradient(codes, tables, starts, widths, weights, product, additive, inverse, dual):
    """Give the derivatives of minus the log evidence by the kernel's parameters.

    That is the sum over all pairs of ``(inverse - dual dual') / 2`` times the derivative of the
    covariance (Rasmussen and Williams 2006, equation 5.9); only the lower triangle of `inverse`
    (n, n), of the covariance of the measured values, is read; `dual` (n,) is it times the values.
    The three rows of `tables` hold the correlations as `covariance` takes them, and their
    derivatives by the logarithm of the length scale and by the mixing of chemistry and identity.
    Returns an array (3 S + 2): by the weights, by the logarithms of the length scales, by the
    mixings, by `product` and by `additive`.
    """
    n, columns = codes.shape
    out = np.zeros(3 * columns + 2)
    same = np.empty(columns)
    factor = np.empty(columns)
    for i in range(n):
        for j in range(i + 1):
            weight = inverse[i, j] - dual[i] * dual[j]
            if i == j:
                weight *= 0.5
            whole = 1.0
            parts = 0.0
            for c in range(columns):
                same[c] = tables[0, starts[c] + codes[i, c] * widths[c] + codes[j, c]]
                factor[c] = 1.0 - weights[c] + weights[c] * same[c]
                whole *= factor[c]
                parts += weights[c] * same[c]
            for c in range(columns):
                others = product * whole / factor[c]
                place = starts[c] + codes[i, c] * widths[c] + codes[j, c]
                out[c] += weight * (others * (same[c] - 1.0) + additive * same[c] / columns)
                slope = weight * weights[c] * (others + additive / columns)
                out[columns + c] += slope * tables[1, place]
                out[2 * columns + c] += slope * tables[2, place]
            out[3 * columns] += weight * whole
            out[3 * columns + 1] += weight * parts / columns
    return out


@kernel
def cross_covariance(codes, tables, starts, weights, product, additive):
    """Give the covariance (m, n) of the designs in `codes` (m, S) with n reference designs.

    Row ``starts[c] + level`` of `tables` (levels of all columns, n) holds the correlations of that
    level of column ``c`` with the reference designs.
    """
    m, columns = codes.shape
    n = tables.shape[1]
    out = np.empty((m, n))
    parts = np.empty(n)
    for i in range(m):
        row = out[i]
        for j in range(n):
            row[j] = product
            parts[j] = 0.0
        for c in range(columns):
            same = tables[starts[c] + codes[i, c]]
            weight = weights[c]
            for j in range(n):
                row[j] *= 1.0 - weight + weight * same[j]
                parts[j] += weight * same[j]
        for j in range(n):
            row[j] += additive * parts[j] / columns
    return out


@kernel(fastmath=True)
def posterior_mean(codes, factors, starts, mains):
    """Give the posterior mean (m,) of the designs in `codes` (m, S).

    ``factors`` (levels of all columns, n) holds the factors of the product kernel, those of column 0
    times the dual coefficients; ``mains`` (levels of all columns,) the finished main effects. Rows
    that begin or end like the row before share its partial products from the left or the right: in an
    enumeration of all combinations, or of a few changes anywhere, hardly anything else is left.
    """
    m, columns = codes.shape
    n = factors.shape[1]
    out = np.empty(m)
    left = np.empty((columns, n), dtype=factors.dtype)
    right = np.empty((columns + 1, n), dtype=factors.dtype)
    right[columns] = 1.0
    known_left, known_right = 0, columns  # columns whose products are those of the row at hand
    for i in range(m):
        first, last = 0, columns - 1
        if i > 0:
            while first < columns and codes[i, first] == codes[i - 1, first]:
                first += 1
            while last > first and codes[i, last] == codes[i - 1, last]:
                last -= 1
        middle = min(last, columns - 1)
        known_left = min(known_left, first)
        known_right = max(known_right, middle + 1)
        for c in range(known_left, middle):
            row = factors[starts[c] + codes[i, c]]
            if c == 0:
                for j in range(n):
                    left[0, j] = row[j]
            else:
                for j in range(n):
                    left[c, j] = left[c - 1, j] * row[j]
        known_left = max(known_left, middle)
        for c in range(known_right - 1, middle, -1):
            row = factors[starts[c] + codes[i, c]]
            for j in range(n):
                right[c, j] = right[c + 1, j] * row[j]
        known_right = middle + 1
        row = factors[starts[middle] + codes[i, middle]]
        total = np.float64(0.0)
        if columns == 1:
            for j in range(n):
                total += row[j]
        elif middle == 0:
            after = right[1]
            for j in range(n):
                total += row[j] * after[j]
        elif middle == columns - 1:
            before = left[middle - 1]
            for j in range(n):
                total += before[j] * row[j]
        else:
            before, after = left[middle - 1], right[middle + 1]
            for j in range(n):
                total += before[j] * row[j] * after[j]
        for c in range(columns):
            total += mains[starts[c] + codes[i, c]]
        out[i] = total
    return out

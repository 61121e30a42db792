"""The compiled inner loops of the Gaussian process: a kernel that is a product over columns.

A design is a row of level codes. Column ``c`` has a table ``C_c`` of correlations between its
levels; two designs ``a`` and ``b`` have the covariance

    k(a, b) = product * prod_c (1 - w_c + w_c C_c[a_c, b_c]) + additive * sum_c w_c C_c[a_c, b_c] / S

so that ``w_c`` says how much column ``c`` matters (0: not at all), the product carries interactions
of every order and the sum the main effects.
"""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["covariance", "covariance_gradient", "cross_covariance", "posterior_mean"]


@numba.njit(cache=True)
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


@numba.njit(cache=True)
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


@numba.njit(cache=True)
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


@numba.njit(cache=True, fastmath=True)
def posterior_mean(codes, factors, starts, mains):
    """Give the posterior mean (m,) of the designs in `codes` (m, S).

    ``factors`` (levels of all columns, n) holds the factors of the product kernel, those of column 0
    times the dual coefficients; ``mains`` (levels of all columns,) the finished main effects. Rows
    that begin like the row before, as in an enumeration, share its partial products.
    """
    m, columns = codes.shape
    n = factors.shape[1]
    out = np.empty(m)
    partial = np.empty((columns, n), dtype=factors.dtype)
    for i in range(m):
        first = 0
        if i > 0:
            while first < columns - 1 and codes[i, first] == codes[i - 1, first]:
                first += 1
        for c in range(first, columns - 1):
            row = factors[starts[c] + codes[i, c]]
            if c == 0:
                for j in range(n):
                    partial[0, j] = row[j]
            else:
                for j in range(n):
                    partial[c, j] = partial[c - 1, j] * row[j]
        last = factors[starts[columns - 1] + codes[i, columns - 1]]
        total = np.float64(0.0)
        if columns == 1:
            for j in range(n):
                total += last[j]
        else:
            before = partial[columns - 2]
            for j in range(n):
                total += before[j] * last[j]
        for c in range(columns):
            total += mains[starts[c] + codes[i, c]]
        out[i] = total
    return out

"""Each compiled loop against a plain twin, and the gradient against differences."""

from __future__ import annotations

import numpy as np
import pytest

from biowright.learn.columns import Column
from biowright.learn.gaussian import GaussianProcess, _Evidence
from biowright.learn.kernel import (
    covariance,
    covariance_gradient,
    cross_covariance,
    posterior_mean,
)
from biowright.learn.trees import Forest, descend, grow


@pytest.fixture
def problem() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    widths = np.array([3, 4, 2])
    tables = []
    for width in widths:
        half = rng.random((width, width))
        tables.append(
            np.clip((half + half.T) / 2, 0.05, 0.95) * (1 - np.eye(width)) + np.eye(width)
        )
    return {
        "codes": np.stack([rng.integers(width, size=12) for width in widths], axis=1),
        "tables": tables,
        "flat": np.concatenate([table.ravel() for table in tables]),
        "starts": np.concatenate([[0], np.cumsum(widths**2)[:-1]]),
        "widths": widths,
        "weights": np.array([0.9, 0.4, 0.2]),
    }


def plain_covariance(codes, others, tables, weights, product, additive):
    out = np.zeros((len(codes), len(others)))
    for i, a in enumerate(codes):
        for j, b in enumerate(others):
            same = [table[x, y] for table, x, y in zip(tables, a, b, strict=True)]
            whole = product
            for w, s in zip(weights, same, strict=True):
                whole *= 1 - w + w * s
            out[i, j] = (
                whole + additive * sum(w * s for w, s in zip(weights, same, strict=True)) / 3
            )
    return out


def test_covariance(problem) -> None:
    p = problem
    ours = covariance(p["codes"], p["flat"], p["starts"], p["widths"], p["weights"], 0.7, 0.3)
    twin = plain_covariance(p["codes"], p["codes"], p["tables"], p["weights"], 0.7, 0.3)
    np.testing.assert_allclose(ours, twin, rtol=1e-12)


def test_cross_covariance_and_posterior_mean(problem) -> None:
    p = problem
    known, asked = p["codes"][:5], p["codes"]
    stacked = [table[:, known[:, c]] for c, table in enumerate(p["tables"])]
    starts = np.concatenate([[0], np.cumsum(p["widths"])[:-1]])
    twin = plain_covariance(asked, known, p["tables"], p["weights"], 0.7, 0.3)
    ours = cross_covariance(asked, np.concatenate(stacked), starts, p["weights"], 0.7, 0.3)
    np.testing.assert_allclose(ours, twin, rtol=1e-12)
    dual = np.array([1.0, -2.0, 0.5, 0.0, 3.0])
    factors = [1 - w + w * t for w, t in zip(p["weights"], stacked, strict=True)]
    factors[0] = factors[0] * dual * 0.7
    mains = [0.1 * w * (t @ dual) for w, t in zip(p["weights"], stacked, strict=True)]
    order = np.lexsort(asked.T[::-1])  # rows that begin alike share work
    mean = posterior_mean(asked[order], np.concatenate(factors), starts, np.concatenate(mains))
    np.testing.assert_allclose(mean, (twin @ dual)[order], rtol=1e-10)


@pytest.mark.parametrize("columns", [2, 3, 7])
def test_posterior_mean_shares_work_from_both_ends(columns: int) -> None:
    rng = np.random.default_rng(columns)
    widths = rng.integers(1, 5, columns)
    starts = np.concatenate([[0], np.cumsum(widths)[:-1]])
    factors, mains = rng.normal(size=(widths.sum(), 6)), rng.normal(size=widths.sum())
    parent = np.zeros(columns, dtype=np.int64)
    rows = [parent]
    for a in range(columns):  # every change of one column, then of two: long shared ends
        for b in range(a, columns):
            for x in range(widths[a]):
                for y in range(widths[b]):
                    row = parent.copy()
                    row[a], row[b] = x, y
                    rows.append(row)
    codes = np.concatenate([rows, rng.integers(0, widths, (40, columns)), rows[::-1], rows[:1] * 3])
    twin = [
        np.prod([factors[starts[c] + row[c]] for c in range(columns)], axis=0).sum()
        + sum(mains[starts[c] + row[c]] for c in range(columns))
        for row in codes
    ]
    np.testing.assert_allclose(posterior_mean(codes, factors, starts, mains), twin, rtol=1e-9)


def test_posterior_mean_of_one_column() -> None:
    codes = np.array([[1], [0], [1]])
    mean = posterior_mean(codes, np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0]), np.zeros(2))
    assert mean.tolist() == [7.0, 3.0, 7.0]


def test_gradient_of_the_covariance(problem) -> None:
    p = problem
    rng = np.random.default_rng(5)
    half = rng.random((12, 12))
    inverse, dual = half + half.T, rng.random(12)
    adjoint = 0.5 * (inverse - np.outer(dual, dual))
    slopes = [rng.random(p["flat"].shape) for _ in range(2)]
    for k in range(2):  # symmetric, as real ones are
        parts = [
            p_.reshape(w, w)
            for p_, w in zip(np.split(slopes[k], p["starts"][1:]), p["widths"], strict=True)
        ]
        slopes[k] = np.concatenate([(q + q.T).ravel() for q in parts])
    arguments = (p["starts"], p["widths"], p["weights"], 0.7, 0.3)
    ours = covariance_gradient(
        p["codes"], np.stack([p["flat"], *slopes]), *arguments, np.tril(inverse), dual
    )

    def total(weights, product, additive, flat):
        matrix = covariance(p["codes"], flat, p["starts"], p["widths"], weights, product, additive)
        return float((adjoint * matrix).sum())

    step = 1e-6
    for c in range(3):
        moved = p["weights"].copy()
        moved[c] += step
        slope = (
            total(moved, 0.7, 0.3, p["flat"]) - total(p["weights"], 0.7, 0.3, p["flat"])
        ) / step
        assert ours[c] == pytest.approx(slope, rel=1e-4)
        inside = np.zeros(len(p["flat"]))
        inside[p["starts"][c] : p["starts"][c] + p["widths"][c] ** 2] = step
        for k in range(2):
            shifted = total(p["weights"], 0.7, 0.3, p["flat"] + inside * slopes[k])
            slope = (shifted - total(p["weights"], 0.7, 0.3, p["flat"])) / step
            assert ours[3 * (k + 1) + c] == pytest.approx(slope, rel=1e-4)
    base = total(p["weights"], 0.7, 0.3, p["flat"])
    assert ours[9] == pytest.approx(
        (total(p["weights"], 0.7 + step, 0.3, p["flat"]) - base) / step, 1e-4
    )
    assert ours[10] == pytest.approx(
        (total(p["weights"], 0.7, 0.3 + step, p["flat"]) - base) / step, 1e-4
    )


def mixed(count: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    columns = (
        Column("site 1", "protein", "ACDEFGHIKLMNPQRSTVWY"),
        Column("medium", "category", ("a", "b", "c")),
        Column("dose", "number", np.geomspace(1, 100, 7)),
    )
    codes = np.stack([rng.integers(len(c.levels), size=count) for c in columns], axis=1)
    values = np.sin(codes[:, 0]) + codes[:, 1] * codes[:, 2] / 6 + rng.normal(0, 0.1, count)
    return columns, codes, values


def test_gradient_of_the_evidence() -> None:
    columns, codes, values = mixed(40)
    model = GaussianProcess(columns, "nature")
    evidence = _Evidence(
        model.kinds, model.places, codes.astype(np.int64), values - values.mean(), np.ones(40)
    )
    at = evidence.centre[evidence.free] + 0.3
    _, gradient = evidence._loss(at)
    for k in range(len(at)):
        ends = [evidence._loss(at + step * np.eye(len(at))[k])[0] for step in (1e-5, -1e-5)]
        assert gradient[k] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-3, abs=1e-5)


def test_leaving_one_out_in_closed_form_is_what_it_says() -> None:
    columns, codes, values = mixed(25)
    model = GaussianProcess.fit(columns, codes, values, np.ones(25), iterations=5)
    matrix = model.factor @ model.factor.T
    z = (values - model.centre) / model.scale
    for k in (0, 7, 24):
        rest = np.arange(25) != k
        mean = matrix[k, rest] @ np.linalg.solve(matrix[np.ix_(rest, rest)], z[rest])
        assert model.left_out[k] == pytest.approx(mean * model.scale + model.centre, abs=1e-6)


def test_score_predict_and_joint_agree() -> None:
    columns, codes, values = mixed(30)
    model = GaussianProcess.fit(columns, codes, values, np.ones(30))
    asked = mixed(50, seed=1)[1]
    mean, sd = model.predict(asked)
    joint_mean, covariance_ = model.joint(asked)
    np.testing.assert_allclose(model.score(asked), mean, atol=1e-4)
    np.testing.assert_allclose(joint_mean, mean)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance_)), sd, rtol=1e-6)


def plain_tree(features, target, wells, rows, draws, leaf):
    """Grow breadth first, as `grow` does, with lists."""
    nodes, queue = [], [list(rows)]
    while len(nodes) < len(queue):
        k = len(nodes)
        inside = queue[k]
        weight = sum(wells[i] for i in inside)
        total = sum(wells[i] * target[i] for i in inside)
        best = (1e-12, -1, 0.0)
        if len(inside) >= 2 * leaf:
            for f in range(features.shape[1]):
                low, high = min(features[inside, f]), max(features[inside, f])
                cut = low + (high - low) * draws[k % len(draws), f]
                left = [i for i in inside if features[i, f] <= cut]
                if high <= low or len(left) < leaf or len(inside) - len(left) < leaf:
                    continue
                lw = sum(wells[i] for i in left)
                lt = sum(wells[i] * target[i] for i in left)
                gain = lt**2 / lw + (total - lt) ** 2 / (weight - lw) - total**2 / weight
                if gain > best[0] * (1 + 1e-12):
                    best = (gain, f, cut)
        _, f, cut = best
        child = 0
        if f >= 0:
            child = len(queue)
            queue.append([i for i in inside if features[i, f] <= cut])
            queue.append([i for i in inside if features[i, f] > cut])
        nodes.append((f, cut, child, total / weight))
    return nodes


def test_trees() -> None:
    rng = np.random.default_rng(2)
    features, target = rng.random((30, 4)), rng.random(30)
    wells, draws = rng.integers(1, 4, 30).astype(float), rng.random((60, 4))
    rows = rng.permutation(30)[:25]
    tree = grow(features, target, wells, rows, draws, 2.0)
    twin = plain_tree(features, target, wells, rows, draws, 2)
    assert tree[0].tolist() == [node[0] for node in twin]
    np.testing.assert_allclose(tree[3], [node[3] for node in twin])
    guesses = descend(features, *tree)
    for row, guess in zip(features, guesses, strict=True):
        node = 0
        while twin[node][0] >= 0:
            node = twin[node][2] + int(row[twin[node][0]] > twin[node][1])
        assert guess == pytest.approx(twin[node][3])


def test_a_forest_learns_and_knows_how_badly() -> None:
    columns, codes, values = mixed(200)
    forest = Forest.fit(columns, codes, values, np.ones(200), np.random.default_rng(0))
    asked, truth = mixed(200, seed=9)[1:]
    mean, sd = forest.predict(asked)
    assert np.corrcoef(mean, truth)[0, 1] > 0.8
    assert 0.85 < (np.abs(mean - truth) < 2 * sd).mean() <= 1.0

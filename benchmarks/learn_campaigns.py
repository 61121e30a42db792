"""Five rounds of 96 on complete landscapes: ours, random, a greedy forest, a Gaussian process.

GB1 (four sites of protein G, Wu et al. 2016, doi:10.7554/eLife.16965) and TFBIND8 (all 8-mers,
Barrera et al. 2016, doi:10.1126/science.aad2257) are reference data; the others are simulated:
mostly dead with a heavy tail, of a kind that no setting was chosen on. All start from a batch without
labels. BoTorch runs too where it is installed. `python benchmarks/learn_campaigns.py [SEEDS
[LANDSCAPE ...]]`.
"""

from __future__ import annotations

import csv
import gzip
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from biowright.learn import Measured, Table, recommend

DATA = Path(
    os.environ.get(
        "BIOWRIGHT_REFERENCE_DATA",
        Path(__file__).resolve().parent.parent.parent / "shared" / "data",
    )
)
ROUNDS, BATCH = 5, 96
PEER_SEEDS = 4
LETTERS = "ACDEFGHIKLMNPQRSTVWY"

Chooser = Callable[[np.ndarray, np.ndarray, np.ndarray, np.random.Generator], np.ndarray]


def gb1() -> tuple[list[str], np.ndarray]:
    """The measured variants of GB1 and their fitness (wild type: 1)."""
    path = DATA / "learn" / "gb1_wu2016_four_site.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return [row["variant"] for row in rows], np.array([float(row["fitness"]) for row in rows])


def tfbind8() -> tuple[list[str], np.ndarray]:
    """All 8-mers and how strongly they bind."""
    folder = DATA / "learn"
    with gzip.open(folder / "tfbind8_x.npy.gz") as x, gzip.open(folder / "tfbind8_y.npy.gz") as y:
        codes, values = np.load(x), np.load(y).ravel()
    codes, first = np.unique(codes, axis=0, return_index=True)
    return ["".join("ACGT"[c] for c in row) for row in codes], values[first]


def simulated(seed: int) -> tuple[list[str], np.ndarray]:
    """Binding behind a folding threshold, letters without any known chemistry, noise on the floor."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(20)] * 4, indexing="ij"), axis=-1).reshape(-1, 4)

    def energy() -> np.ndarray:
        single = sum(rng.normal(size=20)[grid[:, s]] * rng.lognormal(0, 0.4) for s in range(4))
        pairs = sum(
            (rng.normal(size=(20, 2)) @ rng.normal(size=(2, 20)))[grid[:, a], grid[:, b]]
            for a in range(4)
            for b in range(a)
        )
        total = single / single.std() + 0.5 * pairs / pairs.std()
        return total / total.std()

    values = np.exp(1.5 * energy()) / (1.0 + np.exp(-4.0 * (energy() - 1.0)))
    values /= values.max()
    values = np.where(values < 0.01, 0.0, values) + rng.normal(0, 0.003, len(values))
    return ["".join(LETTERS[c] for c in row) for row in grid], values


def ours(ids: list[str], values: np.ndarray, seed: int) -> list[int]:
    """Run a campaign with `recommend`."""
    table = Table.of_sequences(ids, ids)
    place = {name: k for k, name in enumerate(ids)}
    rows: list[int] = []
    for _ in range(ROUNDS):
        wells = Measured([ids[k] for k in rows], values[rows])
        result = recommend(table, wells, batch=BATCH, seed=seed)
        rows += [place[pick.id] for pick in result.picks]
    return rows


def peer(choose: Chooser, ids: list[str], values: np.ndarray, seed: int) -> list[int]:
    """Run a campaign with a peer, from a random first batch."""
    rng = np.random.default_rng(seed)
    features = indicators(ids)
    rows = rng.choice(len(ids), BATCH, replace=False).tolist()
    for _ in range(ROUNDS - 1):
        scores = choose(features, np.array(rows), values[rows], rng)
        scores[rows] = -np.inf
        rows += np.argsort(-scores)[:BATCH].tolist()
    return rows


def indicators(ids: list[str]) -> np.ndarray:
    """One column of 0 and 1 a letter of each site."""
    grid = np.array(ids, dtype=bytes).view("S1").reshape(len(ids), -1)
    parts = [grid[:, [s]] == np.unique(grid[:, s])[None] for s in range(grid.shape[1])]
    return np.concatenate(parts, axis=1).astype(np.float32)


def by_chance(features, rows, measured, rng) -> np.ndarray:
    """Score at random."""
    return rng.random(len(features))


def by_forest(features, rows, measured, rng) -> np.ndarray:
    """Score by the mean of scikit-learn's random forest."""
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(100, random_state=int(rng.integers(1 << 30)))
    return forest.fit(features[rows], measured).predict(features)


def by_process(features, rows, measured, rng) -> np.ndarray:
    """Score by the upper bound of scikit-learn's Gaussian process (RBF, fitted noise)."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    kernel = ConstantKernel(1.0) * RBF(2.0) + WhiteKernel(0.1)
    process = GaussianProcessRegressor(kernel, normalize_y=True).fit(features[rows], measured)
    bounds = []
    for start in range(0, len(features), 20000):
        mean, sd = process.predict(features[start : start + 20000], return_std=True)
        bounds.append(mean + sd)
    return np.concatenate(bounds)


def by_botorch(features, rows, measured, rng) -> np.ndarray:
    """Score by the upper bound of BoTorch's single-task process."""
    import torch
    from botorch.fit import fit_gpytorch_mll
    from botorch.models import SingleTaskGP
    from gpytorch.mlls import ExactMarginalLogLikelihood

    torch.set_num_threads(1)
    torch.manual_seed(int(rng.integers(1 << 30)))
    x = torch.tensor(features, dtype=torch.float64)
    y = torch.tensor((measured - measured.mean()) / (measured.std() or 1.0))[:, None]
    model = SingleTaskGP(x[rows], y)
    fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
    bounds = []
    with torch.no_grad():
        for start in range(0, len(x), 500):  # a posterior holds the covariance of all its points
            posterior = model.posterior(x[start : start + 500])
            bounds.append((posterior.mean + posterior.variance.sqrt()).numpy().ravel())
    return np.concatenate(bounds)


def main() -> None:
    """Print the table."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    peers: dict[str, Chooser] = {
        "random": by_chance,
        "greedy forest": by_forest,
        "scikit-learn GP": by_process,
    }
    try:
        import botorch

        peers[f"BoTorch {botorch.__version__}"] = by_botorch
    except ImportError:
        print("BoTorch is not installed: left out")
    warnings.filterwarnings("ignore", module="sklearn")
    landscapes: dict[str, Callable[[int], tuple[list[str], np.ndarray]]] = {
        f"simulated {k}": (lambda _, k=k: simulated(k)) for k in range(3)
    }
    if (DATA / "learn").is_dir():
        landscapes = {"GB1": lambda _: gb1(), "TFBIND8": lambda _: tfbind8(), **landscapes}
    else:
        print(f"no reference data at {DATA}: only simulated landscapes")
    unknown = [name for name in sys.argv[2:] if name not in landscapes]
    if unknown:
        sys.exit(f"no landscape is named {', '.join(unknown)}; there are: {', '.join(landscapes)}")
    landscapes = {name: landscapes[name] for name in sys.argv[2:] or landscapes}
    print(f"{ROUNDS} rounds of {BATCH}; best: mean share of the landscape's maximum")
    head = f"{'landscape':<13}{'method':<17}{'seeds':>5}{'best':>7}{'found':>6}{'top 100':>9}"
    print(f"{head}{'CPU s a round':>15}")
    for name, make in landscapes.items():
        ids, values = make(0)
        top = set(np.argsort(-values, kind="stable")[:100].tolist())
        for method in ("Biowright", *peers):
            count = seeds if method == "Biowright" and name == "GB1" else min(seeds, PEER_SEEDS)
            best, found, hits = [], 0, []
            clock = time.process_time()
            for seed in range(count):
                if method == "Biowright":
                    rows = ours(ids, values, seed)
                else:
                    rows = peer(peers[method], ids, values, seed)
                best.append(values[rows].max() / values.max())
                found += values[rows].max() == values.max()
                hits.append(len(top & set(rows)))
            clock = (time.process_time() - clock) / count / (ROUNDS - 1)
            print(
                f"{name:<13}{method:<17}{count:>5}{np.mean(best):>7.3f}{found:>4}/{count:<2}"
                f"{np.mean(hits):>8.1f}{clock:>15.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()

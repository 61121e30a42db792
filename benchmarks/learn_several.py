"""Two quantities at once: the share of the Pareto front's volume after four rounds of 24.

Ours (`recommend_several`), one score of added ranks (`recommend` on it, what a weighted sum gives),
and chance, on media of three doses and on constructs of five slots, both simulated: a titre and a
burden that pull in different directions. `python benchmarks/learn_several.py [SEEDS]`.
"""

from __future__ import annotations

import itertools
import sys
import time

import numpy as np

from biowright.learn import Aim, Measured, Table, hypervolume, recommend, recommend_several

ROUNDS, BATCH = 4, 24


def media() -> tuple[Table, np.ndarray]:
    """Three doses of twelve levels."""
    doses = np.array(list(itertools.product(range(12), repeat=3)), dtype=float)
    x = doses.T / 11
    titre = np.exp(x[0] + x[1] * x[2] + 0.3 * np.sin(5 * x[1]))
    burden = x[0] ** 2 + x[2] + 0.2 * np.cos(4 * x[1])
    table = Table.of_factors(range(len(doses)), {f"dose {k}": doses[:, k] for k in range(3)})
    return table, np.stack([titre, -burden], axis=1)


def constructs() -> tuple[Table, np.ndarray]:
    """Five slots of seven parts without any order; strong parts make much and burden much."""
    rng = np.random.default_rng(5)
    grid = np.array(list(itertools.product(range(7), repeat=5)))
    strength = rng.normal(size=(5, 7))
    other = 0.7 * strength + 0.7 * rng.normal(size=(5, 7))
    pair = rng.normal(size=(7, 7))
    titre = sum(strength[s][grid[:, s]] for s in range(5)) + pair[grid[:, 1], grid[:, 3]]
    burden = sum(other[s][grid[:, s]] for s in range(5)) + 0.5 * pair.T[grid[:, 0], grid[:, 3]]
    data = {f"slot {s}": [f"p{k}" for k in grid[:, s]] for s in range(5)}
    return Table.of_factors(range(len(grid)), data), np.stack([np.exp(titre / 2), -burden], axis=1)


def run(method: str, table: Table, truth: np.ndarray, seed: int) -> float:
    """Run a campaign; give the share of the volume that the whole space dominates."""
    rng = np.random.default_rng(seed)
    made: list[int] = [int(p.design) for p in recommend(table, batch=BATCH, seed=seed).picks]
    aims = {"titre": Aim(), "burden": Aim("minimise")}
    for _ in range(ROUNDS - 1):
        told = truth[made]
        if method == "chance":
            left = np.setdiff1d(np.arange(len(truth)), made)
            made += rng.choice(left, BATCH, replace=False).tolist()
        elif method == "added ranks":
            ranks = np.argsort(np.argsort(told, axis=0), axis=0).sum(axis=1).astype(float)
            picks = recommend(table, Measured(made, ranks), batch=BATCH, seed=seed).picks
            made += [int(pick.design) for pick in picks]
        else:
            wells = {"titre": Measured(made, told[:, 0]), "burden": Measured(made, -told[:, 1])}
            picks = recommend_several(table, wells, aims, batch=BATCH, seed=seed).picks
            made += [int(pick.design) for pick in picks]
    reference = np.quantile(truth, 0.1, axis=0)
    return hypervolume(truth[made], reference) / hypervolume(truth, reference)


def main() -> None:
    """Print the table."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    print(f"{'space':<14}{'method':<14}{'seeds':>6}{'volume':>9}{'missed':>9}{'CPU s a round':>15}")
    for name, make in {"media": media, "constructs": constructs}.items():
        table, truth = make()
        for method in ("Biowright", "added ranks", "chance"):
            clock = time.process_time()
            share = np.mean([run(method, table, truth, seed) for seed in range(seeds)])
            cpu = (time.process_time() - clock) / seeds / (ROUNDS - 1)
            print(
                f"{name:<14}{method:<14}{seeds:>6}{share:>9.3f}{1 - share:>9.3f}{cpu:>15.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()

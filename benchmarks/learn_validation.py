"""Foretelling what was not seen: media by medium, strains by cycle; ours beside the peers.

Flaviolin media (288 wells of 88 media; the closed tool's own cross-validation is in the file) and
isoprenol strains (cycles 0 to 4, each from those before it). `python benchmarks/learn_validation.py`.
"""

from __future__ import annotations

import csv
import os
import re
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from biowright.learn import Table, validate

DATA = Path(
    os.environ.get(
        "BIOWRIGHT_REFERENCE_DATA",
        Path(__file__).resolve().parent.parent.parent / "shared" / "data",
    )
)


def read(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def show(
    data: str, name: str, r2: float, spearman: float, gain: float, coverage: object, cpu: object
) -> None:
    """Print a row."""
    held = f"{coverage:.3f}" if isinstance(coverage, float) else "-"
    clock = f"{cpu:.1f}" if isinstance(cpu, float) else "-"
    print(
        f"{data:<11}{name:<26}{r2:>7.3f}{spearman:>10.3f}{gain:>10.1f}{held:>10}{clock:>8}",
        flush=True,
    )


def peers(
    features: np.ndarray, values: np.ndarray, folds: np.ndarray, forward: bool, data: str
) -> None:
    """Run scikit-learn's forest and Gaussian process on the same folds."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    spread = features.std(axis=0)
    x = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    # a length for each of a hundred columns takes minutes and gains nothing
    lengths = np.full(x.shape[1], 3.0) if x.shape[1] <= 30 else float(np.sqrt(x.shape[1]))
    kernel = ConstantKernel(1.0) * RBF(lengths) + WhiteKernel(0.1)
    models = {
        "scikit-learn forest": lambda: RandomForestRegressor(200, random_state=0),
        "scikit-learn GP": lambda: GaussianProcessRegressor(kernel, normalize_y=True),
    }
    for name, make in models.items():
        clock = time.process_time()
        guess = np.full(len(values), np.nan)
        held = np.full(len(values), np.nan)
        for fold in range(folds.max() + 1):
            test = folds == fold
            train = folds < fold if forward else ~test
            if not test.any() or not train.any():
                continue
            model = make().fit(x[train], values[train])
            if isinstance(model, GaussianProcessRegressor):
                guess[test], sd = model.predict(x[test], return_std=True)
                held[test] = np.abs(values[test] - guess[test]) < 1.96 * sd
            else:
                guess[test] = model.predict(x[test])
        seen = np.isfinite(guess)
        truth, told = values[seen], guess[seen]
        r2 = 1 - ((truth - told) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
        ranks = [np.argsort(np.argsort(v)) for v in (truth, told)]
        gain = np.mean(
            [
                enrich(guess[seen & (folds == k)], values[seen & (folds == k)])
                for k in range(folds.max() + 1)
                if (seen & (folds == k)).any()
            ]
            if forward
            else [enrich(told, truth)]
        )
        covered = float(held[seen].mean()) if np.isfinite(held[seen]).all() else None
        cpu = time.process_time() - clock
        show(data, name, r2, np.corrcoef(ranks)[0, 1], float(gain), covered, cpu)


def enrich(guess: np.ndarray, truth: np.ndarray) -> float:
    """Compare the true top tenth within the foretold top tenth with what chance gives."""
    tenth = max(1, len(truth) // 10)
    best = set(np.argsort(-truth)[:tenth].tolist())
    return len(best & set(np.argsort(-guess)[:tenth].tolist())) / tenth * len(truth) / tenth


def main() -> None:
    """Print the table."""
    if not (DATA / "learn").is_dir():
        print(f"no reference data at {DATA}: nothing to validate on")
        sys.exit(0)
    warnings.filterwarnings("ignore", module="sklearn")
    print(
        f"{'data':<11}{'model':<26}{'R²':>7}{'Spearman':>10}{'top tenth':>10}{'coverage':>10}{'CPU s':>8}"
    )
    rows = read(DATA / "learn" / "flaviolin_c1" / "dbtl7_train_pred.csv")
    media = [name for name in rows[0] if name.endswith("[mM]")]
    values = np.array([float(row["OD340"]) for row in rows])
    table = Table.of_factors(range(len(rows)), {m: [row[m] for row in rows] for m in media})
    groups = [tuple(row[m] for m in media) for row in rows]
    validate(table, values, groups=groups, folds=2)  # loads the compiled loops
    for seed in range(3):
        clock = time.process_time()
        result = validate(table, values, groups=groups, seed=seed)
        f = result.figures
        cpu = time.process_time() - clock
        show(
            "flaviolin", f"Biowright, seed {seed}", f.r2, f.spearman, f.enrichment, f.coverage, cpu
        )
    # the cycle is known before measuring: each file holds the rows of those before it
    ends = [
        len(read(DATA / "learn" / "flaviolin_c1" / f"dbtl{k}_train_pred.csv")) for k in (4, 5, 6)
    ]
    factors = {m: [row[m] for row in rows] for m in media}
    factors["cycle"] = [f"cycle {np.searchsorted(ends, k, side='right')}" for k in range(len(rows))]
    known = validate(Table.of_factors(range(len(rows)), factors), values, groups=groups).figures
    show(
        "flaviolin",
        "Biowright, cycle known",
        known.r2,
        known.spearman,
        known.enrichment,
        known.coverage,
        None,
    )
    means = {
        g: np.mean([v for v, other in zip(values, groups, strict=True) if other == g])
        for g in set(groups)
    }
    spread = ((values - np.array([means[g] for g in groups])) ** 2).sum()
    ceiling = 1 - spread / ((values - values.mean()) ** 2).sum()
    show("flaviolin", "means of the replicates", ceiling, 1.0, 1.0, None, None)
    for name, b in result.baselines.items():
        show("flaviolin", name, b.r2, b.spearman, b.enrichment, None, None)
    features = np.array([[float(row[m]) for m in media] for row in rows])
    peers(features, values, result.folds, False, "flaviolin")
    told = np.array([float(row["OD340_cv_pred"]) for row in rows])
    sd = np.array([float(row["OD340_cv_std"]) for row in rows])
    r2 = 1 - ((values - told) ** 2).sum() / ((values - values.mean()) ** 2).sum()
    ranks = [np.argsort(np.argsort(v)) for v in (values, told)]
    covered = float((np.abs(values - told) < 1.96 * sd).mean())
    show(
        "flaviolin",
        "ART (published CV)",
        r2,
        np.corrcoef(ranks)[0, 1],
        enrich(told, values),
        covered,
        None,
    )

    rows = read(DATA / "learn" / "isoprenol" / "isoprenol_cycles0-4.csv")
    strains = [set(re.findall(r"PP_\d+", row["line_name_norep"])) for row in rows]
    genes = sorted(set().union(*strains))
    features = np.array([[float(gene in strain) for gene in genes] for strain in strains])
    values = np.array([float(row["isoprenol"]) for row in rows])
    table = Table.of_factors(range(len(rows)), dict(zip(genes, features.T, strict=True)))
    clock = time.process_time()
    result = validate(table, values, order=[int(row["cycle"]) for row in rows])
    f = result.figures
    cpu = time.process_time() - clock
    show("isoprenol", "Biowright", f.r2, f.spearman, f.enrichment, f.coverage, cpu)
    for name, b in result.baselines.items():
        show("isoprenol", name, b.r2, b.spearman, b.enrichment, None, None)
    cycles = np.array([int(row["cycle"]) for row in rows])
    peers(features, values, cycles, True, "isoprenol")


if __name__ == "__main__":
    main()

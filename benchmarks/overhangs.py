"""The best overhang sets for 10 to 52 junctions with each shipped matrix: fidelity, bound and CPU time.

The peer is what is usual: a greedy walk that adds the overhang that costs least (`greedy`), and the
stochastic search of the vendor's tool as Pryor et al. 2020 (doi:10.1371/journal.pone.0238592) describe
it, a Metropolis walk over exchanges, with as many seconds as ours takes (`Metropolis`).
"""

from __future__ import annotations

import math
import os
import sys
import time
from pathlib import Path

import numpy as np

from biowright.build import (
    best_overhangs,
    ligation_matrices,
    ligation_matrix,
    read_ligation_matrix,
    set_fidelity,
)
from biowright.build.overhangs import _field, _greedy, _product

COUNTS = (10, 15, 20, 25, 30, 35, 40, 45, 52)
MOCLO = ["GGAG", "TGAC", "TCCC", "TACT", "CCAT", "AATG", "AGCC", "TTCG", "GCTT", "GGTA", "CGCT"]
PUBLISHED = (
    # matrix, junctions, required, the vendor's figure, where it stands
    (
        "FileS3_18h_25C.xlsx",
        15,
        (),
        0.985,
        "Potapov 2018 doi:10.1021/acssynbio.8b00333, set 1, predicted",
    ),
    ("FileS3_18h_25C.xlsx", 20, (), 0.981, "set 2, predicted"),
    ("FileS3_18h_25C.xlsx", 25, (), 0.958, "set 3, predicted"),
    ("FileS3_18h_25C.xlsx", 30, (), 0.917, "set 4, predicted"),
    (
        "BsmBI-v2",
        11,
        MOCLO,
        0.81,
        "Pryor 2020 doi:10.1371/journal.pone.0238592, MoClo's 11, predicted",
    ),
    ("BsmBI-v2", 20, MOCLO, 0.80, "the 11 and 9 more by the vendor's GetSet, predicted"),
    ("BsaI-HFv2", 12, (), 0.995, "the vendor's technical note, correct colonies, measured"),
    ("BsaI-HFv2", 24, (), 0.907, "the same, measured"),
    (
        "FileS3_18h_25C.xlsx",
        52,
        (),
        0.49,
        "Pryor 2022 doi:10.1021/acssynbio.1c00525, colonies, measured",
    ),
)
"""All figures of the vendor (New England Biolabs) for 10 to 52 junctions that could be found. Those of
Potapov 2018 are by matrices that are not shipped (CC BY-NC) and read from the reference data."""


def metropolis(matrix: str, count: int, seconds: float) -> float:
    """Give the best fidelity of a walk that takes worse sets with falling probability."""
    field = _field(ligation_matrix(matrix), [], [], 0.1)
    random = np.random.default_rng(1)
    total = len(field.names)
    inside = list(random.choice(total, count, replace=False))
    now = best = math.log(_product(field, inside))
    start = time.process_time()
    while (spent := (time.process_time() - start) / seconds) < 1 and count < total:
        place = int(random.integers(count))
        other = int(random.choice([i for i in range(total) if i not in inside]))
        trial = [*inside[:place], other, *inside[place + 1 :]]
        loss = math.log(_product(field, trial))
        if loss < now or random.random() < math.exp((now - loss) / (0.05 * (1.001 - spent))):
            inside, now = trial, loss
            best = min(best, now)
    return math.exp(-best)


def compare() -> None:
    """Print the vendor's figures beside the best set that is found, and what no set exceeds."""
    folder = os.environ.get("BIOWRIGHT_REFERENCE_DATA")
    print(
        f"{'matrix':<21}{'n':>4}{'vendor':>9}{'fidelity':>10}{'bound':>9}{'CPU s':>7}  vendor's source"
    )
    for name, count, required, figure, source in PUBLISHED:
        if name.endswith(".xlsx"):
            if folder is None:
                print(
                    f"{name:<21}{count:>4}{figure:>9.3f}  set BIOWRIGHT_REFERENCE_DATA to compare"
                )
                continue
            matrix = read_ligation_matrix(Path(folder) / "build" / "ligation" / name)
        else:
            matrix = ligation_matrix(name)
        start = time.process_time()
        found = best_overhangs(count, matrix, require=required)
        seconds = time.process_time() - start
        print(
            f"{name:<21}{count:>4}{figure:>9.3f}{found.fidelity:>10.4f}{found.bound:>9.4f}{seconds:>7.2f}  "
            f"{source}",
            flush=True,
        )


def main() -> int:
    """Print the tables."""
    best_overhangs(23, "BsaI")  # compiles
    compare()
    print(
        f"{'matrix':<12}{'n':>4}{'published':>11}{'fidelity':>10}{'bound':>10}{'greedy':>10}"
        f"{'Metropolis':>12}{'CPU s':>8}"
    )
    known = {(name, count): figure for name, count, _, figure, _ in PUBLISHED}
    for name in ligation_matrices():
        for count in sorted({*COUNTS, *(n for matrix, n in known if matrix == name)}):
            field = _field(ligation_matrix(name), [], [], 0.1)
            if count > len(field.names):
                continue
            start = time.process_time()
            found = best_overhangs(count, name)
            seconds = time.process_time() - start
            assert found.fidelity == set_fidelity(found.overhangs, name).fidelity
            greedy = 1 / _product(field, _greedy(field, 0, count))
            walk = metropolis(name, count, max(seconds, 0.2))
            print(
                f"{name:<12}{count:>4}{known.get((name, count), '-'):>11}{found.fidelity:>10.4f}"
                f"{found.bound:>10.4f}{greedy:>10.4f}{walk:>12.4f}{seconds:>8.2f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())

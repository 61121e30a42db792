"""One recommendation of 96, everything scored: 160,000 and ten million candidates.

CPU seconds in the process, after the first call of each kind (which compiles or loads the loops),
and the peak of memory. `python benchmarks/learn_speed.py`.
"""

from __future__ import annotations

import resource
import time

import numpy as np

from biowright.learn import Measured, Sites, Slots, recommend

LETTERS = "ACDEFGHIKLMNPQRSTVWY"
REPEATS = 3


def wells(space: Sites | Slots, count: int) -> Measured:
    """Measure `count` random designs on a heavy-tailed function of their codes."""
    rng = np.random.default_rng(0)
    indices = rng.choice(space.size, count, replace=False)
    codes = space.codes(indices)
    energy = sum(np.sin(3.1 * (c + 1) + codes[:, c]) for c in range(codes.shape[1]))
    return Measured([space.design(int(i)) for i in indices], np.exp(1.5 * energy))


def main() -> None:
    """Print the table."""
    slots = tuple((f"slot {k}", tuple(f"part {j}" for j in range(10))) for k in range(7))
    spaces = {
        "4 protein sites": (Sites((LETTERS,) * 4), REPEATS),
        "7 slots of 10 parts": (Slots(slots), 1),
    }
    print(f"{'space':<22}{'candidates':>12}{'measured':>10}{'CPU s':>8}{'peak MB':>9}")
    for name, (space, repeats) in spaces.items():
        measured = wells(space, 400)
        recommend(Sites(("ACDEFG",) * 3), Measured(["AAA", "CCD", "DEF"], [1.0, 2.0, 0.5]), batch=2)
        clocks = []
        for seed in range(repeats):
            clock = time.process_time()
            picks = recommend(space, measured, batch=96, seed=seed).picks
            clocks.append(time.process_time() - clock)
            assert len({pick.id for pick in picks}) == 96
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name:<22}{space.size:>12,}{400:>10}{np.median(clocks):>8.2f}{peak:>9.0f}")


if __name__ == "__main__":
    main()

"""Melting temperatures, hairpins and dimers of 100,000 oligos, beside Biopython.

Biopython has no structures; primer3's own figures on the same machine stand in the guide to
planning (it is GPL and no part of this environment).
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

from Bio.SeqUtils import MeltingTemp

from biowright.bio import (
    dimer_energies,
    end_stabilities,
    hairpin_energies,
    melting_temperatures,
)


def measured(work: Callable[[], object], rounds: int) -> float:
    """Give the median CPU time in s."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    """Measure and print the table."""
    dice = random.Random(1)
    oligos = ["".join(dice.choices("ACGT", k=22)) for _ in range(100_000)]
    few = oligos[:2_000]
    for work in (melting_temperatures, end_stabilities, hairpin_energies, dimer_energies):
        work(oligos[:2])  # compiled, or read from the cache
    print(f"{'oligos/s, 22 bases, medians':<34}{'ours':>12}  {'peer':<24}{'peer':>9}{'ratio':>8}")
    ours = len(oligos) / measured(lambda: melting_temperatures(oligos), 5)
    theirs = len(few) / measured(
        lambda: [
            MeltingTemp.Tm_NN(
                oligo, nn_table=MeltingTemp.DNA_NN4, dnac1=250, dnac2=0, Na=50, saltcorr=6
            )
            for oligo in few
        ],
        3,
    )
    print(
        f"{'melting temperature':<34}{ours:>12,.0f}  {'Biopython Tm_NN':<24}{theirs:>9,.0f}"
        f"{ours / theirs:>8.1f}"
    )
    for title, work in (
        ("stability of the 3' end", end_stabilities),
        ("hairpin", hairpin_energies),
        ("dimer of an oligo with itself", dimer_energies),
    ):
        rate = len(oligos) / measured(lambda work=work: work(oligos), 3)
        print(f"{title:<34}{rate:>12,.0f}  {'-':<24}")


if __name__ == "__main__":
    main()

"""SEGUID v2 checksums of circles, beside the reference implementation, and in bad cases.

The reference implementation takes minutes for a genome, so it is measured on circles of 5 and 50
kb.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable

import seguid

from biowright.core import Sequence, cdseguid


def measured(work: Callable[[], object], rounds: int) -> float:
    """Give the median CPU time in s."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def fibonacci(length: int) -> str:
    """Give a Fibonacci word, which has as many repeats inside repeats as there can be."""
    one, other = "A", "AC"
    while len(other) < length:
        one, other = other, other + one
    return other[:length]


def main() -> int:
    """Print the table."""
    rng = random.Random(1)
    genome = 4_641_652
    print("cdseguid of a double-stranded circle; median CPU time in ms")
    print(f"{'':<34}{'biowright':>10}{'seguid':>12}{'ratio':>9}")
    for length in (5_000, 50_000):
        text = "".join(rng.choices("ACGT", k=length))
        other = str(Sequence(text).reverse_complement())
        assert cdseguid(text) == seguid.cdseguid(text, other)
        ours = measured(lambda text=text: cdseguid(text), 9)
        theirs = measured(lambda text=text, other=other: seguid.cdseguid(text, other), 1)
        title = f"random, {length:,} bp"
        print(f"{title:<34}{ours * 1000:>10.2f}{theirs * 1000:>12.1f}{theirs / ours:>9.0f}")
    cases = {
        "random": "".join(rng.choices("ACGT", k=genome)),
        "poly-A": "A" * genome,
        "AC repeated": "AC" * (genome // 2),
        "ACC repeated": "ACC" * (genome // 3),
        "Fibonacci word": fibonacci(genome),
        "runs of A of every length": "".join("A" * i + "C" for i in range(3_046)),
        "every second letter an A": "".join("A" + rng.choice("CGT") for _ in range(genome // 2)),
    }
    for title, text in cases.items():
        time_ours = measured(lambda text=text: cdseguid(text), 3)
        title = f"{title}, {len(text) / 1e6:.1f} Mb"
        print(f"{title:<34}{time_ours * 1000:>10.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Plans for real DNA, from orders to the target and back, base for base; CPU time and memory."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

from biowright import read
from biowright.build import plan_pieces
from biowright.build.planning import choose_plan, plan_synthesis, prove
from biowright.core import Record
from biowright.safety import screen

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
GENOMES = REFERENCE / "build" / "genomes"
CASES = (
    ("phix174.gb", ("twist-gene-fragments",), ("golden-gate",)),
    ("phix174.gb", (), ()),
    ("lambda_NC_001416.gb", ("twist-gene-fragments",), ("gibson",)),
    ("lambda_NC_001416.gb", ("idt-eblocks",), ("golden-gate",)),
    ("JCVI-syn3A.gb.gz", ("twist-gene-fragments",), ("gibson",)),
    ("JCVI-syn3A.gb.gz", ("idt-eblocks",), ("golden-gate",)),
)


def row(name: str, target: Record, vendors: tuple[str, ...], methods: tuple[str, ...]) -> None:
    """Plan one target, replay it, screen it, and print what it took."""
    start = time.process_time()
    best = choose_plan(plan_synthesis([target], vendors=vendors, methods=methods))
    planned = time.process_time()
    prove(best)
    proven = time.process_time()
    verdict = screen(plan_pieces(best))
    screened = time.process_time()
    print(
        f"{name:<22}{len(target):>9,}  {best.method:<12}{best.vendor:<22}{len(best.orders):>6}"
        f"{len(best.reactions):>6}{best.price:>12,.0f}{planned - start:>9.1f}{proven - planned:>8.1f}"
        f"{screened - proven:>8.1f}  {verdict.outcome}",
        flush=True,
    )


def main() -> None:
    """Measure and print the table."""
    print("CPU s: planned with its proof; the proof once more; screened")
    print(
        f"{'target':<22}{'bp':>9}  {'method':<12}{'vendor':<22}{'orders':>6}{'steps':>6}{'price':>12}"
        f"{'plan':>9}{'proof':>8}{'screen':>8}"
    )
    for file, vendors, methods in CASES:
        path = GENOMES / file
        if not path.is_file():
            print(f"{file}: no reference data at {REFERENCE}")
            continue
        row(file.split(".")[0], read(path)[0], vendors, methods)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory {peak:,} MB; peer: dnaweaver, which alternates between vendors at 20 kb")


if __name__ == "__main__":
    main()

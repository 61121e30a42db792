"""GenBank beside Biopython: the annotated genome of E. coli, read and written.

Both work on the same bytes in memory, in turns in one process, so that a busy machine slows both.
The input is the reference data's ``build/genomes/ecoli_MG1655_NC_000913.3.gbff.gz``, where
BIOWRIGHT_REFERENCE_DATA points or in ``../shared/data`` beside the checkout, or the file that is named.
"""

from __future__ import annotations

import gzip
import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
GENOME = REFERENCE / "build" / "genomes" / "ecoli_MG1655_NC_000913.3.gbff.gz"


def measured(ours: Callable[[], object], peer: Callable[[], object], rounds: int) -> list[float]:
    """Give the median CPU time in s of both, run in turns."""
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for work, spent in zip((ours, peer), times, strict=True):
            start = time.process_time()
            work()
            spent.append(time.process_time() - start)
    return [statistics.median(spent) for spent in times]


def main(path: Path = GENOME, rounds: int = 9) -> int:
    """Print the table."""
    if not path.is_file():
        print(f"no genome at {path}; set BIOWRIGHT_REFERENCE_DATA, or name a GenBank file")
        return 1
    from Bio import SeqIO

    from biowright.formats import open_source
    from biowright.formats.insdc.genbank import read, write

    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = data.decode()
    ours = list(read(open_source(io.BytesIO(data))))
    theirs = list(SeqIO.parse(io.StringIO(text), "genbank"))
    letters = sum(len(record) for record in ours)
    features = sum(len(record.features) for record in ours)
    print(f"{path.name}: {len(data) / 1e6:.1f} MB, {letters:,} letters, {features:,} features")
    print("median CPU time in s of", rounds, "rounds; the ratio is our time over the peer's\n")
    print(f"{'workload':<24}{'biowright':>12}{'Biopython':>12}{'ratio':>8}")
    for title, own, other in (
        (
            "read",
            lambda: list(read(open_source(io.BytesIO(data)))),
            lambda: list(SeqIO.parse(io.StringIO(text), "genbank")),
        ),
        (
            "write",
            lambda: write(ours, io.BytesIO()),
            lambda: SeqIO.write(theirs, io.StringIO(), "genbank"),
        ),
    ):
        mine, peer = measured(own, other, rounds)
        print(f"{title:<24}{mine:>12.3f}{peer:>12.3f}{mine / peer:>8.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))

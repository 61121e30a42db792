"""Editing the annotated E. coli genome (4.6 Mb, some 9,000 features), beside Biopython.

What Biopython does with one line each: an insertion or deletion by slicing and adding, which drops
every feature over the cut; the reverse complement and a rotation with their features. Two limits
are in the table: copying the letters once, and complementing and reversing them.
"""

from __future__ import annotations

import gzip
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from Bio import SeqIO
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord

import biowright
from biowright.core import (
    Editor,
    Record,
    delete,
    insert,
    replace,
    reverse_complement,
    rotate,
)

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
GENOME = REFERENCE / "build" / "genomes" / "ecoli_MG1655_NC_000913.3.gbff.gz"


def measured(work: Callable[[], object], rounds: int) -> float:
    """Give the median CPU time in s."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def report(title: str, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
    """Print one row."""
    time_ours, time_theirs = measured(ours, 15), measured(theirs, 3)
    print(
        f"{title:<46}{time_ours * 1000:>10.2f}{time_theirs * 1000:>12.1f}"
        f"{time_theirs / time_ours:>9.0f}",
        flush=True,
    )


def main() -> int:
    """Print the table."""
    if not GENOME.is_file():
        print(f"skipped: no genome at {GENOME}")
        return 0
    ours: Record = biowright.read(GENOME)[0]
    with gzip.open(GENOME, "rt") as handle:
        theirs: SeqRecord = SeqIO.read(handle, "genbank")
    ours.features.extents()  # asked for once a genome, by the first edit
    letters = ours.sequence.data
    at, half = 2_000_000, len(ours) // 2

    def again(record: Record) -> Record:
        return delete(insert(reverse_complement(record), at, "ACGT" * 5), 500, 900)

    print(f"{len(ours):,} bp, {len(ours.features):,} features; median CPU time in ms")
    print(f"{'':<46}{'biowright':>10}{'Biopython':>12}{'ratio':>9}")
    report(
        "insert 20 nt in the middle",
        lambda: insert(ours, at, "ACGT" * 5),
        lambda: theirs[:at] + SeqRecord(Seq("ACGT" * 5)) + theirs[at:],
    )
    report(
        "delete 1 kb",
        lambda: delete(ours, at, at + 1000),
        lambda: theirs[:at] + theirs[at + 1000 :],
    )
    report(
        "replace 1 kb by 20 nt",
        lambda: replace(ours, at, at + 1000, "ACGT" * 5),
        lambda: theirs[:at] + SeqRecord(Seq("ACGT" * 5)) + theirs[at + 1000 :],
    )
    report(
        "reverse complement with features",
        lambda: reverse_complement(ours),
        lambda: theirs.reverse_complement(features=True),
    )
    report("rotate by half", lambda: rotate(ours, half), lambda: theirs[half:] + theirs[:half])
    report(
        "reverse complement, insert, delete",
        lambda: again(ours),
        lambda: theirs.reverse_complement(features=True)[:at] + theirs[at:],
    )
    report(
        "undo of an insertion and of a deletion",
        lambda: Editor(ours).insert(at, "ACGT").delete(500, 900).undo(2),
        lambda: theirs[:],
    )
    report(
        "delete 1 kb and build all features",
        lambda: list(delete(ours, at, at + 1000).features),
        lambda: list((theirs[:at] + theirs[at + 1000 :]).features),
    )
    print("limits of this machine:")
    copied = measured(lambda: b"".join((letters[:at], letters[at:])), 15)
    turned = measured(lambda: letters.translate(bytes(range(256)))[::-1], 15)
    print(f"{'  copy the letters':<46}{copied * 1000:>10.2f}")
    print(f"{'  complement and reverse the letters':<46}{turned * 1000:>10.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Reverse complement, six-frame translation, ORFs and genes of E. coli MG1655, beside Biopython.

The target: reverse complement and six frames together in under 0.2 s of CPU time.
"""

from __future__ import annotations

import ctypes
import gzip
import os
import random
import statistics
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from Bio import SeqIO
from Bio.Seq import Seq

import biowright
from biowright.bio import find_orfs, six_frames, translate, translate_feature
from biowright.core import Sequence

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
GENOME = REFERENCE / "build" / "genomes" / "ecoli_MG1655_NC_000913.3.gbff.gz"


def measured(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Give the median CPU time in s and the memory that a process needs more for it, in MB."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times), memory(work)


def memory(work: Callable[[], object]) -> float:
    """Do the work in a copy of this process, and see how far its memory grows (Linux)."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
        before = status("VmRSS")
        work()
        os.write(writing, str(status("VmHWM") - before).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return int(pipe.read()) / 1024


def status(what: str) -> int:
    """Read a number of kB from what the kernel says of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1])


def report(title: str, ours: Callable[[], object], peer: Callable[[], object] | None) -> None:
    """Print one row."""
    time_ours, peak_ours = measured(ours, 5)
    row = f"{title:<44}{time_ours:>9.3f}{peak_ours:>8.0f}"
    if peer is not None:
        time_peer, peak_peer = measured(peer, 1)  # it takes seconds, so that once tells enough
        row += f"{time_peer:>11.3f}{peak_peer:>8.0f}{time_peer / time_ours:>9.1f}"
    print(row, flush=True)


def biopython_frames(forward: Seq, backward: Seq) -> list[Seq]:
    """Translate the six frames as Biopython's tutorial does."""
    frames = []
    for strand in (forward, backward):
        for offset in range(3):
            end = offset + (len(strand) - offset) // 3 * 3
            frames.append(strand[offset:end].translate(table=11))
    return frames


def main() -> None:
    """Measure and print the table."""
    record = None
    if GENOME.is_file():
        [record] = biowright.read(GENOME)
        sequence = record.sequence.linear()
        print(f"{record.name}, {len(record):,} bp")
    else:
        sequence = Sequence("".join(random.Random(1).choices("ACGT", k=4_641_652)))
        print(f"random letters, {len(sequence):,} bp (no reference data at {REFERENCE})")
    seq = Seq(sequence.data)
    reverse = seq.reverse_complement()
    assert str(sequence.reverse_complement()) == str(reverse)
    assert [str(f.protein) for f in six_frames(sequence, 11)] == [
        str(protein) for protein in biopython_frames(seq, reverse)
    ]

    print(f"{'':<44}{'ours':>17}{'Biopython':>19}{'ratio':>9}")
    print(f"{'':<44}{'CPU s':>9}{'MB':>8}{'CPU s':>11}{'MB':>8}")
    report("reverse complement", sequence.reverse_complement, seq.reverse_complement)
    report("six frames", lambda: six_frames(sequence, 11), lambda: biopython_frames(seq, reverse))
    report(
        "both together (target 0.2 s)",
        lambda: (sequence.reverse_complement(), six_frames(sequence, 11)),
        lambda: biopython_frames(seq, seq.reverse_complement()),
    )
    ambiguous = sprinkled(sequence)
    report(
        "one frame with 1 % ambiguous letters",
        lambda: translate(ambiguous, 11),
        lambda: Seq(ambiguous.data).translate(table=11),
    )
    report(
        "ORFs of 100 amino acids or more", lambda: list(find_orfs(sequence, 11, minimum=100)), None
    )
    if record is not None:
        with gzip.open(GENOME, "rt") as handle:
            peer = SeqIO.read(StringIO(handle.read()), "genbank")
        report(
            "all CDS features that have a /translation",
            lambda: [
                translate_feature(record, f)
                for f in record.features
                if "translation" in f.qualifiers
            ],
            lambda: [
                f.extract(peer.seq).translate(table=11, to_stop=True)
                for f in peer.features
                if "translation" in f.qualifiers
            ],
        )


def sprinkled(sequence: Sequence) -> Sequence:
    """Exchange one letter of a hundred by an ambiguous one, in whole codons."""
    data = bytearray(sequence.data[: len(sequence) // 3 * 3])
    chance = random.Random(2)
    for at in chance.sample(range(len(data)), len(data) // 100):
        data[at] = chance.choice(b"RYSWKMN")
    return Sequence(bytes(data))


if __name__ == "__main__":
    main()

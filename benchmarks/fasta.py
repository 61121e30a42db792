"""FASTA, FASTQ and 2bit beside Biopython: a genome, and many records of the length of a gene.

Biopython's SimpleFastaParser gives pairs of strings and checks no letter; SeqIO gives records, as
we do. The limit that the table shows is copying the same bytes once, without their line ends.
"""

from __future__ import annotations

import io
import random
import statistics
import sys
import time
from collections.abc import Callable

from Bio import SeqIO
from Bio.SeqIO.FastaIO import SimpleFastaParser

from biowright.formats import fasta, fastq, open_source

GENES, LENGTH, GENOME, READS = 100_000, 700, 4_641_652, 50_000


def measured(work: Callable[[], object], rounds: int = 5) -> float:
    """Give the median CPU time in s."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def walked(records: object) -> int:
    """Take all records, keeping none."""
    return sum(1 for _ in records)  # type: ignore[attr-defined]


def row(title: str, size: int, ours: float, peers: dict[str, float], limit: float) -> None:
    """Print one line of the table."""
    cells = f"{title:<30}{size / 1e6:>7.1f}{ours * 1000:>11.1f}{size / 1e6 / ours:>9.0f}"
    for name in ("SimpleFastaParser", "SeqIO"):
        time_ = peers.get(name)
        cells += f"{time_ * 1000:>19.1f}{time_ / ours:>7.1f}" if time_ else f"{'':>19}{'':>7}"
    print(f"{cells}{limit * 1000:>10.1f}", flush=True)


def main() -> int:
    """Print the table."""
    rng = random.Random(1)
    gene = bytes(rng.choices(b"ACGT", k=LENGTH))
    one = fasta.wrapped(gene)
    genes = b"".join(
        b">gene%d a gene that codes for something\n%b" % (i, one) for i in range(GENES)
    )
    genome = b">NC_000913.3 a genome\n" + fasta.wrapped(bytes(rng.choices(b"ACGT", k=GENOME)))
    letters, scores = gene[:150], bytes(rng.choices(range(35, 74), k=150))
    reads = b"".join(b"@read%d\n%b\n+\n%b\n" % (i, letters, scores) for i in range(READS))
    print("median CPU time in ms; MB/s is ours; each ratio is the peer's time over ours")
    print(
        f"{'':<30}{'MB':>7}{'biowright':>11}{'MB/s':>9}{'SimpleFastaParser':>19}{'ratio':>7}"
        f"{'SeqIO':>19}{'ratio':>7}{'limit':>10}"
    )
    for title, data in ((f"read {GENES:,} genes", genes), ("read a genome of 4.6 Mb", genome)):
        text = data.decode()
        row(
            title,
            len(data),
            measured(lambda data=data: walked(fasta.read(open_source(io.BytesIO(data))))),
            {
                "SimpleFastaParser": measured(
                    lambda text=text: walked(SimpleFastaParser(io.StringIO(text)))
                ),
                "SeqIO": measured(
                    lambda text=text: walked(SeqIO.parse(io.StringIO(text), "fasta"))
                ),
            },
            measured(lambda data=data: data.replace(b"\n", b"")),
        )
    for title, data in ((f"write {GENES:,} genes", genes), ("write a genome of 4.6 Mb", genome)):
        ours = list(fasta.read(open_source(io.BytesIO(data))))
        theirs = list(SeqIO.parse(io.StringIO(data.decode()), "fasta"))
        row(
            title,
            len(data),
            measured(lambda ours=ours: fasta.write(ours, io.BytesIO())),
            {
                "SeqIO": measured(
                    lambda theirs=theirs: SeqIO.write(theirs, io.StringIO(), "fasta"), 3
                )
            },
            measured(lambda data=data: bytearray(data)),
        )
    row(
        f"read {READS:,} reads (FASTQ)",
        len(reads),
        measured(lambda: walked(fastq.read(open_source(io.BytesIO(reads))))),
        {"SeqIO": measured(lambda: walked(SeqIO.parse(io.StringIO(reads.decode()), "fastq")), 3)},
        measured(lambda: reads.replace(b"\n", b"")),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Search in a million real genes: literal stretches, motifs and relatives, beside the peers.

`python benchmarks/library_search.py [GENES] [SEED]` takes the first so many genes of the Debian package
`metaphlan2-data` (all of them by default, which takes some minutes and 3 GB). Every fiftieth is taken
for a circle. Queries come from the corpus by a seeded generator, 1,000 for each question; a seed that was
not used before shows whether something was tuned to the queries. Slow peers answer a subset of the
queries; times are CPU seconds of one thread, children included.
"""

from __future__ import annotations

import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import parasail
import polars

from biowright.bio import IUPAC, enzymes
from biowright.core import Sequence
from biowright.library.index import SequenceIndex

CORPUS = Path("/var/lib/metaphlan2-data/markers.fasta")
SEED = 4
CIRCLES = 50
"""Every so many genes one is a circle."""
QUERIES = 1000


class Genes:
    """The corpus as a source of sequences."""

    def __init__(self, count: int | None) -> None:
        pieces = CORPUS.read_bytes().split(b">")[1:]
        self.letters = [
            piece.partition(b"\n")[2].replace(b"\n", b"").upper() for piece in pieces[:count]
        ]

    def last(self) -> int:
        return len(self.letters)

    def read(self, first: int, last: int) -> Iterator[tuple[int, bytes, bool]]:
        for number in range(first, last + 1):
            yield number, self.letters[number - 1], self.circular(number)

    def circular(self, number: int) -> bool:
        """Tell which genes are taken for circles."""
        return number % CIRCLES == 0


def spent() -> float:
    """Give the CPU time of this process and its children in s."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Give the CPU time in s, and the answer."""
    begun = spent()
    answer = work()
    return spent() - begun, answer


def each(work: Callable[[object], object], queries: list[object]) -> list[float]:
    """Give the CPU time in ms of each query, sorted."""
    times = []
    for query in queries:
        begun = time.process_time()
        work(query)
        times.append(1000 * (time.process_time() - begun))
    return sorted(times)


def row(
    what: str, ours: float, peer: str = "", theirs: float | None = None, more: str = ""
) -> None:
    """Print one row, in ms of CPU time."""
    beside = "" if theirs is None else f"{theirs:>12.2f}{theirs / max(ours, 1e-9):>9.1f}"
    print(f"{what:<46}{ours:>11.2f}  {peer:<24}{beside:<22}{more}", flush=True)


def other_strand(letters: str) -> str:
    return str(Sequence(letters).reverse_complement())


def mutated(rng: random.Random, letters: str, identity: float) -> str:
    """Change letters; a tenth of the changes are insertions and deletions."""
    made = []
    for letter in letters:
        if rng.random() < identity:
            made.append(letter)
        elif rng.random() < 0.1:
            made.append(rng.choice(("", letter + rng.choice("ACGT"))))
        else:
            made.append(rng.choice("ACGT".replace(letter, "")))
    return "".join(made)


def stretches(genes: Genes, rng: random.Random, count: int, size: int) -> list[tuple[int, str]]:
    """Take stretches of genes: number, letters."""
    made = []
    while len(made) < count:
        number = rng.randint(1, genes.last())
        letters = genes.letters[number - 1].decode()
        if len(letters) >= size and set(letters) <= set("ACGT"):
            if genes.circular(number):
                letters += letters[: size - 1]
            at = rng.randint(0, len(letters) - size)
            made.append((number, letters[at : at + size]))
    return made


def everywhere(genes: Genes, queries: list[str]) -> list[set[tuple[int, int, int]]]:
    """Find all places of queries of 20 letters by brute force: number, start, strand of each.

    One pass over the corpus: each window is a number of 40 bits, and is looked up among the queries.
    """
    codes = np.full(256, 4, np.uint8)
    codes[list(b"ACGT")] = range(4)

    def number_of(letters: bytes) -> np.ndarray:
        """Give the numbers of all windows, -1 where one holds anything else than a base."""
        read = codes[np.frombuffer(letters, np.uint8)]
        odd = np.concatenate(([0], np.cumsum(read > 3)))
        part = read.astype(np.int64)
        windows = {1: part}
        for size in (2, 4, 8, 16):
            half = windows[size // 2]
            windows[size] = half[: -size // 2] << size | half[size // 2 :]
        made = windows[16][:-4] << 8 | windows[4][16:]
        made[odd[20:] > odd[:-20]] = -1
        return made

    wanted: dict[int, list[tuple[int, int]]] = {}
    for index, query in enumerate(queries):
        for strand, spelled in ((1, query), (-1, other_strand(query))):
            wanted.setdefault(int(number_of(spelled.encode())[0]), []).append((index, strand))
    near = np.zeros(1 << 24, np.bool_)
    near[np.array(list(wanted)) & 0xFFFFFF] = True
    truth: list[set[tuple[int, int, int]]] = [set() for _ in queries]
    for first in range(1, genes.last() + 1, 10_000):
        pieces = []
        for number, letters, circular in genes.read(first, min(first + 9_999, genes.last())):
            pieces.append((number, letters + letters[:19] * circular))
        text = b"|".join(letters for _, letters in pieces)
        starts = np.cumsum([0] + [len(letters) + 1 for _, letters in pieces])
        found = number_of(text)
        places = np.flatnonzero(near[found & 0xFFFFFF] & (found >= 0))
        for place in places.tolist():
            for index, strand in wanted.get(int(found[place]), ()):
                at = int(np.searchsorted(starts, place, side="right")) - 1
                truth[index].add((pieces[at][0], place - int(starts[at]), strand))
    return truth


def literal(index: SequenceIndex, genes: Genes, folder: Path, seed: int) -> None:
    """Stretches of 20 letters on both strands; all hits of all queries are compared with brute force."""
    rng = random.Random(seed)
    queries = [
        q if rng.random() < 0.5 else other_strand(q) for _, q in stretches(genes, rng, QUERIES, 20)
    ]
    for place in range(0, QUERIES, 20):
        circle = genes.letters[CIRCLES * rng.randint(1, genes.last() // CIRCLES) - 1].decode()
        at = len(circle) - rng.randint(1, 19)
        if len(circle) >= 20 and set(circle) <= set("ACGT"):
            queries[place] = (circle + circle[:19])[at : at + 20]
    index.find(queries[:1])
    times = each(lambda query: index.find([query]), queries)
    frame = polars.DataFrame({"letters": [letters.decode() for letters in genes.letters]})
    polars_time, _ = timed(
        lambda: frame.select(polars.col("letters").str.contains(queries[0], literal=True).sum())
    )
    row("20 letters, both strands, p50", times[500], "Polars, one strand", 1000 * polars_time)
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    frame.write_csv(folder / "genes.csv")
    connection.execute(f"CREATE TABLE genes AS SELECT * FROM read_csv('{folder / 'genes.csv'}')")
    duck, _ = timed(
        lambda: connection.execute(
            "SELECT count(*) FROM genes WHERE contains(letters, ?)", [queries[0]]
        ).fetchall()
    )
    row("20 letters, both strands, p99", times[990], "DuckDB, one strand", 1000 * duck)
    connection.close()
    wrong = 0
    over = 0
    for query, truth in zip(queries, everywhere(genes, queries), strict=True):
        hits = index.find([query])
        wrong += truth != {(h.number, h.start, h.strand) for h in hits}
        over += int((hits.end <= hits.start).any())
    print(
        f"{'':<4}{wrong} of {len(queries):,} queries differ from brute force over both strands and all "
        f"origins; {over} have hits over an origin"
    )
    text = b"|".join(genes.letters)
    for motif in ("GCANNNNNNTGC", "GAATTC", "RCCGGY", "GCTGGTGG"):
        runs = [timed(lambda motif=motif: index.find([motif])) for _ in range(3)]
        time_ours, hits = statistics.median(each for each, _ in runs), runs[0][1]
        # a letter of a part fits where all that it can be is allowed
        pattern = "".join(
            f"[{''.join(x for x in IUPAC if set(IUPAC[x]) <= set(IUPAC[letter]))}]"
            for letter in motif
        )
        time_re, found = timed(
            lambda pattern=pattern: sum(1 for _ in re.finditer(f"(?={pattern})".encode(), text))
        )
        # those over an origin are none of the text's
        within = (hits.strand == 1) & (hits.end > hits.start)  # type: ignore[attr-defined]
        forward = int(within.sum())
        row(
            f"{motif}, both strands",
            1000 * time_ours,
            "re, one strand",
            1000 * time_re,
            f"{forward:,} forward, re {found:,}",
        )
    sites = sorted({enzyme.site for enzyme in enzymes()})
    index.count(sites)  # loads or compiles the loops
    time_ours, _ = timed(lambda: index.count(sites))
    row(f"all {len(sites)} sites of REBASE, counted", 1000 * time_ours)


def relatives(index: SequenceIndex, genes: Genes, folder: Path, seed: int) -> None:
    """Mutated stretches of 300 letters; BLAST+ with its best task for each identity."""
    fasta = folder / "genes.fa"
    with fasta.open("wb") as stream:
        for number, letters in enumerate(genes.letters, 1):
            stream.write(b">%d\n%s\n" % (number, letters))
    making, _ = timed(
        lambda: subprocess.run(
            ["makeblastdb", "-in", fasta, "-dbtype", "nucl", "-out", folder / "db"],
            check=True,
            capture_output=True,
        )
    )
    print(f"{'':<4}makeblastdb: {making:.1f} CPU s")
    count = QUERIES
    matrix = parasail.matrix_create("ACGT", 2, -3)
    for identity in (0.9, 0.8, 0.7):
        rng = random.Random(100 * seed + int(100 * identity))
        planted = [(n, mutated(rng, s, identity)) for n, s in stretches(genes, rng, count, 300)]
        queries = [(n, q if rng.random() < 0.5 else other_strand(q)) for n, q in planted]
        least = identity - 0.07
        index.similar([queries[0][1]], identity=least)
        right, far, times = 0, 0, []
        for number, query in queries:
            begun = time.process_time()
            hits = index.similar([query], identity=least, limit=10)
            times.append(1000 * (time.process_time() - begun))
            right += bool(hits) and number in hits.number[hits.score == hits.score[0]]
            if hits and number in hits.number.tolist():
                first = hits[hits.number == number]
                mine = query if first.strand[0] == 1 else other_strand(query)
                target = genes.letters[number - 1].decode()
                target += target * genes.circular(number)
                best = parasail.sw_stats_striped_16(mine, target, 7, 2, matrix)
                far += abs(best.matches / best.length - first.identity[0]) > 0.005
        few = queries[: count // 10]
        (folder / "q.fa").write_text("".join(f">{n}\n{q}\n" for n, q in few))
        blast, done = timed(
            lambda few=few: subprocess.run(
                ["blastn", "-task", "dc-megablast", "-query", folder / "q.fa", "-db", folder / "db",
                 "-outfmt", "6 qseqid sseqid bitscore", "-max_target_seqs", "10"],
                check=True, capture_output=True, text=True,
            )
        )  # fmt: skip
        tops: dict[str, str] = {}
        for line in done.stdout.splitlines():  # type: ignore[attr-defined]
            query, subject, _ = line.split("\t")
            tops.setdefault(query, subject)
        blasted = sum(tops.get(str(n)) == str(n) for n, _ in few)
        row(
            f"300 letters at {identity:.0%}: mean",
            statistics.mean(times),
            "dc-megablast",
            1000 * blast / len(few),
            f"right {right}/{count}, BLAST+ {blasted}/{len(few)}; {far} alignments off by > 0.5 %",
        )


def main() -> None:
    """Measure and print the table."""
    if not CORPUS.exists():
        print(f"no corpus at {CORPUS}: install the package metaphlan2-data")
        return
    genes = Genes(int(sys.argv[1]) if len(sys.argv) > 1 else None)
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    print(f"{genes.last():,} genes, {sum(map(len, genes.letters)):,} letters")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = SequenceIndex(folder / "index", genes)
        building, _ = timed(index.update)
        size = sum(file.stat().st_size for file in (folder / "index").iterdir())
        print(f"{'':<4}the index: {building:.1f} CPU s, {size / 1e6:,.0f} MB")
        print(f"{'CPU ms':<46}{'ours':>11}  {'peer':<24}{'peer':>12}{'ratio':>9}")
        literal(index, genes, folder, seed)
        relatives(index, genes, folder, seed)
        fresh, _ = timed(
            lambda: subprocess.run(
                [sys.executable, "-c", "import biowright.library.index.index"], check=True
            )
        )
        print(f"{'':<4}loading the code: {fresh:.2f} CPU s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"{'':<4}most memory, with the corpus as Python objects: {peak:.1f} GB")


if __name__ == "__main__":
    main()

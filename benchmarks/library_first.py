"""First answers of a library in a new process, and exact identity from any origin in a running one.

`python benchmarks/library_first.py [GENES | LIBRARY] [SEED]` loads the first so many genes of the Debian
package `metaphlan2-data` (100,000 by default), or takes a library that is there. Every kind of question
is asked by the command line six times, each time in a new process: the first of them may compile and is
told apart. Beside them stands what a process costs that only loads numpy, or numba. Exact identity is asked
1,000 times for each way in which a sequence may be turned, beside a hash of the letters in SQLite, which
finds them in one orientation only. CPU seconds of one thread; wall times are told, too.
"""

from __future__ import annotations

import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from library_search import CORPUS, other_strand

from biowright.library import Library
from biowright.library.proteins import spelled_index
from biowright.library.searching import index_of

RUNS, QUERIES = 6, 1000


def made(path: Path, count: int) -> Path:
    """Load the first genes of the corpus."""
    some = path / "genes.fasta"
    with CORPUS.open("rb") as source, some.open("wb") as out:
        for line in source:
            count -= line.startswith(b">")
            if count < 0:
                break
            out.write(line)
    with Library.create(path / "library") as library:
        library.load(some)
        index_of(library).update()
        spelled_index(library).update()
    return path / "library"


def spent(command: list[str]) -> tuple[float, float]:
    """Give the CPU and the wall time of a process in s."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - begun


def first_answers(path: Path, gene: str) -> None:
    """Ask every kind of question in new processes."""
    python = [sys.executable, "-c"]
    ask = [
        sys.executable,
        "-m",
        "biowright",
        "library",
        "search",
        str(path),
        "--json",
        "--limit",
        "3",
    ]
    rows = {
        "(a process that loads numpy)": [*python, "import numpy"],
        "(a process that loads numba)": [*python, "import numba"],
        "--exact": [*ask, "--exact", gene],
        "--contains, 20 letters": [*ask, "--contains", gene[100:120]],
        "--motif": [*ask, "--motif", f"{gene[100:106]}NNNN{gene[110:116]}"],
        "--similar, 150 letters": [*ask, "--similar", gene[:150]],
        "--text": [*ask, "--text", "NC 015954"],
        "--protein": [*ask, "--protein", "MKKLLIAGGTGFIGSHLVDKLLEEGHEVVVLDNLSSG"],
    }
    print(f"{'first answer of a process, s':<34}{'CPU':>8}{'wall':>8}{'first CPU':>12}")
    for what, command in rows.items():
        (first, _), *others = [spent(command) for _ in range(RUNS)]
        cpu, wall = (statistics.median(times) for times in zip(*others, strict=True))
        print(f"{what:<34}{cpu:>8.2f}{wall:>8.2f}{first:>12.2f}", flush=True)


def latencies(what: str, find: Callable[[str], object], queries: list[str]) -> None:
    """Print how long answers take in ms."""
    times, found = [], 0
    for query in queries:
        begun = time.process_time()
        found += bool(find(query))
        times.append(1000 * (time.process_time() - begun))
    times.sort()
    print(
        f"{what:<34}{times[len(times) // 2]:>8.3f}{times[len(times) * 99 // 100]:>8.3f}{found:>12}"
    )


def exact(path: Path, seed: int) -> None:
    """Ask for genes as they are, turned, and from the other strand."""
    rng = random.Random(seed)

    def turned(letters: str) -> str:
        at = rng.randrange(1, len(letters))
        return letters[at:] + letters[:at]

    ways: dict[str, Callable[[str], str]] = {
        "as they are": str,
        "other strand": other_strand,
        "another origin": turned,
        "another origin, other strand": lambda letters: other_strand(turned(letters)),
        "absent": lambda letters: letters[1:],
    }
    with Library.open(path) as library, sqlite3.connect(":memory:") as peer:
        last = library.last()
        numbers = rng.sample(range(1, last + 1), min(20 * QUERIES, last))
        letters = [library.letters(number).decode() for number in sorted(numbers)]
        peer.execute("CREATE TABLE genes (letters TEXT PRIMARY KEY) WITHOUT ROWID")
        peer.executemany("INSERT OR IGNORE INTO genes VALUES (?)", ((own,) for own in letters))
        print(f"\n{'exact identity, CPU ms':<34}{'p50':>8}{'p99':>8}{'found':>12}")
        library.find_exact(turned(letters[0]))
        for what, way in ways.items():
            latencies(what, library.find_exact, [way(own) for own in rng.sample(letters, QUERIES)])

        def look(own: str) -> object:
            return peer.execute("SELECT 1 FROM genes WHERE letters = ?", (own,)).fetchone()

        latencies("SQLite, as they are", look, rng.sample(letters, QUERIES))


def main() -> None:
    """Load, unless there is a library, and ask."""
    source = sys.argv[1] if len(sys.argv) > 1 else "100000"
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        path = made(Path(folder), int(source)) if source.isdigit() else Path(source)
        with Library.open(path) as library:
            print(f"{library.last():,} parts")
            gene = library.letters(1).decode()
        first_answers(path, gene)
        exact(path, seed)


if __name__ == "__main__":
    main()

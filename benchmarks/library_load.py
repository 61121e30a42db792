"""The library's load beside makeblastdb, and exact identity beside SQLite and DuckDB.

The corpus is `markers.fasta` of the Debian package metaphlan2-data: 1,036,027 genes, 711.6 Mb. BLAST+ makes
its database of the same file; it keeps no provenance, versions, hashes or words. SQLite and DuckDB hold
a table of names and sequences with an index on a hash of the letters as they stand: they find one
orientation only. Without the package, genes are drawn at random.

    python benchmarks/library_load.py [FASTA] [RECORDS]
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

CORPUS = Path("/var/lib/metaphlan2-data/markers.fasta")
QUERIES = 2000
_FLIP = bytes.maketrans(b"ACGT", b"TGCA")


def corpus(folder: Path, source: Path, records: int | None) -> Path:
    """Give the file to load: the corpus, a part of it, or random genes."""
    if source.exists() and records is None:
        return source
    path = folder / "corpus.fasta"
    with path.open("wb") as out:
        if source.exists():
            kept = 0
            with source.open("rb") as lines:
                for line in lines:
                    kept += line.startswith(b">")
                    if kept > (records or 0):
                        break
                    out.write(line)
        else:
            rng = random.Random(1)
            for index in range(records or 20_000):
                letters = bytes(rng.choices(b"ACGT", k=rng.randint(200, 1200)))
                out.write(b">gene%d\n%b\n" % (index, letters))
    return path


def measured(command: Sequence[str]) -> tuple[float, float, float]:
    """Run a command; give wall time and CPU time in s, and memory in MB."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed")
    wall = time.monotonic() - begun
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def size(folder: Path) -> float:
    """Give what a folder takes, in MB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def loads(path: Path, folder: Path) -> None:
    """Print the table of loads."""
    print(f"{'load':<34}{'wall s':>9}{'CPU s':>9}{'memory MB':>11}{'disk MB':>10}")
    code = (
        "import sys; from biowright.cli import main; "
        "main(['library', 'create', sys.argv[1]]); "
        "sys.exit(main(['library', 'add', sys.argv[1], sys.argv[2], '--tier', 'reference']))"
    )
    home = folder / "library"
    row = measured([sys.executable, "-c", code, str(home), str(path)])
    print(
        f"{'biowright library add':<34}{row[0]:>9.1f}{row[1]:>9.1f}{row[2]:>11.0f}{size(home):>10.0f}"
    )
    if shutil.which("makeblastdb") is None:
        print("makeblastdb is not installed")
        return
    theirs = folder / "blast"
    theirs.mkdir()
    peer = measured(
        ["makeblastdb", "-in", str(path), "-dbtype", "nucl", "-out", str(theirs / "db")]
    )
    print(f"{'makeblastdb':<34}{peer[0]:>9.1f}{peer[1]:>9.1f}{peer[2]:>11.0f}{size(theirs):>10.0f}")
    print(f"{'ratio, ours over theirs':<34}{row[0] / peer[0]:>9.2f}{row[1] / peer[1]:>9.2f}")


def queries(path: Path) -> list[bytes]:
    """Draw genes, half of them turned to the other strand, half of those to another origin too."""
    from biowright.formats import stream

    rng = random.Random(4)
    chosen: list[bytes] = []
    for seen, record in enumerate(stream(path), 1):
        letters = record.sequence.data.upper()
        if letters.translate(None, b"ACGT"):
            continue
        if len(chosen) < QUERIES:
            chosen.append(letters)
        elif (at := rng.randrange(seen)) < QUERIES:
            chosen[at] = letters
    turned = []
    for index, letters in enumerate(chosen):
        if index % 2:
            letters = letters.translate(_FLIP)[::-1]
        if index % 4 == 3:
            at = rng.randrange(len(letters))
            letters = letters[at:] + letters[:at]
        turned.append(letters)
    return turned


def timed(find: Callable[[bytes], object], asked: Sequence[bytes]) -> tuple[float, float, float]:
    """Give median and 99th percentile in ms, and the share that was found."""
    times, found = [], 0
    for letters in asked:
        begun = time.perf_counter()
        found += bool(find(letters))
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times), sorted(times)[int(0.99 * len(times))], found / len(asked)


def exact(path: Path, folder: Path) -> None:
    """Print the table of look-ups."""
    from biowright.formats import stream
    from biowright.library import Library

    asked = queries(path)
    print(f"\n{'exact identity':<34}{'p50 ms':>9}{'p99 ms':>9}{'found':>9}")

    def row(title: str, find: Callable[[bytes], object], some: Sequence[bytes]) -> None:
        p50, p99, found = timed(find, some)
        print(f"{title:<34}{p50:>9.3f}{p99:>9.3f}{found:>9.1%}", flush=True)

    with Library.open(folder / "library") as library:
        library.find_exact(asked[0])
        straight = [q for index, q in enumerate(asked) if index % 4 != 3]
        row("biowright, any strand", library.find_exact, straight)
        row("biowright, any origin and strand", library.find_exact, asked[3::4])
    base = sqlite3.connect(folder / "peer.db")
    base.execute("CREATE TABLE parts (name TEXT, hash BLOB, sequence TEXT)")
    base.executemany(
        "INSERT INTO parts VALUES (?, ?, ?)",
        ((r.name, hashlib.sha1(r.sequence.data).digest(), str(r.sequence)) for r in stream(path)),
    )
    base.execute("CREATE INDEX by_hash ON parts (hash)")
    base.commit()

    def sqlite_find(letters: bytes) -> object:
        key = hashlib.sha1(letters).digest()
        return base.execute("SELECT name FROM parts WHERE hash = ?", (key,)).fetchall()

    row("SQLite hash", sqlite_find, asked)
    try:
        import duckdb
    except ImportError:
        print("DuckDB is not installed")
        return
    duck = duckdb.connect(str(folder / "peer.duckdb"))
    duck.execute("SET threads = 1")
    table = folder / "peer.tsv"
    with table.open("wb") as out:
        for record in stream(path):
            out.write(b"%b\t%b\n" % (record.name.encode(), record.sequence.data))
    duck.execute(
        f"CREATE TABLE parts AS SELECT * FROM read_csv('{table}', delim = '\t', header = false, "
        "columns = {'name': 'VARCHAR', 'sequence': 'VARCHAR'})"
    )
    row(
        "DuckDB",
        lambda q: duck.execute(
            "SELECT name FROM parts WHERE sequence = ?", [q.decode()]
        ).fetchall(),
        asked[:20],
    )


def main() -> int:
    """Print both tables."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    records = int(sys.argv[2]) if len(sys.argv) > 2 else None
    folder = Path(tempfile.mkdtemp())
    try:
        path = corpus(folder, source, records)
        loads(path, folder)
        exact(path, folder)
    finally:
        shutil.rmtree(folder)
    print(
        f"memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

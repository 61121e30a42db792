"""A library of ten million parts: what a load takes, and what questions take then.

The corpus is `markers.fasta` of the Debian package metaphlan2-data: 1,036,027 genes. Of each gene, cut
to its first LETTERS, the file holds the gene and COPIES relatives of it, each with 5 to 15 % of its
letters substituted and opened at another origin. Questions are drawn from all of them.

    python benchmarks/library_scale.py [COPIES] [LETTERS] [FOLDER]

A folder that is named is kept, and what lies in it already is not made again; it takes about 1.3 GB
for each million parts of 300 letters. Without the package, genes are drawn at random.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

CORPUS = Path("/var/lib/metaphlan2-data/markers.fasta")
COPIES, LETTERS = 9, 300
GENES_WITHOUT_CORPUS = 20_000
CHUNK = 20_000
ASKED = 300
_FLIP = bytes.maketrans(b"ACGT", b"TGCA")
_BASES = np.frombuffer(b"ACGT", np.uint8)
_CODES = np.zeros(256, np.uint8)
_CODES[_BASES] = range(4)


def genes(letters: int) -> Iterator[tuple[str, bytes]]:
    """Walk the names and first letters of the genes."""
    if CORPUS.exists():
        from biowright.formats import stream

        for record in stream(CORPUS):
            yield record.name, record.sequence.data[:letters].upper()
        return
    rng = random.Random(1)
    for index in range(GENES_WITHOUT_CORPUS):
        yield f"gene{index}", bytes(rng.choices(b"ACGT", k=rng.randint(200, letters)))


def relatives(chosen: Sequence[bytes], rng: np.random.Generator) -> list[bytes]:
    """Give one relative of each gene: substituted in 5 to 15 % of its letters, at another origin."""
    lengths = np.fromiter(map(len, chosen), np.int64, len(chosen))
    data = np.frombuffer(b"".join(chosen), np.uint8).copy()
    share = np.repeat(rng.uniform(0.05, 0.15, len(chosen)).astype(np.float32), lengths)
    hit = np.flatnonzero(rng.random(len(data), np.float32) < share)
    other = _CODES[data[hit]] + rng.integers(1, 4, len(hit), np.uint8)
    data[hit] = _BASES[other & 3]
    made = data.tobytes()
    origins = (rng.random(len(chosen)) * lengths).astype(np.int64).tolist()
    pieces = []
    end = 0
    for size, origin in zip(lengths.tolist(), origins, strict=True):
        start, end = end, end + size
        pieces.append(made[start + origin : end] + made[start : start + origin])
    return pieces


def make(path: Path, copies: int, letters: int) -> None:
    """Write the file, and beside it some of its parts to ask for."""
    rng = np.random.default_rng(5)
    draw = random.Random(5)
    kept: list[tuple[str, str]] = []
    seen = 0
    beside = path.with_suffix(".part")
    with beside.open("wb", 1 << 20) as out:

        def write(names: Sequence[str], pieces: Sequence[bytes], copy: int) -> None:
            nonlocal seen
            for name, piece in zip(names, pieces, strict=True):
                out.write(b">%b~%d\n%b\n" % (name.encode(), copy, piece))
                seen += 1
                if len(kept) < ASKED:
                    kept.append((f"{name}~{copy}", piece.decode()))
                elif (at := draw.randrange(seen)) < ASKED:
                    kept[at] = (f"{name}~{copy}", piece.decode())

        def flush(some: list[tuple[str, bytes]]) -> None:
            names, pieces = [name for name, _ in some], [piece for _, piece in some]
            write(names, pieces, 0)
            for copy in range(1, copies + 1):
                write(names, relatives(pieces, rng), copy)
            some.clear()

        waiting: list[tuple[str, bytes]] = []
        for gene in genes(letters):
            waiting.append(gene)
            if len(waiting) == CHUNK:
                flush(waiting)
        if waiting:
            flush(waiting)
    path.with_suffix(".asked").write_text(json.dumps({"parts": seen, "asked": kept}))
    beside.replace(path)


def size(folder: Path) -> float:
    """Give what a folder or a file takes, in MB."""
    files = folder.rglob("*") if folder.is_dir() else [folder]
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6


def load(path: Path, home: Path) -> None:
    """Load the file in a process of its own, and say what that took."""
    code = (
        "import sys; from biowright.cli import main; "
        "main(['library', 'create', sys.argv[1]]); "
        "sys.exit(main(['library', 'add', sys.argv[1], sys.argv[2], '--tier', 'reference']))"
    )
    begun = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", code, str(home), str(path)])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("the load failed")
    wall, cpu = time.monotonic() - begun, usage.ru_utime + usage.ru_stime
    print(f"load: {cpu:,.0f} CPU s, {wall:,.0f} s wall, peak {usage.ru_maxrss / 1024:,.0f} MB")
    for name in ("library.db", "index", "text", "columns.npz"):
        print(f"  {name:<12}{size(home / name):>9,.0f} MB")
    print(f"  {'all':<12}{size(home):>9,.0f} MB; the file: {size(path):,.0f} MB", flush=True)


def substituted(letters: str, share: float, rng: random.Random) -> str:
    """Give letters of which a share is another."""
    return "".join(
        rng.choice("ACGT".replace(c, "")) if rng.random() < share else c for c in letters
    )


def questions(home: Path, asked: Sequence[tuple[str, str]]) -> None:
    """Ask each kind of question, and print what it took."""
    from biowright.library import Filters, Library, search

    rng = random.Random(6)
    print(f"{'question':<44}{'p50 ms':>9}{'p99 ms':>10}{'CPU ms':>9}{'right':>9}")

    def row(title: str, some: Sequence[tuple[str, str]], find: Callable[[str], set[str]]) -> None:
        walls, cpus, right = [], [], 0
        find(some[0][1])
        for name, query in some:
            wall, cpu = time.perf_counter(), time.process_time()
            found = find(query)
            walls.append(1e3 * (time.perf_counter() - wall))
            cpus.append(1e3 * (time.process_time() - cpu))
            right += name in found
        p50, p99 = statistics.median(walls), sorted(walls)[int(0.99 * len(walls))]
        share = right / len(some)
        cpu_p50 = statistics.median(cpus)
        print(f"{title:<44}{p50:>9.2f}{p99:>10.2f}{cpu_p50:>9.2f}{share:>9.1%}", flush=True)

    with Library.open(home) as library:
        begun = time.monotonic()
        next(iter(search(library, "contains", [("q", asked[0][1][:20])])))
        print(f"first answer of this process: {time.monotonic() - begun:.2f} s")

        def by(kind: str, limit: int | None = 25, **options: object) -> Callable[[str], set[str]]:
            def find(query: str) -> set[str]:
                hits = search(library, kind, [("q", query)], limit=limit, **options)  # type: ignore[arg-type]
                return {hit.name for hit in hits}

            return find

        def exact(query: str) -> set[str]:
            return {v.name for v in library.describe(h.number for h in library.find_exact(query))}

        plain = [
            (name, text) for name, text in asked if not set(text) - set("ACGT") and len(text) >= 100
        ]
        turned = []
        for name, text in plain:
            at = rng.randrange(len(text))
            text = (text[at:] + text[:at]).translate(str.maketrans("ACGT", "TGCA"))[::-1]
            turned.append((name, text))
        row("exact, as it is", plain, exact)
        row("exact, other strand and origin", turned, exact)
        short = []
        for name, text in plain:
            at = rng.randrange(len(text) - 20)
            short.append((name, text[at : at + 20]))
        row("20 letters, all places", short, by("contains", None))
        motifs = [(name, text[at : at + 4] + "NNNN" + text[at + 8 : at + 16])
                  for name, text in plain[:20] for at in [rng.randrange(len(text) - 20)]]  # fmt: skip
        row("motif of 12 bases around NNNN, all places", motifs, by("motif", None))
        far = [(name, substituted(text, 0.2, rng)) for name, text in plain[:100]]
        row("relatives, 20 % substituted", far, by("similar", 10, identity=0.7))
        row("words: a whole name", [(name, name) for name, _ in plain[:10]], by("text"))

        def long(query: str) -> set[str]:
            library.select(Filters(min_length=290, min_gc=0.6, max_gc=0.7))
            return set()

        row("filter by length and GC", plain[:20], long)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the questions, pages of files included: {peak:,.0f} MB")


def main() -> int:
    """Make, load and ask."""
    copies = int(sys.argv[1]) if len(sys.argv) > 1 else COPIES
    letters = int(sys.argv[2]) if len(sys.argv) > 2 else LETTERS
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    path, home = folder / "parts.fasta", folder / "library"
    try:
        if not path.exists():
            begun = time.process_time()
            make(path, copies, letters)
            print(f"made the file in {time.process_time() - begun:,.0f} CPU s", flush=True)
        told = json.loads(path.with_suffix(".asked").read_text())
        print(f"{told['parts']:,} parts of at most {letters} letters", flush=True)
        if not home.exists():
            load(path, home)
        questions(home, told["asked"])
    finally:
        if len(sys.argv) <= 3:
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())

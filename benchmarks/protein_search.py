"""Proteins in the reading frames of a million real genes, beside tblastn.

`python benchmarks/protein_search.py [GENES [QUERIES [SEED]]]` takes the first so many genes of the
Debian package `metaphlan2-data` (all of them by default, which takes some minutes and 3 GB). Queries
are stretches of 300 amino acids of genes of the corpus, changed by a seeded generator as the target
frequencies of BLOSUM62 say, with short gaps; the top hit is right if it is the gene itself. tblastn
answers some of them. Times are CPU ms of one thread, children included.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from library_search import CORPUS, Genes, timed

from biowright.bio import translate
from biowright.bio.proteins import RESIDUES, align_proteins, blosum62, residue_codes
from biowright.library.index import SequenceIndex
from biowright.library.index.proteins import WantedProteins
from biowright.library.index.word_seeds import FREQUENCIES

SIZE = 300
PEER = 10
"""Queries of each kind that tblastn answers."""


def substitutes() -> np.ndarray:
    """Give for each amino acid how often others stand for it, added up."""
    pairs = FREQUENCIES * np.exp(0.3176 * blosum62()[:20, :20])
    np.fill_diagonal(pairs, 0)
    return (pairs / pairs.sum(axis=1, keepdims=True)).cumsum(axis=1)


def mutated(rng: random.Random, letters: str, identity: float, others: np.ndarray) -> str:
    """Change amino acids; three of a hundred changes begin a gap of two letters on average."""
    made = []
    at = 0
    while at < len(letters):
        letter = letters[at]
        if rng.random() < 0.03 * (1 - identity):
            size = 1
            while rng.random() < 0.5:
                size += 1
            if rng.random() < 0.5:
                at += size
                continue
            made += rng.choices(RESIDUES[:20], FREQUENCIES.tolist(), k=size)
        code = RESIDUES.index(letter)
        if rng.random() < identity or code >= 20:
            made.append(letter)
        else:
            made.append(RESIDUES[min(int(others[code].searchsorted(rng.random())), 19)])
        at += 1
    return "".join(made)


def proteins(genes: Genes, rng: random.Random, count: int, size: int) -> list[tuple[int, str]]:
    """Take stretches of the longest forward frames of genes: number, amino acids."""
    made = []
    while len(made) < count:
        number = rng.randint(1, genes.last())
        letters = genes.letters[number - 1].decode()
        open_frames = [
            piece for f in range(3) for piece in str(translate(letters[f:])).split("*") if piece
        ]
        longest = max(open_frames, key=len, default="")
        if len(longest) >= min(200, size):
            at = rng.randint(0, max(len(longest) - size, 0))
            made.append((number, longest[at : at + size]))
    return made


def peer(queries: list[tuple[int, str]], folder: Path) -> tuple[float, int]:
    """Give the CPU ms a query of tblastn, and how often its top hit is right."""
    (folder / "q.fa").write_text("".join(f">{n}\n{q}\n" for n, q in queries))
    spent, done = timed(
        lambda: subprocess.run(
            ["tblastn", "-query", folder / "q.fa", "-db", folder / "db", "-evalue", "0.001",
             "-max_target_seqs", "25", "-outfmt", "6 qseqid sseqid bitscore"],
            check=True, capture_output=True, text=True,
        )
    )  # fmt: skip
    best: dict[str, float] = {}
    right = set()
    for line in done.stdout.splitlines():  # type: ignore[attr-defined]
        query, subject, bits = line.split("\t")
        best.setdefault(query, float(bits))
        if subject == query and float(bits) >= best[query]:
            right.add(query)
    return 1000 * spent / len(queries), len(right)


def main() -> None:
    """Measure and print the table."""
    if not CORPUS.exists():
        print(f"no corpus at {CORPUS}: install the package metaphlan2-data")
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else None
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    genes = Genes(count)
    total = sum(map(len, genes.letters))
    others = substitutes()
    print(f"{genes.last():,} genes, {total:,} letters; seed {seed}")
    wanted = WantedProteins(0.0, 1e-3, total // 3, genes.last())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = SequenceIndex(folder / "index", genes)
        building, _ = timed(index.update)
        size = sum(file.stat().st_size for file in (folder / "index").iterdir())
        print(f"the index with its protein words: {building:.1f} CPU s, {size / 1e6:,.0f} MB")
        with (folder / "genes.fa").open("wb") as stream:
            for number, letters in enumerate(genes.letters, 1):
                stream.write(b">%d\n%s\n" % (number, letters))
        making, _ = timed(
            lambda: subprocess.run(
                ["makeblastdb", "-in", folder / "genes.fa", "-dbtype", "nucl", "-out", folder / "db"],
                check=True, capture_output=True,
            )
        )  # fmt: skip
        (folder / "genes.fa").unlink()
        print(f"makeblastdb: {making:.1f} CPU s")
        head = ("CPU ms a query", "p50", "p95", "top right", "found", "tblastn", "right", "ratio")
        print(f"{head[0]:<30}" + "".join(f"{cell:>11}" for cell in head[1:]))
        for identity in (0.9, 0.7, 0.5, 0.4, 0.35):
            rng = random.Random(1000 * seed + int(100 * identity))
            queries = [
                (number, mutated(rng, letters, identity, others))
                for number, letters in proteins(genes, rng, many, SIZE)
            ]
            index.proteins([residue_codes(queries[0][1].encode())], wanted)
            times, right, found, off = [], 0, 0, 0
            for number, query in queries:
                codes = residue_codes(query.encode())
                begun = time.process_time()
                hits = index.proteins([codes], wanted)
                times.append(1000 * (time.process_time() - begun))
                right += bool(hits) and number in hits.number[hits.score == hits.score[0]]
                own = hits[hits.number == number]
                found += bool(own)
                if own:
                    gene = genes.letters[number - 1].decode()
                    frame = translate(gene[int(own.start[0]) % 3 :])
                    if own.strand[0] > 0:
                        best = align_proteins(query, frame)
                        off += abs(best.identity - float(own.identity[0])) > 0.005
            theirs, correct = peer(queries[:PEER], folder)
            ours = statistics.median(times)
            print(
                f"{f'{SIZE} amino acids at {identity:.0%}':<30}{ours:>11.1f}"
                f"{np.percentile(times, 95):>11.1f}{f'{right}/{many}':>11}{f'{found}/{many}':>11}"
                f"{theirs:>11.0f}{f'{correct}/{min(PEER, many)}':>11}{theirs / ours:>11.0f}"
                f"   {off} identities off by > 0.5 %",
                flush=True,
            )
        rng = random.Random(seed)
        strangers = [
            "".join(rng.choices(RESIDUES[:20], FREQUENCIES.tolist(), k=SIZE)) for _ in range(20)
        ]
        wrong = len(index.proteins([residue_codes(q.encode()) for q in strangers], wanted))
        print(f"random proteins: {wrong} hits of 20 queries at an E-value of 0.001")
        for size in (9, 15, 25):
            queries = proteins(genes, rng, 20, size)
            times, found = [], 0
            for number, query in queries:
                begun = time.process_time()
                hits = index.proteins([residue_codes(query.encode())], wanted, limit=200)
                times.append(1000 * (time.process_time() - begun))
                found += number in hits.number.tolist()
            what = f"{size} amino acids, exact"
            print(f"{what:<30}{statistics.median(times):>11.1f}{'':>22}{f'{found}/20':>11}")


if __name__ == "__main__":
    main()

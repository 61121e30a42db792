"""Search for the sites of guides, beside a naive scan, with Cas-OFFinder's figures as they were told.

The naive scan compares every site of the motif with every guide, compiled by numba. Cas-OFFinder
and SWOffinder need OpenCL and Java: their figures (CPU s on the same kind of machine) are those of
the issue that asked for this search. ``--cas-offinder PROGRAM`` (version 3; by default the one on
PATH) and ``--swoffinder FOLDER`` (of its classes) run them on 20 guides with bulges, and every site
of theirs must be among ours. With ``--large`` a random genome of 500 Mb is indexed and searched in a
process of its own, for its memory.
"""

from __future__ import annotations

import gzip
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np

from biowright.core import Record, Sequence
from biowright.design.offtargets import (
    Pam,
    SiteHits,
    SiteIndex,
    index_records,
    open_index,
    read_guides,
    search_sites,
)

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
FOLDER = REFERENCE / "editing" / "offtarget"
ECOLI = FOLDER / "GCF_000005845.2_ASM584v2_genomic.fna.gz"
NGG = Pam("NGG")


def measured(work: Callable[[], object], rounds: int = 5) -> float:
    """Give the median CPU time in s."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


@numba.njit
def scan(sites, guides, most):
    """Count the pairs of site and guide with few mismatches; the inner loop is vectorised."""
    found = 0
    ones, twos, fours = np.uint64(1), np.uint64(2), np.uint64(4)
    even, pairs, halves = (
        np.uint64(0x5555555555555555),
        np.uint64(0x3333333333333333),
        np.uint64(0x0F0F0F0F0F0F0F0F),
    )
    for guide in guides:
        for site in sites:
            wrong = site ^ guide
            wrong = (wrong | wrong >> ones) & even
            wrong = (wrong & pairs) + (wrong >> twos & pairs)
            wrong = (wrong + (wrong >> fours)) & halves
            count = wrong * np.uint64(0x0101010101010101) >> np.uint64(56)
            found += count <= most
    return found


def packed(letters: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Give the protospacers of NGG on both strands, two bits a letter, in plain numpy."""
    table = np.full(256, 4, np.uint8)
    table[[65, 67, 71, 84, 97, 99, 103, 116]] = [0, 1, 2, 3, 0, 1, 2, 3]
    codes = table[np.frombuffer(letters, np.uint8)]
    words = []
    for strand in (codes, np.where(codes < 4, 3 - codes, 4)[::-1]):
        starts = np.flatnonzero((strand[21:-1] == 2) & (strand[22:] == 2))
        some = np.lib.stride_tricks.sliding_window_view(strand, 20)[starts]
        some = some[(some < 4).all(axis=1)].astype(np.uint64)
        words.append((some << (2 * np.arange(20, dtype=np.uint64))).sum(axis=1, dtype=np.uint64))
    return np.concatenate(words), codes


def guide_words(spacers: list[str]) -> np.ndarray:
    """Give guides as the sites are packed."""
    codes = np.array([["ACGT".index(c) for c in s] for s in spacers], np.uint64)
    return (codes << (2 * np.arange(20, dtype=np.uint64))).sum(axis=1, dtype=np.uint64)


def random_genome(length: int, seed: int) -> bytes:
    """Give random letters."""
    rng = np.random.default_rng(seed)
    return np.frombuffer(b"ACGT", np.uint8)[rng.integers(0, 4, length, np.uint8)].tobytes()


def row(
    title: str, index: SiteIndex, spacers: list[str], letters: bytes, told: str, goal: float
) -> SiteHits:
    """Measure one genome with 1,000 guides and print the line."""
    hits = search_sites(index, spacers, mismatches=4)
    ours = measured(lambda: search_sites(index, spacers, mismatches=4))
    sites, _ = packed(letters)
    guides = guide_words(list(dict.fromkeys(spacers)))
    count = scan(sites[:10], guides[:1], 4)
    start = time.process_time()
    count = scan(sites, guides, 4)
    naive = time.process_time() - start
    assert count == int(hits.counts.sum()), (count, hits.counts.sum())
    size = index.size / index.sites
    print(
        f"{title:<40}{ours:>10.3f}{goal:>8}{naive:>9.2f}{told:>14}{naive / ours:>8.0f}x"
        f"{size:>9.2f}{len(hits):>9,}"
    )
    return hits


def whole_command(cache: Path) -> float:
    """Give the least CPU time in s of the whole command with its index there."""
    out = cache / "hits.tsv"
    words = [
        *(sys.executable, "-m", "biowright", "design", "offtargets"),
        *(str(FOLDER / "ecoli_1000_NGG_guides_seed7.txt"), "--genome", str(ECOLI)),
        *("--pam", "NGG", "--out", str(out), "--force", "--index", str(cache)),
    ]
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(times[1:])


Sites = dict[tuple[str, int, int], int]


def option(name: str) -> str | None:
    """Give what follows a word of the command line."""
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else None


def peer(words: list[str]) -> float:
    """Run a program, and give its CPU time in s."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def merged(rows: list[tuple[str, int, int, int]]) -> Sites:
    """Keep for each guide, strand and place of the motif the fewest mismatches and bulges."""
    best: Sites = {}
    for guide, strand, place, edits in rows:
        key = (guide, strand, place)
        best[key] = min(edits, best.get(key, edits))
    return best


def cas_offinder(program: str, folder: Path, guides: list[str]) -> tuple[Sites, float]:
    """Search with up to 3 mismatches and 1 bulge; the genome is alone in a folder."""
    told, out = folder / "cas-offinder.txt", folder / "cas-offinder.tsv"
    lines = [str(folder / "genome"), "N" * 21 + "GG 1 1", *(f"{guide}NNN 3" for guide in guides)]
    told.write_text("\n".join(lines) + "\n")
    spent = peer([program, str(told), "C", str(out)])
    rows = []
    for line in out.read_text().splitlines():
        if not line.startswith("#"):
            number, _, _, site, _, start, strand, wrong, bulge = line.split("\t")
            place = int(start) + (len(site.replace("-", "")) if strand == "+" else 0)
            edits = int(wrong) + int(bulge)
            rows.append((guides[int(number)], 1 if strand == "+" else -1, place, edits))
    return merged(rows), spent


def swoffinder(classes: str, folder: Path, guides: list[str]) -> tuple[Sites, float]:
    """Search with up to 3 mismatches and 1 bulge; a table a guide is written."""
    told = folder / "swoffinder.txt"
    told.write_text("".join(f"{guide}NGG\n" for guide in guides))
    words = ["java", "-cp", classes, "SmithWatermanOffTarget.SmithWatermanOffTargetSearchAlign"]
    words += [
        "--genome",
        str(folder / "genome" / "genome.fa"),
        "--sgrnas",
        str(told),
        "--pam",
        "NGG",
    ]
    words += ["--output", str(folder / "sw_"), "--threads", "1", "--maxE", "4", "--maxM", "3"]
    spent = peer([*words, "--maxMB", "3", "--maxB", "1"])
    rows = []
    for guide in guides:
        for line in (folder / f"sw_{guide}NGG.csv").read_text().splitlines()[1:]:
            # names of sequences have commas
            _, strand, end, _, _, _, site, wrong, bulge = line.rsplit(",", 8)
            place = int(end) - (0 if strand == "+" else len(site.replace("-", "")))
            rows.append((guide, 1 if strand == "+" else -1, place, int(wrong) + int(bulge)))
    return merged(rows), spent


def bulges(index: SiteIndex, guides: list[str], letters: bytes, folder: Path) -> None:
    """Measure the search with bulges, and compare the sites with those of the peers that are here."""

    def search() -> SiteHits:
        return search_sites(index, guides, mismatches=3, dna_bulges=1, rna_bulges=1)

    ours: Sites = {}
    for hit in search():
        place = hit.start + (len(hit.site) if hit.strand == 1 else 0)
        bulge = 0 if hit.bulge == "none" else int(hit.bulge.split(":")[1])
        ours[hit.guide, hit.strand, place] = hit.mismatches + bulge
    print("\n20 guides, up to 3 mismatches and 1 DNA or 1 RNA bulge, E. coli")
    print(f"{'biowright':<14}{measured(search):>8.3f} CPU s (goal 0.25){len(ours):>6} sites")
    (folder / "genome").mkdir()
    (folder / "genome" / "genome.fa").write_bytes(b">ecoli\n" + letters + b"\n")
    program, classes = (
        option("--cas-offinder") or shutil.which("cas-offinder"),
        option("--swoffinder"),
    )
    peers = [
        ("Cas-OFFinder", cas_offinder, program, 12.2),
        ("SWOffinder", swoffinder, classes, 11.2),
    ]
    for name, run, where, told in peers:
        if where is None:
            print(f"{name:<14}{told:>8} CPU s (told; not here)")
            continue
        sites, spent = run(where, folder, guides)
        missing = [key for key, edits in sites.items() if ours.get(key, 99) > edits]
        print(
            f"{name:<14}{spent:>8.1f} CPU s{'':<12}{len(sites):>6} sites, {len(missing)} of them not "
            f"among ours, {len(ours.keys() - sites.keys())} of ours not among its"
        )
        assert not missing, missing


def large(length: int) -> None:
    """Index and search a random genome, and tell time and memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "genome.fa"
        with path.open("wb") as file:
            for number in range(10):
                letters = random_genome(length // 10, number)
                file.write(b">chr%d\n%b\n" % (number, letters))
        guide_text = [letters[at : at + 20].decode() for at in range(0, 1_000_000, 1000)]
        code = (
            "import sys, time, resource\n"
            "from biowright.design.offtargets import open_index, search_sites, Pam\n"
            "t = time.process_time()\n"
            f"index = open_index({str(path)!r}, Pam('NGG'), folder={folder!r})\n"
            "u = time.process_time()\n"
            "guides = sys.stdin.read().split()\n"
            "hits = search_sites(index, guides, mismatches=4)\n"
            "v = time.process_time()\n"
            "print(index.built, round(u - t, 1), round(v - u, 2), len(hits), "
            "round(index.size / index.sites, 2), "
            "round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 ** 2, 2))\n"
        )
        print(
            f"\n{length / 1e6:,.0f} Mb, random: built, index s, search s, hits, B a site, GB at most"
        )
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", code],
                input="\n".join(guide_text),
                capture_output=True,
                text=True,
                check=True,
            )
            print("  " + done.stdout.strip())


def main() -> int:
    """Print the tables."""
    if not FOLDER.is_dir():
        print(f"no reference data at {FOLDER}; set BIOWRIGHT_REFERENCE_DATA")
        return 0
    if "--large" in sys.argv:
        large(500_000_000)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        print("1,000 NGG guides, up to 4 mismatches, the full list; CPU s, medians, index built")
        print(
            f"{'':<40}{'biowright':>10}{'goal':>8}{'naive':>9}{'Cas-OFFinder':>14}{'ratio':>9}"
            f"{'B/site':>9}{'sites':>9}"
        )
        guides, _ = read_guides(FOLDER / "ecoli_1000_NGG_guides_seed7.txt", NGG)
        spacers = [guide.spacer for guide in guides]
        index = open_index(ECOLI, NGG, folder=cache)
        with gzip.open(ECOLI) as file:
            genome = b"".join(line.strip() for line in file if not line.startswith(b">"))
        hits = row("E. coli, 4.6 Mb", index, spacers, genome, "19.6 (told)", 0.2)
        with gzip.open(FOLDER / "casoffinder3_ecoli_1000g_mm4.tsv.gz", "rt") as file:
            truth = {
                (c[2][:20], int(c[5]), 1 if c[6] == "+" else -1, int(c[7]))
                for line in file
                if not line.startswith("#")
                for c in [line.split("\t")]
            }
        assert {(h.guide, h.start, h.strand, h.mismatches) for h in hits} == truth
        yeast_guides, _ = read_guides(FOLDER / "sacCer3_1000_NGG_guides_seed7.txt", NGG)
        yeast = open_index(FOLDER / "sacCer3.2bit", NGG, folder=cache)
        from biowright.formats import read

        # with letters between the chromosomes that no site can cross
        letters = (b"N" * 30).join(r.sequence.data for r in read(FOLDER / "sacCer3.2bit"))
        row("yeast, 12.2 Mb", yeast, [g.spacer for g in yeast_guides], letters, "33.4 (told)", 0.33)
        letters = random_genome(100_000_000, 1)
        index_100 = index_records(Record(Sequence(letters), "random"), NGG)
        some = [letters[at : at + 20].decode() for at in range(0, 1_000_000, 1000)]
        row("random, 100 Mb", index_100, some, letters, "", 2.5)
        print(
            f"\nthe whole command on E. coli, index there: {whole_command(cache):.2f} CPU s (goal 1)"
        )
        bulges(index, spacers[:20], genome, cache)
        start = time.process_time()
        index_records(Record(Sequence(genome), "again"), NGG)
        print(f"\nbuilding the index of E. coli takes {time.process_time() - start:.2f} CPU s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Search and restriction sites in E. coli MG1655 and lambda, beside re and Biopython.

Our time grows linearly with the sequence, whatever the pattern is; the last rows show it.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from Bio import Restriction
from Bio.Seq import Seq
from Bio.SeqUtils import nt_search

import biowright
from biowright.bio import IUPAC, cut_sites, enzymes, find, find_many
from biowright.core import Sequence

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
GENOMES = REFERENCE / "build" / "genomes"


def measured(work: Callable[[], object], rounds: int) -> float:
    """Give the median CPU time in s."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def report(title: str, ours: Callable[[], object], peer: str, theirs: Callable[[], object]) -> None:
    """Print one row."""
    time_ours, time_theirs = measured(ours, 5), measured(theirs, 1)
    ratio = time_theirs / time_ours
    print(f"{title:<44}{time_ours:>9.4f}  {peer:<22}{time_theirs:>9.4f}{ratio:>8.1f}", flush=True)


def lookahead(text: str, pattern: str) -> list[int]:
    """Find overlapping hits on both strands as one writes it with re."""
    other = str(Sequence(pattern).reverse_complement())
    spelled = "|".join(
        "".join(f"[{IUPAC[letter]}]" for letter in one) for one in dict.fromkeys((pattern, other))
    )
    return [match.start() for match in re.finditer(f"(?={spelled})", text)]


def genome(name: str, length: int) -> Sequence:
    """Read a genome, or make random letters where there is no reference data."""
    path = GENOMES / name
    if path.is_file():
        return biowright.read(path)[0].sequence.linear()
    print(f"random letters instead of {name} (no reference data at {REFERENCE})")
    return Sequence("".join(random.Random(length).choices("ACGT", k=length)))


def imported(statement: str) -> float:
    """Give the CPU time in s of a statement in a fresh interpreter."""
    code = f"import time; t = time.process_time(); {statement}; print(time.process_time() - t)"
    return statistics.median(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(5)
    )


def main() -> None:
    """Measure and print the table."""
    coli = genome("ecoli_MG1655_NC_000913.3.gbff.gz", 4_641_652)
    phage = genome("lambda_NC_001416.gb", 48_502)
    text, seq = str(coli), Seq(coli.data)
    assert [hit.start for hit in find(coli, "GAATTC")] == lookahead(text, "GAATTC")

    print(f"{'CPU s, medians':<44}{'ours':>9}  {'peer':<22}{'peer':>9}{'ratio':>8}")
    for pattern in ("GAATTC", "GCTGGTGG", "AACNNNNNNGTGC", "RCCGGY"):
        report(
            f"{pattern} in {len(coli):,} bp, both strands",
            lambda pattern=pattern: find(coli, pattern),
            "re with lookahead",
            lambda pattern=pattern: lookahead(text, pattern),
        )
    report(
        "AACNNNNNNGTGC, forward strand",
        lambda: find(coli, "AACNNNNNNGTGC", strands=[1]),
        "Bio.SeqUtils.nt_search",
        lambda: nt_search(text, "AACNNNNNNGTGC"),
    )
    sites = {e.site for e in enzymes(supplier="N", site=6)}
    report(
        f"{len(sites)} patterns of 6 letters at once",
        lambda: find_many(coli, sites),
        "find, one by one",
        lambda: [find(coli, site) for site in sites],
    )
    primer = text[1_000_000:1_000_020]
    report(
        "20 letters with 3 mismatches, both strands",
        lambda: find(coli, primer, mismatches=3),
        "the same without",
        lambda: find(coli, primer),
    )
    batch = Restriction.RestrictionBatch(["EcoRI", "BamHI", "BsaI", "BcgI", "KpnI"])
    names = [str(each) for each in batch]
    report(
        "5 restriction enzymes in E. coli",
        lambda: cut_sites(coli, names),
        "Bio.Restriction",
        lambda: batch.search(seq),
    )
    sold = [e for e in enzymes(supplier="N") if len(e.site.replace("N", "")) > 3]
    several = Restriction.RestrictionBatch(
        [getattr(Restriction, e.name.replace("-", "_")) for e in sold]
    )
    report(
        f"{len(sold)} enzymes in lambda",
        lambda: cut_sites(phage, sold),
        "Bio.Restriction",
        lambda: several.search(Seq(phage.data)),
    )

    print("\nhow the time grows: 30 N and an A on poly-C, no hit")
    for length in (100_000, 200_000, 400_000):
        poly = Sequence("C" * length)
        ours = measured(lambda poly=poly: find(poly, "N" * 30 + "A"), 5)
        theirs = measured(lambda poly=poly: lookahead(str(poly), "N" * 30 + "A"), 1)
        print(f"{length:>12,} letters{ours:>12.4f} s ours{theirs:>12.4f} s re")
    ours = imported("import biowright.bio; biowright.bio.enzymes()")
    theirs = imported("import Bio.Restriction")
    print(f"\nloading the enzymes: {ours:.3f} s ours, {theirs:.3f} s Bio.Restriction")


if __name__ == "__main__":
    main()

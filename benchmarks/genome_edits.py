"""4,000 edits of E. coli MG1655 in one call: a knock-out and a start codon of each of 2,000 genes.

Each edit gets a recombineering oligo with a fold and unique arms, a guide with its off-targets and
genotyping primers, and is simulated base for base. No peer does all of this; the goal is 120 CPU s.
"""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

import biowright
from biowright.design.edits import Genome, design_edits, parse_table

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
GENOME = REFERENCE / "build" / "genomes" / "ecoli_MG1655_NC_000913.3.gbff.gz"
EDITS = 4000


def main() -> None:
    """Print the table."""
    if not GENOME.is_file():
        print("no reference data: skipped")
        return
    started = time.process_time()
    genome = Genome(tuple(biowright.read(GENOME)))
    table = "gene,change\n"
    count = 0
    for gene in genome.genes:
        if count == EDITS or f"\n{gene.name}," in table:
            continue
        first, last = gene.codon(0)
        start = genome.window(gene.contig, first, last).decode()
        now = start if gene.strand == 1 else str(biowright.Sequence(start).reverse_complement())
        table += f"{gene.name},knockout\n{gene.name},start {'ATG' if now != 'ATG' else 'GTG'}\n"
        count += 2
    read = time.process_time()
    plan = design_edits(genome, parse_table(table), "mage")
    done = time.process_time()
    with_guide = sum(design.guide is not None for design in plan.designs)
    with_primers = sum(design.primers is not None for design in plan.designs)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count:,} edits asked: {len(plan.designs):,} designed and proved, "
        f"{len(plan.failures):,} refused with a reason"
    )
    print(
        f"with a guide that spares the edit: {with_guide:,}; with genotyping primers: {with_primers:,}; "
        f"joint oligos: {len(plan.joint):,}"
    )
    print(f"CPU s: reading {read - started:.1f}, designing {done - read:.1f}; {memory:,.0f} MiB")
    reasons: dict[str, int] = {}
    for failure in plan.failures:
        kind = " ".join(w for w in failure.reason.split() if w.islower() and w.isalpha())
        reasons[kind] = reasons.get(kind, 0) + 1
    for kind, times in sorted(reasons.items(), key=lambda pair: -pair[1])[:6]:
        print(f"  {times:>5}  {kind}")


if __name__ == "__main__":
    main()

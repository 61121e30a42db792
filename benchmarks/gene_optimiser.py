"""The proven codon optimum of genes, beside codon-constrain and DNA Chisel.

The first rows are ten proteins of 1,000 residues under windows of GC, four enzymes, homopolymers and
kept flanks (`--first` draws others): with the residues of E. coli, all residues alike in yeast, and of
low complexity. codon-constrain knows only the GC of the whole; it runs on 333 residues, where ours runs
under the same rules. DNA Chisel runs on proteins of 100 to 200 residues under all rules, with its
own codon table for both.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import time
from collections.abc import Callable

from biowright.core import Feature, Location, Record, Sequence
from biowright.design import (
    Avoid,
    CodonUsage,
    CodonUse,
    Design,
    GCContent,
    Infeasible,
    KeepProtein,
    codon_usage,
    optimise,
)

ACIDS = "ACDEFGHIKLMNPQRSTVWY"
ENZYMES = {"BsaI": "GGTCTC", "BsmBI": "CGTCTC", "EcoRI": "GAATTC", "NotI": "GCGGCCGC"}
ECOLI = codon_usage("Escherichia coli")
LEFT, RIGHT = "GCTAGCGGATCCAGGAGGTAACAT", "TAACTCGAGCTAGCATAACCCC"
PROTEINS = 10
WINDOWS = (
    (0.3, 0.7, 50),
    (0.4, 0.65, 50),
    (0.4, 0.6, 50),
    (0.4, 0.6, 30),
    (0.45, 0.58, 60),
    (0.48, 0.56, 50),
    (0.47, 0.53, 100),
)
PEER_PROTEINS = 200


def protein(size: int, seed: int) -> str:
    """Make a protein with the shares of residues in E. coli's own."""
    rng = random.Random(seed)
    weights = [sum(ECOLI.counts[c] for c in ECOLI.families()[acid]) for acid in ACIDS]
    return "M" + "".join(rng.choices(ACIDS, weights, k=size - 1))


def even(size: int, seed: int) -> str:
    """Make a protein of all residues alike."""
    return "M" + "".join(random.Random(seed).choices(ACIDS, k=size - 1))


def simple(size: int, seed: int) -> str:
    """Make a protein of runs, each of three residues."""
    rng = random.Random(seed)
    runs = ("".join(rng.choices(rng.sample(ACIDS, 3), k=40)) for _ in range(size // 40 + 1))
    return ("M" + "".join(runs))[:size]


def gene(residues: str, usage: CodonUsage) -> Record:
    """Write a protein with the best codons, between flanks."""
    text = LEFT + "".join(usage.ranked(residue)[0] for residue in residues) + RIGHT
    place = Location.of((len(LEFT), len(text) - len(RIGHT)))
    return Record(Sequence(text), features=[Feature("CDS", place)])


def rules(low: float, high: float, window: int | None, longest: int = 5) -> list:
    """Give the constraints."""
    found: list = [KeepProtein(start="any"), *(Avoid(name) for name in ENZYMES)]
    found += [Avoid.homopolymer(letter, longest) for letter in "ACGT"]
    return [*found, GCContent(low, high, window, None)]


def spent(work: Callable[[], object]) -> tuple[float, object]:
    """Give CPU seconds and the result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def tight(
    name: str,
    make: Callable[[int, int], str],
    usage: CodonUsage,
    low: float,
    high: float,
    window: int,
    first: int,
) -> None:
    """Print a row: proteins under one window; `none` are those proven to have no sequence."""
    times, designs = [], []
    for seed in range(first, first + PROTEINS):
        record = gene(make(1000, seed), usage)

        def work(record: Record = record) -> Design | None:
            try:
                return optimise(record, rules(low, high, window), [CodonUse(usage)])
            except Infeasible as error:
                if not error.conflict.proven:
                    raise
                return None

        seconds, design = spent(work)
        if design is not None:
            times.append(seconds)
            designs.append(design)
    title = f"{name}{100 * low:.0f} to {100 * high:.0f} % in {window}"
    if not designs:
        print(f"{title:<30}{'':>45}{PROTEINS:>6}")
        return
    worth = statistics.median(d.worth for d in designs)
    print(
        f"{title:<30}{statistics.median(times):>9.3f}{min(times):>8.2f}{max(times):>8.2f}"
        f"{worth:>12.3f}{sum(d.proven for d in designs):>8}{PROTEINS - len(designs):>6}"
        f"{max(d.gap for d in designs):>9.2g}",
        flush=True,
    )


def main() -> None:
    """Measure all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=0, help="the first seed of the proteins")
    parser.add_argument("--no-peers", action="store_true")
    args = parser.parse_args()
    for low, high, window in ((0.4, 0.6, 50), (0.45, 0.58, 60)):  # compiles the loops
        optimise(gene(protein(200, 0), ECOLI), rules(low, high, window), [CodonUse(ECOLI)])
    print(
        f"{'1,000 residues, window':<30}{'CPU s':>9}{'least':>8}{'most':>8}"
        f"{'objective':>12}{'proven':>8}{'none':>6}{'gap':>9}"
    )
    yeast = codon_usage("Saccharomyces cerevisiae")
    for name, make, usage, windows in (
        ("", protein, ECOLI, WINDOWS),
        ("yeast, ", even, yeast, ((0.35, 0.5, 50), (0.38, 0.48, 60))),
        ("simple, ", simple, ECOLI, ((0.3, 0.65, 50), (0.35, 0.65, 60))),
    ):
        for low, high, window in windows:
            tight(name, make, usage, low, high, window, args.first)
    if args.no_peers:
        return
    try:
        constrained()
    except ImportError:
        print("codon-constrain is not installed")
    try:
        chiselled()
    except ImportError:
        print("DNA Chisel is not installed")


def constrained() -> None:
    """Compare with codon-constrain: the same optimum, under the rules that it knows."""
    import codon_constrain as peer

    table = peer.optimizer.HOST_WEIGHTS["ecoli"]
    usage = CodonUsage("peer", 1, "", {c: table.get(c, 1) * 1e6 for c in ECOLI.counts})
    adapted = usage.adaptiveness()
    print(f"\n{'codon-constrain':<30}{'ours, s':>9}{'peer, s':>9}{'ratio':>8}{'difference':>12}")
    for size in (100, 333):
        residues = protein(size, 1)
        text = "".join(usage.ranked(residue)[0] for residue in residues)
        record = Record(Sequence(text), features=[Feature("CDS", Location.of((0, len(text))))])
        asked = peer.Constraints(0.45, 0.52, tuple(ENZYMES.values()), 5)
        ours, design = spent(
            lambda r=record: optimise(r, rules(0.45, 0.52, None), [CodonUse(usage)])
        )
        theirs, result = spent(
            lambda p=residues, a=asked: peer.optimize(
                p, host="ecoli", input_type="protein", constraints=a
            )
        )
        worth = sum(
            math.log(adapted[result.coding_sequence[i : i + 3]]) for i in range(0, len(text), 3)
        )
        title = f"{size} residues, GC of the whole"
        print(
            f"{title:<30}{ours:>9.3f}{theirs:>9.3f}{theirs / ours:>8.1f}{design.worth - worth:>12.1e}"
        )


def chiselled() -> None:
    """Compare with DNA Chisel: never worse."""
    import dnachisel as dc
    import numpy as np
    from python_codon_tables import get_codons_table

    shares = get_codons_table("e_coli")
    counts = {codon: round(1e6 * x) for family in shares.values() for codon, x in family.items()}
    usage = CodonUsage("e_coli", 1, "python_codon_tables", counts)
    adapted = usage.adaptiveness()
    ours, theirs, worse, better, failed, refused = [], [], 0, 0, 0, 0
    for seed in range(PEER_PROTEINS):
        record = gene(protein(100 + seed % 100, 1000 + seed), usage)
        span = (len(LEFT), len(record) - len(RIGHT))
        try:
            seconds, design = spent(
                lambda r=record: optimise(r, rules(0.35, 0.65, 50), [CodonUse(usage)])
            )
        except Infeasible:
            refused += 1
            continue
        ours.append(seconds)
        np.random.seed(0)
        problem = dc.DnaOptimizationProblem(
            str(record.sequence),
            constraints=[
                *(dc.AvoidPattern(f"{name}_site") for name in ENZYMES),
                *(dc.AvoidPattern(f"6x{letter}") for letter in "ACGT"),
                dc.EnforceGCContent(mini=0.35, maxi=0.65, window=50),
                dc.EnforceTranslation(location=(*span, 1)),
                dc.AvoidChanges(location=(0, span[0])),
                dc.AvoidChanges(location=(span[1], len(record))),
            ],
            objectives=[dc.CodonOptimize(species="e_coli", location=(*span, 1))],
            logger=None,
        )

        def run(problem: dc.DnaOptimizationProblem = problem) -> bool:
            try:
                problem.resolve_constraints()
                problem.optimize()
            except dc.NoSolutionError:
                return False
            return True

        seconds, solved = spent(run)
        theirs.append(seconds)
        if not solved:
            failed += 1
            continue
        text = problem.sequence[span[0] : span[1]]
        worth = sum(math.log(adapted[text[i : i + 3]]) for i in range(0, len(text), 3))
        worse += design.worth < worth - 1e-6
        better += design.worth > worth + 1e-6
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(
        f"\nDNA Chisel, {PEER_PROTEINS} proteins of 100 to 199: ours {statistics.median(ours):.3f} s, "
        f"peer {statistics.median(theirs):.3f} s, {ratio:.0f} times; ours better {better}, worse {worse}, "
        f"peer without a solution {failed}, proven without one {refused}"
    )


if __name__ == "__main__":
    main()

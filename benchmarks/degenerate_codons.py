"""Sublibraries for the 94 proteins of GFP-239, beside the optima that DeCoDe reports.

DeCoDe (Shimko et al. 2020, doi:10.1093/bioinformatics/btaa162) solved them with a commercial solver on 12
threads; its coverage, sizes and times stand in its result files, and SwiftLib's coverage beside them.
Several codons a site have no peer's figures. The same problem for one sublibrary is given to CP-SAT here,
for the share of the time that it needs.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import time
from pathlib import Path

from ortools.sat.python import cp_model

from biowright.design.variants import (
    best_codon,
    cover_targets,
    degenerate_codons,
    least_mixture,
    read_targets,
)

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
FOLDER = REFERENCE / "editing" / "degenerate"


def by_solver(targets: dict[str, str], limit: float, seconds: float) -> tuple[float, float, float]:
    """Solve one sublibrary with CP-SAT: what was found, the bound, and CPU s."""
    start = time.process_time()
    model = cp_model.CpModel()
    held = {name: model.new_bool_var(name) for name in targets}
    cost = []
    for site in range(len(next(iter(targets.values())))):
        column = {name: sequence[site] for name, sequence in targets.items()}
        alphabet = sorted(set(column.values()))
        if len(alphabet) == 1:
            continue
        best: dict[str, int] = {}
        for codon in degenerate_codons():
            part = "".join(a for a in alphabet if a in codon.residues)
            if part and not codon.stops:
                best[part] = min(best.get(part, 99), codon.size)
        chosen = {part: model.new_bool_var(f"{site}{part}") for part in best}
        model.add_exactly_one(chosen.values())
        cost += [(math.floor(1e4 * math.log(best[part])), x) for part, x in chosen.items()]
        for name, residue in column.items():
            with_it = [x for part, x in chosen.items() if residue in part]
            model.add_bool_or([*with_it, held[name].negated()])
    model.add(sum(c * x for c, x in cost) <= math.floor(1e4 * math.log(limit)))
    model.maximize(sum(held.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    solver.solve(model)
    return solver.objective_value, solver.best_objective_bound, time.process_time() - start


def main() -> None:
    """Measure and print the tables."""
    path = FOLDER / "examples_gfp_gfp_239.aln"
    if not path.is_file():
        print(f"no reference data at {REFERENCE}")
        return
    targets = read_targets(path)
    best_codon("A")
    cover_targets(dict(list(targets.items())[:5]), limit=10, sublibraries=2)  # compiled
    for codons in (1, 2, 3):
        start = time.process_time()
        least_mixture("DM", most=codons)
        print(f"table of mixtures of {codons}: {time.process_time() - start:.1f} CPU s")
    print(f"{'limit':>9}{'codons a site':>15}{'libraries':>10}{'covered':>9}{'bound':>7}{'size':>9}"
          f"{'pieces':>8}{'CPU s':>7}   {'DeCoDe':>7}{'size':>9}{'s, 12 threads':>15}"
          f"{'SwiftLib':>9}")  # fmt: skip
    for limit, codons in itertools.product((1e5, 1e6), (1, 2, 3)):
        for libraries in (1, 2, 3):
            start = time.process_time()
            found = cover_targets(
                targets, limit=limit, sublibraries=libraries, codons_per_site=codons
            )
            cpu = time.process_time() - start
            pieces = sum(one.pieces for one in found.sublibraries)
            line = (
                f"{limit:>9.0e}{codons:>15}{libraries:>10}{len(found.covered):>9}"
                f"{found.bound:>7.0f}{found.size:>9,}{pieces:>8,}{cpu:>7.1f}"
            )
            if libraries == 2 and codons == 1:
                name = f"gfp_239_{limit:.0f}_2.json"
                theirs = json.loads((FOLDER / f"results_sl_comparison_ilp_{name}").read_text())
                swift = json.loads((FOLDER / f"results_sl_comparison_sl_{name}").read_text())
                line += (
                    f"   {theirs['n_covered']:>7}{theirs['total_lib_size']:>9,}"
                    f"{theirs['total_time']:>15,.0f}{swift['n_covered']:>9}"
                )
            print(line, flush=True)
    value, bound, cpu = by_solver(targets, 1e5, 120)
    print(
        f"\none sublibrary of 1e5 by CP-SAT, one thread: {value:.0f}, bound {bound:.0f}, {cpu:.0f} CPU s"
    )


if __name__ == "__main__":
    main()

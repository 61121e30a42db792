"""Promoters, terminators and translation starts by models: against measurements, and their speed.

Nothing of what is measured here was used to make the models. The data have no licence that would let
us ship them; they lie in the reference data.
"""

from __future__ import annotations

import csv
import gzip
import os
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from python_calamine import CalamineWorkbook
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from biowright.bio import (
    find_promoters,
    find_terminators,
    find_translation_starts,
    promoter_strength,
    translation_start,
)
from biowright.core import InputError, Sequence
from biowright.formats import read

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
Pairs = list[tuple[str, float]]


def row(title: str, count: int, measure: str, value: float, spent: float) -> None:
    """Print one line."""
    print(f"{title:<66}{count:>7,}  {measure:<22}{value:>7.3f}{spent:>9.2f}")


def compare(title: str, pairs: Pairs, model: Callable[[str], float]) -> None:
    """Print the rank correlation of a model with what was measured."""
    model(pairs[0][0])
    start = time.process_time()
    guesses = [model(letters) for letters, _ in pairs]
    spent = time.process_time() - start
    row(title, len(pairs), "Spearman", spearmanr(guesses, [y for _, y in pairs])[0], spent)


def designed() -> Pairs:
    """Read the promoters of Urtecho et al. 2019: the mean of the replicates."""
    folder = REFERENCE / "expression" / "promoter"
    letters = {}
    with gzip.open(folder / "urtecho2019_min_promoter_sequences.txt.gz", "rt") as file:
        for line in file:
            name, sequence = line.rstrip("\n").split("\t")
            if sequence.startswith("TAATGCAACTATC"):  # stored as the other strand
                sequence = str(Sequence(sequence).reverse_complement())
            letters[name.lstrip(">")] = sequence
    with gzip.open(folder / "urtecho2019_min_promoter_MOPS_expression.txt.gz", "rt") as file:
        rows = [line.split() for line in file][1:]
    return [(letters[r[0]], float(r[5])) for r in rows if r[0] in letters]


def genomic() -> Pairs:
    """Read 150 letters around starts of transcription, Urtecho et al. 2020."""
    path = REFERENCE / "build" / "promoter" / "urtecho_tss_mpra_lb_train_genome_split.txt.gz"
    with gzip.open(path, "rt") as file:
        return [(a, float(b)) for a, b in (line.split("\t") for line in file)]


def mutants(name: str) -> Pairs:
    """Read mutants of a promoter of phage lambda, Lagator et al. 2022."""
    path = REFERENCE / "expression" / "promoter" / f"lagator2022_{name}.csv.gz"
    with gzip.open(path, "rt", newline="") as file:
        return [(r["sequence"], float(r["Mean"])) for r in csv.DictReader(file)]


def collected() -> Pairs:
    """Read the promoters of Kosuri et al. 2013."""
    path = REFERENCE / "expression" / "promoter" / "kosuri2013_sd01.xls"
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1:]
    known = [r for r in rows if isinstance(r[3], float) and r[3] > 0]
    return [(str(r[9]).strip('"').replace(" ", ""), float(r[3])) for r in known]


def annotated() -> list[str]:
    """Read the 81 letters around starts of sigma 70 in RegulonDB that are strongly supported."""
    path = REFERENCE / "library" / "characterised" / "dnadesign_data_promoters.tar.xz"
    with tarfile.open(path) as archive:
        member = archive.extractfile("./RegulonDB_13/promoters/PromoterSet.tsv")
        assert member is not None
        lines = member.read().decode().splitlines()
    rows = [line.split("\t") for line in lines if line.startswith("RDB")]
    return [r[5] for r in rows if r[4] == "sigma70" and r[10] in ("S", "C") and len(r[5]) == 81]


def promoters(genome: Sequence) -> None:
    """Print the rows of promoters."""

    def model(letters: str) -> float:
        return promoter_strength(letters)

    compare("designed promoters (Urtecho 2019)", designed(), model)
    pairs = genomic()
    compare("starts of transcription in the genome (Urtecho 2020)", pairs, model)
    active = [y > 1 for _, y in pairs]
    value = roc_auc_score(active, [model(x) for x, _ in pairs])
    row("  active (above 1) or not", len(pairs), "AUC", value, 0)
    compare("mutants of lambda PR (Lagator 2022)", mutants("Pr"), model)
    compare("mutants of lambda PL (Lagator 2022)", mutants("Pl"), model)
    compare("promoters of a collection (Kosuri 2013)", collected(), model)
    rng = np.random.default_rng(0)
    letters = str(genome)
    others = [letters[at : at + 81] for at in rng.integers(0, len(letters) - 81, 5000).tolist()]

    def placed(piece: str) -> float:
        sites = find_promoters(piece, strength=1e-9, strands=[1])
        return max((site.strength for site in sites if 45 <= site.end <= 60), default=0.0)

    known = annotated()
    start = time.process_time()
    guesses = [placed(piece) for piece in known + others]
    spent = time.process_time() - start
    value = roc_auc_score([1] * len(known) + [0] * len(others), guesses)
    row("annotated starts (RegulonDB) or places by chance", len(guesses), "AUC", value, spent)
    start = time.process_time()
    sites = find_promoters(genome)
    spent = time.process_time() - start
    row("sites of strength 0.003 in E. coli", len(sites), "CPU s", spent, spent)


def measured_terminators(name: str, sequence: str) -> list[tuple[str, float, float]]:
    """Read terminators of Chen et al. 2013: letters, strength, and the strength of their own model."""
    path = REFERENCE / "build" / "terminator" / name
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    columns = [head.index(key) for key in (sequence, "Average Strength", "Predicted TS")]
    picked = [[r[c] for c in columns] for r in rows]
    return [(str(a).strip(), float(b), float(c or 0)) for a, b, c in picked if a and b]


def terminators(genome: Sequence) -> None:
    """Print the rows of terminators."""

    def model(letters: str) -> float:
        sites = find_terminators(letters, score=-100, strands=[1])
        return max((site.score for site in sites), default=-100.0)

    for kind, name in (("natural", "Chen_S2_2013.xlsx"), ("synthetic", "Chen_S3_2013.xlsx")):
        rows = measured_terminators(name, "Sequence")
        compare(f"{kind} terminators (Chen 2013)", [(a, b) for a, b, _ in rows], model)
        theirs = spearmanr([c for _, _, c in rows], [b for _, b, _ in rows])[0]
        row("  the model of the paper, fitted to these", len(rows), "Spearman", theirs, 0)
    start = time.process_time()
    sites = find_terminators(genome)
    spent = time.process_time() - start
    row("sites of score 0 in E. coli", len(sites), "CPU s", spent, spent)


def starts(genome: Sequence) -> None:
    """Print the rows of translation starts."""
    path = REFERENCE / "build" / "rbs"
    with gzip.open(path / "rbs_merged_dev.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    sets: dict[str, list[tuple[str, int, float]]] = {}
    for r in rows:
        if float(r["PROT.MEAN"]) > 0 and "coli" in r["ORGANISM"]:
            item = (r["SEQUENCE"], int(r["STARTPOS"]), float(r["PROT.MEAN"]))
            sets.setdefault(r["DATASET"], []).append(item)
    with (path / "ostir_calibration_output.fit_values.csv").open(newline="") as file:
        measured = {r["Sequence"]: float(r["Fluorescence.Average"]) for r in csv.DictReader(file)}
    with (path / "ostir_tests_expected_Salis2009.csv").open(newline="") as file:
        peer = [r for r in csv.DictReader(file) if r["sequence"] in measured]
    sets["Salis 2009, as OSTIR was calibrated"] = [
        (r["sequence"], int(r["start_position"]) - 1, measured[r["sequence"]]) for r in peer
    ]
    for name, items in sets.items():
        begin = time.process_time()
        pairs = []
        for letters, at, value in items:
            try:
                pairs.append((-translation_start(letters, at).energy, value))
            except InputError:  # a codon that is no start
                continue
        spent = time.process_time() - begin
        if len(pairs) > 20:
            value = spearmanr(*zip(*pairs, strict=True))[0]
            row(f"starts of translation ({name})", len(pairs), "Spearman", value, spent)
    energies = [-float(r["dG_total"]) for r in peer]
    value = spearmanr(energies, [measured[r["sequence"]] for r in peer])[0]
    row("  OSTIR, its published output", len(peer), "Spearman", value, 0)
    start = time.process_time()
    sites = find_translation_starts(genome)
    spent = time.process_time() - start
    row("starts of energy 0 in E. coli", len(sites), "CPU s", spent, spent)


def main() -> int:
    """Print the table."""
    path = REFERENCE / "build" / "genomes" / "ecoli_MG1655_NC_000913.3.gbff.gz"
    if not path.is_file():
        print(f"no reference data at {REFERENCE}; set BIOWRIGHT_REFERENCE_DATA")
        return 0
    genome = read(path)[0].sequence
    find_promoters(genome[:1000])
    print(f"{'':<66}{'count':>7}  {'':<22}{'':>7}{'CPU s':>9}")
    promoters(genome)
    terminators(genome)
    starts(genome)
    return 0


if __name__ == "__main__":
    sys.exit(main())

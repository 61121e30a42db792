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

from biowright.bio import find_promoters, promoter_strength
from biowright.core import Sequence
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
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Learn the shipped model of repression by dCas9, and tell how well it holds for genes left out.

``python benchmarks/_repression_model.py pur_gRNAs.tsv [SITES.csv]``: the first table is that of
BarquistLab/CRISPRi_guide_efficiency_bacteria (MIT; Yu et al. 2024, doi:10.1186/s13059-023-03153-y),
``Script_for_figures/pur_gRNAs.tsv``: depletion of E. coli without purines, by guides on the coding
strand of nine genes of their synthesis. With the second (crisprHAL: sites of active Cas9 in the
middle of a window, and activity; only looked at, not learned from) the model is tried there, too.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.stats import rankdata, spearmanr
from sklearn.linear_model import Ridge

from biowright.design.guides import rule_set_2, rule_set_3

OUT = Path(__file__).resolve().parents[1] / "src" / "biowright" / "design" / "data"
TIMES = ("OD02_edgeR.batch", "OD06_edgeR.batch", "OD1_edgeR.batch")
PENALTY = 10.0


def features(contexts: list[str]) -> np.ndarray:
    """Give a column for each letter at each place."""
    codes = np.array([["ACGT".index(letter) for letter in text] for text in contexts])
    return (codes[:, :, None] == np.arange(4)).reshape(len(contexts), -1).astype(float)


def within(values: np.ndarray, genes: np.ndarray) -> np.ndarray:
    """Give the ranks within each gene, from 0 to 1."""
    ranks = np.empty(len(values))
    for gene in set(genes):
        here = genes == gene
        ranks[here] = (rankdata(values[here]) - 0.5) / here.sum()
    return ranks


def tell(title: str, scores: np.ndarray, truth: np.ndarray, genes: np.ndarray) -> None:
    """Print the rank correlation within each gene, and its mean."""
    names = sorted(set(genes))
    each = [spearmanr(scores[genes == gene], truth[genes == gene])[0] for gene in names]
    sizes = [(genes == gene).sum() for gene in names]
    print(
        f"{title:<34}{np.mean(each):>7.3f}{np.average(each, weights=sizes):>9.3f}  "
        + " ".join(f"{value:>5.2f}" for value in each)
    )


def main() -> int:
    """Validate, learn from all, and write the weights."""
    with Path(sys.argv[1]).open(newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file, delimiter="\t")
            if all(row[time] for time in TIMES) and row["sequence_30nt"][25:27] == "GG"
        ]
    contexts = [row["sequence_30nt"] for row in rows]
    genes = np.array([row["gene_name"] for row in rows])
    depleted = np.array([[-float(row[time]) for time in TIMES] for row in rows])
    ranks = np.mean([within(column, genes) for column in depleted.T], axis=0)
    letters = features(contexts)
    left_out = np.empty(len(rows))
    for gene in set(genes):
        here = genes == gene
        model = Ridge(alpha=PENALTY).fit(letters[~here], ranks[~here])
        left_out[here] = model.predict(letters[here])
    names = sorted(set(genes))
    print(f"{len(rows)} guides; Spearman within a gene: mean, weighted; {' '.join(names)}")
    told: list[tuple[str, Callable[[], np.ndarray]]] = [
        ("this model, genes left out", lambda: left_out),
        ("Calvo-Villamanan 2020", lambda: np.array([float(r["pasteur_score"]) for r in rows])),
        ("GC", lambda: np.array([float(r["guide_GC_content"]) for r in rows])),
        ("Rule Set 2", lambda: rule_set_2(contexts)),
        ("Rule Set 3", lambda: rule_set_3(contexts)),
        ("DeepSpCas9", lambda: np.array([float(r["DeepSpCas9"]) for r in rows])),
        ("early in the gene", lambda: -np.array([float(r["distance_start_codon"]) for r in rows])),
    ]
    for title, scores in told:
        tell(title, scores(), ranks, genes)
    model = Ridge(alpha=PENALTY).fit(letters, ranks)
    if len(sys.argv) > 2:
        with Path(sys.argv[2]).open(newline="") as file:
            sites = [(row[0].upper(), float(row[1])) for row in csv.reader(file)]
        middle = len(sites[0][0]) // 2
        best = max(
            range(middle - 30, middle + 30),
            key=lambda at: sum(text[at + 25 : at + 27] == "GG" for text, _ in sites),
        )
        sites = [(t[best : best + 30], v) for t, v in sites if t[best + 25 : best + 27] == "GG"]
        active = np.array([value for _, value in sites])
        for title, scores in (
            ("this model", model.predict(features([text for text, _ in sites]))),
            ("Rule Set 2", rule_set_2([text for text, _ in sites])),
        ):
            found = spearmanr(scores, active)
            print(f"active Cas9, {len(sites)} sites, {title}: {found[0]:.3f} (p {found[1]:.1g})")
    lines = [
        "# Ridge regression (penalty 10) of the rank of repression within a gene, from letters",
        "# Data: Yu et al. 2024, doi:10.1186/s13059-023-03153-y, see repression.LICENSE.txt",
        "place\tletters\tweight",
        f"\tintercept\t{model.intercept_:.8f}",
    ]
    for at, weight in enumerate(model.coef_):
        if weight:
            lines.append(f"{at // 4 + 1}\t{'ACGT'[at % 4]}\t{weight:.8f}")
    (OUT / "repression.tsv").write_text("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

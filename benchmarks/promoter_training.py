"""Learn the promoter model that `biowright.bio.find_promoters` ships, and print its table.

Two sources, both free to use: the Sort-Seq measurement of 50,518 variants of the lac promoter (Kinney
et al. 2010, doi:10.1073/pnas.1004290107) as MAVE-NN distributes it (MIT licence; the file
`sortseq_data.csv.gz` of the package `mavenn`), and the annotated genome of E. coli MG1655.

    python benchmarks/promoter_training.py sortseq_data.csv.gz NC_000913.3.gbff.gz > sigma70.tsv
"""

from __future__ import annotations

import csv
import gzip
import sys

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logsumexp
from scipy.stats import spearmanr

from biowright.bio.iupac import masks
from biowright.core import Record
from biowright.formats import read

MINUS_35, MINUS_10, DISCRIMINATOR = 39, 63, 69
"""Where the elements begin in the 75 letters that were varied (-75 to -1)."""
SPACERS = (15, 16, 17, 18, 19)
PENALTY = 2e-4
_DIGITS = bytes({1: 0, 2: 1, 4: 2, 8: 3}.get(mask, 0) for mask in range(256))


def digits(letters: bytes) -> np.ndarray:
    """Give 0 to 3 for A, C, G and T."""
    return np.frombuffer(masks(letters).translate(_DIGITS), np.uint8).astype(np.int64)


def read_variants(path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the letters of each variant, its mean bin of expression, and whether it is for testing."""
    letters, means, test = [], [], []
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            counts = np.array([int(row[f"ct_{bin}"]) for bin in range(10)])
            letters.append(digits(row["x"].encode()))
            means.append(counts @ np.arange(10) / counts.sum())
            test.append(row["set"] == "test")
    return np.array(letters), np.array(means), np.array(test)


def fit(letters: np.ndarray, means: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Fit the mean bin as a sigmoid of a sum over letters; give the summands, in kT."""
    count = letters.shape[1]
    index = np.arange(count) * 4 + letters
    train, wanted = index[~test], means[~test]

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        low, range_, first = values[:3]
        weights = values[3:]
        share = expit(first + weights[train].sum(axis=1))
        wrong = low + range_ * share - wanted
        slope = wrong * range_ * share * (1 - share)
        summed = np.bincount(train.ravel(), np.repeat(slope, count), 4 * count)
        gradient = np.concatenate(
            [
                [wrong.mean(), (wrong * share).mean(), slope.mean()],
                summed / len(wanted) + PENALTY * weights,
            ]
        )
        return (wrong @ wrong) / 2 / len(wanted) + PENALTY * (weights @ weights) / 2, gradient

    start = np.concatenate([[0.0, 9.0, 0.0], np.zeros(4 * count)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    low, range_, first = found[:3]
    guess = low + range_ * expit(first + found[3:][index[test]].sum(axis=1))
    rank = spearmanr(guess, means[test])[0]
    square = np.corrcoef(guess, means[test])[0, 1] ** 2
    print(f"# held-out variants: Spearman {rank:.3f}, R2 {square:.3f}", file=sys.stderr)
    weights = found[3:].reshape(count, 4)
    return weights - weights.mean(axis=1, keepdims=True)


def upstream(genome: Record) -> list[np.ndarray]:
    """Give up to 250 letters before each gene, those between it and its neighbour, from 50 on."""
    letters = genome.sequence.data
    genes = sorted(
        (f.location.start, f.location.end, f.location.strand)
        for f in genome.features
        if f.type in ("CDS", "tRNA", "rRNA", "ncRNA") and len(f.location.parts) == 1
    )
    found = []
    for i, (start, end, strand) in enumerate(genes):
        if strand == 1:
            before = max((gene[1] for gene in genes[max(0, i - 5) : i]), default=0)
            piece = letters[max(before, start - 250) : start] if start - before >= 50 else b""
        else:
            behind = min((gene[0] for gene in genes[i + 1 : i + 6]), default=len(letters))
            piece = letters[end : min(behind, end + 250)] if behind - end >= 50 else b""
        if piece:
            read = digits(piece)
            found.append(read if strand == 1 else 3 - read[::-1])
    return found


def spacer_shares(pieces: list[np.ndarray], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Learn how often each spacer occurs before genes: expectation maximisation with known boxes.

    A piece has one promoter or none; letters of none follow a chain of the second order.
    """
    counts = np.ones((4, 4, 4))
    for piece in pieces:
        np.add.at(counts, (piece[:-2], piece[1:-1], piece[2:]), 1)
    single = counts.sum(axis=(0, 1)) / counts.sum()
    chain = np.log(counts / counts.sum(axis=2, keepdims=True))
    boxes = [np.log(single) + box for box in (first, second)]
    boxes = [box - logsumexp(box, axis=1, keepdims=True) for box in boxes]
    tables = []
    for piece in pieces:
        back = np.log(single)[piece]
        back[2:] = chain[piece[:-2], piece[1:-1], piece[2:]]
        width = len(piece) - 12 - max(SPACERS)
        if width < 1:
            continue
        scores = []
        for box in boxes:
            gains = np.stack([box[k, piece] - back for k in range(6)])
            scores.append(sum(gains[k, k : len(piece) - 5 + k] for k in range(6)))
        tables.append(
            np.stack([scores[0][:width] + scores[1][6 + n : 6 + n + width] for n in SPACERS], 1)
        )
    shares, prior = np.full(len(SPACERS), 1 / len(SPACERS)), 0.3
    for _ in range(60):
        found = np.full(len(SPACERS), 2.0)
        total = 0.0
        for table in tables:
            weighed = table + np.log(shares)
            whole = logsumexp(weighed)
            ratio = prior * np.exp(whole - np.log(len(table)))
            sure = ratio / (1 - prior + ratio)
            total += sure
            found += sure * np.exp(weighed - whole).sum(axis=0)
        shares, prior = found / found.sum(), total / len(tables)
    return shares


def main(variants: str, genome: str) -> int:
    """Print the table."""
    weights = fit(*read_variants(variants))
    first, second = weights[MINUS_35 : MINUS_35 + 6], weights[MINUS_10 : MINUS_10 + 6]
    shares = spacer_shares(upstream(read(genome)[0]), first, second)
    print("# Energies in kT above the best letter or spacer, learned by", end=" ")
    print("benchmarks/promoter_training.py from Kinney et al. 2010")
    print("# (MIT licence, Copyright (c) 2020 Ammar Tareen, Justin B. Kinney, MAVE-NN)", end=" ")
    print("and the genome of E. coli MG1655.")
    print("element\tplace\tA\tC\tG\tT")
    elements = (
        ("-35", MINUS_35, 6),
        ("-10", MINUS_10, 6),
        ("discriminator", DISCRIMINATOR, 3),
    )
    for name, start, count in elements:
        for place, row in enumerate(weights[start : start + count]):
            print(name, place, *(f"{value:.2f}" for value in row.max() - row), sep="\t")
    bonus = weights[MINUS_10 - 3, 3] + weights[MINUS_10 - 2, 2]
    print(f"extended\t0\t{bonus:.2f}")
    for spacer, value in zip(SPACERS, np.log(shares.max() / shares), strict=True):
        print(f"spacer\t{spacer}\t{value:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""How active a guide is at its own site: published models, each for what it was made for.

All take contexts: the protospacer with some letters before it, its motif and some after it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from biowright.core import InputError, suggest

from .boosting import rule_set_3
from .contexts import Codes, Floats, coded, melting, unless_unknown
from .microhomology import out_of_frame_score
from .mismatches import Variant, checked

__all__ = [
    "ACTIVITY_SCORES",
    "ActivityScore",
    "activity_score",
    "crisprscan",
    "repression_score",
    "rule_set_1",
    "rule_set_2",
]


@dataclass(frozen=True, slots=True)
class ActivityScore:
    """A model of activity, and what it holds for.

    Parameters
    ----------
    name : str
    before, after : int
        Letters of the context before the protospacer of 20, and after it (with the motif).
    compute : callable
        From contexts to scores.
    nuclease, organisms, promoter : str
        What it was learned from.
    measure : str
        What the score means.
    doi : str
    standard : bool, default False
        The values are standard deviations from a mean; else they are from 0 to 1, more or less.

    Examples
    --------
    >>> score = activity_score("rule-set-2")
    >>> score.before, score.after, score.nuclease
    (4, 6, 'SpCas9')
    """

    name: str
    before: int
    after: int
    compute: Callable[[Sequence[str]], Floats]
    nuclease: str
    organisms: str
    promoter: str
    measure: str
    doi: str
    standard: bool = False

    def holds_for(self, nuclease: str) -> bool:
        """Tell whether it was learned from this nuclease."""
        return nuclease == self.nuclease

    def share(self, value: float) -> float:
        """Give a value as a factor from 0 on: of standard deviations, the share of guides below."""
        return math.erfc(-value / math.sqrt(2)) / 2 if self.standard else max(value, 0.0)


def rule_set_1(contexts: Sequence[str]) -> Floats:
    """Give Rule Set 1 (Doench et al. 2014, doi:10.1038/nbt.3026), from 0 to 1.

    Parameters
    ----------
    contexts : sequence of str
        30 letters: 4, the spacer, the motif NGG, 3. Ambiguous letters make the score NaN.

    Raises
    ------
    SequenceError
        A context has not 30 letters, or no GG in its motif.

    Examples
    --------
    >>> rule_set_1(["TATAGCTGCGATCTGAGGTAGGGAGGGACC"]).round(4)
    array([0.7131])
    """
    codes = coded(contexts, 30, 25)
    weights, rest = _linear("rule_set_1.tsv", 30)
    gc = ((codes[:, 4:24] == 1) | (codes[:, 4:24] == 2)).sum(axis=1)
    total = _weighed(codes, weights) + rest["intercept"]
    total += np.where(gc < 10, (10 - gc) * rest["gc_low"], 0.0)
    total += np.where(gc > 10, (gc - 10) * rest["gc_high"], 0.0)
    return unless_unknown(codes, 1 / (1 + np.exp(-total)))


def crisprscan(contexts: Sequence[str], *, variant: Variant = "published") -> Floats:
    """Give CRISPRscan (Moreno-Mateos et al. 2015, doi:10.1038/nmeth.3543), mostly from 0 to 1.

    Parameters
    ----------
    contexts : sequence of str
        35 letters: 6, the spacer, the motif NGG, 6. Ambiguous letters make the score NaN.
    variant : str, default "published"
        CRISPOR (``crispor``) has the weight of AA at place 18; the table of the authors at 19.

    Raises
    ------
    SequenceError
        A context has not 35 letters, or no GG in its motif.

    Examples
    --------
    >>> crisprscan(["TCCTCTGGTGGCGCTGCTGGATGGACGGGACTGTA"]).round(4)
    array([0.7739])
    """
    checked(variant)
    codes = coded(contexts, 35, 27)
    weights, rest = _linear("crisprscan.tsv", 35)
    if variant == "crispor":
        weights = [(17 if (p, x) == (18, (0, 0)) else p, x, w) for p, x, w in weights]
    return unless_unknown(codes, _weighed(codes, weights) + rest["intercept"])


def repression_score(contexts: Sequence[str]) -> Floats:
    """Give how well dCas9 represses a gene of *E. coli*, as a rank among its guides from 0 to 1.

    A ridge regression on the letters, learned here from 742 guides on the coding strand of nine genes
    of purine synthesis (data of Yu et al. 2024, doi:10.1186/s13059-023-03153-y). For a gene left out
    the ranks correlate by 0.38 in the mean (0.44 with genes weighted; one gene by -0.31), the best
    published model that was tried by 0.34 (0.43); scores of human cells by 0. It says nothing of
    active Cas9, of guides on the template strand, or of other bacteria.

    Parameters
    ----------
    contexts : sequence of str
        30 letters: 4, the spacer, the motif NGG, 3. Ambiguous letters make the score NaN.

    Raises
    ------
    SequenceError
        A context has not 30 letters, or no GG in its motif.

    Examples
    --------
    >>> repression_score(["TACCTTTACCTTCGTCACCCCATTGGGTGC"]).round(3)
    array([0.433])
    """
    codes = coded(contexts, 30, 25)
    weights, rest = _linear("repression.tsv", 30)
    return unless_unknown(codes, _weighed(codes, weights) + rest["intercept"])


def rule_set_2(
    contexts: Sequence[str],
    *,
    percent_peptide: Sequence[float] | None = None,
    cut: Sequence[float] | None = None,
) -> Floats:
    """Give Rule Set 2 (Azimuth 2; Doench et al. 2016, doi:10.1038/nbt.3437), mostly from 0 to 1.

    Parameters
    ----------
    contexts : sequence of str
        30 letters: 4, the spacer, the motif NGG, 3. Ambiguous letters make the score NaN.
    percent_peptide, cut : sequence of float, optional
        Where the cut is in the protein: percent of its length, and number of the amino acid. With
        both, the model that knows them is taken.

    Raises
    ------
    SequenceError
        A context has not 30 letters, or no GG in its motif.
    InputError
        Only one of the two places is given, or there are not as many as contexts.

    Examples
    --------
    >>> rule_set_2(["AAAAAAAAAAAAAAAGCTAACAGCAGGAGT"]).round(6)
    array([0.529037])
    """
    if (percent_peptide is None) != (cut is None):
        raise InputError("only one of the two places in the protein is given", expected="both")
    codes = coded(contexts, 30, 25)
    known = np.where(codes < 4, codes, 0)
    pairs = 4 * known[:, :-1] + known[:, 1:]
    gc = ((known[:, 4:24] == 1) | (known[:, 4:24] == 2)).sum(axis=1)
    around = 4 * known[:, 24] + known[:, 27]
    columns = [
        (known[:, :, None] == np.arange(4)).reshape(len(known), -1),
        (pairs[:, :, None] == np.arange(16)).reshape(len(known), -1),
        (known[:, :, None] == np.arange(4)).sum(axis=1),
        (pairs[:, :, None] == np.arange(16)).sum(axis=1),
        np.stack([gc, gc > 10, gc < 10], axis=1),
        around[:, None] == np.arange(16),
        np.stack([melting(known[:, a:b]) for a, b in ((0, 30), (19, 24), (11, 19), (6, 11))], 1),
    ]
    model = "sequence"
    if percent_peptide is not None and cut is not None:
        model = "position"
        if not len(percent_peptide) == len(cut) == len(known):
            raise InputError("there are not as many places in the protein as contexts")
        percent = np.asarray(percent_peptide, float)
        columns.append(np.stack([percent, np.asarray(cut, float), percent < 50], axis=1))
    # the trees compare single precision with thresholds in double precision
    features = np.concatenate(columns, axis=1).astype(np.float32)
    mean, rate, trees = _trees(model)
    total = np.full(len(known), mean)
    rows = np.arange(len(known))
    for left, right, feature, threshold, value in trees:
        node = np.zeros(len(known), np.int64)
        while (inner := left[node] >= 0).any():
            lower = features[rows, np.maximum(feature[node], 0)] <= threshold[node]
            node = np.where(inner, np.where(lower, left[node], right[node]), node)
        total += rate * value[node]
    return unless_unknown(codes, total)


def _weighed(codes: Codes, weights: list[tuple[int, tuple[int, ...], float]]) -> Floats:
    total = np.zeros(len(codes))
    for place, letters, weight in weights:
        total += weight * (codes[:, place : place + len(letters)] == letters).all(axis=1)
    return total


@cache
def _linear(
    name: str, size: int
) -> tuple[list[tuple[int, tuple[int, ...], float]], dict[str, float]]:
    """Read the weights of a linear model: of letters at places, and others by name."""
    weights, rest = [], {}
    text = files("biowright.design").joinpath(f"data/{name}").read_text("ascii")
    for line in text.splitlines():
        if line.startswith(("#", "place")):
            continue
        place, letters, weight = line.split("\t")
        if place:
            codes = tuple("ACGT".index(letter) for letter in letters)
            weights.append((int(place) - 1, codes, float(weight)))
        else:
            rest[letters] = float(weight)
    assert all(place + len(codes) <= size for place, codes, _ in weights)
    return weights, rest


@cache
def _trees(model: str) -> tuple[float, float, list[tuple[npt.NDArray[np.generic], ...]]]:
    text = files("biowright.design").joinpath("data/rule_set_2.json").read_text("ascii")
    document = json.loads(text)
    one = document["models"][model]
    names = ("left", "right", "feature", "threshold", "value")
    trees = [tuple(np.array(tree[name]) for name in names) for tree in one["trees"]]
    return float(one["mean"]), float(document["rate"]), trees


ACTIVITY_SCORES = {
    score.name: score
    for score in (
        ActivityScore(
            "rule-set-3", 4, 6, rule_set_3, "SpCas9", "human and mouse cells",
            "U6, scaffold of Hsu 2013", "knock-out of a gene, in standard deviations",
            "10.1038/s41467-022-33024-2", standard=True,
        ),
        ActivityScore(
            "rule-set-3-chen", 4, 6, partial(rule_set_3, tracr="Chen2013"), "SpCas9",
            "human and mouse cells", "U6, scaffold of Chen 2013",
            "knock-out of a gene, in standard deviations", "10.1038/s41467-022-33024-2",
            standard=True,
        ),
        ActivityScore(
            "rule-set-2", 4, 6, rule_set_2, "SpCas9", "human and mouse cells", "U6",
            "knock-out of a gene, as a rank from 0 to 1", "10.1038/nbt.3437",
        ),
        ActivityScore(
            "rule-set-1", 4, 6, rule_set_1, "SpCas9", "human and mouse cells", "U6",
            "chance to be in the best fifth of a gene's guides", "10.1038/nbt.3026",
        ),
        ActivityScore(
            "repression", 4, 6, repression_score, "dCas9", "E. coli, coding strand of a gene",
            "constitutive, bacterial", "repression, as a rank among a gene's guides from 0 to 1",
            "10.1186/s13059-023-03153-y",
        ),
        ActivityScore(
            "crisprscan", 6, 9, crisprscan, "SpCas9", "zebrafish embryos", "T7 (in vitro)",
            "mutagenesis, about 0 to 1", "10.1038/nmeth.3543",
        ),
        ActivityScore(
            "out-of-frame", 13, 27, out_of_frame_score, "SpCas9", "cells with end joining by microhomology",
            "any", "share of microhomology deletions that shift the frame", "10.1038/nmeth.3015",
        ),
    )
}  # fmt: skip
"""The models that are known here, by name."""


def activity_score(name: str) -> ActivityScore:
    """Find a model of activity by its name.

    Raises
    ------
    InputError
        There is none of that name.
    """
    if name not in ACTIVITY_SCORES:
        raise InputError(f"there is no score '{name}'", hint=suggest(name, ACTIVITY_SCORES))
    return ACTIVITY_SCORES[name]

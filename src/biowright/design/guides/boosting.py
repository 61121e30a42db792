"""Rule Set 3 (sequence): gradient boosted trees on the letters around a site of SpCas9.

DeWeirdt et al. 2022, doi:10.1038/s41467-022-33024-2. The trees are those of the package rs3 (Broad
Institute, Apache-2.0), as numbers in ``data/rule_set_3.npz``; the features are those that sglearn
(MIT) gives them, computed here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from biowright.core import InputError

from .contexts import Codes, Floats, coded, melting, unless_unknown

__all__ = ["Tracr", "rule_set_3", "spacer_fold_energy"]

Tracr = Literal["Hsu2013", "Chen2013"]
"""The scaffold of the guide: of Hsu et al. 2013 (with UUUU in its first stem), or of Chen et al. 2013
(that stem with A and U exchanged, and longer)."""

_SPACER = slice(4, 24)
_OPEN, _NEVER, _LONELY = -20.0, 8.0, 7.0
"""What the trees were given where folding finds nothing, no energy, or a pair alone."""
ALONE = 1600.0


def rule_set_3(contexts: Sequence[str], *, tracr: Tracr = "Hsu2013") -> Floats:
    """Give Rule Set 3 (sequence), in standard deviations from the mean of a gene's guides.

    Parameters
    ----------
    contexts : sequence of str
        30 letters: 4, the spacer, the motif NGG, 3. Ambiguous letters make the score NaN.
    tracr : str, default "Hsu2013"
        The scaffold.

    Returns
    -------
    array of float, (contexts,)
        The higher the more active; about -2 to 2.

    Raises
    ------
    SequenceError
        A context has not 30 letters, or no GG in its motif.
    InputError
        The scaffold is not known.

    Examples
    --------
    >>> rule_set_3(["CCGGAAAACTGGCACGACCATCGCTGGGGT"]).round(6)
    array([-0.294126])
    """
    from .boosting_kernels import evaluate

    if tracr not in get_args(Tracr):
        raise InputError(f"the scaffold '{tracr}'", expected=" or ".join(get_args(Tracr)))
    codes = coded(contexts, 30, 25)
    model = _model()
    out = np.empty(len(codes))
    names = ("roots", "feature", "threshold", "left", "right", "value")
    evaluate(_features(codes, tracr), *(model[name] for name in names), out)
    return unless_unknown(codes, out)


def spacer_fold_energy(spacer: str) -> float:
    """Give the free energy that Rule Set 3 takes for the folding of a spacer, in kcal/mol.

    For anything else take `biowright.bio.fold_energy`: this one repeats the simplifications of
    seqfold, with which the trees were learned. A spacer that does not fold has minus infinity.

    Examples
    --------
    >>> spacer_fold_energy("GGGGCAAAAGCCCCAAAAAA")
    -10.9
    """
    codes = ["ACGU".index(letter) for letter in spacer.upper().replace("T", "U")]
    return _fold_energy(np.array(codes, np.int64))


def _features(codes: Codes, tracr: str) -> Floats:
    """Give what the trees look at, letters in the order A, C, T, G."""
    count = len(codes)
    known = np.where(codes < 4, codes, 0)
    order = np.array([0, 1, 3, 2])[known]
    pairs = 4 * order[:, :-1] + order[:, 1:]
    spacer = order[:, _SPACER]
    letters = np.stack([(spacer == letter).sum(axis=1) for letter in range(4)], axis=1)
    runs = np.stack([_longest(spacer == letter) for letter in range(4)], axis=1)
    around = 4 * order[:, 24] + order[:, 27]
    own = known[:, _SPACER]
    hybrid = partial(melting, hybrid=True)
    columns = [
        (letters[:, 1] + letters[:, 3])[:, None] / 20,
        letters / 20,
        _pair_counts(spacer) / 19,
        (order[:, :, None] == np.arange(4)).reshape(count, 120),
        (pairs[:, :, None] == np.arange(16)).reshape(count, 464),
        around[:, None] == np.arange(16),
        np.stack([melting(own), hybrid(own)], axis=1),
        np.array([_told(_fold_energy(row)) for row in own], float).reshape(-1, 1),
        np.stack([hybrid(own[:, :10]), hybrid(own[:, 10:])], axis=1),
        runs,
        np.tile([float(tracr == name) for name in get_args(Tracr)], (count, 1)),
    ]
    return np.concatenate(columns, axis=1, dtype=float)


def _pair_counts(spacer: Codes) -> Codes:
    """Count pairs of letters that do not overlap with another one of the same kind."""
    pairs = 4 * spacer[:, :-1] + spacer[:, 1:]
    counts = (pairs[:, :, None] == np.arange(16)).sum(axis=1)
    for letter in range(4):
        # AAA has AA once: half of each run
        here = spacer == letter
        total = np.zeros(len(spacer), np.int64)
        run = np.zeros(len(spacer), np.int64)
        for at in range(spacer.shape[1]):
            run = np.where(here[:, at], run + 1, 0)
            total += (run > 0) & (run % 2 == 0)
        counts[:, 5 * letter] = total
    return counts


def _longest(here: npt.NDArray[np.bool_]) -> Codes:
    run = np.zeros(len(here), np.int64)
    most = run.copy()
    for at in range(here.shape[1]):
        run = np.where(here[:, at], run + 1, 0)
        most = np.maximum(most, run)
    return most


def _told(energy: float) -> float:
    if math.isinf(energy):
        return _OPEN if energy < 0 else _NEVER
    return _LONELY if energy == ALONE else energy


def _fold_energy(codes: Codes) -> float:
    from .boosting_kernels import fold_cells

    return round(sum(_Traced(*fold_cells(codes, _energies())).walk(0, len(codes) - 1)), 2)


class _Traced:
    """The way back through the folding; each step has what its energy is above the next one's."""

    def __init__(self, paired: Codes, best: Codes, energies: Floats, counts: Codes, inside: Codes):
        self.paired, self.best = paired, best
        self.energies, self.counts, self.inside = energies, counts, inside

    def walk(self, i: int, j: int) -> list[float]:
        """Give the energies of the steps from the best structure between two places on."""
        i, j = self._begins(i, j)
        energies: list[float] = []
        while True:
            row = self.paired[i, j]
            energies.append(float(self.energies[row]))
            if self.counts[row] != 1:
                break
            i, j = self.inside[row, 0].tolist()
        steps = [
            round(energy - after, 1)
            for energy, after in zip(energies, [*energies[1:], 0.0], strict=True)
        ]
        if self.counts[row] == 0:
            return steps
        branches: list[float] = []
        total = 0.0
        for i1, j1 in self.inside[row, : self.counts[row]].tolist():
            branches += self.walk(i1, j1)
            total += float(self.energies[self.best[self._begins(i1, j1)]])
        steps[-1] = round(steps[-1] - total, 1)
        return steps + branches

    def _begins(self, i: int, j: int) -> tuple[int, int]:
        """Leave out letters at the ends that are not paired, as seqfold does: not from a hairpin."""
        row = self.best[i, j]
        energy = self.energies[row]
        if self.counts[row] == 0 and energy != ALONE and not math.isinf(energy):
            return i, j
        while i < j and self._same(self.best[i + 1, j], row):
            i += 1
        while i < j and self._same(self.best[i, j - 1], row):
            j -= 1
        return i, j

    def _same(self, one: int, other: int) -> bool:
        if one == other:
            return True
        count = self.counts[one]
        return bool(
            self.energies[one] == self.energies[other]
            and count == self.counts[other]
            and (self.inside[one, :count] == self.inside[other, :count]).all()
        )


@cache
def _model() -> dict[str, npt.NDArray[np.generic]]:
    with files("biowright.design").joinpath("data/rule_set_3.npz").open("rb") as file:
        stored = dict(np.load(file, allow_pickle=False))
    counts = stored["nodes"].astype(np.int64)
    model: dict[str, npt.NDArray[np.generic]] = {
        name: stored[name].astype(np.int32) for name in ("feature", "left", "right")
    }
    model["roots"] = np.cumsum(counts) - counts
    model["threshold"] = stored["thresholds"][stored["threshold"]]
    model["value"] = stored["value"].astype(np.float64)
    model |= {name: table for name, table in stored.items() if name.startswith("fold_")}
    return model


@cache
def _energies() -> Floats:
    """Put the tables behind one another, as the compiled loops expect them."""
    names = ("inner", "outer", "mismatch", "dangling", "hairpin", "bulge", "interior", "branches")
    return np.concatenate([_model()[f"fold_{name}"].ravel() for name in names])

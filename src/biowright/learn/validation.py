"""Honest validation: what the models foretell of designs, groups and rounds they have not seen."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from biowright.core import InputError

from .table import Table
from .warp import rank

__all__ = ["Figures", "Validation", "validate"]


@dataclass(frozen=True, slots=True)
class Figures:
    """How good predictions are.

    `r2` is 1 - residual / total sum of squares; `spearman` the rank correlation; `rmse` in the unit
    of the values; `enrichment` the share of the true top tenth within the foretold top tenth, over
    what chance gives (the mean over rounds, where there are rounds); `coverage` the share of wells
    inside their interval (None without intervals).
    """

    r2: float
    spearman: float
    rmse: float
    enrichment: float
    coverage: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Figures on wells left out, beside those of baselines, and each well's prediction.

    `folds` (wells,) is the fold in which a well was foretold, -1 where it only taught.
    """

    figures: Figures
    baselines: dict[str, Figures]
    wells: int
    designs: int
    groups: int
    scheme: str
    predictions: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    folds: np.ndarray
    notices: tuple[str, ...]


def validate(
    table: Table,
    values: Sequence[float] | np.ndarray,
    *,
    groups: Sequence[Hashable] | None = None,
    order: Sequence[Hashable] | None = None,
    folds: int = 20,
    coverage: float = 0.95,
    seed: int = 0,
) -> Validation:
    """Foretell wells by models that have seen neither their design nor their group.

    Parameters
    ----------
    table : Table
        One row a well; equal rows are replicates of one design.
    values : sequence of float
        The measured value of each row.
    groups : sequence, optional
        What must not straddle folds, beyond replicates: a medium, a parent, a plate.
    order : sequence, optional
        Rounds, sortable: each is foretold from those before it, instead of by cross-validation.
    folds : int
        How many folds, at most one a group.
    coverage : float
        The share of wells that intervals shall hold.
    seed : int
        Deals the groups to folds.

    Examples
    --------
    >>> import numpy as np
    >>> dose = np.arange(40.0)
    >>> table = Table.of_factors(range(40), {"dose": dose})
    >>> result = validate(table, 2 * dose + np.tile([0.5, -0.5], 20), folds=5)
    >>> result.figures.r2 > 0.95, result.baselines["mean"].r2 < 0.1
    (True, True)
    """
    from .threads import single_thread

    values = np.asarray(values, dtype=float)
    if len(values) != table.size or not np.isfinite(values).all():
        raise InputError(f"{table.size} rows want as many finite values")
    if folds < 2:
        raise InputError(f"{folds} folds leave nothing to learn from", hint="2 or more")
    _, designs = np.unique(table.rows, axis=0, return_inverse=True)
    designs = designs.ravel()
    notices: list[str] = []
    units = _units(designs, groups, notices)
    rng = np.random.default_rng(seed)
    if order is not None:
        places, scheme = _rounds(order), "each round from those before it"
        _tell_shared(designs, places, notices)
    else:
        count = min(folds, int(units.max()) + 1)
        if count < 2:
            raise InputError("all rows are one group", hint="validation needs two or more")
        places = (rng.permutation(int(units.max()) + 1) % count)[units]
        scheme = f"{count} folds of whole {'groups' if groups is not None else 'designs'}"
    with single_thread():
        told = _foretell(table, values, designs, places, order is not None, coverage, rng)
    tested = told.folds >= 0
    truth = values[tested]
    inside = (told.lows <= values) & (values <= told.highs)
    # rounds are judged one by one, since each is a choice of its own; folds are random parts of one
    races = told.folds[tested] if order is not None else np.zeros(len(truth), dtype=int)
    figures = _figures(told.predictions[tested], truth, races, float(inside[tested].mean()))
    baselines = {
        name: _figures(guess[tested], truth, races, None) for name, guess in told.baselines.items()
    }
    return Validation(
        figures,
        baselines,
        len(values),
        int(designs.max()) + 1,
        int(units.max()) + 1,
        scheme,
        told.predictions,
        told.lows,
        told.highs,
        told.folds,
        tuple(notices),
    )


@dataclass(slots=True, eq=False)
class _Told:
    predictions: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    folds: np.ndarray
    baselines: dict[str, np.ndarray]


def _foretell(
    table: Table,
    values: np.ndarray,
    designs: np.ndarray,
    places: np.ndarray,
    forward: bool,
    coverage: float,
    rng: np.random.Generator,
) -> _Told:
    from .ensemble import Ensemble, cover

    blank = np.full(len(values), np.nan)
    names = ("mean", "nearest design", "linear")
    told = _Told(
        blank.copy(),
        blank.copy(),
        blank.copy(),
        np.full(len(values), -1),
        {name: blank.copy() for name in names},
    )
    surprises: list[np.ndarray] = []
    for fold in range(int(forward), int(places.max()) + 1):
        test = np.flatnonzero(places == fold)
        train = np.flatnonzero(places < fold if forward else places != fold)
        _, first, owners = np.unique(designs[train], return_index=True, return_inverse=True)
        wells = np.bincount(owners).astype(float)
        means = np.bincount(owners, values[train]) / wells
        codes = table.rows[train[first]]
        ensemble = Ensemble.fit(
            table.columns,
            codes,
            means,
            wells,
            values=values[train],
            owners=owners,
            rng=rng,
            coverage=coverage,
        )
        if surprises:  # what earlier rounds took, new ones may take: rounds drift
            ensemble.factor = max(ensemble.factor, cover(np.concatenate(surprises), coverage))
        foretold = ensemble.predict(table.rows[test])
        if forward:
            surprises.append(ensemble.stretch(table.rows[test], values[test]))
        told.predictions[test], told.folds[test] = foretold.means, fold
        told.lows[test], told.highs[test] = foretold.lows, foretold.highs
        told.baselines["mean"][test] = values[train].mean()
        known, asked = (_features(table, rows) for rows in (codes, table.rows[test]))
        centre, spread = known.mean(axis=0), known.std(axis=0)
        spread[spread == 0] = 1.0
        known, asked = (known - centre) / spread, (asked - centre) / spread
        distances = ((asked[:, None] - known[None]) ** 2).sum(axis=2)
        told.baselines["nearest design"][test] = means[distances.argmin(axis=1)]
        told.baselines["linear"][test] = _ridge(known, means, asked)
    return told


def _features(table: Table, rows: np.ndarray) -> np.ndarray:
    return np.concatenate(
        [column.features()[rows[:, c]] for c, column in enumerate(table.columns)], axis=1
    )


def _ridge(known: np.ndarray, means: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Foretell by a linear model whose penalty has the least error left out (closed form)."""
    left, singular, right = np.linalg.svd(known, full_matrices=False)
    centred = means - means.mean()
    best, guess = np.inf, np.full(len(asked), means.mean())
    for penalty in np.geomspace(1e-2, 1e4, 13):
        shrunk = singular**2 / (singular**2 + penalty)
        hat = np.einsum("ij,j,ij->i", left, shrunk, left) + 1.0 / len(means)
        fitted = left @ (shrunk * (left.T @ centred))
        error = float((((centred - fitted) / np.maximum(1.0 - hat, 1e-6)) ** 2).mean())
        if error < best:
            best = error
            slopes = right.T @ (singular / (singular**2 + penalty) * (left.T @ centred))
            guess = means.mean() + asked @ slopes
    return guess


def _units(
    designs: np.ndarray, groups: Sequence[Hashable] | None, notices: list[str]
) -> np.ndarray:
    """Join wells that share a design or a group, directly or through others, into units."""
    if groups is None:
        return designs
    if len(groups) != len(designs):
        raise InputError(f"{len(designs)} rows but {len(groups)} groups")
    names: dict[Hashable, int] = {}
    labels = np.array([names.setdefault(group, len(names)) for group in groups])
    pairs = np.unique(np.stack([designs, labels]), axis=1)
    straddling = int((np.bincount(pairs[0]) > 1).sum())
    if straddling:
        notices.append(
            f"{straddling} design(s) occur in several groups: a leak; these groups share a fold"
        )
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = int(designs.max()) + 1
    shape = (count + len(names),) * 2
    graph = coo_array((np.ones(len(designs)), (designs, count + labels)), shape=shape)
    joined = connected_components(graph, directed=False)[1][designs]
    return np.unique(joined, return_inverse=True)[1].ravel()


def _rounds(order: Sequence[Hashable]) -> np.ndarray:
    names = sorted(set(order))  # type: ignore[type-var]
    if len(names) < 2:
        raise InputError("there is one round only", hint="the order needs two or more")
    place = {name: k for k, name in enumerate(names)}
    return np.array([place[name] for name in order])


def _tell_shared(designs: np.ndarray, places: np.ndarray, notices: list[str]) -> None:
    pairs = np.unique(np.stack([designs, places]), axis=1)
    shared = int((np.bincount(pairs[0]) > 1).sum())
    if shared:
        notices.append(
            f"{shared} design(s) occur in several rounds: later ones are foretold with the design known"
        )


def _figures(
    guess: np.ndarray, truth: np.ndarray, races: np.ndarray, coverage: float | None
) -> Figures:
    error = float(((guess - truth) ** 2).sum())
    total = float(((truth - truth.mean()) ** 2).sum())
    ranks = [rank(x) for x in (guess, truth)]
    flat = min(np.ptp(r) for r in ranks) == 0
    spearman = 0.0 if flat else float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    gains = [_enrich(guess[races == race], truth[races == race]) for race in np.unique(races)]
    return Figures(
        1.0 - error / total if total else float("nan"),
        spearman,
        float(np.sqrt(error / len(truth))),
        float(np.mean(gains)),
        coverage,
    )


def _enrich(guess: np.ndarray, truth: np.ndarray) -> float:
    """Compare the true top tenth within the foretold top tenth with what chance gives.

    Equal predictions, as of replicates, share the places that are left.
    """
    tenth = max(1, len(truth) // 10)
    best = np.zeros(len(truth))
    best[np.argsort(-truth, kind="stable")[:tenth]] = 1.0
    limit = np.sort(guess)[-tenth]
    above, level = guess > limit, guess == limit
    hits = best[above].sum() + best[level].mean() * (tenth - above.sum())
    return float(hits / tenth * len(truth) / tenth)

"""`biowright learn`: what to make next, and how far the models can be trusted."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from biowright.formats import refuse_existing
from biowright.learn import (
    Figures,
    Measured,
    read_candidates,
    read_data,
    read_measured,
    recommend,
    validate,
    write_picks,
)

from .arguments import Force, Json
from .output import note, print_json, print_table

__all__ = ["recommend_next", "validate_data"]

_SHOWN = 10


def recommend_next(
    *,
    candidates: Path,
    target: str,
    batch: int,
    out: Path,
    measured: Path | None = None,
    goal: str = "maximise",
    aim: float | None = None,
    seed: int = 0,
    plate: str | None = None,
    prior: str | None = None,
    cost: str | None = None,
    remeasure: float = 0.0,
    force: Force = False,
    json: Json = False,
) -> int:
    """Choose the candidates to make and measure next.

    Parameters
    ----------
    candidates
        CSV with a column `id` and either a column `sequence` or one column a factor.
    target
        The measured quantity: a column of the measurements.
    batch
        How many candidates to choose.
    out
        The CSV to write: the chosen rows in order of preference, foretold mean, interval, reason.
    measured
        CSV with the columns `id` and the target, a row a well; repeats are replicates. Without it,
        or without rows, a first batch covers the candidates evenly.
    goal
        maximise, minimise or target.
    aim
        The wanted value, where the goal is target.
    seed
        Fixes everything random.
    plate
        A column of the measurements with the plate of each well, whose effects are removed.
    prior
        A column of the candidates with zero-shot scores, the better the higher; no factor then.
    cost
        A column of the candidates with their costs; no factor then.
    remeasure
        The share of the batch that may measure noisy maxima again, 0 to 1.
    """
    refuse_existing([out], force=force)
    beside = [name for name in (prior, cost) if name is not None]
    listed = read_candidates(candidates, beside=beside)
    wells = Measured.empty()
    notices: tuple[str, ...] = ()
    if measured is not None:
        wells, notices = read_measured(measured, listed.table, target, plate=plate)
    result = recommend(
        listed.table,
        wells,
        batch=batch,
        goal=goal,  # type: ignore[arg-type]
        aim=aim,
        seed=seed,
        prior=None if prior is None else listed.beside[prior],
        costs=None if cost is None else listed.beside[cost],
        remeasure=remeasure,
    )
    write_picks(out, listed, result, target, force=force)
    for notice in (*notices, *result.notices):
        note(notice)
    if json:
        document = asdict(result)
        for pick in document["picks"]:
            del pick["quantities"]  # there is one: its own
        for effect in document["effects"]:
            del effect["quantity"]
        document["notices"] = [*notices, *result.notices]
        document["out"] = str(out)
        print_json(document)
        return 0
    plural = "" if len(result.picks) == 1 else "s"
    sys.stdout.write(f"{len(result.picks):,} candidate{plural} of {listed.table.size:,}: {out}\n")
    if result.model is not None:
        for member in result.model.members:
            note(f"{member.name}: weight {member.weight:.2f}, skill {member.skill:.2f} left out")
        note(f"intervals hold {result.model.coverage:.1%} of the wells measured so far")
    rows = [
        (p.id, *("" if x is None else f"{x:.4g}" for x in (p.mean, p.low, p.high)), p.reason)
        for p in result.picks[:_SHOWN]
    ]
    print_table(("id", "mean", "low", "high", "reason"), rows)
    return 0


def validate_data(
    *,
    data: Path,
    target: str,
    group: str | None = None,
    order: str | None = None,
    folds: int = 20,
    seed: int = 0,
    json: Json = False,
) -> int:
    """Foretell measured designs without their own wells, and say how good that is.

    Parameters
    ----------
    data
        CSV, a row a well: the target, a column `sequence` or one column a factor.
    target
        The measured quantity.
    group
        A column whose groups must not be split between learning and testing.
    order
        A column of rounds: each is foretold from those before it, instead of by folds.
    folds
        How many folds, at most one a group.
    seed
        Deals the groups to folds.
    """
    read = read_data(data, target, group=group, order=order)
    result = validate(
        read.table, read.values, groups=read.groups, order=read.order, folds=folds, seed=seed
    )
    notices = (*read.notices, *result.notices)
    for notice in notices:
        note(notice)
    table = {"biowright": result.figures, **result.baselines}
    if json:
        print_json(
            {
                **asdict(result.figures),
                "baselines": {name: asdict(row) for name, row in result.baselines.items()},
                "scheme": result.scheme,
                "wells": result.wells,
                "designs": result.designs,
                "groups": result.groups,
                "notices": list(notices),
            }
        )
        return 0
    sys.stdout.write(f"{result.wells:,} wells of {result.designs:,} designs; {result.scheme}\n")
    print_table(
        ("model", "R²", "Spearman", "RMSE", "top tenth", "in 95 % interval"),
        [(name, *_cells(row)) for name, row in table.items()],
    )
    return 0


def _cells(row: Figures) -> tuple[str, ...]:
    covered = "" if row.coverage is None else f"{row.coverage:.3f}"
    return (
        f"{row.r2:.3f}",
        f"{row.spearman:.3f}",
        f"{row.rmse:.4g}",
        f"{row.enrichment:.1f}x",
        covered,
    )

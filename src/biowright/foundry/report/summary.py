"""What a report says, as plain data: the text twin of the page."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..scores import judge

if TYPE_CHECKING:
    from ..campaign import Campaign

__all__ = ["summarise"]

SHOWN = 20


def summarise(campaign: Campaign) -> dict[str, Any]:
    """Collect what a campaign has reached, learned, built and spent.

    Returns
    -------
    dict
        ``status``, ``objectives``, ``rounds`` (best so far, designs, cost and calibration of each),
        ``best`` (the best designs with their sequences), ``front`` (with several quantities, the designs
        that no other beats in all of them), ``effects``, ``model``, ``next`` (the batch that
        waits, if one does) and ``provenance``. Only JSON values.
    """
    status = campaign.status()
    rounds = [_round(campaign, number) for number in range(1, status.round + 1)]
    designed = [r for r in rounds if r["design"] is not None]
    last = designed[-1]["design"] if designed else None
    open_round = bool(designed) and designed[-1]["source"] is None
    return {
        "status": asdict(status),
        "objectives": [asdict(objective) for objective in campaign.settings.objective],
        "rounds": [{k: v for k, v in r.items() if k != "design"} for r in rounds],
        "best": _best(campaign),
        "front": list(status.front),
        "effects": last["effects"] if last else [],
        "model": last["model"] if last else None,
        "notices": last["notices"] if last else [],
        "next": last["picks"] if last and open_round else [],
        "provenance": {
            "settings": campaign.checksum,
            "seed": campaign.settings.campaign.seed,
            "versions": campaign.versions(),
        },
    }


def _round(campaign: Campaign, number: int) -> dict[str, Any]:
    from ..campaign import step_name

    answers = {
        name: campaign.journal.answer(step_name(number, name))
        for name in ("design", "build", "test", "learn")
    }
    design, build, test = answers["design"], answers["build"], answers["test"]
    ranking = campaign.ranking(number) if test else []
    picks = {pick["id"]: pick for pick in design["picks"]} if design else {}
    fresh = [row for row in ranking if row["round"] == number and row["id"] in picks]
    return {
        "round": number,
        "state": next((n for n in ("learn", "test", "build", "design") if answers[n]), "begun"),
        "designs": len(picks),
        "measured": len(fresh),
        "best": ranking[0] if ranking else None,
        "values": [
            {name: row[name] for name in ("id", *campaign.quantities, "front") if name in row}
            for row in fresh
        ],
        "predicted": _calibration(campaign, picks, fresh),
        "cost": build["cost"] if build else 0.0,
        "ordered": len(build["ordered"]) if build else 0,
        "files": build["files"] if build else {},
        "notices": (design["notices"] if design else []) + (build["notices"] if build else []),
        "source": test["source"] if test else None,
        "missing": test["missing"] if test else None,
        "design": design,
    }


def _calibration(
    campaign: Campaign, picks: dict[str, Any], fresh: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Set what was predicted beside what was measured."""
    objectives = campaign.settings.objective
    if len(objectives) > 1:
        return [
            {"id": row["id"], "quantity": name, "measured": row[name]}
            | dict(zip(("mean", "low", "high"), told, strict=True))
            for row in fresh
            for name, told in picks[row["id"]]["quantities"].items()
        ]
    rows = []
    for row in fresh:
        pick = picks[row["id"]]
        if pick["mean"] is not None:
            score = judge(objectives[0], row[objectives[0].quantity])
            rows.append(
                {"id": row["id"], "measured": score}
                | {name: pick[name] for name in ("mean", "low", "high")}
            )
    return rows


def _best(campaign: Campaign) -> list[dict[str, Any]]:
    rows = []
    for row in campaign.ranking()[:SHOWN]:
        candidate = campaign.space.candidate(campaign.space.key(row["id"]))
        record = candidate.record
        rows.append(
            row
            | {
                "factors": dict(candidate.factors),
                "sequence": str(record.sequence) if record else None,
                "seguid": record.seguid if record else None,
            }
        )
    return rows

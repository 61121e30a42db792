"""`biowright campaign`: rounds of design, build, test and learn."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from biowright.foundry import Campaign, Status

from .arguments import Json
from .output import note, print_json, print_table

__all__ = ["ingest", "next_", "report", "run", "status"]

Database = Annotated[
    str | None,
    Parameter(help="A database URL for the journal; a file in the workdir by default."),
]


def run(
    file: Path, *, workdir: Path | None = None, database: Database = None, json: Json = False
) -> int:
    """Run a campaign, or go on with it where it stopped.

    Parameters
    ----------
    file
        The campaign file (TOML).
    workdir
        The folder for everything that it makes; beside the file, with its name, by default.
    """
    folder = workdir or file.with_suffix("")
    campaign = Campaign.start(file, folder, database)
    status = campaign.run(note)
    tell(status, folder, json)
    return 0


def status(folder: Path, *, database: Database = None, json: Json = False) -> int:
    """Say where a campaign stands.

    Parameters
    ----------
    folder
        Its workdir.
    """
    tell(Campaign(folder, database).status(), folder, json)
    return 0


def ingest(
    folder: Path,
    file: Path,
    *,
    round: int | None = None,
    read: str | None = None,
    database: Database = None,
    json: Json = False,
) -> int:
    """Take in the measurements of the round that waits: a filled table or an instrument file.

    Parameters
    ----------
    folder
        The campaign's workdir.
    file
        A table with a column of wells and one column a quantity (CSV or workbook), or what a plate
        reader wrote: Gen5, SoftMax Pro, MARS, SMART Control, EnVision, Kaleido, Magellan, SkanIt.
    round
        The round, where it is not the one that waits.
    read
        The reading of the instrument, or the sheet of the workbook, where the file holds several.
    """
    campaign = Campaign(folder, database)
    values = campaign.ingest(file, round, read=read)
    if json:
        print_json({"values": values, "status": asdict(campaign.status())})
    else:
        sys.stdout.write(f"{values:,} values taken in; run the campaign to go on\n")
    return 0


def report(folder: Path, *, database: Database = None, json: Json = False) -> int:
    """Write the report anew: report.html in the workdir.

    Parameters
    ----------
    folder
        The campaign's workdir.
    """
    from biowright.foundry.report import summarise, write_report

    campaign = Campaign(folder, database)
    path = write_report(campaign)
    if json:
        print_json(summarise(campaign))
    else:
        sys.stdout.write(f"{path}\n")
    return 0


def next_(folder: Path, *, database: Database = None, json: Json = False) -> int:
    """Show the batch of the round that waits, or what would be chosen now.

    Parameters
    ----------
    folder
        The campaign's workdir.
    """
    round, picks = Campaign(folder, database).next()
    if json:
        print_json({"round": round, "picks": picks})
        return 0
    sys.stdout.write(f"round {round}\n")
    told = picks[0]["quantities"] if picks else {}
    if told:
        rows = [
            (i, p["id"], *(f"{p['quantities'][k][0]:.4g}" for k in told), p["reason"])
            for i, p in enumerate(picks, 1)
        ]
        print_table(("#", "design", *told, "reason"), rows)
        return 0
    rows = [
        (
            i,
            p["id"],
            *(("" if p[k] is None else f"{p[k]:.4g}") for k in ("mean", "low", "high")),
            p["reason"],
        )
        for i, p in enumerate(picks, 1)
    ]
    print_table(("#", "design", "mean", "low", "high", "reason"), rows)
    return 0


def tell(status: Status, folder: Path, json: bool) -> None:
    """Write where a campaign stands."""
    if json:
        print_json(asdict(status))
        return
    lines = [
        f"{status.name}: {status.state}" + (f" ({status.reason})" if status.reason else ""),
        (
            f"round {status.round} of {status.rounds}; {status.designs:,} designs in "
            f"{status.wells:,} wells; {status.cost:,.2f} {status.currency}"
        ),
    ]
    if status.best is not None:
        values = ", ".join(
            f"{k} {v:.4g}" for k, v in status.best.items() if k not in ("id", "n", "round", "front")
        )
        lines.append(f"best: {status.best['id']}, {values} (round {status.best['round']})")
    lines.append(f"report: {folder / 'report.html'}")
    sys.stdout.write("\n".join(lines) + "\n")
    if status.front:
        names = [k for k in status.front[0] if k not in ("id", "n", "round", "front")]
        sys.stdout.write(f"\nno design beats these {len(status.front)} in all quantities\n")
        rows = [(row["id"], *(f"{row[k]:.4g}" for k in names)) for row in status.front]
        print_table(("design", *names), rows)

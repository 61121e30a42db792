"""`biowright safety`: screening, its references, the audit and overrides."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from biowright.core import InputError, ScreeningRefused
from biowright.formats import open_output, read
from biowright.safety import (
    Gate,
    build_reference,
    default_gate,
    load_safety_settings,
    new_key,
    read_key,
)

from .arguments import Encoding, Force, From, Json, given
from .output import note, print_json, print_table

__all__ = ["audit", "override", "reference", "screen"]

Settings = Annotated[
    Path | None,
    Parameter(help="The operator's safety settings; by default what BIOWRIGHT_SAFETY names."),
]


def screen(
    file: str,
    *,
    customer: str = "",
    out: Path | None = None,
    settings: Settings = None,
    from_: From = None,
    encoding: Encoding = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Screen the pieces of an order: both strands, six frames, recoded, split and joined.

    All records of the file are one order. Exit code 0: nothing found; 1: flagged, or not screened since
    a back end is missing, stale or failed.

    Parameters
    ----------
    file
        A file in any format that is read; `-` is the standard input.
    customer
        Whose earlier orders are looked at together with these pieces.
    out
        Write the verdict to this file, for exports.
    """
    pieces = read(given(file), format=from_, encoding=encoding)
    if not len(pieces):
        raise InputError("there is nothing in it to screen", path=file)
    gate = _gate(settings)
    try:
        verdict = gate.screen(pieces, customer=customer)
    except ScreeningRefused as error:
        if not json:
            raise
        print_json({"outcome": "failed", "why": str(error)})
        return 1
    if out is not None:
        with open_output(out, force=force) as output:
            output.write(verdict.to_json().encode())
    if json:
        print_json({**asdict(verdict), "content": verdict.content, "demo": verdict.demo})
        return 0 if verdict.passed else 1
    count = len(pieces)
    sys.stdout.write(
        f"{verdict.outcome}: {count} piece{'' if count == 1 else 's'}, "
        f"{sum(map(len, pieces)):,} nt; {'; '.join(b.reference for b in verdict.backings)}\n"
    )
    if verdict.findings:
        rows = [
            (
                finding.label,
                finding.kind,
                finding.extent,
                f"{finding.identity:.0%}",
                ", ".join(
                    f"{p.item} {p.start}..{p.end} ({p.strand:+d})" for p in finding.places[:4]
                )
                + (f" and {len(finding.places) - 4} more" if len(finding.places) > 4 else ""),
            )
            for finding in verdict.findings
        ]
        print_table(("resembles", "by", "nt", "identity", "where"), rows)
        sys.stdout.write(f"content: {verdict.content}\n")
    if verdict.demo:
        note(
            "only the DEMO reference of made-up stand-ins: this protects nobody (see docs/safety.md)"
        )
    return 0 if verdict.passed else 1


def reference(
    *files: Path,
    out: Path,
    key: Path,
    name: str = "",
    dated: str | None = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Build a reference of hashed k-mers from sequences of concern.

    Parameters
    ----------
    files
        Proteins and nucleic acids, in any format that is read.
    out
        The reference to write; it holds no sequence.
    key
        The key file; made where there is none. Keep it apart from the reference.
    name
        What the reference is called; the output's name by default.
    dated
        The day of the content, as 2026-01-31; today by default.
    """
    if not files:
        raise InputError("no file is named", hint="name the sequences to screen against")
    records = [record for file in files for record in read(file)]
    secret = read_key(key) if key.exists() else new_key(key)
    built = build_reference(records, name=name or out.stem, key=secret, dated=dated)
    built.write(out, force=force)
    told = {
        "reference": str(out),
        "name": built.name,
        "dated": built.dated,
        "records": len(built.labels),
        "k-mers": len(built.places),
        "left out": built.masked,
        "checksum": built.checksum,
    }
    if json:
        print_json(told)
    else:
        sys.stdout.write("".join(f"{name}: {value}\n" for name, value in told.items()))
    return 0


def audit(
    *, settings: Settings = None, head: str | None = None, last: int = 20, json: Json = False
) -> int:
    """Check the audit and show its last entries.

    Parameters
    ----------
    head
        A head that was kept elsewhere: tells whether the audit was rolled back since.
    last
        How many entries to show.
    """
    gate = _gate(settings)
    if gate.audit is None:
        raise InputError(
            "the demonstration keeps no audit", hint="name the settings with --settings"
        )
    entries = gate.audit.read(head)
    shown = entries[-last:] if last > 0 else []
    now = entries[-1].head if entries else f"0:{'0' * 64}"
    if json:
        told = [asdict(entry) for entry in shown]
        print_json({"entries": len(entries), "head": now, "last": told})
        return 0
    rows = [
        (e.number, e.time, e.event, ", ".join(f"{k} {v}" for k, v in e.told.items())) for e in shown
    ]
    print_table(("#", "time", "event", "what"), rows)
    sys.stdout.write(f"{len(entries):,} entries, the chain is whole; head {now}\n")
    return 0


def override(
    content: str,
    *,
    reviewer: str,
    reason: str,
    key: Path,
    settings: Settings = None,
    json: Json = False,
) -> int:
    """Let flagged pieces leave: a reviewer's decision, signed and logged.

    Parameters
    ----------
    content
        The content that was flagged, as `safety screen` tells it.
    reviewer
        Who decides.
    reason
        Why, in words.
    key
        The reviewers' key file.
    """
    gate = _gate(settings)
    verdict = gate.override(
        gate.flagged(content), reviewer=reviewer, reason=reason, key=read_key(key)
    )
    assert verdict.override is not None
    if json:
        print_json(asdict(verdict.override))
    else:
        sys.stdout.write(f"released by {verdict.override.reviewer}; screen or export again\n")
    return 0


def _gate(settings: Path | None) -> Gate:
    return default_gate() if settings is None else Gate(load_safety_settings(settings))

"""`biowright design variants`: libraries for directed evolution."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from biowright.design.variants import plan_library, read_library, write_library
from biowright.safety import default_gate, require

from .arguments import Force, Json
from .output import note, print_json, print_table

__all__ = ["variants"]

_SHOWN = 25


def variants(
    spec: Path,
    *,
    out: Path | None = None,
    customer: str = "",
    force: Force = False,
    json: Json = False,
) -> int:
    """Design a variant library: given targets, saturation, error-prone PCR or recombination.

    Parameters
    ----------
    spec
        The specification, a TOML file.
    out
        A folder for the library, its codons and the order; the order is screened first.
    customer
        Whose earlier orders are screened together with this one.
    """
    plan = plan_library(read_library(spec), spec.parent)
    written, marking = [], ""
    if out is not None or (json and plan.pieces):  # letters leave, so that they are screened
        gate = default_gate()
        verdict = gate.screen(plan.pieces, customer=customer)
        marking = require(verdict, plan.pieces, gate=gate).marking
        if out is not None:
            written = write_library(out, plan, verdict=verdict, gate=gate, force=force)
        if out is not None and plan.pieces and verdict.demo:
            note("order.csv: screened with the DEMO reference, not for ordering")
    if json:
        files = [str(path) for path in written]
        print_json({**plan.summary, "files": files, "screening": marking})
        return 0
    for name, value in plan.summary.items():
        if isinstance(value, str | int | float):
            sys.stdout.write(f"{name}: {_told(value)}\n")
    head, *rows = plan.table
    if rows:
        print_table(head, rows[:_SHOWN])
    if len(rows) > _SHOWN:
        sys.stdout.write(f"... and {len(rows) - _SHOWN} more rows, in library.csv with --out\n")
    for path in written:
        sys.stdout.write(f"{path}\n")
    return 0


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.6g}"
    return f"{value:,.0f}" if isinstance(value, int | float) else value

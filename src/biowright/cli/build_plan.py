"""`biowright build plan`: how to make DNA from what one has and what can be ordered."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from biowright.build import export_plan, plan_pieces, robots
from biowright.build.planning import (
    Alternative,
    choose_plan,
    find_matches,
    offer_fixes,
    plan_synthesis,
)
from biowright.build.planning import domesticate as remove_sites
from biowright.core import InputError, Record, suggest
from biowright.core import Sequence as Letters
from biowright.design import SignalChange, edited_signals
from biowright.formats import read
from biowright.safety import default_gate, require

from .arguments import Encoding, Force, From, Json, given
from .output import note, print_json, print_table

__all__ = ["plan"]

Several = Annotated[tuple[str, ...], Parameter(negative=(), consume_multiple=True)]


def plan(
    *targets: str,
    have: Several = (),
    library: Path | None = None,
    vendor: Several = (),
    method: Several = (),
    enzyme: Several = (),
    reuse: int | None = None,
    vector: Path | None = None,
    place: int | None = None,
    keep: Annotated[bool, Parameter(negative=())] = False,
    domesticate: Annotated[bool, Parameter(negative=())] = False,
    best: str = "cheapest",
    out: Path | None = None,
    robot: str | None = None,
    customer: str = "",
    from_: From = None,
    encoding: Encoding = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Plan how to make DNA, prove it by simulation, and write orders and protocols.

    Parameters
    ----------
    targets
        Files with the DNA to make, all records of them; `-` is the standard input.
    have
        Files with DNA that one has: pieces of it are copied by PCR.
    library
        A parts library whose parts one has.
    vendor
        Rule packs of products, by name or as a TOML file; all that come along by default.
    method
        order, annealing, pca, golden-gate or gibson; all by default.
    enzyme
        Enzymes for Golden Gate, in the order of preference; BsaI, BsmBI, BbsI and SapI by default.
    reuse
        The shortest stretch that is copied from what one has, in bp, 150 by default; 0 for none.
    vector
        A file with a vector of yeast, in which long DNA is put together, and out of which it is cut.
    place
        Before which letter of a circular target the vector goes, 0-based; a neutral place by default.
    keep
        The vector stays in what is made.
    domesticate
        Remove the sites of an enzyme from the targets' genes by synonymous codons first; says which.
    best
        Which plan is taken: cheapest, fastest or safest.
    out
        The folder to write orders, protocols and the plan to; nothing is written there unscreened.
    robot
        Flex (the default) or OT-2.
    customer
        Whose earlier orders are screened together with these.
    """
    if not targets:
        raise InputError("there is no target", hint="name a file with the DNA to make")
    if best not in ("cheapest", "fastest", "safest"):
        raise InputError(f"no plan is '{best}'", expected="cheapest, fastest or safest")
    if robot is not None and robot not in robots():
        raise InputError(
            f"there is no robot '{robot[:40]}'",
            expected=" or ".join(robots()),
            hint=suggest(robot, robots()),
        )
    _refuse_what_does_not_apply(
        {
            "--robot": robot is not None and out is None and "there is no --out",
            "--customer": bool(customer)
            and out is None
            and not json
            and "nothing is screened without --out or --json",
            "--reuse": reuse is not None
            and not have
            and library is None
            and "there is nothing to copy from without --have or --library",
            "--enzyme": bool(enzyme)
            and bool(method)
            and "golden-gate" not in method
            and not domesticate
            and f"no enzyme is used by {', '.join(method)}",
            "--vector": vector is not None
            and bool(method)
            and not set(method) & {"golden-gate", "gibson"}
            and f"nothing is put together in yeast by {', '.join(method)}",
        }
    )
    enzyme = enzyme or ("BsaI", "BsmBI", "BbsI", "SapI")
    reuse = 150 if reuse is None else reuse
    robot = robot or "Flex"
    wanted = [
        record for file in targets for record in read(given(file), format=from_, encoding=encoding)
    ]
    if not wanted:
        raise InputError("there is no record in it", path=targets[0])
    stock = [record for file in have for record in read(file)]
    if library is not None:
        stock += _library(library, wanted, max(reuse, 150))
    changed: dict[str, list[str]] = {}
    touched: dict[str, list[SignalChange]] = {}
    if domesticate:
        for number, record in enumerate(wanted):
            wanted[number], scissors, changes = remove_sites(record, enzyme)
            touched[record.name] = edited_signals(record, wanted[number], enzymes=enzyme)
            for signal in touched[record.name]:
                note(f"{record.name}, {signal}")
            changed[record.name] = [change.what for change in changes]
            enzyme = (scissors, *(name for name in enzyme if name != scissors))
            note(
                f"{record.name}: {len(changes)} codons changed for {scissors}: {changed[record.name]}"
            )
    found = plan_synthesis(
        wanted,
        have=stock,
        vendors=vendor,
        methods=method,
        enzymes=enzyme,
        reuse=reuse,
        vector=_vector(vector),
        place=place,
        keep=keep,
    )
    chosen = offer_fixes(choose_plan(found, best))
    files: dict[str, str] = {}
    marking = ""
    if out is not None or json:  # letters leave, so that they are screened
        gate = default_gate()
        pieces = plan_pieces(chosen)
        verdict = gate.screen(pieces, customer=customer)
        if out is not None:
            files = dict(
                export_plan(out, chosen, verdict=verdict, gate=gate, robot=robot, force=force)
            )
        marking = require(verdict, pieces, gate=gate).marking
    for notice in chosen.notices:
        note(notice)
    for name, signals in chosen.signals.items():
        for signal in signals:
            note(f"{name}, {signal}")
    if json:
        print_json(
            {
                **_summary(chosen),
                "alternatives": [_told(alternative) for alternative in found],
                "changes": changed,
                "changed_signals": {
                    name: [asdict(signal) for signal in signals]
                    for name, signals in touched.items()
                },
                "out": None if out is None else str(out),
                "files": files,
                "screening": marking,
            }
        )
        return 0
    rows = [_row(alternative) for alternative in found if alternative.plan is not None]
    print_table(
        ("method", "vendor", "price", "days", "fidelity", "pieces", "primers", "best"), rows
    )
    closed = [a for a in found if a.plan is None]
    for alternative in closed[:4]:
        note(f"{alternative.method} with {alternative.vendor}: {alternative.why}")
    if len(closed) > 4:
        note(f"{len(closed) - 4} other ways are closed too (--json says why)")
    sys.stdout.write(
        f"{best}: {chosen.method} with {chosen.vendor}, {len(chosen.orders)} pieces and "
        f"{len(chosen.primers)} oligos, {len(chosen.reactions)} reactions, {chosen.price:,.2f} "
        f"{chosen.currency}, proven by simulation\n"
    )
    if out is not None:
        sys.stdout.write(f"{len(files)} files in {out}{': ' + marking if marking else ''}\n")
    return 0


def _refuse_what_does_not_apply(reasons: Mapping[str, str | bool]) -> None:
    """Refuse options that would change nothing, all at once."""
    told = [f"{option}: {why}" for option, why in reasons.items() if why]
    if told:
        raise InputError(f"options that do not apply: {'; '.join(told)}", hint="leave them out")


def _vector(path: Path | None) -> Record | None:
    if path is None:
        return None
    records = read(path)
    if len(records) != 1:
        raise InputError(f"{len(records)} records", path=path, expected="one vector")
    return records[0]


def _library(path: Path, wanted: Sequence[Record], least: int) -> list[Record]:
    """Give the parts of a library that hold a stretch of a target."""
    from biowright.library import Library

    found: list[Record] = []
    with Library.open(path) as library:
        batch: list[tuple[int, Record]] = []

        def look() -> None:
            records = [record for _, record in batch]
            hits = {
                match.source
                for target in wanted
                for match in find_matches(target.sequence, records, least)
            }
            found.extend(library.record(batch[hit][0]) for hit in sorted(hits))
            batch.clear()

        for number, letters, circular in library.read(1, library.last()):
            if len(letters) >= least:
                topology = "circular" if circular else "linear"
                batch.append((number, Record(Letters(letters, topology=topology))))
            if len(batch) == 2_000:
                look()
        look()
    return found


def _summary(chosen) -> dict:  # type: ignore[no-untyped-def, type-arg]
    told = chosen.describe()
    for order in (*told["orders"], *told["primers"]):
        order["length"] = len(order["sequence"])
    return told


def _told(alternative: Alternative) -> dict[str, object]:
    plan = alternative.plan
    if plan is None:
        told = asdict(alternative)
        del told["plan"]
        return told
    return {
        "method": alternative.method,
        "vendor": alternative.vendor,
        "best": list(alternative.best),
        "price": plan.price,
        "currency": plan.currency,
        "days": list(plan.days),
        "fidelity": plan.fidelity,
        "orders": len(plan.orders),
        "primers": len(plan.primers),
        "reactions": len(plan.reactions),
        "breaches": sum(len(order.breaches) for order in plan.orders),
        "proven": plan.proven,
    }


def _row(alternative: Alternative) -> tuple[object, ...]:
    plan = alternative.plan
    assert plan is not None
    return (
        alternative.method,
        alternative.vendor,
        f"{plan.price:,.2f} {plan.currency}",
        f"{plan.days[0]}-{plan.days[1]}",
        f"{plan.fidelity:.1%}",
        len(plan.orders),
        len(plan.primers),
        ", ".join(alternative.best),
    )

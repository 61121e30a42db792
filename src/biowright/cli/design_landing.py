"""`biowright design landing`: landing pads for integrases and recombinases."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from biowright.core import InputError, circularise
from biowright.design.edits import Genome, Homology
from biowright.design.landing import (
    Place,
    design_landing,
    land,
    landing_pieces,
    landing_report,
    place_at,
    safe_places,
    write_landing,
)
from biowright.formats import read, refuse_existing
from biowright.safety import default_gate

from .arguments import Force, From, Json, refuse_idle
from .output import note, print_json, print_table

__all__ = ["landing"]


def landing(
    genome: Path,
    *,
    sites: str = "",
    out: Path | None = None,
    at: int | None = None,
    contig: str = "",
    near: str | None = None,
    margin: int | None = None,
    reverse: Annotated[bool, Parameter(negative=())] = False,
    between: Path | None = None,
    method: Literal["mage", "hdr", "red"] | None = None,
    nuclease: str | None = None,
    arm: int | None = None,
    payload: Path | None = None,
    count: int | None = None,
    customer: str = "",
    circular: Annotated[bool, Parameter(negative=())] = False,
    from_: From = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Propose places for a landing pad, design one, and land a payload on it.

    Without --sites, places are proposed only. Exit code 1: there is no safe place.

    Parameters
    ----------
    genome
        Annotated, in any format that is read.
    sites
        One recombination site, such as attB-Bxb1, or two for exchange, as loxP,lox2272.
    out
        The folder to write: orders, the genome with the pad and after landing.
    at
        The place: new letters come before the letter of this number, from 0.
    contig
        The sequence, where there are several.
    near
        Propose places near a position or a gene.
    margin
        Letters to the nearest feature on either side of a proposed place; 50 by default.
    reverse
        The pad reads on the reverse strand.
    between
        A file with the letters between two sites, or behind one: a marker, say.
    method
        hdr (the default): guide and donor; mage: one oligo; red: a double strand with short arms.
    nuclease
        Of the guide; SpCas9 by default.
    arm
        Homology at each end.
    payload
        A circle that lands on the pad.
    count
        How many places are proposed; 5 by default.
    customer
        Whose earlier orders the gate looks at together with these.
    circular
        Take every sequence of the genome for a circle.
    """
    if out is not None:
        refuse_existing([out / "landing.json"], force=force)
    if sites and out is None and not json:
        raise InputError("a pad is written to a folder", hint="name it with --out")
    of_pad = {
        "--out": out, "--payload": payload, "--between": between, "--method": method,
        "--nuclease": nuclease, "--arm": arm, "--reverse": reverse, "--customer": customer,
    }  # fmt: skip
    if not sites:
        refuse_idle("proposals of places", of_pad, "name the sites of a pad: --sites attB-Bxb1")
    if at is not None:
        refuse_idle("--at", {"--near": near, "--margin": margin, "--count": count})
    if method == "red":
        refuse_idle("--method red", {"--nuclease": nuclease})
    records = tuple(read(genome, format=from_))
    if circular:
        records = tuple(r if r.circular else circularise(r) for r in records)
    known = Genome(records)
    homology = Homology(known)
    places = _places(
        known,
        homology,
        at,
        contig,
        near,
        50 if margin is None else margin,
        5 if count is None else count,
    )
    if not sites:
        _print_places(known, places, json)
        return 0
    letters = ""
    if between is not None:
        pieces = list(read(between))
        if len(pieces) != 1:
            raise InputError(f"there are {len(pieces)} sequences, not one", path=between)
        letters = str(pieces[0].sequence)
    pad = design_landing(
        known,
        places[0],
        [name for name in sites.split(",") if name.strip()],
        strand=-1 if reverse else 1,
        between=letters,
        method=method or "hdr",
        nuclease=nuclease,
        arm=arm,
        homology=homology,
    )
    reactions, checks = (), ()
    if payload is not None:
        pieces = list(read(payload))
        if len(pieces) != 1:
            raise InputError(f"there are {len(pieces)} sequences, not one", path=payload)
        reactions, checks = land(pad, pieces[0], homology=homology)
    written: dict[str, int] = {}
    if out is not None:
        gate = default_gate()
        verdict = gate.screen(landing_pieces(pad, checks), customer=customer)
        written = write_landing(
            out, pad, verdict, reactions=reactions, checks=checks, gate=gate, force=force
        )
    if json:
        document = landing_report(pad, reactions, checks)
        document["files"] = {name: str(out / name) for name in written} if out else {}
        print_json(document)
        return 0
    names = "+".join(site.name for site in pad.sites)
    where = f"{known.contig_name(pad.place.contig)}:{pad.place.position}"
    sys.stdout.write(f"{names} before {where}, proved: {out}\n")
    for reason in pad.place.reasons:
        note(reason)
    for notice in pad.notices:
        note(f"note: {notice}")
    for made in reactions:
        scars = ", ".join(f"{s.name} at {s.start}..{s.end}" for s in made.scars)
        sys.stdout.write(
            f"{made.kind}: {made.end - made.start:,} nt at {made.start:,}, leaving {scars}\n"
        )
    if len(reactions) > 1:
        note(f"note: there are {len(reactions)} ways to land; landed.gb has the first")
    if checks:
        stages = [stage for stage, _ in checks[0].products]
        print_table(
            ("primers", *stages),
            [
                (c.name, *("/".join(map(str, lengths)) or "none" for _, lengths in c.products))
                for c in checks
            ],
        )
    return 0


def _places(
    genome: Genome,
    homology: Homology,
    at: int | None,
    contig: str,
    near: str | None,
    margin: int,
    count: int,
) -> tuple[Place, ...]:
    if at is not None:
        return (place_at(genome, at, contig=contig),)
    position: int | None = None
    if near is not None:
        if near.replace(",", "").replace("_", "").isdigit():
            position = int(near.replace(",", "").replace("_", ""))
        else:
            gene = genome.gene(near)
            position = gene.feature.location.start
            contig = genome.contig_name(gene.contig)
    return safe_places(genome, homology, contig=contig, near=position, margin=margin, count=count)


def _print_places(genome: Genome, places: tuple[Place, ...], json: bool) -> None:
    if json:
        print_json(
            {
                "places": [
                    {
                        "contig": genome.contig_name(p.contig),
                        "position": p.position,
                        "left": p.left,
                        "right": p.right,
                        "genes": p.genes,
                        "distances": list(p.distances),
                        "reasons": list(p.reasons),
                    }
                    for p in places
                ]
            }
        )
        return
    print_table(
        ("sequence", "position", "genes", "reasons"),
        [
            (genome.contig_name(p.contig), p.position, f"{p.left} {p.right}", "; ".join(p.reasons))
            for p in places
        ],
    )

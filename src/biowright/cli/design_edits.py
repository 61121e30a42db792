"""`biowright design edits`: a table of edits to oligos, guides, donors and primers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from biowright.core import InputError, NegativeResult, circularise
from biowright.design.edits import (
    DonorRules,
    EditDesign,
    Genome,
    MageRules,
    PopoutRules,
    PrimeRules,
    design_edits,
    edit_pieces,
    markers,
    read_table,
    write_edits,
)
from biowright.formats import read, refuse_existing
from biowright.safety import default_gate

from .arguments import Force, From, Json, refuse_idle
from .output import note, print_json, print_table

__all__ = ["edits"]

_SHOWN = 10
_EVERY = 500


def edits(
    table: Path,
    *,
    genome: Path,
    method: Literal["mage", "hdr", "base", "prime", "popout"],
    out: Path,
    nuclease: str | None = None,
    arms: int | None = None,
    length: int | None = None,
    origin: int | None = None,
    terminus: int | None = None,
    backbone: str | None = None,
    marker: str | None = None,
    cassette: Path | None = None,
    way: Literal["counterselect", "repeats", "site", "plasmid"] | None = None,
    site: str | None = None,
    repeat: int | None = None,
    cut: Annotated[bool, Parameter(negative=())] = False,
    primers: bool = True,
    customer: str = "",
    circular: Annotated[bool, Parameter(negative=())] = False,
    from_: From = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Design all edits of a table, each proved on the genome base for base.

    Exit code 1: some edits cannot be designed; the others are written, and the reasons told.

    Parameters
    ----------
    table
        CSV with the columns gene and change, perhaps id and contig. A change is knockout, delete,
        start GTG, A45V, tag-n LETTERS, tag-c LETTERS, insert 400 ACGT, delete 100..112 or
        replace 100..103 TAA; coordinates are 0-based and half-open.
    genome
        Annotated, in any format that is read.
    method
        mage: oligos for recombineering; hdr: guide and donor; base: base editing; prime: pegRNAs;
        popout: two steps with a marker that goes in and out.
    out
        The folder to write.
    nuclease
        Of the guides; SpCas9 by default, BE4max for base.
    arms
        hdr and popout: homology at each end, in nt; 500 for hdr and plasmids, else 50.
    length
        mage: of an oligo, in nt; 90 by default.
    origin
        mage: where replication starts, if the genome doesn't say.
    terminus
        mage: where replication ends.
    backbone
        A plasmid for the guides, such as pX330: orders the oligos that clone them.
    marker
        popout: its name, such as tetA-sacB, URA3 or kan.
    cassette
        popout: a file with its letters, from promoter to terminator; for plasmid the whole plasmid.
    way
        popout: counterselect (a donor replaces the marker; the default), repeats (it leaves between
        direct repeats), site (a recombinase takes it out, a site stays), plasmid (in by one arm, out by
        the other).
    site
        popout, site: FRT (the default), loxP or another site.
    repeat
        popout, repeats: their length in nt; 60 by default.
    cut
        popout, repeats: with a site of I-SceI.
    primers
        Choose genotyping primers.
    customer
        Whose earlier orders the gate looks at together with these.
    circular
        Take every sequence for a circle; otherwise it is what the file says.
    """
    refuse_existing([out / "designs.csv"], force=force)
    of_marker = {"--marker": marker, "--cassette": cassette, "--way": way}
    of_way = {"--site": site, "--repeat": repeat, "--cut": cut}
    of_mage = {"--length": length, "--origin": origin, "--terminus": terminus}
    of_guides = {"--nuclease": nuclease, "--backbone": backbone}
    idle = {
        "mage": of_marker | of_way | {"--arms": arms},
        "hdr": of_marker | of_way | of_mage,
        "base": of_marker | of_way | of_mage | {"--arms": arms},
        "prime": of_marker | of_way | of_mage | {"--arms": arms},
        "popout": of_mage | of_guides,
    }[method]
    refuse_idle(f"--method {method}", idle)
    if method == "popout":
        way = way or "counterselect"
        own = {"site": {"--site"}, "repeats": {"--repeat", "--cut"}}.get(way, set())
        refuse_idle(f"--way {way}", {name: of_way[name] for name in of_way if name not in own})
    requests = read_table(table)
    records = tuple(read(genome, format=from_))
    if circular:
        records = tuple(r if r.circular else circularise(r) for r in records)
    rules = {
        "mage": lambda: MageRules() if length is None else MageRules(length=length),
        "hdr": lambda: DonorRules(
            arm=500 if arms is None else arms, reach=min(60, (500 if arms is None else arms) - 1)
        ),
        "prime": PrimeRules,
        "base": lambda: None,
        "popout": lambda: _popout_rules(
            marker,
            cassette,
            way or "counterselect",
            site or "FRT",
            60 if repeat is None else repeat,
            cut,
            arms,
        ),
    }[method]()

    def progress(done: int, count: int) -> None:
        if done and done % _EVERY == 0:
            note(f"{done:,} of {count:,} edits")

    plan = design_edits(
        Genome(records),
        requests,
        method,
        nuclease_name=nuclease,
        rules=rules,
        origin=origin,
        terminus=terminus,
        primers=primers,
        progress=progress,
    )
    for notice in plan.notices:
        note(notice)
    if not plan.designs:
        shown = "\n  ".join(f"line {f.request.line}: {f.reason}" for f in plan.failures[:_SHOWN])
        raise NegativeResult(f"no edit can be designed\n  {shown}", path=table)
    gate = default_gate()
    verdict = gate.screen(edit_pieces(plan, backbone), customer=customer)
    written = write_edits(out, plan, verdict, gate=gate, backbone=backbone, force=force)
    if json:
        print_json(
            {
                "method": plan.method,
                "nuclease": plan.nuclease.name,
                "designed": len(plan.designs),
                "failed": [
                    {"line": f.request.line, "id": f.request.id, "reason": f.reason}
                    for f in plan.failures
                ],
                "joint": [oligo.edit.id for oligo in plan.joint],
                "designs": [_document(design) for design in plan.designs],
                "notices": list(plan.notices),
                "files": {name: str(out / name) for name in written},
            }
        )
    else:
        sys.stdout.write(
            f"{len(plan.designs):,} of {len(requests):,} edits designed and proved: {out}\n"
        )
        rows = [
            (d.edit.id, d.edit.what, "; ".join(d.notices) or "fine") for d in plan.designs[:_SHOWN]
        ]
        print_table(("edit", "change", "notices"), rows)
    for failure in plan.failures[:_SHOWN]:
        note(f"line {failure.request.line}, {failure.request.id}: {failure.reason}")
    if len(plan.failures) > _SHOWN:
        note(f"and {len(plan.failures) - _SHOWN:,} more in {out / 'failures.csv'}")
    return 1 if plan.failures else 0


def _popout_rules(
    marker: str | None,
    cassette: Path | None,
    way: str,
    site: str,
    repeat: int,
    cut: bool,
    arms: int | None,
) -> PopoutRules:
    if marker is None or cassette is None:
        raise InputError(
            "popout needs a marker",
            hint=f"--cassette FILE --marker with one of {', '.join(markers())}",
        )
    pieces = list(read(cassette))
    if len(pieces) != 1:
        raise InputError(f"there are {len(pieces)} sequences, not one", path=cassette)
    arm = arms if arms is not None else 500 if way == "plasmid" else 50
    try:
        return PopoutRules(
            str(pieces[0].sequence), marker, way, site=site, repeat=repeat, cut=cut, arm=arm
        )
    except InputError as error:
        raise error.located(path=cassette) from None


def _document(design: EditDesign) -> dict[str, object]:
    edit, guide, pair = design.edit, design.guide, design.primers
    return {
        "id": edit.id,
        "gene": edit.gene,
        "change": edit.what,
        "start": edit.start,
        "end": edit.end,
        "old": edit.old,
        "new": edit.new,
        "spacer": guide.target.spacer if guide else None,
        "offtargets": list(guide.offtargets) if guide else None,
        "primers": [pair.forward.sequence, pair.reverse.sequence] if pair else None,
        "notices": list(design.notices),
    }

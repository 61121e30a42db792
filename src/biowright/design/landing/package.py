"""What a lab needs to make a landing pad and to land on it, in one folder; nothing leaves unscreened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from biowright.formats import make_folder, open_output, refuse_existing, write
from biowright.safety import Gate, Verdict, require

from ..edits.cassettes import StageCheck
from ..edits.package import orders, put
from .pads import LandingPad
from .reactions import Reaction

__all__ = ["landing_pieces", "landing_report", "write_landing"]

_FILES = ("orders.csv", "pad.gb", "landed.gb", "landing.json", "screening.json")


def landing_pieces(pad: LandingPad, checks: Sequence[StageCheck] = ()) -> dict[str, str]:
    """Give all DNA that would be ordered, by its name; it is what has to be screened.

    The payload is not ordered here, and is screened by whoever orders it.
    """
    return {row[0]: row[1] for row in _orders(pad, checks)}


def write_landing(
    folder: str | Path,
    pad: LandingPad,
    verdict: Verdict | None,
    *,
    reactions: Sequence[Reaction] = (),
    checks: Sequence[StageCheck] = (),
    gate: Gate | None = None,
    force: bool = False,
) -> dict[str, int]:
    """Write the work package of a landing pad.

    Files
    -----
    orders.csv
        What to order: oligonucleotides, donor, guide, primers.
    pad.gb, landed.gb
        The genome with the pad, and with the payload on it; sites and scars are features.
    landing.json
        The place with its reasons, sites, warnings, scars, and what PCR shows at each stage.
    screening.json
        What the DNA was screened with.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    pad : LandingPad
    verdict : Verdict or None
        Of a screening of `landing_pieces`.
    reactions, checks
        Of `land`.
    gate : Gate, optional
    force : bool, default False

    Returns
    -------
    dict of str to int
        The rows or records of each file.

    Raises
    ------
    ScreeningRefused
        The verdict does not let these pieces leave; nothing is written then.
    ConflictError
        A file is there already.
    """
    folder = Path(folder)
    clearance = require(verdict, landing_pieces(pad, checks), gate=gate)
    refuse_existing([folder / name for name in _FILES], force=force)
    make_folder(folder)
    rows = [["name", "type", "length", "sequence", "purpose", "screening"]]
    rows += [
        [name, kind, str(len(letters)), text, purpose, clearance.marking]
        for name, letters, kind, text, purpose in _orders(pad, checks)
    ]
    written = {"orders.csv": put(folder, "orders.csv", rows, force)}
    write(list(pad.records), folder / "pad.gb", force=force)
    written["pad.gb"] = len(pad.records)
    if reactions:
        records = list(pad.records)
        records[pad.place.contig] = reactions[0].record
        write(records, folder / "landed.gb", force=force)
        written["landed.gb"] = len(records)
    elif (folder / "landed.gb").exists():
        (folder / "landed.gb").unlink()  # of the run that is replaced
    for name, document in (
        ("landing.json", landing_report(pad, reactions, checks)),
        ("screening.json", clearance.document()),
    ):
        with open_output(folder / name, force=force) as output:
            output.write((json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())
        written[name] = 1
    return written


def landing_report(
    pad: LandingPad, reactions: Sequence[Reaction] = (), checks: Sequence[StageCheck] = ()
) -> dict[str, object]:
    """Tell all of a landing pad in plain values, as ``landing.json`` does."""
    place = pad.place
    return {
        "contig": pad.genome.contig_name(place.contig),
        "position": place.position,
        "left": place.left,
        "right": place.right,
        "genes": place.genes,
        "distances": list(place.distances),
        "reasons": list(place.reasons),
        "recombinase": pad.recombinase,
        "sites": [{"name": s.name, "letters": s.letters, "doi": s.doi} for s in pad.sites],
        "strand": pad.strand,
        "notices": list(pad.notices),
        "pseudo": [
            {
                "contig": pad.genome.contig_name(p.contig),
                "start": p.start,
                "strand": p.strand,
                "mismatches": p.mismatches,
                "letters": p.letters,
            }
            for p in pad.pseudo
        ],
        "rearrangements": [
            {"kind": r.kind, "from": r.one[1].start, "to": r.other[1].start, "span": r.span}
            for r in pad.rearrangements
        ],
        "reactions": [
            {
                "kind": made.kind,
                "start": made.start,
                "end": made.end,
                "scars": [
                    {
                        "name": s.name,
                        "start": s.start,
                        "end": s.end,
                        "strand": s.strand,
                        "letters": s.letters,
                    }
                    for s in made.scars
                ],
            }
            for made in reactions
        ],
        "checks": [
            {
                "name": c.name,
                "forward": c.forward,
                "reverse": c.reverse,
                "melting": [round(t, 1) for t in c.melting],
                "products": {stage: list(lengths) for stage, lengths in c.products},
            }
            for c in checks
        ],
    }


def _orders(
    pad: LandingPad, checks: Sequence[StageCheck]
) -> Iterator[tuple[str, str, str, str, str]]:
    if pad.plan is not None:
        yield from orders(pad.plan, None)
    if pad.cassette is not None:
        made = pad.cassette
        if made.primers is None:
            kind = "oligo" if len(made.sequence) <= 200 else "fragment"
            yield "pad_donor", made.sequence, kind, made.sequence, made.edit.what
        else:
            for end, primer in (("F", made.primers.forward), ("R", made.primers.reverse)):
                yield f"pad_{end}", primer.sequence, "oligo", primer.sequence, "amplifies the pad"
    known: set[str] = set()
    for check in checks:
        for end, letters in (("F", check.forward), ("R", check.reverse)):
            if letters not in known:
                known.add(letters)
                name = f"{check.name.replace(' ', '_')}_{end}"
                yield name, letters, "oligo", letters, f"shows the {check.name}"

"""What a lab needs to make the edits of a table, in one folder; nothing of it leaves unscreened."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from biowright.formats import make_folder, open_output, refuse_existing, write
from biowright.measure import guard_cell, well_name
from biowright.safety import Gate, Verdict, require

from .base_editing import BaseEdit
from .campaign import EditDesign, EditPlan
from .cloning import cloning_oligos
from .donors import Donor
from .mage import MageOligo
from .popout import Popout
from .prime import SCAFFOLD, PrimeEdit

__all__ = ["edit_pieces", "write_edits"]

_WELLS = 96
_OLIGO = 200  # nt that are ordered as one strand
_FILES = ("designs.csv", "orders.csv", "plates.csv", "edited.gb", "screening.json", "failures.csv")


def edit_pieces(plan: EditPlan, backbone: str | None = None) -> dict[str, str]:
    """Give all DNA that would be ordered, by its name; it is what has to be screened.

    Parameters
    ----------
    plan : EditPlan
    backbone : str, optional
        A plasmid for the guides, of `backbones`: the oligonucleotides that clone them are ordered then.
    """
    pieces: dict[str, str] = {}
    for row in orders(plan, backbone):
        pieces[row[0]] = row[1]
    return pieces


def write_edits(
    folder: str | Path,
    plan: EditPlan,
    verdict: Verdict | None,
    *,
    gate: Gate | None = None,
    backbone: str | None = None,
    force: bool = False,
) -> dict[str, int]:
    """Write the work package of a table of edits.

    Files
    -----
    designs.csv
        A row an edit: what it changes, by what, the guide with its off-targets, primers, notices.
    orders.csv, plates.csv
        Oligonucleotides and donors to order, and where each stands in plates of 96 wells.
    edited.gb
        The genome with all edits, its features following.
    failures.csv
        Edits that could not be designed, with the reason; only if there are some.
    screening.json
        What the DNA was screened with, and what was found.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    plan : EditPlan
    verdict : Verdict or None
        Of a screening of `edit_pieces`.
    gate : Gate, optional
        Who made the verdict; by default that of the operator's settings.
    backbone : str, optional
        As in `edit_pieces`.
    force : bool, default False
        Replace files that are there.

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
    clearance = require(verdict, edit_pieces(plan, backbone), gate=gate)
    refuse_existing([folder / name for name in _FILES], force=force)
    make_folder(folder)
    ordered = list(orders(plan, backbone))
    written = {
        "designs.csv": put(folder, "designs.csv", _design_rows(plan), force),
        "orders.csv": put(
            folder,
            "orders.csv",
            [
                ["name", "type", "length", "sequence", "purpose", "screening"],
                *(
                    [name, kind, str(len(letters)), text, purpose, clearance.marking]
                    for name, letters, kind, text, purpose in ordered
                ),
            ],
            force,
        ),
        "plates.csv": put(folder, "plates.csv", _plate_rows(ordered), force),
    }
    records, left = plan.edited()
    write(records, folder / "edited.gb", force=force)
    written["edited.gb"] = len(records)
    if plan.failures:
        rows = [["line", "id", "reason"]]
        rows += [[str(f.request.line), f.request.id, f.reason] for f in plan.failures]
        written["failures.csv"] = put(folder, "failures.csv", rows, force)
    elif (folder / "failures.csv").exists():
        (folder / "failures.csv").unlink()  # of the run that is replaced
    document = {**clearance.document(), "not in edited.gb": left}
    with open_output(folder / "screening.json", force=force) as output:
        output.write((json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())
    written["screening.json"] = 1
    return written


def orders(plan: EditPlan, backbone: str | None) -> Iterator[tuple[str, str, str, str, str]]:
    """Walk what is ordered: name, letters, kind, letters as the vendor takes them, purpose."""
    known: set[str] = set()
    for design in plan.designs:
        name, made = design.request.id, design.made
        if isinstance(made, MageOligo):
            yield f"{name}_oligo", made.sequence, "oligo", made.ordered(), design.edit.what
        elif isinstance(made, Donor):
            yield f"{name}_donor", made.sequence, "fragment", made.sequence, design.edit.what
        elif isinstance(made, Popout):
            yield from _two_steps(name, made)
        elif isinstance(made, PrimeEdit):
            yield f"{name}_pegRNA", made.protected, "fragment", made.protected, design.edit.what
            if made.nick is not None:
                letters = made.nick.spacer + SCAFFOLD
                yield f"{name}_nick", letters, "fragment", letters, f"second nick, {made.strategy}"
        if design.guide is not None and not isinstance(made, PrimeEdit):
            spacer = design.guide.target.spacer
            if backbone is None:
                yield f"{name}_guide", spacer, "guide", spacer, f"spacer for {plan.nuclease.name}"
            else:
                for end, letters in zip("FR", cloning_oligos(spacer, backbone), strict=True):
                    yield f"{name}_guide_{end}", letters, "oligo", letters, f"guide in {backbone}"
        if design.primers is not None:
            for end, primer in (("F", design.primers.forward), ("R", design.primers.reverse)):
                if primer.sequence in known:
                    continue
                known.add(primer.sequence)
                yield f"{name}_check_{end}", primer.sequence, "oligo", primer.sequence, "genotyping"
    for oligo in plan.joint:
        yield f"{oligo.edit.id}_oligo", oligo.sequence, "oligo", oligo.ordered(), oligo.edit.what


def _two_steps(name: str, made: Popout) -> Iterator[tuple[str, str, str, str, str]]:
    """Walk what a marker that goes in and out needs; the marker itself is at hand, and not ordered."""
    first = made.first
    if first is not None and first.primers is not None:
        for end, primer in (("F", first.primers.forward), ("R", first.primers.reverse)):
            purpose = f"amplifies {made.marker.name} with arms"
            yield f"{name}_marker_{end}", primer.sequence, "oligo", primer.sequence, purpose
    for number, step in enumerate(made.steps, 1):
        if step.letters and (first is None or step.letters != first.sequence):
            kind = "oligo" if len(step.letters) <= _OLIGO else "fragment"
            yield f"{name}_step{number}", step.letters, kind, step.letters, step.what
    for check in made.checks:
        if check.name != "over the edit":
            for end, letters in (("F", check.forward), ("R", check.reverse)):
                label = check.name.replace(" ", "_").replace("'", "")
                yield f"{name}_{label}_{end}", letters, "oligo", letters, f"shows the {check.name}"


def _plate_rows(ordered: Iterable[tuple[str, str, str, str, str]]) -> Iterator[list[str]]:
    yield ["plate", "well", "name"]
    for number, (name, *_) in enumerate(ordered):
        plate, place = divmod(number, _WELLS)
        yield [str(plate + 1), well_name(*divmod(place, 12)), name]


def _design_rows(plan: EditPlan) -> Iterator[list[str]]:
    yield [
        "id",
        "gene",
        "change",
        "chromosome",
        "start",
        "end",
        "old",
        "new",
        "method",
        "DNA",
        "details",
        "spacer",
        "PAM",
        "guide strand",
        "cut",
        "off-targets 0/1/2/3",
        "primer forward",
        "primer reverse",
        "product before",
        "product after",
        "notices",
    ]
    for design in plan.designs:
        edit, guide, pair = design.edit, design.guide, design.primers
        final = design.made.final if isinstance(design.made, Popout) else edit
        grown = len(final.new) - (final.end - final.start)
        yield [
            edit.id,
            edit.gene,
            edit.what,
            plan.genome.contig_name(edit.contig),
            str(edit.start),
            str(edit.end),
            _short(edit.old),
            _short(edit.new),
            plan.method,
            _dna(design),
            _details(design),
            *(
                (
                    guide.target.spacer,
                    guide.target.pam,
                    str(guide.target.strand),
                    str(guide.target.cut),
                    "/".join(map(str, guide.offtargets)),
                )
                if guide is not None
                else ("", "", "", "", "")
            ),
            *(
                (
                    pair.forward.sequence,
                    pair.reverse.sequence,
                    str(pair.length),
                    str(pair.length + grown),
                )
                if pair is not None
                else ("", "", "", "")
            ),
            "; ".join(design.notices),
        ]


def _short(letters: str) -> str:
    return (
        letters if len(letters) <= 60 else f"{letters[:20]}...{letters[-20:]} ({len(letters)} nt)"
    )


def _dna(design: EditDesign) -> str:
    made = design.made
    if isinstance(made, PrimeEdit):
        return made.extension
    if isinstance(made, Popout):
        return made.steps[0].letters
    return "" if isinstance(made, BaseEdit) else made.sequence


def _details(design: EditDesign) -> str:
    made = design.made
    if isinstance(made, Popout):
        steps = "; ".join(
            f"{n}. {step.what}; grows: {step.selection}" for n, step in enumerate(made.steps, 1)
        )
        shown = "; ".join(
            f"PCR {check.name}: "
            + ", ".join(
                f"{stage} {'/'.join(map(str, sizes)) or 'none'}" for stage, sizes in check.products
            )
            for check in made.checks
        )
        return f"{steps}. Host: {made.marker.host}. {shown}".rstrip()
    if isinstance(made, MageOligo):
        strand = "+" if made.strand == 1 else "-"
        return f"strand {strand}, fold {made.fold:.1f} kcal/mol, mismatch repair: {made.repair}"
    if isinstance(made, Donor):
        silent = [f"{e.old}{e.start}{e.new} ({e.what or 'no gene'})" for e in made.silent]
        return f"cut {made.distance} nt away; silent: {', '.join(silent) or 'none needed'}"
    if isinstance(made, BaseEdit):
        others = ", ".join(map(str, made.bystanders)) or "none"
        harm = f", change {', '.join(made.altered)}" if made.altered else ""
        return f"letters {', '.join(map(str, made.letters))}; bystanders {others}{harm}"
    spared = "PAM or seed changed" if made.spared else "product can be nicked again"
    nick = "" if made.nick is None else f", nick {made.nick.spacer} {made.nick.pam}"
    sizes = f"PBS {len(made.binding)} nt {made.melting:.0f} °C, template {len(made.template)} nt"
    return f"{sizes}, {made.strategy}{nick}; {spared}"


def put(folder: Path, name: str, rows: Iterable[list[str]], force: bool) -> int:
    """Write a table, its head first, so that no cell is a formula; give the count of its rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    count = -1
    for row in rows:
        writer.writerow([guard_cell(cell) for cell in row])
        count += 1
    with open_output(folder / name, force=force) as output:
        output.write(text.getvalue().encode())
    return count

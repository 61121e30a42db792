"""The work package of a round: everything that a lab needs, in one folder."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from biowright.core import InputError, Record
from biowright.design import Candidate
from biowright.formats import open_output, write
from biowright.measure import Well, template

from .fragments import order_fragments
from .golden_gate import assemble, order_parts
from .mutagenesis import design_primers
from .opentrons import write_protocol
from .plan import BuildPlan, Piece, Transfer, WorkPackage
from .transfers import dispense_pieces, mix_stocks, transfer_rows

__all__ = ["write_package"]


@dataclass(slots=True)
class _Work:
    """What a method comes up with."""

    records: list[Record] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    places: list[list[str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def write_package(
    folder: Path, candidates: Sequence[Candidate], layout: Sequence[Well], plan: BuildPlan
) -> WorkPackage:
    """Write the work package of a round; doing it again gives the same bytes.

    Files
    -----
    designs.csv
        Identity and factors of each design.
    designs.gb, designs.ttl
        Their DNA as GenBank and SBOL 3, where they have any.
    orders.csv
        Fragments and oligos to order, with prices.
    sources.csv
        Where each piece or stock stands in the source plates.
    plates.csv
        The plate map.
    transfers.csv
        A pick list for an acoustic dispenser, in whole drops of 2.5 nL.
    protocol-plate-N.py
        The same for an Opentrons OT-2, one a plate.
    measurements.csv
        The table to fill in.

    Parameters
    ----------
    folder : path
        Exists; files of the same names in it are replaced.
    candidates : sequence of Candidate
    layout : sequence of Well
    plan : BuildPlan

    Raises
    ------
    InputError
        The designs cannot be built by the method.
    """
    work = _prepare(candidates, layout, plan)
    files: dict[str, str] = {}
    names = list(dict.fromkeys(name for c in candidates for name in c.factors))
    _put(
        folder,
        "designs.csv",
        [["id", *names]]
        + [[c.id, *(str(c.factors.get(name, "")) for name in names)] for c in candidates],
        files,
    )
    if work.records:
        for name in ("designs.gb", "designs.ttl"):
            write(work.records, folder / name, force=True)
            files[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    fresh = [piece for piece in work.pieces if piece.name not in plan.have]
    prices = {"fragment": plan.price_base, "oligo": plan.price_oligo_base}
    cost = round(sum(prices[p.kind] * len(p.sequence) for p in fresh), 2)
    if work.pieces:
        rows = [["name", "type", "length", "sequence", f"price [{plan.currency}]", "purpose"]]
        for p in fresh:
            price = f"{prices[p.kind] * len(p.sequence):.2f}"
            rows.append([p.name, p.kind, str(len(p.sequence)), p.sequence, price, p.purpose])
        _put(folder, "orders.csv", rows, files)
    if work.places:
        _put(folder, "sources.csv", [["name", "plate", "well"], *work.places], files)
    plates = [["plate", "well", "design", "role", "replicate"]]
    plates += [[str(w.plate), w.name, w.design, w.role, str(w.replicate)] for w in layout]
    _put(folder, "plates.csv", plates, files)
    if work.transfers:
        _put(folder, "transfers.csv", transfer_rows(work.transfers), files)
        for plate in sorted({t.plate for t in work.transfers}):
            chosen = [t for t in work.transfers if t.plate == plate]
            text = write_protocol(f"{folder.name}, plate {plate}", chosen, plan.wells)
            _write(folder, f"protocol-plate-{plate}.py", text, files)
    _put(folder, "measurements.csv", template(layout, plan.quantities), files)
    return WorkPackage(
        files, cost, plan.currency, tuple(p.name for p in fresh), tuple(work.notices)
    )


def _prepare(candidates: Sequence[Candidate], layout: Sequence[Well], plan: BuildPlan) -> _Work:
    by_id = {candidate.id: candidate for candidate in candidates}
    with_dna = [c for c in candidates if c.record is not None]
    work = _Work(records=[c.record for c in with_dna if c.record is not None])
    use: dict[str, list[str]] = {}
    match plan.method:
        case "none":
            return work
        case "mix":
            work.transfers, stocks, work.notices = mix_stocks(layout, by_id, plan)
            work.places = [[name, *place] for name, places in stocks.items() for place in places]
            return work
        case "fragments":
            work.pieces = order_fragments(with_dna, plan)
            use = {c.id: [p.name] for c, p in zip(with_dna, work.pieces, strict=True)}
        case "mutagenesis":
            work.pieces, use, work.notices = design_primers(with_dna, plan)
        case "golden-gate":
            if not all(c.parts for c in candidates):
                raise InputError("Golden Gate needs designs that are made of parts")
            work.pieces, use, overhangs = order_parts(with_dna, plan)
            work.records = [assemble(c, overhangs) for c in with_dna]
        case _:
            raise InputError(f"there is no build method '{plan.method}'")
    names = [piece.name for piece in work.pieces]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:  # two sequences under one name would be mixed up on the bench
        raise InputError(f"two pieces to order are named '{doubled[0]}'", hint="rename the parts")
    work.transfers, places = dispense_pieces(layout, use, [p.name for p in work.pieces])
    work.places = [[name, *place] for name, place in places.items()]
    return work


def _put(folder: Path, name: str, rows: Iterable[Sequence[str]], files: dict[str, str]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    _write(folder, name, text.getvalue(), files)


def _write(folder: Path, name: str, text: str, files: dict[str, str]) -> None:
    data = text.encode()
    with open_output(folder / name, force=True) as output:
        output.write(data)
    files[name] = hashlib.sha256(data).hexdigest()

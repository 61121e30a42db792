"""The work package of a round: everything that a lab needs, in one folder."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from biowright.core import InputError, Record
from biowright.design import Candidate
from biowright.formats import open_output, write
from biowright.measure import Well, guard_cell, template
from biowright.safety import Clearance, Gate, Verdict, require

from .fragments import order_fragments
from .golden_gate import assemble, order_parts
from .mutagenesis import design_primers
from .names import plain_name
from .opentrons import SMALLEST, write_protocol
from .plan import BuildPlan, Piece, Transfer, WorkPackage
from .planning import product
from .scars import scar_signals
from .transfers import dispense_pieces, mix_stocks, transfer_rows

__all__ = ["PreparedPackage", "prepare_package", "write_package"]

_TOLD = 20
"""Signals at junctions that are told one by one."""


@dataclass(slots=True)
class _Work:
    """What a method comes up with."""

    records: list[Record] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    places: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PreparedPackage:
    """A work package that nobody has seen yet: what is in it can be screened, and then written.

    Parameters
    ----------
    candidates : sequence of Candidate
    layout : sequence of Well
    plan : BuildPlan
    """

    candidates: Sequence[Candidate]
    layout: Sequence[Well]
    plan: BuildPlan
    _work: _Work

    @property
    def pieces(self) -> tuple[Piece | Record, ...]:
        """All DNA that the package tells: what is ordered, and what it becomes."""
        return (*self._work.pieces, *self._work.records)


def prepare_package(
    candidates: Sequence[Candidate], layout: Sequence[Well], plan: BuildPlan
) -> PreparedPackage:
    """Work out the package of a round, and write nothing.

    Parameters
    ----------
    candidates : sequence of Candidate
    layout : sequence of Well
    plan : BuildPlan

    Raises
    ------
    InputError
        The designs cannot be built by the method.
    """
    return PreparedPackage(candidates, layout, plan, _prepare(candidates, layout, plan))


def write_package(
    folder: Path,
    prepared: PreparedPackage,
    *,
    verdict: Verdict | None,
    gate: Gate | None = None,
) -> WorkPackage:
    """Write the work package of a round; doing it again gives the same bytes.

    Files
    -----
    designs.csv
        Identity and factors of each design, and the name of its DNA in the other files.
    designs.gb, designs.ttl
        Their DNA as GenBank and SBOL 3, where they have any.
    orders.csv
        Fragments and oligos to order, with prices, and what they were screened with.
    sources.csv
        Where each piece or stock stands in the source plates.
    plates.csv
        The plate map.
    transfers.csv
        A pick list for an acoustic dispenser, in whole drops of 2.5 nL.
    protocol-plate-N.py
        The same for an Opentrons robot, one a plate.
    measurements.csv
        The table to fill in.
    screening.json
        What the DNA was screened with, and what was found.

    Parameters
    ----------
    folder : path
        Exists; files of the same names in it are replaced.
    prepared : PreparedPackage
    verdict : Verdict or None
        Of a screening of ``prepared.pieces``.
    gate : Gate, optional
        Who made the verdict; by default that of the operator's settings.

    Raises
    ------
    ScreeningRefused
        The verdict does not let these pieces leave; nothing is written then.
    """
    clearance = require(verdict, prepared.pieces, gate=gate)
    candidates, layout, plan = prepared.candidates, prepared.layout, prepared.plan
    work = prepared._work
    files: dict[str, str] = {}
    _put(folder, "designs.csv", _design_rows(candidates, work.names), files)
    if work.records:
        for name in ("designs.gb", "designs.ttl"):
            write(work.records, folder / name, force=True)
            files[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    fresh = [piece for piece in work.pieces if piece.name not in plan.have]
    prices = {p.name: round(_price(p, plan), 2) for p in fresh}
    notices = [*work.notices, *_breaches(fresh, plan)]
    if work.pieces:
        head = ["name", "type", "length", "sequence", f"price [{plan.currency}]", "purpose"]
        rows = [[*head, "screening"]]
        for p in fresh:
            price = f"{prices[p.name]:.2f}"
            told = [p.name, p.kind, str(len(p.sequence)), p.sequence, price, p.purpose]
            rows.append([*told, clearance.marking])
        _put(folder, "orders.csv", rows, files)
        notices.append(f"orders.csv: {clearance.marking}")
    if work.places:
        places = [[name, *place] for name, wells in work.places.items() for place in wells]
        _put(folder, "sources.csv", [["name", "plate", "well"], *places], files)
    plates = [["plate", "well", "design", "role", "replicate"]]
    plates += [[str(w.plate), w.name, w.design, w.role, str(w.replicate)] for w in layout]
    _put(folder, "plates.csv", plates, files)
    if work.transfers:
        _put(folder, "transfers.csv", transfer_rows(work.transfers), files)
        notices += _put_protocols(folder, work, plan, clearance, files)
    _put(folder, "measurements.csv", template(layout, plan.quantities), files)
    if prepared.pieces:
        text = json.dumps(clearance.document(), indent=2, ensure_ascii=False)
        _write(folder, "screening.json", text + "\n", files)
    cost = round(sum(prices.values()), 2)
    return WorkPackage(files, cost, plan.currency, tuple(prices), tuple(notices))


def _design_rows(
    candidates: Sequence[Candidate], names: Mapping[str, str]
) -> Iterator[Sequence[str]]:
    factors = list(dict.fromkeys(name for c in candidates for name in c.factors))
    yield ["id", *(["record"] if names else []), *factors]
    for c in candidates:
        record = [names.get(c.id, "")] if names else []
        yield [c.id, *record, *(str(c.factors.get(name, "")) for name in factors)]


def _price(piece: Piece, plan: BuildPlan) -> float:
    pack = plan.fragments if piece.kind == "fragment" else plan.oligos
    if pack:
        return product(pack).cost(len(piece.sequence))
    base = plan.price_base if piece.kind == "fragment" else plan.price_oligo_base
    return base * len(piece.sequence)


def _breaches(pieces: Sequence[Piece], plan: BuildPlan) -> Iterator[str]:
    """Tell what breaks the rules of the products that are ordered, and how well these are known."""
    kinds = {piece.kind for piece in pieces}
    for kind, pack in (("fragment", plan.fragments), ("oligo", plan.oligos)):
        if not pack or kind not in kinds:
            continue
        made = product(pack)
        if made.price.currency != plan.currency:
            yield (
                f"prices of {pack} are in {made.price.currency}, counted one for one as {plan.currency}"
            )
        if made.unchecked:
            yield f"not read at the vendor's, {pack}: {', '.join(made.unchecked)}"
    for piece in pieces:
        pack = plan.fragments if piece.kind == "fragment" else plan.oligos
        for breach in product(pack).breaches(piece.sequence) if pack else ():
            place = f"{breach.start + 1}-{breach.end}"
            yield f"{piece.name}, {place}, breaks a rule of {pack}: {breach.says}"


def _put_protocols(
    folder: Path, work: _Work, plan: BuildPlan, clearance: Clearance, files: dict[str, str]
) -> list[str]:
    """Write the protocols; give what the lab should know about them."""
    for plate in sorted({t.plate for t in work.transfers}):
        chosen = [t for t in work.transfers if t.plate == plate]
        if all(t.volume < SMALLEST for t in chosen):
            continue
        title = f"{folder.name}, plate {plate}"
        text = write_protocol(
            title, chosen, plan.wells, plan.volume, plan.robot, clearance=clearance
        )
        _write(folder, f"protocol-plate-{plate}.py", text, files)
    small = sum(t.volume < SMALLEST for t in work.transfers)
    if not small:
        return []
    return [
        (
            f"{small} of {len(work.transfers)} transfers are below 1 µL: only an acoustic dispenser "
            "does them (transfers.csv); the Opentrons protocols hold the others"
        )
    ]


def _prepare(candidates: Sequence[Candidate], layout: Sequence[Well], plan: BuildPlan) -> _Work:
    candidates = [_named(candidate) for candidate in candidates]
    with_dna = [c for c in candidates if c.record is not None]
    work = _Work(records=[c.record for c in with_dna if c.record is not None])
    use: dict[str, list[str]] = {}
    match plan.method:
        case "none":
            pass
        case "mix":
            by_id = {candidate.id: candidate for candidate in candidates}
            work.transfers, work.places, work.notices = mix_stocks(layout, by_id, plan)
        case "fragments":
            work.pieces, use = order_fragments(with_dna, plan)
        case "mutagenesis":
            work.pieces, use, work.notices = design_primers(with_dna, plan)
        case "golden-gate":
            if not all(c.parts for c in candidates):
                raise InputError("Golden Gate needs designs that are made of parts")
            work.pieces, use, overhangs = order_parts(with_dna, plan)
            work.records = [assemble(c, overhangs) for c in with_dna]
            told = scar_signals(with_dna, overhangs)
            work.notices += told[:_TOLD]
            if len(told) > _TOLD:
                work.notices.append(f"{len(told) - _TOLD} more such junctions")
        case _:
            raise InputError(f"there is no build method '{plan.method}'")
    work.names = {c.id: r.name for c, r in zip(with_dna, work.records, strict=True)}
    _check(work)
    if work.pieces:
        work.transfers, work.places = dispense_pieces(layout, use, plan)
    return work


def _named(candidate: Candidate) -> Candidate:
    """Give a design's DNA a name that files and vendors take."""
    if candidate.record is None:
        return candidate
    record = candidate.record.changed(name=plain_name(candidate.record.name))
    return replace(candidate, record=record)


def _check(work: _Work) -> None:
    """Refuse what would be mixed up on the bench, or what no vendor makes."""
    for what, names in (
        ("designs", [record.name for record in work.records]),
        ("pieces to order", [piece.name for piece in work.pieces]),
    ):
        doubled = [name for name, count in Counter(names).items() if count > 1]
        if doubled:
            raise InputError(
                f"two {what} are named '{doubled[0]}'", hint="rename the parts or candidates"
            )
    strange = [p.name for p in work.pieces if set(p.sequence) - set("ACGT")]
    if strange:
        raise InputError(
            f"{len(strange)} of {len(work.pieces)} pieces to order hold letters other than A, C, G "
            f"and T: {', '.join(strange[:5])}",
            hint="look at the designs, the parts, and upstream and downstream in [build]",
        )


def _put(folder: Path, name: str, rows: Iterable[Sequence[str]], files: dict[str, str]) -> None:
    text = io.StringIO(newline="")
    guarded = ([guard_cell(cell) for cell in row] for row in rows)
    csv.writer(text, lineterminator="\n").writerows(guarded)
    _write(folder, name, text.getvalue(), files)


def _write(folder: Path, name: str, text: str, files: dict[str, str]) -> None:
    data = text.encode()
    with open_output(folder / name, force=True) as output:
        output.write(data)
    files[name] = hashlib.sha256(data).hexdigest()

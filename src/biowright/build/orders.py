"""What a plan is exported as: order tables, plates, transfers, robot protocols and a bench protocol.

Nothing leaves without a screening verdict on all of it, the orders and what they become.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from biowright.core import ConflictError, Record
from biowright.formats import make_folder, open_output, write
from biowright.measure import SHAPES, Well, guard_cell, well_name
from biowright.safety import Clearance, Gate, Verdict, require

from .bench_protocol import write_bench_protocol
from .opentrons import SMALLEST, write_protocol
from .plan import BuildPlan, Transfer
from .planning import Order, Product, SynthesisPlan
from .transfers import DNA_VOLUME, dispense_pieces, transfer_rows

__all__ = ["Standing", "export_plan", "plan_pieces", "standing_pieces"]

WELLS = 96
STRENGTH = 20.0  # nM to which fragments are dissolved, so that 1 µL of each is as many molecules
OLIGO_STRENGTH = 100.0  # µM
_PAIR = 617.96  # g/mol a base pair, and 36.04 for the ends (double-stranded DNA)
_ROBOT_VOLUME = 50.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an ordered piece stands, and how it is dissolved.

    Parameters
    ----------
    order : Order
    plate, well : str
    amount : float
        What comes, in pmol.
    volume : float
        What it is dissolved in, in µL.
    concentration : float
        What that gives, in nM.
    """

    order: Order
    plate: str
    well: str
    amount: float
    volume: float
    concentration: float


def plan_pieces(plan: SynthesisPlan) -> list[Record | Order]:
    """Give all DNA that an export tells: what is ordered, what one has, what it becomes."""
    return [*plan.orders, *plan.primers, *plan.stock.values(), *plan.targets]


def standing_pieces(plan: SynthesisPlan) -> list[Standing]:
    """Put fragments and oligos onto plates of 96 wells, with what to dissolve them in.

    Examples
    --------
    >>> from biowright.core import Record, Sequence
    >>> from biowright.build.planning import choose_plan, plan_synthesis
    >>> tiny = Record(Sequence("ACGTTGCATTCGAGCCTGAAGCTTACGATC"), "tiny")
    >>> [(s.well, s.volume) for s in standing_pieces(choose_plan(plan_synthesis([tiny])))]
    [('A01', 250.0), ('B01', 250.0)]
    """
    found = []
    for kind, orders in (("fragments", plan.orders), ("oligos", plan.primers)):
        for index, order in enumerate(orders):
            plate, place = divmod(index, WELLS)
            column, row = divmod(
                place, SHAPES[WELLS][0]
            )  # column by column, as vendors fill plates
            delivered = plan.packs[order.product].delivered
            if kind == "fragments":
                amount = 1000.0 * delivered / (len(order.sequence) * _PAIR + 36.04)
                strength = STRENGTH
            else:
                amount = 1000.0 * delivered
                strength = 1000.0 * OLIGO_STRENGTH
            volume = 1e3 * amount / strength
            found.append(
                Standing(
                    order,
                    f"{kind}-{plate + 1}",
                    well_name(row, column),
                    round(amount, 3),
                    round(volume, 1),
                    strength,
                )
            )
    return found


def export_plan(
    folder: Path,
    plan: SynthesisPlan,
    *,
    verdict: Verdict | None,
    gate: Gate | None = None,
    robot: str = "Flex",
    force: bool = False,
) -> Mapping[str, str]:
    """Write everything that is needed to carry out a plan; doing it again gives the same bytes.

    Files
    -----
    order-PACK.csv
        One a rule pack, in the table that the vendor takes.
    pieces.csv
        Every ordered piece: plate, well, what to dissolve it in, purpose, breaches of rules.
    protocol.md
        The bench protocol.
    sources-N.csv, wells-N.csv, transfers-N.csv, robot-N-plate-M.py
        Step by step, where pieces and reactions stand, the pick list for an acoustic dispenser and the
        protocol for an Opentrons robot.
    products.gb
        The targets.
    plan.json
        The plan itself; `biowright build simulate` replays it.
    screening.json

    Parameters
    ----------
    folder : path
        Made if it is not there.
    plan : SynthesisPlan
        Proven.
    verdict : Verdict or None
        Of a screening of `plan_pieces`.
    gate : Gate, optional
        Who made the verdict; by default that of the operator's settings.
    robot : {"Flex", "OT-2"}
    force : bool, default False
        Replace files that are there.

    Returns
    -------
    mapping of str to str
        File name to SHA-256.

    Raises
    ------
    ScreeningRefused
        The verdict does not let these pieces leave; nothing is written then.
    ConflictError
        The folder holds a plan already.
    """
    clearance = require(verdict, plan_pieces(plan), gate=gate)
    if not force and folder.is_dir() and any(folder.iterdir()):
        raise ConflictError("the folder is not empty", path=folder, hint="say --force to replace")
    standing = standing_pieces(plan)
    texts: dict[str, str] = {}
    mark = "-DEMO" if clearance.verdict.demo else ""
    for pack in dict.fromkeys(s.order.product for s in standing):
        texts[f"order-{Path(pack).stem}{mark}.csv"] = _table(
            _order_rows(plan.packs[pack], standing)
        )
    texts["pieces.csv"] = _table(_piece_rows(standing, plan, clearance))
    for number, (title, wells, transfers, places) in enumerate(_transfers(plan), 1):
        sources = [[name, *place] for name, each in places.items() for place in each]
        texts[f"sources-{number}.csv"] = _table([["name", "plate", "well"], *sources])
        texts[f"wells-{number}.csv"] = _table(
            [
                ["step", "plate", "well", "reaction"],
                *([title, w.plate, w.name, w.design] for w in wells),
            ]
        )
        texts[f"transfers-{number}.csv"] = _table(transfer_rows(transfers))
        for plate in sorted({t.plate for t in transfers}):
            chosen = [t for t in transfers if t.plate == plate and t.volume >= SMALLEST]
            if chosen:
                texts[f"robot-{number}-plate-{plate}.py"] = write_protocol(
                    f"{folder.name}, {title}, plate {plate}",
                    chosen,
                    WELLS,
                    _ROBOT_VOLUME,
                    robot,
                    clearance=clearance,
                )
    texts["protocol.md"] = write_bench_protocol(plan, standing, clearance=clearance)
    document = {**plan.describe(), "screening": clearance.marking}
    texts["plan.json"] = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    texts["screening.json"] = json.dumps(clearance.document(), indent=2, ensure_ascii=False) + "\n"
    make_folder(folder)
    files = {}
    for name, text in texts.items():
        data = text.encode()
        with open_output(folder / name, force=True) as output:
            output.write(data)
        files[name] = hashlib.sha256(data).hexdigest()
    write(list(plan.targets), folder / "products.gb", force=True)
    files["products.gb"] = hashlib.sha256((folder / "products.gb").read_bytes()).hexdigest()
    return files


def _order_rows(made: Product, standing: Sequence[Standing]) -> Iterable[Sequence[object]]:
    yield [head for head, _ in made.columns]
    for s in standing:
        if s.order.product == made.id:
            fields = {
                "name": s.order.name,
                "sequence": s.order.sequence,
                "length": len(s.order.sequence),
                "well": s.well,
                "plate": s.plate,
            }
            yield [content.format(**fields) for _, content in made.columns]


def _piece_rows(
    standing: Sequence[Standing], plan: SynthesisPlan, clearance: Clearance
) -> Iterable[Sequence[object]]:
    yield [
        "name",
        "product",
        "length",
        "price",
        "currency",
        "plate",
        "well",
        "pmol",
        "dissolve in [µL]",
        "gives [nM]",
        "purpose",
        "breaches",
        "screening",
    ]
    for s in standing:
        told = "; ".join(
            f"{b.start + 1}-{b.end}: {b.says}" + (f" (fix: {b.fix})" if b.fix else "")
            for b in s.order.breaches
        )
        yield [
            s.order.name,
            s.order.product,
            len(s.order.sequence),
            f"{s.order.price:.2f}",
            s.order.currency,
            s.plate,
            s.well,
            f"{s.amount:g}",
            f"{s.volume:g}",
            f"{s.concentration:g}",
            s.order.purpose,
            told,
            clearance.marking,
        ]
    del plan


def _transfers(
    plan: SynthesisPlan,
) -> list[tuple[str, list[Well], list[Transfer], dict[str, list[tuple[str, str]]]]]:
    """Give the transfers of each step whose inputs were ordered: 1 µL of each into the reaction's well."""
    ordered = {order.name for order in (*plan.orders, *plan.primers)}
    steps = []
    for title, methods in (
        ("oligos to pieces", ("annealing", "pca")),
        ("primers to PCRs", ("pcr",)),
        ("pieces to assemblies", ("golden-gate", "gibson")),
    ):
        use = {
            r.name: [name for name in r.inputs if name in ordered]
            for r in plan.reactions
            if r.method in methods and any(name in ordered for name in r.inputs)
        }
        # a well takes so many µL; what needs more oligos gets them as a mix by hand
        use = {name: parts for name, parts in use.items() if len(parts) <= _ROBOT_VOLUME}
        if not use:
            continue
        wells = []
        for index, name in enumerate(use):
            plate, place = divmod(index, WELLS)
            column, row = divmod(place, SHAPES[WELLS][0])
            wells.append(Well(plate + 1, row, column, name))
        build = BuildPlan(method="none", volume=_ROBOT_VOLUME, wells=WELLS)
        transfers, places = dispense_pieces(wells, use, build)
        assert all(t.volume == DNA_VOLUME for t in transfers)
        steps.append((title, wells, transfers, places))
    return steps


def _table(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    guarded = ([guard_cell(str(cell)) for cell in row] for row in rows)
    csv.writer(text, lineterminator="\n").writerows(guarded)
    return text.getvalue()

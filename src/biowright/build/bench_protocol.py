"""A plan as a protocol for the bench: Markdown, day by day, with volumes and programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from biowright.safety import Clearance, check_clearance

from .planning import METHODS, Reaction, SynthesisPlan

if TYPE_CHECKING:
    from .orders import Standing

__all__ = ["write_bench_protocol"]

_SHOWN = 12

# what every reaction of a method is, and what follows
_STEPS = {
    "annealing": (
        "Mix 10 µL of each strand (100 µM) with 80 µL of 10 mM Tris, 50 mM NaCl. Heat to 95 °C for "
        "2 min, cool to 25 °C at 0.1 °C/s."
    ),
    "pca": (
        "Mix the oligos of a piece, 1 µM of each. 25 µL with a high-fidelity polymerase, 20 nM of each "
        "oligo: 98 °C 30 s; 25 cycles of 98 °C 10 s, 58 °C 20 s, 72 °C 30 s; 72 °C 2 min. Use 1 µL in "
        "the PCR of the same name."
    ),
    "pcr": (
        "25 µL with a high-fidelity polymerase, 500 nM of each primer, 1 ng of plasmid or 1 µL of the "
        "reaction before: 98 °C 30 s; 30 cycles of 98 °C 10 s, 62 °C 20 s, 72 °C 30 s a kb; 72 °C 2 min. "
        "Digest plasmid templates with DpnI. Clean up, and measure the concentration."
    ),
    "golden-gate": (
        "20 µL: 1 µL of each piece at 20 nM, T4 DNA ligase buffer, 1 µL of the enzyme mix. 30 cycles of "
        "37 °C 1 min and 16 °C 1 min; 60 °C 5 min. Transform 2 µL, pick clones, sequence them."
    ),
    "gibson": (
        "20 µL: 1 µL of each piece at 20 nM, assembly master mix. 50 °C 60 min. Transform 2 µL, or "
        "amplify where the product is linear; pick clones, sequence them."
    ),
    "tar": (
        "Yeast spheroplasts with 100 ng of each block and of the TAR vector with hooks to both ends. "
        "Select for 10 days; screen the junctions by PCR."
    ),
    "release": (
        "Make the two guide RNAs from their spacers. Purify the circle from yeast in agarose; Cas9 30 nM "
        "with each guide, 37 °C 60 min: blunt cuts exactly at both ends of the insert. Melt, and go on "
        "without pipetting it up and down."
    ),
}


def write_bench_protocol(
    plan: SynthesisPlan, standing: Sequence[Standing], *, clearance: Clearance | None
) -> str:
    """Write the protocol of a plan.

    Parameters
    ----------
    plan : SynthesisPlan
    standing : sequence of Standing
        Where the ordered pieces stand.
    clearance : Clearance or None
        That all its DNA was screened.

    Raises
    ------
    ScreeningRefused
        There is no clearance, or not for these orders.
    """
    marking = check_clearance(clearance, [s.order.name for s in standing]).marking
    return "\n".join(_lines(plan, standing, marking)) + "\n"


def _lines(plan: SynthesisPlan, standing: Sequence[Standing], marking: str) -> Iterator[str]:
    names = ", ".join(target.name for target in plan.targets)
    yield f"# How to make {names}"
    yield ""
    yield f"**{marking}**"
    yield ""
    for target in plan.targets:
        yield f"- {target.name}: {len(target):,} bp, {target.topology}, {target.seguid}"
    low, high = plan.days
    state = "proven by simulation, base for base" if plan.proven else "NOT proven"
    yield (
        f"- {METHODS[plan.method].title}, {plan.vendor}: {plan.price:,.2f} {plan.currency} at list prices "
        f"without reagents, {low} to {high} working days; {state}"
    )
    for notice in plan.notices:
        yield f"- {notice}"
    yield ""
    yield from _orders(standing)
    rounds: dict[tuple[int, str], list[Reaction]] = {}
    depth: dict[str, int] = {}
    for reaction in plan.reactions:
        depth[reaction.name] = 1 + max((depth.get(name, 0) for name in reaction.inputs), default=0)
        rounds.setdefault((depth[reaction.name], reaction.method), []).append(reaction)
    for step, key in enumerate(sorted(rounds, key=lambda key: key[0]), 2):
        yield from _step(step, key[1], rounds[key])


def _orders(standing: Sequence[Standing]) -> Iterator[str]:
    yield "## 1. Order and dissolve"
    yield ""
    counts = Counter(s.order.product for s in standing)
    for pack, count in counts.items():
        cost = sum(s.order.price for s in standing if s.order.product == pack)
        currency = next(s.order.currency for s in standing if s.order.product == pack)
        yield f"- {count} × {pack}: {cost:,.2f} {currency}"
    yield ""
    yield "Spin down; dissolve in 10 mM Tris pH 8.0; all pieces stand in pieces.csv."
    yield ""
    yield "| piece | place | bases | dissolve in | gives |"
    yield "|---|---|---|---|---|"
    for s in standing[:_SHOWN]:
        strength = (
            f"{s.concentration / 1000:g} µM"
            if s.concentration >= 1000
            else f"{s.concentration:g} nM"
        )
        size = len(s.order.sequence)
        yield f"| {s.order.name} | {s.plate} {s.well} | {size:,} | {s.volume:g} µL | {strength} |"
    if len(standing) > _SHOWN:
        yield f"| ... | {len(standing) - _SHOWN} more in pieces.csv | | | |"
    yield ""


def _step(step: int, method: str, reactions: Sequence[Reaction]) -> Iterator[str]:
    kind = METHODS[method]
    title = f"{kind.title[0].upper()}{kind.title[1:]}"
    yield f"## {step}. {title}: {len(reactions)} reaction{'s' * (len(reactions) > 1)}"
    yield ""
    yield f"{_STEPS[method]} {kind.days} working day{'s' * (kind.days > 1)}."
    yield ""
    head = "| product | of | bp |" + (" enzyme | fidelity | clones |" if kind.cloned else "")
    yield head
    yield "|---|---|---|" + ("---|---|---|" if kind.cloned else "")
    for r in reactions[:60]:
        of = ", ".join(r.inputs)
        if len(r.inputs) > 12:
            of = f"{len(r.inputs)} pieces: {r.inputs[0]} ... {r.inputs[-1]}"
        row = f"| {r.name} | {of} | {r.length:,}{' circular' if r.circular else ''} |"
        if kind.cloned:
            row += f" {r.enzyme or '-'} | {r.fidelity:.1%} | {r.clones} |"
        yield row
    if len(reactions) > 60:
        yield f"| {len(reactions) - 60} more in plan.json | | |" + (" | | |" if kind.cloned else "")
    yield ""

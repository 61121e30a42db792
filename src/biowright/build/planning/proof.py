"""The proof of a plan: every reaction is simulated, and the last must give the target, base for base."""

from __future__ import annotations

from collections.abc import Mapping

from biowright.bio import other_strand
from biowright.core import Molecule, NegativeResult, Record
from biowright.core import Sequence as Letters

from ..simulation import Duplex, Products, cleave, gibson, golden_gate, overlap_extension, pcr
from .steps import METHODS, Reaction, SynthesisPlan

__all__ = ["prove", "simulate_reaction"]

_ANNEAL = 15


def prove(plan: SynthesisPlan) -> dict[str, Duplex]:
    """Simulate a plan from its orders to its targets.

    Returns
    -------
    dict of str to Duplex
        Every molecule, by its name.

    Raises
    ------
    NegativeResult
        A reaction does not give what it should, or something else as well; or the last product is not
        the target.
    """
    tube: dict[str, Duplex] = {}
    for order in (*plan.orders, *plan.primers):
        tube[order.name] = _duplex(order.name, order.sequence, False)
    for name, record in plan.stock.items():
        tube[name] = _duplex(name, str(record.sequence).upper(), record.circular)
    for reaction in plan.reactions:
        tube[reaction.name] = simulate_reaction(reaction, tube)
    for target in plan.targets:
        made = tube[plan.products[target.name]]
        wanted = str(target.sequence).upper()
        there = str(made.record.sequence).upper()
        if target.circular:
            same = (
                len(there) == len(wanted)
                and made.seguid == Duplex(Record(target.sequence.upper(), target.name)).seguid
            )
        else:
            same = there in (wanted, other_strand(wanted))
        if not same or made.circular != target.circular:
            raise NegativeResult(
                f"the plan gives {len(there):,} bp {'circular' if made.circular else 'linear'} DNA that is "
                "not the target",
                record=target.name,
            )
    return tube


def simulate_reaction(reaction: Reaction, tube: Mapping[str, Duplex]) -> Duplex:
    """Simulate one reaction, and give the product that it must have.

    Raises
    ------
    NegativeResult
        It does not arise, or other products arise that are as long.
    """
    inputs = [tube[name] for name in reaction.inputs]
    if reaction.method == "annealing":
        return _annealed(reaction, *inputs)
    products = _react(reaction, inputs)
    found = products.find(reaction.seguid)
    if found is None:
        notes = "; ".join(products.notes)
        raise NegativeResult(
            f"{METHODS[reaction.method].title} does not give {reaction.name} "
            f"({reaction.length:,} bp), but {len(products)} other products",
            hint=notes or None,
        )
    if reaction.method == "release" and len(products) != 2:
        raise NegativeResult(
            f"the guides cut {reaction.name} and its vector into {len(products)} pieces, not into two"
        )
    if len(products) > 1 and reaction.method not in ("golden-gate", "release"):
        kinds = ", ".join(f"{len(p):,} bp" for p in products if p is not found)
        raise NegativeResult(
            f"{METHODS[reaction.method].title} of {reaction.name} gives other products too: {kinds}"
        )
    return Duplex(Record(found.sequence, reaction.name), found.left, found.right)


def _react(reaction: Reaction, inputs: list[Duplex]) -> Products:
    overlap = METHODS[reaction.method].overlap
    closed = reaction.circular
    match reaction.method:
        case "pcr":
            template, forward, reverse = inputs
            anneal = min(_ANNEAL, len(forward), len(reverse))
            return pcr(template, forward.record, reverse.record, anneal=anneal)
        case "pca":
            return overlap_extension(inputs, overlap=overlap, each=True)
        case "gibson" | "tar":
            return gibson(inputs, overlap=overlap, circular=closed, each=True)
        case "release":
            circle, *guides = inputs
            return cleave(circle, [guide.record for guide in guides])
        case "golden-gate":
            return golden_gate(inputs, reaction.enzyme, circular=closed, each=True)
        case _:
            raise NegativeResult(f"no way to simulate '{reaction.method}'")


def _annealed(reaction: Reaction, top: Duplex, bottom: Duplex) -> Duplex:
    """Pair two strands that are complementary from end to end."""
    if str(top.record.sequence) != other_strand(str(bottom.record.sequence)):
        raise NegativeResult(f"the two strands of {reaction.name} do not fit")
    return Duplex(Record(top.record.sequence, reaction.name))


def _duplex(name: str, letters: str, circular: bool) -> Duplex:
    return Duplex(
        Record(Letters(letters, Molecule.DNA, "circular" if circular else "linear"), name)
    )

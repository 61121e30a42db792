"""What a plan is made of: molecules that are ordered or there already, reactions, and their proof."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from biowright.core import Record
from biowright.design import SignalChange

from .vendors import Breach, Product

__all__ = ["METHODS", "Alternative", "Junction", "Method", "Order", "Reaction", "SynthesisPlan"]


@dataclass(frozen=True, slots=True)
class Method:
    """What a kind of reaction takes; days are a usual lab's, not anybody's promise.

    Parameters
    ----------
    name, title : str
    days : int
        Working days, with what follows before its product can be used.
    pieces : int
        How many pieces a reaction takes with ease.
    longest : int
        Of its product, in bp.
    overlap : int
        Bases that neighbours share.
    junction : float
        The share of junctions that are right, where nothing better is known (an assumption).
    cloned : bool
        Whether its product is picked as a clone and sequenced.
    """

    name: str
    title: str
    days: int
    pieces: int
    longest: int
    overlap: int
    junction: float
    cloned: bool


METHODS = {
    method.name: method
    for method in (
        Method("order", "order whole", 0, 1, 10_000, 0, 1.0, False),
        Method("annealing", "annealing of two oligos", 1, 2, 200, 0, 1.0, False),
        Method("pca", "polymerase cycling assembly of oligos", 2, 60, 1_200, 22, 0.995, False),
        Method("pcr", "PCR", 1, 1, 12_000, 0, 1.0, False),
        Method("golden-gate", "Golden Gate", 4, 20, 12_000, 4, 0.99, True),
        Method("gibson", "Gibson assembly", 4, 6, 12_000, 32, 0.97, True),
        Method("tar", "recombination in yeast (TAR)", 12, 12, 1_500_000, 80, 0.97, True),
        Method("release", "release from its vector by Cas9", 1, 1, 1_500_000, 0, 1.0, False),
    )
}


@dataclass(frozen=True, slots=True)
class Order:
    """A piece of DNA to order.

    Parameters
    ----------
    name : str
    sequence : str
        5'→3'.
    product : str
        The rule pack of what is ordered.
    price : float
    currency : str
    purpose : str
    breaches : tuple of Breach
        Of the vendor's rules; ask the vendor, take the fix, or order elsewhere.
    start : int
        Where its letters begin in the target, after the flank; -1 for what is no stretch of it.
    flank : int
        How many letters stand before, for an enzyme.
    """

    name: str
    sequence: str
    product: str
    price: float
    currency: str
    purpose: str
    breaches: tuple[Breach, ...] = ()
    start: int = -1
    flank: int = 0


@dataclass(frozen=True, slots=True)
class Junction:
    """Where two pieces of a reaction meet.

    Parameters
    ----------
    start, end : int
        What both share, in the target, 0-based and half-open.
    sequence : str
    melting : float
        Of the shared bases, in °C.
    fidelity : float
        The share of its joins that are right: measured for overhangs, assumed for homology.
    note : str
    """

    start: int
    end: int
    sequence: str
    melting: float
    fidelity: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """One reaction: what goes in, and what must come out.

    Parameters
    ----------
    name : str
        Of the product.
    method : str
        A key of `METHODS`.
    inputs : tuple of str
        Names of orders, of molecules that are there, and of products of earlier reactions. For a PCR:
        template, forward primer, reverse primer; for a release: the circle, then the guides.
    level : int
        0 for pieces, 1 for what is made of them, and so on.
    length : int
    circular : bool
    seguid : str
        The checksum that the product must have.
    enzyme : str
        Of Golden Gate.
    junctions : tuple of Junction
    fidelity : float
        The share of products that are joined right.
    clones : int
        How many to pick, so that one without error is among them with 95 %; 0 if none is picked.
    note : str
    """

    name: str
    method: str
    inputs: tuple[str, ...]
    level: int
    length: int
    circular: bool
    seguid: str
    enzyme: str = ""
    junctions: tuple[Junction, ...] = ()
    fidelity: float = 1.0
    clones: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class SynthesisPlan:
    """How targets are made: orders, reactions, and that they give exactly the targets.

    Parameters
    ----------
    targets : tuple of Record
    method : str
        Of the pieces' assembly.
    vendor : str
        Where the pieces are ordered; the rule pack.
    orders : tuple of Order
    primers : tuple of Order
    stock : mapping of str to Record
        The molecules that are used of those that one has.
    reactions : tuple of Reaction
        Each after those that make its inputs.
    products : mapping of str to str
        For each target's name, the molecule that is it.
    price : float
    currency : str
    days : (int, int)
        Working days, at least and at most.
    fidelity : float
        The share of the last products that are right, before clones are picked; what they were made of
        counts with it where no clones were picked of that.
    packs : mapping of str to Product
        The products that are ordered, by the names of their rule packs.
    notices : tuple of str
    signals : mapping of str to tuple of SignalChange
        For each target's name, what arises or suffers where its parts meet; see
        `biowright.build.target_signals`.
    proven : bool
        Whether the reactions were simulated and gave the targets, base for base.
    """

    targets: tuple[Record, ...]
    method: str
    vendor: str
    orders: tuple[Order, ...]
    primers: tuple[Order, ...]
    stock: Mapping[str, Record]
    reactions: tuple[Reaction, ...]
    products: Mapping[str, str]
    price: float
    currency: str
    days: tuple[int, int]
    fidelity: float
    packs: Mapping[str, Product] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    signals: Mapping[str, tuple[SignalChange, ...]] = field(default_factory=dict)
    proven: bool = False

    def describe(self) -> dict[str, Any]:
        """Give the plan as values of JSON; `biowright build simulate` replays them."""
        from dataclasses import asdict

        return {
            "plan": 1,
            "method": self.method,
            "vendor": self.vendor,
            "proven": self.proven,
            "price": self.price,
            "currency": self.currency,
            "days": list(self.days),
            "fidelity": self.fidelity,
            "targets": [
                {
                    "name": target.name,
                    "length": len(target),
                    "topology": str(target.topology),
                    "seguid": target.seguid,
                    "product": self.products[target.name],
                    "signals": [asdict(change) for change in self.signals.get(target.name, ())],
                }
                for target in self.targets
            ],
            "packs": [
                {
                    "id": pack.id,
                    "version": pack.version,
                    "as_of": pack.as_of,
                    "unchecked": list(pack.unchecked),
                }
                for pack in self.packs.values()
                if any(pack.id == order.product for order in (*self.orders, *self.primers))
            ],
            "orders": [asdict(order) for order in self.orders],
            "primers": [asdict(order) for order in self.primers],
            "stock": [
                {"name": name, "sequence": str(record.sequence), "topology": str(record.topology)}
                for name, record in self.stock.items()
            ],
            "reactions": [asdict(reaction) for reaction in self.reactions],
            "notices": list(self.notices),
        }


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the plans, and what it is best at.

    Parameters
    ----------
    plan : SynthesisPlan or None
        None where the way is closed.
    method, vendor : str
    best : tuple of str
        ``cheapest``, ``fastest``, ``safest``.
    why : str
        Why there is no plan.
    """

    plan: SynthesisPlan | None
    method: str
    vendor: str
    best: tuple[str, ...] = field(default=())
    why: str = ""


def clones_to_pick(right: float) -> int:
    """Give how many clones hold one that is right with 95 %, of which a share is right.

    Examples
    --------
    >>> clones_to_pick(0.5), clones_to_pick(0.99)
    (5, 1)
    """
    if right >= 0.95:
        return 1
    return min(10_000, math.ceil(math.log(0.05) / math.log(1.0 - max(right, 1e-4))))

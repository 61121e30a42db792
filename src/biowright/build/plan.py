"""What a round's build is asked for, and what it gives: the seam between campaigns and the build room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from biowright.core import Record

__all__ = ["BuildPlan", "Piece", "Transfer", "WorkPackage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPlan:
    """How the designs of a round are to be made.

    Parameters
    ----------
    method : str
        ``fragments``, ``mutagenesis``, ``golden-gate``, ``mix`` or ``none``.
    enzyme : str
        The Type IIS enzyme of Golden Gate.
    upstream, downstream : str
        DNA before and after each gene fragment; for mutagenesis, the plasmid around the parent.
    price_base, price_oligo_base : float
        A base of a fragment and of an oligo.
    fragments, oligos : str
        Rule packs of the products that are ordered, instead of a price a base: their prices count, and
        what breaks their rules is told.
    currency : str
    volume : float
        The final volume of a well in µL.
    wells : int
        Of a plate.
    robot : str
        Whose protocol is written: ``Flex`` or ``OT-2``.
    parent : Record, optional
        What the designs are variants of.
    stocks : mapping of factor to (concentration, unit)
    quantities : mapping of quantity to unit
        What the measurement template asks for.
    have : frozenset of str
        Names of DNA that earlier rounds ordered.
    """

    method: str
    enzyme: str = "BsaI"
    upstream: str = ""
    downstream: str = ""
    price_base: float = 0.07
    price_oligo_base: float = 0.12
    fragments: str = ""
    oligos: str = ""
    currency: str = "EUR"
    volume: float = 50.0
    wells: int = 96
    robot: str = "Flex"
    parent: Record | None = None
    stocks: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    quantities: Mapping[str, str] = field(default_factory=dict)
    have: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of DNA to order.

    Parameters
    ----------
    name : str
    kind : str
        ``fragment`` or ``oligo``.
    sequence : str
        5'→3'.
    purpose : str
        For which designs, and what it does.
    """

    name: str
    kind: str
    sequence: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement of liquid.

    Parameters
    ----------
    source : str
        The plate it comes from.
    source_well : str
    plate : int
        The destination plate, from 1.
    well : str
    volume : int
        In pL.
    what : str
        The liquid.
    """

    source: str
    source_well: str
    plate: int
    well: str
    volume: int
    what: str


@dataclass(frozen=True, slots=True)
class WorkPackage:
    """What was written for a round.

    Parameters
    ----------
    files : mapping of str to str
        File name to SHA-256.
    cost : float
    currency : str
    ordered : tuple of str
        The names of the ordered pieces.
    notices : tuple of str
        What the lab should know.
    """

    files: Mapping[str, str]
    cost: float
    currency: str
    ordered: tuple[str, ...]
    notices: tuple[str, ...]

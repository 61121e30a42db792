"""Objectives: codons, identity, dinucleotides and open starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from biowright.core import InputError, Location, suggest

from ..codons import CodonUsage

__all__ = ["CodonUse", "Dinucleotides", "Identity", "StartFolding"]

METHODS = ("cai", "frequency", "harmonise", "pairs", "rare")


@dataclass(frozen=True, slots=True)
class CodonUse:
    """Codons are chosen as a host uses them.

    Parameters
    ----------
    usage : CodonUsage
        The host's.
    method : str, default "cai"
        ``cai``: the sum of the logarithms of the relative adaptiveness (Sharp and Li,
        doi:10.1093/nar/15.3.1281). ``frequency``: codons as often as the host has them.
        ``harmonise``: each codon as rare in the host as the old one is in its own organism
        (doi:10.1371/journal.pone.0184355). ``pairs``: the sum of codon-pair scores
        (doi:10.1126/science.1155761). ``rare``: no codon below a share of its family.
    region : Location, optional
        None means every protein that is kept.
    weight : float, default 1
    source : CodonUsage, optional
        For ``harmonise``: the usage of the organism that the gene comes from.
    least : float, default 0.1
        For ``rare``: the share in its family that a codon must have.
    pairs : mapping of str to float, optional
        For ``pairs``: the score of each pair, by its six letters; see `codon_pair_scores`.
    """

    usage: CodonUsage
    method: str = "cai"
    region: Location | None = None
    weight: float = 1.0
    source: CodonUsage | None = None
    least: float = 0.1
    pairs: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError(
                f"there is no method '{self.method}'", hint=suggest(self.method, METHODS)
            )
        if self.method == "harmonise" and self.source is None:
            raise InputError(
                "to harmonise, the usage of the gene's own organism is needed",
                hint="name it: source",
            )
        if self.method == "pairs" and self.pairs is None:
            raise InputError(
                "codon-pair scores are missing", hint="count them in a genome: codon_pair_scores"
            )

    def __str__(self) -> str:
        return f"codons of {self.usage.host} by {self.method}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Few letters differ from a reference, by default from the sequence as it was.

    Parameters
    ----------
    region : Location, optional
    weight : float, default 1
        What a letter that stays the same is worth; below 0, changes are wanted.
    reference : bytes, optional
        As long as the record.
    target : float, optional
        The share of letters that shall stay the same, to which the design comes as near as it can; the
        weight then says nothing.
    """

    region: Location | None = None
    weight: float = 1.0
    reference: bytes | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        if self.target is not None and not 0 <= self.target <= 1:
            raise InputError(f"a share of {self.target} that stays the same", expected="0 to 1")

    def __str__(self) -> str:
        return "identity to the reference"


@dataclass(frozen=True, slots=True)
class Dinucleotides:
    """A dinucleotide is rare or frequent, or comes near to a share.

    Parameters
    ----------
    pair : str
        Two letters, such as ``CG``.
    weight : float, default -1
        What one of them is worth.
    target : float, optional
        The wanted share among all pairs of neighbours.
    region : Location, optional
    """

    pair: str
    weight: float = -1.0
    target: float | None = None
    region: Location | None = None

    def __post_init__(self) -> None:
        if len(self.pair) != 2 or set(self.pair.upper()) - set("ACGT"):
            raise InputError(f"'{self.pair}' is no dinucleotide", expected="two letters of ACGT")

    def __str__(self) -> str:
        return f"{self.pair} dinucleotides"


@dataclass(frozen=True, slots=True)
class StartFolding:
    """The messenger is open around the start of translation.

    The worth is the free energy in kcal/mol of the best fold of a window around the first letter
    of each gene (doi:10.1126/science.1170160), the higher the better.

    Parameters
    ----------
    region : Location, optional
        The gene; None means every protein that is kept.
    before, after : int, default 4, 37
        Letters before the start codon, and from it on.
    weight : float, default 1
    """

    region: Location | None = None
    before: int = 4
    after: int = 37
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.before < 0 or not 3 <= self.after <= 300 or self.before > 300:
            raise InputError(
                f"a window of {self.before} before and {self.after} after the start",
                expected="0 to 300 before, 3 to 300 after",
            )

    def __str__(self) -> str:
        return f"an open start ({self.before} before, {self.after} after)"

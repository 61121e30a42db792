"""A candidate: one point of a design space, with the DNA or the mixture that realises it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from biowright.core import Record
from biowright.learn import Factors, Space

__all__ = ["LARGEST", "Candidate", "DesignSpace"]

LARGEST = 10_000_000  # designs of a space that is scored whole


@dataclass(frozen=True, slots=True)
class Candidate:
    """One design.

    Parameters
    ----------
    id : str
        Its identity in the space.
    factors : mapping of str to str or number
        What distinguishes it: residues at sites, parts in slots, concentrations.
    record : Record, optional
        Its DNA with annotation; None where nothing is to be built.
    parts : tuple of Record
        The parts of a construct, in 5'→3' order; empty otherwise.
    """

    id: str
    factors: Mapping[str, str | float]
    record: Record | None = None
    parts: tuple[Record, ...] = field(default=())


class DesignSpace(Protocol):
    """All designs that a campaign may choose from."""

    @property
    def search(self) -> Space | Factors:
        """The same space as the recommender sees it; its keys are what `candidate` takes."""

    @property
    def parent(self) -> Record | None:
        """What the designs are variants of, if they are."""

    def candidate(self, key: Hashable) -> Candidate:
        """Give the design of a key."""

    def key(self, id: str) -> Hashable:
        """Give the key of an identity, or raise InputError."""

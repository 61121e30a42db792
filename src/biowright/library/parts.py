"""What the library says of a part: one version of it, and what a load did."""

from __future__ import annotations

import re
from dataclasses import dataclass

from biowright.core import InputError, Molecule

__all__ = ["TIERS", "LoadReport", "PartVersion", "Refusal", "part_name", "part_number"]

TIERS = ("reference", "characterised")


@dataclass(frozen=True, slots=True)
class PartVersion:
    """One version of a part, without its letters and features.

    Parameters
    ----------
    number : int
        Of this version, in the whole library; never used again.
    part : str
        The identity that all its versions share, such as ``P17``.
    version : int
        From 1.
    name : str
    length : int
    molecule : Molecule
    circular : bool
    gc : float, optional
        The share of G and C; None for a protein.
    roles : tuple of str
        Terms of the Sequence Ontology.
    collection, licence, source : str
        Licence and source are "" where nobody said them.
    tier : str
        ``reference`` or ``characterised``.
    screening : str
        ``unscreened``, ``passed`` or ``flagged``.
    description : str
    status : str
        ``current``, ``superseded`` or ``withdrawn``.
    """

    number: int
    part: str
    version: int
    name: str
    length: int
    molecule: Molecule
    circular: bool
    gc: float | None
    roles: tuple[str, ...]
    collection: str
    licence: str
    source: str
    tier: str
    screening: str
    description: str
    status: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was not taken in.

    Parameters
    ----------
    file : str
    line : int, optional
    record : str
    reason : str
    """

    file: str
    line: int | None
    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did.

    Parameters
    ----------
    write : int
        The number of the write, under which the history knows it.
    added : int
        New parts and new versions.
    parts : int
        How many of them are new parts.
    skipped : int
        Records that were there already, with the same content under the same name.
    refused : tuple of Refusal
    losses : tuple of (record, what, detail)
        What of the records is not kept.
    notices : tuple of str
    """

    write: int
    added: int
    parts: int
    skipped: int
    refused: tuple[Refusal, ...] = ()
    losses: tuple[tuple[str, str, str], ...] = ()
    notices: tuple[str, ...] = ()


def part_name(number: int) -> str:
    """Write a part's identity."""
    return f"P{number}"


def part_number(text: str) -> int:
    """Read a part's identity.

    Raises
    ------
    InputError
        It is none.

    Examples
    --------
    >>> part_number("P17")
    17
    """
    if not re.fullmatch(r"P[1-9]\d{0,17}", text):
        raise InputError(f"'{text}' is no identity of a part", expected="such as P17")
    return int(text[1:])

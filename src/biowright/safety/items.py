"""What is screened: the pieces of an order, and what they give when they are joined."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from biowright.core import InputError, Molecule, Record, Sequence

__all__ = ["Batch", "Item", "Named", "Pieces", "digest_of", "gather"]


class Named(Protocol):
    """Anything with a name and letters, such as the build room's pieces."""

    @property
    def name(self) -> str:
        """What it is called in the order."""
        ...

    @property
    def sequence(self) -> str | Sequence:
        """Its letters, 5'→3'."""
        ...


Pieces = (
    Mapping[str, str | Sequence]
    | Iterable[Record | Sequence | str | tuple[str, str | Sequence] | Named]
    | Record
    | Sequence
    | str
)
"""The forms in which pieces are given; see `gather`."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of nucleic acid that may leave.

    Parameters
    ----------
    name : str
    letters : str
        Upper case, IUPAC letters of DNA, 5'→3'; no gaps.
    circular : bool, default False
    """

    name: str
    letters: str
    circular: bool = False

    @property
    def checksum(self) -> str:
        """SHA-256 of topology and letters, whatever the piece is called."""
        kind = "circular" if self.circular else "linear"
        return hashlib.sha256(f"{kind} {self.letters}".encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Batch:
    """What a screener looks at in one go.

    Parameters
    ----------
    items : tuple of Item
        The pieces of the order.
    earlier : tuple of Item
        What the customer ordered before.
    """

    items: tuple[Item, ...]
    earlier: tuple[Item, ...] = ()

    @cached_property
    def joined(self) -> tuple[Item, ...]:
        """What the items give when they are joined, with one another and with earlier ones."""
        from .joins import join_pieces

        return join_pieces(self.items, self.earlier)

    @cached_property
    def neighbours(self) -> tuple[Item, ...]:
        """What the items give one after the other, in the order of the list."""
        from .joins import join_neighbours

        return join_neighbours(self.items)


def digest_of(pieces: Iterable[Item]) -> str:
    """Give one checksum of several pieces, whatever their order."""
    text = " ".join(sorted(piece.checksum for piece in pieces))
    return hashlib.sha256(text.encode()).hexdigest()


def gather(pieces: Pieces) -> tuple[Item, ...]:
    """Bring pieces into one form: nucleotides only, in upper case, U as T, gaps taken out.

    Parameters
    ----------
    pieces : Record, Sequence, str, mapping of name to letters, or an iterable of records, sequences, \
strings, (name, letters) or things with a name and a sequence
        Strings are linear.

    Returns
    -------
    tuple of Item

    Raises
    ------
    InputError
        A piece is a protein, empty, or no sequence.

    Examples
    --------
    >>> gather({"a": "acgu"})
    (Item(name='a', letters='ACGT', circular=False),)
    """
    if isinstance(pieces, Record | Sequence | str):
        pieces = [pieces]
    if isinstance(pieces, Mapping):
        pieces = list(pieces.items())
    return tuple(_item(piece, number) for number, piece in enumerate(pieces, 1))


def _item(piece: object, number: int) -> Item:
    name, given = f"piece {number}", piece
    if isinstance(piece, Item):
        return piece
    if isinstance(piece, Record):
        name, given = piece.name or piece.id or name, piece.sequence
    elif isinstance(piece, tuple) and len(piece) == 2:
        name, given = str(piece[0]), piece[1]
    elif not isinstance(piece, Sequence | str):
        name, given = str(getattr(piece, "name", name)), getattr(piece, "sequence", None)
    if isinstance(given, str):
        given = Sequence(given, Molecule.DNA)
    if not isinstance(given, Sequence):
        raise InputError(
            f"piece {number} is {type(piece).__name__}",
            expected="a record, a sequence, letters, or a name with letters",
        )
    if given.molecule is Molecule.PROTEIN:
        raise InputError(
            "a protein is no piece of an order", record=name, hint="give the DNA that codes for it"
        )
    letters = given.data.decode("ascii").upper().replace("U", "T").replace("X", "N")
    letters = letters.replace("-", "")
    if not letters:
        raise InputError("the piece is empty", record=name)
    return Item(name, letters, given.circular)

"""Cuts by Cas9 in the tube: blunt, 3 bases before the PAM, wherever a guide fits."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from biowright.bio import find
from biowright.core import InputError

from .amplification import Primer, as_primer
from .duplex import BLUNT, Given, as_duplex
from .product import Part, Product, Products

__all__ = ["cleave"]


def cleave(molecule: Given, guides: Iterable[Primer] | Primer, *, pam: str = "NGG") -> Products:
    """Cut a molecule with Cas9 at all sites of guides, completely.

    Parameters
    ----------
    molecule : Duplex, Record, Sequence or str
        Linear or circular.
    guides : iterable of Record, Sequence or str, or one
        The spacers, 5'→3', without the PAM.
    pam : str, default "NGG"
        What must follow a protospacer, on either strand and over the origin of a circle.

    Returns
    -------
    Products
        From left to right; the notes say which guides cut nothing.

    Raises
    ------
    InputError
        A guide is shorter than 4 bases.

    Examples
    --------
    >>> [left, right] = cleave("TTTTGATTACAGATTACAGACCTATGGCCCC", "GATTACAGATTACAGACCTA")
    >>> str(left.sequence), str(right.sequence)
    ('TTTTGATTACAGATTACAGAC', 'CTATGGCCCC')
    """
    given = as_duplex(molecule, "input1")
    single = isinstance(guides, str) or not isinstance(guides, Iterable)
    listed = [guides] if single else list(guides)  # type: ignore[list-item, arg-type]
    size = len(given)
    cuts: set[int] = set()
    notes = []
    for number, guide in enumerate(listed, 1):
        spacer = as_primer(guide, f"guide{number}")
        if len(spacer) < 4:
            raise InputError("a guide of less than 4 bases", record=spacer.name)
        hits = list(find(given.record, str(spacer.sequence).upper() + pam))
        for hit in hits:
            place = hit.start + len(spacer) - 3 if hit.strand == 1 else hit.end - len(spacer) + 3
            cuts.add(place % size if given.circular else place)
        if not hits:
            notes.append(f"{spacer.name} cuts {given.name} nowhere")
    places = sorted(cuts)
    if given.circular and not places:
        return Products(
            (Product((given,), (Part(0, 0, size),), True, name=given.name),), True, tuple(notes)
        )
    borders = [*places, places[0] + size] if given.circular else [0, *places, size]
    found = tuple(
        Product(
            (given,),
            (Part(0, low, high),),
            False,
            BLUNT if given.circular or low else given.left,
            BLUNT if given.circular or high < size else given.right,
            name=f"{given.name}_{number}",
        )
        for number, (low, high) in enumerate(pairwise(borders), 1)
    )
    return Products(found, True, tuple(notes))

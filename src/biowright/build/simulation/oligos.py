"""Oligos that anneal to each other, and ends that a polymerase or an exonuclease makes blunt."""

from __future__ import annotations

from dataclasses import replace

from biowright.bio import End
from biowright.core import InputError

from .amplification import Primer, as_primer
from .duplex import BLUNT, Duplex, Given, as_duplex
from .product import Part, Product, Products

__all__ = ["fill_in", "hybridise"]


def hybridise(forward: Primer, reverse: Primer, *, anneal: int = 13) -> Products:
    """Anneal two oligos.

    Parameters
    ----------
    forward, reverse : Record, Sequence or str
        5'→3' each.
    anneal : int, default 13
        How many letters must pair at least, without a gap or a mismatch.

    Returns
    -------
    Products
        One for each way in which they pair over the whole stretch where both are; its ends stand over
        where one oligo is longer.

    Raises
    ------
    InputError
        An oligo is shorter than what must pair.

    Examples
    --------
    >>> [product] = hybridise("AATTCGGATACCGG", "GATCCCGGTATCCG", anneal=10)
    >>> str(product.sequence), product.left.overhang, product.right.overhang
    ('AATTCGGATACCGGGATC', 'AATT', 'GATC')
    """
    one, other = as_primer(forward, "forward"), as_primer(reverse, "reverse")
    if anneal < 1:
        raise InputError(f"{anneal} letters that pair", expected="1 or more")
    for oligo in (one, other):
        if len(oligo) < anneal:
            raise InputError(
                f"the oligo has {len(oligo)} letters, and {anneal} must pair", record=oligo.name
            )
    top = one.sequence.data.upper()
    bottom = other.sequence.reverse_complement().data.upper()
    inputs = (Duplex(one), Duplex(other))
    found = []
    for shift in range(anneal - len(bottom), len(top) - anneal + 1):
        # the bottom oligo lies from `shift` on, as the top one counts
        low, high = max(0, shift), min(len(top), shift + len(bottom))
        if high - low < anneal or top[low:high] != bottom[low - shift : high - shift]:
            continue
        found.append(_annealed(inputs, len(top), len(bottom), shift))
    notes = () if found else (f"the oligos pair nowhere over {anneal} letters",)
    share = 1.0 / len(found) if found else 1.0
    return Products(tuple(replace(product, probability=share) for product in found), True, notes)


def _annealed(inputs: tuple[Duplex, Duplex], top: int, bottom: int, shift: int) -> Product:
    parts = []
    if shift < 0:
        parts.append(Part(1, bottom + shift, bottom, -1))
    parts.append(Part(0, 0, top))
    behind = shift + bottom - top
    if behind > 0:
        parts.append(Part(1, 0, behind, -1))
    bare = Product(inputs, tuple(parts), name="hybrid")
    letters = bare.sequence
    size = len(letters)
    left = right = BLUNT
    if shift > 0:
        left = End("5'", str(letters[:shift]))
    elif shift < 0:
        left = End("3'", str(letters[:-shift].reverse_complement()))
    if behind > 0:
        right = End("5'", str(letters[size - behind :].reverse_complement()))
    elif behind < 0:
        right = End("3'", str(letters[size + behind :]))
    return Product(inputs, tuple(parts), False, left, right, name="hybrid")


def fill_in(molecule: Given, *, exonuclease: bool = False) -> Products:
    """Extend 3' ends along 5' overhangs, until the ends are blunt.

    Parameters
    ----------
    molecule : Duplex, Record, Sequence or str
        Linear.
    exonuclease : bool, default False
        Whether the polymerase takes 3' overhangs away (T4, Klenow, proofreading ones); without it they
        stay.

    Returns
    -------
    Products
        One.

    Raises
    ------
    InputError
        It is a circle.

    Examples
    --------
    >>> [hybrid] = hybridise("AATTCGGATACCGG", "GATCCCGGTATCCG", anneal=10)
    >>> product = fill_in(hybrid.duplex).only()
    >>> len(product), product.left.kind, product.right.kind
    (18, 'blunt', 'blunt')
    """
    given = as_duplex(molecule, "input1")
    if given.circular:
        raise InputError("a circle has no ends to fill in", record=given.name)
    low = len(given.left.overhang) if exonuclease and given.left.kind == "3'" else 0
    high = len(given.right.overhang) if exonuclease and given.right.kind == "3'" else 0
    left = given.left if given.left.kind == "3'" and not low else BLUNT
    right = given.right if given.right.kind == "3'" and not high else BLUNT
    part = Part(0, low, len(given) - high)
    return Products((Product((given,), (part,), False, left, right, name=given.name),))

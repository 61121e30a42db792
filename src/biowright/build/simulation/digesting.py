"""Digested molecules: the pieces that enzymes leave, what stays uncut, and which pieces hold a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from biowright.bio import End, Enzyme, cut_sites, digest
from biowright.core import Molecule
from biowright.core import Sequence as Letters

from .duplex import Duplex
from .joining import Piece

__all__ = ["all_digested", "digested", "ends_of", "holding_sites", "paired_letters"]


def all_digested(
    inputs: Sequence[Duplex], scissors: Sequence[Enzyme]
) -> tuple[list[Piece], tuple[str, ...]]:
    """Cut all molecules; give their pieces, and what is to be said of them."""
    pieces: list[Piece] = []
    notes: list[str] = []
    for number, given in enumerate(inputs):
        found, remarks = digested(number, given, scissors)
        if not any(piece.left.enzyme or piece.right.enzyme for piece in found):
            notes.append(f"{given.name} is not cut")
        pieces += found
        notes += remarks
    return pieces, tuple(notes)


def digested(
    number: int, given: Duplex, scissors: Sequence[Enzyme]
) -> tuple[list[Piece], tuple[str, ...]]:
    """Cut one molecule; a circle that is not cut gives no piece."""
    cutting = digest(paired_letters(given), scissors, given.methylation)
    pieces = [
        Piece(number, fragment.start, fragment.end, fragment.left, fragment.right)
        for fragment in cutting
        if fragment.left is not None and fragment.right is not None
    ]
    if pieces and not given.circular:
        pieces[0] = replace(pieces[0], left=given.left)
        pieces[-1] = replace(pieces[-1], right=given.right)
    remarks = [
        f"{given.name}: the {site.enzyme.name} site at {site.start} is left: {why}"
        for site, why in cutting.uncut
    ]
    remarks += [
        f"{given.name}: the {site.enzyme.name} site at {site.start} may be left: {site.why}"
        for site in cutting.uncertain
    ]
    return pieces, tuple(remarks)


def paired_letters(given: Duplex) -> Letters:
    """Give the letters with N where only one strand is: no enzyme recognises that."""
    if given.blunt:
        return given.record.sequence
    data = given.record.sequence.data
    low, high = len(given.left.overhang), len(given.right.overhang)
    data = b"N" * low + data[low : len(data) - high] + b"N" * high
    return Letters.trusted(data, Molecule.DNA, given.record.topology)


def holding_sites(
    inputs: Sequence[Duplex], pieces: Sequence[Piece], scissors: Sequence[Enzyme]
) -> set[int]:
    """Give the pieces that hold a whole site: what they are ligated to is cut off again."""
    spoilt = set()
    sites = [
        [
            site
            for site in cut_sites(paired_letters(given), scissors, given.methylation)
            if not site.blocked and any(not each.falls_off for each in site.cuts)
        ]
        for given in inputs
    ]
    for i, piece in enumerate(pieces):
        given = inputs[piece.input]
        turns = (0, len(given), -len(given)) if given.circular else (0,)
        for site in sites[piece.input]:
            if any(piece.start <= site.start + t and site.end + t <= piece.end for t in turns):
                spoilt.add(i)
    return spoilt


def ends_of(pieces: Sequence[Piece]) -> list[End]:
    """List both ends of each piece, the left one first."""
    return [end for piece in pieces for end in (piece.left, piece.right)]

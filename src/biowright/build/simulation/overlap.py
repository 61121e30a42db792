"""Joining by homologous ends: Gibson, In-Fusion, HiFi, SLIC, overlap-extension PCR.

Pieces are joined where the end of one is the beginning of the next. Which ends an enzyme takes away
before differs: an exonuclease that chews 5' ends (Gibson, HiFi, SLIC with T5 or lambda) removes 5'
overhangs, one that chews 3' ends (In-Fusion, SLIC with T4 polymerase) removes 3' overhangs; polymerases
in an overlap-extension PCR fill them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from biowright.core import InputError

from .duplex import BLUNT, Duplex, Given, as_duplexes
from .joining import LIMIT, Join, Piece, assemble
from .product import Products, window

__all__ = ["gibson", "homologous_joins", "in_fusion", "overlap_extension"]


def gibson(
    molecules: Iterable[Given],
    *,
    overlap: int = 20,
    circular: bool = False,
    each: bool = False,
    limit: int = LIMIT,
) -> Products:
    """Join pieces with homologous ends: Gibson assembly, HiFi, and SLIC with a 5' exonuclease.

    5' overhangs are chewed away, 3' overhangs take part in the homology.

    Parameters
    ----------
    molecules : iterable of Duplex, Record, Sequence or str
        Linear; each is used once at most in a product.
    overlap : int, default 20
        The shortest homology, in nt.
    circular, each, limit
        As in `ligate`.

    Returns
    -------
    Products
        Circles, and chains whose outer ends fit no end in the tube. Where an end has several partners
        they are alike in probability.

    Raises
    ------
    InputError
        There is nothing to join, the homology is below 1 nt, or the limit below 1.

    Examples
    --------
    >>> [product] = gibson(["GGGTATACCCAAAAC", "AAAACTTTTTGGGTA"], overlap=5)
    >>> str(product.sequence), product.topology
    ('GGGTATACCCAAAACTTTTT', 'circular')
    """
    return _assembled(molecules, overlap, "5'", circular, each, limit)


def in_fusion(
    molecules: Iterable[Given],
    *,
    overlap: int = 15,
    circular: bool = False,
    each: bool = False,
    limit: int = LIMIT,
) -> Products:
    """Join pieces with homologous ends after a 3' exonuclease: In-Fusion, SLIC with T4 polymerase.

    3' overhangs are chewed away, 5' overhangs take part in the homology. Parameters and errors as in
    `gibson`.

    Examples
    --------
    >>> in_fusion(["AAACCCGGGTATA", "GGGTATACCAAAAA"], overlap=7).only().topology
    'linear'
    """
    return _assembled(molecules, overlap, "3'", circular, each, limit)


def overlap_extension(
    molecules: Iterable[Given],
    *,
    overlap: int = 15,
    circular: bool = False,
    each: bool = False,
    limit: int = LIMIT,
) -> Products:
    """Join pieces with homologous ends by polymerase: overlap-extension PCR, CPEC.

    Ends that stand over are filled in or paired. Parameters and errors as in `gibson`.

    Examples
    --------
    >>> len(overlap_extension(["AAACCCGGGTATA", "GGGTATACCAAAAA"], overlap=7).only())
    20
    """
    return _assembled(molecules, overlap, "", circular, each, limit)


def _assembled(
    molecules: Iterable[Given], overlap: int, chewed: str, circular: bool, each: bool, limit: int
) -> Products:
    inputs = as_duplexes(molecules)
    pieces, notes = [], []
    for number, given in enumerate(inputs):
        if given.circular:
            notes.append(f"{given.name} is a circle: it has no ends to join; cut or amplify it")
            continue
        low = len(given.left.overhang) if given.left.kind == chewed else 0
        high = len(given.right.overhang) if given.right.kind == chewed else 0
        if low + high < len(given):
            pieces.append(Piece(number, low, len(given) - high, BLUNT, BLUNT))
    joins = homologous_joins(inputs, pieces, overlap)
    return assemble(
        inputs, pieces, joins, limit=limit, circular=circular, each=each, notes=tuple(notes)
    )


def homologous_joins(inputs: Sequence[Duplex], pieces: Sequence[Piece], overlap: int) -> list[Join]:
    """Find all pairs of ends of which one's last letters are the other's first.

    A homology may not be longer than the shorter of the pieces, and two pieces may be joined in several
    ways where the homology repeats itself.
    """
    if overlap < 1:
        raise InputError(f"a homology of {overlap} nt", expected="1 or more")
    # the letters as one reads a piece from each of its ends
    reads: list[bytes] = []
    for piece in pieces:
        letters = window(inputs[piece.input].record, piece.start, piece.end).upper()
        reads += [letters.data, letters.reverse_complement().data]
    long_enough = [place for place, read in enumerate(reads) if len(read) >= overlap]
    starts, at = [], 0
    for place in long_enough:
        starts.append(at)
        at += len(reads[place]) + 1
    everything = b"|".join(reads[place] for place in long_enough)
    found: dict[tuple[int, int, int], None] = {}
    for place in long_enough:
        # to leave a piece by an end is to have read it from the other one
        read = reads[place ^ 1]
        last, hit = read[-overlap:], -1
        which = 0
        while (hit := everything.find(last, hit + 1)) != -1:
            while which + 1 < len(starts) and starts[which + 1] <= hit:
                which += 1
            mate, size = long_enough[which], hit - starts[which] + overlap
            # two that are alike from end to end are no neighbours
            same = size == len(read) == len(reads[mate])
            if not same and size <= len(read) and read.endswith(reads[mate][:size]):
                key = (min(place, mate), max(place, mate), size)
                if mate != place:
                    found[key] = None
                else:
                    found.setdefault(key, None)
    degree = [0] * len(reads)
    for one, other, _ in found:
        degree[one] += 1
        degree[other] += one != other
    return [
        Join(one, other, size, 2 / (degree[one] + degree[other]))
        for one, other, size in sorted(found)
        if one != other
    ]

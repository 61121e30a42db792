"""Ligase cycling: blunt ends that are held together by bridging oligos and sealed by a ligase."""

from __future__ import annotations

from collections.abc import Iterable

from biowright.core import InputError

from .amplification import Primer, as_primer
from .duplex import Given, as_duplexes
from .joining import LIMIT, Join, Piece, assemble
from .product import Products

__all__ = ["ligase_cycling"]


def ligase_cycling(
    molecules: Iterable[Given],
    bridges: Iterable[Primer],
    *,
    anneal: int = 12,
    circular: bool = False,
    each: bool = False,
    limit: int = LIMIT,
) -> Products:
    """Join blunt ends over which a bridging oligo anneals (de Kok et al. 2014, doi:10.1021/sb4001992).

    Parameters
    ----------
    molecules : iterable of Duplex, Record, Sequence or str
        Linear and blunt.
    bridges : iterable of Record, Sequence or str
        Oligos that pair with the end of one piece and the beginning of the next, on either strand.
    anneal : int, default 12
        How many letters must pair on each side.
    circular, each, limit
        As in `ligate`.

    Raises
    ------
    InputError
        There is nothing to join, or `anneal` is below 1.

    Examples
    --------
    >>> product = ligase_cycling(["AAACCCGGGT", "TTGACCATGC"], ["CCGGGTTTGACC"], anneal=6).only()
    >>> str(product.sequence)
    'AAACCCGGGTTTGACCATGC'
    """
    inputs = as_duplexes(molecules)
    if anneal < 1:
        raise InputError(f"{anneal} letters that pair", expected="1 or more")
    pieces, notes = [], []
    for number, given in enumerate(inputs):
        if given.circular or not given.blunt:
            notes.append(f"{given.name} is not linear and blunt: it takes no part")
        else:
            pieces.append(Piece(number, 0, len(given)))
    reads: list[bytes] = []
    for piece in pieces:
        letters = inputs[piece.input].record.sequence.upper()
        reads += [letters.data, letters.reverse_complement().data]
    pairs: set[tuple[int, int]] = set()
    for i, bridge in enumerate(bridges, 1):
        oligo = as_primer(bridge, f"bridge{i}").sequence.upper().data
        used = False
        for split in range(anneal, len(oligo) - anneal + 1):
            # to leave a piece by an end is to have read it from the other one
            before = [p for p in range(len(reads)) if reads[p ^ 1].endswith(oligo[:split])]
            behind = [p for p in range(len(reads)) if reads[p].startswith(oligo[split:])]
            for one in before:
                for other in behind:
                    if one != other:
                        pairs.add((min(one, other), max(one, other)))
                        used = True
        if not used:
            notes.append(f"bridge{i} holds no two ends together")
    degree = [0] * len(reads)
    for one, other in pairs:
        degree[one] += 1
        degree[other] += 1
    joins = [Join(a, b, 0, 2 / (degree[a] + degree[b])) for a, b in sorted(pairs)]
    return assemble(
        inputs, pieces, joins, limit=limit, circular=circular, each=each, notes=tuple(notes)
    )

"""Slow, obviously right simulations of what happens in the tube, to prove the room's plans."""

from __future__ import annotations

from biowright.bio import digest
from biowright.core import Sequence


def other(letters: str) -> str:
    """Give the other strand, 5'→3'."""
    return str(Sequence(letters).reverse_complement())


def mutate(plasmid: str, forward: str, reverse: str) -> str:
    """Amplify round a plasmid (given as a line, a circle in truth) with a pair, and close the product.

    Each primer anneals by the longest 3' end that stands in the plasmid; it must stand there once. The
    ends of the product overlap by what the pair shares; recombined, they give the new plasmid, here
    rotated so that the letters behind the forward primer's annealed part come first.
    """
    anneal_forward, at = _anneal(plasmid, forward)
    anneal_reverse, behind = _anneal(other(plasmid), reverse)
    assert min(anneal_forward, anneal_reverse) >= 12
    start = at + anneal_forward  # the first letter behind the forward primer
    end = len(plasmid) - behind - anneal_reverse  # the letter before the reverse primer's part
    # from behind the forward primer, once round the circle, to before the reverse primer
    stretch = plasmid[start:] + plasmid[:end] if end <= start else plasmid[start:end]
    product = forward + stretch + other(reverse)
    overlap = max(
        n for n in range(1, min(len(forward), len(reverse)) + 1) if product[:n] == product[-n:]
    )
    assert overlap >= 12
    closed = product[:-overlap]
    return closed[len(forward) :] + closed[: len(forward)]


def _anneal(template: str, primer: str) -> tuple[int, int]:
    size = next(n for n in range(len(primer), 0, -1) if primer[-n:] in template + template[:60])
    assert (template + template[:60]).count(primer[-size:]) == 1
    return size, (template + template[:60]).index(primer[-size:])


def ligate(pieces: list[str], enzyme: str) -> str:
    """Cut linear pieces, keep what has two cut ends and no site, and join all by their overhangs."""
    inserts = []
    for piece in pieces:
        fragments = [f for f in digest(piece, enzyme) if f.left.enzyme and f.right.enzyme]
        assert len(fragments) == 1
        assert len(digest(fragments[0].sequence, enzyme)) == 1
        inserts.append(fragments[0])
    for i, a in enumerate(inserts):
        assert [b for b in inserts if a.right.fits(b.left)] == inserts[i + 1 : i + 2]
        # no piece closes on itself, and none goes in the wrong way round
        assert not any(a.right.fits(b.right) or a.left.fits(b.left) for b in inserts)
    first, *rest = inserts
    return str(first.sequence) + "".join(str(f.sequence)[len(f.left.overhang) :] for f in rest)

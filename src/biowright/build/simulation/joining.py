"""Products of pieces that are joined by their ends: circles and chains, each piece used once.

The ends of the pieces are the nodes of a graph: 2k is the left end of piece k, 2k + 1 its right end.
A piece leads from one of its ends to the other, a join from an end to an end of the next piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from biowright.bio import End
from biowright.core import InputError

from .duplex import BLUNT, Duplex
from .product import Part, Product, Products, ranked

__all__ = ["LIMIT", "Join", "Piece", "assemble"]

LIMIT = 1000
"""Products that are looked for unless said otherwise."""
_STEPS = 200  # of the search, a product of the limit


@dataclass(frozen=True, slots=True)
class Piece:
    """A linear stretch of an input that is joined by its ends.

    Parameters
    ----------
    input : int
        The number of the input.
    start, end : int
        From the leftmost to the rightmost letter of either strand; on a circle the end may exceed
        the length.
    left, right : End
    """

    input: int
    start: int
    end: int
    left: End = BLUNT
    right: End = BLUNT

    def __len__(self) -> int:
        return self.end - self.start

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Join:
    """Two ends that can be joined.

    Parameters
    ----------
    one, other : int
        The ends.
    overlap : int
        How many letters both pieces have in common there: the overhang, or the homology.
    share : float
        Of all that happens to the two ends, how much is this, 0 to 1.
    note : str
        What is odd about it.
    """

    one: int
    other: int
    overlap: int
    share: float = 1.0
    note: str = ""


def assemble(
    inputs: Sequence[Duplex],
    pieces: Sequence[Piece],
    joins: Iterable[Join],
    *,
    limit: int = LIMIT,
    circular: bool = False,
    each: bool = False,
    notes: tuple[str, ...] = (),
) -> Products:
    """Find all products: circles, and chains whose outer ends fit no end in the tube.

    Parameters
    ----------
    inputs, pieces, joins
        Pieces are used once at most in a product; what is to be in it twice is given twice.
    limit : int
        After so many products no more are looked for, and `Products.complete` is False.
    circular : bool
        Only circles.
    each : bool
        Only products in which each input is; then also chains whose outer ends fit something, but not
        each other.
    notes : tuple of str
        Remarks to hand on.

    Raises
    ------
    InputError
        The limit is below 1.
    """
    if limit < 1:
        raise InputError(f"a limit of {limit} products", expected="1 or more")
    owners = [piece.input for piece in pieces] if each else None
    search = _Search(len(pieces), joins, limit, owners, len(inputs))
    search.circles()
    if not circular:
        search.chains()
    products = [_product(inputs, pieces, *path) for path in search.found]
    if not search.complete:
        notes = (*notes, f"there may be more products than the {len(products):,} that were found")
    return ranked(products, search.complete, notes)


_Path = tuple[tuple[int, ...], tuple[Join, ...], bool]


class _Search:
    """A walk through the graph of ends.

    A path is the list of the ends by which pieces are entered, and the joins between them. With
    `owners`, the input of each piece, a path uses each input once.
    """

    def __init__(
        self, pieces: int, joins: Iterable[Join], limit: int, owners: list[int] | None, inputs: int
    ) -> None:
        self.pieces, self.limit, self.inputs = pieces, limit, inputs
        self.each = owners is not None
        self.owners = list(range(pieces)) if owners is None else owners
        self.steps = _STEPS * limit + 1000 * pieces
        self.partners: list[list[tuple[int, Join]]] = [[] for _ in range(2 * pieces)]
        for join in joins:
            self.partners[join.one].append((join.other, join))
            if join.one != join.other:
                self.partners[join.other].append((join.one, join))
        self.found: list[_Path] = []
        self.complete = True

    def circles(self) -> None:
        """Find each circle once: from its first piece, read forwards."""
        for first in range(self.pieces):
            if self.each and self.owners[first] != 0:
                continue
            if not self._walk(2 * first, first, closing=True):
                return

    def chains(self) -> None:
        """Find each chain once: from that of its two outer ends that has the lower number."""
        for first in range(2 * self.pieces):
            if (self.each or not self.partners[first]) and not self._walk(first, 0, closing=False):
                return

    def _walk(self, first: int, lowest: int, *, closing: bool) -> bool:
        """Walk all paths that enter a piece by the end `first`; say whether to go on."""
        owners, partners = self.owners, self.partners
        used = [False] * max(self.pieces, self.inputs)
        used[owners[first >> 1]] = True
        stack = [(first, iter(partners[first ^ 1]))]
        path: list[Join] = []
        while stack:
            entered, rest = stack[-1]
            for place, join in rest:
                self.steps -= 1
                if self.steps < 0:
                    self.complete = False
                    return False
                if closing and place == first:
                    if not self._keep(stack, [*path, join], True):
                        return False
                elif place >> 1 >= lowest and not used[owners[place >> 1]]:
                    used[owners[place >> 1]] = True
                    path.append(join)
                    stack.append((place, iter(partners[place ^ 1])))
                    break
            else:
                done = not closing and path and self._ends(first, entered ^ 1)
                if done and not self._keep(stack, path, False):
                    return False
                stack.pop()
                used[owners[entered >> 1]] = False
                if path:
                    path.pop()
        return True

    def _ends(self, first: int, last: int) -> bool:
        """Tell whether a chain is done, seen from the lower of its two outer ends."""
        if first > last:
            return False
        if self.each:
            return all(place != first for place, _ in self.partners[last])
        return not self.partners[last]

    def _keep(self, stack: Sequence[tuple[int, object]], path: list[Join], closed: bool) -> bool:
        if self.each and len(stack) < self.inputs:
            return True
        if len(self.found) == self.limit:
            self.complete = False
            return False
        self.found.append((tuple(place for place, _ in stack), tuple(path), closed))
        return True


def _product(
    inputs: Sequence[Duplex],
    pieces: Sequence[Piece],
    entries: tuple[int, ...],
    joins: tuple[Join, ...],
    closed: bool,
) -> Product:
    """Lay the pieces of a path end to end; letters that two have in common come from the first."""
    parts = []
    for place, entered in enumerate(entries):
        piece = pieces[entered >> 1]
        # the last join of a circle leads to its first piece
        before = joins[place - 1].overlap if place or closed else 0
        forward = entered & 1 == 0
        start, end = (
            (piece.start + before, piece.end) if forward else (piece.start, piece.end - before)
        )
        parts.append(Part(piece.input, start, end, 1 if forward else -1, before))
    if closed and len(parts[-1]) >= joins[-1].overlap:
        # the circle is written from the beginning of its first piece
        parts[0] = _longer(parts[0], joins[-1].overlap, at_start=True)
        parts[-1] = _longer(parts[-1], -joins[-1].overlap, at_start=False)
    first, last = entries[0], entries[-1] ^ 1
    probability = 1.0
    for join in joins:
        probability *= join.share
    return Product(
        tuple(inputs),
        tuple(parts),
        closed,
        BLUNT if closed else _end(pieces, first),
        BLUNT if closed else _end(pieces, last),
        probability,
        tuple(join.note for join in joins if join.note),
    )


def _longer(part: Part, by: int, *, at_start: bool) -> Part:
    """Move an end of a part, as the product reads; what it leaves its neighbour has as well."""
    if at_start:
        shift = {"before": part.before - by}
    else:
        shift = {"after": part.after - by}
    if at_start == (part.strand == 1):
        return replace(part, start=part.start - by, **shift)
    return replace(part, end=part.end + by, **shift)


def _end(pieces: Sequence[Piece], place: int) -> End:
    piece = pieces[place >> 1]
    return piece.right if place & 1 else piece.left

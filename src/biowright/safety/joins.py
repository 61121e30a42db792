"""What pieces give when they are joined: in the order of the list, by shared ends, by Type IIS ends.

Back ends that look at one text at a time, such as profiles and external screeners, see junctions
through these texts.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from biowright.bio import digest, enzyme
from biowright.core import Molecule
from biowright.core import Sequence as Letters

from .items import Item
from .letters import mirrored

__all__ = ["ENZYMES", "join_neighbours", "join_pieces"]

CONTEXT = 100
"""Letters on each side of a junction that are looked at."""
SHARED = 12
"""The least letters that two ends share to be joined by them."""
MOST = 20_000
"""Steps from piece to piece that are followed; more arise only in combinatorial orders."""
ENZYMES = ("BsaI", "BsmBI", "BbsI", "SapI", "AarI", "BspMI", "BtgZI")
"""Type IIS enzymes whose fragments are joined."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A piece on one strand, with the ends by which it is joined."""

    name: str
    letters: str
    current: bool
    left: str = ""
    right: str = ""


def join_pieces(items: Sequence[Item], earlier: Sequence[Item] = ()) -> tuple[Item, ...]:
    """Spell out the junctions that pieces can form.

    Parameters
    ----------
    items : sequence of Item
        The pieces of an order, in its order.
    earlier : sequence of Item
        Those of earlier orders; a junction between two of them is left out.

    Returns
    -------
    tuple of Item
        Linear texts that reach `CONTEXT` letters to both sides of a junction where there are so
        many, named after the pieces; each once, whichever strand it is written on.

    Examples
    --------
    >>> from biowright.safety import gather
    >>> pieces = gather({"a": "TTGACGATTACAGGCTA", "b": "GATTACAGGCTAAACCCTT"})
    >>> [item.letters for item in join_pieces(pieces) if len(item.letters) < 30]
    ['TTGACGATTACAGGCTAAACCCTT']
    """
    return _once(items, itertools.chain(_rows(items), _texts(items, earlier)))


def join_neighbours(items: Sequence[Item]) -> tuple[Item, ...]:
    """Spell out what pieces give one after the other, oligos also on both strands in turn.

    Parameters and result as in `join_pieces`.
    """
    return _once(items, _rows(items))


def _once(items: Sequence[Item], texts: Iterable[tuple[str, str]]) -> tuple[Item, ...]:
    seen = {item.letters for item in items} | {mirrored(item.letters) for item in items}
    made: list[Item] = []
    for name, letters in texts:
        if letters not in seen:
            seen.add(letters)
            seen.add(mirrored(letters))
            made.append(Item(name, letters))
    return tuple(made)


def _rows(items: Sequence[Item]) -> Iterator[tuple[str, str]]:
    linear = [item for item in items if not item.circular]
    yield from _row([(item.name, item.letters) for item in linear])
    if any(len(item.letters) < 2 * CONTEXT for item in linear):
        # oligos of two strands in turn
        yield from _row(
            [
                (item.name, item.letters if i % 2 == 0 else mirrored(item.letters))
                for i, item in enumerate(linear)
            ]
        )


def _texts(items: Sequence[Item], earlier: Sequence[Item]) -> Iterator[tuple[str, str]]:
    everything = [(item, True) for item in items] + [(item, False) for item in earlier]
    whole = [
        _Node(item.name, letters, current)
        for item, current in everything
        if not item.circular
        for letters in (item.letters, mirrored(item.letters))
    ]
    yield from _walk(whole, _by_shared_ends(whole))
    for name in ENZYMES:
        cut = list(_cut(everything, name))
        if cut:
            yield from _walk(cut, _by_overhangs(cut))


def _row(pieces: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Join pieces one after the other; what lies far inside of a long one is left out."""
    names, text = [], ""
    for name, letters in pieces:
        if len(letters) <= 2 * CONTEXT:
            names.append(name)
            text += letters
            continue
        if names:
            yield "+".join((*names, name)), text + letters[:CONTEXT]
        names, text = [name], letters[-CONTEXT:]
    if len(names) > 1:
        yield "+".join(names), text


_Followers = Callable[[int], Iterator[tuple[int, int]]]


def _by_shared_ends(nodes: Sequence[_Node]) -> _Followers:
    heads: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(nodes):
        if len(node.letters) >= SHARED:
            heads[node.letters[:SHARED]].append(number)

    def followers(number: int) -> Iterator[tuple[int, int]]:
        letters = nodes[number].letters
        for at in range(max(1, len(letters) - 4 * CONTEXT), len(letters) - SHARED + 1):
            for other in heads.get(letters[at : at + SHARED], ()):
                size = len(letters) - at
                if nodes[other].letters[:size] == letters[at:] and len(nodes[other].letters) > size:
                    yield other, size

    return followers


def _by_overhangs(nodes: Sequence[_Node]) -> _Followers:
    heads: dict[str, list[int]] = defaultdict(list)
    for number, node in enumerate(nodes):
        if node.left:
            heads[node.left].append(number)

    def followers(number: int) -> Iterator[tuple[int, int]]:
        right = nodes[number].right
        if right:
            for other in heads.get(right, ()):
                yield other, len(right)

    return followers


def _cut(everything: Sequence[tuple[Item, bool]], name: str) -> Iterator[_Node]:
    scissors = enzyme(name)
    sites = (scissors.site, mirrored(scissors.site))
    for item, current in everything:
        around = item.letters + item.letters[: len(scissors.site)] * item.circular
        if not any(site in around for site in sites):
            continue
        topology = "circular" if item.circular else "linear"
        for fragment in digest(Letters(item.letters, Molecule.DNA, topology), scissors):
            if fragment.left is None or fragment.right is None:
                continue
            left, right = (
                end.overhang if end.kind == "5'" else "" for end in (fragment.left, fragment.right)
            )
            letters = str(fragment.sequence).upper()
            # an end is named by its letters on the strand that is read
            first, last = letters[: len(left)], letters[len(letters) - len(right) :]
            yield _Node(item.name, letters, current, first, last)
            yield _Node(item.name, mirrored(letters), current, mirrored(last), mirrored(first))


def _walk(nodes: Sequence[_Node], followers: _Followers) -> Iterator[tuple[str, str]]:
    """From each piece, follow what can be joined to it until enough letters are behind it."""
    share = max(2, MOST // max(1, len(nodes)))
    for start, node in enumerate(nodes):
        inside = node.letters[-CONTEXT:]
        stack = [(start, inside, (node.name,), node.current)]
        seen: set[tuple[int, str]] = set()
        while stack and len(seen) < share:
            number, text, names, current = stack.pop()
            if (number, text) in seen:
                continue
            seen.add((number, text))
            further = []
            if len(text) < len(inside) + CONTEXT:
                further = list(itertools.islice(followers(number), share))
            if not further and len(names) > 1 and current:
                yield "+".join(names), text[: len(inside) + CONTEXT]
            for other, shared in further:
                longer = text + nodes[other].letters[shared:]
                joined = (*names, nodes[other].name)
                stack.append((other, longer, joined, current or nodes[other].current))

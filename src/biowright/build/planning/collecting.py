"""What a plan collects while it is made: orders, primers, reactions, and what they hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from biowright.core import InputError, Molecule, NegativeResult, Record
from biowright.core import Sequence as Letters

from ..fidelity import set_fidelity
from ..names import plain_name
from .reuse import Match
from .sharing import Border
from .splitting import CORE, Ground
from .steps import METHODS, Junction, Order, Reaction, clones_to_pick
from .vendors import Product, product

__all__ = ["Bench", "Piece", "Wishes", "check_letters", "place_of", "product_of"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a plan is to be made.

    Parameters
    ----------
    method : str
        How pieces become blocks: ``order``, ``annealing``, ``pca``, ``golden-gate`` or ``gibson``.
    fragments : Product
        Where the pieces come from; oligos are put together by PCA first.
    oligos, long_oligos : Product
        For primers, and for those that are too long.
    enzymes : tuple of str
        For Golden Gate, in the order of preference.
    least : int
        Of a stretch that is copied from what one has, in bp.
    vector : Record, optional
        A vector of yeast, in which products of recombination are kept and out of which they are cut.
    place : int, optional
        Before which letter of circular targets it goes; chosen if it is not given.
    keep : bool
        Whether it stays in what is made.
    """

    method: str
    fragments: Product
    oligos: Product
    long_oligos: Product
    enzymes: tuple[str, ...] = ("BsaI", "BsmBI", "BbsI", "SapI")
    least: int = 150
    vector: Record | None = None
    place: int | None = None
    keep: bool = False


@dataclass(slots=True)
class Piece:
    """A piece of a pot: what of the target it holds, and where it can be copied from."""

    start: int
    end: int
    match: Match | None = None


@dataclass(slots=True)
class Bench:
    """Collects what a plan needs; the one stateful object of planning.

    Parameters
    ----------
    wishes : Wishes
    stock : sequence of Record
        What one has.
    borders : mapping of str to sequence of Border
        For each target's name, where a cut lets others share its pieces.
    orders, primers, reactions, used, sequences, notices
        What was collected so far; `sequences` has the letters of every molecule and whether it is a
        circle.
    """

    wishes: Wishes
    stock: Sequence[Record]
    orders: dict[str, Order] = field(default_factory=dict)
    primers: dict[str, Order] = field(default_factory=dict)
    reactions: list[Reaction] = field(default_factory=list)
    used: dict[str, Record] = field(default_factory=dict)
    sequences: dict[str, tuple[str, bool]] = field(default_factory=dict)
    notices: dict[str, None] = field(default_factory=dict)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    borders: Mapping[str, Sequence[Border]] = field(default_factory=dict)
    _whole: str = ""
    _offsets: dict[int, int] = field(default_factory=dict)

    def _oligo_product(self, size: int) -> Product | None:
        for made in (self.wishes.oligos, self.wishes.long_oligos):
            if made.lengths[0] <= size <= made.lengths[1]:
                return made
        return None

    def _ordered(self, letters: str, name: str, purpose: str, start: int, flank: int = 0) -> str:
        made = self.wishes.fragments
        if made.kind != "fragment":
            raise NegativeResult(f"{made.id} makes no fragments")
        least, most = made.lengths
        if not least <= len(letters) <= most:
            raise NegativeResult(f"{made.id} makes {least:,} to {most:,} bp, not {len(letters):,}")
        known = self._known.get((letters, made.id))
        if known is not None:
            return known
        name = self._new(name)
        price = made.cost(len(letters))
        self.orders[name] = Order(
            name,
            letters,
            made.id,
            price,
            made.price.currency,
            purpose,
            made.breaches(letters),
            start,
            flank,
        )
        self._known[letters, made.id] = name
        self.sequences[name] = letters, False
        return name

    def _primer(self, letters: str, name: str, purpose: str, made: Product | None = None) -> str:
        if made is None or len(letters) > made.lengths[1]:
            made = self._oligo_product(len(letters))
        if made is None:
            raise NegativeResult(f"no oligo of {len(letters)} bases is made")
        known = self._known.get((letters, "oligo"))
        if known is not None:
            return known
        name = self._new(name)
        self.primers[name] = Order(
            name,
            letters,
            made.id,
            made.cost(len(letters)),
            made.price.currency,
            purpose,
            made.breaches(letters),
        )
        self._known[letters, "oligo"] = name
        self.sequences[name] = letters, False
        return name

    def _taken(self, record: Record) -> str:
        for name, other in self.used.items():
            if other is record:
                return name
        name = self._new(plain_name(record.name or "stock"))
        self.used[name] = record
        self.sequences[name] = str(record.sequence).upper(), record.circular
        return name

    def _new(self, name: str) -> str:
        name = plain_name(name)
        free, number = name, 1
        while free in self.sequences:
            number += 1
            free = plain_name(f"{name}_{number}")
        return free

    def _reaction(
        self,
        name: str,
        method: str,
        inputs: Sequence[str],
        level: int,
        letters: str,
        closed: bool,
        *,
        enzyme_name: str = "",
        junctions: tuple[Junction, ...] = (),
        right: float | None = None,
    ) -> str:
        key = (letters, f"{method} {' '.join(inputs)} {closed}")
        known = self._known.get(key)
        if known is not None:
            return known
        name = self._new(name)
        kind = METHODS[method]
        whole = Letters(letters, Molecule.DNA, "circular" if closed else "linear")
        fidelity = math.prod(j.fidelity for j in junctions) if right is None else right
        clones = 0
        if kind.cloned:
            clones = clones_to_pick(fidelity * self.joined(inputs) * self._intact(inputs))
        self.reactions.append(
            Reaction(
                name,
                method,
                tuple(inputs),
                level,
                len(letters),
                closed,
                Record(whole).seguid,
                enzyme_name,
                junctions,
                fidelity,
                clones,
            )
        )
        self._known[key] = name
        self.sequences[name] = letters, closed
        return name

    def joined(self, inputs: Sequence[str]) -> float:
        """Give the share of inputs whose own joins are right, as far as no clones were picked of them."""
        share = 1.0
        made = {reaction.name: reaction for reaction in self.reactions}
        for name in inputs:
            if name in made and not made[name].clones:
                share *= made[name].fidelity * self.joined(made[name].inputs)
        return share

    def _intact(self, inputs: Sequence[str]) -> float:
        """Give the share of molecules without an error of synthesis."""
        share = 1.0
        made = {reaction.name: reaction for reaction in self.reactions}
        for name in inputs:
            if name in self.orders:
                order = self.orders[name]
                share *= math.exp(
                    -len(order.sequence) / product_of(self.wishes, order.product).errors
                )
            elif name in made and made[name].method in ("pca", "pcr"):
                inner = [n for n in made[name].inputs if n in made]
                oligos = [n for n in made[name].inputs if n in self.primers]
                if made[name].method == "pca":
                    bases = sum(len(self.primers[n].sequence) for n in oligos)
                    share *= math.exp(-bases / self.wishes.oligos.errors)
                else:
                    share *= self._intact(inner)
        return share

    def _junction(self, ground: Ground, cut: int, overlap: int, right: float) -> Junction:
        letters = ground.window(cut, cut + overlap)
        total = len(ground.letters)
        start = cut % total if ground.letters.circular else cut
        note = ""
        far = start + overlap - CORE
        known = ground.letters.circular or far < len(ground.repeated)
        if overlap >= CORE and known and (ground.repeated[start] or ground.repeated[far % total]):
            note = "its bases occur elsewhere in the target"
        degrees = ground.melting(cut, cut + overlap)
        return Junction(start, start + overlap, letters, round(degrees, 1), right, note)

    def _junctions(
        self, ground: Ground, cuts: Sequence[int], overlap: int, enzyme_name: str, right: float
    ) -> tuple[tuple[Junction, ...], float]:
        plain = [self._junction(ground, cut, overlap, right) for cut in cuts]
        if not enzyme_name or not cuts:
            return tuple(plain), right ** len(cuts)
        measured = set_fidelity([j.sequence for j in plain], enzyme_name)
        return (
            tuple(
                replace(j, fidelity=m.fidelity)
                for j, m in zip(plain, measured.junctions, strict=True)
            ),
            measured.fidelity,
        )


def product_of(wishes: Wishes, name: str) -> Product:
    """Give a product of the wishes by its pack, also one from a file."""
    for made in (wishes.fragments, wishes.oligos, wishes.long_oligos):
        if made.id == name:
            return made
    return product(name)


def place_of(ground: Ground, low: int, high: int) -> str:
    """Write a window as people count it, from 1 on; on a circle within one turn."""
    size = len(ground.letters)
    if ground.letters.circular:
        low, high = low % size, (high - 1) % size + 1
    return f"{low + 1}-{high}"


def check_letters(target: Record) -> None:
    """Refuse letters that cannot be ordered, with the place of the first.

    Raises
    ------
    InputError
        There is a letter other than A, C, G and T, or none at all.
    """
    text = str(target.sequence).upper()
    if not text:
        raise InputError("there is nothing to make", record=target.name)
    if str(target.molecule) != "DNA":
        raise InputError(f"the target is {target.molecule}", record=target.name, expected="DNA")
    for position, letter in enumerate(text):
        if letter not in "ACGT":
            others = sum(x not in "ACGT" for x in text)
            raise InputError(
                f"'{letter}' cannot be made"
                + (f", nor {others - 1} other such letters" if others > 1 else ""),
                record=target.name,
                position=position,
                expected="A, C, G and T",
                hint="decide on the letters, or make a library of degenerate oligos",
            )

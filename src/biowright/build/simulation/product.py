"""What a reaction makes: products that know which stretch of which input each letter comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from biowright.bio import End
from biowright.core import (
    Feature,
    InputError,
    Location,
    Molecule,
    Record,
    Topology,
    extract,
    reverse_complement,
)
from biowright.core import Sequence as Letters

from .duplex import BLUNT, Duplex, duplex_seguid

__all__ = ["Part", "Product", "Products"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an input in a product.

    Parameters
    ----------
    input : int
        The number of the input, from 0.
    start, end : int
        The letters that the product takes from it, 0-based and half-open on the input; on a circle
        the end may exceed the length.
    strand : int
        +1, or -1 where the input is read on its other strand.
    before, after : int
        How many more letters of the input, before and behind the stretch as the product reads, equal
        those that the product takes from its neighbours: the overhang or the homology that both have.
    """

    input: int
    start: int
    end: int
    strand: int = 1
    before: int = 0
    after: int = 0

    def __len__(self) -> int:
        return self.end - self.start

    def __bool__(self) -> bool:
        return True

    @property
    def reach(self) -> tuple[int, int]:
        """The letters of the input with those that its neighbours share."""
        low, high = (self.before, self.after)[:: self.strand]
        return self.start - low, self.end + high


@dataclass(frozen=True, slots=True)
class Product:
    """A molecule that a reaction makes.

    Parameters
    ----------
    inputs : tuple of Duplex
        What went into the reaction.
    parts : tuple of Part
        What the product is made of, in order.
    circular : bool
    left, right : End
        Its ends; blunt for a circle.
    probability : float
        That each end finds the partner which this product takes, 0 to 1; see the reaction.
    notes : tuple of str
        What is odd about it.
    name : str

    Examples
    --------
    >>> from biowright.build.simulation import gibson
    >>> [product] = gibson(["CCCCCGGGTATC", "TATCCAAAAAC"], overlap=4)
    >>> str(product.sequence), product.topology, product.probability
    ('CCCCCGGGTATCCAAAAAC', 'linear', 1.0)
    """

    inputs: tuple[Duplex, ...] = field(repr=False)
    parts: tuple[Part, ...]
    circular: bool = False
    left: End = BLUNT
    right: End = BLUNT
    probability: float = 1.0
    notes: tuple[str, ...] = ()
    name: str = "product"

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __bool__(self) -> bool:
        return True

    @property
    def topology(self) -> str:
        """Linear or circular."""
        return str(Topology.CIRCULAR if self.circular else Topology.LINEAR)

    @property
    def sequence(self) -> Letters:
        """The letters, from the leftmost to the rightmost of either strand."""
        data = b"".join(_letters(self.inputs[part.input].record, part) for part in self.parts)
        topology = Topology.CIRCULAR if self.circular else Topology.LINEAR
        return Letters.trusted(data, Molecule.DNA, topology)

    @property
    def seguid(self) -> str:
        """The SEGUID v2 checksum."""
        return duplex_seguid(self.sequence, self.left, self.right)

    @property
    def record(self) -> Record:
        """The product as a record; the features of the inputs follow."""
        sequence = self.sequence
        features: dict[tuple[object, ...], Feature] = {}
        at = len(sequence) if self.circular else 0  # so that nothing lies before the first letter
        for part in self.parts:
            source = self.inputs[part.input].record
            for feature in _features(source, part, at, len(sequence) if self.circular else None):
                if self.circular:
                    feature = _turned(feature, len(sequence))
                key = (feature.type, feature.location, feature.qualifiers)
                features.setdefault(key, feature)
            at += len(part)
        names = dict.fromkeys(self.inputs[part.input].name for part in self.parts)
        return Record(
            sequence,
            self.name,
            description=" + ".join(name for name in names if name),
            features=sorted(features.values(), key=lambda f: (f.location.start, f.location.end)),
        )

    @property
    def duplex(self) -> Duplex:
        """The product as a molecule that can go into another reaction."""
        return Duplex(self.record, self.left, self.right)


@dataclass(frozen=True, slots=True)
class Products:
    """All products of a reaction, the most probable first: a sequence of `Product`.

    Parameters
    ----------
    found : tuple of Product
    complete : bool
        False where there are more than the limit; the others were not looked for.
    notes : tuple of str
        What is odd about the reaction.
    """

    found: tuple[Product, ...] = ()
    complete: bool = True
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Product]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, index: int) -> Product:
        return self.found[index]

    @property
    def circles(self) -> tuple[Product, ...]:
        """Those that are circular."""
        return tuple(product for product in self.found if product.circular)

    def find(self, seguid: str) -> Product | None:
        """Give the product with this checksum, or None."""
        return next((product for product in self.found if product.seguid == seguid), None)

    def only(self) -> Product:
        """Give the one circular product, or the one product.

        Raises
        ------
        InputError
            There is none, or there are several.
        """
        chosen = self.circles or self.found
        if len(chosen) == 1 and self.complete:
            return chosen[0]
        kinds = ", ".join(f"{len(p):,} bp {p.topology}" for p in chosen[:4])
        raise InputError(
            f"the reaction gives {len(chosen) or 'no'} products" + (f": {kinds}" if kinds else ""),
            expected="one",
            hint="; ".join(self.notes) or None,
        )


def ranked(found: list[Product], complete: bool, notes: tuple[str, ...] = ()) -> Products:
    """Sort products, and keep one of those that are the same molecule.

    Where several ways lead to one molecule, their probabilities add up.
    """
    same: dict[str, Product] = {}
    for product in found:
        seguid = product.seguid
        if seguid in same:
            first = same[seguid]
            total = min(1.0, first.probability + product.probability)
            same[seguid] = replace(first, probability=total)
        else:
            same[seguid] = product
    order = sorted(
        same.items(),
        key=lambda item: (-item[1].probability, not item[1].circular, len(item[1]), item[0]),
    )
    return Products(tuple(product for _, product in order), complete, notes)


def _letters(record: Record, part: Part) -> bytes:
    sequence = window(record, part.start, part.end)
    return (sequence if part.strand == 1 else sequence.reverse_complement()).data


def window(record: Record, start: int, end: int) -> Letters:
    """Read letters between any two boundaries; round a circle more than once if need be."""
    length = len(record)
    if not record.circular:
        return record.sequence.window(start, end)
    first, last = start % length, start % length + (end - start)
    if last - first <= length:
        return record.sequence.window(first, last)
    data = record.sequence.data * (last // length + 1)
    return Letters.trusted(data[first:last], Molecule.DNA, Topology.LINEAR)


def _features(record: Record, part: Part, at: int, most: int | None) -> Iterator[Feature]:
    """Give the features of a stretch that begins at a place of the product, at their places there.

    What the stretch shares with its neighbours counts too. In a circle of `most` letters that is shorter
    than both together, the features of the first so many letters are given, and those of the last that
    are whole.
    """
    if not len(record.features):
        return
    reach = part.after + part.before + len(part)
    if most is None or reach <= most:
        yield from _carried(record, part, 0, reach, at - part.before)
        return
    sizes = {(f.type, f.qualifiers): len(f.location) for f in record.features}
    last = {
        (feature.type, feature.qualifiers): feature
        for feature in _carried(record, part, reach - most, reach, at - part.before)
        if len(feature.location) == sizes.get((feature.type, feature.qualifiers))
    }
    for feature in _carried(record, part, 0, most, at - part.before):
        key = (feature.type, feature.qualifiers)
        if len(feature.location) == sizes.get(key) or key not in last:
            yield feature
    yield from last.values()


def _carried(record: Record, part: Part, low: int, high: int, at: int) -> Iterator[Feature]:
    """Give the features of the letters low..high of what a part reaches over, as the product reads it."""
    start, end = part.reach
    start, end = (start + low, start + high) if part.strand == 1 else (end - high, end - low)
    at += low
    length = len(record)
    if record.circular:
        # once round at most: what overlaps itself is not said twice
        end = min(end, start + length)
        start, end = start % length, start % length + (end - start)
    start = max(start, 0)
    if not record.circular:
        end = min(end, length)
    piece = extract(record, start, end)
    if part.strand == -1:
        piece = reverse_complement(piece)
    yield from piece.features.moved(at) if at else piece.features


def _turned(feature: Feature, length: int) -> Feature:
    """Bring spans that lie behind the origin back into the circle."""
    moved = tuple(span.shifted(-(span.start // length) * length) for span in feature.location.parts)
    return replace(feature, location=Location(moved, feature.location.operator))

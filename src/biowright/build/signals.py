"""Signals that arise, or suffer, where a product's pieces meet, by the models of `biowright.design`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from biowright.core import Feature, Record
from biowright.design import SignalChange, Stretch, junction_signals

from .planning.reuse import Match
from .simulation import Product

__all__ = ["product_signals", "target_signals"]

USUAL = ("BsaI", "BsmBI", "BbsI", "SapI")
_SIGNALS = ("promoter", "RBS", "terminator", "regulatory", "5'UTR", "3'UTR")


def product_signals(product: Product, *, enzymes: Sequence[str] = USUAL) -> list[SignalChange]:
    """Find the signals that a product has and none of its inputs, and starts of genes that suffer.

    Parameters
    ----------
    product : Product
        Of a simulated reaction.
    enzymes : sequence of str
        Whose sites are told.

    Returns
    -------
    list of SignalChange
        By place.

    Examples
    --------
    >>> from biowright.build.simulation import gibson
    >>> left, right = "CATCAACATTGACACCTATCAGC", "CACCTATCAGCATCGGTATAATCTACAACATCA"
    >>> [product] = gibson([left, right], overlap=11)
    >>> [change.kind for change in product_signals(product)]
    ['promoter']
    """
    stretches = []
    at = 0
    for part in product.parts:
        source = product.inputs[part.input].record
        stretches.append(Stretch(source, *part.reach, part.strand, at - part.before))
        at += len(part)
    return junction_signals(product.record, stretches, enzymes=enzymes)


def target_signals(
    target: Record,
    cover: Sequence[Match] = (),
    stock: Sequence[Record] = (),
    *,
    enzymes: Sequence[str] = USUAL,
) -> list[SignalChange]:
    """Find the signals of a target that none of the parts has which it is put together from.

    Parts are what is copied from what one has, and the features of promoters, ribosome binding sites,
    genes and terminators that lie end to end.

    Parameters
    ----------
    target : Record
    cover : sequence of Match
        Which stretches are copied, of which of the `stock`.
    stock : sequence of Record
    enzymes : sequence of str
        Whose sites are told.
    """
    copied = [Stretch(stock[m.source], m.at, m.at + len(m), m.strand, m.start) for m in cover]
    tiled, seams = _tiles(target)
    near = [(place, place) for place in seams]
    size = len(target)
    for stretch in copied:
        for place in (stretch.at, stretch.at + len(stretch)):
            place = place % size if target.circular else place
            if target.circular or 0 < place < size:
                near.append((place, place))
    if not near:
        return []
    # a part as a feature counts only where it is not known from where it was copied
    return junction_signals(target, [*copied, *tiled], near=near, enzymes=enzymes)


def held_signals(
    target: Record, made: Record, known: Sequence[SignalChange], *, enzymes: Sequence[str] = USUAL
) -> list[SignalChange]:
    """Find the signals of a target with a vector in it: those that are known, moved, and the new ones.

    Parameters
    ----------
    target, made : Record
        Without and with the vector, which stands in one place.
    known : sequence of SignalChange
        Of the target.
    enzymes : sequence of str
    """
    size, more = len(target), len(made) - len(target)
    old, new = target.sequence.upper().data, made.sequence.upper().data
    place = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), size)
    # letters that the vector begins with may be those that follow
    while old[place:] != new[place + more :]:
        place -= 1
    moved = [
        replace(c, start=c.start + more, end=c.end + more)
        if c.start >= place
        else replace(c, end=c.end + (more if c.end > size else 0))
        for c in known
        if not c.start < place < c.end
    ]
    vector = Record(made.sequence.window(place, place + more), "the vector")
    stretches = [
        Stretch(target, 0, place, 1, 0),
        Stretch(vector, 0, more, 1, place),
        Stretch(target, place, size, 1, place + more),
    ]
    seams = [(place, place), (place + more, place + more)]
    return moved + junction_signals(made, stretches, near=seams, enzymes=enzymes)


def _tiles(target: Record) -> tuple[list[Stretch], list[int]]:
    """Give features that lie end to end as parts, and where they meet."""
    spans: dict[tuple[int, int], Feature] = {}
    for feature in target.features:
        local = feature.location.local
        if feature.type in ("source", "gene") or len(local) != 1:
            continue
        spans.setdefault((local[0].start, local[0].end), feature)
    ordered = sorted(spans)
    begins = {start for start, _ in ordered}
    by_start: dict[int, list[tuple[int, int]]] = {}
    for span in ordered:
        by_start.setdefault(span[0], []).append(span)
    tiles: dict[tuple[int, int], None] = {}
    seams = []
    for span in ordered:
        if span[1] not in begins:
            continue
        for other in by_start[span[1]]:
            if any(_is_part(spans[each]) for each in (span, other)):
                tiles[span] = tiles[other] = None
                seams.append(span[1])
    made = []
    for start, end in tiles:
        name = spans[start, end].qualifiers.first("label", "") or spans[start, end].type
        made.append(
            Stretch(Record(target.sequence.window(start, end), str(name)), 0, end - start, 1, start)
        )
    return made, sorted(set(seams))


def _is_part(feature: Feature) -> bool:
    note = str(feature.qualifiers.first("note", ""))
    return feature.type in _SIGNALS or note.startswith("slot ")

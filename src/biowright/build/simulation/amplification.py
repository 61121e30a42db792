"""PCR: what primers amplify, on circles over the origin, with tails, mismatches and ambiguous letters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from biowright.bio import find
from biowright.core import InputError, Record
from biowright.core import Sequence as Letters

from .duplex import Duplex, Given, as_duplex
from .product import Part, Product, Products, ranked

__all__ = ["PrimerSite", "pcr", "primer_sites"]

Primer = Record | Letters | str


@dataclass(frozen=True, slots=True)
class PrimerSite:
    """A place where a primer's 3' end anneals.

    Parameters
    ----------
    primer : int
        The number of the primer, from 0.
    start, end : int
        The letters of the template that pair with the primer's 3' end, as many as do without a gap in
        the pairing beyond the mismatches that were allowed; on a circle the end may exceed the length.
    strand : int
        +1 where the primer reads as the template does, so that it is extended to the right.
    mismatches : int
    """

    primer: int
    start: int
    end: int
    strand: int
    mismatches: int = 0


def pcr(
    template: Given,
    forward: Primer,
    reverse: Primer,
    *,
    anneal: int = 14,
    mismatches: int = 0,
    limit: int = 1000,
) -> Products:
    """Amplify a template with two primers; all products, also those of one primer alone.

    Parameters
    ----------
    template : Duplex, Record, Sequence or str
        Linear or circular; on a circle the product may cross the origin.
    forward, reverse : Record, Sequence or str
        5'→3'. Either may have a tail at its 5' end, and ambiguous letters; U counts as T.
    anneal : int, default 14
        How many letters at the 3' end must pair.
    mismatches : int, default 0
        How many of them may not; the product has the primer's letters.
    limit : int, default 1000
        After so many products no more are looked for.

    Returns
    -------
    Products
        Inputs are the template and the two primers. Each product ends with a primer on both sides; the
        notes say where one primer made both ends.

    Raises
    ------
    InputError
        A primer is shorter than what must pair, or a number is out of range.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> plasmid = Sequence("CATGGCTAGCTTTTTGGATCCGATACG", topology="circular")
    >>> product = pcr(plasmid, "AAAAGATACGCAT", "GGGGAGCTAGCC", anneal=8).only()
    >>> str(product.sequence)
    'AAAAGATACGCATGGCTAGCTCCCC'
    """
    target = as_duplex(template, "template")
    primers = [as_primer(forward, "forward"), as_primer(reverse, "reverse")]
    if limit < 1:
        raise InputError(f"a limit of {limit} products", expected="1 or more")
    sites = primer_sites(target.record, primers, anneal=anneal, mismatches=mismatches)
    notes = [
        f"{primer.name} anneals nowhere"
        for i, primer in enumerate(primers)
        if not any(site.primer == i for site in sites)
    ]
    inputs = (target, *(Duplex(primer) for primer in primers))
    found: list[Product] = []
    complete = True
    right = [site for site in sites if site.strand == 1]
    left = [site for site in sites if site.strand == -1]
    for one in right:
        for other in left:
            parts = _parts(target.record, one, other, [len(p) for p in primers])
            if parts is None:
                continue
            if len(found) == limit:
                complete = False
                break
            alone = one.primer == other.primer
            remark = (f"{primers[one.primer].name} makes both ends",) if alone else ()
            found.append(Product(inputs, parts, notes=remark, name=f"{target.name}_pcr"))
    share = 1.0 / len(found) if found else 1.0
    products = [replace(product, probability=share) for product in found]
    return ranked(products, complete, tuple(notes))


def as_primer(given: Primer, name: str) -> Record:
    """Take letters as a primer; U, which stands for T, is read as T."""
    if isinstance(given, str):
        given = Letters("".join(given.split()))
    if isinstance(given, Letters):
        given = Record(given, name)
    if not isinstance(given, Record):
        raise InputError(f"{type(given).__name__} is no primer", expected="letters 5'→3'")
    if not len(given):
        raise InputError("the primer is empty", record=given.name)
    if given.circular:
        raise InputError("a primer is no circle", record=given.name)
    return given.changed(sequence=given.sequence.to_dna())


def primer_sites(
    template: Record,
    primers: Iterable[Record],
    *,
    anneal: int = 14,
    mismatches: int = 0,
) -> list[PrimerSite]:
    """Find where the 3' ends of primers anneal, on both strands and over the origin of a circle.

    Parameters
    ----------
    template : Record
    primers : iterable of Record
    anneal, mismatches : int
        As in `pcr`.

    Returns
    -------
    list of PrimerSite
        By primer, then by start.

    Raises
    ------
    InputError
        A primer is shorter than what must pair, or a number is out of range.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> site = primer_sites(Record(Sequence("AACCGTACGTTT")), [Record(Sequence("GGGACGTAC"))], anneal=6)
    >>> [(s.start, s.end, s.strand) for s in site]
    [(4, 10, -1)]
    """
    if anneal < 1:
        raise InputError(f"{anneal} letters that pair", expected="1 or more")
    if not 0 <= mismatches < anneal:
        raise InputError(f"{mismatches} mismatches", expected=f"0 to {anneal - 1}")
    found = []
    for number, primer in enumerate(primers):
        if len(primer) < anneal:
            raise InputError(
                f"the primer has {len(primer)} letters, and {anneal} must pair",
                record=primer.name,
                hint="lower `anneal`, or use a longer primer",
            )
        foot = primer.sequence[len(primer) - anneal :]
        for strand in (1, -1):
            for hit in find(template, foot, strands=[strand], mismatches=mismatches):
                size = anneal + _more(template, primer, hit.start, hit.end, strand, anneal)
                start, end = (
                    (hit.end - size, hit.end) if strand == 1 else (hit.start, hit.start + size)
                )
                if start < 0:
                    start, end = start + len(template), end + len(template)
                found.append(PrimerSite(number, start, end, strand, hit.mismatches))
    return found


def _more(template: Record, primer: Record, start: int, end: int, strand: int, anneal: int) -> int:
    """Count how many letters further 5' pair without a mismatch."""
    data, length = template.sequence.data.upper(), len(template)
    tail = primer.sequence.data.upper()[: len(primer) - anneal]
    if strand == -1:
        tail = Letters(tail).reverse_complement().data[::-1] if tail else tail
    room = len(primer) - anneal
    if template.circular:
        room = min(room, length - (end - start))
    count = 0
    while count < room:
        place = start - 1 - count if strand == 1 else end + count
        if not template.circular and not 0 <= place < length:
            break
        if data[place % length] != tail[len(tail) - 1 - count]:
            break
        count += 1
    return count


def _parts(
    template: Record, one: PrimerSite, other: PrimerSite, sizes: list[int]
) -> tuple[Part, ...] | None:
    """Lay primer, template and primer end to end, or None where they do not face each other."""
    length = len(template)
    first, last = sizes[one.primer], sizes[other.primer]
    foot, other_foot = one.end - one.start, other.end - other.start
    gap = other.start - one.end
    if template.circular:
        gap %= length
    elif gap < 0 and (other.start < one.start or other.end < one.end):
        return None
    if gap >= 0:
        return (
            Part(1 + one.primer, 0, first),
            Part(0, one.end, one.end + gap, 1, foot, other_foot),
            Part(1 + other.primer, 0, last, -1),
        )
    # the primers overlap: what the second adds lies behind the first one's 3' end
    return (
        Part(1 + one.primer, 0, first),
        Part(1 + other.primer, 0, last + gap, -1, -gap),
    )

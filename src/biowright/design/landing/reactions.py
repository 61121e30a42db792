"""What a recombinase makes of a genome: integration, exchange of cassettes, excision, inversion.

Each reaction gives the record afterwards, base for base, its features following, with the sites that
are left behind. Where the strands are exchanged both sites read the same, so that it does not matter at
which letter of the core that happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from biowright.bio import RecombinaseSite, attachment_sites, find_recombinase_sites
from biowright.core import (
    Feature,
    InputError,
    Location,
    Record,
    circularise,
    extract,
    insert,
    linearise,
    reverse_complement,
    rotate,
)
from biowright.core import Sequence as Letters
from biowright.core import delete as delete_window
from biowright.core import replace as replace_window

__all__ = ["Reaction", "Scar", "exchange", "excise", "integrate", "invert"]

_LARGEST = 200_000  # nt of a cassette that is exchanged


@dataclass(frozen=True, slots=True)
class Scar:
    """A site that a reaction leaves behind.

    Parameters
    ----------
    name : str
        ``attL``, ``attR``, or the kinds of the sites whose arms it has: ``lox71/lox66``.
    start, end : int
        In the record afterwards; over the origin of a circle the end exceeds the length.
    strand : int
        The strand on which it reads as its name says.
    letters : str
        On that strand.
    """

    name: str
    start: int
    end: int
    strand: int
    letters: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """One way in which a recombinase changes a record.

    Parameters
    ----------
    kind : str
        ``integration``, ``exchange``, ``excision`` or ``inversion``.
    record : Record
        Afterwards; the scars are features of it.
    sites : tuple of RecombinaseSite
        Of the record before, in ascending order.
    start, end : int
        What is new in the record afterwards, from core to core; the same for an excision.
    scars : tuple of Scar
    lost : Record, optional
        The circle that is cut out, or the stretch that is exchanged.
    """

    kind: str
    record: Record
    sites: tuple[RecombinaseSite, ...]
    start: int
    end: int
    scars: tuple[Scar, ...]
    lost: Record | None = None


def integrate(record: Record, donor: Record, recombinase: str) -> list[Reaction]:
    """Integrate a circle into a record, at each pair of sites that recombine.

    Parameters
    ----------
    record : Record
        Linear or circular.
    donor : Record
        Circular.
    recombinase : str
        One of `biowright.bio.recombinases`.

    Returns
    -------
    list of Reaction
        Empty where no site of the donor recombines with one of the record.

    Raises
    ------
    InputError
        The donor is linear: at a single site it would break the genome.

    Examples
    --------
    >>> from biowright.bio import attachment_site
    >>> b, p = (attachment_site(f"att{x}-Bxb1").letters for x in "BP")
    >>> donor = Record(Letters(p + "AAAAAA", topology="circular"), "payload")
    >>> (made,) = integrate(Record(Letters("CCC" + b + "GGG"), "genome"), donor, "Bxb1")
    >>> len(made.record), [(scar.name, scar.strand) for scar in made.scars]
    (97, [('attL', 1), ('attR', 1)])
    """
    if not donor.circular:
        raise InputError(
            f"the donor '{donor.name}' is linear: at one site it would break the genome",
            hint="circularise it, or give it two sites for an exchange",
        )
    length = len(donor)
    made = []
    for ours, theirs, way in _pairs(record, donor, recombinase):
        turned = donor if way == 1 else reverse_complement(donor)
        low, border, high = _oriented(theirs, way, length)
        piece = linearise(turned, border % length)
        at = ours.core[1] if ours.core[1] <= len(record) else ours.core[1] - len(record)
        grown = insert(record, at, piece)
        ahead, behind = ours.core[1] - ours.start, ours.end - ours.core[1]
        first = _scar(grown, at - ahead, at + high - border, ours, theirs)
        last = _scar(grown, at + length - (border - low), at + length + behind, theirs, ours, ours)
        grown = _marked(grown, recombinase, (first, last))
        made.append(Reaction("integration", grown, (ours,), at, at + length, (first, last)))
    return made


def exchange(
    record: Record, donor: Record, recombinase: str, *, largest: int = _LARGEST
) -> list[Reaction]:
    """Exchange what lies between two sites of a record for what lies between two of a donor.

    The two sites of each molecule must not recombine with each other (another core, or both the same
    half of attB and attP), or the cassette would be cut out instead.

    Parameters
    ----------
    record, donor : Record
        Linear or circular.
    recombinase : str
    largest : int
        Longer stretches of the record are not looked at.

    Examples
    --------
    >>> from biowright.bio import attachment_site
    >>> one, two = attachment_site("loxP").letters, attachment_site("lox2272").letters
    >>> genome = Record(Letters("CCC" + one + "TTTT" + two + "GGG"), "genome")
    >>> donor = Record(Letters(one + "AAAAAA" + two, topology="circular"), "payload")
    >>> [made] = exchange(genome, donor, "Cre")
    >>> str(made.record.sequence) == "CCC" + one + "AAAAAA" + two + "GGG"
    True
    """
    matches = list(_pairs(record, donor, recombinase))
    whole, length = len(record), len(donor)
    made = []
    for a, c, way in matches:
        for b, d, other in matches:
            if other != way or a.core == b.core or c.core == d.core:
                continue
            if a.recombines(b) or c.recombines(d):
                continue
            span = b.core[1] - a.core[1]
            span += whole if span < 0 and record.circular else 0
            if not 0 < span <= min(largest, whole // 2 or 1):
                continue
            turned = donor if way == 1 else reverse_complement(donor)
            (_, c_border, c_high), (d_low, d_border, _) = (
                _oriented(site, way, length) for site in (c, d)
            )
            size = d_border - c_border
            size += length if size < 0 and donor.circular else 0
            if size <= 0:
                continue
            at = c_border % length if donor.circular else c_border
            piece = extract(turned, at, at + size)
            opened, shift = _opened(record, a, b)
            start = a.core[1] - shift
            lost = extract(opened, start, start + span)
            after = replace_window(opened, start, start + span, piece)
            left = _scar(after, start - (a.core[1] - a.start), start + c_high - c_border, a, c)
            right = _scar(
                after,
                start + size - (d_border - d_low),
                start + size + b.end - b.core[1],
                d,
                b,
                b,
            )
            after = _marked(after, recombinase, (left, right))
            made.append(
                Reaction("exchange", after, (a, b), start, start + size, (left, right), lost)
            )
    return made


def excise(record: Record, recombinase: str, *, largest: int | None = None) -> list[Reaction]:
    """Cut out what lies between two sites that point the same way, once for each such pair.

    Parameters
    ----------
    record : Record
    recombinase : str
    largest : int, optional
        Longer stretches are not looked at.

    Examples
    --------
    >>> from biowright.bio import attachment_site
    >>> frt = attachment_site("FRT").letters
    >>> [made] = excise(Record(Letters("CCC" + frt + "TTTT" + frt + "GGG"), "genome"), "FLP")
    >>> str(made.record.sequence) == "CCC" + frt + "GGG", len(made.lost)
    (True, 38)
    """
    made = []
    for a, b, span in _same_way(record, recombinase, 1, largest):
        opened, shift = _opened(record, a, b)
        start = a.core[1] - shift
        lost = circularise(extract(opened, start, start + span))
        after = delete_window(opened, start, start + span)
        scar = _scar(after, start - (a.core[1] - a.start), start + b.end - b.core[1], a, b)
        after = _marked(after, recombinase, (scar,))
        made.append(Reaction("excision", after, (a, b), start, start, (scar,), lost))
    return made


def invert(record: Record, recombinase: str, *, largest: int | None = None) -> list[Reaction]:
    """Turn round what lies between two sites that point at each other, or away; once for each pair.

    Examples
    --------
    >>> from biowright.bio import attachment_site
    >>> lox = attachment_site("loxP").letters
    >>> back = str(Letters(lox).reverse_complement())
    >>> [made] = invert(Record(Letters("CCC" + lox + "TTTT" + back + "GGG"), "genome"), "Cre")
    >>> str(made.record.sequence) == "CCC" + lox + "AAAA" + back + "GGG"
    True
    """
    made = []
    for a, b, _ in _same_way(record, recombinase, -1, largest):
        opened, shift = _opened(record, a, b)
        low = a.core[1] - shift
        high = low + (b.core[0] - a.core[1]) % (len(record) or 1)
        if high <= low:
            continue
        turned = reverse_complement(extract(opened, low, high))
        after = replace_window(opened, low, high, turned)
        arm, other = b.core[0] - b.start, a.end - a.core[1]
        left = _scar(after, low - (a.core[1] - a.start), low + arm, a, b)
        right = _scar(after, high - other, high + b.end - b.core[0], a, b, b)
        after = _marked(after, recombinase, (left, right))
        made.append(Reaction("inversion", after, (a, b), low, high, (left, right)))
    return made


def _pairs(
    record: Record, donor: Record, recombinase: str
) -> Iterator[tuple[RecombinaseSite, RecombinaseSite, int]]:
    """Walk the pairs of sites that recombine, each pair of places once for each way round."""
    ours = find_recombinase_sites(record, recombinase)
    theirs = find_recombinase_sites(donor, recombinase)
    seen = set()
    for one in ours:
        for other in theirs:
            way = one.strand * other.strand
            key = (one.core, other.core, way)
            if key not in seen and one.recombines(other):
                seen.add(key)
                # the first of both strands' readings is the forward one of ours
                yield one, other, way


def _same_way(
    record: Record, recombinase: str, way: int, largest: int | None
) -> Iterator[tuple[RecombinaseSite, RecombinaseSite, int]]:
    """Walk the pairs of sites of a record that point the same way, or against each other."""
    sites = find_recombinase_sites(record, recombinase)
    whole = len(record)
    seen = set()
    for one in sites:
        for other in sites:
            key = frozenset((one.core, other.core))
            if one.core == other.core or key in seen or one.strand * other.strand != way:
                continue
            if not one.recombines(other):
                continue
            a, b = sorted((one, other), key=lambda site: site.core)
            span = b.core[1] - a.core[1]
            if record.circular and span > whole - span:
                a, b, span = b, a, whole - span  # the shorter way round is what is cut out
            if largest is None or span <= largest:
                seen.add(key)
                yield a, b, span


def _oriented(site: RecombinaseSite, way: int, length: int) -> tuple[int, int, int]:
    """Give start, end of the core and end of a site on the donor as it is put in."""
    if way == 1:
        return site.start, site.core[1], site.end
    return length - site.end, length - site.core[0], length - site.start


def _opened(record: Record, a: RecombinaseSite, b: RecombinaseSite) -> tuple[Record, int]:
    """Turn a circle so that the window from one site to the next does not lie over its origin."""
    if not record.circular or (a.start < b.start and b.end <= len(record)):
        return record, 0
    return rotate(record, a.start), a.start


def _scar(
    record: Record,
    start: int,
    end: int,
    left: RecombinaseSite,
    right: RecombinaseSite,
    ours: RecombinaseSite | None = None,
) -> Scar:
    """Name and read what the left arm of one site and the right arm of another make."""
    strand = (ours or left).strand
    one, other = (left.name, right.name)[::strand]
    name = {("attB", "attP"): "attL", ("attP", "attB"): "attR"}.get((one, other))
    if start < 0:
        start, end = start + len(record), end + len(record)
    letters = _read(record, start, end)
    if strand == -1:
        letters = str(Letters(letters).reverse_complement())
    if name is None:
        known = {site.letters: site.name for site in attachment_sites()}
        back = str(Letters(letters).reverse_complement())
        if (
            letters not in known and back in known
        ):  # its arms mirror each other: it points the other way
            letters, strand = back, -strand
        name = known.get(letters) or (one if one == other else f"{one}/{other}")
    return Scar(name, start, end, strand, letters)


def _read(record: Record, start: int, end: int) -> str:
    return str(record.sequence.window(start, end)).upper()


def _marked(record: Record, recombinase: str, scars: tuple[Scar, ...]) -> Record:
    added = [
        Feature(
            "misc_recomb",
            Location.of((scar.start, scar.end), strand=scar.strand),
            {"label": scar.name, "note": f"left by {recombinase}"},
        )
        for scar in scars
    ]
    return record.changed(features=record.features + added)

"""Site-specific recombination: Cre/lox, FLP/FRT and their like, integrases, Gateway.

A recombinase cuts two sites at the same core and joins the left arm of each to the right arm of the
other. Where the two sites lie decides what comes of it: two circles fuse, a stretch between sites that
point the same way is excised, one between sites that point at each other is inverted, and what lies
between two pairs of sites is exchanged (Gateway).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from biowright.bio import End, RecombinaseSite, find_recombinase_sites, recombinases
from biowright.core import InputError

from .duplex import BLUNT, Duplex, Given, as_duplexes
from .joining import LIMIT
from .product import Part, Product, Products, ranked

__all__ = ["RecombinationSite", "gateway", "recombinases", "recombination_sites", "recombine"]

_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class RecombinationSite(RecombinaseSite):
    """A site of one of several molecules; what it is says `biowright.bio.RecombinaseSite`.

    Parameters
    ----------
    input : int
        The number of the molecule.
    """

    input: int


def recombination_sites(
    molecules: Iterable[Given] | Given, recombinase: str
) -> list[RecombinationSite]:
    """Find the sites of a recombinase in several molecules: see `biowright.bio.find_recombinase_sites`.

    Examples
    --------
    >>> lox = "ATAACTTCGTATAGCATACATTATACGAAGTTAT"
    >>> sites = recombination_sites(["GG", "CC" + lox], "Cre")
    >>> [(s.input, s.name, s.start, s.strand) for s in sites]
    [(1, 'loxP', 2, 1), (1, 'loxP', 2, -1)]
    """
    return [
        RecombinationSite(s.name, s.start, s.end, s.core, s.strand, s.letters, s.partners, number)
        for number, given in enumerate(as_duplexes(molecules))
        for s in find_recombinase_sites(given.record, recombinase)
    ]


def recombine(
    molecules: Iterable[Given] | Given,
    recombinase: str,
    *,
    exchanges: int | None = None,
    limit: int = LIMIT,
) -> Products:
    """Recombine molecules at the sites of a recombinase.

    Parameters
    ----------
    molecules : iterable of Duplex, Record, Sequence or str, or one
        Each is there once; give it twice for products with two copies.
    recombinase : str
        One of `recombinases`.
    exchanges : int, optional
        How many pairs of sites recombine at most; by default as many as can.
    limit : int
        After so many products no more are looked for.

    Returns
    -------
    Products
        Every molecule that one or more exchanges make, each as probable as the others.

    Raises
    ------
    InputError
        There is no such recombinase, or a number is below 1.

    Examples
    --------
    >>> lox = "ATAACTTCGTATAGCATACATTATACGAAGTTAT"
    >>> products = recombine(f"GGG{lox}AAAAA{lox}CCC", "Cre")
    >>> sorted((product.topology, len(product)) for product in products)
    [('circular', 39), ('linear', 40)]
    """
    inputs = as_duplexes(molecules)
    if limit < 1 or (exchanges is not None and exchanges < 1):
        raise InputError("the limit and the exchanges are numbers of 1 or more")
    sites = recombination_sites(inputs, recombinase)
    pairs = _pairs(sites)
    notes: list[str] = []
    if not pairs:
        names = sorted({site.name for site in sites})
        notes.append(
            f"no two sites of {recombinase} recombine: there is {', '.join(names) or 'none'}"
        )
    found: list[Product] = []
    complete = True
    seen: set[tuple[tuple[Part, ...], bool]] = set()
    for steps, chosen in enumerate(_matchings(pairs, exchanges or len(sites))):
        if steps >= _STEPS:
            complete = False
            break
        for parts, closed in _walks(inputs, chosen):
            if (parts, closed) in seen or len(parts) == 0:
                continue
            if len(found) == limit:
                complete = False
                break
            seen.add((parts, closed))
            ends = (
                (BLUNT, BLUNT)
                if closed
                else (_end(inputs, parts[0], True), _end(inputs, parts[-1], False))
            )
            found.append(Product(tuple(inputs), parts, closed, *ends))
        if not complete:
            break
    if not complete:
        notes.append(f"there may be more products than the {len(found):,} that were found")
    made = ranked(found, complete, tuple(notes))
    share = 1.0 / len(made) if len(made) else 1.0
    return Products(
        tuple(replace(product, probability=share) for product in made), made.complete, made.notes
    )


def gateway(molecules: Iterable[Given], reaction: str, *, limit: int = LIMIT) -> Products:
    """Recombine att sites: BP makes entry clones, LR expression clones; also with several fragments.

    Parameters and errors as in `recombine`; `reaction` is ``BP`` or ``LR``.

    Examples
    --------
    >>> insert = "GGGGACAAGTTTGTACAAAAAAGCAGGCTCCATGGCCACCCAGCTTTCTTGTACAAAGTGGTCCCC"
    >>> [s.name for s in recombination_sites(insert, "BP")]
    ['attB1', 'attB2']
    """
    if reaction.upper() not in ("BP", "LR"):
        raise InputError(f"there is no Gateway reaction '{reaction}'", expected="BP or LR")
    return recombine(molecules, reaction.upper(), limit=limit)


_Pair = tuple[RecombinationSite, RecombinationSite]


def _place(site: RecombinationSite) -> tuple[int, int]:
    return site.input, site.core[0]


def _pairs(sites: Sequence[RecombinationSite]) -> list[_Pair]:
    """Give the pairs of sites that recombine, each pair of places once for each way round."""
    pairs: dict[tuple[object, ...], _Pair] = {}
    for one in sites:
        for other in sites:
            if _place(one) >= _place(other) or one.letters != other.letters:
                continue
            if other.name in one.partners and one.name in other.partners:
                turned = one.strand * other.strand
                pairs.setdefault((_place(one), _place(other), turned), (one, other))
    return list(pairs.values())


def _matchings(pairs: Sequence[_Pair], most: int) -> Iterator[list[_Pair]]:
    """Give all sets of pairs in which each place is once, the small sets first."""
    layer: list[tuple[int, list[_Pair]]] = [(-1, [])]
    for _ in range(most):
        following = []
        for last, chosen in layer:
            used = {_place(site) for pair in chosen for site in pair}
            for number in range(last + 1, len(pairs)):
                if not {_place(site) for site in pairs[number]} & used:
                    following.append((number, [*chosen, pairs[number]]))
                    yield following[-1][1]
            if len(following) > _STEPS:
                return
        layer = following
        if not layer:
            return


def _walks(
    inputs: Sequence[Duplex], chosen: Sequence[_Pair]
) -> Iterator[tuple[tuple[Part, ...], bool]]:
    """Give the molecules that the exchanges make."""
    partner: dict[tuple[int, int], tuple[RecombinationSite, int]] = {}
    cores: dict[int, list[RecombinationSite]] = {}
    for one, other in chosen:
        way = one.strand * other.strand
        partner[_place(one)] = (other, way)
        partner[_place(other)] = (one, way)
        cores.setdefault(one.input, []).append(one)
        cores.setdefault(other.input, []).append(other)
    for row in cores.values():
        row.sort(key=lambda site: site.core[0])
    left: set[tuple[int, int]] = {
        (number, i)
        for number, row in cores.items()
        for i in range(len(row) + (0 if inputs[number].circular else 1))
    }
    # chains begin at the ends of linear molecules, what is left are circles
    starts = [(n, 0, 1) for n in sorted(cores) if not inputs[n].circular]
    starts += [(n, len(cores[n]), -1) for n in sorted(cores) if not inputs[n].circular]
    for number, segment, strand in starts:
        if (number, segment) in left:
            yield _walk(inputs, cores, partner, left, number, segment, strand)
    while left:
        number, segment = min(left)
        yield _walk(inputs, cores, partner, left, number, segment, 1)


def _walk(
    inputs: Sequence[Duplex],
    cores: dict[int, list[RecombinationSite]],
    partner: dict[tuple[int, int], tuple[RecombinationSite, int]],
    left: set[tuple[int, int]],
    number: int,
    segment: int,
    strand: int,
) -> tuple[tuple[Part, ...], bool]:
    """Go from segment to segment; each part has the core at which it is left, not that before it."""
    parts: list[Part] = []
    first = (number, segment)
    while True:
        left.discard((number, segment))
        row, given = cores[number], inputs[number]
        low_site, high_site = _borders(row, segment, given.circular)
        low = 0 if low_site is None else low_site.core[1]
        high = len(given) if high_site is None else high_site.core[0]
        if low_site is not None and high_site is not None and given.circular and high < low:
            high += len(given)
        if low_site is high_site and high_site is not None and given.circular:
            high = low + len(given) - (low_site.core[1] - low_site.core[0])
        exit_site = high_site if strand == 1 else low_site
        entry_site = low_site if strand == 1 else high_site
        size = 0 if exit_site is None else exit_site.core[1] - exit_site.core[0]
        before = 0 if entry_site is None else entry_site.core[1] - entry_site.core[0]
        start, end = (low, high + size) if strand == 1 else (low - size, high)
        if start < 0 and given.circular:
            start, end = start + len(given), end + len(given)
        parts.append(Part(number, start, end, strand, before))
        if exit_site is None:
            return tuple(parts), False
        mate, way = partner[_place(exit_site)]
        number, strand = mate.input, strand * way
        place = next(i for i, site in enumerate(cores[number]) if _place(site) == _place(mate))
        if inputs[number].circular:
            segment = place if strand == 1 else (place - 1) % len(cores[number])
        else:
            segment = place + 1 if strand == 1 else place
        if (number, segment) == first:
            return tuple(parts), True
        if (number, segment) not in left:
            return (), True


def _borders(
    row: Sequence[RecombinationSite], segment: int, circular: bool
) -> tuple[RecombinationSite | None, RecombinationSite | None]:
    """Give the sites before and behind a segment; that behind the first core of a circle is 0."""
    if circular:
        return row[segment], row[(segment + 1) % len(row)]
    return (
        row[segment - 1] if segment else None,
        row[segment] if segment < len(row) else None,
    )


def _end(inputs: Sequence[Duplex], part: Part, first: bool) -> End:
    given = inputs[part.input]
    return given.left if first == (part.strand == 1) else given.right

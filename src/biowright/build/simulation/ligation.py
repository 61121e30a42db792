"""Cutting and pasting: digests, ligation, Golden Gate and its nested levels.

How surely the ends find each other is taken from measured ligation where a matrix is given: of all
ligations of the two ends of a junction, to any end in the tube, the share that joins the two. For a
Golden Gate of n junctions the product over them is the fidelity of the set of overhangs, the measure of
Pryor et al. 2020 (doi:10.1371/journal.pone.0238592).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from biowright.bio import End, Enzyme, cut_sites, digest, enzyme
from biowright.build.fidelity_matrix import (
    LigationMatrix,
    ligation_matrices,
    ligation_matrix,
    other_strand,
)
from biowright.core import InputError, Molecule
from biowright.core import Sequence as Letters

from .duplex import Duplex, Given, as_duplex, as_duplexes
from .joining import LIMIT, Join, Piece, assemble
from .product import Part, Product, Products, window

__all__ = ["cut", "golden_gate", "ligate", "restrict_and_ligate"]

Enzymes = Enzyme | str | Iterable[Enzyme | str]


def cut(molecule: Given, enzymes: Enzymes, methylation: Iterable[str] = ()) -> Products:
    """Digest a molecule completely, and give its fragments with their ends.

    Parameters
    ----------
    molecule : Duplex, Record, Sequence or str
    enzymes : Enzyme, name, or iterable of them
    methylation : iterable of str, default ()
        The methylases that were at work on it, if it is a circle; see `biowright.bio.digest`.

    Returns
    -------
    Products
        From left to right; the notes say which sites were left uncut, and why.

    Examples
    --------
    >>> [(len(f), f.left.overhang, f.right.overhang) for f in cut("CCGAATTCGG", "EcoRI")]
    [(7, '', 'AATT'), (7, 'AATT', '')]
    """
    given = as_duplex(molecule, "input1", tuple(methylation))
    pieces, notes = _digested(0, given, _enzymes(enzymes))
    whole = given.circular and len(pieces) == 0
    if whole:
        parts = (Part(0, 0, len(given)),)
        return Products((Product((given,), parts, True, name=given.name),), True, notes)
    found = tuple(
        Product(
            (given,),
            (Part(0, piece.start, piece.end),),
            False,
            piece.left,
            piece.right,
            name=f"{given.name}_{number}",
        )
        for number, piece in enumerate(pieces, 1)
    )
    return Products(found, True, notes)


def ligate(
    molecules: Iterable[Given],
    *,
    matrix: LigationMatrix | str | None = None,
    mispairs: float | None = None,
    blunt: bool = False,
    circular: bool = False,
    each: bool = False,
    limit: int = LIMIT,
) -> Products:
    """Ligate ends that fit.

    Parameters
    ----------
    molecules : iterable of Duplex, Record, Sequence or str
        Each is used once at most in a product; give it twice to allow a product with two copies.
    matrix : LigationMatrix or str, optional
        Measured ligation, for the probabilities; without it all ends that fit are alike. Overhangs of
        another length than the matrix' are as without it.
    mispairs : float, optional
        With a matrix: overhangs that do not fit are ligated where that is at least this share of all
        ligations of the two ends, and such products are noted. 0.01 is a sensible value.
    blunt : bool, default False
        Blunt ends are ligated too.
    circular : bool, default False
        Only circles.
    each : bool, default False
        Only products in which each of the molecules is.
    limit : int
        As in all reactions: after so many products no more are looked for.

    Returns
    -------
    Products
        Circles, and chains whose outer ends fit no end in the tube.

    Raises
    ------
    InputError
        There is nothing to ligate, or the limit is below 1.

    Examples
    --------
    >>> insert = cut("TTGGTCTCAAATGCCCCGCTTTGAGACCTT", "BsaI")[1]
    >>> other = cut("TTGGTCTCAGCTTCCCCTACTTGAGACCTT", "BsaI")[1]
    >>> product = ligate([insert.duplex, other.duplex]).only()
    >>> str(product.sequence), product.left.overhang, product.right.overhang
    ('AATGCCCCGCTTCCCCTACT', 'AATG', 'AGTA')
    """
    inputs = as_duplexes(molecules)
    pieces, notes = [], []
    for number, given in enumerate(inputs):
        if given.circular:
            notes.append(f"{given.name} is a circle: it has no ends to ligate")
        else:
            pieces.append(Piece(number, 0, len(given), given.left, given.right))
    ends = [i for i, end in enumerate(_ends(pieces)) if blunt or end.overhang]
    joins = _joins(pieces, ends, _matrix(matrix), mispairs)
    return assemble(
        inputs, pieces, joins, limit=limit, circular=circular, each=each, notes=tuple(notes)
    )


def restrict_and_ligate(
    molecules: Iterable[Given],
    enzymes: Enzymes,
    *,
    methylation: Iterable[str] = (),
    matrix: LigationMatrix | str | None = None,
    mispairs: float | None = None,
    blunt: bool = True,
    circular: bool = False,
    each: bool = False,
    limit: int = LIMIT,
) -> Products:
    """Digest molecules, inactivate the enzymes, and ligate all fragments.

    All products of the ends that the enzymes made are found, also the unwanted: vectors that close on
    themselves, inserts the other way round. Ends that were there before are not ligated.

    Parameters
    ----------
    molecules, matrix, mispairs, circular, each, limit
        As in `ligate`.
    enzymes : Enzyme, name, or iterable of them
    methylation : iterable of str, default ()
        The methylases that were at work on the circles; see `biowright.bio.digest`.
    blunt : bool, default True
        Blunt ends that an enzyme made are ligated too.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> vector = Sequence("GGATTCGGAATTCCAGAAC", topology="circular")
    >>> products = restrict_and_ligate([vector, "TTGAATTCAGAATTCTT"], "EcoRI", circular=True)
    >>> sorted(len(product) for product in products)
    [7, 19, 26, 26]
    """
    inputs = as_duplexes(molecules, methylation)
    pieces, notes = _all_digested(inputs, _enzymes(enzymes))
    made = [i for i, end in enumerate(_ends(pieces)) if end.enzyme and (blunt or end.overhang)]
    joins = _joins(pieces, made, _matrix(matrix), mispairs)
    return assemble(inputs, pieces, joins, limit=limit, circular=circular, each=each, notes=notes)


def golden_gate(
    molecules: Iterable[Given],
    enzymes: Enzymes,
    *,
    methylation: Iterable[str] = (),
    matrix: LigationMatrix | str | None = None,
    mispairs: float | None = None,
    circular: bool = False,
    each: bool = False,
    limit: int = LIMIT,
) -> Products:
    """Digest and ligate in one pot, until nothing is left that can be cut.

    A ligation that makes a site anew is cut again: fragments that hold a whole site are in no product,
    nor are junctions where a site arises. The product of one level is an input of the next, with
    another enzyme (MoClo).

    Parameters
    ----------
    molecules, methylation, mispairs, circular, each, limit
        As in `restrict_and_ligate`.
    enzymes : Enzyme, name, or iterable of them
        Usually one enzyme that cuts beside its site.
    matrix : LigationMatrix or str, optional
        Measured ligation; by default the shipped matrix of the enzyme, if there is one.

    Returns
    -------
    Products
        The probability of the wanted circle is the fidelity of its set of overhangs.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> vector = Sequence("CCAATGTGAGACCTTTTGGTCTCAGCTTCC", topology="circular")
    >>> product = golden_gate([vector, "TTGGTCTCAAATGCCCCGCTTTGAGACCTT"], "BsaI").only()
    >>> str(product.sequence), product.probability
    ('GCTTCCCCAATGCCCC', 1.0)
    """
    inputs = as_duplexes(molecules, methylation)
    scissors = _enzymes(enzymes)
    pieces, notes = _all_digested(inputs, scissors)
    spoilt = _holding_sites(inputs, pieces, scissors)
    made = [i for i, end in enumerate(_ends(pieces)) if end.enzyme and i >> 1 not in spoilt]
    measured = _matrix_of(scissors) if matrix is None else _matrix(matrix)
    joins = _joins(pieces, made, measured, mispairs)
    joins, remarks = _lasting(inputs, pieces, joins, scissors)
    return assemble(
        inputs,
        pieces,
        joins,
        limit=limit,
        circular=circular,
        each=each,
        notes=(*notes, *remarks),
    )


def _enzymes(given: Enzymes) -> list[Enzyme]:
    named = [given] if isinstance(given, Enzyme | str) else given
    found = [enzyme(each) for each in named]
    if not found:
        raise InputError("there is no enzyme", expected="at least one")
    return found


def _matrix(given: LigationMatrix | str | None) -> LigationMatrix | None:
    return ligation_matrix(given) if isinstance(given, str) else given


def _matrix_of(scissors: Sequence[Enzyme]) -> LigationMatrix | None:
    """Give the shipped matrix of an enzyme, if there is one."""
    if len(scissors) != 1:
        return None
    name = scissors[0].name
    for each in ligation_matrices():
        if each.split("-")[0].casefold() == name.casefold():
            return ligation_matrix(each)
    return None


def _all_digested(
    inputs: Sequence[Duplex], scissors: Sequence[Enzyme]
) -> tuple[list[Piece], tuple[str, ...]]:
    pieces: list[Piece] = []
    notes: list[str] = []
    for number, given in enumerate(inputs):
        found, remarks = _digested(number, given, scissors)
        if not any(piece.left.enzyme or piece.right.enzyme for piece in found):
            notes.append(f"{given.name} is not cut")
        pieces += found
        notes += remarks
    return pieces, tuple(notes)


def _digested(
    number: int, given: Duplex, scissors: Sequence[Enzyme]
) -> tuple[list[Piece], tuple[str, ...]]:
    """Cut one molecule; a circle that is not cut gives no piece."""
    cutting = digest(_paired(given), scissors, given.methylation)
    pieces = [
        Piece(number, fragment.start, fragment.end, fragment.left, fragment.right)
        for fragment in cutting
        if fragment.left is not None and fragment.right is not None
    ]
    if pieces and not given.circular:
        pieces[0] = replace(pieces[0], left=given.left)
        pieces[-1] = replace(pieces[-1], right=given.right)
    remarks = [
        f"{given.name}: the {site.enzyme.name} site at {site.start} is left: {why}"
        for site, why in cutting.uncut
    ]
    remarks += [
        f"{given.name}: the {site.enzyme.name} site at {site.start} may be left: {site.why}"
        for site in cutting.uncertain
    ]
    return pieces, tuple(remarks)


def _paired(given: Duplex) -> Letters:
    """Give the letters with N where only one strand is: no enzyme recognises that."""
    if given.blunt:
        return given.record.sequence
    data = given.record.sequence.data
    low, high = len(given.left.overhang), len(given.right.overhang)
    data = b"N" * low + data[low : len(data) - high] + b"N" * high
    return Letters.trusted(data, Molecule.DNA, given.record.topology)


def _ends(pieces: Sequence[Piece]) -> list[End]:
    return [end for piece in pieces for end in (piece.left, piece.right)]


def _holding_sites(
    inputs: Sequence[Duplex], pieces: Sequence[Piece], scissors: Sequence[Enzyme]
) -> set[int]:
    """Give the pieces that hold a whole site: what they are ligated to is cut off again."""
    spoilt = set()
    sites = [
        [
            site
            for site in cut_sites(_paired(given), scissors, given.methylation)
            if not site.blocked and any(not each.falls_off for each in site.cuts)
        ]
        for given in inputs
    ]
    for i, piece in enumerate(pieces):
        given = inputs[piece.input]
        turns = (0, len(given), -len(given)) if given.circular else (0,)
        for site in sites[piece.input]:
            if any(piece.start <= site.start + t and site.end + t <= piece.end for t in turns):
                spoilt.add(i)
    return spoilt


_Kind = tuple[str, str]


def _joins(
    pieces: Sequence[Piece],
    among: Sequence[int],
    matrix: LigationMatrix | None,
    mispairs: float | None = None,
) -> list[Join]:
    """Find which ends are ligated, and what share of their ligations that is."""
    ends = _ends(pieces)
    groups: dict[_Kind, list[int]] = {}
    for place in among:
        end = ends[place]
        groups.setdefault((end.kind, end.overhang.upper()), []).append(place)
    weights = _weights(groups, matrix)
    totals = {
        kind: sum(weights[kind, mate] * len(groups[mate]) for mate in groups) for kind in groups
    }
    joins = []
    kinds = list(groups)
    for i, kind in enumerate(kinds):
        for mate in kinds[i:]:
            weight = weights[kind, mate] + weights[mate, kind]
            total = totals[kind] + totals[mate]
            fits = kind[0] == mate[0] and mate[1] == other_strand(kind[1])
            share = weight / total if total else float(fits)
            if not fits and (mispairs is None or not weight or share < mispairs):
                continue
            note = "" if fits else f"{kind[1]} is ligated to {mate[1]}"
            for one in groups[kind]:
                for other in groups[mate]:
                    if one < other or kind != mate:
                        joins.append(Join(one, other, len(kind[1]), share, note))
    return joins


def _weights(
    groups: Iterable[_Kind], matrix: LigationMatrix | None
) -> dict[tuple[_Kind, _Kind], float]:
    kinds = list(groups)
    known = {}
    if matrix is not None:
        for kind in kinds:
            if kind[0] == "5'" and len(kind[1]) == matrix.length and not set(kind[1]) - set("ACGT"):
                known[kind] = matrix.code(kind[1])
    weights = {}
    for one in kinds:
        for other in kinds:
            if matrix is not None and one in known and other in known:
                weight = float(matrix.counts[known[one], known[other]])
            else:
                fits = one[0] == other[0] and other[1] == other_strand(one[1])
                weight = float(fits and (one in known) == (other in known))
            weights[one, other] = weight
    return weights


def _lasting(
    inputs: Sequence[Duplex],
    pieces: Sequence[Piece],
    joins: Iterable[Join],
    scissors: Sequence[Enzyme],
) -> tuple[list[Join], list[str]]:
    """Leave out the joins at which a site arises, and say so."""
    kept, notes = [], []
    reach = max(len(each.site) for each in scissors)
    tails = [_tail(inputs, pieces, place, reach) for place in range(2 * len(pieces))]
    seen: dict[tuple[bytes, bytes], str] = {}
    for join in joins:
        one, other = tails[join.one], tails[join.other]
        if (one, other) not in seen:
            turned = Letters(other).reverse_complement().data
            seen[one, other] = _arising(one + turned[join.overlap :], scissors)
        name = seen[one, other]
        if name:
            first, second = (
                inputs[pieces[place >> 1].input].name for place in (join.one, join.other)
            )
            notes.append(f"where {first} meets {second}, a {name} site arises and is cut again")
        else:
            kept.append(join)
    return kept, list(dict.fromkeys(notes))


def _tail(inputs: Sequence[Duplex], pieces: Sequence[Piece], place: int, reach: int) -> bytes:
    """Give the letters before an end, as one reads towards it."""
    piece = pieces[place >> 1]
    record = inputs[piece.input].record
    size = min(reach + len((piece.left, piece.right)[place & 1].overhang), len(piece))
    if place & 1:
        return window(record, piece.end - size, piece.end).data.upper()
    return window(record, piece.start, piece.start + size).reverse_complement().data.upper()


def _arising(letters: bytes, scissors: Sequence[Enzyme]) -> str:
    for each in scissors:
        if set(each.site) <= set("ACGT"):
            turned = Letters(each.site).reverse_complement().data
            if each.site.encode() in letters or turned in letters:
                return each.name
        elif cut_sites(Letters(letters), each):
            return each.name
    return ""

"""Cutting and pasting: digests, ligation, Golden Gate and its nested levels.

How surely the ends find each other is taken from measured ligation where a matrix is given: of all
ligations of the two ends of a junction, to any end in the tube, the share that joins the two. For a
Golden Gate of n junctions the product over them is the fidelity of the set of overhangs, the measure of
Pryor et al. 2020 (doi:10.1371/journal.pone.0238592).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from biowright.bio import Enzyme, enzyme
from biowright.build.fidelity_matrix import LigationMatrix, ligation_matrices, ligation_matrix
from biowright.core import InputError

from .digesting import all_digested, digested, ends_of, holding_sites
from .duplex import Given, as_duplex, as_duplexes
from .joining import LIMIT, Piece, assemble
from .pairing import fitting_joins, lasting_joins
from .product import Part, Product, Products

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
    pieces, notes = digested(0, given, _enzymes(enzymes))
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
    ends = [i for i, end in enumerate(ends_of(pieces)) if blunt or end.overhang]
    joins = fitting_joins(pieces, ends, _matrix(matrix), mispairs)
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
    pieces, notes = all_digested(inputs, _enzymes(enzymes))
    made = [i for i, end in enumerate(ends_of(pieces)) if end.enzyme and (blunt or end.overhang)]
    joins = fitting_joins(pieces, made, _matrix(matrix), mispairs)
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
    pieces, notes = all_digested(inputs, scissors)
    spoilt = holding_sites(inputs, pieces, scissors)
    made = [i for i, end in enumerate(ends_of(pieces)) if end.enzyme and i >> 1 not in spoilt]
    measured = _matrix_of(scissors) if matrix is None else _matrix(matrix)
    joins = fitting_joins(pieces, made, measured, mispairs)
    joins, remarks = lasting_joins(inputs, pieces, joins, scissors)
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

"""Which ends ligate: overhangs that fit, how surely, and the joins at which a site arises anew.

How surely the ends find each other is taken from measured ligation where a matrix is given: of all
ligations of the two ends of a junction, to any end in the tube, the share that joins the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from biowright.bio import Enzyme, cut_sites, other_strand
from biowright.build.fidelity_matrix import LigationMatrix
from biowright.core import Sequence as Letters

from .digesting import ends_of, paired_letters
from .duplex import Duplex
from .joining import Join, Piece
from .product import window

__all__ = ["fitting_joins", "lasting_joins"]

_Kind = tuple[str, str]


def fitting_joins(
    pieces: Sequence[Piece],
    among: Sequence[int],
    matrix: LigationMatrix | None,
    mispairs: float | None = None,
) -> list[Join]:
    """Find which ends are ligated, and what share of their ligations that is."""
    ends = ends_of(pieces)
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


@dataclass(frozen=True, slots=True)
class _Tail:
    """The letters before an end, as one reads towards it, and where methylation protects a site in them."""

    letters: bytes
    protected: frozenset[int]


def lasting_joins(
    inputs: Sequence[Duplex],
    pieces: Sequence[Piece],
    joins: Iterable[Join],
    scissors: Sequence[Enzyme],
) -> tuple[list[Join], list[str]]:
    """Leave out the joins at which a site arises, or that a site nearby cuts, and say so."""
    kept, notes = [], []
    reach = max(_reach(each) for each in scissors)
    blocked = [
        [
            (site.start, site.end)
            for site in cut_sites(paired_letters(given), scissors, given.methylation)
            if site.blocked
        ]
        if given.methylation
        else []
        for given in inputs
    ]
    tails = [_tail(inputs, pieces, place, reach, blocked) for place in range(2 * len(pieces))]
    seen: dict[tuple[_Tail, _Tail], str] = {}
    for join in joins:
        one, other = tails[join.one], tails[join.other]
        if (one, other) not in seen:
            seen[one, other] = _cutting_again(one, other, join.overlap, scissors)
        name = seen[one, other]
        if name:
            first, second = (
                inputs[pieces[place >> 1].input].name for place in (join.one, join.other)
            )
            notes.append(f"where {first} meets {second}, a {name} site arises and is cut again")
        else:
            kept.append(join)
    return kept, list(dict.fromkeys(notes))


def _reach(each: Enzyme) -> int:
    """Give how far from a cut the far end of a site may lie."""
    size = len(each.site)
    return max(size, *(max(place, size - place) for pair in each.cuts for place in pair), 0)


def _tail(
    inputs: Sequence[Duplex],
    pieces: Sequence[Piece],
    place: int,
    reach: int,
    blocked: Sequence[Sequence[tuple[int, int]]],
) -> _Tail:
    piece = pieces[place >> 1]
    record = inputs[piece.input].record
    size = min(reach + len((piece.left, piece.right)[place & 1].overhang), len(piece))
    low = piece.end - size if place & 1 else piece.start
    letters = window(record, low, low + size)
    protected = set()
    for start, end in blocked[piece.input]:
        for turn in (-len(record), 0, len(record)) if record.circular else (0,):
            at = start + turn - low if place & 1 else low + size - end - turn
            if 0 <= at <= size - (end - start):
                protected.add(at)
    if not place & 1:
        letters = letters.reverse_complement()
    return _Tail(letters.data.upper(), frozenset(protected))


def _cutting_again(one: _Tail, other: _Tail, overlap: int, scissors: Sequence[Enzyme]) -> str:
    """Give the enzyme that cuts two joined ends apart: its site arises there, or reaches so far."""
    letters = one.letters + Letters(other.letters).reverse_complement().data[overlap:]
    low, high = len(one.letters) - overlap, len(one.letters)
    for each in scissors:
        if set(each.site) <= set("ACGT"):
            turned = Letters(each.site).reverse_complement().data
            if each.site.encode() not in letters and turned not in letters:
                continue
        for site in cut_sites(Letters(letters), each):
            if site.start < high and site.end > low:
                return each.name
            if site.end <= low:
                known = site.start in one.protected
                reaches = any(max(cut.top, cut.bottom) > low for cut in site.cuts)
            else:
                known = len(letters) - site.end in other.protected
                reaches = any(min(cut.top, cut.bottom) < high for cut in site.cuts)
            if reaches and not known:
                return each.name
    return ""

"""Golden Gate from parts: an overhang for each junction, parts with their sites, the product."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from biowright.bio import Enzyme, digest, enzyme, other_strand
from biowright.core import InputError, Molecule, Record
from biowright.core import Sequence as Letters
from biowright.design import Candidate, join_parts

from .fidelity_matrix import LigationMatrix, ligation_matrices, ligation_matrix
from .names import plain_name
from .overhangs import best_overhangs
from .plan import BuildPlan, Piece
from .scars import arrange_overhangs

__all__ = ["assemble", "choose_overhangs", "order_parts", "site_ends"]

_USUAL = ("BsaI", "BsmBI", "BbsI", "SapI")
_PAD = "TTATAT"  # so that the enzyme holds on to the end of a linear piece


def choose_overhangs(count: int, scissors: Enzyme | str = "BsaI") -> tuple[str, ...]:
    """Choose the overhangs for a number of junctions that ligate most surely together.

    They are those of `best_overhangs` in the ligation that was measured with the enzyme, or where there
    is none, with BsaI (four bases) or SapI (three). None is part of the enzyme's site, so that the site
    cannot arise anew where two parts meet.

    Parameters
    ----------
    count : int
    scissors : Enzyme or str, default "BsaI"
        The Golden Gate enzyme.

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        There are not so many, or it is no enzyme for Golden Gate.

    Examples
    --------
    >>> len(set(choose_overhangs(4, "BsmBI")))
    4
    """
    return _chosen(count, _scissors(enzyme(scissors).name))


@cache
def _chosen(count: int, found: Enzyme) -> tuple[str, ...]:
    assert found.overhang is not None
    sites = f"{found.site} {other_strand(found.site)}"
    inside = {
        sites[i : i + found.overhang]
        for i in range(len(sites) - found.overhang + 1)
        if " " not in sites[i : i + found.overhang]
    }
    return best_overhangs(count, _measured(found), exclude=inside).overhangs


def _measured(scissors: Enzyme) -> LigationMatrix:
    """Give the ligation that was measured with an enzyme, or with one that leaves ends as long."""
    for name in ligation_matrices():
        matrix = ligation_matrix(name)
        if matrix.enzyme == scissors.name:
            return matrix
    return ligation_matrix("BsaI" if scissors.overhang == 4 else "SapI")


def order_parts(
    candidates: Sequence[Candidate], plan: BuildPlan
) -> tuple[list[Piece], dict[str, list[str]], tuple[str, ...]]:
    """Give each part that the candidates need once, between its sites and overhangs.

    The overhangs are put to the junctions where they do the least harm, and stay where they are in pieces
    that were ordered before; the names of pieces hold them. A digest of every piece is simulated: it must
    give the part with its overhangs and nothing else.

    Returns
    -------
    pieces : list of Piece
    use : dict of str to list of str
        For each candidate, the names of its pieces in 5'→3' order.
    overhangs : tuple of str
        One a junction, those to the vector first and last.

    Raises
    ------
    InputError
        The enzyme is no Golden Gate enzyme, or parts hold its site inside.
    """
    scissors = _scissors(plan.enzyme)
    assert scissors.overhang is not None
    slots = max(len(candidate.parts) for candidate in candidates)
    overhangs = choose_overhangs(slots + 1, scissors)
    if slots > 1:
        enzymes = tuple(dict.fromkeys((scissors.name, *_USUAL)))
        overhangs = arrange_overhangs(candidates, overhangs, have=plan.have, enzymes=enzymes)
    ends = site_ends(scissors)
    pieces: dict[tuple[int, str], Piece] = {}
    use: dict[str, list[str]] = {}
    broken: dict[str, None] = {}
    for candidate in candidates:
        use[candidate.id] = []
        for i, part in enumerate(candidate.parts):
            key = (i, part.name)
            if key not in pieces:
                body = overhangs[i] + str(part.sequence).upper() + overhangs[i + 1]
                sequence = ends + body + other_strand(ends)
                released = [str(f.sequence) for f in digest(sequence, scissors)]
                if len(released) != 3 or released[1] != body:
                    broken[part.name] = None
                pieces[key] = Piece(
                    plain_name(f"{part.name}_slot{i + 1}_{overhangs[i]}_{overhangs[i + 1]}"),
                    "fragment",
                    sequence,
                    f"part {part.name}, {scissors.name}, overhangs {overhangs[i]} and "
                    f"{overhangs[i + 1]}",
                )
            use[candidate.id].append(pieces[key].name)
    if broken:
        raise InputError(
            f"{scissors.name} would cut inside of parts, or at their overhangs: "
            f"{', '.join(broken)}",
            hint="choose another enzyme in [build], or recode the parts",
        )
    return list(pieces.values()), use, overhangs


def site_ends(scissors: Enzyme | str) -> str:
    """Give what stands before an overhang: room for the enzyme, its site, and the bases up to its cut."""
    scissors = _scissors(scissors) if isinstance(scissors, str) else scissors
    return _PAD + scissors.site + "A" * (scissors.cuts[0][0] - len(scissors.site))


def _scissors(name: str) -> Enzyme:
    """Find an enzyme that cuts beside its site and leaves 5' overhangs to join by."""
    found = enzyme(name)
    top = found.cuts[0][0] if found.cuts else 0
    fits = found.type == "IIS" and found.ends == "5'" and top >= len(found.site)
    if not fits or found.overhang not in (3, 4) or set(found.site) - set("ACGT"):
        raise InputError(
            f"{found.name}, {found}, is no enzyme for Golden Gate",
            expected="one that cuts beside its site and leaves 3 or 4 bases at the 5' end",
            hint="BsaI, BsmBI, BbsI and SapI are usual",
        )
    return found


def assemble(candidate: Candidate, overhangs: Sequence[str]) -> Record:
    """Give what the assembly makes: the parts with an overhang at each junction."""
    assert candidate.record is not None
    names, parts = [], []
    for i, part in enumerate(candidate.parts):
        scar = Record(Letters(overhangs[i], Molecule.DNA), name=f"overhang {overhangs[i]}")
        names += ["fusion", list(candidate.factors)[i]]
        parts += [scar, part]
    last = overhangs[len(candidate.parts)]
    names.append("fusion")
    parts.append(Record(Letters(last, Molecule.DNA), name=f"overhang {last}"))
    return join_parts(candidate.record.name, names, parts)

"""Golden Gate from parts: an overhang for each junction, parts with their sites, the product."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from biowright.bio import Enzyme, digest, enzyme
from biowright.core import InputError, Molecule, Record
from biowright.core import Sequence as Letters
from biowright.design import Candidate, join_parts

from .names import plain_name
from .plan import BuildPlan, Piece

__all__ = ["assemble", "choose_overhangs", "order_parts"]

_PAD = "TTATAT"  # so that the enzyme holds on to the end of a linear piece


def choose_overhangs(count: int, length: int = 4, site: str = "") -> tuple[str, ...]:
    """Choose overhangs that differ from one another, and from all reverse complements, in two bases.

    No palindromes, no runs of three, at least one and at most all but one G or C, and none that is part
    of `site`, so that the enzyme's site cannot arise anew where two parts meet; the first set in
    alphabetic order that a greedy walk finds, so that it is always the same.

    Parameters
    ----------
    count : int
    length : int
    site : str
        What the enzyme recognises.

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        There are not so many.

    Examples
    --------
    >>> choose_overhangs(4)
    ('AACA', 'AAGC', 'AATG', 'ACAA')
    """
    chosen: list[str] = []
    forbidden = f"{site} {_other(site)}" if site else ""
    for letters in itertools.product("ACGT", repeat=length):
        overhang = "".join(letters)
        strong = sum(letter in "GC" for letter in overhang)
        if (
            not 1 <= strong < length
            or any(3 * x in overhang for x in "ACGT")
            or overhang in forbidden
        ):
            continue
        other = _other(overhang)
        taken = [*chosen, *map(_other, chosen)]
        if _distance(overhang, other) >= 2 and all(_distance(overhang, t) >= 2 for t in taken):
            chosen.append(overhang)
            if len(chosen) == count:
                return tuple(chosen)
    raise InputError(
        f"there are no {count} overhangs of {length} bases that differ in two",
        hint="use fewer slots" + (", or an enzyme that leaves four bases" if length < 4 else ""),
    )


def order_parts(
    candidates: Sequence[Candidate], plan: BuildPlan
) -> tuple[list[Piece], dict[str, list[str]], tuple[str, ...]]:
    """Give each part that the candidates need once, between its sites and overhangs.

    A digest of every piece is simulated: it must give the part with its overhangs and nothing else.

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
    overhangs = choose_overhangs(slots + 1, scissors.overhang, scissors.site)
    ends = _PAD + scissors.site + "A" * (scissors.cuts[0][0] - len(scissors.site))
    pieces: dict[tuple[int, str], Piece] = {}
    use: dict[str, list[str]] = {}
    broken: dict[str, None] = {}
    for candidate in candidates:
        use[candidate.id] = []
        for i, part in enumerate(candidate.parts):
            key = (i, part.name)
            if key not in pieces:
                body = overhangs[i] + str(part.sequence).upper() + overhangs[i + 1]
                sequence = ends + body + _other(ends)
                released = [str(f.sequence) for f in digest(sequence, scissors)]
                if len(released) != 3 or released[1] != body:
                    broken[part.name] = None
                pieces[key] = Piece(
                    plain_name(f"{part.name}_slot{i + 1}"),
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


def _other(text: str) -> str:
    return str(Letters(text, Molecule.DNA).reverse_complement())


def _distance(a: str, b: str) -> int:
    return sum(x != y for x, y in zip(a, b, strict=True))

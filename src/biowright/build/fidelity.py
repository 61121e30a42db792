"""The fidelity of a set of overhangs: how surely each junction is ligated to its own partner.

The measure is that of Pryor et al. 2020 (doi:10.1371/journal.pone.0238592). All ends of an assembly are
in one tube: each overhang of the set and its reverse complement. Of a junction with the overhang O,
p(O) is the share of the ligations of O and of its complement, to any end in the tube, that join O to its
complement; the fidelity of the set is the product of p over its junctions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from biowright.bio import other_strand
from biowright.core import InputError

from .fidelity_matrix import LigationMatrix, ligation_matrix

__all__ = ["JunctionFidelity", "SetFidelity", "set_fidelity"]

_WEAK = 0.1  # of the mean of all overhangs
_MISPAIRS = 5


@dataclass(frozen=True, slots=True)
class JunctionFidelity:
    """How surely one junction is ligated as it should be.

    Parameters
    ----------
    overhang : str
    fidelity : float
        The share of its ligations that are correct, 0 to 1.
    correct, total : float
        Ligations counted: of the two ends to each other, and to all ends of the set.
    strength : float
        How often it was ligated correctly, as a share of the mean of all overhangs.
    mispairs : tuple of (str, str, float)
        The most frequent wrong ligations, as two overhangs 5'→3' and their share of all.
    """

    overhang: str
    fidelity: float
    correct: float
    total: float
    strength: float
    mispairs: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class SetFidelity:
    """How surely a set of junctions is ligated as it should be.

    Parameters
    ----------
    fidelity : float
        The product over the junctions, 0 to 1.
    junctions : tuple of JunctionFidelity
        In the order of the set.
    notes : tuple of str
        What is odd about the set: a palindrome, an overhang that is there twice, one that hardly
        ligates.
    """

    fidelity: float
    junctions: tuple[JunctionFidelity, ...]
    notes: tuple[str, ...] = ()


def set_fidelity(overhangs: Iterable[str], matrix: LigationMatrix | str) -> SetFidelity:
    """Compute the fidelity of a set of overhangs.

    An overhang and its reverse complement are the same junction, seen from its two sides; either may be
    given. Each entry is a junction of its own with two ends in the tube, so that an overhang that is
    given twice, and a palindrome, which fits itself, lose half of their ligations to a wrong end; both
    are told in the notes.

    Parameters
    ----------
    overhangs : iterable of str
        5'→3', in either case, one a junction.
    matrix : LigationMatrix or str
        What was measured, or the name of a shipped matrix.

    Returns
    -------
    SetFidelity

    Raises
    ------
    InputError
        There is no overhang, or one has another length or letters; or there is no such matrix.

    Examples
    --------
    >>> moclo = ["GGAG", "TGAC", "TCCC", "TACT", "CCAT", "AATG", "AGCC", "TTCG", "GCTT", "GGTA", "CGCT"]
    >>> round(set_fidelity(moclo, "BsmBI-v2").fidelity, 3)
    0.811
    """
    import numpy as np

    if isinstance(matrix, str):
        matrix = ligation_matrix(matrix)
    if isinstance(overhangs, str):
        overhangs = [overhangs]
    names = [overhang.strip().upper() for overhang in overhangs]
    if not names:
        raise InputError("there are no overhangs", expected="at least one")
    partner = matrix.pairing()
    first = np.array([matrix.code(name) for name in names])
    second = partner[first]
    ends = np.concatenate([first, second])
    counts = matrix.counts
    seen = counts[first][:, ends] + counts[second][:, ends]
    correct = counts[first, second] + counts[second, first]
    total = seen.sum(axis=1)
    shares = np.divide(correct, total, out=np.zeros(len(names)), where=total > 0)
    pairs = counts[np.arange(len(partner)), partner]
    strength = pairs[first] / (pairs.mean() or 1.0)
    junctions = tuple(
        JunctionFidelity(
            name,
            float(shares[i]),
            float(correct[i]),
            float(total[i]),
            round(float(strength[i]), 6),
            _mispairs(matrix, i, first, second, float(total[i])),
        )
        for i, name in enumerate(names)
    )
    return SetFidelity(float(shares.prod()), junctions, tuple(_notes(names, junctions)))


def _mispairs(
    matrix: LigationMatrix, index: int, first: object, second: object, total: float
) -> tuple[tuple[str, str, float], ...]:
    """Give the most frequent wrong ligations of a junction's two ends."""
    import numpy as np

    if not total:
        return ()
    overhangs = matrix.overhangs
    one, other = np.asarray(first), np.asarray(second)
    found: dict[tuple[str, str], float] = {}
    for end, mate in ((int(one[index]), int(other[index])), (int(other[index]), int(one[index]))):
        others = {int(code) for code in np.concatenate([one, other])} - {mate}
        for code in sorted(others):
            count = float(matrix.counts[end, code])
            if count:
                found[overhangs[end], overhangs[code]] = count / total
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple((a, b, share) for (a, b), share in ranked[:_MISPAIRS])


def _notes(names: list[str], junctions: tuple[JunctionFidelity, ...]) -> Iterable[str]:
    seen: dict[str, str] = {}
    for name, junction in zip(names, junctions, strict=True):
        mate = other_strand(name)
        same = seen.get(min(name, mate))
        if name == mate:
            yield f"{name} is a palindrome: both of its ends fit each other and themselves"
        if same == name:
            yield f"{name} is there twice: its junctions cannot be told apart"
        elif same is not None:
            yield f"{name} is the other strand of {same}: their junctions cannot be told apart"
        seen.setdefault(min(name, mate), name)
        if not junction.total:
            yield f"no ligation of {name} was counted in this set: its fidelity is not known, 0 is taken"
        elif junction.strength < _WEAK:
            yield f"{name} hardly ligates: {junction.strength:.0%} of the mean of all overhangs"

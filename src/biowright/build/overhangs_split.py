"""Splitting a target into parts whose junctions ligate most surely."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from biowright.bio import Enzyme, cut_sites, enzyme
from biowright.core import InputError, Record
from biowright.core import Sequence as Letters

from .fidelity import set_fidelity
from .fidelity_matrix import LigationMatrix, ligation_matrix

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

__all__ = ["Split", "junction_windows", "split_at_overhangs"]

_STARTS = 12


@dataclass(frozen=True, slots=True)
class Split:
    """Where a target is split.

    Parameters
    ----------
    positions : tuple of int
        Where the overhang of each junction begins on the target.
    overhangs : tuple of str
        Its letters, as the top strand reads.
    parts : tuple of (start, end)
        The parts with the overhangs at both of their ends; on a circle the last one ends above the
        length.
    fidelity : float
        Of all junctions together, with the outer ones that were given.
    """

    positions: tuple[int, ...]
    overhangs: tuple[str, ...]
    parts: tuple[tuple[int, int], ...]
    fidelity: float


def junction_windows(length: int, parts: int, flexibility: int) -> list[tuple[int, int]]:
    """Give windows around the places that split a length evenly.

    Parameters
    ----------
    length : int
    parts : int
        At least 2.
    flexibility : int
        How far a junction may lie from its place, on either side.

    Returns
    -------
    list of (start, end)
        One fewer than parts, each within the length; they do not overlap.

    Raises
    ------
    InputError
        The parts would be too short.

    Examples
    --------
    >>> junction_windows(3000, 3, 50)
    [(950, 1051), (1950, 2051)]
    """
    if parts < 2 or flexibility < 0 or length // parts <= 2 * flexibility + 10:
        raise InputError(
            f"{length:,} letters in {parts} parts with junctions that move by {flexibility}",
            expected="two parts at least, longer than twice the flexibility",
        )
    places = [round(i * length / parts) for i in range(1, parts)]
    return [(place - flexibility, place + flexibility + 1) for place in places]


def split_at_overhangs(
    target: Letters | Record | str,
    windows: Sequence[tuple[int, int]],
    matrix: LigationMatrix | str,
    *,
    scissors: Enzyme | str | None = None,
    outer: Iterable[str] = (),
    exclude: Iterable[str] = (),
    strength: float = 0.1,
) -> Split:
    """Choose a junction in each window so that all of them together ligate most surely.

    Parameters
    ----------
    target : Sequence, Record or str
        Linear or circular; on a circle the windows may cross the origin, and the last part leads from
        the last junction to the first.
    windows : sequence of (start, end)
        Where the first letter of each overhang may lie, in order along the target.
    matrix : LigationMatrix or str
    scissors : Enzyme or str, optional
        The enzyme that will release the parts: none of its sites may be in the target.
    outer : iterable of str
        Overhangs that are in the tube besides, such as those to the vector.
    exclude : iterable of str
        Overhangs not to be used.
    strength : float, default 0.1
        As in `best_overhangs`.

    Returns
    -------
    Split

    Raises
    ------
    InputError
        A window has no possible overhang, windows are out of order, or the target has a site of the
        enzyme; the error names the place.

    Examples
    --------
    >>> target = "ATGGCTAGCAAAGGAGAAGAACTTTTCACTGGAGTTGTCCCAATTCTTGTTGAATTAGATGGTGATG"
    >>> found = split_at_overhangs(target, [(15, 25), (40, 50)], "BsaI", outer=["AATG", "GCTT"])
    >>> found.fidelity, [target[p : p + 4] for p in found.positions] == list(found.overhangs)
    (1.0, True)
    """
    import numpy as np

    if isinstance(matrix, str):
        matrix = ligation_matrix(matrix)
    sequence = _checked(target, scissors)
    length = len(sequence)
    fixed = [name.strip().upper() for name in outer]
    partner = matrix.pairing()
    banned = {min(matrix.code(n), int(partner[matrix.code(n)])) for n in (*exclude, *fixed)}
    pairs = matrix.counts[np.arange(len(partner)), partner]
    allowed = (pairs >= strength * pairs.mean()) & (pairs > 0)
    allowed &= partner != np.arange(len(partner))
    junction = np.minimum(np.arange(len(partner)), partner)
    letters = sequence.data.upper()
    letters = letters + letters[: matrix.length] if sequence.circular else letters
    choices: list[list[tuple[int, int]]] = []
    for number, (start, end) in enumerate(windows):
        if start >= end or (number and start < windows[number - 1][0]):
            raise InputError(f"the window {start}..{end} is empty or out of order")
        found = []
        for place in range(start, end):
            at = place % length if sequence.circular else place
            text = letters[at : at + matrix.length].decode() if at >= 0 else ""
            if len(text) == matrix.length and not set(text) - set("ACGT"):
                code = matrix.code(text)
                if allowed[code] and int(junction[code]) not in banned:
                    found.append((place, int(junction[code])))
        if not found:
            raise InputError(
                f"no overhang of the window {start}..{end} can be used",
                position=start,
                hint="widen it, or exclude fewer",
            )
        choices.append(found)
    codes = [min(matrix.code(n), int(partner[matrix.code(n)])) for n in fixed]
    places = _choose(matrix, codes, choices)
    size = matrix.length
    names = tuple(letters[p % length : p % length + size].decode() for p in places)
    borders = [*places, places[0] + length] if sequence.circular else [0, *places, length]
    parts = []
    for left, right in pairwise(borders):
        end = right if right == length and not sequence.circular else right + size
        parts.append((left, end))
    fidelity = set_fidelity([*fixed, *names], matrix).fidelity
    return Split(tuple(places), names, tuple(parts), fidelity)


def _checked(target: Letters | Record | str, scissors: Enzyme | str | None) -> Letters:
    if isinstance(target, Record):
        target = target.sequence
    elif isinstance(target, str):
        target = Letters(target)
    if scissors is not None:
        found = enzyme(scissors)
        sites = cut_sites(target, found)
        if sites:
            where = ", ".join(str(site.start) for site in sites[:5])
            raise InputError(
                f"{found.name} cuts the target itself, at {where}",
                position=sites[0].start,
                hint="recode them, or take another enzyme",
            )
    return target


def _choose(
    matrix: LigationMatrix, fixed: list[int], choices: list[list[tuple[int, int]]]
) -> list[int]:
    """Improve one junction after the other, from several first choices, until none can be."""
    import numpy as np

    if not choices:
        return []
    partner = matrix.pairing()
    ids = sorted({*fixed, *(code for found in choices for _, code in found)})
    index = {code: i for i, code in enumerate(ids)}
    one = np.array(ids)
    two, counts = partner[one], matrix.counts
    right = counts[one, two] + counts[two, one]
    ends = [counts[np.ix_(a, b)] for a in (one, two) for b in (one, two)]
    # what a second junction with the same overhang takes away is its own right ligations
    wrong = ends[0] + ends[1] + ends[2] + ends[3]
    own = counts[one, one] + counts[two, two]
    given = np.array([index[code] for code in fixed], np.int64)
    options = [np.array([index[code] for _, code in found]) for found in choices]
    random = np.random.default_rng(0)
    best, chosen = np.inf, [0] * len(options)
    for start in range(_STARTS):
        now = [int(len(o) // 2) if start == 0 else int(random.integers(len(o))) for o in options]
        last = np.inf
        while True:
            for k, option in enumerate(options):
                rest = np.array(
                    [options[j][now[j]] for j in range(len(options)) if j != k], np.int64
                )
                others = np.concatenate([given, rest])
                now[k] = int(np.argmin(_losses(others, option, wrong, right, own)))
            everything = np.concatenate([given, [o[i] for o, i in zip(options, now, strict=True)]])
            loss = _loss(everything.astype(np.int64), wrong, right, own)
            if loss >= last - 1e-12:
                break
            last = loss
        if last < best - 1e-12:
            best, chosen = last, list(now)
        if best < 1e-12:
            break
    return [found[i][0] for found, i in zip(choices, chosen, strict=True)]


def _loss(chosen: Ints, wrong: Floats, right: Floats, own: Floats) -> float:
    import numpy as np

    load = wrong[np.ix_(chosen, chosen)].sum(axis=1) - wrong[chosen, chosen] + own[chosen]
    return float(np.log1p(load / right[chosen]).sum())


def _losses(others: Ints, option: Ints, wrong: Floats, right: Floats, own: Floats) -> Floats:
    """Give the loss of the others with each of the options."""
    import numpy as np

    load = wrong[np.ix_(others, others)].sum(axis=1) - wrong[others, others] + own[others]
    with_option = load[:, None] + wrong[np.ix_(others, option)]
    total: Floats = np.log1p(with_option / right[others][:, None]).sum(axis=0)
    mine = wrong[np.ix_(option, others)].sum(axis=1) + own[option]
    return total + np.log1p(mine / right[option])

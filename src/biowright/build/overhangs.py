"""The best overhangs for a number of junctions, with a proof of how good they can be at most."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.bio import other_strand
from biowright.core import InputError

from .fidelity import set_fidelity
from .fidelity_matrix import LigationMatrix, ligation_matrix

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["OverhangSet", "best_overhangs"]

_WORK = 1_200_000_000  # comparisons of the search
_FEW = 20_000  # sets that are simply all looked at


@dataclass(frozen=True, slots=True)
class OverhangSet:
    """A set of overhangs that ligate surely together.

    Parameters
    ----------
    overhangs : tuple of str
        5'→3', one a junction: those that were required as they were given, then the others in
        alphabetic order, each as that of its two strands that comes first.
    fidelity : float
        Of the set, 0 to 1; see `set_fidelity`.
    bound : float
        No set of the size that was looked for has a higher fidelity.
    matrix : str
        The name of the ligation matrix.
    """

    overhangs: tuple[str, ...]
    fidelity: float
    bound: float
    matrix: str

    @property
    def proven(self) -> bool:
        """Whether no set can be better."""
        return self.bound <= self.fidelity + 1e-9


@dataclass(frozen=True, slots=True)
class _Field:
    """What there is to choose from: junctions, each an overhang and its other strand."""

    names: list[str]
    wrong: Floats
    right: Floats
    own: Floats


def best_overhangs(
    count: int,
    matrix: LigationMatrix | str,
    *,
    require: Iterable[str] = (),
    exclude: Iterable[str] = (),
    strength: float = 0.1,
    seed: int = 0,
) -> OverhangSet:
    """Find the set of overhangs with the highest fidelity.

    The search takes some seconds, and always gives the same set for the same question; where the bound
    equals the fidelity, the set is proven to be the best. Of sets that are alike, one that ligates well
    is preferred.

    Parameters
    ----------
    count : int
        How many junctions.
    matrix : LigationMatrix or str
        What was measured, or the name of a shipped matrix.
    require, exclude : iterable of str
        Overhangs that must be in the set, or must not; each stands for its other strand too.
    strength : float, default 0.1
        No overhang that ligates more rarely to its partner than this share of the mean; those that are
        required may. Palindromes are never chosen.
    seed : int, default 0
        Of the search.

    Returns
    -------
    OverhangSet

    Raises
    ------
    InputError
        The strength is no share, there are not so many overhangs, or what is required is excluded, there
        twice or a palindrome.

    Examples
    --------
    >>> found = best_overhangs(6, "BsaI", require=["AATG", "GCTT"])
    >>> found.overhangs[:2], found.fidelity, found.proven
    (('AATG', 'GCTT'), 1.0, True)
    """
    import numpy as np

    if isinstance(matrix, str):
        matrix = ligation_matrix(matrix)
    if not 0 <= strength < math.inf:
        raise InputError(
            f"a strength of {strength}",
            expected="0 or more: a share of the mean of all overhangs",
            hint="0.1 is usual; 0 takes weak overhangs too",
        )
    wanted = [name.strip().upper() for name in require]
    field = _field(matrix, wanted, [name.strip().upper() for name in exclude], strength)
    if count < max(1, len(wanted)):
        raise InputError(f"a set of {count} overhangs", expected=f"{max(1, len(wanted))} or more")
    total, fixed = len(field.names), len(wanted)
    if count > total:
        raise InputError(
            f"there are {total} overhangs of {matrix.length} letters to choose from, and {count} are "
            "wanted",
            hint="exclude fewer, lower the strength, or use fewer junctions",
        )
    free = count - fixed
    exact = free in (0, total - fixed) or math.comb(total - fixed, free) <= _FEW
    chosen = _greedy(field, fixed, free)
    if _product(field, chosen) > 1 and exact:
        chosen = _every(field, fixed, free)
    elif _product(field, chosen) > 1:
        from .overhangs_search import tabu_search

        steps = int(np.clip(_WORK // (free * (total - count) * count), 500, 20_000))
        start = np.array(chosen, np.int64)
        _, found = tabu_search(field.wrong, field.right, field.own, start, fixed, steps, seed)
        chosen = [int(i) for i in found]
    names = wanted + sorted(field.names[i] for i in chosen if i >= fixed)
    fidelity = set_fidelity(names, matrix).fidelity
    bound = fidelity if exact or fidelity > 1 - 1e-12 else _bound(field, fixed, count)
    return OverhangSet(tuple(names), fidelity, max(bound, fidelity), matrix.name)


def _field(
    matrix: LigationMatrix, wanted: list[str], exclude: list[str], strength: float
) -> _Field:
    import numpy as np

    partner, overhangs, counts = matrix.pairing(), matrix.overhangs, matrix.counts
    pairs = counts[np.arange(len(partner)), partner]
    banned = {
        code for name in exclude for code in (matrix.code(name), int(partner[matrix.code(name)]))
    }
    first: list[int] = []
    for name in wanted:
        code = matrix.code(name)
        mate = int(partner[code])
        if code == mate:
            raise InputError(f"{name} is required, but is a palindrome: it fits itself")
        if code in banned:
            raise InputError(f"{name} is required and excluded", hint="decide for one of the two")
        if code in first or mate in first:
            raise InputError(
                f"{name} is required twice, or with its other strand {other_strand(name)}"
            )
        if not pairs[code] + pairs[mate]:
            raise InputError(f"{name} is required, but was never seen to ligate in {matrix.name}")
        first.append(code)
    given = {*first, *(int(partner[code]) for code in first)}
    floor = strength * pairs.mean()
    rest = [
        code
        for code in range(len(partner))
        if code < partner[code]
        and code not in banned
        and code not in given
        and pairs[code] >= floor
        and pairs[code] > 0
    ]
    one = np.array(first + rest, np.int64)
    two = partner[one] if len(one) else one
    blocks = [counts[np.ix_(a, b)] for a in (one, two) for b in (one, two)]
    wrong = blocks[0] + blocks[1] + blocks[2] + blocks[3]
    np.fill_diagonal(wrong, 0.0)
    return _Field(
        [overhangs[code] for code in one],
        np.ascontiguousarray(wrong, np.float64),
        counts[one, two] + counts[two, one],
        counts[one, one] + counts[two, two],
    )


def _product(field: _Field, chosen: list[int]) -> float:
    import numpy as np

    load = field.own[chosen] + field.wrong[np.ix_(chosen, chosen)].sum(axis=1)
    return float(np.prod(1.0 + load / field.right[chosen]))


def _every(field: _Field, fixed: int, free: int) -> list[int]:
    """Look at all sets."""
    kept = list(range(fixed))
    sets = itertools.combinations(range(fixed, len(field.names)), free)
    strong = field.right
    return min(
        ([*kept, *rest] for rest in sets),
        key=lambda each: (_product(field, each), -float(strong[each].sum()), each),
    )


def _greedy(field: _Field, fixed: int, free: int) -> list[int]:
    """Add the one that costs least, and of these the one that ligates best."""
    chosen = list(range(fixed))
    for _ in range(free):
        rest = [i for i in range(fixed, len(field.names)) if i not in chosen]
        costs = [(_product(field, [*chosen, i]), -float(field.right[i]), i) for i in rest]
        chosen.append(min(costs)[2])
    return chosen


def _bound(field: _Field, fixed: int, count: int) -> float:
    """Give a fidelity that no set exceeds."""
    from .overhangs_bound import least_loss

    return math.exp(-least_loss(field.own, field.wrong, field.right, fixed, count))

"""How much of a library a screen sees: per DNA variant, exactly.

A library is sites with shares of residues; a clone takes each site's residue by its share, so that a
variant's probability is a product. Of T clones, a variant with probability p is among them with
1 - (1 - p)^T; sums over all variants go over groups of equal probability. Firth and Patrick 2005
(doi:10.1093/bioinformatics/bti516) and 2008 (doi:10.1093/nar/gkn226) have the same for even libraries.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from biowright.core import InputError

__all__ = ["Coverage", "clones_for", "coverage", "variant_groups"]

_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a number of clones shows of a library.

    Parameters
    ----------
    clones : float
    variants : float
        How many different ones there may be.
    distinct : float
        How many different ones are expected among the clones.
    complete : float
        The probability that all are among them.
    useful : float
        The share of clones that are variants at all: without a stop.
    """

    clones: float
    variants: float
    distinct: float
    complete: float
    useful: float

    @property
    def share(self) -> float:
        """The expected share of the variants that is seen."""
        return self.distinct / self.variants

    @property
    def oversampling(self) -> float:
        """Clones for each variant."""
        return self.clones / self.variants


def variant_groups(sites: Iterable[Mapping[str, float]]) -> list[tuple[float, int]]:
    """Group the variants of a library by their probability: probability and number of each group.

    Parameters
    ----------
    sites : iterable of mapping of residue to share
        Shares of one site sum up to 1; ``*`` is a stop, and what has one is no variant.

    Raises
    ------
    InputError
        A share is below 0, the shares do not sum up to 1, or there are too many groups.

    Examples
    --------
    >>> variant_groups([{"A": 0.75, "C": 0.25}, {"A": 0.5, "*": 0.5}])
    [(0.375, 1), (0.125, 1)]
    """
    groups: dict[str, tuple[float, int]] = {"": (1.0, 1)}
    for number, shares in enumerate(sites, 1):
        if any(not share >= 0 for share in shares.values()) or not math.isclose(
            sum(shares.values()), 1, rel_tol=1e-6
        ):
            raise InputError(f"the shares of site {number} do not sum up to 1")
        kinds = _grouped((share, 1) for a, share in shares.items() if share > 0 and a != "*")
        groups = _grouped(
            (chance * share, count * times)
            for chance, count in groups.values()
            for share, times in kinds.values()
        )
        if len(groups) > _MOST:
            raise InputError(
                "the library has too many different probabilities to add up",
                hint="use the same scheme at more sites",
            )
    return sorted(groups.values(), reverse=True)


def _grouped(rows: Iterable[tuple[float, int]]) -> dict[str, tuple[float, int]]:
    """Add up the numbers of equal probabilities; what multiplying rounds differently is equal."""
    groups: dict[str, tuple[float, int]] = {}
    for chance, count in rows:
        key = f"{chance:.12e}"
        known, total = groups.get(key, (chance, 0))
        groups[key] = (known, total + count)
    return groups


def coverage(sites: Iterable[Mapping[str, float]], clones: float) -> Coverage:
    """Tell what a number of clones shows of a library.

    Parameters
    ----------
    sites
        As in `variant_groups`.
    clones : float

    Raises
    ------
    InputError
        As in `variant_groups`, or the number is not above 0.

    Examples
    --------
    >>> seen = coverage([{"A": 0.5, "C": 0.5}], 3)
    >>> seen.distinct, seen.complete
    (1.75, 0.75)
    """
    if not 0 < clones < math.inf:
        raise InputError(f"{clones} clones", expected="a number above 0")
    return _coverage(variant_groups(sites), clones)


def _coverage(groups: Sequence[tuple[float, int]], clones: float) -> Coverage:
    chances = np.array([p for p, _ in groups])
    counts = np.array([float(n) for _, n in groups])
    with np.errstate(divide="ignore"):
        missing = np.exp(clones * np.log1p(-np.minimum(chances, 1.0)))
    distinct = float(np.sum(counts * (1 - missing)))
    return Coverage(
        clones,
        float(counts.sum()),
        distinct,
        _complete(groups, clones, missing, counts),
        float(np.sum(counts * chances)),
    )


def _complete(
    groups: Sequence[tuple[float, int]],
    clones: float,
    missing: np.ndarray,
    counts: np.ndarray,
) -> float:
    """Give the probability that no variant is missing.

    Exact by inclusion and exclusion for up to 20 variants; beyond, variants are taken for independent
    (numbers of clones as if drawn from Poisson's distribution), as usual for libraries.
    """
    total = int(sum(n for _, n in groups))
    if clones < total:
        return 0.0
    if total <= 20 and float(clones).is_integer():
        # sums over subsets that are left out, by how many of each group
        sums = {0.0: 1.0}
        for chance, count in groups:
            grown: Counter[float] = Counter()
            for left_out, weight in sums.items():
                for k in range(count + 1):
                    key = round(left_out + k * chance, 12)
                    grown[key] += weight * (-1) ** k * math.comb(count, k)
            sums = dict(grown)
        terms = (weight * max(0.0, 1 - out) ** clones for out, weight in sums.items())
        return min(1.0, max(0.0, math.fsum(terms)))
    with np.errstate(divide="ignore"):
        return float(np.exp(np.sum(counts * np.log1p(-np.minimum(missing, 1.0)))))


def clones_for(
    sites: Iterable[Mapping[str, float]],
    *,
    share: float | None = None,
    complete: float | None = None,
) -> int:
    """Give the fewest clones that show an expected share, or all variants with a probability.

    Parameters
    ----------
    sites
        As in `variant_groups`.
    share, complete : float, optional
        One of them, between 0 and 1.

    Raises
    ------
    InputError
        Not exactly one is given, or it is out of range.

    Examples
    --------
    >>> from biowright.design.variants import scheme
    >>> clones_for([scheme("NNK").shares], share=0.95)
    80
    >>> clones_for([scheme("22c").shares], share=0.95)
    63
    """
    goal = share if share is not None else complete
    if goal is None or (share is not None and complete is not None) or not 0 < goal < 1:
        raise InputError(
            "either a share of the variants or a probability of all", expected="between 0 and 1"
        )
    groups = variant_groups(sites)

    def reached(clones: int) -> bool:
        seen = _coverage(groups, clones)
        return (seen.share if share is not None else seen.complete) >= goal

    high = 1
    while not reached(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high

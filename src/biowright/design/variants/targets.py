"""Libraries for given sequences: as many of them as possible in few sublibraries of a total size.

The problem is DeCoDe's (Shimko, Fordyce and Orenstein 2020, doi:10.1093/bioinformatics/btaa162): each
sublibrary has one degenerate codon a site. Which targets it is to hold decides the residues that it needs
at each site, and the least codon for a set of residues is looked up; so that sets of targets are searched
instead of codons. Branch and bound finds the best single sublibrary and, for two, proves the optimum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from biowright.bio import GeneticCode, genetic_code
from biowright.core import InputError

from ..codons import CodonUsage
from .cover import closed_sets, held_by, search
from .degenerate import AMINO_ACIDS, DegenerateCodon, best_codon, degenerate_codons, residue_bits

__all__ = ["Cover", "Sublibrary", "cover_targets"]

_Ints = npt.NDArray[np.int64]
_FOUND = 1 << 16


@dataclass(frozen=True, slots=True)
class Sublibrary:
    """One library: a codon a site, fixed or degenerate.

    Parameters
    ----------
    codons : tuple of DegenerateCodon
        From the first site to the last.
    holds : tuple of str
        The names of the targets in it.
    """

    codons: tuple[DegenerateCodon, ...]
    holds: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many DNA variants it has."""
        return math.prod(codon.size for codon in self.codons)

    @property
    def proteins(self) -> int:
        """How many protein variants it has."""
        return math.prod(len(codon.residues) for codon in self.codons)

    @property
    def sequence(self) -> str:
        """Its DNA, in IUPAC letters."""
        return "".join(codon.letters for codon in self.codons)


@dataclass(frozen=True, slots=True)
class Cover:
    """Sublibraries for targets.

    Parameters
    ----------
    sublibraries : tuple of Sublibrary
        The largest first.
    covered : tuple of str
        The targets that lie in at least one.
    weight : float
        Of the covered targets together; their number where they have no weights.
    bound : float
        No sublibraries of this number and total size hold more.
    """

    sublibraries: tuple[Sublibrary, ...]
    covered: tuple[str, ...]
    weight: float
    bound: float

    @property
    def size(self) -> int:
        """The DNA variants of all sublibraries together."""
        return sum(one.size for one in self.sublibraries)

    @property
    def optimal(self) -> bool:
        """Whether it is proven that nothing holds more."""
        return self.weight >= self.bound - 1e-6


@dataclass(frozen=True, slots=True)
class _Problem:
    targets: _Ints
    weights: npt.NDArray[np.float64]
    starts: _Ints
    cover: _Ints
    log_size: npt.NDArray[np.float64]


def cover_targets(
    targets: Mapping[str, str],
    *,
    limit: float,
    sublibraries: int = 1,
    weights: Mapping[str, float] | None = None,
    code: GeneticCode | int | str = 1,
    usage: CodonUsage | None = None,
    steps: int = 3000,
    nodes: int = 2_000_000,
    seed: int = 0,
) -> Cover:
    """Find sublibraries that hold as many targets as possible.

    Parameters
    ----------
    targets : mapping of str to str
        Proteins of one length by name; without gaps.
    limit : float
        On the DNA variants of all sublibraries together.
    sublibraries : int, default 1
    weights : mapping of str to float, optional
        What a target is worth; 1 by default.
    code : default 1
    usage : CodonUsage, optional
        Of the host: among equally good codons, those that it uses most.
    steps : int, default 3000
        Of the search.
    nodes : int, default 2,000,000
        Of a proof by branch and bound; where they do not suffice, the bound is that of what is proven.
    seed : int, default 0

    Returns
    -------
    Cover
        With a bound; for one or two sublibraries it usually is the optimum.

    Raises
    ------
    InputError
        There are no targets, they are not of one length, hold other letters than amino acids, or the
        limit or the number is below 1.

    Examples
    --------
    >>> found = cover_targets({"a": "MKV", "b": "MRV", "c": "MKI", "d": "MWW"}, limit=4)
    >>> found.covered, [codon.letters for codon in found.sublibraries[0].codons], found.bound
    (('a', 'b', 'c'), ['ATG', 'ARA', 'RTA'], 3.0)
    """
    names = list(targets)
    if sublibraries < 1 or not limit >= 1:
        raise InputError(
            f"{sublibraries} sublibraries of {limit:g} variants", expected="1 or more of both"
        )
    alphabets = _alphabets(targets)
    problem = _problem(targets, alphabets, weights, genetic_code(code))
    masks, weight = search(
        problem.targets,
        problem.weights,
        problem.starts,
        problem.cover,
        problem.log_size,
        sublibraries,
        float(limit),
        steps,
        seed,
    )
    bound = float(problem.weights.sum())
    if sublibraries <= 2:
        masks, weight, bound = _prove(problem, masks, weight, sublibraries, float(limit), nodes)
    else:
        # the j-th largest of them has at most the j-th part of the size
        bests = [_best(problem, limit / j, nodes) for j in range(1, sublibraries + 1)]
        bound = min(bound, sum(best for best, _ in bests))
    made = [_made(row, problem, alphabets, names, code, usage) for row in masks if row.any()]
    made.sort(key=lambda one: (-one.size, one.sequence))
    covered = {name for one in made for name in one.holds}
    return Cover(
        tuple(made), tuple(name for name in names if name in covered), float(weight), bound
    )


def _alphabets(targets: Mapping[str, str]) -> list[str]:
    if not targets:
        raise InputError("there are no targets")
    lengths = {len(sequence) for sequence in targets.values()}
    if len(lengths) > 1 or 0 in lengths:
        raise InputError(
            f"the targets have {', '.join(map(str, sorted(lengths)))} residues",
            expected="one length",
            hint="align them, and leave out those with gaps",
        )
    for name, sequence in targets.items():
        for at, letter in enumerate(sequence.upper()):
            if letter not in AMINO_ACIDS:
                raise InputError(
                    f"'{letter}' in a target is no amino acid", record=name, position=at
                )
    columns = zip(*(sequence.upper() for sequence in targets.values()), strict=True)
    return ["".join(sorted(set(column))) for column in columns]


def _problem(
    targets: Mapping[str, str],
    alphabets: Sequence[str],
    weights: Mapping[str, float] | None,
    code: GeneticCode,
) -> _Problem:
    given = {} if weights is None else dict(weights)
    strange = [name for name in given if name not in targets]
    if strange or not all(0 < weight < math.inf for weight in given.values()):
        raise InputError(
            f"there is no target '{strange[0]}' to weigh" if strange else "a weight is not above 0"
        )
    sites = [i for i, alphabet in enumerate(alphabets) if len(alphabet) > 1]
    numbers = np.array(
        [[alphabets[i].index(s.upper()[i]) for i in sites] for s in targets.values()], np.int64
    ).reshape(len(targets), len(sites))
    starts, cover, sizes = [], [], []
    tables: dict[str, tuple[list[int], list[float]]] = {}
    for i in sites:
        alphabet = alphabets[i]
        if alphabet not in tables:
            tables[alphabet] = _least(alphabet, code)
        starts.append(len(cover))
        cover += tables[alphabet][0]
        sizes += tables[alphabet][1]
    return _Problem(
        numbers,
        np.array([given.get(name, 1.0) for name in targets]),
        np.array(starts, np.int64),
        np.array(cover, np.int64),
        np.array(sizes),
    )


def _least(alphabet: str, code: GeneticCode) -> tuple[list[int], list[float]]:
    """Give, for each set of residues, what the least codon for it gives, and ln of that codon's size.

    Sets are bits in the order of the alphabet; among codons of one size, one that gives more of the
    alphabet is better. A set without a codon that has no stop costs more than any limit.
    """
    count = 1 << len(alphabet)
    residues, lengths = _tables(code)
    masks = np.zeros(len(residues), np.int64)
    for i, letter in enumerate(alphabet):
        masks |= (residues >> AMINO_ACIDS.index(letter) & 1) << i
    sizes = np.full(count, np.inf)
    np.minimum.at(sizes, masks, lengths)
    best, size = np.arange(count), sizes.copy()
    extra = np.array([bin(mask).count("1") for mask in range(count)])
    for i in range(len(alphabet)):  # the best superset, one letter after the other
        for mask in range(count):
            if mask >> i & 1:
                continue
            other = mask | 1 << i
            better = size[other] < size[mask]
            richer = size[other] == size[mask] and extra[best[other]] > extra[best[mask]]
            if better or (richer and np.isfinite(size[mask])):
                size[mask], best[mask] = size[other], best[other]
    logs = np.where(np.isfinite(size), np.log(np.where(np.isfinite(size), size, 1.0)), 1e9)
    best[0], logs[0] = 0, 0.0
    return best.tolist(), logs.tolist()


@lru_cache(maxsize=8)
def _tables(code: GeneticCode) -> tuple[_Ints, npt.NDArray[np.float64]]:
    """Give the residues, as bits, and the sizes of all codons without stops."""
    bits = np.array(residue_bits(code), np.int64)
    sizes = np.array([float(codon.size) for codon in degenerate_codons(code)])
    return bits[bits < 1 << 20], sizes[bits < 1 << 20]


def _best(
    problem: _Problem, limit: float, nodes: int, floor: float = 0.0, among: _Ints | None = None
) -> tuple[float, _Ints | None]:
    """Give the largest weight of one sublibrary, or a bound on it, and the sublibrary."""
    chosen = np.arange(len(problem.targets)) if among is None else among
    found = np.zeros((1, problem.targets.shape[1]), np.int64)
    if limit < 1 or not len(chosen):
        return 0.0, None
    count, best, done = closed_sets(
        problem.targets[chosen],
        problem.weights[chosen],
        problem.starts,
        problem.cover,
        problem.log_size,
        limit,
        floor,
        True,
        nodes,
        found,
    )
    if not done:
        return float(problem.weights[chosen].sum()), None
    return float(best), found[0] if count else None


def _prove(
    problem: _Problem, masks: _Ints, weight: float, sublibraries: int, limit: float, nodes: int
) -> tuple[_Ints, float, float]:
    """Find something better, or prove that there is nothing."""
    if not problem.targets.shape[1]:
        return masks, weight, weight
    largest, row = _best(problem, limit, nodes, weight if sublibraries == 1 else 0.0)
    if sublibraries == 1:
        return (masks, weight, largest) if row is None else (row[None, :], largest, largest)
    half, _ = _best(problem, limit / 2, nodes)
    bound = max(weight, min(largest + half, float(problem.weights.sum())))
    # a better pair has a larger one that holds more than what the smaller one, at half the size, leaves
    found = np.zeros((_FOUND, problem.targets.shape[1]), np.int64)
    count, _, done = closed_sets(
        problem.targets,
        problem.weights,
        problem.starts,
        problem.cover,
        problem.log_size,
        limit,
        max(0.0, weight - half),
        False,
        nodes,
        found,
    )
    if not done or count > len(found):
        return masks, weight, bound
    inside = np.zeros(len(problem.targets), np.bool_)
    known: dict[float, float] = {}
    for first in found[:count]:
        size = math.exp(sum(problem.log_size[problem.starts + first]))
        held_by(first, problem.targets, inside)
        own = float(problem.weights[inside].sum())
        left = min(limit - size + 1e-6, size)
        step = limit / 2 ** math.floor(math.log2(limit / max(left, 1.0)))
        if step not in known:
            known[step] = _best(problem, step, nodes)[0]
        if own + known[step] <= weight + 1e-9:
            continue
        others = np.flatnonzero(~inside)
        best, second = _best(problem, left, nodes, max(0.0, weight - own), others)
        if second is not None:
            masks, weight = np.stack([first, second]), own + best
        elif own + best > weight + 1e-9:
            return masks, weight, bound  # nodes did not suffice
    return masks, weight, weight


def _made(
    row: _Ints,
    problem: _Problem,
    alphabets: Sequence[str],
    names: Sequence[str],
    code: GeneticCode | int | str,
    usage: CodonUsage | None,
) -> Sublibrary:
    inside = np.zeros(len(names), np.bool_)
    held_by(row, problem.targets, inside)
    codons = []
    known: dict[str, DegenerateCodon] = {}
    sets = iter(row.tolist())
    for alphabet in alphabets:
        mask = 1 if len(alphabet) == 1 else next(sets)
        wanted = "".join(letter for i, letter in enumerate(alphabet) if mask >> i & 1)
        if wanted not in known:
            known[wanted] = best_codon(wanted, code=code, usage=usage)
        codons.append(known[wanted])
    return Sublibrary(tuple(codons), tuple(n for n, i in zip(names, inside, strict=True) if i))

"""Libraries for given sequences: as many of them as possible in few sublibraries of a total size.

The problem is DeCoDe's (Shimko, Fordyce and Orenstein 2020, doi:10.1093/bioinformatics/btaa162): each
sublibrary has one degenerate codon a site, or here a mixture of a few. Which targets it is to hold decides
the residues that it needs at each site, and the least mixture for a set of residues is looked up; so that
sets of targets are searched instead of codons. Branch and bound finds the best single sublibrary and, for
two, proves the optimum.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biowright.bio import GeneticCode, genetic_code
from biowright.core import InputError

from ..codons import CodonUsage
from .cover import closed_sets, held_by, search
from .degenerate import AMINO_ACIDS, DegenerateCodon
from .mixtures import least_mixture, mixture_size, residue_tables

__all__ = ["Cover", "Sublibrary", "cover_targets"]

_Ints = npt.NDArray[np.int64]
_FOUND = 1 << 16


@dataclass(frozen=True, slots=True)
class Sublibrary:
    """One library: a codon a site, fixed or degenerate, or a mixture of several.

    Parameters
    ----------
    sites : tuple of tuple of DegenerateCodon
        The codons of each site, mixed by their sizes.
    holds : tuple of str
        The names of the targets in it.
    """

    sites: tuple[tuple[DegenerateCodon, ...], ...]
    holds: tuple[str, ...]

    @property
    def codons(self) -> tuple[DegenerateCodon, ...]:
        """All codons, from the first site to the last: one a site unless more were allowed."""
        return tuple(codon for site in self.sites for codon in site)

    @property
    def residues(self) -> tuple[str, ...]:
        """The amino acids of each site, by letter."""
        return tuple("".join(sorted({a for c in site for a in c.residues})) for site in self.sites)

    @property
    def size(self) -> int:
        """How many DNA variants it has."""
        return math.prod(mixture_size(site) for site in self.sites)

    @property
    def proteins(self) -> int:
        """How many protein variants it has."""
        return math.prod(len(residues) for residues in self.residues)

    @property
    def pieces(self) -> int:
        """How many degenerate sequences it is: all ways to take one codon a site."""
        return math.prod(len(site) for site in self.sites)

    @property
    def sequences(self) -> Iterator[tuple[str, float]]:
        """Those sequences, in IUPAC letters, each with its part of the mixture."""
        total = math.prod(sum(codon.size for codon in site) for site in self.sites)
        for codons in itertools.product(*self.sites):
            part = math.prod(codon.size for codon in codons) / total
            yield "".join(codon.letters for codon in codons), part

    @property
    def sequence(self) -> str:
        """Its DNA, in IUPAC letters; several codons of a site as ``(AAA/TGG)``."""
        sites = ("/".join(codon.letters for codon in site) for site in self.sites)
        return "".join(f"({one})" if "/" in one else one for one in sites)


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
    richest: _Ints
    closed: _Ints
    log_size: npt.NDArray[np.float64]


def cover_targets(
    targets: Mapping[str, str],
    *,
    limit: float,
    sublibraries: int = 1,
    codons_per_site: int = 1,
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
    codons_per_site : int, default 1
        Up to 3 degenerate codons are mixed at a site; its size is that of the mixture.
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
        limit or a number is out of range.

    Examples
    --------
    >>> found = cover_targets({"a": "MKV", "b": "MRV", "c": "MKI", "d": "MWW"}, limit=4)
    >>> found.covered, [codon.letters for codon in found.sublibraries[0].codons], found.bound
    (('a', 'b', 'c'), ['ATG', 'ARA', 'RTA'], 3.0)
    >>> cover_targets({"a": "MK", "b": "MW"}, limit=2, codons_per_site=2).sublibraries[0].sequence
    'ATG(AAA/TGG)'
    """
    names = list(targets)
    if sublibraries < 1 or not limit >= 1:
        raise InputError(
            f"{sublibraries} sublibraries of {limit:g} variants", expected="1 or more of both"
        )
    alphabets = _alphabets(targets)
    problem = _problem(targets, alphabets, weights, genetic_code(code), codons_per_site)
    bound = float(problem.weights.sum())
    if not problem.targets.shape[1]:  # all targets are the same
        masks, weight = np.zeros((1, 0), np.int64), bound
    else:
        masks, weight = search(
            problem.targets,
            problem.weights,
            problem.starts,
            problem.richest,
            problem.log_size,
            sublibraries,
            float(limit),
            steps,
            seed,
        )
        if sublibraries <= 2:
            masks, weight, bound = _prove(problem, masks, weight, sublibraries, float(limit), nodes)
        else:
            # the j-th largest of them has at most the j-th part of the size
            bests = [_best(problem, limit / j, nodes) for j in range(1, sublibraries + 1)]
            bound = min(bound, sum(best for best, _ in bests))
    made = [
        _made(row, targets, alphabets, code, usage, codons_per_site)
        for row in masks
        if row.any() or not row.size
    ]
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
    codons_per_site: int,
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
    starts: dict[str, int] = {}
    tables = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    for alphabet in dict.fromkeys(alphabets[i] for i in sites):
        starts[alphabet] = sum(len(table[0]) for table in tables)
        tables.append(residue_tables(alphabet, code, codons_per_site))
    return _Problem(
        numbers,
        np.array([given.get(name, 1.0) for name in targets]),
        np.array([starts[alphabets[i]] for i in sites], np.int64),
        *(np.concatenate(parts) for parts in zip(*tables, strict=True)),
    )


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
        problem.closed,
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
        problem.closed,
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
    targets: Mapping[str, str],
    alphabets: Sequence[str],
    code: GeneticCode | int | str,
    usage: CodonUsage | None,
    codons_per_site: int,
) -> Sublibrary:
    wanted = []
    known: dict[str, tuple[DegenerateCodon, ...]] = {}
    sets = iter(row.tolist())
    for alphabet in alphabets:
        mask = 1 if len(alphabet) == 1 else next(sets)
        wanted.append("".join(letter for i, letter in enumerate(alphabet) if mask >> i & 1))
        if wanted[-1] not in known:
            known[wanted[-1]] = least_mixture(
                wanted[-1], most=codons_per_site, code=code, usage=usage
            )
    sites = tuple(known[one] for one in wanted)
    residues = Sublibrary(sites, ()).residues  # a least mixture may hold more than was wanted
    inside = (
        name
        for name, target in targets.items()
        if all(a in has for a, has in zip(target.upper(), residues, strict=True))
    )
    return Sublibrary(sites, tuple(inside))

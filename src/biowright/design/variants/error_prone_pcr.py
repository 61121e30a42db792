"""Error-prone PCR as a mixture: how many mutations a clone has, and which ones with what bias.

Copies that were doubled more often carry more mutations, so that their number is wider than Poisson's: a
mixture over doublings (Sun 1995, doi:10.1089/cmb.1995.2.63; Drummond et al. 2005,
doi:10.1016/j.jmb.2005.05.023). Which mutations they are follows the bias of the polymerase.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from biowright.bio import GeneticCode, genetic_code
from biowright.core import InputError, suggest

__all__ = ["BIASES", "ErrorProne", "error_prone", "mutation_counts"]

# Each pair stands for both strands; percentages of all substitutions. From the table that the maker of
# Mutazyme II publishes, which has Taq with manganese and unbalanced nucleotides beside it (Shafikhani et
# al. 1997, doi:10.2144/97232rr01).
BIASES: dict[str, dict[str, float]] = {
    "Mutazyme II": {"AT": 28.5, "AC": 4.7, "AG": 17.5, "GA": 25.5, "GC": 4.1, "GT": 14.1},
    "Taq": {"AT": 40.9, "AC": 7.3, "AG": 27.6, "GA": 13.6, "GC": 1.4, "GT": 4.5},
    "even": {"AT": 1, "AC": 1, "AG": 1, "GA": 1, "GC": 1, "GT": 1},
}
"""Known biases: parts of each kind of substitution in a template with as many A and T as G and C."""
_OTHER = {"A": "T", "C": "G", "G": "C", "T": "A"}
_DEEPEST = 5


@dataclass(frozen=True, slots=True)
class ErrorProne:
    """What a library by error-prone PCR holds.

    Parameters
    ----------
    mutations : tuple of float
        The share of clones with 0, 1, 2 ... base substitutions.
    unchanged : float
        The share of clones that code for the parent.
    stops : float
        The share of clones with a stop inside.
    substitutions : mapping of str to float
        The share of clones with each single amino acid change that one base makes (``V39A``), whatever
        else they have.
    reachable : int
        How many amino acid changes one base makes; 19 a residue would be all.
    distinct : float
        Different DNA variants that are expected among the clones.
    """

    mutations: tuple[float, ...]
    unchanged: float
    stops: float
    substitutions: Mapping[str, float]
    reachable: int
    distinct: float


def mutation_counts(mean: float, cycles: int = 30, efficiency: float = 0.6) -> tuple[float, ...]:
    """Give the share of clones with 0, 1, 2 ... mutations, up to a rest below 1e-9.

    Parameters
    ----------
    mean : float
        Mutations a clone.
    cycles : int, default 30
    efficiency : float, default 0.6
        The chance that a copy is doubled in a cycle; with 1, the mixture is still wider than Poisson's,
        since half of the copies are older.

    Raises
    ------
    InputError
        A number is out of range.

    Examples
    --------
    >>> shares = mutation_counts(4.0)
    >>> round(sum(k * share for k, share in enumerate(shares)), 6), shares[0] > 2.718281828 ** -4
    (4.0, True)
    """
    if not (0 < mean < 200 and 1 <= cycles <= 100 and 0 < efficiency <= 1):
        raise InputError(
            f"{mean:g} mutations in {cycles} cycles of efficiency {efficiency:g}",
            expected="a mean above 0 and below 200, 1 to 100 cycles, an efficiency up to 1",
        )
    step = mean * (1 + efficiency) / (cycles * efficiency)
    weights = [
        math.comb(cycles, n) * efficiency**n / (1 + efficiency) ** cycles for n in range(cycles + 1)
    ]
    shares: list[float] = []
    while not shares or 1 - math.fsum(shares) > 1e-9:
        k = len(shares)
        shares.append(
            math.fsum(
                w * math.exp(-n * step + k * math.log(n * step) - math.lgamma(k + 1))
                if n
                else w * (k == 0)
                for n, w in enumerate(weights)
            )
        )
        if k > 2000:
            break
    return tuple(shares)


def error_prone(
    gene: str,
    *,
    mean: float,
    clones: float,
    bias: str | Mapping[str, float] = "Mutazyme II",
    cycles: int = 30,
    efficiency: float = 0.6,
    first: int = 1,
    code: GeneticCode | int | str = 1,
) -> ErrorProne:
    """Tell what error-prone PCR of a gene gives.

    Parameters
    ----------
    gene : str
        Coding DNA; a stop at its end may be there.
    mean : float
        Substitutions a clone.
    clones : float
        How many are screened.
    bias : str or mapping, default "Mutazyme II"
        One of `BIASES`, or parts by kind of substitution: AT, AC, AG, GA, GC, GT, each for both strands.
    cycles, efficiency
        As in `mutation_counts`.
    first : int, default 1
        The number of the first residue.
    code : default 1

    Raises
    ------
    InputError
        The gene is no coding DNA, or a number or the bias is wrong.

    Examples
    --------
    >>> library = error_prone("ATGGCTAAATGGGTTTAA", mean=1.0, clones=1000)
    >>> library.reachable, max(library.substitutions, key=library.substitutions.get)
    (29, 'W4R')
    """
    letters = gene.upper().replace("U", "T")
    if not letters or len(letters) % 3 or set(letters) - set("ACGT"):
        raise InputError("this is no coding DNA", expected="whole codons of A, C, G and T, 5'→3'")
    if not 0 < clones < math.inf:
        raise InputError(f"{clones} clones", expected="a number above 0")
    rates = _rates(letters, bias)
    counts = mutation_counts(mean, cycles, efficiency)
    table = genetic_code(code)
    codons = [letters[i : i + 3] for i in range(0, len(letters), 3)]
    if table[codons[-1]] == "*":
        codons.pop()
    total = sum(rates[a] for base in letters for a in rates if a[0] == base)
    single: Counter[str] = Counter()
    silent = 0.0
    stop = 0.0
    for number, codon in enumerate(codons):
        residue = table[codon]
        for i, base in enumerate(codon):
            for other in "ACGT":
                if other == base:
                    continue
                share = rates[base + other] / total
                new = table[codon[:i] + other + codon[i + 1 :]]
                if new == residue:
                    silent += share
                elif new == "*":
                    stop += share
                else:
                    single[f"{residue}{number + first}{new}"] += share
    outside = 1 - silent - stop - sum(single.values())  # in the stop codon
    # mutations of a clone are taken for independent of one another
    unchanged = math.fsum(p * (silent + outside) ** k for k, p in enumerate(counts))
    stopped = math.fsum(p * (1 - (1 - stop) ** k) for k, p in enumerate(counts))
    shares = {
        name: math.fsum(p * (1 - (1 - share) ** k) for k, p in enumerate(counts))
        for name, share in sorted(single.items())
    }
    return ErrorProne(
        counts, unchanged, stopped, shares, len(shares), _distinct(letters, rates, counts, clones)
    )


def _rates(letters: str, bias: str | Mapping[str, float]) -> dict[str, float]:
    """Give the relative rate of each substitution of one base."""
    if isinstance(bias, str):
        if bias not in BIASES:
            raise InputError(f"there is no bias '{bias}'", hint=suggest(bias, BIASES))
        bias = BIASES[bias]
    if set(bias) != set(BIASES["even"]) or not all(0 <= v < math.inf for v in bias.values()):
        raise InputError(
            "the bias is incomplete", expected="parts for AT, AC, AG, GA, GC and GT, from 0 on"
        )
    rates = {}
    for kind, part in bias.items():
        rates[kind] = rates[_OTHER[kind[0]] + _OTHER[kind[1]]] = float(part)
    if not any(rates[kind] for kind in rates if kind[0] in letters):
        raise InputError("the bias mutates no base of the gene")
    return rates


def _distinct(
    letters: str, rates: Mapping[str, float], counts: tuple[float, ...], clones: float
) -> float:
    """Give the DNA variants that are expected among the clones, the parent counted too.

    Exact over groups of equal probability up to five substitutions; clones with more are taken for
    different from one another, so that the sum is a little too large where many clones have few
    possibilities.
    """
    have = Counter(letters)
    kinds = [kind for kind in rates if rates[kind] and have[kind[0]]]
    distinct = 1 - (1 - counts[0]) ** clones
    for k, chance in enumerate(counts[1:], 1):
        if k > _DEEPEST:
            distinct += clones * chance
            continue
        groups = [
            (math.prod(rates[kind] for kind in chosen), _ways(chosen, have))
            for chosen in itertools.combinations_with_replacement(kinds, k)
        ]
        whole = math.fsum(weight * ways for weight, ways in groups)
        if whole:
            distinct += math.fsum(
                ways * -math.expm1(clones * math.log1p(-min(1 - 1e-16, chance * weight / whole)))
                for weight, ways in groups
                if ways
            )
    return distinct


def _ways(chosen: tuple[str, ...], have: Mapping[str, int]) -> int:
    """Count the choices of different positions for kinds of substitutions."""
    ways = 1
    for base, group in _by_base(chosen):
        times = Counter(group)
        ways *= math.comb(have[base], len(group)) * math.factorial(len(group))
        ways //= math.prod(math.factorial(n) for n in times.values())
    return ways


def _by_base(chosen: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    for base in "ACGT":
        group = [kind for kind in chosen if kind[0] == base]
        if group:
            yield base, group

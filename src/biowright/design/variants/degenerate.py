"""Degenerate codons: all 3,375 of them, and the best ones for a set of amino acids."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from biowright.bio import IUPAC, GeneticCode, genetic_code
from biowright.core import InputError, NegativeResult

if TYPE_CHECKING:
    from ..codons import CodonUsage

__all__ = ["DegenerateCodon", "best_codon", "best_mixture", "degenerate_codons"]

LETTERS = "ACGTRYMKSWHBVDN"
AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
_BIT = {letter: 1 << i for i, letter in enumerate(AMINO_ACIDS)}
_STOP = 1 << 20


@dataclass(frozen=True, slots=True)
class DegenerateCodon:
    """A codon of IUPAC letters and what its expansions code for.

    Parameters
    ----------
    letters : str
    codons : tuple of str
        The expansions, each as often as any other in the mixture.
    amino_acids : tuple of (str, int)
        How many expansions code for each amino acid, ``*`` for stops; by letter.

    Examples
    --------
    >>> nnk = DegenerateCodon.of("NNK")
    >>> nnk.size, nnk.residues, nnk.stops, dict(nnk.amino_acids)["S"]
    (32, 'ACDEFGHIKLMNPQRSTVWY', 1, 3)
    """

    letters: str
    codons: tuple[str, ...]
    amino_acids: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, letters: str, code: GeneticCode | int | str = 1) -> DegenerateCodon:
        """Make one from its letters.

        Raises
        ------
        InputError
            They are not three IUPAC letters.
        """
        upper = letters.upper().replace("U", "T")
        if len(upper) != 3 or not all(letter in IUPAC for letter in upper):
            raise InputError(f"'{letters}' is no degenerate codon", expected="three IUPAC letters")
        return _codon(upper, genetic_code(code))

    @property
    def size(self) -> int:
        """How many DNA variants it gives."""
        return len(self.codons)

    @property
    def residues(self) -> str:
        """The amino acids that it codes for, by letter."""
        return "".join(letter for letter, _ in self.amino_acids if letter != "*")

    @property
    def stops(self) -> int:
        """How many of its expansions stop."""
        return dict(self.amino_acids).get("*", 0)

    def share(self, residue: str) -> float:
        """Give the share of the mixture that codes for a residue, ``*`` for a stop."""
        return dict(self.amino_acids).get(residue, 0) / self.size


@lru_cache(maxsize=1 << 14)
def _codon(letters: str, code: GeneticCode) -> DegenerateCodon:
    codons = tuple("".join(c) for c in itertools.product(*(IUPAC[letter] for letter in letters)))
    return DegenerateCodon(letters, codons, tuple(sorted(Counter(code[c] for c in codons).items())))


@lru_cache(maxsize=8)
def _all(code: GeneticCode) -> tuple[DegenerateCodon, ...]:
    return tuple(_codon("".join(c), code) for c in itertools.product(LETTERS, repeat=3))


@lru_cache(maxsize=8)
def residue_bits(code: GeneticCode) -> tuple[int, ...]:
    """Give what each degenerate codon codes for, as bits in the order of the amino acids, stops last."""
    return tuple(
        sum(_BIT.get(letter, _STOP) for letter, _ in codon.amino_acids) for codon in _all(code)
    )


def degenerate_codons(code: GeneticCode | int | str = 1) -> tuple[DegenerateCodon, ...]:
    """Give all 3,375 degenerate codons of a genetic code.

    Examples
    --------
    >>> len(degenerate_codons()), sum(codon.stops == 0 for codon in degenerate_codons())
    (3375, 2351)
    """
    return _all(genetic_code(code))


def best_codon(
    wanted: Iterable[str] | Mapping[str, float],
    *,
    code: GeneticCode | int | str = 1,
    avoid: str = "*",
    usage: CodonUsage | None = None,
) -> DegenerateCodon:
    """Give the best degenerate codon for a set of amino acids, after looking at all of them.

    It codes for all that are wanted and for none to avoid. Without weights it has the fewest DNA
    variants, then the most even shares of what is wanted. With weights, the mixture is closest to
    them: the sum of weight * ln(share) is largest. Ties go to codons that the host uses most, by the
    geometric mean of their adaptiveness, then to the first in the alphabet.

    Parameters
    ----------
    wanted : iterable of str, or mapping of str to float
        Amino acids by letter, with their weights if wanted.
    code : default 1
    avoid : str, default "*"
        Amino acids that must not occur; ``*`` is a stop.
    usage : CodonUsage, optional
        Of the host.

    Raises
    ------
    InputError
        A letter is no amino acid, or a weight is not above 0.
    NegativeResult
        No degenerate codon does it; several may (`best_mixture`).

    Examples
    --------
    >>> best_codon("FLIMV").letters, best_codon("ILV").letters, best_codon({"D": 1, "E": 3}).letters
    ('DTK', 'DTA', 'GAD')
    """
    weights = _weights(wanted)
    even = not isinstance(wanted, Mapping)
    adapted = usage.adaptiveness() if usage is not None else {}
    must = sum(_BIT[a] for a in weights)
    mustnt = sum(_BIT.get(a, 0) for a in avoid.upper()) | (_STOP if "*" in avoid else 0)
    codons, bits = degenerate_codons(code), residue_bits(genetic_code(code))
    fitting = [
        codon
        for codon, mask in zip(codons, bits, strict=True)
        if mask & must == must and not mask & mustnt
    ]
    if even and fitting:
        least = min(codon.size for codon in fitting)
        fitting = [codon for codon in fitting if codon.size == least]
    if not fitting:
        raise NegativeResult(
            f"no degenerate codon codes for {''.join(sorted(weights))} without {avoid or 'more'}",
            hint="use several codons at the site: best_mixture",
        )

    def rank(codon: DegenerateCodon) -> tuple[float, ...]:
        fit = -sum(w * math.log(codon.share(a)) for a, w in weights.items())
        return (
            *((codon.size, round(fit, 9)) if even else (round(fit, 9), codon.size)),
            -round(_adaptation(codon, adapted), 9),
        )

    return min(fitting, key=lambda codon: (rank(codon), codon.letters))


def best_mixture(
    wanted: Iterable[str],
    *,
    most: int = 4,
    code: GeneticCode | int | str = 1,
    avoid: str = "*",
    usage: CodonUsage | None = None,
) -> tuple[DegenerateCodon, ...]:
    """Give the fewest degenerate codons that together code for exactly what is wanted.

    They share no amino acid and are mixed by their sizes, so that all shares are nearly the same: what
    the 22c trick does for all twenty (Kille et al. 2013, doi:10.1021/sb300037w) and DYNAMCC for any set
    (Pines et al. 2015, doi:10.1021/sb500282v). The partition is exact: the fewest codons, then the fewest
    DNA variants, then those that the host uses most.

    Parameters
    ----------
    wanted : iterable of str
    most : int, default 4
        Codons at a site.
    code, avoid, usage
        As in `best_codon`; what is not wanted is avoided anyway.

    Returns
    -------
    tuple of DegenerateCodon
        By their letters. What is redundant is their total size less the number of amino acids.

    Raises
    ------
    InputError
        A letter is no amino acid.
    NegativeResult
        So few codons do not do it.

    Examples
    --------
    >>> [codon.letters for codon in best_mixture("ACDEFGHIKLMNPQRSTVWY")]
    ['DKK', 'NAC', 'VMA']
    """
    letters = "".join(sorted(_weights(wanted)))
    target = sum(_BIT[a] for a in letters)
    adapted = usage.adaptiveness() if usage is not None else {}
    # for each part of what is wanted, the smallest codon for exactly that part
    parts: dict[int, DegenerateCodon] = {}
    ranks: dict[int, tuple[int, float, str]] = {}
    mustnt = sum(_BIT.get(a, 0) for a in avoid.upper())
    bits = residue_bits(genetic_code(code))
    for codon, mask in zip(degenerate_codons(code), bits, strict=True):
        if mask & ~target or mask & mustnt:
            continue
        rank = (codon.size, -round(_adaptation(codon, adapted), 9), codon.letters)
        if mask not in ranks or rank < ranks[mask]:
            ranks[mask], parts[mask] = rank, codon
    best = _partition(target, parts, ranks, most)
    if best is None:
        raise NegativeResult(
            f"{most} degenerate codons do not give {letters} and nothing else",
            hint="allow more codons at the site, or more amino acids",
        )
    return tuple(sorted((parts[mask] for mask in best), key=lambda codon: codon.letters))


def _partition(
    target: int,
    parts: Mapping[int, DegenerateCodon],
    ranks: Mapping[int, tuple[int, float, str]],
    most: int,
) -> tuple[int, ...] | None:
    """Partition a set into the fewest, then smallest parts; exact, depth first by the rarest letter."""
    by_letter: dict[int, list[int]] = {}
    for mask in sorted(parts, key=lambda m: (-m.bit_count(), ranks[m])):
        for i in range(20):
            if mask >> i & 1:
                by_letter.setdefault(1 << i, []).append(mask)
    widest = max((mask.bit_count() for mask in parts), default=0)
    for count in range(1, most + 1):
        found: list[tuple[int, tuple[tuple[int, float, str], ...], tuple[int, ...]]] = []

        def search(left: int, chosen: tuple[int, ...], count: int = count, found=found) -> None:
            if not left:
                told = tuple(sorted(ranks[mask] for mask in chosen))
                found.append((sum(rank[0] for rank in told), told, chosen))
                return
            room = count - len(chosen)
            if room * widest < left.bit_count():
                return
            letters = [1 << i for i in range(20) if left >> i & 1]
            first = min(letters, key=lambda bit: len(by_letter.get(bit, ())))
            for mask in by_letter.get(first, ()):
                if not mask & ~left and (room > 1 or mask == left):
                    search(left & ~mask, (*chosen, mask))

        search(target, ())
        if found:
            return min(found)[2]
    return None


def _weights(wanted: Iterable[str] | Mapping[str, float]) -> dict[str, float]:
    weights = (
        {letter.upper(): float(weight) for letter, weight in wanted.items()}
        if isinstance(wanted, Mapping)
        else {letter.upper(): 1.0 for letter in wanted}
    )
    strange = [letter for letter in weights if letter not in _BIT]
    if strange or not weights:
        raise InputError(
            f"{', '.join(strange) or 'nothing'} is no amino acid", expected=f"of {AMINO_ACIDS}"
        )
    if not all(0 < weight < math.inf for weight in weights.values()):
        raise InputError("a weight is not above 0", expected="leave out what is not wanted")
    return weights


def _adaptation(codon: DegenerateCodon, adapted: Mapping[str, float]) -> float:
    if not adapted:
        return 0.0
    return sum(math.log(max(adapted.get(c, 0.01), 0.01)) for c in codon.codons) / codon.size

"""Ways to write a saturated site, side by side: NNN, NNK, NDT, 22c, Tang, trimers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from biowright.bio import GeneticCode, genetic_code
from biowright.core import InputError, suggest

from ..codons import CodonUsage
from .degenerate import AMINO_ACIDS, DegenerateCodon, best_codon
from .statistics import clones_for

__all__ = ["SCHEMES", "Comparison", "Scheme", "compare_schemes", "scheme", "trimers"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """What is ordered for one site: codons, each with its part of the mixture.

    Parameters
    ----------
    name : str
    codons : tuple of DegenerateCodon
    parts : tuple of float
        Of the mixture, one a codon.
    source : str
        Where it comes from.
    """

    name: str
    codons: tuple[DegenerateCodon, ...]
    parts: tuple[float, ...]
    source: str = ""

    @property
    def shares(self) -> dict[str, float]:
        """The share of each residue, ``*`` for stops, by letter."""
        shares: Counter[str] = Counter()
        for codon, part in zip(self.codons, self.parts, strict=True):
            for letter, count in codon.amino_acids:
                shares[letter] += part / sum(self.parts) * count / codon.size
        return dict(sorted(shares.items()))

    @property
    def size(self) -> int:
        """How many codons of A, C, G and T there are."""
        return sum(codon.size for codon in self.codons)

    @property
    def residues(self) -> str:
        """The amino acids."""
        return "".join(letter for letter in self.shares if letter != "*")


# name -> codons with their parts of the mixture, source
SCHEMES: dict[str, tuple[tuple[tuple[str, float], ...], str]] = {
    "NNN": ((("NNN", 1),), ""),
    "NNK": ((("NNK", 1),), "NNK and NNS have one stop in 32"),
    "NNS": ((("NNS", 1),), "NNK and NNS have one stop in 32"),
    "NNB": ((("NNB", 1),), ""),
    "NDT": ((("NDT", 1),), "twelve residues, one codon each; doi:10.1002/cbic.200800298"),
    "DBK": ((("DBK", 1),), "twelve residues; doi:10.1002/cbic.200800298"),
    "NRT": ((("NRT", 1),), "eight polar and charged residues"),
    "22c": ((("NDT", 12), ("VHG", 9), ("TGG", 1)), "Kille et al. 2013, doi:10.1021/sb300037w"),
    "Tang": (
        (("NDT", 12), ("VMA", 6), ("ATG", 1), ("TGG", 1)),
        "Tang et al. 2012, doi:10.2144/000113801",
    ),
}
"""The codons and parts of each scheme; ``trimers`` are made for a host."""


def scheme(name: str, code: GeneticCode | int | str = 1) -> Scheme:
    """Give a scheme by its name, or a single degenerate codon as one.

    Raises
    ------
    InputError
        There is no such scheme.

    Examples
    --------
    >>> tang = scheme("Tang")
    >>> tang.size, len(tang.residues), {round(share, 9) for share in tang.shares.values()}
    (20, 20, {0.05})
    """
    known = {key.upper(): key for key in SCHEMES}
    if name.upper() in known:
        key = known[name.upper()]
        rows, source = SCHEMES[key]
        codons = tuple(DegenerateCodon.of(letters, code) for letters, _ in rows)
        return Scheme(key, codons, tuple(float(part) for _, part in rows), source)
    if name.lower() == "trimers":
        return trimers(code=code)
    try:
        return Scheme(name.upper(), (DegenerateCodon.of(name, code),), (1.0,))
    except InputError:
        raise InputError(
            f"there is no scheme '{name}'",
            expected="a scheme, or three IUPAC letters",
            hint=suggest(name, [*SCHEMES, "trimers"]),
        ) from None


def trimers(
    residues: Iterable[str] = AMINO_ACIDS,
    *,
    code: GeneticCode | int | str = 1,
    usage: CodonUsage | None = None,
) -> Scheme:
    """Give one codon a residue in even parts, as trimer phosphoramidites do.

    Parameters
    ----------
    residues : iterable of str
    code : default 1
    usage : CodonUsage, optional
        Of the host: its most used codons.

    Examples
    --------
    >>> trimers("AG").size
    2
    """
    codons = tuple(best_codon(a, code=genetic_code(code), usage=usage) for a in residues)
    return Scheme("trimers", codons, (1.0,) * len(codons), "Virnekas et al. 1994")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One scheme at several sites.

    Parameters
    ----------
    scheme : Scheme
    oligos : int
        Different oligos to order, where each codon of each site is an oligo of its own.
    dna : int
        DNA variants.
    proteins : int
        Protein variants, without stops.
    stops : float
        The share of clones with a stop.
    worst : float
        How much rarer the rarest residue is than the most common one.
    clones : int
        For the wanted share of the proteins.
    """

    scheme: Scheme
    oligos: int
    dna: int
    proteins: int
    stops: float
    worst: float
    clones: int


def compare_schemes(
    sites: int,
    *,
    share: float = 0.95,
    names: Sequence[str] = ("NNN", "NNK", "NDT", "22c", "Tang", "trimers"),
    code: GeneticCode | int | str = 1,
) -> list[Comparison]:
    """Set schemes for saturating some sites beside one another.

    Parameters
    ----------
    sites : int
        How many are saturated at once.
    share : float, default 0.95
        The expected share of the proteins that the screen is to show.
    names : sequence of str
    code : default 1

    Examples
    --------
    >>> for row in compare_schemes(1):
    ...     print(row.scheme.name, row.dna, row.proteins, round(row.stops, 3), row.clones)
    NNN 64 20 0.047 92
    NNK 32 20 0.031 80
    NDT 12 12 0.0 35
    22c 22 20 0.0 63
    Tang 20 20 0.0 59
    trimers 20 20 0.0 59
    """
    if not 1 <= sites <= 12:
        raise InputError(f"{sites} sites", expected="1 to 12")
    rows = []
    for name in names:
        one = scheme(name, code)
        shares = one.shares
        present = [value for letter, value in shares.items() if letter != "*"]
        rows.append(
            Comparison(
                one,
                len(one.codons) ** sites,
                one.size**sites,
                len(one.residues) ** sites,
                1 - (1 - shares.get("*", 0.0)) ** sites,
                min(present) / max(present),
                clones_for([shares] * sites, share=share),
            )
        )
    return rows

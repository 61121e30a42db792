"""Codon usage of hosts, counted from their annotated genomes, and the codons that it favours."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from biowright.bio import genetic_code
from biowright.core import InputError, Molecule, Sequence, Topology, suggest

__all__ = ["CodonUsage", "codon_usage", "encode_protein"]


@dataclass(frozen=True, slots=True)
class CodonUsage:
    """How often each codon stands in the coding sequences of a host.

    Parameters
    ----------
    host : str
    code : int
        The NCBI genetic code.
    source : str
        The accessions that were counted.
    counts : mapping of str to int
        By codon (DNA, upper case).
    """

    host: str
    code: int
    source: str
    counts: Mapping[str, int]

    def ranked(self, amino_acid: str) -> tuple[str, ...]:
        """Give the codons of an amino acid (``*`` for stop), the most frequent first.

        Raises
        ------
        InputError
            The code has no codon for it.
        """
        table = genetic_code(self.code)
        codons = [c for c in self.counts if table[c] == amino_acid]
        if not codons:
            raise InputError(
                f"genetic code {self.code} has no codon for '{amino_acid}'",
                expected="one of ACDEFGHIKLMNPQRSTVWY*",
            )
        return tuple(sorted(codons, key=lambda c: (-self.counts[c], c)))


@cache
def codon_usage(host: str) -> CodonUsage:
    """Give the codon usage of a host that comes with Biowright.

    Raises
    ------
    InputError
        The host is unknown.

    Examples
    --------
    >>> codon_usage("Escherichia coli").ranked("L")[0]
    'CTG'
    """
    text = files("biowright.design").joinpath("data/codon_usage.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    chosen = [row for row in rows if row["host"] == host]
    if not chosen:
        known = sorted({row["host"] for row in rows})
        raise InputError(
            f"there is no codon usage for the host '{host}'", hint=suggest(host, known)
        )
    counts = {row["codon"]: int(row["count"]) for row in chosen}
    return CodonUsage(host, int(chosen[0]["code"]), chosen[0]["source"], counts)


def encode_protein(protein: str, host: str) -> Sequence:
    """Give coding DNA for a protein, each residue by the codon that the host uses most.

    Examples
    --------
    >>> str(encode_protein("MLK*", "Escherichia coli"))
    'ATGCTGAAATAA'
    """
    usage = codon_usage(host)
    best = {residue: usage.ranked(residue)[0] for residue in set(protein)}
    letters = "".join(best[residue] for residue in protein).encode()
    return Sequence.trusted(letters, Molecule.DNA, Topology.LINEAR)

"""Codon usage of hosts, counted from their annotated genomes, and the codons that it favours."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import TextIO

import numpy as np

from biowright.bio import CODONS, genetic_code, read_codons
from biowright.bio.iupac import masks
from biowright.core import InputError, Molecule, Record, Sequence, Topology, suggest

__all__ = [
    "CodonUsage",
    "codon_pair_scores",
    "codon_usage",
    "count_usage",
    "encode_protein",
    "read_usage",
    "short_name",
    "write_usage",
]


# the number of each base by its mask: 0 to 3 for A, C, G, T
_CODE_OF_MASK = np.full(16, -1, np.int64)
_CODE_OF_MASK[[1, 2, 4, 8]] = range(4)


@dataclass(frozen=True, slots=True)
class CodonUsage:
    """How often each codon stands in the coding sequences of a host.

    Parameters
    ----------
    host : str
    code : int
        The NCBI genetic code.
    source : str
        The accessions that were counted, each with the date of its annotation.
    counts : mapping of str to int
        By codon (DNA, upper case).
    genes : int, default 0
        How many genes were counted; 0 where the table does not say it.
    """

    host: str
    code: int
    source: str
    counts: Mapping[str, int]
    genes: int = 0

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

    def families(self) -> dict[str, tuple[str, ...]]:
        """Give the codons of each amino acid, and of the stop."""
        table = genetic_code(self.code)
        families: dict[str, list[str]] = {}
        for codon in CODONS:
            families.setdefault(table[codon], []).append(codon)
        return {acid: tuple(codons) for acid, codons in families.items()}

    def adaptiveness(self) -> dict[str, float]:
        """Give each codon's count relative to the most frequent one of its family.

        A codon that was never seen counts as half a codon, as Sharp and Li have it
        (doi:10.1093/nar/15.3.1281).

        Examples
        --------
        >>> round(codon_usage("Escherichia coli").adaptiveness()["CTA"], 3)
        0.073
        """
        found = {}
        for codons in self.families().values():
            counts = [max(self.counts.get(codon, 0), 0.5) for codon in codons]
            found.update({c: n / max(counts) for c, n in zip(codons, counts, strict=True)})
        return found

    def share(self, codon: str) -> float:
        """Give the share of a codon in its family, 0 to 1."""
        table = genetic_code(self.code)
        family = [c for c in CODONS if table[c] == table[codon]]
        total = sum(self.counts.get(c, 0) for c in family)
        return self.counts.get(codon, 0) / total if total else 1 / len(family)


@cache
def codon_usage(host: str) -> CodonUsage:
    """Give the codon usage of a host that comes with Biowright.

    Tables whose `source` names accessions are what `count_usage` counts in these records; yeast's is
    that of its chromosomes III, VI and IX. The others are the counts of CUTG in the coding sequences
    of a release of GenBank (Nakamura and others, doi:10.1093/nar/28.1.292), where what was deposited
    twice counts twice.

    Parameters
    ----------
    host : str
        The name of the species in any case, or its short form: ``H. sapiens`` or ``h_sapiens``.

    Raises
    ------
    InputError
        The host is unknown.

    Examples
    --------
    >>> codon_usage("Escherichia coli").ranked("L")[0]
    'CTG'
    >>> codon_usage("h_sapiens").genes
    74218
    """
    tables = _tables()
    wanted = host.strip().lower()
    short = wanted.replace(". ", "_")
    for usage in tables:
        if wanted == usage.host.lower() or short == short_name(usage.host):
            return usage
    known = [usage.host for usage in tables]
    raise InputError(
        f"there is no codon usage for the host '{host}'",
        hint=f"{suggest(host, known)}; `biowright design codons` counts it in a genome",
    )


def short_name(host: str) -> str:
    """Give the short form of a species' name.

    Examples
    --------
    >>> short_name("Escherichia coli")
    'e_coli'
    """
    genus, _, species = host.partition(" ")
    return f"{genus[:1]}_{species}".replace(" ", "_").lower() if species else host.lower()


@cache
def _tables() -> tuple[CodonUsage, ...]:
    text = files("biowright.design").joinpath("data/codon_usage.csv").read_text("utf-8")
    return tuple(
        CodonUsage(
            row["host"],
            int(row["code"]),
            row["source"],
            {codon: int(row[codon]) for codon in sorted(CODONS)},
            int(row["genes"]),
        )
        for row in csv.DictReader(text.splitlines())
    )


def count_usage(records: Iterable[Record], host: str = "", code: int | None = None) -> CodonUsage:
    """Count the codons of all genes of a genome.

    Every CDS that is a whole gene counts: no pseudogene, no partial one, no codon that
    ``/transl_except`` reads otherwise, and two annotations of the same letters count once.

    Parameters
    ----------
    records : iterable of Record
        The chromosomes, plasmids... with their CDS features.
    host : str
        The name; by default the organism that the first record names.
    code : int, optional
        The genetic code; by default the one that most genes name.

    Raises
    ------
    InputError
        There is no gene, or the genes use several codes and none is chosen.

    Examples
    --------
    >>> from biowright.core import Feature, Location
    >>> gene = Record(Sequence("ATGCTGCTGTAA"), features=[Feature("CDS", Location.of((0, 12)))])
    >>> usage = count_usage([gene], "tiny")
    >>> usage.counts["CTG"], usage.genes
    (2, 1)
    """
    counts: dict[int, np.ndarray] = {}
    genes: dict[int, int] = {}
    sources, organism = [], host
    for record in records:
        date = record.annotations.first("date", "")
        sources.append(f"{record.id or record.name}{date and f' ({date})'}")
        organism = organism or record.annotations.first("organism", "") or record.name
        seen = set()
        sets = np.frombuffer(masks(record.sequence.data), np.uint8)
        for feature in record.features:
            said = feature.qualifiers
            if feature.type != "CDS" or "pseudo" in said or "pseudogene" in said:
                continue
            if not feature.location.exact or feature.location in seen:
                continue
            if len(feature.location.local) < len(feature.location.parts):
                continue
            seen.add(feature.location)
            codons = read_codons(record, feature, 1 if code is None else code)
            if not (codons.start and codons.stop):
                continue
            read = _CODE_OF_MASK[sets[codons.positions]]
            backward = (codons.strands == -1) | (
                (codons.strands == 0) & (feature.location.strand == -1)
            )
            read = np.where(backward[:, None] & (read >= 0), 3 - read, read)
            kept = (read >= 0).all(axis=1)
            kept[list(codons.excepted)] = False
            found = np.bincount(read[kept] @ np.array([16, 4, 1]), minlength=64)
            number = codons.code.id
            counts[number] = counts.get(number, 0) + found
            genes[number] = genes.get(number, 0) + 1
    if not counts:
        raise InputError(
            "there is no whole gene to count codons in",
            hint="the genome needs CDS features, as in a GenBank file",
        )
    chosen = max(genes, key=lambda number: genes[number]) if code is None else code
    if chosen not in counts:
        raise InputError(f"no gene uses code {chosen}", expected=f"one of {sorted(counts)}")
    table = {
        a + b + c: int(counts[chosen][16 * i + 4 * j + k])
        for i, a in enumerate("ACGT")
        for j, b in enumerate("ACGT")
        for k, c in enumerate("ACGT")
    }
    return CodonUsage(organism, chosen, "+".join(sources), table, genes[chosen])


def codon_pair_scores(records: Iterable[Record]) -> dict[str, float]:
    """Count how much more often each pair of codons follows one another than chance has it.

    The score is the logarithm of observed over expected, given both codons and both amino acids
    (Coleman and others, doi:10.1126/science.1155761); pairs that were never seen count as half.

    Returns
    -------
    dict of str to float
        By the six letters of a pair, stops left out.
    """
    pairs = np.zeros((64, 64))
    table = None
    for record in records:
        sets = np.frombuffer(masks(record.sequence.data), np.uint8)
        for feature in record.features:
            if feature.type != "CDS" or "pseudo" in feature.qualifiers:
                continue
            if len(feature.location.local) < len(feature.location.parts):
                continue
            codons = read_codons(record, feature)
            table = table or codons.code
            read = _CODE_OF_MASK[sets[codons.positions]]
            backward = codons.strands == -1
            read = np.where(backward[:, None] & (read >= 0), 3 - read, read)
            good = (read >= 0).all(axis=1) & (codons.strands != 0)
            triplets = read @ np.array([16, 4, 1])
            both = good[1:] & good[:-1]
            np.add.at(pairs, (triplets[:-1][both], triplets[1:][both]), 1)
    if table is None or not pairs.sum():
        raise InputError("there is no gene to count codon pairs in")
    names = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT"]
    acids = np.array([ord(table[name]) for name in names])
    single = np.maximum(pairs.sum(axis=1), pairs.sum(axis=0))
    same = acids[:, None] == acids[None, :]
    family = same @ single
    acid_pairs = same @ pairs @ same
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (
            single[:, None] / family[:, None] * single[None, :] / family[None, :] * acid_pairs
        )
        score = np.log(np.maximum(pairs, 0.5) / np.maximum(expected, 0.5))
    return {
        first + second: float(score[i, j])
        for i, first in enumerate(names)
        for j, second in enumerate(names)
        if acids[i] != ord("*") and acids[j] != ord("*")
    }


_HEAD = ("host", "code", "source", "codon", "count")


def read_usage(path: str | PathLike[str]) -> CodonUsage:
    """Read a table that `write_usage` (or ``biowright design codons``) has written.

    Raises
    ------
    InputError
        The file is no such table; the error names the line.
    """
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the table cannot be read ({error})", path=path) from None
    lines = list(csv.reader(text.splitlines()))
    if not lines or tuple(lines[0]) != _HEAD:
        raise InputError("this is no codon table", path=path, expected=",".join(_HEAD))
    counts: dict[str, int] = {}
    for number, row in enumerate(lines[1:], 2):
        codon = row[3].upper().replace("U", "T") if len(row) == 5 else ""
        if codon not in CODONS or codon in counts or not row[4].isdecimal() or not row[4].isascii():
            raise InputError(
                f"'{','.join(row)}' is no count of a codon",
                path=path,
                line=number,
                expected="host,code,source,codon,count, each codon once",
            )
        counts[codon] = int(row[4])
    if len(counts) != 64:
        raise InputError(f"{len(counts)} codons", path=path, expected="all 64")
    host, code, source = lines[1][:3]
    return CodonUsage(host, genetic_code(code).id, source, counts)


def write_usage(usage: CodonUsage, stream: TextIO) -> None:
    """Write a codon usage as CSV, a row a codon."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_HEAD)
    for codon in sorted(usage.counts):
        writer.writerow((usage.host, usage.code, usage.source, codon, usage.counts[codon]))


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

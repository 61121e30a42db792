"""A genome as edits see it: its contigs, its genes by name, what lies at a place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from biowright.bio import (
    CODONS,
    GeneticCode,
    count_codons,
    gene_names,
    genetic_code,
    translate_feature,
)
from biowright.core import BiowrightError, Feature, InputError, Record, suggest

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Gene", "Genome"]

_BLOCK = 1 << 14


@dataclass(frozen=True, slots=True)
class Gene:
    """A coding sequence of a genome.

    Parameters
    ----------
    name : str
        Its locus tag, or else its label.
    contig : int
        The index of its record.
    length : int
        Of the record.
    index : int
        The place of its CDS in the record's features.
    feature : Feature
        The CDS.
    skipped : int
        Letters before its first codon.
    code : GeneticCode
    """

    name: str
    contig: int
    length: int
    index: int
    feature: Feature
    skipped: int
    code: GeneticCode

    @property
    def codons(self) -> int:
        """How many codons it has, the stop among them."""
        return (len(self.feature.location) - self.skipped) // 3

    @property
    def places(self) -> tuple[int, ...]:
        """The position of each of its letters in reading order, from the first codon on."""
        return tuple(self.feature.location.positions(self.length))[self.skipped :]

    @property
    def strand(self) -> int:
        """+1 or -1; the strand of its first part where it lies on both."""
        return self.feature.location.parts[0].strand

    def codon(self, index: int) -> tuple[int, int]:
        """Give the window of a codon, counted from 0, in ascending coordinates.

        Raises
        ------
        InputError
            There is no such codon, or its letters don't lie side by side.
        """
        if not 0 <= index < self.codons:
            raise InputError(f"{self.name} has {self.codons} codons, not {index + 1}")
        parts = self.feature.location.local
        if len(parts) == 1 and parts[0].end <= self.length:
            ahead = self.skipped + 3 * index
            if parts[0].strand == 1:
                return parts[0].start + ahead, parts[0].start + ahead + 3
            return parts[0].end - ahead - 3, parts[0].end - ahead
        letters = self.places[3 * index : 3 * index + 3]
        step = letters[1] - letters[0]
        if step != letters[2] - letters[1] or step not in (1, -1):
            raise InputError(
                f"codon {index + 1} of {self.name} is split", hint="edit it by its coordinates"
            )
        return min(letters), max(letters) + 1


@dataclass(frozen=True)
class Genome:
    """The contigs of a genome with the tables that designing edits needs.

    Parameters
    ----------
    records : tuple of Record
        DNA; at least one, with different names.

    Raises
    ------
    InputError
        There is no contig, one is no DNA, or two have the same name.

    Examples
    --------
    >>> import biowright
    >>> genome = Genome(tuple(biowright.read("examples/phix174.gb")))
    >>> genome.gene("F652_4273").strand, genome.letters[0][:6]
    (1, b'GAGTTT')
    """

    records: tuple[Record, ...]
    letters: tuple[bytes, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.records:
            raise InputError("the genome has no sequence")
        names = [self.contig_name(i) for i in range(len(self.records))]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise InputError(f"two sequences of the genome are named '{doubled[0]}'")
        for record in self.records:
            if record.molecule != "DNA":
                raise InputError(f"the genome is {record.molecule}", record=record.name)
        upper = tuple(record.sequence.data.upper() for record in self.records)
        object.__setattr__(self, "letters", upper)

    def contig_name(self, index: int) -> str:
        """Give a contig's identity up to its first blank, or else its name."""
        record = self.records[index]
        return (record.id or record.name or f"contig{index + 1}").split()[0]

    def contig(self, name: str) -> int:
        """Find a contig; an empty name is the only one there is.

        Raises
        ------
        InputError
            There is no such contig, or there are several and none is named.
        """
        names = [self.contig_name(i) for i in range(len(self.records))]
        if not name:
            if len(names) == 1:
                return 0
            raise InputError("the genome has several sequences", hint="name one in column 'contig'")
        for i, record in enumerate(self.records):
            if name in (names[i], record.name, names[i].rpartition(".")[0]):
                return i
        raise InputError(f"the genome has no sequence '{name}'", hint=suggest(name, names))

    def window(self, contig: int, start: int, end: int) -> bytes:
        """Read letters, across the origin of a circle (a negative start too), cut at linear ends."""
        letters = self.letters[contig]
        if not self.records[contig].circular:
            return letters[max(start, 0) : max(end, 0)]
        length = len(letters)
        if not length or end - start > length:
            return b""
        start, end = start % length, start % length + end - start
        return letters[start:end] + (letters[: end - length] if end > length else b"")

    @cached_property
    def genes(self) -> tuple[Gene, ...]:
        """All coding sequences that can be read, in the order of the annotation."""
        found = []
        for contig, record in enumerate(self.records):
            length = len(record)
            for index, feature in enumerate(record.features):
                if feature.type != "CDS" or "pseudo" in feature.qualifiers:
                    continue
                try:
                    skipped = int(feature.qualifiers.first("codon_start") or 1) - 1
                    code = genetic_code(feature.qualifiers.first("transl_table") or 1)
                except (ValueError, BiowrightError):
                    continue  # a gene that cannot be read can be edited by its coordinates only
                name = feature.qualifiers.first("locus_tag") or feature.label
                found.append(Gene(name, contig, length, index, feature, skipped, code))
        return tuple(found)

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = defaultdict(list)
        for i, gene in enumerate(self.genes):
            for name in dict.fromkeys(gene_names(gene.feature)):
                index[name].append(i)
        return index

    def gene(self, name: str) -> Gene:
        """Find a gene by its name, locus tag, synonym or protein, in either case.

        Raises
        ------
        InputError
            No gene is named so, or several are.
        """
        at = self._index.get(name.strip())
        if at is None:
            folded = name.strip().casefold()
            matches = [key for key in self._index if key.casefold() == folded]
            at = sorted({i for key in matches for i in self._index[key]})
        if not at:
            raise InputError(
                f"the genome has no gene '{name}'", hint=suggest(name, self._index) or None
            )
        if len(at) > 1:
            # a name of its own goes before a synonym of others
            own = [i for i in at if self.genes[i].feature.qualifiers.first("gene") == name.strip()]
            if len(own) == 1:
                return self.genes[own[0]]
            keys = ("locus_tag", "protein_id")
            known = [[self.genes[i].feature.qualifiers.first(k) or "" for i in at] for k in keys]
            told = next((tags for tags in known if len(set(tags)) == len(at)), known[0])
            raise InputError(
                f"{len(at)} genes are named '{name}'", hint=f"name one of: {', '.join(told[:5])}"
            )
        return self.genes[at[0]]

    @cached_property
    def _blocks(self) -> tuple[dict[int, list[int]], ...]:
        """For each contig, the genes that reach into each block of it."""
        tables: tuple[dict[int, list[int]], ...] = tuple(defaultdict(list) for _ in self.records)
        for i, gene in enumerate(self.genes):
            length = len(self.records[gene.contig])
            for part in gene.feature.location.local:
                for start, end in _unwrapped(part.start, part.end, length):
                    for block in range(start // _BLOCK, max(end - 1, start) // _BLOCK + 1):
                        if tables[gene.contig][block][-1:] != [i]:
                            tables[gene.contig][block].append(i)
        return tables

    def genes_at(self, contig: int, start: int, end: int) -> Iterator[Gene]:
        """Walk the genes with a letter in a window."""
        length = len(self.records[contig])
        seen: dict[int, None] = {}
        for low, high in _unwrapped(
            start % max(length, 1), start % max(length, 1) + end - start, length
        ):
            for block in range(low // _BLOCK, max(high - 1, low) // _BLOCK + 1):
                for i in self._blocks[contig].get(block, ()):
                    if self.genes[i].feature.location.overlaps(low, max(high, low + 1), length):
                        seen[i] = None
        return (self.genes[i] for i in seen)

    def protein(self, gene: Gene) -> str:
        """Translate a gene as its annotation says."""
        return str(translate_feature(self.records[gene.contig], gene.feature))

    @cached_property
    def codon_counts(self) -> dict[str, int]:
        """How often each codon stands in the genes, for choosing among synonyms."""
        pieces = []
        for gene in self.genes:
            letters = gene.feature.extract(self.records[gene.contig].sequence).data
            pieces.append(letters[gene.skipped : gene.skipped + 3 * gene.codons])
        counts = count_codons(b"".join(pieces).decode())
        return counts if any(counts.values()) else dict.fromkeys(CODONS, 1)

    @cached_property
    def bases(self) -> tuple[np.ndarray, ...]:
        """The letters of each contig as numbers: A 0, C 1, G 2, T 3, all else 4."""
        import numpy as np

        table = np.full(256, 4, np.uint8)
        for i, letter in enumerate(b"ACGT"):
            table[letter] = i
        return tuple(table[np.frombuffer(letters, np.uint8)] for letters in self.letters)


def _unwrapped(start: int, end: int, length: int) -> Iterator[tuple[int, int]]:
    """Cut a window over the origin into its two pieces."""
    if end > length > 0:
        yield start, length
        yield 0, end - length
    else:
        yield start, end

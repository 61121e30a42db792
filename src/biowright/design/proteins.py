"""Protein variants at chosen sites, as coding DNA for a host."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from biowright.bio import translate
from biowright.core import Attributes, Feature, InputError, Location, Molecule, Record
from biowright.core import Sequence as Letters
from biowright.learn import Sites

from .candidates import LARGEST, Candidate
from .changes import Changes
from .codons import codon_usage, encode_protein
from .parents import AMINO_ACIDS, check_protein

__all__ = ["ProteinVariants"]


@dataclass(frozen=True, slots=True)
class ProteinVariants:
    """A parent protein, and the residues that may change.

    The identity of a variant is its residues at the sites (``FWAA``); where only some of the sites
    may change at once it is the list of changes (``V39F+D40W``, ``parent``).

    Parameters
    ----------
    protein : str
        The parent in one-letter code.
    sites : tuple of int
        Positions from 0.
    alphabet : str
        The residues that a site may take.
    host : str
        Whose codons are used for changed residues, and for the parent where it has no coding DNA.
    coding : Letters, optional
        The parent's coding DNA: unchanged residues keep its codons, and a stop codon stays.
    mutations : int, optional
        At most this many changes at once.
    first : int
        The number of the first residue.
    name : str

    Raises
    ------
    InputError
        A letter is no amino acid, the coding DNA codes for something else, or the variants are more
        than ten million.
    """

    protein: str
    sites: tuple[int, ...]
    alphabet: str
    host: str = "Escherichia coli"
    coding: Letters | None = None
    mutations: int | None = None
    first: int = 1
    name: str = "protein"
    search: Sites | Changes = field(init=False)
    parent: Record = field(init=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        check_protein(self.protein)
        strange = [x for x in self.alphabet if x not in AMINO_ACIDS or self.alphabet.count(x) > 1]
        if strange or len(self.alphabet) < 2:
            raise InputError(
                f"the alphabet '{self.alphabet}' "
                + (f"holds '{strange[0]}'" if strange else "leaves no choice"),
                expected=f"two or more of {AMINO_ACIDS}, each once",
            )
        dna = self._coding()
        put(self, "parent", self._record(dna, self.name, self.protein))
        if self.mutations is None or self.mutations >= len(self.sites):
            put(self, "search", Sites((self.alphabet,) * len(self.sites), kind="protein"))
            wide = f"{len(self.sites)} sites with {len(self.alphabet)} residues each"
            hint = "name fewer sites or residues, or say how many may change at once: mutations = 2"
        else:
            order = sorted(self.sites)
            residues = "".join(self.protein[place] for place in order)
            others = tuple(self.alphabet.replace(residue, "") for residue in residues)
            numbers = tuple(place + self.first for place in order)
            put(self, "search", Changes(residues, numbers, others, self.mutations))
            wide = f"up to {self.mutations} changes at {len(self.sites)} sites"
            hint = "name fewer sites or residues, or allow fewer changes"
        if self.search.size > LARGEST:
            size = self.search.size
            count = f"{size:,}" if size < 10**15 else "too many"
            raise InputError(
                f"{wide} are {count} variants", expected=f"at most {LARGEST:,}", hint=hint
            )

    def _coding(self) -> Letters:
        if self.coding is None:
            return encode_protein(self.protein, self.host)
        whole = 3 * len(self.protein)
        tail = str(self.coding)[whole:]
        read = str(translate(self.coding, codon_usage(self.host).code, start=True))
        if read.removesuffix("*") != self.protein or len(tail) not in (0, 3):
            raise InputError(
                f"the coding DNA of '{self.name}' does not code for it in {self.host}",
                hint="check the host, and that the DNA is in frame",
            )
        return self.coding

    def key(self, id: str) -> Hashable:
        """Give the key of a variant's identity."""
        self.search.locate(id)  # refuses what is not in the space
        return id

    def variant(self, id: str) -> str:
        """Give the whole protein of a variant."""
        residues = list(self.protein)
        if isinstance(self.search, Sites):
            for place, residue in zip(self.sites, id, strict=True):
                residues[place] = residue
        elif id != "parent":
            for change in id.split("+"):
                residues[int(change[1:-1]) - self.first] = change[-1]
        return "".join(residues)

    def candidate(self, key: Hashable) -> Candidate:
        """Give a variant with its coding DNA: changed residues get the host's favourite codon."""
        id = self.search.identify(key)
        protein = self.variant(id)
        usage = codon_usage(self.host)
        letters = bytearray(self.parent.sequence.data)
        changes = []
        for place, (old, new) in enumerate(zip(self.protein, protein, strict=True)):
            if old != new:
                letters[3 * place : 3 * place + 3] = usage.ranked(new)[0].encode()
                changes.append((place, f"{old}{place + self.first}{new}"))
        record = self._record(
            Letters(bytes(letters), Molecule.DNA), f"{self.name}_{id}", protein, changes
        )
        if isinstance(self.search, Changes):
            return Candidate(id, {"changes": " ".join(text for _, text in changes)}, record)
        factors = {f"{self.protein[p]}{p + self.first}": protein[p] for p in self.sites}
        return Candidate(id, factors, record)

    def _record(
        self, dna: Letters, name: str, protein: str, changes: Sequence[tuple[int, str]] = ()
    ) -> Record:
        said = " ".join(text for _, text in changes)
        qualifiers = [("gene", self.name), ("codon_start", "1")]
        if (code := codon_usage(self.host).code) != 1:
            qualifiers.append(("transl_table", str(code)))
        if said:
            qualifiers.append(("note", f"changes: {said}"))
        qualifiers.append(("translation", protein))
        features = [Feature("CDS", Location.of((0, len(dna))), Attributes(qualifiers))]
        features += [
            Feature(
                "variation", Location.of((3 * place, 3 * place + 3)), Attributes({"label": text})
            )
            for place, text in changes
        ]
        return Record(
            dna,
            name=name,
            description=f"{self.name} {said or 'parent'}, coded for {self.host}",
            features=features,
            annotations=Attributes({"molecule_type": "DNA", "role": "SO:0000316"}),
        )

"""Protein variants at chosen sites, as coding DNA for a host."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from biowright.core import (
    Attributes,
    Feature,
    InputError,
    Location,
    Molecule,
    Record,
)
from biowright.core import Sequence as Letters
from biowright.learn import Sites, Table

from .candidates import Candidate
from .codons import codon_usage, encode_protein

__all__ = ["ProteinVariants", "parse_sites", "read_parent"]

LARGEST = 10_000_000
_SITE = re.compile(r"^([A-Z*])(\d+)$")


def parse_sites(sites: Sequence[str], protein: str, first: int = 1) -> tuple[int, ...]:
    """Find sites such as ``V39`` in a protein.

    Parameters
    ----------
    sites : sequence of str
        A residue and its number each; or just ``all``.
    protein : str
    first : int
        The number of the protein's first residue.

    Returns
    -------
    tuple of int
        Positions from 0, in the order of the sites.

    Raises
    ------
    InputError
        A site lies outside of the protein, stands twice, or the residue there is another one.

    Examples
    --------
    >>> parse_sites(["K4", "M1"], "MTYK")
    (3, 0)
    """
    if [site.lower() for site in sites] == ["all"]:
        return tuple(range(len(protein)))
    places: list[int] = []
    problems = []
    for site in sites:
        match = _SITE.match(site.strip().upper())
        if not match:
            problems.append(f"'{site}' is no site: write the residue and its number, V39")
            continue
        place = int(match[2]) - first
        if not 0 <= place < len(protein):
            last = first + len(protein) - 1
            problems.append(f"{site} lies outside of the parent, {first} to {last}")
        elif protein[place] != match[1]:
            near = [i + first for i, r in enumerate(protein) if r == match[1]]
            nearest = min(near, key=lambda n: abs(n - int(match[2])), default=None)
            hint = f"; the nearest {match[1]} is {nearest}" if nearest is not None else ""
            problems.append(f"{site}: residue {match[2]} of the parent is {protein[place]}{hint}")
        elif place in places:
            problems.append(f"{site} stands twice")
        places.append(place)
    if problems:
        raise InputError(
            "the sites do not fit the parent: " + "; ".join(problems),
            hint="`first` gives the number of the parent's first residue",
        )
    return tuple(places)


@dataclass(frozen=True, slots=True)
class ProteinVariants:
    """A parent protein, and the residues that may change.

    The identity of a variant is its residues at the sites (``FWAA``); where only some of many sites may
    change at once it is the list of changes (``V39F+D40W``, ``parent``).

    Parameters
    ----------
    protein : str
        The parent in one-letter code; a stop at its end is kept out of the sites.
    sites : tuple of int
        Positions from 0.
    alphabet : str
    host : str
        Whose codons are used for changed residues, and for the parent where it has no coding DNA.
    coding : Letters, optional
        The parent's coding DNA: unchanged residues keep its codons.
    mutations : int, optional
        At most this many changes at once.
    first : int
        The number of the first residue.
    name : str
    """

    protein: str
    sites: tuple[int, ...]
    alphabet: str
    host: str = "Escherichia coli"
    coding: Letters | None = None
    mutations: int | None = None
    first: int = 1
    name: str = "protein"
    search: Sites | Table = field(init=False)
    parent: Record = field(init=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        usage = codon_usage(self.host)
        for residue in self.alphabet:
            usage.ranked(residue)
        dna = self.coding or encode_protein(self.protein, self.host)
        put(self, "parent", self._record(dna, self.name, self.protein))
        limited = self.mutations is not None and self.mutations < len(self.sites)
        if not limited and len(self.alphabet) ** len(self.sites) > LARGEST:
            raise InputError(
                f"{len(self.sites)} sites with {len(self.alphabet)} residues each are more than "
                f"{LARGEST:,} variants",
                hint="name fewer sites, or say how many may change at once: mutations = 2",
            )
        if not limited:
            alphabets = tuple(self.alphabet for _ in self.sites)
            put(self, "search", Sites(alphabets, kind="protein"))
            return
        assert self.mutations is not None
        size = sum(
            math.comb(len(self.sites), n) * (len(self.alphabet) - 1) ** n
            for n in range(self.mutations + 1)
        )
        if size > LARGEST:
            raise InputError(
                f"up to {self.mutations} changes at {len(self.sites)} sites are {size:,} variants",
                expected=f"at most {LARGEST:,}",
                hint="name fewer sites, or allow fewer changes",
            )
        ids, sequences = zip(*self._changed(), strict=True)
        put(self, "search", Table.of_sequences(ids, sequences, kind="protein"))

    def _changed(self) -> Iterator[tuple[str, str]]:
        yield "parent", self.protein
        assert self.mutations is not None
        order = sorted(self.sites)
        for count in range(1, self.mutations + 1):
            for places in itertools.combinations(order, count):
                others = [[r for r in self.alphabet if r != self.protein[p]] for p in places]
                for residues in itertools.product(*others):
                    changed = list(self.protein)
                    for place, residue in zip(places, residues, strict=True):
                        changed[place] = residue
                    yield self._changes("".join(changed)), "".join(changed)

    def _changes(self, protein: str) -> str:
        return "+".join(
            f"{old}{i + self.first}{new}"
            for i, (old, new) in enumerate(zip(self.protein, protein, strict=True))
            if old != new
        )

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
        notes = []
        for place, (old, new) in enumerate(zip(self.protein, protein, strict=True)):
            if old != new:
                letters[3 * place : 3 * place + 3] = usage.ranked(new)[0].encode()
                notes.append(f"{old}{place + self.first}{new}")
        dna = Letters(bytes(letters), Molecule.DNA)
        record = self._record(dna, f"{self.name}_{id}", protein, notes)
        factors: dict[str, str | float] = {
            f"{self.protein[place]}{place + self.first}": protein[place] for place in self.sites
        }
        if not isinstance(self.search, Sites):
            factors = {"changes": self._changes(protein) or "none"}
        return Candidate(id, factors, record)

    def _record(self, dna: Letters, name: str, protein: str, changes: Sequence[str] = ()) -> Record:
        qualifiers = [("gene", self.name), ("codon_start", "1")]
        if changes:
            qualifiers.append(("note", f"changes: {' '.join(changes)}"))
        qualifiers.append(("translation", protein.rstrip("*")))
        features = [Feature("CDS", Location.of((0, len(dna))), Attributes(qualifiers))]
        for change in changes:
            place = int(change[1:-1]) - self.first
            features.append(
                Feature(
                    "variation",
                    Location.of((3 * place, 3 * place + 3)),
                    Attributes({"label": change}),
                )
            )
        return Record(
            dna,
            name=name,
            description=f"{self.name} {' '.join(changes) or 'parent'}, coded for {self.host}",
            features=features,
            annotations=Attributes({"molecule_type": "DNA", "role": "SO:0000316"}),
        )


def read_parent(text: str) -> tuple[str, Letters | None, str]:
    """Read a parent: letters of a protein, or the path of a file with a protein or its coding DNA.

    Returns
    -------
    protein : str
        Without a stop at its end only if the source had none.
    coding : Letters or None
    name : str
    """
    from biowright.bio import translate
    from biowright.formats import read

    if text.isalpha():
        return str(Letters(text.upper(), Molecule.PROTEIN)), None, "protein"
    records = read(text)
    if len(records) != 1:
        raise InputError(
            f"the parent's file holds {len(records)} records", path=text, expected="one"
        )
    record = records[0]
    name = record.name or "protein"
    if record.molecule is Molecule.PROTEIN:
        return str(record.sequence.upper()), None, name
    coding = [feature for feature in record.features if feature.type == "CDS"]
    dna = record.extract(coding[0]) if len(coding) == 1 else record.sequence.linear()
    if len(dna) % 3:
        raise InputError(
            f"the parent's coding DNA has {len(dna)} bases, no whole number of codons",
            path=text,
            hint="annotate its one coding sequence as a CDS",
        )
    return str(translate(dna, code=11, cds=True)), dna.upper(), name

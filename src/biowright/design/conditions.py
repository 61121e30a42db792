"""Mixtures and conditions: media, inducers, temperatures; and explicit tables of candidates."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from biowright.core import Attributes, Feature, InputError, Location, Molecule, Record
from biowright.core import Sequence as Letters
from biowright.learn import Factors, Table

from .candidates import Candidate
from .codons import encode_protein

__all__ = ["Conditions", "ListedCandidates"]


@dataclass(frozen=True, slots=True)
class Conditions:
    """Factors with bounds, levels and sums; nothing of it is DNA.

    Parameters
    ----------
    search : Factors
    """

    search: Factors
    parent: None = field(init=False, default=None)

    def key(self, id: str) -> Hashable:
        """Give the key of an identity, ``name=value;...``."""
        names = {factor.name: factor for factor in self.search.factors}
        values: dict[str, str | float] = {}
        for pair in id.split(";"):
            name, _, text = pair.partition("=")
            factor = names.get(name)
            if factor is None:
                raise InputError(f"'{id}' is no design of this space", hint=f"what is '{name}'?")
            if factor.kind == "categorical":
                level = next((lv for lv in factor.levels if text in (str(lv), repr(lv))), None)
                if level is None:
                    raise InputError(f"'{text}' is no level of {name}")
                values[name] = level
            else:
                values[name] = int(text) if factor.kind == "integer" else float(text)
        key = tuple(values[name] for name in names)
        self.search.check(key)
        return key

    def candidate(self, key: Hashable) -> Candidate:
        """Give a set of conditions."""
        assert isinstance(key, tuple)
        names = [factor.name for factor in self.search.factors]
        return Candidate(self.search.identify(key), dict(zip(names, key, strict=True)))


@dataclass(frozen=True, slots=True)
class ListedCandidates:
    """An explicit list of candidates.

    Parameters
    ----------
    search : Table
    rows : mapping of str to mapping of str to str
        What the list says of each candidate, by its identity.
    sequence : str, optional
        The column of a sequence.
    host : str
        Whose codons are used where the sequences are proteins.
    """

    search: Table
    rows: Mapping[str, Mapping[str, str]]
    sequence: str | None = None
    host: str = "Escherichia coli"
    parent: None = field(init=False, default=None)

    def key(self, id: str) -> Hashable:
        """Give the key of an identity; they are the same."""
        if id not in self.rows:
            raise InputError(f"'{id}' is not in the list of candidates")
        return id

    def candidate(self, key: Hashable) -> Candidate:
        """Give a row, with its DNA where it has a sequence."""
        id = str(key)
        row = self.rows[id]
        if self.sequence is None:
            return Candidate(id, dict(row))
        text = row[self.sequence].upper()
        factors = {name: value for name, value in row.items() if name != self.sequence}
        if set(text) <= set("ACGTUNRYSWKMBDHV"):
            dna, features = Letters(text, Molecule.DNA), ()
        else:
            dna = encode_protein(text, self.host)
            cds = Attributes([("codon_start", "1"), ("translation", text.rstrip("*"))])
            features = (Feature("CDS", Location.of((0, len(dna))), cds),)
        record = Record(
            dna, name=id, features=features, annotations=Attributes({"molecule_type": "DNA"})
        )
        return Candidate(id, factors or {"sequence": text}, record)

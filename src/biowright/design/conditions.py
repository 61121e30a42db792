"""Mixtures and conditions: media, inducers, temperatures; and explicit tables of candidates."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from biowright.core import Attributes, Feature, InputError, Location, Molecule, Record
from biowright.core import Sequence as Letters
from biowright.learn import Factor, Factors, Table

from .candidates import Candidate
from .codons import codon_usage, encode_protein
from .parents import check_protein

__all__ = ["Conditions", "ListedCandidates"]

_NUCLEOTIDES = frozenset("ACGTUN")


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
        values: list[str | float] = []
        rest, after = id, [*self.search.factors[1:], None]
        for factor, following in zip(self.search.factors, after, strict=True):
            head, tail = f"{factor.name}=", f";{following.name}=" if following else ""
            end = rest.find(tail) if tail else len(rest)
            if not rest.startswith(head) or end < 0:
                raise InputError(
                    f"'{id}' is no design of this space",
                    expected=";".join(f"{f.name}=..." for f in self.search.factors),
                )
            text, rest = rest[len(head) : end], rest[end + 1 :]
            values.append(_level(factor, text))
        key = tuple(values)
        self.search.check(key)
        return key

    def candidate(self, key: Hashable) -> Candidate:
        """Give a set of conditions."""
        assert isinstance(key, tuple)
        levels = {
            factor.name: _value(factor, level)
            for factor, level in zip(self.search.factors, key, strict=True)
        }
        return Candidate(self.search.identify(key), levels)


def _value(factor: Factor, level: str | float) -> str | float:
    """Give a level as people use it: whole where it is, a number where all levels are numbers."""
    if factor.kind == "integer":
        return int(level)
    if factor.kind == "continuous" or any(_number(each) is None for each in factor.levels):
        return level
    return float(level)


def _number(text: str) -> float | None:
    """Read a finite number, or give None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _level(factor: Factor, text: str) -> str | float:
    """Read the level of a factor as its identity writes it."""
    if factor.kind == "categorical":
        for level in factor.levels:
            if text == str(level):
                return level
        raise InputError(
            f"'{text}' is no level of {factor.name}", expected=", ".join(map(str, factor.levels))
        )
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    assert factor.low is not None
    assert factor.high is not None
    if not factor.low <= value <= factor.high or (factor.kind == "integer" and value % 1):
        raise InputError(
            f"{factor.name} = {text} is not in this space",
            expected=f"{'a whole number' if factor.kind == 'integer' else 'a number'} from "
            f"{factor.low:g} to {factor.high:g}",
        )
    return value


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

    Raises
    ------
    InputError
        A sequence is neither DNA nor a protein of the twenty amino acids.
    """

    search: Table
    rows: Mapping[str, Mapping[str, str]]
    sequence: str | None = None
    host: str = "Escherichia coli"
    parent: None = field(init=False, default=None)
    proteins: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        if self.sequence is None:
            return
        # one row with the letter of an amino acid tells what the whole column is
        proteins = any(set(r[self.sequence].upper()) - _NUCLEOTIDES for r in self.rows.values())
        object.__setattr__(self, "proteins", proteins)
        if proteins:
            codon_usage(self.host)
            for id, row in self.rows.items():
                check_protein(row[self.sequence].upper().removesuffix("*"), record=id)

    def key(self, id: str) -> Hashable:
        """Give the key of an identity; they are the same."""
        self.search.locate(id)  # refuses what is not in the list
        return id

    def candidate(self, key: Hashable) -> Candidate:
        """Give a row, with its DNA where it has a sequence."""
        id = str(key)
        row = self.rows[id]
        if self.sequence is None:
            return Candidate(id, dict(row))
        text = row[self.sequence].upper()
        factors = {name: value for name, value in row.items() if name != self.sequence}
        features: tuple[Feature, ...] = ()
        if self.proteins:
            dna = encode_protein(text, self.host)
            cds = [("codon_start", "1"), ("translation", text.removesuffix("*"))]
            if (code := codon_usage(self.host).code) != 1:
                cds.insert(1, ("transl_table", str(code)))
            features = (Feature("CDS", Location.of((0, len(dna))), Attributes(cds)),)
        else:
            dna = Letters(text.replace("U", "T"), Molecule.DNA)
        record = Record(
            dna, name=id, features=features, annotations=Attributes({"molecule_type": "DNA"})
        )
        return Candidate(id, factors or {"sequence": text}, record)

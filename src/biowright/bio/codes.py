"""Genetic codes: which codon means which amino acid, and where translation starts and stops."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from biowright.core import InputError, SequenceError, suggest

__all__ = ["CODONS", "GeneticCode", "genetic_code", "genetic_codes"]

CODONS = tuple(a + b + c for a in "TCAG" for b in "TCAG" for c in "TCAG")
"""The 64 codons in the order of NCBI's tables: TTT, TTC, TTA, TTG, TCT ... GGG."""
_INDEX = {codon: index for index, codon in enumerate(CODONS)}


@dataclass(frozen=True, slots=True)
class GeneticCode:
    """One of NCBI's genetic codes (``/transl_table``).

    Parameters
    ----------
    id : int
        NCBI's number.
    names : tuple of str
        The organisms and compartments that use it.
    amino_acids : str
        64 letters, in the order of `CODONS`; ``*`` only stops.
    starts : str
        64 marks, in the same order: ``M`` can start, ``*`` stops, ``-`` neither. A codon that is
        marked ``*`` here and is an amino acid above is dual: it stops at the end of a gene and is
        read inside of it (codes 27, 28 and 31).

    Examples
    --------
    >>> code = genetic_code(11)
    >>> code["GTG"], code["TGA"], "GTG" in code.start_codons
    ('V', '*', True)
    >>> genetic_code("Mycoplasma")["TGA"]
    'W'
    >>> genetic_code(27).dual_codons
    ('TGA',)
    """

    id: int
    names: tuple[str, ...]
    amino_acids: str
    starts: str

    def __getitem__(self, codon: str) -> str:
        """Give the amino acid of one codon of A, C, G and T (or U), ``*`` for a stop.

        Raises
        ------
        SequenceError
            It is no codon; `translate` reads ambiguous ones.
        """
        try:
            return self.amino_acids[_INDEX[codon.upper().replace("U", "T")]]
        except KeyError:
            raise SequenceError(
                f"{codon!r} is no codon", expected="three letters of ACGT or ACGU"
            ) from None

    @property
    def name(self) -> str:
        """The first of its names."""
        return self.names[0]

    @property
    def start_codons(self) -> tuple[str, ...]:
        """The codons that can start a protein, all of them as methionine."""
        return tuple(c for c, mark in zip(CODONS, self.starts, strict=True) if mark == "M")

    @property
    def stop_codons(self) -> tuple[str, ...]:
        """The codons that can end a protein, the dual ones among them."""
        return tuple(c for c, mark in zip(CODONS, self.starts, strict=True) if mark == "*")

    @property
    def dual_codons(self) -> tuple[str, ...]:
        """The codons that end a protein in one place and are an amino acid in another."""
        return tuple(c for c in self.stop_codons if self[c] != "*")


@cache
def genetic_codes() -> dict[int, GeneticCode]:
    """Give all genetic codes by NCBI's number.

    They are those of NCBI's ``gc.prt`` (public domain),
    https://www.ncbi.nlm.nih.gov/Taxonomy/Utils/wprintgc.cgi.
    """
    codes = {}
    text = files("biowright.bio").joinpath("data/genetic_codes.tsv").read_text("ascii")
    for line in text.splitlines()[1:]:
        number, _, rest = line.partition("\t")
        if number.isdigit():
            names, amino_acids, starts = rest.split("\t")
            codes[int(number)] = GeneticCode(
                int(number), tuple(names.split("; ")), amino_acids, starts
            )
    return codes


def genetic_code(code: int | str | GeneticCode = 1) -> GeneticCode:
    """Find a genetic code by its number or its name.

    Parameters
    ----------
    code : int, str or GeneticCode
        NCBI's number (also as a str), or a name in either case: ``Bacterial``, ``SGC0`` ...

    Raises
    ------
    InputError
        There is no such code; the error suggests one.

    Examples
    --------
    >>> genetic_code("yeast mitochondrial").id
    3
    >>> genetic_code("Bacteria")
    Traceback (most recent call last):
    ...
    biowright.core.errors.InputError: ... 'Bacteria' (did you mean 'Bacterial'?)
    """
    if isinstance(code, GeneticCode):
        return code
    codes = genetic_codes()
    if isinstance(code, str):
        text = code.strip()
        if text.isdecimal() and text.isascii() and len(text) < 4:
            code = int(text)
        else:
            for known in codes.values():
                if text.casefold() in (name.casefold() for name in known.names):
                    return known
            names = [name for known in codes.values() for name in known.names]
            raise InputError(f"there is no genetic code {code!r}", hint=suggest(text, names))
    if code not in codes:
        raise InputError(
            f"there is no genetic code {code}", expected=f"one of {', '.join(map(str, codes))}"
        )
    return codes[code]

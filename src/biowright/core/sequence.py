"""Sequences: immutable, bytes-backed strings of nucleotides or amino acids, linear or circular."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import overload

from .errors import SequenceError

__all__ = ["Molecule", "Sequence", "Topology"]


class Molecule(StrEnum):
    """What a sequence is made of."""

    DNA = "DNA"
    RNA = "RNA"
    PROTEIN = "protein"


class Topology(StrEnum):
    """Whether the last letter is followed by the first."""

    LINEAR = "linear"
    CIRCULAR = "circular"


_NUCLEOTIDES = b"ACGTUMRWSYKVHDBNX"
_AMINO_ACIDS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_GAPS = b"-."
LETTERS = {
    Molecule.DNA: frozenset(_NUCLEOTIDES + _NUCLEOTIDES.lower() + _GAPS),
    Molecule.RNA: frozenset(_NUCLEOTIDES + _NUCLEOTIDES.lower() + _GAPS),
    Molecule.PROTEIN: frozenset(_AMINO_ACIDS + _AMINO_ACIDS.lower() + _GAPS),
}
_ALLOWED = {molecule: bytes(sorted(letters)) for molecule, letters in LETTERS.items()}
_COMPLEMENT = {
    Molecule.DNA: bytes.maketrans(
        b"ACGTUMRWSYKVHDBNXacgtumrwsykvhdbnx", b"TGCAAKYWSRMBDHVNXtgcaakywsrmbdhvnx"
    ),
    Molecule.RNA: bytes.maketrans(
        b"ACGTUMRWSYKVHDBNXacgtumrwsykvhdbnx", b"UGCAAKYWSRMBDHVNXugcaakywsrmbdhvnx"
    ),
}
_TO_RNA = bytes.maketrans(b"Tt", b"Uu")
_TO_DNA = bytes.maketrans(b"Uu", b"Tt")


@dataclass(frozen=True, slots=True)
class Sequence:
    """Letters of DNA, RNA or protein in IUPAC notation, linear or circular.

    The letters are kept as they were given, upper or lower case (many tools mark by case);
    searches, checksums and translations look at the molecule, not at the case. Coordinates are
    0-based and half-open. On a circle a window may cross the origin: then its end is greater than
    the length.

    Parameters
    ----------
    data : bytes or str
        The letters.
    molecule : Molecule or str, default "DNA"
    topology : Topology or str, default "linear"

    Raises
    ------
    SequenceError
        A letter is not in the IUPAC alphabet of the molecule; the error names its position.

    Examples
    --------
    >>> plasmid = Sequence("GAATTCACGT", topology="circular")
    >>> str(plasmid.window(8, 12))          # across the origin
    'GTGA'
    >>> str(plasmid.reverse_complement())
    'ACGTGAATTC'
    >>> str(plasmid.rotate(6))
    'ACGTGAATTC'
    """

    data: bytes
    molecule: Molecule = Molecule.DNA
    topology: Topology = Topology.LINEAR

    def __init__(
        self,
        data: bytes | bytearray | memoryview | str,
        molecule: Molecule | str = Molecule.DNA,
        topology: Topology | str = Topology.LINEAR,
    ) -> None:
        if isinstance(data, str):
            try:
                data = data.encode("ascii")
            except UnicodeEncodeError as error:
                raise SequenceError(
                    f"'{data[error.start]}' is no letter of a sequence",
                    position=error.start,
                    hint="sequences are plain ASCII in IUPAC notation",
                ) from None
        else:
            data = bytes(data)
        try:
            molecule = Molecule(molecule)
        except ValueError:
            raise SequenceError(
                f"unknown molecule '{molecule}'", expected="DNA, RNA or protein"
            ) from None
        try:
            topology = Topology(topology)
        except ValueError:
            raise SequenceError(
                f"unknown topology '{topology}'", expected="linear or circular"
            ) from None
        wrong = data.translate(None, _ALLOWED[molecule])
        if wrong:
            letter = wrong[:1]
            position = data.index(letter)
            raise SequenceError(
                f"{letter.decode('latin-1')!r} is no IUPAC letter of {molecule}",
                position=position,
                hint=None
                if molecule is Molecule.PROTEIN
                else "is it a protein? say molecule='protein'"
                if letter.upper() in b"EFILPQZJO"
                else "remove it, or write N for an unknown base",
            )
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "molecule", molecule)
        object.__setattr__(self, "topology", topology)

    @classmethod
    def trusted(cls, data: bytes, molecule: Molecule, topology: Topology) -> Sequence:
        """Make a sequence from letters that are known to be right, without looking again."""
        made = object.__new__(cls)
        object.__setattr__(made, "data", data)
        object.__setattr__(made, "molecule", molecule)
        object.__setattr__(made, "topology", topology)
        return made

    @property
    def circular(self) -> bool:
        """Whether the last letter is followed by the first."""
        return self.topology is Topology.CIRCULAR

    def __len__(self) -> int:
        return len(self.data)

    def __str__(self) -> str:
        return self.data.decode("ascii")

    def __repr__(self) -> str:
        text = (
            str(self)
            if len(self) <= 40
            else f"{self.data[:24].decode()}...{self.data[-12:].decode()}"
        )
        return f"Sequence('{text}', {self.molecule}, {self.topology}, length {len(self)})"

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))

    def __bool__(self) -> bool:
        return bool(self.data)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence: ...
    def __getitem__(self, index: int | slice) -> str | Sequence:
        """Give a letter, or a linear piece by Python's own rules; it never crosses the origin."""
        if isinstance(index, slice):
            return Sequence.trusted(self.data[index], self.molecule, Topology.LINEAR)
        return chr(self.data[index])

    def __contains__(self, letters: object) -> bool:
        """Tell whether these letters occur, in any case, on a circle also across its origin."""
        if isinstance(letters, Sequence):
            wanted = letters.data
        elif isinstance(letters, str):
            wanted = letters.encode("ascii", "replace")
        elif isinstance(letters, bytes):
            wanted = letters
        else:
            return False
        data = self.data
        if self.circular and len(wanted) <= len(data):
            data += data[: max(len(wanted) - 1, 0)]
        return wanted.upper() in data.upper()

    def __add__(self, other: Sequence) -> Sequence:
        if not isinstance(other, Sequence):
            return NotImplemented
        if other.molecule is not self.molecule:
            raise SequenceError(f"cannot join {self.molecule} to {other.molecule}")
        if self.circular or other.circular:
            raise SequenceError(
                "a circular sequence has no end to join to", hint="cut it open with linear() first"
            )
        return Sequence.trusted(self.data + other.data, self.molecule, Topology.LINEAR)

    def window(self, start: int, end: int) -> Sequence:
        """Give the linear piece from `start` to `end`; on a circle `end` may exceed the length.

        Raises
        ------
        SequenceError
            The window leaves a linear sequence, or is longer than the circle.
        """
        length = len(self.data)
        if 0 <= start <= end <= length:
            return Sequence.trusted(self.data[start:end], self.molecule, Topology.LINEAR)
        if not self.circular or not 0 <= start <= length or not 0 <= end - start <= length:
            raise SequenceError(
                f"the window {start}..{end} does not lie in a {self.topology} sequence of {length}",
                hint="make it circular to cross the origin"
                if not self.circular and 0 <= start < length < end
                else "coordinates are 0-based, half-open",
            )
        return Sequence.trusted(
            self.data[start:] + self.data[: end - length], self.molecule, Topology.LINEAR
        )

    def upper(self) -> Sequence:
        """Give the same molecule in upper case."""
        return Sequence.trusted(self.data.upper(), self.molecule, self.topology)

    def linear(self) -> Sequence:
        """Give the same letters as a linear sequence, cut open at the origin."""
        return Sequence.trusted(self.data, self.molecule, Topology.LINEAR)

    def circularised(self) -> Sequence:
        """Give the same letters as a circle, its ends joined.

        Raises
        ------
        SequenceError
            There are no letters.
        """
        if not self.data:
            raise SequenceError("an empty sequence cannot be closed")
        return Sequence.trusted(self.data, self.molecule, Topology.CIRCULAR)

    def complement(self) -> Sequence:
        """Give the complementary letters, in the same order (3'→5')."""
        return Sequence.trusted(self._complement(), self.molecule, self.topology)

    def reverse_complement(self) -> Sequence:
        """Give the other strand, 5'→3'.

        Raises
        ------
        SequenceError
            A protein has no other strand.
        """
        return Sequence.trusted(self._complement()[::-1], self.molecule, self.topology)

    def complement_table(self) -> bytes:
        """Give the table for `bytes.translate` that complements a piece of this sequence.

        RNA spelled with T and without U, as GenBank does, keeps its spelling; what decides is the
        whole sequence, so that every piece of it is spelled alike.

        Raises
        ------
        SequenceError
            A protein has no complement.
        """
        if self.molecule is Molecule.PROTEIN:
            raise SequenceError("a protein has no complement")
        data = self.data
        if (
            self.molecule is Molecule.RNA
            and (b"T" in data or b"t" in data)
            and not (b"U" in data or b"u" in data)
        ):
            return _COMPLEMENT[Molecule.DNA]
        return _COMPLEMENT[self.molecule]

    def _complement(self) -> bytes:
        return self.data.translate(self.complement_table())

    def rotate(self, origin: int) -> Sequence:
        """Give the same circle, counted from another origin (any integer, taken modulo the length).

        Raises
        ------
        SequenceError
            The sequence is linear.
        """
        if not self.circular:
            raise SequenceError("only a circular sequence can be rotated")
        if not self.data:
            return self
        at = origin % len(self.data)
        return Sequence.trusted(self.data[at:] + self.data[:at], self.molecule, self.topology)

    def to_rna(self) -> Sequence:
        """Give the RNA with the same letters, U for T."""
        if self.molecule is Molecule.PROTEIN:
            raise SequenceError("a protein is not transcribed")
        return replace(self, data=self.data.translate(_TO_RNA), molecule=Molecule.RNA)

    def to_dna(self) -> Sequence:
        """Give the DNA with the same letters, T for U."""
        if self.molecule is Molecule.PROTEIN:
            raise SequenceError("a protein is not reverse-transcribed")
        return replace(self, data=self.data.translate(_TO_DNA), molecule=Molecule.DNA)

    def gc(self) -> float:
        """Give the share of G, C and S among the letters that decide it: A, C, G, T, U, W, S."""
        counts = {letter: self.data.count(letter) for letter in b"GCSATUWgcsatuw"}
        strong = sum(counts[letter] for letter in b"GCSgcs")
        known = sum(counts.values())
        return strong / known if known else 0.0

    def to_fasta(self, name: str = "sequence", width: int = 70) -> str:
        """Write the letters as a FASTA entry, for a quick look or a copy."""
        if width < 1:
            raise SequenceError(f"a line of {width} letters", expected="a width of 1 or more")
        lines = re.findall(f".{{1,{width}}}", str(self))
        return "\n".join([f">{name}", *lines]) + "\n"

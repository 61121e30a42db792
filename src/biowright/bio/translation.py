"""Translation of nucleotides, ambiguous or not, in one frame or in all six."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from biowright.core import Molecule, Record, Sequence, SequenceError, Span, Topology

from .codes import CODONS, GeneticCode, genetic_code
from .iupac import BASES, masks, nucleotides

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Flags = npt.NDArray[np.bool_]
    Indices = npt.NDArray[np.uint16]

__all__ = ["Frame", "six_frames", "translate"]

_AMBIGUOUS = {frozenset("DN"): "B", frozenset("EQ"): "Z", frozenset("IL"): "J"}


@dataclass(frozen=True, slots=True)
class CodonTables:
    """What the 16³ codons of base sets mean, by index ``first << 8 | second << 4 | third``.

    Parameters
    ----------
    forward, reverse : ndarray of uint8, shape (4096,)
        The amino acid's letter, read 5'→3', and read from the other strand.
    starts, stops, reverse_starts, reverse_stops : ndarray of bool, shape (4096,)
        Codons all of whose expansions start, or stop (dual ones included).
    """

    forward: Bytes
    reverse: Bytes
    starts: Flags
    stops: Flags
    reverse_starts: Flags
    reverse_stops: Flags


@lru_cache(maxsize=64)
def codon_tables(code: GeneticCode, starts: tuple[str, ...] | None = None) -> CodonTables:
    """Build the tables of a code; `starts` are other start codons than its own."""
    import numpy as np

    letters = sorted(set(code.amino_acids))
    bit = {letter: 1 << i for i, letter in enumerate(letters)}
    chosen = code.start_codons if starts is None else starts
    meaning = np.zeros((16, 16, 16), np.int64)
    # bit 0: an expansion is the thing, bit 1: an expansion is not
    start, stop = np.zeros((2, 16, 16, 16), np.uint8)
    for codon, amino_acid in zip(CODONS, code.amino_acids, strict=True):
        at = tuple(BASES[base] for base in codon)
        meaning[at] = bit[amino_acid]
        start[at] = 1 if codon in chosen else 2
        stop[at] = 1 if codon in code.stop_codons else 2
    for table in (meaning, start, stop):
        # a set of bases means what its members mean together, one position after the other
        for axis in range(3):
            view = np.moveaxis(table, axis, 0)
            for mask in range(1, 16):
                low = mask & -mask
                if mask != low:
                    view[mask] = view[low] | view[mask ^ low]
    letter = {0: "X", **{value: key for key, value in bit.items()}}
    for group, symbol in _AMBIGUOUS.items():
        letter[sum(bit.get(member, 0) for member in group)] = symbol
    forward = np.array([ord(letter.get(int(m), "X")) for m in meaning.ravel()], np.uint8)
    forward[0] = ord("-")

    index = np.arange(4096)
    mirror = np.zeros(16, np.int64)
    for mask in range(16):
        mirror[mask] = (mask & 1) << 3 | (mask & 2) << 1 | (mask & 4) >> 1 | (mask & 8) >> 3
    other = mirror[index & 15] << 8 | mirror[index >> 4 & 15] << 4 | mirror[index >> 8]
    is_start, is_stop = start.ravel() == 1, stop.ravel() == 1
    return CodonTables(forward, forward[other], is_start, is_stop, is_start[other], is_stop[other])


def codon_indices(sets: bytes) -> Indices:
    """Give the index of the codon that starts at each position, one for all but the last two."""
    import numpy as np

    base = np.frombuffer(sets, np.uint8)
    if len(base) < 3:
        return np.zeros(0, np.uint16)
    index = base[:-2].astype(np.uint16)
    index <<= 4
    index |= base[1:-1]
    index <<= 4
    index |= base[2:]
    return index


def protein_of(letters: bytes) -> Sequence:
    """Take letters that the tables gave for a protein."""
    return Sequence.trusted(letters, Molecule.PROTEIN, Topology.LINEAR)


def translate(
    sequence: Sequence | Record | str,
    code: GeneticCode | int | str = 1,
    *,
    to_stop: bool = False,
    cds: bool = False,
    start: bool = False,
) -> Sequence:
    """Translate from the first letter, codon by codon.

    An ambiguous codon gives an amino acid if and only if all its expansions give the same one; B
    for {Asp, Asn}, Z for {Glu, Gln} and J for {Ile, Leu}; otherwise X, also where a stop is among
    the expansions. A codon of three gaps is a gap, one with one or two gaps is X. One or two
    letters that are left at the end are not translated. A circle is read from its origin to its
    last letter. Dual codons are read as amino acids; see `translate_feature` for real genes.

    Parameters
    ----------
    sequence : Sequence, Record or str
        DNA or RNA in either case.
    code : GeneticCode, int or str, default 1
    to_stop : bool, default False
        End before the first stop.
    cds : bool, default False
        Take the whole sequence for a coding sequence and insist on it: complete codons, a start
        codon (translated as M), one stop at the end (left out) and none before.
    start : bool, default False
        Translate the first codon as M if it is a start codon of the code.

    Returns
    -------
    Sequence
        A protein.

    Raises
    ------
    SequenceError
        With `cds`, it is no complete coding sequence; with `to_stop`, the code has dual codons, so
        that the first stop is not known.

    Examples
    --------
    >>> str(translate("ATGGCNAAYTAR"))
    'MAN*'
    >>> str(translate("gtggcatag", 11, cds=True))
    'MA'
    >>> str(translate("RAYSARATHMTHTGA"))
    'BZIJ*'
    """
    code = genetic_code(code)
    data = nucleotides(sequence).data
    tables = codon_tables(code)
    codons = codon_indices(masks(data))[::3]
    protein: bytes = tables.forward[codons].tobytes()
    if cds:
        _check_cds(data, protein, code, tables, codons)
        return protein_of(b"M" + protein[1:-1])
    if start and protein and tables.starts[codons[0]]:
        protein = b"M" + protein[1:]
    if to_stop:
        if code.dual_codons:
            raise SequenceError(
                f"code {code.id} has codons that stop or not ({', '.join(code.dual_codons)})",
                hint="translate without to_stop, or say cds=True for a complete gene",
            )
        protein = protein.partition(b"*")[0]
    return protein_of(protein)


def _check_cds(
    data: bytes, protein: bytes, code: GeneticCode, tables: CodonTables, codons: Indices
) -> None:
    if len(data) % 3 or not data:
        raise SequenceError(
            f"{len(data)} letters are no coding sequence", expected="a multiple of three above 0"
        )
    if not tables.starts[codons[0]]:
        raise SequenceError(
            f"'{data[:3].decode()}' is no start codon of code {code.id}",
            position=0,
            expected=f"one of {', '.join(code.start_codons)}",
        )
    if not tables.stops[codons[-1]]:
        raise SequenceError(
            f"'{data[-3:].decode()}' is no stop codon of code {code.id}",
            position=len(data) - 3,
            expected=f"one of {', '.join(code.stop_codons)}",
        )
    early = protein.find(b"*", 0, -1)
    if early >= 0:
        raise SequenceError("a stop codon lies inside the coding sequence", position=3 * early)


@dataclass(frozen=True, slots=True)
class Frame:
    """One reading frame of a sequence, translated from end to end.

    Parameters
    ----------
    strand : int
        +1 or -1.
    offset : int
        0, 1 or 2: how many letters lie before the first codon, counted on the strand that is read.
    protein : Sequence
        One letter a codon, stops as ``*``.
    length : int
        The length of the nucleotide sequence.
    circular : bool
        Whether the last codon may cross the origin.
    """

    strand: int
    offset: int
    protein: Sequence
    length: int
    circular: bool

    def span(self, start: int, end: int) -> Span:
        """Give the place of the residues start..end in the nucleotide sequence.

        Examples
        --------
        >>> six_frames(Sequence("CATGGG"))[3].span(0, 1)    # the first codon of the other strand
        Span(start=3, end=6, strand=-1, start_fuzz=None, end_fuzz=None, accession=None)
        """
        low, high = self.offset + 3 * start, self.offset + 3 * end
        if self.strand == -1:
            low, high = self.length - high, self.length - low
        turn = -(low // self.length) * self.length if self.circular and self.length else 0
        return Span(low + turn, high + turn, self.strand)


def six_frames(
    sequence: Sequence | Record | str, code: GeneticCode | int | str = 1
) -> tuple[Frame, ...]:
    """Translate all six frames: +0, +1, +2, then -0, -1, -2.

    A codon belongs to the frame of its first letter, counted from the start of its strand. On a
    circle each letter starts a codon, the last ones across the origin: the frame after the last
    codon goes on in the frame that fits, in the same one where the length is a multiple of three.

    Returns
    -------
    tuple of Frame
        Six of them.

    Examples
    --------
    >>> [str(frame.protein) for frame in six_frames("ATGGCC")]
    ['MA', 'W', 'G', 'GH', 'A', 'P']
    >>> [str(f.protein) for f in six_frames(Sequence("ATGGCCA", topology="circular"))][:3]
    ['MAN', 'WP', 'GQ']
    """
    import numpy as np

    target = nucleotides(sequence)
    length, circular = len(target), target.circular
    tables = codon_tables(genetic_code(code))
    sets = masks(target.data)
    if circular and length:
        sets += (sets + sets)[:2]
    codons = codon_indices(sets)
    forward = tables.forward[codons]
    # the codon that ends at the last letter comes first; on a circle the origin is that of the
    # strand: its first letter pairs with our last one, so that its last two codons lie over the
    # origin
    backward = np.roll(tables.reverse[codons], 2) if circular else tables.reverse[codons]
    backward = backward[::-1]
    return tuple(
        Frame(strand, offset, protein_of(letters[offset::3].tobytes()), length, circular)
        for strand, letters in ((1, forward), (-1, backward))
        for offset in range(3)
    )

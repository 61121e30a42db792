"""IUPAC letters as sets of bases: one bit a base, so that sets are compared by arithmetic.

The letters are those of Cornish-Bowden (1985), doi:10.1093/nar/13.9.3021; X is read as N and U as
T.
"""

from __future__ import annotations

from biowright.core import Molecule, Record, Sequence, SequenceError

__all__ = [
    "BASES",
    "IUPAC",
    "complement",
    "masks",
    "mirrored_masks",
    "nucleotides",
    "other_strand",
    "pattern_masks",
]

BASES = {"A": 1, "C": 2, "G": 4, "T": 8}
IUPAC = {
    "A": "A",
    "C": "C",
    "G": "G",
    "T": "T",
    "U": "T",
    "M": "AC",
    "R": "AG",
    "W": "AT",
    "S": "CG",
    "Y": "CT",
    "K": "GT",
    "V": "ACG",
    "H": "ACT",
    "D": "AGT",
    "B": "CGT",
    "N": "ACGT",
    "X": "ACGT",
}
"""The bases that each letter stands for."""


def _mask_table() -> bytes:
    table = bytearray(256)  # gaps, and whatever is no letter, are the empty set
    for letter, bases in IUPAC.items():
        mask = sum(BASES[base] for base in bases)
        table[ord(letter)] = table[ord(letter.lower())] = mask
    return bytes(table)


_MASKS = _mask_table()
# the bits of A and T, and those of C and G, change places
_MIRROR = bytes(
    (m & 1) << 3 | (m & 2) << 1 | (m & 4) >> 1 | (m & 8) >> 3 if m < 16 else 0 for m in range(256)
)

_PAIRED = str.maketrans("ACGTUMRWSYKVHDBNXacgtumrwsykvhdbnx", "TGCAAKYWSRMBDHVNXtgcaakywsrmbdhvnx")


def complement(letters: str) -> str:
    """Give the letters that pair with those of DNA, in the same order.

    For texts in loops; a `Sequence` has `complement`, which also knows RNA.

    Examples
    --------
    >>> complement("AACRn")
    'TTGYn'
    """
    return letters.translate(_PAIRED)


def other_strand(letters: str) -> str:
    """Give the other strand of DNA, 5'→3'; what is no IUPAC letter stays as it is.

    Examples
    --------
    >>> other_strand("AACRn")
    'nYGTT'
    """
    return letters.translate(_PAIRED)[::-1]


def nucleotides(sequence: Sequence | Record | str) -> Sequence:
    """Give the DNA or RNA that is meant; a str is linear DNA.

    Raises
    ------
    SequenceError
        It is a protein, or no sequence at all.
    """
    if isinstance(sequence, Record):
        sequence = sequence.sequence
    elif isinstance(sequence, str):
        sequence = Sequence(sequence)
    elif not isinstance(sequence, Sequence):
        raise SequenceError(
            f"{type(sequence).__name__} is no sequence", expected="a Sequence, a Record or a str"
        )
    if sequence.molecule is Molecule.PROTEIN:
        raise SequenceError("this is a protein", expected="DNA or RNA")
    return sequence


def masks(letters: bytes) -> bytes:
    """Give the set of bases of each letter, as a mask (A 1, C 2, G 4, T 8); a gap is the empty set.

    Examples
    --------
    >>> list(masks(b"ACGTRN-"))
    [1, 2, 4, 8, 5, 15, 0]
    """
    return letters.translate(_MASKS)


def mirrored_masks(sets: bytes) -> bytes:
    """Give masks as they are read on the other strand, 5'→3'.

    Examples
    --------
    >>> list(mirrored_masks(masks(b"AACR")))
    [10, 4, 8, 8]
    """
    return sets[::-1].translate(_MIRROR)


def pattern_masks(pattern: str | bytes | Sequence) -> bytes:
    """Read a pattern of IUPAC letters, in either case, as masks.

    Raises
    ------
    SequenceError
        The pattern is empty, or holds something that is no IUPAC letter (a gap is none).
    """
    if isinstance(pattern, Sequence):
        letters = nucleotides(pattern).data
    elif isinstance(pattern, bytes):
        letters = pattern
    else:
        try:
            letters = pattern.encode("ascii")
        except UnicodeEncodeError as error:
            raise SequenceError(
                f"{pattern[error.start]!r} in a pattern is no IUPAC letter", position=error.start
            ) from None
    if not letters:
        raise SequenceError("the pattern is empty", expected="at least one IUPAC letter")
    sets = masks(letters)
    if 0 in sets:
        at = sets.index(0)
        raise SequenceError(
            f"{chr(letters[at])!r} in a pattern is no IUPAC letter",
            position=at,
            expected="letters of ACGTUMRWSYKVHDBN",
        )
    return sets

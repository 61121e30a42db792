"""What bare letters are a sequence of, for formats that do not say it."""

from __future__ import annotations

from biowright.core import Molecule
from biowright.core.sequence import LETTERS

__all__ = ["NUCLEOTIDES", "molecule_of", "why_not"]

NUCLEOTIDES = bytes(sorted(LETTERS[Molecule.DNA]))
_AMINO_ACIDS = bytes(sorted(LETTERS[Molecule.PROTEIN]))


def molecule_of(letters: bytes) -> Molecule | None:
    """Tell what letters are a sequence of, by the alphabets that they fit alone.

    Letters that are all nucleotides (with IUPAC's ambiguity codes and gaps) are DNA, or RNA where
    there is U and no T. Other letters of the alphabet, and ``*``, make a protein. A short peptide
    such as ``MAGA`` fits both and is taken for DNA: nothing in its letters tells.

    Returns
    -------
    Molecule or None
        None where the letters fit no molecule.

    Examples
    --------
    >>> [str(molecule_of(letters)) for letters in (b"acgtn", b"AUG", b"MALWMR*", b"ACG7")]
    ['DNA', 'RNA', 'protein', 'None']
    """
    if not letters.translate(None, NUCLEOTIDES):
        if b"T" in letters or b"t" in letters or not (b"U" in letters or b"u" in letters):
            return Molecule.DNA
        return Molecule.RNA
    return None if letters.translate(None, _AMINO_ACIDS) else Molecule.PROTEIN


def why_not(line: bytes, molecule: Molecule | None = None) -> tuple[str, str | None] | None:
    """Say which letter of a line is none of the molecule, or of any, and what may help.

    Returns
    -------
    tuple of (what, hint), or None
        None where all letters are right.

    Examples
    --------
    >>> why_not(b"ACGT1")
    ("'1' at column 5 is no letter of a sequence", 'remove the numbers from the lines')
    """
    allowed = _AMINO_ACIDS if molecule in (None, Molecule.PROTEIN) else NUCLEOTIDES
    wrong = line.translate(None, allowed)[:1]
    if not wrong:
        return None
    shown = ascii(wrong.decode("latin-1")) if wrong < b"\x80" else f"byte 0x{wrong[0]:02x}"
    of = f"of {molecule}" if molecule else "of a sequence"
    hint = None
    if wrong.isdigit():
        hint = "remove the numbers from the lines"
        if not line.strip(b"0123456789 -\t"):
            hint = "are these the quality values of a .qual file?"
    elif wrong.isspace():
        hint = "remove the blanks between the letters"
    elif wrong == b"\0":
        hint = "the file is damaged, or no text"
    return f"{shown} at column {line.index(wrong) + 1} is no letter {of}", hint

"""SEGUID v2 checksums: one short name for a molecule, whoever numbers or draws it.

A checksum answers "is it the same molecule?": case, the origin chosen for a circle and the strand
that was written down make no difference to it. There is one for each kind of molecule:

============ =================== ===================
topology     single-stranded     double-stranded
============ =================== ===================
linear       `lsseguid`          `ldseguid`
circular     `csseguid`          `cdseguid`
============ =================== ===================

They equal those of the reference implementation with its extended alphabets, that is with the
IUPAC letters for ambiguity. Letters that the specification does not have (gaps inside, ``X`` in
DNA, ``*`` in a protein) have no checksum, nor has an empty sequence: both are refused.

Source: H Pereira et al., SEGUID v2, bioRxiv 2024, doi:10.1101/2024.02.28.582384; https://seguid.org.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .errors import BiowrightError, SequenceError
from .sequence import Molecule, Sequence

if TYPE_CHECKING:
    from .record import Record

__all__ = [
    "cdseguid",
    "csseguid",
    "ldseguid",
    "lsseguid",
    "minimal_rotation",
    "record_seguid",
]

_ALPHABETS = {
    Molecule.DNA: b"ACGTBVDHKMSRYWN",
    Molecule.RNA: b"ACGUBVDHKMSRYWN",
    Molecule.PROTEIN: b"ACDEFGHIKLMNPQRSTVWYOUBJXZ",
}
_COMPLEMENT = {
    Molecule.DNA: bytes.maketrans(b"ACGTBVDHKMSRYWN-", b"TGCAVBHDMKSYRWN-"),
    Molecule.RNA: bytes.maketrans(b"ACGUBVDHKMSRYWN-", b"UGCAVBHDMKSYRWN-"),
}
_Letters = TypeVar("_Letters", bytes, str)


def lsseguid(sequence: Sequence | str, molecule: Molecule | str = Molecule.DNA) -> str:
    """Give the checksum of a linear, single-stranded molecule: DNA, RNA or a protein.

    Parameters
    ----------
    sequence : Sequence or str
        In any case; the topology of a `Sequence` is not looked at.
    molecule : Molecule or str, default "DNA"
        What a plain string is made of. In RNA, T counts as U.

    Raises
    ------
    SequenceError
        The sequence is empty, or has a letter that the specification does not know.

    Examples
    --------
    >>> lsseguid("AT")
    'lsseguid=Ax_RG6hzSrMEEWoCO1IWMGska-4'
    """
    return "lsseguid=" + _digest(_strand(sequence, molecule))


def csseguid(sequence: Sequence | str, molecule: Molecule | str = Molecule.DNA) -> str:
    """Give the checksum of a circular, single-stranded molecule; every rotation has the same one.

    Parameters and errors as in `lsseguid`.

    Examples
    --------
    >>> csseguid("ATTT") == csseguid("TTTA")
    True
    """
    letters = _strand(sequence, molecule)
    at = minimal_rotation(letters)
    return "csseguid=" + _digest(letters[at:] + letters[:at])


def ldseguid(
    watson: Sequence | str,
    crick: Sequence | str | None = None,
    molecule: Molecule | str = Molecule.DNA,
) -> str:
    """Give the checksum of a linear, double-stranded molecule; both strands have the same one.

    Parameters
    ----------
    watson : Sequence or str
        One strand, 5'→3'; ``-`` stands for a letter that is missing at an end.
    crick : Sequence or str, optional
        The other strand, 5'→3', as long as the first; by default its reverse complement, that is
        blunt ends.
    molecule : Molecule or str, default "DNA"

    Raises
    ------
    SequenceError
        As in `lsseguid`; or the strands do not pair, the error names the position in `watson`.

    Examples
    --------
    >>> ldseguid("-TATGCC", "-GCATAC")
    'ldseguid=rr65d6AYuP-CdMaVmdw3L9FPt6I'
    >>> ldseguid("AACC") == ldseguid("GGTT")
    True
    """
    first, second = _strands(watson, crick, molecule)
    return "ldseguid=" + _digest(min(first, second) + b";" + max(first, second))


def cdseguid(
    watson: Sequence | str,
    crick: Sequence | str | None = None,
    molecule: Molecule | str = Molecule.DNA,
) -> str:
    """Give the checksum of a circular, double-stranded molecule, whatever its origin and strand.

    Parameters and errors as in `ldseguid`.

    Examples
    --------
    >>> cdseguid("AACCT") == cdseguid("CCTAA") == cdseguid("AGGTT")
    True
    """
    first, second = _strands(watson, crick, molecule)
    length = len(first)
    turned = []
    for strand, other in ((first, second), (second, first)):
        at = minimal_rotation(strand)
        back = length - at
        turned.append((strand[at:] + strand[:at], other[back:] + other[:back]))
    smaller, partner = min(turned)
    return "cdseguid=" + _digest(min(smaller, partner) + b";" + max(smaller, partner))


def record_seguid(record: Record) -> str:
    """Give the checksum that fits a record's molecule, strands and topology.

    Raises
    ------
    SequenceError
        The record is empty, or has a letter that the specification does not know.

    Examples
    --------
    >>> from biowright.core import Record
    >>> record_seguid(Record(Sequence("MKV", "protein"), "peptide"))
    'lsseguid=...'
    """
    sequence = record.sequence
    try:
        if record.single_stranded:
            return csseguid(sequence) if sequence.circular else lsseguid(sequence)
        return cdseguid(sequence) if sequence.circular else ldseguid(sequence)
    except BiowrightError as error:
        raise error.located(record=record.name) from None


def minimal_rotation(letters: bytes) -> int:
    """Give a place at which the alphabetically smallest rotation of a circle of letters starts.

    The smallest rotation begins with a longest run of the smallest letter. Cut before each such
    run, the circle falls into blocks; they are ranked, and the circle of ranks, at most half as
    long, is solved in the same way. A block that begins another one comes before it, as in any
    dictionary, because what follows a block is again a longest run of the smallest letter. So the
    time is linear but for the sorting of the different blocks, and nearly all of it is spent in the
    search, split and comparison of built-in types.

    Parameters
    ----------
    letters : bytes

    Returns
    -------
    int
        0 for an empty circle; any of the places where the circle repeats itself.

    References
    ----------
    The reduction to ranked blocks is that of C S Iliopoulos and W F Smyth, Optimal algorithms for
    computing the canonical form of a circular string, Theoretical Computer Science, 1992.

    Examples
    --------
    >>> minimal_rotation(b"TAAAC")
    1
    """
    smallest = rest = letters
    while rest:
        smallest = rest[:1]
        rest = rest.translate(None, bytes(range(smallest[0], 256)))
    return _rotation(letters, smallest) if letters else 0


def _rotation(letters: _Letters, smallest: _Letters) -> int:
    rest = letters.lstrip(smallest)
    if not rest:
        return 0
    # begun after the first run, no run crosses the origin
    lead = len(letters) - len(rest)
    turned = rest + letters[:lead]
    run, at = _longest_run(turned, smallest)
    blocks = (turned[at:] + turned[:at]).split(smallest * run)[1:]
    chosen = _first_block(blocks) if len(blocks) > 1 else 0
    before = sum(map(len, blocks[:chosen])) + chosen * run
    return (lead + at + before) % len(letters)


def _longest_run(letters: _Letters, letter: _Letters) -> tuple[int, int]:
    """Give length and place of the first longest run of a letter; no run crosses the end."""
    run = at = place = 0
    while (place := letters.find(letter * (run + 1), place)) != -1:
        at, run = place, run + 1
        while letters.startswith(letter, at + run):
            run += 1
        place = at + run
    return run, at


def _first_block(blocks: list[_Letters], characters: int = 0x110000) -> int:
    """Give the number of the block from which the circle of blocks is smallest."""
    different = sorted(set(blocks))
    width = 1
    if len(different) <= characters:
        names = {block: chr(rank) for rank, block in enumerate(different)}
    else:
        # two characters a block; no rotation that begins with the second can be smallest
        width, half = 2, characters // 2
        names = {
            block: chr(rank // half) + chr(half + rank % half)
            for rank, block in enumerate(different)
        }
    return _rotation("".join(map(names.__getitem__, blocks)), chr(0)) // width


def _letters(sequence: Sequence | str, molecule: Molecule | str) -> tuple[bytes, Molecule]:
    if isinstance(sequence, Sequence):
        molecule, data = sequence.molecule, sequence.data
    else:
        molecule = Sequence(b"", molecule).molecule
        data = sequence.encode("ascii", "replace")
    if not data:
        raise SequenceError("an empty sequence has no checksum")
    data = data.upper()
    if molecule is Molecule.RNA:
        data = data.replace(b"T", b"U")
    return data, molecule


def _checked(data: bytes, molecule: Molecule, missing: bytes = b"") -> bytes:
    alphabet = _ALPHABETS[molecule] + missing
    wrong = data.translate(None, alphabet)
    if wrong:
        letter = wrong[:1]
        raise SequenceError(
            f"'{letter.decode('latin-1')}' has no place in a SEGUID checksum of {molecule}",
            position=data.index(letter),
            expected=f"one of {''.join(sorted(alphabet.decode()))}",
            hint="T is meant? say to_dna()"
            if letter == b"U"
            else "remove the gaps"
            if letter in b"-."
            else None,
        )
    return data


def _strand(sequence: Sequence | str, molecule: Molecule | str) -> bytes:
    return _checked(*_letters(sequence, molecule))


def _strands(
    watson: Sequence | str, crick: Sequence | str | None, molecule: Molecule | str
) -> tuple[bytes, bytes]:
    data, molecule = _letters(watson, molecule)
    if molecule is Molecule.PROTEIN:
        raise SequenceError("a protein has one strand", hint="its checksum is lsseguid")
    if crick is None:
        first = _checked(data, molecule)
        return first, first.translate(_COMPLEMENT[molecule])[::-1]
    first = _checked(data, molecule, b"-")
    second = _checked(_letters(crick, molecule)[0], molecule, b"-")
    if len(first) != len(second):
        raise SequenceError(
            f"strands of {len(first)} and {len(second)} letters do not pair",
            hint="write '-' for the letters that are missing at the ends",
        )
    paired = second.translate(_COMPLEMENT[molecule])[::-1]
    for place, (letter, partner) in enumerate(zip(first, paired, strict=True)):
        if letter != partner and letter != 45 and partner != 45:
            raise SequenceError(
                f"the strands do not pair: {chr(letter)} faces "
                f"{second[len(second) - 1 - place : len(second) - place].decode()}",
                position=place,
                hint="both strands are written 5'→3'",
            )
    return first, second


def _digest(letters: bytes) -> str:
    import base64
    import hashlib

    # SHA-1 names here, it does not protect
    digest = hashlib.sha1(letters, usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")

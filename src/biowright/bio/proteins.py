"""Local alignments of proteins, and how likely chance makes one as good.

The scores are those of BLOSUM62 (Henikoff and Henikoff (1992), doi:10.1073/pnas.89.22.10915), a gap
of n letters costs 11 + n, as in BLAST+; bits and expected numbers follow Karlin and Altschul (1990),
doi:10.1073/pnas.87.6.2264, with the constants for gapped alignments of Altschul et al. (1997),
doi:10.1093/nar/25.17.3389.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from math import exp, log
from typing import TYPE_CHECKING

from biowright.core import Molecule, Record, Sequence, SequenceError

from .alignment import Alignment

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Letters = npt.NDArray[np.uint8]
    Matrix = npt.NDArray[np.int8]

__all__ = [
    "GAP",
    "GAP_EXTENSION",
    "RESIDUES",
    "align_proteins",
    "bit_score",
    "blosum62",
    "expected_hits",
    "residue_codes",
    "residues",
]

RESIDUES = "ARNDCQEGHILKMFPSTWYVBZX*J"
"""The letters that have scores, in the order of their codes; U counts as C and O as K."""
GAP, GAP_EXTENSION = -11, -1
"""What a gap costs, and each letter in it."""
_LAMBDA, _KAPPA, _ALPHA, _BETA = 0.267, 0.041, 1.9, -30.0
_X = RESIDUES.index("X")


@cache
def blosum62() -> Matrix:
    """Give the scores of BLOSUM62 by the codes of letters; J has the mean of I and L, rounded down.

    Returns
    -------
    ndarray of int8, shape (25, 25)

    Examples
    --------
    >>> w = RESIDUES.index("W")
    >>> int(blosum62()[w, w])
    11
    """
    import numpy as np

    text = files("biowright.bio").joinpath("data/blosum62.tsv").read_text("ascii")
    lines = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    size = len(RESIDUES)
    made = np.zeros((size, size), np.int8)
    made[:-1, :-1] = [[int(value) for value in line[1:]] for line in lines[1:]]
    i, leucine = RESIDUES.index("I"), RESIDUES.index("L")
    made[-1, :-1] = (made[i, :-1].astype(int) + made[leucine, :-1]) // 2
    made[:-1, -1] = made[-1, :-1]
    made[-1, -1] = made[i, leucine]
    made.flags.writeable = False
    return made


@cache
def _codes() -> Letters:
    import numpy as np

    table = np.full(256, _X, np.uint8)
    for code, letter in enumerate(RESIDUES):
        table[ord(letter)] = table[ord(letter.lower())] = code
    for letter, like in ("UC", "OK"):
        table[ord(letter)] = table[ord(letter.lower())] = RESIDUES.index(like)
    return table


def residue_codes(letters: bytes) -> Letters:
    """Give the code of each letter of a protein; what has no scores is X."""
    import numpy as np

    return _codes()[np.frombuffer(letters, np.uint8)]


def residues(protein: Sequence | Record | str) -> Sequence:
    """Give the protein that is meant; a str is one.

    Raises
    ------
    SequenceError
        It is no protein, or holds what is no letter of one.
    """
    if isinstance(protein, Record):
        protein = protein.sequence
    elif isinstance(protein, str):
        protein = Sequence(protein, Molecule.PROTEIN)
    if protein.molecule is not Molecule.PROTEIN:
        raise SequenceError("this is no protein", hint="biowright.bio.translate makes one of it")
    return protein


def align_proteins(query: Sequence | Record | str, target: Sequence | Record | str) -> Alignment:
    """Find the best local alignment of two proteins.

    Parameters
    ----------
    query, target : Sequence, Record or str
        Time and memory grow with the product of their lengths. X equals no letter.

    Returns
    -------
    Alignment
        Of several that are equally good the one that ends first. Without any match all is 0.

    Raises
    ------
    SequenceError
        One of them is no protein.

    Examples
    --------
    >>> found = align_proteins("MKTAYIAKQRQISFVK", "GGMKSAYIARQISFVKGG")
    >>> found.start, found.end, found.cigar, found.score
    (2, 16, '3=1X4=2I6=', 56)
    """
    from .protein_kernels import banded_proteins

    one, other = (residue_codes(residues(protein).data) for protein in (query, target))
    span = (0 - len(one), len(other)) if len(one) and len(other) else (0, 0)
    row = banded_proteins(one, other, span[0], span[1], blosum62(), GAP, GAP_EXTENSION, True)
    score, query_start, query_end, start, end, matches, columns, kinds, counts = row
    cigar = "".join(
        f"{count}{'=XID'[kind]}" for kind, count in zip(kinds[::-1], counts[::-1], strict=True)
    )
    return Alignment(
        int(score),
        int(start),
        int(end),
        int(query_start),
        int(query_end),
        int(matches),
        int(columns),
        cigar,
    )


def bit_score(score: float) -> float:
    """Give the bits of a score of `align_proteins`.

    Examples
    --------
    >>> round(bit_score(100), 1)
    43.1
    """
    return (_LAMBDA * score - log(_KAPPA)) / log(2)


def expected_hits(score: float, length: int, letters: int, sequences: int = 1) -> float:
    """Give how many local alignments as good chance makes of a query with a library.

    Parameters
    ----------
    score : float
    length : int
        Amino acids of the query.
    letters : int
        Amino acids of the library; of DNA that is translated a third of its letters, as BLAST+ counts.
    sequences : int
        How many there are: an alignment that would begin close to an end has no room.

    Examples
    --------
    >>> f"{expected_hits(120, 300, 237_000_000, 1_036_027):.1e}"
    '3.3e-05'
    """
    beside = _adjustment(length, letters, sequences)
    space = max(length - beside, 1) * max(letters - sequences * beside, 1)
    return _KAPPA * space * exp(-_LAMBDA * score)


@cache
def _adjustment(length: int, letters: int, sequences: int) -> int:
    """Give the letters at an end from which no alignment begins: a fixed point, by bisection.

    It is the largest l with l <= a / lambda * log(K (m - l) (n - N l)) + b, Altschul and Gish (1996),
    doi:10.1016/S0076-6879(96)66029-7.
    """
    low, high = 0, length
    while low < high:
        middle = (low + high + 1) // 2
        space = (length - middle) * (letters - sequences * middle)
        if space > 0 and middle <= _ALPHA / _LAMBDA * log(max(_KAPPA * space, 1e-9)) + _BETA:
            low = middle
        else:
            high = middle - 1
    return low

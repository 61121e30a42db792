"""Local alignments of nucleotides: the best one in a band of diagonals, with affine gaps.

The recurrences are those of Gotoh (1982), doi:10.1016/0022-2836(82)90398-9, for the local
alignment of Smith and Waterman (1981), doi:10.1016/0022-2836(81)90087-5; the default scores are
those of BLAST+ for sequences that are not close relatives (+2, -3, a gap of n letters -5 - 2n).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import InputError, Record, Sequence

from .iupac import masks, nucleotides

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Letters = npt.NDArray[np.uint8]

__all__ = ["Alignment", "Scores", "align"]


@dataclass(frozen=True, slots=True)
class Scores:
    """What an alignment earns and pays.

    Parameters
    ----------
    match, mismatch : int
    gap : int, default -5
        For each gap, beside its letters.
    extension : int, default -2
        For each letter in a gap.
    """

    match: int = 2
    mismatch: int = -3
    gap: int = -5
    extension: int = -2

    def __post_init__(self) -> None:
        if self.match <= 0 or self.mismatch >= 0 or self.gap > 0 or self.extension >= 0:
            raise InputError(
                f"scores of {self.match}, {self.mismatch}, {self.gap} and {self.extension}",
                expected="a match above 0, the others below (the gap's own may be 0)",
            )


@dataclass(frozen=True, slots=True)
class Alignment:
    """A local alignment of a query with a target.

    Parameters
    ----------
    score : int
    start, end : int
        The stretch of the target.
    query_start, query_end : int
        The stretch of the query.
    matches : int
        Columns with the same base.
    columns : int
        All columns, those of gaps too.
    cigar : str
        Runs of columns: ``=`` the same, ``X`` another base, ``I`` a letter of the query alone, ``D``
        a letter of the target alone.
    """

    score: int
    start: int
    end: int
    query_start: int
    query_end: int
    matches: int
    columns: int
    cigar: str

    @property
    def identity(self) -> float:
        """The share of columns with the same base, 0 for no column."""
        return self.matches / self.columns if self.columns else 0.0


def align(
    query: Sequence | Record | str,
    target: Sequence | Record | str,
    scores: Scores = Scores(),
) -> Alignment:
    """Find the best local alignment of two linear sequences, each as it is written.

    Parameters
    ----------
    query, target : Sequence, Record or str
        DNA or RNA. Time and memory grow with the product of their lengths. An ambiguous letter
        counts as a mismatch.
    scores : Scores

    Returns
    -------
    Alignment
        Of several that are equally good the one that ends first. Without any match all is 0.

    Raises
    ------
    SequenceError
        One of them is a protein.

    Examples
    --------
    >>> found = align("GATTACAGATTACA", "CCCGATTACAGTTACACCC")
    >>> found.start, found.end, found.cigar, round(found.identity, 3)
    (3, 16, '8=1I5=', 0.929)
    """
    import numpy as np

    from .alignment_kernels import banded

    one, other = (np.frombuffer(masks(nucleotides(s).data), np.uint8) for s in (query, target))
    span = (0 - len(one), len(other)) if len(one) and len(other) else (0, 0)
    row = banded(
        one,
        other,
        span[0],
        span[1],
        scores.match,
        scores.mismatch,
        scores.gap,
        scores.extension,
        True,
    )
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

"""Primers that tell an edited genome from the one before."""

from __future__ import annotations

from dataclasses import replace

from biowright.core import BiowrightError, InputError, NegativeResult
from biowright.core import Sequence as Letters

from ..primers import PrimerPair, flank
from ..primers_judging import PrimerRules
from .change import Edit
from .genome import Genome
from .proof import SEED, Homology

__all__ = ["genotyping_pair"]

_TRIED = 4
_RULES = PrimerRules(melting=60.0, shortest=18, longest=24)


def genotyping_pair(
    genome: Genome,
    homology: Homology,
    edit: Edit,
    *,
    product: tuple[int, int] = (180, 350),
    margin: int = 60,
) -> PrimerPair:
    """Choose a pair that flanks an edit, outside of what a donor of 60 nt arms carries.

    The pair is chosen in the letters around the edit; the 3' ends of both primers stand once in the genome.

    Parameters
    ----------
    genome : Genome
    homology : Homology
    edit : Edit
    product : (int, int), default (180, 350)
        The length before the edit; longer where the edit takes out more.
    margin : int, default 60
        Letters between a primer and the edit, so that a trace reads it.

    Returns
    -------
    PrimerPair
        Its positions count on the forward strand of the contig; over the origin they exceed the length.

    Raises
    ------
    NegativeResult
        There is no pair, or none that is specific.
    """
    span = edit.end - edit.start
    shortest, longest = product[0] + span, product[1] + span
    record = genome.records[edit.contig]
    reach = longest - span - margin - _RULES.shortest
    low, high = edit.start - reach, edit.end + reach
    if not record.circular:
        low, high = max(low, 0), min(high, len(record))
    letters = genome.window(edit.contig, low, high)
    if len(letters) < high - low:
        raise InputError(f"the contig is shorter than a product of {longest} bp")
    try:
        pairs = flank(
            Letters(letters),
            edit.start - low,
            edit.end - low,
            product=(shortest, longest),
            margin=margin,
            rules=_RULES,
            count=_TRIED,
            candidates=_TRIED,
        )
    except BiowrightError as error:
        raise NegativeResult(f"no genotyping primers: {error.what}") from None
    for pair in pairs:
        ends = (pair.forward.annealing[-SEED:], pair.reverse.annealing[-SEED:])
        if all(len(homology.places(end)) == 1 for end in ends):
            return _moved(pair, low)
    raise NegativeResult("no genotyping primers: their 3' ends stand elsewhere in the genome too")


def _moved(pair: PrimerPair, offset: int) -> PrimerPair:
    forward, reverse = (
        replace(primer, start=primer.start + offset, end=primer.end + offset)
        for primer in (pair.forward, pair.reverse)
    )
    return replace(pair, forward=forward, reverse=reverse)

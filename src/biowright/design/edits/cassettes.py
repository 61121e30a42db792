"""Cassettes that are put into a genome by recombineering, and what PCR shows of a genome at each stage.

A cassette is amplified with primers whose tails are the homology arms, 36 to 50 nt each (Datsenko and
Wanner 2000, doi:10.1073/pnas.120163297), or ordered with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from biowright.bio import other_strand
from biowright.core import BiowrightError, InputError, NegativeResult, Record
from biowright.core import Sequence as Letters

from ..primers import PrimerPair, amplify, flank
from ..primers_judging import PrimerRules
from ..primers_sites import amplicons, binding_sites
from .change import Edit
from .genome import Genome
from .proof import SEED, Homology, Recombination, recombine

__all__ = ["Cassette", "StageCheck", "cassette", "check_stages", "junction_pair"]

_ENDS = 20  # letters at the ends of a donor that have to stand once in the genome
_MORE = (0, 5, 10, 15, 20, 25, 30, 35, 40)
_ORDERED = 90  # nt up to which there is nothing to amplify
_LONGEST = 12_000  # bp of a product that an ordinary PCR shows
_RULES = PrimerRules(melting=60.0, shortest=18, longest=30)


@dataclass(frozen=True, slots=True)
class Cassette:
    """A double strand with two arms, and the primers that make it.

    Parameters
    ----------
    edit : Edit
        What it does.
    sequence : str
        5'→3' on the forward strand, with both arms.
    arms : (int, int)
        nt of homology at each end.
    primers : PrimerPair, optional
        That amplify it from its template, the arms as tails; none where it is short enough to order.
    recombination : Recombination
    """

    edit: Edit
    sequence: str
    arms: tuple[int, int]
    primers: PrimerPair | None
    recombination: Recombination


@dataclass(frozen=True, slots=True)
class StageCheck:
    """A pair of primers, and what it amplifies at each stage.

    Parameters
    ----------
    name : str
    forward, reverse : str
        5'→3'.
    melting : (float, float)
        In °C.
    products : tuple of (str, tuple of int)
        For each stage the lengths in bp, none where nothing is amplified.
    """

    name: str
    forward: str
    reverse: str
    melting: tuple[float, float]
    products: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def tells(self) -> bool:
        """Whether no two stages look the same on a gel."""
        shown = [lengths for _, lengths in self.products]
        return len(set(shown)) == len(shown)


def cassette(
    genome: Genome,
    homology: Homology,
    edit: Edit,
    *,
    arm: int = 50,
    template: tuple[int, int] | None = None,
) -> Cassette:
    """Design the double strand that makes an edit by recombineering.

    Parameters
    ----------
    genome : Genome
    homology : Homology
        Of the genome.
    edit : Edit
    arm : int, default 50
        nt of homology at each end; up to 40 more where the ends of the arms are repeats.
    template : (int, int), optional
        Which part of the new letters is amplified; what lies outside of it goes into the primers. All
        of them by default.

    Raises
    ------
    InputError
        There is no room for an arm, an arm does not stand once in the genome, or there is no primer.
    """
    if not _ENDS <= arm <= 1000:
        raise InputError(f"arms of {arm} nt", expected=f"{_ENDS} to 1,000 nt")
    reason: InputError | None = None
    for more in _MORE:
        try:
            ahead, behind = _arms(genome, edit, arm + more)
            made = recombine(homology, ahead + edit.new + behind, arms=_ENDS)
            break
        except InputError as error:
            reason = reason or error
    else:
        raise reason or InputError("there are no arms")
    letters = ahead + edit.new + behind
    pair = None
    start, end = template or (0, len(edit.new))
    if end - start > _ORDERED:
        tails = (ahead + edit.new[:start], other_strand(edit.new[end:] + behind))
        try:
            pair = amplify(edit.new, start, end, tails=tails, rules=_RULES, count=1)[0]
        except NegativeResult as error:
            raise InputError(f"no primers for the cassette: {error.what}") from None
    return Cassette(edit, letters, (len(ahead), len(behind)), pair, made)


def _arms(genome: Genome, edit: Edit, arm: int) -> tuple[str, str]:
    record = genome.records[edit.contig]
    low, high = edit.start - arm, edit.end + arm
    if not record.circular and (low < 0 or high > len(record)):
        raise InputError(
            f"the edit lies {min(edit.start, len(record) - edit.end)} nt from the end of "
            f"{genome.contig_name(edit.contig)}: no room for an arm of {arm} nt"
        )
    if high - low > len(record):
        raise InputError(
            f"arms of {arm} nt overlap on a circle of {len(record)} nt", hint="take shorter arms"
        )
    ahead = genome.window(edit.contig, low, edit.start).decode()
    behind = genome.window(edit.contig, edit.end, high).decode()
    if set(ahead + edit.new + behind) - set("ACGT"):
        raise InputError("there are letters other than A, C, G and T in the cassette or its arms")
    return ahead, behind


def check_stages(
    name: str,
    primers: tuple[str, str],
    stages: Mapping[str, Sequence[Record]],
    *,
    longest: int = _LONGEST,
) -> StageCheck:
    """Work out what a pair of primers amplifies of each stage, everywhere in its records.

    Parameters
    ----------
    name : str
    primers : (str, str)
        5'→3', without tails.
    stages : mapping of str to sequence of Record
    longest : int, default 12,000
        bp beyond which nothing is seen.

    Examples
    --------
    >>> before = "ACGGATTACAGATTACCTGC" + "A" * 40 + "TTGCCATTGACCATGGCATG"
    >>> primers = ("ACGGATTACAGATTACCTGC", "CATGCCATGGTCAATGGCAA")
    >>> check = check_stages("pair", primers, {"parent": [Record(Letters(before))]})
    >>> check.products
    (('parent', (80,)),)
    """
    products, melting = [], [0.0, 0.0]
    for stage, records in stages.items():
        sites = binding_sites(primers, records)
        for k, each in enumerate(sites):
            melting[k] = max([melting[k], *(site.melting for site in each)])
        found = amplicons(sites, list(records), longest=longest)
        products.append((stage, tuple(sorted(one.length for one in found))))
    return StageCheck(name, *primers, (melting[0], melting[1]), tuple(products))


def junction_pair(
    record: Record,
    start: int,
    end: int,
    *,
    product: tuple[int, int] = (200, 600),
    margin: int = 40,
    homologies: Sequence[Homology] = (),
) -> PrimerPair:
    """Choose a pair on both sides of a window of a record, such as a junction.

    Parameters
    ----------
    record : Record
    start, end : int
        Over the origin of a circle the end exceeds the length.
    product : (int, int), default (200, 600)
        Its length without the window.
    margin : int, default 40
    homologies : sequence of Homology
        Genomes in which the 3' ends stand once at most.

    Raises
    ------
    InputError
        There is none.
    """
    length = len(record)
    reach = product[1] + margin
    low, high = start - reach, end + reach
    if record.circular and high - low <= length:
        doubled = record.sequence.data * 3
        text = doubled[low + length : high + length].decode().upper()
    else:
        low, high = max(low, 0), min(high, length)
        text = record.sequence.data[low:high].decode().upper()
    span = end - start
    try:
        pairs = flank(
            Letters(text),
            start - low,
            end - low,
            product=(product[0] + span, product[1] + span),
            margin=margin,
            rules=_RULES,
            count=6,
            candidates=6,
        )
    except BiowrightError as error:
        raise InputError(f"no primers: {error.what}") from None
    for pair in pairs:
        ends = (pair.forward.annealing[-SEED:], pair.reverse.annealing[-SEED:])
        if all(len(h.places(end)) <= 1 for h in homologies for end in ends):
            return pair
    raise InputError("no primers: their 3' ends stand elsewhere in the genome too")

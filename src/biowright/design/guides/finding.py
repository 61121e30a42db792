"""The guides of a nuclease that cut in a target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from biowright.bio import find
from biowright.core import InputError, Sequence, Topology
from biowright.design.nuclease_table import Nuclease
from biowright.design.offtargets.building import called
from biowright.design.offtargets.guides import LONGEST_SPACER, SHORTEST_SPACER

from .targets import Target

__all__ = ["FoundGuide", "find_guides"]


@dataclass(frozen=True, slots=True)
class FoundGuide:
    """A guide with its place.

    Parameters
    ----------
    spacer, pam : str
        5'→3' on the guide's strand.
    chromosome : str
    start, end : int
        Protospacer and motif on the forward strand, 0-based, half-open; on a circle the end may
        exceed the length.
    strand : int
        +1 or -1: the strand that reads as the guide.
    cut : int
        The cut, or what stands for it, before this letter of the forward strand: on the strand that
        reads as the guide or, where only that is cut, the one that pairs with it. For a base editor
        it is the middle of its window, for others without a cut the middle of the protospacer.
    """

    spacer: str
    pam: str
    chromosome: str
    start: int
    end: int
    strand: int
    cut: int


def find_guides(
    target: Target, nuclease: Nuclease, *, spacer: int | None = None
) -> list[FoundGuide]:
    """Find all guides whose cut lies between two letters of the target, on both strands.

    Guides with letters other than A, C, G and T are left out.

    Parameters
    ----------
    target : Target
    nuclease : Nuclease
    spacer : int, optional
        Letters of the spacer; the nuclease's usual number by default.

    Returns
    -------
    list of FoundGuide
        By cut, then strand.

    Raises
    ------
    InputError
        The nuclease does not work with spacers of that length, or it cuts RNA: its guides pair with
        a transcript, of which a genome does not say where it begins and ends.

    Examples
    --------
    >>> from biowright.core import Record, Sequence
    >>> from biowright.design import nuclease
    >>> record = Record(Sequence("TTGACGCATAAAGATGAGACGCTGGAA"), "tiny")
    >>> find_guides(Target(record, 0, 27, "tiny"), nuclease("SpCas9"))
    [FoundGuide(spacer='GACGCATAAAGATGAGACGC', pam='TGG', chromosome='tiny', start=2, end=25,
                strand=1, cut=19)]
    """
    if nuclease.kind == "RNA":
        raise InputError(
            f"{nuclease.name} cuts RNA: its guides pair with a transcript, not with a genome",
            hint="use rna_guides, or name a nuclease that cuts DNA",
        )
    size = nuclease.spacer if spacer is None else spacer
    short, long = nuclease.spacers
    short, long = max(short, SHORTEST_SPACER), min(long, LONGEST_SPACER)
    if not short <= size <= long:
        raise InputError(
            f"{nuclease.name} with spacers of {size} letters", expected=f"{short} to {long}"
        )
    found = list(_found(target, nuclease, size))
    return sorted(found, key=lambda guide: (guide.cut, -guide.strand))


def _found(target: Target, nuclease: Nuclease, size: int) -> Iterator[FoundGuide]:
    sequence = target.record.sequence
    whole = len(sequence)
    motif = nuclease.motif
    reach = size + len(motif) + 24  # a cut may lie beyond the protospacer
    begin, end = target.start - reach, target.end + reach
    if sequence.circular:
        # a turn and what the last sites need is enough, wherever the target ends
        data = turned(sequence.data, begin, min(end - begin, whole + 2 * reach))
    else:
        begin = max(begin, 0)
        data = sequence.data[begin:end]
    window = Sequence.trusted(data, sequence.molecule, Topology.LINEAR)
    inside = _cut_inside(nuclease, size)
    seen: set[tuple[int, int]] = set()
    for strand in (1, -1):
        for hit in find(window, motif.pattern, strands=(strand,)):
            after = (motif.side == 3) == (strand == 1)  # the motif lies right of the protospacer
            low = hit.start - size if after else hit.start
            high = hit.end if after else hit.end + size
            if low < 0 or high > len(data) or high - low > whole:
                continue
            text = window.window(low, high)
            letters = str(text if strand == 1 else text.reverse_complement()).upper()
            letters = letters.replace("U", "T")
            spacer, pam = letters[:size], letters[size:]
            if motif.side == 5:
                pam, spacer = letters[: len(motif)], letters[len(motif) :]
            if set(spacer) - set("ACGT"):
                continue
            # the border of the motif, and from there into the protospacer
            border = hit.start if after else hit.end
            cut = begin + (border - inside if after else border + inside)
            start = begin + low
            if sequence.circular:
                start, cut = start % whole, (cut - target.start) % whole + target.start
            everywhere = sequence.circular and target.length >= whole
            if not everywhere and not target.start < cut < target.end:
                continue
            if sequence.circular:
                cut %= whole
            if (start, strand) in seen:
                continue
            seen.add((start, strand))
            yield FoundGuide(
                spacer, pam, called(target.record), start, start + high - low, strand, cut
            )


def turned(data: bytes, start: int, size: int) -> bytes:
    """Give letters of a circle from a start on, over its origin as often as it takes.

    Examples
    --------
    >>> turned(b"ACGT", -1, 6)
    b'TACGTA'
    """
    start %= max(len(data), 1)
    turns = (start + size) // max(len(data), 1) + 1
    return (data * turns if turns > 1 else data)[start : start + size]


def _cut_inside(nuclease: Nuclease, size: int) -> int:
    """Give the letters between the motif and the cut, or what stands for it."""
    if nuclease.window is not None:
        middle = sum(nuclease.window) // 2  # counted from 1, from the guide's 5' end
        return middle if nuclease.side == 5 else size - middle
    if nuclease.cuts is not None:
        first, second = nuclease.cuts
        return first if first >= 0 else second
    return size // 2

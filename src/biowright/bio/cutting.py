"""Where restriction enzymes cut: on both strands, across the origin, off the end, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from biowright.core import Molecule, Record, Sequence, SequenceError

from .iupac import mirrored_masks, nucleotides, pattern_masks
from .methylation import MethylationEffect, MethylationMap
from .rebase import Enzyme, enzyme, natural
from .search import positions

__all__ = ["Cut", "CutSite", "cut_sites"]


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut of both strands.

    Parameters
    ----------
    top, bottom : int
        The boundaries where the strands are cut, in the sequence's coordinates; modulo the length
        on a circle. On a linear sequence they may lie outside of it, see `falls_off`.
    overhang : str
        The letters between the two, as the top strand reads; empty for a blunt cut, and for one
        that falls off the end.
    ends : str
        What it leaves: "5'", "3'" or "blunt".
    falls_off : bool
        Whether it lies outside of a linear sequence, or at its very end: nothing is cut.
    """

    top: int
    bottom: int
    overhang: str
    ends: str
    falls_off: bool = False


@dataclass(frozen=True, slots=True)
class CutSite:
    """A place that a restriction enzyme recognises.

    Parameters
    ----------
    enzyme : Enzyme
    start, end : int
        The site, 0-based and half-open; on a circle the end may exceed the length.
    strand : int
        The strand on which the site reads as the enzyme's does; +1 for a symmetric site.
    cuts : tuple of Cut
        From left to right on the forward strand: one, or two for an enzyme that cuts on both sides
        of its site, or none where it is not known where the enzyme cuts.
    effects : tuple of MethylationEffect
        What methylation does to it.
    """

    enzyme: Enzyme
    start: int
    end: int
    strand: int
    cuts: tuple[Cut, ...]
    effects: tuple[MethylationEffect, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether methylation, or its absence, keeps the enzyme from cutting here."""
        return any(effect.outcome == "blocked" for effect in self.effects)

    @property
    def why(self) -> str:
        """What methylation does to the site, in words; empty if nothing."""
        return "; ".join(effect.reason for effect in self.effects)


def cut_sites(
    sequence: Sequence | Record | str,
    enzymes: Enzyme | str | Iterable[Enzyme | str],
    methylation: Iterable[str] = (),
) -> list[CutSite]:
    """Find where restriction enzymes cut a sequence.

    Both strands are searched, and a circle across its origin. Ambiguous letters are cut only where
    the enzyme recognises each of their meanings. A site longer than a circle does not fit it.

    Parameters
    ----------
    sequence : Sequence, Record or str
        DNA.
    enzymes : Enzyme, name, or iterable of them
    methylation : iterable of str, default ()
        The methylases that were at work on the DNA: ``Dam``, ``Dcm``, ``EcoKI`` (all three in most
        laboratory strains of *E. coli*), ``CpG``, and ``M.BsaI`` and the like, which protect all sites
        of their enzyme. Without them the DNA is like a PCR product.

    Returns
    -------
    list of CutSite
        By start, then by the enzyme's name, then by strand.

    Raises
    ------
    SequenceError
        The sequence is not DNA.
    InputError
        There is no such enzyme or methylase.

    Examples
    --------
    >>> [site] = cut_sites("CCGAATTCGG", "EcoRI")
    >>> site.start, site.cuts
    (2, (Cut(top=3, bottom=7, overhang='AATT', ends="5'", falls_off=False),))
    >>> [(s.start, s.blocked) for s in cut_sites("CTCTAGACTCTAGATC", "XbaI", methylation=["Dam"])]
    [(1, False), (8, True)]
    """
    target = nucleotides(sequence)
    if target.molecule is not Molecule.DNA:
        raise SequenceError("restriction enzymes cut DNA", hint="call to_dna() first")
    named = [enzymes] if isinstance(enzymes, Enzyme | str) else enzymes
    chosen = sorted({enzyme(e) for e in named}, key=lambda e: natural(e.name))
    marks = MethylationMap(target, methylation)
    jobs: list[tuple[Enzyme, int, bytes]] = []
    for each in chosen:
        sets = pattern_masks(each.site)
        jobs.append((each, 1, sets))
        if not each.symmetric:
            jobs.append((each, -1, mirrored_masks(sets)))
    found = []
    for rank, ((each, strand, _), (starts, _)) in enumerate(
        zip(jobs, positions(target, [sets for _, _, sets in jobs]), strict=True)
    ):
        size, cut, effects = len(each.site), _cutter(target, each, strand), marks.judge(each)
        found += [
            (
                start,
                rank,
                CutSite(each, start, start + size, strand, cut(start), effects(start, strand)),
            )
            for start in starts.tolist()
        ]
    found.sort(key=lambda item: item[:2])
    return [site for _, _, site in found]


def _cutter(target: Sequence, enzyme: Enzyme, strand: int) -> Callable[[int], tuple[Cut, ...]]:
    """Make the function that gives the cuts of a site from its start."""
    data, length, circular = target.data, len(target), target.circular
    size, pairs = len(enzyme.site), enzyme.cuts
    if strand == -1:
        pairs = tuple((size - bottom, size - top) for top, bottom in reversed(pairs))
    kinds = ["blunt" if top == bottom else "5'" if top < bottom else "3'" for top, bottom in pairs]

    def cuts(start: int) -> tuple[Cut, ...]:
        made = []
        for (top, bottom), ends in zip(pairs, kinds, strict=True):
            top, bottom = start + top, start + bottom
            low, high = (top, bottom) if top < bottom else (bottom, top)
            if low > 0 and high < length:
                made.append(Cut(top, bottom, data[low:high].decode("ascii"), ends))
            elif circular:
                overhang = around(data, low, high).decode("ascii")
                made.append(Cut(top % length, bottom % length, overhang, ends))
            else:
                made.append(Cut(top, bottom, "", ends, falls_off=True))
        return tuple(made)

    return cuts


def around(data: bytes, start: int, end: int) -> bytes:
    """Read letters of a circle between any two boundaries, more than once round if need be."""
    length = len(data)
    if not length or end <= start:
        return b""
    first = start % length
    return (data * ((first + end - start) // length + 1))[first : first + end - start]

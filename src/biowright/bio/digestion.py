"""Digests: the fragments that restriction enzymes leave, with their ends."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from biowright.core import Molecule, Record, Sequence, Topology

from .cutting import Cut, CutSite, around, cut_sites
from .iupac import nucleotides, other_strand
from .rebase import Enzyme, enzyme

__all__ = ["Digest", "End", "Fragment", "digest"]


@dataclass(frozen=True, slots=True)
class End:
    """One end of a fragment.

    Parameters
    ----------
    kind : str
        "5'" or "3'", the end that stands over, or "blunt". The ends of a linear record count as
        blunt.
    overhang : str, default ""
        The letters that stand over, 5'→3' on their own strand.
    enzyme : str, default ""
        Who cut it; empty for an end that the record had before.
    """

    kind: str
    overhang: str = ""
    enzyme: str = ""

    def fits(self, other: End) -> bool:
        """Tell whether the two ends can be ligated.

        Examples
        --------
        >>> End("5'", "AATG").fits(End("5'", "CATT")), End("5'", "AATG").fits(End("5'", "AATG"))
        (True, False)
        """
        return (
            self.kind == other.kind
            and self.overhang.upper() == other_strand(other.overhang).upper()
        )


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a digested molecule.

    Parameters
    ----------
    start, end : int
        From the leftmost to the rightmost letter of either strand, 0-based and half-open; on a
        circle the end may exceed the length, also by an overhang that is on both ends.
    top, bottom : tuple of (start, end)
        The same for each strand.
    left, right : End or None
        None for a circle that was not cut.
    sequence : Sequence
        The letters from `start` to `end` as the top strand reads, linear unless nothing was cut.
    """

    start: int
    end: int
    top: tuple[int, int]
    bottom: tuple[int, int]
    left: End | None
    right: End | None
    sequence: Sequence

    def __len__(self) -> int:
        """Give the length of the top strand, by which gels and other programs count."""
        return self.top[1] - self.top[0]

    def __bool__(self) -> bool:
        return True

    @property
    def duplex(self) -> int:
        """How many base pairs hold it together; 0 or below where the strands fall apart."""
        return min(self.top[1], self.bottom[1]) - max(self.top[0], self.bottom[0])


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest gives: an iterable of fragments, and what was not cut.

    Parameters
    ----------
    fragments : tuple of Fragment
        From left to right; on a circle from the first cut behind the origin.
    uncut : tuple of (CutSite, str)
        Sites that were left, each with the reason.
    uncertain : tuple of CutSite
        Sites that were cut here, but may not be, or slowly, in the tube; see `CutSite.why`.
    """

    fragments: tuple[Fragment, ...]
    uncut: tuple[tuple[CutSite, str], ...] = ()
    uncertain: tuple[CutSite, ...] = ()

    def __iter__(self) -> Iterator[Fragment]:
        return iter(self.fragments)

    def __len__(self) -> int:
        return len(self.fragments)

    def __getitem__(self, index: int) -> Fragment:
        return self.fragments[index]


def digest(
    sequence: Sequence | Record | str,
    enzymes: Enzyme | str | Iterable[Enzyme | str],
    methylation: Iterable[str] = (),
) -> Digest:
    """Cut a molecule with restriction enzymes, completely.

    All sites are cut as if at once. Where two cuts exclude each other (KpnI and Acc65I cut the
    same GGTACC differently), the enzyme that is named first wins, and the other site is listed as
    uncut. A site that methylation blocks is uncut, one with an uncertain outcome is cut and
    listed.

    Parameters
    ----------
    sequence : Sequence, Record or str
        DNA.
    enzymes : Enzyme, name, or iterable of them
    methylation : iterable of str, default ()
        As in `cut_sites`.

    Returns
    -------
    Digest

    Raises
    ------
    SequenceError, InputError
        As in `cut_sites`.

    Examples
    --------
    >>> plasmid = Sequence("AATTCGCATCCG", topology="circular")
    >>> [fragment] = digest(plasmid, ["EcoRI", "BamHI"])
    >>> fragment.start, fragment.end, len(fragment), fragment.left
    (0, 16, 12, End(kind="5'", overhang='AATT', enzyme='EcoRI'))
    >>> [len(fragment) for fragment in digest("CCGAATTCGG", "EcoRI")]
    [3, 7]
    """
    target = nucleotides(sequence)
    wanted = [enzyme(e) for e in ([enzymes] if isinstance(enzymes, Enzyme | str) else enzymes)]
    rank = {e: i for i, e in reversed(list(enumerate(wanted)))}
    sites = cut_sites(target, wanted, methylation)
    cuts = _Cuts(len(target), target.circular)
    uncut, uncertain = [], []
    for site in sorted(sites, key=lambda site: rank[site.enzyme]):
        if site.blocked:
            uncut.append((site, site.why))
            continue
        if not site.cuts:
            uncut.append((site, f"it is not known where {site.enzyme.name} cuts"))
        made = False
        for cut in site.cuts:
            if cut.falls_off:
                uncut.append((site, "the cut lies outside of the molecule"))
            elif (other := cuts.add(cut, site.enzyme)) is not None:
                uncut.append((site, f"a cut of {other} excludes it"))
            else:
                made = True
        if made and site.effects:
            uncertain.append(site)
    order = {id(site): i for i, site in enumerate(sites)}
    return Digest(
        tuple(_fragments(target, cuts.kept)),
        tuple(sorted(uncut, key=lambda pair: order[id(pair[0])])),
        tuple(sorted(uncertain, key=lambda site: order[id(site)])),
    )


_Pair = tuple[int, int, str]


class _Cuts:
    """Cuts in order, on both strands in the same order."""

    def __init__(self, length: int, circular: bool) -> None:
        self.length, self.circular = length, circular
        self.kept: list[_Pair] = []

    def add(self, cut: Cut, enzyme: Enzyme) -> str | None:
        """Add a cut, unless one that is there excludes it: then give the enzyme of that one."""
        top = cut.top
        bottom = top + len(cut.overhang) * (-1 if cut.ends == "3'" else 1)
        at = bisect_left(self.kept, (top, bottom, ""))
        for step in (-1, 0):
            neighbour = self._at(at + step)
            if neighbour is None:
                continue
            other_top, other_bottom, other = neighbour
            if (other_top, other_bottom) == (top, bottom):
                return None
            if (
                (other_top < top) != (other_bottom < bottom)
                or top == other_top
                or bottom == other_bottom
            ):
                return other
        self.kept.insert(at, (top, bottom, enzyme.name))
        return None

    def _at(self, index: int) -> _Pair | None:
        if not self.circular:
            return self.kept[index] if 0 <= index < len(self.kept) else None
        if not self.kept:
            return None
        turns, place = divmod(index, len(self.kept))
        top, bottom, name = self.kept[place]
        return top + turns * self.length, bottom + turns * self.length, name


def _fragments(target: Sequence, cuts: list[_Pair]) -> Iterator[Fragment]:
    length = len(target)
    if not cuts and target.circular:
        yield Fragment(0, length, (0, length), (0, length), None, None, target)
        return
    if target.circular:
        first_top, first_bottom, name = cuts[0]
        borders = [*cuts, (first_top + length, first_bottom + length, name)]
    else:
        borders = [(0, 0, ""), *cuts, (length, length, "")]
    for (top, bottom, left), (next_top, next_bottom, right) in pairwise(borders):
        start, end = min(top, bottom), max(next_top, next_bottom)
        turn = length if start < 0 else 0
        letters = around(target.data, start, end) if target.circular else target.data[start:end]
        yield Fragment(
            start + turn,
            end + turn,
            (top + turn, next_top + turn),
            (bottom + turn, next_bottom + turn),
            _end(target, top, bottom, left, is_left=True),
            _end(target, next_top, next_bottom, right, is_left=False),
            Sequence.trusted(letters, Molecule.DNA, Topology.LINEAR),
        )


def _end(target: Sequence, top: int, bottom: int, name: str, *, is_left: bool) -> End:
    if top == bottom:
        return End("blunt", "", name)
    low, high = min(top, bottom), max(top, bottom)
    letters = (
        around(target.data, low, high) if target.circular else target.data[low:high]
    ).decode()
    # the top strand stands over on the left after a 5' cut and on the right after a 3' cut
    if (top < bottom) != is_left:
        letters = other_strand(letters)
    return End("5'" if top < bottom else "3'", letters, name)

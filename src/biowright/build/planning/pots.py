"""How a stretch is made in one pot: which pieces it is split into, and where they are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from biowright.bio import enzyme, find
from biowright.core import Molecule, NegativeResult
from biowright.core import Sequence as Letters

from .collecting import Piece, place_of
from .overhangs import choose_cuts, overhang_costs
from .pieces import PieceBench
from .reuse import Match
from .sharing import Border
from .splitting import CORE, Ground, split
from .steps import METHODS

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["PotBench"]

TAIL = 36
"""Bases that a primer's tail adds at most between two pieces that are there already."""
NEAR = 30
"""How far a cut of Golden Gate may move to a better overhang."""
_COPIED = 10_000  # bp in one PCR


@dataclass(slots=True)
class PotBench(PieceBench):
    """A bench that makes what fits one pot."""

    def _lengths(self) -> tuple[int, int]:
        """Give the shortest and the longest piece that comes from the vendor, without flanks."""
        made = self.wishes.fragments
        if made.kind in ("oligo", "pool"):
            return 100, 900
        least, most = made.lengths
        if self.wishes.method == "golden-gate":
            # the enzyme's sites on both sides, and cuts that move
            return max(least - 2 * 13 + 2 * NEAR, 60), most - 2 * 16 - 2 * NEAR
        return least, most

    def _pot(
        self,
        ground: Ground,
        start: int,
        end: int,
        closed: bool,
        name: str,
        cover: Sequence[Match],
        level: int,
    ) -> str:
        """Make a stretch in one pot of its pieces."""
        golden = self.wishes.method == "golden-gate"
        letters = ground.window(start, end)
        enzyme_name = ""
        if golden:
            try:
                enzyme_name = self._scissors(ground, start, end, closed)
            except NegativeResult as error:
                if level == 1 and name == self._whole:
                    raise
                golden = False
                self.notices[f"{name} is joined by Gibson assembly: {error.what}"] = None
        method = METHODS["golden-gate" if golden else "gibson"]
        overlap = (enzyme(enzyme_name).overhang or 0) if golden else method.overlap
        size = end - start
        if len(ground.letters) < overlap:
            raise NegativeResult(f"{size} bp are shorter than an overlap of {overlap} bp")
        cost = overhang_costs(ground, overlap) if golden else ground.costs(overlap, 55.0)
        total = len(ground.letters)
        low, high = start, end
        if closed:
            copied = [m.start for m in cover if len(m) >= self.wishes.least]
            if copied:  # begin where a copied piece begins
                low = copied[0]
            else:
                low = start + int(np.argmin(ground.along(cost, start, start + min(size, 2_000))))
            high = low + size + overlap
        matches = _clipped(cover, low, high, total, ground.letters.circular, self.wishes.least)
        costs = ground.along(cost, low, high)
        borders = self._usable(ground, low, high, overlap, closed) if golden and not matches else []
        if borders and closed:
            low, high = borders[0][0], borders[0][0] + size + overlap
            costs = ground.along(cost, low, high)
        if borders:
            pieces = self._parts(low, high, borders, costs, overlap, closed)
        else:
            pieces = self._pieces(low, high, matches, costs, overlap, closed)
        if len(pieces) > 2 * method.pieces:
            raise NegativeResult(f"{len(pieces)} pieces are too many for one {method.title}")
        if len(pieces) > method.pieces:
            self.notices[f"{name}: {len(pieces)} pieces in one {method.title} are many"] = None
        if len(pieces) == 1 and not closed:
            if golden and level == 1:
                raise NegativeResult("it is one piece: there is nothing to join")
            made = self._piece(ground, pieces[0], overlap, "", "", False, False, name, level)
            if level == 1 and made in self.orders:
                raise NegativeResult("it is one piece: there is nothing to join")
            return made
        cuts = [piece.start for piece in pieces[1:]]
        if golden:
            cuts = choose_cuts(
                ground,
                enzyme_name,
                [low, *cuts] if closed else cuts,
                self._freedoms(pieces, borders, overlap, closed, len(ground.letters)),
            )
            self._note(cuts, pieces, borders, closed, len(ground.letters))
            if closed:
                shift = cuts[0] - pieces[0].start
                pieces[0].start += shift
                pieces[-1].end += shift
                cuts = cuts[1:]
            for before, after, cut in zip(pieces, pieces[1:], cuts, strict=False):
                before.end, after.start = cut + overlap, cut
        inputs = []
        for i, piece in enumerate(pieces):
            title = f"{name.split('.')[0]}.{place_of(ground, piece.start, piece.end)}"
            first, last = not closed and i == 0, not closed and i == len(pieces) - 1
            inputs.append(
                self._piece(ground, piece, overlap, enzyme_name, title, first, last, "", level)
            )
        all_cuts = [pieces[0].start, *cuts] if closed else cuts
        junctions, right = self._junctions(ground, all_cuts, overlap, enzyme_name, method.junction)
        return self._reaction(
            name,
            method.name,
            inputs,
            level,
            ground.window(pieces[0].start, pieces[0].start + size) if closed else letters,
            closed,
            enzyme_name=enzyme_name,
            junctions=junctions,
            right=right,
        )

    def _scissors(self, ground: Ground, start: int, end: int, closed: bool) -> str:
        """Choose an enzyme whose site the stretch does not hold."""
        letters = Letters(
            ground.window(start, end), Molecule.DNA, "circular" if closed else "linear"
        )
        told = []
        for name in self.wishes.enzymes:
            hits = find(letters, enzyme(name).site)
            if not hits:
                return name
            places = [(start + hit.start) % len(ground.letters) + 1 for hit in hits[:3]]
            told.append(f"{name} at {', '.join(map(str, places))}")
        raise NegativeResult(
            f"every enzyme cuts inside: {'; '.join(told)}",
            hint="use Gibson assembly, or recode the sites (biowright design gene)",
        )

    def _pieces(
        self,
        low: int,
        high: int,
        matches: Sequence[Match],
        costs: Floats,
        overlap: int,
        closed: bool,
    ) -> list[Piece]:
        """Split a stretch: what is there is copied, the gaps are ordered."""
        least, most = self._lengths()
        if not matches:
            if closed and overlap >= CORE and (high - low) // 2 > least:
                # one piece alone would begin and end alike, which vendors do not like
                most = min(most, (high - low) // 2 + overlap + 200)
            cuts = split(costs, high - low, overlap, least, most)
            return _between(low, high, [low + cut for cut in cuts], overlap)
        pieces: list[Piece] = []
        at = low
        usable = list(matches)
        for i, match in enumerate(usable):
            gap = match.start - at
            before = pieces[-1] if pieces else None
            if gap <= TAIL and before is not None:
                # primers' tails carry what is missing
                cut = (at + match.start - overlap) // 2
                before.end = cut + overlap
                pieces.append(Piece(cut, match.end, match))
            elif gap <= TAIL:
                pieces.append(Piece(low, match.end, match))
            else:
                left = at - overlap if before is not None else at
                right = match.start + overlap
                short = least - (right - left)
                if short > 0:
                    if before is not None:
                        take = min(short // 2 + 1, len(before.match or ()) - self.wishes.least)
                        left -= max(0, take)
                        before.end = left + overlap
                    right += max(0, least - (right - left))
                    if right - overlap > match.end - 60:
                        raise NegativeResult(
                            f"a gap of {gap} bp between copied pieces is shorter than what is made",
                            hint="allow longer copied pieces, or do not reuse",
                        )
                elif before is not None:
                    before.end = at
                cuts = split(costs[left - low : right - low], right - left, overlap, least, most)
                pieces += _between(left, right, [left + cut for cut in cuts], overlap)
                pieces.append(Piece(right - overlap, match.end, match))
            at = match.end
            del i
        gap = high - at
        last = pieces[-1]
        if gap <= TAIL:
            last.end = high
        else:
            left = at - overlap
            short = least - (high - left)
            if short > 0:
                left -= short
                if left < last.start + 60:
                    raise NegativeResult(f"a gap of {gap} bp is shorter than what is made")
            last.end = left + overlap
            cuts = split(costs[left - low : high - low], high - left, overlap, least, most)
            pieces += _between(left, high, [left + cut for cut in cuts], overlap)
        return pieces

    def _usable(
        self, ground: Ground, low: int, high: int, overlap: int, closed: bool
    ) -> list[Border]:
        """Give the borders that hold an overhang, far enough from one another for pieces to be made."""
        if self._whole not in self.borders:
            return []
        least = self._lengths()[0]
        kept: list[Border] = []
        size = len(ground.letters)
        for start, width in self.borders[self._whole]:
            if width < overlap or (not closed and not low + least <= start <= high - least):
                continue
            if kept and start - kept[-1][0] < least:
                continue
            kept.append((start, width))
        if closed and len(kept) > 1 and kept[0][0] + size - kept[-1][0] < least:
            kept.pop()
        return kept

    def _parts(
        self,
        low: int,
        high: int,
        borders: Sequence[Border],
        costs: Floats,
        overlap: int,
        closed: bool,
    ) -> list[Piece]:
        """Split a stretch at borders, and what is too long between them."""
        least, most = self._lengths()
        starts = [start for start, _ in borders]
        bounds = [*starts, high - overlap] if closed else [low, *starts, high]
        pieces: list[Piece] = []
        for left, right in pairwise(bounds):
            end = min(right + overlap, high)
            inner = split(costs[left - low : end - low], end - left, overlap, least, most)
            pieces += _between(left, end, [left + cut for cut in inner], overlap)
        return pieces

    def _freedoms(
        self,
        pieces: Sequence[Piece],
        borders: Sequence[Border],
        overlap: int,
        closed: bool,
        size: int,
    ) -> list[tuple[int, int]]:
        """Give how far each cut may move; one at a border as it did in the targets before."""
        widths = {start: (i, width) for i, (start, width) in enumerate(borders)}
        found = []
        for i in range(0 if closed else 1, len(pieces)):
            at = pieces[i].start % size if closed else pieces[i].start
            if at not in widths:
                found.append(_freedom(pieces, i, overlap, closed))
                continue
            index, width = widths[at]
            if index in self._offsets and self._offsets[index] <= width - overlap:
                found.append((-self._offsets[index], self._offsets[index]))
            else:
                found.append((0, min(width - overlap, NEAR)))
        return found

    def _note(
        self,
        cuts: Sequence[int],
        pieces: Sequence[Piece],
        borders: Sequence[Border],
        closed: bool,
        size: int,
    ) -> None:
        """Remember where the cuts at borders went, for the targets that follow."""
        starts = {start: i for i, (start, _) in enumerate(borders)}
        for cut, piece in zip(cuts, pieces if closed else pieces[1:], strict=True):
            at = piece.start % size if closed else piece.start
            if at in starts:
                self._offsets.setdefault(starts[at], cut - piece.start)


def _between(low: int, high: int, cuts: Sequence[int], overlap: int) -> list[Piece]:
    return [
        Piece(start, end)
        for start, end in zip([low, *cuts], [*(cut + overlap for cut in cuts), high], strict=True)
    ]


def _clipped(
    cover: Sequence[Match], low: int, high: int, total: int, circular: bool, least: int
) -> list[Match]:
    """Give the copied stretches inside of a stretch, none too long for a PCR."""
    found = []
    for match in cover:
        for turn in (-total, 0, total) if circular else (0,):
            start, end = match.start + turn, match.end + turn
            first, last = max(start, low), min(end, high)
            if last - first < least:
                continue
            count = -(-(last - first) // _COPIED)
            for i in range(count):
                a = first + i * (last - first) // count
                b = first + (i + 1) * (last - first) // count
                at = match.at + (a - start if match.strand == 1 else end - b)
                found.append(Match(a, b, match.source, at, match.strand))
    return sorted(found)


def _freedom(pieces: Sequence[Piece], i: int, overlap: int, closed: bool) -> tuple[int, int]:
    """Give how far the cut before a piece may move to either side."""
    before, after = pieces[i - 1], pieces[i]
    near = NEAR
    if before.match is not None and after.match is not None:
        # tails carry it
        return 12, 12
    if before.match is not None:
        return min(near, before.end - before.start - 120), 0
    if after.match is not None:
        return 0, min(near, after.end - after.start - 120)
    del closed, overlap
    return near, near

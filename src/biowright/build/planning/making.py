"""How one target is made: from the whole down to orders, and back up by reactions.

A stretch of the target that fits one pot is split into pieces that overlap; pieces that one has are copied
out by PCR, the others are ordered or made of oligos. A longer stretch is made of blocks of 10 kb, those
of 100 kb of these, and so on (Gibson et al. 2010, doi:10.1126/science.1190719).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from biowright.bio import enzyme, find
from biowright.core import InputError, Molecule, NegativeResult, Record
from biowright.core import Sequence as Letters
from biowright.design import PrimerRules, amplify

from ..fidelity import set_fidelity
from ..golden_gate import site_ends
from ..names import plain_name
from .overhangs import choose_cuts, overhang_costs
from .reuse import Match
from .sharing import Border
from .splitting import CORE, REACH, Ground, split
from .steps import METHODS, Junction, Order, Reaction, clones_to_pick
from .vendors import Product, product

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["Bench", "Wishes"]

BLOCKS = (10_000, 100_000, 1_000_000)
TAIL = 36
"""Bases that a primer's tail adds at most between two pieces that are there already."""
NEAR = 30
"""How far a cut of Golden Gate may move to a better overhang."""
SLACK = 400
"""How far the cut between two blocks may move from where they would be equally long, in bp."""
_COPIED = 10_000  # bp in one PCR
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a plan is to be made.

    Parameters
    ----------
    method : str
        How pieces become blocks: ``order``, ``annealing``, ``pca``, ``golden-gate`` or ``gibson``.
    fragments : Product
        Where the pieces come from; oligos are put together by PCA first.
    oligos, long_oligos : Product
        For primers, and for those that are too long.
    enzymes : tuple of str
        For Golden Gate, in the order of preference.
    least : int
        Of a stretch that is copied from what one has, in bp.
    """

    method: str
    fragments: Product
    oligos: Product
    long_oligos: Product
    enzymes: tuple[str, ...] = ("BsaI", "BsmBI", "BbsI", "SapI")
    least: int = 150


@dataclass(slots=True)
class _Piece:
    """A piece of a pot: what of the target it holds, and where it can be copied from."""

    start: int
    end: int
    match: Match | None = None


@dataclass(slots=True)
class Bench:
    """Collects what a plan needs; the one stateful object of planning.

    Parameters
    ----------
    wishes : Wishes
    stock : sequence of Record
        What one has.
    borders : mapping of str to sequence of Border
        For each target's name, where a cut lets others share its pieces.
    orders, primers, reactions, used, sequences, notices
        What was collected so far; `sequences` has the letters of every molecule and whether it is a
        circle.
    """

    wishes: Wishes
    stock: Sequence[Record]
    orders: dict[str, Order] = field(default_factory=dict)
    primers: dict[str, Order] = field(default_factory=dict)
    reactions: list[Reaction] = field(default_factory=list)
    used: dict[str, Record] = field(default_factory=dict)
    sequences: dict[str, tuple[str, bool]] = field(default_factory=dict)
    notices: dict[str, None] = field(default_factory=dict)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)
    borders: Mapping[str, Sequence[Border]] = field(default_factory=dict)
    _whole: str = ""
    _offsets: dict[int, int] = field(default_factory=dict)

    def make(self, target: Record, cover: Sequence[Match]) -> str:
        """Plan a target, and give the name of the molecule that it is.

        Raises
        ------
        NegativeResult
            It cannot be made so.
        """
        letters = target.sequence.upper()
        ground = Ground(letters)
        size = len(letters)
        name = plain_name(target.name or "target")
        for record in self.stock:
            if record.circular == target.circular and record.seguid == target.seguid:
                return self._taken(record)
        if letters.circular and size < 200:
            raise NegativeResult(
                f"a circle of {size} bp cannot be closed: DNA so short does not bend to a ring",
                record=target.name,
                hint="give it as linear, or with the plasmid around it",
            )
        self._whole = name
        return self._stretch(ground, 0, size, letters.circular, name, cover, 1)

    # ---- levels ------------------------------------------------------------------------------

    def _stretch(
        self,
        ground: Ground,
        start: int,
        end: int,
        closed: bool,
        name: str,
        cover: Sequence[Match],
        level: int,
    ) -> str:
        size = end - start
        wishes = self.wishes
        if wishes.method == "order":
            if closed:
                raise NegativeResult("a circle is not ordered whole as a fragment")
            return self._ordered(ground.window(start, end), name, "the whole target", start)
        if wishes.method == "annealing":
            return self._annealed(ground, start, end, closed, name)
        if wishes.method == "pca":
            if closed:
                raise NegativeResult("oligos put together give no circle", hint="use gibson")
            return self._cycled(ground.window(start, end), name, level)
        room = self._room()
        if size <= room:
            return self._pot(ground, start, end, closed, name, cover, level)
        return self._joined(ground, start, end, closed, name, cover, room)

    def _room(self) -> int:
        """Give how much one pot makes."""
        method = METHODS[self.wishes.method]
        longest = self._lengths()[1]
        return min(BLOCKS[0], int(0.9 * method.pieces * (longest - 2 * method.overlap)))

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

    def _joined(
        self,
        ground: Ground,
        start: int,
        end: int,
        closed: bool,
        name: str,
        cover: Sequence[Match],
        room: int,
    ) -> str:
        """Make a long stretch of blocks that recombine in yeast."""
        tar = METHODS["tar"]
        size = end - start
        block, level = room, 2
        for above in BLOCKS[1:]:
            if size <= block * (tar.pieces - 1):
                break
            block, level = above, level + 1
        count = -(-size // (block - tar.overlap - 2 * SLACK))
        count = max(count, 2)
        if count > tar.pieces:
            raise NegativeResult(
                f"{size:,} bp are more than yeast puts together: {count} pieces of {block:,} bp",
                hint="split the target into chromosomes",
            )
        cuts = self._even(ground, start, end, closed, count, tar.overlap)
        ends = [cut + tar.overlap for cut in cuts]
        if closed:
            bounds = list(zip(cuts, [*ends[1:], ends[0] + size], strict=True))
        else:
            bounds = list(zip([start, *cuts], [*ends, end], strict=True))
        inputs = []
        for low, high in bounds:
            title = f"{name.split('.')[0]}.{_place(ground, low, high)}"
            made = self._stretch(ground, low, high, False, title, cover, level - 1)
            if high - low <= room:
                made = self._amplified(made, level - 1)
            inputs.append(made)
        junctions = tuple(self._junction(ground, cut, tar.overlap, tar.junction) for cut in cuts)
        self.notices[
            "blocks are kept in yeast between the hooks of a TAR vector, and cut out of it for the next "
            "level; the vector is not part of the orders, and a last circle needs a yeast origin and marker"
        ] = None
        return self._reaction(
            name, "tar", inputs, level, ground.window(start, end), closed, junctions=junctions
        )

    def _even(
        self, ground: Ground, start: int, end: int, closed: bool, count: int, overlap: int
    ) -> list[int]:
        """Give cuts at even distances, each moved to the best junction nearby."""
        size = end - start
        # blocks are amplified with primers at both ends of these windows
        cost = ground.costs(overlap, 0.0)
        crowded = ground.crowded
        cost = cost + crowded[: len(cost)] + np.roll(crowded, REACH - overlap)[: len(cost)]
        total = len(ground.letters)
        slack = min(SLACK, size // count // 8)
        cuts = []
        for i in range(0 if closed else 1, count):
            ideal = start + i * size // count
            best = min(
                range(ideal - slack if i or closed else ideal, ideal + slack + 1),
                key=lambda x: (
                    cost[x % total if ground.letters.circular else x],
                    abs(x - ideal),
                ),
            )
            cuts.append(best)
        return cuts

    # ---- one pot -----------------------------------------------------------------------------

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
            return self._piece(ground, pieces[0], overlap, "", "", False, False, name, level)
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
            title = f"{name.split('.')[0]}.{_place(ground, piece.start, piece.end)}"
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
    ) -> list[_Piece]:
        """Split a stretch: what is there is copied, the gaps are ordered."""
        least, most = self._lengths()
        if not matches:
            if closed and overlap >= CORE and (high - low) // 2 > least:
                # one piece alone would begin and end alike, which vendors do not like
                most = min(most, (high - low) // 2 + overlap + 200)
            cuts = split(costs, high - low, overlap, least, most)
            return _between(low, high, [low + cut for cut in cuts], overlap)
        pieces: list[_Piece] = []
        at = low
        usable = list(matches)
        for i, match in enumerate(usable):
            gap = match.start - at
            before = pieces[-1] if pieces else None
            if gap <= TAIL and before is not None:
                # primers' tails carry what is missing
                cut = (at + match.start - overlap) // 2
                before.end = cut + overlap
                pieces.append(_Piece(cut, match.end, match))
            elif gap <= TAIL:
                pieces.append(_Piece(low, match.end, match))
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
                pieces.append(_Piece(right - overlap, match.end, match))
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
    ) -> list[_Piece]:
        """Split a stretch at borders, and what is too long between them."""
        least, most = self._lengths()
        starts = [start for start, _ in borders]
        bounds = [*starts, high - overlap] if closed else [low, *starts, high]
        pieces: list[_Piece] = []
        for left, right in pairwise(bounds):
            end = min(right + overlap, high)
            inner = split(costs[left - low : end - low], end - left, overlap, least, most)
            pieces += _between(left, end, [left + cut for cut in inner], overlap)
        return pieces

    def _freedoms(
        self,
        pieces: Sequence[_Piece],
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
        pieces: Sequence[_Piece],
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

    def _piece(
        self,
        ground: Ground,
        piece: _Piece,
        overlap: int,
        enzyme_name: str,
        title: str,
        first: bool,
        last: bool,
        name: str,
        level: int,
    ) -> str:
        """Order a piece, make it of oligos, or copy it; with the enzyme's sites where it is joined."""
        flank = site_ends(enzyme_name) if enzyme_name else ""
        left, right = "" if first else flank, "" if last else flank
        title = plain_name(name or title)
        letters = left + ground.window(piece.start, piece.end) + _other(right)
        if piece.match is None:
            if self.wishes.fragments.kind in ("oligo", "pool"):
                return self._cycled(letters, title, max(level - 1, 0))
            place = _place(ground, piece.start, piece.end)
            return self._ordered(letters, title, place, piece.start, len(left))
        return self._copied(ground, piece, left, right, letters, title)

    def _copied(
        self, ground: Ground, piece: _Piece, left: str, right: str, letters: str, title: str
    ) -> str:
        match = piece.match
        assert match is not None
        record = self.stock[match.source]
        begin, stop = max(piece.start, match.start), min(piece.end, match.end)
        tails = (
            left + ground.window(piece.start, begin),
            right + _other(ground.window(stop, piece.end)),
        )
        low = match.at + (begin - match.start if match.strand == 1 else match.end - stop)
        if record.circular:
            low %= len(record)
        pair = amplify(
            record,
            low,
            low + stop - begin,
            tails=tails if match.strand == 1 else tails[::-1],
            rules=PrimerRules(),
            count=1,
        )[0]
        template = self._taken(record)
        primers = []
        for side, primer in (("F", pair.forward), ("R", pair.reverse)):
            more = f"; {'; '.join(primer.reasons)}" if primer.reasons else ""
            primers.append(
                self._primer(
                    primer.sequence,
                    f"{title}_{side}",
                    f"anneals at {primer.melting:.1f} °C with {len(primer.annealing)} bases to "
                    f"{template}, {len(primer.sites)} other sites{more}",
                )
            )
        for reason in pair.reasons:
            self.notices[f"PCR of {title}: {reason}"] = None
        return self._reaction(title, "pcr", [template, *primers], 0, letters, False)

    def _amplified(self, made: str, level: int) -> str:
        """Amplify a block with primers at its ends."""
        letters = self.sequences[made][0]
        pairs = amplify(letters, 0, len(letters), count=8)
        pair = min(pairs, key=lambda p: any("product" in reason for reason in p.reasons))
        title = f"{made}_pcr"
        primers = [
            self._primer(p.sequence, f"{title}_{side}", f"anneals at {p.melting:.1f} °C to {made}")
            for side, p in (("F", pair.forward), ("R", pair.reverse))
        ]
        return self._reaction(title, "pcr", [made, *primers], level, letters, False)

    # ---- oligos ------------------------------------------------------------------------------

    def _annealed(self, ground: Ground, start: int, end: int, closed: bool, name: str) -> str:
        size = end - start
        chosen = self._oligo_product(size)
        if closed or chosen is None:
            raise NegativeResult(f"{size} bp are not annealed from two oligos")
        letters = ground.window(start, end)
        pair = []
        for side, text in (("top", letters), ("bottom", _other(letters))):
            pair.append(self._primer(text, f"{name}_{side}", f"the {side} strand"))
        return self._reaction(name, "annealing", pair, 1, letters, False)

    def _cycled(self, letters: str, name: str, level: int) -> str:
        """Put a piece together from oligos that alternate in strand."""
        method = METHODS["pca"]
        if len(letters) > method.longest:
            raise NegativeResult(f"{len(letters):,} bp are too long to be put together from oligos")
        made = (
            self.wishes.fragments if self.wishes.fragments.kind == "oligo" else self.wishes.oligos
        )
        most = made.lengths[1]
        ground = Ground(Letters(letters, Molecule.DNA))
        cost = ground.costs(method.overlap, 56.0)
        cuts = split(cost, len(letters), method.overlap, max(30, made.lengths[0]), most)
        bounds = list(
            zip([0, *cuts], [*(cut + method.overlap for cut in cuts), len(letters)], strict=True)
        )
        if len(bounds) < 2:
            raise NegativeResult(f"{len(letters)} bp are one oligo: order both strands")
        oligos = []
        for i, (low, high) in enumerate(bounds):
            text = letters[low:high] if i % 2 == 0 else _other(letters[low:high])
            oligos.append(
                self._primer(text, f"{name}_o{i + 1}", f"{name}, bases {low + 1} to {high}", made)
            )
        right = method.junction ** len(cuts)
        junctions = tuple(
            self._junction(ground, cut, method.overlap, method.junction) for cut in cuts
        )
        raw = self._reaction(
            f"{name}_pca", "pca", oligos, level, letters, False, junctions=junctions, right=right
        )
        ends = amplify(letters, 0, len(letters), count=1)[0]
        primers = [
            self._primer(p.sequence, f"{name}_{side}", f"anneals at {p.melting:.1f} °C to {raw}")
            for side, p in (("F", ends.forward), ("R", ends.reverse))
        ]
        return self._reaction(name, "pcr", [raw, *primers], level, letters, False)

    def _oligo_product(self, size: int) -> Product | None:
        for made in (self.wishes.oligos, self.wishes.long_oligos):
            if made.lengths[0] <= size <= made.lengths[1]:
                return made
        return None

    # ---- what is collected -------------------------------------------------------------------

    def _ordered(self, letters: str, name: str, purpose: str, start: int, flank: int = 0) -> str:
        made = self.wishes.fragments
        if made.kind != "fragment":
            raise NegativeResult(f"{made.id} makes no fragments")
        least, most = made.lengths
        if not least <= len(letters) <= most:
            raise NegativeResult(f"{made.id} makes {least:,} to {most:,} bp, not {len(letters):,}")
        known = self._known.get((letters, made.id))
        if known is not None:
            return known
        name = self._new(name)
        price = made.cost(len(letters))
        self.orders[name] = Order(
            name,
            letters,
            made.id,
            price,
            made.price.currency,
            purpose,
            made.breaches(letters),
            start,
            flank,
        )
        self._known[letters, made.id] = name
        self.sequences[name] = letters, False
        return name

    def _primer(self, letters: str, name: str, purpose: str, made: Product | None = None) -> str:
        if made is None or len(letters) > made.lengths[1]:
            made = self._oligo_product(len(letters))
        if made is None:
            raise NegativeResult(f"no oligo of {len(letters)} bases is made")
        known = self._known.get((letters, "oligo"))
        if known is not None:
            return known
        name = self._new(name)
        self.primers[name] = Order(
            name,
            letters,
            made.id,
            made.cost(len(letters)),
            made.price.currency,
            purpose,
            made.breaches(letters),
        )
        self._known[letters, "oligo"] = name
        self.sequences[name] = letters, False
        return name

    def _taken(self, record: Record) -> str:
        for name, other in self.used.items():
            if other is record:
                return name
        name = self._new(plain_name(record.name or "stock"))
        self.used[name] = record
        self.sequences[name] = str(record.sequence).upper(), record.circular
        return name

    def _new(self, name: str) -> str:
        name = plain_name(name)
        free, number = name, 1
        while free in self.sequences:
            number += 1
            free = plain_name(f"{name}_{number}")
        return free

    def _reaction(
        self,
        name: str,
        method: str,
        inputs: Sequence[str],
        level: int,
        letters: str,
        closed: bool,
        *,
        enzyme_name: str = "",
        junctions: tuple[Junction, ...] = (),
        right: float | None = None,
    ) -> str:
        key = (letters, f"{method} {' '.join(inputs)} {closed}")
        known = self._known.get(key)
        if known is not None:
            return known
        name = self._new(name)
        kind = METHODS[method]
        whole = Letters(letters, Molecule.DNA, "circular" if closed else "linear")
        fidelity = math.prod(j.fidelity for j in junctions) if right is None else right
        clones = 0
        if kind.cloned:
            clones = clones_to_pick(fidelity * self._intact(inputs))
        self.reactions.append(
            Reaction(
                name,
                method,
                tuple(inputs),
                level,
                len(letters),
                closed,
                Record(whole).seguid,
                enzyme_name,
                junctions,
                fidelity,
                clones,
            )
        )
        self._known[key] = name
        self.sequences[name] = letters, closed
        return name

    def _intact(self, inputs: Sequence[str]) -> float:
        """Give the share of molecules without an error of synthesis."""
        share = 1.0
        made = {reaction.name: reaction for reaction in self.reactions}
        for name in inputs:
            if name in self.orders:
                order = self.orders[name]
                share *= math.exp(
                    -len(order.sequence) / product_of(self.wishes, order.product).errors
                )
            elif name in made and made[name].method in ("pca", "pcr"):
                inner = [n for n in made[name].inputs if n in made]
                oligos = [n for n in made[name].inputs if n in self.primers]
                if made[name].method == "pca":
                    bases = sum(len(self.primers[n].sequence) for n in oligos)
                    share *= math.exp(-bases / self.wishes.oligos.errors)
                else:
                    share *= self._intact(inner)
        return share

    def _junction(self, ground: Ground, cut: int, overlap: int, right: float) -> Junction:
        letters = ground.window(cut, cut + overlap)
        total = len(ground.letters)
        start = cut % total if ground.letters.circular else cut
        note = ""
        far = start + overlap - CORE
        known = ground.letters.circular or far < len(ground.repeated)
        if overlap >= CORE and known and (ground.repeated[start] or ground.repeated[far % total]):
            note = "its bases occur elsewhere in the target"
        degrees = ground.melting(cut, cut + overlap)
        return Junction(start, start + overlap, letters, round(degrees, 1), right, note)

    def _junctions(
        self, ground: Ground, cuts: Sequence[int], overlap: int, enzyme_name: str, right: float
    ) -> tuple[tuple[Junction, ...], float]:
        plain = [self._junction(ground, cut, overlap, right) for cut in cuts]
        if not enzyme_name or not cuts:
            return tuple(plain), right ** len(cuts)
        measured = set_fidelity([j.sequence for j in plain], enzyme_name)
        return (
            tuple(
                replace(j, fidelity=m.fidelity)
                for j, m in zip(plain, measured.junctions, strict=True)
            ),
            measured.fidelity,
        )


def product_of(wishes: Wishes, name: str) -> Product:
    """Give a product of the wishes by its pack, also one from a file."""
    for made in (wishes.fragments, wishes.oligos, wishes.long_oligos):
        if made.id == name:
            return made
    return product(name)


def _between(low: int, high: int, cuts: Sequence[int], overlap: int) -> list[_Piece]:
    return [
        _Piece(start, end)
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


def _freedom(pieces: Sequence[_Piece], i: int, overlap: int, closed: bool) -> tuple[int, int]:
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


def _place(ground: Ground, low: int, high: int) -> str:
    size = len(ground.letters)
    if ground.letters.circular:
        low, high = low % size, (high - 1) % size + 1
    return f"{low + 1}-{high}"


def _other(text: str) -> str:
    return text.translate(_COMPLEMENT)[::-1]


def check_letters(target: Record) -> None:
    """Refuse letters that cannot be ordered, with the place of the first.

    Raises
    ------
    InputError
        There is a letter other than A, C, G and T, or none at all.
    """
    text = str(target.sequence).upper()
    if not text:
        raise InputError("there is nothing to make", record=target.name)
    if str(target.molecule) != "DNA":
        raise InputError(f"the target is {target.molecule}", record=target.name, expected="DNA")
    for position, letter in enumerate(text):
        if letter not in "ACGT":
            others = sum(x not in "ACGT" for x in text)
            raise InputError(
                f"'{letter}' cannot be made"
                + (f", nor {others - 1} other such letters" if others > 1 else ""),
                record=target.name,
                position=position,
                expected="A, C, G and T",
                hint="decide on the letters, or make a library of degenerate oligos",
            )

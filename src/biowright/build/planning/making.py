"""How one target is made: from the whole down to orders, and back up by reactions.

A stretch of the target that fits one pot is split into pieces that overlap; pieces that one has are copied
out by PCR, the others are ordered or made of oligos. A longer stretch is made of blocks of 10 kb, those
of 100 kb of these, and so on (Gibson et al. 2010, doi:10.1126/science.1190719).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from biowright.bio import find, other_strand
from biowright.core import Molecule, NegativeResult, Record, circularise, insert, linearise
from biowright.core import Sequence as Letters

from ..names import plain_name
from .collecting import place_of
from .pots import PotBench
from .reuse import Match
from .splitting import REACH, Ground
from .steps import METHODS, Junction
from .yeast import neutral_place, opened_vector

__all__ = ["Maker"]

BLOCKS = (10_000, 100_000, 1_000_000)
SLACK = 400
"""How far the cut between two blocks may move from where they would be equally long, in bp."""
_SPARES = ("TCA", "ACA", "GTC", "CAT", "AGT", "CTG")  # between an insert's end and the PAM
_FOOT = 22  # bases by which a primer with a hook binds the vector


@dataclass(slots=True)
class Maker(PotBench):
    """A bench that makes whole targets, level by level.

    Parameters
    ----------
    held : mapping of str to Record
        For the names of targets that stay in their vector, what is made instead.
    """

    held: dict[str, Record] = field(default_factory=dict)
    _target: Record | None = None

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
        self._target = target
        return self._stretch(ground, 0, size, letters.circular, name, cover, 1)

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
        vector = self.wishes.vector
        if vector is not None:
            return self._in_vector(ground, start, end, closed, name, cover, room, block, level)
        if closed:
            self.notices[
                f"{name} is closed in yeast: it needs an origin and a marker of yeast; no vector was "
                "named, so that none is ordered nor part of the proof"
            ] = None
        else:
            self.notices[
                "blocks are kept in yeast between the hooks of a TAR vector, and cut out of it for the "
                "next level; no vector was named, so that it is neither ordered nor part of the proof"
            ] = None
        inputs, junctions = self._blocks(
            ground, start, end, closed, name, cover, room, block, level
        )
        return self._reaction(
            name, "tar", inputs, level, ground.window(start, end), closed, junctions=junctions
        )

    def _blocks(
        self,
        ground: Ground,
        start: int,
        end: int,
        closed: bool,
        name: str,
        cover: Sequence[Match],
        room: int,
        block: int,
        level: int,
    ) -> tuple[list[str], tuple[Junction, ...]]:
        """Make the blocks of a stretch, as even as can be."""
        tar = METHODS["tar"]
        size = end - start
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
            title = f"{name.split('.')[0]}.{place_of(ground, low, high)}"
            made = self._stretch(ground, low, high, False, title, cover, level - 1)
            if high - low <= room:
                made = self._amplified(made, level - 1)
            inputs.append(made)
        junctions = tuple(self._junction(ground, cut, tar.overlap, tar.junction) for cut in cuts)
        return inputs, junctions

    def _in_vector(
        self,
        ground: Ground,
        start: int,
        end: int,
        closed: bool,
        name: str,
        cover: Sequence[Match],
        room: int,
        block: int,
        level: int,
    ) -> str:
        """Put a stretch together in the vector; a circle is opened where the vector goes in.

        A circle comes out of its vector as it went in: what stands before the place is there on both
        sides of the vector, so that the ends that Cas9 leaves are alike and recombine to the circle.
        """
        vector, target, hook = self.wishes.vector, self._target, METHODS["tar"].overlap
        assert vector is not None
        assert target is not None
        whole = end - start == len(ground.letters) and name == self._whole
        keep = self.wishes.keep and whole
        if closed:
            place = self.wishes.place
            why = "as it was wanted"
            if place is None:
                place, why = neutral_place(target)
            self.notices[
                f"{vector.name} {'stays' if keep else 'goes in'} before letter {place + 1:,} of "
                f"{name}: {why}"
            ] = None
            start, end = place if keep else place - hook, place + end - start
        inputs, junctions = self._blocks(ground, start, end, False, name, cover, room, block, level)
        letters = ground.window(start, end)
        if keep:
            return self._staying(name, inputs, level, letters, junctions, vector, start)
        if not closed:
            return self._kept(name, inputs, level, letters, junctions, vector)
        opened = self._kept(f"{name}_opened", inputs, level, letters, junctions, vector)
        self.notices[
            f"{name} comes out of {vector.name} by Cas9 in yeast and closes over {hook} bp that both of "
            "its ends have; select against the vector's marker"
        ] = None
        seam = self._junction(ground, start, hook, METHODS["tar"].junction)
        right = seam.fidelity * next(r.fidelity for r in self.reactions if r.name == opened)
        body = letters[hook:]
        return self._reaction(
            name, "tar", [opened], level, body, True, junctions=(seam,), right=right
        )

    def _staying(
        self,
        name: str,
        inputs: list[str],
        level: int,
        letters: str,
        junctions: tuple[Junction, ...],
        vector: Record,
        start: int,
    ) -> str:
        """Recombine blocks with a vector into a circle that it stays in."""
        hook, target = METHODS["tar"].overlap, self._target
        assert target is not None
        body = opened_vector(vector)
        primers = self._hooks(name, vector, body, letters[-hook:], other_strand(letters[:hook]))
        hooked = self._reaction(
            f"{name}_vector",
            "pcr",
            [self._taken(vector), *primers],
            level,
            letters[-hook:] + body + letters[:hook],
            False,
        )
        piece = vector.changed(sequence=vector.sequence.upper())
        if vector.circular:
            at = (str(piece.sequence) * 2).index(body)
            piece = linearise(piece, at)
        if target.circular:
            self.held[target.name] = insert(target, start, piece)
        else:
            self.held[target.name] = circularise(insert(target, len(target), piece))
        return self._reaction(
            name,
            "tar",
            [*inputs, hooked],
            level,
            letters + body,
            True,
            junctions=(*junctions, *self._ends(letters)),
        )

    def _ends(self, letters: str) -> tuple[Junction, ...]:
        """Give the junctions of an insert with its vector."""
        tar = METHODS["tar"]
        return tuple(
            Junction(-tar.overlap, 0, text, 0.0, tar.junction, "with the vector")
            for text in (letters[-tar.overlap :], letters[: tar.overlap])
        )

    def _hooks(self, name: str, vector: Record, body: str, right: str, left: str) -> list[str]:
        """Order the primers that give a vector its tails."""
        hook = METHODS["tar"].overlap
        return [
            self._primer(
                tail + foot,
                f"{name}_hook{side}",
                f"a hook of {hook} bp to {name}, on {vector.name}",
            )
            for side, tail, foot in (
                ("F", right, body[:_FOOT]),
                ("R", left, other_strand(body[-_FOOT:])),
            )
        ]

    def _kept(
        self,
        name: str,
        inputs: list[str],
        level: int,
        letters: str,
        junctions: tuple[Junction, ...],
        vector: Record,
    ) -> str:
        """Recombine blocks with a vector into a circle, and cut the insert out of it, exactly.

        The vector gets hooks to both ends by PCR. Between hook and vector stand three bases and a PAM, so
        that Cas9, which cuts three bases before the PAM, cuts where the insert ends.
        """
        hook = METHODS["tar"].overlap
        body = opened_vector(vector)
        there = self._taken(vector)
        chosen = None
        for spare in _SPARES:
            behind, before = f"{spare}TGG", f"CCA{other_strand(spare)}"
            whole = letters + behind + body + before
            guides = (letters[-17:] + spare, other_strand(letters[:17]) + spare)
            circle = Letters(whole, Molecule.DNA, "circular")
            if all(len(list(find(circle, guide + "NGG"))) == 1 for guide in guides):
                chosen = behind, before, whole, guides
                break
        if chosen is None:
            raise NegativeResult(f"no guide cuts {name} out of {vector.name} and nowhere else")
        behind, before, whole, guides = chosen
        primers = self._hooks(
            name,
            vector,
            body,
            letters[-hook:] + behind,
            other_strand(before + letters[:hook]),
        )
        hooked = self._reaction(
            f"{name}_vector",
            "pcr",
            [there, *primers],
            level,
            letters[-hook:] + behind + body + before + letters[:hook],
            False,
        )
        ends = self._ends(letters)
        kept = self._reaction(
            f"{name}_in_{plain_name(vector.name)}",
            "tar",
            [*inputs, hooked],
            level,
            whole,
            True,
            junctions=(*junctions, *ends),
        )
        spacers = [
            self._primer(
                guide, f"{name}_guide{side}", f"the spacer of the guide that cuts {name} out"
            )
            for side, guide in zip("RL", guides, strict=True)
        ]
        right = math.prod(junction.fidelity for junction in (*junctions, *ends))
        return self._reaction(name, "release", [kept, *spacers], level, letters, False, right=right)

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

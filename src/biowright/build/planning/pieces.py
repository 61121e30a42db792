"""How one piece of a pot is made: ordered, copied out of what is there, or put together from oligos."""

from __future__ import annotations

from dataclasses import dataclass

from biowright.bio import other_strand
from biowright.core import Molecule, NegativeResult
from biowright.core import Sequence as Letters
from biowright.design import PrimerRules, amplify

from ..golden_gate import site_ends
from ..names import plain_name
from .collecting import Bench, Piece, place_of
from .splitting import Ground, split
from .steps import METHODS

__all__ = ["PieceBench"]


@dataclass(slots=True)
class PieceBench(Bench):
    """A bench that makes pieces."""

    def _piece(
        self,
        ground: Ground,
        piece: Piece,
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
        letters = left + ground.window(piece.start, piece.end) + other_strand(right)
        if piece.match is None:
            if self.wishes.fragments.kind in ("oligo", "pool"):
                return self._cycled(letters, title, max(level - 1, 0))
            place = place_of(ground, piece.start, piece.end)
            return self._ordered(letters, title, place, piece.start, len(left))
        return self._copied(ground, piece, left, right, letters, title)

    def _copied(
        self, ground: Ground, piece: Piece, left: str, right: str, letters: str, title: str
    ) -> str:
        match = piece.match
        assert match is not None
        record = self.stock[match.source]
        begin, stop = max(piece.start, match.start), min(piece.end, match.end)
        tails = (
            left + ground.window(piece.start, begin),
            right + other_strand(ground.window(stop, piece.end)),
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

    def _annealed(self, ground: Ground, start: int, end: int, closed: bool, name: str) -> str:
        size = end - start
        chosen = self._oligo_product(size)
        if closed or chosen is None:
            raise NegativeResult(f"{size} bp are not annealed from two oligos")
        letters = ground.window(start, end)
        pair = []
        for side, text in (("top", letters), ("bottom", other_strand(letters))):
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
            text = letters[low:high] if i % 2 == 0 else other_strand(letters[low:high])
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

"""Protospacers beside an edit, whether the edit spares them, and silent changes that do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from biowright.bio import CODONS, IUPAC, complement
from biowright.core import Sequence as Letters

from ..nuclease_table import Nuclease
from .change import Edit, altered_genes, disturbed
from .genome import Gene, Genome

__all__ = ["Target", "find_targets", "silent_break", "still_cut"]

_LEFT = (
    2  # mismatches in the seed, or as many more outside of it, from which a site counts as spared
)


@dataclass(frozen=True, slots=True)
class Target:
    """A protospacer with its PAM at a place of the genome.

    Parameters
    ----------
    contig, start : int
        Where protospacer and PAM begin, in ascending coordinates.
    strand : int
        +1 or -1: the strand that reads as the guide.
    spacer, pam : str
        Their letters on that strand.
    side : int
        3 where the PAM follows the protospacer, 5 where it precedes it.
    cut : int
        The boundary where the strand that reads as the guide is cut, in ascending coordinates.
    """

    contig: int
    start: int
    strand: int
    spacer: str
    pam: str
    side: int
    cut: int

    @property
    def end(self) -> int:
        """Where protospacer and PAM end."""
        return self.start + len(self.spacer) + len(self.pam)

    @property
    def protospacer(self) -> tuple[int, int]:
        """The window of the protospacer alone, in ascending coordinates."""
        first = (self.side == 3) == (self.strand == 1)
        start = self.start if first else self.start + len(self.pam)
        return start, start + len(self.spacer)

    def place(self, index: int) -> int:
        """Give the position of a letter of the protospacer, counted from its 5' end."""
        low, high = self.protospacer
        return low + index if self.strand == 1 else high - 1 - index


def find_targets(
    genome: Genome, contig: int, start: int, end: int, nuclease: Nuclease
) -> Iterator[Target]:
    """Walk the targets of a nuclease that lie wholly in a window, on both strands.

    The window may cross the origin of a circle; positions are then counted on. Sites with letters other
    than A, C, G and T are passed over.
    """
    if not genome.records[contig].circular:
        start = max(start, 0)
    letters = genome.window(contig, start, end).decode()
    motif = "".join(f"[{IUPAC[letter]}]" for letter in nuclease.pam)
    size, width = nuclease.spacer, len(nuclease.pam)
    unit = f"(?P<spacer>[ACGT]{{{size}}})(?P<pam>{motif})"
    if nuclease.side == 5:
        unit = f"(?P<pam>{motif})(?P<spacer>[ACGT]{{{size}}})"
    pattern = re.compile(f"(?={unit})")
    far = nuclease.cuts[0] if nuclease.cuts and nuclease.cuts[0] >= 0 else 0
    for strand in (1, -1):
        text = letters if strand == 1 else str(Letters(letters).reverse_complement())
        for match in pattern.finditer(text):
            # the cut, counted along the guide's strand
            cut = match.start() + (size - far if nuclease.side == 3 else width + far)
            at = match.start() if strand == 1 else len(text) - match.start() - size - width
            boundary = start + (cut if strand == 1 else len(text) - cut)
            yield Target(
                contig, start + at, strand, match["spacer"], match["pam"], nuclease.side, boundary
            )


def edited_window(genome: Genome, contig: int, start: int, end: int, edits: Iterable[Edit]) -> str:
    """Give the letters of a window after edits that lie in it, in the coordinates before them."""
    length = len(genome.letters[contig])
    pieces, at = [], start
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        low, high = edit.start, edit.end
        if low < start and genome.records[contig].circular:
            low, high = low + length, high + length
        pieces += [genome.window(contig, at, low).decode(), edit.new]
        at = high
    return "".join([*pieces, genome.window(contig, at, end).decode()])


def still_cut(genome: Genome, target: Target, nuclease: Nuclease, edits: Iterable[Edit]) -> bool:
    """Tell whether a target is still there after edits: its PAM, and a protospacer that still pairs.

    Two mismatches in the seed spare a site, or four anywhere.
    """
    changed = list(edits)
    margin = 2 * len(target.spacer) + max((len(e.new) for e in changed), default=0)
    low = min([target.start, *(e.start for e in changed)]) - margin
    high = max([target.end, *(e.end for e in changed)]) + margin
    text = edited_window(genome, target.contig, low, high, changed)
    both = (text, str(Letters(text).reverse_complement()))
    size, width = len(target.spacer), len(nuclease.pam)
    seed = nuclease.seed or size // 2
    for letters in both:
        for match in re.finditer(
            "(?=" + "".join(f"[{IUPAC[x]}]" for x in nuclease.pam) + ")", letters
        ):
            at = match.start() - size if nuclease.side == 3 else match.start() + width
            found = letters[at : at + size] if at >= 0 else ""
            if len(found) < size:
                continue
            wrong = [i for i in range(size) if found[i] != target.spacer[i]]
            near = [i for i in wrong if (size - 1 - i if nuclease.side == 3 else i) < seed]
            if len(near) < _LEFT and len(wrong) < 2 * _LEFT:
                return True
    return False


def silent_break(
    genome: Genome, target: Target, nuclease: Nuclease, edit: Edit
) -> tuple[Edit, ...] | None:
    """Find the fewest silent changes that spare an edited genome from being cut again.

    A change of the PAM goes before changes of the seed. Within genes only synonymous codons are taken;
    outside of them any letter that touches no ribosome binding site. Windows that the edit touches are
    left alone.

    Returns
    -------
    tuple of Edit or None
        None where nothing silent spares it.
    """
    if not still_cut(genome, target, nuclease, (edit,)):
        return ()
    low, high = target.protospacer
    seed = nuclease.seed or len(target.spacer) // 2
    pam = [p for p in range(target.start, target.end) if not low <= p < high]
    size = len(target.spacer)
    order = range(size - 1, size - 1 - seed, -1) if target.side == 3 else range(seed)
    near = [target.place(i) for i in order]
    options = list(_silent(genome, target.contig, edit, pam)) + list(
        _silent(genome, target.contig, edit, near)
    )
    for count, most in enumerate(_OPTIONS, 1):
        for chosen in combinations(options[:most], count):
            windows = sorted((e.start, e.end) for e in chosen)
            if any(a[1] > b[0] for a, b in pairwise(windows)):
                continue
            # two that are silent alone may make another amino acid together
            together = {change.start: change.new for change in chosen}
            if altered_genes(genome, target.contig, together):
                continue
            if not still_cut(genome, target, nuclease, (edit, *chosen)):
                return chosen
    return None


_OPTIONS = (14, 10, 7)  # silent changes that are tried alone, in pairs, by threes


def _silent(genome: Genome, contig: int, edit: Edit, places: list[int]) -> Iterator[Edit]:
    """Walk silent changes of single positions, codon by codon inside of genes."""
    length = len(genome.letters[contig])
    seen: set[tuple[int, str]] = set()
    for place in places:
        at = place % length if genome.records[contig].circular else place
        if not 0 <= at < length or edit.start - 1 <= at < max(edit.end, edit.start) + 1:
            continue
        genes = list(genome.genes_at(contig, at, at + 1))
        found = (
            _synonyms(genome, genes[0], at)
            if genes
            else (Edit("", contig, at, at + 1, chr(genome.letters[contig][at]), x) for x in "ATCG")
        )
        for change in found:
            key = (change.start, change.new)
            overlaps = change.start < edit.end and edit.start < change.end
            if key in seen or change.old == change.new or overlaps:
                continue
            seen.add(key)
            if not disturbed(genome, change, None):
                yield change


def _synonyms(genome: Genome, gene: Gene, place: int) -> Iterator[Edit]:
    """Walk single-letter changes at a place that keep the gene's codon synonymous."""
    places = gene.places
    if place not in places:
        return
    index = places.index(place) // 3
    codon = places[3 * index : 3 * index + 3]
    if len(codon) < 3 or index == 0:
        return
    letters = genome.letters[gene.contig]
    old = "".join(chr(letters[p]) for p in codon)
    sense = complement(old) if gene.strand == -1 else old
    if set(sense) - set("ACGT"):
        return
    ranked = sorted(CODONS, key=lambda c: -genome.codon_counts[c])
    for other in ranked:
        differs = [i for i in range(3) if other[i] != sense[i]]
        if gene.code[other] != gene.code[sense] or len(differs) != 1:
            continue
        at = codon[differs[0]]
        if at != place:
            continue
        new = other[differs[0]]
        new = complement(new) if gene.strand == -1 else new
        yield Edit("", gene.contig, at, at + 1, chr(letters[at]), new, what=f"{sense} to {other}")

"""What a search found: columns of numbers, and sites as values with their letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from .alignments import shapes
from .guides import Guide
from .index import SiteIndex

__all__ = ["Columns", "Site", "SiteHits"]

Ints = npt.NDArray[np.int64]

_LETTERS = np.frombuffer(b"-ACMGRSVTWYHKDBN", np.uint8)
_MIRROR = np.array([(m & 1) << 3 | (m & 2) << 1 | (m & 4) >> 1 | (m & 8) >> 3 for m in range(16)])


@dataclass(frozen=True, slots=True)
class Site:
    """A site that a guide may bind.

    Parameters
    ----------
    guide : str
        The spacer.
    chromosome : str
        The sequence's id, up to the first space.
    start : int
        0-based: the leftmost letter of protospacer and motif on the forward strand; on a circle the
        site may reach over the origin.
    strand : int
        +1 or -1: the strand that reads as the protospacer.
    site : str
        Protospacer and motif, 5'→3' on its strand.
    mismatches : int
    dna_bulge, rna_bulge : int
        How many letters of the genome, or of the guide, bulge out.
    """

    guide: str
    chromosome: str
    start: int
    strand: int
    site: str
    mismatches: int
    dna_bulge: int = 0
    rna_bulge: int = 0

    @property
    def bulge(self) -> str:
        """The bulge as the table of hits writes it: ``none``, ``DNA:1``, ``RNA:2``."""
        if self.dna_bulge:
            return f"DNA:{self.dna_bulge}"
        return f"RNA:{self.rna_bulge}" if self.rna_bulge else "none"


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Hits as arrays of one length.

    `guide` and `contig` are numbers, `strand` is 0 or 1, `shape` the alignment's number among
    those of its guide's length, and `anchor` the motif's border in the packed genome.
    """

    guide: Ints
    contig: Ints
    start: Ints
    strand: Ints
    mismatches: Ints
    shape: Ints
    dna: Ints
    rna: Ints
    anchor: Ints

    def __len__(self) -> int:
        return len(self.guide)

    @classmethod
    def joined(cls, pieces: Sequence[Columns]) -> Columns:
        """Put pieces one after the other."""
        none = np.zeros(0, np.int64)
        return cls(
            *(
                np.concatenate([none, *(getattr(piece, field.name) for piece in pieces)])
                for field in fields(cls)
            )
        )

    def take(self, rows: Ints) -> Columns:
        """Give some rows."""
        return Columns(*(getattr(self, field.name)[rows] for field in fields(self)))

    def bulge(self) -> Ints:
        """Give how many letters bulge out."""
        return self.dna + self.rna

    def cost(self) -> Ints:
        """Give mismatches and bulging letters together."""
        return self.mismatches + self.dna + self.rna


@dataclass(frozen=True, slots=True, eq=False)
class SiteHits:
    """All sites of some guides, by guide, then by mismatches and bulges, then by place.

    Iterating gives a `Site` each; the arrays in `columns` are for work on very many.

    Parameters
    ----------
    index : SiteIndex
    guides : tuple of Guide
        Distinct.
    columns : Columns
    counts : (guides, mismatches + 1) array
        Sites without a bulge, also those beyond the limit of the list.
    bulged : (guides,) array
        Sites with a bulge.
    bulges : (int, int)
        How many letters of the genome, and of the guide, might bulge.
    """

    index: SiteIndex
    guides: tuple[Guide, ...]
    columns: Columns
    counts: Ints
    bulged: Ints
    bulges: tuple[int, int] = (0, 0)

    def __len__(self) -> int:
        return len(self.columns)

    def __repr__(self) -> str:
        return f"SiteHits({len(self.guides):,} guides, {len(self):,} sites)"

    def __iter__(self) -> Iterator[Site]:
        step = 1 << 14
        for begin in range(0, len(self), step):
            rows = range(begin, min(begin + step, len(self)))
            columns = self.columns.take(np.array(rows))
            for row, letters in zip(
                zip(
                    *(
                        getattr(columns, name).tolist()
                        for name in (
                            "guide",
                            "contig",
                            "start",
                            "strand",
                            "mismatches",
                            "dna",
                            "rna",
                        )
                    ),
                    strict=True,
                ),
                self.letters(columns),
                strict=True,
            ):
                guide, contig, start, strand, mismatches, dna, rna = row
                yield Site(
                    self.guides[guide].spacer,
                    self.index.contigs[contig].name,
                    start,
                    -1 if strand else 1,
                    letters,
                    mismatches,
                    dna,
                    rna,
                )

    @property
    def perfect(self) -> Ints:
        """How many sites each guide has without a mismatch or bulge: its multiplicity."""
        return self.counts[:, 0]

    @property
    def unlisted(self) -> int:
        """How many sites were counted, but not listed, because a guide has so many."""
        return int(self.counts.sum() + self.bulged.sum()) - len(self)

    def of(self, guide: str) -> list[Site]:
        """Give the sites of one guide, by its spacer.

        Raises
        ------
        KeyError
            The guide was not searched for.
        """
        spacers = [g.spacer for g in self.guides]
        if guide not in spacers:
            raise KeyError(guide)
        rows = np.flatnonzero(self.columns.guide == spacers.index(guide))
        return list(replace(self, columns=self.columns.take(rows)))

    def alignment(self, row: int) -> tuple[str, str]:
        """Give guide and protospacer of a hit, 5'→3', with ``-`` where the other one bulges.

        Examples
        --------
        >>> from biowright.core import Record, Sequence
        >>> from biowright.design.offtargets import index_records, search_sites
        >>> genome = Record(Sequence("TTGACGCATAAACGATGAGACGCTGGAA"), "tiny")
        >>> guides = ["GACGCATAAAGATGAGACGC"]
        >>> search_sites(index_records(genome, "NGG"), guides, dna_bulges=1).alignment(0)
        ('GACGCATAAA-GATGAGACGC', 'GACGCATAAACGATGAGACGC')
        """
        columns = self.columns.take(np.array([row]))
        spacer = self.guides[int(columns.guide[0])].spacer
        (site,) = self.letters(columns)
        pam = self.index.pam
        proto = site[: len(site) - len(pam)] if pam.side == 3 else site[len(pam) :]
        shape = list(shapes(len(spacer), *self.bulges))[int(columns.shape[0])]
        if pam.side == 3:
            spacer, proto = spacer[::-1], proto[::-1]
        pairs: list[tuple[str, str]] = []
        done = -1
        for at, letter in enumerate(shape.taken):
            if letter < 0:
                pairs.append(("-", proto[at]))
                continue
            pairs += [(out, "-") for out in spacer[done + 1 : letter]]
            pairs.append((spacer[letter], proto[at]))
            done = letter
        pairs += [(out, "-") for out in spacer[done + 1 :]]
        if pam.side == 3:
            pairs.reverse()
        return "".join(a for a, _ in pairs), "".join(b for _, b in pairs)

    def letters(self, columns: Columns | None = None) -> list[str]:
        """Give protospacer and motif of each hit, 5'→3' on its strand."""
        rows = self.columns if columns is None else columns
        sizes = np.array([len(guide.spacer) for guide in self.guides])
        size = sizes[rows.guide] + rows.dna - rows.rna
        out = [""] * len(rows)
        for width in np.unique(size):
            some = np.flatnonzero(size == width)
            sets = self.sets(rows.take(some), int(width))
            text = _LETTERS[sets].tobytes().decode("ascii")
            step = sets.shape[1]
            for number, row in enumerate(some.tolist()):
                out[row] = text[number * step : (number + 1) * step]
        return out

    def sets(self, columns: Columns, width: int) -> npt.NDArray[np.uint8]:
        """Give protospacers of `width` letters with their motifs as sets of bases, (n, letters)."""
        pam = self.index.pam
        offsets = np.array([c.offset for c in self.index.contigs])
        # on a circle the anchor is where the letters are stored, at the origin or behind the end
        on_left = (columns.strand == 0) == (pam.side == 3)
        begin = columns.anchor - np.where(on_left, width, len(pam))
        assert not len(begin) or int(begin.min()) >= int(offsets.min())
        at = begin[:, None] + np.arange(width + len(pam))
        words = self.index.words
        codes = words[at >> 5] >> ((at & 31) << 1).astype(np.uint64) & np.uint64(3)
        sets = (1 << codes.astype(np.int64)).astype(np.uint8)
        runs = self.index.odd
        if len(runs):
            nth = (
                np.searchsorted(runs[:, 0], at.astype(np.uint64), side="right").astype(np.int64) - 1
            )
            inside = (nth >= 0) & (at < runs[nth, 1].astype(np.int64))
            sets = np.where(inside, runs[nth, 2].astype(np.uint8), sets)
        back = columns.strand == 1
        sets[back] = _MIRROR[sets[back]][:, ::-1]
        return sets

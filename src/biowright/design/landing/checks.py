"""What else in a genome a recombinase could act on: sites, places that are nearly so, what they allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from biowright.bio import (
    AttachmentSite,
    RecombinaseSite,
    find,
    find_recombinase_sites,
)
from biowright.core import Record

__all__ = ["PseudoSite", "Rearrangement", "pseudo_sites", "rearrangements"]

_SHARE = 0.25  # of a site's letters that may differ
_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class PseudoSite:
    """A place that resembles a site.

    Parameters
    ----------
    contig : int
    start, end : int
        Over the origin of a circle the end exceeds the length.
    strand : int
    mismatches : int
        0 for the site itself.
    letters : str
        On that strand.
    """

    contig: int
    start: int
    end: int
    strand: int
    mismatches: int
    letters: str


@dataclass(frozen=True, slots=True)
class Rearrangement:
    """What two sites of a genome let a recombinase do.

    Parameters
    ----------
    kind : str
        ``deletion``, ``inversion``, or ``fusion`` where they lie on two molecules.
    one, other : (int, RecombinaseSite)
        The contig and the site.
    span : int
        nt between the cores; 0 for a fusion.
    """

    kind: str
    one: tuple[int, RecombinaseSite]
    other: tuple[int, RecombinaseSite]
    span: int


def pseudo_sites(
    records: Sequence[Record], site: AttachmentSite | str, *, share: float = _SHARE
) -> tuple[PseudoSite, ...]:
    """Find places that resemble a site, both strands, over the origin, the nearest first.

    Integrases are known to act on such places (Thyagarajan et al. 2001,
    doi:10.1128/MCB.21.12.3926-3934.2001); how many mismatches they bear is not known in general.

    Parameters
    ----------
    records : sequence of Record
    site : AttachmentSite or str
        One to order, or letters.
    share : float, default 0.25
        Of its letters that may differ.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> lox = "ATAACTTCGTATAGCATACATTATACGAAGTTAT"
    >>> genome = Record(Sequence("CC" + lox.replace("GCAT", "GGAT") + "GG"), "tiny")
    >>> [(found.start, found.mismatches) for found in pseudo_sites([genome], lox)]
    [(2, 1)]
    """
    letters = site if isinstance(site, str) else site.letters
    found = []
    for contig, record in enumerate(records):
        for hit in find(record, letters, mismatches=int(share * len(letters))):
            text = record.sequence.window(hit.start, hit.end)
            text = text if hit.strand == 1 else text.reverse_complement()
            found.append(
                PseudoSite(
                    contig, hit.start, hit.end, hit.strand, hit.mismatches, str(text).upper()
                )
            )
    # a site with mirrored arms resembles itself on the other strand: the better reading stays
    best: dict[tuple[int, int], PseudoSite] = {}
    for one in sorted(found, key=lambda p: (p.mismatches, p.contig, p.start, -p.strand)):
        best.setdefault((one.contig, one.start), one)
    return tuple(best.values())[:_SHOWN]


def rearrangements(records: Sequence[Record], recombinase: str) -> tuple[Rearrangement, ...]:
    """Tell what the sites in a genome let a recombinase delete, invert or fuse.

    Examples
    --------
    >>> from biowright.core import Sequence
    >>> frt = "GAAGTTCCTATTCTCTAGAAAGTATAGGAACTTC"
    >>> [(r.kind, r.span) for r in rearrangements([Record(Sequence(frt + "TTTT" + frt), "x")], "FLP")]
    [('deletion', 30)]
    """
    sites = [
        (contig, site)
        for contig, record in enumerate(records)
        for site in find_recombinase_sites(record, recombinase)
    ]
    found: dict[tuple[object, ...], Rearrangement] = {}
    for number, (contig, one) in enumerate(sites):
        for other_contig, other in sites[number + 1 :]:
            same = contig == other_contig
            if not one.recombines(other) or (same and one.core == other.core):
                continue
            way = one.strand * other.strand
            key = (contig, one.core, other_contig, other.core, way if same else 0)
            span = abs(other.core[0] - one.core[1]) if same else 0
            if same and records[contig].circular:
                span = min(span, len(records[contig]) - span)
            kind = ("deletion" if way == 1 else "inversion") if same else "fusion"
            found.setdefault(key, Rearrangement(kind, (contig, one), (other_contig, other), span))
    return tuple(found.values())

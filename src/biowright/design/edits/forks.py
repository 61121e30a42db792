"""Which strand is copied in pieces: origin, terminus and replichores of a chromosome.

Oligonucleotides of recombineering anneal to the lagging strand's template, where the fork leaves gaps
(Ellis et al. 2001, doi:10.1073/pnas.121164898). On the replichore where the fork runs with the
coordinates the new lagging strand reads as the reverse strand, on the other one as the forward strand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from biowright.bio import find
from biowright.core import InputError, Record

from .genome import Genome

__all__ = ["Replication", "replication"]

# the dif site of Escherichia coli (Blakely et al. 1993, doi:10.1016/0092-8674(93)90145-N)
_DIF = "GGTGCGCATAATGTATATTATGTTAAAT"
_WINDOW = 1000


@dataclass(frozen=True, slots=True)
class Replication:
    """Where the replication of a contig starts and ends.

    Parameters
    ----------
    length : int
    circular : bool
    origin, terminus : int
    known_by : str
        What they were read from, for the reader.
    """

    length: int
    circular: bool
    origin: int
    terminus: int
    known_by: str

    def lagging_strand(self, position: int) -> int:
        """Give the strand (+1 or -1) that the new lagging strand reads as at a position.

        Examples
        --------
        >>> coli = Replication(4_641_652, True, 3_925_860, 1_590_764, "annotation")
        >>> coli.lagging_strand(100_000), coli.lagging_strand(2_000_000)
        (-1, 1)
        """
        if not self.circular:
            return -1 if position >= self.origin else 1
        ahead = (position - self.origin) % self.length
        return -1 if ahead < (self.terminus - self.origin) % self.length else 1


def replication(
    genome: Genome, contig: int, *, origin: int | None = None, terminus: int | None = None
) -> Replication:
    """Find the origin and the terminus of a contig.

    What is given goes before what is annotated (``rep_origin``, oriC; a dif site), and that before the
    extremes of the cumulative GC skew (Lobry 1996, doi:10.1093/oxfordjournals.molbev.a025626).

    Raises
    ------
    InputError
        A given place lies outside of the contig.
    """
    record = genome.records[contig]
    length = len(record)
    for name, place in (("origin", origin), ("terminus", terminus)):
        if place is not None and not 0 <= place < max(length, 1):
            raise InputError(f"the {name} {place} lies outside of {length} nt", record=record.name)
    sources = ["given"] if origin is not None or terminus is not None else []
    if origin is None:
        origin = _annotated_origin(record)
        if origin is not None:
            sources.append("the annotated origin")
    if terminus is None:
        sites = find(record.sequence, _DIF, mismatches=2) if length >= len(_DIF) else []
        if len(sites) == 1:
            terminus = (sites[0].start + len(_DIF) // 2) % length
            sources.append("the dif site")
    if origin is None or terminus is None:
        low, high = _skew(genome, contig)
        if origin is None and terminus is None:
            sources.append("GC skew")
        elif not record.circular:
            pass
        else:
            sources.append("GC skew for the other")
        origin = low if origin is None else origin
        terminus = high if terminus is None else terminus
    return Replication(length, record.circular, origin, terminus, " and ".join(sources))


def _annotated_origin(record: Record) -> int | None:
    for feature in record.features:
        said = " ".join(filter(None, (v for _, v in feature.qualifiers.pairs)))
        if feature.type in ("rep_origin", "oriC") or re.search(r"\boriC\b", said[:200]):
            if feature.type in ("CDS", "gene", "source"):
                continue
            middle = (feature.location.start + feature.location.end) // 2
            return middle % max(len(record), 1)
    return None


def _skew(genome: Genome, contig: int) -> tuple[int, int]:
    """Give the places where the sum of G less C is lowest and highest."""
    import numpy as np

    bases = genome.bases[contig]
    if not len(bases):
        return 0, 0
    steps = (bases == 2).astype(np.int64) - (bases == 1)
    total = np.cumsum(np.add.reduceat(steps, np.arange(0, len(steps), _WINDOW)))
    middle = min(_WINDOW, len(bases)) // 2
    at = [int(i) * _WINDOW + middle for i in (total.argmin(), total.argmax())]
    return at[0] % len(bases), at[1] % len(bases)

"""The transcripts of a genome, as far as they are annotated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biowright.core import InputError, Location, Record

from .targets import Target

__all__ = ["Transcript", "transcript_of", "transcripts"]

_KINDS = frozenset(("mRNA", "ncRNA", "tRNA", "rRNA", "tmRNA", "misc_RNA", "precursor_RNA"))


@dataclass(frozen=True, slots=True)
class Transcript:
    """An RNA of a genome, as far as it is annotated.

    Parameters
    ----------
    name : str
    letters : str
        5'→3', in letters of DNA.
    contig : int
        The index of its record; -1 for a sequence of one's own.
    location : Location, optional
        Where it lies on its record; none for a sequence of one's own.
    length : int
        Of its record.
    """

    name: str
    letters: str
    contig: int = -1
    location: Location | None = None
    length: int = 0

    @property
    def strand(self) -> int:
        """+1 or -1; the strand of its first part where it lies on both."""
        return 1 if self.location is None else self.location.parts[0].strand

    @property
    def places(self) -> npt.NDArray[np.int64]:
        """Where each letter lies on the record, in reading order; on a sequence of one's own, as it is."""
        if self.location is None:
            return np.arange(len(self.letters))
        walks = [
            np.arange(part.start, part.end)[:: part.strand] % max(self.length, 1)
            for part in self.location.local
        ]
        return np.concatenate(walks) if walks else np.zeros(0, np.int64)


def transcripts(records: Sequence[Record]) -> tuple[Transcript, ...]:
    """Give the annotated transcripts of a genome: RNA features, and coding sequences outside of them.

    Examples
    --------
    >>> import biowright
    >>> found = transcripts(biowright.read("examples/phix174.gb"))
    >>> len(found), found[0].letters[:3]
    (11, 'ATG')
    """
    found = []
    for contig, record in enumerate(records):
        bounds = [_bounds(f.location) for f in record.features if f.type in _KINDS]
        covered = np.array(bounds, np.int64).reshape(-1, 3)
        for feature in record.features:
            if feature.type not in _KINDS and feature.type != "CDS":
                continue
            place = feature.location
            if feature.type == "CDS":
                strand, start, end = _bounds(place)
                around = (covered[:, 1] <= start) & (end <= covered[:, 2])
                if (around & (covered[:, 0] == strand)).any():
                    continue
            found.append(_transcript(record, contig, place, feature.label or feature.type))
    return tuple(found)


def transcript_of(records: Sequence[Record], target: Target) -> Transcript:
    """Give the transcript of a target: its mRNA where one is annotated, or else its coding sequence.

    Raises
    ------
    InputError
        The target is neither a gene of the records nor a whole sequence.
    """
    record = target.record
    contig = next((i for i, r in enumerate(records) if r is record), -1)
    if contig < 0:
        if target.length != len(record):
            raise InputError(f"'{target.name}' is no transcript", hint="name a gene")
        letters = str(record.sequence.linear()).upper().replace("U", "T")
        return Transcript(target.name, letters)
    best: Location | None = target.coding
    for feature in record.features:
        place = feature.location
        if feature.type not in _KINDS:
            continue
        around = target.coding is not None and _within(target.coding, place)
        if around or (place.start, place.end) == (target.start, target.end):
            best = place
    if best is None:
        raise InputError(
            f"'{target.name}' is no transcript: which strand is read is not known",
            hint="name a gene, or give its sequence in a file",
        )
    return _transcript(record, contig, best, target.name)


def _transcript(record: Record, contig: int, place: Location, name: str) -> Transcript:
    letters = str(place.extract(record.sequence)).upper().replace("U", "T")
    return Transcript(name, letters, contig, place, len(record))


def _bounds(place: Location) -> tuple[int, int, int]:
    return place.parts[0].strand, place.start, place.end


def _within(place: Location, other: Location) -> bool:
    strand, start, end = _bounds(place)
    around, low, high = _bounds(other)
    return strand == around and low <= start and end <= high

"""Where new DNA may land in a genome without harm: between genes, away from whatever is annotated."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from biowright.core import InputError, NegativeResult, Record

from ..edits.genome import Genome
from ..edits.proof import SEED, Homology

__all__ = ["Place", "place_at", "safe_places"]

_GENES = frozenset(
    ("gene", "CDS", "tRNA", "rRNA", "ncRNA", "tmRNA", "mRNA", "misc_RNA", "precursor_RNA")
)
_BACKDROP = frozenset(("source", "primer_bind", "variation", "conflict", "gap", "assembly_gap"))
_ARM = 50  # nt on each side that have to stand once in the genome
_ORDER = {"convergent": 0, "tandem": 1, "divergent": 2}
_ROOMY = 300  # nt between two genes beyond which more room is no advantage


@dataclass(frozen=True, slots=True)
class Place:
    """A place between two letters of a genome.

    Parameters
    ----------
    contig, position : int
        New letters come before the letter `position`.
    left, right : str
        The genes on either side, with the strand: ``thrL+``; empty at the end of a contig.
    distances : (int, int)
        nt to the nearest annotated feature on either side.
    genes : str
        How the genes on either side lie: ``convergent``, ``tandem``, ``divergent``, or empty.
    reasons : tuple of str
        Why it is where it is in the list; what speaks against it begins with ``but``.
    """

    contig: int
    position: int
    left: str
    right: str
    distances: tuple[int, int]
    genes: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Gap:
    """A stretch without any feature; it may begin before the origin of a circle."""

    start: int
    end: int


def safe_places(
    genome: Genome,
    homology: Homology | None = None,
    *,
    contig: str = "",
    near: int | None = None,
    reach: int = 50_000,
    margin: int = 50,
    count: int = 5,
) -> tuple[Place, ...]:
    """Propose places for a landing pad: the middle of stretches without any annotated feature.

    Between convergent genes no promoter lies, and both transcripts end before; between tandem genes one
    may be cut from the other of its operon; between divergent ones lie both promoters. So convergent
    pairs come first, then tandem ones, among them those with more room up to 300 nt, and then those
    nearest to what is wanted. The 50 nt on each side must stand once in the genome.

    Parameters
    ----------
    genome : Genome
    homology : Homology, optional
        Of the genome; made if it is not given.
    contig : str, optional
    near : int, optional
        A position; places farther than `reach` from it are left out.
    reach : int, default 50,000
    margin : int, default 50
        nt to the nearest feature on either side.
    count : int, default 5

    Raises
    ------
    NegativeResult
        There is none.
    InputError
        The sequence is unknown, or nothing is annotated: every place would look safe.

    Examples
    --------
    >>> import biowright
    >>> genome = Genome(tuple(biowright.read("examples/JCVI-syn3A.gb.gz")))
    >>> place = safe_places(genome, count=1)[0]
    >>> place.genes, min(place.distances) >= 50
    ('convergent', True)
    """
    if margin < 1 or count < 1 or reach < 1:
        raise InputError("margin, reach and count are numbers of 1 or more")
    homology = homology or Homology(genome)
    wanted = range(len(genome.records)) if not contig else (genome.contig(contig),)
    if near is not None and len(wanted) > 1:
        wanted = (genome.contig(contig),)
    found: list[tuple[tuple[object, ...], Place]] = []
    for number in wanted:
        record = genome.records[number]
        if not any(f.type in _GENES for f in record.features):
            raise InputError(
                f"'{genome.contig_name(number)}' has no annotated genes: every place would look safe",
                hint="annotate it first, or say where",
            )
        edges = _Edges(record)
        for gap in _gaps(record):
            if gap.end - gap.start < 2 * margin:
                continue
            position = (gap.start + gap.end) // 2
            off = _distance(record, position, near)
            if off > reach and near is not None:
                continue
            place = _judged(genome, number, position, gap, edges)
            room = min(min(place.distances), _ROOMY // 2)
            key = (_ORDER.get(place.genes, 3), -room, off, number, position)
            found.append((key, place))
    chosen: list[Place] = []
    for _, place in sorted(found, key=lambda pair: pair[0]):
        if len(chosen) == count:
            break
        if _unique(genome, homology, place):
            chosen.append(place)
    if not chosen:
        where = "" if near is None else f" within {reach:,} nt of {near:,}"
        raise NegativeResult(
            f"there is no place{where} that is {margin} nt away from every feature",
            hint="take a smaller margin, or say where",
        )
    return tuple(chosen)


def place_at(genome: Genome, position: int, *, contig: str = "") -> Place:
    """Look at a place that is wanted: what it lies in or beside, with what speaks against it.

    Raises
    ------
    InputError
        The place lies outside of the sequence.
    """
    number = genome.contig(contig)
    record = genome.records[number]
    if not 0 <= position <= len(record):
        raise InputError(
            f"{position:,} lies outside of {genome.contig_name(number)}",
            expected=f"0 to {len(record):,}",
        )
    inside = [
        f.label or f.type
        for f in record.features
        if f.type not in _BACKDROP
        and f.location.overlaps(position - 1, position + 1, len(record) or None)
        and any(
            p.start < position < p.end or p.start < position + len(record) < p.end
            for p in f.location.local
        )
    ]
    if inside:
        names = ", ".join(dict.fromkeys(inside))
        return Place(number, position, "", "", (0, 0), "", (f"but it lies within {names}",))
    for gap in _gaps(record):
        if gap.start <= position <= gap.end or gap.start <= position - len(record) <= gap.end:
            at = position if gap.start <= position <= gap.end else position - len(record)
            return _judged(genome, number, at, gap, _Edges(record))
    return Place(
        number, position, "", "", (0, 0), "", ("but it lies between two features that touch",)
    )


def _gaps(record: Record) -> Iterator[_Gap]:
    """Walk the stretches without a feature, in order."""
    length = len(record)
    spans = []
    for feature in record.features:
        if feature.type in _BACKDROP:
            continue
        for part in feature.location.local:
            if part.end - part.start >= length:
                continue
            if part.end > length:
                spans += [(part.start, length), (0, part.end - length)]
            else:
                spans.append((part.start, part.end))
    if not spans:
        return
    spans.sort()
    merged = [list(spans[0])]
    for start, end in spans[1:]:
        if start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    first, last = merged[0][0], merged[-1][1]
    if record.circular:
        if first + length - last > 0:
            yield _Gap(last - length, first)
    else:
        if first > 0:
            yield _Gap(0, first)
    for (_, end), (start, _) in itertools.pairwise(merged):
        yield _Gap(end, start)
    if not record.circular and last < length:
        yield _Gap(last, length)


def _judged(genome: Genome, number: int, position: int, gap: _Gap, edges: _Edges) -> Place:
    record = genome.records[number]
    length = len(record)
    left, right = edges.ends.get(gap.start % length), edges.starts.get(gap.end % length)
    distances = (position - gap.start, gap.end - position)
    genes = ""
    if left and right:
        genes = {(1, -1): "convergent", (-1, 1): "divergent"}.get((left[1], right[1]), "tandem")
    names = [f"{n[0]}{'+' if n[1] == 1 else '-'}" if n else "" for n in (left, right)]
    said = {
        "convergent": f"{names[0]} and {names[1]} end here: no promoter lies between them",
        "tandem": f"but {names[0]} and {names[1]} lie in tandem: they may be one operon",
        "divergent": f"but {names[0]} and {names[1]} begin here: their promoters lie between them",
        "": "but it lies at the end of what is annotated",
    }[genes]
    reasons = (said, f"{distances[0]} and {distances[1]} nt from the nearest features")
    at = position % length if record.circular and length else position
    return Place(number, at, names[0], names[1], distances, genes, reasons)


class _Edges:
    """The genes of a record by where they begin and where they end, in ascending coordinates."""

    def __init__(self, record: Record) -> None:
        self.starts: dict[int, tuple[str, int]] = {}
        self.ends: dict[int, tuple[str, int]] = {}
        length = len(record) or 1
        for feature in record.features:
            if feature.type not in _GENES:
                continue
            for part in feature.location.local:
                named = (feature.label or feature.type, part.strand)
                self.starts.setdefault(part.start % length, named)
                self.ends.setdefault(part.end % length, named)


def _distance(record: Record, position: int, near: int | None) -> int:
    if near is None:
        return 0
    off = abs(position - near)
    return min(off % len(record), -off % len(record)) if record.circular else off


def _unique(genome: Genome, homology: Homology, place: Place) -> bool:
    for low, high in (
        (place.position - _ARM, place.position),
        (place.position, place.position + _ARM),
    ):
        letters = genome.window(place.contig, low, high).decode()
        if len(letters) < SEED or set(letters) - set("ACGT"):
            return False
        if len(homology.places(letters)) != 1:
            return False
    return True

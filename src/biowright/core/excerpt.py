"""New records out of pieces of others: a stretch, exons, or several records end to end.

Features follow by the rules of `biowright.core.edit`; only what has no letter in any of the pieces
stays behind.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import carry
from .errors import EditError
from .feature import FeatureTable
from .follow import Piece, normalised
from .location import Location
from .record import Record, Reference
from .request import material, step, window
from .sequence import Molecule, Sequence, Topology

__all__ = ["concatenate", "extract", "splice"]


def extract(record: Record, start: int, end: int) -> Record:
    """Take the letters ``start..end`` as a linear record of their own, with their features.

    Features that reach beyond the window are marked; those that lie outside stay behind, like the
    references to other letters.

    Parameters
    ----------
    record : Record
    start, end : int
        As in `delete`.

    Raises
    ------
    EditError
        As in `delete`.

    Examples
    --------
    >>> from biowright.core import Feature
    >>> record = Record(Sequence("AAAATGGCATAAAA"), features=[Feature("CDS", Location.of((3, 12)))])
    >>> str(extract(record, 6, 14).features[0].location)
    '<1..6'
    """
    start, end = window(record, start, end)
    what = f"extract {start}..{end}"
    return _taken(record, _pieces(Location.of((start, end)), len(record)), what)


def splice(record: Record, location: Location) -> Record:
    """Join the pieces of a location, such as exons, to a linear record of their own.

    The pieces come in reading order, those on strand -1 reversed and complemented. Features follow;
    parts of a feature that come to lie side by side become one.

    Parameters
    ----------
    record : Record
    location : Location
        All of it in this record.

    Raises
    ------
    EditError
        A piece lies outside, or in another record.

    Examples
    --------
    >>> from biowright.core import Feature
    >>> exons = Location.of((0, 3), (6, 9))
    >>> gene = Record(Sequence("ATGgtaTAA"), features=[Feature("CDS", exons)])
    >>> mrna = splice(gene, exons)
    >>> str(mrna.sequence), str(mrna.features[0].location)
    ('ATGTAA', '1..6')
    """
    if any(part.accession is not None for part in location.parts):
        raise EditError(
            "a piece lies in another record", record=record.name, hint="splice that record"
        )
    for part in location.parts:
        if part.strand == -1 and record.molecule is Molecule.PROTEIN:
            raise EditError("a protein has no other strand", record=record.name)
        window(record, part.start, part.end)
    location = normalised(location, len(record)) if record.circular else location
    return _taken(record, _pieces(location, len(record)), f"splice {location}", merge=True)


def concatenate(records: Iterable[Record]) -> Record:
    """Join linear records end to end.

    Features, quality and references of all come along; name, description, annotations and extras
    are those of the first, the names of the others are kept in the provenance.

    Raises
    ------
    EditError
        There is none, or one is circular or another kind of molecule.

    Examples
    --------
    >>> str(concatenate([Record(Sequence("ATG")), Record(Sequence("TAA"))]).sequence)
    'ATGTAA'
    """
    joined = list(records)
    if not joined:
        raise EditError("there is nothing to concatenate")
    first = joined[0]
    if first.circular:
        raise EditError("a circle has no end to join to", record=first.name, hint="linearise it")
    pieces = [first, *(material(first, record) for record in joined[1:])]
    features = FeatureTable()
    references: list[Reference] = []
    length = 0
    for piece in pieces:
        carry.check_features(piece)
        features = features + piece.features.moved(length) if length else piece.features
        for reference in carry.references_moved(piece, length):
            if reference not in references:
                references.append(reference)
        length += len(piece)
    scored = any(piece.quality is not None for piece in pieces)
    return first.changed(
        sequence=Sequence.trusted(
            b"".join(piece.sequence.data for piece in pieces), first.molecule, Topology.LINEAR
        ),
        features=features,
        references=references,
        quality=b"".join(p.quality or bytes(len(p)) for p in pieces) if scored else None,
        provenance=step(
            first, f"concatenate {len(pieces)} records", tuple(p.name for p in joined[1:])
        ),
    )


def _taken(record: Record, pieces: list[Piece], what: str, *, merge: bool = False) -> Record:
    """Make a linear record of pieces of another."""
    carry.check_features(record)
    forward, quality = record.sequence.data, record.quality
    if any(piece.strand == -1 for piece in pieces):
        table = record.sequence.complement_table()
    letters, scores = [], []
    for piece in pieces:
        taken = forward[piece.start : piece.end]
        letters.append(taken if piece.strand == 1 else taken.translate(table)[::-1])
        if quality is not None:
            scores.append(quality[piece.start : piece.end][:: piece.strand])
    data = b"".join(letters)
    return record.changed(
        sequence=Sequence.trusted(data, record.molecule, Topology.LINEAR),
        features=carry.features_onto(record, pieces, len(data), what, merge=merge),
        references=carry.references_onto(record, pieces, len(data)),
        quality=None if quality is None else b"".join(scores),
        provenance=step(record, what),
    )


def _pieces(location: Location, length: int) -> list[Piece]:
    """Lay the parts of a location end to end, each over the origin as two."""
    pieces = []
    at = 0
    for part in location.parts:
        stretches = [(part.start, min(part.end, length))]
        if part.end > length:
            stretches.append((0, part.end - length))
        for start, end in stretches[:: part.strand]:
            pieces.append(Piece(start, end, part.strand, at))
            at += end - start
    return pieces

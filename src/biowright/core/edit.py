"""Editing that never loses a feature: pure functions that take a record and give a new one.

Coordinates are 0-based and half-open. On a circle a window may cross the origin; its end is then
greater than the length. These are the rules, for a window ``a..b`` that is replaced by new letters:

**Features follow.** What ends at a or before stays, what starts at b or behind moves by the
difference in length. A span that holds the window keeps both ends, so an insertion strictly inside
extends it, and new letters in place of old ones belong to it. A window that overlaps one end takes
that end away, and the new letters are not the span's. A span inside the window becomes a site
between two letters, at a. A replacement by as many letters is a substitution: nothing moves.

**Nothing is dropped.** A feature that lost letters, or that foreign letters interrupt, is marked
by a note (`Feature.cuts` reads them); where it lost an end, that end becomes fuzzy, ``<`` or
``>``. Of a location with several parts, deleted ones go and the others stay; if the first or last
part is gone, the next one becomes open on that side. A feature all of whose letters are gone is
kept as a site. A ``source`` feature that covers the whole record goes on covering it, and is never
marked.

**Circles.** A window over the origin is edited in one piece; if the length changes, the first
letter behind the window becomes the new origin. An insertion at 0 lies behind the origin, one at
the length before it; the circle is the same.

**What else follows.** Quality values (letters without one get 0) and the ranges of references;
annotations, name and description stay as they are, as do `Record.extras`, which the formats
reconcile when they write. Each edit adds one step to the provenance.
"""

from __future__ import annotations

from . import carry
from .errors import EditError, SequenceError
from .follow import Piece, Window
from .record import Record
from .request import material, position, step, window
from .sequence import Molecule, Sequence, Topology

__all__ = [
    "circularise",
    "delete",
    "insert",
    "linearise",
    "replace",
    "reverse_complement",
    "rotate",
]


def insert(record: Record, at: int, new: Record | Sequence | str) -> Record:
    """Insert letters before the letter `at`; at the length, behind the last one.

    Parameters
    ----------
    record : Record
    at : int
        From 0 to the length.
    new : Record, Sequence or str
        Linear. The features of a record come along.

    Returns
    -------
    Record

    Raises
    ------
    EditError
        The place lies outside, or what is to be inserted is circular or another kind of molecule.
    SequenceError
        A letter does not belong to the molecule.

    Examples
    --------
    >>> from biowright.core import Feature, Location
    >>> record = Record(Sequence("ATGTAA"), features=[Feature("CDS", Location.of((0, 6)))])
    >>> longer = insert(record, 3, "GCA")
    >>> str(longer.sequence), longer.features[0].location.end, longer.features[0].cuts
    ('ATGGCATAA', 9, ('interrupted by 3 nt (insert at 3)',))
    """
    at = position(record, at)
    if not 0 <= at <= len(record):
        raise EditError(
            f"{at} is no place between the letters of a sequence of {len(record)}",
            record=record.name,
            expected=f"0 to {len(record)}",
        )
    piece = material(record, new)
    said = f"insert {len(piece)} {record.unit} at {at}"
    return _replaced(record, at, at, piece, f"insert at {at}", said)


def delete(record: Record, start: int, end: int) -> Record:
    """Delete the letters ``start..end``.

    Parameters
    ----------
    record : Record
    start, end : int
        On a circle the end may exceed the length; then the first letter behind the window becomes
        the origin.

    Raises
    ------
    EditError
        The window lies outside of the sequence, or its end before its start.

    Examples
    --------
    >>> from biowright.core import Feature, Location
    >>> record = Record(Sequence("ATGGCATAA"), features=[Feature("CDS", Location.of((0, 9)))])
    >>> shorter = delete(record, 0, 3)
    >>> str(shorter.features[0].location), shorter.features[0].cuts
    ('<1..6', ("lost 3 nt at its 5' end (delete 0..3)",))
    """
    start, end = window(record, start, end)
    empty = Record(Sequence.trusted(b"", record.molecule, Topology.LINEAR))
    said = f"delete {end - start} {record.unit} at {start}..{end}"
    return _replaced(record, start, end, empty, f"delete {start}..{end}", said)


def replace(record: Record, start: int, end: int, new: Record | Sequence | str) -> Record:
    """Put other letters in the place of ``start..end``.

    As many letters are a substitution: features stay as they are, without a mark.

    Parameters
    ----------
    record : Record
    start, end : int
        As in `delete`.
    new : Record, Sequence or str
        As in `insert`.

    Raises
    ------
    EditError, SequenceError
        As in `delete` and `insert`.

    Examples
    --------
    >>> str(replace(Record(Sequence("ATGGCATAA")), 3, 6, "CCC").sequence)
    'ATGCCCTAA'
    """
    start, end = window(record, start, end)
    piece = material(record, new)
    said = f"replace {end - start} {record.unit} at {start}..{end} by {len(piece)}"
    return _replaced(record, start, end, piece, f"replace {start}..{end}", said)


def reverse_complement(record: Record) -> Record:
    """Give the record as seen from its other strand.

    A ``source`` feature over the whole record keeps its strand.

    Raises
    ------
    SequenceError
        A protein has no other strand.

    Examples
    --------
    >>> from biowright.core import Feature, Location
    >>> record = Record(Sequence("ATGTTT"), features=[Feature("CDS", Location.of((0, 3)))])
    >>> other = reverse_complement(record)
    >>> str(other.sequence), str(other.features[0].location)
    ('AAACAT', 'complement(4..6)')
    """
    if record.molecule is Molecule.PROTEIN:
        raise SequenceError("a protein has no other strand", record=record.name)
    carry.check_features(record)
    return record.changed(
        sequence=record.sequence.reverse_complement(),
        features=carry.features_mirrored(record),
        references=carry.references_mirrored(record),
        quality=record.quality and record.quality[::-1],
        provenance=step(record, "reverse-complement"),
    )


def rotate(record: Record, origin: int) -> Record:
    """Count a circle from another origin.

    Parameters
    ----------
    record : Record
        Circular.
    origin : int
        The letter that becomes the first; any integer, taken modulo the length.

    Raises
    ------
    EditError
        The record is linear.

    Examples
    --------
    >>> from biowright.core import Feature, Location
    >>> plasmid = Record(Sequence("AATTTTCC", topology="circular"),
    ...                  features=[Feature("gene", Location.of((2, 6)))])
    >>> turned = rotate(plasmid, 4)
    >>> str(turned.sequence), turned.features[0].location.start, turned.features[0].location.end
    ('TTCCAATT', 6, 10)
    """
    origin = position(record, origin)
    if not record.circular:
        raise EditError("only a circle can be rotated", record=record.name, hint="circularise it")
    at = origin % (len(record) or 1)
    return _rotated(record, at).changed(provenance=step(record, f"rotate to {at}"))


def circularise(record: Record) -> Record:
    """Join the two ends of a linear record.

    Raises
    ------
    EditError
        It is a circle already, or empty.
    """
    if record.circular:
        raise EditError("it is a circle already", record=record.name)
    carry.check_features(record)
    return record.changed(
        sequence=record.sequence.circularised(), provenance=step(record, "circularise")
    )


def linearise(record: Record, at: int = 0) -> Record:
    """Cut a circle open before the letter `at`, which becomes the first.

    A feature over that place falls into two parts and is marked; it keeps all its letters.

    Raises
    ------
    EditError
        The record is linear already.

    Examples
    --------
    >>> from biowright.core import Feature, Location
    >>> plasmid = Record(Sequence("AATTTTCC", topology="circular"),
    ...                  features=[Feature("gene", Location.of((2, 6)))])
    >>> gene = linearise(plasmid, 4).features[0]
    >>> str(gene.location), gene.cuts
    ('join(7..8,1..2)', ('cut in two (linearise at 4)',))
    """
    at = position(record, at)
    if not record.circular:
        raise EditError("it is linear already", record=record.name)
    carry.check_features(record)
    at %= len(record) or 1
    turned = _rotated(record, at)
    return turned.changed(
        sequence=turned.sequence.linear(),
        features=carry.features_opened(turned, f"linearise at {at}"),
        provenance=step(record, f"linearise at {at}"),
    )


def _replaced(record: Record, start: int, end: int, piece: Record, what: str, said: str) -> Record:
    """Put a piece in the place of a window; `what` names the edit in marks, `said` in history."""
    carry.check_features(record)
    carry.check_features(piece)
    length = len(record)
    if end <= length:
        result = _refilled(record, start, end, piece, what)
    else:
        # seen from the first letter behind it, the window is the end of the sequence
        behind = end - length
        result = _refilled(_rotated(record, behind), start - behind, length, piece, what)
        if len(piece) == end - start:
            result = _rotated(result, length - behind)
            added = result.features[len(record.features) :]
            result = result.changed(features=record.features + added, references=record.references)
    return result.changed(provenance=step(record, said))


def _refilled(record: Record, start: int, end: int, piece: Record, what: str) -> Record:
    data, quality = record.sequence.data, record.quality
    features, references = record.features, record.references
    if quality is not None:
        quality = quality[:start] + (piece.quality or bytes(len(piece))) + quality[end:]
    if len(piece) != end - start:
        gap = Window(start, end, len(piece), len(data), record.circular, record.unit)
        features = carry.features_through(record, gap, what)
        references = carry.references_through(record, gap)
    return record.changed(
        sequence=Sequence.trusted(
            b"".join((data[:start], piece.sequence.data, data[end:])),
            record.molecule,
            record.topology,
        ),
        features=features + piece.features.moved(start),
        references=references,
        quality=quality,
    )


def _rotated(record: Record, at: int) -> Record:
    carry.check_features(record)
    if not at:
        return record
    length, quality = len(record), record.quality
    pieces = (Piece(at, length, 1, 0), Piece(0, at, 1, length - at))
    return record.changed(
        sequence=record.sequence.rotate(at),
        features=carry.features_rotated(record, at),
        references=carry.references_onto(record, pieces, length),
        quality=quality and quality[at:] + quality[:at],
    )

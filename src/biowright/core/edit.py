"""Editing that never loses a feature: pure functions that take a record and give a new one.

Coordinates are 0-based and half-open. On a circle a window may cross the origin; its end is then
greater than the length. These are the rules, for a window ``a..b`` that k letters take the place of:

**Features follow.** What ends at a or before stays, what starts at b or behind moves by
``k - (b - a)``. A span that holds the window keeps both ends, so an insertion strictly inside extends
it and new letters in place of old ones belong to it. A window that overlaps one end takes that end
away, and the new letters are not the span's. A span inside the window becomes a site between two
letters, at a. A replacement by as many letters is a substitution: nothing moves.

**Nothing is dropped.** A feature that lost letters, or that foreign letters interrupt, is marked by a
note (`Feature.cuts` reads them); where it lost an end, that end becomes fuzzy, ``<`` or ``>``. Of a
location with several parts, deleted ones go and the others stay; if the first or last part is gone,
the next one becomes open on that side. A feature all of whose letters are gone is kept as a site.
A ``source`` feature that covers the whole record goes on covering it, and is never marked.

**Circles.** A window over the origin is edited in one piece; if the length changes, the first letter
behind the window becomes the new origin. An insertion at 0 lies behind the origin, one at the length
before it; the circle is the same.

**What else follows.** Quality values (letters without one get 0) and the ranges of references;
annotations, name and description stay as they are, as do `Record.extras`, which the formats
reconcile when they write. Each edit adds one step to the provenance.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable

from . import carry
from .errors import EditError, SequenceError
from .feature import FeatureTable
from .follow import Piece, Window, normalised
from .location import Location
from .record import Provenance, Record
from .sequence import Molecule, Sequence, Topology

__all__ = [
    "circularise",
    "concatenate",
    "delete",
    "extract",
    "insert",
    "linearise",
    "replace",
    "reverse_complement",
    "rotate",
    "splice",
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
    >>> from biowright.core import Feature
    >>> record = Record(Sequence("ATGTAA"), features=[Feature("CDS", Location.of((0, 6)))])
    >>> longer = insert(record, 3, "GCA")
    >>> str(longer.sequence), longer.features[0].location.end, longer.features[0].cuts
    ('ATGGCATAA', 9, ('interrupted by 3 nt (insert at 3)',))
    """
    at = _position(record, at)
    if not 0 <= at <= len(record):
        raise EditError(
            f"{at} is no place between the letters of a sequence of {len(record)}",
            record=record.name,
            expected=f"0 to {len(record)}",
        )
    piece = _piece(record, new)
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
    >>> from biowright.core import Feature
    >>> record = Record(Sequence("ATGGCATAA"), features=[Feature("CDS", Location.of((0, 9)))])
    >>> shorter = delete(record, 0, 3)
    >>> str(shorter.features[0].location), shorter.features[0].cuts
    ('<1..6', ("lost 3 nt at its 5' end (delete 0..3)",))
    """
    start, end = _window(record, start, end)
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
    start, end = _window(record, start, end)
    piece = _piece(record, new)
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
    >>> from biowright.core import Feature
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
        provenance=_step(record, "reverse-complement"),
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
    >>> from biowright.core import Feature
    >>> plasmid = Record(Sequence("AATTTTCC", topology="circular"),
    ...                  features=[Feature("gene", Location.of((2, 6)))])
    >>> turned = rotate(plasmid, 4)
    >>> str(turned.sequence), turned.features[0].location.start, turned.features[0].location.end
    ('TTCCAATT', 6, 10)
    """
    origin = _position(record, origin)
    if not record.circular:
        raise EditError("only a circle can be rotated", record=record.name, hint="circularise it")
    at = origin % (len(record) or 1)
    return _rotated(record, at).changed(provenance=_step(record, f"rotate to {at}"))


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
    start, end = _window(record, start, end)
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
        _window(record, part.start, part.end)
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
    pieces = [first, *(_piece(first, record) for record in joined[1:])]
    features, references = FeatureTable(), []
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
        provenance=_step(
            first, f"concatenate {len(pieces)} records", tuple(p.name for p in joined[1:])
        ),
    )


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
        sequence=record.sequence.circularised(), provenance=_step(record, "circularise")
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
    >>> from biowright.core import Feature
    >>> plasmid = Record(Sequence("AATTTTCC", topology="circular"),
    ...                  features=[Feature("gene", Location.of((2, 6)))])
    >>> gene = linearise(plasmid, 4).features[0]
    >>> str(gene.location), gene.cuts
    ('join(7..8,1..2)', ('cut in two (linearise at 4)',))
    """
    at = _position(record, at)
    if not record.circular:
        raise EditError("it is linear already", record=record.name)
    carry.check_features(record)
    at %= len(record) or 1
    turned = _rotated(record, at)
    return turned.changed(
        sequence=turned.sequence.linear(),
        features=carry.features_opened(turned, f"linearise at {at}"),
        provenance=_step(record, f"linearise at {at}"),
    )


def _replaced(record: Record, start: int, end: int, piece: Record, what: str, said: str) -> Record:
    """Put a piece in the place of a window; `what` names the edit in marks, `said` in the history."""
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
    return result.changed(provenance=_step(record, said))


def _refilled(record: Record, start: int, end: int, piece: Record, what: str) -> Record:
    data, quality = record.sequence.data, record.quality
    features, references = record.features, record.references
    if quality is not None:
        quality = quality[:start] + (piece.quality or bytes(len(piece))) + quality[end:]
    if len(piece) != end - start:
        window = Window(start, end, len(piece), len(data), record.circular, record.unit)
        features = carry.features_through(record, window, what)
        references = carry.references_through(record, window)
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
        provenance=_step(record, what),
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


def _piece(record: Record, new: Record | Sequence | str) -> Record:
    """Make what is to be inserted a record of the same kind and spelling, or refuse it."""
    if isinstance(new, str | bytes):
        new = Sequence(new, record.molecule)
    if isinstance(new, Sequence):
        new = Record(new)
    if not isinstance(new, Record):
        raise EditError(
            f"{type(new).__name__} cannot be inserted", expected="letters, a Sequence or a Record"
        )
    if new.molecule is not record.molecule:
        to = "to_rna()" if record.molecule is Molecule.RNA else "to_dna()"
        raise EditError(
            f"{new.molecule} cannot be put into {record.molecule}",
            record=record.name,
            hint=None if Molecule.PROTEIN in (new.molecule, record.molecule) else f"say {to}",
        )
    if new.circular:
        raise EditError(
            "a circle cannot be put into a sequence",
            record=record.name,
            hint="say where it opens: linearise it first",
        )
    if record.molecule is Molecule.RNA:
        spelled = _respelled(new.sequence.data, record.sequence.data)
        new = new.changed(sequence=Sequence.trusted(spelled, Molecule.RNA, Topology.LINEAR))
    return new


def _respelled(new: bytes, old: bytes) -> bytes:
    """Spell RNA with T or with U, as the RNA that it is put into."""
    with_t, with_u = b"T" in old or b"t" in old, b"U" in old or b"u" in old
    if with_t and not with_u:
        return new.translate(bytes.maketrans(b"Uu", b"Tt"))
    if with_u and not with_t:
        return new.translate(bytes.maketrans(b"Tt", b"Uu"))
    return new


def _position(record: Record, value: int) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise EditError(
            f"{value!r} is no position", record=record.name, expected="a whole number"
        ) from None


def _window(record: Record, start: int, end: int) -> tuple[int, int]:
    """Check a window; on a circle give it with its start before the length."""
    start, end, length = _position(record, start), _position(record, end), len(record)
    wrong = None
    hint: str | None = "coordinates are 0-based and half-open"
    if start < 0 or start > length:
        wrong = f"the window {start}..{end} begins outside of a sequence of {length}"
    elif end < start:
        wrong = f"the window {start}..{end} ends before it starts"
        if record.circular and end >= 0:
            hint = f"over the origin it is written {start}..{end + length}"
    elif end > length and not record.circular:
        wrong = f"the window {start}..{end} reaches beyond a linear sequence of {length}"
    elif end - start > length:
        wrong = f"the window {start}..{end} is longer than the circle of {length}"
    if wrong:
        raise EditError(wrong, record=record.name, hint=hint)
    if start == length and end > length:
        return 0, end - length
    return start, end


def _step(record: Record, said: str, used: tuple[str, ...] = ()) -> tuple[Provenance, ...]:
    return (*record.provenance, Provenance(said, "biowright", used))

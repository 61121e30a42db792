"""Reading and writing whole SnapGene files; what is kept, and what is written anew."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree.ElementTree import Element

from biowright.core import (
    Attributes,
    Feature,
    FormatError,
    Molecule,
    Record,
    Sequence,
    SequenceError,
    Topology,
)

from ..format import Loss
from ..source import Source
from . import is_snapgene
from .ancestry import (
    METHYLATION,
    HistoryNode,
    flags_of,
    read_history,
    read_tree,
    steps,
)
from .features import Known, read_features, write_features
from .notes import read_notes, write_notes
from .packets import (
    COOKIE,
    DNA,
    FEATURES,
    HISTORY,
    NOTES,
    PRIMERS,
    PROPERTIES,
    PROTEIN,
    RNA,
    SEQUENCES,
    Packet,
    joined,
    parse_xml,
    read_packets,
    xml_bytes,
)
from .primers import is_primer, read_primers, write_primers
from .stale import KINDS, blunt_ends, forget_stale

__all__ = ["SnapGene", "history", "read_file", "write_file"]

_MOLECULES = {DNA: Molecule.DNA, PROTEIN: Molecule.PROTEIN, RNA: Molecule.RNA}
_PACKETS = {molecule: packet for packet, molecule in _MOLECULES.items()}
_VERSIONS = (15, 19)  # what SnapGene 5 to 7 state in the cookie


@dataclass(frozen=True, slots=True)
class SnapGene:
    """What a record was read from, kept in ``record.extras["snapgene"]``.

    Parameters
    ----------
    packets : tuple of Packet
    name : str
        The name that the record was given.
    """

    packets: tuple[Packet, ...]
    name: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A record with what its features come from."""

    record: Record
    features: tuple[Known, ...]
    primers: tuple[Known, ...]


def history(record: Record) -> HistoryNode | None:
    """Give the history that a record's SnapGene file holds, with the sequences of all ancestors.

    Parameters
    ----------
    record : Record
        Read from a SnapGene file. Edits since then do not show.

    Returns
    -------
    HistoryNode or None
        The state in the file, with what it was made from as its `inputs`; None without a history.

    Raises
    ------
    FormatError
        A packet of the history is damaged, or unpacks beyond all measure.

    Examples
    --------
    >>> from biowright import Record, Sequence
    >>> history(Record(Sequence("ATGC"))) is None
    True
    """
    kept = record.extras.get("snapgene")
    if not isinstance(kept, SnapGene):
        return None
    return read_history(kept.packets, lambda packets, name: _record(packets, name).record)


def read_file(source: Source) -> Iterator[Record]:
    """Read the one record of a file.

    Raises
    ------
    FormatError
        It is no SnapGene file, or a packet is damaged; the error names the packet and its offset.
    """
    data = source.bytes()
    if not is_snapgene(data):
        raise FormatError("this is no SnapGene file: it does not begin with SnapGene's cookie")
    packets = read_packets(data)
    if len(packets[0].data) != 14:
        raise FormatError(f"{packets[0].title} has {len(packets[0].data)} bytes", expected="14")
    read = _record(packets, "" if source.name.startswith("<") else source.stem)
    provenance = []
    for packet in packets:
        if packet.type == HISTORY:
            root = read_tree(packet)
            provenance += steps(root) if root is not None else []
    kept = SnapGene(packets, read.record.name)
    yield read.record.changed(provenance=tuple(provenance), extras={"snapgene": kept})


def _record(packets: tuple[Packet, ...], name: str) -> _Read:
    """Make a record of the packets that speak of it."""
    sequences = [p for p in packets if p.type in SEQUENCES]
    if len(sequences) != 1:
        raise FormatError(
            f"there are {len(sequences) or 'no'} packets with a sequence", expected="one"
        )
    sequence, flags = _sequence(sequences[0])
    features: list[Known] = []
    primers: list[Known] = []
    both: list[Known] = []
    notes = read_notes(None)
    for packet in packets:
        if packet.type == FEATURES:
            root = parse_xml(packet.data, packet.title, "Features")
            features += read_features(root, sequence, packet.title)
            both += features
        elif packet.type == PRIMERS:
            root = parse_xml(packet.data, packet.title, "Primers")
            primers += read_primers(root, sequence, packet.title)
            both += primers
        elif packet.type == NOTES:
            notes = read_notes(parse_xml(packet.data, packet.title, "Notes"))
    pairs = [("molecule_type", _molecule_type(sequence.molecule, flags))]
    pairs += [("methylation", system) for bit, system in METHYLATION.items() if flags & bit]
    record = Record(
        sequence,
        name=notes.name or name or notes.id,
        id=notes.id,
        description=notes.description,
        features=[k.feature for k in both],
        annotations=Attributes((*pairs, *notes.annotations)),
        references=notes.references,
    )
    return _Read(record, tuple(features), tuple(primers))


def _sequence(packet: Packet) -> tuple[Sequence, int]:
    if not packet.data:
        raise FormatError(f"{packet.title} is empty")
    flags = packet.data[0]
    topology = Topology.CIRCULAR if flags & 1 else Topology.LINEAR
    try:
        return Sequence(packet.data[1:], _MOLECULES[packet.type], topology), flags
    except SequenceError as error:
        raise FormatError(
            f"{packet.title}: {error.what}", position=error.position, hint=error.hint
        ) from None


def _molecule_type(molecule: Molecule, flags: int) -> str:
    if molecule is Molecule.DNA:
        return "DNA" if flags & 2 else "ss-DNA"
    if molecule is Molecule.RNA:
        return "ds-RNA" if flags & 2 else "RNA"
    return "protein"


def write_file(records: Iterable[Record], stream: BinaryIO) -> list[Loss]:
    """Write one record; packets that still say what it does stay as they were, to the byte.

    Raises
    ------
    FormatError
        There is no record, more than one, or one with letters that SnapGene does not have.
    """
    walk = iter(records)
    record = next(walk, None)
    if record is None:
        raise FormatError("there is no record to write", expected="one")
    if next(walk, None) is not None:
        raise FormatError(
            "a SnapGene file holds one sequence, and there are more",
            hint="write each into a file of its own",
        )
    packets, losses = _packets(record)
    stream.write(joined(packets))
    return losses


def _packets(record: Record) -> tuple[list[Packet], list[Loss]]:
    kept = record.extras.get("snapgene")
    old = kept.packets if isinstance(kept, SnapGene) else ()
    read = _record(old, kept.name) if isinstance(kept, SnapGene) else None
    before = read.record if read else Record(Sequence(b""))
    losses = _unwritable(record)

    flags = flags_of(record)
    sequence = Packet(_PACKETS[record.molecule], bytes([flags]) + record.sequence.data)
    changed = read is None or record.sequence != before.sequence
    changed = changed or record.single_stranded != before.single_stranded
    if read is not None and not changed and flags == flags_of(before):
        sequence = next(p for p in old if p.type in SEQUENCES)  # with flags that we do not know

    fresh: dict[int, list[Packet]] = {sequence.type: [sequence]}
    plain = {k.feature for k in read.features} if read else set()
    features: list[Feature] = []
    primers: list[Feature] = []
    for feature in record.features:  # what was read as a plain feature stays one
        (primers if is_primer(feature) and feature not in plain else features).append(feature)
    was = (
        [k.feature for k in read.features] if read else [],
        [k.feature for k in read.primers] if read else [],
    )
    if changed or features != was[0]:
        root = _root(old, FEATURES, "Features")
        known = read.features if read else ()
        box, lost = write_features(record, features, root, known, before.sequence)
        losses += lost
        fresh[FEATURES] = [Packet(FEATURES, xml_bytes(box))] if features or root is not None else []
    if changed or primers != was[1]:
        root = _root(old, PRIMERS, "Primers")
        known = read.primers if read else ()
        box, lost = write_primers(record, primers, root, known, before.sequence)
        losses += lost
        fresh[PRIMERS] = [Packet(PRIMERS, xml_bytes(box))] if primers or root is not None else []
    root = _root(old, NOTES, "Notes")
    notes, lost = write_notes(record, root, kept.name if isinstance(kept, SnapGene) else None)
    losses += lost
    if root is None or xml_bytes(notes) != xml_bytes(root):
        fresh[NOTES] = [Packet(NOTES, xml_bytes(notes, declared=False))]
    if read is None:
        cookie = struct.pack(">8sHHH", b"SnapGene", KINDS[record.molecule], *_VERSIONS)
        blunt = Packet(PROPERTIES, xml_bytes(blunt_ends(), declared=False))
        return [
            Packet(COOKIE, cookie),
            sequence,
            blunt,
            *fresh.get(FEATURES, ()),
            *fresh.get(PRIMERS, ()),
            *fresh[NOTES],
        ], losses
    if changed:
        losses += forget_stale(record, before, old, fresh)
    return _replaced(old, fresh, record), losses


def _root(packets: Iterable[Packet], kind: int, tag: str) -> Element | None:
    """Give the XML of a kind of packet, that of several packets together."""
    root: Element | None = None
    for packet in packets:
        if packet.type == kind:
            parsed = parse_xml(packet.data, packet.title, tag)
            if root is None:
                root = parsed
            else:
                root.extend(parsed)
    return root


def _replaced(
    old: tuple[Packet, ...], fresh: dict[int, list[Packet]], record: Record
) -> list[Packet]:
    """Put fresh packets where the first of their kind was, new kinds after the sequence's own."""
    written: list[Packet] = []
    placed = set()
    for packet in old:
        kind = packet.type
        if kind in SEQUENCES:
            kind = _PACKETS[record.molecule]
        if kind not in fresh:
            written.append(packet)
        elif kind not in placed:
            written += fresh[kind]
            placed.add(kind)
    rest = [kind for kind in (FEATURES, PRIMERS, NOTES) if kind in fresh and kind not in placed]
    return [*written, *(p for kind in rest for p in fresh[kind])]


def _unwritable(record: Record) -> list[Loss]:
    """Refuse what SnapGene has no letters for, and tell what has no place in its files."""
    losses = []
    letters = str(record.sequence).upper()
    if record.molecule is not Molecule.PROTEIN:
        wrong = next((x for x in "-.X" if x in letters), None)
        if wrong is not None:
            raise FormatError(
                f"SnapGene has no letter {wrong!r} for nucleotides",
                record=record.name,
                position=letters.index(wrong),
                hint="write N, or take the gaps out",
            )
    if record.quality is not None:
        losses.append(Loss(record.name, "quality", "Phred scores"))
    said = record.annotations.first("molecule_type", "")
    if said not in ("", _molecule_type(record.molecule, flags_of(record))):
        losses.append(Loss(record.name, "annotation", f"molecule_type {said}"))
    return losses

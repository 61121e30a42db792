"""What becomes of a SnapGene file's packets when the sequence that they speak of has changed."""

from __future__ import annotations

import re
import struct
from xml.etree.ElementTree import Element, SubElement

from biowright.core import Molecule, Record

from ..format import Loss
from .ancestry import continued
from .packets import (
    ALIGNED,
    COOKIE,
    FEATURES,
    HISTORY,
    NODE,
    NOTES,
    PRIMERS,
    PROPERTIES,
    SEQUENCES,
    TITLES,
    Packet,
    parse_xml,
    xml_bytes,
)

# the cookie's number for the kind of sequence
KINDS = {Molecule.DNA: 1, Molecule.PROTEIN: 2, Molecule.RNA: 7}

# Made by SnapGene from the sequence whenever it needs them: sites of enzymes.
_CACHES = (0x02, 0x03, 0x23)
# True whatever the sequence: choice of enzymes, sets of enzymes, attached files, visible enzymes.
_STEADY = (0x0D, 0x0E, 0x17, 0x1C)
# Written anew by their own modules.
_WRITTEN = (COOKIE, FEATURES, PRIMERS, NOTES, HISTORY, NODE)


def forget_stale(
    record: Record, before: Record, old: tuple[Packet, ...], fresh: dict[int, list[Packet]]
) -> list[Loss]:
    """Decide on each packet that spoke of the sequence before it changed.

    Parameters
    ----------
    record, before : Record
        With the new and the old sequence.
    old : tuple of Packet
        Those of the file.
    fresh : dict of int to list of Packet
        What takes the place of each kind of packet; it is filled in.
    """
    losses = []
    if record.molecule is not before.molecule:
        cookie = next(p.data for p in old if p.type == COOKIE)
        number = struct.pack(">H", KINDS[record.molecule])
        fresh[COOKIE] = [Packet(COOKIE, cookie[:8] + number + cookie[10:])]
    if any(p.type == HISTORY for p in old):
        history = continued(old, record)
        fresh[HISTORY] = [p for p in history if p.type == HISTORY]
        fresh[NODE] = [p for p in history if p.type == NODE]
    for packet in old:
        kind = packet.type
        if kind in fresh or kind in _STEADY or kind in _WRITTEN:
            continue
        fresh[kind] = []
        if kind == PROPERTIES:
            fresh[kind], lost = _ends(record, before, packet)
        elif kind == ALIGNED:
            fresh[kind], lost = _unaligned(packet)
        elif kind in _CACHES or kind in SEQUENCES:
            continue
        else:
            what = TITLES.get(kind, f"a packet 0x{kind:02X} of unknown meaning")
            lost = f"{what}: it spoke of the old sequence"
        if lost:
            losses.append(Loss(record.name, TITLES.get(kind, "packet"), lost))
    return losses


def blunt_ends() -> Element:
    """Make the element that says that both ends are blunt and not modified."""
    box = Element("AdditionalSequenceProperties")
    for end in ("Upstream", "Downstream"):
        SubElement(box, f"{end}Stickiness").text = "0"
    for end in ("Upstream", "Downstream"):
        SubElement(box, f"{end}Modification").text = "Unmodified"
    return box


def _ends(record: Record, before: Record, packet: Packet) -> tuple[list[Packet], str]:
    """Keep what is said of the ends while it is true of the letters there."""
    box = parse_xml(packet.data, packet.title, "AdditionalSequenceProperties")
    reach = [box.findtext(f"{end}Stickiness") or "0" for end in ("Upstream", "Downstream")]
    known = all(re.fullmatch(r"\s*-?\d{1,6}\s*", text) for text in reach)
    if known and record.circular == before.circular:
        most = max(abs(int(text)) for text in reach)
        new, old = record.sequence.data, before.sequence.data
        if new[:most] == old[:most] and new[len(new) - most :] == old[len(old) - most :]:
            return [packet], ""
    plain = xml_bytes(blunt_ends(), declared=False)
    meant = not before.circular and packet.data.strip() != plain.strip()
    lost = "overhangs and modifications of the old ends" if meant else ""
    return [Packet(PROPERTIES, plain)], lost


def _unaligned(packet: Packet) -> tuple[list[Packet], str]:
    """Take the aligned sequences out, and keep the settings."""
    box = parse_xml(packet.data, packet.title, "AlignableSequences")
    if not len(box):
        return [packet], ""
    lost = f"{len(box)} sequences aligned to the old one"
    for child in list(box):
        box.remove(child)
    return [Packet(ALIGNED, xml_bytes(box, declared=False))], lost

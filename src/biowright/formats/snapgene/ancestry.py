"""The history of a SnapGene file: what was made of what, and the sequences of all ancestors.

SnapGene keeps a tree (packed XML) whose root is the sequence of the file and whose branches are
what it was made from; and for each ancestor either its sequence, or the manipulation that turns its
descendant back into it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

from biowright.core import Attributes, FormatError, Molecule, Provenance, Record

from .packets import (
    CONTENT,
    DNA,
    FEATURES,
    HISTORY,
    MANIPULATION,
    NODE,
    NOTES,
    PACKED_DNA,
    PRIMERS,
    PROPERTIES,
    RESIDUES,
    SEQUENCES,
    Allowance,
    Packet,
    joined,
    pack_xz,
    parse_xml,
    read_packets,
    unpack_dna,
    unpack_xz,
    xml_bytes,
)

ReadRecord = Callable[[tuple[Packet, ...], str], Record]


@dataclass(frozen=True, slots=True)
class HistoryNode:
    """One state of a sequence in SnapGene's history, and what it was made from.

    Parameters
    ----------
    id : int
    name : str
        The name of its file.
    operation : str
        What made it, in SnapGene's word: ``insertFragment``, ``replace``, ``changeTopology``...;
        ``invalid`` where it has no ancestors.
    length : int
    circular : bool
    enzymes : tuple of str
        The restriction enzymes of the operation.
    oligos : tuple of (name, sequence)
        The primers of the operation.
    details : tuple of Attributes
        What else the operation says of each of its inputs: kind of manipulation, positions.
    inputs : tuple of HistoryNode
        What it was made from.
    record : Record, optional
        The state itself, None where the file does not hold it.
    """

    id: int
    name: str
    operation: str
    length: int
    circular: bool
    enzymes: tuple[str, ...] = ()
    oligos: tuple[tuple[str, str], ...] = ()
    details: tuple[Attributes, ...] = ()
    inputs: tuple[HistoryNode, ...] = field(default=(), repr=False)
    record: Record | None = field(default=None, repr=False, compare=False)

    def walk(self) -> Iterator[HistoryNode]:
        """Walk all states, each after those that it was made from."""
        for node in self.inputs:
            yield from node.walk()
        yield self


def read_tree(packet: Packet) -> Element | None:
    """Give the root of the history's tree; None where the tree is empty."""
    data = unpack_xz(packet.data, packet.title)
    return parse_xml(data, packet.title, "HistoryTree").find("Node")


def steps(root: Element) -> list[Provenance]:
    """Tell the operations of a history, oldest first."""
    told = []
    for node in _upward(root):
        operation = node.get("operation", "invalid")
        if operation == "invalid":
            continue
        with_what = [*_enzymes(node), *(name for name, _ in _oligos(node))]
        activity = f"{operation}: {node.get('name', '')}"
        if with_what:
            activity += f" with {', '.join(with_what)}"
        used = tuple(child.get("name", "") for child in node.iterfind("Node"))
        told.append(Provenance(activity, agent="SnapGene", used=used))
    return told


def _upward(root: Element) -> Iterator[Element]:
    for child in root.iterfind("Node"):
        yield from _upward(child)
    yield root


def _enzymes(node: Element) -> tuple[str, ...]:
    found = []
    for summary in node.iterfind("InputSummary"):
        found += [v for k, v in summary.attrib.items() if re.fullmatch(r"name\d+", k)]
    return tuple(dict.fromkeys(found))


def _oligos(node: Element) -> tuple[tuple[str, str], ...]:
    return tuple((o.get("name", ""), o.get("sequence", "")) for o in node.iterfind("Oligo"))


def read_history(packets: tuple[Packet, ...], read_record: ReadRecord) -> HistoryNode | None:
    """Build the tree of a file's history with the sequences of all ancestors.

    Parameters
    ----------
    packets : tuple of Packet
        Those of the file.
    read_record : callable
        Makes a record of a sequence packet and what belongs to it.

    Raises
    ------
    FormatError
        A packet is damaged, or unpacks beyond all measure.
    """
    tree = next((p for p in packets if p.type == HISTORY), None)
    root = read_tree(tree) if tree is not None else None
    if root is None:
        return None
    allowance = Allowance()
    nodes: dict[int, Packet] = {}
    for packet in packets:
        if packet.type == NODE:
            if len(packet.data) < 4:
                raise FormatError(f"{packet.title} has no number")
            nodes.setdefault(struct.unpack_from(">I", packet.data)[0], packet)
    return _node(root, None, packets, nodes, read_record, allowance)


def _node(
    element: Element,
    product: Record | None,
    packets: tuple[Packet, ...],
    nodes: dict[int, Packet],
    read_record: ReadRecord,
    allowance: Allowance,
) -> HistoryNode:
    name = element.get("name", "")
    number = _number(element.get("ID"))
    if packets:
        record: Record | None = read_record(packets, name)
    elif number in nodes:
        record = _ancestor(nodes[number], name, product, read_record, allowance)
    else:
        record = None
    length = _number(element.get("seqLen"))
    if record is not None and len(record) != length:
        raise FormatError(
            f"the history says that {name!r} has {length:,} letters, but it has {len(record):,}"
        )
    return HistoryNode(
        id=number,
        name=name,
        operation=element.get("operation", "invalid"),
        length=length,
        circular=element.get("circular") == "1",
        enzymes=_enzymes(element),
        oligos=_oligos(element),
        details=tuple(
            Attributes(dict(s.attrib)) for s in element.iterfind("InputSummary") if s.attrib
        ),
        inputs=tuple(
            _node(child, record, (), nodes, read_record, allowance)
            for child in element.iterfind("Node")
        ),
        record=record,
    )


def _number(text: str | None) -> int:
    if text is None or not re.fullmatch(r"\d{1,10}", text):
        raise FormatError(f"the history has {text!r} where a number belongs")
    return int(text)


def _ancestor(
    packet: Packet,
    name: str,
    product: Record | None,
    read_record: ReadRecord,
    allowance: Allowance,
) -> Record | None:
    held: list[Packet] = []
    parts = read_packets(packet.data[4:], packet.title)
    residues = dict(_external(p, packet.title, allowance) for p in parts if p.type == RESIDUES)
    for part in parts:
        if part.type == CONTENT:
            held += read_packets(unpack_xz(part.data, packet.title, allowance), packet.title)
        elif part.type == PACKED_DNA:
            held.append(_plain(part, packet.title, allowance))
        elif part.type == MANIPULATION:
            before = _undone(part, packet.title, product, residues, allowance)
            if before is None:
                return None
            held.append(before)
        else:
            held.append(part)
    if not any(p.type in SEQUENCES for p in held):
        return None
    return read_record(tuple(held), name)


def _plain(packet: Packet, title: str, allowance: Allowance) -> Packet:
    """Turn a packed sequence into a plain one."""
    return Packet(DNA, packet.data[4:5] + unpack_dna(packet.data, title, allowance))


def _external(packet: Packet, title: str, allowance: Allowance) -> tuple[str, bytes]:
    """Give the number and the letters of a piece that a manipulation refers to."""
    parts = read_packets(packet.data[4:], title)
    if len(packet.data) < 4 or len(parts) != 1:
        raise FormatError(f"{title} has residues that are not one sequence")
    part = _plain(parts[0], title, allowance) if parts[0].type == PACKED_DNA else parts[0]
    return str(struct.unpack_from(">I", packet.data)[0]), part.data[1:]


def _undone(
    part: Packet,
    title: str,
    product: Record | None,
    external: dict[str, bytes],
    allowance: Allowance,
) -> Packet | None:
    """Undo a manipulation of a product; None where we do not know how."""
    root = parse_xml(unpack_xz(part.data, title, allowance), title, "Manipulation")
    if product is None:
        return None
    letters, flags = product.sequence.data, flags_of(product)
    for action in root.iterfind("Undo/Action"):
        kind = action.get("type")
        if kind == "PROPERTIES":
            flags = _number(action.get("properties")) & 0xFF
        elif kind == "REMOVE":
            match = re.fullmatch(r"(\d{1,10})-(\d{1,10})", action.get("range", ""))
            if not match or not int(match[1]) <= int(match[2]) < len(letters):
                raise FormatError(f"{title} removes {action.get('range')!r} of {len(letters):,}")
            letters = letters[: int(match[1])] + letters[int(match[2]) + 1 :]
        elif kind == "INSERT":
            at = _number(action.get("position"))
            residues = _residues(action, external)
            if residues is None or at > len(letters):
                raise FormatError(f"{title} inserts at {at:,} of {len(letters):,}")
            letters = letters[:at] + residues + letters[at:]
        elif kind != "ADDITIONAL_PROPERTIES":
            return None
        allowance.take(len(letters), title)
    kinds = {Molecule.DNA: DNA, Molecule.PROTEIN: SEQUENCES[1], Molecule.RNA: SEQUENCES[2]}
    return Packet(kinds[product.molecule], bytes([flags]) + letters)


def _residues(action: Element, external: dict[str, bytes]) -> bytes | None:
    said = action.find("Residues")
    if said is None:
        return None
    if said.get("type") == "EXTERNAL":
        return external.get(said.get("ID", ""))
    return said.get("residues", "").encode()


def flags_of(record: Record) -> int:
    """Give the byte that SnapGene keeps before the letters: topology, strands and methylation."""
    flags = 1 if record.circular else 0
    if record.molecule is not Molecule.PROTEIN and not record.single_stranded:
        flags |= 2
    for bit, system in METHYLATION.items():
        if system in record.annotations.get("methylation", ()):
            flags |= bit
    return flags


METHYLATION = {4: "Dam", 8: "Dcm", 16: "EcoKI"}


def continued(packets: tuple[Packet, ...], record: Record) -> list[Packet]:
    """Continue a history by one step: what the file held becomes an ancestor of the record.

    Parameters
    ----------
    packets : tuple of Packet
        Those that the record was read with.
    record : Record
        With another sequence or topology.

    Returns
    -------
    list of Packet
        The nodes and the tree.
    """
    tree = next(p for p in packets if p.type == HISTORY)
    root = read_tree(tree)
    if root is None:
        return []
    numbers = [_number(node.get("ID")) for node in root.iter("Node")]
    said: dict[str, str] = {}
    for key, value in root.attrib.items():
        if key == "operation":
            said["resurrectable"] = "1"
        if key != "resurrectable":
            said[key] = value
    root.attrib = said
    content = [p for p in packets if p.type in (PROPERTIES, FEATURES, PRIMERS, NOTES)]
    before = next(p for p in packets if p.type in SEQUENCES)
    body = struct.pack(">I", _number(root.get("ID")))
    body += joined([before, Packet(CONTENT, pack_xz(joined(content)))])
    top = Element(
        "Node",
        {
            "name": record.name,
            "type": "DNA" if record.molecule is Molecule.DNA else str(record.molecule),
            "seqLen": str(len(record)),
            "strandedness": "double" if flags_of(record) & 2 else "single",
            "ID": str(max(numbers) + 1),
            "circular": "1" if record.circular else "0",
            "operation": "replace",
        },
    )
    SubElement(top, "InputSummary")  # each node with inputs needs one
    top.append(root)
    history = Element("HistoryTree")
    history.append(top)
    xml = xml_bytes(history).replace(b'<?xml version="1.0"?>', _DECLARATION, 1)
    kept = [p for p in packets if p.type == NODE]
    return [*kept, Packet(NODE, body), Packet(HISTORY, pack_xz(xml))]


_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'

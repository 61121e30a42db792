"""The notes of a SnapGene file: description, accession, dates, organism, comments, references."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from biowright.core import Attributes, Record, Reference

from ..format import Loss
from .packets import xml_text
from .text import plain_text

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_REFERENCE = {"title": "title", "authors": "authors", "journal": "journal", "pubmed": "pubMedID"}
_VERSION = re.compile(r"\.\d+$")
# the first five are notes
_CARRIED = ("accession", "comment", "date", "division", "organism", "methylation", "molecule_type")


@dataclass(frozen=True, slots=True)
class Notes:
    """What the notes say, in the words of a record."""

    name: str = ""
    id: str = ""
    description: str = ""
    annotations: tuple[tuple[str, str], ...] = ()
    references: tuple[Reference, ...] = ()


def read_notes(root: Element | None) -> Notes:
    """Translate the notes' XML."""
    if root is None:
        return Notes()

    def said(tag: str) -> str:
        return plain_text(root.findtext(tag) or "")

    pairs = []
    division = "SYN" if said("Type") == "Synthetic" else said("SequenceClass")
    for key, value in (
        ("accession", _VERSION.sub("", said("AccessionNumber"))),
        ("division", "" if division == "UNA" else division),
        ("date", _date(said("LastModified"))),
        ("organism", said("Organism")),
        ("comment", said("Comments")),
    ):
        if value:
            pairs.append((key, value))
    return Notes(
        name=said("CustomMapLabel") if said("UseCustomMapLabel") == "1" else "",
        id=said("AccessionNumber"),
        description=said("Description"),
        annotations=tuple(pairs),
        references=tuple(_reference(e) for e in root.iterfind("References/Reference")),
    )


def _reference(element: Element) -> Reference:
    said = {key: plain_text(element.get(name, "")) for key, name in _REFERENCE.items()}
    return Reference(said["title"], said["authors"], said["journal"], pubmed=said["pubmed"])


def _date(text: str) -> str:
    """2019.8.3 as 03-AUG-2019, GenBank's way; anything else as it is."""
    match = re.fullmatch(r"(\d{4})\.(\d{1,2})\.(\d{1,2})", text)
    if not match or not 1 <= int(match[2]) <= 12:
        return text
    return f"{int(match[3]):02d}-{_MONTHS[int(match[2]) - 1]}-{match[1]}"


def write_notes(
    record: Record, root: Element | None, old_name: str | None
) -> tuple[Element, list[Loss]]:
    """Bring the notes' XML to what a record says, leaving alone what it says already.

    Parameters
    ----------
    record : Record
    root : Element, optional
        The notes that the record was read with; they are not changed.
    old_name : str, optional
        The record's name as it was read.
    """
    losses: list[Loss] = []
    old = read_notes(root)
    old_pairs = Attributes(old.annotations)
    said = record.annotations
    notes = Element("Notes") if root is None else deepcopy(root)
    fresh = root is None
    division = said.first("division", "")
    if fresh or division != old_pairs.first("division", ""):
        _put(notes, "Type", "Synthetic" if division == "SYN" else "Natural")
    if record.name != old_name and record.name:
        _put(notes, "CustomMapLabel", record.name)
        _put(notes, "UseCustomMapLabel", "1")
    accession = record.id or said.first("accession", "")
    if accession != old.id:
        _put(notes, "AccessionNumber", accession)
    if record.description != old.description:
        _put(notes, "Description", record.description)
    date = said.first("date", "")
    if date != old_pairs.first("date", ""):
        written = _snapgene_date(date)
        if date and not written:
            losses.append(Loss(record.name, "date", f"{date!r} is no day"))
        elif date:
            _put(notes, "LastModified", written).attrib.clear()
        else:
            _drop(notes, "LastModified")
    if said.first("organism", "") != old_pairs.first("organism", ""):
        _put(notes, "Organism", said.first("organism", ""))
    if fresh or division != old_pairs.first("division", ""):
        _put(notes, "SequenceClass", division or "UNA")
    comment = "\n".join(said.get("comment", ()))
    if comment != old_pairs.first("comment", ""):
        _put(notes, "Comments", comment)
    if record.references != old.references:
        losses += _put_references(record, notes)
    losses += [Loss(record.name, "annotation", key) for key in said if key not in _CARRIED]
    back = Attributes(read_notes(notes).annotations)
    for key in _CARRIED[:5]:
        reads = back.get(key, ())
        for value in said.get(key, ()):
            if value not in reads and not (key == "date" and date and not _snapgene_date(date)):
                told = f" is written as {reads[0]!r}" if reads else ""
                losses.append(Loss(record.name, "annotation", f"{key} {value!r}{told}"))
    return notes, losses


def _put(notes: Element, tag: str, text: str) -> Element:
    element = notes.find(tag)
    if element is None:
        element = SubElement(notes, tag)
        element.tail = "\n"
        notes.text = notes.text or "\n"
    element.text = xml_text(text)
    if not text:
        notes.remove(element)
    return element


def _drop(notes: Element, tag: str) -> None:
    element = notes.find(tag)
    if element is not None:
        notes.remove(element)


def _snapgene_date(text: str) -> str:
    match = re.fullmatch(r"(\d{1,2})-([A-Z]{3})-(\d{4})", text.upper())
    if match and match[2] in _MONTHS:
        return f"{match[3]}.{_MONTHS.index(match[2]) + 1}.{int(match[1])}"
    match = re.fullmatch(r"(\d{4})[-.](\d{1,2})[-.](\d{1,2})", text)
    return f"{match[1]}.{int(match[2])}.{int(match[3])}" if match else ""


def _put_references(record: Record, notes: Element) -> list[Loss]:
    """Write the references, keeping the elements of those that are as they were."""
    losses = []
    box = notes.find("References")
    kept = {}
    if box is not None:
        kept = {_reference(e): e for e in box}
        notes.remove(box)
    if not record.references:
        return []
    box = SubElement(notes, "References")
    box.text = box.tail = "\n"
    for number, reference in enumerate(record.references, 1):
        element = kept.get(reference)
        if element is None:
            element = Element("Reference")
            for key, name in _REFERENCE.items():
                value = xml_text(getattr(reference, key))
                if value:
                    element.set(name, value)
            lost = [k for k in _UNCARRIED if getattr(reference, k)]
            if lost:
                losses.append(
                    Loss(record.name, "reference", f"reference {number}: {', '.join(lost)}")
                )
        element.tail = "\n"
        box.append(element)
    return losses


_UNCARRIED = ("consortium", "medline", "doi", "remark", "bases", "scope")

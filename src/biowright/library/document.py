"""A record as the store keeps it: letters in a block, the rest as JSON, and one address for both."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from biowright.core import (
    Attributes,
    Feature,
    Fuzz,
    FuzzKind,
    Location,
    Record,
    Reference,
    Sequence,
    Span,
    Topology,
)

__all__ = ["content_of", "document_of", "record_of"]


def document_of(record: Record) -> str | None:
    """Write what a record says beside its letters, name and description; None where that is nothing."""
    said: dict[str, Any] = {}
    if record.id and record.id != record.name:
        said["id"] = record.id
    if record.annotations.pairs:
        said["annotations"] = [list(pair) for pair in record.annotations.pairs]
    if record.features:
        said["features"] = [_feature(feature) for feature in record.features]
    if record.references:
        said["references"] = [_reference(reference) for reference in record.references]
    if record.quality is not None:
        said["quality"] = record.quality.hex()
    return _dumped(said) if said else None


def content_of(record: Record, document: str | None) -> bytes:
    """Give the address of a version: SHA-256 of what it is, without its name.

    Two versions with one address say the same of the same molecule.
    """
    return address(
        record.sequence.data,
        record.molecule,
        record.topology,
        record.description,
        document or "",
    )


def address(
    letters: bytes, molecule: str, topology: str, description: str, document: str = ""
) -> bytes:
    """Give the address of a version from its pieces."""
    head = f"{molecule}\0{topology}\0{description}\0{document}\0"
    return hashlib.sha256(head.encode("utf-8", "surrogatepass") + letters).digest()


def record_of(
    letters: bytes,
    molecule: str,
    circular: bool,
    name: str,
    description: str,
    document: str | None,
) -> Record:
    """Make the record that was stored."""
    said = json.loads(document) if document else {}
    return Record(
        Sequence(letters, molecule, Topology.CIRCULAR if circular else Topology.LINEAR),
        name,
        said.get("id", ""),
        description,
        [_read_feature(feature) for feature in said.get("features", ())],
        Attributes([(key, value) for key, value in said.get("annotations", ())]),
        [_read_reference(reference) for reference in said.get("references", ())],
        bytes.fromhex(said["quality"]) if "quality" in said else None,
    )


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _feature(feature: Feature) -> list[Any]:
    location = feature.location
    spans = [_span(span) for span in location.parts]
    return [
        feature.type,
        [location.operator, spans],
        [list(pair) for pair in feature.qualifiers.pairs],
        feature.id,
    ]


def _span(span: Span) -> list[Any]:
    plain: list[Any] = [span.start, span.end, span.strand]
    if span.exact and span.accession is None:
        return plain
    return [*plain, _fuzz(span.start_fuzz), _fuzz(span.end_fuzz), span.accession]


def _fuzz(fuzz: Fuzz | None) -> list[Any] | None:
    return None if fuzz is None else [fuzz.kind.value, list(fuzz.positions)]


def _read_feature(said: list[Any]) -> Feature:
    type_, (operator, spans), qualifiers, id = said
    return Feature(
        type_,
        Location(tuple(_read_span(span) for span in spans), operator),
        Attributes([(key, value) for key, value in qualifiers]),
        id,
    )


def _read_span(said: list[Any]) -> Span:
    if len(said) == 3:
        return Span(*said)
    start, end, strand, first, last, accession = said
    return Span(start, end, strand, _read_fuzz(first), _read_fuzz(last), accession)


def _read_fuzz(said: list[Any] | None) -> Fuzz | None:
    return None if said is None else Fuzz(FuzzKind(said[0]), tuple(said[1]))


_REFERENCE = ("title", "authors", "journal", "consortium", "pubmed", "medline", "doi", "remark")


def _reference(reference: Reference) -> dict[str, Any]:
    said: dict[str, Any] = {
        field: value for field in _REFERENCE if (value := getattr(reference, field))
    }
    if reference.bases:
        said["bases"] = [list(pair) for pair in reference.bases]
    if reference.scope:
        said["scope"] = reference.scope
    return said


def _read_reference(said: dict[str, Any]) -> Reference:
    said = dict(said)
    bases = tuple((start, end) for start, end in said.pop("bases", ()))
    return Reference(**said, bases=bases)

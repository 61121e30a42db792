"""What GenBank and EMBL cannot carry of a record."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from biowright.core import Record, Reference

from ..format import Loss
from .features import FeatureSpelling
from .header import Spelling

__all__ = ["feature_spelling", "field_losses", "record_losses"]

_WHAT = {"DEFINITION": "description", "DE": "description"}
_SOURCE = ("source", "organism", "taxonomy")
_PARTS = {"SOURCE": _SOURCE, "OS": _SOURCE, "VERSION": ("id", "gi")}


def feature_spelling(record: Record, *formats: str) -> FeatureSpelling | None:
    """Give the spelling of the features in the first of these formats that the record knows."""
    for name in formats:
        spelling = record.extras.get(name)
        if isinstance(spelling, Spelling):
            return spelling.features
    return None


def record_losses(
    record: Record, known: Collection[str], single: Iterable[str], format: str
) -> list[Loss]:
    """Report what has no place in the format.

    Parameters
    ----------
    record : Record
    known : collection of str
        The annotations that the format carries.
    single : iterable of str
        Those of them that it carries one value of.
    format : str
        Its name.
    """
    losses = []
    strange = [key for key in record.annotations if key not in known]
    if strange:
        losses.append(Loss(record.name, "annotations", ", ".join(strange)))
    for key in single:
        values = record.annotations.get(key, ())
        if len(values) > 1:
            losses.append(Loss(record.name, "annotations", f"{key}: all values but the first"))
    if record.sequence and "length" in record.annotations:
        losses.append(Loss(record.name, "annotations", "length, as the sequence itself is there"))
    if record.sequence.data.islower():
        losses.append(Loss(record.name, "case", "the lower case, as all letters are in it"))
    if record.quality is not None:
        losses.append(Loss(record.name, "quality", "the quality of each letter"))
    for name, extra in record.extras.items():
        if name == format:
            continue
        if not isinstance(extra, Spelling):
            losses.append(Loss(record.name, "extras", f"what only {name} keeps"))
        elif extra.unknown:
            lines = ", ".join(dict.fromkeys(extra.unknown))
            losses.append(Loss(record.name, "extras", f"lines that only {name} has: {lines}"))
    return losses


def field_losses(record: str, lost: Iterable[tuple[str, Any, Any]]) -> list[Loss]:
    """Report the contents of a header that do not come back from how they are written."""
    losses = []
    for keyword, content, back in lost:
        if isinstance(content, Reference):
            changed = ", ".join(
                name for name in content.__slots__ if getattr(content, name) != getattr(back, name)
            )
            title = content.title[:40] or content.journal[:40]
            losses.append(Loss(record, "references", f"{changed} of '{title}'"))
        else:
            parts = _PARTS.get(keyword)
            pairs = zip(content, back, strict=True) if parts else [(content, back)]
            names = parts or (keyword.lower(),)
            for name, (was, found) in zip(names, pairs, strict=True):
                if was != found:
                    detail = f"{name} {_shown(was)} is read as {_shown(found)}"
                    what = "id" if name == "id" else _WHAT.get(keyword, "annotations")
                    losses.append(Loss(record, what, detail))
    return losses


def _shown(content: Any) -> str:
    text = repr("; ".join(content) if isinstance(content, tuple) else content)
    return text if len(text) <= 80 else f"{text[:76]}...'"

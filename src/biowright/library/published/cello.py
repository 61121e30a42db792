"""Gates of Cello: their parts, response functions and the burden on the host, from a UCF file.

A UCF (user constraint file) is JSON with the parts of a gate library and, for each gate, the Hill
function that was fitted to its response. Version 1 keeps the functions by themselves, version 2 in
models. Format: Nielsen et al. 2016, doi:10.1126/science.aac7341; Jones et al. 2022,
doi:10.1038/s41596-021-00675-2.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biowright.core import Attributes, Feature, FormatError, Location, Record, Sequence

from ..curves import Curve
from ..measurements import Measurement
from ..roles import find_role

if TYPE_CHECKING:
    from .reading import MeasuredPart, Source

__all__ = ["read_cello"]

_ROLES = {
    "promoter": "promoter",
    "rbs": "RBS",
    "cds": "CDS",
    "terminator": "terminator",
    "ribozyme": "ribozyme",
}
_HILL = ("ymin", "ymax", "K", "n")


def read_cello(source: Source, path: Path, raw: str) -> Iterator[MeasuredPart]:
    """Walk the parts of a UCF, then its gates as composites with what was measured of them.

    Raises
    ------
    FormatError
        The file is no UCF.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        by: dict[str, list[dict[str, Any]]] = {}
        for entry in entries:
            by.setdefault(entry["collection"], []).append(entry)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FormatError(f"this is no UCF ({error})") from None
    parts = {entry["name"]: entry for entry in by.get("parts", ())}
    for entry in parts.values():
        if entry.get("dnasequence"):
            yield _record(entry), []
    context = _context(by)
    for gate in by.get("gates", ()):
        name = gate.get("gate_name") or gate["name"]
        cassette = [parts.get(part) for part in _cassette(by, name)]
        if not cassette or not all(part and part.get("dnasequence") for part in cassette):
            continue
        record = _composite(name, [part for part in cassette if part], gate)
        measured = [
            Measurement(
                0,
                quantity,
                context=context,
                curve=curve,
                protocol=source.protocol,
                raw=raw,
                doi=source.doi,
                licence=source.licence,
            )
            for quantity, curve in _curves(by, name)
        ]
        yield record, measured


def _record(entry: dict[str, Any]) -> Record:
    role = _ROLES.get(entry["type"].lower())
    said = Attributes({"role": find_role(role)} if role else {})
    return Record(Sequence(entry["dnasequence"].upper()), entry["name"], annotations=said)


def _composite(name: str, cassette: list[dict[str, Any]], gate: dict[str, Any]) -> Record:
    features, letters = [], ""
    for entry in cassette:
        end = len(letters) + len(entry["dnasequence"])
        kind = {"rbs": "RBS", "cds": "CDS"}.get(entry["type"].lower(), entry["type"].lower())
        if kind == "ribozyme":
            kind = "ncRNA"
        features.append(
            Feature(kind, Location.of((len(letters), end)), Attributes({"label": entry["name"]}))
        )
        letters += entry["dnasequence"].upper()
    regulator = gate.get("regulator", "")
    return Record(
        Sequence(letters),
        name,
        description=f"{gate.get('gate_type', 'NOT')} gate of {regulator}, its expression cassette",
        features=features,
        annotations=Attributes({"role": "SO:0000804"}),
    )


def _context(by: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    (header,) = by["header"]
    standard = by.get("measurement_std", [{}])[0]
    carrier = standard.get("signal_carrier_units", "RPU")
    described = standard.get("plasmid_description", "")
    promoter = "J23101" if "J23101" in described else "the file's own standard"
    return {
        "host": str(header.get("organism", "")).strip(),
        "medium": str(header.get("media", header.get("medium", ""))).split(" composed of")[0],
        "temperature": f"{header.get('temperature', '')} °C",
        # RPUG (on the genome) and RPUL (by luminescence) are relative to other references
        "reference": f"{promoter} ({carrier}, {header.get('version', '')})",
    }


def _cassette(by: dict[str, list[dict[str, Any]]], gate: str) -> list[str]:
    for entry in by.get("gate_parts", ()):
        if entry["gate_name"] == gate:
            return list(entry["expression_cassettes"][0]["cassette_parts"])
    structure = next(
        (e["structure"] for e in by.get("gates", ()) if e.get("name") == gate and "structure" in e),
        None,
    )
    for entry in by.get("structures", ()):
        if entry["name"] == structure:
            for device in entry.get("devices", ()):
                if not any(part.startswith("#") for part in device["components"]):
                    return list(device["components"])
    return []


def _curves(by: dict[str, list[dict[str, Any]]], gate: str) -> Iterator[tuple[str, Curve]]:
    model = next(
        (e["model"] for e in by.get("gates", ()) if e.get("name") == gate and "model" in e), None
    )
    fits = [e for e in by.get("response_functions", ()) if e["gate_name"] == gate]
    fits += [e for e in by.get("models", ()) if e["name"] == model]
    tables = {e["name"]: e.get("table") for e in by.get("functions", ())}
    x, y = "activity of the input promoter", "activity of the output promoter"
    for fit in fits:
        said = {p["name"]: p["value"] for p in fit.get("parameters", ())}
        if all(key in said for key in _HILL):
            parameters = {key: float(said[key]) for key in _HILL}
            yield "response function", Curve("hill repression", x, y, "RPU", "RPU", parameters)
        growth = tables.get(fit.get("functions", {}).get("toxicity", ""))
        if growth:
            yield "growth", _growth(x, growth["x"], growth["output"])
    for entry in by.get("gate_toxicity", ()):
        if entry["gate_name"] == gate:
            yield "growth", _growth(x, entry["input"], entry["growth"])


def _growth(x: str, inputs: list[float], outputs: list[float]) -> Curve:
    points = tuple(zip(inputs, outputs, strict=False))
    return Curve("points", x, "growth relative to cells without the gate", "RPU", "", {}, points)

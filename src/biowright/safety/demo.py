"""The built-in reference, so that everything runs: made-up stand-ins, which protect nobody."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from biowright.core import Molecule, Record, Sequence

from .reference import Reference, build_reference

__all__ = ["demo_records", "demo_reference"]

_DATED = "2026-11-25"
_KEY = b"a key that is not secret"


@cache
def demo_records() -> tuple[Record, ...]:
    """Give the stand-ins: made-up proteins, a fluorescent protein backwards, made-up DNA."""
    records = []
    for name, molecule in (("demo_proteins", Molecule.PROTEIN), ("demo_dna", Molecule.DNA)):
        text = files("biowright.safety").joinpath(f"data/{name}.fasta").read_text("ascii")
        for entry in text.split(">")[1:]:
            title, _, letters = entry.partition("\n")
            label, _, description = title.partition(" ")
            sequence = Sequence("".join(letters.split()), molecule)
            records.append(Record(sequence, label, description=description))
    return tuple(records)


@cache
def demo_reference() -> Reference:
    """Give the reference of the stand-ins; it never grows stale, and never clears a real order."""
    return build_reference(demo_records(), name="DEMO stand-ins", key=_KEY, dated=_DATED, demo=True)

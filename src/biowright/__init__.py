"""Biowright: an open biofoundry in software.

From an idea for a biological system to DNA that can be ordered, built, measured, learned from and
improved. The rooms are subpackages; the first steps need only this namespace:

>>> import biowright
>>> records = biowright.read("examples/puc19.gb")            # doctest: +SKIP
>>> losses = biowright.write(records, "puc19.fasta")          # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biowright.core import (
        Attributes,
        BiowrightError,
        Feature,
        Location,
        Molecule,
        Record,
        Sequence,
        Span,
        Topology,
    )
    from biowright.formats import read, stream, write

__version__ = "0.1.0"

_HOMES = {
    "biowright.core": (
        "Attributes",
        "BiowrightError",
        "Feature",
        "Location",
        "Molecule",
        "Record",
        "Sequence",
        "Span",
        "Topology",
    ),
    "biowright.formats": ("read", "stream", "write"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Attributes",
    "BiowrightError",
    "Feature",
    "Location",
    "Molecule",
    "Record",
    "Sequence",
    "Span",
    "Topology",
    "__version__",
    "read",
    "stream",
    "write",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'biowright' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)

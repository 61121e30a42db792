"""The starter collection: what licences let us ship."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from .published import read_source, sources

if TYPE_CHECKING:
    from .library import Library

__all__ = ["STARTER", "add_starter"]

STARTER = "starter"
# parts without measurements: file, licence, source
_PARTS = (("igem_2023.fasta", "CC-BY-4.0", "iGEM Distribution 2023"),)


def add_starter(library: Library) -> None:
    """Add the collection ``starter``: measured parts, and those that are as they are."""
    for source in sources().values():
        if source.shipped:
            library.add_measured(
                read_source(source.id),
                collection=STARTER,
                licence=source.licence,
                source=f"{source.title}, doi:{source.doi}",
            )
    for name, licence, origin in _PARTS:
        with as_file(files("biowright.library") / "data" / name) as path:
            library.load(path, collection=STARTER, licence=licence, source=origin)

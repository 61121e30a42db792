"""Features that are common in plasmids: what annotation looks for where no library is named."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from biowright.core import Attributes, Record, Sequence

from .library import Library

__all__ = ["common_library"]


@contextmanager
def common_library() -> Iterator[Library]:
    """Make a library of common features, which goes when it is left.

    They are genes of resistance, markers, origins, promoters, terminators, tags, nucleases and
    fluorescent proteins of bacteria, yeasts and plants; their sources and licences are those of the
    file ``data/SOURCES.md``, and each part names its own.

    Examples
    --------
    >>> with common_library() as library:
    ...     "AmpR" in [version.name for version in library.describe(library.select())]
    True
    """
    text = files("biowright.library").joinpath("data/common_features.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.create(Path(folder) / "features") as library,
    ):
        for (source, licence), some in groupby(rows, key=lambda row: (row[2], row[3])):
            records = [
                Record(Sequence(letters), name, annotations=Attributes({"role": role}))
                for name, role, _, _, letters in some
            ]
            library.add(
                records,
                collection="common features",
                source=source,
                licence="" if licence == "public domain" else licence,
            )
        yield library

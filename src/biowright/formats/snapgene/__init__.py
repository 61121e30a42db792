"""SnapGene's files: ``.dna``, ``.rna`` and ``.prot``, read with their history and written.

A file holds one sequence, in packets (`biowright.formats.snapgene.packets`). All packets that a
record was read with are kept in ``record.extras["snapgene"]``, and writing changes only those that
say something else than the record does by then, so that an unchanged record gives the same bytes.
What cannot stay true when the sequence changes (alignments, colours of strands, packets of unknown
meaning) is left out and reported; the history is continued by one step, with what the file held
before as an ancestor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from biowright.core import Record

from ..format import Format, Loss
from ..source import Source

if TYPE_CHECKING:
    from .ancestry import HistoryNode
    from .file import SnapGene, history

__all__ = ["FORMATS", "HistoryNode", "SnapGene", "history"]


def is_snapgene(head: bytes) -> bool:
    """Tell from its first bytes whether a file is SnapGene's."""
    return head[:1] == b"\x09" and head[5:13] == b"SnapGene"


def _read(source: Source) -> Iterator[Record]:
    from .file import read_file

    yield from read_file(source)


def _write(records: Iterable[Record], stream: BinaryIO) -> list[Loss]:
    from .file import write_file

    return write_file(records, stream)


def __getattr__(name: str) -> object:
    # loaded when somebody asks: finding a file's format must stay quick
    if name == "HistoryNode":
        from .ancestry import HistoryNode

        return HistoryNode
    if name in ("SnapGene", "history"):
        from . import file

        return getattr(file, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


FORMATS = (
    Format(
        name="snapgene",
        title="SnapGene file",
        extensions=(".dna", ".rna", ".prot"),
        sniff=is_snapgene,
        read=_read,
        write=_write,
    ),
)

"""Files of the field: one module a format, each with a reader, a writer, a sniffer and a loss report.

`read` finds the format from the content, `write` from the file's ending. What a format cannot carry
comes back as a list of `Loss`; what only one format knows is kept in ``Record.extras`` and survives a
round trip in that format.
"""

from .conversion import Conversion, OpenedFile, convert, open_records
from .files import read, stream, write
from .format import Document, Format, Loss
from .output import open_output, remove_unfinished
from .registry import find_format, format_for_path, formats
from .source import Source, open_source

__all__ = [
    "Conversion",
    "Document",
    "Format",
    "Loss",
    "OpenedFile",
    "Source",
    "convert",
    "find_format",
    "format_for_path",
    "formats",
    "open_output",
    "open_records",
    "open_source",
    "read",
    "remove_unfinished",
    "stream",
    "write",
]

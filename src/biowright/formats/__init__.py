"""Files of the field: one module a format, each with a reader, a writer, a sniffer and a loss report.

`read` finds the format from the content, `write` from the file's ending. What a format cannot carry
comes back as a list of `Loss`; what only one format knows is kept in ``Record.extras`` and survives a
round trip in that format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .conversion import Conversion, OpenedFile, convert, open_records
    from .files import read, stream, write
    from .format import Document, Format, Loss
    from .output import make_folder, open_output, refuse_existing, remove_unfinished
    from .registry import find_format, format_for_path, formats
    from .source import Source, open_source
    from .toml import toml_errors, toml_line, toml_lines

_HOMES = {
    "conversion": ("Conversion", "OpenedFile", "convert", "open_records"),
    "files": ("read", "stream", "write"),
    "format": ("Document", "Format", "Loss"),
    "output": ("make_folder", "open_output", "refuse_existing", "remove_unfinished"),
    "registry": ("find_format", "format_for_path", "formats"),
    "source": ("Source", "open_source"),
    "toml": ("toml_errors", "toml_line", "toml_lines"),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

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
    "make_folder",
    "open_output",
    "open_records",
    "open_source",
    "read",
    "refuse_existing",
    "remove_unfinished",
    "stream",
    "toml_errors",
    "toml_line",
    "toml_lines",
    "write",
]

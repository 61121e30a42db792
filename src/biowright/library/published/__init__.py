"""Published measurements of parts: one row of data, or one module, a source.

`sources.toml` says of each table where its columns are, its DOI and its licence; a source of another
kind (Cello's constraint files) has a module. What a licence lets us ship is in the package and makes
the starter collection; the rest is read from where it was downloaded to.
"""

from .reading import Source, read_source, sources

__all__ = ["Source", "read_source", "sources"]

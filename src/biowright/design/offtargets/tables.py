"""The table of hits."""

from __future__ import annotations

import os

from .hits import SiteHits

__all__ = ["COLUMNS", "write_hits"]

COLUMNS = ("guide", "chromosome", "start", "strand", "site", "mismatches", "bulge")


def write_hits(hits: SiteHits, path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write hits as a table with tabs, whole or not at all.

    The columns are guide, chromosome, start (0-based, leftmost), strand (``+`` or ``-``), site
    (protospacer with motif, 5'→3' on its strand), mismatches and bulge (``none``, ``DNA:1``,
    ``RNA:1``).

    Raises
    ------
    ConflictError
        The file exists and `force` is not given.
    """
    from biowright.formats import open_output

    with open_output(path, force=force) as output:
        output.write(("\t".join(COLUMNS) + "\n").encode())
        lines: list[str] = []
        for hit in hits:
            strand = "-" if hit.strand < 0 else "+"
            lines.append(
                f"{hit.guide}\t{hit.chromosome}\t{hit.start}\t{strand}\t{hit.site}"
                f"\t{hit.mismatches}\t{hit.bulge}\n"
            )
            if len(lines) == 1 << 14:
                output.write("".join(lines).encode())
                lines.clear()
        output.write("".join(lines).encode())

"""The table of ranked guides."""

from __future__ import annotations

import os
from collections.abc import Iterable

from .ranking import RankedGuide

__all__ = ["COLUMNS", "write_guides"]

COLUMNS = (
    "target",
    "rank",
    "guide",
    "pam",
    "chromosome",
    "start",
    "end",
    "strand",
    "cut",
    "specificity",
    "specificity_by",
    "perfect",
    "off_targets",
    "activity",
    "frameshift_k562",
    "gc",
    "fold",
    "coding_place",
    "problems",
)


def write_guides(
    rows: Iterable[tuple[str, RankedGuide]],
    path: str | os.PathLike[str],
    *,
    force: bool = False,
) -> None:
    """Write ranked guides, each with its target's name, as a table with tabs.

    Coordinates are 0-based and half-open on the forward strand; off-targets are counted by
    mismatches, as ``0,1,0,3,12``.

    Raises
    ------
    ConflictError
        The file exists and `force` is not given.
    """
    from biowright.formats import open_output

    with open_output(path, force=force) as output:
        output.write(("\t".join(COLUMNS) + "\n").encode())
        for target, row in rows:
            guide = row.guide
            cells = (
                " ".join(target.split()),
                row.rank,
                guide.spacer,
                guide.pam,
                guide.chromosome,
                guide.start,
                guide.end,
                "+" if guide.strand == 1 else "-",
                guide.cut,
                f"{row.specificity:.4f}",
                row.specificity_by,
                row.perfect,
                ",".join(map(str, row.sites)),
                "" if row.activity is None else f"{row.activity:.4f}",
                "" if row.frameshift is None else f"{row.frameshift:.4f}",
                f"{row.gc:.3f}",
                f"{row.fold:.2f}",
                "" if row.coding_place is None else f"{row.coding_place:.4f}",
                "; ".join(row.problems),
            )
            output.write(("\t".join(map(str, cells)) + "\n").encode())

"""`biowright design offtargets`: where guides bind in a genome."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from biowright.design.offtargets import Pam, open_index, read_guides, search_sites, write_hits

from .arguments import Force, From, Json, given, writable
from .output import note, print_json, print_table

__all__ = ["offtargets"]

_SHOWN = 10


def offtargets(
    guides: str,
    *,
    genome: Path,
    pam: str,
    out: Path,
    mismatches: int = 4,
    dna_bulges: int = 0,
    rna_bulges: int = 0,
    side: Annotated[Literal["3", "5"] | None, Parameter()] = None,
    circular: Annotated[bool, Parameter(negative=())] = False,
    limit: int = 1_000_000,
    index: Path | None = None,
    from_: From = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """List all sites of guides in a genome, with mismatches and bulges.

    Parameters
    ----------
    guides
        One guide a line, or FASTA; with the PAM or without it; `-` reads the standard input.
    genome
        Sequences in any format that is read; gzip is unpacked.
    pam
        The motif in IUPAC letters, 5'→3', as NGG or TTTV.
    out
        The table to write: guide, chromosome, start, strand, site, mismatches, bulge.
    mismatches
        The most mismatches, up to 9.
    dna_bulges
        The most letters of the genome that may bulge out, up to 2.
    rna_bulges
        The most letters of the guide that may bulge out, up to 2.
    side
        Where the PAM is: 3 as for Cas9, 5 as for Cas12a; by default where known nucleases have it.
    circular
        Take every sequence for a circle; otherwise it is what the file says.
    limit
        A guide's sites beyond so many are counted, not listed.
    index
        The folder that indices are kept in; by default one of the user's caches.
    """
    writable(out, force)
    motif = Pam.of(pam, None if side is None else int(side))
    listed, notices = read_guides(given(guides), motif)
    started = time.process_time()
    sites = open_index(genome, motif, circular=circular, folder=index, format=from_)
    opened = time.process_time()
    hits = search_sites(
        sites,
        listed,
        mismatches=mismatches,
        dna_bulges=dna_bulges,
        rna_bulges=rna_bulges,
        limit=limit,
    )
    searched = time.process_time()
    write_hits(hits, out, force=force)
    for notice in (*notices, *sites.notices):
        note(notice)
    if hits.unlisted:
        note(f"{hits.unlisted:,} sites are counted, but not listed: --limit {limit}")
    if json:
        print_json(
            {
                "out": str(out),
                "genome": str(genome),
                "pam": motif.pattern,
                "side": motif.side,
                "sites": len(hits),
                "unlisted": hits.unlisted,
                "guides": [
                    {
                        "guide": guide.spacer,
                        "name": guide.name,
                        "perfect": counts[0],
                        "mismatches": counts,
                        "bulged": bulged,
                    }
                    for guide, counts, bulged in zip(
                        hits.guides, hits.counts.tolist(), hits.bulged.tolist(), strict=True
                    )
                ],
                "index": {
                    "path": None if sites.path is None else str(sites.path),
                    "built": sites.built,
                    "sites": sites.sites,
                    "size": sites.size,
                },
                "seconds": {
                    "index": round(opened - started, 4),
                    "search": round(searched - opened, 4),
                },
                "notices": [*notices, *sites.notices],
            }
        )
        return 0
    plural = "" if len(hits) == 1 else "s"
    guided = "1 guide" if len(hits.guides) == 1 else f"{len(hits.guides):,} guides"
    sys.stdout.write(f"{len(hits):,} site{plural} of {guided}: {out}\n")
    head = ("guide", *(str(n) for n in range(mismatches + 1)), "with a bulge")
    bulges = bool(dna_bulges or rna_bulges)
    rows = [
        (guide.name or guide.spacer, *counts, *([bulged] if bulges else []))
        for guide, counts, bulged in zip(
            hits.guides[:_SHOWN], hits.counts.tolist(), hits.bulged.tolist(), strict=False
        )
    ]
    print_table(head if bulges else head[:-1], rows)
    if len(hits.guides) > _SHOWN:
        note(f"the first {_SHOWN} guides are shown, by number of mismatches; --json has all")
    return 0

"""`biowright design offtargets` and `design guides`: where guides bind, and which to take."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from biowright.core import InputError
from biowright.design.offtargets import Pam, open_index, read_guides, search_sites, write_hits
from biowright.formats import refuse_existing

if TYPE_CHECKING:
    from biowright.core import Record
    from biowright.design import Nuclease
    from biowright.design.guides import RankedGuide, Target

from .arguments import Force, From, Json, given, named
from .output import note, print_json, print_table

__all__ = ["guides", "offtargets"]

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
    _writable(out, force)
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


def guides(
    target: str,
    *,
    genome: Path,
    nuclease: str,
    out: Path | None = None,
    spacer: int | None = None,
    mismatches: int = 4,
    score: str | None = None,
    promoter: str = "",
    avoid: str = "",
    nucleases: Path | None = None,
    purpose: Literal["repress", "activate"] | None = None,
    host: Literal["bacteria", "yeast", "animal"] = "bacteria",
    tss: int | None = None,
    starts: Path | None = None,
    circular: Annotated[bool, Parameter(negative=())] = False,
    index: Path | None = None,
    from_: From = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Find the guides for a gene, a region or a sequence, and rank them.

    Parameters
    ----------
    target
        A gene's name or locus tag; a region as NAME:START..END (0-based, half-open); or a file of
        sequences.
    genome
        Where guides must not bind elsewhere, and where genes and regions are looked up.
    nuclease
        A name in the table of nucleases, as SpCas9, SaCas9 or LbCas12a.
    out
        The table to write, all guides; without it the best are shown.
    spacer
        Letters of the spacers; the nuclease's usual number by default.
    mismatches
        The most mismatches of an off-target that is counted.
    score
        A model of activity to rank by as well: rule-set-3, rule-set-3-chen, rule-set-2, rule-set-1,
        crisprscan, out-of-frame; of dCas9 in E. coli: repression, the default to repress.
    promoter
        What transcribes the guide; after U6 and others that RNA polymerase III reads, TTTT counts.
    avoid
        Restriction enzymes of the cloning, as BsaI,BbsI.
    nucleases
        Rows of your own, in TOML.
    purpose
        Of a dead nuclease: repress or activate the gene; guides are ranked by where transcription
        starts.
    host
        Whose windows around a start of transcription hold.
    tss
        Where transcription of the gene starts, 0-based; by default as annotated, or else guessed.
    starts
        Starts of transcription: a table with sequence, position, strand, or GFF3.
    circular
        Take every sequence for a circle; otherwise it is what the file says.
    index
        The folder that indices are kept in; by default one of the user's caches.
    """
    from biowright.design import nuclease as named_nuclease
    from biowright.design import read_nucleases
    from biowright.design.guides import activity_score, rank_all, write_guides

    if out is not None:
        _writable(out, force)
    tool = named_nuclease(nuclease, None if nucleases is None else read_nucleases(nucleases))
    model = None if score is None else activity_score(score)
    if model is not None and not model.holds_for(tool.name):
        raise InputError(
            f"{model.name} was learned from {model.nuclease} and says nothing of {tool.name}",
            hint="leave --score out",
        )
    if tool.kind == "RNA":
        if purpose is not None or score is not None:
            raise InputError(f"{tool.name} cuts RNA", hint="leave --purpose and --score out")
        return _against_rna(
            target, genome, tool, spacer, mismatches, promoter, circular, from_, out, force, json
        )
    if purpose is not None:
        holds = (purpose, host) == ("repress", "bacteria") and spacer in (None, tool.spacer)
        if score is not None and not (score == "repression" and holds):
            raise InputError(
                f"{score} does not hold for guides that {purpose} in {host}, or for such spacers",
                hint="leave --score out",
            )
        return _regulatory(
            target, genome, tool, purpose, host, tss, starts, spacer, mismatches, promoter, avoid,
            circular, index, from_, out, force, json,
        )  # fmt: skip
    if tss is not None or starts is not None:
        raise InputError("--tss and --starts are for --purpose repress or activate")
    targets = _targets(target, genome, circular, from_)
    sites = open_index(genome, tool.motif, circular=circular, folder=index, format=from_)
    ranked = rank_all(
        targets,
        tool,
        sites,
        spacer=spacer,
        mismatches=mismatches,
        score=model,
        promoter=promoter,
        enzymes=[name.strip() for name in avoid.split(",") if name.strip()],
    )
    rows = [(one.name, row) for one, some in zip(targets, ranked, strict=True) for row in some]
    if out is not None:
        write_guides(rows, out, force=force)
    for notice in sites.notices:
        note(notice)
    if model is not None:
        note(
            f"{model.name} was learned in {model.organisms}, promoter {model.promoter}: "
            f"{model.measure} (doi:{model.doi})"
        )
    if any(row.frameshift is not None for _, row in rows):
        note(
            "frameshift (FORECasT) was learned from SpCas9 in human K562 cells, which join ends; most "
            "bacteria do not (doi:10.1038/nbt.4317)"
        )
    if json:
        print_json(
            {
                "nuclease": tool.name,
                "pam": tool.pam,
                "side": tool.side,
                "targets": [one.name for one in targets],
                "guides": [{"target": name, **_plain(row)} for name, row in rows],
                "out": None if out is None else str(out),
            }
        )
        return 0 if rows else 1
    where = "" if out is None else f": {out}"
    plural = "" if len(rows) == 1 else "s"
    sys.stdout.write(f"{len(rows):,} guide{plural} of {tool.name} for {target}{where}\n")
    if rows:
        head = ("guide", "PAM", "strand", "cut", "specificity", "perfect", "GC")
        print_table(
            (*head, *([] if model is None else [model.name]), "problems"),
            [
                (
                    row.guide.spacer,
                    row.guide.pam,
                    "+" if row.guide.strand == 1 else "-",
                    row.guide.cut,
                    f"{row.specificity:.3f}",
                    row.perfect,
                    f"{row.gc:.2f}",
                    *([] if model is None else [_share(row.activity)]),
                    ", ".join(row.problems),
                )
                for _, row in rows[:_SHOWN]
            ],
        )
    return 0 if rows else 1


def _against_rna(
    target: str,
    genome: Path,
    tool: Nuclease,
    spacer: int | None,
    mismatches: int,
    promoter: str,
    circular: bool,
    from_: str | None,
    out: Path | None,
    force: bool,
    json: bool,
) -> int:
    from dataclasses import asdict

    from biowright.design.guides import find_target, rna_guides, write_rna_guides
    from biowright.design.guides.rna_targets import COLLATERAL

    records = _records(genome, circular, from_)
    wanted = (
        _targets(target, genome, circular, from_)
        if Path(target).is_file()
        else [find_target(records, target)]
    )
    rows = [
        (one.name, row)
        for one in wanted
        for row in rna_guides(
            records, one, tool, spacer=spacer, mismatches=mismatches, promoter=promoter
        )
    ]
    if out is not None:
        write_rna_guides(rows, out, force=force)
    note(COLLATERAL)
    note(
        "mismatches in the middle of the spacer weigh most; off-targets are counted by number alone"
    )
    if json:
        print_json(
            {
                "nuclease": tool.name,
                "targets": [one.name for one in wanted],
                "guides": [{"target": name, **asdict(row)} for name, row in rows],
                "out": None if out is None else str(out),
            }
        )
        return 0 if rows else 1
    where = "" if out is None else f": {out}"
    sys.stdout.write(f"{len(rows):,} guides of {tool.name} against RNA of {target}{where}\n")
    if rows:
        print_table(
            ("guide", "start", "flank", "open", "specificity", "others", "GC", "problems"),
            [
                (
                    row.spacer,
                    row.start,
                    row.flank,
                    f"{row.open:.2f}",
                    f"{row.specificity:.3f}",
                    ",".join(map(str, row.sites)),
                    f"{row.gc:.2f}",
                    ", ".join(row.problems),
                )
                for _, row in rows[:_SHOWN]
            ],
        )
    return 0 if rows else 1


def _regulatory(
    target: str,
    genome: Path,
    tool: Nuclease,
    purpose: str,
    host: str,
    tss: int | None,
    starts: Path | None,
    spacer: int | None,
    mismatches: int,
    promoter: str,
    avoid: str,
    circular: bool,
    index: Path | None,
    from_: str | None,
    out: Path | None,
    force: bool,
    json: bool,
) -> int:
    from biowright.design.guides import (
        TranscriptionStart,
        find_target,
        read_starts,
        regulatory_guides,
        write_regulatory,
    )
    from biowright.design.offtargets.building import called

    records = _records(genome, circular, from_)
    wanted = find_target(records, target)
    known = read_starts(starts, records).get(called(wanted.record), []) if starts else []
    start = None
    if tss is not None:
        if not 0 <= tss < len(wanted.record):
            raise InputError(
                f"{tss:,} lies outside of '{wanted.record.name}'",
                expected=f"0 to {len(wanted.record) - 1:,}",
            )
        strand = 1 if wanted.coding is None else wanted.coding.parts[0].strand
        start = TranscriptionStart(tss, strand, "as given")
    sites = open_index(genome, tool.motif, circular=circular, folder=index, format=from_)
    found = regulatory_guides(
        records,
        wanted,
        tool,
        sites,
        purpose,
        host=host,
        start=start,
        starts=known,
        spacer=spacer,
        mismatches=mismatches,
        promoter=promoter,
        enzymes=[name.strip() for name in avoid.split(",") if name.strip()],
    )
    if out is not None:
        write_regulatory([found], out, force=force)
    for notice in (*sites.notices, *found.notices):
        note(notice)
    if json:
        from dataclasses import asdict

        print_json(
            {**asdict(found), "nuclease": tool.name, "out": None if out is None else str(out)}
        )
        return 0 if found.guides else 1
    where = "" if out is None else f": {out}"
    sys.stdout.write(
        f"{len(found.guides):,} guides of {tool.name} to {purpose} {target}; transcription starts at "
        f"{found.start.position:,} ({found.start.source}){where}\n"
    )
    if found.guides:
        print_table(
            (
                "guide",
                "PAM",
                "distance",
                "pairs with",
                "seeds 9/12",
                "share",
                "reasons",
                "problems",
            ),
            [
                (
                    g.ranked.guide.spacer,
                    g.ranked.guide.pam,
                    f"{g.distance:+d}",
                    g.strand,
                    f"{g.seeds.nine}/{g.seeds.twelve}",
                    f"{g.share:.3f}",
                    "; ".join(g.reasons),
                    ", ".join(g.ranked.problems),
                )
                for g in found.guides[:_SHOWN]
            ],
        )
    return 0 if found.guides else 1


def _writable(out: Path, force: bool) -> None:
    """Refuse a file that could not be written, before the work."""
    named(str(out))
    refuse_existing([out], force=force)
    if not out.parent.is_dir():
        raise InputError("there is no such folder", path=out.parent)


def _targets(text: str, genome: Path, circular: bool, format: str | None) -> list[Target]:
    from biowright.design.guides import Target, find_target
    from biowright.formats import read

    if Path(text).is_file():
        given_records = list(read(text))
        for record in given_records:
            if str(record.molecule) == "protein":
                raise InputError(
                    "a guide's target is DNA, this is a protein",
                    path=text,
                    record=record.name,
                    hint="give its coding sequence",
                )
        return [
            Target(record, 0, len(record), record.name or f"sequence {number}")
            for number, record in enumerate(given_records, 1)
        ]
    return [find_target(_records(genome, circular, format), text)]


def _records(genome: Path, circular: bool, format: str | None) -> list[Record]:
    from dataclasses import replace

    from biowright.core import Topology
    from biowright.formats import read

    records = list(read(genome, format=format))
    if circular:
        records = [
            replace(
                record,
                sequence=replace(record.sequence, topology=Topology.CIRCULAR),
            )
            for record in records
        ]
    return records


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _plain(row: RankedGuide) -> dict[str, object]:
    from dataclasses import asdict

    document = asdict(row)
    return {**document.pop("guide"), **document}
